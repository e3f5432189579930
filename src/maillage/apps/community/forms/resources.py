"""Forms of a resource, and of its use."""

from typing import Any

from django import forms

from maillage.apps.community.forms.speaking import OnBehalf, Speaking
from maillage.apps.community.queries.resources import Wanted
from maillage.apps.community.rules import resources as rules
from maillage.reference import procedures
from maillage.web import uploads
from maillage.web.choices import choice_field


def _procedures() -> list[tuple[str, Any]]:
    common = procedures.procedures()
    return [
        (
            family.label,
            [
                (key, f"{family.label}, en général"),
                *((id, procedure.label) for id, procedure in common.items() if procedure.family == key),
            ],
        )
        for key, family in procedures.families().items()
    ]


class ResourceForm(Speaking):
    """A resource to share: a link or a file."""

    titre = forms.CharField(
        label="Titre", max_length=160, error_messages={"required": "Il manque le titre. Écrivez-le."}
    )
    mots = forms.CharField(
        label="En quelques mots",
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="À quoi elle sert, comment vous vous en servez.",
        error_messages={"required": "Il manque à quoi elle sert. Une phrase suffit."},
    )
    theme = forms.ChoiceField(
        label="Thème (facultatif)", required=False, choices=[("", "Aucun"), *rules.THEMES.items()]
    )
    format = forms.ChoiceField(label="Ce que c’est", choices=list(rules.FORMATS.items()))
    niveau = forms.ChoiceField(label="Niveau", choices=list(rules.LEVELS.items()))
    public = forms.ChoiceField(label="Pour", choices=list(rules.PUBLICS.items()))
    demarche = forms.ChoiceField(label="Démarche (facultatif)", required=False)
    auteur = forms.CharField(
        label="Faite par",
        max_length=160,
        help_text="Une structure, ou le nom que son auteur a choisi.",
        error_messages={"required": "Il manque qui l’a faite. Écrivez-le."},
    )
    licence = forms.ChoiceField(label="Licence", choices=list(rules.LICENCES.items()))
    adresse = forms.URLField(
        label="Adresse",
        required=False,
        max_length=500,
        assume_scheme="https",
        error_messages={"invalid": "Cette adresse n’est pas reconnue. Elle commence par https://."},
    )
    fichier = uploads.FileField(
        label="Ou un fichier", required=False, help_text="PDF, PNG ou JPEG, 5 mégaoctets au plus."
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "demarche").choices = [("", "Aucune"), *_procedures()]

    def clean_fichier(self) -> bytes:
        """Return the content of the file, b"" without any; never more than the heaviest one and a byte."""
        upload = self.cleaned_data["fichier"]
        return upload.read(rules.HEAVIEST + 1) if upload else b""

    @property
    def values(self) -> dict[str, Any]:
        """Return the typed values, by the fields of a Draft."""
        clean = self.cleaned_data
        return {
            "title": clean["titre"],
            "about": clean["mots"],
            "format": clean["format"],
            "level": clean["niveau"],
            "public": clean["public"],
            "theme": clean["theme"],
            "procedure": clean["demarche"],
            "author": clean["auteur"],
            "licence": clean["licence"],
            "link": clean["adresse"],
            "content": clean["fichier"],
            "token": clean["jeton"],
        }


class WantedForm(forms.Form):
    """The filters of a list of resources."""

    mots = forms.CharField(
        label="Mots", required=False, max_length=80, widget=forms.TextInput(attrs={"type": "search"})
    )
    theme = forms.ChoiceField(label="Thème", required=False, choices=[("", "Tous"), *rules.THEMES.items()])
    format = forms.ChoiceField(
        label="Ce que c’est", required=False, choices=[("", "Tout"), *rules.FORMATS.items()]
    )
    niveau = forms.ChoiceField(label="Niveau", required=False, choices=[("", "Tous"), *rules.LEVELS.items()])
    public = forms.ChoiceField(label="Pour", required=False, choices=[("", "Tous"), *rules.PUBLICS.items()])
    demarche = forms.ChoiceField(
        label="Démarche",
        required=False,
        choices=[("", "Toutes"), *((id, family.label) for id, family in procedures.families().items())],
    )

    @property
    def wanted(self) -> Wanted:
        """Return the filters; one that cannot be read is left out."""
        clean = self.cleaned_data if self.is_valid() else {}
        return Wanted(
            words=clean.get("mots", ""),
            theme=clean.get("theme", ""),
            format=clean.get("format", ""),
            level=clean.get("niveau", ""),
            public=clean.get("public", ""),
            procedure=clean.get("demarche", ""),
        )


class UseForm(OnBehalf):
    """The outcome of using a resource."""

    passe = forms.ChoiceField(
        label="Cela s’est passé",
        choices=list(rules.WENT.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque comment cela s’est passé. Choisissez-le."},
    )
    mots = forms.CharField(
        label="Ce qui a compté (facultatif)",
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Ce qui aide, ce qui gêne. Sans rien qui fasse reconnaître une personne aidée.",
    )
