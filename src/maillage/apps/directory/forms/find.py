"""What a search asks, from the address of the page. Whatever the address says wrongly is as if it said nothing."""

from typing import Any

from django import forms

from maillage.apps.directory.queries.results import FILTERS, MINUTES, NEAREST, PAGE, Asked
from maillage.apps.directory.queries.where import Spot
from maillage.reference import offer


class FindForm(forms.Form):
    ou = forms.CharField(required=False, max_length=100)
    territoire = forms.CharField(required=False, max_length=61)
    besoin = forms.CharField(required=False)
    marche = forms.TypedChoiceField(
        required=False, coerce=int, empty_value=30, choices=[(str(m), w) for m, w in MINUTES.items()]
    )
    mot = forms.CharField(required=False, max_length=80)
    montrer = forms.IntegerField(required=False, min_value=PAGE, max_value=NEAREST)

    def said(self, name: str) -> Any:
        """Return what a field says, '' when nothing or nothing that can be read."""
        self.is_valid()
        return self.cleaned_data.get(name, "")

    def asked(self, spot: Spot | None) -> Asked:
        """Return what is looked for around a spot."""
        need, minutes = self.said("besoin"), self.said("marche")
        return Asked(
            spot=spot,
            need=need if need in offer.practices() else "",
            filters=tuple(id for id in FILTERS if self.data.get(id)),
            minutes=minutes if minutes != "" else 30,
            text=self.said("mot"),
            shown=self.said("montrer") or PAGE,
        )
