"""Forms of the bulletin and the calendar: news, contents, a service that changes."""

from typing import Any

from django import forms

from maillage.apps.community.forms.public import PublicForm
from maillage.apps.community.forms.speaking import Speaking
from maillage.apps.community.rules import bulletins as rules
from maillage.apps.directory.places.forms.moments import DayField

ADDRESS = {"invalid": "Cette adresse n’est pas reconnue. Elle commence par https://."}


class NewsForm(PublicForm, Speaking):
    """News of a structure."""

    readers = "tout le monde peut lire un bulletin"
    titre = forms.CharField(
        label="Titre",
        max_length=120,
        error_messages={"required": "Il manque le titre. Quelques mots suffisent."},
    )
    mots = forms.CharField(
        label="En quelques phrases",
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ce qui ouvre, ce qui change, ce qui a marché. Sans nom de personne aidée.",
        error_messages={"required": "Il manque la nouvelle. Deux phrases suffisent."},
    )
    adresse = forms.URLField(
        label="Pour en savoir plus (facultatif)",
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages=ADDRESS,
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)


class BulletinForm(PublicForm):
    """A bulletin to prepare: its title, its opening, what it carries."""

    readers = "tout le monde peut lire un bulletin"
    titre = forms.CharField(
        label="Titre",
        max_length=120,
        error_messages={"required": "Il manque le titre. Quelques mots suffisent."},
    )
    ouverture = forms.CharField(
        label="Mot d’ouverture (facultatif)",
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, items: dict[str, list[dict[str, str]]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section, rows in items.items():
            self.fields[section] = forms.MultipleChoiceField(
                label=rules.SECTIONS[section],
                required=False,
                choices=[(each["key"], f"{each['title']} : {each['words']}"[:220]) for each in rows],
                initial=[each["key"] for each in rows],
                widget=forms.CheckboxSelectMultiple,
            )

    @property
    def keys(self) -> set[str]:
        """Return the ticked keys."""
        clean = self.cleaned_data
        return {key for section in rules.SECTIONS for key in clean.get(section, ())}


class ChangeForm(forms.Form):
    """A service that changes."""

    sorte = forms.ChoiceField(
        label="Ce qui arrive",
        choices=list(rules.CHANGES.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque ce qui arrive. Choisissez."},
    )
    operateur = forms.CharField(
        label="Opérateur",
        max_length=120,
        help_text="Caf, France Travail, mairie…",
        error_messages={"required": "Il manque l’opérateur."},
    )
    demarche = forms.CharField(
        label="Démarche ou service", max_length=160, error_messages={"required": "Il manque la démarche."}
    )
    change = forms.CharField(
        label="Ce qui change",
        max_length=300,
        help_text="«\u00a0Uniquement en ligne\u00a0», «\u00a0guichet fermé le mercredi\u00a0».",
        error_messages={"required": "Il manque ce qui change. Quelques mots suffisent."},
    )
    debut = DayField(label="À partir du")
    fin = DayField(label="Jusqu’au (si on le sait)", required=False)
    source = forms.CharField(
        label="Qui le dit",
        max_length=200,
        help_text="Un courrier, une page, une affiche au guichet, avec sa date.",
        error_messages={"required": "Il manque qui le dit. Sans source, personne ne peut vérifier."},
    )
    adresse = forms.URLField(
        label="Adresse de la source (facultatif)",
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages=ADDRESS,
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    @property
    def values(self) -> dict[str, Any]:
        """Return the typed values, by the names of `note_change`."""
        clean = self.cleaned_data
        return {
            "kind": clean["sorte"],
            "operator": clean["operateur"],
            "procedure": clean["demarche"],
            "obligation": clean["change"],
            "starts_on": clean["debut"],
            "ends_on": clean["fin"],
            "source": clean["source"],
            "link": clean["adresse"],
            "token": clean["jeton"],
        }
