"""Two people who write the same: who saves second takes nothing of the first, and reads what the first wrote
before it is lost.
"""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from maillage.kernel.errors import Refused
from maillage.words.dates import in_words
from maillage.words.languages import say, to_say


class WrittenMeanwhile(Refused):
    """Somebody else wrote the same since it was shown. now: what each field of theirs says."""

    def __init__(self, what: str, now: Mapping[str, Any]) -> None:
        super().__init__(
            what,
            why=say("Quelqu’un d’autre y a écrit pendant que vous écriviez. Les deux textes sont gardés."),
            do=say("Votre texte est dans le formulaire, le sien à côté : réunissez-les, puis enregistrez."),
        )
        self.now = now


def refuse_overwrites(
    what: str, *, now: Mapping[str, Any], original: Mapping[str, Any], typed: Mapping[str, Any]
) -> None:
    """Refuse what would replace what somebody else wrote of the same field since it was shown; both writing
    the same is no conflict. now: read under the lock of who writes, or two of the same instant both pass.

    >>> refuse_overwrites("", now={"a": "Le sien"}, original={"a": "Avant"}, typed={"a": " Le  sien"})
    >>> refuse_overwrites("", now={"a": "Avant"}, original={"a": "Avant"}, typed={"a": "Le mien"})
    """
    overwritten = [
        name
        for name in typed
        if name in original and as_compared(now[name]) not in map(as_compared, (original[name], typed[name]))
    ]
    if overwritten:
        raise WrittenMeanwhile(what, {name: now[name] for name in overwritten})


def as_compared(value: Any) -> Any:
    """Return a value as it is compared: its spaces and line ends say nothing, nor does an order."""
    if isinstance(value, str):
        return " ".join(value.split())
    return frozenset(value) if isinstance(value, list | tuple) else value


class OverwriteGuard(forms.Form):
    """Fields sent back with what they said when they were shown: who changes one takes nothing of another
    that somebody writes meanwhile. compared: those fields; stored_names: how what is stored names them, where
    it is otherwise.
    """

    compared: Collection[str] = ()
    stored_names: Mapping[str, str] = {}

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
        """Return the values of the fields when the page was opened, by their stored names, but for those that
        came without it.
        """
        return {
            self.stored_names.get(name, name): self._read_initial(name, field)
            for name, field in self.fields.items()
            if field.show_hidden_initial
        }

    def _read_initial(self, name: str, field: forms.Field) -> Any:
        key = self.add_initial_prefix(name)
        sent = field.hidden_widget().value_from_datadict(self.data, self.files, key)
        try:
            return field.to_python(sent)
        except ValidationError:
            return sent  # as it came: it says nothing that is stored

    @property
    def values(self) -> dict[str, Any]:
        """Return the fields that were changed, by their stored names."""
        return {
            self.stored_names.get(name, name): self.cleaned_data[name]
            for name in self.compared
            if name in self.changed_data and name in self.cleaned_data
        }

    def tell(self, refusal: WrittenMeanwhile) -> None:
        """Say of each field that somebody else wrote too what it says now; sent again, it is replaced."""
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        field_names = {stored: name for name, stored in self.stored_names.items()}
        for stored, now in refusal.now.items():
            name = field_names.get(stored, stored)
            data[self.add_initial_prefix(name)] = "" if now is None else str(now)
            words = self._in_words(name, now)
            meanwhile = say(MEANWHILE, words=words) if words else say(EMPTIED)
            ends = "" if not words or words.endswith((".", "!", "?", "…")) else "."
            self.add_error(name, f"{meanwhile}{ends} {say(DO)}")
        self.data = data

    def _in_words(self, name: str, value: Any) -> str:
        """Return a value as its field shows it."""
        if isinstance(value, date):
            return in_words(value)
        labels = {str(key): str(label) for key, label in getattr(self.fields[name], "choices", ())}
        return labels.get(str(value), str(value or ""))


class CheckedForm(OverwriteGuard):
    """A guard whose initial values are what is stored now: it refuses by itself to replace what somebody else
    wrote since it was shown, and takes what they wrote of the fields that were left as they were. compared:
    fields of one value.
    """

    def full_clean(self) -> None:
        conflicts = self._take_present() if self.is_bound else {}
        super().full_clean()
        if conflicts:
            self.tell(WrittenMeanwhile("", conflicts))

    def _take_present(self) -> dict[str, Any]:
        """Return the stored values of fields that two people changed; put those of the others in the data."""
        conflicts = {}
        data = self.data.copy() if isinstance(self.data, QueryDict) else dict(self.data)
        for name, field in self.fields.items():
            if not self._is_sent_back(name, field):
                continue
            displayed, submitted = (
                self._sent(name, self.add_initial_prefix(name)),
                self._sent(name, self.add_prefix(name)),
            )
            present = self._as_sent(name)
            if present in (displayed, submitted):
                continue
            if submitted != displayed:
                conflicts[name] = self.get_initial_for_field(field, name)
                continue
            data[self.add_initial_prefix(name)] = data[self.add_prefix(name)] = present
            if isinstance(field, forms.BooleanField) and not present:
                del data[self.add_prefix(name)]
        self.data = data
        return conflicts

    def _is_sent_back(self, name: str, field: forms.Field) -> bool:
        """Return True for a field of one value that came back with its displayed value."""
        is_list = isinstance(field, forms.MultipleChoiceField)
        return field.show_hidden_initial and not is_list and self.add_initial_prefix(name) in self.data

    def _sent(self, name: str, key: str) -> str:
        """Return the value of a field as a browser sent it under a key."""
        return self._text(name, self.fields[name].widget.value_from_datadict(self.data, self.files, key))

    def _as_sent(self, name: str) -> str:
        """Return the stored value of a field, as a browser sends it."""
        field = self.fields[name]
        return self._text(name, field.prepare_value(self.get_initial_for_field(field, name)))

    def _text(self, name: str, value: Any) -> str:
        if isinstance(self.fields[name], forms.BooleanField):
            return "on" if value not in (False, None, "", "False") else ""
        text = self.fields[name].widget.format_value(value)
        text = next(iter(text), "") if isinstance(text, list) else text
        return " ".join(str("" if text is None else text).split())


MEANWHILE = to_say("Quelqu’un d’autre a écrit entre-temps : « {words} »")
EMPTIED = to_say("Quelqu’un d’autre l’a effacé entre-temps.")
DO = to_say("Gardez-en ce qu’il faut, puis enregistrez de nouveau : votre texte prendra sa place.")
