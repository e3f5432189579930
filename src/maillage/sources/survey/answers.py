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
from maillage.sources.offer.forms.sheet import Fault, listed, quoted
from maillage.sources.survey import grid
from maillage.sources.survey.grid import Grid
from maillage.words.wording import count

ID, WEIGHT = "id", "poids_initial"
KEYS = (ID, "_uuid", "meta/instanceID", "meta-instanceID", "instanceID", "KEY", "_id")  # tell answers apart
# How other tools and clerks head the number of an answer, as `plain` writes it: « ID de la réponse » of
# LimeSurvey, « Response ID », « N° », « Numéro du répondant »…
USUAL_KEY = re.compile(
    r"(id|identifiant|n|no|num|numero)( (de |du |d )?(la )?(reponse|repondant|questionnaire))?"
    r"|(response|respondent|submission) ?(id|number)"
)
ODK = {"SubmissionDate", "KEY"}  # columns of a file of ODK Central: groups are then before a hyphen
# What the first cell of a row under the answers says, that sums them or counts them.
SUMS = frozenset(("total", "totaux", "total general", "somme", "moyenne"))
MOST_SUMS = 3  # rows of them, the last ones
YES = frozenset({"1", "1.0", "true", "vrai", "oui"})
NO = frozenset({"0", "0.0", "false", "faux", "non", ""})
# « Chez vous [Ordinateur] » of LimeSurvey and Google Forms; « Chez vous / Ordinateur », « … : Ordinateur »
OPTION = re.compile(r"(\S.*?)[\s:]*\[([^\[\]]+)\]|(\S.*?)(?:\s[/–-]|\s?:)\s([^:/]+)")
TICKED = YES | {"x", "✓", "✔", "coche", "cochee"}
NONE_TICKED = "Aucune case cochée"
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
    as a number or a date: what was typed stays. Without `id`, a column that usually numbers answers
    (`USUAL_KEY`) stands for it, else the first one, when no two answers share a value there; else rows are
    numbered. A note says which. variables: the only ones wanted, in a file of very many columns; when one is
    not found, all are read. optional: others wanted beside them, where they are. questions: the names of
    those that were asked, where they are known: a group of questions answered 1 or 0 is then none with
    several choices, and none of them numbers answers. Raises Refused on a file that holds no answer, or the
    same identifier for two answers that differ.
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
    survey_grid = options_joined(grid.parse(content, name))
    return of(named_by_wording(survey_grid, wordings) if wordings else survey_grid, questions)


def options_joined(survey_grid: Grid) -> Grid:
    """Return a grid whose columns of one option each, ticked or not, are one column of the options ticked, in
    words and separated by semicolons: « Chez vous [Ordinateur] » and « Chez vous [Tablette] » become « Chez
    vous ». Its cell is « Aucune case cochée » where every option was refused, "" where the question was not
    asked.
    """
    ranks_by_question: dict[str, list[tuple[int, str]]] = {}
    for rank, header in enumerate(survey_grid.header):
        if match := OPTION.fullmatch(header):
            question, option = (match[1], match[2]) if match[1] else (match[3], match[4])
            if _ticks([row[rank] for row in survey_grid.rows], option):
                ranks_by_question.setdefault(question, []).append((rank, option.strip()))
    joined = {
        question: options
        for question, options in ranks_by_question.items()
        if len(options) > 1 and question not in survey_grid.header
    }
    if not joined:
        return survey_grid
    question_of = {options[0][0]: question for question, options in joined.items()}
    dropped = {rank for options in joined.values() for rank, _ in options[1:]}
    ranks = [rank for rank in range(len(survey_grid.header)) if rank not in dropped]
    rows = tuple(
        tuple(
            _ticked_options(row, joined[question_of[rank]]) if rank in question_of else row[rank]
            for rank in ranks
        )
        for row in survey_grid.rows
    )
    names = tuple(question_of.get(rank, survey_grid.header[rank]) for rank in ranks)
    return replace(survey_grid, header=names, rows=rows, notes=(*survey_grid.notes, _joined_note(joined)))


def _ticks(cells: Sequence[str], option: str) -> bool:
    """Return True for the cells of one option: ticked, unticked or empty, or the words of the option."""
    values = {plain(cell) for cell in cells}
    ticked = TICKED | {plain(option)}
    return values <= ticked | NO | {"n a"} and not values.isdisjoint(ticked | NO - {""})


def _ticked_options(row: Sequence[str], options: Sequence[tuple[int, str]]) -> str:
    cells = [plain(row[rank]) for rank, _ in options]
    ticked = [
        option
        for cell, (_, option) in zip(cells, options, strict=True)
        if cell in TICKED or cell == plain(option)
    ]
    return " ; ".join(ticked) or (NONE_TICKED if any(cell and cell in NO for cell in cells) else "")


def _joined_note(questions: Collection[str]) -> str:
    joined_questions = listed([f"« {quoted(name)} »" for name in sorted(questions)])
    return f"Colonnes de cases à cocher réunies en une réponse à plusieurs choix : {joined_questions}."


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
    own_key = next((name for name in KEYS if name in survey_grid.header), "")
    key = own_key or _identifies(survey_grid, {plain(name) for name in questions})
    if key in survey_grid.twice:
        raise Refused(
            f"{survey_grid.name}, ligne 1 : la colonne « {key} » est donnée deux fois.",
            why="On ne saurait pas laquelle relie une réponse à son poids.",
            do="N’en gardez qu’une.",
        )
    at = survey_grid.header.index(key) if key else -1
    identifiers = [cells[at] if key else str(n) for n, cells in enumerate(survey_grid.rows, 1)]
    answer_rows, faults = _answer_rows(survey_grid, identifiers, at if key else 0)
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
    texts = {ID: _texts([identifiers[row] for row in answer_rows])} | {
        name: _texts(cells) for name, cells in named.items()
    }
    lines = np.array(survey_grid.lines, dtype=np.int64)[answer_rows]
    if not own_key:
        notes = [f"Pas de colonne « {ID} » : {_stand_in(key)}", *notes]
    return Answers(Table(survey_grid.name, texts), lines, tuple(faults), (*survey_grid.notes, *notes))


def _identifies(survey_grid: Grid, questions: Collection[str]) -> str:
    """Return the first column that usually numbers answers, else the first of all, that tells every answer
    apart; "" when none does. A row given twice has its usual number twice, but an age may be that of two
    people. questions: names of what was asked, which number nothing.
    """
    n_different = len(set(survey_grid.digests))
    usual = [each for each in survey_grid.header if USUAL_KEY.fullmatch(plain(each))]
    for name in (*usual, survey_grid.header[0]):
        at = survey_grid.header.index(name)
        cells = [row[at] for row in survey_grid.rows]
        n_wanted = n_different if name in usual else len(cells)
        if plain(name) not in questions and n_wanted > 1 and all(cells) and len(set(cells)) == n_wanted:
            return name
    return ""


def _stand_in(key: str) -> str:
    """Return the end of the note on a file without `id`. key: the column that stands for it, "" for none."""
    if key:
        return f"« {quoted(key)} » en tient lieu, car chaque valeur n’y est qu’une fois."
    return (
        "les réponses sont numérotées dans l’ordre des lignes. Pour réunir plusieurs fichiers, donnez d’abord"
        f" un numéro différent à chaque réponse, dans une colonne « {ID} »."
    )


def _answer_rows(survey_grid: Grid, identifiers: Sequence[str], at: int) -> tuple[list[int], list[Fault]]:
    """Return the rows that are answers, and the faults of the others; Refused when an identifier stands for
    two answers. identifiers: one a row; at: the column that holds them, or the word of a sum.
    """
    key, first = survey_grid.header[at], dict[str, int]()
    faults, answer_rows = list(survey_grid.faults), []
    for row, cells in enumerate(survey_grid.rows):
        line = survey_grid.lines[row]
        if not (identifier := identifiers[row]):
            faults.append(
                Fault(
                    line,
                    key,
                    "",
                    "cette réponse n’a pas d’identifiant",
                    "Donnez-lui un numéro qui n’est à nulle autre.",
                )
            )
        elif row >= len(survey_grid.rows) - MOST_SUMS and plain(cells[at]) in SUMS:
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
    return out, [_joined_note(ticked)] if ticked else []


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
