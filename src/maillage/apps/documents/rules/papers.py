"""The kinds of papers, their purposes, how long they stay, and the words that a person agrees to."""

from collections.abc import Mapping
from datetime import date, timedelta

from maillage.reference import procedures
from maillage.reference.parameters import number, numbers
from maillage.words.languages import say, typed
from maillage.words.opening import date_text

KINDS: Mapping[str, str] = {
    "identite": "Pièce d’identité",
    "sejour": "Titre de séjour",
    "famille": "Livret de famille, acte de naissance",
    "domicile": "Justificatif de domicile, domiciliation",
    "logement": "Bail, quittance",
    "ressources": "Paie, pension, aides",
    "impots": "Avis d’impôt",
    "sante": "Attestation de droits à la santé",
    "travail": "Contrat, attestation de travail",
    "banque": "Relevé d’identité bancaire",
    "courrier": "Courrier reçu d’une administration",
    "autre": "Autre papier",
}
PDF, JPEG = "application/pdf", "image/jpeg"
MEDIA: Mapping[str, str] = {PDF: "PDF", JPEG: "Image"}
SUFFIXES: Mapping[str, str] = {PDF: "pdf", JPEG: "jpg"}

EXPIRED, TAKEN_BACK, USED, NOBODY = "expired", "person", "used", "nobody"
ERASED: Mapping[str, str] = {
    EXPIRED: "sa date est passée",
    TAKEN_BACK: "la personne l’a demandé",
    USED: "il ne sert plus",
    NOBODY: "plus aucune structure ne le garde",
}
STORED, OVER = "kept", "over"
RUNNING, WITHDRAWN, ENDED = "running", "withdrawn", "ended"
STATES: Mapping[str, str] = {RUNNING: "en cours", WITHDRAWN: "arrêté", ENDED: "fini"}


def retention_days() -> tuple[int, ...]:
    """Return the durations during which a paper may be kept, in days."""
    return tuple(int(days) for days in numbers("papers/retention_days"))


def shared_days() -> tuple[int, ...]:
    """Return the durations during which a paper may be shown to another structure, in days."""
    return tuple(int(days) for days in numbers("papers/shared_days"))


def most_papers() -> int:
    return int(number("papers/most_papers"))


def orphan_age() -> timedelta:
    """Return the age from which a file that no row names is what a program cut short left."""
    return timedelta(minutes=number("papers/orphan_minutes"))


def purposes() -> dict[str, str]:
    """Return the purposes of papers: the families of procedures, then each procedure, by key."""
    families = {key: procedure.label for key, procedure in procedures.families().items()}
    return families | {key: procedure.label for key, procedure in procedures.procedures().items()}


def serves(purpose: str, procedure: str) -> bool:
    """Return True if a paper kept for one purpose serves a procedure: the same one, or its whole family.

    >>> serves("rsa", "rsa"), serves("social", "rsa"), serves("logement", "rsa")
    (True, True, False)
    """
    known = procedures.procedures().get(procedure)
    return purpose == procedure or (known is not None and purpose == known.family)


def until(start: date, days: int, *, limit: date | None = None) -> date:
    """Return the last day of a duration, never beyond a limit.

    >>> until(date(2026, 11, 22), 30), until(date(2026, 11, 22), 30, limit=date(2026, 12, 1))
    (datetime.date(2026, 12, 22), datetime.date(2026, 12, 1))
    """
    end = start + timedelta(days=days)
    return min(end, limit) if limit is not None else end


def share_state(*, withdrawn: bool, ends_on: date, today: date) -> str:
    """Return where a sharing stands: its last day counts whole."""
    if withdrawn:
        return WITHDRAWN
    return RUNNING if today <= ends_on else ENDED


def words_to_keep(structure: str) -> str:
    """Return the words read to the person before their paper is kept, in the language that is spoken."""
    return say(
        "Est-ce que {structure} garde une copie de ce papier, pour cette démarche seulement ? Elle est"
        " chiffrée, et s’efface seule à la date choisie. Vous pouvez la faire effacer avant, sans dire"
        " pourquoi. Chaque lecture vous est dite.",
        structure=typed(structure),
    )


def words_to_share(*, kind: str, purpose: str, structure: str, ends_on: date) -> str:
    """Return the words read to the person before another structure reads their paper, in the language that is
    spoken.
    """
    return say(
        "Est-ce que {structure}, et personne d’autre, peut lire ce papier : {kind} ? C’est pour : {purpose}."
        " Jusqu’au {end}. Vous pouvez arrêter quand vous voulez, sans dire pourquoi : c’est arrêté tout de"
        " suite. Chaque lecture vous est dite.",
        structure=typed(structure),
        kind=typed(KINDS[kind]),
        purpose=typed(purposes()[purpose]),
        end=date_text(ends_on),
    )
