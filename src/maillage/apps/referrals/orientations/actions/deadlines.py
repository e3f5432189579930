"""Deadlines: referrals left unanswered, places closed or merged, data to forget."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from maillage.apps.directory.places import rules as directory
from maillage.apps.directory.places.models import Lieu
from maillage.apps.people.persons import queries as people_queries
from maillage.apps.people.persons import rules as persons
from maillage.apps.people.persons.models import Person
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.referrals.orientations.actions import dates, notifications
from maillage.apps.referrals.orientations.actions import reminders as reminder_actions
from maillage.apps.referrals.orientations.actions.transitions import change, lock
from maillage.apps.referrals.orientations.models import Event, Orientation, Path
from maillage.apps.referrals.orientations.queries import matching, timeline
from maillage.apps.referrals.orientations.rules import cycle
from maillage.words import opening
from maillage.words.languages import say, typed
from maillage.words.wording import listing

AT_ONCE = 500  # referrals per run: the rest wait for the next one
ALIVE = (cycle.DRAFT, *cycle.RUNNING)
WORDS = (
    *("note", "procedure_words", "availability", "outcome_words", "next_step", "reason_words"),
    "place_mail",
)


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Run what is due at a moment, one transaction per referral, and return how many of each."""
    unanswered = Orientation.objects.filter(state__in=cycle.UNANSWERED, expires_on__lt=timezone.localdate(at))
    old = at - timedelta(days=cycle.FORGOTTEN)
    forgettable = Orientation.objects.filter(changed_at__lt=old, stripped_at__isnull=True)
    works: tuple[tuple[str, QuerySet[Orientation], Callable[..., bool]], ...] = (
        ("sans_reponse", unanswered, expire),
        ("lieux_reunis_ou_fermes", moved(), follow),
        ("oubliees", forgettable, forget),
    )
    done: Counter[str] = Counter()
    for name, rows, work in works:
        done[name] = sum(work(row, at=at) for row in rows.order_by("pk")[:AT_ONCE])
    done["dates_ecrites"] = dates.fill_in(at=at)
    done["rappels"] = reminders_actions.plan_all(
        reminder_actions.appointed(at), reminder_actions.occasion, at=at
    )
    return done


def moved() -> QuerySet[Orientation]:
    """Return the running referrals whose place closed, merged or came back, or changed structure."""
    back = Q(sent_to__isnull=False) & ~Q(sent_to__state=directory.MERGED)
    is_removed = Q(lieu__isnull=True) & ~Q(lieu_name="")
    is_unpublished = Q(lieu__isnull=False) & ~Q(lieu__state=directory.PUBLISHED) | is_removed
    taken = Q(lieu__isnull=False) & ~Q(lieu__structure=F("to_structure"))
    return Orientation.objects.filter(is_unpublished | taken | back, state__in=cycle.RUNNING)


@transaction.atomic
@journal.written_last()
def expire(orientation: Orientation, *, at: datetime) -> bool:
    """Return an unanswered referral to its sender, with places nearby; return whether it was done."""
    row = lock(orientation)
    if row.state not in cycle.UNANSWERED or row.expires_on is None or row.expires_on >= row.day(at):
        return False
    event = change(row, "expire", by=None, side=cycle.PLATFORM, at=at)
    notifications.hush(row, at=at)
    if event is not None:
        instead = matching.instead(row.lieu, row.need, at, but=row.from_structure_id) if row.lieu else []
        near = f" Près de là : {listing([each.lieu.name for each in instead])}." if instead else ""
        last = opening.date_text(row.expires_on)
        words = f"{row.lieu_name} n’a pas répondu le {last} au plus tard.{near}"
        notifications.sender(row, event, words, at=at)
    return event is not None


@transaction.atomic
@journal.written_last()
def follow(orientation: Orientation, *, at: datetime) -> bool:
    """Move a referral to what its place has become; stop it, and notify both sides, when it is closed."""
    row = lock(orientation)
    place = row.sent_to or row.lieu
    while place is not None and place.merged_into is not None:
        place = place.merged_into
    if row.state not in cycle.RUNNING:
        return False
    if place is not None and place.state == directory.PUBLISHED:
        is_same = (place.pk, place.structure_id) == (row.lieu_id, row.to_structure_id)
        return not is_same and _take(row, place, at=at)
    event = change(
        row, "lose", by=None, side=cycle.PLATFORM, at=at, content={"lieu": row.lieu_id}, ended_at=at
    )
    notifications.hush(row, at=at)
    if event is not None:
        notifications.stopped(row, at=at)
        notifications.sender(
            row, event, f"{row.lieu_name or 'Le lieu'} n’est plus ouvert. Choisissez un autre lieu.", at=at
        )
        notifications.person(row, event, lambda: _closed(row), at=at)
    return event is not None


def _closed(row: Orientation) -> str:
    return say("Fermé : {place}. Revenez voir la personne qui vous aide.", place=typed(row.lieu_name))


def _take(row: Orientation, place: Lieu, *, at: datetime) -> bool:
    """Move a referral to another place, or to another structure that now runs it; return whether it was done.

    What a person shares is hidden from a structure they did not agree to, not erased: it is readable again
    once they agree or the place comes back. The former structure's link stops working.
    """
    values: dict[str, Any] = {"lieu": place, "lieu_name": place.name, "to_structure": place.structure}
    if place.pk != row.lieu_id:
        first = row.sent_to or row.lieu
        values["sent_to"] = first if first != place else None
    content = {"from": row.lieu_id, "lieu": place.pk, "structure": place.structure_id}
    content["left"] = row.to_structure_id
    renamed = place.name != row.lieu_name
    words = f"Le lieu s’appelle maintenant : {place.name}." if renamed else f"Lieu : {place.name}."
    elsewhere = place.structure_id != row.to_structure_id
    mail = timeline.mail_of(place)
    if elsewhere:
        notifications.hush(row, at=at)
        if timeline.place_mail(row) != mail:
            notifications.stopped(row, at=at)
        values |= {"token": None, "place_mail": ""}
        words += f" Il dépend maintenant de : {place.structure.name}."
        values["agreed_with"] = _agreed_with(row, place.structure_id)
        if values["agreed_with"] is not None:
            words += (
                " Cette structure ne lit rien de la personne, qui ne lui a pas donné son accord :"
                " demandez-le-lui."
            )
    event = change(row, "follow", by=None, side=cycle.PLATFORM, at=at, content=content, **values)
    if event is not None:
        if elsewhere and mail and row.channel == "email":
            tell_place = notifications.invite if row.state in cycle.UNANSWERED else notifications.open_again
            tell_place(row, at=at)
            notifications.ask_if_came(row, at=at)
            words += " Un nouveau lien lui est envoyé."
        elif elsewhere:
            words += " Appelez le lieu pour le prévenir."
        is_expected = (
            row.state == cycle.APPOINTED and row.appointment_at is not None and row.appointment_at > at
        )
        if elsewhere and is_expected:
            notifications.person(row, event, lambda: notifications.where_and_when(row), at=at)
        notifications.sender(row, event, f"{words} L’orientation continue.", at=at)
    return event is not None


def _agreed_with(row: Orientation, structure: int) -> int | None:
    """Return the structure a person agreed to share with, None when it may be read by the new one."""
    first = row.agreed_with if row.agreed_with is not None else row.to_structure_id or 0
    if row.person is None or not row.shared or first == structure:
        return None
    return None if people_queries.agreed(row.person, persons.SHARE, structure) else first


@transaction.atomic
@journal.written_last()
def forget(orientation: Orientation, *, at: datetime) -> bool:
    """Remove from a referral everything that identifies the person; what was done still counts."""
    row = lock(orientation)
    if row.stripped_at is not None:
        return False
    _strip(row, at=at)
    return True


@transaction.atomic
def strip(person: Person, *, at: datetime, structure: int | None = None) -> int:
    """Strip the referrals of a person being erased, and return how many; running ones stop, and both sides
    are notified without a name. structure: that sends them; None for all.
    """
    rows = Orientation.objects.filter(person=person, stripped_at__isnull=True)
    if structure is not None:
        rows = rows.filter(from_structure=structure)
    referrals = list(rows.select_for_update())
    for row in referrals:
        running, sent = row.state in ALIVE, row.token is not None
        if running:
            notifications.hush(row, at=at)
            if sent:
                notifications.stopped(row, at=at)
        event = _strip(row, at=at)
        if running and event is not None:
            words = "La personne a demandé d’effacer ce qui la concerne. Rien d’autre n’est à faire."
            notifications.sender(row, event, words, at=at)
    if structure is None:
        Path.objects.filter(person=person).update(person=None)
    return len(referrals)


def _strip(row: Orientation, *, at: datetime) -> Event | None:
    outbox.forget(about=f"orientation-{row.pk}-personne-", at=at)
    reminders_actions.forget_events(reminders_rules.REFERRAL, [row.pk], at=at)
    values: dict[str, Any] = {"shared": [], "language": "fr", "person": None, "urgent_before": None}
    values |= dict.fromkeys(WORDS, "")
    if row.state in ALIVE:
        values |= {"state": cycle.CANCELLED, "held_by": cycle.NOBODY, "ended_at": at}
    before = row.changed_at
    event = change(row, "strip", by=None, side=cycle.PLATFORM, at=at, stripped_at=at, **values)
    Orientation.objects.filter(pk=row.pk).update(changed_at=before)  # the last gesture is somebody's
    for former_event in Event.objects.filter(orientation=row):
        content = {k: v for k, v in former_event.content.items() if k not in ("words", "next_step")}
        Event.objects.filter(pk=former_event.pk).update(content=content, note="")
    if not Orientation.objects.filter(path=row.path_id, stripped_at__isnull=True).exists():
        Path.objects.filter(pk=row.path_id).update(person=None)
    return event
