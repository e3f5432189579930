"""Proposing a correspondence for a file nobody described: by the names of its columns, and by what they hold.

A name is believed when its cells can be read as that field; without a name, cells must look like it. What is proposed is a
mapping like any other, in YAML, that a person reads, corrects and keeps. Source: docs/methods/importer.md
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import yaml
from rapidfuzz import fuzz

from maillage.kernel.names import plain
from maillage.pipeline.offer import looks
from maillage.pipeline.offer.clean import wording
from maillage.pipeline.offer.forms.sheet import Sheet
from maillage.pipeline.offer.mapping import Correspondence, load
from maillage.reference import offer

SAMPLE = 60  # distinct cells of a column that are looked at
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
PLANNED = ["~en projet", "~en construction", "~bientot", "~a venir"]
TOGETHER = {"street": " ", "line": ", ", "text": " ; ", "phone": " ; ", "mail": " ; ", "site": " ; ", "lines": " ; "}
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
FURNITURE = {  # words that say nothing of what a column holds
    *(
        "a",
        "au",
        "aux",
        "avez",
        "ce",
        "d",
        "dans",
        "de",
        "des",
        "du",
        "en",
        "est",
        "et",
        "etes",
        "l",
        "la",
        "le",
        "les",
        "leur",
    ),
    *(
        "leurs",
        "ma",
        "mes",
        "mon",
        "nos",
        "notre",
        "ou",
        "par",
        "pour",
        "possedez",
        "quel",
        "quelle",
        "quelles",
        "quels",
        "s",
    ),
    *("sa", "ses", "son", "sont", "sur", "un", "une", "vos", "votre", "vous", "accompagnez", "proposez"),
    *("structure", "structures", "lieu", "lieux", "organisation", "etablissement", "service"),
}
SOMEBODY = {
    "prenom",
    "referent",
    "referente",
    "interlocuteur",
    "creator",
    "editor",
    "createur",
    "auteur",
    "userid",
    "agent",
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
MADE = {"creation", "created", "creationdate", "cree", "debut", "fin", "naissance", "labellisation"}
GEOCODER = re.compile(r"(result|di) ")
HOUSE = re.compile(r"\d{1,4}\s?(?:bis|ter|quater|[a-d])?|\d{1,4}\s?[-/]\s?\d{1,4}", re.IGNORECASE)
NUMBERS_OF_STREET = {
    "n",
    "numero",
    "num",
    "adresse numero",
    "numero voie",
    "numero de voie",
    "street number",
    "address numero",
}
PRINTED_3D = re.compile(r"imp\w+ 3d")
DAYS = {"lundi": "Mo", "mardi": "Tu", "mercredi": "We", "jeudi": "Th", "vendredi": "Fr", "samedi": "Sa", "dimanche": "Su"}
DAYS_OSM = {code.casefold(): code for code in DAYS.values()}
HALVES = {"matin": "am", "am": "am", "midi": "pm", "aprem": "pm", "pm": "pm", "soir": "pm"}
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


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: the names it may be known by, the plainest first, and its filled cells."""

    name: str
    said: tuple[str, ...]
    cells: tuple[str, ...]

    @property
    def sample(self) -> list[str]:
        return list(dict.fromkeys(self.cells))[:SAMPLE]

    def has(self, words: Iterable[str]) -> bool:
        """Return whether one of these words is in its name."""
        return not {word for name in self.said for word in name.split()}.isdisjoint(words)


@dataclass(slots=True)
class _Draft:
    """A proposal being made: `left` are the columns that nothing reads yet."""

    left: list[_Column]
    fields: dict[str, Any] = field(default_factory=dict)
    practices: list[dict[str, Any]] = field(default_factory=list)
    ignored: list[str] = field(default_factory=list)
    why: list[Guess] = field(default_factory=list)
    grouped: bool = False

    def give(self, columns: Sequence[_Column], id: str, spec: Any, score: float, why: str) -> None:
        """Give columns to a field; lists add up, any other field is given once."""
        of = offer.fields().get(id)
        if of is not None and of.kind in ("list", "kinds") and id in self.fields:
            held = self.fields[id]
            many = held if isinstance(held, list) else [held if isinstance(held, dict) else {"from": held}]
            self.fields[id] = [*many, spec if isinstance(spec, dict) else {"from": spec}]
        else:
            self.fields[id] = spec
        self.take(columns, id, score, why)

    def practice(self, column: _Column, rule: dict[str, Any], why: str) -> None:
        self.practices.append(rule)
        self.take([column], f"pratique {rule['practice']}", BY_CONTENT, why)

    def take(self, columns: Sequence[_Column], id: str, score: float, why: str) -> None:
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
    if draft.ignored:
        raw["ignored"] = draft.ignored
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
    if not draft.fields and not draft.practices:
        return "", []
    fields = dict(raw["fields"])
    for id, spec in draft.fields.items():
        if id in held and offer.fields()[id].kind in ("list", "kinds"):
            fields[id] = [*_parts(fields[id]), *_parts(spec)]
        else:
            fields[id] = spec
    there = {rule["practice"] for rule in raw.get("practices") or ()}
    practices = [*(raw.get("practices") or ()), *(r for r in draft.practices if r["practice"] not in there)]
    ignored = [*(raw.get("ignored") or ()), *draft.ignored]
    return _written({**raw, "fields": fields, "practices": practices, "ignored": ignored}), draft.why


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
    columns = [column for column in _columns(sheet) if plain(column.name) not in set(used)]
    draft = _Draft([column for column in columns if not _somebody(column, columns)])
    _geocoder(draft, held)
    draft.left = [column for column in draft.left if column.cells]
    _days(draft, held)
    _point(draft, sheet, held)
    _named(draft, held)
    _numbered(draft)
    _name(draft, held)
    for column in list(draft.left):
        answers = looks.flags(column.cells)
        if answers is not None:
            _flag(draft, column, answers)
        elif looks.answers_at_length(column.sample):
            _at_length(draft, column)
        else:
            _words(draft, column)
    _series(draft)
    _details(draft)
    _repeated(draft, sheet, held)
    return draft


# ------------------------------------------------------------------------------------------------------ names of columns


def _columns(sheet: Sheet) -> list[_Column]:
    lead = _common_lead(sheet.columns)
    return [
        _Column(name, _said(name.removeprefix(lead)), tuple(v for row in sheet.rows if (v := row.cells.get(name, ""))))
        for name in sheet.columns
    ]


def _common_lead(names: Sequence[str]) -> str:
    """Return the few letters that most columns begin with, as `c_`, or as `properties.`; '' when there are none."""
    leads = Counter(match[0] for name in names if (match := re.match(r"[a-z]{1,3}_|\w+\.", name)))
    lead, n = leads.most_common(1)[0] if leads else ("", 0)
    return lead if n > 0.6 * len(names) else ""


def _said(name: str) -> tuple[str, ...]:
    """Return what a column may be called: its name, without its number, without the words that say nothing, its last part."""
    apart = re.sub(r"(?<=[a-zà-ÿ])(?=[A-Z])", " ", name) if not name.isupper() else name
    whole = plain(apart)
    bare = re.sub(r" ?\d+( \d+)*$", "", whole)
    said = [whole, bare, " ".join(word for word in bare.split() if word not in FURNITURE)]
    parts = [part for part in name.split(".") if not part.isdecimal()]
    if parts and re.fullmatch(r"[\w-]+(\.[\w-]+)+", name):
        said.append(plain(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", parts[-1])))
    return tuple(dict.fromkeys(filter(None, said))) or (name,)


def _somebody(column: _Column, columns: Sequence[_Column]) -> bool:
    """Return whether a column is about a person: nobody’s name or own number is read without being asked for."""
    if column.has(SOMEBODY) or any(name in ("contact", "contacts") for name in column.said):
        return True
    named = any(
        name.startswith("contact ") and {"nom", "prenom", "role"} & set(name.split()) for c in columns for name in c.said
    )
    return named and any(name.startswith("contact ") for name in column.said)


@cache
def _names(id: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names a field is known by: as they are, and without the words that say nothing."""
    of = offer.fields()[id]
    whole = {plain(each) for each in (of.id, of.label, *of.also)}
    bare = {" ".join(word for word in name.split() if word not in FURNITURE) for name in whole}
    return frozenset(whole), frozenset(bare - {""})


def _by_name(column: _Column, id: str) -> tuple[float, str]:
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
    found: dict[str, _Column] = {}
    edges: dict[tuple[str, str, str], _Column] = {}
    for column in draft.left:
        words = re.sub(r"\([^)]*\)", "", column.name).replace("_", " ")
        told = plain(words).replace(".", " ").split()
        day = next((DAYS.get(word) or DAYS_OSM.get(word) for word in told if word in DAYS or word in DAYS_OSM), None)
        if day is None or set(told) - AROUND_A_DAY - DAYS.keys() - DAYS_OSM.keys():
            continue
        half = next((HALVES[word] for word in told if word in HALVES), "")
        if OPENS & set(told) and not looks.share(looks.LOOKS["hours"], column.sample) < ENOUGH and _edge(column):
            edges[day, half, "opens"] = column
        elif CLOSES & set(told):
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
        columns = list(found.values())
    if len({day[:2] for day in week}) >= 3 and "horaires" not in held:
        draft.give(columns, "horaires", {"days": week}, BY_NAME, "un jour de la semaine")


def _edge(column: _Column) -> bool:
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


def _coordinate(column: _Column) -> bool:
    return (
        looks.share(lambda text: bool(looks.NUMBER.fullmatch(text.strip("°NSEO "))) or "°" in text, column.sample) >= ENOUGH
    )


def _range(column: _Column) -> str:
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
    for guess in sorted(guesses, key=lambda g: -g.score):  # at equal scores, in the order of the file
        of = offer.fields()[guess.field]
        column = by_name[guess.column]
        if column not in draft.left or (guess.field in held and of.kind not in ("list", "kinds")):
            continue
        if guess.field == "itinerance" and (answers := looks.flags(column.cells)) is not None:
            gives = {answer: "itinerant" if meant else "fixed" for answer, meant in answers.items()}
            draft.give([column], guess.field, {"from": column.name, "gives": gives}, guess.score, guess.why)
        elif guess.field not in draft.fields or (of.kind in ("list", "kinds") and guess.score >= BY_CONTENT * ENOUGH):
            draft.give([column], guess.field, guess.column, guess.score, guess.why)
        elif of.kind in TOGETHER and of.kind not in ("line", "street", "text") and guess.score >= 0.8 * BY_NAME:
            draft.fields[guess.field] = _joined(draft.fields[guess.field], guess.column, TOGETHER[of.kind])
            draft.take([column], guess.field, guess.score, guess.why)


def _joined(spec: Any, column: str, between: str) -> dict[str, Any]:
    return {"join": [*(spec["join"] if isinstance(spec, dict) else [spec]), column], "with": between}


def _guesses(column: _Column) -> list[Guess]:
    """Return the fields that a column may be, each with a score: how much its name says so, and how many cells can be read."""
    found = []
    answers = looks.flags(column.cells)
    by_looks = BY_LOOKS if not looks.marked_up(column.sample) and not _long(column) else ()
    for of in offer.fields().values():
        if of.id in ("latitude", "longitude") or of.kind == "closures" or (of.private and of.id != "notes"):
            continue
        if answers is not None and of.kind not in ("yesno", "list"):
            continue
        named, why = _by_name(column, of.id)
        if answers is not None:
            if named >= NEARLY and (of.id == "itinerance" or of.kind == "yesno"):
                found.append(Guess(column.name, of.id, named, why))
            continue
        if column.has(ASIDE) and named < BY_NAME and of.kind != "text":
            continue
        if of.id == "modalites_acces" and named < NEARLY and _practice_in(column.said[0]):
            continue
        if of.kind == "date" and column.has(MADE):
            continue
        if named:
            read = looks.reads(of, column.sample) if of.kind != "key" else _unique(column)
            score = named * (0.35 + 0.65 * read)
            schema = plain(of.id) == column.said[0] and of.kind != "key"
            if schema or (score >= LEAST and read >= LEAST_READ):
                found.append(Guess(column.name, of.id, max(score, LEAST), why))
        elif of.id in by_looks and (seen := looks.looks(of, column.sample)) >= ENOUGH:
            found.append(Guess(column.name, of.id, BY_CONTENT * seen, "ce que contient la colonne"))
    return found


def _unique(column: _Column) -> float:
    """Return 1 when nearly every cell is different, as identifiers are."""
    return float(len(set(column.cells)) >= 0.95 * len(column.cells))


def _long(column: _Column) -> bool:
    return sum(map(len, column.sample)) > LONG_WORD * 3 * len(column.sample)


def _numbered(draft: _Draft) -> None:
    """Put a column of numbers in a street before the column of streets."""
    street = draft.fields.get("adresse")
    if not isinstance(street, str):
        return
    for column in draft.left:
        called = NUMBERS_OF_STREET.intersection(column.said)
        if called and looks.share(lambda text: bool(HOUSE.fullmatch(text)), column.sample) >= ENOUGH:
            draft.fields["adresse"] = {"join": [column.name, street], "with": TOGETHER["street"]}
            draft.take([column], "adresse", BY_NAME, "le numéro dans la rue")
            return


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


def _flag(draft: _Draft, column: _Column, answers: Mapping[str, bool]) -> None:
    """Read a column of yes and no by what its name says: a value of a list, a practice, a type of structure."""
    if column.has(ASIDE):
        return
    because = "oui ou non, et le nom de la colonne"
    by_word = [(list_id, *_slugs(list_id, column)) for list_id in FLAGGED]
    said = [
        (list_id, slugs) for wanted in ("read", "mended", "doubtful") for list_id, word, slugs in by_word if word == wanted
    ]
    if said:
        list_id, slugs = said[0]
        draft.give([column], list_id, _gives(column, answers, slugs), BY_PART, because)
    practice = _practice_in(column.said[0])
    if practice and (not said or said[0][0] == "services"):
        yes = [answer for answer, meant in answers.items() if meant]
        draft.practice(column, {"practice": practice, "from": column.name, "when": yes}, because)
        if practice in SERVES and not said:
            draft.give([column], "services", _gives(column, answers, (SERVES[practice],)), BY_PART, because)
    kind = next((offer.kinds_by_word()[name] for name in column.said if name in offer.kinds_by_word()), None)
    if column in draft.left and kind and offer.kinds()[kind].codes:
        draft.give([column], "typologie", _gives(column, answers, offer.kinds()[kind].codes[:1]), BY_PART, because)


def _at_length(draft: _Draft, column: _Column) -> None:
    """Read a column of yes and no with conditions as the practice that its name says, its cells kept as they are."""
    practice = _practice_in(column.said[0])
    if not practice or column.has(ASIDE):
        return
    rule = {
        "practice": practice,
        "from": column.name,
        "when": ["~oui"],
        "planned": PLANNED,
        "with": {"precisions": column.name},
    }
    draft.practice(column, rule, "oui ou non, et le nom de la colonne")
    if practice in SERVES:
        spec = {"from": column.name, "gives": {"~oui": SERVES[practice], "~": None}}
        draft.give([column], "services", spec, BY_PART, "oui ou non, et le nom de la colonne")


def _gives(column: _Column, answers: Mapping[str, bool], slugs: Sequence[str]) -> dict[str, Any]:
    given = slugs[0] if len(slugs) == 1 else list(slugs)
    return {"from": column.name, "gives": {answer: given if meant else None for answer, meant in answers.items()}}


def _slugs(list_id: str, column: _Column) -> tuple[str, tuple[str, ...]]:
    """Return the values of a list that the name of a column says, after how surely: the whole of it, or most of a long one."""
    for name in column.said:
        found = wording.understood(list_id, name)
        if found is None or (found.word == "doubtful" and not 3 < len(name.split()) < 14):
            continue
        if slugs := tuple(dict.fromkeys(each.slug for each in found.said if each.slug and each.field == list_id)):
            return found.word, slugs
    return "", ()


def _practice_in(text: str) -> str:
    """Return the practice that a text names without denying it, '' when it is none."""
    said = PRINTED_3D.sub("", plain(text))
    if any(map(str.isdigit, said)) and looks.LOOKS["street"](text):
        return ""  # « 3 cours Gay-Lussac » teaches nothing
    hits = [
        (word, p.id)
        for p in offer.practices().values()
        for word in p.also
        if f" {word}" in f" {said}" and not wording.denied(word, said)
    ]
    return max(hits, key=lambda hit: len(hit[0]))[1] if hits else ""


def _words(draft: _Draft, column: _Column) -> None:
    """Read a column of words by the lists and the practices that know most of them."""
    words = looks.words_of(column.cells)
    if not words or len(words) > WORDS or sum(map(len, words)) > LONG_WORD * len(words):
        return
    if column.has(ASIDE) or looks.marked_up(column.sample):
        return
    shares = {id: looks.known_words(id, words, telling=True) for id in FLAGGED if id != "formations_labels"}
    best = max(shares, key=lambda id: shares[id])
    if best == "modalites_acces" and (practice := _practice_in(column.said[0])):
        for rule in draft.practices:  # how to come to one workshop is not how to come to the place
            if rule["practice"] == practice and "inscription" not in rule.get("with", {}):
                rule.setdefault("with", {})["inscription"] = column.name
                draft.take([column], f"pratique {practice}", BY_CONTENT, "ce que contient la colonne")
                break
        return
    if shares[best] >= LEAST:
        draft.give([column], best, column.name, BY_CONTENT * shares[best], "ce que contient la colonne")
    by_practice: dict[str, list[str]] = {}
    for word in words:
        if len(word.split()) <= LONG_ANSWER and (practice := _practice_in(word)):
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
        for practice, said in by_practice.items():
            draft.practice(column, {"practice": practice, "from": column.name, "when": said}, "des mots de la colonne")
            if practice in SERVES:
                gives |= dict.fromkeys(said, SERVES[practice])
        if gives and best != "services":
            draft.give(
                [column],
                "services",
                {"from": column.name, "gives": {**gives, "~": None}},
                BY_CONTENT,
                "des mots de la colonne",
            )


def _about(column: _Column) -> str:
    """Return the practice that the name of a column is about: it begins with it, or is mostly made of it."""
    name = column.said[0]
    practice = _practice_in(name)
    words = [word for word in offer.practices()[practice].also if f" {word}" in f" {name}"] if practice else []
    if any(name.startswith(word) or 2 * len(word.split()) >= len(name.split()) for word in words):
        return practice
    return ""


def _series(draft: _Draft) -> None:
    """Read a numbered column, as « Tag 4 », like the others of its series."""
    read = {guess.column: guess.field for guess in draft.why if guess.field in FLAGGED}
    series = {_said(name)[1]: field for name, field in read.items() if len(_said(name)) > 1 and name[-1:].isdigit()}
    for column in list(draft.left):
        if len(column.said) > 1 and column.name[-1:].isdigit() and (field := series.get(column.said[1])):
            draft.give([column], field, column.name, BY_CONTENT, "une colonne de la même série")


def _details(draft: _Draft) -> None:
    """Keep the text that goes with a practice: the column named like its own, and « detail »."""
    for column in list(draft.left):
        stem = " ".join(word for word in column.said[0].split() if word not in ASIDE)
        for rule in draft.practices:
            if stem and stem != column.said[0] and stem in _said(str(rule["from"]))[0]:
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
