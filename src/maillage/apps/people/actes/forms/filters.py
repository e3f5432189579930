"""Filters of a list of acts, and the form of a correction."""

from datetime import date, timedelta
from typing import Any

from django import forms

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.queries.catalogue import THEMES, Option
from maillage.apps.people.actes.queries.lists import STATES, Criteria
from maillage.apps.people.actes.queries.load import Assumptions, assumptions
from maillage.kernel.typed import whole_number
from maillage.web.choices import choice_field

YEARS = range(2001, 2100)
USUAL = timedelta(days=30)
ONE = timedelta(days=1)


class FilterForm(forms.Form):
    """A period, both days included, the last thirty days by default; a helper, a kind, a procedure, what it
    gave, whether it counts.
    """

    du = DayField(label="Du", required=False)
    au = DayField(label="Au", required=False)
    personne = forms.CharField(label="Personne", required=False, max_length=60)
    aidant = forms.ChoiceField(label="Par", required=False)
    nature = forms.ChoiceField(label="Quoi", required=False, choices=[("", "Tout"), *rules.KINDS.items()])
    demarche = forms.ChoiceField(label="Démarche", required=False)
    fin = forms.ChoiceField(label="Résultat", required=False, choices=[("", "Tout"), *rules.ENDS.items()])
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *STATES.items()])

    def __init__(
        self,
        *args: Any,
        helpers: list[tuple[int, str]],
        procedures: list[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "aidant").choices = [
            ("", "Tout le monde"),
            *((str(pk), name) for pk, name in helpers),
        ]
        choice_field(self, "demarche").choices = [("", "Toutes"), *procedures]

    def criteria(self, today: date) -> Criteria:
        """Return the filters; those that cannot be read are left out."""
        self.is_valid()
        values = self.cleaned_data
        begin, end = (values.get(name) for name in ("du", "au"))
        end = end if end and end.year in YEARS else today
        begin = begin if begin and begin.year in YEARS else end - USUAL
        return Criteria(
            min(begin, end),
            max(begin, end),
            whole_number(values.get("aidant") or ""),
            values.get("nature") or "",
            values.get("demarche") or "",
            values.get("fin") or "",
            values.get("etat") or "",
        )


class CorrectionForm(forms.Form):
    """Corrected values of an act."""

    nature = forms.ChoiceField(label="Ce qui a été fait", choices=list(rules.KINDS.items()))
    demarche = forms.ChoiceField(label="La démarche ou le thème")
    autres = forms.MultipleChoiceField(label="Et aussi", required=False, widget=forms.CheckboxSelectMultiple)
    organisme = forms.CharField(label="L’organisme", required=False, max_length=120)
    minutes = forms.IntegerField(
        label="Les minutes",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 4}),
        error_messages={
            "required": "Il manque les minutes. Écrivez un nombre.",
            "invalid": "Ce n’est pas un nombre. Écrivez les minutes en chiffres.",
        },
    )
    ou = forms.ChoiceField(label="Où", choices=list(rules.WHERE.items()))
    fin = forms.ChoiceField(label="Résultat", choices=list(rules.ENDS.items()))
    precision = forms.CharField(
        label="Une précision (facultatif)",
        required=False,
        max_length=rules.LONGEST,
        help_text="Ni mot de passe, ni numéro, ni maladie.",
    )

    def __init__(self, *args: Any, among: list[Option], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "demarche").choices = [(each.key, each.label) for each in among]
        further = [each for each in among if each.family == THEMES or each.key in self.initial["autres"]]
        choice_field(self, "autres").choices = [(each.key, each.label) for each in further]

    def values(self) -> dict[str, Any]:
        """Return the typed values, by the names of `actions.VALUES`."""
        values = self.cleaned_data
        return {
            "kind": values["nature"],
            "procedure": values["demarche"],
            "more": rules.joined([key for key in values["autres"] if key != values["demarche"]]),
            "operator": values["organisme"],
            "minutes": values["minutes"],
            "where": values["ou"],
            "end": values["fin"],
            "precision": values["precision"],
        }


class AssumptionForm(forms.Form):
    """The period of a load, and the assumptions that its reader may change."""

    du = DayField(label="Du", required=False)
    au = DayField(label="Au", required=False)
    place = forms.IntegerField(label="Minutes à sa place", required=False, min_value=1, max_value=60)
    apprendre = forms.IntegerField(
        label="Minutes pour apprendre", required=False, min_value=10, max_value=240
    )
    places = forms.IntegerField(label="Personnes dans un atelier", required=False, min_value=1, max_value=20)

    def period(self, today: date, usual: timedelta) -> tuple[date, date, Assumptions]:
        """Return the period, both days included, and the assumptions: those of the parameters when nothing,
        or nothing possible, is typed. Of the period, the months that are over, whole: from one day to the
        next, two loads would differ by the acts of a few.
        """
        self.is_valid()
        values, stated = self.cleaned_data, assumptions()
        begin, end = (values.get(name) for name in ("du", "au"))
        end = end if end and end.year in YEARS else today
        begin = begin if begin and begin.year in YEARS else end - usual
        assumed = Assumptions(
            in_place=values.get("place") or stated.in_place,
            learning=values.get("apprendre") or stated.learning,
            seats=values.get("places") or stated.seats,
        )
        this = today.replace(day=1)
        first = min(begin, end, this - ONE).replace(day=1)
        after = min((max(begin, end).replace(day=1) + timedelta(days=31)).replace(day=1), this)
        return first, after - ONE, assumed
