"""Rules of a shared resource: its subjects, and the types of its file."""

from collections.abc import Mapping
from typing import Final

from maillage.kernel.errors import Refused

FORMATS: Mapping[str, str] = {
    "sheet": "fiche ou affiche",
    "exercise": "exercice",
    "outline": "trame d’atelier",
    "slides": "diaporama",
    "video": "vidéo",
    "site": "site ou outil en ligne",
    "form": "grille, questionnaire, modèle",
}
THEMES: Mapping[str, str] = {
    "equipment": "s’équiper, se connecter",
    "start": "premiers gestes",
    "mail": "boîte mail et messages",
    "rights": "droits et démarches",
    "jobs": "emploi",
    "health": "santé",
    "school": "école, enfants",
    "safety": "pièges et sécurité",
    "language": "lire, écrire, apprendre le français",
    "referral": "repérer et orienter",
    "network": "travailler ensemble",
    "outreach": "faire connaître, aller vers",
}
LEVELS: Mapping[str, str] = {
    "start": "pour débuter",
    "further": "pour aller plus loin",
    "aidants": "pour les aidants",
}
PUBLICS: Mapping[str, str] = {
    "all": "tous",
    "young": "les jeunes",
    "seniors": "les personnes âgées",
    "families": "les familles",
    "jobseekers": "les personnes en recherche d’emploi",
    "french": "les personnes qui apprennent le français",
    "reading": "les personnes qui lisent ou écrivent peu",
    "disability": "les personnes handicapées",
    "homeless": "les personnes sans domicile",
}
# Without a licence that lets others copy it, a resource is a link: its file stays with its author.
LINK_ONLY: Final = "all-rights"
LICENCES: Mapping[str, str] = {
    "cc-by": "CC BY 4.0 : à citer",
    "cc-by-sa": "CC BY-SA 4.0 : à citer, à partager pareil",
    "etalab": "Licence Ouverte 2.0",
    "cc0": "sans droits (CC0)",
    LINK_ONLY: "tous droits réservés : un lien seulement",
}
WELL, PARTLY, BADLY = "well", "partly", "badly"
WENT: Mapping[str, str] = {WELL: "bien", PARTLY: "en partie", BADLY: "mal"}
HEAVIEST = 5_000_000  # bytes: what a telephone reads without waiting
# What a file begins with says what it is; its name says nothing.
STARTS: Mapping[bytes, tuple[str, str]] = {
    b"%PDF-": ("application/pdf", "pdf"),
    b"\x89PNG\r\n\x1a\n": ("image/png", "png"),
    b"\xff\xd8\xff": ("image/jpeg", "jpg"),
}


def type_of(content: bytes) -> tuple[str, str]:
    """Return the type and extension of a file by its content; Refused unless a light PDF, PNG or JPEG."""
    if len(content) > HEAVIEST:
        raise _refused("Il pèse plus de 5 mégaoctets.", "Réduisez-le, ou donnez plutôt un lien.")
    for start, kind in STARTS.items():
        if content.startswith(start):
            return kind
    raise _refused(
        "Ce n’est pas un PDF, ni une image PNG ou JPEG, quoi que dise son nom.",
        "Enregistrez-le en PDF, puis recommencez.",
    )


def _refused(why: str, do: str) -> Refused:
    return Refused("Le fichier n’a pas été gardé.", why=why, do=do)
