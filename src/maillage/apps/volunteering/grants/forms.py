"""Forms of calls for projects, applications, opinions and decisions."""

from typing import Any

from django import forms

from maillage.apps.community.forms.speaking import StructureField
from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.models import Structure
from maillage.apps.territories.forms import TerritoryField
from maillage.apps.volunteering.grants import rules
from maillage.web.amounts import AmountField
from maillage.web.choices import choice_field

MOST = 10_000_000  # euros


class CallForm(forms.Form):
    """A call: where, for what, how much, when."""

    territoire = TerritoryField(
        label="Territoire",
        max_length=120,
        help_text="Une commune, un département, ou un périmètre gardé.",
        error_messages={"required": "Il manque le territoire."},
    )
    title = forms.CharField(
        label="Titre", max_length=120, error_messages={"required": "Il manque le titre de l’appel."}
    )
    about = forms.CharField(
        label="Pour quoi, et pour qui",
        max_length=1_500,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Il manque ce que l’appel veut changer."},
    )
    support = forms.CharField(
        label="Aide au montage (facultatif)",
        max_length=400,
        required=False,
        help_text="La structure qui aide à écrire le projet, et comment le demander.",
    )
    budget = AmountField(
        label="Budget, en euros",
        least=1,
        most=MOST,
        error_messages={"required": "Il manque le budget de l’appel. Écrivez un montant en euros."},
    )
    most = AmountField(
        label="Au plus par projet, en euros",
        least=1,
        most=MOST,
        error_messages={
            "required": "Il manque ce qu’un projet peut demander au plus. Écrivez un montant en euros."
        },
    )
    opens_on = DayField(label="Ouvre le")
    closes_on = DayField(label="Dernier jour pour déposer")
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    @property
    def values(self) -> dict[str, Any]:
        """Return the fields of the call itself."""
        return {key: value for key, value in self.cleaned_data.items() if key not in ("territoire", "token")}


class ProjectForm(forms.Form):
    """Description of a project by its authors."""

    title = forms.CharField(
        label="Titre du projet", max_length=120, error_messages={"required": "Il manque le titre."}
    )
    what = forms.CharField(
        label="Ce que vous ferez, ensemble",
        max_length=3_000,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={"required": "Il manque ce que vous ferez. Quelques phrases suffisent."},
    )
    public = forms.CharField(
        label="Pour qui", max_length=200, error_messages={"required": "Il manque pour qui."}
    )
    amount = AmountField(
        label="Montant demandé, en euros",
        least=1,
        most=MOST,
        error_messages={"required": "Il manque le montant."},
    )


class ApplyForm(ProjectForm):
    """A project, and the pair that carries it."""

    side = forms.ChoiceField(
        label="Votre structure est",
        choices=[("social", "la structure sociale"), ("digital", "la structure numérique")],
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque laquelle des deux vous êtes."},
    )
    ours = forms.ChoiceField(label="Au nom de")
    other = StructureField(
        label="L’autre structure",
        max_length=300,
        help_text="Son nom, comme sur sa fiche. Elle dira oui de son côté.",
        error_messages={"required": "Il manque l’autre structure."},
    )
    token = forms.CharField(widget=forms.HiddenInput, max_length=40)

    field_order = ("side", "ours", "other", "title", "what", "public", "amount", "token")

    def __init__(self, *args: Any, structures: list[Structure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(structure.pk): structure for structure in structures}
        choice_field(self, "ours").choices = [
            (pk, structure.name) for pk, structure in self.structures.items()
        ]

    @property
    def pair(self) -> dict[str, Any]:
        """Return both structures, and which one writes."""
        own_structure, other = self.structures[self.cleaned_data["ours"]], self.cleaned_data["other"]
        by_social = self.cleaned_data["side"] == "social"
        return {
            "social": own_structure if by_social else other,
            "digital": other if by_social else own_structure,
            "by_social": by_social,
        }

    @property
    def project(self) -> dict[str, Any]:
        """Return the description of the project."""
        return {key: self.cleaned_data[key] for key in ("title", "what", "public", "amount")}


class ScoreForm(forms.Form):
    """An opinion: a mark for each criterion."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        marks = [(str(mark), words) for mark, words in rules.MARKS.items()]
        for id, words in rules.CRITERIA.items():
            self.fields[id] = forms.ChoiceField(
                label=words,
                choices=[("", "À dire"), *marks],
                error_messages={"required": "Il manque votre avis sur ce critère."},
            )
        self.fields["words"] = forms.CharField(
            label="En quelques mots (facultatif)",
            max_length=600,
            required=False,
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    @property
    def marks(self) -> dict[str, int]:
        """Return the marks by criterion."""
        return {id: int(self.cleaned_data[id]) for id in rules.CRITERIA}


class DecisionForm(forms.Form):
    """A decision and its reason."""

    granted = forms.ChoiceField(
        label="Décision",
        choices=[("oui", "Retenu"), ("non", "Non retenu")],
        error_messages={"required": "Il manque la décision."},
    )
    amount = AmountField(label="Montant accordé, en euros", most=MOST, required=False)
    why = forms.CharField(
        label="Pourquoi",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Les deux structures le liront ; tout le monde, si le projet est retenu.",
        error_messages={"required": "Il manque la raison. Une décision s’explique."},
    )


class FollowForm(forms.Form):
    """The state of a funded project."""

    on = DayField(label="Le")
    words = forms.CharField(
        label="Où en est le projet",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": "Il manque où il en est."},
    )
    people = forms.IntegerField(
        label="Personnes aidées depuis le début (si on les compte)",
        min_value=0,
        max_value=1_000_000,
        required=False,
    )
    ends = forms.BooleanField(label="Le projet s’arrête", required=False)
