"""A device that arrives, and a loan."""

from django import forms


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
    jusquau = forms.DateField(
        label="À rendre le",
        error_messages={
            "required": (
                "Il manque la date de retour. Sans elle, rien ne dira qu’il est en retard. Choisissez un"
                " jour."
            ),
            "invalid": "Cette date n’existe pas. Un mois a 30 ou 31 jours. Choisissez-la dans le calendrier.",
        },
    )
