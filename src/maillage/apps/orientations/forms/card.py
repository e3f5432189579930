"""Forms of a person's own page: the code and the secret that open it, their corrections."""

from collections.abc import Sequence
from typing import Any

from babel import Locale
from django import forms
from django.http import QueryDict

from maillage.apps.directory.models import Structure
from maillage.apps.orientations.forms.people import LANGUAGES, PersonForm
from maillage.apps.people import rules
from maillage.apps.people.models import Person
from maillage.words.languages import say, spoken, to_say

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
            "joindre": say("Pour me joindre"),
            "valeur": say("Mon numéro, mon adresse, ou par qui"),
        }
        for name, label in choices.items():
            self.fields[name].label, self.fields[name].help_text = label, ""
        self.fields["langue"].choices = [(id, names.get(id, id)) for id in LANGUAGES]
        self.fields["joindre"].choices = [(id, say(label)) for id, label in REACH.items()]


class RequestForm(forms.Form):
    """Correction that a person requests from a structure."""

    a_qui = forms.ChoiceField()
    quoi = forms.CharField(max_length=300, strip=True)

    def __init__(self, *args: Any, structures: Sequence[Structure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(structure.pk): structure for structure in structures}
        self.fields["a_qui"].choices = [(id, structure.name) for id, structure in self.structures.items()]

    def structure(self) -> Structure:
        return self.structures[self.cleaned_data["a_qui"]]
