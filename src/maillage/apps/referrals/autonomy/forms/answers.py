"""Answers of the screens: an answer and when its question was displayed, who touches the screen, a card, a
consent.
"""

from datetime import datetime
from typing import Any

from django import forms
from django.core import signing

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons.models import Person
from maillage.apps.referrals.autonomy import rules
from maillage.reference import bilan
from maillage.reference.bilan import PASSED, UNKNOWN, Question
from maillage.web.choices import choice_field
from maillage.web.overwrites import CheckedForm
from maillage.words.wording import spaced

SALT = "maillage.bilan.vu"
KEEP, COUNT, REFUSE = "garder", "compter", "non"


class AnswerForm:
    """The answer to a question: images, or one of the two buttons that go on at once."""

    def __init__(self, data: Any, question: Question) -> None:
        self.data, self.question = data, question

    @property
    def chosen(self) -> list[str]:
        for button, value in (("passer", PASSED), ("ne-sais-pas", UNKNOWN)):
            if button in self.data:
                return [value]
        return [str(value) for value in self.data.getlist("reponse")]

    def answer(self) -> str | list[str]:
        """Return the answer; Refused when it is not one the question takes."""
        return rules.read(self.question, self.chosen)

    def seconds(self, at: datetime) -> int | None:
        """Return how long the question was on the screen, None when unknown."""
        try:
            displayed_at = float(signing.loads(self.data.get("vu", ""), salt=SALT))
        except signing.BadSignature:
            return None
        return max(round(at.timestamp() - displayed_at), 0)


def stamp(at: datetime) -> str:
    """Return the moment a question is displayed, signed so that it cannot be made up."""
    return signing.dumps(round(at.timestamp(), 1), salt=SALT)


class ModeForm(forms.Form):
    mode = forms.ChoiceField(
        choices=[(id, mode.label) for id, mode in bilan.modes().items() if id != rules.PAPER]
    )


class CardForm(forms.Form):
    code = forms.CharField(max_length=20, required=False)

    def person(self) -> Person | None:
        """Return the person of a card, None when there is none."""
        self.is_valid()
        return people.by_code(self.cleaned_data.get("code", ""))


class ConsentForm(forms.Form):
    choix = forms.ChoiceField(choices=[(each, each) for each in (KEEP, COUNT, REFUSE)])
    surnom = forms.CharField(max_length=60, required=False)

    @property
    def choice(self) -> str:
        self.is_valid()
        return str(self.cleaned_data.get("choix", ""))


class StepsForm(forms.Form):
    suite = forms.MultipleChoiceField(required=False)

    def __init__(self, *args: Any, steps: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "suite").choices = [(step, step) for step in steps]


class ChangeForm(CheckedForm):
    """The result of a diagnosis that a professional changes, with a reason."""

    compared = ("resultat", "raison", "mots")
    resultat = forms.CharField(max_length=14, required=False)
    raison = forms.CharField(max_length=8, required=False)
    mots = forms.CharField(max_length=300, required=False)


class AnnexForm(CheckedForm):
    """The questions of a first appointment, from what was answered."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for id, question in bilan.annex().items():
            options = [(option.id, option.label) for option in question.options.values()]
            self.fields[id] = forms.ChoiceField(
                label=spaced(question.text),
                required=False,
                choices=[("", "Pas demandé"), *options, (UNKNOWN, "Ne sait pas, ou ne veut pas dire")],
            )
        self.send_back(tuple(self.fields))


class AgainForm(forms.Form):
    le = DayField(required=False)


class ScreeningForm:
    """The four answers of a counter, on one screen."""

    def __init__(self, data: Any) -> None:
        self.data = data

    @property
    def answers(self) -> dict[str, str]:
        return {
            id: self.data.get(id, "")
            for id, question in bilan.screening().items()
            if self.data.get(id) in {*question.options, UNKNOWN}
        }
