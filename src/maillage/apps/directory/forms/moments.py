"""A day and an hour, typed the same way wherever they are asked."""

from typing import Any

from django import forms

from maillage.words.languages import to_say


class DayField(forms.DateField):
    """A day, chosen in the calendar of the browser."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {  # noqa: RUF012 (Django's own way: merged along the classes)
        "required": to_say("Il manque le jour. Choisissez-le."),
        "invalid": to_say("Cette date n’existe pas. Choisissez-la de nouveau."),
    }


class HourField(forms.TimeField):
    """An hour, by steps of five minutes. example: one that is written as it should be."""

    widget = forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M")
    default_error_messages = {"required": to_say("Il manque l’heure. Choisissez-la.")}  # noqa: RUF012

    def __init__(self, *, example: str = "14:00", **options: Any) -> None:
        super().__init__(**options)
        self.error_messages["invalid"] = f"Cette heure n’existe pas. Écrivez par exemple {example}."
