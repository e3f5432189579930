"""Tasks about diagnoses today: those to repeat; those that went better."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import LONG, MOST, NEWS_DAYS, PEOPLE, Line, News, Undo, remainder
from maillage.apps.autonomy import access
from maillage.apps.autonomy.queries import overdue, retained
from maillage.apps.memberships.access import holds_territory
from maillage.web import bulk
from maillage.words.dates import in_words
from maillage.words.wording import count, series


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return the persons whose diagnosis is to be done again; for a territory, how many, and where."""
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
                late=(today - since).days > 4 * LONG,
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
    if holds_territory(user):
        yield from _of_territory(user, at)


def _of_territory(user: Any, at: datetime) -> Iterable[Line]:
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


def news(user: Any, at: datetime) -> Iterable[News]:
    """Return the persons whose last diagnosis went better than the one before."""
    if not rights_of(user).any(*access.RIGHTS):
        return
    rows = access.bilans_for(user).filter(
        retest_of__isnull=False, at__gte=at - timedelta(days=NEWS_DAYS), by=user.pk
    )
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


def undo(user: Any, at: datetime) -> Iterable[Undo]:
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
