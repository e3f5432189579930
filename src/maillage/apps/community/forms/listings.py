"""Forms of a listing, a message, a partnership."""

from datetime import date
from typing import Any

from django import forms

from maillage.apps.community.forms.speaking import OnBehalf, StructureField
from maillage.apps.community.rules import listings as rules
from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.forms.places import CommuneField, lieux_of
from maillage.apps.directory.places.models import Structure
from maillage.web.choices import choice_field

ELSEWHERE = ""


class ListingForm(OnBehalf):
    """A listing: what, where, when, until when."""

    cote = forms.ChoiceField(
        label="Votre structure",
        choices=list(rules.SIDES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque ce que vous faites : proposer, ou chercher."},
    )
    quoi = forms.ChoiceField(label="Quoi", choices=list(rules.KINDS.items()))
    lieu = forms.ChoiceField(label="Dans quel lieu", required=False)
    commune = CommuneField(
        label="Sinon, dans quelle commune",
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    demi_journees = forms.MultipleChoiceField(
        label="Demi-journées possibles",
        required=False,
        choices=list(rules.HALF_DAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="Rien de coché : à convenir.",
    )
    mots = forms.CharField(
        label="En quelques mots (facultatif)",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Sans nom ni numéro : on vous écrit par Maillage.",
    )
    commence = DayField(label="À partir du")
    jusque = DayField(label="Jusqu’au")
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, structures: list[Structure], **kwargs: Any) -> None:
        super().__init__(*args, structures=structures, **kwargs)
        self.lieux = lieux_of(structures)
        choice_field(self, "lieu").choices = [
            (ELSEWHERE, "Ailleurs, ou pas encore connu"),
            *((pk, lieu.name) for pk, lieu in self.lieux.items()),
        ]

    @property
    def where(self) -> dict[str, Any]:
        """Return the place and the commune, as `publish` takes them: those of the structure by default."""
        lieu = self.lieux.get(self.cleaned_data["lieu"])
        return {
            "lieu": lieu if lieu is None or lieu.structure_id == self.structure.pk else None,
            "commune": self.cleaned_data["commune"] or self.structure.code_insee,
        }


class SearchForm(forms.Form):
    """The filters of a list of listings."""

    cote = forms.ChoiceField(
        label="Qui",
        required=False,
        choices=[("", "Tous"), *((id, f"qui {words}") for id, words in rules.SIDES.items())],
    )
    quoi = forms.ChoiceField(label="Quoi", required=False, choices=[("", "Tout"), *rules.KINDS.items()])
    mots = forms.CharField(
        label="Mots, structure ou commune",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )


class MessageForm(OnBehalf):
    """A message about a listing."""

    mots = forms.CharField(
        label="Votre message",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce que vous proposez, et quand. Ne parlez d’aucune personne aidée.",
        error_messages={"required": "Il manque votre message. Une phrase suffit."},
    )


class PartnerForm(OnBehalf):
    """Two structures that work together."""

    avec = StructureField(
        label="Avec quelle structure",
        max_length=300,
        error_messages={"required": "Il manque la structure. Écrivez son nom."},
    )
    propos = forms.CharField(
        label="À propos de quoi",
        max_length=200,
        error_messages={"required": "Il manque à propos de quoi. Quelques mots suffisent."},
    )


def usual(on: date, token: str) -> dict[str, Any]:
    """Return the initial values of a new listing: from today, for half a year."""
    return {"commence": on, "jusque": on + rules.USUAL_LENGTH, "jeton": token}
