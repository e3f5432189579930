"""Tasks about mandates today: emergencies to regularise, photographs, those that end."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from maillage.apps.people.mandats import access
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.people.mandats.queries import lists, permissions
from maillage.apps.people.mandats.rules import frame
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.accounts.rules.worklist import MOST, NEWS_DAYS, PEOPLE, Line, News
from maillage.web.presence import Reading, Readings
from maillage.words import opening
from maillage.words.wording import of


def _lines(user: Visitor, at: datetime) -> Iterable[Line]:
    """Return the mandates to see to, the most pressing of each sort."""
    for task in lists.tasks(user, at, MOST):
        row = task.mandat
        if task.photograph:
            gesture, icon, words = "Joindre la photo", "upload", _photograph(task)
            until = timezone.localdate(row.photograph_before)
        elif row.emergency:
            gesture, icon, words = "Faire signer", "pencil", _emergency(task)
            until = timezone.localdate(row.regularise_before)
        elif row.signed_at is None:
            gesture, icon, until = "Faire signer", "pencil", timezone.localdate(row.made_at + frame.AHEAD)
            words = (
                f"Nouveau mandat au nom {of(permissions.acting(row))} : sans signature, il ne permet rien."
            )
        elif task.unnamed:
            gesture, icon, until = "Renouveler", "repeat", row.ends_on
            words = (
                "Son mandat ne nomme plus aucun aidant de votre structure : pour continuer, elle signe "
                "à nouveau."
            )
        else:
            gesture, icon, until = "Renouveler", "repeat", row.ends_on
            words = "Son mandat finit : pour continuer, elle signe à nouveau."
        yield Line(
            kind="mandate",
            group=PEOPLE,
            title=str(row.person),
            words=words,
            until=until,
            late=task.late,
            url=reverse("mandat", args=[row.pk]),
            gesture=gesture,
            icon=icon,
        )


def _photograph(task: lists.Task) -> str:
    if task.late:
        return "La photo du papier signé manque : ce mandat ne permet plus rien."
    return "La photo du papier signé est à joindre."


def _emergency(task: lists.Task) -> str:
    if task.late:
        return "Acte fait en urgence : le délai pour signer un vrai mandat est passé."
    return "Acte fait en urgence : un vrai mandat est à signer."


def _just_signed(user: Visitor, at: datetime) -> Q:
    since = at - timedelta(days=NEWS_DAYS)
    return Q(by=user.pk, emergency=False, signed_at__gte=since, withdrawn_at=None, stripped_at=None)


def _news(user: Visitor, at: datetime) -> Iterable[News]:
    """Return the mandates that an account prepared and that were signed since."""
    if not access.own_numbers(user):
        return
    signed = access.mandats_for(user).filter(_just_signed(user, at))
    for row in signed.select_related(None).select_related("person").order_by("-signed_at")[:12]:
        until = opening.date_text(row.ends_on)
        yield News(
            key=f"mandat-{row.pk}",
            title=str(row.person),
            words=f"Mandat signé, jusqu’au {until}.",
            at=row.signed_at or at,
            url=reverse("mandat", args=[row.pk]),
            icon="shield",
        )


lines = Readings(Reading(_lines, lists.unfinished))
news = Readings(Reading(_news, lambda user, at: Mandat.objects.filter(_just_signed(user, at))))
