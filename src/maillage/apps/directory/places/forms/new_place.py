"""A place added by hand: what is needed to find it, and what one finds there."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet

from maillage.apps.directory.places.forms.sheet import kind_fields, read_cells
from maillage.apps.directory.places.models import Structure
from maillage.kernel.names import plain
from maillage.kernel.typed import line
from maillage.reference import offer
from maillage.web.choices import choice_field, rows_field

MAX_PROPOSED_NAMES = 500  # of structures, under the field
MAX_NAMESAKES = 2_000  # structures compared with the name typed
NOT_KNOWN = "inconnu"  # the answer of who does not know yet what a place offers


class NewForm(forms.Form):
    """A place added by hand: only what is needed to find it; the rest is filled in on its sheet."""

    nom = forms.CharField(
        label="Nom du lieu",
        max_length=150,
        error_messages={
            "required": "Il manque le nom. Sans lui, personne ne trouverait ce lieu. Écrivez-le."
        },
    )
    typologie = forms.ChoiceField(label="Type de lieu", required=False)
    structure = forms.ModelChoiceField(
        label="Structure qui tient ce lieu",
        queryset=Structure.objects.none(),
        empty_label=None,
        error_messages={
            "required": "Il manque la structure. Elle seule tiendra la fiche du lieu. Choisissez-la.",
            "invalid_choice": "Vous ne répondez pas de cette structure. Choisissez-en une de la liste.",
        },
    )
    commune = forms.CharField(
        label="Commune, ou code postal",
        max_length=120,
        error_messages={
            "required": (
                "Il manque la commune. Sans elle, le lieu ne serait sur aucune carte. Écrivez son nom."
            )
        },
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    adresse = forms.CharField(label="Numéro et rue", max_length=200, required=False)
    telephone = forms.CharField(label="Téléphone", max_length=100, required=False)
    courriels = forms.CharField(label="Adresse e-mail", max_length=200, required=False)
    site_web = forms.CharField(label="Site", max_length=200, required=False)
    pratiques = forms.MultipleChoiceField(
        label="Ce qu’on y trouve",
        widget=forms.CheckboxSelectMultiple(),
        error_messages={
            "required": (
                "Il manque ce qu’on y trouve. Sans cela, le lieu ne serait proposé à personne. Cochez un"
                " service, ou « Je ne sais pas encore »."
            )
        },
    )

    def __init__(self, *args: Any, carriers: QuerySet[Structure], any_carrier: bool, **kwargs: Any) -> None:
        """carriers: the structures that the user may choose; any_carrier: whether they may choose none."""
        super().__init__(*args, **kwargs)
        choice_field(self, "typologie").choices = offer.kind_choices()
        self.fields["typologie"].initial = "autre"
        choice_field(self, "pratiques").choices = [
            *((each.id, each.label) for each in offer.practices().values()),
            (NOT_KNOWN, "Je ne sais pas encore : il ne sera proposé pour aucune orientation"),
        ]
        self.carriers, self.new_structure = carriers, ""
        if any_carrier:
            self.fields["structure"] = forms.CharField(
                label="Structure qui tient ce lieu (facultatif)",
                max_length=300,
                required=False,
                help_text="De l’annuaire, ou nouvelle : son nom. Vide, c’est celle qui porte le nom du lieu.",
                widget=forms.TextInput(attrs={"list": "structures", "autocomplete": "off"}),
            )
            self.names = list(carriers.values_list("name", flat=True)[:MAX_PROPOSED_NAMES])
            self.order_fields(["nom", "typologie", "structure"])
            return
        choice = rows_field(self, "structure")
        choice.queryset = carriers
        choice.initial = carriers[0] if len(carriers) == 1 else None

    def clean_structure(self) -> Structure | None:
        """Return the structure that was chosen, or the only one that bears the name typed; None for another,
        which is new when it was named.
        """
        chosen = self.cleaned_data["structure"]
        if isinstance(chosen, Structure):
            return chosen
        namesakes = self._named(chosen)
        if len(namesakes) > 1:
            raise forms.ValidationError(
                "Plusieurs structures ont ce nom. Une seule tiendra la fiche. Ajoutez le lieu sans structure,"
                " puis confiez sa fiche à la bonne."
            )
        self.new_structure = "" if namesakes else line(chosen)
        return next(iter(namesakes), None)

    def _named(self, name: str) -> list[Structure]:
        words = name.split(maxsplit=1)
        rows = self.carriers.filter(name__icontains=words[0])[:MAX_NAMESAKES] if words else ()
        return [row for row in rows if plain(row.name) == plain(name)]

    def carrier(self) -> Structure | None:
        """Return the structure that runs the place: the one chosen, else the only one that bears the name of
        the place, as an empty field says; None for a new one.
        """
        chosen = self.cleaned_data.get("structure")
        namesakes = [] if chosen or self.new_structure else self._named(self.cleaned_data["nom"])
        return cast(Structure | None, chosen) or (namesakes[0] if len(namesakes) == 1 else None)

    def written(self, code_insee: str, *, today: date) -> dict[str, Any] | None:
        """Return the sheet of the place in that commune; None when a value is invalid."""
        cells = {
            name: text
            for name in self.fields
            if (text := self.cleaned_data[name]) and name not in ("typologie", "structure", "pratiques")
        }
        postcode = {"code_postal": cells["commune"]} if cells["commune"].isdigit() else {}
        row = read_cells({**cells, "commune": "", **postcode, "code_insee": code_insee}, today)
        for remark in row.remarks:
            if remark.word == "refused" and remark.field in self.fields:
                self.add_error(
                    remark.field,
                    f"« {remark.value} » ne peut pas être gardé : {remark.reason}. Corrigez, ou videz la"
                    " case.",
                )
        kind = self.cleaned_data["typologie"]
        sheet = {name: value for name, value in row.sheet.items() if name != "id"}
        if self.new_structure:
            sheet["structure_parente"] = self.new_structure
        known = [id for id in self.cleaned_data["pratiques"] if id != NOT_KNOWN]
        if practices := {id: {"state": "offered"} for id in known}:
            sheet["practices"] = practices  # without any, nobody is sent there
        return None if self.errors else {**sheet, **(kind_fields(kind) if kind else {})}
