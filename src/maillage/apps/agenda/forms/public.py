"""Public forms: a search for workshops, a registration, an appointment: a first name is enough."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms

from maillage.apps.agenda.queries.public import PAGE, Search
from maillage.apps.agenda.rules import appointments
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.models import Lieu
from maillage.apps.directory.queries.where import Spot
from maillage.apps.messages.rules import addresses
from maillage.kernel.typed import ROWS
from maillage.pipeline.offer.clean import phone
from maillage.words.languages import say, to_say

LONGEST = 160
UNREADABLE = to_say(
    "Ce contact n’est pas reconnu. Écrivez un numéro de téléphone ou un e-mail. Vous pouvez aussi ne rien "
    "mettre."
)


def read_contact(text: str) -> tuple[str, str] | None:
    """Return how somebody is told, and where, from what they typed; ('none', '') for nothing, None for what
    nobody can read.

    >>> read_contact(" x@exemple.fr "), read_contact("04 76 00 11 22"), read_contact(""), read_contact(
    ...     "mon voisin")
    (('email', 'x@exemple.fr'), ('phone', '+33476001122'), ('none', ''), None)
    """
    typed = text.strip()
    if not typed:
        return rules.NO_WAY, ""
    if "@" in typed:
        address = addresses.read("email", typed)
        return (rules.EMAIL, address) if address and len(address) <= LONGEST else None
    if mobile := addresses.mobile(typed):
        return rules.PHONE, mobile
    read = phone.clean(typed).value or []
    return (rules.PHONE, read[0]) if len(read) == 1 and read[0].startswith("+") else None


class ContactField(forms.CharField):
    """A telephone or an e-mail, if wanted: cleaned to how to reach somebody, and where."""

    def clean(self, value: Any) -> tuple[str, str]:
        read = read_contact(super().clean(value))
        if read is None:
            raise forms.ValidationError(say(UNREADABLE))
        return read


class FindForm(forms.Form):
    """The criteria of the list, read from its address. Invalid values are ignored."""

    ou = forms.CharField(required=False, max_length=100)
    territoire = forms.CharField(required=False, max_length=61)
    sujet = forms.ChoiceField(required=False, choices=list(rules.SUBJECTS.items()))
    niveau = forms.ChoiceField(required=False, choices=list(rules.LEVELS.items()))
    langue = forms.CharField(required=False, max_length=8)
    pour = forms.ChoiceField(required=False, choices=list(rules.SUITS.items()))
    libre = forms.BooleanField(required=False)
    structure = forms.IntegerField(required=False, min_value=1, max_value=ROWS)
    montrer = forms.IntegerField(required=False, min_value=PAGE, max_value=ROWS)

    def typed(self, name: str) -> Any:
        """Return the value of a field, '' when it is missing or invalid."""
        self.is_valid()
        return self.cleaned_data.get(name) or ""

    def search(self, spot: Spot | None, lieu: Lieu | None) -> Search:
        return Search(
            spot=spot,
            subject=self.typed("sujet"),
            level=self.typed("niveau"),
            language=self.typed("langue"),
            suits=self.typed("pour"),
            free=bool(self.typed("libre")),
            lieu=lieu,
            structure=self.typed("structure") or None,
            shown=self.typed("montrer") or PAGE,
        )


class RegisterForm(forms.Form):
    """A first name, and a contact if wanted. `cle` makes a double click a single registration."""

    prenom = forms.CharField(max_length=60, required=False)
    contact = ContactField(max_length=LONGEST, required=False)
    cle = forms.RegexField(r"^[0-9a-f]{32}$", required=False)

    def clean_prenom(self) -> str:
        name = str(self.cleaned_data["prenom"]).strip()
        if not name:
            raise forms.ValidationError(
                say("Il manque un prénom. Écrivez un prénom ou un surnom : il suffit.")
            )
        return name


class BookForm(RegisterForm):
    """A slot of a permanence, what for, a first name, and a contact if wanted."""

    quand = forms.CharField(max_length=40, required=False)
    pour = forms.ChoiceField(required=False)

    def __init__(self, *args: Any, kinds: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["pour"].choices = kinds

    def clean_quand(self) -> datetime:
        moment = read_moment(self.cleaned_data["quand"])
        if moment is None:
            raise forms.ValidationError(say("Il manque l’heure. Choisissez-en une dans la liste."))
        return moment

    def clean_pour(self) -> str:
        kinds = [id for id, _ in self.fields["pour"].choices]
        audience = self.cleaned_data["pour"]
        if not audience and len(kinds) > 1 and appointments.OTHER not in kinds:
            raise forms.ValidationError(say("Il manque pour quoi vous venez. Choisissez dans la liste."))
        return str(audience or (kinds[0] if len(kinds) == 1 else appointments.OTHER))


def read_day(text: str) -> date | None:
    """Return the day that an address says, as YYYY-MM-DD; None for anything else, or out of its years."""
    try:
        return day if (day := date.fromisoformat(text)).year in rules.YEARS else None
    except ValueError:
        return None


def read_moment(text: str) -> datetime | None:
    """Return the moment of a slot, as a page sends it back; None for what is none, or has no time zone.

    >>> read_moment("2026-11-24T09:00:00+01:00").hour, read_moment("2026-11-24T09:00"), read_moment("demain")
    (9, None, None)
    """
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and 2000 < moment.year < 2200 else None
