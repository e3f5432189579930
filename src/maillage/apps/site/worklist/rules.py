"""The notifications of an account: on the screen only, unless it chose others."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from maillage.apps.platform.accounts.rules.worklist import GROUPS, Line, age
from maillage.words.wording import count

FIRST_STEPS = "premiers-pas"  # its key among the news that an account puts away
NEVER, DAILY, WEEKLY = "never", "daily", "weekly"
RHYTHMS: Mapping[str, str] = {
    NEVER: "Jamais : je regarde ici",
    DAILY: "Chaque jour, s’il y a du nouveau",
    WEEKLY: "Le lundi, s’il y a du nouveau",
}
EMAIL, SMS = "email", "sms"
WAYS: Mapping[str, str] = {EMAIL: "Par e-mail, à l’adresse de mon compte", SMS: "Par SMS, à ce numéro"}
HOURS = (7, 8, 9, 12, 14, 17)  # nobody is written to at night
HOUR = 8
OPEN_HOURS = 3  # after which a message of the morning is no longer sent that day
SATURDAY = 5


def is_time(rhythm: str, hour: int, local: datetime, *, weekend: bool) -> bool:
    """Return True if an account is to be notified at a moment, in its local time.

    >>> monday = datetime(2026, 11, 23, 8, 20)
    >>> is_time(DAILY, 8, monday, weekend=False), is_time(DAILY, 9, monday, weekend=False)
    (True, False)
    >>> is_time(WEEKLY, 8, datetime(2026, 11, 24, 8), weekend=True), is_time(NEVER, 8, monday, weekend=True)
    (False, False)
    >>> is_time(DAILY, 8, datetime(2026, 11, 28, 8), weekend=False)
    False
    """
    if rhythm not in (DAILY, WEEKLY) or not hour <= local.hour < hour + OPEN_HOURS:
        return False
    if rhythm == WEEKLY:
        return local.weekday() == 0
    return weekend or local.weekday() < SATURDAY


def chosen(lines: Iterable[Line], groups: Iterable[str]) -> list[Line]:
    """Return the lines of the groups that an account chose."""
    wanted = frozenset(groups)
    return [line for line in lines if line.group in wanted]


def fingerprint(lines: Iterable[Line]) -> str:
    """Return the digest that tells one list of lines from another: nothing is sent twice for the same one."""
    signatures = sorted(f"{line.kind} {line.url} {line.n}" for line in lines)
    return hashlib.sha256("\n".join(signatures).encode("utf-8")).hexdigest()


def summary(lines: list[Line], at: datetime) -> str:
    """Return the pending lines, in counts by group: a notification is read by whoever holds the telephone,
    and names nobody.
    """
    lines_by_label = [
        (label, [line for line in lines if line.group == id]) for id, (label, _) in GROUPS.items()
    ]
    group_texts = []
    for label, rows in lines_by_label:
        if rows:
            oldest = max(row.days(at.date()) for row in rows)
            since = f", la plus ancienne depuis {age(oldest)}" if oldest else ""
            group_texts.append(f"- {label} : {count(len(rows), 'chose')}{since}")
    return "\n".join(group_texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The state of one part of the platform, for administrators. tone: as of a tag, which `state` repeats in
    words.
    """

    title: str
    words: str
    url: str
    state: str = ""
    tone: str = ""
    is_well: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the first steps. words: what it opens; minutes: how long it takes; gesture: its button;
    is_under_way: somebody was invited, who has not come yet.
    """

    title: str
    words: str
    minutes: int
    url: str
    gesture: str
    icon: str
    done: bool
    is_under_way: bool = False

    @property
    def is_to_take(self) -> bool:
        return not (self.done or self.is_under_way)


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """The steps up to a first referral, then those of the week. goal: what the minutes that remain lead to;
    mail: whether e-mails leave; settings_url: where this account sets them, "" when it may not.
    """

    steps: tuple[Step, ...]
    later: tuple[Step, ...]
    goal: str
    mail: bool
    settings_url: str

    @property
    def n_done(self) -> int:
        return sum(step.done for step in self.steps)

    @property
    def share(self) -> float:
        """Return the part of the first steps that is done, from 0 to 1."""
        return self.n_done / len(self.steps)

    @property
    def minutes(self) -> int:
        """The minutes that remain."""
        return sum(step.minutes for step in self.steps if step.is_to_take)

    @property
    def current(self) -> Step | None:
        """The first step to take; None when there is none."""
        return next((step for step in self.steps if step.is_to_take), None)
