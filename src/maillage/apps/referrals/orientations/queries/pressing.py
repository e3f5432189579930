"""The places of a territory that let referrals wait, in places and days: never a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import places
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Entry, Visitor
from maillage.apps.platform.accounts.rules.worklist import MAX_WAIT_DAYS, UNDO
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import timeline
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference.parameters import number
from maillage.statistics.engine import small_counts
from maillage.web import bulk

LEADS = "members.manage"  # over a territory: who runs its network
NUDGED, UNDONE = "orientation.place_nudged", "orientation.place_nudge_undone"
WRITTEN, CALLED, SIMULATED = "écrit", "appelé", "montré"  # SIMULATED: of invented people, nobody real hears


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentPlace:
    """A structure that lets referrals wait. first: when the oldest was sent; mail, phone: of the place it was
    sent to, "" when its sheet has none; invented: nobody real waits there.
    """

    structure: int
    name: str
    n: int
    first: datetime
    mail: str
    phone: str
    commune: str
    invented: bool

    @property
    def way(self) -> str:
        return SIMULATED if self.invented else WRITTEN if self.mail else CALLED

    @property
    def reached_words(self) -> str:
        """Return the ways to reach the place, in words."""
        if self.invented:
            return "Personnes inventées : aucun message ne part."
        if self.mail:
            return "Un message part à l’adresse de sa fiche."
        if self.phone:
            return f"Pas d’adresse e-mail sur sa fiche : appelez le {self.phone}."
        return "Ni adresse ni téléphone sur sa fiche : passez la voir, ou complétez-la."


def silent_places(user: Visitor, at: datetime, *, most: int) -> list[SilentPlace]:
    """Return the structures of a user's territory with referrals unanswered for over a week, not reminded
    since, those that wait most first.
    """
    rows = _unanswered(user, at)
    return _places(rows, most) if rows is not None else []


def silent_place(user: Visitor, structure: int, at: datetime) -> SilentPlace | None:
    """Return one of them; None when it answers, was reminded, or is of another territory."""
    rows = _unanswered(user, at)
    places = _places(rows.filter(to_structure=structure), 1) if rows is not None else []
    return places[0] if places else None


def _unanswered(user: Visitor, at: datetime) -> QuerySet[Orientation] | None:
    """Return the referrals that structures leave unanswered beyond a week, and beyond the days that their
    territory gives; None for who leads no territory.
    """
    rows, since = _of_territory(user), at - timedelta(days=MAX_WAIT_DAYS)
    if rows is None:
        return None
    is_overdue = Q(answer_by=None) | Q(answer_by__lt=timezone.localdate(at))
    unanswered = rows.filter(
        is_overdue,
        state__in=cycle.UNANSWERED,
        sent_at__lte=since,
        to_structure__isnull=False,
        stripped_at=None,
    )
    return unanswered.exclude(to_structure__in=nudges(since).values("row"))


def _of_territory(user: Visitor) -> QuerySet[Orientation] | None:
    """Return the referrals of the territory that a user leads, the invented ones in the demonstration alone;
    None for who leads none.
    """
    communes = rights_of(user).communes(LEADS)
    if communes is not None and not communes:
        return None
    is_demonstration = user.is_authenticated and user.is_demonstration
    rows = Orientation.objects.all() if is_demonstration else Orientation.objects.filter(example=False)
    return rows if communes is None else rows.filter(lieu__code_insee__in=bulk.to_find(communes))


def counted(rows: QuerySet[Orientation]) -> QuerySet[Any, Any]:
    """Return how many referrals each structure leaves unanswered, and since when, those that wait most first.
    The database counts them: a country has thousands, a page shows a few places.
    """
    by_structure = rows.values("to_structure").annotate(
        n=Count("*"), first=Min("sent_at"), n_real=Count("to_structure", filter=Q(example=False))
    )
    return by_structure.order_by("first", "to_structure")


def _places(rows: QuerySet[Orientation], most: int) -> list[SilentPlace]:
    grouped_rows = list(counted(rows)[:most])
    if not grouped_rows:
        return []
    sent: dict[int, list[tuple[int | None, str]]] = {}
    sent_rows = rows.filter(to_structure__in=[each["to_structure"] for each in grouped_rows]).order_by(
        "sent_at", "pk"
    )
    names: dict[int, str] = {}
    for structure, name, lieu, commune in sent_rows.values_list(
        "to_structure", "to_structure__name", "lieu", "commune"
    ):
        names[structure] = name
        sent.setdefault(structure, []).append((lieu, commune))
    lieux = Lieu.objects.only("sheet", "code_insee").in_bulk(
        {lieu for each in sent.values() for lieu, _ in each if lieu is not None}
    )
    # One that has just answered its last referral is left out.
    to_nudge = [each for each in grouped_rows if each["to_structure"] in sent]
    return [_place(each, names[each["to_structure"]], sent[each["to_structure"]], lieux) for each in to_nudge]


@dataclass(frozen=True, slots=True)
class HelpedQuarter:
    """The number of referrals that reached their aim in the last whole quarter, by whole batches."""

    start: datetime
    end: datetime
    n: int


def helped_last_quarter(user: Visitor, at: datetime) -> HelpedQuarter | None:
    """Return how many referrals reached their aim in a user's territory; None for who leads none."""
    rows = _of_territory(user)
    if rows is None:
        return None
    local = timezone.localtime(at)
    end = local.replace(
        month=(local.month - 1) // 3 * 3 + 1, day=1, hour=0, minute=0, second=0, microsecond=0
    )
    start = end.replace(month=end.month - 3) if end.month > 3 else end.replace(year=end.year - 1, month=10)
    rows = rows.filter(served_at__gte=start, served_at__lt=end, outcome__in=(cycle.REACHED, cycle.PARTIAL))
    return HelpedQuarter(start, end, small_counts.batch(rows.count(), int(number("protection/small_count"))))


def nudges(since: datetime) -> QuerySet[Entry]:
    """Return the lines of the journal that say who was reminded since a moment, but for those taken back."""
    nudge_entries = Entry.objects.filter(kind=Structure._meta.label_lower)
    undone = nudge_entries.filter(verb=UNDONE, row=OuterRef("row"), pk__gt=OuterRef("pk"))
    return nudge_entries.filter(~Exists(undone), verb=NUDGED, at__gte=since)


def own_nudges(user: Visitor, at: datetime) -> QuerySet[Entry]:
    """Return those that a user wrote a moment ago, which they may still take back, the latest first."""
    return nudges(at - UNDO).filter(by=user.pk).order_by("-pk")


def _place(
    counted: Mapping[str, Any], name: str, sent: Sequence[tuple[int | None, str]], lieux: Mapping[int, Lieu]
) -> SilentPlace:
    """sent: the place and the commune of each referral, the oldest first."""
    numbers = dict.fromkeys(lieu for lieu, _ in sent if lieu is not None)
    structure_lieux = [lieux[lieu] for lieu in numbers if lieu in lieux]
    first, commune = sent[0]
    return SilentPlace(
        structure=counted["to_structure"],
        name=name,
        n=counted["n"],
        first=counted["first"],
        mail=next(filter(None, map(timeline.mail_of, structure_lieux)), ""),
        phone=next(
            (phones[0].words for lieu in structure_lieux if (phones := places.phones(lieu.sheet))), ""
        ),
        commune=lieux[first].code_insee if first is not None and first in lieux else commune,
        invented=not counted["n_real"],
    )
