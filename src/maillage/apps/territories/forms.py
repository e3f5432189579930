"""A territory, typed the same way wherever it is asked."""

from typing import Any

from django import forms

from maillage.apps.territories import queries
from maillage.kernel.errors import UnknownTerritory
from maillage.studies.diagnosis.territories import gazetteer


class TerritoryField(forms.CharField):
    """A commune, a département, a kept perimeter, by name or by code: cleaned to its code or its address."""

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        perimeter = queries.perimeter(typed)
        if perimeter is not None:
            return str(perimeter.slug)
        named = [each.slug for each in queries.perimeters_by_name(typed)]
        named += [each.code for each in queries.official_namesakes(typed)]
        if len(named) == 1:
            return str(named[0])
        try:
            return queries.territory(typed).code
        except UnknownTerritory as error:
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
            matches = gazetteer().get(typed)
            return [(matches.code, matches.long_name)]
    except UnknownTerritory:
        return []
    named = [(each.slug, each.name) for each in queries.perimeters_by_name(typed)]
    matches = (
        queries.official_namesakes(typed)
        if named
        else gazetteer().find(typed, limit=MOST_CHOICES, with_grouping=False)
    )
    return [*named, *((each.code, f"{each.long_name} ({each.code})") for each in matches)]


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
