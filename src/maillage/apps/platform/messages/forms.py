"""An address that asked for no more messages; how somebody is reached."""

from typing import Any

from django import forms

from maillage.apps.platform.messages.rules import addresses, states
from maillage.words.languages import say


class StopForm(forms.Form):
    channel = forms.ChoiceField(label="Comment", choices=list(states.CHANNELS.items()), initial=states.SMS)
    to = forms.CharField(
        label="Numéro ou adresse",
        max_length=500,
        widget=forms.TextInput(attrs={"autocomplete": "off", "aria-describedby": "to-aide"}),
        error_messages={"required": "Il manque le numéro, ou l’adresse."},
    )


class ContactField(forms.CharField):
    """A telephone or an e-mail, if wanted: cleaned to how to reach somebody, and where."""

    def clean(self, value: Any) -> tuple[str, str]:
        read = addresses.contact(super().clean(value))
        if read is None:
            raise forms.ValidationError(say(addresses.UNREADABLE))
        return read
