"""The cache that every process shares, in a table of the database: each value is signed by the secret key.

Django stores there what Python rebuilds, and rebuilds whatever it reads: who writes in that table would run a
program as the service. Here a value is rebuilt when its signature says that a holder of the key wrote it,
under that name; any other row is taken for an absent one.
"""

import base64
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.db import DatabaseCache
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from maillage.kernel import stored_objects

FOREVER = datetime.max.replace(microsecond=0, tzinfo=UTC)
ABSENT = object()
UPSERT = """
insert into {0} as former (cache_key, value, expires) values (%s, %s, %s)
on conflict (cache_key) do update set value = excluded.value, expires = excluded.expires
"""
WRITES = {
    "set": UPSERT,
    "add": f"{UPSERT} where former.expires < %s",
    "touch": "update {0} set expires = %s where cache_key = %s",
}


class SignedCache(DatabaseCache):
    """The cache of Django in the database, but for what it writes and reads of a value."""

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        """Return the values of some keys; a row that is over, or that nobody signed, is deleted."""
        key_by_name = {self.make_and_validate_key(key, version=version): key for key in keys}
        if not key_by_name:
            return {}
        marks = ", ".join(["%s"] * len(key_by_name))
        with connection.cursor() as cursor:
            cursor.execute(
                f"select cache_key, value, expires < %s from {self._quoted} where cache_key in ({marks})",  # noqa: S608, our own names
                [_adapted(timezone.now()), *key_by_name],
            )
            rows = cursor.fetchall()
        values, useless_names = {}, []
        for name, text, is_over in rows:
            value = ABSENT if is_over else _rebuilt(name, text)
            if value is ABSENT:
                useless_names.append(name)
            else:
                values[key_by_name[name]] = value
        self._base_delete_many(useless_names)  # type: ignore[attr-defined]  # Django's, left out of its stubs
        return values

    def set(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        self._write("set", self.make_and_validate_key(key, version=version), value, timeout)

    def add(
        self, key: Any, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> bool:
        """Store a value unless its key has one, and return whether it was stored."""
        name = self.make_and_validate_key(key, version=version)
        if self._write("add", name, value, timeout):
            return True
        # A row that nobody signed stands in the way until it is read.
        return self.get(key, ABSENT, version) is ABSENT and self._write("add", name, value, timeout)

    def touch(self, key: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._write("touch", self.make_and_validate_key(key, version=version), None, timeout)

    def _write(self, mode: str, name: str, value: Any, timeout: float | None) -> bool:
        seconds = self.get_backend_timeout(timeout)
        expires = _adapted(FOREVER if seconds is None else datetime.fromtimestamp(int(seconds), tz=UTC))
        at = timezone.now().replace(microsecond=0)
        values = [expires, name] if mode == "touch" else [name, _signed(name, value), expires]
        if mode == "add":
            values.append(_adapted(at))
        with connection.cursor() as cursor:
            cursor.execute(f"select count(*) from {self._quoted}")  # noqa: S608, our own names
            n_rows = cursor.fetchone()[0]
            if n_rows > self._max_entries:
                self._cull(DEFAULT_DB_ALIAS, cursor, at, n_rows)  # type: ignore[attr-defined]  # Django's, left out of its stubs
            try:
                with transaction.atomic():
                    cursor.execute(WRITES[mode].format(self._quoted), values)
                    return bool(cursor.rowcount)
            except DatabaseError:  # as Django does: a value that is not stored is made again
                return False

    @property
    def _quoted(self) -> str:
        return connection.ops.quote_name(self._table)  # type: ignore[attr-defined]  # Django's, left out of its stubs


def _adapted(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _signed(name: str, value: Any) -> str:
    return base64.b64encode(stored_objects.signed(value, key=_key(name))).decode("ascii")


def _rebuilt(name: str, text: str) -> Any:
    try:
        return stored_objects.rebuilt(base64.b64decode(text), key=_key(name))
    except ValueError:
        return ABSENT


def _key(name: str) -> bytes:
    """Return the key that signs the value of a name: moved under another one, it is not read."""
    return salted_hmac("maillage.manage.requests.signed_cache", name, algorithm="sha256").digest()
