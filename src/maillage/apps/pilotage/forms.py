"""What is typed to ask for an activity report: a period, a structure, for whom."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from maillage.apps.directory.forms.moments import DayField
from maillage.apps.directory.models import Structure
from maillage.apps.plans.models import Funder

LONGEST = 1_100  # days: three years, as most agreements


class ActivityForm(forms.Form):
    """A period, one structure or all of them, the name of a funder."""

    du = DayField(label="Du")
    au = DayField(label="Au")
    structure = forms.ChoiceField(label="Structure", required=False)
    financeur = forms.ChoiceField(
        label="Pour un financeur du plan (facultatif)",
        required=False,
        help_text="Le rapport dit aussi les actions qu’il finance.",
    )
    pour = forms.CharField(
        label="Pour (facultatif)",
        required=False,
        max_length=120,
        help_text="Le financeur : son nom s’imprime sous le titre.",
    )

    def __init__(
        self,
        *args: Any,
        structures: list[Structure],
        on: date,
        funders: Sequence[Funder] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.funders = {str(each.pk): each for each in funders}
        if self.funders:
            offered = [(key, f"{each.name}, {each.plan.title}") for key, each in self.funders.items()]
            self.fields["financeur"].choices = [("", "Aucun"), *offered]  # type: ignore[attr-defined]
            self.fields["pour"].label = "Ou pour un autre (facultatif)"
        else:
            del self.fields["financeur"]
        self.structures = {str(each.pk): each for each in structures}
        named = [(key, each.name) for key, each in self.structures.items()]
        every = [("", f"Toutes ({len(named)})")] if len(named) > 1 else []
        self.fields["structure"].choices = [*every, *named]  # type: ignore[attr-defined]
        self.on = on

    def clean(self) -> dict[str, Any]:
        """Check that the period has a sense, and that one funder is asked for."""
        held = super().clean() or {}
        begins, ends = held.get("du"), held.get("au")
        if begins and ends and ends < begins:
            self.add_error("au", "La période finit avant de commencer. Corrigez l’un des deux jours.")
        elif begins and ends and (ends - begins).days > LONGEST:
            self.add_error("au", "Trois ans au plus. Choisissez une période plus courte.")
        if held.get("financeur") and (held.get("pour") or "").strip():
            self.add_error("pour", "Un financeur est déjà choisi. Gardez l’un des deux.")
        return held

    @property
    def funder(self) -> Funder | None:
        """Return the funder asked for, None without one."""
        return self.funders.get(self.cleaned_data.get("financeur", ""))

    @property
    def chosen(self) -> list[Structure]:
        """Return the structures asked for."""
        one = self.structures.get(self.cleaned_data["structure"])
        return [one] if one else list(self.structures.values())
