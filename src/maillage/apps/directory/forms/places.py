"""A commune, a place of one’s structures: typed and chosen the same way wherever they are asked."""

from collections.abc import Iterable
from typing import Any

from django import forms

from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.directory.queries import where
from maillage.words.languages import say


def read_commune(typed: str) -> str:
    """Return the code of a commune that was typed, "" when nothing was; ValidationError when nobody knows
    it.
    """
    typed = typed.strip()
    if not typed:
        return ""
    spot = where.find(typed).spot
    if spot is None or len(spot.communes) != 1:
        raise forms.ValidationError(
            say(
                "« {typed} » : nous ne savons pas quelle commune c’est. Écrivez son nom en entier.",
                typed=typed,
            )
        )
    return spot.communes[0]


class CommuneField(forms.CharField):
    """A commune, by its name or its postcode: cleaned to its code, "" when nothing was typed."""

    def clean(self, value: Any) -> str:
        return read_commune(super().clean(value))


def lieux_of(structures: Iterable[Structure]) -> dict[str, Lieu]:
    """Return the places of structures by the value that chooses them, in the order of their names."""
    found = Lieu.objects.filter(structure__in=list(structures), merged_into=None).order_by("name")
    return {str(lieu.pk): lieu for lieu in found}
