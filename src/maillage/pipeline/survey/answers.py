"""The answers of a survey: a file of ours, of a spreadsheet, of Kobo or of ODK becomes a table of texts, `id`
first.
"""

import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.table import Column, Table
from maillage.pipeline.offer.forms.sheet import Fault, listed, quoted
from maillage.pipeline.survey import grid
from maillage.pipeline.survey.grid import Grid
from maillage.words.wording import count

ID, WEIGHT = "id", "poids_initial"
KEYS = (ID, "_uuid", "meta/instanceID", "meta-instanceID", "instanceID", "KEY", "_id")  # tell answers apart
ODK = {"SubmissionDate", "KEY"}  # columns of a file of ODK Central: groups are then before a hyphen
# What the first cell of a row under the answers says, that sums them or counts them.
SUMS = frozenset(("total", "totaux", "total general", "somme", "moyenne"))
MOST_SUMS = 3  # rows of them, the last ones
YES = frozenset({"1", "1.0", "true", "vrai", "oui"})
NO = frozenset({"0", "0.0", "false", "faux", "non", ""})
WIDE = 64 * 2**20  # characters of a column padded to its longest cell: beyond, cells stay as they are
WHY_ID = "Un identifiant relie chaque réponse à son poids, et empêche de compter deux fois la même."


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers once read. table: columns of text, `id` first; lines: (n,) the line of each in its file.

    faults: rows left out; notes: what to tell of the reading, in French.
    """

    table: Table
    lines: NDArray[np.int64]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]


def read(
    path: Path,
    *,
    variables: Collection[str] | None = None,
    optional: Collection[str] = (),
    questions: Collection[str] = (),
) -> Answers:
    """Return the answers of a file: CSV (UTF-8 or Windows; comma, semicolon or tab), XLSX, XLS or ODS.

    Groups are taken off names (`groupe/question`), and the columns of an answer that may be several
    (`question/choix`) are joined when their question has none of its own. A row without `id`, or whose cells
    exceed the header, is left out and told; a row given twice, cell for cell, is read once. Nothing is read
    as a number or a date: what was typed stays. Without `id`, the first column stands for it when no two
    answers share a value there. variables: the only ones wanted, in a file of very many columns; when one is
    not found, all are read. optional: others wanted beside them, where they are. questions: the names of
    those that were asked, where they are known: a group of questions answered 1 or 0 is then none with
    several choices. Raises Refused on a file that holds no answer, no identifier, or the same identifier for
    two answers that differ.
    """
    if variables is None:
        return of(grid.read(path), questions)
    required = {plain(bare(name)) for name in variables}
    read_names = required | {plain(bare(name)) for name in optional}
    survey_grid = grid.read(
        path, only=lambda name: name in (*KEYS, WEIGHT, *ODK) or plain(bare(name)) in read_names
    )
    missing = required - {plain(bare(name)) for name in survey_grid.header} or not set(KEYS) & set(
        survey_grid.header
    )
    return of(grid.read(path) if missing else survey_grid, questions)


def bare(name: str) -> str:
    """Return the name of a question without its groups, of Kobo (`groupe/question`) or of ODK Central
    (`groupe-question`).

    >>> bare("identite/sexe"), bare("identite-sexe"), bare("sexe")
    ('sexe', 'sexe', 'sexe')
    """
    return re.split(r"[/-]", name)[-1] or name


def parse(
    content: bytes, name: str, questions: Collection[str] = (), *, wordings: Mapping[str, str] | None = None
) -> Answers:
    """Return the answers of a file given by its bytes, as `read` does.

    wordings: how a column may be headed, as `plain` writes it → the name of the question.
    """
    survey_grid = grid.parse(content, name)
    return of(named_by_wording(survey_grid, wordings) if wordings else survey_grid, questions)


def named_by_wording(survey_grid: Grid, wordings: Mapping[str, str]) -> Grid:
    """Return a grid whose columns headed by the wording of a question bear its name: the first of several,
    and none where a column has that name already.
    """
    names = list(survey_grid.header)
    for rank, header in enumerate(survey_grid.header):
        question, parent = wordings.get(plain(header), ""), wordings.get(plain(header.rpartition("/")[0]), "")
        named = question or (f"{parent}/{header.rpartition('/')[2]}" if parent else "")
        if named and named not in names and header not in (*KEYS, WEIGHT, *ODK):
            names[rank] = named
    return replace(survey_grid, header=tuple(names))


def of(survey_grid: Grid, questions: Collection[str] = ()) -> Answers:
    """Return the answers that a grid holds."""
    key = next((name for name in KEYS if name in survey_grid.header), "")
    borrowed = "" if key else _identifies(survey_grid)
    if not (key := key or borrowed):
        raise Refused(
            f"{survey_grid.name}, ligne 1 : la colonne « {ID} » manque.",
            why=f"{WHY_ID} Colonnes lues : {listed([quoted(name) for name in survey_grid.header])}.",
            do=(
                "Donnez un numéro à chaque réponse, dans une première colonne nommée « id » ; d’un export"
                " Kobo ou ODK, gardez « _uuid »."
            ),
        )
    if key in survey_grid.twice:
        raise Refused(
            f"{survey_grid.name}, ligne 1 : la colonne « {key} » est donnée deux fois.",
            why="On ne saurait pas laquelle relie une réponse à son poids.",
            do="N’en gardez qu’une.",
        )
    answer_rows, faults = _answer_rows(survey_grid, survey_grid.header.index(key), key)
    if not answer_rows:
        rejected = count(len(faults), "ligne laissée de côté", "lignes laissées de côté")
        raise Refused(
            f"{survey_grid.name} : aucune réponse sous l’en-tête{f' ; {rejected}' if faults else ''}.",
            why="Sans réponse, il n’y a rien à pondérer ni à compter.",
            do="Vérifiez l’export, puis recommencez.",
        )
    rows = (
        survey_grid.rows
        if len(answer_rows) == len(survey_grid.rows)
        else [survey_grid.rows[row] for row in answer_rows]
    )
    columns = dict(zip(survey_grid.header, zip(*rows, strict=True), strict=True))
    named, notes = _named(columns, key, {plain(name) for name in questions})
    texts = {ID: _texts(columns[key])} | {name: _texts(cells) for name, cells in named.items()}
    lines = np.array(survey_grid.lines, dtype=np.int64)[answer_rows]
    if borrowed:
        notes = [
            (
                f"Pas de colonne « {ID} » : la première, « {quoted(borrowed)} », en tient lieu, car chaque"
                " valeur n’y est qu’une fois."
            ),
            *notes,
        ]
    return Answers(Table(survey_grid.name, texts), lines, tuple(faults), (*survey_grid.notes, *notes))


def _identifies(survey_grid: Grid) -> str:
    """Return the first column when it tells every answer apart, nothing otherwise."""
    first_cells = [cells[0] for cells in survey_grid.rows]
    return (
        survey_grid.header[0]
        if len(first_cells) > 1 and all(first_cells) and len(set(first_cells)) == len(first_cells)
        else ""
    )


def _answer_rows(survey_grid: Grid, at: int, key: str) -> tuple[list[int], list[Fault]]:
    """Return the rows that are answers, and the faults of the others; Refused when an identifier stands for
    two answers.
    """
    first: dict[str, int] = {}
    faults, answer_rows = list(survey_grid.faults), []
    for row, cells in enumerate(survey_grid.rows):
        line = survey_grid.lines[row]
        if not (identifier := cells[at]):
            faults.append(
                Fault(
                    line,
                    key,
                    "",
                    "cette réponse n’a pas d’identifiant",
                    "Donnez-lui un numéro qui n’est à nulle autre.",
                )
            )
        elif row >= len(survey_grid.rows) - MOST_SUMS and plain(identifier) in SUMS:
            reason = "cette ligne additionne les autres : ce n’est pas une réponse"
            faults.append(Fault(line, key, quoted(identifier), reason, "Retirez-la."))
        elif (other := first.setdefault(identifier, row)) == row:
            answer_rows.append(row)
        elif survey_grid.digests[other] == survey_grid.digests[row]:
            reason = f"cette réponse est déjà à la ligne {survey_grid.lines[other]}, mot pour mot"
            faults.append(
                Fault(line, key, quoted(identifier), reason, "Retirez-la : elle n’est comptée qu’une fois.")
            )
        else:
            raise Refused(
                f"{survey_grid.name}, ligne {line}, colonne {key}, valeur « {quoted(identifier)} » : la ligne"
                f" {survey_grid.lines[other]} porte déjà cet identifiant, avec d’autres réponses.",
                why=WHY_ID,
                do=(
                    "Si ce sont deux personnes, donnez un autre numéro à l’une ; si c’est la même, gardez une"
                    " seule ligne."
                ),
            )
    return answer_rows, sorted(faults, key=lambda fault: fault.line)


def _named(
    columns: dict[str, tuple[str, ...]], key: str, questions: Collection[str]
) -> tuple[dict[str, Sequence[str]], list[str]]:
    """Return the columns under the names of questions, in their order, and what to tell."""
    mark = "-" if columns.keys() >= ODK else "/"
    question_columns = [name for name in columns if name != key]
    owned = {
        name for name in question_columns if name.rpartition(mark)[0] in columns
    }  # columns of the choices of a question read whole
    parts: dict[str, list[str]] = {}
    for name in question_columns:
        parent, separator, _ = name.rpartition(mark)
        if separator and name not in owned:
            parts.setdefault(parent, []).append(name)
    ticked = {
        parent
        for parent, names in parts.items()
        if len(names) > 1
        and (not questions or plain(_last(parent, mark)) in questions)
        and _are_ticks(columns, names)
    }
    cells_by_name: dict[str, Sequence[str]] = {}
    for name in question_columns:
        parent = name.rpartition(mark)[0]
        if parent in ticked and parent not in cells_by_name:
            cells_by_name[parent] = _joined(columns, parts[parent], mark)
        elif parent not in ticked and name not in owned:
            cells_by_name[name] = columns[name]
    times = Counter(_last(name, mark) for name in cells_by_name)
    out = {
        last if times[last := _last(name, mark)] == 1 and last != ID else name: cells
        for name, cells in cells_by_name.items()
    }
    joined_questions = listed([f"« {quoted(name)} »" for name in sorted(ticked)])
    return out, (
        [f"Colonnes de cases à cocher réunies en une réponse à plusieurs choix : {joined_questions}."]
        if ticked
        else []
    )


def _last(name: str, mark: str) -> str:
    """Return the name of a question without its groups.

    >>> _last("logement/acces/equipement", "/"), _last("age", "/"), _last("_notes/", "/")
    ('equipement', 'age', '_notes/')
    """
    return name.rpartition(mark)[2] or name


def _are_ticks(columns: dict[str, tuple[str, ...]], names: Sequence[str]) -> bool:
    """Check that every cell of columns is ticked, unticked or empty, one ticked at least."""
    values = {cell.casefold() for name in names for cell in set(columns[name])}
    return values <= YES | NO and bool(values & YES) and bool(values & NO - {""}) and "oui" not in values


def _joined(columns: dict[str, tuple[str, ...]], names: Sequence[str], mark: str) -> tuple[str, ...]:
    """Return, for each answer, the choices ticked, separated by a space; nothing when the question was not
    asked.
    """
    choices = [_last(name, mark) for name in names]
    return tuple(
        " ".join(choice for choice, cell in zip(choices, row, strict=True) if cell.casefold() in YES)
        for row in zip(*(columns[name] for name in names), strict=True)
    )


def _texts(cells: Sequence[str]) -> Column:
    longest = max(map(len, cells), default=0)
    return np.array(cells, dtype=object if longest * len(cells) > WIDE else str)


def numbers(cells: Sequence[str]) -> NDArray[np.float64]:
    """Return texts as numbers, decimal comma or point, spaces between thousands; nan where it is not a
    number.

    >>> numbers(["1 250,5", "3.2", "", "douze"])
    array([1250.5,    3.2,    nan,    nan])
    """
    return np.array([_number(cell) for cell in cells], dtype=np.float64)


NUMBER = re.compile(r"[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][-+]?\d+)?")


def _number(text: str) -> float:
    bare = re.sub(r"[\s\u00a0\u202f']", "", text)
    return float(bare.replace(",", ".")) if NUMBER.fullmatch(bare) else float("nan")
