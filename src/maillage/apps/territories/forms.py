"""A territory, typed the same way wherever it is asked."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse_lazy

from maillage.apps.territories import queries
from maillage.kernel.errors import UnknownTerritory
from maillage.kernel.names import plain
from maillage.statistics.zones.territories import KIND_LABELS, Territory, gazetteer
from maillage.words.wording import listing

CHOSEN = re.compile(r"^.+ \((\d\w+)\)$")  # « Grenoble (38185) », as a suggestion fills it in


class TerritoryField(forms.CharField):
    """A commune, a département, a kept perimeter, by name or by code: cleaned to its code or its address.
    Suggested as it is typed, « Name (code) » once chosen.
    """

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"data-suggestions": reverse_lazy("suggestions")}

    def clean(self, value: Any) -> str:
        name_or_code = CHOSEN.sub(r"\1", super().clean(value))
        perimeter = queries.perimeter(name_or_code)
        if perimeter is not None:
            return str(perimeter.slug)
        if not name_or_code:
            return ""
        official = queries.official_namesakes(name_or_code)
        named = [(each.slug, each.name) for each in queries.perimeters_by_name(name_or_code)]
        named += [(each.code, distinct_label(each)) for each in by_place(official)]
        matches = named or candidates(name_or_code)
        if len(matches) == 1:
            return matches[0][0]
        try:
            return queries.territory(name_or_code).code
        except UnknownTerritory as error:
            if matches and official:
                codes = listing([f"{code} ({words})" for code, words in matches])
                raise forms.ValidationError(
                    f"Plusieurs territoires s’appellent « {name_or_code} ». Les chiffres de chacun diffèrent."
                    f" Écrivez le code du vôtre : {codes}."
                ) from error
            raise forms.ValidationError(" ".join(error.sentences)) from error


WHICH = "lequel"
MOST_CHOICES = 12


def candidates(typed: str) -> list[tuple[str, str]]:
    """Return the territories that a text may mean, as (code, words), official or a stored perimeter: one when
    it is a code or when a perimeter alone has this name, or these words in its name.

    Several communes, or a commune and what it belongs to, may bear one name: nobody is made to know a code.
    """
    typed = typed.strip()
    if not typed:
        return []
    if typed.casefold() == "france":
        return [("france", "France")]
    try:
        if typed.upper() in gazetteer():
            territory = gazetteer().get(typed)
            return [(territory.code, territory.long_name)]
    except UnknownTerritory:
        return []
    named = [(each.slug, each.name) for each in queries.perimeters_by_name(typed)]
    matches = (
        queries.official_namesakes(typed)
        if named
        else gazetteer().find(typed, limit=MOST_CHOICES, with_grouping=False)
    )
    return [*named, *((each.code, distinct_label(each)) for each in by_place(matches))]


def distinct_label(territory: Territory) -> str:
    """Return the words that tell a territory from its namesakes: « Sainte-Colombe, Rhône (69) »."""
    words = territory.place if territory.kind == "commune" else KIND_LABELS[territory.kind]
    return ", ".join(filter(None, (territory.long_name, words)))


def by_place(territories: Sequence[Territory]) -> list[Territory]:
    """Return territories in their order, those of one name by the name of their département."""
    ranks = {territory.long_name: rank for rank, territory in reversed(list(enumerate(territories)))}
    return sorted(territories, key=lambda territory: (ranks[territory.long_name], plain(territory.place)))


class TerritoryChoiceMixin:
    """For a form with a field « territoire »: when several territories bear the name that was typed, a field
    to choose among them comes after it, and what was typed stays.
    """

    fields: dict[str, forms.Field]
    data: Any
    is_bound: bool

    def offer_territories(self) -> None:
        """Add the field of the choice, when what was sent may mean several territories."""
        choices = candidates(str(self.data.get("territoire", ""))[:100]) if self.is_bound else []
        if len(choices) > 1 and "territoire" in self.fields:
            which = forms.ChoiceField(
                label="Quel territoire ?", choices=[("", "Choisissez"), *choices], required=False
            )
            self.fields = {
                name: choice_field
                for known, field in self.fields.items()
                for name, choice_field in (
                    (known, field),
                    *(((WHICH, which),) if known == "territoire" else ()),
                )
            }

    def chosen_territory(self, typed: str) -> str:
        """Return the code of the territory; ValidationError with what to do when it is none or several."""
        choices = candidates(typed)
        chosen_code = str(self.data.get(WHICH, ""))
        codes = [code for code, _ in choices if code == chosen_code] or [code for code, _ in choices]
        if len(codes) == 1:
            return codes[0]
        if codes:
            raise forms.ValidationError(
                "Plusieurs territoires ont ce nom. Les chiffres de chacun diffèrent. Choisissez le vôtre"
                " juste au-dessous."
            )
        raise forms.ValidationError(
            "Ce territoire n’est pas reconnu. Sans lui, rien ne pourrait être compté. Vérifiez son nom, ou"
            " écrivez son code, par exemple 38151 ou 200040715."
        )
