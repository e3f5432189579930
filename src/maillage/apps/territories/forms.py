"""A territory, typed the same way wherever it is asked."""

from typing import Any

from django import forms

from maillage.apps.territories import queries
from maillage.kernel.errors import UnknownTerritory


class TerritoryField(forms.CharField):
    """A commune, a département, a kept perimeter, by name or by code: cleaned to its code or its address."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        kept = queries.perimeter(typed)
        named = [kept] if kept is not None else queries.perimeters_named(typed)
        if len(named) == 1:
            return str(named[0].slug)
        try:
            return queries.territory(typed).code
        except UnknownTerritory as error:
            raise forms.ValidationError(" ".join(error.sentences)) from error
