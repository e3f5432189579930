"""Any file a local authority may have, read into rows of text: CSV, XLSX, XLS, ODS, JSON, GeoJSON, Grist."""

from pathlib import Path

from maillage.kernel.errors import Refused
from maillage.sources.offer.forms import (
    compound,
    data_inclusion,
    grist,
    hsds,
    labelled,
    objects,
    separated,
    workbook,
)
from maillage.sources.offer.forms.decode import decoded
from maillage.sources.offer.forms.sheet import MAX_BYTES, Remarks, Sheet, spaced

# The standards whose exports are several tables: an archive, or a folder of them.
ARCHIVES = (
    (hsds.is_archive, hsds.of_archive),
    (data_inclusion.is_archive, data_inclusion.of_archive),
)
FOLDERS = ((hsds.is_folder, hsds.of_folder), (data_inclusion.is_folder, data_inclusion.of_folder))
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
OTHER_DOCUMENTS = {  # how files that hold no table begin
    b"%PDF": "un document PDF",
    b"\x89PNG": "une image PNG",
    b"\xff\xd8\xff": "une photo JPEG",
    b"GIF8": "une image GIF",
    b"II*\x00": "une image TIFF",
    b"{\\rtf": "un document RTF",
    b"\x1f\x8b": "une archive GZIP",
    b"7z\xbc\xaf": "une archive 7z",
    b"Rar!": "une archive RAR",
    b"PAR1": "un fichier Parquet",
    b"SQLite format 3": "une base SQLite",
    EMPTY_ZIP: "une archive ZIP vide",
}
MARKUP = {
    "<!doctype html": "une page web",
    "<html": "une page web",
    "<table": "une page web",
    "<": "un document XML",
}
FORMS = "On lit les tableaux : CSV, XLSX, XLS, ODS, JSON, GeoJSON et Grist."


def read(path: Path) -> Sheet:
    """Return the rows of a file; Refused when it is too large, known before anything is read, or holds no
    table.
    """
    try:
        if read_folder := next((of for fits, of in FOLDERS if fits(path)), None):
            return read_folder(path, Remarks(path.name))
        if not path.is_file():
            raise Refused(
                f"{path.name} : ce fichier n’existe pas, ou est un dossier.",
                why="On lit un fichier à la fois.",
                do="Vérifiez le chemin et le nom, extension comprise.",
            )
        if (size := path.stat().st_size) > MAX_BYTES:
            raise _too_large(path.name, size)
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)  # it may grow meanwhile
    except OSError as error:
        raise Refused(
            f"{path.name} : le fichier ne peut pas être lu ({error.strerror}).",
            why="Le système en refuse l’accès.",
            do="Fermez-le s’il est ouvert ailleurs, vérifiez ses droits, puis recommencez.",
        ) from error
    return parse(content, path.name)


def parse(content: bytes, name: str) -> Sheet:
    """Return the rows of a file given as bytes, recognised by its content rather than its name.

    name: told in messages. Raises Refused, in French, when there is nothing that could be read as rows; a row
    that cannot be read is left out, and stands among the faults.
    """
    remarks = Remarks(name.replace("\\", "/").rpartition("/")[2] or "fichier")
    if len(content) > MAX_BYTES:
        raise _too_large(remarks.name, len(content))
    if content.startswith(ZIP) and (
        read_archive := next((of for fits, of in ARCHIVES if fits(content)), None)
    ):
        return read_archive(content, remarks)
    if content.startswith((ZIP, compound.MAGIC)):
        return labelled.split_labels(workbook.sheet_of(content, remarks))
    if grist.is_document(content):
        return labelled.split_labels(grist.sheet_of(content, remarks))
    for start, what in OTHER_DOCUMENTS.items():
        if content.startswith(start):
            raise _no_table(what, remarks)
    text = decoded(content, remarks)
    if not (beginning := text.lstrip()[:20].casefold()):
        raise remarks.refusal(
            "le fichier est vide.",
            why="Il n’y a rien à lire.",
            do="Vérifiez l’export, et que le fichier a été enregistré avant d’être envoyé.",
        )
    if what := next((label for start, label in MARKUP.items() if beginning.startswith(start)), ""):
        raise _no_table(what, remarks)
    if objects.LIKELY.match(text) or remarks.name.casefold().endswith(
        (".json", ".geojson", ".jsonl", ".ndjson")
    ):
        return labelled.split_labels(objects.sheet_of(text, remarks))
    return labelled.split_labels(separated.sheet_of(text, remarks))


def sheets(content: bytes, name: str) -> list[tuple[str, Sheet]]:
    """Return each visible sheet of a workbook, each table of a Grist document, under its name; or the only
    table of another file under "".

    Raises Refused as `parse` does.
    """
    if len(content) <= MAX_BYTES and content.startswith((ZIP, compound.MAGIC)):
        return workbook.sheets_of(content, Remarks(name.replace("\\", "/").rpartition("/")[2] or "fichier"))
    if len(content) <= MAX_BYTES and grist.is_document(content):
        return grist.sheets_of(content, Remarks(name.replace("\\", "/").rpartition("/")[2] or "fichier"))
    return [("", parse(content, name))]


def _too_large(name: str, size: int) -> Refused:
    return Refused(
        f"{name} : le fichier pèse {spaced(size >> 20)} Mio, au plus {MAX_BYTES >> 20}.",
        why="Vingt mille lieux de 32 colonnes en pèsent dix : ce n’est sans doute pas un recensement.",
        do="Découpez-le, par exemple par département, puis donnez chaque partie.",
    )


def _no_table(what: str, remarks: Remarks) -> Refused:
    return remarks.refusal(
        f"c’est {what}, pas un tableau.",
        why=FORMS,
        do="Ouvrez-le dans un tableur s’il contient un tableau, puis enregistrez-le en XLSX ou en CSV.",
    )
