"""Numbers with a comma, whose bounds are told as people write them."""

from functools import partial
from typing import Any

from django import forms
from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator
from django.utils.functional import lazy

from maillage.words.languages import FRENCH, spoken
from maillage.words.wording import number

BOUNDS: dict[type[BaseValidator], str] = {
    MinValueValidator: "Il faut au moins %(limit_value)s.",
    MaxValueValidator: "Il faut au plus %(limit_value)s.",
}


def _bound_words(french: str, of_framework: Any) -> str:
    return french if spoken().code == FRENCH else str(of_framework)


def say_bounds() -> None:
    """Say the bounds of every number field in words of ours; in another language, in those of Django."""
    for validator, words in BOUNDS.items():
        validator.message = lazy(partial(_bound_words, words, validator.message), str)()


def bound(value: Any) -> Any:
    """Return a bound as a page says it: « 0,25 », « 1 000 »; what is no number as it is.

    >>> bound(0.25), bound(10), bound("deux")
    ('0,25', '10', 'deux')
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    decimals = len(f"{value:.6f}".rstrip("0").partition(".")[2])
    return number(value, decimals)


def _readable(refusal: forms.ValidationError) -> forms.ValidationError:
    for each in refusal.error_list:
        if each.params and "limit_value" in each.params:
            each.params = {**each.params, "limit_value": bound(each.params["limit_value"])}
    return refusal


class FloatField(forms.FloatField):
    """A number; a bound that it passes is told with a comma."""

    def run_validators(self, value: Any) -> None:
        try:
            super().run_validators(value)
        except forms.ValidationError as refusal:
            raise _readable(refusal) from None


class DecimalField(forms.DecimalField):
    """A decimal number; a bound that it passes is told with a comma."""

    def run_validators(self, value: Any) -> None:
        try:
            super().run_validators(value)
        except forms.ValidationError as refusal:
            raise _readable(refusal) from None
