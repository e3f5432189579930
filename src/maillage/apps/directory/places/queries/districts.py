"""Standing of places in a priority district (QPV) or another kind of area, known without a network.

A file of contours that somebody dropped decides where it draws districts. Each place stands inside, outside,
at the edge, or nobody knows; the search keeps that as a facet (`qpv:oui`), so that the map, the lists, the
exports and the programs of others are narrowed by the same rows.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places, published, quarters
from maillage.apps.directory.places.queries.search import having
from maillage.apps.directory.places.rules import PUBLISHED
from maillage.apps.territories import queries as territories
from maillage.apps.territories import rules as areas
from maillage.apps.territories.queries import Areas
from maillage.kernel.errors import Refused
from maillage.sources import anct
from maillage.statistics.diagnosis.districts import SOURCE_WORDS
from maillage.statistics.offer.districts import EDGE, INSIDE, OUTSIDE, UNKNOWN, Point, Standing
from maillage.words import wording
from maillage.words.languages import to_say

NEARLY_ALL = 0.999  # of a census quarter: its contour and that of the district never share every point
NO_CONTOUR = (
    "Les contours des quartiers ne sont pas livrés : déposez le fichier officiel pour en savoir plus."
)
QPV = "qpv"
COMMUNE = areas.COMMUNE
OF_COMMUNE = f"{QPV}:{COMMUNE}"
CHOICES = {
    INSIDE: to_say("Dans le périmètre"),
    EDGE: to_say("À la limite : peut-être"),
    OUTSIDE: to_say("Hors du périmètre"),
    UNKNOWN: to_say("On ne sait pas"),
}
CHOICES_BY_COMMUNE = {COMMUNE: to_say("Dans une commune qui en a un")}
ANSWERS = {QPV: {**CHOICES, **CHOICES_BY_COMMUNE}, "zus": CHOICES}
LABELS = {"qpv": to_say("Quartier prioritaire (QPV)"), "zus": to_say("Zone urbaine sensible (ZUS)")}
SENTENCES = {
    "qpv": {
        INSIDE: "Dans un quartier prioritaire{named}.",
        EDGE: "Peut-être dans un quartier prioritaire{named}.",
        OUTSIDE: "Hors des quartiers prioritaires.",
        UNKNOWN: "On ne sait pas s’il est dans un quartier prioritaire.",
    },
    "zus": {
        INSIDE: "Dans une ancienne zone urbaine sensible{named}.",
        EDGE: "Peut-être dans une ancienne zone urbaine sensible{named}.",
        OUTSIDE: "Hors des anciennes zones urbaines sensibles.",
        UNKNOWN: "On ne sait pas s’il est dans une ancienne zone urbaine sensible.",
    },
}


@dataclass(frozen=True, slots=True)
class District:
    """Standing of a place in a kind of area, in words; source: who says it, and when;
    limit: what cannot be told, "" when all is; status: of `CHOICES`, "" when only the commune speaks.
    """

    sentence: str
    source: str
    limit: str = ""
    status: str = ""


def district(lieu: Lieu) -> District | None:
    """Locate a place in a priority district, or out of any; None where not even its commune is known.

    Without a file of contours, only the commune speaks.
    """
    if not lieu.code_insee:
        return None
    by_kind = standings([lieu]).get(QPV)
    if by_kind is not None:
        return by_kind[lieu.pk]
    has_one = anct.has_district(lieu.code_insee)
    if has_one is None:
        return District(SENTENCES[QPV][UNKNOWN], SOURCE_WORDS, NOT_LISTED)
    if has_one:
        return District("Sa commune compte au moins un quartier prioritaire.", SOURCE_WORDS, NO_CONTOUR)
    return District("Sa commune n’a aucun quartier prioritaire.", SOURCE_WORDS)


def standings(rows: Sequence[Lieu]) -> dict[str, dict[int, District]]:
    """Return where places stand, by kind of area then by number; no kind of which no contour is held.

    The last file dropped that draws an area in the département of a place speaks of it. One that draws none
    there says nothing: it may hold another part of the country.
    """
    stamps = territories.areas_stamps()
    by_kind: dict[str, dict[int, District]] = {}
    for kind in dict.fromkeys(kind for kind, *_ in stamps):
        areas_of_kind = territories.areas_of(stamps, kind)
        by_file: dict[str, tuple[Areas, list[Lieu]]] = {}
        by_place = by_kind.setdefault(kind, {})
        for lieu in rows:
            where = areas.departement(lieu.code_insee)
            of = next((each for each in areas_of_kind if where in each.departements), None)
            if of is None and kind == QPV and anct.has_district(lieu.code_insee) is False:
                by_place[lieu.pk] = _district(kind, SOURCE_WORDS, Standing(OUTSIDE), "")
            elif of is None:
                by_place[lieu.pk] = _district(kind, areas_of_kind[0].source, Standing(UNKNOWN), NOT_DRAWN)
            else:
                by_file.setdefault(of.slug, (of, []))[1].append(lieu)
        for of, located in by_file.values():
            by_place |= _standings(of, located)
    return by_kind


NOT_LISTED = "La liste des quartiers ne dit rien de cette collectivité."
NOT_DRAWN = "Les contours déposés ne disent rien de son département."
NOT_ALL_DRAWN = "Les contours déposés ne dessinent pas tous les quartiers de sa commune."
NO_POINT = "Son point n’est pas connu."


def _standings(of: Areas, rows: Sequence[Lieu]) -> dict[int, District]:
    """Return where places stand in the areas of one file, by number."""
    located = [lieu for lieu in rows if places.is_located(lieu)]
    unknown = _district(of.kind, of.source, Standing(UNKNOWN), NO_POINT)
    by_place = {lieu.pk: unknown for lieu in rows}
    if of.contours is None:
        return by_place | _by_quarter(of, located)
    points = [
        Point(lieu.longitude or 0.0, lieu.latitude or 0.0, float(lieu.sheet.get("precision", 0)))
        for lieu in located
    ]
    for lieu, standing in zip(located, of.contours.standings(points), strict=True):
        if standing.status == OUTSIDE and lieu.code_insee in of.undrawn_communes:
            by_place[lieu.pk] = _district(of.kind, of.source, Standing(UNKNOWN), NOT_ALL_DRAWN)
        else:
            limit = NEAR_EDGE if standing.status == EDGE else ""
            by_place[lieu.pk] = _district(of.kind, of.source, standing, limit)
    return by_place


NEAR_EDGE = "Son point est trop près de la limite."


def _by_quarter(of: Areas, located: Sequence[Lieu]) -> dict[int, District]:
    """Return where places stand from the part of each census quarter in the areas: all of it, or none,
    decides of every place there; a part decides of none.
    """
    quarter_by_place = quarters.iris_of(located)
    by_place = {}
    for lieu in located:
        if (quarter := quarter_by_place.get(lieu.pk)) is None:
            continue
        share = of.shares.get(quarter, 0.0)
        status = OUTSIDE if share == 0 else INSIDE if share >= NEARLY_ALL else EDGE
        limit = f"Ils couvrent {wording.share(share)} de son quartier Insee." if status == EDGE else ""
        by_place[lieu.pk] = _district(of.kind, of.source, Standing(status), limit)
    return by_place


def _district(kind: str, source: str, standing: Standing, limit: str) -> District:
    named = f" : {standing.district}" if standing.district else ""
    return District(SENTENCES[kind][standing.status].format(named=named), source, limit, standing.status)


# ------------------------------------------------------------------------------------------------- to narrow


def facets(rows: Sequence[Lieu]) -> list[tuple[str, int]]:
    """Return the facets that say where places stand, and which are in a commune with a priority district,
    each with the number of its place.
    """
    by_commune = [(OF_COMMUNE, lieu.pk) for lieu in rows if lieu.code_insee in anct.communes()]
    by_contour = [
        (f"{kind}:{district.status}", pk)
        for kind, by_place in standings(rows).items()
        for pk, district in by_place.items()
    ]
    return by_commune + by_contour


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind of area that an output may be narrowed by. choices: the possible answers; chosen: one of them,
    "" for any; source: of the answers.
    """

    id: str
    label: str
    choices: Mapping[str, str]
    chosen: str
    source: str

    @property
    def is_by_commune(self) -> bool:
        """True when the commune of places is requested, not where they stand."""
        return self.chosen == COMMUNE


def choices(requested: Mapping[str, str]) -> list[Choice]:
    """Return the kinds that an output may be narrowed by, as requested: without contours, only by commune."""
    stamps = territories.areas_stamps()
    offered = []
    for kind in areas.AREAS:
        files = territories.areas_of(stamps, kind)
        possible = ANSWERS[kind] if files else CHOICES_BY_COMMUNE if kind == QPV else {}
        value = str(requested.get(kind, ""))
        source = files[0].source if files and value != COMMUNE else SOURCE_WORDS
        if possible:
            offered.append(Choice(kind, LABELS[kind], possible, value if value in possible else "", source))
    return offered


def parse(parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the facets that some parameters ask for, all of which must hold; Refused when no contour is held
    to answer, or when a value means nothing.
    """
    value_by_area = {kind: value for kind in areas.AREAS if (value := str(parameters.get(kind) or ""))}
    for kind, value in value_by_area.items():
        if value not in ANSWERS[kind]:
            raise Refused(
                f"« {value[:40]} » ne dit pas où est un lieu.",
                why=f"Le filtre « {kind} » a {len(ANSWERS[kind])} réponses : {', '.join(ANSWERS[kind])}.",
                do="Choisissez l’une d’elles, ou enlevez ce filtre.",
            )
    by_contour = {kind for kind, value in value_by_area.items() if value in CHOICES}
    if by_contour and (missing := by_contour - {kind for kind, *_ in territories.areas_stamps()}):
        raise Refused(
            f"Le filtre « {min(missing)} » ne peut rien répondre.",
            why="Aucun contour n’a été déposé ici : on ne sait d’aucun lieu s’il est dedans ou dehors.",
            do="Enlevez ce filtre, ou faites déposer le fichier officiel des contours.",
        )
    return tuple(f"{kind}:{value}" for kind, value in value_by_area.items())


def counts(communes: Iterable[str], kind: str = QPV) -> Mapping[str, int] | None:
    """Return how many published places of some communes, of all without any, stand in each way to a kind of
    area; None when no contour is held.
    """
    if kind not in {known_kind for known_kind, *_ in territories.areas_stamps()}:
        return None
    rows = published.within(Lieu.objects.filter(state=PUBLISHED), communes)
    return {status: having(rows, (f"{kind}:{status}",)).count() for status in CHOICES}


def in_words(facets: Iterable[str], say: Callable[[str], str] = str) -> str:
    """Return the filters that some facets make, in words: “Quartier prioritaire (QPV) : dedans”."""
    split = (facet.split(":") for facet in facets)
    return ", ".join(f"{say(LABELS[kind])} : {say(ANSWERS[kind][value]).lower()}" for kind, value in split)
