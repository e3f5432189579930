"""Tasks about the rights of persons today: dates not to miss, mailboxes; rights obtained."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.agenda.models import MailboxRecord
from maillage.apps.people.mandats.queries.catalogue import label_of
from maillage.apps.people.persons.access import numbers_for
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import MOST, NEWS_DAYS, PEOPLE, Line, News
from maillage.apps.referrals.droits import access
from maillage.apps.referrals.droits.models import Fact
from maillage.apps.referrals.droits.queries import cards, persons
from maillage.apps.referrals.droits.rules import facts
from maillage.web.presence import Reading, Readings
from maillage.words.wording import count

HELPS = ("people.see", "people.mine")


def _deadlines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the rights at risk or to renew, the letters to answer, the decisions that may be contested."""
    today = timezone.localdate(at)
    for person, line in persons.deadlines(user, today)[:MOST]:
        deadline = line.standing.deadline
        yield Line(
            kind="right",
            group=PEOPLE,
            title=f"{person}, {line.label}",
            words=f"{line.standing.tag}. {line.standing.sentence}",
            until=deadline,
            late=deadline is not None and deadline < today,
            url=reverse("droit", args=[person.pk, line.procedure]),
            gesture="Voir ce droit",
            icon="file-text",
        )


def _mailboxes(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the mailboxes not looked at for too long."""
    today = timezone.localdate(at)
    for person, days in cards.late_mailboxes(user, at)[:MOST]:
        yield Line(
            kind="mailbox",
            group=PEOPLE,
            title=f"Boîte mail, {person}",
            words=f"Pas regardée depuis {count(days, 'jour')} : un courrier a pu passer.",
            since=today - timedelta(days=days),
            url=reverse("droits", args=[person.pk]),
            gesture="La regarder",
            icon="mail",
        )


def _news(user: Visitor, at: datetime) -> Iterable[News]:
    """Return the rights that the persons whom a user helps obtained, as an account noted them: of those who
    agree that their procedures be followed.
    """
    since = timezone.localdate(at) - timedelta(days=NEWS_DAYS)
    rows = Fact.objects.filter(
        kind=facts.OBTAINED, struck_at=None, on__gte=since, person__in=numbers_for(user)
    ).filter(structure__in=access.followings_for(user).order_by().values("structure"))
    obtained = list(rows.select_related("person").order_by("-on", "-pk"))
    agreeing = {each.pk for each in persons.agreeing([row.person for row in obtained])}
    for row in [row for row in obtained if row.person_id in agreeing][:12]:
        yield News(
            key=f"droit-{row.pk}",
            title=str(row.person),
            words=f"Droit obtenu : {label_of(row.procedure) or 'une démarche'}.",
            at=row.at,
            url=reverse("droit", args=[row.person_id, row.procedure]),
            icon="circle-check",
        )


def _own(user: Visitor) -> frozenset[int]:
    return frozenset().union(*(rights_of(user).structures(right) for right in HELPS))


def _obtained(user: Visitor, at: datetime) -> QuerySet[Fact]:
    since = timezone.localdate(at) - timedelta(days=NEWS_DAYS)
    return Fact.objects.filter(kind=facts.OBTAINED, struck_at=None, on__gte=since, structure__in=_own(user))


lines = Readings(
    Reading(
        _deadlines,
        lambda user, _: Fact.objects.filter(structure__in=_own(user), struck_at=None, kind__in=persons.DATED),
    ),
    Reading(
        _mailboxes,
        lambda user, _: MailboxRecord.objects.filter(appointment__structure__in=_own(user)),
    ),
)
news = Readings(Reading(_news, _obtained))
