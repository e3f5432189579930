"""The loop on the page of the day of who steers: its five links, and what presses, one gesture each."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.text import capfirst

from maillage.apps.directory.memberships.access import communes_of, territories_with
from maillage.apps.directory.places import access as directory_access
from maillage.apps.dossiers.models import Study
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import PEOPLE
from maillage.apps.steering.pilotage import access
from maillage.apps.steering.pilotage.queries import loop as loops
from maillage.apps.steering.pilotage.queries.links import Chain
from maillage.apps.steering.pilotage.rules import Link, Sentence, zoom
from maillage.apps.steering.plans.queries.overview import reading_of
from maillage.publishing.page import charts
from maillage.publishing.territory.reading import Reading
from maillage.words.wording import DASH, number

REMINDS = "members.manage"  # who may remind the places that let people wait
TRIED = 3  # studies that may be of an earlier method before the home says nothing of the loop


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A link of the loop, as the loop tells it: its number, what bounds it, its bar standing and lying.
    value: "" when it is not told, and `words` says why; state: a key of `STATES`.
    """

    title: str
    value: str
    words: str
    state: str
    upright: str
    lying: str

    @property
    def state_words(self) -> str:
        """Return its base, in words."""
        return STATES[self.state]


STATES: Mapping[str, str] = {
    "estimated": "estimé",
    "unsure": "en partie inconnu",
    "counted": "compté",
    "withheld": "masqué",
    "missing": "manquant",
}


@dataclass(frozen=True, slots=True)
class HomeLoop:
    """The five links of a territory, and what presses there, each sentence with the address of its
    button. extent: the communes, zones and residents that its study counts; contradicted: what was
    published against the first of them; zoom: how many times larger than the estimates the counts are
    drawn; several: whether its reader steers others too; examples: whether what is counted is invented.
    """

    study: Study
    extent: str
    bars: tuple[Bar, ...]
    contradicted: tuple[str, ...]
    zoom: int
    sentences: tuple[tuple[Sentence, str], ...]
    several: bool
    examples: bool


def home_loop(user: Visitor, on: date) -> HomeLoop | None:
    """Return the loop of the territory that a user steers: the one of their role, else the latest studied
    where there is a figure to read; None for who steers none, or where nothing was computed.
    """
    studies = access.studies_of(user)
    own = set(territories_with(user, access.LEADS)) if studies else set()
    studies.sort(key=lambda study: study.place not in own)
    read = ((each, reading) for each in studies[:TRIED] if (reading := reading_of(each.place)) is not None)
    first = next(read, None)
    if first is None:
        return None
    readings = itertools.chain(
        [first], read
    )  # another one is read only when nothing can be told of the first
    readable = (pair for pair in readings if pair[0].place in own or not pair[1].withheld)
    study, reading = next(readable, first)
    territory_loop = loops.loop(user, study, on=on)
    return HomeLoop(
        study=study,
        extent=reading.territory.subtitle,
        bars=bars(territory_loop, loops.need_of(territory_loop.study)),
        contradicted=contradicted(reading),
        zoom=_zoom(territory_loop, loops.need_of(territory_loop.study)),
        sentences=addressed(user, territory_loop, study.place),
        several=len(studies) > 1,
        examples=territory_loop.activity.examples,
    )


def contradicted(reading: Reading) -> tuple[str, ...]:
    """Return the published figures that contradict the need of a territory; none where it is withheld."""
    return () if reading.withheld else reading.contradicted


def bars(territory_loop: loops.Loop, need: tuple[float, float, float]) -> tuple[Bar, ...]:
    """Return the five links of a loop: two estimates on one scale, three counts on another."""
    low, value, high = need
    reading, chain, gap = territory_loop.reading, territory_loop.total, territory_loop.gap
    headline = reading.headline
    minutes = f", {reading.offer.limit}" if reading.offer else ""
    need_text = f"{headline.about} {headline.value}" if headline.value and not reading.withheld else ""
    first = _bar(
        "personnes en difficulté",
        need_text,
        headline.reason if reading.withheld else headline.between,
        state="withheld" if reading.withheld else "estimated",
        drawn=None if reading.withheld else (low, high),
        mark=value if need_text else None,
        top=high,
    )
    if territory_loop.listed:
        words = f"Lieux connus dans {territory_loop.listed} seulement."
        second = _bar("parmi elles, sans aide aux démarches à portée", "", words, state="missing", drawn=None)
    elif gap is not None and gap.missing != DASH:
        unsure = DASH in gap.missing
        second = _bar(
            f"parmi elles, sans aide aux démarches à portée{minutes}",
            f"environ {gap.missing}" if gap.missing_between else gap.missing,
            gap.missing_between,
            state="unsure" if unsure or gap.doubt else "estimated",
            drawn=(gap.missing_low, gap.missing_high),
            mark=None if unsure else gap.missing_value,
            top=max(high, gap.missing_high),
        )
    else:
        words = "Aucun lieu n’indique s’il aide." if reading.offer else f"{capfirst(territory_loop.no_walk)}."
        second = _bar(
            f"parmi elles, sans aide aux démarches à portée{minutes}", "", words, state="missing", drawn=None
        )
    scale = high / _zoom(territory_loop, need)
    counted = (
        _counted("orientations envoyées", "en douze mois", chain.orientation, scale),
        _helped(chain, scale),
        _counted("démarches abouties", "orientations aidées", chain.effect, scale),
    )
    return first, second, *counted


def _counted(title: str, base: str, link: Link, top: float) -> Bar:
    if link.value is None:
        state = "missing" if link.is_missing else "withheld"
        return _bar(title, "", link.why, state=state, drawn=None)
    words = f"sur {number(link.base)} {base}" if link.base is not None else base
    figure = f"{link.bound} {number(link.value)}".strip()
    return _bar(title, figure, words, state="counted", drawn=link.value, top=max(top, link.value))


def _helped(chain: Chain, top: float) -> Bar:
    """Return the referrals that somebody was helped after; else the acts of help, noted without any."""
    if chain.action.value is None and chain.acts:
        words = f"en douze mois. {chain.action.why}"
        drawn, n = max(top, chain.acts), chain.acts
        figure = f"{chain.action.bound} {number(n)}".strip()
        return _bar("actes d’aide", figure, words, state="counted", drawn=n, top=drawn)
    return _counted("suivies d’une aide", "orientations", chain.action, top)


def _bar(
    title: str,
    value: str,
    words: str,
    *,
    state: str,
    drawn: tuple[float, float] | int | None,
    mark: float | None = None,
    top: float = 1.0,
) -> Bar:
    upright, lying = (
        charts.link_bar(drawn, mark=mark, top=top, id="rayures", upright=way) for way in (True, False)
    )
    return Bar(title=title, value=value, words=words, state=state, upright=upright, lying=lying)


def _zoom(territory_loop: loops.Loop, need: tuple[float, float, float]) -> int:
    return zoom(need[2], territory_loop.total.orientation.value or 0)


def addressed(user: Visitor, territory_loop: loops.Loop, place: str) -> tuple[tuple[Sentence, str], ...]:
    """Return the sentences of a loop, each with where its button leads: to do it, for who may; else to what
    it is about.
    """
    reminds = rights_of(user).any(REMINDS)
    runs_census = directory_access.holds(user, communes_of(place) or ())
    diagnosis_address = f"{reverse('seen', args=[place])}#t-orientations"
    sites = {"offre": loops.LINE, "geste": "meilleurs", "combien": "1"}
    addresses = {
        "attente": f"{reverse('space')}#j-{PEOPLE}" if reminds else diagnosis_address,
        "offre": f"{reverse('what_if', args=[place])}?{urlencode(sites)}",
        "recenser": reverse("census_of" if runs_census else "places", args=[place]),
        "situer": reverse("gaps", args=[place]),
        "effet": reverse("orientations_measures") if reminds else diagnosis_address,
        "silence": reverse("join"),
        "plan": reverse("plan", args=[place]),
        "fiches": reverse("places", args=[place]),
    }
    return tuple((each, addresses[each.id]) for each in territory_loop.sentences)
