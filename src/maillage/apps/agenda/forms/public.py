"""Public forms: a search for workshops, a registration, an appointment: a first name is enough."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django import forms

from maillage.apps.agenda.queries.public import PAGE, Search
from maillage.apps.agenda.rules import appointments
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries.where import Spot
from maillage.apps.platform.messages.forms import ContactField
from maillage.apps.platform.messages.rules.addresses import LONGEST_CONTACT
from maillage.kernel.typed import ROWS
from maillage.web.choices import choice_field, options
from maillage.words.languages import say


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
            limit=self.typed("montrer") or PAGE,
        )


class RegisterForm(forms.Form):
    """A first name, and a contact if wanted. `cle` makes a double click a single registration."""

    prenom = forms.CharField(max_length=60, required=False)
    contact = ContactField(max_length=LONGEST_CONTACT, required=False)
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
        choice_field(self, "pour").choices = kinds

    def clean_quand(self) -> datetime:
        moment = read_moment(self.cleaned_data["quand"])
        if moment is None:
            raise forms.ValidationError(say("Il manque l’heure. Choisissez-en une dans la liste."))
        return moment

    def clean_pour(self) -> str:
        kinds = [id for id, _ in options(choice_field(self, "pour"))]
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
