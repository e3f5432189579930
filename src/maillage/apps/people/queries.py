"""Find a person by their card, what they agreed to, and who is to be forgotten."""

from datetime import datetime

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.models import Entry, User
from maillage.apps.accounts.queries import matches_seal
from maillage.apps.directory.models import Lieu
from maillage.apps.people import rules
from maillage.apps.people.models import CardSecret, Consent, CorrectionRequest, Following, Person
from maillage.kernel import codes

SEALED = "consent.sealed"  # the line of the journal that proves what was read, and what was answered


def by_code(text: str) -> Person | None:
    """Return the person whose card has this code, however it is typed; None when there is none, or they were
    erased.
    """
    code = codes.read(text)
    return Person.objects.filter(code=code, forgotten_at__isnull=True).first() if code else None


def secret_of(person: Person) -> CardSecret | None:
    """Return what the card of a person opens with beside its code, None while nothing was chosen."""
    return CardSecret.objects.filter(person=person).select_related("by").first()


def chooses_alone(person: Person) -> bool:
    """Return whether a person may choose the secret of their card by its code alone: none was chosen, and no
    structure ever followed them. Otherwise who found the card would read who helps.
    """
    return secret_of(person) is None and not Following.objects.filter(person=person).exists()


def corrections(person: Person) -> list[CorrectionRequest]:
    """Return what a person asked to correct, the latest first."""
    return list(CorrectionRequest.objects.filter(person=person).select_related("structure", "done_by"))


def agreed(person: Person, purpose: str, structure: int | None = None) -> bool:
    """Return whether a person agrees today: their last answer decides, and a withdrawn agreement is a
    refusal.
    """
    said = Consent.objects.filter(person=person, purpose=purpose)
    if structure is not None:
        said = said.filter(structure=structure)
    last = said.first()
    return last is not None and last.given and last.withdrawn_at is None


def altered_agreements() -> list[tuple[Entry, Consent]]:
    """Return the answers that are no longer those that people gave, each with the line of the journal that
    seals it. Nobody can tell once the person is erased.
    """
    lines = {entry.row: entry for entry in Entry.objects.filter(verb=SEALED).iterator(chunk_size=1000)}
    answers = Consent.objects.filter(person__forgotten_at=None).select_related("person").order_by("pk")
    return [
        (lines[answer.pk], answer)
        for answer in answers.iterator(chunk_size=1000)
        if answer.pk in lines and matches_seal(answer.person, answer.proof, lines[answer.pk].words) is False
    ]


def to_forget(at: datetime, limit: int = 500) -> list[Person]:
    """Return persons for whom nothing was done in two years."""
    return list(
        Person.objects.filter(active_at__lt=rules.forget_before(at), forgotten_at__isnull=True)[:limit]
    )


def belongs_to_helpers(by: User, address: str) -> bool:
    """Return whether an e-mail address is that of an account of the platform, or of a place of the structures
    on whose behalf a user helps: no person reads their own mail there.
    """
    asked = address.strip().casefold()
    if User.objects.filter(email__iexact=asked).exists():
        return True
    rights = rights_of(by)
    ours = rights.structures("people.see") | rights.structures("people.mine")
    held = Lieu.objects.filter(structure__in=ours).values_list("sheet", flat=True)
    return any(asked == str(each).casefold() for sheet in held for each in sheet.get("courriels", ()))
