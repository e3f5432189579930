"""The form of notifications."""

from typing import Any

from django import forms

from maillage.apps.platform.accounts.rules.worklist import GROUPS
from maillage.apps.site.worklist import rules
from maillage.apps.site.worklist.models import Preference


class NotificationForm(forms.Form):
    """The notifications of an account, how often, by which way, at what hour."""

    rythme = forms.ChoiceField(
        label="À quel rythme", choices=list(rules.RHYTHMS.items()), widget=forms.RadioSelect
    )
    moyen = forms.ChoiceField(
        label="Par quel moyen", choices=list(rules.WAYS.items()), widget=forms.RadioSelect
    )
    numero = forms.CharField(label="Votre numéro de mobile, pour les SMS", max_length=40, required=False)
    heure = forms.TypedChoiceField(
        label="Pas avant", choices=[(hour, f"{hour} h") for hour in rules.HOURS], coerce=int
    )
    week_end = forms.BooleanField(label="Aussi le samedi et le dimanche", required=False)
    sortes = forms.MultipleChoiceField(
        label="De quoi",
        choices=[(id, label) for id, (label, _) in GROUPS.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


def initial(row: Preference | None) -> dict[str, Any]:
    """Return the first values of the form: the choices of the account, else nothing but the screen."""
    if row is None:
        return {
            "rythme": rules.NEVER,
            "moyen": rules.EMAIL,
            "heure": rules.HOUR,
            "sortes": [next(iter(GROUPS))],
        }
    return {
        "rythme": row.rhythm,
        "moyen": row.way,
        "numero": row.phone,
        "heure": row.hour,
        "week_end": row.weekend,
        "sortes": row.groups,
    }
