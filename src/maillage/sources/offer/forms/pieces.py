"""A long CSV file cut into files of as many rows, each under the same header: read one after the other, in a
memory that does not depend on how long it is.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

LONG = 16 * 2**20  # bytes beyond which a file is read by pieces: twenty thousand places weigh ten
ROWS = 10_000  # lines of a piece, or a few more: a cell may hold some
MOST_OPEN = 1_000  # lines of one record: beyond, a quote was left open
HEAD = 65_536  # bytes looked at to know whether a file is a CSV, and where its rows begin
NO_CSV = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b", b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a file, as a file of its own. lines, rows: how many of the whole file stand above its rows,
    but for the header; share: of the file that is read once it is.
    """

    number: int
    content: bytes
    lines: int
    rows: int
    share: float


def is_long_csv(path: Path) -> bool:
    """Return True if a file is delimited text, long enough to be read by pieces."""
    if not path.is_file() or path.stat().st_size <= LONG:
        return False
    with path.open("rb") as file:
        head = file.read(HEAD)
    return not head.startswith(NO_CSV) and b"\x00" not in head and head.lstrip()[:1] not in (b"{", b"[", b"<")


def pieces(path: Path, *, rows: int = ROWS) -> Iterator[Piece]:
    """Yield the pieces of a CSV file whose header is its first line, cut between two records; the same file
    gives the same pieces.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        header = _record(file)
        number = above = 0
        while True:
            lines: list[bytes] = []
            while len(lines) < rows and (record := _record(file)):
                lines.append(record)
            if not lines:
                return
            number += 1
            yield Piece(
                number, header + b"".join(lines), above, (number - 1) * rows, min(file.tell() / size, 1.0)
            )
            above += sum(record.count(b"\n") for record in lines)


def _record(file: BinaryIO) -> bytes:
    """Return the next record of a file with its line break: lines until its quotes are closed, one line when
    they never are.
    """
    at, first = file.tell(), file.readline(csv.field_size_limit())
    record = first
    for _ in range(MOST_OPEN):
        if record.count(b'"') % 2 == 0:
            return record
        if not (line := file.readline(csv.field_size_limit())):
            break
        record += line
    if record.count(b'"') % 2:
        file.seek(at + len(first))
        return first
    return record
