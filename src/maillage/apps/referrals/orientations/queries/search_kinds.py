"""Search entries of the persons one helps and of their referrals."""

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.places.queries.search_kinds import LIEUX
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import Hit, Matches, SearchKind
from maillage.apps.referrals.orientations.access import (
    orientations_for,
    receiving_structures,
    sender_condition,
)
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import detail
from maillage.words.dates import in_words

PERSONS = "personnes"
NICKNAMES = "prenoms"  # of persons, without what else finds their sheet: who receives them reads no more
PROCEDURES = "demarches-orientees"  # words of a referral that its place reads when they are shared


def _present() -> QuerySet[Person]:
    return Person.objects.filter(forgotten_at__isnull=True, merged_into__isnull=True)


def _person_hit(row: Person, user: Visitor) -> Hit:
    known = filter(None, (str(row.born or ""), row.get_picture_display(), row.card))
    return Hit(str(row), " · ".join(known), reverse("person", args=[row.pk]))


def _referrals(user: Visitor) -> QuerySet[Orientation]:
    """Return the referrals a user reads; `is_known`: whether they see the person, else unnamed; `told`: what
    is shared, as text.
    """
    known = people_for(user).filter(pk=OuterRef("person"))
    return orientations_for(user).annotate(is_known=Exists(known), told=Cast("shared", TextField()))


def _referral_words(row: Orientation) -> tuple[str, str]:
    # Neither the person nor what was written of them: they are found by their sheet, by who sees it, or by
    # the nickname that is shared. Their procedure has its own kind.
    return row.get_need_display(), row.lieu_name


def _of_procedure(user: Visitor, matches: Matches) -> Q:
    """Return the condition to be found by procedure: by the sender, or where it is shared."""
    reads = sender_condition(user) | Q(told__contains='"procedure"', agreed_with=None)
    return reads & Q(pk__in=matches(PROCEDURES))


def _of_nickname(user: Visitor, matches: Matches) -> Q:
    """Return the condition to be found by the person's nickname: where it is shared."""
    received = Q(to_structure__in=receiving_structures(user), sent_at__isnull=False)
    is_shared = Q(told__contains='"nickname"', agreed_with=None)
    return received & is_shared & Q(person__in=matches(NICKNAMES))


def _referral_hit(row: Orientation, user: Visitor) -> Hit:
    place = row.lieu.name if row.lieu else row.lieu_name
    name = "nom masqué"
    if vars(row)["is_known"] and row.person:
        name = str(row.person)
    elif row.to_structure_id in receiving_structures(user):
        name = detail.name_of(row, detail.RECEIVER)
    day = in_words(timezone.localdate(row.sent_at or row.prepared_at))
    about = " · ".join(filter(None, (name, place, row.get_state_display(), day)))
    return Hit(row.get_need_display(), about, reverse("orientation", args=[row.pk]))


def of_person(user: Visitor, matches: Matches) -> Q:
    """Return the condition for a row to be of a person found, among those a user sees."""
    return Q(person__in=people_for(user).filter(pk__in=matches(PERSONS)).values("pk"))


SEARCH_KINDS = (
    SearchKind(
        id=PERSONS,
        label="Personnes",
        icon="user",
        model="people.person",
        rows=people_for,
        indexed=_present,
        words=lambda row: (f"{row.nickname} {row.card} {row.code}", str(row.born or "")),
        hit=_person_hit,
    ),
    SearchKind(
        id="orientations",
        label="Orientations",
        icon="send",
        model="orientations.orientation",
        rows=_referrals,
        indexed=lambda: Orientation.objects.filter(stripped_at__isnull=True),
        words=_referral_words,
        hit=_referral_hit,
        linked=lambda user, matches: (
            of_person(user, matches)
            | Q(lieu__in=matches(LIEUX))
            | _of_procedure(user, matches)
            | _of_nickname(user, matches)
        ),
        kinds_linked=(PERSONS, LIEUX, PROCEDURES, NICKNAMES),
    ),
    SearchKind(
        id=NICKNAMES,
        label="Prénoms",
        icon="user",
        model="people.person",
        rows=lambda user: Person.objects.none(),  # they find referrals and appointments
        indexed=lambda: _present().exclude(nickname=""),
        words=lambda row: (row.nickname, ""),
        hit=_person_hit,
    ),
    SearchKind(
        id=PROCEDURES,
        label="Démarches des orientations",
        icon="send",
        model="orientations.orientation",
        rows=lambda user: Orientation.objects.none(),  # they find referrals, and are none by themselves
        indexed=lambda: Orientation.objects.filter(stripped_at__isnull=True).exclude(procedure=""),
        words=lambda row: ("", row.get_procedure_display()),
        hit=_referral_hit,
    ),
)
