"""Headers of spreadsheets on two rows with merged cells: « Lundi » across, « Matin » and « Après-midi » under
it, and beside them « Nom » merged downwards.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

Range = tuple[tuple[int, int], tuple[int, int]]  # (row, column) of its first cell and of its last, from 0

DAY = re.compile(r"\b(?:\w{3,}di|dimanche|\w{3,6}day)s?\b", re.IGNORECASE)
LONGEST = 40  # characters of a name in the second row


def header(head: Sequence[Sequence[str]], ranges: Iterable[Range]) -> tuple[int, list[str]] | None:
    """Return (the rank of the first row of a header on two rows, its names), None when it is on one.

    A name merged over both rows says that they are one header; nothing in them is a number.
    """
    two_rows = _first_of_two(head)
    if two_rows is None:
        return None
    at, first, second = two_rows
    ranges = [each for each in ranges if each[0][1] < len(first)]  # a frame beside the table holds nothing
    tall = {
        first_column
        for (top, first_column), (bottom, right) in ranges
        if (top, bottom) == (at, at + 1) and first_column == right
    }
    across = {
        first_column: right
        for (top, first_column), (bottom, right) in ranges
        if top == bottom == at and first_column < right
    }
    if not any(first[column] for column in tall) or any(second[column] for column in tall):
        return None
    groups = list(_groups(first, second, across))
    if not any(len(columns) > 1 for _, columns in groups) or not _are_names(first, second):
        return None
    under = [second[column].casefold() for _, columns in groups for column in columns]
    names = list(first)
    grouped = {column for _, columns in groups for column in columns}
    other_names = [name.casefold() for column, name in enumerate(first) if column not in grouped]
    for over, columns in groups:
        for column in columns:
            alone = (under + other_names).count(second[column].casefold()) == 1 and not DAY.search(over)
            names[column] = second[column] if alone else f"{over} {second[column]}".strip()
    return at, names


def _first_of_two(head: Sequence[Sequence[str]]) -> tuple[int, list[str], list[str]] | None:
    """Return the first row that holds several names, with the next, both as long."""
    at = next((rank for rank, cells in enumerate(head[:-1]) if sum(map(bool, cells)) > 1), None)
    if at is None:
        return None
    width = max(len(head[at]), len(head[at + 1]))
    first, second = ([cell.strip() for cell in head[rank]] for rank in (at, at + 1))
    return at, [*first, *[""] * (width - len(first))], [*second, *[""] * (width - len(second))]


def _groups(
    first: Sequence[str], second: Sequence[str], across: dict[int, int]
) -> Iterator[tuple[str, list[int]]]:
    """Yield each name of the first row that has names under it, with their columns: those of its merge, else
    its own and those after it that have none above.
    """
    column = 0
    while column < len(first):
        end = across.get(column, column)
        if column not in across and first[column] and second[column]:
            while end + 1 < len(first) and not first[end + 1] and second[end + 1]:
                end += 1
        if columns := [rank for rank in range(column, min(end, len(first) - 1) + 1) if second[rank]]:
            yield first[column], columns
        column = end + 1


def _are_names(*rows: Sequence[str]) -> bool:
    cells = [cell for row in rows for cell in row if cell]
    return all(any(map(str.isalpha, cell)) for cell in cells) and all(
        len(cell) <= LONGEST and not any(map(str.isdigit, cell)) for cell in rows[-1]
    )
