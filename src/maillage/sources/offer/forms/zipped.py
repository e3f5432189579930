"""XLSX and ODS are ZIP archives: everything is measured before the reader of spreadsheets is allowed to open
one.
"""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from copy import copy
from typing import Literal
from xml.parsers.expat import ExpatError

from maillage.kernel import archives
from maillage.kernel.errors import Refused
from maillage.sources.offer.forms import markup
from maillage.sources.offer.forms.extent import Extent
from maillage.sources.offer.forms.sheet import Remarks, spaced

MAX_ENTRIES = 2_000  # a sheet with its drawings, comments and links takes half a dozen
MAX_UNPACKED = 512 * 2**20
MAX_RATIO = 200  # the XML of a spreadsheet shrinks five to fifty times
# Below, a high ratio is only a text that repeats itself: a million empty rows with their style.
LARGE = 96 * 2**20
CHUNK = 2**18
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
LAST_RECORD = b"PK\x05\x06"

WORKBOOK, LINKS, STYLES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
OTHER_DOCUMENTS = {
    "word/document.xml": "un document Word",
    "ppt/presentation.xml": "une présentation PowerPoint",
    "xl/workbook.bin": "un classeur XLSB",
    "index/document.iwa": "un document Numbers, Pages ou Keynote",
    "doc.kml": "une carte KMZ",
}


def measured(content: bytes, remarks: Remarks) -> tuple[Literal["xlsx", "ods"], list[Extent]]:
    """Return the kind of workbook that an archive is, and how far each of its sheets goes, in their order.

    Raises Refused on an archive that is damaged, locked, dangerous to unpack, or something else than a
    workbook.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        entries = _entries(archive, content, remarks)
        if WORKBOOK in entries:
            return "xlsx", _xlsx(archive, entries)
        if (
            "content.xml" in entries
            and "mimetype" in entries
            and _full_content(archive, entries["mimetype"]).strip() == ODS
        ):
            return "ods", _ods(archive, entries, remarks)
    except markup.DeclaredTypes:
        raise remarks.refusal(
            "le classeur contient une déclaration DOCTYPE ou ENTITY.",
            why="Aucun tableur n’en écrit : elle peut remplir la mémoire en se recopiant.",
            do="Ouvrez-le dans un tableur, puis enregistrez-le de nouveau.",
        ) from None
    except (*archives.UNREADABLE, ExpatError, KeyError):
        raise damaged(remarks) from None
    what = next(
        (label for path, label in OTHER_DOCUMENTS.items() if path in entries),
        "une archive ZIP, pas un classeur",
    )
    raise remarks.refusal(
        f"c’est {what}.",
        why="On lit les tableaux : CSV, XLSX, XLS, ODS, JSON, GeoJSON et Grist.",
        do=(
            "Enregistrez le tableau en XLSX ou en CSV ; si c’est une archive, donnez le fichier qu’elle"
            " contient."
        ),
    )


def damaged(remarks: Remarks) -> Refused:
    return remarks.refusal(
        "ce classeur ne s’ouvre pas : il est abîmé ou incomplet.",
        why="Un téléchargement coupé, ou un outil qui l’a mal écrit, suffit.",
        do="Téléchargez-le de nouveau, ou ouvrez-le dans un tableur et enregistrez-le en XLSX.",
    )


def locked(remarks: Remarks) -> Refused:
    return remarks.refusal(
        "ce classeur est protégé par un mot de passe.",
        why="Son contenu est chiffré.",
        do="Ouvrez-le dans un tableur, retirez le mot de passe d’ouverture, puis enregistrez-le.",
    )


def _entries(archive: zipfile.ZipFile, content: bytes, remarks: Remarks) -> dict[str, zipfile.ZipInfo]:
    """Return the entries by path in lower case, once the directory is known to be harmless."""
    if (
        content[-22:-18] != LAST_RECORD
    ):  # a second directory hidden in a comment would show one tool another archive
        raise damaged(remarks)
    infos = archive.infolist()
    entries = {info.filename.casefold(): info for info in infos}
    if any(info.flag_bits & 1 for info in infos):
        raise locked(remarks)
    unpacked = sum(info.file_size for info in infos)
    steep = [i for i in infos if i.file_size > LARGE and i.file_size > MAX_RATIO * max(i.compress_size, 1)]
    outside = [
        i for i in infos if posixpath.isabs(i.filename) or ".." in i.filename.split("/") or "\\" in i.filename
    ]
    dangers = (
        (
            len(infos) > MAX_ENTRIES,
            f"l’archive a {spaced(len(infos))} entrées, au plus {spaced(MAX_ENTRIES)}",
        ),
        (
            unpacked > MAX_UNPACKED,
            f"déplié, il ferait {spaced(unpacked >> 20)} Mio, au plus {MAX_UNPACKED >> 20}",
        ),
        (bool(steep), f"une de ses parties gonfle plus de {MAX_RATIO} fois en se dépliant"),
        (bool(outside), "une de ses parties sort de l’archive par son chemin"),
        (len(entries) < len(infos), "deux de ses parties ont le même nom"),
        (
            any(i.compress_type not in METHODS for i in infos),
            "une de ses parties est comprimée d’une façon inconnue",
        ),
    )
    for danger, what in dangers:
        if danger:
            raise remarks.refusal(
                f"{what}.",
                why="Déplié, il pourrait saturer la machine : nous ne l’ouvrons pas.",
                do="Ouvrez-le dans un tableur, puis enregistrez-le de nouveau, ou donnez-le en CSV.",
            )
    return entries


def _chunks(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield an entry; BadZipFile when it holds more than the directory says: another reader would not stop
    there.
    """
    longer = copy(info)
    longer.file_size += 1  # or the excess would be cut off in silence
    read = 0
    with archive.open(longer) as entry:
        while chunk := entry.read(CHUNK):
            read += len(chunk)
            yield chunk
    if read != info.file_size:
        raise zipfile.BadZipFile


def _full_content(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    return b"".join(_chunks(archive, info))


def _check(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
    """Read an entry to its end, so that its size is true; DeclaredTypes when it is XML that declares any."""
    is_xml = info.filename.casefold().endswith((".xml", ".rels"))
    end = b""
    for chunk in _chunks(archive, info):
        if is_xml and any(word in part for word in markup.TYPES for part in (end + chunk[:16], chunk)):
            raise markup.DeclaredTypes
        end = chunk[-16:]


def _xlsx(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo]) -> list[Extent]:
    sheets = markup.elements(_full_content(archive, entries[WORKBOOK]), "sheet")
    links = {
        link["Id"]: link for link in markup.elements(_full_content(archive, entries[LINKS]), "Relationship")
    }
    extents: dict[str, Extent] = {}
    for sheet in sheets:
        target = links[sheet["id"]]["Target"]
        path = posixpath.normpath(posixpath.join("/xl", target)).lstrip("/").casefold()
        extents[path] = Extent(sheet["name"], sheet.get("state", "visible") == "visible")
    if len(extents) < len(sheets):  # two names for one sheet
        raise zipfile.BadZipFile
    styles = entries.get(STYLES)
    struck = markup.struck_styles(_full_content(archive, styles)) if styles is not None else frozenset()
    for path, info in entries.items():
        if path in extents:
            extent = extents[path]
            crossing = struck if struck and markup.has_style(_chunks(archive, info), struck) else frozenset()
            if crossing or not markup.at_a_glance(_chunks(archive, info), extent):
                extents[path] = Extent(extent.sheet, extent.visible)
                markup.follow(_chunks(archive, info), markup.in_worksheet(extents[path], crossing))
        else:
            _check(archive, info)
    return list(extents.values())


def _ods(archive: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], remarks: Remarks) -> list[Extent]:
    manifest = entries.get("meta-inf/manifest.xml")
    if "encrypted-package" in entries or (
        manifest and b"encryption-data" in _full_content(archive, manifest)
    ):
        raise locked(remarks)
    extents: list[Extent] = []
    for path, info in entries.items():
        if path == "content.xml":
            markup.follow(_chunks(archive, info), markup.in_document(extents))
        else:
            _check(archive, info)
    return extents
