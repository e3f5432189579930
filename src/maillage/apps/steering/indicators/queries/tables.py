"""The indicators as rows that travel: for the command, for a file, each with its formula and its date."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.apps.steering.indicators import rules
from maillage.apps.steering.indicators.rules import Value

COLUMNS = (
    *("id", "libelle", "valeur", "bas", "haut", "unite", "denominateur", "univers", "date", "formule"),
    *("source", "sorte", "exemple", "motif", "a_part", "limites"),
)


def row(value: Value) -> dict[str, Any]:
    """Return an indicator as the command writes it; unrounded, None where it is missing, with the reason."""
    about = value.definition
    return {
        "id": about.id,
        "libelle": about.label,
        "valeur": value.value,
        "bas": value.low,
        "haut": value.high,
        "unite": about.unit,
        "denominateur": value.denominator,
        "univers": value.universe,
        "date": value.on.isoformat(),
        "formule": about.formula,
        "source": value.source or about.source,
        "sorte": rules.KINDS[value.kind],
        "exemple": value.examples,
        "motif": value.reason or None,
        "a_part": " ".join(value.exclusions),
        "limites": about.limits,
    }


def table(values: Sequence[Value]) -> list[Mapping[str, Any]]:
    """Return the rows of a file: nothing where a cell is unknown."""
    return [{name: _cell(cell) for name, cell in row(value).items()} for value in values]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, float):
        return f"{value:.6g}"
    return "" if value is None else value
