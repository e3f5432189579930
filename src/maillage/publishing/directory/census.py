"""The census of a territory in figures: what there is, who runs it, what it offers, and what sheets do not
say.

Everything here is counted, place by place; each share states its base, which never includes places whose
sheet is silent on the question.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from maillage.kernel.names import plain
from maillage.publishing.directory import suitability
from maillage.publishing.directory.suitability import Suitability
from maillage.reference import offer
from maillage.reference.sheet import FREE_TEXT, Sheet, is_silent, practices
from maillage.sources.offer.clean.commune import departement
from maillage.statistics.offer.census import moving
from maillage.statistics.zones.territories import gazetteer
from maillage.words import opening, wording

FEWEST_ALIKE = 3  # places of a type before saying whether they give the same
MOST_ANCHORS = 2  # types of places named outside the centre
OLD = 365  # days after which a sheet is no longer recent


@dataclass(frozen=True, slots=True)
class Row:
    """A place as the census counts it. structure: identifies its structure, '' when nobody says which;
    source: who supplied its sheet.
    """

    id: str
    name: str
    commune: str
    structure: str
    structure_name: str
    kind: str
    sheet: Sheet
    last_confirmed: date | None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A share with its base; value: 0 to 1, None when the base is empty."""

    n: int
    among: int
    share: str
    value: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """The completeness of sheets: price (free, among those that state one), hours, telephone, update within a
    year, among those that are dated.
    """

    free: Part
    hours: Part
    phone: Part
    recent: Part
    evening_or_weekend: Part


@dataclass(frozen=True, slots=True)
class Centre:
    """The most populated commune: its share of places, and of residents. elsewhere: in how many of the other
    communes there are places, and which types give them most anchors; "" in a single commune.
    """

    name: str
    n_places: int
    share: str
    residents_share: str
    elsewhere: str


@dataclass(frozen=True, slots=True)
class KindLine:
    """Places of one type, and the structures known to run them. bar: its length in a chart, out of 100."""

    label: str
    n_places: int
    n_structures: int
    share: str
    bar: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticeLine:
    """A practice: offered today, in project, among the places that say something; and how. bar: its length in
    a chart, out of 100.
    """

    id: str
    label: str
    is_described: bool
    n_today: int
    n_planned: int
    share: str
    bar: int
    how: str


@dataclass(frozen=True, slots=True)
class Outside:
    """Places that go out of their walls, among the n_answering that say yes or no; n_district: those that
    name a priority district. n_hosts: places that receive partners in their premises, among
    n_hosts_answering.
    """

    n: int
    n_answering: int
    n_district: int
    n_hosts: int
    n_hosts_answering: int


@dataclass(frozen=True, slots=True)
class AlikeLine:
    """The likeness of the places of one type: the practices that all offer, and the mean share of places by
    practice.
    """

    kind: str
    n_places: int
    everywhere: str
    mean: str


@dataclass(frozen=True, slots=True)
class CommuneLine:
    """A commune: its residents, its places."""

    code: str
    name: str
    residents: str
    n_places: int
    residents_per_place: str


@dataclass(frozen=True, slots=True)
class ActorPractice:
    """A practice that a place offers, today or as a project."""

    label: str
    state: str


@dataclass(frozen=True, slots=True)
class ActorPlace:
    """A place of an actor."""

    id: str
    name: str
    practices: tuple[ActorPractice, ...]


@dataclass(frozen=True, slots=True)
class Actor:
    """A structure of the territory and its places; a place alone, under its name, when its structure is
    unknown.
    """

    name: str
    kind: str
    places: tuple[ActorPlace, ...]
    is_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CensusReading:
    """A census as a reader sees it. n_doubles: sheets left out, another describing the same place; n_unknown:
    places of which nobody says what structure runs them; per_10000: places, in words, "" where nobody lives;
    n_free_text: places whose offer was read in words typed freely; unmentioned: practices that no sheet
    mentions; only: the départements that are counted, "" for all of them; moving: what the count makes of
    places that move, "" without any.
    """

    source: str
    only: str
    n_places: int
    n_doubles: int
    moving: str
    n_structures: int
    n_unknown: int
    n_silent: int
    n_talking: int
    n_free_text: int
    per_10000: str
    centre: Centre
    shares: Shares
    outside: Outside
    kinds: tuple[KindLine, ...]
    practices: tuple[PracticeLine, ...]
    unmentioned: str
    alike: tuple[AlikeLine, ...]
    suitability: Suitability
    communes: tuple[CommuneLine, ...]
    actors: tuple[Actor, ...]

    @property
    def recent_words(self) -> str:
        """The sentence that counts sheets under a year old."""
        return recent_words(self.shares.recent.n, self.shares.recent.among, self.n_places)


def recent_words(recent: int, dated: int, total: int) -> str:
    """Return how many sheets are less than a year old, as a sentence. dated: those of which a source says the
    day, or that somebody confirmed; depositing a sheet tells no day.

    >>> recent_words(2, 3, 13).replace("\xa0", " ")
    '2 des 13 fiches de lieux ont moins d’un an ; 10 sont de date inconnue.'
    """
    undated = total - dated
    if total == 1:
        age = "est de date inconnue" if undated else "a moins d’un an" if recent else "a plus d’un an"
        return f"La seule fiche de lieu {age}."
    sheets = wording.count(total, "fiche")
    if max(undated, recent) == total:
        return f"Les {sheets} de lieux {'ont moins d’un an' if recent else 'sont de date inconnue'}."
    some = f"{wording.number(recent)} des {sheets} de lieux {'ont' if recent > 1 else 'a'} moins d’un an"
    first = some if recent else f"Aucune des {sheets} de lieux n’a moins d’un an"
    are = "sont" if undated > 1 else "est"
    return f"{first} ; {wording.number(undated)} {are} de date inconnue." if undated else f"{first}."


def outside_walls(sheets: Sequence[Sheet]) -> Outside:
    """Count the places that go out of their walls and those that receive partners; a sheet that says nothing
    counts nowhere.

    >>> outside_walls([{"hors_les_murs": False}, {"hors_les_murs_ou": ["district"]}, {}])
    Outside(n=1, n_answering=2, n_district=1, n_hosts=0, n_hosts_answering=0)
    """
    where = [sheet.get("hors_les_murs_ou", ()) for sheet in sheets]
    goes = [True if named else sheet.get("hors_les_murs") for named, sheet in zip(where, sheets, strict=True)]
    hosts = [sheet.get("accueille_partenaires") for sheet in sheets]
    return Outside(
        n=sum(each is True for each in goes),
        n_answering=sum(each is not None for each in goes),
        n_district=sum("district" in named for named in where),
        n_hosts=sum(each is True for each in hosts),
        n_hosts_answering=sum(each is not None for each in hosts),
    )


def _stops(rows: Sequence[Row]) -> Collection[int]:
    """Return how many stops each moving place has among these."""
    sheets = [{**row.sheet, "id": row.id, "nom": row.name, "code_insee": row.commune} for row in rows]
    return Counter(moving(sheets).values()).values()


def moving_sentence(stops: Iterable[int]) -> str:
    """Return the sentence on how a count of places treats those that move, "" without any. stops: how many
    each has there, all counted; the study sets them against people, and counts each moving place once.

    >>> moving_sentence([6, 1]).replace("\xa0", " ")
    'Un lieu itinérant compte ici à chacune de ses 6 étapes ; l’étude le compte une fois en tout.'
    """
    several = [n for n in stops if n > 1]
    if not several:
        return ""
    at = f"{wording.number(sum(several))}{wording.NBSP}étapes"
    if len(several) == 1:
        return f"Un lieu itinérant compte ici à chacune de ses {at} ; l’étude le compte une fois en tout."
    places = wording.count(len(several), "lieu itinérant", "lieux itinérants")
    return f"{places} comptent ici à chacune de leurs {at} ; l’étude compte chacun une fois en tout."


def census_page(
    rows: Sequence[Row],
    *,
    inhabitants: Mapping[str, int],
    names: Mapping[str, str],
    on: date,
    doubles: int = 0,
) -> CensusReading:
    """Return a census as a reader sees it. doubles: sheets already left out of the rows.

    inhabitants, names: by commune of the territory; the most populated one is its centre. A département
    without any place was not counted, which is not to say that it has none: its people are left out.
    """
    counted = {departement(row.commune) for row in rows}
    every = {departement(code) for code in inhabitants}
    if counted & every:
        inhabitants = {code: n for code, n in inhabitants.items() if departement(code) in counted}
    practices_by_id = {row.id: practices(row.sheet) for row in rows}
    talking = [row for row in rows if not is_silent(row.sheet)]
    centre = max(inhabitants, key=lambda code: (inhabitants[code], code), default="")
    total = sum(inhabitants.values())
    in_centre = sum(row.commune == centre for row in rows)
    free = [row for row in rows if _prices(row.sheet, practices_by_id[row.id])]
    practice_lines = _practices(talking, practices_by_id)
    timed = [row for row in rows if "horaires" in row.sheet]
    late = [opening.is_late(str(row.sheet["horaires"].get("osm", "")), on) for row in timed]
    return CensusReading(
        source=_sources(rows, on),
        n_places=len(rows),
        n_doubles=doubles,
        moving=moving_sentence(_stops(rows)),
        n_structures=len({row.structure for row in rows} - {""}),
        n_unknown=sum(not row.structure for row in rows),
        n_silent=len(rows) - len(talking),
        n_talking=len(talking),
        n_free_text=sum(FREE_TEXT in row.sheet for row in talking),
        per_10000=_density(10_000 * len(rows) / total) if total else "",
        only=_only(counted & every, every),
        centre=Centre(
            name=names.get(centre, ""),
            n_places=in_centre,
            share=_share(in_centre, len(rows)),
            residents_share=_share(inhabitants.get(centre, 0), total),
            elsewhere=_elsewhere(rows, set(inhabitants) - {centre}),
        ),
        shares=Shares(
            free=part(sum(_prices(r.sheet, practices_by_id[r.id]) == {"free"} for r in free), len(free)),
            hours=part(len(timed), len(rows)),
            phone=part(sum("telephone" in row.sheet for row in rows), len(rows)),
            recent=part(
                sum(_recent(row, on) for row in rows), sum(row.last_confirmed is not None for row in rows)
            ),
            evening_or_weekend=part(late.count(True), len(late) - late.count(None)),
        ),
        outside=outside_walls([row.sheet for row in rows]),
        kinds=_kinds(rows),
        practices=practice_lines,
        unmentioned=wording.listing(
            [wording.lower_first(each.label) for each in practice_lines if not each.is_described]
        ),
        alike=_alike(talking, practices_by_id),
        suitability=suitability.suitability_page([(r.name, r.commune, r.kind, r.sheet) for r in rows], names),
        communes=_communes(rows, inhabitants, names),
        actors=_actors(rows, practices_by_id),
    )


def _density(value: float) -> str:
    """Return places for ten thousand people, in words: what is printed under two is singular.

    >>> _density(1.94).replace("\xa0", " "), _density(1.97).replace("\xa0", " ")
    ('1,9 lieu', '2,0 lieux')
    """
    return f"{wording.number(value, 1)}{wording.NBSP}{'lieux' if round(value, 1) >= 2 else 'lieu'}"


def _only(counted: set[str], every: set[str]) -> str:
    """Return the sentence on the départements that a census counts, when it counts only some of them."""
    if not counted or counted == every:
        return ""
    known = gazetteer()
    named = wording.listing([known.get(code).name if code in known else code for code in sorted(counted)])
    n_uncounted = len(every - counted)
    rest = (
        f"des {wording.number(n_uncounted)} autres départements"
        if n_uncounted > 1
        else "de l’autre département"
    )
    where = "ces départements" if len(counted) > 1 else "ce département"
    return f"Recensé dans {where} seulement : {named}. L’annuaire ne sait rien {rest}."


def _elsewhere(rows: Sequence[Row], communes: set[str]) -> str:
    """Return how far places reach beyond the centre, and the types that anchor them there: a type in one
    commune is no anchor of the whole.
    """
    if not communes:
        return ""
    there = {(row.kind, row.commune) for row in rows if row.commune in communes}
    reached = len({commune for _, commune in there})
    many = len(communes)
    if not reached:
        return f"Ailleurs, aucun lieu connu : {wording.count(many, 'autre commune', 'autres communes')}."
    sentence = (
        f"Ailleurs, des lieux dans {wording.number(reached)} des {wording.number(many)} autres communes"
        if many > 1
        else "Un lieu aussi dans l’autre commune"
    )
    anchors = [
        f"{wording.lower_first(offer.kinds()[kind].label)}, dans {wording.number(n)}"
        for kind, n in Counter(kind for kind, _ in sorted(there)).most_common(MOST_ANCHORS)
        if kind and n > 1
    ]
    return f"{sentence} ; ce qui y ancre l’offre : {' ; '.join(anchors)}." if anchors else f"{sentence}."


def _sources(rows: Sequence[Row], on: date) -> str:
    """Return, in a sentence, who supplied the sheets, how many each, when they were last confirmed, and the
    day of the count.
    """
    givers = Counter(row.source for row in rows if row.source).most_common()
    suppliers = wording.listing([f"{name} ({wording.count(n, 'lieu', 'lieux')})" for name, n in givers])
    years = sorted({row.last_confirmed.year for row in rows if row.last_confirmed})
    when = (
        ""
        if not years
        else f", dites en {years[0]}"
        if len(years) == 1
        else f", dites de {years[0]} à {years[-1]}"
    )
    silent = sum(row.last_confirmed is None for row in rows)
    undated = f" ; {wording.count(silent, 'fiche', 'fiches')} sans date" if silent and years else ""
    return (
        f"Compté le {opening.date_text(on)}. Fiches de {suppliers}{when}{undated}."
        if suppliers
        else f"Compté le {opening.date_text(on)}."
    )


def _share(part: float, total: float) -> str:
    return wording.share(part / total) if total else "—"


def part(n: int, among: int) -> Part:
    """Return a share with its base."""
    return Part(n, among, _share(n, among), n / among if among else None)


NO_SHARES = Shares(
    free=part(0, 0), hours=part(0, 0), phone=part(0, 0), recent=part(0, 0), evening_or_weekend=part(0, 0)
)


def _prices(sheet: Sheet, place_practices: Mapping[str, Mapping[str, Any]]) -> set[str]:
    return {
        *sheet.get("frais_a_charge", ()),
        *(price for conditions in place_practices.values() for price in conditions.get("frais", ())),
    }


def _recent(row: Row, on: date) -> bool:
    return row.last_confirmed is not None and (on - row.last_confirmed).days < OLD


def _kinds(rows: Sequence[Row]) -> tuple[KindLine, ...]:
    places = Counter(row.kind for row in rows)
    structures = Counter(kind for kind, _ in {(row.kind, row.structure) for row in rows if row.structure})
    return tuple(
        KindLine(
            offer.kinds()[kind].label, n, structures[kind], _share(n, len(rows)), round(100 * n / len(rows))
        )
        for kind, n in sorted(places.items(), key=lambda pair: (-pair[1], pair[0]))
    )


def _practices(
    talking: Sequence[Row], practices_by_id: Mapping[str, Mapping[str, Mapping[str, Any]]]
) -> tuple[PracticeLine, ...]:
    """Return each practice: offered today, planned, its base; and how it is offered, when sheets say so."""
    out = []
    for practice in offer.practices().values():
        statements = [
            practices_by_id[row.id][practice.id] for row in talking if practice.id in practices_by_id[row.id]
        ]
        states = Counter(statement.get("state", "offered") for statement in statements)
        today = [statement for statement in statements if statement.get("state") == "offered"]
        out.append(
            PracticeLine(
                id=practice.id,
                label=practice.label,
                is_described=bool(statements)
                or any(practice.id in row.sheet.get("sans", ()) for row in talking),
                n_today=states["offered"],
                n_planned=states["planned"],
                share=_share(states["offered"], len(talking)),
                bar=round(100 * states["offered"] / len(talking)) if talking else 0,
                how=_how(practice.id, today),
            )
        )
    return tuple(out)


def _how(practice: str, today: Sequence[Mapping[str, Any]]) -> str:
    """Return how a practice is offered, with silent places counted separately."""
    condition = {"wifi": "endroit", "libre_acces": "accompagnement", "formation": "publics"}.get(practice)
    if condition is None or not today:
        return ""
    words = {
        "indoor": "en intérieur",
        "outdoor": "en plein air",
        "alone": "en autonomie",
        "person": "avec quelqu’un",
        "group": "en groupe",
    }
    counts = Counter(  # of places: one that names three publics has conditions once
        label
        for each in today
        for label in dict.fromkeys(
            words.get(slug, "avec conditions de public") for slug in each.get(condition, ())
        )
    )
    silent = sum(not each.get(condition) for each in today)
    parts = [f"{n} {label}" for label, n in counts.most_common()]
    if silent and not counts:  # « 21 ne le disent pas », beside 21 places, would be read as a denial
        return "sans précision"
    if silent:
        parts.append(f"{silent} ne le disent pas" if silent > 1 else "1 ne le dit pas")
    return ", ".join(parts)


def _alike(talking: Sequence[Row], practices_by_id: Mapping[str, Mapping[str, Any]]) -> tuple[AlikeLine, ...]:
    """Return, for each type with a few places, whether they offer the same things: the mean share of places
    per practice.
    """
    out = []
    for kind in sorted({row.kind for row in talking}):
        places = [row for row in talking if row.kind == kind]
        if len(places) < FEWEST_ALIKE:
            continue
        place_counts = Counter(
            p
            for row in places
            for p, conditions in practices_by_id[row.id].items()
            if conditions.get("state") == "offered"
        )
        everywhere = [offer.practices()[p].label for p, n in place_counts.items() if n == len(places)]
        mean = sum(place_counts.values()) / len(place_counts) / len(places) if place_counts else 0.0
        out.append(
            AlikeLine(
                kind=offer.kinds()[kind].label,
                n_places=len(places),
                everywhere=wording.listing(sorted(everywhere)) if everywhere else "aucune pratique",
                mean=wording.share(mean),
            )
        )
    return tuple(out)


def _communes(
    rows: Sequence[Row], inhabitants: Mapping[str, int], names: Mapping[str, str]
) -> tuple[CommuneLine, ...]:
    counts = Counter(row.commune for row in rows)
    return tuple(
        CommuneLine(
            code=code,
            name=names.get(code, code),
            residents=wording.number(inhabitants[code]),
            n_places=counts[code],
            residents_per_place=wording.number(inhabitants[code] / counts[code]) if counts[code] else "—",
        )
        for code in sorted(inhabitants, key=lambda code: (-inhabitants[code], code))
    )


def _actors(rows: Sequence[Row], practices_by_id: Mapping[str, Mapping[str, Any]]) -> tuple[Actor, ...]:
    """Return the actors of the territory: each structure, its places, and what each offers."""
    by: dict[str, list[Row]] = {}
    for row in rows:
        by.setdefault(row.structure or f"lieu:{row.id}", []).append(row)
    actors = [
        Actor(
            name=members[0].structure_name or members[0].name,
            kind=offer.kinds()[members[0].kind].label,
            places=tuple(
                ActorPlace(row.id, row.name, _actor_practices(practices_by_id[row.id])) for row in members
            ),
            is_known=bool(members[0].structure),
        )
        for members in by.values()
    ]
    return tuple(sorted(actors, key=lambda actor: (-len(actor.places), plain(actor.name))))


def _actor_practices(place_practices: Mapping[str, Any]) -> tuple[ActorPractice, ...]:
    return tuple(
        ActorPractice(offer.practices()[p].label, conditions.get("state", "offered"))
        for p, conditions in place_practices.items()
    )
