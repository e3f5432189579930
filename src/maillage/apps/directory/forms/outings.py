"""An awareness action, as typed."""

from django import forms

from maillage.apps.directory import rules


class OutingForm(forms.Form):
    """What is planned, then what came of it; an unknown number stays empty, it is not zero."""

    kind = forms.ChoiceField(label="Sorte", choices=list(rules.OUTING_KINDS.items()))
    name = forms.CharField(label="Nom", max_length=200)
    place = forms.CharField(label="Où", max_length=200)
    public = forms.CharField(label="Pour qui (facultatif)", max_length=200, required=False)
    rhythm = forms.CharField(label="Fréquence (facultatif)", max_length=120, required=False)
    on = forms.DateField(label="Quand", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
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
