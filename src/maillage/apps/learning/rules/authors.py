"""For whom modules are written: a territory, by its code, or a structure."""

from maillage.kernel.typed import ROWS, whole

STRUCTURE = "structure-"


def scope_of(structure: int) -> str:
    """Return the scope of a structure, beside the codes of territories.

    >>> scope_of(12)
    'structure-12'
    """
    return f"{STRUCTURE}{structure}"


def structure_of(scope: str) -> int | None:
    """Return the structure of a scope; None for a territory.

    >>> structure_of("structure-12"), structure_of("38"), structure_of("structure-../x")
    (12, None, None)
    """
    number = scope.removeprefix(STRUCTURE)
    return whole(number, ROWS) if number != scope else None
