"""Meanings of « Où ? »: a commune, a quarter, a postcode, a place, a territory; several when ambiguous.

The label of a spot parses back to that spot: “Teisseire, Grenoble”, “Saint-Denis, La Réunion”.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from math import atan2, cos, hypot, pi, radians

import numpy as np
import shapely
from django.db.models import Q

from maillage.apps.directory import rules
from maillage.apps.directory.models import Lieu
from maillage.apps.directory.queries.places import is_located, located, metres_in_words
from maillage.apps.directory.queries.search import METRES_A_DEGREE, Wanted, search
from maillage.apps.territories import queries as territories
from maillage.apps.territories.models import Perimeter
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.pipeline.cog import clean as cog
from maillage.pipeline.contours import clean as contours
from maillage.pipeline.rp2021 import clean as rp2021
from maillage.studies.diagnosis.territories import ARTICLES, KIND_LABELS, Territory, gazetteer
from maillage.studies.diagnosis.zoning import communes_of, composition
from maillage.studies.offer.centres import Centre, centres, inside
from maillage.words.languages import say, to_say, typed
from maillage.words.wording import of

CHOICES = 12
LIEUX = 4
HALLS = ("mairie", "hotel de ville")
HALL = to_say("la mairie {of_town}")
MIDDLES = {
    True: to_say("le centre habité {of_town}"),
    False: to_say("le milieu {of_town} sur la carte (le bourg peut être ailleurs)"),
}
BESIDE_METRES = 100  # metres
SIDES = (
    *(to_say("au nord"), to_say("au nord-est"), to_say("à l’est"), to_say("au sud-est")),
    *(to_say("au sud"), to_say("au sud-ouest"), to_say("à l’ouest"), to_say("au nord-ouest")),
)
LEVELS = ("ept", "epci", "departement", "region")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The origin of a search. label: the text of the field.

    latitude, longitude: the point distances are measured from, None when there is none: a territory, or no
    contour. communes: its commune, or those of the territory; none for the whole of France. middle: the point
    in words.
    """

    label: str
    latitude: float | None = None
    longitude: float | None = None
    communes: tuple[str, ...] = ()
    middle: str = ""

    @property
    def is_point(self) -> bool:
        return self.latitude is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A spot that a text may mean. label: an unambiguous text for it; kind: its nature, in words.

    name, within: its name and what contains it, as `_bare` writes them.
    """

    label: str
    kind: str
    commune: str
    name: str
    within: str
    spot: Callable[[], Spot] = field(compare=False)

    def starts(self, typed: Sequence[str]) -> bool:
        """Match typed words with the starts of words of its label, at least one of them of its own name."""
        own = f" {self.name}"
        label = f"{own} {self.within}"
        return all(f" {word}" in label for word in typed) and any(f" {word}" in own for word in typed)


@dataclass(frozen=True, slots=True)
class Answer:
    """Meaning of a text: one spot, or several choices; `alike`: none has that exact name."""

    spot: Spot | None = None
    choices: tuple[Choice, ...] = ()
    alike: bool = False


def find(text: str) -> Answer:
    """Resolve a text, ignoring accents, case and hyphens; a comma is followed by the containing place."""
    typed = text.strip()
    if not plain(typed):
        return Answer()
    if choices := _covered_first(
        _communes().by_postcode.get(typed, ())
    ):  # before the Insee code that looks like it
        return _one_of(choices)
    if typed.upper() in gazetteer() or typed.casefold() == "france":
        return Answer(of_territory(gazetteer().get(typed)))
    if choices := _exact(typed):
        return _one_of(choices)
    alike = _alike(typed)
    return Answer(alike[0].spot()) if len(alike) == 1 else Answer(choices=tuple(alike), alike=True)


def suggestions(text: str, limit: int = 8) -> list[Choice]:
    """Return the spots that a partial text may become."""
    if not plain(text):
        return []
    choice_by_label = {c.label: c for c in [*_exact(text), *_alike(text)]}
    return list(choice_by_label.values())[:limit]


def of_code(code: str) -> Spot:
    """Return the spot of an official code, or of a stored perimeter; UnknownTerritory otherwise."""
    perimeter = territories.perimeter(code)
    if perimeter is None:
        return of_territory(gazetteer().get(code))
    codes = [code for _, zone_codes in _zones(perimeter.zones, perimeter.file_name) for code in zone_codes]
    return Spot(label=perimeter.name, communes=communes_of(codes))


def of_territory(territory: Territory) -> Spot:
    """Return a commune as the point where people are, a larger territory as its communes."""
    index = _communes()
    if territory.kind != "commune":
        members = index.members.get((territory.kind, territory.code.removeprefix("R")), ())
        return Spot(label=territory.long_name, communes=members)
    parts = (territory.code, *index.members.get(("commune", territory.code), ()))
    return _in_commune(territory.code, label=index.label(territory), communes=parts)


# ------------------------------------------------------------------------------------------------ from a name


def _exact(typed: str) -> list[Choice]:
    """Return the choices of this exact name: one commune wins over quarters, both win over territories and
    places.
    """
    name, _, within = typed.rpartition(",")
    name, within = (name, _bare(within)) if name else (typed, "")
    wanted = _bare(name)
    index = _communes()
    communes = [c for c in index.named.get(wanted, ()) if not within or within in index.holders[c.commune]]
    if len(communes) == 1:
        return communes
    quarters = [q for q in _all_quarters() if q.name == wanted and within in ("", q.within)]
    if communes or quarters:
        return _covered_first([*sorted(communes, key=_by_population), *quarters])
    larger = [
        t for t in gazetteer().find(name, limit=8) if _bare(t.name) == wanted or _bare(t.long_name) == wanted
    ]
    former = [index.by_code[t.code] for t in larger if t.kind == "commune" and not within]
    if former:
        return former
    perimeters = [_perimeter(p) for p in territories.perimeters() if _bare(p.name) == wanted]
    if (perimeters or larger) and not within:
        return (perimeters or [_larger(larger[0])])[:1]
    return [lieu for lieu in _lieux(name) if lieu.name == wanted and within in ("", lieu.within)]


def _alike(typed: str) -> list[Choice]:
    """Return the choices of a similar name: communes, quarters, places; the nearest spellings without any."""
    words = _bare(typed).split()
    communes = [c for c in _communes().by_code.values() if c.starts(words)]
    communes.sort(key=lambda c: (not c.name.startswith(words[0]), _by_population(c)))
    quarters = [q for q in _all_quarters() if q.starts(words)]
    choices = [*_covered_first([*communes, *quarters])[: CHOICES - LIEUX], *_lieux(typed)[:LIEUX]]
    near = () if choices else gazetteer().nearest(typed)
    return choices or [_communes().by_code[t.code] for t in near if t.kind == "commune"]


def _one_of(choices: Sequence[Choice]) -> Answer:
    return Answer(choices[0].spot()) if len(choices) == 1 else Answer(choices=tuple(choices[:CHOICES]))


def _covered_first(choices: Sequence[Choice]) -> list[Choice]:
    """Return the choices, those in départements with places first, otherwise in the same order."""
    if len(choices) < 2:
        return list(choices)
    departements = set(
        map(
            _departement,
            Lieu.objects.filter(state=rules.PUBLISHED).values_list("code_insee", flat=True).distinct(),
        )
    )
    return sorted(choices, key=lambda c: _departement(c.commune) not in departements)


def _by_population(commune: Choice) -> int:
    return -gazetteer().get(commune.commune).population


def _departement(code: str) -> str:
    return code[:3] if code.startswith("97") else code[:2]


@lru_cache(maxsize=65_536)
def _bare(name: str) -> str:
    """Return a name as people type it, without its article: “Le Pont-de-Claix” is “pont de claix”."""
    words = plain(name).split()
    return " ".join(words[1:] if len(words) > 1 and words[0] in ARTICLES else words)


def _larger(territory: Territory) -> Choice:
    return Choice(
        label=territory.long_name,
        kind=KIND_LABELS[territory.kind],
        commune="",
        name=_bare(territory.long_name),
        within="",
        spot=lambda: of_territory(territory),
    )


def _perimeter(perimeter: Perimeter) -> Choice:
    name = _bare(perimeter.name)
    return Choice(
        label=perimeter.name,
        kind="périmètre gardé",
        commune="",
        name=name,
        within="",
        spot=lambda: of_code(perimeter.slug),
    )


# --------------------------------------------------------------------------------------------------- communes


@dataclass(frozen=True, slots=True)
class _Communes:
    """The communes by everything that finds them. holders: what contains each; members: communes of each
    grouping, parts of each.
    """

    by_code: Mapping[str, Choice]
    named: Mapping[str, Sequence[Choice]]
    by_postcode: Mapping[str, Sequence[Choice]]
    holders: Mapping[str, frozenset[str]]
    members: Mapping[tuple[str, str], tuple[str, ...]]

    def label(self, commune: Territory) -> str:
        return self.by_code[commune.code].label


@cache
def _communes() -> _Communes:
    rows = list(cog.communes().rows())
    same: dict[str, int] = {}
    for row in rows:
        same[_bare(row["name"])] = same.get(_bare(row["name"]), 0) + 1
    by_code, named, holders = {}, dict[str, list[Choice]](), {}
    members: dict[tuple[str, str], list[str]] = {}
    by_postcode: dict[str, list[Choice]] = {}
    cut = {row["parent"] for row in rows}  # their arrondissements have the postcodes
    for row in rows:
        code, bare = row["code"], _bare(row["name"])
        label = (
            f"{row['name']}, {row['departement_name']}"
            if same[bare] > 1 and row["departement_name"]
            else row["name"]
        )
        choice = by_code[code] = _commune(code, label, bare, _bare(row["departement_name"]))
        named.setdefault(bare, []).append(choice)
        holders[code] = frozenset(
            _bare(row[c]) for c in ("departement", "departement_name", "region_name", "epci_name")
        )
        for postcode in filter(None, row["postcodes"].split(";") if code not in cut else ()):
            by_postcode.setdefault(postcode, []).append(choice)
        if row["parent"]:
            members.setdefault(("commune", row["parent"]), []).append(code)
            continue
        for level in LEVELS:
            members.setdefault((level, row[level]), []).append(code)
    return _Communes(
        by_code, named, by_postcode, holders, {key: tuple(codes) for key, codes in members.items()}
    )


def _commune(code: str, label: str, name: str, within: str) -> Choice:
    territory = gazetteer().get(code)
    kind = f"{KIND_LABELS['commune']}, {territory.place}" if territory.place else KIND_LABELS["commune"]
    return Choice(
        label=label, kind=kind, commune=code, name=name, within=within, spot=lambda: of_territory(territory)
    )


def inhabited_middle(code: str) -> tuple[float, float] | None:
    """Return the middle of the inhabitants of a commune, else of its contour, as latitude and longitude; None
    when neither is known. It reads no row: a list may ask it of each of its lines.
    """
    middle = _centre(code) if code else None
    return middle and (round(middle.lat, 5), round(middle.lon, 5))


def _in_commune(code: str, *, label: str, communes: tuple[str, ...], but: str = "") -> Spot:
    """Return a commune as its town hall, else the middle of its inhabitants, else that of its contour. but:
    why not better.
    """
    name = gazetteer().get(code).name
    if (hall := _town_hall(code, name)) is not None:
        point, middle = (hall.latitude, hall.longitude), say(HALL, of_town=of(name))
    elif (centre := _centre(code)) is not None:
        point, middle = (
            (round(centre.lat, 5), round(centre.lon, 5)),
            say(MIDDLES[centre.peopled], of_town=of(name)),
        )
    else:
        return Spot(label=label, communes=communes)
    return Spot(label=label, latitude=point[0], longitude=point[1], communes=communes, middle=middle + but)


ROUTES = "https://www.openstreetmap.org/directions?route="


def route(lieu: Lieu) -> str:
    """Return the address of the site that says how to go to a place, '' where its point is not known; whoever
    follows it says there where they leave from.
    """
    return f"{ROUTES}%3B{lieu.latitude:.5f}%2C{lieu.longitude:.5f}" if is_located(lieu) else ""


def way(lieu: Lieu) -> str:
    """Return where a place is from the town hall of its commune, else from where its inhabitants are: “À
    environ 600 m, au nord
    de la mairie de Voiron”; '' when either is not known."""
    if not is_located(lieu) or lieu.code_insee not in gazetteer():
        return ""
    name = gazetteer().get(lieu.code_insee).name
    hall = _town_hall(lieu.code_insee, name)
    centre = None if hall is not None else _centre(lieu.code_insee)
    if hall == lieu or (centre is not None and not centre.peopled) or hall is centre is None:
        return ""
    start = (hall.longitude, hall.latitude) if hall is not None else (centre.lon, centre.lat)
    north = METRES_A_DEGREE * (lieu.latitude - start[1])
    east = METRES_A_DEGREE * (lieu.longitude - start[0]) * cos(radians(start[1]))
    metres = hypot(north, east)
    if metres < BESIDE_METRES:
        sentence = (
            to_say("À côté de la mairie {of_town}")
            if hall is not None
            else to_say("À côté du centre habité {of_town}")
        )
        return say(sentence, of_town=of(name))
    side = SIDES[round(atan2(east, north) / (pi / 4)) % len(SIDES)]
    from_hall = to_say("À environ {metres} {side} de la mairie {of_town}, à vol d’oiseau")
    from_centre = to_say("À environ {metres} {side} du centre habité {of_town}, à vol d’oiseau")
    far = from_hall if hall is not None else from_centre
    return say(far, metres=metres_in_words(metres), side=say(side), of_town=of(name))


def _town_hall(code: str, name: str) -> Lieu | None:
    """Return the located town hall of a commune, when the directory has it: none of its annexes."""
    named = (
        Q(name__istartswith="mairie")
        | Q(name__istartswith="hôtel de ville")
        | Q(name__istartswith="hotel de ville")
    )
    halls = Lieu.objects.filter(located(), named, state=rules.PUBLISHED, code_insee=code).order_by("slug")
    hall_names = (
        {plain(f"{kind} {of(name)}") for kind in HALLS}
        | {plain(f"{kind} {name}") for kind in HALLS}
        | set(HALLS)
    )
    return next((lieu for lieu in halls if plain(lieu.name) in hall_names), None)


@lru_cache(maxsize=512)
def _centre(code: str) -> Centre | None:
    return centres([code]).get(code)


def _at(codes: tuple[str, ...], *, label: str, communes: tuple[str, ...], middle: str) -> Spot:
    point = _middle(codes)
    if point is None:
        return Spot(label=label, communes=communes)
    return Spot(label=label, latitude=point[0], longitude=point[1], communes=communes, middle=middle)


@lru_cache(maxsize=512)
def _middle(codes: tuple[str, ...]) -> tuple[float, float] | None:
    """Return a point in the middle of IRIS or communes, inside them; None without contour."""
    parts = [
        *contours.iris(code for code in codes if len(code) == 9).values(),
        *contours.communes(code for code in codes if len(code) == 5).values(),
    ]
    if not parts:
        return None
    point = inside(shapely.union_all(shapely.make_valid(np.array(parts, dtype=object))))
    return round(float(point.y), 5), round(float(point.x), 5)


# --------------------------------------------------------------------------------------------------- quarters


def _all_quarters() -> Iterable[Choice]:
    """Return the zones of stored perimeters, except those that are one commune under its name, then the
    IRIS.
    """
    for perimeter in territories.perimeters():
        for name, codes in _zones(perimeter.zones, perimeter.file_name):
            commune = _commune_of(codes)
            if codes != (codes[0][:5],) and _bare(name) != _bare(gazetteer().get(commune).name):
                yield _quarter(name, perimeter.name, codes, commune)
    yield from _iris()


@cache
def _iris() -> tuple[Choice, ...]:
    """Return the IRIS that have a name of their own."""
    iris = rp2021.iris()
    rows = zip(
        iris["name"].tolist(),
        iris["commune"].tolist(),
        iris["iris"].tolist(),
        iris["kind"].tolist(),
        strict=True,
    )
    return tuple(
        _quarter(name, gazetteer().get(commune).name, (code,), commune)
        for name, commune, code, kind in rows
        if name and kind != "Z" and commune in gazetteer()
    )


@lru_cache(maxsize=64)
def _zones(content: str, file_name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the zones of a stored perimeter: name, and its IRIS or communes; none when it was stored before
    its quotes were looked at: no other search stops for it.
    """
    try:
        return composition(content, name=file_name)
    except Refused:
        return ()


@lru_cache(maxsize=4096)
def _commune_of(codes: tuple[str, ...]) -> str:
    """Return the commune of today where the first of some IRIS or communes stands."""
    return communes_of(codes[:1])[0]


def _quarter(name: str, within: str, codes: tuple[str, ...], commune: str) -> Choice:
    return Choice(
        label=f"{name}, {within}",
        kind="quartier",
        commune=commune,
        name=_bare(name),
        within=_bare(within),
        spot=lambda: _of_quarter(name, within, codes),
    )


def _of_quarter(name: str, within: str, codes: tuple[str, ...]) -> Spot:
    """Return a quarter as a point in its middle; without a contour, as its commune, with a notice."""
    label, communes = f"{name}, {within}", communes_of(codes)
    spot = _at(
        codes, label=label, communes=communes, middle=say("le milieu du quartier {name}", name=typed(name))
    )
    if spot.is_point:
        return spot
    return _in_commune(
        _commune_of(codes),
        label=label,
        communes=communes,
        but=say(", car nous ne savons pas situer ce quartier"),
    )


# ----------------------------------------------------------------------------------------------------- places


def _lieux(name: str) -> list[Choice]:
    """Return the located places whose name contains these words."""
    ids = [id for id, _ in search(Wanted(text=name, limit=50)).places]
    lieux = Lieu.objects.filter(located(), pk__in=ids).order_by("name", "pk")
    choices = [_lieu(lieu) for lieu in lieux]
    return [choice for choice in choices if choice.starts(_bare(name).split())]


def _lieu(lieu: Lieu) -> Choice:
    commune = str(lieu.sheet.get("commune", ""))
    label = f"{lieu.name}, {commune}" if commune else lieu.name
    spot = Spot(
        label=label,
        latitude=lieu.latitude,
        longitude=lieu.longitude,
        communes=(lieu.code_insee,) if lieu.code_insee else (),
        middle=lieu.name,
    )
    return Choice(
        label=label,
        kind="lieu",
        commune=lieu.code_insee,
        name=_bare(lieu.name),
        within=_bare(commune),
        spot=lambda: spot,
    )
