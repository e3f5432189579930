"""Proposing a correspondence for a file nobody described: by the names of its columns, and by what they hold.

A name is believed when its cells can be read as that field; without a name, cells must look like it. What is proposed is a
mapping like any other, in YAML, that a person reads, corrects and keeps. Source: docs/methods/importer.md
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from typing import Any

import yaml
from rapidfuzz import fuzz

from maillage.kernel.names import plain
from maillage.pipeline.offer import answers, looks, naming, people, status
from maillage.pipeline.offer.answers import Meaning
from maillage.pipeline.offer.clean import wording
from maillage.pipeline.offer.columns import FURNITURE, SAMPLE, Column, columns_of, said
from maillage.pipeline.offer.forms.sheet import Sheet
from maillage.pipeline.offer.mapping import Correspondence, load
from maillage.reference import offer

WORDS = 300  # distinct words of a column: beyond, it is a text
LONG_ANSWER = 8  # words: beyond, a sentence may mention a practice without offering it
LONG_WORD = 90  # characters: words of a list are shorter on average
BY_NAME, NEARLY, BY_PART, BY_CONTENT = 1.0, 0.8, 0.6, 0.55
LEAST = 0.4  # below, a guess is not made: a field found wrongly is worse than a field not found
LEAST_READ = 0.2  # the share of cells that a field must read, whatever the name says
ENOUGH = 0.7  # the share of cells that must look like a field which the name does not say
OTHER_LIST = 0.35  # the share of its words that another list must know to read a column too
SERVES = {  # the service of the national schema that a practice is, for exports that know no practice
    "wifi": "access",
    "libre_acces": "access",
    "vente": "equipment",
    "assistance": "procedures",
    "formation": "everyday",
}
FLAGGED = (  # the lists that the name of a column of yes and no may give a value of, the most telling first
    "publics_specifiquement_adresses",
    "prise_en_charge_specifique",
    "frais_a_charge",
    "dispositif_programmes_nationaux",
    "formations_labels",
    "modalites_acces",
    "modalites_accompagnement",
    "services",
)
MOVES = {"yes": "itinerant", "no": "fixed"}
TOGETHER = {"street": " ", "line": ", ", "text": " ; ", "phone": " ; ", "mail": " ; ", "site": " ; ", "lines": " ; "}
OF_A_PRACTICE = {"modalites_acces": "inscription", "frais_a_charge": "frais"}  # what a list says of one practice only
BY_LOOKS = {  # the fields that cells alone may say
    *(
        "commune",
        "code_postal",
        "adresse",
        "telephone",
        "courriels",
        "site_web",
        "horaires",
        "date_maj",
        "pivot",
        "typologie",
    ),
    *("services", "publics_specifiquement_adresses", "frais_a_charge", "modalites_accompagnement", "modalites_acces"),
    *("dispositif_programmes_nationaux", "prise_en_charge_specifique"),
}
ASIDE = {
    "autre",
    "autres",
    "detail",
    "details",
    "precision",
    "precisions",
    "precisez",
    "commentaire",
    "remarque",
    "jedecris",
}
MADE = {  # words of a date that is not when a row was last said true
    *("creation", "created", "creationdate", "cree", "debut", "fin", "naissance", "labellisation", "habilitation"),
    *("ouverture", "fermeture", "signature", "adhesion", "convention", "certification", "agrement", "embauche", "visite"),
    *("echeance", "expiration", "start", "end", "inauguration", "installation", "formation", "demande", "naiss"),
}
GEOCODER = re.compile(r"(result|di) ")
SIGNS = {"enseigne", "enseigne1", "sigle", "usuelle", "usuel"}  # the name of a place, rather than of its organisation
HOUSE = re.compile(r"\d{1,4}\s?(?:bis|ter|quater|[a-d])?|\d{1,4}\s?[-/]\s?\d{1,4}", re.IGNORECASE)
BEGINS_WITH_HOUSE = re.compile(
    r"\d{1,4}\s?(?:bis|ter|quater|[a-d]\b)?[\s,]+(?!janv|fevr|févr|mars|avril|mai|juin|juil|ao[uû]t|sept|octo|nove|d[eé]ce)",
    re.IGNORECASE,
)
PIECES_OF_STREET = (  # what may stand before the name of a street, in this order
    {
        "n",
        "no",
        "num",
        *(f"{n} {of}".strip() for n in ("n", "no", "num", "numero") for of in ("voie", "rue", "adresse", "")),
        "adresse numero",
        "street number",
        "address numero",
        "house number",
        "housenumber",
    },
    {"indice repetition", "indice repetition numero", "repetition", "rep", "bis ter", "btq", "indice"},
    {"type voie", "nature voie", "type rue", "type adresse"},
)
DAYS = {"lundi": "Mo", "mardi": "Tu", "mercredi": "We", "jeudi": "Th", "vendredi": "Fr", "samedi": "Sa", "dimanche": "Su"}
SHORT_DAYS = {day[:3]: day for day in DAYS}
PART_OF_A_WEEK = {"matin", "apres midi", "am", "pm", "soir", "midi", "journee", *SHORT_DAYS}
RANGE = re.compile(r"di\s*(?:-|–|—|→|>|au?\b|à)\s*\w+di", re.IGNORECASE)
NAMED_DAYS = {*DAYS, *(f"{day}s" for day in DAYS), "jours", "semaine", "week"}
FIRST_HOUR = re.compile(r"\b(\d{1,2})\s*[h:]")
DAYS_OSM = {code.casefold(): code for code in DAYS.values()}
HALVES = {
    **dict.fromkeys(("matin", "matinee", "am", "m"), "am"),
    **dict.fromkeys(("midi", "aprem", "apm", "pm", "soir", "soiree"), "pm"),
}
DAY_BY_DAY = {"jour", "jours", "jour ouverture", "jours ouverture"}
MORNING, AFTERNOON = {"matin", "horaires matin", "matinee"}, {"apres midi", "aprem", "horaires apres midi", "am", "pm"}
OPENS, CLOSES = {"ouverture", "debut", "ouvre"}, {"fermeture", "fin", "ferme"}
AROUND_A_DAY = {
    "horaire",
    "horaires",
    "heure",
    "heures",
    "h",
    "apres",
    "open",
    "hours",
    *FURNITURE,
    *OPENS,
    *CLOSES,
    *HALVES,
}


@dataclass(frozen=True, slots=True)
class Guess:
    """Why a column was given to a field: its name, a name near it, or what it holds."""

    column: str
    field: str
    score: float
    why: str


@dataclass(slots=True)
class _Draft:
    """A proposal being made: `left` are the columns that nothing reads yet."""

    left: list[Column]
    fields: dict[str, Any] = field(default_factory=dict)
    practices: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    leave: list[dict[str, Any]] = field(default_factory=list)
    personal: list[str] = field(default_factory=list)
    why: list[Guess] = field(default_factory=list)
    grouped: bool = False

    def give(self, columns: Sequence[Column], id: str, spec: Any, score: float, why: str) -> None:
        """Give columns to a field; lists add up, any other field is given once."""
        of = offer.fields().get(id)
        if of is not None and of.kind in ("list", "kinds") and id in self.fields:
            held = self.fields[id]
            many = held if isinstance(held, list) else [held if isinstance(held, dict) else {"from": held}]
            self.fields[id] = [*many, spec if isinstance(spec, dict) else {"from": spec}]
        else:
            self.fields[id] = spec
        self.take(columns, id, score, why)

    def practice(self, column: Column, rule: dict[str, Any], why: str) -> None:
        self.practices.append(rule)
        self.take([column], f"pratique {rule['practice']}", BY_CONTENT, why)

    def take(self, columns: Sequence[Column], id: str, score: float, why: str) -> None:
        self.why += [Guess(column.name, id, score, why) for column in columns]
        names = {column.name for column in columns}
        self.left = [column for column in self.left if column.name not in names]


def propose(sheet: Sheet) -> tuple[str, list[Guess]]:
    """Return (the YAML of a correspondence, the reason of each choice). A column that nothing suits stays unread."""
    draft = _drafted(sheet, {}, ())
    raw: dict[str, Any] = {"id": plain(sheet.name).replace(" ", "-"), "title": sheet.name}
    if draft.grouped:
        raw["grouped"] = True
    raw |= {"fields": draft.fields, "practices": draft.practices}
    raw |= {key: value for key, value in _aside(draft).items() if value}
    return _written(raw), draft.why


def proposed(sheet: Sheet) -> Correspondence:
    """Return the correspondence proposed for a file."""
    return load(propose(sheet)[0], sheet.name)


def completed(raw: Mapping[str, Any], known: Correspondence, sheet: Sheet) -> tuple[str, list[Guess]]:
    """Return a known correspondence, given by its raw YAML, with the columns of this file that it does not read.

    A field that it reads here is left to it, lists apart, which add up. ('', []) when there is nothing to add.
    """
    filled = {plain(name) for name in sheet.columns if any(row.cells[name] for row in sheet.rows)}
    held = {
        id
        for id, origins in known.fields.items()
        if any(origin.always or filled.intersection(origin.used()) for origin in origins)
    }
    draft = _drafted(sheet, dict.fromkeys(held), known.used())
    if not draft.fields and not draft.practices and not draft.leave:
        return "", []
    fields = dict(raw["fields"])
    for id, spec in draft.fields.items():
        if id in held and offer.fields()[id].kind in ("list", "kinds"):
            fields[id] = [*_parts(fields[id]), *_parts(spec)]
        else:
            fields[id] = spec
    there = {rule["practice"] for rule in raw.get("practices") or ()}
    practices = [*(raw.get("practices") or ()), *(r for r in draft.practices if r["practice"] not in there)]
    aside = {key: [*(raw.get(key) or ()), *more] for key, more in _aside(draft).items() if more or raw.get(key)}
    return _written({**raw, "fields": fields, "practices": practices, **aside}), draft.why


def _aside(draft: _Draft) -> dict[str, list[Any]]:
    """Return what a correspondence says of the rows and of the columns that it does not read."""
    return {"leave": draft.leave, "ignored": draft.ignored, "personal": draft.personal}


def _parts(spec: Any) -> list[Any]:
    many = spec if isinstance(spec, list) and any(isinstance(each, dict) for each in spec) else [spec]
    return [each if isinstance(each, dict) else {"from": each} for each in many]


class _Plain(yaml.SafeDumper):
    """Writes every value in full: a person reads and corrects it."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _written(raw: Mapping[str, Any]) -> str:
    return yaml.dump(dict(raw), Dumper=_Plain, allow_unicode=True, sort_keys=False, width=120)


def _drafted(sheet: Sheet, held: Mapping[str, Any], used: Iterable[str]) -> _Draft:
    columns = [column for column in columns_of(sheet) if plain(column.name) not in set(used)]
    personal = people.personal(columns, sheet)
    draft = _Draft([column for column in columns if column.name not in personal], personal=personal)
    _geocoder(draft, held)
    draft.left = [column for column in draft.left if column.cells]
    _left_out(draft)
    _days(draft, held)
    _spread(draft, held)
    _point(draft, sheet, held)
    _named(draft, held)
    _numbered(draft, sheet)
    _name(draft, held)
    for column in list(draft.left):
        told = column.answers
        if told is not None:
            _flag(draft, column, told)
        else:
            _words(draft, column)
    _series(draft)
    _details(draft)
    _repeated(draft, sheet, held)
    return draft


# ------------------------------------------------------------------------------------------------------ names of columns


@cache
def _names(id: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names a field is known by: as they are, and without the words that say nothing."""
    of = offer.fields()[id]
    whole = {plain(each) for each in (of.id, of.label, *of.also)}
    bare = {" ".join(word for word in name.split() if word not in FURNITURE) for name in whole}
    return frozenset(whole), frozenset(bare - {""})


def _by_name(column: Column, id: str) -> tuple[float, str]:
    """Return how much the name of a column says a field, and how."""
    whole, bare = _names(id)
    if whole.intersection(column.said[:2]):
        return BY_NAME, "le nom de la colonne"
    glued = {name.replace(" ", "") for name in whole | bare if len(name) > 3}
    if bare.intersection(column.said) or glued.intersection(name.replace(" ", "") for name in column.said):
        return 0.95 * BY_NAME, "le nom de la colonne"
    best = max(
        (fuzz.ratio(name, other) for name in column.said for other in whole if min(len(name), len(other)) > 3), default=0
    )
    if best >= 88:
        return NEARLY * best / 100, "un nom de colonne voisin"
    if not offer.fields()[id].lmn:
        return 0.0, ""
    parts = [name for name in column.said if any(f" {other} " in f" {name} " for other in bare if len(other) > 2)]
    if parts:
        return BY_PART, "un mot du nom de la colonne"
    one = [name for name in column.said if " " not in name and len(name) > 11]
    if any(other in name for name in one for other in glued if len(other) > 5):
        return BY_PART, "un mot du nom de la colonne"
    return 0.0, ""


# ------------------------------------------------------------------------------------------------------ where, when


def _geocoder(draft: _Draft, held: Mapping[str, Any]) -> None:
    """Leave aside the answer of a geocoder but its confidence: the file says the rest in its own words."""
    for column in [c for c in draft.left if GEOCODER.match(c.said[0])]:
        if column.said[0] in ("result score", "di geocodage score") and "confidence" not in held:
            draft.give([column], "confidence", column.name, BY_NAME, "la confiance du géocodage")
        else:
            draft.ignored.append(column.name)
            draft.left.remove(column)


def _days(draft: _Draft, held: Mapping[str, Any]) -> None:
    """Give the hours the columns that are days, half-days, or the hours when each opens and closes."""
    found: dict[str, Column] = {}
    edges: dict[tuple[str, str, str], Column] = {}
    halves = HALVES if not _french_am(draft.left) else {**HALVES, "am": "pm"}
    short = sum(column.said[0] in SHORT_DAYS for column in draft.left) >= 2  # « mer » alone may be the sea
    for column in draft.left:
        told = [SHORT_DAYS.get(word, word) if short else word for word in _day_words(column)]
        day = _day(told)
        if day is None or set(told) - AROUND_A_DAY - DAYS.keys() - DAYS_OSM.keys():
            continue
        if len(days := _several_days(column, told)) > 1:
            half = next((halves[word] for word in told if word in halves), "")
            for each in days:
                found.setdefault(f"{each} {half}".strip(), column)
            continue
        half = next((halves[word] for word in told if word in halves), "")
        if OPENS & set(told) and not looks.share(looks.LOOKS["hours"], column.sample) < ENOUGH and _edge(column):
            edges[day, half, "opens"] = column
        elif CLOSES & set(told):
            if column.answers is None:  # « Fermé le mercredi » : oui
                edges[day, half, "closes"] = column
        else:
            found.setdefault(f"{day} {half}".strip(), column)
    if any(edge == "closes" for _, _, edge in edges):
        order = [(half, edge) for half in ("", "am", "pm") for edge in ("opens", "closes")]
        week = {
            day: [edges[day, half, edge].name for half, edge in order if (day, half, edge) in edges]
            for day in DAYS.values()
            if any(key[0] == day for key in edges)
        }
        columns = list(edges.values())
        draft.ignored += [column.name for column in found.values()]
    else:
        week = {day: column.name for day, column in found.items()}  # type: ignore[misc]
        columns = list({column.name: column for column in found.values()}.values())
    if week and "horaires" not in held:
        draft.give(columns, "horaires", {"days": week}, BY_NAME, "un jour de la semaine")


def _day_words(column: Column) -> list[str]:
    """Return the words of the name of a column that may be a day: the whole of it, or its last part alone."""
    name = column.name.replace("_", " ")
    tried = [plain(each).split() for each in (name, re.sub(r"\([^)]*\)", "", name), name.rsplit(".", 1)[-1])]
    return next((words for words in tried if set(words) <= AROUND_A_DAY | DAYS.keys() | DAYS_OSM.keys()), tried[1])


def _day(told: Sequence[str]) -> str | None:
    """Return the day that the name of a column holds; the two letters of OSM stand alone or after « horaires »."""
    if (day := next((DAYS[word] for word in told if word in DAYS), None)) is not None:
        return day
    return (
        next((DAYS_OSM[word] for word in told if word in DAYS_OSM), None)
        if set(told) <= {*DAYS_OSM, *AROUND_A_DAY}
        else None
    )


def _several_days(column: Column, told: Sequence[str]) -> list[str]:
    """Return the days that the name of a column holds, those between them too in « lundi au vendredi »."""
    days = [DAYS[word] for word in told if word in DAYS]
    week = list(DAYS.values())
    if len(days) == 2 and RANGE.search(column.name) and week.index(days[0]) < week.index(days[1]):
        return week[week.index(days[0]) : week.index(days[1]) + 1]
    return days


def _french_am(columns: Sequence[Column]) -> bool:
    """Return whether « AM » is the afternoon, as beside « M » or « matin »: so when its hours, or its neighbours, say so."""
    told = [(set(_day_words(column)), column) for column in columns if _day(_day_words(column))]
    if any(words & {"pm", "midi", "aprem", "apm"} and "am" in words for words, _ in told) or any(
        "pm" in w for w, _ in told
    ):
        return False
    starts = [int(hour) for words, c in told if "am" in words for cell in c.sample for hour in FIRST_HOUR.findall(cell)[:1]]
    return any(words & {"m", "matin"} for words, _ in told) or (bool(starts) and min(starts) >= 12)


def _spread(draft: _Draft, held: Mapping[str, Any]) -> None:
    """Give the hours the columns that say them piece by piece: the days, then the morning and the afternoon."""
    if "horaires" in held or "horaires" in draft.fields:
        return
    days = [c for c in draft.left if not DAY_BY_DAY.isdisjoint(c.said) and not _unreadable_days(c)]
    first = [c for c in draft.left if not MORNING.isdisjoint(c.said) and c.answers is None]
    then = [c for c in draft.left if not AFTERNOON.isdisjoint(c.said) and c.answers is None]
    whole = [c for c in draft.left if not (first or then) and _by_name(c, "horaires")[0] == BY_NAME]
    hours = [*first[:1], *then[:1]] or whole[:1]
    if hours and (days or first or then):
        columns = [*days[:1], *hours]
        spec = {"join": [c.name for c in columns], "with": " "} if len(columns) > 1 else columns[0].name
        draft.give(columns, "horaires", spec, BY_NAME, "les jours et les heures")


def _unreadable_days(column: Column) -> bool:
    return looks.share(lambda text: not set(plain(text).split()).isdisjoint(NAMED_DAYS), column.sample) < ENOUGH


def _edge(column: Column) -> bool:
    """Return whether cells are a single hour: when a day opens, rather than its hours."""
    return all(len(re.findall(r"\d{1,2}\s?[h:]", cell)) == 1 for cell in column.sample)


def _point(draft: _Draft, sheet: Sheet, held: Mapping[str, Any]) -> None:
    """Give latitude and longitude the two columns, or the only one, that hold a point."""
    if "latitude" in held:
        return
    pairs = []
    sides = {id: [(c, _by_name(c, id)[0]) for c in draft.left if _coordinate(c)] for id in ("latitude", "longitude")}
    for first, by_first in sides["latitude"]:
        for second, by_second in sides["longitude"]:
            if first is not second and by_first and by_second:
                pairs.append((by_first + by_second, first, second))
    cells = {c.name: [row.cells[c.name] for row in sheet.rows[: 4 * SAMPLE]] for c in draft.left}
    for score, first, second in sorted(pairs, key=lambda pair: -pair[0]):
        if looks.coordinates(cells[first.name], cells[second.name]) >= ENOUGH:
            crossed = _range(first) == "longitude" and _range(second) == "latitude"
            north, east = (second, first) if crossed else (first, second)
            draft.give([north], "latitude", north.name, score / 2, "le nom de la colonne")
            draft.give([east], "longitude", east.name, score / 2, "le nom de la colonne")
            return
    for column in draft.left:
        if looks.share(looks.pair, column.sample) >= ENOUGH:
            draft.give([column], "latitude", column.name, BY_CONTENT, "latitude et longitude dans une seule colonne")
            draft.fields["longitude"] = column.name
            return
    norths = [c for c in draft.left if _range(c) == "latitude"]
    easts = [c for c in draft.left if _range(c) == "longitude"]
    if len(norths) == len(easts) == 1:
        draft.give(norths, "latitude", norths[0].name, BY_CONTENT, "ce que contient la colonne")
        draft.give(easts, "longitude", easts[0].name, BY_CONTENT, "ce que contient la colonne")


UNWRITTEN = re.compile(r"[\s°NSEO]")  # what may stand in a coordinate beside its number


def _coordinate(column: Column) -> bool:
    return (
        looks.share(lambda text: bool(looks.NUMBER.fullmatch(UNWRITTEN.sub("", text))) or "°" in text, column.sample)
        >= ENOUGH
    )


def _range(column: Column) -> str:
    """Return the coordinate of mainland France that decimal cells can only be, '' when they may be others."""
    numbers = [float(cell.replace(",", ".")) for cell in column.sample if looks.NUMBER.fullmatch(cell)]
    if len(numbers) < len(column.sample) or all(number.is_integer() for number in numbers):
        return ""
    if all(41 <= number <= 51.6 for number in numbers):
        return "latitude"
    return "longitude" if all(-5.6 <= number <= 10 for number in numbers) else ""


# ------------------------------------------------------------------------------------------------------ fields


def _named(draft: _Draft, held: Mapping[str, Any]) -> None:
    """Give each field the column that its name and its cells say best."""
    guesses = [guess for column in draft.left for guess in _guesses(column)]
    by_name = {column.name: column for column in draft.left}
    for guess in sorted(guesses, key=lambda g: (-g.score, _precedence(g))):  # at equal scores, in the order of the file
        of = offer.fields()[guess.field]
        column = by_name[guess.column]
        if column not in draft.left or (guess.field in held and of.kind not in ("list", "kinds")):
            continue
        if guess.field == "itinerance" and (told := column.answers) is not None:
            gives = {answer: MOVES.get(meaning) for answer, meaning in told.items() if meaning in (*MOVES, "unknown")}
            draft.give([column], guess.field, {"from": column.name, "gives": gives}, guess.score, guess.why)
        elif guess.field not in draft.fields or (of.kind in ("list", "kinds") and guess.score >= BY_CONTENT * ENOUGH):
            draft.give([column], guess.field, guess.column, guess.score, guess.why)
        elif guess.field == "nom" and guess.score >= 0.8 * BY_NAME and _fills(draft, guess, by_name):
            draft.take([column], guess.field, guess.score, guess.why)
        elif of.kind in TOGETHER and of.kind not in ("line", "street", "text") and guess.score >= 0.8 * BY_NAME:
            draft.fields[guess.field] = _joined(draft.fields[guess.field], guess.column, TOGETHER[of.kind])
            draft.take([column], guess.field, guess.score, guess.why)


def _fills(draft: _Draft, guess: Guess, columns: Mapping[str, Column]) -> bool:
    """Return whether a name of organisation stands in for the sign of a place, empty in some rows; then it does so."""
    held = draft.fields["nom"]
    two = sorted((str(held), guess.column), key=lambda name: not columns[name].has(SIGNS)) if isinstance(held, str) else []
    if not two or not columns[two[0]].has(SIGNS) or len(columns[two[0]].cells) >= len(columns[two[1]].cells):
        return False
    draft.fields["nom"] = two
    return True


def _precedence(guess: Guess) -> int:
    """Return which of two columns of the same score says a field better: the number of a place, not of its company."""
    return guess.field == "pivot" and plain(guess.column) == "siren"


def _joined(spec: Any, column: str, between: str) -> dict[str, Any]:
    """Return columns put together, those of a first rank before « Téléphone 2 », whatever their order in the file."""
    columns = [*(spec["join"] if isinstance(spec, dict) else [spec]), column]
    return {"join": sorted(columns, key=_rank), "with": between}


def _rank(column: str) -> int:
    """Return the number that ends the name of a column, 1 when none does."""
    found = re.search(r"(?<!\d)(\d)\W*$", column)
    return int(found[1]) if found else 1


def _guesses(column: Column) -> list[Guess]:
    """Return the fields that a column may be, each with a score: how much its name says so, how many cells can be read."""
    found = []
    told = column.answers
    by_looks = BY_LOOKS if not looks.marked_up(column.sample) and not _long(column) else ()
    for of in offer.fields().values():
        if of.id in ("latitude", "longitude") or of.kind == "closures" or (of.private and of.id != "notes"):
            continue
        if told is not None and of.kind not in ("yesno", "list"):
            continue
        named, why = _by_name(column, of.id)
        if told is not None:
            if named >= NEARLY and (of.id == "itinerance" or of.kind == "yesno"):
                found.append(Guess(column.name, of.id, named, why))
            continue
        if column.has(ASIDE) and named < BY_NAME and of.kind != "text":
            continue
        if of.id == "modalites_acces" and named < NEARLY and naming.mentioned(column.said[0]):
            continue
        if of.kind == "date" and (column.has(MADE) or (not named and _other_date(column))):
            continue
        if of.kind == "hours" and (_day(_day_words(column)) or not PART_OF_A_WEEK.isdisjoint(column.said)):
            continue  # the hours of one day are not those of the week
        if named:
            read = looks.reads(of, column.sample) if of.kind != "key" else _unique(column)
            score = named * (0.35 + 0.65 * read)
            schema = plain(of.id) == column.said[0] and of.kind != "key"
            if schema or (score >= LEAST and read >= LEAST_READ):
                found.append(Guess(column.name, of.id, max(score, LEAST), why))
        elif of.id in by_looks and (seen := looks.looks(of, column.sample)) >= ENOUGH:
            found.append(Guess(column.name, of.id, BY_CONTENT * seen, "ce que contient la colonne"))
    return found


def _other_date(column: Column) -> bool:
    """Return whether a column is the date of something that its name says."""
    return column.has({"date", "dates", "dt"}) and column.said[-1] not in ("date", "dates", "dt")


def _unique(column: Column) -> float:
    """Return 1 when nearly every cell is different, as identifiers are."""
    return float(len(set(column.cells)) >= 0.95 * len(column.cells))


def _long(column: Column) -> bool:
    return sum(map(len, column.sample)) > LONG_WORD * 3 * len(column.sample)


def _numbered(draft: _Draft, sheet: Sheet) -> None:
    """Put before the column of streets those of the number in the street, of « bis », of « rue » or « avenue »."""
    street = draft.fields.get("adresse")
    if not isinstance(street, str):
        return
    named = [[c for c in draft.left if names.intersection(c.said)] for names in PIECES_OF_STREET]
    numbers = [c for c in named[0] if looks.share(_house, c.sample) >= ENOUGH and not _counts(c, street, sheet)]
    pieces = [next(iter(each), None) for each in (numbers, named[1] if numbers else [], named[2])]
    if found := [column for column in pieces if column is not None]:
        draft.fields["adresse"] = {"join": [*(c.name for c in found), street], "with": TOGETHER["street"]}
        draft.take(found, "adresse", BY_NAME, "le numéro dans la rue")


def _house(text: str) -> bool:
    return HOUSE.fullmatch(text) is not None


def _counts(column: Column, street: str, sheet: Sheet) -> bool:
    """Return whether numbers count the rows, or stand beside streets that have theirs already."""
    if any(row.cells[column.name] and BEGINS_WITH_HOUSE.match(row.cells[street]) for row in sheet.rows):
        return True
    numbers = [int(cell) for cell in column.cells if cell.isdecimal()]
    one_by_one = all(b - a == 1 for a, b in pairwise(numbers))
    return len(numbers) == len(column.cells) > 1 and one_by_one


def _left_out(draft: _Draft) -> None:
    """Keep the columns that say which rows are no places to publish."""
    for column in list(draft.left):
        if (rule := status.rule(column)) is not None:
            draft.leave.append(rule)
            draft.take([column], "lignes laissées", BY_CONTENT, "ce que contient la colonne")


def _name(draft: _Draft, held: Mapping[str, Any]) -> None:
    """Give the name of places, when no column is called so, to the first one of texts all different that name structures."""
    if "nom" in held or "nom" in draft.fields:
        return
    for column in draft.left:
        different = len(set(column.cells)) > 0.7 * len(column.cells)
        named = looks.share(lambda text: wording.kind_of(text) is not None, column.sample)
        if different and named >= 0.3 and not any(map(looks.alien, column.sample)) and not _long(column):
            draft.give([column], "nom", column.name, BY_CONTENT * named, "ce que contient la colonne")
            return


# ------------------------------------------------------------------------------------------------------ words


def _flag(draft: _Draft, column: Column, told: Mapping[str, Meaning]) -> None:
    """Read a column of yes and no by what its name says: a value of a list, a practice, a type of structure."""
    if column.has(ASIDE):
        return
    because = "oui ou non, et le nom de la colonne"
    practice = naming.practice(column.said[0])
    lists = [id for id in FLAGGED if not (id == "modalites_acces" and practice == "libre_acces")]  # « accès libre »
    by_word = [(list_id, *_slugs(list_id, column)) for list_id in lists]
    found = [
        (list_id, slugs) for wanted in ("read", "mended", "doubtful") for list_id, word, slugs in by_word if word == wanted
    ]
    if found:
        list_id, slugs = found[0]
        draft.give([column], list_id, _gives(column, told, slugs), BY_PART, because)
    if practice and (not found or found[0][0] == "services" or practice == "libre_acces"):
        draft.practice(column, {"practice": practice, "from": column.name, "yesno": True}, because)
        if practice in SERVES and not (found and found[0][0] == "services"):
            draft.give([column], "services", _serves(column, told, SERVES[practice]), BY_PART, because)
    kind = next((offer.kinds_by_word()[name] for name in column.said if name in offer.kinds_by_word()), None)
    if column in draft.left and kind and offer.kinds()[kind].codes and not _partners(draft, column):
        draft.give([column], "typologie", _gives(column, told, offer.kinds()[kind].codes[:1]), BY_PART, because)


def _partners(draft: _Draft, column: Column) -> bool:
    """Return whether other columns named like a type stand beside: a place with both Caf and La Poste is neither of them."""
    return any(
        other is not column and other.answers is not None and any(name in offer.kinds_by_word() for name in other.said)
        for other in draft.left
    )


def _gives(column: Column, told: Mapping[str, Meaning], slugs: Sequence[str]) -> dict[str, Any]:
    """Return what each answer gives to a list; one that says more than yes is left to check."""
    given = slugs[0] if len(slugs) == 1 else list(slugs)
    plainly = {"yes": given, "no": None, "unknown": None}
    known = {
        answer: meaning
        for answer, meaning in told.items()
        if meaning == "unknown" or (meaning in plainly and not answers.rest(answer))
    }
    return {"from": column.name, "gives": {answer: plainly[meaning] for answer, meaning in known.items()}}


def _serves(column: Column, told: Mapping[str, Meaning], slug: str) -> dict[str, Any]:
    """Return what each answer about a practice gives to the services; what comes with « oui » is told with the practice."""
    return {"from": column.name, "gives": {**{answer: slug for answer, m in told.items() if m == "yes"}, "~": None}}


def _slugs(list_id: str, column: Column) -> tuple[str, tuple[str, ...]]:
    """Return the values of a list that the name of a column says, after how surely: the whole of it, or most of it."""
    for name in column.said:
        found = wording.understood(list_id, name)
        if found is None or (found.word == "doubtful" and not 3 < len(name.split()) < 14):
            continue
        if slugs := tuple(dict.fromkeys(each.slug for each in found.said if each.slug and each.field == list_id)):
            return found.word, slugs
    return "", ()


def _words(draft: _Draft, column: Column) -> None:
    """Read a column of words by the lists and the practices that know most of them."""
    words = looks.words_of(column.cells)
    if not words or len(words) > WORDS or sum(map(len, words)) > LONG_WORD * len(words):
        return
    if column.has(ASIDE) or looks.marked_up(column.sample):
        return
    shares = {id: looks.known_words(id, words, telling=True) for id in FLAGGED if id != "formations_labels"}
    best = max(shares, key=lambda id: shares[id])
    if shares[best] and best in OF_A_PRACTICE and (practice := naming.mentioned(column.said[0])):
        _condition(draft, column, practice, OF_A_PRACTICE[best])
        return
    if shares[best] >= LEAST:
        draft.give([column], best, column.name, BY_CONTENT * shares[best], "ce que contient la colonne")
    by_practice: dict[str, list[str]] = {}
    for word in words:
        if len(word.split()) <= LONG_ANSWER and (practice := naming.practice(word)):
            by_practice.setdefault(practice, []).append(word)
    known = sum(words[word] for many in by_practice.values() for word in many) / words.total()
    about = _about(column)
    if (
        about
        and known < LEAST
        and column in draft.left
        and words.total() >= 2 * len(words)
        and not any(map(looks.alien, words))
    ):
        rule = {"practice": about, "from": column.name, "with": {"themes": column.name}}
        draft.practice(column, rule, "le nom de la colonne")
        if about in SERVES:
            spec = {"from": column.name, "gives": {"~": SERVES[about]}}
            draft.give([column], "services", spec, BY_PART, "le nom de la colonne")
        return
    if known >= LEAST and shares["services"] < ENOUGH:
        gives: dict[str, Any] = {}
        for practice, many in by_practice.items():
            told = [word for word in many if answers.meant(word) == "other"]
            planned = [word for word in many if answers.meant(word) == "planned"]
            if not told and not planned:
                continue
            rule = {"practice": practice, "from": column.name, "when": told, **({"planned": planned} if planned else {})}
            draft.practice(column, rule, "des mots de la colonne")
            if practice in SERVES:
                gives |= dict.fromkeys(told, SERVES[practice])
        if gives and best != "services":
            draft.give(
                [column],
                "services",
                {"from": column.name, "gives": {**gives, "~": None}},
                BY_CONTENT,
                "des mots de la colonne",
            )


def _condition(draft: _Draft, column: Column, practice: str, id: str) -> None:
    """Keep what a column says of one practice as its condition: the price of the wifi is not that of the place."""
    rule = next((rule for rule in draft.practices if rule["practice"] == practice and id not in rule.get("with", {})), None)
    if rule is None and id == "frais" and _about(column) == practice:
        rule = {"practice": practice, "from": column.name}
        draft.practices.append(rule)
    if rule is not None:
        rule.setdefault("with", {})[id] = column.name
        draft.take([column], f"pratique {practice}", BY_CONTENT, "ce que contient la colonne")


def _about(column: Column) -> str:
    """Return the practice that the name of a column is about: it begins with it, or is mostly made of it."""
    name = column.said[0]
    practice = naming.practice(name)
    words = [word for word in offer.practices()[practice].also if f" {word}" in f" {name}"] if practice else []
    if any(name.startswith(word) or 2 * len(word.split()) >= len(name.split()) for word in words):
        return practice
    return ""


def _series(draft: _Draft) -> None:
    """Read a numbered column, as « Tag 4 », like the others of its series."""
    read = {guess.column: guess.field for guess in draft.why if guess.field in FLAGGED}
    series = {said(name)[1]: field for name, field in read.items() if len(said(name)) > 1 and name[-1:].isdigit()}
    for column in list(draft.left):
        if len(column.said) > 1 and column.name[-1:].isdigit() and (field := series.get(column.said[1])):
            draft.give([column], field, column.name, BY_CONTENT, "une colonne de la même série")


def _details(draft: _Draft) -> None:
    """Keep the text that goes with a practice: the column named like its own, and « detail »."""
    for column in list(draft.left):
        stem = " ".join(word for word in column.said[0].split() if word not in ASIDE)
        for rule in draft.practices:
            if stem and stem != column.said[0] and stem in said(str(rule["from"]))[0]:
                rule.setdefault("with", {})["precisions"] = column.name
                draft.take([column], f"pratique {rule['practice']}", BY_PART, "le détail d’une autre colonne")
                break


def _repeated(draft: _Draft, sheet: Sheet, held: Mapping[str, Any]) -> None:
    """Put together the rows of one place, when a file has one row for each of its services."""
    name, street = draft.fields.get("nom"), draft.fields.get("adresse")
    if held or not isinstance(name, str) or not isinstance(street, str) or not draft.fields.keys() & {"services"}:
        return
    places = Counter((plain(row.cells[name]), plain(row.cells[street])) for row in sheet.rows if row.cells[street])
    if places and len(places) <= ENOUGH * places.total():
        draft.grouped = True
        draft.fields.pop("id", None)
