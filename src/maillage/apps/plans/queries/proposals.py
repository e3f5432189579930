"""What the figures propose for a plan: drafts of workshops, gaps, low verdicts of the grid, referrals without
a solution.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.text import slugify

from maillage.apps.codesign.models import DraftAction
from maillage.apps.codesign.rules import DRAFT
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.memberships.access import communes_of
from maillage.apps.orientations.queries import territory_measures
from maillage.apps.plans import rules
from maillage.apps.plans.models import Plan, PlanAction
from maillage.apps.plans.queries import overview
from maillage.reports.territory import criteria, gaps
from maillage.reports.territory.gaps import OPENINGS
from maillage.reports.territory.reading import OfferReading, Reading
from maillage.words.wording import lower_first, number

MOST_PROPOSALS = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """A figure beside a proposal or an action, as printed. between: its interval, "" for a count."""

    value: str
    between: str
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An action that the figures propose. key: what makes it the same one another day; value: its first
    figure, None when it has none; effect: what to expect, with its assumption.
    """

    key: str
    title: str
    why: str
    effect: str
    evidence: tuple[Evidence, ...]
    zones: tuple[str, ...] = ()
    line: str = ""
    value: float | None = None
    draft: int | None = None
    pilot: str = ""


def proposals(plan: Plan, reading: Reading | None, on: date) -> list[Proposal]:
    """Return what the figures propose for a plan: drafts of co-design workshops, gaps that leave most people
    without anything for sure, low verdicts of the grid, needs without a solution. What an action already
    answers, or what was refused and did not move since, is left out.
    """
    rows = list(plan.actions.exclude(state=rules.DROPPED))
    refused = {each.proposal: each.value for each in plan.refusals.all()}
    known = {row.proposal for row in rows if row.proposal}
    found = [
        *_drafts(plan.place),
        *_gaps(reading, rows),
        *_verdicts(plan.place, reading, on),
        *_unsolved(plan.place, rows, on),
    ]
    return [
        each
        for each in found
        if each.key not in known
        and (each.key not in refused or rules.comes_back(refused[each.key], each.value))
    ]


def proposal(plan: Plan, key: str, on: date) -> Proposal | None:
    """Return one of the proposals of a plan by its key, None when it is no longer made."""
    return next(
        (each for each in proposals(plan, overview.reading_of(plan.place), on) if each.key == key), None
    )


def _drafts(place: str) -> list[Proposal]:
    drafts = DraftAction.objects.filter(place=place, state=DRAFT, action=None).select_related(
        "session", "obstacle", "lever"
    )
    return [
        Proposal(
            key=f"draft:{row.pk}",
            title=row.title,
            why=f"Proposée par un groupe de l’atelier « {row.session.title} »."
            + (f" L’obstacle : {row.obstacle.words}" if row.obstacle else ""),
            effect="L’atelier n’a pas chiffré son effet.",
            evidence=(),
            draft=row.pk,
            pilot=row.pilot,
        )
        for row in drafts
    ]


def _gaps(reading: Reading | None, rows: Sequence[PlanAction]) -> list[Proposal]:
    offer = reading.offer if reading is not None else None
    if offer is None:
        return []
    answered = {line: _answered(rows, line) for line in OPENINGS}
    found = []
    for gap in gaps.certain(offer):
        zones = answered[gap.line.id]
        if zones is not None and gap.code not in zones:
            found.append(_gap(offer, gap))
    return found[:MOST_PROPOSALS]


def _answered(rows: Sequence[PlanAction], line: str) -> frozenset[str] | None:
    """Return the zones where an action already answers a line; None: everywhere, once somebody carries it."""
    zones: set[str] = set()
    for row in rows:
        if row.line != line:
            continue
        if not row.zones and row.pilot:
            return None
        zones |= set(row.zones)
    return frozenset(zones)


def _gap(offer: OfferReading, gap: gaps.Gap) -> Proposal:
    code, line = gap.code, gap.line
    within = f"{offer.minutes} minutes à pied"
    label = f"{line.label[:1].lower()}{line.label[1:]}"
    people = f"{line.missing_sentence} personnes" if line.missing_sentence else f"{line.missing} personnes"
    silent = offer.zones[code].n_silent
    places = offer.zones[code].n_places
    told = f"{silent} lieu{'x' if silent > 1 else ''} ne le {'disent' if silent > 1 else 'dit'} pas"
    return Proposal(
        key=f"gap:{code}:{line.id}",
        title=gap.title,
        why=gap.reason,
        effect=(
            f"Au plus, {people[:1].lower()}{people[1:]} auraient {label} à moins de {within} : toutes celles "
            "de la zone, si un seul lieu est à pied de chacune. Cela ne dit pas combien viendront."
        ),
        evidence=(
            Evidence(
                line.missing,
                line.missing_between,
                f"personnes en difficulté sans {label} à pied",
                offer.source,
            ),
            Evidence(
                f"{line.n_places} sur {places}",
                told if silent else "",
                f"lieux de la zone qui disent : {label}",
                offer.source,
            ),
        ),
        zones=(code,),
        line=line.id,
        value=line.missing_value,
    )


def _verdicts(place: str, reading: Reading | None, on: date) -> list[Proposal]:
    """Return what the grid says to do where it finds a lack: what a gap is not, from surveys and sheets too,
    as what structures need, or what inhabitants and structures do not see alike.
    """
    study = dossiers.latest(place)
    if study is None or reading is None:
        return []
    weak = [
        (axis, row)
        for axis, _ in dossiers.grid(study, reading, on=on)
        for row in axis.criteria
        if row.verdict == criteria.WEAK and row.action
    ]
    return [
        Proposal(
            key=f"verdict:{slugify(row.question)}"[:160],
            title=row.action.rstrip("."),
            why=row.question,
            effect="La grille dit ce qui manque ; elle ne chiffre l’effet d’aucune action.",
            evidence=(Evidence(row.label, "", row.evidence, f"Grille, {lower_first(axis.label)}"),),
            value=row.value,
        )
        for axis, row in weak[:MOST_PROPOSALS]
    ]


def _unsolved(place: str, rows: Sequence[PlanAction], on: date) -> list[Proposal]:
    met = territory_measures.of_territory(communes_of(place), on=on)
    measures = met["measures"]
    if not measures.unsolved or measures.examples or any(row.proposal == "unsolved" for row in rows):
        return []
    n = number(measures.unsolved)
    source = f"orientations notées du {met['since']} au {met['until']}"
    return [
        Proposal(
            key="unsolved",
            title="Trouver une solution pour les demandes restées sans lieu",
            why="Des personnes ont dit un besoin, et aucun lieu connu n’y répondait.",
            effect="La page Personnes les compte par besoin et par commune. Aucun effet n’est chiffré.",
            evidence=(Evidence(n, "", "demandes sans solution, comptées par paquets", source),),
            value=float(measures.unsolved),
        )
    ]
