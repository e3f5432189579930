"""Forms of plans, groups and notes."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.models import Structure
from maillage.apps.learning import rules
from maillage.apps.learning.queries import contents
from maillage.apps.learning.rules import MOST
from maillage.kernel.errors import Refused
from maillage.modules.outlines import Outline
from maillage.modules.paths import paths
from maillage.web.choices import NumberChoiceField, choice_field


class PlanForm(forms.Form):
    """The date of a plan, and its helper."""

    le = DayField(label="Quel jour ?")
    avec = forms.ChoiceField(
        label="Avec qui ?", choices=list(rules.WITH.items()), widget=forms.RadioSelect, initial="alone"
    )


class AnswerForm(forms.Form):
    """Outcome of a plan. steps: the screens where a person may have been blocked."""

    reponse = forms.ChoiceField(
        label="Réponse",
        choices=list(rules.ANSWERS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez une réponse, puis « Répondre »."},
    )
    ecran = NumberChoiceField(label="Quel écran a bloqué ?", empty_value=None, required=False)

    def __init__(self, *args: Any, steps: Sequence[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "ecran").choices = [("", "Je ne sais plus"), *steps]


def names(typed: str) -> list[str]:
    """Return the first names typed, one by line, those that are there twice included; Refused beyond a
    whole group.
    """
    first_names = [name for line in typed.splitlines() if (name := " ".join(line.split())[:60])]
    if len(first_names) > MOST:
        raise Refused(
            f"Il y a {len(first_names)} prénoms : c’est trop pour une fois.",
            why=f"Un groupe a {MOST} personnes au plus.",
            do="Écrivez-en moins, ou ouvrez un deuxième groupe.",
        )
    return first_names


class GroupForm(forms.Form):
    """A group: its name, its modules, and who runs it beside."""

    structure = forms.ChoiceField(label="Au nom de")
    titre = forms.CharField(
        label="Nom du groupe",
        max_length=80,
        help_text="Par exemple : mardi matin, médiathèque.",
        error_messages={"required": "Donnez-lui un nom, pour le retrouver."},
    )
    trame = forms.ChoiceField(label="Partir d’une trame ou d’un parcours (facultatif)", required=False)
    modules = forms.MultipleChoiceField(
        label="Modules, dans l’ordre de la liste", required=False, widget=forms.CheckboxSelectMultiple
    )
    noms = forms.CharField(
        label="Personnes (facultatif)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "off"}),
        help_text="Un prénom par ligne. Chacun aura sa carte. Deux prénoms pareils : deux cartes.",
    )

    def __init__(
        self, *args: Any, structures: Sequence[Structure], outlines: Mapping[str, Outline], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.structures, self.outlines = list(structures), outlines
        field = choice_field(self, "structure")
        field.choices = [(str(outline.pk), outline.name) for outline in structures]
        if len(self.structures) == 1:
            field.initial, field.widget = str(self.structures[0].pk), forms.HiddenInput()
        choice_field(self, "modules").choices = [(m.id, m.title) for m in contents.modules().values()]
        started = [(f"parcours:{id}", f"Parcours : {path.title}") for id, path in paths().items()]
        started += [(f"trame:{id}", f"Trame : {outline.title}") for id, outline in outlines.items()]
        choice_field(self, "trame").choices = [("", "Choisir soi-même"), *started]

    def clean_noms(self) -> list[str]:
        try:
            return names(self.cleaned_data["noms"])
        except Refused as error:
            raise forms.ValidationError(" ".join(error.sentences)) from error

    def clean(self) -> dict[str, Any]:
        """Take the modules of the outline or of the path when none was ticked."""
        values = super().clean() or {}
        if not values.get("modules"):
            values["modules"] = self._modules(values.get("trame") or "")
        if not values["modules"]:
            self.add_error("modules", "Cochez un module au moins, ou partez d’une trame.")
        return values

    def _modules(self, started: str) -> list[str]:
        kind, _, id = started.partition(":")
        if kind == "parcours":
            return [each for each in paths()[id].modules if each in contents.modules()]
        if kind == "trame":
            return [each for each in self.outlines[id].modules if each in contents.modules()]
        return []

    def chosen(self) -> Structure:
        """Return the structure in whose name the group is opened."""
        return next(each for each in self.structures if str(each.pk) == self.cleaned_data["structure"])
