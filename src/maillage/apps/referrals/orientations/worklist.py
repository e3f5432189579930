"""Worklist lines of referrals: answers, appointments, outcomes; places that let people wait."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.urls import reverse
from django.utils import timezone

from maillage.apps.agenda.models import Appointment
from maillage.apps.directory.places.models import Structure
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import (
    MAX_WAIT_DAYS,
    MOST,
    NEWS_DAYS,
    PEOPLE,
    Line,
    Moment,
    News,
    Undo,
    remainder,
)
from maillage.apps.platform.messages import queries as outbox
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.models import Event, Orientation
from maillage.apps.referrals.orientations.queries import detail, lists, pressing
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference.parameters import number
from maillage.web import bulk
from maillage.web.presence import Reading, Readings
from maillage.words import dates, opening
from maillage.words.wording import count, lower_first, of

RECEIVED = ("orientation reçue", "orientations reçues")
SILENT = ("orientation sans réponse", "orientations sans réponse")
BACK = ("orientation qui vous revient", "orientations qui vous reviennent")
SENTENCES = {
    pressing.WRITTEN: "Un message part dans quelques minutes.",
    pressing.CALLED: "Votre appel est noté.",
    pressing.SIMULATED: "Personnes inventées : aucun message ne part.",
}


def _named(rows: QuerySet[Orientation], *more: str) -> QuerySet[Orientation]:
    """Return referrals with what a line says of them: who, and `more`; a list reads twice as many tables."""
    return rows.select_related(None).select_related("person", *more)


def _line(row: Orientation, side: str, *, at: datetime, since: date, words: str, **more: Any) -> Line:
    """Return the line of a referral; it is late after a week, unless `late` says whether it is."""
    late = more.pop("late", None)
    if late is None:
        late = (timezone.localdate(at) - since).days > MAX_WAIT_DAYS
    url = f"{reverse(more.pop('route', 'orientation'), args=[row.pk])}{more.pop('anchor', '')}"
    need = detail.need_of(row, side)
    name = detail.name_of(row, side)
    return Line(group=PEOPLE, title=name, words=f"{need}. {words}", since=since, late=late, url=url, **more)


def _received(user: Visitor, at: datetime) -> Iterable[Line]:
    if not rights_of(user).any(access.ANSWER):
        return
    quick_actions = {"answer": ("Répondre", "send"), "unknown": ("Indiquer le résultat", "pencil")}
    for section in lists.firsts_received(user, at, *quick_actions, most=MOST):
        is_to_answer = section.id == "answer"
        gesture, icon = quick_actions[section.id]
        for row in section.rows:
            began = (row.sent_at if is_to_answer else row.changed_at) or row.prepared_at
            day = row.urgent_before if "availability" in row.readable else None
            is_late = detail.days_late(row, timezone.localdate(at)) > 0 or (
                day is not None and day < timezone.localdate(at)
            )
            words = "La personne est-elle venue ? Ce n’est pas encore noté."
            if is_to_answer:
                sender = row.from_structure.name if row.from_structure else "la personne, ou un proche"
                words = f"Demandé par {sender}."
            yield _line(
                row,
                cycle.RECEIVER,
                at=at,
                kind=f"received-{section.id}",
                words=words,
                since=timezone.localdate(began),
                until=day if is_to_answer else None,
                late=is_late if is_to_answer else is_late or None,
                gesture=gesture,
                icon=icon,
                anchor="" if is_to_answer else f"#{detail.FOLLOW_UP}",
            )
        yield from _more_lines(section.id, section.total, "orientations", *RECEIVED)


def _more_lines(section: str, total: int, route: str, one: str, several: str) -> Iterable[Line]:
    if total > MOST:
        yield Line(
            kind=f"{route}-others-{section}",
            group=PEOPLE,
            n=total - MOST,
            title=remainder(total - MOST, one, several),
            words="Les plus anciennes sont au-dessus.",
            url=f"{reverse(route)}#s-{section}",
            gesture="Ouvrir la liste",
            icon="list",
        )


def _sent(user: Visitor, at: datetime) -> Iterable[Line]:
    back = lists.firsts_sent(user, at, "mine", most=MOST)
    for row in [row for section in back for row in section.rows]:
        is_draft = row.state == cycle.DRAFT
        place = f" chez {row.lieu_name}" if row.lieu_name else ""
        yield _line(
            row,
            cycle.SENDER,
            at=at,
            kind="sent-back",
            words="Préparée, pas envoyée." if is_draft else f"{row.get_state_display().capitalize()}{place}.",
            since=timezone.localdate(row.changed_at),
            gesture="Envoyer" if is_draft else "Voir ensemble",
            icon="send" if is_draft else "pencil",
        )
    for section in back:
        yield from _more_lines(section.id, section.total, "orientations_given", *BACK)
    unanswered = _named(access.sent_by(user).filter(_silent(at) | _unreached()))
    to_call_first = unanswered.annotate(is_unreached=_unreached()).order_by("-is_unreached", "sent_at", "pk")
    rows, total = bulk.firsts(to_call_first, MOST)
    for row in rows:
        is_unreached = vars(row)["is_unreached"]
        gesture: dict[str, Any] = {"kind": "sent-silent", "gesture": "Relancer le lieu", "icon": "bell"}
        if is_unreached:
            gesture = {
                "kind": "sent-unreached",
                "gesture": "J’ai appelé ce lieu",
                "icon": "phone",
                "route": "orientation_follow",
                "posts": True,
                "sent": (("geste", "called"),),
            }
        yield _line(
            row,
            cycle.SENDER,
            at=at,
            words=f"Appelez {row.lieu_name} : l’e-mail n’est pas parti."
            if is_unreached
            else f"{row.lieu_name} n’a pas répondu.",
            since=timezone.localdate(row.sent_at),
            late=True,
            **gesture,
        )
    yield from _more_lines("waiting", total, "orientations_given", *SILENT)


def _unreached() -> Q:
    """Return the condition of a referral that no e-mail brought to its place, which nobody called."""
    number, links = (Cast(OuterRef(name), CharField()) for name in ("pk", "links"))
    key = Concat(Value("orientation-"), number, Value("-"), links, Value("-lien"))
    called = Event.objects.filter(orientation=OuterRef("pk"), verb="remind")
    is_mailed = Q(channel="email", state=cycle.SENT, example=False)
    return is_mailed & ~Q(Exists(outbox.reaching(key))) & ~Q(Exists(called))


def _silent(at: datetime) -> Q:
    before, today = at - timedelta(days=MAX_WAIT_DAYS), timezone.localdate(at)
    is_overdue = Q(answer_by__lt=today) | Q(answer_by=None, sent_at__lte=before)
    return is_overdue & Q(state__in=cycle.UNANSWERED)


def _silent_places(user: Visitor, at: datetime) -> Iterable[Line]:
    """A territory reads places and days, never a name."""
    if not rights_of(user).any(pressing.LEADS):
        return
    for place in pressing.silent_places(user, at, most=2 * MOST):
        since = timezone.localdate(place.first)
        sentence = count(place.n, "orientation attend", "orientations attendent")
        yield Line(
            kind="silent-place",
            group=PEOPLE,
            n=place.n,
            title=place.name,
            words=f"{sentence} une réponse depuis plus de {MAX_WAIT_DAYS} jours. {place.reached_words}",
            since=since,
            late=True,
            url=reverse("structure_nudge", args=[place.structure]),
            gesture="J’ai appelé ce lieu" if place.way == pressing.CALLED else "Relancer ce lieu",
            icon="phone" if place.way == pressing.CALLED else "bell",
            posts=True,
        )


def _appointed(user: Visitor, at: datetime) -> QuerySet[Orientation]:
    today = timezone.localdate(at)
    rows = access.received_by(user).filter(
        state=cycle.APPOINTED,
        appointment_at__gte=midnight(today),
        appointment_at__lt=midnight(today + timedelta(days=1)),
    )
    return rows.exclude(pk__in=Appointment.objects.filter(referral__isnull=False).values("referral"))


def _hours(user: Visitor, at: datetime) -> Iterable[Moment]:
    """Return the appointments that referrals give today, but for those of the agenda, which shows its own."""
    if not rights_of(user).any(access.ANSWER):
        return
    for row in _named(_appointed(user, at), "lieu").order_by("appointment_at", "pk")[:60]:
        if row.local_appointment is not None:
            yield Moment(
                at=row.local_appointment,
                title=detail.name_of(row, cycle.RECEIVER),
                words=f"{detail.need_of(row, cycle.RECEIVER)}, {row.lieu_name}",
                url=reverse("orientation", args=[row.pk]),
            )


def _good_ones(user: Visitor, at: datetime) -> tuple[Q, Q]:
    """Return the conditions of an account's referrals that helped, and of those with an appointment to
    come.
    """
    since, own = at - timedelta(days=NEWS_DAYS), Q(sender=user.pk)
    helped = Q(served_at__gte=since, outcome__in=(cycle.REACHED, cycle.PARTIAL))
    upcoming = Q(state=cycle.APPOINTED, answered_at__gte=since, appointment_at__gt=at)
    return own & helped, own & upcoming


def _outcomes(user: Visitor, at: datetime) -> Iterable[News]:
    rows = access.sent_by(user)
    helped, upcoming = _good_ones(user, at)
    for row in _named(rows.filter(helped)).order_by("-served_at")[:12]:
        done = "But atteint" if row.outcome == cycle.REACHED else "Aidée, en partie"
        place = f", chez {row.lieu_name}" if row.lieu_name else ""
        yield News(
            key=f"orientation-{row.pk}-helped",
            title=detail.name_of(row, cycle.SENDER),
            words=f"{done}{place} : {lower_first(detail.need_of(row, cycle.SENDER))}.",
            at=row.served_at or at,
            url=reverse("orientation", args=[row.pk]),
        )
    for row in _named(rows.filter(upcoming), "lieu").order_by("appointment_at")[:12]:
        if (local := row.local_appointment) is not None:
            day = f"{opening.weekday(local.weekday())} {opening.date_text(local.date(), year=False)}"
            yield News(
                key=f"orientation-{row.pk}-{int(local.timestamp())}",
                title=detail.name_of(row, cycle.SENDER),
                words=f"Un rendez-vous, {day} à {opening.clock(local)}, chez {row.lieu_name}.",
                at=row.answered_at or at,
                url=reverse("orientation", args=[row.pk]),
                icon="calendar",
            )


def _of_territory(user: Visitor, at: datetime) -> Iterable[News]:
    """A whole quarter at a time, above the count under which somebody could be recognised."""
    helped = pressing.helped_last_quarter(user, at)
    if helped is not None and helped.n >= int(number("protection/small_count")):
        first, last = dates.MONTHS[helped.start.month - 1], dates.MONTHS[helped.start.month + 1]
        yield News(
            key=f"territory-helped-{helped.start:%Y-%m}",
            title=count(helped.n, "orientation"),
            words=f"Ont abouti, en tout ou partie, {of(first)} à {last}, au moins.",
            at=helped.end,
            url=reverse("orientations_measures"),
        )


def _undo(user: Visitor, at: datetime) -> Iterable[Undo]:
    """Return the places that a coordinator reminded a moment ago."""
    nudges = list(pressing.own_nudges(user, at)[: 2 * MOST]) if rights_of(user).any(pressing.LEADS) else []
    names = Structure.objects.in_bulk([each.row for each in nudges])
    for nudge in nudges:
        if nudge.row in names:
            yield Undo(
                title=names[nudge.row].name,
                words=SENTENCES.get(nudge.words, ""),
                at=nudge.at,
                url=reverse("structure_nudge", args=[nudge.row]),
                sent=(("geste", "annuler"),),
            )


# The referrals to answer, to follow, and, for whoever leads a territory, the places to remind.
lines = Readings(
    Reading(_received, lists.to_answer),
    Reading(_sent, lambda user, at: lists.to_follow(user, at, silent=_silent(at) | _unreached())),
    Reading(_silent_places),
)
hours = Readings(Reading(_hours, _appointed))
# The good outcomes of an account's referrals; in a territory, their number over a season.
news = Readings(
    Reading(_of_territory),
    Reading(_outcomes, lambda user, at: Orientation.objects.filter(reduce(or_, _good_ones(user, at)))),
)
undo = Readings(Reading(_undo, pressing.own_nudges))
