"""Inviting somebody, and choosing a password."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from django import forms
from django.core.validators import validate_email

from maillage.apps.directory.memberships import access, rules
from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.territories.forms import TerritoryChoiceMixin
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.typed import line
from maillage.sources.offer.forms.read import parse
from maillage.sources.offer.forms.sheet import Sheet
from maillage.web import uploads
from maillage.web.choices import choice_field
from maillage.web.passwords import ADVICE

NAMED = 500  # structures that the field proposes
NEW = "nouvelle"
MOST_GUESTS = 100  # people invited by one form
FILE_BYTES = 1_000_000


class InviteForm(TerritoryChoiceMixin, forms.Form):
    """Invitation: for whom, for which role, until when. Roles: those the account may give somewhere, or the
    one that a link gives, or that was sent: the form then asks for what this role needs, and nothing else.
    """

    role = forms.ChoiceField(
        label="Rôle",
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque le rôle. Choisissez ce que fera cette personne."},
    )
    pour_qui = forms.CharField(
        label="Pour qui",
        max_length=12_000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Un nom par ligne, et son adresse e-mail : chacun reçoit son lien. Des lignes copiées d’un"
        " tableur conviennent. Sans adresse, vous remettez le lien vous-même.",
    )
    fichier = uploads.FileField(
        label="Ou un tableau (facultatif)",
        required=False,
        help_text="CSV, XLSX ou ODS : une ligne par personne, son nom et son adresse e-mail.",
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

    def __init__(self, *args: Any, user: Visitor, role: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = access.structures_with(user, access.MANAGE).order_by("name")
        self.names = list(rows.values_list("name", flat=True)[:NAMED])  # proposed as one types
        self.over_territories = access.holds_territory(user)
        wide = self.over_territories
        roles = {
            id: f"{known.label} : {known.plain}"
            for id, known in rules.ROLES.items()
            if known.over == rules.STRUCTURE or (wide and (id != "administration" or access.runs(user)))
        }
        role = role or str(self.data.get("role", ""))
        self.asked_role = rules.ROLES[role] if role in roles else None
        choice_field(self, "role").choices = [
            (id, label) for id, label in roles.items() if self.asked_role is None or id == role
        ]
        self.user = user
        if len(self.names) == 1 and not wide:
            self.fields["structure"].initial = self.names[0]
        if not wide:
            del self.fields["territoire"], self.fields["nouvelle"]
        if self.data.get("role") in rules.BY_TERRITORY:
            self.offer_territories()
        if self.asked_role is not None:
            self.fields["role"].widget = forms.HiddenInput()
            self.initial["role"] = role
            over = self.asked_role.over
            for scope, names in ((rules.STRUCTURE, ("structure", NEW)), (rules.TERRITORY, ("territoire",))):
                for name in names if over != scope else ():
                    self.fields.pop(name, None)

    def clean_pour_qui(self) -> list[rules.Guest]:
        """Return the guests typed, one a line."""
        lines = [text for text in self.cleaned_data["pour_qui"].splitlines() if text.strip()]
        first = 1 if lines and _is_heading(lines[0]) else 0
        return _checked(map(rules.guest, lines[first:]))

    def clean_fichier(self) -> list[rules.Guest]:
        """Return the guests of a table, one a row."""
        file = self.cleaned_data["fichier"]
        if file is None:
            return []
        if (file.size or 0) > FILE_BYTES:
            raise forms.ValidationError(
                "Ce fichier pèse plus de 1 Mo. Gardez les noms et les adresses seuls."
            )
        try:
            sheet = parse(file.read(), file.name or "")
        except Refused as error:
            raise forms.ValidationError(f"{error.what} {error.why} {error.do}") from error
        return _checked(_guests(sheet))

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        if not {"pour_qui", "fichier"} & set(self.errors):
            guests = list(dict.fromkeys([*clean["pour_qui"], *clean["fichier"]]))
            if not guests:
                self.add_error(
                    "pour_qui",
                    "Il manque un nom. Sans lui, vous ne sauriez plus à quelle personne ce lien est destiné."
                    " Écrivez-le.",
                )
            elif len(guests) > MOST_GUESTS:
                self.add_error("pour_qui", f"Plus de {MOST_GUESTS} personnes. Faites-en deux fois.")
            clean["guests"] = guests
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


def _is_heading(text: str) -> bool:
    """Return True for the heading of a pasted table: a title of names and one of addresses, no address."""
    words = set(plain(text).split())
    titles = words & {"mail", "mails", "courriel", "courriels", "adresse", "email"}
    return bool(titles and words & {"nom", "noms", "prenom", "prenoms"}) and not rules.ADDRESS.search(text)


def _guests(sheet: Sheet) -> Iterator[rules.Guest]:
    """Yield the guests of a table: its columns of names and of addresses when it names them; else what its
    cells look like, the first row too when it holds an address.
    """
    titles = {column: plain(column) for column in sheet.columns}
    names = [
        column for word in ("prenom", "nom") for column, title in titles.items() if word in title.split()
    ]
    if any(map(rules.ADDRESS.search, titles)):
        yield rules.guest(" ".join(titles))
    for row in sheet.rows:
        email = rules.guest(" ".join(row.cells.values())).email
        name = " ".join(row.cells[column] for column in names) or next(
            (cell for cell in row.cells.values() if cell and not rules.ADDRESS.search(cell)), ""
        )
        yield rules.guest(f"{name} {email}")


def _checked(guests: Iterable[rules.Guest]) -> list[rules.Guest]:
    """Return the guests that have a name, each once; refuse what is neither a name nor an address."""
    clean = list(dict.fromkeys(replace(guest, name=line(guest.name)) for guest in guests))
    clean = [guest for guest in clean if guest.name]
    for guest in clean:
        if guest.unread:
            raise forms.ValidationError(
                f"« {guest.unread[:60]} » n’est pas une adresse e-mail. Corrigez-la, ou écrivez le nom seul."
            )
        if len(guest.name) > 120:
            raise forms.ValidationError(
                "Un des noms est trop long. Il sert à vous y retrouver : un prénom suffit."
            )
        if "@" in guest.name + guest.email:
            try:
                validate_email(guest.email)
            except forms.ValidationError as error:
                raise forms.ValidationError(
                    f"Cette adresse n’est pas complète : {guest.email or guest.name}. Corrigez-la."
                ) from error
    return clean


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
        help_text=ADVICE,
        error_messages={"required": "Il manque un mot de passe. Choisissez-en un de 12 signes ou plus."},
    )


class PasswordForm(forms.Form):
    """Choosing another password."""

    mot_de_passe = OpenForm.base_fields["mot_de_passe"]


class LastDayForm(forms.Form):
    """The last day of somebody in a structure."""

    jour = DayField(label="Dernier jour")
