"""Lists of referrals, what needs an answer first: three statements, however many there are."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, Count, DateTimeField, F, IntegerField, Q, QuerySet, Value, When
from django.db.models import Window as Partition
from django.db.models.functions import Coalesce, RowNumber
from django.utils import timezone

from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.directory.places.queries.paging import Window
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.spreadsheet import as_csv
from maillage.web.long_lists import PAGE


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a list. hint: what to do with it; rows: those of the page; total: all there are."""

    id: str
    title: str
    hint: str
    rows: Sequence[Any]
    total: int


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: its sections that have a row on it, in the order of what needs somebody."""

    sections: Sequence[Section]
    counts: Mapping[str, int]
    window: Window


RECEIVED: Mapping[str, tuple[str, str]] = {
    "answer": ("À répondre", "Dites oui, non, ou donnez une date."),
    "today": ("Aujourd’hui", "Après le rendez-vous, notez en un geste si la personne est venue."),
    "unknown": ("Sans suite connue", "On ne sait pas ce qui s’est passé. Le dire prend un geste."),
    "running": ("En cours", "Acceptées, ou avec un rendez-vous à venir."),
    "over": ("Finies", ""),
}
SENT_SECTIONS: Mapping[str, tuple[str, str]] = {
    "mine": (
        "À vous",
        (
            "Refusées, sans réponse, pas venues, ou sans suite connue : à voir avec la personne, ou avec le"
            " lieu."
        ),
    ),
    "waiting": ("On attend le lieu", "Des relances partent toutes seules, jusqu’à la date limite."),
    "helped": ("Aidées : à lire", "Le lieu a dit ce qui a été fait. Lisez, parlez-en, puis terminez."),
    "running": ("En cours", "Acceptées, avec un rendez-vous, ou venues."),
    "over": ("Finies", ""),
}


def received(user: Visitor, at: datetime, *, start: int = 0, section: str = "") -> Page:
    """Return the referrals received by a user. section: of RECEIVED, '' for all but closed ones."""
    return _page(_announced(user), _to_answer(at), RECEIVED, start=start, section=section)


def sent(user: Visitor, at: datetime, *, start: int = 0, section: str = "") -> Page:
    """Return the referrals sent by a user. section: of SENT_SECTIONS, '' for all but closed ones."""
    return _page(access.sent_by(user), _to_follow(at), SENT_SECTIONS, start=start, section=section)


def firsts_received(user: Visitor, at: datetime, *section_ids: str, most: int) -> Sequence[Section]:
    """Return some sections of RECEIVED, those that have rows, each with its `most` first."""
    return _firsts(_announced(user), _to_answer(at), RECEIVED, section_ids, most)


def firsts_sent(user: Visitor, at: datetime, *section_ids: str, most: int) -> Sequence[Section]:
    return _firsts(access.sent_by(user), _to_follow(at), SENT_SECTIONS, section_ids, most)


def to_answer(user: Visitor, at: datetime) -> QuerySet[Orientation]:
    """Return the received referrals that wait for an answer, or for an outcome."""
    conditions = _to_answer(at)
    return _announced(user).filter(conditions["answer"] | conditions["unknown"])


def to_follow(user: Visitor, at: datetime, *, silent: Q) -> QuerySet[Orientation]:
    """Return the referrals that come back to whoever sent them, and the silent ones, `followed` unread."""
    return Orientation.objects.filter(
        access.sender_condition(user), _to_follow(at)["mine"] | silent, stripped_at__isnull=True
    )


def _announced(user: Visitor) -> QuerySet[Orientation]:
    # One announced by a card alone is found by it, when the person comes.
    return access.received_by(user).exclude(channel="card", state=cycle.SENT)


def _to_answer(at: datetime) -> Mapping[str, Q]:
    """Return the condition of each section for a received referral, the first that matches."""
    today = timezone.localdate(at)
    morning, night = midnight(today), midnight(today + timedelta(days=1))
    return {
        "answer": Q(state__in=cycle.UNANSWERED),
        "today": Q(state=cycle.APPOINTED, appointment_at__gte=morning, appointment_at__lt=night),
        "unknown": _unknown(at),
        "running": Q(state__in=cycle.RUNNING),
    }


def _unknown(at: datetime) -> Q:
    """Return the condition for an unknown outcome: a past date, or too long a silence."""
    silent = Q(state__in=(cycle.ACCEPTED, cycle.CAME), changed_at__lt=at - timedelta(days=cycle.QUIET))
    return Q(state=cycle.APPOINTED, appointment_at__lt=midnight(timezone.localdate(at))) | silent


def _to_follow(at: datetime) -> Mapping[str, Q]:
    is_spoken = Q(
        channel__in=list(cycle.MESSENGER_BY_CHANNEL)
    )  # the place only speaks: whoever sends asks it
    return {
        "mine": Q(state__in=(cycle.DRAFT, cycle.ABSENT, *cycle.BACK)) | is_spoken & _unknown(at),
        "waiting": Q(state__in=cycle.UNANSWERED),
        "helped": Q(state=cycle.SERVED),
        "running": Q(state__in=cycle.RUNNING),
    }


def _page(
    rows: QuerySet[Orientation],
    sorted_by: Mapping[str, Q],
    titles: Mapping[str, tuple[str, str]],
    *,
    start: int,
    section: str,
) -> Page:
    names = list(titles)
    ranked = _ranked(rows, sorted_by, names)
    counted = ranked.order_by().values_list("section").annotate(n=Count("pk"))
    counts = dict.fromkeys(names, 0) | {names[n]: total for n, total in counted}
    positions = [names.index(section)] if section in titles else range(len(names) - 1)
    total = sum(counts[names[n]] for n in positions)
    first = min(max(start, 0), max(total - 1, 0)) // PAGE * PAGE
    closed_only = section == names[-1]
    order = ("-changed_at", "-pk") if closed_only else ("section", *_sooner())
    section_rows = ranked.filter(section__in=list(positions)).order_by(*order)
    # Few columns to sort; the rows are read after.
    placed = section_rows.values_list("pk", "section")[first : first + PAGE]
    read = Orientation.objects.select_related(*access.WITH).annotate(followed=access.FOLLOWED)
    row_by_number = read.defer("lieu__origins", "lieu__to_check").in_bulk([pk for pk, _ in placed])
    sections = [
        Section(id, *titles[id], [row_by_number[pk] for pk, rank in placed if rank == n], counts[id])
        for n, id in enumerate(names)
    ]
    return Page([each for each in sections if each.rows], counts, Window(start=first, total=total))


def _firsts(
    rows: QuerySet[Orientation],
    sorted_by: Mapping[str, Q],
    titles: Mapping[str, tuple[str, str]],
    section_ids: Sequence[str],
    most: int,
) -> Sequence[Section]:
    """Return sections with their first rows, in two statements: places and totals, then the rows."""
    names = list(titles)
    chosen = _ranked(rows, sorted_by, names).filter(section__in=[names.index(id) for id in section_ids])
    place = Partition(RowNumber(), partition_by=F("section"), order_by=_sooner())
    total = Partition(Count("pk"), partition_by=F("section"))
    placed = chosen.order_by().annotate(place=place, total=total).filter(place__lte=most)
    placed_rows = list(placed.order_by("section", "place").values_list("pk", "section", "total"))
    read = Orientation.objects.select_related("person", "from_structure").annotate(followed=access.FOLLOWED)
    row_by_number = read.in_bulk([pk for pk, _, _ in placed_rows]) if placed_rows else {}
    totals = {section: total for _, section, total in placed_rows}
    return [
        Section(
            names[n],
            *titles[names[n]],
            [row_by_number[pk] for pk, section, _ in placed_rows if section == n and pk in row_by_number],
            total,
        )
        for n, total in totals.items()
    ]


def _ranked(rows: QuerySet[Orientation], sorted_by: Mapping[str, Q], names: Sequence[str]) -> QuerySet[Any]:
    """Return rows with the number of their section: the first whose condition they meet, or the last."""
    rank = Case(
        *(When(condition, then=Value(names.index(id))) for id, condition in sorted_by.items()),
        default=Value(len(names) - 1),
        output_field=IntegerField(),
    )
    return rows.annotate(section=rank)


def _sooner() -> tuple[Any, ...]:
    """Return the order within a section: what is urgent, then what comes or waits first."""
    sooner = Coalesce("appointment_at", "sent_at", "prepared_at", output_field=DateTimeField())
    return F("urgent_before").asc(nulls_last=True), sooner, F("pk")


# --------------------------------------------------------------------------------------- in the words of DORA

DORA_COLUMNS = (
    *("id", "statut", "date_envoi", "date_traitement"),
    *("motifs_refus", "structure_envoi", "lieu_accueil"),
)


def dora_table(rows: QuerySet[Orientation]) -> str:
    """Return referrals as a CSV of DORA_COLUMNS, the oldest first."""
    return as_csv(DORA_COLUMNS, dora(rows.select_related("from_structure", "lieu").order_by("sent_at", "pk")))


def dora(rows: Iterable[Orientation]) -> list[dict[str, str]]:
    """Return states and reasons of referrals, never a person; those DORA has no word for are left out."""
    lines = []
    for row in rows:
        reason = cycle.REASONS.get(row.reason) if row.state in (cycle.REFUSED, cycle.REDIRECTED) else None
        line = {
            "id": str(row.pk),
            "statut": cycle.DORA[row.state],
            "date_envoi": timezone.localdate(row.sent_at).isoformat() if row.sent_at else "",
            "date_traitement": timezone.localdate(row.answered_at).isoformat() if row.answered_at else "",
            "motifs_refus": reason.dora if reason else "",
            "structure_envoi": row.from_structure.name if row.from_structure else "",
            "lieu_accueil": row.lieu_name,
        }
        if line["statut"]:
            lines.append(line)
    return lines
