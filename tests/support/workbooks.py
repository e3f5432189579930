"""Workbooks as their tools write them, and as nobody should."""

import io
import struct
import warnings
import zipfile

import openpyxl


def xlsx(*rows, **sheets):
    """A workbook: a first sheet « Lieux » of these rows, then the others by name; a function may touch the
    workbook.
    """
    touch = sheets.pop("touch", lambda book: None)
    book = openpyxl.Workbook()
    book.active.title = "Lieux"
    for row in rows:
        book.active.append(row)
    for name, more_rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in more_rows:
            sheet.append(row)
    touch(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def zipped(entries, method=zipfile.ZIP_DEFLATED):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two entries of one name
        for path, text in entries:
            archive.writestr(path, text)
    return content.getvalue()


def replaced(content, path, change):
    """The same archive, one entry changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [(name, archive.read(name)) for name in archive.namelist()]
    return zipped([(name, change(part) if name == path else part) for name, part in parts])


ODS_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>%s<office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    "<office:body><office:spreadsheet>%s</office:spreadsheet></office:body></office:document-content>"
)


MANIFEST = (
    "<manifest:manifest"
    ' xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">%s</manifest:manifest>'
)


def cell(text, attributes='office:value-type="string"'):
    return f"<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"


def line(*cells, repeated=1):
    return f'<table:table-row table:number-rows-repeated="{repeated}">{"".join(cells)}</table:table-row>'


def ods(*tables, declared="", manifest=""):
    body = "".join(f'<table:table table:name="{name}">{"".join(rows)}</table:table>' for name, rows in tables)
    return zipped(
        [
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
            ("content.xml", ODS_HEAD % (declared, body)),
            ("META-INF/manifest.xml", MANIFEST % manifest),
        ]
    )


def record(kind, body=b""):
    return struct.pack("<HH", kind, len(body)) + body


def begin(kind):
    return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 0))


def label(row, column, text):
    return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + text.encode("utf-16-le"))


def number(row, column, value):
    return record(0x0203, struct.pack("<HHHd", row, column, 0, value))


def failed(row, column):
    return record(0x0205, struct.pack("<HHHBB", row, column, 0, 0x2A, 1))


def workbook_stream(sheets, extra=b""):
    start = len(begin(5)) + len(extra) + sum(12 + len(name) for name, _ in sheets) + 4
    head, bodies = begin(5) + extra, b""
    for name, cells in sheets:
        head += record(
            0x0085, struct.pack("<IBBBB", start + len(bodies), 0, 0, len(name), 0) + name.encode("latin-1")
        )
        bodies += begin(0x10) + cells + record(0x0A)
    return head + record(0x0A) + bodies


def compound(stream, name="Workbook"):
    """The file system of the former Office formats, holding one stream."""
    stream = stream.ljust(4096, b"\0")
    stream += b"\0" * (-len(stream) % 512)
    n, free, end = len(stream) // 512, 0xFFFFFFFF, 0xFFFFFFFE
    n_tables = n_more = (
        0  # sectors of the table, then of the list of these sectors beyond the 109 of the head
    )
    while n_tables * 128 < n + 1 + n_tables + n_more:
        n_tables += 1
        n_more = -(-max(n_tables - 109, 0) // 127)
    first = n_more + n_tables
    table = (
        [0xFFFFFFFC] * n_more
        + [0xFFFFFFFD] * n_tables
        + [end]
        + [first + 2 + i for i in range(n - 1)]
        + [end]
    )
    table += [free] * (n_tables * 128 - len(table))
    places = [n_more + i for i in range(n_tables)] + [free] * (109 + 127 * n_more - n_tables)
    more = b""
    for i in range(n_more):
        following = i + 1 if i + 1 < n_more else end
        more += struct.pack("<128I", *places[109 + 127 * i : 236 + 127 * i], following)
    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, n_tables, first, 0, 4096, end, 0, 0 if n_more else end, n_more)

    def entry(title, kind, first, size, child=free):
        raw = title.encode("utf-16-le")
        places = struct.pack(
            "<HBBIII36xIQ", len(raw) + 2 if title else 0, kind, 1, free, free, child, first, size
        )
        return raw.ljust(64, b"\0") + places

    entries = (
        entry("Root Entry", 5, end, 0, 1) + entry(name, 2, first + 1, len(stream)) + entry("", 0, 0, 0) * 2
    )
    return (
        head
        + struct.pack("<109I", *places[:109])
        + more
        + struct.pack(f"<{len(table)}I", *table)
        + entries
        + stream
    )


def xls(*sheets, extra=b""):
    return compound(workbook_stream(sheets, extra))
