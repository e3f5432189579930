"""Calls and applications as their pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet, Sum
from django.urls import reverse

from maillage.apps.directory.memberships.access import communes_of, communes_of_structure
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.apps.platform.search.rules import Hit, SearchKind
from maillage.apps.volunteering.grants import access, rules
from maillage.apps.volunteering.grants.models import (
    FollowUp,
    GrantApplication,
    GrantCall,
    GrantDecision,
    Juror,
    Score,
)
from maillage.reference.parameters import number
from maillage.words.dates import in_words


@dataclass(frozen=True, slots=True)
class Judged:
    """An application before the jury. merit: its mean mark, 0 to 4, None without any; cannot: why nothing can
    be decided of it, "" when it can.
    """

    row: GrantApplication
    merit: float | None
    opinions: int
    conflicts: int
    cannot: str
    decision: GrantDecision | None


LED, JUDGED_CALLS, APPLICATIONS, OPEN_CALLS = "menes", "juges", "projets", "ouverts"
SECTIONS = {
    LED: "Ceux que vous menez",
    JUDGED_CALLS: "Ceux dont vous êtes juré",
    APPLICATIONS: "Vos projets",
    OPEN_CALLS: "Ouverts en ce moment",
}
STATES = {words: words.capitalize() for words in (*rules.STATES.values(), *rules.APPLICATION_STATES.values())}


@dataclass(frozen=True, slots=True)
class CallLine:
    """A call in the list of a user, or an application to it. title: what finds it; state: in words; to_read:
    the applications that its jury may read.
    """

    section: str
    title: str
    state: str
    call: GrantCall
    application: GrantApplication | None = None
    to_read: Sequence[GrantApplication] = ()


def state(call: GrantCall, on: date) -> str:
    """Return where a call stands on a day."""
    return rules.state(
        published=call.published_at is not None,
        decided=call.decided_at is not None,
        opens_on=call.opens_on,
        closes_on=call.closes_on,
        on=on,
    )


def listed(calls: Any, on: date) -> list[tuple[GrantCall, str]]:
    """Return calls with where each stands, in words."""
    return [(call, rules.STATES[state(call, on)]) for call in calls]


def lines(user: Visitor, on: date) -> list[CallLine]:
    """Return the calls for projects that a user reads: those they lead or judge, the applications of their
    structures, and the open calls.
    """
    judged = GrantCall.objects.filter(jurors__account=user.pk).prefetch_related("applications")
    call_lines = [CallLine(LED, row.title, state, row) for row, state in listed(access.led_by(user), on)]
    call_lines += [
        CallLine(JUDGED_CALLS, row.title, state, row, to_read=_to_read(row, on))
        for row, state in listed(judged, on)
    ]
    call_lines += [
        CallLine(APPLICATIONS, f"{row.title} {row.call.title}", row.get_state_display(), row.call, row)
        for row in access.written_by(user)
    ]
    published = listed(access.published(), on)
    is_open = rules.STATES[rules.OPEN]
    return call_lines + [
        CallLine(OPEN_CALLS, row.title, state, row) for row, state in published if state == is_open
    ]


def _to_read(call: GrantCall, on: date) -> list[GrantApplication]:
    return [row for row in call.applications.all() if row.submitted_at] if call.closes_on < on else []


def pair(row: GrantApplication) -> rules.Pair:
    """Return an application as the rules of eligibility read it."""
    return rules.Pair(
        social=row.social_id,
        digital=row.digital_id,
        social_communes=communes_of_structure(row.social),
        digital_communes=communes_of_structure(row.digital),
        ground=communes_of(row.call.place),
        amount=row.amount,
        most=row.call.most,
        agreed=row.agreed_at is not None,
    )


def jury(call: GrantCall) -> list[Judged]:
    """Return the submitted applications of a call, the best marked first."""
    n = call.jurors.count()
    rows = (
        call.applications.filter(state=rules.SUBMITTED)
        .select_related("social", "digital", "decision")
        .prefetch_related("scores", "conflicts")
    )
    out = []
    for row in rows:
        marks = [score.marks for score in row.scores.all()]
        conflicts = len(row.conflicts.all())
        cannot = rules.may_decide(n, conflicts, len(marks))
        out.append(
            Judged(row, rules.merit(marks), len(marks), conflicts, cannot, getattr(row, "decision", None))
        )
    return sorted(out, key=lambda judged: (judged.merit is None, -(judged.merit or 0), judged.row.pk))


def granted(call: GrantCall) -> list[GrantDecision]:
    """Return the decisions that fund a project of a call."""
    rows = GrantDecision.objects.filter(application__call=call, granted=True)
    return list(rows.select_related("application__social", "application__digital").order_by("pk"))


def total_granted(call: GrantCall, *, but: GrantApplication | None = None) -> int:
    """Return the euros that a call grants so far, those of one application left out."""
    rows = GrantDecision.objects.filter(application__call=call, granted=True)
    if but is not None:
        rows = rows.exclude(application=but)
    return rows.aggregate(total=Sum("amount"))["total"] or 0


def opinion(juror: Juror, row: GrantApplication) -> Score | None:
    """Return the opinion of a juror on an application, None before they give it."""
    return Score.objects.filter(juror=juror, application=row).first()


def has_conflict(juror: Juror, row: GrantApplication) -> bool:
    """Return True if a juror declared a tie with an application."""
    return row.conflicts.filter(juror=juror).exists()


@dataclass(frozen=True, slots=True)
class Followed:
    """State of a funded project, as everybody reads it. people: None when nobody counted, or when they
    are too few to be told; is_small: the latter.
    """

    row: FollowUp
    people: int | None
    is_small: bool


def follow_ups(call: GrantCall) -> list[Followed]:
    """Return the states of the funded projects, the latest first."""
    rows = FollowUp.objects.filter(application__call=call).select_related("application")
    least = 0 if call.example else int(number("protection/small_count"))
    of_project: dict[int, list[FollowUp]] = {}
    for row in rows.order_by("on", "pk"):
        of_project.setdefault(row.application_id, []).append(row)
    followed = [
        Followed(row, people, row.people is not None and people is None)
        for project in of_project.values()
        for row, people in zip(
            project, rules.publishable_totals([row.people for row in project], least), strict=True
        )
    ]
    return sorted(followed, key=lambda project: (project.row.on, project.row.pk), reverse=True)


def account_named(email: str) -> User | None:
    """Return the account of an e-mail address, None when there is none."""
    return User.objects.filter(email__iexact=email.strip(), is_active=True).first()


def own_side(user: Visitor, row: GrantApplication) -> set[str]:
    """Return the sides of a pair that a user writes for: “social”, “digital”, both or none."""
    own_structures = set(access.structures_for(user).values_list("pk", flat=True))
    sides = {"social": row.social_id, "digital": row.digital_id}
    return {side for side, pk in sides.items() if pk in own_structures}


# ----------------------------------------------------------------------------------- the search of the space


def _calls(user: Visitor) -> QuerySet[GrantCall]:
    """Return the calls that everybody reads, and those that a user leads."""
    led = access.led_by(user).order_by() if rights_of(user).any(access.LEADS) else GrantCall.objects.none()
    rows = GrantCall.objects.filter(Q(published_at__isnull=False) | Q(pk__in=led.values("pk")))
    return rows.annotate(is_led=ExpressionWrapper(Q(pk__in=led), output_field=BooleanField()))


def _call_hit(row: GrantCall, user: Visitor) -> Hit:
    name = "grant" if vars(row)["is_led"] else "grant_public"
    return Hit(row.title, f"Jusqu’au {in_words(row.closes_on)}", reverse(name, args=[row.pk]))


SEARCH_KINDS = (
    SearchKind(
        id="appels",
        label="Appels à projets",
        icon="euro",
        model="grants.grantcall",
        rows=_calls,
        indexed=GrantCall.objects.all,
        words=lambda row: (row.title, f"{row.about} {row.support}"),
        hit=_call_hit,
    ),
)
