"""The leavers whose duties wait for whoever manages a team."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.models import User
from maillage.apps.accounts.rules.worklist import MOST, PEOPLE, Line, remainder
from maillage.apps.memberships import access, queries
from maillage.words.wording import count


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Yield the leavers of a user’s structures with what they leave, the most pressing first."""
    structures = access.handing_structures(user)
    if not structures:
        return
    groups = list(queries.by_leaver(queries.duties(structures, at)).items())
    accounts = User.objects.in_bulk([leaver for (_, leaver), _ in groups])
    for (structure, leaver), duties in groups[:MOST]:
        dated = [duty for duty in duties if duty.at is not None]
        more = f", dont {count(len(dated), 'rendez-vous', 'rendez-vous')}" if dated else ""
        until = timezone.localdate(dated[0].at) if dated else None
        yield Line(
            kind="departure",
            group=PEOPLE,
            title=str(accounts[leaver]),
            words=f"Quitte l’équipe : {count(len(duties), 'élément')} à remettre{more}.",
            until=until,
            url=reverse("departure", args=[structure, leaver]),
            gesture="Remettre",
            icon="repeat",
        )
    if len(groups) > MOST:
        n = len(groups) - MOST
        yield Line(
            kind="departures",
            group=PEOPLE,
            n=n,
            title=remainder(n, "départ", "départs"),
            words="Ce qu’ils laissent est à remettre.",
            url=reverse("team"),
            gesture="Voir l’équipe",
            icon="users",
        )
