"""Reading a hand-made delimited file: any usual separator, and errors located by line, column and value."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from maillage.kernel.errors import Refused

MAX_CELL = 131_072  # characters
SEPARATORS = {",": "une virgule", ";": "un point-virgule", "\t": "une tabulation"}


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


def read(
    content: bytes,
    name: str,
    *,
    required: Sequence[str],
    aliases: Mapping[str, str] | None = None,
    encoding_help: str = "Enregistrez le fichier en « CSV UTF-8 », puis recommencez.",
    purpose: str,
) -> list[Row]:
    """Return the rows of a CSV file in UTF-8, with or without BOM, separated by comma, semicolon or tab.

    required: columns that must be there; aliases: other names they may have. purpose: why they are needed, in
    French. Raises Refused on a wrong encoding, a missing column, a row of more cells than the header or an
    empty file; blank lines are passed over.
    """
    if not content.strip():
        raise Refused(
            f"{name} : le fichier est vide.", why=purpose, do=f"L’en-tête attendu est : {','.join(required)}."
        )
    text = _decoded(content, name, encoding_help)
    if (at := text.find("\x00")) >= 0:
        raise Refused(
            f"{name}, ligne {text.count(chr(10), 0, at) + 1} : cette ligne contient des octets nuls.",
            why="Le fichier est abîmé, ou n’est pas du texte.",
            do="Ouvrez-le dans un tableur, puis enregistrez-le en « CSV UTF-8 ».",
        )
    first = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    known = aliases or {}
    header = [known.get((column or "").strip(), (column or "").strip()) for column in reader.fieldnames or []]
    reader.fieldnames = header
    _check_header(header, name, required, purpose)
    rows, line = [], 1
    try:
        for row in reader:
            cells = {key: value or "" for key, value in row.items() if key}
            if any(
                len(cell) > MAX_CELL for cell in cells.values()
            ):  # the limit of csv, which any library may lift for all
                raise csv.Error
            line = reader.line_num
            if any(cell.strip() for cell in row.get(None, ())):
                raise _too_long(name, line, len(header), separator)
            if any(cell.strip() for cell in cells.values()):
                rows.append(Row(name, line, cells))
    except csv.Error as error:
        raise Refused(
            f"{name}, ligne {line + 1} : cette ligne ne se lit pas comme du CSV.",
            why=(
                "Une case y est plus longue que 131 072 caractères : un guillemet n’est sans doute pas"
                " refermé."
            ),
            do="Ouvrez-le dans un tableur, vérifiez cette ligne, puis enregistrez-le en « CSV UTF-8 ».",
        ) from error
    if not rows:
        raise Refused(f"{name} : aucune ligne sous l’en-tête.", why=purpose, do="Donnez au moins une ligne.")
    return rows


def _check_header(header: Sequence[str], name: str, required: Sequence[str], purpose: str) -> None:
    for column in required:
        if column not in header:
            raise Refused(
                f"{name}, ligne 1 : la colonne « {column} » manque.",
                why=purpose,
                do=f"Ajoutez-la. L’en-tête attendu est : {','.join(required)}.",
            )
        if header.count(column) > 1:
            raise Refused(
                f"{name}, ligne 1 : la colonne « {column} » est donnée {header.count(column)} fois.",
                why="On ne saurait pas laquelle lire.",
                do="N’en gardez qu’une.",
            )


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
