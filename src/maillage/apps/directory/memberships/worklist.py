"""The leavers whose duties wait for whoever manages a team; the invitations that nobody accepts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.memberships import access, queries, rules
from maillage.apps.directory.memberships.models import Claim, Invitation
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.apps.platform.accounts.rules.worklist import MOST, NEAR, NETWORK, PEOPLE, Line, remainder
from maillage.web.presence import Reading, Readings
from maillage.words.wording import count


def _claims(user: Visitor, at: datetime) -> Iterable[Line]:
    if rows := access.claims_for(user):
        n_unknown = sum(structure is None for _, structure in rows)
        yield Line(
            kind="claims",
            group=NETWORK,
            n=len(rows),
            title=count(len(rows), "demande de rattachement", "demandes de rattachement"),
            words="Par le SIRET donné à la connexion"
            + (
                f", dont {count(n_unknown, 'structure inconnue', 'structures inconnues')}."
                if n_unknown
                else "."
            ),
            since=timezone.localdate(rows[0][0].asked_at),
            url=f"{reverse('team')}#rattachements",
            gesture="Répondre",
            icon="users",
        )


def _expiring(user: Visitor, at: datetime) -> Q:
    return Q(made_by=user.pk, expires_at__lt=at + timedelta(days=NEAR))


def _invitations(user: Visitor, at: datetime) -> Iterable[Line]:
    """Yield the invitations that a user made and that are about to expire, or just did."""
    if not access.manages(user):
        return
    rows = access.invitations_for(user).filter(_expiring(user, at))
    open_invitations = queries.pending(rows, at)
    for pending in open_invitations[:MOST]:
        yield Line(
            kind="invitation",
            group=NETWORK,
            title=f"Invitation de {pending.row.for_whom}",
            words=f"{'Vue, mais pas' if pending.row.viewed_at else 'Pas encore'} acceptée"
            f"{' : son lien a expiré' if pending.is_expired else ''}.",
            until=timezone.localdate(pending.row.expires_at),
            late=pending.is_expired,
            url=f"{reverse('team')}#invitations",
            gesture="Renvoyer",
            icon="send",
        )
    if len(open_invitations) > MOST:
        n = len(open_invitations) - MOST
        yield Line(
            kind="invitations",
            group=NETWORK,
            n=n,
            title=remainder(n, "invitation", "invitations"),
            words="Elles expirent, ou viennent de le faire.",
            url=f"{reverse('team')}#invitations",
            gesture="Voir l’équipe",
            icon="users",
        )


def _departures(user: Visitor, at: datetime) -> Iterable[Line]:
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


def _unaccepted(user: Visitor, at: datetime) -> QuerySet[Invitation]:
    since = at - rules.RENEWABLE
    return Invitation.objects.filter(
        _expiring(user, at), used_at=None, cancelled_at=None, expires_at__gt=since
    )


def _open_claims(user: Visitor, at: datetime) -> QuerySet[Claim]:
    rows = Claim.objects.filter(asked_at__isnull=False, is_accepted=None)
    return rows if access.manages(user) else rows.none()


# The lines of a team for whoever manages it.
lines = Readings(Reading(_departures), Reading(_invitations, _unaccepted), Reading(_claims, _open_claims))
