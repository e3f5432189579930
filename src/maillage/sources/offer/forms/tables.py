"""Exports in several tables, one file each, in JSON or in CSV: an archive or a folder of them."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from maillage.kernel import archives
from maillage.kernel.errors import Refused
from maillage.sources.offer.forms import separated
from maillage.sources.offer.forms.cells import sound
from maillage.sources.offer.forms.decode import decoded
from maillage.sources.offer.forms.sheet import MAX_BYTES, Remarks, fits, non_blank

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Named = Callable[[str], str]  # from the path of a file to the table it holds, '' for none

MAX_TABLES = 60


def in_archive(content: bytes, named: Named) -> set[str]:
    """Return the tables that a ZIP holds; none when it does not open."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return set(map(named, archive.namelist())) - {""}
    except (*archives.UNREADABLE, OSError):
        return set()


def in_folder(path: Path, named: Named) -> set[str]:
    return {named(each.name) for each in path.iterdir()} - {""} if path.is_dir() else set()


def of_archive(content: bytes, named: Named, standard: str, remarks: Remarks) -> Tables:
    """Return the tables of an archive; Refused when it is too large or damaged. standard: its name, for
    people.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            infos = [info for info in archive.infolist() if named(info.filename)]
            if len(infos) > MAX_TABLES or sum(info.file_size for info in infos) > 4 * MAX_BYTES:
                raise _too_large("dépliée, cette archive ferait", remarks)
            content_by_path = {info.filename: archive.read(info) for info in infos}
    except (*archives.UNREADABLE, OSError) as error:
        raise _damaged(remarks) from error
    return _read(content_by_path, named, standard, remarks)


def of_folder(path: Path, named: Named, standard: str, remarks: Remarks) -> Tables:
    """Return the tables of a folder."""
    files = [each for each in sorted(path.iterdir()) if each.is_file() and named(each.name)]
    if sum(each.stat().st_size for each in files) > 4 * MAX_BYTES:
        raise _too_large("ce dossier pèse", remarks)
    return _read({each.name: each.read_bytes() for each in files}, named, standard, remarks)


def _read(content_by_path: Mapping[str, bytes], named: Named, standard: str, remarks: Remarks) -> Tables:
    out: Tables = {}
    for path, content in sorted(
        content_by_path.items(), key=lambda item: item[0].endswith(".csv")
    ):  # JSON says more
        of_table = Remarks(f"{remarks.name}, table {path}", sentences=remarks.sentences)
        text = decoded(content, of_table)
        try:
            rows = _objects(text) if path.casefold().endswith(".json") else _rows_of(text, of_table)
        except (ValueError, csv.Error, RecursionError) as error:
            raise _damaged(remarks, f"la table {path} de cet export {standard} est illisible.") from error
        if isinstance(rows, list) and not out.get(named(path)):
            out[named(path)] = [row for row in rows if isinstance(row, dict)]
            for fact, (n, first) in of_table.counted.items():
                remarks.count(fact, f"{path}, {first}", n)
            for fault in of_table.faults:
                remarks.count(f"Ligne laissée de côté : {fault.reason}", f"{path}, ligne {fault.line}")
    return out


def _objects(text: str) -> Any:
    return json.loads(
        text,
        object_pairs_hook=lambda pairs: {
            sound(name): sound(value) if isinstance(value, str) else value for name, value in pairs
        },
    )


def _rows_of(text: str, remarks: Remarks) -> list[Row]:
    """Return the rows of a table in CSV, whatever wrote it; none under a header alone."""
    records = non_blank(separated.records_of(text, remarks))
    columns = next(records, (0, []))[1]
    rows = []
    for line, cells in records:
        if any(cells[len(columns) :]):
            do = "Un séparateur est en trop, ou un guillemet manque : corrigez cette ligne."
            remarks.leave_out(line, f"plus de cases que l’en-tête, qui en a {len(columns)}", do=do)
        elif fits(cells, line, columns, remarks):
            rows.append(dict(zip(columns, cells, strict=False)))
    return rows


def _too_large(what: str, remarks: Remarks) -> Refused:
    return remarks.refusal(
        f"{what} plus de {4 * MAX_BYTES >> 20} Mio.",
        why="La mémoire n’y suffirait pas.",
        do="Donnez un export plus petit, par exemple d’un seul département.",
    )


def _damaged(remarks: Remarks, what: str = "cette archive ne s’ouvre pas.") -> Refused:
    return remarks.refusal(
        what,
        why="Elle est abîmée, ou coupée avant sa fin.",
        do="Téléchargez de nouveau l’export, puis recommencez.",
    )
