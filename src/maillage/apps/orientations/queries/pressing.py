"""The places of a territory that let referrals wait, in places and days: never a person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.models import Entry, User
from maillage.apps.accounts.rules.worklist import LONG, UNDO
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.directory.queries import places
from maillage.apps.messages.rules import addresses
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.rules import cycle
from maillage.web import bulk

LEADS = "members.manage"  # over a territory: who runs its network
NUDGED, UNDONE = "orientation.place_nudged", "orientation.place_nudge_undone"
WRITTEN, CALLED = "écrit", "appelé"
READ_AT_ONCE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentPlace:
    """A structure that lets referrals wait. first: when the oldest was sent; mail, phone: of the place it was
    sent to, "" when its sheet has none.
    """

    structure: int
    name: str
    n: int
    first: datetime
    mail: str
    phone: str
    commune: str

    @property
    def reached_words(self) -> str:
        """How the place is reached, in words."""
        if self.mail:
            return "Un message part à l’adresse de sa fiche."
        if self.phone:
            return f"Pas d’adresse sur sa fiche : appelez le {self.phone}."
        return "Ni adresse ni téléphone sur sa fiche : passez la voir, ou complétez-la."


def silent_places(user: Any, at: datetime) -> list[SilentPlace]:
    """Return the structures, in the territory that a user leads, with referrals unanswered for more than a
    week, those that wait most first; not those reminded this week.
    """
    communes = rights_of(user).communes(LEADS)
    if communes is not None and not communes:
        return []
    since = at - timedelta(days=LONG)
    reminded = nudges(since)
    rows = Orientation.objects.filter(
        state__in=cycle.WAITING, sent_at__lte=since, to_structure__isnull=False, stripped_at=None
    ).exclude(to_structure__in=reminded.values("row"))
    if communes is not None:
        rows = rows.filter(lieu__code_insee__in=bulk.to_find(communes))
    found: dict[int, list[Orientation]] = {}
    read = rows.select_related("lieu", "to_structure").defer("lieu__origins", "lieu__to_check")
    for row in read.order_by("sent_at", "pk")[:READ_AT_ONCE]:
        found.setdefault(row.to_structure_id, []).append(row)
    return [_place(group) for group in found.values()]


@dataclass(frozen=True, slots=True)
class HelpedQuarter:
    """How many persons were sent and helped in the last quarter that is over."""

    start: datetime
    end: datetime
    n: int


def helped_last_quarter(user: Any, at: datetime) -> HelpedQuarter | None:
    """Return how many referrals reached their aim, in part at least, in the territory that a user leads, over
    the last whole quarter; None for who leads none. Invented ones count in the demonstration alone.
    """
    communes = rights_of(user).communes(LEADS)
    if communes is not None and not communes:
        return None
    local = timezone.localtime(at)
    end = local.replace(
        month=(local.month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    start = end.replace(month=end.month - 3) if end.month > 3 else end.replace(year=end.year - 1, month=10)
    rows = Orientation.objects.filter(
        served_at__gte=start, served_at__lt=end, outcome__in=(cycle.REACHED, cycle.PARTIAL)
    )
    if communes is not None:
        rows = rows.filter(lieu__code_insee__in=bulk.to_find(communes))
    if not user.is_demonstration:
        rows = rows.filter(example=False)
    return HelpedQuarter(start, end, rows.count())


def nudges(since: datetime) -> QuerySet[Entry]:
    """Return the lines of the journal that say who was reminded since a moment, but for those taken back."""
    said = Entry.objects.filter(kind=Structure._meta.label_lower)
    undone = said.filter(verb=UNDONE, row=OuterRef("row"), pk__gt=OuterRef("pk"))
    return said.filter(~Exists(undone), verb=NUDGED, at__gte=since)


def own_nudges(user: User, at: datetime) -> QuerySet[Entry]:
    """Return those that a user wrote a moment ago, which they may still take back, the latest first."""
    return nudges(at - UNDO).filter(by=user.pk).order_by("-pk")


def silent_place(user: Any, structure: int, at: datetime) -> SilentPlace | None:
    """Return one of them; None when it answers, was reminded, or is of another territory."""
    return next((each for each in silent_places(user, at) if each.structure == structure), None)


def _place(rows: list[Orientation]) -> SilentPlace:
    first = rows[0]
    return SilentPlace(
        structure=first.to_structure_id,
        name=first.to_structure.name,
        n=len(rows),
        first=first.sent_at,
        mail=next(filter(None, (_mail(each.lieu) for each in rows)), ""),
        phone=next(filter(None, (_phone(each.lieu) for each in rows)), ""),
        commune=first.lieu.code_insee if first.lieu is not None else first.commune,
    )


def _mail(lieu: Lieu | None) -> str:
    written: Iterable[str] = lieu.sheet.get("courriels", ()) if lieu is not None else ()
    return addresses.read("email", str(next(iter(written), "")))


def _phone(lieu: Lieu | None) -> str:
    numbers = places.phones(lieu.sheet) if lieu is not None else []
    return numbers[0].words if numbers else ""
