"""The field of a file that somebody sends: what is wrong with it is said in our words, with what to do."""

from typing import ClassVar

from django import forms


class FileField(forms.FileField):
    """A file. What it refuses is told as elsewhere: what, why, what to do."""

    default_error_messages: ClassVar[dict[str, str]] = {
        "required": "Il manque le fichier. Sans lui, il n’y a rien à lire. Choisissez-le.",
        "missing": "Le fichier n’est pas arrivé. L’envoi a été coupé. Choisissez-le à nouveau.",
        "invalid": "Le fichier n’est pas arrivé. L’envoi a été coupé. Choisissez-le à nouveau.",
        "empty": "Ce fichier est vide. Il n’y a rien à y lire. Vérifiez que c’est le bon, ou enregistrez-le à"
        " nouveau, puis choisissez-le.",
        "max_length": "Le nom de ce fichier est trop long : %(max)d signes au plus. Il ne pourrait pas être"
        " rangé. Raccourcissez-le, puis choisissez-le à nouveau.",
    }
