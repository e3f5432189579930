"""Work of an account today: a line to act on, an hour of the day, a piece of good news, in order; and the
actions of a moment ago that it may take back.

Each feature declares its own in `worklist.py`; settings name them (`WORK_LINES`, `WORK_HOURS`, `WORK_UNDO`,
`GOOD_NEWS`).
Source: docs/decisions/0041-from-a-row-to-a-cleared-morning.md
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from maillage.words import opening
from maillage.words.wording import count, spaced, unbroken

PEOPLE, TRAINING, DIRECTORY, NETWORK, STUDIES, PLATFORM = (
    "people",
    "training",
    "directory",
    "network",
    "studies",
    "platform",
)
# The groups in the order of the page: persons before sheets.
GROUPS: Mapping[str, tuple[str, str]] = {
    PEOPLE: ("Des personnes attendent", "Les plus anciennes demandes viennent d’abord."),
    TRAINING: ("Ateliers et formations", "Finir ce qui a eu lieu, préparer ce qui vient."),
    DIRECTORY: ("L’annuaire", "Une fiche fausse, c’est un trajet pour rien."),
    NETWORK: ("Le réseau", "Des collègues comptent sur vous."),
    STUDIES: ("Enquêtes et territoires", "Ce qui reste à décider avant de publier."),
    PLATFORM: ("Messages et comptes", "Sans vous, rien ne part."),
}
MOST = 4  # lines of one kind: the others are one line that opens their list
NEAR = 3  # days before a date, from which it presses
MAX_WAIT_DAYS = 7  # days of waiting that are too many
NEWS_DAYS = 30  # good news older than that is no news
USUAL_HOUR = timedelta(hours=1)  # of what has no end
UNDO = timedelta(minutes=10)  # a line that was settled stays, struck; its message has not left yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that needs somebody. title: who or what; words: why; n: how many it counts, 0 for one thing;
    since: the day from which it waits; until: the last day to do it; late: whether it is past.

    gesture: the words of its only button, which leads to url, or posts there with `sent`.
    """

    kind: str
    group: str
    title: str
    url: str
    gesture: str
    icon: str
    words: str = ""
    n: int = 0
    since: date | None = None
    until: date | None = None
    late: bool = False
    posts: bool = False
    sent: tuple[tuple[str, str], ...] = ()

    def days(self, on: date) -> int:
        """Return for how many days it waits, 0 for what has no beginning."""
        return max((on - self.since).days, 0) if self.since is not None else 0

    def tag(self, on: date) -> str:
        r"""Return its delay in words short enough for a tag, "" without any.

        >>> line = Line(kind="k", group=PEOPLE, title="t", url="/", gesture="g", icon="i")
        >>> from dataclasses import replace
        >>> replace(line, since=date(2026, 11, 15)).tag(date(2026, 11, 23))
        '8\xa0jours'
        >>> replace(line, until=date(2026, 11, 24)).tag(date(2026, 11, 23))
        'demain'
        """
        if self.until is not None and (self.since is None or (self.until - on).days <= NEAR):
            return until_words((self.until - on).days)
        return age(self.days(on)) if self.since is not None else ""

    def tone(self, on: date) -> str:
        """Return how its tag is coloured, which its words repeat."""
        if self.late:
            return "ferme"
        near = self.until is not None and (self.until - on).days <= NEAR
        return "bientot" if near or self.days(on) > MAX_WAIT_DAYS else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Something of the day that has an hour. at, ends_at: in the time of its place."""

    at: datetime
    title: str
    url: str
    words: str = ""
    tag: str = ""
    tone: str = ""
    ends_at: datetime | None = None

    @property
    def clock(self) -> str:
        return unbroken(opening.clock(self.at))

    @property
    def day(self) -> str:
        """Its day, short enough for a column: « ven. 27 »."""
        return f"{opening.weekday(self.at.weekday())[:3]}. {self.at.day}"

    def is_over(self, at: datetime) -> bool:
        """Return True for a moment that took place: without an end, it does an hour after it began.

        >>> nine = Moment(at=datetime(2026, 11, 23, 9), title="M. Andrei", url="")
        >>> nine.is_over(datetime(2026, 11, 23, 9, 59)), nine.is_over(datetime(2026, 11, 23, 10))
        (False, True)
        """
        return (self.ends_at or self.at + USUAL_HOUR) <= at

    def is_now(self, at: datetime) -> bool:
        return self.ends_at is not None and self.at <= at < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """Something that an account settled from the page, which stays struck for `UNDO`. title: that of the
    line; words: what was done; url: where « Annuler » posts, with `sent`.
    """

    title: str
    words: str
    at: datetime
    url: str
    sent: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Outcome of an action of somebody. key: never used again, so that it is announced once."""

    key: str
    title: str
    words: str
    at: datetime
    url: str
    icon: str = "circle-check"


def age(days: int) -> str:
    r"""Return how long something waited, in words.

    >>> age(0), age(1), age(33), age(70), age(800)
    ('aujourd’hui', '1\xa0jour', '33\xa0jours', '2\xa0mois', '2\xa0ans')
    """
    if days == 0:
        return "aujourd’hui"
    if days < 60:
        return count(days, "jour")
    return count(days // 365, "an") if days >= 730 else f"{days // 30}\u00a0mois"


def until_words(days: int) -> str:
    r"""Return how far a last day is, in words.

    >>> until_words(-2), until_words(0), until_words(1), until_words(9)
    ('en retard de 2\xa0jours', 'aujourd’hui', 'demain', 'dans 9\xa0jours')
    """
    if days < 0:
        return f"en retard de {age(-days)}"
    return {0: "aujourd’hui", 1: "demain"}.get(days) or f"dans {age(days)}"


def ordered(lines: Iterable[Line], on: date) -> list[Line]:
    """Return lines as a page shows them: by group, what is late first, then what waits most, then what ends
    soonest; the directory keeps its own order, where an old sheet is no worse than a doubt.
    """
    groups = list(GROUPS)
    return sorted(
        lines,
        key=lambda line: (
            groups.index(line.group),
            not line.late,
            0 if line.group == DIRECTORY else -line.days(on),
            line.until or date.max,
        ),
    )


def remainder(n: int, one: str, several: str) -> str:
    """Return the title of the line that stands for those beyond the first ones.

    >>> remainder(1, "orientation reçue", "orientations reçues"), remainder(3, "appel", "appels")
    ('autre orientation reçue', 'autres appels')
    """
    return f"autre {one}" if n == 1 else f"autres {several}"


def heading(n: int) -> str:
    """Return the title of the page: how many things wait.

    >>> heading(0), heading(1), heading(6)
    ('Rien ne vous attend', 'Une chose vous attend', '6 choses vous attendent')
    """
    if not n:
        return "Rien ne vous attend"
    return "Une chose vous attend" if n == 1 else f"{n} choses vous attendent"


def lead(lines: Sequence[Line], on: date) -> str:
    """Return the sentence under the title: the person who waits most; "" when nobody does."""
    longest = max((line.days(on) for line in lines if line.group == PEOPLE), default=0)
    if not longest:
        return ""
    return spaced(f"D’abord les personnes : la plus ancienne attend depuis {age(longest)}.")
