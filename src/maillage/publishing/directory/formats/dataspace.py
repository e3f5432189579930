"""The JSON of the DataSpace: the columns of the national schema, the address in parts, several values as a
true list.

No schema of it is published: its shape is the one that the national map and La Coop read in 2026.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from maillage.kernel.disk import write_whole
from maillage.publishing.directory.formats import lmn
from maillage.publishing.directory.formats.published import Published, Row, as_json
from maillage.reference import offer

STREET = re.compile(
    r"(?P<numero_voie>[0-9]{1,5})(?:\s?(?P<repetition>bis|ter|quater|[a-f])(?=[\s,]))?,?\s+(?P<nom_voie>\S.*)",
    re.IGNORECASE,
)
LISTS = frozenset(
    name for name in lmn.COLUMNS if offer.fields()[name].kind in ("list", "kinds", "mail", "site", "lines")
) - set(lmn.ONE_ONLY)
IN_ADDRESS = ("commune", "code_postal", "code_insee")


def parts(street: str) -> dict[str, str | int | None]:
    """Return the number, the repetition and the street of an address in one line.

    >>> parts("12 bis, rue des Lilas")
    {'numero_voie': 12, 'repetition': 'bis', 'nom_voie': 'rue des Lilas'}
    >>> parts("place des Cinq-Fontaines")["numero_voie"], parts("3 rue A")["nom_voie"]
    (None, 'rue A')
    """
    street_match = STREET.fullmatch(street.strip())
    if street_match is None:
        return {"numero_voie": None, "repetition": None, "nom_voie": street}
    number, repetition, name = street_match.groups()
    return {"numero_voie": int(number), "repetition": repetition, "nom_voie": name}


def _objects(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Return the objects of rows of the national schema; an unknown value is absent, an unknown list empty.

    `mediateurs` is always empty: the directory names nobody.
    """
    return [
        {
            **{
                name: _value(name, row[name])
                for name in lmn.COLUMNS
                if name not in ("adresse", *IN_ADDRESS) and (row[name] or name in LISTS)
            },
            "adresse": parts(row["adresse"]) | {name: row[name] or None for name in IN_ADDRESS},
            "mediateurs": [],
        }
        for row in rows
    ]


def _value(name: str, cell: str) -> str | float | list[str]:
    if name in LISTS:
        return cell.split("|") if cell else []
    return float(cell) if name in ("latitude", "longitude") else cell


def write(path: Path, places: Sequence[Published], *, on: date) -> list[str]:
    """Write the file; return in French what was left out, as the national schema leaves it out."""
    rows, remarks = lmn.rows(places)
    write_whole(path, as_json(_objects(rows)))
    return [remark.sentence for remark in remarks]
