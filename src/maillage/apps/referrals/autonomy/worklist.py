"""Tasks about diagnoses today: those to repeat; those that went better."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from maillage.apps.people.persons.access import numbers_for
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import (
    MAX_WAIT_DAYS,
    MOST,
    NEWS_DAYS,
    PEOPLE,
    UNDO,
    Line,
    News,
    Undo,
    remainder,
)
from maillage.apps.referrals.autonomy import access
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.queries import overdue, retained
from maillage.web import bulk
from maillage.web.presence import Reading, Readings
from maillage.words.dates import in_words
from maillage.words.wording import count, series


def _retests(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the persons whose diagnosis is to be done again."""
    today = timezone.localdate(at)
    if rights_of(user).any(*access.RIGHTS):
        to_repeat = retained.to_repeat(user, today)
        for row in to_repeat[:MOST]:
            since = row.retest_on or today
            yield Line(
                kind="retest",
                group=PEOPLE,
                title=str(row.person),
                words=(
                    "Refaire le point, pour voir ce qui a changé depuis le"
                    f" {in_words(timezone.localdate(row.at))}."
                ),
                since=since,
                late=(today - since).days > 4 * MAX_WAIT_DAYS,
                url=reverse("bilan_sheet", args=[row.pk]),
                gesture="Refaire le point",
                icon="repeat",
            )
        if len(to_repeat) > MOST:
            n_more = retained.n_to_repeat(user, today, to_repeat) - MOST
            yield Line(
                kind="retest-others",
                group=PEOPLE,
                n=n_more,
                title=remainder(n_more, "point à refaire", "points à refaire"),
                url=reverse("bilans"),
                gesture="Ouvrir la liste",
                icon="list",
            )


def _of_territory(user: Visitor, at: datetime) -> Iterable[Line]:
    """A territory reads places and counts, never a name."""
    structures = overdue.by_structure(user, at)
    if structures:
        names = series([each.name for each in structures[:3]])
        remainder_text = f" et {count(len(structures) - 3, 'autre')}" if len(structures) > 3 else ""
        total = sum(each.n for each in structures)
        yield Line(
            kind="retests-around",
            group=PEOPLE,
            n=total,
            title="Point à refaire" if total == 1 else "Points à refaire",
            words=f"Chez {names}{remainder_text}. Sans eux, on ne sait pas ce que l’aide a changé.",
            since=min(each.first for each in structures),
            url=reverse("bilans_nudge"),
            gesture=f"Prévenir {'ce lieu' if len(structures) == 1 else f'les {len(structures)} lieux'}",
            icon="send",
            posts=True,
        )


def _repeated(user: Visitor, at: datetime) -> Q:
    return Q(retest_of__isnull=False, at__gte=at - timedelta(days=NEWS_DAYS), by=user.pk)


def _news(user: Visitor, at: datetime) -> Iterable[News]:
    """Return the persons whose last diagnosis went better than the one before."""
    if not rights_of(user).any(*access.RIGHTS):
        return
    rows = access.bilans_for(user).filter(_repeated(user, at))
    for row in bulk.seldom(rows.select_related("retest_of", "person").order_by("-at")[:12]):
        change = retained.progress(row)
        if change is not None and change.way == "better":
            yield News(
                key=f"bilan-{row.pk}",
                title=str(row.person),
                words=change.says,
                at=row.at,
                url=reverse("bilan_sheet", args=[row.pk]),
                icon="thumbs-up",
            )


def _undo(user: Visitor, at: datetime) -> Iterable[Undo]:
    """Return the diagnoses to repeat of which a coordinator told structures a moment ago."""
    nudges = overdue.own_nudges(user, at) if rights_of(user).any(overdue.LEADS) else []
    if nudges:
        yield Undo(
            title="Point à refaire" if len(nudges) == 1 else "Points à refaire",
            words=f"{count(len(nudges), 'lieu est prévenu', 'lieux sont prévenus')} dans quelques minutes.",
            at=nudges[0].at,
            url=reverse("bilans_nudge"),
            sent=(("geste", "annuler"),),
        )


# The persons whose diagnosis is to be done again; for a territory, how many, and where.
lines = Readings(
    Reading(
        _retests,
        lambda user, at: Bilan.objects.filter(
            person__in=numbers_for(user), retest_on__lte=timezone.localdate(at)
        ),
    ),
    Reading(_of_territory),
)
news = Readings(Reading(_news, lambda user, at: Bilan.objects.filter(_repeated(user, at))))
undo = Readings(Reading(_undo, lambda user, at: overdue.nudges(at - UNDO).filter(by=user.pk)))
