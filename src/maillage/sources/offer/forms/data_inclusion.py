"""data·inclusion in its two tables, structures and services: an archive or a folder of them, as its exports
and ours are given. Each service is read with its structure.

Source: https://github.com/gip-inclusion/data-inclusion-schema
"""

import json
from pathlib import Path

from maillage.sources.offer.forms import objects, tables
from maillage.sources.offer.forms.sheet import Remarks, Sheet

TABLES = ("structures", "services")
NAME = "data·inclusion"


def is_archive(content: bytes) -> bool:
    return tables.in_archive(content, _name) == set(TABLES)


def is_folder(path: Path) -> bool:
    return tables.in_folder(path, _name) == set(TABLES)


def of_archive(content: bytes, remarks: Remarks) -> Sheet:
    """Return the rows of an archive of the two tables; Refused when it is too large or damaged."""
    return _sheet(tables.of_archive(content, _name, NAME, remarks), remarks)


def of_folder(path: Path, remarks: Remarks) -> Sheet:
    """Return the rows of a folder of the two tables."""
    return _sheet(tables.of_folder(path, _name, NAME, remarks), remarks)


def _name(path: str) -> str:
    """Return the table of a file: « export/structures-inclusion-2026-11-20.csv » is structures."""
    stem, _, end = path.replace("\\", "/").rpartition("/")[2].casefold().rpartition(".")
    return next((each for each in TABLES if stem.startswith(each) and end in ("json", "csv")), "")


def _sheet(tables_by_name: tables.Tables, remarks: Remarks) -> Sheet:
    return objects.sheet_of(json.dumps(tables_by_name, ensure_ascii=False), remarks)
