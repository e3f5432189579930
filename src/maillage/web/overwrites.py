"""Two people who write the same: who saves second takes nothing of the first, and reads what the first wrote
before it is lost.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from maillage.kernel.errors import Refused
from maillage.words.dates import in_words


class WrittenMeanwhile(Refused):
    """Somebody else wrote the same since it was shown. now: what each field of theirs says."""

    def __init__(self, what: str, now: Mapping[str, Any]) -> None:
        super().__init__(
            what,
            why="Quelqu’un d’autre l’a changée pendant que vous écriviez. Les deux textes sont gardés.",
            do="Votre texte est dans le formulaire, le sien à côté : réunissez-les, puis enregistrez.",
        )
        self.now = now


def refuse_overwrites(
    what: str, *, now: Mapping[str, Any], shown: Mapping[str, Any], typed: Mapping[str, Any]
) -> None:
    """Refuse what would replace what somebody else wrote of the same field since it was shown; both writing
    the same is no conflict. now: read under the lock of who writes, or two of the same instant both pass.

    >>> refuse_overwrites("", now={"a": "Le sien"}, shown={"a": "Avant"}, typed={"a": " Le  sien"})
    >>> refuse_overwrites("", now={"a": "Avant"}, shown={"a": "Avant"}, typed={"a": "Le mien"})
    """
    theirs = [
        name
        for name in typed
        if name in shown and as_compared(now[name]) not in map(as_compared, (shown[name], typed[name]))
    ]
    if theirs:
        raise WrittenMeanwhile(what, {name: now[name] for name in theirs})


def as_compared(value: Any) -> Any:
    """Return a value as it is compared: its spaces and line ends say nothing, nor does an order."""
    if isinstance(value, str):
        return " ".join(value.split())
    return frozenset(value) if isinstance(value, list | tuple) else value


class OverwriteGuard(forms.Form):
    """Fields sent back with what they said when they were shown: who changes one takes nothing of another
    that somebody writes meanwhile. compared: those fields.
    """

    compared: Collection[str] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.send_back(self.compared)

    def send_back(self, names: Collection[str]) -> None:
        """Let fields come back with what they said; one that comes without it is as in any form, but for a
        list beside fields that have it: an empty one sends nothing.
        """
        sent = {name for name in names if self.add_initial_prefix(name) in self.data}
        for name in names:
            if name in self.fields:
                is_list = isinstance(self.fields[name], forms.MultipleChoiceField)
                is_sent = not self.is_bound or name in sent or (is_list and bool(sent))
                self.fields[name].show_hidden_initial = is_sent

    @property
    def original(self) -> dict[str, Any]:
        """Return what the fields said when they were shown, but for those that came without it."""
        return {
            name: self._read_shown(name, field)
            for name, field in self.fields.items()
            if field.show_hidden_initial
        }

    def _read_shown(self, name: str, field: forms.Field) -> Any:
        key = self.add_initial_prefix(name)
        sent = field.hidden_widget().value_from_datadict(self.data, self.files, key)
        try:
            return field.to_python(sent)
        except ValidationError:
            return sent  # as it came: it says nothing that is stored

    @property
    def values(self) -> dict[str, Any]:
        """Return the fields that were changed."""
        return {
            name: self.cleaned_data[name]
            for name in self.compared
            if name in self.changed_data and name in self.cleaned_data
        }

    def tell(self, others: WrittenMeanwhile) -> None:
        """Say of each field that somebody else wrote too what it says now; sent again, it is replaced."""
        self.data = self.data.copy()
        for name, now in others.now.items():
            self.data[self.add_initial_prefix(name)] = "" if now is None else str(now)
            told = in_words(now) if isinstance(now, date) else now
            ends = "" if str(told).endswith((".", "!", "?", "…")) else "."
            said = f"Quelqu’un d’autre a écrit entre-temps : « {told} »{ends}" if told else GONE
            self.add_error(
                name,
                f"{said} Gardez-en ce qu’il faut, puis enregistrez de nouveau : votre texte prendra sa"
                " place.",
            )


GONE = "Quelqu’un d’autre l’a effacé entre-temps."
