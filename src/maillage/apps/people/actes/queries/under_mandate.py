"""Acts done in the place of somebody under one mandate, and those it did not permit, for its sheet."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from maillage.apps.people.actes import access
from maillage.apps.people.actes.queries import catalogue
from maillage.apps.people.actes.queries.lists import Line, lines
from maillage.apps.people.mandats.models import Mandat
from maillage.apps.platform.accounts import queries as journal
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.accounts.rules.journal import milliseconds

ACT_VERBS = ("act.noted", "act.outside", "act.regularised")


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that somebody wanted to note in the place of a person, and that nothing allowed: nothing was
    kept of it but this line of the journal, which the person reads with their card. key: of the procedure, ''
    when it is offered no more.
    """

    at: datetime
    author: str
    procedure: str
    key: str
    link: int


@dataclass(frozen=True, slots=True)
class Row:
    """One or the other, as a line of one list. link: the number of its line in the journal, 0 for an act that
    has none.
    """

    at: datetime
    link: int
    line: Line | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The acts that a mandate allowed and those that were refused meanwhile, the latest first.

    minutes: of the acts that stand.
    """

    rows: list[Row]
    refusals: list[Refusal]
    n: int
    minutes: int


def of_mandate(mandat: Mandat, user: User) -> Done:
    """Return the acts under a mandate, among those that a user may see."""
    acts = list(access.acts_for(user).filter(mandat=mandat).order_by("-done_at", "-pk"))
    standing = [each for each in acts if each.struck_at is None]
    entries = journal.entries_about(*acts).filter(verb__in=ACT_VERBS) if acts else Entry.objects.none()
    links = dict(entries.order_by("-pk").values_list("row", "pk"))
    refused = _refusals(mandat, user)
    rows = [Row(line.act.done_at, links.get(line.act.pk, 0), line=line) for line in lines(acts, user)]
    rows += [Row(each.at, each.link, refusal=each) for each in refused]
    rows.sort(key=lambda row: (row.at, row.link), reverse=True)
    return Done(rows, refused, len(standing), sum(each.minutes for each in standing))


def _refusals(mandat: Mandat, user: User) -> list[Refusal]:
    """Return the refusals to the structure of a mandate from its signature to its last day, the latest first,
    even once it was stopped.
    """
    entries = [each for each in _entries(mandat, user) if timezone.localdate(each.at) <= mandat.ends_on]
    names = journal.names(entries)
    keys = {each.label: each.key for each in catalogue.options(mandat.structure)} if entries else {}
    return [
        Refusal(each.at, names.get(each.by or 0, ""), each.words, keys.get(each.words, ""), each.pk)
        for each in entries
    ]


def _entries(mandat: Mandat, user: User) -> QuerySet[Entry]:
    """Return the refusals that a user may read: those of their structures; for a volunteer, their own."""
    rights = rights_of(user)
    full, own = rights.structures(access.SEE), rights.structures(access.SEE_FOLLOWED)
    since = milliseconds(mandat.signed_at or mandat.made_at)
    return (
        journal.entries_about(mandat.person)
        .filter(Q(structure__in=full) | Q(structure__in=own, by=user.pk), structure=mandat.structure_id)
        .filter(verb="act.refused", at__gte=since)
        .order_by("-pk")
    )
