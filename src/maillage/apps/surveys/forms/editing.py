"""A question edited by whoever runs a survey: its text, its answers, its condition."""

import hashlib
from collections.abc import Mapping
from typing import Any

from babel import Locale
from django import forms

from maillage.kernel.typed import line
from maillage.questionnaires.editing import WITH_CHOICES, Offered, condition, simple
from maillage.questionnaires.questionnaire import CENSUS, Question, Questionnaire, words
from maillage.web.choices import choice_field
from maillage.web.overwrites import CheckedForm

UNCHANGED = "garder"
BLANKS = 3
KINDS = (
    ("one", "Une seule réponse, parmi plusieurs"),
    ("many", "Plusieurs réponses possibles"),
    ("rank", "Un classement"),
    ("integer", "Un nombre"),
    ("text", "Un texte libre"),
    ("date", "Une date"),
    ("note", "Un texte à lire, sans réponse"),
)


def language_name(code: str) -> str:
    """Return the name of a language in French."""
    return str(Locale("fr").languages.get(code, code))


def conditions(form: Questionnaire, name: str = "") -> list[tuple[str, str]]:
    """Return the possible conditions of a question: each answer to the questions before it."""
    out = []
    for question in form.questions():
        if question.name == name:
            break
        if question.kind in ("one", "many"):
            title = words(question.label)[:60]
            out += [
                (f"{question.name}|{choice.name}", f"« {title} » : {words(choice.label)[:50]}")
                for choice in form.choices(question)
            ]
    return out


COUNTED = ("one", "integer", "decimal", "range")  # kinds of the questions that the census may count


class QuestionForm(CheckedForm):
    """A question: its text in each language, whether it is mandatory, when it is asked."""

    libelle = forms.CharField(
        label="Question",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Il manque la question. Écrivez-la."},
    )
    aide = forms.CharField(
        label="Précision pour la personne qui répond (facultatif)",
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    obligatoire = forms.BooleanField(label="Une réponse est attendue", required=False)
    condition = forms.ChoiceField(label="On la pose", required=False)
    recensement = forms.ChoiceField(
        label="Elle demande ce que compte le recensement (facultatif)",
        choices=[("", "Non, ou son nom le dit déjà"), *CENSUS.items()],
        required=False,
        help_text=(
            "Pour les quotas et le redressement, quand son nom n’est pas déjà age, sexe, commune, diplome ou"
            " pcs."
        ),
    )

    def __init__(self, *args: Any, form: Questionnaire, question: Question, **kwargs: Any) -> None:
        plain = simple(question.relevant)
        first = {
            "libelle": words(question.label),
            "aide": words(question.hint),
            "obligatoire": question.required,
        }
        first["recensement"] = question.census
        first["condition"] = "|".join(plain) if plain else UNCHANGED if question.relevant else ""
        super().__init__(*args, initial=first, **kwargs)
        self.form, self.question = form, question
        if question.kind not in COUNTED:
            del self.fields["recensement"]
        offered = conditions(form, question.name)
        if plain and "|".join(plain) not in dict(offered):
            self.initial["condition"] = UNCHANGED
        unchanged = [(UNCHANGED, "Comme maintenant")] if self.initial["condition"] == UNCHANGED else []
        choice_field(self, "condition").choices = [("", "Toujours"), *unchanged, *offered]
        for language in form.languages:
            if language != "fr":
                name = f"libelle_{language}"
                self.fields[name] = forms.CharField(
                    label=f"En {language_name(language)}",
                    required=False,
                    max_length=500,
                    initial=question.label.get(language, ""),
                    widget=forms.Textarea(attrs={"rows": 2, "lang": language, "dir": "auto"}),
                )
        self.send_back(tuple(self.fields))
        self.known_answers = [(each.name, each.label.get("fr", "")) for each in form.choices(question)]

    @property
    def answers_digest(self) -> str:
        """The answers that a page shows, as it sends them back."""
        return hashlib.sha256(repr(self.known_answers).encode()).hexdigest()[:16]

    def clean(self) -> dict[str, Any]:
        submitted_answers = [(each.name, each.label) for each in offered(self.data)]
        if (
            self.data.get("reponses_lues", self.answers_digest) != self.answers_digest
            and submitted_answers != self.known_answers
        ):
            answers = " ; ".join(label for _, label in self.known_answers)
            self.add_error(
                None,
                f"Quelqu’un d’autre a changé les réponses proposées entre-temps : « {answers} ». Les vôtres"
                " sont dans le formulaire : réunissez-les, puis enregistrez de nouveau.",
            )
        return super().clean() or {}

    @property
    def translations(self) -> list[Any]:
        return [self[name] for name in self.fields if name.startswith("libelle_")]

    def typed_values(self, sent: Mapping[str, str]) -> dict[str, Any]:
        """Return the typed values, for `questionnaires.editing.reworded`. sent: the raw answers."""
        typed = self.cleaned_data
        translations = {
            name.removeprefix("libelle_"): typed[name] for name in typed if name.startswith("libelle_")
        }
        unseen = {language: text for language, text in self.question.hint.items() if language != "fr"}
        chosen = typed["condition"]
        return {
            "label": {"fr": typed["libelle"], **translations},
            "hint": {**unseen, "fr": typed["aide"]},
            "required": typed["obligatoire"],
            "census": typed.get("recensement", self.question.census),
            "offered": offered(sent) if self.question.kind in WITH_CHOICES else None,
            "relevant": (
                None if chosen == UNCHANGED else condition(self.form, *chosen.split("|", 1)) if chosen else ""
            ),
        }


def offered(sent: Mapping[str, str]) -> list[Offered]:
    """Return the typed answers, in the requested order, without those ticked for removal or left empty."""
    rows = []
    for n in range(500):
        if f"reponse-{n}" not in sent:
            break
        label = line(sent[f"reponse-{n}"], 300)
        if label and f"retirer-{n}" not in sent:
            rows.append((_rank(sent.get(f"rang-{n}", ""), n), n, Offered(sent.get(f"nom-{n}", ""), label)))
    return [answer for _, _, answer in sorted(rows, key=lambda row: row[:2])]


def _rank(typed: str, n: int) -> float:
    try:
        return float(typed)
    except ValueError:
        return n + 1


class AddForm(forms.Form):
    """One more question."""

    sorte = forms.ChoiceField(label="Sorte de réponse", choices=list(KINDS))
    libelle = forms.CharField(
        label="Question",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Il manque la question. Écrivez-la."},
    )
    reponses = forms.CharField(
        label="Réponses proposées, une par ligne",
        required=False,
        max_length=5_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Seulement pour une question à choix.",
    )
    apres = forms.ChoiceField(label="Après", required=False)

    def __init__(self, *args: Any, form: Questionnaire, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = [
            (each.name, words(each.label)[:80] or each.name) for each in form.questions() if each.takes_answer
        ]
        choice_field(self, "apres").choices = [("", "À la fin"), *listed]

    def values(self) -> dict[str, Any]:
        typed = self.cleaned_data
        answers = [line(each, 300) for each in typed["reponses"].splitlines() if each.strip()]
        return {
            "kind": typed["sorte"],
            "label": typed["libelle"],
            "answers": answers,
            "after": typed["apres"],
        }
