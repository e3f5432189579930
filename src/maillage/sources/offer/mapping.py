"""A mapping says, in YAML, which columns and words of a producer's file become which fields of a sheet.

    id: angers
    title: "Guide des services numériques d’Angers"
    recognise: [USER_NOM, USER_ADRES, AIDE_DEMAT]     # the columns that give the file away (`among`: at least
        one of)
    fields:
      nom: USER_NOM                                   # one column
      code_insee: ["Code INSEE", insee]               # the first that is filled
      adresse: {join: ["N°", "Voie"], with: " "}      # several, put together
      latitude: {from: geom, split: ",", part: 0}     # a part of a cell
      frais_a_charge: {from: Tarifs, gives: {Gratuit: free, "~adhérents": conditional, "Se renseigner": null}}
      horaires: {days: {Mo: Lundi, Tu: Mardi}}        # or "Mo am", "Mo pm"; several columns: [opens, closes,
          opens, closes]; days that are ticked, {…, ticked: [opens, closes]} or the column of their hours;
          where a cross among hours says closed, {…, crossed: fermé}
      horaires: {join: [Mardi 10h-12h, Jeudi 14h-17h], with: " ; ", named: true}  # ticks under hours
      fermetures: [Fermeture estivale]                # closings of a year, or of every year
      horaires: {from: "Horaires d’été", lead: "été"} # words that come before what each cell says
      services: {from: Activités, gives: {Ordis: access, "~": null}, free: true}  # typed freely: a word of
        another list is read there
      itinerance: {always: fixed}
    practices:
      - {practice: wifi, from: WIFI}                  # any filled cell but “non”, “en projet”, “NSP”, “en
        panne”
      - {practice: pret, from: Prêt, yesno: true}     # “oui”, “x”… or “oui, sur rendez-vous”; any other word
        is to check
      - {practice: libre_acces, from: acces, when: ["~oui"], planned: ["~en projet"], with: {frais: {from:
        tarif}}}
      - {practice: formation, from: Présentation, inside: true}   # looked for in a running text; always to
        check
      - {practice: orientation, from: Activités, when: [orientation], free: true}   # typed freely: what it
        does not name is unknown, not absent
    leave:                                            # rows that are no places to publish: refused, with the
        reason
      - {from: Statut, when: ["~ferme definitivement", en projet], keep: [ouvert]}   # any other word: kept,
        to check
      - {from: thematiques, but: [numerique--]}       # kept when one of its words begins so; of another theme
      else
      - {from: Pays, abroad: true}                    # another country than France
    personal: [Prénom, Mail]                          # data of a person: never read, told as such
    adds: true                                        # rows complete places already known: they replace
        nothing

A word of `gives` or `when` is compared whole, without accents or case; `~word` looks for those words
anywhere. `null` says that the word is known and adds nothing. A word that `gives` does not hold falls back on
the closed list of the field, and stays as it is in a field of free text.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer import answers
from maillage.sources.offer.clean import several
from maillage.sources.offer.clean.wording import denied, spelled

T = TypeVar("T")

FILES = Path(__file__).parent / "mappings"
UNNAMED = "correspondance"  # one that was typed, or kept while a file waits
PERHAPS = "perhaps"  # of « ended »: a day of closing that may not be for good
MOST_AT_HAND = 2_000  # cells
MOST_REPEATED = 200  # values that a mapping may write by their name


@lru_cache(maxsize=1024)
def _tokens(text: str, separator: str) -> tuple[str, ...]:
    """Return the words of a cell; the last cells are cached, since many rules read the same ones."""
    return tuple(several.split(text, separators=separator or None))


@lru_cache(maxsize=64)
def _spelled_whole(text: str, separator: str) -> str:
    """Return a cell and its words as `spelled` writes them, each after a blank: what one of them holds is
    there. Cached, since every rule looks for its own words in the same text.
    """
    return "\n".join(f" {spelled(each)}" for each in (text, *_tokens(text, separator)))


@dataclass(frozen=True, slots=True)
class Words:
    """Words of a file and what they give; the whole word first, then the words found anywhere."""

    full_words: Mapping[str, tuple[str, ...]]
    inside: tuple[tuple[str, tuple[str, ...]], ...]
    meaning_by_text: dict[str, tuple[str, ...] | None] = field(
        default_factory=dict, compare=False, repr=False
    )
    after_blanks: tuple[str, ...] = field(init=False, compare=False, repr=False)  # as a text holds them

    def __post_init__(self) -> None:
        words = dict.fromkeys([*(word for word, _ in self.inside), *self.full_words])
        object.__setattr__(self, "after_blanks", tuple(f" {word}" for word in words))

    def find(self, text: str) -> tuple[str, ...] | None:
        """Return the meaning of a text; None when none of its words is known. Cached, since the same words
        fill most cells.
        """
        if text not in self.meaning_by_text:
            if len(self.meaning_by_text) >= MOST_AT_HAND:
                self.meaning_by_text.clear()
            self.meaning_by_text[text] = self._looked_for(text)
        return self.meaning_by_text[text]

    def may_be_in(self, text: str) -> bool:
        """Return False when none of these words can be found in a text that `_spelled_whole` wrote."""
        return any(map(text.__contains__, self.after_blanks))

    def says_nothing_of(self, text: str) -> bool:
        """Return True if only « ~ », the words of any text, finds a text here."""
        spelled_text = spelled(text)
        words = [word for word, _ in self.inside if word and f" {word}" in f" {spelled_text}"]
        return not words and spelled_text not in self.full_words

    def _looked_for(self, text: str) -> tuple[str, ...] | None:
        spelled_text = spelled(text)
        if spelled_text in self.full_words:
            return self.full_words[spelled_text]
        padded = f" {spelled_text}"
        hits = [
            meanings
            for word, meanings in self.inside
            if f" {word}" in padded and not denied(word, spelled_text)
        ]
        return tuple(dict.fromkeys(each for meanings in hits for each in meanings)) if hits else None


@dataclass(frozen=True, slots=True)
class Origin:
    """The origin of a field: columns (the first filled, or all joined), a part of a cell, a constant, days
    of the week.

    inside: the column says something else, in which the field may be found; what is found there is always to
    check. ticked: the columns of the hours of the days that others tick. crossed: what a cross says among the
    hours of days, where the file shows it. names: those of the columns, which say what their ticks do.
    lead: what comes before each text. is_free: typed freely, a word may be one of another list.
    """

    columns: tuple[str, ...] = ()
    joined: str | None = None
    split: str = ""
    part: int = 0
    always: tuple[str, ...] = ()
    gives: Words | None = None
    separator: str = ""
    inside: bool = False
    days: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ticked: tuple[str, ...] = ()
    crossed: str = ""
    names: tuple[str, ...] = ()
    parity: str = ""
    lead: str = ""
    is_free: bool = False

    def tokens(self, text: str) -> list[str]:
        """Return the words of a cell that holds several."""
        return list(_tokens(text, self.separator))

    def text(self, cells: Mapping[str, str]) -> tuple[str, str]:
        """Return (column, text) of a row; ('', '') when nothing is filled."""
        if self.joined is not None and self.names:
            named = zip(self.names, self.columns, strict=True)
            parts = [name for name, c in named if answers.meaning_of(cells.get(c, "")) == "yes"]
            return (" + ".join(self.columns), self.joined.join(parts)) if parts else ("", "")
        if self.joined is not None:
            parts = [cells[c] for c in self.columns if cells.get(c)]
            return (" + ".join(self.columns), self.joined.join(parts)) if parts else ("", "")
        for column in self.columns:
            if value := cells.get(column, ""):
                if self.split:
                    pieces = value.split(self.split)
                    value = pieces[self.part].strip() if self.part < len(pieces) else ""
                return column, f"{self.lead} : {value}" if self.lead and value else value
        return "", ""

    def week(self, cells: Mapping[str, str]) -> dict[str, str]:
        """Return the text of each day from its columns; hours that open and close, two by two, become one
        text.
        """
        week = {}
        for day, columns in self.days.items():
            hours = [cells.get(column, "") for column in columns]
            pairs = ["-".join(filter(None, hours[k : k + 2])) for k in range(0, len(hours), 2)]
            if text := ", ".join(filter(None, pairs)):
                week[day] = self.crossed if self.crossed and text.strip().casefold() == "x" else text
        if ticked_text := " ".join(filter(None, (cells.get(column, "") for column in self.ticked))):
            text_by_answer = {"yes": ticked_text, "no": "non"}
            return {day: text_by_answer.get(answers.meaning_of(text), text) for day, text in week.items()}
        return week

    def used(self) -> Iterable[str]:
        return (
            *self.columns,
            *(column for day in self.days.values() for column in day),
            *self.ticked,
            *filter(None, (self.parity,)),
        )


@dataclass(frozen=True, slots=True)
class PracticeRule:
    """The rule by which a row gives a place a practice, its state and its conditions.

    yesno: the column answers yes or no; an answer that says neither is to check. is_free: the column is
    typed freely, no list was put to the place: what it does not name is unknown.
    """

    practice: str
    origin: Origin
    when: Words | None
    planned: Words | None
    conditions: Mapping[str, tuple[Origin, ...]]
    yesno: bool = False
    is_free: bool = False

    def state(self, cells: Mapping[str, str]) -> str:
        """Return offered, planned, no when every filled cell says no, or '' when the row does not say."""
        if self.origin.always:
            return "offered"
        filled = [cells[c] for c in self.origin.columns if cells.get(c)]
        if self.planned and any(
            self.planned.find(text) is not None for cell in filled for text in self._pieces(cell)
        ):
            return "planned"
        if self.origin.inside:
            return "offered" if any(self._known_pieces(cell) for cell in filled) else ""
        meanings = [meaning for cell in filled for meaning in self._meanings(cell)]
        for state, telling in (("offered", ("yes",)), ("planned", ("planned",))):
            if any(meaning in telling for meaning in meanings):
                return state
        return "no" if meanings and all(meaning == "no" for meaning in meanings) else ""

    def unclear(self, cells: Mapping[str, str]) -> Iterable[tuple[str, str]]:
        """Yield (column, cell) for the cells that should say whether a place has the practice, and do not."""
        for column in self.origin.columns:
            cell = cells.get(column, "")
            if not cell or self.origin.inside:
                continue
            meanings = set(self._meanings(cell))
            if "stopped" in meanings or (self.yesno and self.when is None and "other" in meanings):
                yield column, cell

    def doubted(self, cells: Mapping[str, str]) -> Iterable[tuple[str, str, bool]]:
        """Yield (column, cell, whether it is yes) for the answers that end with a question mark."""
        for column in self.origin.columns if self.yesno and self.when is None else ():
            cell = cells.get(column, "")
            if answers.DOUBTED.search(cell) and (meaning := answers.meaning_of(cell)) in ("yes", "no"):
                yield column, cell, meaning == "yes"

    def _pieces(self, cell: str) -> list[str]:
        return list(dict.fromkeys([cell, *self.origin.tokens(cell)]))

    def _known_pieces(self, cell: str) -> list[str]:
        """Return the pieces of a cell that `when` knows."""
        if not self.when or not self.when.may_be_in(_spelled_whole(cell, self.origin.separator)):
            return []
        return [text for text in self._pieces(cell) if self.when.find(text) is not None]

    def _meanings(self, cell: str) -> list[str]:
        """Return the meanings of a cell for the practice: that of the words that `when` knows, or of the
        whole cell.

        A word written in full in `when` is offered, whatever it says; around a word looked for, « en projet »
        counts.
        """
        cell_meaning = answers.meaning_of(cell)
        if self.when is None:
            is_offered = not self.yesno or answers.BOOKED.fullmatch(spelled(cell))
            return ["yes" if cell_meaning == "other" and is_offered else cell_meaning]
        known_pieces = self._known_pieces(cell)
        if not known_pieces:  # « Pas d’aide pour la Caf » denies no other practice
            return ["no" if spelled(cell) in answers.NO else "unknown"]
        if any(spelled(text) in self.when.full_words for text in known_pieces):
            return ["yes"]
        pieces = (
            [cell] if answers.rest(cell) else [text for text in known_pieces if text != cell] or known_pieces
        )
        meanings = [answers.meaning_of(text) for text in pieces]
        return ["yes" if meaning in ("other", "unknown", "no") else meaning for meaning in meanings]

    def matched(self, cells: Mapping[str, str]) -> Iterable[tuple[str, str]]:
        """Yield (column, word) for the words of a row that the practice knows; all of them when it takes
        any.
        """
        known = [words for words in (self.when, self.planned) if words is not None]
        for column in self.origin.columns:
            if text := cells.get(column, ""):
                is_known_cell = self.when is None or any(words.find(text) is not None for words in known)
                if self.yesno and answers.meaning_of(text) == "unknown":
                    continue
                for word in (text, *self.origin.tokens(text)):
                    if is_known_cell or any(words.find(word) is not None for words in known):
                        yield column, word


@dataclass(frozen=True, slots=True)
class LeaveRule:
    """The rule by which a row is not a place to publish: permanently closed, not open yet, refused, or
    declined by somebody.
    """

    column: str
    when: Words
    keep: Words
    but: tuple[str, ...] = ()  # how the words of the rows kept begin: all others are of another theme
    row: bool = False  # these words may be anywhere in the row, of which the column only says the theme
    ended: bool = False  # the column gives the day since which the place is no more
    perhaps: bool = False  # or a day on which it closed, and may have opened again
    abroad: bool = False  # the column gives the country of the place

    def verdict(self, cells: Mapping[str, str]) -> tuple[str, bool | None]:
        """Return (the cell, whether its row must be left out); None when its word is neither of those
        known.
        """
        cell = cells.get(self.column, "")
        if self.row:
            row_text = f" {' '.join(spelled(text) for text in cells.values())}"
            return cell, bool(cell) and not any(f" {word}" in row_text for word in self.but)
        if self.but:
            words = [spelled(word) for word in several.split(cell)]
            return cell, bool(words) and not any(word.startswith(self.but) for word in words)
        if not cell or self.keep.find(cell) is not None:
            return cell, False
        return cell, True if self.when.find(cell) is not None else None


@dataclass(frozen=True, slots=True)
class Correspondence:
    """A mapping once read and checked. wraps: that of a tool, which adds its columns to those of any form,
    even a standard's.
    """

    id: str
    title: str
    producer: str
    licence: str
    recognise: tuple[str, ...]
    among: tuple[str, ...]
    fields: Mapping[str, tuple[Origin, ...]]
    practices: tuple[PracticeRule, ...]
    ignored: tuple[str, ...] = ()
    grouped: bool = False
    wraps: bool = False
    adds: bool = False
    leave: tuple[LeaveRule, ...] = ()
    personal: tuple[str, ...] = ()

    def fits(self, columns: Iterable[str]) -> bool:
        """Return True if every column of `recognise`, and one of `among` if any, is there.

        A name with a colon is that of a tag: the path « contact.phone » of another JSON is not one.
        """
        dots: dict[str, int] = {}
        for column in columns:
            name = plain(column)
            dots[name] = min(dots.get(name, column.count(".")), column.count("."))
        named = any(
            plain(name) in dots and (":" not in name or dots[plain(name)] <= name.count("."))
            for name in self.among
        )
        has_signature = bool(self.recognise or self.among)
        return has_signature and dots.keys() >= set(self.recognise) and (not self.among or named)

    def used(self) -> set[str]:
        """Return the columns that the mapping reads or knowingly leaves aside."""
        origins = [o for many in self.fields.values() for o in many]
        origins += [r.origin for r in self.practices] + [
            o for r in self.practices for m in r.conditions.values() for o in m
        ]
        leave_columns = {rule.column for rule in self.leave}
        return {column for origin in origins for column in origin.used()} | leave_columns | set(self.ignored)


@cache
def known() -> dict[str, Correspondence]:
    """Return the mappings that come with the product, by id."""
    return {path.stem: load(path.read_text("utf-8"), path.name) for path in sorted(FILES.glob("*.yaml"))}


def recognised(
    columns: Sequence[str], mappings: Iterable[Correspondence] | None = None
) -> Correspondence | None:
    """Return the mapping that a file gives away by its columns: the tool that wraps them, else the one that
    reads most of them; None when there is none.
    """
    there = {plain(column) for column in columns}
    fitting = [m for m in (known().values() if mappings is None else mappings) if m.fits(columns)]
    return max(fitting, key=lambda m: (m.wraps, len(m.used() & there), len(m.recognise), m.id), default=None)


KEYS_OF_A_FILE = {
    *(
        "id",
        "title",
        "producer",
        "licence",
        "recognise",
        "among",
        "fields",
        "practices",
        "ignored",
        "grouped",
        "wraps",
        "adds",
        "extends",
    ),
    *("leave", "personal"),
}


class _Loader(yaml.SafeLoader):
    """Reads YAML whose names (`&prix`, then `*prix`) stand for a value that holds no other name: nothing
    grows by itself.
    """

    within = repeated = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]  # PyYAML types a part of itself
        named = not isinstance(event, yaml.AliasEvent) and event.anchor is not None
        if isinstance(event, yaml.AliasEvent):
            self.repeated += 1
            if self.within or self.repeated > MOST_REPEATED:
                raise yaml.MarkedYAMLError(None, None, "a name within a name", event.start_mark)  # type: ignore[arg-type]  # PyYAML takes None there
        self.within += named
        node = super().compose_node(parent, index)
        self.within -= named
        return node


@lru_cache(maxsize=32)  # one import reads the same text three times
def parsed(text: str) -> Any:
    """Return the value of a YAML text, which is only read; yaml.YAMLError when it cannot be read, or would
    grow without end.
    """
    return yaml.load(text, Loader=_Loader)  # noqa: S506, a safe loader


def load(text: str, name: str) -> Correspondence:
    """Return a mapping from its YAML; Refused, naming the key at fault, when it cannot be followed."""
    try:
        raw = parsed(text)
    except (
        yaml.YAMLError,
        ValueError,
        RecursionError,
    ) as error:  # a number of 5,000 digits, lists in lists in lists
        mark = getattr(error, "problem_mark", None)
        where = f", ligne {mark.line + 1}, colonne {mark.column + 1}" if mark else ""
        raise _bad(name, f"le YAML est illisible{where}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("fields"), dict):
        raise _bad(name, "il manque la clé « fields », qui dit d’où vient chaque champ")
    if unknown := set(raw) - KEYS_OF_A_FILE:
        raise _bad(name, f"clé inconnue : {', '.join(sorted(map(str, unknown)))}")
    fields = {
        id: _checked_piece(name, f"le champ {id}", _origins, name, id, spec, PLACED)
        for id, spec in raw["fields"].items()
    }
    if raw.get("extends"):
        fields = {**_named(name, str(raw["extends"])).fields, **fields}
    practices = raw.get("practices") or []
    if not isinstance(practices, list):
        raise _bad(name, "la clé « practices » attend une liste de pratiques")
    return _checked_piece(name, "l’en-tête", _built, raw, name, fields, practices)


def _checked_piece(name: str, what: str, read: Callable[..., T], *arguments: Any) -> T:
    """Return the result of a reader on a piece of YAML; Refused, naming the piece, when it has not the shape
    it should.
    """
    try:
        return read(*arguments)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        message = (
            str(error)
            if isinstance(error, ValueError) and str(error).startswith("«")
            else "sa forme n’est pas la bonne"
        )
        raise _bad(name, f"{what} contient une erreur ({message})") from error


def _built(
    raw: Mapping[str, Any], name: str, fields: Mapping[str, tuple[Origin, ...]], practices: Sequence[Any]
) -> Correspondence:
    return Correspondence(
        id=str(raw.get("id") or Path(name).stem),
        title=str(raw.get("title", "")),
        producer=str(raw.get("producer", "")),
        licence=str(raw.get("licence", "")),
        recognise=_columns(raw.get("recognise", ())),
        among=_strings(raw.get("among", ())),
        fields=fields,
        practices=tuple(_checked_piece(name, "une pratique", _practice, name, rule) for rule in practices),
        ignored=_columns(raw.get("ignored", ())),
        grouped=bool(raw.get("grouped")),
        wraps=bool(raw.get("wraps")),
        adds=bool(raw.get("adds")),
        leave=tuple(
            _checked_piece(name, "une règle de « leave »", _leave, rule) for rule in raw.get("leave") or ()
        ),
        personal=_columns(raw.get("personal") or ()),
    )


def _leave(raw: Mapping[str, Any]) -> LeaveRule:
    if set(raw) - {"from", "when", "keep", "but", "row", "ended", "abroad"}:
        raise ValueError(
            "« leave » attend « from », « when » et « keep », « but » et « row », « ended », ou « abroad »"
        )
    (column,) = _columns(raw["from"])
    if raw.get("abroad"):
        return LeaveRule(column, _words({}), _words({}), abroad=True)
    if raw.get("ended"):
        return LeaveRule(column, _words({}), _words({}), ended=True, perhaps=raw["ended"] == PERHAPS)
    if "but" in raw:
        return LeaveRule(
            column,
            _words({}),
            _words({}),
            tuple(spelled(word) for word in _strings(raw["but"])),
            row=bool(raw.get("row")),
        )
    return LeaveRule(column, _when(raw["when"]) or _words({}), _when(raw.get("keep")) or _words({}))


PLACED = {
    **offer.fields(),
    "confidence": offer.Field("confidence", "Confiance du géocodage", "line"),
    "departement": offer.Field("departement", "Département", "line"),
}


def _named(name: str, id: str) -> Correspondence:
    path = FILES / f"{Path(id).name}.yaml"
    if not path.exists():
        raise _bad(name, f"elle prolonge « {id} », qui n’existe pas")
    return load(path.read_text("utf-8"), path.name)


def _practice(name: str, raw: Mapping[str, Any]) -> PracticeRule:
    practice = raw.get("practice") if isinstance(raw, dict) else raw
    if practice not in offer.practices():
        raise _bad(name, f"pratique inconnue : {practice} ; il y a : {', '.join(offer.practices())}")
    known_keys = {"practice", "from", "separator", "inside", "always", "when", "planned", "with"} | {
        "yesno",
        "free",
    }
    if set(raw) - known_keys:
        raise _bad(
            name,
            f"clé inconnue dans la pratique {raw['practice']} : {', '.join(sorted(set(raw) - known_keys))}",
        )
    return PracticeRule(
        practice=raw["practice"],
        origin=Origin(
            columns=_columns(raw.get("from", ())),
            always=("offered",) if raw.get("always") else (),
            separator=str(raw.get("separator", "")),
            inside=bool(raw.get("inside")),
        ),
        when=_known_words(raw["practice"]) if raw.get("inside") else _when(raw.get("when")),
        planned=_when(raw.get("planned")),
        conditions={
            id: _origins(name, id, spec, offer.conditions()) for id, spec in raw.get("with", {}).items()
        },
        yesno=bool(raw.get("yesno")),
        is_free=bool(raw.get("free") or raw.get("inside")),
    )


def _known_words(practice: str) -> Words:
    """Return the words by which a practice is known in a running text."""
    return _words({f"~{word}": ("yes",) for word in offer.practices()[practice].also})


def _when(raw: Any) -> Words | None:
    return None if raw is None else _words(dict.fromkeys(_strings(raw), ("yes",)))


def _origins(name: str, id: str, spec: Any, known_fields: Mapping[str, offer.Field]) -> tuple[Origin, ...]:
    """Return the origins of a field: one, or several whose values are put together (lists only)."""
    if id not in known_fields:
        raise _bad(name, f"champ inconnu : {id}")
    if isinstance(spec, list) and any(isinstance(each, dict) for each in spec):
        return tuple(_origin(name, known_fields[id], each) for each in spec)
    return (_origin(name, known_fields[id], spec),)


DAYS = {f"{day}{half}" for day in ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su") for half in ("", " am", " pm")}
KEYS = {
    *("from", "join", "with", "split", "part", "always", "gives", "separator", "inside"),
    *("days", "ticked", "crossed", "named", "parity", "lead", "free"),
}


def _origin(name: str, of: offer.Field, spec: Any) -> Origin:
    if isinstance(spec, (str, list)):
        return Origin(columns=_columns(spec))
    if not isinstance(spec, dict) or set(spec) - KEYS:
        raise _bad(
            name, f"le champ {of.id} attend une colonne, une liste de colonnes, ou {', '.join(sorted(KEYS))}"
        )
    gives = {
        _strings(word)[0]: _strings(() if slug is None else slug)
        for word, slug in (spec.get("gives") or {}).items()
    }
    always = _strings(spec.get("always", ()))
    if of.kind == "list":
        values = offer.lists()[of.list].values
        for slug in {*always, *(each for many in gives.values() for each in many)} - set(values):
            raise _bad(name, f"le champ {of.id} n’a pas la valeur « {slug} » ; il a : {', '.join(values)}")
    if unknown := set(spec.get("days") or {}) - DAYS:
        raise _bad(
            name,
            f"le champ {of.id} n’a pas le jour « {unknown.pop()} » ; il a : Mo, Tu… Su, seuls ou suivis de am"
            " ou pm",
        )
    if not isinstance(spec.get("part", 0), int):
        raise _bad(name, f"le champ {of.id} attend un nombre après « part », pas « {spec['part']} »")
    return Origin(
        columns=_columns(spec.get("join") or spec.get("from") or ()),
        joined=str(spec.get("with", " ")) if "join" in spec else None,
        split=str(spec.get("split", "")),
        part=int(spec.get("part", 0)),
        always=always,
        gives=_words(gives) if gives else None,
        separator=str(spec.get("separator", "")),
        inside=bool(spec.get("inside")),
        days={str(day): _columns(columns) for day, columns in (spec.get("days") or {}).items()},
        ticked=_columns(spec.get("ticked") or ()),
        crossed=str(spec.get("crossed", "")),
        names=_strings(spec.get("join") or ()) if spec.get("named") else (),
        parity=plain(str(spec.get("parity", ""))),
        lead=str(spec.get("lead", "")),
        is_free=bool(spec.get("free")),
    )


def _words(raw: Mapping[str, tuple[str, ...]]) -> Words:
    return Words(
        full_words={spelled(word): meanings for word, meanings in raw.items() if not word.startswith("~")},
        inside=tuple((spelled(word[1:]), meanings) for word, meanings in raw.items() if word.startswith("~")),
    )


def _columns(raw: Any) -> tuple[str, ...]:
    """Return column names as rows are keyed: without accents or case, so that “Ville *” is “ville”."""
    return tuple(plain(name) for name in _strings(raw))


def _strings(raw: Any) -> tuple[str, ...]:
    """Return one word or several; ValueError on yes, no, on, off, which YAML does not read as words."""
    if isinstance(raw, dict):
        raise TypeError
    many = (raw,) if isinstance(raw, (str, int, float)) else tuple(raw)
    if any(isinstance(each, bool) for each in many):
        raise ValueError("« yes, no, on, off, true, false » ne sont des mots qu’entre guillemets")
    if any(not isinstance(each, (str, int, float)) for each in many):
        raise TypeError
    return tuple(map(str, many))


def _bad(name: str, reason: str) -> Refused:
    return Refused(
        f"La correspondance{f' {name}' if name != UNNAMED else ''} ne peut pas être suivie : {reason}.",
        why="Une correspondance mal écrite rangerait les cellules au mauvais endroit.",
        do="Corrigez-la, ou retirez-la : Maillage en proposera une d’après les colonnes du fichier.",
    )
