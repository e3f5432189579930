"""XLS: a small file system holding one stream of records, measured before the reader of spreadsheets opens
it.
"""

import struct
from collections.abc import Iterator

from maillage.sources.offer.forms.extent import Extent
from maillage.sources.offer.forms.sheet import MAX_CELLS, Remarks
from maillage.sources.offer.forms.zipped import damaged, locked

MAGIC = bytes.fromhex("D0CF11E0A1B11AE1")
LAST_SECTOR = 0xFFFFFFF0  # numbers from here on are marks: free, end of chain…
SMALL_STREAM = 4096  # shorter streams live in sectors of 64 bytes, inside the root stream
OTHER_DOCUMENTS = {"WordDocument": "un document Word", "PowerPoint Document": "une présentation PowerPoint"}

BOUNDSHEET, DIMENSIONS, FILEPASS, MERGED, BEGIN, END = 0x0085, 0x0200, 0x002F, 0x00E5, 0x0809, 0x000A
MULTIPLE, BOOL_OR_ERROR, FORMULAS = 0x00BD, 0x0205, (0x0006, 0x0206, 0x0406)
CELLS = {
    0x0002,
    0x0003,
    0x0004,
    0x0005,
    0x0203,
    0x0204,
    0x027E,
    0x00FD,
    0x00D6,
    MULTIPLE,
    BOOL_OR_ERROR,
    *FORMULAS,
}
ROW, HIDDEN = 0x0208, 0x20  # a row, and the mark of one that is hidden
ERROR_RESULT = 2


def measured(content: bytes, remarks: Remarks) -> list[Extent]:
    """Return how far each sheet of an XLS workbook goes, in their order.

    Raises Refused on a file that is damaged, locked, or something else than a workbook.
    """
    try:
        files = _Files(content)
        if "EncryptedPackage" in files.entries:
            raise locked(remarks)
        stream = next((files.read(name) for name in ("Workbook", "Book") if name in files.entries), None)
        if stream is not None:
            return _sheets(stream, remarks)
        if not files.entries:
            raise damaged(remarks)
    except (struct.error, IndexError, ValueError, OverflowError):
        raise damaged(remarks) from None
    what = next(
        (label for name, label in OTHER_DOCUMENTS.items() if name in files.entries),
        "un ancien fichier Office, sans classeur",
    )
    raise remarks.refusal(
        f"c’est {what}.",
        why="On lit les tableaux : CSV, XLSX, XLS, ODS, JSON, GeoJSON et Grist.",
        do="Copiez le tableau dans un tableur, puis enregistrez-le en XLSX ou en CSV.",
    )


class _Files:
    """The streams of a compound file, by name. ValueError, IndexError or struct.error when its tables make no
    sense.
    """

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.size = 1 << min(struct.unpack_from("<H", content, 30)[0], 16)
        directory, small_table = (
            struct.unpack_from("<I", content, 48)[0],
            struct.unpack_from("<I", content, 60)[0],
        )
        listed = [number for number in struct.unpack_from("<109I", content, 76) if number < LAST_SECTOR]
        more, visited = struct.unpack_from("<I", content, 68)[0], 0
        while more < LAST_SECTOR:
            numbers = self._numbers(self._sector(more))
            listed += [number for number in numbers[:-1] if number < LAST_SECTOR]
            more, visited = numbers[-1], visited + 1
            if visited * self.size > len(content):
                raise ValueError("the list of sectors loops")
        self.table = self._numbers(b"".join(map(self._sector, listed)))
        self.entries: dict[str, tuple[int, int]] = {}
        root = (LAST_SECTOR, 0)
        entries = self._chain(directory)
        for at in range(0, len(entries) - 127, 128):
            name_size, kind = struct.unpack_from("<HB", entries, at + 64)
            place = struct.unpack_from("<II", entries, at + 116)
            if kind == 5:
                root = place
            elif kind == 2:
                self.entries[entries[at : at + min(name_size, 64) - 2].decode("utf-16-le", "replace")] = place
        self.small = self._chain(root[0])
        self.small_table = self._numbers(self._chain(small_table))

    def read(self, name: str) -> bytes:
        start, size = self.entries[name]
        if size >= SMALL_STREAM:
            return self._chain(start)[:size]
        sectors = _followed(start, self.small_table)
        return b"".join(self.small[64 * number : 64 * number + 64] for number in sectors)[:size]

    def _sector(self, number: int) -> bytes:
        return self.content[(number + 1) * self.size : (number + 2) * self.size]

    def _chain(self, start: int) -> bytes:
        return b"".join(map(self._sector, _followed(start, self.table)))

    @staticmethod
    def _numbers(content: bytes) -> tuple[int, ...]:
        return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])


def _followed(start: int, table: tuple[int, ...]) -> Iterator[int]:
    for _ in table:
        if start >= LAST_SECTOR:
            return
        yield start
        start = table[start]


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """Yield the records from there to the end of what begins there: kind, content."""
    depth = 0
    while True:
        kind, size = struct.unpack_from("<HH", stream, at)
        at += 4 + size
        depth += (kind == BEGIN) - (kind == END)
        yield kind, stream[at - size : at]
        if depth <= 0:
            return


def _sheets(stream: bytes, remarks: Remarks) -> list[Extent]:
    extents: list[Extent] = []
    starts: list[int] = []
    for kind, body in _records(stream, 0):
        if kind == FILEPASS:
            raise locked(remarks)
        if kind == BOUNDSHEET:
            start, state = struct.unpack_from("<IB", body)
            extents.append(Extent(f"n° {len(extents) + 1}", visible=not state & 3))
            starts.append(start)
    if len(set(starts)) < len(starts):
        raise ValueError("two sheets start at the same place")
    for extent, start in zip(extents, starts, strict=True):
        _measure(extent, stream, start)
    return extents


def _measure(extent: Extent, stream: bytes, start: int) -> None:
    for kind, body in _records(stream, start):
        if kind in CELLS:
            row, column = struct.unpack_from("<HH", body)
            times = 1
            if kind == MULTIPLE:
                last = struct.unpack_from("<H", body, len(body) - 2)[0]
                times, column = max(last - column + 1, 1), last
            extent.mark(row + 1, column + 1, times)
            if kind == BOOL_OR_ERROR:
                extent.errors += body[7]
            elif kind in FORMULAS:
                extent.errors += body[6] == ERROR_RESULT and body[12:14] == b"\xff\xff"
        elif kind == DIMENSIONS:
            # the reader sets aside what is announced here, before any cell
            top, bottom, first_column, end_column = struct.unpack_from(
                "<IIHH" if len(body) > 10 else "<HHHH", body
            )
            if (bottom - top) * (end_column - first_column) > 3 * MAX_CELLS:
                extent.rows, extent.columns = (
                    max(extent.rows, bottom - top),
                    max(extent.columns, end_column - first_column),
                )
        elif kind == ROW:
            first, last = struct.unpack_from("<HH", body, 2)
            extent.hidden += last > first and bool(body[12] & HIDDEN)
        elif kind == MERGED:
            extent.merged += struct.unpack_from("<H", body)[0]
