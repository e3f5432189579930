"""Find a person by their card, what they agreed to, what is stored about them, and who is to be forgotten."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.models import Entry, User
from maillage.apps.accounts.queries import matches_seal
from maillage.apps.directory.models import Lieu
from maillage.apps.memberships import access as memberships
from maillage.apps.memberships.rules import Duty
from maillage.apps.people import rules
from maillage.apps.people.models import CardSecret, Consent, CorrectionRequest, Following, Person
from maillage.kernel import codes
from maillage.kernel.names import plain
from maillage.words.languages import to_say
from maillage.words.wording import count

SEALED = "consent.sealed"  # the line of the journal that proves what was read, and what was answered


def by_code(text: str) -> Person | None:
    """Return the person whose card has this code, however it is typed; None when there is none, or they were
    erased.
    """
    code = codes.read(text)
    return Person.objects.filter(code=code, forgotten_at__isnull=True).first() if code else None


def secret_of(person: Person) -> CardSecret | None:
    """Return the secret of a person's card, None while none was chosen."""
    return CardSecret.objects.filter(person=person).select_related("by").first()


def chooses_alone(person: Person) -> bool:
    """Allow a person to choose the secret of their card by its code alone: none was chosen, and no structure
    ever followed them. Otherwise who found the card would read who helps.
    """
    return secret_of(person) is None and not Following.objects.filter(person=person).exists()


def corrections(person: Person) -> list[CorrectionRequest]:
    """Return the correction requests of a person, the latest first."""
    return list(CorrectionRequest.objects.filter(person=person).select_related("structure", "done_by"))


def agreed(person: Person, purpose: str, structure: int | None = None) -> bool:
    """Return the agreement of a person today: their last answer decides, and a withdrawn agreement is a
    refusal.
    """
    answers = Consent.objects.filter(person=person, purpose=purpose)
    if structure is not None:
        answers = answers.filter(structure=structure)
    last = answers.first()
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


def namesakes(people: QuerySet[Person], nickname: str, born: int | None = None) -> QuerySet[Person]:
    """Return which of some persons bear a first name, but for those born another year, the latest helped
    first; none without a first name.
    """
    name = plain(nickname)
    if not name:
        return Person.objects.none()
    numbers = [pk for pk, known in people.values_list("pk", "nickname") if plain(known) == name]
    same = Person.objects.filter(pk__in=numbers).order_by("-active_at", "-pk")
    return same if born is None else same.filter(Q(born=None) | Q(born=born))


def belongs_to_helpers(by: User, address: str) -> bool:
    """Recognise an e-mail address of an account of the platform, or of a place of the structures on whose
    behalf a user helps: no person reads their own mail there.
    """
    mail = address.strip().casefold()
    if User.objects.filter(email__iexact=mail).exists():
        return True
    rights = rights_of(by)
    structures = rights.structures("people.see") | rights.structures("people.mine")
    sheets = Lieu.objects.filter(structure__in=structures).values_list("sheet", flat=True)
    return any(mail == str(each).casefold() for sheet in sheets for each in sheet.get("courriels", ()))


# ---------------------------------------------------------------------------------- what is stored about them


YES_NO = {True: "oui", False: "non", None: ""}


def _moment(at: datetime | date | None) -> str:
    return at.isoformat() if at is not None else ""


def _sheet(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "carte": person.card,
            "dessin": person.get_picture_display(),
            "prenom_ou_surnom": person.nickname,
            "annee_de_naissance": person.born,
            "langue": person.language,
            "comment_vous_joindre": rules.REACH[person.reach],
            "numero_ou_adresse": person.reach_value,
            "personne_inventee": YES_NO[person.example],
            "carte_faite_le": person.made_at.isoformat(),
            "derniere_activite": person.active_at.isoformat(),
        }
    ]


def _followings(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "structure": row.structure.name,
            "par": str(row.by or ""),
            "depuis": _moment(row.since),
            "jusqu_au": _moment(row.ended_at),
        }
        for row in person.followings.select_related("structure", "by").order_by("since", "pk")
    ]


def _agreements(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "pour": row.get_purpose_display(),
            "structure": row.structure.name if row.structure else "",
            "reponse": YES_NO[row.given],
            "mots_lus": row.words,
            "comment": row.get_how_display(),
            "devant": str(row.by or ""),
            "le": row.at.isoformat(),
            "retire_le": _moment(row.withdrawn_at),
        }
        for row in person.consents.select_related("structure", "by")
    ]


def _secret(person: Person) -> list[dict[str, Any]]:
    row = secret_of(person)
    if row is None:
        return []
    return [
        {
            "sorte": row.get_kind_display(),
            "choisi_le": row.at.isoformat(),
            "choisi_avec": str(row.by or ""),
            "essais_faux": row.misses,
            "dernier_essai_faux_le": _moment(row.missed_at),
        }
    ]


def _correction_requests(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "a": row.structure.name,
            "quoi": row.words,
            "demandee_le": row.asked_at.isoformat(),
            "repondue_le": _moment(row.done_at),
            "repondue_par": str(row.done_by or ""),
            "reponse": row.answer,
        }
        for row in corrections(person)
    ]


PERSONAL_DATA = (
    rules.DataKind(
        id="fiche",
        title=to_say("Votre fiche"),
        why=to_say("Pour vous reconnaître, et vous joindre si vous le voulez."),
        models=("people.Person",),
        rows=_sheet,
    ),
    rules.DataKind(
        id="suivis",
        title=to_say("Qui vous suit"),
        why=to_say("Pour savoir qui peut voir votre fiche."),
        fate=rules.COUNTED,
        models=("people.Following",),
        rows=_followings,
    ),
    rules.DataKind(
        id="accords",
        title=to_say("Vos accords"),
        why=to_say("Pour prouver ce que vous avez accepté ou refusé."),
        fate=rules.PROVEN,
        models=("people.Consent",),
        rows=_agreements,
    ),
    rules.DataKind(
        id="secret_de_la_carte",
        title=to_say("Le secret de votre carte"),
        why=to_say("Pour que votre page s’ouvre pour vous seul. Personne ne peut le lire."),
        models=("people.CardSecret",),
        rows=_secret,
    ),
    rules.DataKind(
        id="corrections_demandees",
        title=to_say("Vos demandes de correction"),
        why=to_say("Pour vous répondre."),
        models=("people.CorrectionRequest",),
        rows=_correction_requests,
    ),
)


def duties(structures: Collection[int], at: datetime, *, user: int | None) -> Iterable[Duty]:
    """Yield the persons whom leavers follow, as one duty each in a structure."""
    on = timezone.localdate(at)
    rows = Following.objects.filter(
        memberships.leaving("by", "structure", user=user, on=on),
        structure__in=structures,
        ended_at=None,
        person__forgotten_at=None,
    )
    for structure, by, n in rows.order_by().values_list("structure", "by").annotate(Count("pk")):
        yield Duty(
            kind="following",
            pk=structure,
            user=by,
            structure=structure,
            title=count(n, "personne suivie", "personnes suivies"),
            words="Toutes celles que ce compte suit pour la structure.",
            url=reverse("people"),
        )
