"""What comes due by itself: referrals that nobody answered, places that closed or were merged, what is to be forgotten."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from maillage.apps.directory import rules as directory
from maillage.apps.directory.models import Lieu
from maillage.apps.messages import actions as outbox
from maillage.apps.orientations.actions import told
from maillage.apps.orientations.actions.write import change, held
from maillage.apps.orientations.models import Event, Orientation, Path
from maillage.apps.orientations.queries import matching
from maillage.apps.orientations.rules import cycle
from maillage.apps.people import queries as people_queries
from maillage.apps.people import rules as persons
from maillage.apps.people.models import Person
from maillage.kernel.languages import say, typed
from maillage.reports import opening
from maillage.reports.wording import listing

AT_ONCE = 500  # referrals looked at by work: the rest wait for the next time
ALIVE = (cycle.DRAFT, *cycle.RUNNING)
WORDS = ("note", "procedure_words", "availability", "outcome_words", "next_step", "reason_words")


def due(*, at: datetime) -> Counter[str]:
    """Do what is due at a moment, each referral in a transaction of its own, and return how many of each."""
    works: tuple[tuple[str, QuerySet[Orientation], Callable[..., bool]], ...] = (
        ("sans_reponse", unanswered(at), expire),
        ("lieux_reunis_ou_fermes", moved(), follow),
        ("oubliees", old(at), forget),
    )
    done: Counter[str] = Counter()
    for name, rows, work in works:
        done[name] = sum(work(row, at=at) for row in rows.order_by("pk")[:AT_ONCE])
    return done


def unanswered(at: datetime) -> QuerySet[Orientation]:
    return Orientation.objects.filter(state__in=cycle.WAITING, expires_on__lt=timezone.localdate(at))


def moved() -> QuerySet[Orientation]:
    """Return the referrals that run towards a place that is no longer there, or that another structure runs since."""
    gone = Q(lieu__isnull=False) & ~Q(lieu__state=directory.PUBLISHED) | Q(lieu__isnull=True) & ~Q(lieu_name="")
    taken = Q(lieu__isnull=False) & ~Q(lieu__structure=F("to_structure"))
    return Orientation.objects.filter(gone | taken, state__in=cycle.RUNNING)


def old(at: datetime) -> QuerySet[Orientation]:
    before = at - timedelta(days=cycle.FORGOTTEN)
    return Orientation.objects.filter(changed_at__lt=before, stripped_at__isnull=True)


@transaction.atomic
def expire(orientation: Orientation, *, at: datetime) -> bool:
    """Give a referral that nobody answered back to whoever sent it, with places near; return whether it was done."""
    row = held(orientation)
    if row.state not in cycle.WAITING or row.expires_on is None or row.expires_on >= timezone.localdate(at):
        return False
    event = change(row, "expire", by=None, side=cycle.PLATFORM, at=at)
    told.hush(row)
    if event is not None:
        near = (
            [each.lieu.name for each in matching.instead(row.lieu, row.need, at, but=row.from_structure_id)]
            if row.lieu is not None
            else []
        )
        more = f" Près de là : {listing(near)}." if near else ""
        told.sender(
            row, event, f"{row.lieu_name} n’a pas répondu le {opening.said(row.expires_on)} au plus tard.{more}", at=at
        )
    return event is not None


@transaction.atomic
def follow(orientation: Orientation, *, at: datetime) -> bool:
    """Take a referral to the place that its own was merged into, or to the structure that runs it since; stop it, and tell
    both, when the place is no more."""
    row = held(orientation)
    place = row.lieu
    while place is not None and place.merged_into is not None:
        place = place.merged_into
    open_still = place is not None and place.state == directory.PUBLISHED
    same = open_still and (place.pk, place.structure_id) == (row.lieu_id, row.to_structure_id)
    if row.state not in cycle.RUNNING or same:
        return False
    if open_still:
        return _take(row, place, at=at)
    event = change(row, "lose", by=None, side=cycle.PLATFORM, at=at, content={"lieu": row.lieu_id}, ended_at=at)
    told.hush(row)
    if event is not None:
        told.stopped(row, at=at)
        told.sender(row, event, f"{row.lieu_name or 'Le lieu'} n’est plus ouvert. Choisissez un autre lieu.", at=at)
        told.person(row, event, lambda: _closed(row), at=at)
    return event is not None


def _closed(row: Orientation) -> str:
    return say("Fermé : {place}. Revenez voir la personne qui vous aide.", place=typed(row.lieu_name))


def _take(row: Orientation, place: Lieu, *, at: datetime) -> bool:
    """Take a referral to another place, or to the same one under another structure; return whether it was done.

    A structure to which the person said nothing reads nothing of them, and the link of the one before opens nothing any more.
    """
    values: dict[str, Any] = {"lieu": place, "lieu_name": place.name, "to_structure": place.structure}
    content = {"from": row.lieu_id, "lieu": place.pk, "structure": place.structure_id}
    words = f"Le lieu s’appelle maintenant : {place.name}." if place.name != row.lieu_name else f"Lieu : {place.name}."
    elsewhere = place.structure_id != row.to_structure_id
    mail = told.mail_of(place)
    if elsewhere:
        told.hush(row)
        if told.mail_of(row.lieu) != mail:
            told.stopped(row, at=at)
        values["token"] = None
        words += f" Il dépend maintenant de : {place.structure.name}."
        if row.person is not None and not people_queries.agreed(row.person, persons.SHARE, place.structure_id):
            values |= {"shared": [], "note": ""}
            words += " Cette structure ne lit rien de la personne, qui ne lui a pas donné son accord."
    event = change(row, "follow", by=None, side=cycle.PLATFORM, at=at, content=content, **values)
    if event is not None:
        if elsewhere and mail and row.channel == "email":
            told.invite(row, at=at) if row.state in cycle.WAITING else told.open_again(row, at=at)
            told.ask_if_came(row, at=at)
            words += " Un nouveau lien lui est envoyé."
        elif elsewhere:
            words += " Appelez le lieu pour le prévenir."
        if elsewhere and row.state == cycle.APPOINTED and row.appointment_at is not None and row.appointment_at > at:
            told.person(row, event, lambda: told.where_and_when(row), at=at, eve=True)
        told.sender(row, event, f"{words} L’orientation continue.", at=at)
    return event is not None


# --------------------------------------------------------------------------------------------------------------- forgotten


@transaction.atomic
def forget(orientation: Orientation, *, at: datetime) -> bool:
    """Take off a referral all that tells who it is about; what was done stays counted."""
    row = held(orientation)
    if row.stripped_at is not None:
        return False
    _strip(row, at=at)
    return True


@transaction.atomic
def strip(person: Person, *, at: datetime) -> int:
    """Strip the referrals of a person who is erased, and return how many: those that run stop, both sides are told without a name.

    To be called in the transaction of `people.actions.forget`, before it.
    """
    rows = Orientation.objects.filter(person=person, stripped_at__isnull=True).select_for_update()
    found = list(rows)
    for row in found:
        running, sent = row.state in ALIVE, row.token is not None
        if running:
            told.hush(row)
            if sent:
                told.stopped(row, at=at)
        event = _strip(row, at=at)
        if running and event is not None:
            told.sender(
                row, event, "La personne a demandé d’effacer ce qui la concerne. Rien d’autre n’est à faire.", at=at
            )
    Path.objects.filter(person=person).update(person=None)
    return len(found)


def _strip(row: Orientation, *, at: datetime) -> Event | None:
    for what in ("personne", "veille"):
        outbox.forget(about=f"orientation-{row.pk}-{what}-", at=at)
    ended = {"state": cycle.CANCELLED, "held_by": cycle.NOBODY, "ended_at": at} if row.state in ALIVE else {}
    before = row.changed_at
    bare = dict.fromkeys(WORDS, "") | {"shared": [], "language": "fr", "person": None, "urgent_before": None}
    event = change(row, "strip", by=None, side=cycle.PLATFORM, at=at, stripped_at=at, **bare, **ended)
    Orientation.objects.filter(pk=row.pk).update(changed_at=before)  # the last gesture is somebody's
    for said in Event.objects.filter(orientation=row):
        kept = {name: value for name, value in said.content.items() if name not in ("words", "next_step")}
        Event.objects.filter(pk=said.pk).update(content=kept, note="")
    if not Orientation.objects.filter(path=row.path_id, stripped_at__isnull=True).exists():
        Path.objects.filter(pk=row.path_id).update(person=None)
    return event
