"""Search entries of the persons one helps and of their referrals."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.queries.search_kinds import LIEUX
from maillage.apps.orientations.access import orientations_for, sender_condition
from maillage.apps.orientations.models import Orientation
from maillage.apps.people.access import people_for
from maillage.apps.people.models import Person
from maillage.apps.search.rules import Hit, Matches, SearchKind
from maillage.words.dates import in_words

PERSONS = "personnes"
PROCEDURES = "demarches-orientees"  # words of a referral that its place reads when they are shared


def _person_hit(row: Person, user: Any) -> Hit:
    known = filter(None, (str(row.born or ""), row.get_picture_display(), row.card))
    return Hit(str(row), " · ".join(known), reverse("person", args=[row.pk]))


def _referrals(user: Any) -> QuerySet[Orientation]:
    """Return the referrals a user reads; `is_known`: whether they see the person, else unnamed; `told`: what
    is shared, as text.
    """
    known = people_for(user).filter(pk=OuterRef("person"))
    return orientations_for(user).annotate(is_known=Exists(known), told=Cast("shared", TextField()))


def _referral_words(row: Orientation) -> tuple[str, str]:
    # Neither the person nor what was written of them: they are found by their sheet, by who sees it. Their
    # procedure has its own kind.
    return row.get_need_display(), row.lieu_name


def _of_procedure(user: Any, matches: Matches) -> Q:
    """Return the condition to be found by procedure: by the sender, or where it is shared."""
    reads = sender_condition(user) | Q(told__contains='"procedure"', agreed_with=None)
    return reads & Q(pk__in=matches(PROCEDURES))


def _referral_hit(row: Orientation, user: Any) -> Hit:
    place = row.lieu.name if row.lieu else row.lieu_name
    name = str(row.person) if row.is_known and row.person else "nom masqué"
    day = in_words(timezone.localdate(row.sent_at or row.prepared_at))
    about = " · ".join(filter(None, (name, place, row.get_state_display(), day)))
    return Hit(row.get_need_display(), about, reverse("orientation", args=[row.pk]))


def of_person(user: Any, matches: Matches) -> Q:
    """Return the condition for a row to be of a person found, among those a user sees."""
    return Q(person__in=people_for(user).filter(pk__in=matches(PERSONS)).values("pk"))


SEARCH_KINDS = (
    SearchKind(
        id=PERSONS,
        label="Personnes",
        icon="user",
        model="people.person",
        rows=people_for,
        indexed=lambda: Person.objects.filter(forgotten_at__isnull=True),
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
            of_person(user, matches) | Q(lieu__in=matches(LIEUX)) | _of_procedure(user, matches)
        ),
        kinds_linked=(PERSONS, LIEUX, PROCEDURES),
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
