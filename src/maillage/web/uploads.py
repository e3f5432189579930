"""The field of a file that somebody sends: what is wrong with it is said in our words, with what to do; a
file carried by the page that displays it before anything is written.
"""

import zlib
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from maillage.kernel.errors import Refused

MAX_BYTES = 5_000_000

if TYPE_CHECKING:  # Django gives its parameter to this class for type checkers alone
    BrowserFile = UploadedFile[bytes]
else:
    BrowserFile = UploadedFile


class FileField(forms.FileField):
    """A file. What it refuses is told as elsewhere: what, why, what to do."""

    default_error_messages = {  # noqa: RUF012 (Django's own way: merged along the classes)
        "required": "Il manque le fichier. Sans lui, il n’y a rien à lire. Choisissez-le.",
        "missing": "Le fichier n’est pas arrivé. L’envoi a été coupé. Choisissez-le à nouveau.",
        "invalid": "Le fichier n’est pas arrivé. L’envoi a été coupé. Choisissez-le à nouveau.",
        "empty": "Ce fichier est vide. Il n’y a rien à y lire. Vérifiez que c’est le bon, ou enregistrez-le à"
        " nouveau, puis choisissez-le.",
        "max_length": "Le nom de ce fichier est trop long : %(max)d signes au plus. Il ne pourrait pas être"
        " rangé. Raccourcissez-le, puis choisissez-le à nouveau.",
    }


def checked_file(uploaded: BrowserFile | None) -> BrowserFile | None:
    """Return an uploaded file; refuse one that is too large."""
    if uploaded and (uploaded.size or 0) > MAX_BYTES:
        raise forms.ValidationError(
            "Ce fichier pèse plus de 5 Mo. Ce n’est sans doute pas le bon : vérifiez-le."
        )
    return uploaded


class FileForm(forms.Form):
    """A file that somebody sends."""

    fichier = FileField(
        label="Fichier",
        allow_empty_file=True,
        error_messages={"required": "Il manque le fichier. Choisissez-le."},
    )

    def clean_fichier(self) -> BrowserFile | None:
        return checked_file(self.cleaned_data["fichier"])


class CarriedFileForm(FileForm):
    """A file chosen now, or sent back by the page that displayed it: the platform stores nothing of it."""

    nom = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    contenu = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fichier"].required = not self.data.get("contenu")

    def file_name(self) -> str:
        """Return the name of the file."""
        uploaded = self.cleaned_data["fichier"]
        return str(uploaded.name if uploaded else self.cleaned_data["nom"])

    def content(self) -> bytes:
        """Return the bytes of the file. Raises Refused when the page did not send it back whole."""
        uploaded: BrowserFile | None = self.cleaned_data["fichier"]
        return uploaded.read() if uploaded else _carried_content(self.cleaned_data["contenu"])


def carried(content: bytes) -> str:
    """Return a file as the page that displays it sends it back."""
    return b64encode(zlib.compress(content)).decode("ascii")


def _carried_content(text: str) -> bytes:
    try:
        reader = zlib.decompressobj()
        content = reader.decompress(b64decode(text, validate=True), MAX_BYTES)
    except (ValueError, zlib.error):
        content = b""
    if not content or not reader.eof:
        raise Refused(
            "Rien n’a été importé.",
            why="Le fichier de l’aperçu n’est pas revenu entier.",
            do="Choisissez-le à nouveau.",
        )
    return content
