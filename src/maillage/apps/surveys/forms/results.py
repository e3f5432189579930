"""Forms of results: which table, which weights, which sentence."""

from collections.abc import Mapping
from typing import Any

from django import forms

from maillage.apps.surveys import rules
from maillage.kernel.errors import Refused
from maillage.questionnaires.questionnaire import CENSUS, Question, Questionnaire, tabulable, words
from maillage.sources.survey import margins
from maillage.sources.survey.margins import Margin
from maillage.web import decimals, uploads
from maillage.web.choices import choice_field

LONGEST = 90


class TableForm(forms.Form):
    """The question of a table, the one that crosses it, and its public."""

    question = forms.ChoiceField(label="Question")
    par = forms.ChoiceField(label="Selon", required=False)
    filtre = forms.ChoiceField(label="Seulement ceux qui ont répondu", required=False)

    def __init__(self, *args: Any, questionnaire: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        questions = tabulable(questionnaire)
        named = [(each.name, _short(words(each.label) or each.name)) for each in questions]
        groups = [(each.name, _short(words(each.label) or each.name)) for each in questions if _groups(each)]
        choice_field(self, "question").choices = named
        choice_field(self, "par").choices = [("", "tout le monde"), *groups]
        choice_field(self, "filtre").choices = [
            ("", "tous"),
            *(
                (
                    _short(words(each.label) or each.name),
                    [
                        (f"{each.name}={choice.name}", words(choice.label))
                        for choice in questionnaire.choices(each)
                    ],
                )
                for each in questions
                if _groups(each) and questionnaire.choices(each)
            ),
        ]

    def clean_filtre(self) -> dict[str, str]:
        name, sign, value = self.cleaned_data["filtre"].partition("=")
        return {name: value} if sign else {}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("par") and values.get("par") == values.get("question"):
            values["par"] = ""
        return values


def _groups(question: Question) -> bool:
    """Return True if a question puts each person in one group."""
    return question.kind == "one" or question.is_classed


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


class MarginsForm(forms.Form):
    """The source of the population: the census, or a file."""

    variables = forms.MultipleChoiceField(
        label="Ce que l’échantillon doit retrouver",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    fichier = uploads.FileField(
        label="Ou vos propres marges",
        required=False,
        help_text="Un tableau CSV ou Excel : variable,modalite,effectif",
    )

    def __init__(
        self, *args: Any, offered: Mapping[str, str], zones: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.by_commune = {name for name, of in offered.items() if of == "commune"} | zones.keys()
        choice_field(self, "variables").choices = [
            *((name, CENSUS.get(of, rules.TYPE_OF_STRUCTURE)) for name, of in offered.items()),
            *zones.items(),
        ]

    def clean_fichier(self) -> tuple[Margin, ...] | None:
        file = self.cleaned_data["fichier"]
        if file is None:
            return None
        if file.size > 2_000_000:
            raise forms.ValidationError("Ce fichier dépasse 2 Mo. Des marges tiennent en quelques lignes.")
        try:
            return margins.parse(file.read(), file.name)
        except Refused as error:
            raise forms.ValidationError(" ".join(error.sentences)) from error

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and not values.get("variables") and not values.get("fichier"):
            raise forms.ValidationError("Choisissez au moins une variable, ou donnez un fichier de marges.")
        if len(self.by_commune & {*values.get("variables", ())}) > 1:
            raise forms.ValidationError(
                "La commune donne déjà la zone : choisissez la commune, ou un seul découpage en zones."
            )
        return values


class WeighForm(forms.Form):
    """The settings of weighting."""

    methode = forms.ChoiceField(label="Méthode", choices=list(rules.METHODS.items()), initial="raking")
    bas = decimals.FloatField(
        label="Au moins",
        required=False,
        min_value=0.001,
        max_value=1,
        localize=True,
        help_text="Par exemple 0,3",
    )
    haut = decimals.FloatField(
        label="Au plus", required=False, min_value=1, max_value=1000, localize=True, help_text="Par exemple 3"
    )
    plafond = decimals.FloatField(
        label="Plafond, en poids moyens",
        required=False,
        min_value=1,
        max_value=1000,
        localize=True,
        help_text="Par exemple 4",
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        low, high = values.get("bas"), values.get("haut")
        if (low is None) != (high is None):
            raise forms.ValidationError("Donnez les deux bornes, ou aucune.")
        values["bornes"] = None if low is None or high is None else (low, high)
        return values
