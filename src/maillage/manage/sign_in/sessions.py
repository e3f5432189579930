"""Sessions: their length, their device and their end.

What is kept of a session: since when, last seen, on what kind of device, and whether others use it. No
    network address.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from maillage.apps.platform.accounts.models import User
from maillage.manage.sign_in import session_store

STAY_KEY = "stay"
ALONE = "Maillage-Seul"  # header of what a screen asks by itself: nobody is there
NOTED_EVERY = timedelta(minutes=1)  # so that reading pages rarely writes to the database
BROWSERS = (  # the first found is the right one: each names those it descends from
    *(
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser", "Samsung Internet"),
        ("Firefox", "Firefox"),
        ("FxiOS", "Firefox"),
    ),
    *(("Chrom", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari")),
)
SYSTEMS = (
    *(
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("CrOS", "Chromebook"),
        ("Windows", "Windows"),
    ),
    *(("Mac OS", "Mac"), ("Linux", "Linux")),
)


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits after which a session ends by itself: without a request, and in any case."""

    idle: timedelta
    most: timedelta


SHARED = Limits(idle=timedelta(minutes=30), most=timedelta(hours=10))
OWN = Limits(idle=timedelta(hours=12), most=timedelta(days=7))


@dataclass(frozen=True, slots=True)
class Stay:
    """A session for its owner. name: identifies it in a form, without revealing its key."""

    name: str
    device: str
    opened_at: datetime | None
    last_active_at: datetime | None
    shared: bool
    is_current: bool


def limits(session: SessionBase) -> Limits:
    return SHARED if session.get(STAY_KEY, {}).get("shared", True) else OWN


def ends_in(session: SessionBase) -> timedelta:
    """Return how long after a request a session is over if none comes: a screen that reads itself again
    sooner would begin the visit again, with nobody there.
    """
    return limits(session).idle + NOTED_EVERY


def begin(request: HttpRequest, *, shared: bool, at: datetime) -> None:
    """Start counting, once somebody is signed in."""
    request.session[STAY_KEY] = {
        "opened": at.isoformat(),
        "seen": at.isoformat(),
        "shared": shared,
        "device": device(request.headers.get("User-Agent", "")),
    }
    count_again(request.session)


def clear(at: datetime) -> int:
    """Delete the sessions that are over, and return how many."""
    return Session.objects.filter(expire_date__lt=at).delete()[0]


def count_again(session: SessionBase) -> None:
    """Let the browser forget the session when it closes if others use it, else when its time is over."""
    stay = session[STAY_KEY]
    session.set_expiry(0 if stay["shared"] else datetime.fromisoformat(stay["opened"]) + OWN.most)


def choose(session: SessionBase, *, shared: bool) -> None:
    """Say afterwards whether others use this device."""
    session[STAY_KEY] = {**session[STAY_KEY], "shared": shared}
    count_again(session)


def note(session: SessionBase, at: datetime) -> None:
    """Record activity, once a minute."""
    stay = session[STAY_KEY]
    if at - datetime.fromisoformat(stay["seen"]) >= NOTED_EVERY:
        session[STAY_KEY] = {**stay, "seen": at.isoformat()}


def is_over(session: SessionBase | dict[str, Any], at: datetime) -> bool:
    """Recognise a session expired by inactivity or by age."""
    stay = session.get(STAY_KEY)
    if stay is None:
        return False
    most = SHARED if stay["shared"] else OWN
    opened, last_active = (datetime.fromisoformat(stay[name]) for name in ("opened", "seen"))
    return at - opened >= most.most or at - last_active >= most.idle + NOTED_EVERY


def open_of(user: User, at: datetime, *, current_key: str | None) -> list[Stay]:
    """Return the open sessions of an account, the latest first. current_key: the key of the one that asks."""
    stays, marks = [], [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    for key, data in _rows_of(user, at):
        mark = data.get(HASH_SESSION_KEY, "")
        if is_over(data, at) or not any(constant_time_compare(mark, each) for each in marks):
            continue
        saved = data.get(STAY_KEY, {})
        opened, last_active = (
            datetime.fromisoformat(saved[name]) if name in saved else None for name in ("opened", "seen")
        )
        words = saved.get("device", "appareil inconnu")
        stays.append(
            Stay(_name(key), words, opened, last_active, saved.get("shared", True), key == current_key)
        )
    return sorted(stays, key=lambda stay: (stay.is_current, stay.last_active_at or at), reverse=True)


def end(user: User, at: datetime, *, but: str | None = None, name: str = "") -> int:
    """End the sessions of an account, or the one of a name, and return how many. but: the key of the one
    that stays.
    """
    keys = [key for key, _ in _rows_of(user, at) if key != but and name in ("", _name(key))]
    return Session.objects.filter(session_key__in=keys).delete()[0]


def _rows_of(user: User, at: datetime) -> list[tuple[str, dict[str, Any]]]:
    """Return the rows that carry an account: the table names nobody, so each that may be theirs is opened."""
    account_key = user._meta.pk.value_to_string(user)
    opened = ((row.session_key, row.get_decoded()) for row in session_store.may_be_of(account_key, at))
    return [(key, data) for key, data in opened if data.get(SESSION_KEY) == account_key]


def _name(key: str) -> str:
    return salted_hmac("session", key).hexdigest()[:20]


def device(agent: str) -> str:
    """Return a device in words, from what its browser says of itself; nothing else of that is kept."""
    browser = next((words for sign, words in BROWSERS if sign in agent), "")
    system = next((words for sign, words in SYSTEMS if sign in agent), "")
    return f"{browser or 'navigateur inconnu'}{f' sur {system}' if system else ''}"
