"""An address that asked for no more messages."""

from django import forms

from maillage.apps.messages.rules import states


class StopForm(forms.Form):
    channel = forms.ChoiceField(label="Comment", choices=list(states.CHANNELS.items()), initial=states.SMS)
    to = forms.CharField(
        label="Numéro ou adresse",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "aria-describedby": "to-aide"}),
        error_messages={"required": "Il manque le numéro, ou l’adresse."},
    )
