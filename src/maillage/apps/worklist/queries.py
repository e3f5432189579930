"""What every feature declares for an account, brought together, in a constant number of statements."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Left, NullIf
from django.utils import timezone
from django.utils.module_loading import import_string

from maillage.apps.accounts.models import User
from maillage.apps.accounts.rules import worklist as rules
from maillage.apps.accounts.rules.worklist import Line, Moment, News, Undo
from maillage.apps.directory.models import Lieu
from maillage.apps.directory.rules import PUBLISHED
from maillage.apps.memberships.access import current
from maillage.apps.orientations.queries.people import people
from maillage.apps.people.models import Person
from maillage.apps.worklist import rules as choices
from maillage.apps.worklist.models import Dismissal, Preference
from maillage.reference import clocks
from maillage.web import bulk
from maillage.words.wording import spaced

AT_ONCE = 200  # accounts looked at in one run: the others wait for the next one
MOST_NEWS = 6
NEXT_HOURS, MOST_HOURS, RECENT = 8, 60, 3


@dataclass(frozen=True, slots=True)
class Row:
    """A line as it is shown. strong: the only one with a filled button."""

    line: Line
    tag: str
    tone: str
    strong: bool


@dataclass(frozen=True, slots=True)
class Group:
    """Lines of one sort."""

    id: str
    title: str
    hint: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Hour:
    """An hour of the day as it is shown. now: it takes place at this moment."""

    moment: Moment
    now: bool


@cache
def _declared(path: str) -> Any:
    return import_string(path)


def lines(user: Any, at: datetime) -> list[Line]:
    """Return all that needs an account, in the order of the page."""
    found = [line for path in settings.WORK_LINES for line in _declared(path)(user, at)]
    return rules.ordered(found, at.date())


Told = TypeVar("Told", Line, Moment, News)


def _spaced(each: Told) -> Told:
    """Return the same with its words set as French is: no line begins with a mark that ends a sentence."""
    return replace(each, title=spaced(each.title), words=spaced(each.words))


def groups(found: list[Line], on: date) -> list[Group]:
    """Return lines as the page shows them, group by group."""
    out = []
    for id, held in groupby(found, lambda line: line.group):
        title, hint = rules.GROUPS[id]
        rows = tuple(Row(_spaced(line), line.tag(on), line.tone(on), line is found[0]) for line in held)
        out.append(Group(id, title, hint, rows))
    return out


@dataclass(frozen=True, slots=True)
class Day:
    """The hours of a day: those that are over, those under way or next, the rest of the day; then the next
    ones of the week.
    """

    over: list[Hour]
    next: list[Hour]
    rest: list[Hour]
    later: list[Moment]

    def __bool__(self) -> bool:
        return bool(self.over or self.next or self.later)


def day(user: Any, at: datetime) -> Day:
    """Return the hours of the day of an account, and the next ones of its week."""
    found = sorted(
        (_spaced(moment) for path in settings.WORK_HOURS for moment in _declared(path)(user, at)),
        key=lambda moment: (moment.at, moment.title),
    )
    today = [Hour(moment, moment.is_now(at)) for moment in found if moment.at.date() <= at.date()]
    coming = [each for each in today if not each.moment.is_over(at)]
    return Day(
        over=[each for each in today if each.moment.is_over(at)][-MOST_HOURS:],
        next=coming[:NEXT_HOURS],
        rest=coming[NEXT_HOURS:MOST_HOURS],
        later=[moment for moment in found if moment.at.date() > at.date()][:3],
    )


def recent(user: Any) -> list[Person]:
    """Return the persons that a user helped last, and that have a name to be called by."""
    return list(people(user).exclude(nickname="")[:RECENT])


def undo(user: User, at: datetime) -> list[Undo]:
    """Return what an account settled a moment ago and may take back, the latest first."""
    found = (each for path in settings.WORK_UNDO for each in _declared(path)(user, at))
    return sorted(found, key=lambda each: each.at, reverse=True)


def news(user: User, at: datetime) -> list[News]:
    """Return the good news that an account has not read, the latest first."""
    found = {each.key: each for path in settings.GOOD_NEWS for each in _declared(path)(user, at)}
    read = Dismissal.objects.filter(user=user, key__in=list(found)).values_list("key", flat=True)
    for key in read:
        del found[key]
    latest = sorted(found.values(), key=lambda each: (each.at, each.key), reverse=True)[:MOST_NEWS]
    return [_spaced(each) for each in latest]


def accounts_to_notify(at: datetime) -> list[tuple[Preference, datetime]]:
    """Return the accounts whose hour has come and that were not looked at that day, each with that moment in
    the time of where they work: nobody overseas is written to at night.
    """
    elsewhere = _overseas(timezone.localdate(at))
    held: dict[ZoneInfo, list[int]] = {}
    for user, start in elsewhere.items():
        held.setdefault(clocks.zone(start), []).append(user)
    rows = Preference.objects.filter(user__is_active=True).exclude(rhythm=choices.NEVER)
    groups = [(rows.exclude(user__in=bulk.to_find(list(elsewhere))), timezone.localtime(at))]
    groups += [(rows.filter(user__in=bulk.to_find(of)), at.astimezone(zone)) for zone, of in held.items()]
    found = []
    for some, local in groups:
        waiting = some.filter(Q(looked_on=None) | Q(looked_on__lt=local.date()), hour__lte=local.hour)
        found += [(row, local) for row in waiting.select_related("user").order_by("pk")[:AT_ONCE]]
    return found[:AT_ONCE]


def _overseas(on: date) -> dict[int, str]:
    """Return the first digits of where each account that asked to be notified works, for those overseas: its
    structure, by its seat, else by its first place; else its territory.
    """
    places = Lieu.objects.filter(structure=OuterRef("structure"), state=PUBLISHED).exclude(code_insee="")
    there = Coalesce(
        NullIf(F("structure__code_insee"), Value("")),
        Subquery(places.order_by("pk").values("code_insee")[:1]),
        F("territory"),
    )
    asked = Preference.objects.exclude(rhythm=choices.NEVER).values("user")
    roles = current(on).filter(user__in=asked).annotate(start=Left(there, 3)).order_by("-pk")
    return dict(roles.filter(start__in=list(clocks.OVERSEAS)).values_list("user", "start"))


def preference(user: User) -> Preference | None:
    """Return how an account chose to be notified; None when it never chose."""
    return Preference.objects.filter(user=user).first()
