"""A figure as the contract writes it."""

from typing import Any

from maillage.kernel.estimate import Figure, Withheld


def figure(f: Figure) -> dict[str, Any]:
    """Return a figure as the contract writes it."""
    common = {"unite": f.unit, "univers": f.universe, "n": f.n, "methode": f.method}
    if isinstance(f, Withheld):
        return {"valeur": None, "bas": None, "haut": None, **common, "motif": f.reason}
    return {"valeur": f.value, "bas": f.low, "haut": f.high, **common}
