"""Inviting somebody, and choosing a password."""

from typing import Any

from django import forms

from maillage.apps.directory.forms.moments import DayField
from maillage.apps.directory.models import Structure
from maillage.apps.memberships import access, rules
from maillage.apps.territories.forms import TerritoryChoiceMixin
from maillage.kernel.names import plain
from maillage.kernel.typed import line

NAMED = 500  # structures that the field proposes
NEW = "nouvelle"
AT_ONCE = 30  # people invited by one form


class InviteForm(TerritoryChoiceMixin, forms.Form):
    """Invitation: for whom, for which role, until when. Roles: those the account may give somewhere."""

    role = forms.ChoiceField(label="Rôle", widget=forms.RadioSelect)
    pour_qui = forms.CharField(
        label="Pour qui",
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Un nom par ligne, pour vous y retrouver : un lien pour chacun.",
        error_messages={
            "required": "Il manque un nom. Sans lui, vous ne sauriez plus à quelle personne ce lien est "
            "destiné. Écrivez-le."
        },
    )
    structure = forms.CharField(label="Structure", max_length=300, required=False)
    nouvelle = forms.BooleanField(
        label="Cette structure n’est pas encore dans l’annuaire : l’ajouter", required=False
    )
    territoire = forms.CharField(
        label="Territoire",
        max_length=100,
        required=False,
        help_text="Pour la coordination et l’analyse seulement.",
    )
    jusquau = DayField(
        label="Jusqu’au (facultatif)",
        required=False,
        error_messages={
            "invalid": "Cette date n’existe pas. Un mois a 30 ou 31 jours. Choisissez-la dans le calendrier."
        },
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = access.structures_with(user, access.MANAGE).order_by("name")
        self.names = list(rows.values_list("name", flat=True)[:NAMED])  # proposed as one types
        self.over_territories = access.holds_territory(user)
        wide = self.over_territories
        self.fields["role"].choices = [
            (id, f"{role.label} : {role.plain}")
            for id, role in rules.ROLES.items()
            if role.over == rules.STRUCTURE or (wide and (id != "administration" or access.runs(user)))
        ]
        self.user = user
        if len(self.names) == 1 and not wide:
            self.fields["structure"].initial = self.names[0]
        if not wide:
            del self.fields["territoire"], self.fields["nouvelle"]
        if self.data.get("role") in rules.BY_TERRITORY:
            self.offer_territories()

    def clean_pour_qui(self) -> list[str]:
        """Return the names typed, one a line, each once."""
        names = list(dict.fromkeys(line(each) for each in self.cleaned_data["pour_qui"].splitlines()))
        names = [name for name in names if name]
        if len(names) > AT_ONCE:
            raise forms.ValidationError(
                f"Plus de {AT_ONCE} noms : les liens ne se montrent qu’une fois, la page serait trop longue."
                " Faites-en deux fois."
            )
        if any(len(name) > 120 for name in names):
            raise forms.ValidationError(
                "Un des noms est trop long. Il sert à vous y retrouver : un prénom suffit."
            )
        return names

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        role = rules.ROLES.get(clean.get("role", ""))
        if role is None:
            return clean
        clean["new"], clean["over"], clean["code"] = "", None, ""
        if role.over == rules.STRUCTURE:
            self._structure(clean)
        elif role.over == rules.TERRITORY:
            self._territory(clean)
        return clean

    def _structure(self, clean: dict[str, Any]) -> None:
        typed = clean.get("structure", "").strip()
        if not typed:
            self.add_error(
                "structure", "Il manque la structure. Ce rôle se donne pour une structure. Écrivez son nom."
            )
            return
        structures = self._named(typed)
        if len(structures) == 1:
            clean["over"] = structures[0]
        elif structures:
            self.add_error(
                "structure",
                "Plusieurs structures ont ce nom. Choisissez-la depuis la fiche d’un de ses lieux.",
            )
        elif clean.get(NEW):
            clean["new"] = typed
        else:
            self.add_error(
                "structure",
                "Cette structure n’est pas de celles dont vous répondez. Vérifiez son nom"
                + (", ou cochez qu’elle est nouvelle." if NEW in self.fields else "."),
            )

    def _named(self, typed: str) -> list[Structure]:
        wanted = plain(typed)
        rows = access.structures_with(self.user, access.MANAGE).filter(
            name__icontains=typed.split(maxsplit=1)[0]
        )
        return [row for row in rows[:2_000] if plain(row.name) == wanted]

    def _territory(self, clean: dict[str, Any]) -> None:
        try:
            clean["code"] = self.chosen_territory(clean.get("territoire", ""))
        except forms.ValidationError as error:
            self.add_error("territoire", error)


class OpenForm(forms.Form):
    """Opening an account from an invitation."""

    nom = forms.CharField(
        label="Votre nom, tel que vos collègues le lisent",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={
            "required": "Il manque votre nom. Vos collègues doivent savoir qui agit. Écrivez-le."
        },
    )
    courriel = forms.EmailField(
        label="Adresse e-mail",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
        help_text="Elle sert à vous connecter. Personne d’autre ne la voit.",
        error_messages={
            "required": "Il manque votre adresse. Elle sert à vous connecter. Écrivez-la.",
            "invalid": "Cette adresse n’est pas complète. Il faut un @ et un point. Vérifiez-la.",
        },
    )
    mot_de_passe = forms.CharField(
        label="Mot de passe",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="12 signes ou plus. Quatre mots sans lien vont très bien.",
        error_messages={"required": "Il manque un mot de passe. Choisissez-en un de 12 signes ou plus."},
    )


class PasswordForm(forms.Form):
    """Choosing another password."""

    mot_de_passe = OpenForm.base_fields["mot_de_passe"]


class LastDayForm(forms.Form):
    """The last day of somebody in a structure."""

    jour = DayField(label="Dernier jour")
