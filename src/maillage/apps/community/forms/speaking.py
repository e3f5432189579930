"""In whose name somebody writes, a structure of theirs or the coordination they lead; messages."""

from typing import Any

from django import forms

from maillage.apps.community.queries.listings import commune_name
from maillage.apps.community.rules import discussions as rules
from maillage.apps.directory.places.models import Structure
from maillage.web.choices import choice_field

COORDINATION = "coordination"


class Speaking(forms.Form):
    """A text in the name of a structure, or of the coordination; the field stands when there is a choice."""

    au_nom_de = forms.ChoiceField(label="Au nom de")

    def __init__(self, *args: Any, structures: list[Structure], leads: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(each.pk): each for each in structures}
        choices = [(pk, structure.name) for pk, structure in self.structures.items()]
        if leads:
            choices.append((COORDINATION, "La coordination du territoire"))
        choice_field(self, "au_nom_de").choices = choices
        if len(choices) == 1:
            del self.fields["au_nom_de"]

    @property
    def structure(self) -> Structure | None:
        """Return the structure that writes, None when it is the coordination."""
        if "au_nom_de" in self.fields:
            return self.structures.get(self.cleaned_data["au_nom_de"])
        return next(iter(self.structures.values()), None)


class OnBehalf(Speaking):
    """A text of a structure, never of the coordination."""

    @property
    def structure(self) -> Structure:
        """Return the structure that writes."""
        if "au_nom_de" in self.fields:
            return self.structures[self.cleaned_data["au_nom_de"]]
        return next(iter(self.structures.values()))


def structure_named(typed: str) -> Structure:
    """Return the structure of that name; several of one name are told apart by their commune, after a comma.
    A ValidationError when none is, or several.
    """
    bare = " ".join(typed.split())
    name, _, town = bare.rpartition(", ")
    matches = list(Structure.objects.filter(name__iexact=bare)[:2])
    if not matches and name:
        alike = Structure.objects.filter(name__iexact=name)
        matches = [each for each in alike if commune_name(each.code_insee).casefold() == town.casefold()][:2]
    if len(matches) != 1:
        raise forms.ValidationError(
            f"« {bare} » : aucune structure ne porte ce nom. Écrivez-le comme sur sa fiche."
            if not matches
            else f"« {bare} » : plusieurs structures portent ce nom. Écrivez « nom, commune »."
        )
    return matches[0]


class StructureField(forms.CharField):
    """A structure by its name: cleaned to the structure."""

    widget = forms.TextInput(attrs={"autocomplete": "off"})

    def clean(self, value: Any) -> Structure | None:
        typed = super().clean(value)
        return structure_named(typed) if typed else None


class PostForm(Speaking):
    """A message; `personne` is asked once the text seems to name somebody."""

    mots = forms.CharField(
        label="Votre question, ou ce que vous avez à dire",
        max_length=rules.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "data-vigilance": ""}),
        help_text="Tout le réseau le lit. Ne parlez d’aucune personne aidée.",
        error_messages={"required": "Il manque votre message. Une phrase suffit."},
    )
    personne = forms.BooleanField(
        label="J’ai relu : rien ici ne fait reconnaître une personne aidée", required=False
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, answers: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if answers:
            self.fields["mots"].label = "Votre réponse"
        self.warned = (
            rules.personal_marks(self.data.get(self.add_prefix("mots"), "")) if self.is_bound else ()
        )
        if not self.warned:
            del self.fields["personne"]

    @property
    def about_nobody(self) -> bool:
        return bool(self.cleaned_data.get("personne"))


class ReportForm(forms.Form):
    """Why a message is reported."""

    raison = forms.ChoiceField(
        label="Pourquoi le signaler",
        choices=list(rules.REASONS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque pourquoi. Choisissez une raison."},
    )
