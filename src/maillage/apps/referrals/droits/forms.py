"""Forms of procedures: a fact and its day; the lists of papers."""

from datetime import date
from typing import Any

from django import forms

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.referrals.droits.actions.letters import LONGEST_LETTER
from maillage.apps.referrals.droits.actions.paper_lists import LONGEST_PAPER, MOST_PAPERS
from maillage.apps.referrals.droits.actions.telling import Telling
from maillage.apps.referrals.droits.rules import facts
from maillage.web.choices import choice_field


class TellForm(forms.Form):
    """A fact of a procedure. kinds: the facts offered, the likeliest first."""

    fait = forms.ChoiceField(
        label="Ce qui s’est passé",
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque ce qui s’est passé. Choisissez-le."},
    )
    le = DayField(label="Quel jour")
    echeance = DayField(label="Date écrite sur le courrier (facultatif)", required=False)
    precision = forms.CharField(
        label="Précision (facultatif), jamais de mot de passe",
        max_length=facts.LONGEST,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, kinds: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "fait").choices = [(kind, facts.FACTS[kind]) for kind in kinds]

    def telling(self, procedure: str) -> Telling:
        """Return the typed fact. The date of a letter goes with a letter, and is left out otherwise only when
        not typed.
        """
        clean = self.cleaned_data
        return Telling(
            procedure=procedure,
            kind=clean["fait"],
            on=clean["le"],
            until=clean["echeance"],
            words=clean["precision"],
        )


class DatesForm(forms.Form):
    """The dates of a fact, corrected."""

    le = DayField(label="Quel jour")
    echeance = DayField(label="Date écrite sur le courrier", required=False)

    def values(self) -> dict[str, date | None]:
        return {"on": self.cleaned_data["le"], "until": self.cleaned_data["echeance"]}


class LetterForm(forms.Form):
    """A message to another helper."""

    texte = forms.CharField(
        label="Votre message, sans le nom de la personne",
        max_length=LONGEST_LETTER,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Il manque votre message. Écrivez-le, sans le nom de la personne."},
    )


class ChecklistForm(forms.Form):
    """The list of papers of a procedure, one a line."""

    papiers = forms.CharField(
        label=f"Les papiers, un par ligne ({MOST_PAPERS} au plus)",
        max_length=MOST_PAPERS * (LONGEST_PAPER + 2),
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Il manque les papiers. Écrivez-en un par ligne."},
    )
    source = forms.CharField(
        label="D’où vient cette liste (page, courrier, guichet)",
        max_length=200,
        error_messages={"required": "Il manque d’où vient la liste. Écrivez-le : d’autres la vérifieront."},
    )
    lue_le = DayField(label="Lue le")
    pour = forms.ChoiceField(label="Pour qui")

    def __init__(self, *args: Any, owners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "pour").choices = owners

    def values(self) -> dict[str, Any]:
        """Return the typed list, by the names of `actions.write_checklist`."""
        clean = self.cleaned_data
        return {
            "papers": clean["papiers"].splitlines(),
            "source": clean["source"],
            "read_on": clean["lue_le"],
        }
