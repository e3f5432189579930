"""Rights over places: whose sheets a user reads or changes, and the hourly limits of visitors."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Import, Lieu, Pair, Proposal, Structure
from maillage.apps.platform.accounts.access import once_more, reads_left, rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.web import bulk

SIGNALS_AN_HOUR = 20  # these pages need no account: each visitor has a limit
ANSWERS_AN_HOUR = 600
PAPERS_AN_HOUR = 60
# What is heavy of a place beside a row that reads its name.
SHEET = ("lieu__sheet", "lieu__origins", "lieu__to_check")


def lieux_for(user: Visitor) -> QuerySet[Lieu]:
    """Return the places a user may read: without editing rights, all but those excluded from the census."""
    rows = Lieu.objects.select_related("structure", "source", "merged_into")
    return rows if rights_of(user).any("directory.edit") else rows.exclude(state=rules.EXCLUDED)


def may_manage(user: Visitor) -> bool:
    """Grant the management of the directory somewhere: imports, duplicates, campaigns, census."""
    return rights_of(user).any("directory.import")


def managed_by(user: Visitor) -> QuerySet[Lieu]:
    """Return the places whose sheet a user may change: those of their structures and of their territories."""
    return lieux_for(user).filter(reached(user))


def runs(user: Visitor, lieu: Lieu) -> bool:
    return runs_structure(user, lieu.structure)


def runs_structure(user: Visitor, structure: Structure) -> bool:
    """Return True for who keeps the sheets of a structure in its name, and not for a territory."""
    return structure.pk in rights_of(user).structures("directory.edit")


def holds(user: Visitor, communes: Iterable[str]) -> bool:
    """Grant the management of the directory in all these communes; none of them means France."""
    managed, all_codes = rights_of(user).communes("directory.import"), frozenset(communes)
    return managed is None or (bool(all_codes) and all_codes <= managed)


def structures_for(user: Visitor) -> QuerySet[Structure]:
    """Return the structures a user may rename: their own, and those whose every place is in their
    territory.
    """
    rights = rights_of(user)
    communes = rights.communes("directory.edit")
    if communes is None:
        return Structure.objects.all()
    codes = bulk.to_find(communes)
    elsewhere = Lieu.objects.exclude(code_insee__in=codes).values("structure")
    inside = Q(pk__in=Lieu.objects.filter(code_insee__in=codes).values("structure")) & ~Q(pk__in=elsewhere)
    return Structure.objects.filter(Q(pk__in=rights.structures("directory.edit")) | inside)


def carriers_for(user: Visitor) -> QuerySet[Structure]:
    """Return the structures in whose name a user may add a place: their own, those of their territory that
    were invited and have no place yet, and, for who manages the directory there, those they may rename.
    """
    rights = rights_of(user)
    communes = rights.communes("directory.edit")
    without_place = Q(key__startswith=rules.INVITED) & ~Q(pk__in=Lieu.objects.values("structure"))
    if communes is not None:
        without_place &= Q(code_insee__in=bulk.to_find(communes))
    own = Q(pk__in=rights.structures("directory.edit"))
    managed = Q(pk__in=structures_for(user).values("pk")) if may_manage(user) else Q()
    return Structure.objects.filter(own | without_place | managed).order_by("name", "pk")


def reached(user: Visitor, prefix: str = "") -> Q:
    """Return the condition for the sheet of a place to be editable by a user. prefix: the path from the row
    to its place.
    """
    rights = rights_of(user)
    communes = rights.communes("directory.edit")
    if communes is None:
        return Q()
    return Q(**{f"{prefix}structure__in": rights.structures("directory.edit")}) | Q(
        **{f"{prefix}code_insee__in": bulk.to_find(communes)}
    )


def imports_for(user: Visitor) -> QuerySet[Import]:
    """Return the imports a user may see: all of them when they manage the whole directory, else their own."""
    rows = Import.objects.select_related("source", "by")
    if not may_manage(user):
        return rows.none()
    return rows if rights_of(user).communes("directory.import") is None else rows.filter(by=user.pk)


def may_take_up(user: Visitor, dropped_by: int) -> bool:
    """Grant the resumption of a pending file: one's own; any, for a manager of the whole directory."""
    return may_manage(user) and (
        dropped_by == user.pk or rights_of(user).communes("directory.import") is None
    )


def pairs_for(user: Visitor) -> QuerySet[Pair]:
    """Return the pairs whose two places a user may change, when they manage the directory."""
    rows = Pair.objects.select_related("first__source", "second__source")
    return (
        rows.filter(reached(user, "first__") & reached(user, "second__")) if may_manage(user) else rows.none()
    )


def proposals_for(user: Visitor) -> QuerySet[Proposal]:
    return Proposal.objects.select_related("lieu__structure").filter(reached(user, "lieu__"))


def may_signal(request: HttpRequest) -> bool:
    """Count one report of an error against a visitor's hourly limit; False beyond it."""
    return once_more(request, "signaler", SIGNALS_AN_HOUR)


def may_read_data(request: HttpRequest) -> bool:
    """Count one file of data against a program's hourly limit; False beyond it."""
    n_remaining = answers_left(request)
    return n_remaining is None or n_remaining >= 0


def answers_left(request: HttpRequest) -> int | None:
    """Count one answer to a program, and return how many its hour still allows, below zero once it is
    refused; None for a signed-in user.
    """
    return reads_left(request, "donnees", ANSWERS_AN_HOUR)


def may_make_paper(request: HttpRequest) -> bool:
    """Count one document against a visitor's hourly limit; False beyond it."""
    return once_more(request, "papier", PAPERS_AN_HOUR, reads=True)
