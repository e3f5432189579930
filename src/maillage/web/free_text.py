"""Columns of what is typed freely about somebody: no secret of theirs enters, whichever way it is written."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models

from maillage.kernel.secret_text import refuse_secrets

if TYPE_CHECKING:  # Django gives their parameters to these classes for type checkers alone
    _Column = models.Field[str, str]
    _Char = models.CharField[str, str]
    _Text = models.TextField[str, str]
else:
    _Column, _Char, _Text = object, models.CharField, models.TextField


class _Free(_Column):
    """The behaviour of both columns. To a migration they are the columns they extend: no table changes."""

    __base_column__: ClassVar[str]

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, f"django.db.models.{self.__base_column__}", args, kwargs

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Return a text as the database takes it; Refused when it seems to hold a secret."""
        if isinstance(value, str):
            refuse_secrets(value)
        return super().get_db_prep_save(value, connection)


class FreeChar(_Free, _Char):
    """A line typed about somebody."""

    __base_column__ = "CharField"


class FreeText(_Free, _Text):
    """Some lines typed about somebody."""

    __base_column__ = "TextField"
