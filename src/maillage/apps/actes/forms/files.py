"""Read acts from a file: our own table, or activities of the Coop. A wrong row is told, others are kept.

However long, a file is never held whole: it is read once to be checked, once more to be kept, some rows at a
time.
"""

import csv
import io
import re
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import islice
from pathlib import PurePath
from typing import BinaryIO
from uuid import NAMESPACE_URL, UUID, uuid5

import numpy as np
from django.utils import timezone

from maillage.apps.actes import rules
from maillage.apps.actes.actions.receiving import Read
from maillage.apps.actes.queries import activities, lists
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.mandats.queries.catalogue import label_of
from maillage.kernel.errors import Refused
from maillage.kernel.spreadsheet import bare
from maillage.kernel.typed import line, whole
from maillage.reference import procedures

MAILLAGE, COOP = "csv", "coop-1"
FORMATS = (COOP, MAILLAGE)
NEEDED = {
    MAILLAGE: ("id", "date", "structure", "nature", "demarche", "minutes", "ou"),
    COOP: ("id", "type", "date", "duree", "type_lieu", "structure", "thematiques"),
}
MOST_ROWS = 1_000_000
AT_ONCE = 1_000  # rows, kept together
LONGEST_CELL = 131_072  # characters: beyond, a quote was left open
MAX_QUOTED = 60  # characters of a wrong cell: a quote left open swallows a whole file
COMMUNE = re.compile(r"\d[\dAB]\d{3}")


@dataclass(frozen=True, slots=True)
class Fault:
    """A row that was not kept: its line, the cell at fault, why, and what to do."""

    line: int
    column: str
    value: str
    reason: str
    cure: str


@dataclass(frozen=True, slots=True)
class Contents:
    """Content of some rows of a file: acts, faults, rows of another kind (workshops, referral steps);
    read: the share of the file that was read with them.
    """

    rows: Sequence[Read]
    faults: Sequence[Fault]
    left: int
    read: float


@dataclass(frozen=True, slots=True)
class _Row:
    """A row, the line on which it starts, its cells by column, and what it holds beyond the header."""

    line: int
    cells: Mapping[str, str]
    excess: str


class _Wrong(Exception):
    def __init__(self, column: str, value: str, reason: str, cure: str) -> None:
        super().__init__(column)
        self.told = column, line("".join(filter(str.isprintable, value)), MAX_QUOTED), reason, cure


def read(file: BinaryIO, format: str, *, today: date) -> Iterator[Contents]:
    """Return the acts of a file, some rows at a time, in their order.

    Refused before any is given, when it is not a table of that format, is cut, or is too long.
    """
    numbers, rows = array("Q"), 0
    for rows, row in enumerate(_rows(file, format), start=1):  # noqa: B007, how many there were
        with suppress(_Wrong):
            numbers.append(_start(_uid(row.cells["id"])))
    values, times = np.unique(np.asarray(numbers), return_counts=True)
    return _parts(file, format, rows, frozenset(values[times > 1].tolist()), today)


def _parts(
    file: BinaryIO, format: str, total: int, repeated: frozenset[int], today: date
) -> Iterator[Contents]:
    """Yield the rows of a file that was checked. repeated: starts of the numbers that several rows have."""
    everyone = list(Structure.objects.all())
    named = Counter(each.name for each in everyone)
    known = {each.name: each for each in everyone if named[each.name] == 1}
    one: Callable[..., Read | None] = {MAILLAGE: _maillage, COOP: _coop}[format]
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
                    _check(act, first, today)
            except _Wrong as wrong:
                faults.append(Fault(row.line, *wrong.told))
                continue
            n_other_rows += act is None
            if act is not None:
                acts.append(replace(act, lieu=_lieu(row.cells, act, lieux)))
                if _start(act.draft.uid) in repeated:
                    first[act.draft.uid] = row.line
        done += len(part)
        yield Contents(acts, faults, n_other_rows, done / total)


def _lieu(row: Mapping[str, str], act: Read, lieux: dict[int, dict[str, Lieu]]) -> Lieu | None:
    """Return the place that a row names, among those of its structure; None when it names no one of them.
    lieux: those already asked for, by structure.
    """
    if act.draft.where != rules.HERE or not row.get("lieu"):
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


def _rows(file: BinaryIO, format: str) -> Iterator[_Row]:
    """Yield the rows of a table from its first one; blank ones are passed over."""
    file.seek(0)
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
    """Return the cells of a row; _Wrong when it has more than the header: they would be read in columns that
    are not theirs.
    """
    if row.excess:
        raise _Wrong(
            *(f"n° {len(row.cells) + 1}", row.excess, "cette ligne a plus de cases que l’en-tête"),
            "Mettez entre guillemets la case qui contient une virgule.",
        )
    return row.cells


def _check(act: Read, first: Mapping[UUID, int], today: date) -> None:
    """Refuse a number that another line has, and a day that has not come."""
    if act.draft.uid in first:
        raise _Wrong(
            *("id", str(act.draft.uid), f"ce numéro est déjà celui de la ligne {first[act.draft.uid]}"),
            "Gardez la bonne des deux lignes, ou donnez un autre numéro.",
        )
    if (day := timezone.localdate(act.draft.done_at)) > today:
        raise _Wrong("date", day.isoformat(), "ce jour n’est pas encore venu", "Écrivez le jour de l’acte.")


def _maillage(row: Mapping[str, str], structures: Mapping[str, Structure]) -> Read:
    uid = _uid(row["id"])
    hour = row.get("heure", "") or "12:00"
    try:
        at = time.fromisoformat(hour)
    except ValueError as error:
        raise _Wrong("heure", hour, "ce n’est pas une heure", "Écrivez-la ainsi : 09:30.") from error
    if not label_of(row["demarche"]):
        raise _Wrong(
            *("demarche", row["demarche"], "cette démarche n’est pas connue ici"),
            "Employez une clé de l’export, ou celle d’une famille.",
        )
    draft = rules.Draft(
        uid=uid,
        kind=_among(row, "nature", lists.NATURES),
        procedure=row["demarche"],
        minutes=_minutes(row, "minutes"),
        where=_among(row, "ou", lists.PLACES),
        end=_among(row, "fin", lists.ENDS) if row.get("fin") else "",
        done_at=_moment(row["date"], at),
        operator=row.get("organisme", "")[:120],
        commune=_commune(row),
    )
    before = row.get("a_regulariser_avant", "")
    try:
        delay = datetime.fromisoformat(before) if before else None
        if delay is not None and not 2001 <= delay.year < 2100:
            raise ValueError(before)
        if delay is not None and delay.tzinfo is None:
            delay = timezone.make_aware(delay)
    except ValueError as error:
        raise _Wrong(
            "a_regulariser_avant", before, "ce n’est pas un moment", "Laissez celui de l’export."
        ) from error
    return Read(draft, _structure(row, structures), row.get("raye") == "oui", delay)


def _coop(row: Mapping[str, str], structures: Mapping[str, Structure]) -> Read | None:
    """Return an individual activity as an act; None for what is read elsewhere: workshops, referral steps."""
    if row["type"] == "collectif" or row["id"].startswith(("atelier-", "orientation-")):
        return None
    if row["type"] != "individuel":
        raise _Wrong(
            "type", row["type"], "ce type n’est pas connu", "Écrivez « individuel » ou « collectif »."
        )
    themes = row["thematiques"].split("|")
    families = [key for key, family in procedures.families().items() if family.coop in themes]
    if not families:
        raise _Wrong(
            *("thematiques", row["thematiques"], "aucune n’est une démarche"),
            "Un acte d’aide porte sur une démarche : notez les autres activités en atelier.",
        )
    autonomous = row.get("autonomie", "") in ("partiellement_autonome", "autonome")
    draft = rules.Draft(
        uid=_uid(row["id"]),
        kind=rules.SHOWN if autonomous else rules.TOGETHER,
        procedure=families[0],
        minutes=_minutes(row, "duree"),
        where=_among(row, "type_lieu", activities.PLACES),
        end="",
        done_at=_moment(row["date"], time(12)),
        commune=_commune(row),
    )
    return Read(draft, _structure(row, structures))


def _uid(text: str) -> UUID:
    if not text:
        raise _Wrong("id", "", "il manque", "Donnez à chaque ligne un numéro qui ne change pas.")
    try:
        return UUID(text)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"coop:{text}")


def _among(row: Mapping[str, str], column: str, words: Mapping[str, str]) -> str:
    value = row.get(column, "")
    for key, word in words.items():
        if word == value:
            return key
    raise _Wrong(column, value, "ce mot n’est pas connu", f"Écrivez l’un de : {', '.join(words.values())}.")


def _minutes(row: Mapping[str, str], column: str) -> int:
    n = whole(row[column])
    if n is None or not 1 <= n <= rules.MOST_MINUTES:
        raise _Wrong(
            column, row[column], "ce n’est pas une durée possible", f"De 1 à {rules.MOST_MINUTES} minutes."
        )
    return n


def _moment(text: str, at: time) -> datetime:
    try:
        day = date.fromisoformat(text)
        if not 2001 <= day.year < 2100:
            raise ValueError(text)
    except ValueError as error:
        raise _Wrong("date", text, "ce n’est pas un jour", "Écrivez-le ainsi : 2026-11-23.") from error
    return timezone.make_aware(datetime.combine(day, at.replace(tzinfo=None)))


def _commune(row: Mapping[str, str]) -> str:
    code = row.get("commune", "")
    if code and not COMMUNE.fullmatch(code):
        raise _Wrong(
            *("commune", code, "ce n’est pas un code de commune"), "Écrivez ses cinq signes, comme 38185."
        )
    return code


def _structure(row: Mapping[str, str], structures: Mapping[str, Structure]) -> Structure:
    structure = structures.get(row["structure"])
    if structure is None:
        raise _Wrong(
            *("structure", row["structure"], "ce nom n’est pas celui d’une seule structure de l’annuaire"),
            "Importez-la d’abord, ou reprenez son nom exact. Si deux structures le portent, renommez-en une.",
        )
    return structure
