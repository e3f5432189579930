"""Sessions whose key begins with a digest of the account signed in: an account's own are found by an index.

The table of sessions names nobody. To list the devices of one account, or to close them, every session of a
country would have to be opened, one after the other.
"""

from collections.abc import Iterator
from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.utils.crypto import salted_hmac

from maillage.web import installation_keys

SIGNS, END = 7, "-"  # with the 32 that are drawn at random, the 40 signs of the column
LAST = "z" * 33  # after whatever a key goes on with, in every order of letters


class SessionStore(db.SessionStore):
    def _get_new_session_key(self) -> str:
        drawn = super()._get_new_session_key()  # type: ignore[misc]  # Django's, left out of its stubs
        return f"{_begin(self.get(SESSION_KEY))}{END}{drawn}"

    def save(self, must_create: bool = False) -> None:
        """Save, under another key once somebody is signed in; one of a version before keeps its own."""
        super().save(must_create)
        begin, end, _ = (self.session_key or "").partition(END)
        if end and begin != _begin(self.get(SESSION_KEY)):
            self.cycle_key()


def may_be_of(account: str, at: datetime) -> Iterator[Session]:
    """Yield the open sessions among which are all those of an account, by its number as they hold it."""
    there = Session.objects.filter(expire_date__gt=at)
    for key in installation_keys.all_keys():
        begin = _begin(account, key)
        yield from there.filter(session_key__range=(begin, begin + LAST))
    # Those of the versions before, for a week at most: their keys alone are read to tell them apart.
    former = Session.objects.exclude(session_key__contains=END).values("session_key")
    yield from there.filter(session_key__in=former).iterator()


def _begin(account: object, key: str | None = None) -> str:
    return salted_hmac("maillage.sessions", str(account or ""), key).hexdigest()[:SIGNS]
