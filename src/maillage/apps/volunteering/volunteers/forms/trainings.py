"""Forms of those who help and their trainings."""

from datetime import datetime
from typing import Any

from django import forms

from maillage.apps.agenda.rules import workshops as agenda
from maillage.apps.community.forms.speaking import OnBehalf
from maillage.apps.directory.places.forms.moments import DayField, HourField
from maillage.apps.directory.places.models import Structure
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.forms.lieux import AtLieu
from maillage.apps.volunteering.volunteers.models import Aidant
from maillage.apps.volunteering.volunteers.rules import trainings as rules
from maillage.reference import clocks
from maillage.web import decimals
from maillage.web.choices import choice_field
from maillage.web.overwrites import CheckedForm

NOBODY = ""


class AudienceForm(forms.Form):
    """Audience of the displayed trainings."""

    pour = forms.ChoiceField(
        label="Pour qui", required=False, choices=[("", "Tout le monde"), *rules.AUDIENCES.items()]
    )


class SessionForm(AtLieu):
    """A session of a training: when, where, how many seats."""

    jour = DayField(label="Le jour")
    heure = HourField(label="Début")
    fin = HourField(label="Fin")
    places = forms.IntegerField(
        label="Places",
        min_value=1,
        max_value=agenda.MOST_SEATS,
        initial=10,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "Il manque le nombre de places. Écrivez-le."},
    )
    lieu = forms.ChoiceField(label="Dans quel lieu", required=False)
    adresse = forms.CharField(label="Sinon, à quelle adresse", required=False, max_length=200)
    niveau = forms.ChoiceField(label="Niveau", choices=list(rules.LEVELS.items()), initial=rules.CONFIRMED)
    anime = forms.CharField(label="Qui forme (facultatif)", required=False, max_length=200)

    elsewhere = "Ailleurs"

    def clean(self) -> dict[str, Any]:
        """Refuse a session that ends before it begins, or that nobody would find."""
        typed = super().clean() or self.cleaned_data
        if typed.get("heure") and typed.get("fin") and typed["fin"] <= typed["heure"]:
            self.add_error("fin", "Elle finit avant d’avoir commencé. Corrigez l’une des deux heures.")
        if not typed.get("lieu") and not typed.get("adresse"):
            self.add_error("adresse", "On ne sait pas où venir. Choisissez un lieu, ou écrivez une adresse.")
        return typed

    @property
    def values(self) -> dict[str, Any]:
        """Return the values for the agenda."""
        typed = self.cleaned_data
        lieu = self.lieux.get(typed["lieu"])
        commune = lieu.code_insee if lieu else self.structure.code_insee
        zone = clocks.zone(commune)
        return {
            "starts_at": datetime.combine(typed["jour"], typed["heure"], tzinfo=zone),
            "ends_at": datetime.combine(typed["jour"], typed["fin"], tzinfo=zone),
            "capacity": typed["places"],
            "lieu": lieu,
            "address": typed["adresse"],
            "commune": commune,
            "aidants": typed["anime"],
        }


class OwnTrainingForm(OnBehalf):
    """A training that a body gives, added to the catalogue."""

    titre = forms.CharField(
        label="Titre", max_length=120, error_messages={"required": "Il manque le titre. Écrivez-le."}
    )
    organisme = forms.CharField(
        label="Organisme",
        max_length=120,
        error_messages={"required": "Il manque qui la donne. Écrivez son nom."},
    )
    but = forms.CharField(
        label="À la fin, on sait… (facultatif)",
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    pour = forms.MultipleChoiceField(
        label="Pour qui",
        choices=list(rules.AUDIENCES.items()),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Il manque pour qui elle est faite. Cochez au moins une case."},
    )
    heures = decimals.DecimalField(
        label="Heures",
        min_value=0.5,
        max_value=200,
        decimal_places=1,
        error_messages={"required": "Il manque sa durée. Écrivez par exemple 7."},
    )
    mois = forms.IntegerField(
        label="L’attestation vaut combien de mois",
        min_value=1,
        max_value=120,
        initial=24,
        error_messages={"required": "Il manque la durée de validité. Écrivez par exemple 24."},
    )
    source = forms.CharField(
        label="D’où vient l’information",
        max_length=300,
        help_text="Un document, une page, une personne de l’organisme, et quand.",
        error_messages={"required": "Il manque d’où cela vient. Écrivez le document ou la page."},
    )
    adresse = forms.URLField(
        label="Adresse de la page (facultatif)", required=False, max_length=300, assume_scheme="https"
    )

    @property
    def values(self) -> dict[str, Any]:
        """Return the values for the catalogue."""
        typed = self.cleaned_data
        return {
            "title": typed["titre"],
            "aim": typed["but"],
            "body": typed["organisme"],
            "audiences": typed["pour"],
            "minutes": int(typed["heures"] * 60),
            "months": typed["mois"],
            "source": typed["source"],
            "link": typed["adresse"],
        }


class AidantForm(CheckedForm):
    """Somebody who helps for a structure, new or known. with_contract: whoever writes reads contracts."""

    nom = forms.CharField(
        label="Prénom et nom",
        max_length=80,
        help_text="Comme sur l’attestation.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": "Il manque un prénom. Écrivez-le."},
    )
    statut = forms.ChoiceField(label="Statut", choices=list(rules.KINDS.items()))
    cadre = forms.ChoiceField(
        label="Cadre",
        choices=list(rules.FRAMES.items()),
        help_text="Un cadre écrit dit ce que l’on fait, ce que l’on ne fait pas, et qui en répond.",
    )
    contrat = forms.ChoiceField(
        label="Contrat",
        choices=list(rules.CONTRACTS.items()),
        help_text="Pour une salariée, un salarié ou un conseiller numérique.",
    )
    fin = DayField(label="Fin du contrat (facultatif)", required=False)
    accompagne = forms.ChoiceField(label="Qui l’accompagne (pour un proche)", required=False)

    def __init__(self, *args: Any, structure: Structure, on: Any, with_contract: bool, **kwargs: Any) -> None:
        self.compared = tuple(kwargs.get("initial") or ())
        super().__init__(*args, **kwargs)
        if not with_contract:
            del self.fields["contrat"], self.fields["fin"]
        self.accounts = {str(account.pk): account for account in access.supervisors(structure, on)}
        choice_field(self, "accompagne").choices = [
            (NOBODY, "Personne"),
            *((pk, str(account)) for pk, account in self.accounts.items()),
        ]

    @property
    def values(self) -> dict[str, Any]:
        """Return the values for the team."""
        typed = self.cleaned_data
        known = {
            "name": typed["nom"],
            "kind": typed["statut"],
            "frame": typed["cadre"],
            "supported_by": self.accounts.get(typed["accompagne"]),
        }
        if "contrat" not in typed:
            return known
        return known | {"contract": typed["contrat"], "contract_ends_on": typed["fin"]}


def known_of(row: Aidant) -> dict[str, Any]:
    """Return the initial values of the form of an aidant."""
    return {
        "nom": row.name,
        "statut": row.kind,
        "cadre": row.frame,
        "contrat": row.contract,
        "fin": row.contract_ends_on,
        "accompagne": str(row.supported_by_id or NOBODY),
    }


class DeclaredForm(forms.Form):
    """A training followed elsewhere."""

    titre = forms.CharField(
        label="Formation suivie ailleurs",
        max_length=160,
        error_messages={"required": "Il manque son titre. Écrivez-le."},
    )
    organisme = forms.CharField(
        label="Organisme", max_length=120, error_messages={"required": "Il manque qui l’a donnée."}
    )
    niveau = forms.ChoiceField(label="Niveau", choices=list(rules.LEVELS.items()), initial=rules.CONFIRMED)
    obtenue = DayField(label="Finie le")
    valable = DayField(label="Valable jusqu’au (facultatif)", required=False)

    @property
    def values(self) -> dict[str, Any]:
        """Return the values of an attestation."""
        typed = self.cleaned_data
        return {
            "title": typed["titre"],
            "body": typed["organisme"],
            "level": typed["niveau"],
            "obtained_on": typed["obtenue"],
            "valid_until": typed["valable"],
        }


class EnrolForm(forms.Form):
    """The aidants of one’s teams who take a seat."""

    qui = forms.MultipleChoiceField(
        label="Qui de votre équipe",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une personne."},
    )

    def __init__(self, *args: Any, aidants: list[Aidant], several: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.aidants = {str(aidant.pk): aidant for aidant in aidants}
        choice_field(self, "qui").choices = [
            (pk, f"{aidant.name}, {aidant.structure.name}" if several else aidant.name)
            for pk, aidant in self.aidants.items()
        ]

    @property
    def chosen(self) -> list[Aidant]:
        """Return the aidants that were ticked."""
        return [self.aidants[pk] for pk in self.cleaned_data["qui"]]


class WithdrawForm(forms.Form):
    """Why an attestation is withdrawn."""

    pourquoi = forms.CharField(
        label="Pourquoi la retirer",
        max_length=200,
        help_text="La personne le lira. Sans maladie ni mot de passe.",
        error_messages={"required": "Il manque pourquoi. Quelques mots suffisent."},
    )
