"""The public pages of workshops: those to come, near a spot, and one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from math import cos, hypot, radians

from babel import Locale
from django.db.models import Exists, F, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import LessThanOrEqual

from maillage.apps.agenda import access
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.queries import rooms, words
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import places, where
from maillage.apps.directory.places.queries.search import METRES_A_DEGREE
from maillage.modules.reading import own_modules as modules
from maillage.words import opening
from maillage.words.languages import say, spoken, typed

PAGE = 20
MOST = 500  # workshops on a page, and in a calendar
SOON = 3  # shown on the sheet of a place
DRAWN = 12  # seats that a stitch each still tells at a glance


@dataclass(frozen=True, slots=True)
class Search:
    """A search for workshops; an empty value filters nothing."""

    spot: where.Spot | None = None
    subject: str = ""
    level: str = ""
    language: str = ""
    suits: str = ""
    free: bool = False
    lieu: Lieu | None = None
    structure: int | None = None
    limit: int = PAGE

    @property
    def narrowed(self) -> int:
        return sum(map(bool, (self.subject, self.level, self.language, self.suits, self.free)))


@dataclass(frozen=True)
class WorkshopPage:
    """A workshop on its public page. metres: from the search spot. meetings: of its course."""

    workshop: Workshop
    room: rules.Room
    metres: float | None = None
    meetings: Sequence[Workshop] = ()
    begun: bool = False

    @property
    def is_public(self) -> bool:
        """Return True if everybody has a page of it: a draft has none, nor a training of aidants."""
        return self.workshop.published_at is not None and self.workshop.kind == rules.WORKSHOP

    @property
    def date(self) -> datetime:
        return words.local(self.workshop)

    @cached_property
    def day(self) -> str:
        return words.day(self.workshop)

    @property
    def weekday(self) -> str:
        return opening.weekday(self.date.weekday())

    @property
    def day_alone(self) -> str:
        return opening.date_text(self.date.date(), year=False)

    @property
    def hours(self) -> str:
        return words.hours(self.workshop)

    @property
    def place(self) -> str:
        return words.name_of_place(self.workshop)

    @property
    def address(self) -> str:
        return words.address(self.workshop)

    @property
    def town(self) -> str:
        return words.town(self.workshop)

    @property
    def seats(self) -> str:
        return words.seats_free(self.room)

    @property
    def open_seats(self) -> int:
        return max(self.room.free - self.room.wait_list_size, 0)

    @property
    def stitches(self) -> list[tuple[int, bool]]:
        """Return where each seat is drawn, and whether it is taken; [] when they are too many."""
        if self.room.capacity > DRAWN:
            return []
        return [(9 + 18 * k, k >= self.open_seats) for k in range(self.room.capacity)]

    @property
    def wide(self) -> int:
        return 18 * self.room.capacity

    @property
    def price(self) -> str:
        return words.price(self.workshop)

    @property
    def subject(self) -> str:
        return say(rules.SUBJECTS[self.workshop.subject])

    @property
    def level(self) -> str:
        return say(rules.LEVELS[self.workshop.level])

    @property
    def language(self) -> str:
        """The language spoken there, '' for French, which goes without saying."""
        code = self.workshop.language
        return "" if code == "fr" else _language(code)

    @property
    def suits(self) -> list[str]:
        return [say(label) for id, label in rules.SUITS.items() if id in self.workshop.suits]

    @property
    def format(self) -> str:
        """The format: “Parcours de 5 séances”; '' for a workshop alone."""
        n = len(self.meetings)
        if n > 1:
            return say("Parcours de {n} séance", "Parcours de {n} séances", n=n)
        return say("Permanence") if self.workshop.format == rules.OPEN else ""

    @property
    def far(self) -> str:
        return "" if self.metres is None else places.metres_in_words(self.metres)

    @property
    def dates(self) -> list[tuple[str, str]]:
        return [(words.day(each), words.hours(each)) for each in self.meetings]

    @property
    def modules(self) -> list[tuple[str, str]]:
        """The modules of Apprendre that it goes through: (identifier, title)."""
        known = modules()
        return [(id, known[id].title) for id in self.workshop.modules if id in known]

    @property
    def phones(self) -> list[places.Phone]:
        return places.phones(self.workshop.lieu.sheet) if self.workshop.lieu is not None else []

    @property
    def run_by(self) -> list[str]:
        """Return the sentences on its organiser and its partner."""
        row = self.workshop
        sentences = [say("Organisé par {who}.", who=typed(row.structure.name))]
        if row.partner is not None:
            sentences.append(say("Avec {who}.", who=typed(row.partner.name)))
        return sentences

    def may_register(self, at: datetime) -> bool:
        """Return True if a visitor may register, on the waiting list if need be."""
        row = self.workshop
        alive = row.cancelled_at is None and rules.is_open(row.starts_at, at)
        return alive and not row.drop_in and not self.begun


@dataclass(frozen=True, slots=True)
class WorkshopResults:
    """A page of workshops. more: how many follow; elsewhere: there are others, outside the search."""

    rows: Sequence[WorkshopPage]
    total: int
    more: int
    elsewhere: bool
    languages: Mapping[str, str] = field(default_factory=dict)

    @property
    def headline(self) -> str:
        return say("{n} atelier à venir", "{n} ateliers à venir", n=self.total)


def _language(code: str) -> str:
    """Return the name of a language, in the one that is spoken."""
    return str(Locale(spoken().locale.split("_")[0]).languages.get(code, code)).capitalize()


def structure_of(search: Search) -> Structure | None:
    """Return the structure that the search is limited to, None for all, or for an unknown one."""
    return Structure.objects.filter(pk=search.structure).first() if search.structure else None


def to_come(at: datetime) -> QuerySet[Workshop]:
    """Return the workshops that take place after a moment; of a course, the first meeting alone."""
    earlier = Workshop.objects.filter(
        course=OuterRef("course"), starts_at__lt=OuterRef("starts_at"), cancelled_at__isnull=True
    )
    rows = access.published().filter(starts_at__gt=at, cancelled_at__isnull=True)
    return rows.exclude(Exists(earlier)).order_by("starts_at", "pk")


def find(search: Search, at: datetime) -> WorkshopResults:
    """Return the workshops to come that match a search; near a spot, within ten kilometres.

    At most MOST are returned at once; the rest follow on request.
    """
    every = to_come(at)
    # SQLite does not look into a list of JSON.
    matching = every.alias(listed=Cast("suits", TextField())).filter(_fits(search))
    total = matching.count()
    begin = (search.limit - 1) // MOST * MOST
    page = matching.values("pk")[begin : search.limit]
    page_rows = rooms.with_room(access.published().filter(pk__in=page)).order_by("starts_at", "pk")
    rows = list(page_rows) if total else []
    meetings = _meetings(rows)
    spoken_there = sorted({*every.order_by().values_list("language", flat=True).distinct()} - {"fr"})
    return WorkshopResults(
        rows=[
            WorkshopPage(row, rooms.room(row), _metres(row, search.spot), meetings.get(row.course_id, ()))
            for row in rows
        ],
        total=total,
        more=max(total - search.limit, 0),
        elsewhere=not total and every.exists(),
        languages={code: _language(code) for code in ("fr", *spoken_there)},
    )


def any_near(spot: where.Spot | None, at: datetime) -> bool:
    """Return True if a workshop is to come near a spot; anywhere, without a spot."""
    return to_come(at).filter(_is_near(spot)).exists()


def _fits(search: Search) -> Q:
    """Return the condition of a search; the database applies it to all, not to the first page."""
    plainly = {name: getattr(search, name) for name in ("subject", "level", "language", "lieu")}
    wanted = Q(**{name: value for name, value in plainly.items() if value}) & _is_near(search.spot)
    if search.suits:
        wanted &= Q(listed__contains=f'"{search.suits}"')
    if search.free:
        wanted &= Q(drop_in=True) | ~rooms.full()
    if search.structure is not None:
        wanted &= Q(structure=search.structure) | Q(partner=search.structure)
    return wanted


def _is_near(spot: where.Spot | None) -> Q:
    """Return the condition to be near: in these communes, or close to the point as the crow flies."""
    if spot is None or (not spot.communes and not spot.is_point):
        return Q()
    inside = Q(commune__in=spot.communes)
    if spot.point is None:
        return inside
    latitude, longitude = spot.point
    reach, scale = 1000 * rules.NEAR_KM / METRES_A_DEGREE, cos(radians(latitude))
    north, east = F("lieu__latitude") - latitude, (F("lieu__longitude") - longitude) * scale
    close = LessThanOrEqual(north * north + east * east, reach**2)
    return inside | (Q(close) & places.located("lieu__"))


def _metres(row: Workshop, spot: where.Spot | None) -> float | None:
    """Return the distance to a workshop in metres as the crow flies, None when unknown."""
    place = row.lieu.point if row.lieu is not None and places.is_located(row.lieu) else None
    start = spot.point if spot is not None else None
    if start is None or place is None:
        return None
    north = METRES_A_DEGREE * (place[0] - start[0])
    east = METRES_A_DEGREE * (place[1] - start[1]) * cos(radians(start[0]))
    return hypot(north, east)


def _meetings(rows: Sequence[Workshop]) -> dict[int | None, list[Workshop]]:
    """Return the meetings of the courses of some workshops, those cancelled left out."""
    by_series: dict[int | None, list[Workshop]] = {}
    courses = [row.course_id for row in rows if row.course_id is not None]
    for each in Workshop.objects.filter(course__in=courses, cancelled_at__isnull=True).order_by("starts_at"):
        by_series.setdefault(each.course_id, []).append(each)
    return by_series


def detail(row: Workshop) -> WorkshopPage:
    """Return one workshop that `with_room` has read."""
    return WorkshopPage(
        row, rooms.room(row), meetings=_meetings([row]).get(row.course_id, ()), begun=rooms.has_begun(row)
    )


def of_place(lieu: Lieu, at: datetime) -> list[WorkshopPage]:
    """Return the next workshops at a place, for its sheet in the directory."""
    rows = list(rooms.with_room(to_come(at).filter(lieu=lieu))[:SOON])
    meetings = _meetings(rows)
    return [WorkshopPage(row, rooms.room(row), meetings=meetings.get(row.course_id, ())) for row in rows]


# ------------------------------------------------------------------------------------------------- one's seat


@dataclass(frozen=True, slots=True)
class OwnSeats:
    """Content of a person's own link: their name, and each seat with its workshop."""

    name: str
    seats: Sequence[tuple[Seat, WorkshopPage]]

    @property
    def alive(self) -> list[tuple[Seat, WorkshopPage]]:
        return [
            (s, w) for s, w in self.seats if s.status != rules.CANCELLED and w.workshop.cancelled_at is None
        ]


def own_seats(token: str) -> OwnSeats | None:
    """Return the content of a person's own link; None when it opens nothing."""
    seats = list(
        Seat.objects.filter(token=access.digest(token))
        .select_related("person")
        .order_by("workshop__starts_at", "pk")
    )
    if not seats:
        return None
    workshop_by_number = rooms.with_room(Workshop.objects.select_related(*access.WITH)).in_bulk(
        [seat.workshop_id for seat in seats]
    )
    name = next((seat.name for seat in seats if seat.name), "")
    workshops = [workshop_by_number[seat.workshop_id] for seat in seats]
    return OwnSeats(
        name, [(s, WorkshopPage(row, rooms.room(row))) for s, row in zip(seats, workshops, strict=True)]
    )


def everything(result: WorkshopResults) -> list[list[Workshop]]:
    """Return the meetings of each workshop found, as a calendar reads them."""
    wanted = [[each.pk for each in row.meetings] or [row.workshop.pk] for row in result.rows]
    workshop_by_number = access.published().in_bulk([pk for numbers in wanted for pk in numbers])
    return [[workshop_by_number[pk] for pk in numbers if pk in workshop_by_number] for numbers in wanted]


def meetings_of(row: Workshop) -> list[Workshop]:
    """Return the meetings of the course of a workshop, or itself alone, as a calendar reads them."""
    numbers = [each.pk for each in detail(row).meetings] or [row.pk]
    return list(access.published().filter(pk__in=numbers))


def of_structure(pk: int, at: datetime, *, most: int) -> list[Workshop]:
    """Return the workshops that a structure carries or runs, from three months ago on, cancelled ones
    included.

    most: how many at most, those to come first, then the latest of the others.
    """
    structure_workshops = access.published().filter(Q(structure=pk) | Q(partner=pk))
    ahead = list(structure_workshops.filter(starts_at__gt=at).order_by("starts_at", "pk")[:most])
    over = structure_workshops.filter(starts_at__gt=rules.erased_before(at), starts_at__lte=at)
    return [*reversed(over.order_by("-starts_at", "-pk")[: most - len(ahead)]), *ahead]
