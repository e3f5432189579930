"""A commune, a place of one’s structures: typed and chosen the same way wherever they are asked."""

from collections.abc import Iterable
from typing import Any

from django import forms
from rapidfuzz.distance import OSA

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import where
from maillage.kernel.names import plain
from maillage.words.languages import say

NEAR = 0.75  # of two names, from which one is the other but for a fault or two


def read_commune(typed: str) -> str:
    """Return the code of a commune that was typed, "" when nothing was; ValidationError when nobody knows
    it.
    """
    typed = typed.strip()
    if not typed:
        return ""
    spot = where.find(typed).spot
    if spot is None or len(spot.communes) != 1 or not _is_near(typed, spot.label):
        raise forms.ValidationError(
            say(
                "« {typed} » : nous ne savons pas quelle commune c’est. Écrivez son nom en entier.",
                typed=typed,
            )
        )
    return spot.communes[0]


def _is_near(typed: str, label: str) -> bool:
    """Accept a typed text for a place without asking: a number, a part of its name, or its name but for a
    fault or two.

    >>> _is_near("echirolle", "Échirolles"), _is_near("38130", "Échirolles")
    (True, True)
    >>> _is_near("Nulle-part-les-Oies", "Neuillay-les-Bois")
    False
    """
    words, name = plain(typed.partition(",")[0]), plain(label)
    return words.isdigit() or words in name or name in words or OSA.normalized_similarity(words, name) >= NEAR


class CommuneField(forms.CharField):
    """A commune, by its name or its postcode: cleaned to its code, "" when nothing was typed."""

    def clean(self, value: Any) -> str:
        return read_commune(super().clean(value))


def lieux_of(structures: Iterable[Structure]) -> dict[str, Lieu]:
    """Return the places of structures by the value that chooses them, in the order of their names."""
    lieux = Lieu.objects.filter(structure__in=list(structures), merged_into=None).order_by("name")
    return {str(lieu.pk): lieu for lieu in lieux}
