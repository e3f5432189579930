"""Reporting a problem of the site."""

from typing import Any

from django import forms

from maillage.apps.directory.places.forms.signal import MessageForm
from maillage.words.languages import LANGUAGES, to_say


class ProblemForm(MessageForm):
    """A problem, and the page that it is about."""

    page = forms.CharField(required=False, widget=forms.HiddenInput)

    langue = forms.ChoiceField(
        choices=[("", ""), *((each.code, each.name) for each in LANGUAGES.values() if not each.is_french)],
        required=False,
        widget=forms.HiddenInput,
    )
    proposition = forms.CharField(
        label=to_say("Votre phrase, dans cette langue"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self["langue"].value():
            self.fields["texte"].label = to_say("La phrase à corriger, telle qu’elle est écrite")
        self.fields["joindre"].help_text = to_say(
            "Un téléphone ou une adresse e-mail. Seules les personnes qui tiennent ce site le liront."
        )
