"""The certificates that helpers may show: a training followed, hours given, the charter of a volunteer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from maillage.reports.assistance.models import Part, box, compiled
from maillage.words.dates import in_words
from maillage.words.wording import count


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """An attestation. minutes: of presence, or given; valid_until: None for hours, which never end; contents:
    what the training was made of.
    """

    code: str
    name: str
    structure: str
    title: str
    minutes: int
    begins_on: date
    ends_on: date
    valid_until: date | None = None
    body: str = ""
    level: str = ""
    contents: Sequence[str] = ()
    example: bool = False


def duration(minutes: int) -> str:
    """Return a length of time in words.

    >>> duration(210), duration(120), duration(45)
    ('3 h 30', '2 h', '45 min')
    """
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02d}" if rest else f"{hours} h"


def _span(paper: Certificate) -> str:
    if paper.begins_on == paper.ends_on:
        return f"le {in_words(paper.ends_on)}"
    return f"du {in_words(paper.begins_on)} au {in_words(paper.ends_on)}"


def training(paper: Certificate, *, check: tuple[str, str], on: date) -> bytes:
    """Return the attestation of a training, as PDF. check: the address of its code, and its QR."""
    level = f" Niveau : {paper.level}." if paper.level else ""
    valid = paper.valid_until
    parts = [
        Part("Ce qui est attesté", (f"{paper.name} a suivi la formation « {paper.title} ».",)),
        Part(
            "Quand et combien de temps",
            (f"{_span(paper).capitalize()}, {duration(paper.minutes)} de présence.{level}",),
        ),
        *([Part("Ce que l’on y a travaillé", tuple(paper.contents), listed=True)] if paper.contents else []),
        *([Part("Organisme", (paper.body,))] if paper.body else []),
        *(
            [
                Part(
                    "Jusqu’à quand",
                    (
                        f"Valable jusqu’au {in_words(valid)}. La date est un choix du réseau : les services"
                        " en ligne changent.",
                    ),
                )
            ]
            if valid
            else []
        ),
        _reads(),
    ]
    boxes = [
        box("La personne formée", paper.name),
        box("La structure : nom, signature, tampon", paper.structure),
    ]
    return compiled(
        "Attestation de formation", parts, on=on, code=paper.code, check=check, boxes=boxes,
        example=paper.example, foot="Ce papier ne dit rien d’un niveau ni d’un diplôme.",
    )  # fmt: skip


def hours(paper: Certificate, *, check: tuple[str, str], on: date) -> bytes:
    """Return the attestation of a volunteer’s hours, as PDF."""
    parts = [
        Part(
            "Ce qui est attesté",
            (
                f"{paper.name} a donné {duration(paper.minutes)} de son temps comme bénévole,"
                f" {_span(paper)}.",
                f"Mission : {paper.title}.",
            ),
        ),
        Part("Dans quel cadre", ("Bénévolat encadré, charte signée. Aucune rémunération.",)),
        _reads(),
    ]
    boxes = [
        box("La ou le bénévole", paper.name),
        box("La structure : nom, signature, tampon", paper.structure),
    ]
    return compiled(
        "Attestation de bénévolat", parts, on=on, code=paper.code, check=check, boxes=boxes,
        example=paper.example, foot="Les heures comptées sont celles que la structure a confirmées.",
    )  # fmt: skip


def _reads() -> Part:
    return Part(
        "Vérifier ce papier",
        (
            "Le code s’essaie sans compte. La page dit si l’attestation est vraie et jusqu’à quand ; elle ne"
            " montre aucun nom, mais dit si celui que vous tapez est le bon.",
        ),
    )


def charter(
    name: str,
    structure: str,
    supervisor: str,
    *,
    volunteer: Sequence[str],
    promised: Sequence[str],
    version: str,
    on: date,
    example: bool = False,
) -> bytes:
    """Return the charter of a volunteer, to read and sign, as PDF. promised: by the structure."""
    parts = [
        Part("Je m’engage", tuple(volunteer), listed=True),
        Part("La structure s’engage", tuple(promised), listed=True),
        Part("Qui m’encadre", (supervisor or "…",)),
    ]
    boxes = [box("La ou le bénévole", name), box("La personne qui l’encadre", f"{supervisor}, {structure}")]
    return compiled(
        "Charte de bénévolat", parts, on=on, boxes=boxes, example=example,
        foot=f"Version {version}. Deux exemplaires : {count(1, 'exemplaire')} chacun.",
    )  # fmt: skip
