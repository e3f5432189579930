"""The publisher, the territory and the frequency of a publication."""

from django import forms

from maillage.apps.directory.places.queries import scope
from maillage.apps.directory.places.queries.scope import Scope
from maillage.kernel.errors import UnknownTerritory
from maillage.sources.offer.clean import pivot

FREQUENCIES = {
    "irregular": "Quand il y a du neuf",
    "weekly": "Chaque semaine",
    "monthly": "Chaque mois",
    "quarterly": "Tous les trois mois",
    "annual": "Chaque année",
}


class PublishForm(forms.Form):
    producteur = forms.CharField(
        label="SIRET ou numéro RNA de l’organisme qui publie",
        max_length=30,
        help_text="14 chiffres, ou W et 9 caractères.",
        error_messages={
            "required": "Il manque le numéro de l’organisme qui publie : son SIRET, ou son numéro RNA."
        },
    )
    nom = forms.CharField(
        label="Son nom",
        max_length=150,
        error_messages={"required": "Il manque le nom de l’organisme qui publie."},
    )
    territoire = forms.CharField(
        label="Territoire",
        max_length=100,
        help_text="Un nom ou un code : Grenoble, 200040715, Isère. « France » pour tout.",
        error_messages={"required": "Il manque le territoire."},
    )
    frequence = forms.ChoiceField(label="Publié à nouveau", choices=list(FREQUENCIES.items()))

    def clean_producteur(self) -> str:
        number = pivot.clean(self.cleaned_data["producteur"])
        if not number.value or pivot.kind(number.value) not in ("siret", "rna"):
            reason = number.reason or "ni SIRET, ni numéro RNA"
            raise forms.ValidationError(
                f"Ce numéro ne va pas : {reason}. data.gouv.fr s’en sert pour nommer le fichier."
            )
        return str(number.value)

    def clean_territoire(self) -> Scope:
        text = self.cleaned_data["territoire"]
        try:
            territory, near = scope.typed(text)
        except UnknownTerritory:
            territory, near = None, ()
        if territory is None:
            named = ", ".join(f"{each.name} ({each.code})" for each in near)
            raise forms.ValidationError(
                f"Plusieurs territoires vont : {named}. Écrivez le code."
                if named
                else "Aucun territoire ne s’appelle ainsi."
            )
        return territory
