"""Forms of a discussion: a question, an answer, the report of a message."""

from typing import Any

from django import forms

from maillage.apps.community.forms.speaking import Speaking
from maillage.apps.community.rules import discussions as rules


class PostForm(Speaking):
    """A message; `personne` is asked once the text seems to name somebody."""

    mots = forms.CharField(
        label="Votre question, ou ce que vous avez à dire",
        max_length=rules.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "data-vigilance": ""}),
        help_text="Tout le réseau le lit. Ne parlez d’aucune personne aidée.",
        error_messages={"required": "Il manque votre message. Une phrase suffit."},
    )
    personne = forms.BooleanField(
        label="J’ai relu : rien ici ne fait reconnaître une personne aidée", required=False
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, answers: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if answers:
            self.fields["mots"].label = "Votre réponse"
        self.warned = (
            rules.personal_marks(self.data.get(self.add_prefix("mots"), "")) if self.is_bound else ()
        )
        if not self.warned:
            del self.fields["personne"]

    @property
    def about_nobody(self) -> bool:
        return bool(self.cleaned_data.get("personne"))


class ReportForm(forms.Form):
    """Why a message is reported."""

    raison = forms.ChoiceField(
        label="Pourquoi le signaler",
        choices=list(rules.REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque pourquoi. Choisissez une raison."},
    )
