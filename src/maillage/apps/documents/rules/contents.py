"""The real type of a file: a PDF, a photograph, or something that pretends."""

import io
import zipfile
from dataclasses import dataclass

from maillage.apps.documents.rules import papers
from maillage.kernel.errors import Refused
from maillage.kernel.later import pikepdf
from maillage.reference.parameters import number

PNG = "image/png"
STARTS = ((b"%PDF-", papers.PDF), (b"\xff\xd8\xff", papers.JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
ENDINGS = {"pdf": papers.PDF, "jpg": papers.JPEG, "jpeg": papers.JPEG, "png": PNG}
END = b"%%EOF"
# What a paper never needs, and what harms whoever opens it: scripts, programs, files inside the file.
ACTIVE = (
    "/JavaScript",
    "/JS",
    "/Launch",
    "/EmbeddedFile",
    "/EmbeddedFiles",
    "/RichMedia",
    "/XFA",
    "/SubmitForm",
    "/ImportData",
)
MOST_OBJECTS = 20_000
METADATA_LABELS = {"/Author": "auteur", "/Creator": "logiciel", "/Producer": "logiciel", "/Title": "titre"}


@dataclass(frozen=True, slots=True)
class Examined:
    """An examined PDF. metadata: the texts that any reader sees beside its pages, in French."""

    pages: int
    metadata: tuple[str, ...]


def heaviest_megabytes() -> int:
    return int(number("papers/heaviest_megabytes"))


def heaviest() -> int:
    """Return the weight of the heaviest paper, in bytes."""
    return heaviest_megabytes() * 1_000_000


def media_of(content: bytes, name: str) -> str:
    """Return the media type of a file by its content; Refused when it is too heavy, neither a PDF nor a
    photograph, or when its name says otherwise.
    """
    if len(content) > heaviest():
        raise refused(
            f"Il est trop lourd : plus de {heaviest_megabytes()} mégaoctets.",
            "Photographiez-le, ou numérisez-le en gris.",
        )
    media_type = next((media for start, media in STARTS if content.startswith(start)), "")
    if not media_type:
        raise refused(
            "Ce n’est ni un PDF, ni une photographie JPEG ou PNG, quel que soit son nom.",
            "Enregistrez-le en PDF, ou photographiez-le.",
        )
    declared = ENDINGS.get(name.rpartition(".")[2].lower(), "") if "." in name else media_type
    if declared != media_type:
        raise refused(
            "Son nom dit autre chose que ce qu’il contient : c’est ainsi que se cachent des programmes.",
            "Demandez d’où il vient. S’il est sûr, photographiez-le.",
        )
    return media_type


def examine(content: bytes) -> Examined:
    """Return an examined PDF; Refused when it is closed by a password, hides something, or cannot be read."""
    if END not in content:
        raise refused("Ce PDF est abîmé : sa fin manque.", "Redemandez-le, ou photographiez le papier.")
    if zipfile.is_zipfile(io.BytesIO(content)) or not content.rstrip(b"\0\r\n \t").endswith(END):
        raise refused("Quelque chose est caché après sa dernière page.", "Photographiez le papier.")
    try:
        with pikepdf.open(io.BytesIO(content)) as pdf:
            pages = len(pdf.pages)
            _refuse_active(pdf)
            info = {key: str(pdf.docinfo[key]).strip()[:80] for key in METADATA_LABELS if key in pdf.docinfo}
    except pikepdf.PasswordError as error:
        raise refused(
            "Un mot de passe le ferme : il ne peut être ni lu, ni analysé.",
            "Ouvrez-le avec la personne, puis imprimez-le en PDF sans mot de passe.",
        ) from error
    except (pikepdf.PdfError, ValueError, TypeError, RuntimeError) as error:
        raise refused("Ce PDF est abîmé.", "Redemandez-le, ou photographiez le papier.") from error
    most = int(number("papers/most_pages"))
    if not 0 < pages <= most:
        raise refused(f"Il a {pages} pages : {most} au plus.", "Gardez seulement les pages utiles.")
    metadata = (f"{METADATA_LABELS[key]} : {words}" for key, words in info.items() if words)
    return Examined(pages, tuple(dict.fromkeys(metadata)))


def _refuse_active(pdf: "pikepdf.Pdf") -> None:
    if len(pdf.objects) > MOST_OBJECTS:
        raise refused("Il est trop compliqué pour être vérifié.", "Photographiez le papier.")
    if any(_is_active(each) for each in pdf.objects):
        raise refused(
            "Ce PDF contient un programme, ou un fichier caché.",
            "Ouvrez-le avec la personne, imprimez-le en PDF, ou photographiez le papier.",
        )


def _is_active(thing: object, depth: int = 0) -> bool:
    """Return True if an object of a PDF holds one of ACTIVE, itself or in what it holds directly."""
    if depth > 50:
        return True
    if isinstance(thing, pikepdf.Stream):
        thing = thing.stream_dict
    if isinstance(thing, pikepdf.Dictionary):
        if any(key in ACTIVE for key in thing.keys()):  # noqa: SIM118, a dictionary of pikepdf iterates otherwise
            return True
        return any(_names(value) or _is_direct(value, depth) for _, value in thing.items())
    if isinstance(thing, pikepdf.Array):
        return any(_is_direct(value, depth) for value in thing)
    return False


def _names(value: object) -> bool:
    return isinstance(value, pikepdf.Name) and str(value) in ACTIVE


def _is_direct(value: object, depth: int) -> bool:
    return (
        isinstance(value, (pikepdf.Dictionary, pikepdf.Array, pikepdf.Stream))
        and not value.is_indirect
        and _is_active(value, depth + 1)
    )


def refused(why: str, do: str) -> Refused:
    """Return the refusal of a file."""
    return Refused("Le papier n’a pas été gardé.", why=why, do=do)
