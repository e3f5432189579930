"""The territories of who steers: what the loop, the plan and the network of each say in a few figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from maillage.apps.dossiers.models import Study
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.steering.indicators.queries import reading as indicators_read
from maillage.apps.steering.indicators.queries.ground import ground
from maillage.apps.steering.indicators.queries.values import value
from maillage.apps.steering.pilotage.queries import home
from maillage.apps.steering.pilotage.queries import loop as loops
from maillage.apps.steering.pilotage.queries.home import Bar
from maillage.apps.steering.pilotage.rules import Sentence
from maillage.apps.steering.plans.access import plan_for
from maillage.apps.steering.plans.queries import overview
from maillage.apps.steering.plans.rules import state_sentence
from maillage.reference.indicators import indicators

NETWORK = ("structures", "aidants")  # indicators that say who is there to help


@dataclass(frozen=True, slots=True, kw_only=True)
class Steered:
    """A territory of who steers. extent: the communes, zones and residents of its study; bars: the five
    links of its loop, none where its study is to be computed again; contradicted: what was published
    against the first; sentences: what presses, each with the address of its button; plan: where it
    stands, "" without one; network: each indicator with its figure, or why there is none; examples: what
    is counted is invented; counted: between which days, and when; network_counted: the same of the
    network, whose counts are stored every ten minutes.
    """

    study: Study
    extent: str = ""
    bars: tuple[Bar, ...] = ()
    contradicted: tuple[str, ...] = ()
    sentences: tuple[tuple[Sentence, str], ...] = ()
    plan: str = ""
    network: tuple[tuple[str, str], ...] = ()
    examples: bool = False
    counted: str = ""
    network_counted: str = ""


def steered(user: Visitor, studies: Sequence[Study], on: date) -> list[Steered]:
    """Return a few figures of each of some territories."""
    return [_steered(user, study, on) for study in studies]


def _steered(user: Visitor, study: Study, on: date) -> Steered:
    read = overview.reading_of(study.place)
    if read is None:
        return Steered(study=study)
    territory_loop = loops.loop(user, study, on=on)
    plan = plan_for(user, study.place)
    network_ground = ground(study.place, on=on)
    values = [value(network_ground, indicators()[id]) for id in NETWORK]
    return Steered(
        study=study,
        extent=read.territory.subtitle,
        bars=home.bars(territory_loop, loops.need_of(territory_loop.study)),
        contradicted=home.contradicted(read),
        sentences=home.addressed(user, territory_loop, study.place)[:1],
        plan=state_sentence([overview.schedule(each) for each in overview.actions_of(plan)], on)
        if plan is not None
        else "",
        network=tuple(
            (each.definition.label, indicators_read.figure(each) or each.reason.removesuffix("."))
            for each in values
        ),
        network_counted=network_ground.counted(timezone.localtime()),
        counted=territory_loop.activity.counted(timezone.localtime()),
        examples=territory_loop.activity.examples or any(each.examples for each in values),
    )
