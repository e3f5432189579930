"""Read acts from a file: our own table, or activities of the Coop. A wrong row is told, others are kept.

However long, a file is never held whole: it is read once to be checked, once more to be kept, some rows at a
time.
"""

import csv
import io
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO
from uuid import UUID

import numpy as np
from django.utils import timezone

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.actions.reading import Read
from maillage.apps.people.actes.forms import coop_workbook, file_cells
from maillage.apps.people.actes.forms.file_cells import MAX_QUOTED, WrongCell
from maillage.apps.people.actes.queries import activities, lists
from maillage.apps.people.actes.queries.catalogue import label_of, split
from maillage.kernel.errors import Refused
from maillage.kernel.spreadsheet import bare
from maillage.kernel.typed import line
from maillage.reference import procedures

MAILLAGE, COOP, COOP_BOOK = "csv", "coop-1", "coop-xlsx"
FORMATS = (COOP, MAILLAGE)  # where each row names its structure
SOURCES = {
    MAILLAGE: MAILLAGE,
    COOP: COOP,
    COOP_BOOK: COOP,
}  # what the acts of a file bear: one for the Coop's
NEEDED = {
    MAILLAGE: ("id", "date", "structure", "nature", "demarche", "minutes", "ou"),
    COOP: ("id", "type", "date", "duree", "type_lieu", "structure", "thematiques"),
}
MOST_ROWS = 1_000_000
AT_ONCE = 1_000  # rows, kept together
LONGEST_CELL = 131_072  # characters: beyond, a quote was left open


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that was not kept: its line, the cell at fault, why, and what to do. sheet: of a workbook."""

    line: int
    column: str
    value: str
    reason: str
    cure: str
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """Content of some rows of a file: acts, faults, rows of another kind (workshops, referral steps);
    read: the share of the file that was read with them; notes: what to tell of the file, in French.
    """

    rows: Sequence[Read]
    faults: Sequence[Fault]
    n_other_rows: int
    read: float
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """A row, the line on which it starts, its cells by column, and what it holds beyond the header."""

    line: int
    cells: Mapping[str, str]
    excess: str
    sheet: str = ""


def read(
    file: BinaryIO, format: str, *, today: date, structure: Structure | None = None
) -> Iterator[Contents]:
    """Return the acts of a file, some rows at a time, in their order. structure: whose workbook it is, since
    that of the Coop does not say.

    Refused before any is given, when it is not a table of that format, is cut, or is too long.
    """
    if format == COOP_BOOK and structure is None:
        raise Refused(
            "Le classeur n’a pas été lu.",
            why="Un classeur de La Coop ne dit pas de quelle structure il vient.",
            do="Nommez-la : --structure « son nom ».",
        )
    numbers, rows, notes = array("Q"), 0, list[str]()
    for rows, row in enumerate(_rows(file, format, notes), start=1):  # noqa: B007, how many there were
        with suppress(WrongCell):
            numbers.append(_start(file_cells.uid(row.cells["id"])))
    values, times = np.unique(np.asarray(numbers), return_counts=True)
    return _parts(file, format, rows, frozenset(values[times > 1].tolist()), today, structure, notes)


def _parts(
    file: BinaryIO,
    format: str,
    total: int,
    repeated: frozenset[int],
    today: date,
    structure: Structure | None,
    notes: Sequence[str],
) -> Iterator[Contents]:
    """Yield the rows of a file that was checked. repeated: starts of the numbers that several rows have."""
    everyone = list(Structure.objects.all()) if structure is None else [structure]
    named = Counter(each.name for each in everyone)
    known = {each.name: each for each in everyone if named[each.name] == 1}
    if format == COOP_BOOK:
        known = dict.fromkeys([""], everyone[0])  # no row of it names one
    one: Callable[..., Read | None] = {MAILLAGE: _maillage, COOP: coop_act, COOP_BOOK: _coop_book}[format]
    first: dict[UUID, int] = {}
    lieux: dict[int, dict[str, Lieu]] = {}
    rows = _rows(file, format)
    done = 0
    while part := list(islice(rows, AT_ONCE)):
        faults: list[Fault] = []
        acts, n_other_rows = [], 0
        for row in part:
            try:
                act = one(_fitting(row), known)
                if act is not None:
                    check(act, first, today)
            except WrongCell as wrong:
                faults.append(Fault(row.line, *_named(wrong, row, format), sheet=row.sheet))
                continue
            n_other_rows += act is None
            if act is not None:
                acts.append(replace(act, lieu=_lieu(row.cells, act, lieux)))
                if _start(act.draft.uid) in repeated:
                    first[act.draft.uid] = row.line
        done += len(part)
        yield Contents(acts, faults, n_other_rows, done / total, notes if done == len(part) else ())


def _lieu(row: Mapping[str, str], act: Read, lieux: dict[int, dict[str, Lieu]]) -> Lieu | None:
    """Return the place that a row names, among those of its structure; None when it names no one of them.
    lieux: those already asked for, by structure.
    """
    if act.draft.where != rules.ON_SITE or not row.get("lieu"):
        return None
    pk = act.structure.pk
    if pk not in lieux:
        lieux[pk] = {each.name: each for each in act.structure.lieux.all()}
    return lieux[pk].get(row["lieu"])


def _start(uid: UUID) -> int:
    """Return the first half of a number: enough to say that it stands once."""
    return uid.int >> 64


def _called(file: BinaryIO) -> str:
    name = str(getattr(file, "name", ""))
    return f"Le fichier {PurePath(name).name}" if name else "Le fichier"


def _rows(file: BinaryIO, format: str, notes: list[str] | None = None) -> Iterator[_Row]:
    """Yield the rows of a file from its first one; blank ones are passed over. notes: what to tell of it is
    added there.
    """
    file.seek(0)
    if format != COOP_BOOK:
        yield from _table_rows(file, format)
        return
    for row in coop_workbook.rows(file, [] if notes is None else notes):
        yield _Row(row.line, row.cells, "", row.sheet)


def _table_rows(file: BinaryIO, format: str) -> Iterator[_Row]:
    csv.field_size_limit(LONGEST_CELL)  # of the whole process: any library may have raised it
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    called = _called(file)
    reader = csv.reader(text, strict=True)  # or an open quote would swallow the rows after it, unsaid
    start = 1
    try:
        header = [name.strip() for name in next(reader, [])]
        _check_header(header, format, called)
        start, n = reader.line_num + 1, 0
        for cells in reader:
            line, start = start, reader.line_num + 1
            if not any(map(str.strip, cells)):
                continue
            n += 1
            if n > MOST_ROWS:
                raise Refused(
                    f"{called} est trop long. Rien n’en a été gardé.",
                    why=f"Il a plus de {MOST_ROWS:_} lignes.".replace("_", "\u202f"),
                    do="Coupez-le en plusieurs fichiers, chacun avec la ligne des titres.",
                )
            padded = [bare(cell.strip()) for cell in cells] + [""] * (len(header) - len(cells))
            yield _Row(
                line, dict(zip(header, padded, strict=False)), " ".join(filter(None, padded[len(header) :]))
            )
    except UnicodeDecodeError as error:
        raise Refused(
            f"{called} n’est pas lisible.",
            why="Ses lettres ne sont pas en UTF-8.",
            do="Exportez-le de nouveau en CSV UTF-8.",
        ) from error
    except csv.Error as error:
        raise Refused(
            f"{called} n’est pas lisible à partir de la ligne {start}. Rien n’en a été gardé.",
            why="Une case y est trop longue ou mal coupée : un guillemet est sans doute resté ouvert.",
            do="Fermez ce guillemet, ou exportez le fichier de nouveau.",
        ) from error
    finally:
        with suppress(ValueError):  # the file was closed before the last row
            text.detach()


def _check_header(header: Sequence[str], format: str, called: str) -> None:
    """Refuse the names of columns when one that is needed is missing, or when two are the same."""
    if missing := [name for name in NEEDED[format] if name not in header]:
        raise Refused(
            f"{called} n’est pas au format {format}.",
            why=f"Il y manque : {', '.join(missing)}.",
            do="Vérifiez le format donné, et que la virgule sépare les colonnes.",
        )
    if twice := [name for name, times in Counter(filter(None, header)).items() if times > 1]:
        raise Refused(
            f"{called} donne deux fois la colonne {twice[0]}.",
            why="On ne saurait pas laquelle lire.",
            do="N’en gardez qu’une.",
        )


def _fitting(row: _Row) -> Mapping[str, str]:
    """Return the cells of a row; WrongCell when it has more than the header: they would be read in columns
    that are not theirs.
    """
    if row.excess:
        raise WrongCell(
            *(f"n° {len(row.cells) + 1}", row.excess, "cette ligne a plus de cases que l’en-tête"),
            "Mettez entre guillemets la case qui contient une virgule.",
        )
    return row.cells


def _named(wrong: WrongCell, row: _Row, format: str) -> tuple[str, str, str, str]:
    """Return a wrong cell by the column and the value that the file has for it, its reason and its cure."""
    column, _, reason, cure = wrong.fault
    if format != COOP_BOOK or column not in coop_workbook.COLUMNS:
        return wrong.fault
    return coop_workbook.COLUMNS[column], line(row.cells[column], MAX_QUOTED), reason, cure


def check(act: Read, first: Mapping[UUID, int], today: date) -> None:
    """Refuse a number that another line has, and a day that has not come."""
    if act.draft.uid in first:
        raise WrongCell(
            *("id", str(act.draft.uid), f"ce numéro est déjà celui de la ligne {first[act.draft.uid]}"),
            "Gardez la bonne des deux lignes, ou donnez un autre numéro.",
        )
    if (day := timezone.localdate(act.draft.done_at)) > today:
        raise WrongCell(
            "date", day.isoformat(), "ce jour n’est pas encore venu", "Écrivez le jour de l’acte."
        )


def _maillage(row: Mapping[str, str], structures: Mapping[str, Structure]) -> Read:
    uid = file_cells.uid(row["id"])
    hour = row.get("heure", "") or "12:00"
    try:
        at = time.fromisoformat(hour)
    except ValueError as error:
        raise WrongCell("heure", hour, "ce n’est pas une heure", "Écrivez-la ainsi : 09:30.") from error
    for column in ("demarche", "autres"):
        if unknown := next((key for key in file_cells.keys(row, column) if not label_of(key)), None):
            raise WrongCell(
                *(column, unknown, "cette démarche n’est pas connue ici"),
                "Employez une clé de l’export, ou celle d’une famille.",
            )
    file_cells.check_subjects("autres", [row["demarche"], *file_cells.keys(row, "autres")])
    if not row["demarche"]:
        raise WrongCell(
            "demarche", "", "elle manque", "Employez une clé de l’export, ou celle d’une famille."
        )
    draft = rules.Draft(
        uid=uid,
        kind=file_cells.one_of(row, "nature", lists.NATURES),
        procedure=row["demarche"],
        more=rules.joined(file_cells.keys(row, "autres")),
        minutes=file_cells.minutes(row, "minutes"),
        where=file_cells.one_of(row, "ou", lists.PLACES),
        end=file_cells.one_of(row, "fin", lists.ENDS) if row.get("fin") else "",
        done_at=file_cells.moment(row["date"], at),
        operator=row.get("organisme", "")[:120],
        commune=file_cells.commune(row),
    )
    before = row.get("a_regulariser_avant", "")
    try:
        delay = datetime.fromisoformat(before) if before else None
        if delay is not None and not 2001 <= delay.year < 2100:
            raise ValueError(before)
        if delay is not None and delay.tzinfo is None:
            delay = timezone.make_aware(delay)
    except ValueError as error:
        raise WrongCell(
            "a_regulariser_avant", before, "ce n’est pas un moment", "Laissez celui de l’export."
        ) from error
    return Read(draft, file_cells.structure(row, structures), row.get("raye") == "oui", delay)


def coop_act(row: Mapping[str, str], structures: Mapping[str, Structure]) -> Read | None:
    """Return an individual activity as an act; None for what is read elsewhere: workshops, referral steps."""
    if row["type"] == "collectif" or row["id"].startswith(("atelier-", "orientation-")):
        return None
    if row["type"] != "individuel":
        raise WrongCell(
            "type", row["type"], "ce type n’est pas connu", "Écrivez « individuel » ou « collectif »."
        )
    themes = row["thematiques"].split(rules.SEPARATOR)
    keys = {family.coop: key for key, family in procedures.families().items()}
    keys |= {key: key for key in procedures.themes()}
    procedure, more = split(_subjects([keys[theme] for theme in themes if theme in keys], row))
    if not procedure:
        raise WrongCell(
            *("thematiques", row["thematiques"], "aucune n’est une thématique de La Coop"),
            "Employez ses mots, par exemple « email » ou « logement », séparés par une barre.",
        )
    file_cells.check_subjects("thematiques", rules.subjects(procedure, more))
    autonomous = row.get("autonomie", "") in ("partiellement_autonome", "autonome")
    draft = rules.Draft(
        uid=file_cells.uid(row["id"]),
        kind=rules.DEMONSTRATED if autonomous else rules.TOGETHER,
        procedure=procedure,
        more=more,
        minutes=file_cells.minutes(row, "duree"),
        where=file_cells.one_of(row, "type_lieu", activities.PLACES),
        end="",
        done_at=file_cells.moment(row["date"], time(12)),
        commune=file_cells.commune(row),
    )
    return Read(draft, file_cells.structure(row, structures))


def _subjects(keys: Sequence[str], row: Mapping[str, str]) -> Iterator[str]:
    """Yield the subjects of an activity: in place of a family, its procedures that the row names, if any."""
    named = file_cells.keys(row, "demarches")
    for subject in keys:
        yield from [key for key in named if procedures.procedures()[key].family == subject] or [subject]


def _coop_book(row: Mapping[str, str], structures: Mapping[str, Structure]) -> Read | None:
    return coop_act(coop_workbook.in_words_of_table(row), structures)
