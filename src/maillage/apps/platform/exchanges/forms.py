"""The form of an address to tell."""

from django import forms

from maillage.apps.platform.exchanges import rules


class WebhookForm(forms.Form):
    name = forms.CharField(
        label="Nom de l’autre système",
        max_length=80,
        error_messages={"required": "Il manque le nom de l’autre système."},
    )
    address = forms.URLField(
        label="Adresse qui reçoit",
        max_length=500,
        assume_scheme="https",
        widget=forms.URLInput(attrs={"autocomplete": "off"}),
        help_text="En https://, telle que l’autre système l’indique.",
        error_messages={"required": "Il manque l’adresse.", "invalid": "Ce n’est pas une adresse web."},
    )
    kinds = forms.MultipleChoiceField(
        label="Ce qui lui est dit",
        choices=list(rules.KINDS.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un événement."},
    )
