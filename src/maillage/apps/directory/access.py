"""Who sees which places, who may change them, and how often a stranger may ask."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from maillage.apps.accounts.access import once_more, rights_of
from maillage.apps.directory import rules
from maillage.apps.directory.models import Campaign, Device, Import, Lieu, Outing, Pair, Proposal

SIGNALS_AN_HOUR = 20
ANSWERS_AN_HOUR = 600
PAPERS_AN_HOUR = 60


def lieux_for(user) -> QuerySet[Lieu]:
    """Return the places somebody may read: all who hold no sheet read those published, those that ended, and where merged ones went."""
    rows = Lieu.objects.select_related("structure", "source", "merged_into")
    return rows if rights_of(user).any("directory.edit") else rows.exclude(state=rules.EXCLUDED)


def may_manage(user) -> bool:
    """Return whether somebody holds the directory somewhere: imports, duplicates, campaigns, census."""
    return rights_of(user).any("directory.import")


def managed_by(user) -> QuerySet[Lieu]:
    """Return the places whose sheet somebody may change: those of their structures, and of their territories."""
    return lieux_for(user).filter(_reached(user))


def holds(user, communes: Iterable[str]) -> bool:
    """Return whether somebody holds the directory in all these communes; none of them means France."""
    mine, asked = rights_of(user).communes("directory.import"), frozenset(communes)
    return mine is None or (bool(asked) and asked <= mine)


def campaigns_for(user) -> QuerySet[Campaign]:
    """Return the campaigns that somebody leads: those of their territories, and those they opened."""
    rows, mine = Campaign.objects.select_related("by"), rights_of(user).communes("directory.import")
    return rows if mine is None and may_manage(user) else rows.filter(by=user.pk) if may_manage(user) else rows.none()


def devices_for(user) -> QuerySet[Device]:
    return Device.objects.select_related("lieu").filter(_reached(user, "lieu__"))


def outings_for(user) -> QuerySet[Outing]:
    """Return the awareness actions that somebody follows."""
    rows, mine = Outing.objects.all(), rights_of(user).communes("directory.import")
    return rows if mine is None and may_manage(user) else rows.filter(by=user.pk) if may_manage(user) else rows.none()


def _reached(user, prefix: str = "") -> Q:
    """Return the condition that a place is one whose sheet somebody may change. prefix: the way from the row to its place."""
    rights = rights_of(user)
    communes = rights.communes("directory.edit")
    if communes is None:
        return Q()
    return Q(**{f"{prefix}structure__in": rights.structures("directory.edit")}) | Q(**{f"{prefix}code_insee__in": communes})


def imports_for(user) -> QuerySet[Import]:
    """Return the files read into the directory: those of everybody for who holds it everywhere, else one's own."""
    rows = Import.objects.select_related("source", "by")
    if not may_manage(user):
        return rows.none()
    return rows if rights_of(user).communes("directory.import") is None else rows.filter(by=user)


def may_take_up(user, dropped_by: int) -> bool:
    """Return whether somebody may go on with a file that waits: one's own; all, for who holds the directory everywhere."""
    return may_manage(user) and (dropped_by == user.pk or rights_of(user).communes("directory.import") is None)


def pairs_for(user) -> QuerySet[Pair]:
    """Return the doubles of which somebody holds both places."""
    rows = Pair.objects.select_related("first__source", "second__source")
    return rows.filter(_reached(user, "first__") & _reached(user, "second__")) if may_manage(user) else rows.none()


def proposals_for(user) -> QuerySet[Proposal]:
    return Proposal.objects.select_related("lieu").filter(_reached(user, "lieu__"))


def may_signal(request: HttpRequest) -> bool:
    """Return whether a visitor may report one more error this hour."""
    return once_more(request, "signaler", SIGNALS_AN_HOUR)


def may_read_data(request: HttpRequest) -> bool:
    """Return whether a program may read one more answer of the interface this hour."""
    return once_more(request, "donnees", ANSWERS_AN_HOUR)


def may_make_paper(request: HttpRequest) -> bool:
    """Return whether a visitor may have one more document written this hour."""
    return once_more(request, "papier", PAPERS_AN_HOUR)
