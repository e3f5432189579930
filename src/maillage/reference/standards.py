"""The schemas of others that we write to, as their producers publish them: kept here, never fetched."""

import json
from functools import cache
from pathlib import Path
from typing import Any

FILES = Path(__file__).parent / "standards"


@cache
def lmn() -> dict[str, Any]:
    """Return the table schema of the national standard of places, 1.0.2: its 32 fields in order."""
    return _read("lmn-1.0.2")


@cache
def hsds() -> dict[str, dict[str, Any]]:
    """Return the JSON schema of each object of HSDS 3.0 that we export, with the name of its CSV file
    (`path`).
    """
    return _read("hsds-3.0")


@cache
def data_inclusion() -> dict[str, list[dict[str, str | None]]]:
    """Return the lists of values of data·inclusion v1: for each list, its values, labels and descriptions
    (None if none).
    """
    return _read("data-inclusion-1")


def _read(name: str) -> dict[str, Any]:
    return dict(json.loads((FILES / f"{name}.json").read_text("utf-8")))
