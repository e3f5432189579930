"""Forms of professionals: an appointment, another moment, a mailbox, a permanence, closed days."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django import forms

from maillage.apps.agenda.forms.public import read_moment
from maillage.apps.agenda.models import Permanence
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.agenda.rules import mailbox, permanences
from maillage.apps.agenda.rules.permanences import Hours
from maillage.apps.directory.places.forms.moments import DayField, HourField
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages.forms import ContactField
from maillage.apps.platform.messages.rules.addresses import LONGEST_CONTACT
from maillage.kernel import codes
from maillage.reference import clocks
from maillage.web.choices import NumberChoiceField, choice_field, options
from maillage.web.overwrites import CheckedForm
from maillage.words.opening import DAYS

ONCE = "0"
ELSEWHERE = "autre"
# The code of a card, never a first name; « Jean 1975 » is one.
LIKE_A_CODE = re.compile(r"(?=.*\d)(?![A-Za-z]{4}[ -]?\d{4})[0-9A-Za-z]{4}[ -]?[0-9A-Za-z]{4}")
SPANS = 2  # of one day: a morning and an afternoon
# What a permanence holds just as its form says it: the field, and the name of the value.
PERMANENCE_FIELDS = {
    **{"titre": "title", "duree": "minutes", "a_la_fois": "seats", "rythme": "every"},
    **{"du": "first_on", "au": "until_on", "feries": "off_on_holidays"},
}


class ReceivingForm(forms.Form):
    """The choices of who receives: a structure, one of its lieux, a helper."""

    def __init__(
        self,
        *args: Any,
        structures: Sequence[Structure],
        lieux: Sequence[Lieu],
        helpers: Sequence[User],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(choice.pk): choice for choice in structures}
        self.lieux = {str(choice.pk): choice for choice in lieux}
        self.helpers = {str(choice.pk): choice for choice in helpers}
        choice_field(self, "structure").choices = [
            (key, choice.name) for key, choice in self.structures.items()
        ]
        choice_field(self, "lieu").choices = [(key, choice.name) for key, choice in self.lieux.items()]
        choice_field(self, "aidant").choices = [(key, str(choice)) for key, choice in self.helpers.items()]
        if len(structures) < 2:
            del self.fields["structure"]


class AppointmentForm(ReceivingForm):
    """An appointment, in a slot of a permanence or at any moment."""

    cle = forms.RegexField(r"^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput)
    structure = forms.ChoiceField(label="Au nom de", required=False)
    qui = forms.CharField(
        label="Pour qui",
        max_length=60,
        required=False,
        help_text="Un prénom suffit. Ou le code de sa carte.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    pour = forms.ChoiceField(label="Pour quoi", choices=list(rules.OFFERED.items()), widget=forms.RadioSelect)
    mots = forms.CharField(
        label="En quelques mots (facultatif)",
        max_length=120,
        required=False,
        help_text="Ni mot de passe, ni numéro, ni maladie.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    quand = forms.CharField(required=False, max_length=40)
    jour = DayField(label="Le jour", required=False)
    heure = HourField(label="L’heure", required=False)
    minutes = NumberChoiceField(
        label="Pour",
        empty_value=30,
        required=False,
        choices=[(n, f"{n} min") for n in permanences.SLOTS],
        initial=30,
    )
    ou = forms.ChoiceField(
        label="Où",
        choices=list(rules.WHERE.items()),
        widget=forms.RadioSelect,
        initial=rules.ON_SITE,
        required=False,
    )
    lieu = forms.ChoiceField(label="Dans quel lieu", required=False)
    aidant = forms.ChoiceField(label="Avec", required=False)
    pris = forms.ChoiceField(
        label="Pris",
        choices=[(id, rules.CHANNELS[id]) for id in (rules.COUNTER, rules.PHONE_CALL)],
        widget=forms.RadioSelect,
        initial=rules.COUNTER,
        required=False,
    )
    contact = ContactField(
        label="Pour la prévenir (facultatif)",
        max_length=LONGEST_CONTACT,
        required=False,
        help_text="Un téléphone ou un e-mail, si elle veut. Effacé 3 mois après.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    rythme = NumberChoiceField(
        label="Le répéter",
        empty_value=0,
        required=False,
        choices=[(ONCE, "une seule fois"), *rules.EVERY.items()],
    )
    fois = forms.IntegerField(
        label="Combien de fois en tout",
        required=False,
        min_value=2,
        max_value=rules.MOST_OF_SERIES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": "Ce nombre n’est pas reconnu. Écrivez par exemple 6."},
    )

    def __init__(
        self, *args: Any, permanence: Permanence | None = None, person: Person | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.permanence, self.person = permanence, person
        if permanence is not None:
            if permanence.kinds:
                choice_field(self, "pour").choices = [(id, rules.KINDS[id]) for id in permanence.kinds]
            for name in ("structure", "lieu", "jour", "heure", "minutes"):
                self.fields.pop(name, None)
            if permanence.helper is not None:
                del self.fields["aidant"]
        elif not self.lieux:
            del self.fields["lieu"]

    def clean_qui(self) -> str:
        name = str(self.cleaned_data["qui"]).strip()
        if not name and self.person is None:
            raise forms.ValidationError("Il manque un prénom. Un surnom, ou le code d’une carte, suffit.")
        if self.person is None and LIKE_A_CODE.fullmatch(name) and not people.by_code(name):
            raise forms.ValidationError("Aucune carte n’a ce code. Relisez-le, ou écrivez un prénom.")
        return name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.permanence is not None:
            cleaned["starts_at"] = read_moment(cleaned.get("quand", ""))
            if cleaned["starts_at"] is None:
                self.add_error("quand", "Il manque l’heure. Choisissez-en une dans la liste.")
        else:
            cleaned["starts_at"] = self._typed(cleaned)
        if cleaned.get("rythme") and not cleaned.get("fois") and "fois" not in self.errors:
            self.add_error("fois", "Combien de fois ? Écrivez par exemple 6.")
        return cleaned

    def _typed(self, cleaned: Mapping[str, Any]) -> datetime | None:
        for name in ("jour", "heure"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, self.fields[name].error_messages["required"])
        if not cleaned.get("jour") or not cleaned.get("heure"):
            return None
        moment = at_the_clock(cleaned["jour"], cleaned["heure"], self.commune())
        if moment is None:
            self.add_error("heure", "Cette heure n’existe pas ce jour-là : on change d’heure.")
        return moment

    def commune(self) -> str:
        """Return the code of the commune whose time is meant."""
        if self.permanence is not None:
            return self.permanence.commune
        lieu = self.chosen_lieu()
        return lieu.code_insee if lieu is not None else self.chosen_structure().code_insee

    def chosen_structure(self) -> Structure:
        if self.permanence is not None:
            return self.permanence.structure
        return self.structures.get(
            self.cleaned_data.get("structure", ""), next(iter(self.structures.values()))
        )

    def chosen_lieu(self) -> Lieu | None:
        """Return the place where it is; None at home, at a distance, or when the structure has none."""
        if self.permanence is not None or self.cleaned_data.get("ou") != rules.ON_SITE:
            return None
        return self.lieux.get(self.cleaned_data.get("lieu", ""), next(iter(self.lieux.values()), None))

    def chosen_helper(self) -> User | None:
        return self.helpers.get(self.cleaned_data.get("aidant", ""))

    def chosen_person(self) -> Person | None:
        """Return the person: of the page, or of the card that was typed; None for a first name."""
        if self.person is not None:
            return self.person
        typed = self.cleaned_data["qui"]
        return people.by_code(typed) if codes.read(typed) else None

    def draft(self) -> rules.Draft:
        cleaned = self.cleaned_data
        way, contact = cleaned["contact"]
        return rules.Draft(
            kind=cleaned["pour"],
            starts_at=cleaned["starts_at"],
            minutes=cleaned.get("minutes") or 30,
            where=cleaned["ou"] or rules.ON_SITE,
            name="" if self.chosen_person() is not None else cleaned["qui"],
            subject=cleaned["mots"],
            commune=self.commune(),
            channel=cleaned["pris"] or rules.COUNTER,
            way=way,
            contact=contact,
            key=cleaned["cle"],
        )


def at_the_clock(day: date, hour: time, commune: str) -> datetime | None:
    """Return a moment of the wall clock of a commune, None for an hour that the clock skips.

    >>> at_the_clock(date(2026, 3, 29), time(2, 30), "38185") is None
    True
    >>> at_the_clock(date(2026, 11, 24), time(10), "97411").isoformat()
    '2026-11-24T10:00:00+04:00'
    """
    zone = clocks.zone(commune)
    moment = datetime.combine(day, hour, tzinfo=zone)
    through = moment.astimezone(UTC).astimezone(zone)
    return moment if through.replace(tzinfo=None, fold=0) == datetime.combine(day, hour) else None


class MoveForm(forms.Form):
    """Another day and hour; `quand` when it is a slot of a permanence."""

    quand = forms.CharField(required=False, max_length=40)
    jour = DayField(label="Le jour", required=False)
    heure = HourField(label="L’heure", required=False)

    def moment(self, commune: str) -> datetime | None:
        """Return the moment that was typed or chosen, None when there is none."""
        if not self.is_valid():
            return None
        cleaned = self.cleaned_data
        if cleaned["quand"]:
            return read_moment(cleaned["quand"])
        if not cleaned["jour"] or not cleaned["heure"]:
            return None
        return at_the_clock(cleaned["jour"], cleaned["heure"], commune)


class MailboxForm(CheckedForm):
    """Messages read and answered in a mailbox, in counts."""

    compared = ("lus", "repondus", "fait", "prochaine")

    lus = forms.IntegerField(
        label="Messages lus ensemble",
        min_value=0,
        max_value=mailbox.MOST_MESSAGES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "Il manque le nombre de messages lus. Écrivez 0 s’il n’y en a pas."},
    )
    repondus = forms.IntegerField(
        label="Réponses envoyées",
        min_value=0,
        max_value=mailbox.MOST_MESSAGES,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"required": "Il manque le nombre de réponses. Écrivez 0 s’il n’y en a pas."},
    )
    fait = forms.CharField(
        label="Ce qui a été fait (facultatif)",
        max_length=mailbox.LONGEST,
        required=False,
        help_text="« Papiers de la Caf triés ». Ni contenu de message, ni mot de passe.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    prochaine = DayField(
        label="La prochaine fois (facultatif)",
        required=False,
        help_text="Un rendez-vous est pris ce jour-là, à la même heure, et la personne est prévenue.",
    )


class PermanenceForm(ReceivingForm):
    """A permanence: where, each day's hours, how long an appointment lasts, who receives. address: where it
    is, out of any lieu: it stays there unless another place is chosen.
    """

    structure = forms.ChoiceField(label="Au nom de", required=False)
    lu = forms.IntegerField(required=False, widget=forms.HiddenInput)  # the version that was read
    titre = forms.CharField(
        label="Titre",
        max_length=120,
        help_text="Ce que l’on vient y faire : « Mes démarches sur internet ».",
        error_messages={"required": "Il manque le titre. Il dit ce que l’on vient y faire."},
    )
    lieu = forms.ChoiceField(label="Où")
    duree = forms.TypedChoiceField(
        label="Un rendez-vous dure",
        coerce=int,
        choices=[(n, f"{n} min") for n in permanences.SLOTS],
        initial=30,
    )
    a_la_fois = forms.IntegerField(
        label="Personnes reçues à la fois",
        min_value=1,
        max_value=permanences.MOST_SEATED,
        initial=1,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": "Il manque combien de personnes sont reçues à la fois. Écrivez 1 si c’est une à une."
        },
    )
    rythme = forms.TypedChoiceField(
        label="Elle revient", coerce=int, choices=list(permanences.EVERY.items()), initial=1
    )
    du = DayField(label="À partir du")
    au = DayField(label="Jusqu’au (facultatif)", required=False)
    aidant = forms.ChoiceField(label="Qui reçoit", required=False)
    nom = forms.CharField(
        label="Son nom, comme le public le lit (facultatif)",
        max_length=60,
        required=False,
        help_text="Vide, c’est celui de son compte.",
    )
    pour = forms.MultipleChoiceField(
        label="On vient pour (tout, si rien n’est coché)",
        choices=list(rules.OFFERED.items()),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    feries = forms.BooleanField(label="Fermée les jours fériés", required=False, initial=True)

    def __init__(self, *args: Any, address: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        helpers, lieux = choice_field(self, "aidant"), choice_field(self, "lieu")
        helpers.choices = [("", "Plusieurs personnes, ou on ne sait pas"), *options(helpers)]
        if address:
            lieux.choices = [(ELSEWHERE, address), *options(lieux)]
        for n in range(len(DAYS)):
            for span in range(SPANS):
                for end in ("de", "a"):
                    self.fields[f"{end}_{n}_{span}"] = HourField(required=False)

    @property
    def week(self) -> list[tuple[str, list[tuple[Any, Any]]]]:
        """The fields of each day of the week: spans, each from an hour to an hour."""
        return [
            (name, [(self[f"de_{n}_{span}"], self[f"a_{n}_{span}"]) for span in range(SPANS)])
            for n, name in enumerate(DAYS)
        ]

    @property
    def week_errors(self) -> list[str]:
        return [error for _, spans in self.week for pair in spans for field in pair for error in field.errors]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        hours = []
        for n, name in enumerate(DAYS):
            for span in range(SPANS):
                begin, end = cleaned.get(f"de_{n}_{span}"), cleaned.get(f"a_{n}_{span}")
                if begin and end:
                    hours.append(Hours(n, begin, end))
                elif begin or end:
                    self.add_error(
                        f"{'a' if begin else 'de'}_{n}_{span}",
                        f"{name} : il manque {'à quelle heure cela finit' if begin else 'le début'}.",
                    )
        cleaned["hours"] = hours
        return cleaned

    def chosen_structure(self) -> Structure:
        return self.structures[self.cleaned_data.get("structure") or next(iter(self.structures))]

    def values(self) -> dict[str, Any]:
        """Return the typed values, by the names of `actions.permanences.KNOWN`."""
        cleaned = self.cleaned_data
        helper = self.helpers.get(cleaned["aidant"])
        is_for_all = len(cleaned["pour"]) == len(rules.OFFERED)
        return {name: cleaned[field] for field, name in PERMANENCE_FIELDS.items()} | {
            "lieu": self.lieux.get(cleaned["lieu"]),
            "helper": helper,
            "helper_name": cleaned["nom"] or (str(helper) if helper is not None else ""),
            "kinds": [] if is_for_all else cleaned["pour"],
            "hours": permanences.stored_hours(cleaned["hours"]),
        }


def from_permanence(row: Permanence) -> dict[str, Any]:
    """Return the initial values of the form of a permanence."""
    initial_values = {field: getattr(row, name) for field, name in PERMANENCE_FIELDS.items()} | {
        "lu": row.sequence,
        "lieu": str(row.lieu_id or ELSEWHERE),
        "aidant": str(row.helper_id or ""),
        "nom": "" if row.helper is not None and row.helper_name == str(row.helper) else row.helper_name,
        "pour": row.kinds,
    }
    spans: dict[int, int] = {}
    for hours in permanences.read_hours(row.hours):
        span = spans.get(hours.weekday, 0)
        spans[hours.weekday] = span + 1
        initial_values |= {f"de_{hours.weekday}_{span}": hours.begin, f"a_{hours.weekday}_{span}": hours.end}
    return initial_values


class ClosureForm(forms.Form):
    """Days closed, and what becomes of who was expected."""

    ferme_du = DayField(label="Du")
    ferme_au = DayField(label="Au", required=False)
    raison = forms.CharField(
        label="Pourquoi (les personnes prévenues le lisent)",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    alors = forms.ChoiceField(
        label="Les rendez-vous déjà pris ces jours-là",
        choices=[("deplacer", "Les déplacer à la prochaine heure libre"), ("annuler", "Les annuler")],
        widget=forms.RadioSelect,
        initial="deplacer",
    )
