"""A device that arrives, a loan, a reservation, a collection."""

from django import forms

from maillage.apps.directory import rules
from maillage.apps.directory.forms.moments import DayField


class DeviceForm(forms.Form):
    appareil = forms.CharField(
        label="Appareil",
        max_length=120,
        help_text="Un nom ou un numéro : « Portable 3 ».",
        error_messages={
            "required": "Il manque le nom. Sans lui, personne ne saura lequel c’est. Écrivez « Portable 3 »."
        },
    )
    origine = forms.CharField(label="D’où il vient (facultatif)", max_length=200, required=False)
    note = forms.CharField(label="Note (facultatif)", max_length=300, required=False)
    a_reparer = forms.BooleanField(label="À remettre en état d’abord", required=False)


class LoanForm(forms.Form):
    a_qui = forms.CharField(label="À qui", max_length=60, required=False)
    jusquau = DayField(
        label="À rendre le",
        error_messages={
            "required": (
                "Il manque la date de retour. Sans elle, rien ne dira qu’il est en retard. Choisissez un"
                " jour."
            ),
            "invalid": "Cette date n’existe pas. Un mois a 30 ou 31 jours. Choisissez-la dans le calendrier.",
        },
    )


class ReservationForm(forms.Form):
    """For whom a device is set aside, and when."""

    pour_qui = forms.CharField(label="Pour qui", max_length=60, required=False)
    du = DayField(label="À partir du")
    au = DayField(label="Jusqu’au")


class CollectionForm(forms.Form):
    """Announcement of a collection by a company or a collectivity."""

    qui = forms.CharField(
        label="Donateur",
        max_length=120,
        help_text="Le nom de l’entreprise ou de la collectivité.",
        error_messages={"required": "Il manque qui donne. Écrivez son nom."},
    )
    sorte = forms.ChoiceField(label="C’est", choices=list(rules.GIVERS.items()))
    quoi = forms.CharField(
        label="Quels appareils",
        max_length=60,
        help_text="Un mot : « Portable ». Chacun aura son numéro.",
        error_messages={"required": "Il manque ce qui est donné. Écrivez par exemple « Portable »."},
    )
    combien = forms.IntegerField(
        label="Combien, à peu près",
        min_value=1,
        max_value=rules.DEVICES_AT_ONCE,
        error_messages={"required": "Il manque le nombre. À peu près suffit."},
    )
    jour = DayField(label="Jour de la collecte")


class ReceiptForm(forms.Form):
    """How many devices came, and whether what they held is erased."""

    recus = forms.IntegerField(
        label="Combien sont arrivés",
        min_value=0,
        max_value=rules.DEVICES_AT_ONCE,
        error_messages={"required": "Il manque le nombre d’appareils arrivés. Aucun ? Écrivez 0."},
    )
    effaces = forms.BooleanField(
        label="Le donateur a effacé leurs données, et l’a écrit",
        required=False,
        help_text="Sinon, aucun ne se prête avant que vous l’ayez fait.",
    )
