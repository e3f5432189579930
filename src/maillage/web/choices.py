"""Fields of choices: those known only when the form is made, numbers, and what was sent of several."""

from typing import Any

from django.forms import BaseForm, ChoiceField, ModelChoiceField, TypedChoiceField
from django.http import QueryDict


def choice_field(form: BaseForm, name: str) -> ChoiceField:
    """Return a field of a form by its name, as one that has choices; TypeError when it has none."""
    field = form.fields[name]
    if not isinstance(field, ChoiceField):
        raise TypeError(f"The field {name} of {type(form).__name__} has no choices.")
    return field


def rows_field(form: BaseForm, name: str) -> "ModelChoiceField[Any]":
    """Return a field of a form by its name, as one whose choices are rows; TypeError when they are not."""
    field = form.fields[name]
    if not isinstance(field, ModelChoiceField):
        raise TypeError(f"The field {name} of {type(form).__name__} chooses among no rows.")
    return field


def options(field: ChoiceField) -> list[tuple[str, Any]]:
    """Return the choices of a field: a value and its label, or a title and the choices under it."""
    choices: Any = field.choices  # what they are given as is a longer type than what they are read as
    return list(choices)


def editable_data(form: BaseForm) -> QueryDict:
    """Return a copy of what a browser sent, to be changed; TypeError for a form that it did not send."""
    if not isinstance(form.data, QueryDict):
        raise TypeError(f"{type(form).__name__} was not sent by a browser.")
    return form.data.copy()


def sent_values(form: BaseForm, key: str) -> list[str]:
    """Return every value that a browser sent under a key."""
    return form.data.getlist(key) if isinstance(form.data, QueryDict) else []


class NumberChoiceField(TypedChoiceField):
    """A choice among numbers. empty_value: the one that none stands for."""

    def __init__(self, *, empty_value: int | None, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=empty_value, **kwargs)  # type: ignore[arg-type]  # typed as a text
