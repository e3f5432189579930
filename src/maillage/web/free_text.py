"""Columns of what is typed freely about somebody: no secret of theirs enters, whichever way it is written."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import models

from maillage.kernel.secret_text import refuse_secrets

_as_stored = ContextVar("as_stored", default=False)


class _Free:
    """The behaviour of both columns. To a migration they are the columns they extend: no table changes."""

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()  # type: ignore[misc]
        return name, f"django.db.models.{type(self).__base_column__}", args, kwargs  # type: ignore[attr-defined]

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Return a text as the database takes it; Refused when it seems to hold a secret."""
        if isinstance(value, str) and not _as_stored.get():
            refuse_secrets(value)
        return super().get_db_prep_save(value, connection)  # type: ignore[misc]


class FreeChar(_Free, models.CharField):
    """A line typed about somebody."""

    __base_column__ = "CharField"


class FreeText(_Free, models.TextField):
    """Some lines typed about somebody."""

    __base_column__ = "TextField"


@contextmanager
def as_stored() -> Iterator[None]:
    """Let a restoration write back what a backup holds, as it was."""
    token = _as_stored.set(True)
    try:
        yield
    finally:
        _as_stored.reset(token)
