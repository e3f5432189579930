"""A day and an hour, typed the same way wherever they are asked."""

from datetime import date
from typing import Any

from django import forms

from maillage.words.languages import to_say

YEARS = range(1900, 2200)  # « 0026 » typed for 2026 is no year, and no calculation follows the year 9999


class DayField(forms.DateField):
    """A day, chosen in the calendar of the browser. years: those that somebody may have meant; None where the
    room refuses by a narrower rule, in its own words.
    """

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    default_error_messages = {  # noqa: RUF012 (Django's own way: merged along the classes)
        "required": to_say("Il manque le jour. Choisissez-le."),
        "invalid": to_say("Cette date n’existe pas. Choisissez-la de nouveau."),
        "year": to_say("L’année %(year)s n’est pas possible. Corrigez la date."),
    }

    def __init__(self, *, years: range | None = YEARS, **options: Any) -> None:
        super().__init__(**options)
        self.years = years

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and self.years is not None and day.year not in self.years:
            raise forms.ValidationError(self.error_messages["year"], code="year", params={"year": day.year})
        return day


class HourField(forms.TimeField):
    """An hour, by steps of five minutes."""

    widget = forms.TimeInput(attrs={"type": "time", "step": "300"}, format="%H:%M")
    default_error_messages = {  # noqa: RUF012
        "required": to_say("Il manque l’heure. Choisissez-la."),
        "invalid": to_say("Cette heure n’existe pas. Écrivez par exemple 14:30."),
    }
