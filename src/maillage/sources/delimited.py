"""Reading a hand-made delimited file: any usual separator, and errors located by line, column and value."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.sources.offer.forms.compound import MAGIC
from maillage.sources.offer.forms.read import OTHER_DOCUMENTS, ZIP
from maillage.sources.offer.forms.separated import ANNOUNCED, Dialect, cut

MAX_CELL = 131_072  # characters
HEADER_WITHIN = 15  # lines: a title, a date, an empty line may stand above the names of columns
SEPARATORS = {",": "une virgule", ";": "un point-virgule", "\t": "une tabulation", "|": "une barre verticale"}
NO_TEXT = {ZIP: "un classeur ou une archive", MAGIC: "un ancien classeur", **OTHER_DOCUMENTS}


@dataclass(frozen=True, slots=True)
class Row:
    """A row and the line it stands on."""

    file: str
    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def fault(self, column: str, reason: str, *, why: str, do: str) -> Refused:
        """Return the refusal that names this row, a column and its value."""
        return Refused(
            f"{self.file}, ligne {self.line}, colonne {column}, valeur « {self[column]} » : {reason}.",
            why=why,
            do=do,
        )


def bad_code(row: Row, column: str) -> Refused:
    """Return the refusal of a row whose code of a commune or of an IRIS has another length."""
    lost = len(row[column]) in (4, 8) and row[column].isdigit()
    return row.fault(
        column,
        "le zéro de tête est perdu" if lost else "un code de commune a 5 caractères, un code d’IRIS 9",
        why="La commune ne serait pas retrouvée, ses habitants seraient oubliés.",
        do="Exportez la colonne en texte.",
    )


def read(
    content: bytes,
    name: str,
    *,
    required: Sequence[str],
    optional: Sequence[str] = (),
    aliases: Mapping[str, str] | None = None,
    encoding_help: str = "Enregistrez le fichier en « CSV UTF-8 », puis recommencez.",
    purpose: str,
    other_columns: list[str] | None = None,
) -> list[Row]:
    """Return the rows of a CSV file in UTF-8, with or without BOM, separated by comma, semicolon or tab.

    required: columns that must be there; optional: others that are read; aliases: other names they may have.
    All are known whatever their case and accents: one that is not recognised would count for nothing.
    purpose: why they are needed, in French; other_columns: receives the names of the columns passed over.
    Raises Refused on a wrong encoding, a column that is missing or given twice, a quote that is not closed, a
    row of more cells than the header or an empty file; blank lines, and what stands above the names of
    columns, are passed over.
    """
    if not content.strip():
        raise Refused(
            f"{name} : le fichier est vide.",
            why=purpose,
            do=_heading_sample(required, optional),
        )
    if what := next((kind for start, kind in NO_TEXT.items() if content.startswith(start)), ""):
        raise Refused(
            f"{name} : c’est {what}, pas un fichier CSV.",
            why=purpose,
            do="Ouvrez-le dans un tableur, mettez les codes en texte, puis enregistrez-le en « CSV UTF-8 ».",
        )
    text = _decoded(content, name, encoding_help)
    if (at := text.find("\x00")) >= 0:
        raise Refused(
            f"{name}, ligne {text.count(chr(10), 0, at) + 1} : cette ligne contient des octets nuls.",
            why="Le fichier est abîmé, ou n’est pas du texte.",
            do="Ouvrez-le dans un tableur, puis enregistrez-le en « CSV UTF-8 ».",
        )
    known = {plain(column): column for column in (*required, *optional)}
    known |= {plain(other): column for other, column in (aliases or {}).items()}
    lines = list(io.StringIO(text, newline=""))
    first, separator = _header(lines, known, required)
    records = _records(lines, first, separator, name)
    header = _named(next(records, (0, []))[1], known)
    _check_header(header, name, first + 1, required, optional, purpose)
    if other_columns is not None:
        other_columns += [column for column in header if column and column not in known.values()]
    rows = []
    for line, cells in records:
        if any(cell.strip() for cell in cells[len(header) :]):
            raise _too_long(name, line, len(header), separator)
        if any(cell.strip() for cell in cells):
            rows.append(Row(name, line, {key: cell for key, cell in zip(header, cells, strict=False) if key}))
    if not rows:
        raise Refused(f"{name} : aucune ligne sous l’en-tête.", why=purpose, do="Donnez au moins une ligne.")
    return rows


def _header(lines: list[str], known: Mapping[str, str], required: Sequence[str]) -> tuple[int, str]:
    """Return the rank of the line that names the columns, and the sign that separates them: the first that
    names most of those required.
    """
    announced = ANNOUNCED.fullmatch(lines[0])
    head = [
        rank
        for rank, line in enumerate(lines[:HEADER_WITHIN])
        if line.strip("".join((*SEPARATORS, " \r\n"))) and not (announced and not rank)
    ]
    signs = {rank: announced[1] if announced else max(SEPARATORS, key=lines[rank].count) for rank in head}
    required_names = set(required)
    named = {
        rank: len(required_names & set(_named(_alone(lines[rank], sign), known)))
        for rank, sign in signs.items()
    }
    # Of lines that name as many, the first: `max` returns it.
    rank = max(named, key=named.__getitem__, default=0)
    return rank, signs.get(rank, ",")


def _named(cells: Sequence[str], known: Mapping[str, str]) -> list[str]:
    """Return the names of columns as they are called here; one spelled exactly goes before those like it."""
    typed_names = [cell.strip() for cell in cells]
    names = [known.get(plain(each), each) for each in typed_names]
    return [
        typed_name if name in typed_names else name
        for typed_name, name in zip(typed_names, names, strict=True)
    ]


def _records(lines: list[str], first: int, separator: str, name: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the line on which each record starts, and its cells; Refused where a quote is left open: the
    lines that it swallows would be lost without a word.
    """
    for start, parsed in cut(lines, first, Dialect(separator)):
        cells = _alone(lines[start], separator) if parsed is None else parsed
        if (not cells and parsed is None) or any(len(cell) > MAX_CELL for cell in cells):
            raise Refused(
                f"{name}, ligne {start + 1} : cette ligne n’est pas du CSV lisible.",
                why=(
                    "Un guillemet n’y est sans doute pas refermé : les lignes qui suivent seraient prises"
                    " pour la suite de celle-ci."
                ),
                do="Ouvrez-le dans un tableur, vérifiez cette ligne, puis enregistrez-le en « CSV UTF-8 ».",
            )
        yield start + 1, cells


def _alone(line: str, separator: str) -> list[str]:
    """Return the cells of a line whose quotes are misplaced, none when one of them stays open at its end."""
    reader = csv.reader([line, separator], delimiter=separator)
    try:
        cells = next(reader, [])
    except csv.Error:
        return []
    return cells if reader.line_num == 1 else []


def _check_header(
    header: Sequence[str],
    name: str,
    line: int,
    required: Sequence[str],
    optional: Sequence[str],
    purpose: str,
) -> None:
    for column in (*required, *optional):
        if column not in header and column in required:
            raise Refused(
                f"{name}, ligne {line} : la colonne « {column} » manque.",
                why=purpose,
                do=f"Ajoutez-la. {_heading_sample(required, optional)}",
            )
        if header.count(column) > 1:
            raise Refused(
                f"{name}, ligne {line} : la colonne « {column} » est donnée {header.count(column)} fois.",
                why="On ne saurait pas laquelle lire.",
                do="N’en gardez qu’une.",
            )


def _heading_sample(required: Sequence[str], optional: Sequence[str]) -> str:
    """Return the names of the columns, separated as a French spreadsheet does."""
    return f"L’en-tête attendu est : {';'.join((*required, *optional))}."


def _too_long(name: str, line: int, columns: int, separator: str) -> Refused:
    """Return the refusal of a row that has more cells than the header has columns."""
    return Refused(
        f"{name}, ligne {line} : cette ligne a plus de cases que l’en-tête, qui en a {columns}.",
        why=(
            f"Une case y contient sans doute le signe qui sépare les cases ({SEPARATORS[separator]}), comme"
            " 12,5 : tout ce qui la suit serait lu dans une autre colonne."
        ),
        do="Mettez cette case entre guillemets, ou enregistrez le fichier avec des points-virgules.",
    )


def _decoded(content: bytes, name: str, encoding_help: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Refused(
            f"{name}, ligne {line} : le fichier n’est pas en UTF-8 (octet 0x{content[error.start]:02X}).",
            why="Les accents seraient faux, et un code ou une classe pourrait ne plus être reconnu.",
            do=encoding_help,
        ) from error
