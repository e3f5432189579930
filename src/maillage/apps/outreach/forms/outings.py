"""An awareness action, as typed."""

from typing import Any

from django import forms

from maillage.apps.directory import rules
from maillage.apps.directory.forms.moments import DayField
from maillage.web.overwrites import CheckedForm

RESULTS = ("met", "came", "effect")
DONE = "done"


class OutingForm(CheckedForm):
    """An action that is planned; its effects once it is done. An unknown number stays empty, it is not zero.
    is_new: nobody else wrote of it yet.
    """

    kind = forms.ChoiceField(label="Sorte", choices=list(rules.OUTING_KINDS.items()))
    name = forms.CharField(
        label="Nom", max_length=200, error_messages={"required": "Il manque le nom de l’action."}
    )
    place = forms.CharField(
        label="Où", max_length=200, error_messages={"required": "Il manque où elle se passe."}
    )
    public = forms.CharField(label="Pour qui (facultatif)", max_length=200, required=False)
    rhythm = forms.CharField(label="Fréquence (facultatif)", max_length=120, required=False)
    on = DayField(label="Quand")
    cost = forms.IntegerField(
        label="Coût, en euros (si on le connaît)", min_value=0, max_value=10_000_000, required=False
    )
    state = forms.ChoiceField(label="État", choices=list(rules.OUTING_STATES.items()))
    met = forms.IntegerField(
        label="Personnes rencontrées (si on les a comptées)", min_value=0, max_value=100_000, required=False
    )
    came = forms.IntegerField(
        label="Venues ensuite dans un lieu (si on le sait)", min_value=0, max_value=100_000, required=False
    )
    effect = forms.CharField(
        label="Ce que cela a changé (facultatif)",
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2_000,
        required=False,
    )

    def __init__(self, *args: Any, is_new: bool = False, **kwargs: Any) -> None:
        self.compared = () if is_new else tuple(self.base_fields)
        super().__init__(*args, **kwargs)
        values = self.data if self.is_bound else self.initial
        if values.get("state") != DONE or (self.is_bound and not any(name in values for name in RESULTS)):
            for name in RESULTS:
                del self.fields[name]

    @property
    def asks_more(self) -> bool:
        """Tell an action just marked done, whose results were not asked for yet."""
        return self.cleaned_data.get("state") == DONE and "met" not in self.fields
