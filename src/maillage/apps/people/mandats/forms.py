"""Forms of a mandate: the procedures, the last day; how the person says yes."""

from collections.abc import Iterable
from typing import Any

from django import forms

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats.actions.preparing import Helper
from maillage.apps.people.mandats.actions.signing import Signing
from maillage.apps.people.mandats.queries import catalogue, lists, permissions
from maillage.apps.people.mandats.rules import frame
from maillage.apps.platform.accounts.models import User
from maillage.kernel.typed import ROWS, whole_number
from maillage.reference import procedures
from maillage.web import uploads
from maillage.web.choices import choice_field
from maillage.web.photographs import read_photograph


class PrepareForm(forms.Form):
    """Draft of a mandate. structure: a field when the account acts for several."""

    structure = forms.ChoiceField(label="Au nom de")
    demarches = forms.MultipleChoiceField(
        label="Démarches",
        required=False,
        error_messages={"invalid_choice": "Cette démarche n’est pas dans la liste. Choisissez-en une autre."},
    )
    duree = forms.ChoiceField(
        label="Jusqu’à quand",
        choices=[(key, words.capitalize()) for key, words in frame.DURATIONS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque la durée. Choisissez-la avec la personne."},
    )
    commence = DayField(label="Premier jour (aujourd’hui si rien n’est écrit)", required=False)
    aidant = forms.ChoiceField(
        label="Qui agit", choices=[(key, words.capitalize()) for key, words in frame.HELPERS.items()]
    )
    proche = forms.CharField(
        label="Nom du proche, s’il agit",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    aidants = forms.MultipleChoiceField(
        label="Qui peut agir avec vous",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "Un des aidants choisis n’aide plus ici. Relisez la liste, puis recommencez."
        },
    )
    tous = forms.BooleanField(label="Tous les aidants de la structure", required=False)
    responsable = forms.ChoiceField(label="Qui répond d’un bénévole ou d’un proche", required=False)
    urgence = forms.BooleanField(
        label="C’est une urgence : pour aujourd’hui seulement, à régulariser dans les 48 heures",
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        structures: list[Structure],
        chosen: Structure,
        on: Any,
        by: User | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(each.pk): each for each in structures}
        self.offered = catalogue.by_family(chosen)
        self.supervisors: dict[str, User] = {
            str(user.pk): user for each in structures for user in permissions.supervisors(each, on)
        }
        choice_field(self, "demarches").choices = [
            *((key, family.label) for key, family in procedures.families().items()),
            *((each.key, each.label) for each in catalogue.choices(chosen)),
        ]
        choice_field(self, "responsable").choices = [
            ("", "Personne : un professionnel agit"),
            *((pk, str(user)) for pk, user in self.supervisors.items()),
        ]
        choice_field(self, "aidants").choices = [
            (pk, str(user)) for pk, user in self.supervisors.items() if by is None or user.pk != by.pk
        ]
        choice_field(self, "structure").choices = [(pk, one.name) for pk, one in self.structures.items()]
        if len(structures) < 2:
            del self.fields["structure"]

    @property
    def ticked(self) -> list[str]:
        """Return the ticked procedures, for the form to be displayed again."""
        return list(self["demarches"].value() or [])

    def values(self) -> dict[str, Any]:
        """Return the typed values, by the names of `actions.prepare`."""
        clean = self.cleaned_data
        return {
            "structure": self.structures[clean.get("structure") or next(iter(self.structures))],
            "keys": clean["demarches"],
            "duration": clean["duree"],
            "starts_on": clean["commence"],
            "emergency": clean["urgence"],
            "helper": Helper(
                kind=clean["aidant"],
                relative=clean["proche"],
                supervisor=self.supervisors.get(clean["responsable"]),
                named=[self.supervisors[pk] for pk in clean["aidants"]],
                is_whole_structure=clean["tous"],
            ),
        }


class SignForm(forms.Form):
    """The consent of a person: what they drew, the photograph of their paper, or who was the witness."""

    comment = forms.ChoiceField(choices=list(frame.HOW.items()))
    lu = forms.CharField(max_length=64, required=False)
    traits = forms.CharField(max_length=40_000, required=False)
    temoin = forms.CharField(max_length=80, required=False)
    nom_civil = forms.CharField(max_length=160, required=False)
    photo = uploads.FileField(required=False, allow_empty_file=True)

    def signing(self) -> Signing:
        """Return the signing that was sent; Refused when the photograph is not one."""
        clean = self.cleaned_data
        return Signing(
            how=clean["comment"],
            read_digest=clean["lu"],
            strokes=clean["traits"].strip(),
            witness=clean["temoin"],
            civil_name=clean["nom_civil"],
            photograph=read_photograph(clean["photo"]) if clean["photo"] is not None else b"",
        )


class ProcedureForm(forms.Form):
    """A procedure that a structure or a territory adds."""

    nom = forms.CharField(
        label="Nom de la démarche",
        max_length=120,
        error_messages={"required": "Il manque le nom de la démarche. Écrivez-le."},
    )
    organisme = forms.CharField(label="Organisme qui la reçoit (facultatif)", max_length=120, required=False)
    famille = forms.ChoiceField(
        label="Famille", choices=[(key, family.label) for key, family in procedures.families().items()]
    )
    pour = forms.ChoiceField(label="Pour qui")

    def __init__(self, *args: Any, owners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "pour").choices = owners


WITHIN = {"7": "sept jours", "30": "trente jours", "90": "trois mois"}


class FilterForm(forms.Form):
    """Filters of a list of mandates: a state, a helper, an end, a procedure."""

    etat = forms.ChoiceField(required=False, widget=forms.HiddenInput)
    aidant = forms.ChoiceField(label="Préparé par", required=False)
    demarche = forms.ChoiceField(label="Qui permet", required=False)
    fin = forms.ChoiceField(
        label="Finit dans", required=False, choices=[("", "N’importe quand"), *WITHIN.items()]
    )

    def __init__(
        self, *args: Any, states: Iterable[str], helpers: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "etat").choices = [(key, key) for key in states]
        choice_field(self, "aidant").choices = [
            ("", "Tout le monde"),
            *((str(pk), name) for pk, name in helpers),
        ]
        choice_field(self, "demarche").choices = [
            ("", "Toutes les démarches"),
            *((key, family.label) for key, family in procedures.families().items()),
            *(
                (
                    family.label,
                    [
                        (key, procedure.label)
                        for key, procedure in procedures.procedures().items()
                        if procedure.family == id
                    ],
                )
                for id, family in procedures.families().items()
            ),
        ]

    def criteria(self) -> lists.Criteria:
        """Return the filters; those that cannot be read are left out."""
        self.is_valid()
        values = self.cleaned_data
        state = values.get("etat") or ""
        return lists.Criteria(
            state=state,
            helper=whole_number(values.get("aidant") or "", ROWS),
            within=whole_number(values.get("fin") or "")
            if state != "finis"
            else None,  # it is not asked of what ended
            procedure=values.get("demarche") or "",
        )
