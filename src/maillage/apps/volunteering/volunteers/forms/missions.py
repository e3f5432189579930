"""Forms of missions and volunteers, for structures and for anybody."""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel import Locale
from django import forms
from django.utils.crypto import get_random_string

from maillage.apps.agenda.actions.appointments import Spot
from maillage.apps.agenda.rules import appointments
from maillage.apps.directory.places.forms.moments import DayField, HourField
from maillage.apps.directory.places.forms.places import CommuneField
from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages.forms import ContactField
from maillage.apps.volunteering.volunteers.forms.lieux import AtLieu
from maillage.apps.volunteering.volunteers.models import Engagement
from maillage.apps.volunteering.volunteers.queries.missions import GapRow
from maillage.apps.volunteering.volunteers.rules import missions as rules
from maillage.reference import clocks
from maillage.web import decimals
from maillage.web.choices import choice_field
from maillage.words.languages import spoken, to_say

NOBODY = ""
ELSEWHERE = "ailleurs"


def languages() -> list[tuple[str, str]]:
    """Return the languages that volunteers speak, by name."""
    names = Locale(spoken().code).languages
    return [(id, str(names.get(id, id)).capitalize()) for id in rules.SPOKEN]


class MissionForm(AtLieu):
    """A mission: what one does there, when, where."""

    titre = forms.CharField(
        label="La mission en une ligne",
        max_length=120,
        error_messages={"required": "Il manque ce que l’on fera. Écrivez-le en une ligne."},
    )
    mots = forms.CharField(
        label="Ce que l’on fait (facultatif)",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="À côté de qui, avec qui. Sans nom ni numéro.",
    )
    lieu = forms.ChoiceField(label="Dans quel lieu", required=False)
    demi_journees = forms.MultipleChoiceField(
        label="Quand",
        required=False,
        choices=list(rules.HALF_DAYS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="Rien de coché : à convenir.",
    )
    utile = forms.MultipleChoiceField(
        label="Ce qui est utile",
        required=False,
        choices=list(rules.SKILLS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="Ce qui manque s’apprend : ce n’est jamais exigé.",
    )
    langues = forms.MultipleChoiceField(
        label="Langues nécessaires, en plus du français",
        required=False,
        choices=languages,
        widget=forms.CheckboxSelectMultiple,
    )
    personnes = forms.IntegerField(
        label="Combien de bénévoles",
        min_value=1,
        max_value=rules.MOST_SEATS,
        initial=1,
        error_messages={"required": "Il manque combien de bénévoles sont cherchés."},
    )
    commence = DayField(label="À partir du")
    jusque = DayField(label="Jusqu’au")
    manque = forms.CharField(required=False, widget=forms.HiddenInput, max_length=120)
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    elsewhere = "Ailleurs dans la commune"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "langues").choices = [each for each in languages() if each[0] != "fr"]

    def values(self, gap: GapRow | None) -> dict[str, Any]:
        """Return the values of a mission. gap: the one that it answers, None for none."""
        typed = self.cleaned_data
        lieu = self.lieux.get(typed["lieu"])
        return {
            "title": typed["titre"],
            "words": typed["mots"],
            "gap": gap.evidence if gap is not None else {},
            "lieu": lieu if lieu is not None and lieu.structure_id == self.structure.pk else None,
            "commune": self.structure.code_insee,
            "half_days": typed["demi_journees"],
            "skills": typed["utile"],
            "languages": typed["langues"],
            "seats": typed["personnes"],
            "starts_on": typed["commence"],
            "ends_on": typed["jusque"],
        }


def from_gap(gap: GapRow | None, on: date, token: str) -> dict[str, Any]:
    """Return the initial values of a new mission, from a gap or from nothing: for half a year."""
    start = {"commence": on, "jusque": on + rules.USUAL, "jeton": token, "personnes": 1}
    if gap is None:
        return start
    return {
        **start,
        "titre": rules.TITLES_OF_LINE[gap.line],
        "utile": list(rules.SKILLS_OF_LINE[gap.line]),
        "manque": gap.key,
    }


class ProposalForm(forms.Form):
    """Somebody who proposes their time: a first name and a commune are enough."""

    prenom = forms.CharField(
        label=to_say("Votre prénom ou un surnom"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": to_say("Il manque un prénom. Un surnom suffit.")},
    )
    commune = CommuneField(
        label=to_say("Votre commune"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
        error_messages={"required": to_say("Il manque votre commune. Écrivez son nom.")},
    )
    demi_journees = forms.MultipleChoiceField(
        label=to_say("Quand êtes-vous libre ?"),
        required=False,
        choices=rules.half_days,
        widget=forms.CheckboxSelectMultiple,
        help_text=to_say("Rien de coché : on en parlera."),
    )
    savoir = forms.MultipleChoiceField(
        label=to_say("Ce que vous aimez faire"),
        required=False,
        choices=list(rules.SKILLS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=to_say("Le reste s’apprend avec la structure."),
    )
    langues = forms.MultipleChoiceField(
        label=to_say("Vos langues"),
        required=False,
        choices=languages,
        widget=forms.CheckboxSelectMultiple,
        initial=["fr"],
    )
    contact = ContactField(
        label=to_say("Téléphone ou e-mail (facultatif)"),
        required=False,
        max_length=160,
        help_text=to_say("Sans lui, vous suivez tout avec votre code."),
    )
    mots = forms.CharField(
        label=to_say("En quelques mots (facultatif)"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)
    site = forms.CharField(required=False, widget=forms.HiddenInput)  # nobody fills it, but a robot

    @property
    def values(self) -> dict[str, Any]:
        """Return the values of a volunteer."""
        typed = self.cleaned_data
        way, contact = typed["contact"]
        return {
            "name": typed["prenom"],
            "commune": typed["commune"],
            "half_days": typed["demi_journees"],
            "skills": typed["savoir"],
            "languages": typed["langues"],
            "way": way,
            "contact": contact,
            "words": typed["mots"],
        }


class MomentForm(forms.Form):
    """A day and an hour, in the time of a place."""

    jour = DayField(label=to_say("Le jour de la rencontre"))
    heure = HourField(label=to_say("À quelle heure"))

    def moment(self, commune: str) -> datetime:
        """Return the moment that was typed, in the time of a commune."""
        typed = self.cleaned_data
        return datetime.combine(typed["jour"], typed["heure"], tzinfo=clocks.zone(commune))


class MeetingForm(MomentForm):
    """The meeting of a volunteer: its time, place and helper. lieux: the places of the structure; helpers:
    who may receive; row: the engagement, whose meeting may already have a place.
    """

    ou = forms.ChoiceField(label="Où")
    adresse = forms.CharField(
        label="L’adresse, si c’est ailleurs",
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    avec = forms.ChoiceField(label="Avec qui")

    def __init__(
        self,
        data: Any = None,
        *,
        row: Engagement,
        lieux: dict[str, Lieu],
        helpers: list[User],
        by: User,
        **kwargs: Any,
    ) -> None:
        self.row, self.lieux = row, lieux
        self.helpers = {str(choice.pk): choice for choice in helpers}
        super().__init__(data, initial=self._initial(by), **kwargs)
        choice_field(self, "ou").choices = [
            *((pk, choice.name) for pk, choice in lieux.items()),
            (appointments.DISTANCE, "À distance, par téléphone ou en visio"),
            (ELSEWHERE, "Ailleurs"),
        ]
        choice_field(self, "avec").choices = [(pk, str(choice)) for pk, choice in self.helpers.items()]

    def _initial(self, by: User) -> dict[str, Any]:
        """Return the initial values: the meeting as it is, else the place of the mission."""
        appointment = self.row.appointment
        if appointment is None:
            lieu = str(self.row.mission.lieu_id or next(iter(self.lieux), ELSEWHERE))
            return {"ou": lieu, "avec": str(by.pk)}
        lieu = str(appointment.lieu_id) if appointment.lieu_id is not None else ELSEWHERE
        start = appointment.starts_at.astimezone(appointment.zone)
        return {
            "jour": start.date(),
            "heure": start.time(),
            "ou": appointments.DISTANCE if appointment.where == appointments.DISTANCE else lieu,
            "adresse": appointment.address,
            "avec": str(appointment.helper_id or by.pk),
        }

    def clean(self) -> dict[str, Any]:
        typed = super().clean() or self.cleaned_data
        if typed.get("ou") == ELSEWHERE and not typed.get("adresse"):
            self.add_error("adresse", "Il manque l’adresse. Écrivez-la, ou choisissez un lieu.")
        return typed

    @property
    def values(self) -> dict[str, Any]:
        """Return the arguments of the action."""
        typed, commune = self.cleaned_data, self.row.mission.commune
        lieu = self.lieux.get(typed["ou"])
        distance = typed["ou"] == appointments.DISTANCE
        return {
            "meets_at": self.moment(lieu.code_insee if lieu is not None else commune),
            "spot": Spot(
                where=appointments.DISTANCE if distance else appointments.ON_SITE,
                lieu=lieu,
                address=typed["adresse"] if typed["ou"] == ELSEWHERE else "",
                commune=commune,
            ),
            "helper": self.helpers[typed["avec"]],
        }


class CharterForm(forms.Form):
    """The charter that was signed, and who answers for the volunteer."""

    encadre = forms.ChoiceField(
        label="Qui l’encadre",
        help_text="Cette personne en répond : sans elle, papiers et mandats restent fermés.",
        error_messages={"required": "Il manque qui l’encadre. Choisissez quelqu’un de la structure."},
    )
    signee = DayField(label="Charte signée le")
    compte = forms.ChoiceField(
        label="Son compte sur Maillage (facultatif)",
        required=False,
        help_text="Un compte de bénévole de votre structure ; sans compte, il n’a accès à rien.",
    )

    def __init__(self, *args: Any, supervisors: list[User], accounts: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.supervisors = {str(account.pk): account for account in supervisors}
        self.accounts = {str(account.pk): account for account in accounts}
        choice_field(self, "encadre").choices = [
            (pk, str(account)) for pk, account in self.supervisors.items()
        ]
        choice_field(self, "compte").choices = [
            (NOBODY, "Aucun"),
            *((pk, str(account)) for pk, account in self.accounts.items()),
        ]

    @property
    def values(self) -> dict[str, Any]:
        """Return the values of the start of a mission."""
        typed = self.cleaned_data
        return {
            "supervisor": self.supervisors[typed["encadre"]],
            "signed_on": typed["signee"],
            "account": self.accounts.get(typed["compte"]),
        }


class SupervisorForm(forms.Form):
    """Supervisor of a volunteer from today."""

    encadre = forms.ChoiceField(label="Qui l’encadre")

    def __init__(self, *args: Any, supervisors: list[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.supervisors = {str(account.pk): account for account in supervisors}
        choice_field(self, "encadre").choices = [
            (pk, str(account)) for pk, account in self.supervisors.items()
        ]

    @property
    def supervisor(self) -> User:
        """Return the chosen account."""
        return self.supervisors[self.cleaned_data["encadre"]]


class HoursField(decimals.DecimalField):
    """Hours, as a number or as they are said: 1h30."""

    def to_python(self, value: Any) -> Any:
        match = re.fullmatch(r"\s*([0-9]{1,2})\s*[hH]\s*([0-5][0-9])?\s*", str(value or ""))
        if match is None:
            return super().to_python(value)
        return round(Decimal(60 * int(match[1]) + int(match[2] or 0)) / 60, 2)


class HoursForm(forms.Form):
    """Time given on a day."""

    jour = DayField(label=to_say("Le jour"))
    heures = HoursField(
        label=to_say("Heures (1,5 pour une heure et demie)"),
        min_value=0.25,
        max_value=10,
        decimal_places=2,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
        error_messages={
            "required": to_say("Il manque le nombre d’heures. Écrivez par exemple 2."),
            "invalid": to_say("Ce nombre n’est pas reconnu. Écrivez par exemple 1,5."),
            "min_value": to_say("Comptez au moins un quart d’heure. Écrivez par exemple 0,25."),
            "max_value": to_say("Comptez dix heures au plus dans une journée. Écrivez par exemple 8."),
        },
        localize=True,
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    @property
    def minutes(self) -> int:
        """Return the minutes that were typed, to the nearest."""
        return round(float(self.cleaned_data["heures"]) * 60)


def hours_form(row: Engagement, on: date, sent: Any = None) -> HoursForm:
    """Return the form of the hours of one mission: a page may hold several, each with fields of its own."""
    start = {"jour": on, "jeton": get_random_string(24)}
    return HoursForm(sent, initial=start, auto_id=f"heures-{row.pk}-%s")
