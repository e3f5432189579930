"""Meanings of « Où ? »: a commune, a quarter, a postcode, a place, a territory; several when ambiguous.

The label of a spot parses back to that spot: “Teisseire, Grenoble”, “Saint-Denis, La Réunion”.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from math import atan2, cos, hypot, pi, radians

import numpy as np
import shapely
from django.db.models import Q

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries.places import is_located, located, metres_in_words
from maillage.apps.directory.places.queries.search import METRES_A_DEGREE, Wanted, search
from maillage.apps.territories import queries as territories
from maillage.apps.territories.models import Perimeter
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.sources import cog, contours, rp2021
from maillage.statistics.zones.centres import Centre, centres, inside
from maillage.statistics.zones.territories import ARTICLES, KIND_LABELS, Territory, gazetteer
from maillage.statistics.zones.zoning import communes_of, composition
from maillage.words.languages import FRENCH, say, speaking, to_say, typed
from maillage.words.wording import of

CHOICES = 12
LIEUX = 4
MAX_PARTS = 20  # of a commune, folded under it
COMMUNE, QUARTER = KIND_LABELS["commune"], to_say("quartier")
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

    @property
    def point(self) -> tuple[float, float] | None:
        return None if self.latitude is None or self.longitude is None else (self.latitude, self.longitude)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A spot that a text may mean. label: an unambiguous text for it; kind: its nature, in French words, to
    say; place: what a commune is in.

    name, within: its name and what contains it, as `_bare` writes them. parts: its quarters and
    arrondissements, in a list where they are folded under it.
    """

    label: str
    kind: str
    commune: str
    name: str
    within: str
    spot: Callable[[], Spot] = field(compare=False)
    place: str = ""
    parts: tuple["Choice", ...] = field(default=(), compare=False)

    def starts(self, typed: Sequence[str]) -> bool:
        """Match typed words with the starts of words of its label, at least one of them of its own name."""
        own = f" {self.name}"
        label = f"{own} {self.within}"
        return all(f" {word}" in label for word in typed) and any(f" {word}" in own for word in typed)


@dataclass(frozen=True, slots=True)
class Answer:
    """Meaning of a text: one spot, or several choices; `alike`: none has that exact name; is_respelled: the
    spot is spelled otherwise.
    """

    spot: Spot | None = None
    choices: tuple[Choice, ...] = ()
    alike: bool = False
    is_respelled: bool = False


def find(text: str) -> Answer:
    """Resolve a text, ignoring accents, case and hyphens; a comma is followed by the containing place."""
    typed = text.strip()
    if not plain(typed):
        return Answer()
    of_postcode = sorted(_communes().by_postcode.get(typed, ()), key=_by_population)
    if choices := _covered_first(of_postcode):  # before the Insee code that looks like it
        return replace(_one_of(choices), alike=True)
    if typed.upper() in gazetteer() or typed.casefold() == "france":
        return Answer(of_territory(gazetteer().get(typed)))
    if choices := _exact(typed):
        by_label = sorted(choices, key=lambda c: plain(c.label) if c.kind == COMMUNE else "~")
        return _one_of(_covered_first(by_label))
    alike = _similar_choices(typed)
    if len(alike) == 1:
        return Answer(alike[0].spot(), is_respelled=not alike[0].starts(_bare(typed).split()))
    return Answer(choices=tuple(alike), alike=True)


def suggestions(text: str, limit: int = 8) -> list[Choice]:
    """Return the spots that a partial text may become: digits begin a postcode of theirs. The quarters of a
    commune are folded under it; those of others wait for one more letter when the text names a commune.
    """
    if not plain(text):
        return []
    if (typed := text.strip()).isdigit():
        by_postcode = _communes().by_postcode
        of_postcodes = {
            c.commune: c for code, choices in by_postcode.items() if code.startswith(typed) for c in choices
        }
        return _covered_first(sorted(of_postcodes.values(), key=_by_population))[:limit]
    exact = _exact(text)
    communes = {c.commune for c in exact if c.kind == COMMUNE}
    similar = [
        c for c in _similar_choices(text, None) if not communes or c.kind != QUARTER or c.commune in communes
    ]
    return _folded({c.label: c for c in [*exact, *similar]}.values())[:limit]


def _folded(choices: Iterable[Choice]) -> list[Choice]:
    """Return the choices, the quarters and the arrondissements of a commune already listed as its parts; its
    places, which have its name in theirs, are left out.
    """
    parts_by_label: dict[str, list[Choice]] = {}
    label_by_code: dict[str, str] = {}
    listed = []
    for choice in choices:
        label = label_by_code.get(choice.commune)
        if label:
            parts_by_label[label] += [choice] if choice.kind in (COMMUNE, QUARTER) else []
            continue
        listed.append(choice)
        if choice.kind == COMMUNE:
            parts_by_label[choice.label] = []
            codes = _of_territory(gazetteer().get(choice.commune))
            label_by_code.update(dict.fromkeys(codes, choice.label))
    return [replace(c, parts=tuple(parts_by_label.get(c.label, ())[:MAX_PARTS])) for c in listed]


def of_code(code: str) -> Spot:
    """Return the spot of an official code, or of a stored perimeter; UnknownTerritory otherwise."""
    perimeter = territories.perimeter(code)
    if perimeter is None:
        return of_territory(gazetteer().get(code))
    return Spot(label=perimeter.name, communes=_of_perimeter(perimeter))


def of_territory(territory: Territory) -> Spot:
    """Return a commune as the point where people are, a larger territory as its communes."""
    communes = _of_territory(territory)
    if territory.kind != "commune":
        return Spot(label=territory.long_name, communes=communes)
    return _in_commune(territory.code, label=_communes().label(territory), communes=communes)


def communes_in(code: str) -> tuple[str, ...]:
    """Return the communes of a spot alone, as `of_code` does: no outline is drawn to know them."""
    perimeter = territories.perimeter(code)
    return _of_territory(gazetteer().get(code)) if perimeter is None else _of_perimeter(perimeter)


def _of_territory(territory: Territory) -> tuple[str, ...]:
    members = _communes().members.get((territory.kind, territory.code.removeprefix("R")), ())
    return (territory.code, *members) if territory.kind == "commune" else members


def _of_perimeter(perimeter: Perimeter) -> tuple[str, ...]:
    zones = _zones(perimeter.zones, perimeter.file_name)
    return communes_of(code for _, codes in zones for code in codes)


# ------------------------------------------------------------------------------------------------ from a name


def _exact(typed: str) -> list[Choice]:
    """Return the choices of this exact name: one commune wins over quarters, both win over territories and
    places.
    """
    name, _, within = typed.rpartition(",")
    name, within = (name, _bare(within)) if name else (typed, "")
    bare_name = _bare(name)
    index = _communes()
    communes = [c for c in index.named.get(bare_name, ()) if not within or within in index.holders[c.commune]]
    if plain(name) != bare_name:  # its article was typed: « La Capelle » is not Capelle
        communes = [c for c in communes if plain(gazetteer().get(c.commune).name) == plain(name)] or communes
    if len(communes) == 1:
        return communes
    quarters = [q for q in _all_quarters() if q.name == bare_name and within in ("", q.within)]
    if communes or quarters:
        return _covered_first([*sorted(communes, key=_by_population), *quarters])
    larger = [
        t
        for t in gazetteer().find(name, limit=8)
        if _bare(t.name) == bare_name or _bare(t.long_name) == bare_name
    ]
    former = [index.by_code[t.code] for t in larger if t.kind == "commune" and not within]
    if former:
        return former
    perimeters = [_perimeter(p) for p in territories.perimeters() if _bare(p.name) == bare_name]
    if (perimeters or larger) and not within:
        return (perimeters or [_larger(larger[0])])[:1]
    return [lieu for lieu in _lieux(name) if lieu.name == bare_name and within in ("", lieu.within)]


def _similar_choices(name: str, n_zones: int | None = CHOICES - LIEUX) -> list[Choice]:
    """Return the choices of a similar name: `n_zones` communes and quarters (all when None), then places; the
    nearest spellings without any.
    """
    words = _bare(name).split()
    communes = [c for c in _communes().by_code.values() if c.starts(words)]
    communes.sort(key=lambda c: (not c.name.startswith(words[0]), _by_population(c)))
    quarters = [q for q in _all_quarters() if q.starts(words)]
    choices = [*_covered_first([*communes, *quarters])[:n_zones], *_lieux(name)[:LIEUX]]
    near = () if choices else gazetteer().nearest(name)
    return choices or [_communes().by_code[t.code] for t in near if t.kind == "commune"]


def _one_of(choices: Sequence[Choice]) -> Answer:
    """Return the spot of the only choice; else the choices, each commune, and the first of the others."""
    if len(choices) == 1:
        return Answer(choices[0].spot())
    communes = [choice for choice in choices if choice.kind == COMMUNE]
    n_beyond = max(CHOICES - len(communes), 0)
    return Answer(choices=(*communes, *[c for c in choices if c.kind != COMMUNE][:n_beyond]))


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
        kind=to_say("périmètre gardé"),
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
    return Choice(
        label=label,
        kind=COMMUNE,
        commune=code,
        name=name,
        within=within,
        spot=lambda: of_territory(territory),
        place="" if ", " in label else territory.place,  # the label of a namesake says it
    )


def inhabited_middle(code: str) -> tuple[float, float] | None:
    """Return the middle of the inhabitants of a commune, else of its contour, as latitude and longitude; None
    when neither is known. It reads no row: a list may ask it of each of its lines.
    """
    middle = _centre(code) if code else None
    return (round(middle.lat, 5), round(middle.lon, 5)) if middle else None


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
    if hall == lieu or (centre is not None and not centre.peopled):
        return ""
    start = hall.point if hall is not None else (centre.lat, centre.lon) if centre is not None else None
    if start is None or lieu.point is None:
        return ""
    north = METRES_A_DEGREE * (lieu.point[0] - start[0])
    east = METRES_A_DEGREE * (lieu.point[1] - start[1]) * cos(radians(start[0]))
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
    # The sheet of a place is long to read: only those of the few that have this name are.
    named_halls = Lieu.objects.filter(named, state=rules.PUBLISHED, code_insee=code)
    halls = named_halls.filter(located()).order_by("slug")
    with speaking(FRENCH):  # as sheets are named, whatever the reader speaks
        of_name = of(name)
    hall_names = {plain(f"{kind} {town}") for kind in HALLS for town in (of_name, name, "")}
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
        kind=QUARTER,
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
        kind=to_say("lieu"),
        commune=lieu.code_insee,
        name=_bare(lieu.name),
        within=_bare(commune),
        spot=lambda: spot,
    )
