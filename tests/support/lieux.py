"""Places for tests, made as the directory makes them."""

from datetime import date
from math import cos, radians
from typing import Any

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import index, sheets
from maillage.apps.directory.places.models import Lieu, Source

GRENOBLE = {"commune": "Grenoble", "code_insee": "38185", "code_postal": "38000"}
TEISSEIRE = (45.16901, 5.74252)  # the middle of the quarter


def lieu(
    slug: str = "a",
    *,
    east: float = 0.0,
    near: tuple[float, float] = TEISSEIRE,
    sheet: dict[str, Any] | None = None,
    **columns: Any,
) -> Lieu:
    """Make a place `east` metres to the east of a point; sheet: what it says, None for what it does not;
    columns: of the row, but for its sheet.
    """
    full_sheet = {
        "id": slug,
        "nom": f"Lieu {slug}",
        **GRENOBLE,
        "adresse": "1 rue Paul Cocat",
        "latitude": near[0],
        "longitude": round(near[1] + east / (111_195 * cos(radians(near[0]))), 6),
        "date_maj": "2026-11-01",
        **(sheet or {}),
    }
    full_sheet = {name: value for name, value in full_sheet.items() if value is not None}
    source, _ = Source.objects.get_or_create(
        name="Réseau d’essai", defaults={"producer": "Un réseau", "licence": "ODbL"}
    )
    origins = {name: {"source": source.name, "on": str(full_sheet["date_maj"])} for name in full_sheet}
    lieu_row = Lieu(slug=slug, source=source, identifier=slug, sheet=full_sheet, origins=origins, **columns)
    sheets.derive(lieu_row)
    if "updated_on" in columns:
        lieu_row.updated_on = columns["updated_on"]
    lieu_row.structure = sheets.structure_of(full_sheet)
    lieu_row.save()
    # Nothing of it was written before: a place that is shown needs none of it read again.
    (index.add if lieu_row.state == rules.PUBLISHED else index.refresh)([lieu_row])
    return lieu_row


def offering(**practices: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a sheet that offers these practices."""
    return {
        "practices": {
            name: {"state": "offered", **practice_fields} for name, practice_fields in practices.items()
        }
    }


TODAY = date(2026, 11, 20)
