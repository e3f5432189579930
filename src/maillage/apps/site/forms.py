"""Reporting a problem of the site."""

from django import forms

from maillage.apps.directory.forms.signal import MessageForm
from maillage.words.languages import to_say


class ProblemForm(MessageForm):
    """A problem, and the page that it is about."""

    page = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.fields["joindre"].help_text = to_say(
            "Un téléphone ou une adresse e-mail. Seules les personnes qui tiennent ce site le liront."
        )
