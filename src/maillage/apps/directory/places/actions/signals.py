"""Reports about a sheet from visitors without an account: stored beside it, for a person of the network to
read.
"""

from datetime import datetime

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu, Proposal
from maillage.kernel.errors import Refused

STRANGER = "une personne sans compte"
SEPARATOR = " : "  # between the part of the sheet and what the visitor wrote


def signal(lieu: Lieu, *, about: str, text: str, reach: str, at: datetime) -> Proposal:
    """Store a report of an error. about: the part of the sheet, in words; reach: how to answer, '' when
    missing.

    Refused for a place that is no longer public, and without a text.
    """
    message = text.strip()
    if not message:
        raise Refused(
            "Le message n’est pas parti.",
            why="Sans un mot de ce qui ne va pas, personne ne saurait quoi corriger.",
            do="Écrivez ce qui ne va pas, en une phrase.",
        )
    if lieu.state not in (rules.PUBLISHED, rules.ENDED):
        raise Refused(
            "Le message n’est pas parti.",
            why="Cette fiche n’est plus montrée.",
            do="Cherchez le lieu dans la liste, puis recommencez.",
        )
    lines = [f"{about}{SEPARATOR}{message}", f"Pour répondre : {reach.strip()}" if reach.strip() else ""]
    return Proposal.objects.create(lieu=lieu, text="\n".join(filter(None, lines)), by=STRANGER, at=at)


def erase(proposal: Proposal) -> None:
    """Take what a visitor wrote, and how to answer, off a message that was dealt with, not saved: the page
    says that they are kept for as long as it takes to check. The part of the sheet stays.
    """
    if proposal.by == STRANGER and not proposal.field:
        proposal.text = proposal.text.partition(SEPARATOR)[0]


def run_deadlines(*, at: datetime) -> dict[str, int]:
    """Erase what visitors wrote in messages dealt with before this was done at once."""
    rows = Proposal.objects.filter(by=STRANGER, field="", text__contains=SEPARATOR).exclude(state=rules.OPEN)
    n = 0
    for row in rows:
        erase(row)
        row.save(update_fields=["text"])
        n += 1
    return {"signalements_effaces": n}
