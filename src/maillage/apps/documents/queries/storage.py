"""The storage of papers: their keys, and where their files are."""

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from maillage.apps.documents.rules.cipher import Keyring
from maillage.kernel.disk import reason
from maillage.kernel.errors import Refused

FOLDER = "papiers"


@dataclass(frozen=True, slots=True)
class Storage:
    """The keys, None when nothing is kept here; why not, in French, '' when nobody asked for it."""

    keys: Keyring | None
    why: str = ""

    @property
    def is_on(self) -> bool:
        return self.keys is not None


def storage() -> Storage:
    """Return the storage of papers. A key that cannot be read keeps nothing, and says why."""
    try:
        keys = read_keys()
        return Storage(Keyring(keys) if keys else None)
    except Refused as refused:
        return Storage(None, f"{refused.what} {refused.why}")


def keyring() -> Keyring:
    """Return the keys; Refused when papers are not kept here."""
    keys = read_keys()
    if not keys:
        raise Refused(
            "Aucun papier n’est gardé ici.",
            why="La personne qui tient la plateforme n’a pas donné de clé pour les chiffrer.",
            do="Choisissez un coffre-fort avec la personne, ou demandez que la garde soit ouverte.",
        )
    return Keyring(keys)


def read_keys() -> list[str]:
    """Return the keys given, the one that seals first; Refused when their file cannot be read, or stands
    among what it protects.
    """
    if settings.PAPERS["key"]:
        return [each.strip() for each in settings.PAPERS["key"].split(",") if each.strip()]
    if not settings.PAPERS["key_file"]:
        return []
    path = Path(settings.PAPERS["key_file"])
    if path.resolve().is_relative_to(Path(settings.HOME).resolve()):
        raise Refused(
            "La clé des papiers est dans le même dossier que les papiers.",
            why="Une personne qui copie le dossier pourrait tous les lire.",
            do="Mettez ce fichier ailleurs, lisible du seul compte du service.",
        )
    try:
        return path.read_text("ascii").split()
    except (OSError, UnicodeDecodeError) as error:
        error_text = reason(error) if isinstance(error, OSError) else "ce n’est pas du texte"
        raise Refused(
            f"La clé des papiers n’a pas pu être lue : {error_text}.",
            why="Sans elle, aucun papier ne se garde ni ne s’ouvre.",
            do="Vérifiez MAILLAGE_PAPERS_KEY_FILE, et les droits de lecture de ce fichier.",
        ) from error


def folder() -> Path:
    return Path(settings.HOME) / FOLDER


def path_of(name: str) -> Path:
    """Return the file of a paper, which may not exist."""
    return folder() / name
