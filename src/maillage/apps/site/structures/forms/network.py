"""Forms of profiles, letters, groups and the charter."""

from typing import Any

from django import forms

from maillage.apps.community.forms.speaking import OnBehalf
from maillage.apps.community.rules.resources import PUBLICS
from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.models import Structure
from maillage.apps.site.structures.queries.profiles import Search
from maillage.apps.site.structures.rules import charter as charter_rules
from maillage.apps.site.structures.rules import groups, joining
from maillage.apps.site.structures.rules import profiles as rules
from maillage.apps.territories.forms import TerritoryField
from maillage.reference.charter import charter
from maillage.web.choices import choice_field

SKILLS = forms.MultipleChoiceField(
    label="Ce que vous savez faire",
    required=False,
    choices=list(rules.SKILLS.items()),
    widget=forms.CheckboxSelectMultiple,
)
AUDIENCES = forms.MultipleChoiceField(
    label="Avec quels publics",
    required=False,
    choices=list(PUBLICS.items()),
    widget=forms.CheckboxSelectMultiple,
    help_text="Rien de coché : vous ne le dites pas.",
)
ABOUT = forms.CharField(
    label="En quelques mots (facultatif)",
    required=False,
    max_length=rules.LONGEST,
    widget=forms.Textarea(attrs={"rows": 3}),
    help_text="Sans numéro ni adresse : on vous écrit par Maillage.",
)
READERS = forms.ChoiceField(
    label="Qui lit cette fiche",
    choices=list(rules.VISIBILITIES.items()),
    widget=forms.RadioSelect,
    error_messages={"required": "Il manque qui lit cette fiche. Choisissez une ligne."},
)


class SearchForm(forms.Form):
    """Search in the directory."""

    mots = forms.CharField(
        label="Nom, commune ou mot",
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    savoir = forms.ChoiceField(
        label="Sait faire", required=False, choices=[("", "Tout"), *rules.SKILLS.items()]
    )
    public = forms.ChoiceField(
        label="Avec", required=False, choices=[("", "Tous les publics"), *PUBLICS.items()]
    )
    part = forms.ChoiceField(
        label="Part prise", required=False, choices=[("", "Toutes"), *joining.SHORT_PARTS.items()]
    )

    @property
    def search(self) -> Search:
        """Return the search; everything, when the form is wrong."""
        clean = self.cleaned_data if self.is_valid() else {}
        return Search(
            words=clean.get("mots", ""),
            skill=clean.get("savoir", ""),
            public=clean.get("public", ""),
            part=clean.get("part", ""),
        )


class ProfileForm(forms.Form):
    """Profile of a structure."""

    part = forms.MultipleChoiceField(
        label="La part que vous prenez",
        required=False,
        choices=list(joining.PARTS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text="Rien de coché : rien pour l’instant.",
    )
    savoir = SKILLS
    publics = AUDIENCES
    equipe = forms.ChoiceField(
        label="Qui peut aider", required=False, choices=[("", "Non dit"), *joining.STAFF.items()]
    )
    ordinateurs = forms.IntegerField(
        label="Ordinateurs ou tablettes pour le public",
        required=False,
        min_value=0,
        max_value=1000,
        error_messages={"invalid": "Ce n’est pas un nombre. Écrivez des chiffres, ou videz la case."},
    )
    demande = forms.ChoiceField(
        label="Ce qu’on vous demande", required=False, choices=[("", "Non dit"), *joining.DEMAND.items()]
    )
    mots = ABOUT
    lue_par = READERS
    resultats = forms.ChoiceField(
        label="Nos résultats, lus par les structures du réseau",
        required=False,
        choices=[("", "Non"), ("oui", "Oui")],
        help_text="En nombres, sur un an : aides, ateliers, suites. Jamais une personne, ni hors du réseau.",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    @property
    def values(self) -> dict[str, Any]:
        """Return the typed values, by the names of `write`."""
        clean = self.cleaned_data
        return {
            "parts": clean["part"],
            "skills": clean["savoir"],
            "publics": clean["publics"],
            "staff": clean["equipe"],
            "computers": clean["ordinateurs"],
            "demand": clean["demande"],
            "about": clean["mots"],
            "visibility": clean["lue_par"],
            "results": clean["resultats"] == "oui",
        }


class ProfessionalForm(forms.Form):
    """Sheet of a professional."""

    metier = forms.ChoiceField(label="Votre métier", choices=list(rules.TRADES.items()))
    structure = forms.ChoiceField(label="Dans quelle structure", required=False)
    savoir = SKILLS
    publics = AUDIENCES
    mots = ABOUT
    lue_par = READERS

    def __init__(self, *args: Any, structures: list[Structure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(each.pk): each for each in structures}
        choice_field(self, "structure").choices = [
            *((pk, structure.name) for pk, structure in self.structures.items()),
            ("", "Je ne le dis pas"),
        ]

    @property
    def values(self) -> dict[str, Any]:
        """Return the typed values, by the names of `write_professional`."""
        clean = self.cleaned_data
        return {
            "trade": clean["metier"],
            "structure": self.structures.get(clean["structure"]),
            "skills": clean["savoir"],
            "publics": clean["publics"],
            "about": clean["mots"],
            "visibility": clean["lue_par"],
        }


class LetterForm(OnBehalf):
    """A letter, in the name of a structure."""

    mots = forms.CharField(
        label="Votre lettre",
        max_length=groups.LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Ce que vous proposez, et quand. Ne parlez d’aucune personne aidée.",
        error_messages={"required": "Il manque votre lettre. Une phrase suffit."},
    )


class GroupForm(forms.Form):
    """A group to open."""

    nom = forms.CharField(
        label="Nom du groupe",
        max_length=120,
        error_messages={"required": "Il manque le nom. Dites qui s’y retrouve."},
    )
    mots = forms.CharField(
        label="À quoi il sert (facultatif)",
        required=False,
        max_length=rules.LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    metier = forms.ChoiceField(
        label="Métier", required=False, choices=[("", "Tous les métiers"), *rules.TRADES.items()]
    )
    territoire = TerritoryField(
        label="Territoire (facultatif)",
        required=False,
        max_length=100,
        help_text="Son nom ou son code. Vide : partout.",
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)


class PostForm(forms.Form):
    """A message in a group."""

    mots = forms.CharField(
        label="Votre message",
        max_length=groups.LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Le groupe le lit. Ne parlez d’aucune personne aidée.",
        error_messages={"required": "Il manque votre message. Une phrase suffit."},
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)


class DeclarationForm(OnBehalf):
    """Declaration of a structure on the charter, criterion by criterion."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for criterion in charter().criteria:
            self.fields[criterion.id] = forms.ChoiceField(
                label=criterion.says,
                help_text=criterion.shows + (" Nécessaire." if criterion.needed else ""),
                choices=list(charter_rules.ANSWERS.items()),
                widget=forms.RadioSelect,
                error_messages={"required": "Il manque une réponse. « Pas encore » en est une."},
            )
        self.fields["mots"] = forms.CharField(
            label="Autre chose à dire (facultatif)",
            required=False,
            max_length=300,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    @property
    def answers(self) -> dict[str, str]:
        """Return the answers, by criterion."""
        return {each.id: self.cleaned_data[each.id] for each in charter().criteria}


class GrantForm(forms.Form):
    """Until when the charter is granted, in whose name."""

    jusquau = DayField(label="Jusqu’au")
    nom = forms.CharField(
        label="Accordée par",
        max_length=160,
        help_text="Le nom du réseau, ou de la collectivité. Le registre le montre.",
        error_messages={"required": "Il manque au nom de qui. Écrivez le nom du réseau."},
    )
