"""Who sees which places, who may change them, and how often a stranger may ask."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest

from maillage.apps.accounts.access import once_more
from maillage.apps.directory import rules
from maillage.apps.directory.models import Import, Lieu, Pair, Proposal

SIGNALS_AN_HOUR = 20
ANSWERS_AN_HOUR = 600
PAPERS_AN_HOUR = 60
Row = TypeVar("Row", bound=Model)


def lieux_for(user) -> QuerySet[Lieu]:
    """Return the places somebody may read: a stranger reads those published, those that ended, and where merged ones went."""
    rows = Lieu.objects.select_related("structure", "source", "merged_into")
    return rows if user.is_authenticated else rows.exclude(state=rules.EXCLUDED)


def may_manage(user) -> bool:
    """Return whether somebody may import, correct, merge and decide. Any account of the network may."""
    return bool(user.is_authenticated)


def managed_by(user) -> QuerySet[Lieu]:
    """Return the places whose sheet somebody may change; none for a stranger, to whom they do not exist."""
    return lieux_for(user) if may_manage(user) else Lieu.objects.none()


def imports_for(user) -> QuerySet[Import]:
    return _if_manager(user, Import.objects.select_related("source", "by"))


def pairs_for(user) -> QuerySet[Pair]:
    return _if_manager(user, Pair.objects.select_related("first__source", "second__source"))


def proposals_for(user) -> QuerySet[Proposal]:
    return _if_manager(user, Proposal.objects.select_related("lieu"))


def _if_manager(user, rows: QuerySet[Row]) -> QuerySet[Row]:
    return rows if may_manage(user) else rows.none()


def may_signal(request: HttpRequest) -> bool:
    """Return whether a visitor may report one more error this hour."""
    return once_more(request, "signaler", SIGNALS_AN_HOUR)


def may_read_data(request: HttpRequest) -> bool:
    """Return whether a program may read one more answer of the interface this hour."""
    return once_more(request, "donnees", ANSWERS_AN_HOUR)


def may_make_paper(request: HttpRequest) -> bool:
    """Return whether a visitor may have one more document written this hour."""
    return once_more(request, "papier", PAPERS_AN_HOUR)
