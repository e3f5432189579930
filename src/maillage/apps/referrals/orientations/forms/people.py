"""The sheet of a person, for their helper or for themself; the code and the secret of their page."""

from collections.abc import Sequence
from typing import Any

import phonenumbers
from babel import Locale
from django import forms
from django.core.validators import EmailValidator
from django.http import QueryDict

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import rules
from maillage.apps.people.persons.models import Person
from maillage.web.choices import choice_field
from maillage.web.overwrites import OverwriteGuard
from maillage.words.languages import say, spoken, to_say

# Those most spoken by the people helped, French first; any other is written in the note of a referral.
LANGUAGES = tuple(("fr ar en es it pl pt ro ru tr uk fa ps sq hy ka bn ta zh vi wo bm so ti rom").split())


def languages() -> list[tuple[str, str]]:
    """Return the languages offered, French first, then by name."""
    names = Locale("fr").languages
    first, *other_languages = LANGUAGES
    return [
        (first, names[first].capitalize()),
        *sorted(((id, names[id].capitalize()) for id in other_languages), key=lambda p: p[1]),
    ]


class TypedLine(forms.CharField):
    """A short text about a person, never mandatory, which the browser does not remember."""

    def __init__(self, **more: Any) -> None:
        super().__init__(required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}), **more)


class PersonForm(OverwriteGuard):
    """The sheet of a person, new or corrected. structure: a field when the account acts for several."""

    stored_names = {  # noqa: RUF012 (as the guard declares it)
        "prenom": "nickname",
        "naissance": "born",
        "langue": "language",
        "pix": "pix",
        "joindre": "reach",
        "valeur": "reach_value",
    }
    compared = tuple(stored_names)

    structure = forms.ChoiceField(label="Au nom de")
    prenom = forms.CharField(
        label="Prénom ou surnom (facultatif)",
        max_length=60,
        required=False,
        help_text="Celui que la personne veut. Sans prénom, sa carte suffit.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "dir": "auto"}),
    )
    naissance = forms.IntegerField(
        label="Année de naissance (facultatif)",
        required=False,
        min_value=1900,
        help_text="Seulement si elle sert à distinguer deux personnes.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 4}),
        error_messages={
            "invalid": "Cette année n’est pas un nombre. Écrivez 4 chiffres, ou rien.",
            "min_value": "Cette année est trop ancienne. Écrivez 4 chiffres, ou rien.",
        },
    )
    langue = forms.ChoiceField(label="Langue où elle est à l’aise", choices=languages, initial="fr")
    pix = forms.IntegerField(
        label="Score Pix (facultatif)",
        required=False,
        min_value=0,
        max_value=rules.MOST_PIX,
        help_text=f"De 0 à {rules.MOST_PIX}, recopié de son compte Pix, si la personne en a un.",
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 4}),
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            f"Un score Pix est un nombre de 0 à {rules.MOST_PIX}. Corrigez-le, ou n’écrivez rien.",
        ),
    )
    joindre = forms.ChoiceField(
        label="Comment la joindre", choices=list(rules.REACH.items()), initial=rules.NONE
    )
    valeur = TypedLine(
        label="Numéro, adresse, ou par qui",
        max_length=160,
        help_text="Rien si on ne peut pas la joindre.",
    )

    def __init__(
        self, *args: Any, structures: list[Any], person: Person | None = None, **kwargs: Any
    ) -> None:
        if person is not None:
            kwargs["initial"] = {name: getattr(person, stored) for name, stored in self.stored_names.items()}
        else:
            self.compared = ()
        super().__init__(*args, **kwargs)
        self.structures = {str(structure.pk): structure for structure in structures}
        if person is None:
            del self.fields["pix"]  # a first welcome asks for what it needs
        if person is not None or len(structures) < 2:
            del self.fields["structure"]
        else:
            choice_field(self, "structure").choices = [
                (id, structure.name) for id, structure in self.structures.items()
            ]

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        value = clean.get("valeur", "").strip()
        if clean.get("joindre") == rules.NONE:
            clean["valeur"] = ""
        elif clean.get("joindre") == rules.PHONE and value:
            self._phone(clean, value)
        elif clean.get("joindre") == rules.EMAIL and value:
            try:
                EmailValidator()(value)
            except forms.ValidationError:
                self.add_error(
                    "valeur", "Cette adresse n’est pas complète. Il faut un @ et un point. Vérifiez-la."
                )
        if clean.get("joindre") != rules.NONE and not value:
            self.add_error(
                "valeur",
                "Il manque le numéro, l’adresse, ou par qui. Écrivez-le, ou choisissez qu’on ne peut pas la"
                " joindre.",
            )
        return clean

    def _phone(self, clean: dict[str, Any], value: str) -> None:
        try:
            parsed = phonenumbers.parse(value, "FR")
            if not phonenumbers.is_possible_number(parsed):
                raise phonenumbers.NumberParseException(0, "")
            clean["valeur"] = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
        except phonenumbers.NumberParseException:
            self.add_error(
                "valeur",
                "Ce numéro n’est pas complet. Un numéro a 10 chiffres. Vérifiez-le avec la personne.",
            )

    def known(self) -> dict[str, Any]:
        """Return all that was typed, by the names of `people.actions.register.KNOWN`."""
        return {
            stored: self.cleaned_data[name]
            for name, stored in self.stored_names.items()
            if name in self.fields
        }

    def structure_chosen(self) -> Any:
        return self.structures[self.cleaned_data.get("structure") or next(iter(self.structures))]


LONGEST_CODE = 20

# How to reach them, as the person says it.
REACH = {
    rules.NONE: to_say("On ne peut pas me joindre"),
    rules.PHONE: to_say("Par téléphone ou SMS"),
    rules.EMAIL: to_say("Par e-mail"),
    rules.VIA: to_say("Par quelqu’un que je connais"),
    rules.LETTER: to_say("Par courrier"),
}


def secret(data: QueryDict) -> rules.Secret | None:
    """Return the word or the digits typed, else the drawings chosen."""
    return rules.read_secret(data.get("secret", "")[: 2 * rules.MOST_SIGNS], data.getlist("dessins"))


class OwnForm(PersonForm):
    """Facts about a person, in their words and their language."""

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, structures=[], person=person, **kwargs)
        names = Locale(spoken().locale).languages
        choices = {
            "prenom": say("Mon prénom, ou mon surnom"),
            "naissance": say("Mon année de naissance"),
            "langue": say("Ma langue"),
            "pix": say("Mon score Pix, si j’en ai un"),
            "joindre": say("Pour me joindre"),
            "valeur": say("Mon numéro, mon adresse, ou par qui"),
        }
        for name, label in choices.items():
            self.fields[name].label, self.fields[name].help_text = label, ""
        choice_field(self, "langue").choices = [(id, names.get(id, id)) for id in LANGUAGES]
        choice_field(self, "joindre").choices = [(id, say(label)) for id, label in REACH.items()]


class RequestForm(forms.Form):
    """Correction that a person requests from a structure."""

    a_qui = forms.ChoiceField()
    quoi = forms.CharField(max_length=300, strip=True)

    def __init__(self, *args: Any, structures: Sequence[Structure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(structure.pk): structure for structure in structures}
        choice_field(self, "a_qui").choices = [
            (id, structure.name) for id, structure in self.structures.items()
        ]

    def structure(self) -> Structure:
        return self.structures[self.cleaned_data["a_qui"]]
