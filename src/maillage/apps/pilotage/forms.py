"""What is typed to ask for an activity report: a period, a structure, for whom."""

from datetime import date
from typing import Any

from django import forms

from maillage.apps.directory.forms.moments import DayField
from maillage.apps.directory.models import Structure

LONGEST = 1_100  # days: three years, as most agreements


class ActivityForm(forms.Form):
    """A period, one structure or all of them, the name of a funder."""

    du = DayField(label="Du")
    au = DayField(label="Au")
    structure = forms.ChoiceField(label="Structure", required=False)
    pour = forms.CharField(
        label="Pour (facultatif)",
        required=False,
        max_length=120,
        help_text="Le financeur : son nom s’imprime sous le titre.",
    )

    def __init__(self, *args: Any, structures: list[Structure], on: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(each.pk): each for each in structures}
        named = [(key, each.name) for key, each in self.structures.items()]
        every = [("", f"Toutes ({len(named)})")] if len(named) > 1 else []
        self.fields["structure"].choices = [*every, *named]  # type: ignore[attr-defined]
        self.on = on

    def clean(self) -> dict[str, Any]:
        """Check that the period has a sense."""
        held = super().clean() or {}
        begins, ends = held.get("du"), held.get("au")
        if begins and ends and ends < begins:
            self.add_error("au", "La période finit avant de commencer. Corrigez l’un des deux jours.")
        elif begins and ends and (ends - begins).days > LONGEST:
            self.add_error("au", "Trois ans au plus. Choisissez une période plus courte.")
        return held

    @property
    def chosen(self) -> list[Structure]:
        """Return the structures asked for."""
        one = self.structures.get(self.cleaned_data["structure"])
        return [one] if one else list(self.structures.values())
