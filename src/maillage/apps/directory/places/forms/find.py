"""The criteria of a search, read from the address of the page. Invalid values are ignored."""

from typing import Any

from django import forms

from maillage.apps.directory.places.queries.results import (
    FILTERS,
    MENU_FIELDS,
    MINUTES,
    NEAREST,
    PAGE,
    USUAL,
    Search,
    chosen_facets,
)
from maillage.apps.directory.places.queries.where import Spot
from maillage.apps.territories.rules import AREAS
from maillage.reference import offer
from maillage.web.choices import NumberChoiceField

LONGEST = 60  # characters of a language


class FindForm(forms.Form):
    ou = forms.CharField(required=False, max_length=100)
    territoire = forms.CharField(required=False, max_length=61)
    besoin = forms.CharField(required=False)
    marche = NumberChoiceField(
        required=False, empty_value=USUAL, choices=[(str(m), w) for m, w in MINUTES.items()]
    )
    mot = forms.CharField(required=False, max_length=80)
    montrer = forms.IntegerField(required=False, min_value=PAGE, max_value=NEAREST)

    def typed(self, name: str) -> Any:
        """Return the value of a field, '' when it is missing or invalid."""
        self.is_valid()
        return self.cleaned_data.get(name, "")

    def search(self, spot: Spot | None) -> Search:
        """Return the search around a spot."""
        need, minutes = self.typed("besoin"), self.typed("marche")
        return Search(
            spot=spot,
            need=need if need in offer.practices() else "",
            filters=tuple(id for id in FILTERS if self.data.get(id)),
            chosen=self._chosen(),
            minutes=minutes if minutes != "" else USUAL,
            text=self.typed("mot"),
            n_rows=self.typed("montrer") or PAGE,
        )

    @property
    def has_unread_menu(self) -> bool:
        """True when the address has a value that no menu has: nothing is narrowed by it."""
        return len(self._chosen()) < sum(map(bool, self._text_by_menu.values()))

    @property
    def _text_by_menu(self) -> dict[str, str]:
        return {id: str(self.data.get(id, ""))[:LONGEST] for id in (*MENU_FIELDS, "langue", *AREAS)}

    def _chosen(self) -> dict[str, str]:
        """Return the value chosen in each menu."""
        menus = self._text_by_menu.items()
        return {id: value for id, value in menus if value and chosen_facets(id, value)}
