"""Tables of another shape than a row per place: their header far down, on their side, a block per place, or
the place written once over its rows. Each is recognised by the names of columns that it holds.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import pairwise

from maillage.kernel.names import plain
from maillage.reference import offer

Record = tuple[int, list[str]]  # the line of a row in its file, and its cells

FEWEST_NAMES = 3  # of columns, from which a row or a column is a header
MOSTLY = 0.6  # share of the cells of a header that are names of columns
NAMED_CELL = re.compile(r"\s*([^:]{2,40}?)\s*:\s*(\S.*)", re.DOTALL)  # « Adresse : 12 rue de la Paix »
NAME = "Nom"
PER_DAY = frozenset(("jour", "jours", "jour d ouverture", "jour de la semaine", "jour ouverture"))
PER_SERVICE = frozenset(("service", "services", "prestation", "activite", "atelier", "offre", "demarche"))
WHERE = frozenset(("commune", "ville", "adresse", "code postal", "code insee", "latitude"))


@cache
def column_labels() -> frozenset[str]:
    """Return the names that the columns of a file of places bear, without accents."""
    texts = (text for each in offer.fields().values() for text in (each.label, each.id, *each.also))
    return frozenset(label for text in texts if len(label := plain(text)) > 1) | PER_DAY | {"tel", "e mail"}


def is_label(cell: str) -> bool:
    """Recognise the name of a column, with its colon or without."""
    return plain(cell.strip().rstrip(":")) in column_labels()


def n_labels(cells: Sequence[str]) -> int:
    """Return how many different names of columns a row holds."""
    return len({plain(cell) for cell in cells if is_label(cell)})


def header_below(head: Sequence[Sequence[str]]) -> int | None:
    """Return the rank of the first row made of names of columns, None when there is none."""
    for rank, cells in enumerate(head):
        if n_labels(cells) >= max(FEWEST_NAMES, MOSTLY * sum(map(bool, cells))):
            return rank
    return None


def _first_labels(records: Sequence[Record]) -> list[str]:
    return [plain(_pair(cells)[0]) for _, cells in records if _pair(cells)[0]]


def _pair(cells: Sequence[str]) -> tuple[str, str]:
    """Return the name and the value that a row of a block holds, '' for the name when it has none."""
    filled = [cell for cell in cells if cell]
    if filled and cells[0] and is_label(cells[0]):
        return cells[0].strip().rstrip(" :"), " ".join(filled[1:])
    if len(filled) == 1 and (match := NAMED_CELL.fullmatch(filled[0])) and is_label(match[1]):
        return match[1], match[2]
    return "", ""


def is_sideways(records: Sequence[Record]) -> bool:
    """Recognise a table whose first column holds the names of columns, each of the others a place."""
    labels = Counter(_first_labels(records))
    width = max((len(cells) for _, cells in records), default=0)
    return (
        width > 2
        and len(labels) >= FEWEST_NAMES
        and 2 * labels.total() >= len(records)
        and (max(labels.values()) == 1 and sum(map(bool, records[-1][1])) > 2)
    )


def upright(records: Sequence[Record]) -> list[Record]:
    """Return a table that lies on its side as a row per place, the header first; the line of a place is the
    rank of its column.
    """
    lines = [cells for _, cells in records if cells[0] and sum(map(bool, cells)) > 1]
    width = max(map(len, lines))
    padded = [[*cells, *[""] * (width - len(cells))] for cells in lines]
    return [(rank, [cells[rank - 1] for cells in padded]) for rank in range(1, width + 1)]


def has_blocks(records: Sequence[Record]) -> bool:
    """Recognise a file where each place is a few rows, a name and a value on each."""
    labels = Counter(_first_labels(records))
    narrow = all(sum(map(bool, cells)) <= 3 for _, cells in records)
    return narrow and len(labels) >= FEWEST_NAMES and 2 * labels.total() >= len(records)


def of_blocks(records: Sequence[Record]) -> list[Record]:
    """Return a row per block, the header first. A block begins at a name that it has already, or after a
    blank line; a row of one cell above it is the name of the place, one inside goes on with the value above.
    """
    blocks: list[tuple[int, dict[str, str]]] = []
    labels: dict[str, str] = {}  # as typed first
    title, last_line, last_label = "", 0, ""
    for line, cells in records:
        label, value = _pair(cells)
        is_after_blank = line > last_line + 1
        last_line = line
        key = plain(label)
        if not label:
            text = " ".join(filter(None, cells))
            if is_after_blank or not blocks or not last_label:
                title, last_label = text, ""
            else:
                blocks[-1][1][last_label] = f"{blocks[-1][1][last_label]} {text}".strip()
            continue
        if not blocks or not last_label or key in blocks[-1][1] or is_after_blank:
            blocks.append((line, {plain(NAME): title} if title else {}))
            title = ""
        labels.setdefault(key, label)
        blocks[-1][1][key] = value
        last_label = key
    columns = list(dict.fromkeys(key for _, block in blocks for key in block))
    return [
        (0, [labels.get(key, NAME) for key in columns]),
        *((line, [block.get(key, "") for key in columns]) for line, block in blocks),
    ]


def has_bare_blocks(records: Sequence[Record]) -> bool:
    """Recognise a file where each place is a few rows of one cell, with a blank line between two places, and
    nothing says what each row is.
    """
    if len(records) < 2 * FEWEST_NAMES or any(sum(map(bool, cells)) > 1 for _, cells in records):
        return False
    n_gaps = sum(second[0] > first[0] + 1 for first, second in pairwise(records))
    return n_gaps > 0 and FEWEST_NAMES <= len(records) / (n_gaps + 1) <= 12


def continued(header: Sequence[str], records: Sequence[Record]) -> Iterator[int]:
    """Give the rows of a place written once over them, one per day or per service, what its first row says;
    yield their lines. What any of them says for itself is left.
    """
    names = [plain(name) for name in header]
    per_row = [rank for rank, name in enumerate(names) if rank and name in PER_DAY | PER_SERVICE]
    if not per_row or not records or not records[0][1][0]:
        return
    rows = [cells for _, cells in records if not cells[0]]
    if not rows or any(not cells[rank] for cells in rows for rank in per_row):
        return
    where = [rank for rank, name in enumerate(names) if name in WHERE]
    if any(cells[rank] for cells in rows for rank in where):
        return  # a place of its own, whose name is missing
    empty = [rank for rank in range(len(header)) if not any(cells[rank] for cells in rows)]
    if len(empty) < 2:
        return
    above = records[0][1]
    for line, cells in records:
        if cells[0]:
            above = cells
            continue
        for rank in empty:
            cells[rank] = above[rank]
        yield line
