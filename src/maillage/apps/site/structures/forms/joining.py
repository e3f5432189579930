"""Forms to join the network, to answer an application, to hand over."""

from typing import Any

from django import forms

from maillage.apps.directory.places.forms.moments import DayField
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.platform.messages.rules import addresses
from maillage.apps.site.structures.rules import joining as rules
from maillage.reference import offer
from maillage.web.choices import choice_field
from maillage.words.languages import say, to_say

ELSEWHERE = "autre"


class StartForm(forms.Form):
    """Name and place of a structure: nothing else before the page on what it gains."""

    nom = forms.CharField(
        label=to_say("Le nom de votre structure"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
        error_messages={"required": to_say("Il manque le nom. Écrivez-le comme sur votre porte.")},
    )
    ou = forms.CharField(
        label=to_say("Sa commune, ou son code postal"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
        error_messages={"required": to_say("Il manque la commune. Écrivez son nom, ou son code postal.")},
    )


class ApplicationForm(forms.Form):
    """Application of a structure: one page, five minutes. Nothing but a name of referent is
    needed.
    """

    part = forms.MultipleChoiceField(
        label=to_say("Quelle part voulez-vous prendre ?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=to_say("Celle que vous pouvez. Rien de coché : rien pour l’instant, et c’est très bien."),
    )
    equipe = forms.ChoiceField(
        label=to_say("Qui peut aider, chez vous ?"),
        required=False,
    )
    ordinateurs = forms.IntegerField(
        label=to_say("Ordinateurs ou tablettes pour le public (facultatif)"),
        required=False,
        min_value=0,
        max_value=1000,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "invalid": to_say("Ce n’est pas un nombre. Écrivez des chiffres, ou videz la case."),
            "max_value": to_say("Ce nombre est trop grand. Vérifiez-le, ou videz la case."),
            "min_value": to_say("Ce nombre est négatif. Écrivez 0, ou videz la case."),
        },
    )
    demande = forms.ChoiceField(
        label=to_say("Vous demande-t-on de l’aide ?"),
        required=False,
    )
    type = forms.ChoiceField(label=to_say("Type de lieu"), required=False)
    adresse = forms.CharField(
        label=to_say("Numéro et rue (facultatif)"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    fiche = forms.ChoiceField(
        label=to_say("Est-ce déjà l’un de ces lieux ?"), required=False, widget=forms.RadioSelect
    )
    mots = forms.CharField(
        label=to_say("Autre chose à nous dire (facultatif)"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=to_say("Ne parlez d’aucune personne aidée."),
    )
    referent = forms.CharField(
        label=to_say("Votre nom"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        help_text=to_say("Vous tiendrez la fiche. Vous pourrez passer le relais."),
        error_messages={
            "required": to_say("Il manque votre nom. Nous devons savoir qui demander. Écrivez-le.")
        },
    )
    reponse = forms.ChoiceField(
        label=to_say("Comment vous répondre ?"),
        widget=forms.RadioSelect,
        initial=rules.PHONE,
        error_messages={"required": to_say("Il manque comment vous répondre. Choisissez une ligne.")},
    )
    contact = forms.CharField(
        label=to_say("Le numéro, ou l’adresse e-mail"),
        required=False,
        max_length=160,
        help_text=to_say("De préférence celui de votre structure. Effacé un mois après la réponse."),
    )
    jeton = forms.CharField(widget=forms.HiddenInput, max_length=40)
    site = forms.CharField(label=to_say("Ne remplissez pas cette case"), required=False)

    def __init__(self, *args: Any, alike: list[Lieu], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.alike = {str(lieu.pk): lieu for lieu in alike}
        nobody_knows = ("", say("Je ne sais pas"))
        for name, labels, first in (
            ("part", rules.PARTS, []),
            ("equipe", rules.STAFF, [nobody_knows]),
            ("demande", rules.DEMAND, [nobody_knows]),
            ("reponse", rules.WAYS, []),
        ):
            choices = [*first, *((id, say(label)) for id, label in labels.items())]
            choice_field(self, name).choices = choices
        choice_field(self, "type").choices = [("", "Je ne sais pas"), *offer.kind_choices()]
        if alike:
            choice_field(self, "fiche").choices = [
                *(
                    (pk, f"{lieu.name}, {lieu.sheet.get('adresse', '')}".rstrip(", "))
                    for pk, lieu in self.alike.items()
                ),
                (ELSEWHERE, say("Non, c’est un autre lieu")),
            ]
        else:
            del self.fields["fiche"]

    def clean_site(self) -> str:
        """Refuse a filled honeypot, with a message: a person whose browser filled it can empty it."""
        if self.cleaned_data["site"]:
            raise forms.ValidationError(
                say("Cette case doit rester vide. Elle arrête les machines. Videz-la.")
            )
        return ""

    def clean(self) -> dict[str, Any]:
        clean = super().clean() or {}
        way, (read_way, _) = clean.get("reponse"), addresses.contact(clean.get("contact", "")) or ("", "")
        if way == rules.EMAIL and read_way != rules.EMAIL:
            self.add_error(
                "contact", say("Cette adresse n’est pas complète. Il faut un @ et un point. Vérifiez-la.")
            )
        if way == rules.PHONE and read_way != rules.PHONE:
            self.add_error(
                "contact",
                say("Ce numéro est trop court. Il faut 10 chiffres. Vérifiez-le, ou revenez avec un code."),
            )
        return clean

    @property
    def needed(self) -> list[Any]:
        """Return the fields that the page shows open, in order."""
        return [self[name] for name in ("referent", "reponse", "contact", "site")]

    @property
    def more(self) -> list[Any]:
        """Return the fields that may wait."""
        return [self[name] for name in ("equipe", "ordinateurs", "demande", "type", "adresse", "mots")]

    @property
    def more_is_wrong(self) -> bool:
        """Some field that may wait is to be mended."""
        return any(each.errors for each in self.more)

    @property
    def values(self) -> dict[str, Any]:
        """Return the typed values, by the names of `apply`."""
        clean = self.cleaned_data
        return {
            "parts": clean["part"],
            "staff": clean["equipe"],
            "computers": clean["ordinateurs"],
            "demand": clean["demande"],
            "kind": clean["type"],
            "address": clean["adresse"],
            "lieu": self.alike.get(clean.get("fiche", "")),
            "words": clean["mots"],
            "referent": clean["referent"],
            "way": clean["reponse"],
            "contact": clean["contact"],
            "token": clean["jeton"],
        }


class CodeForm(forms.Form):
    """The code given when applying."""

    code = forms.CharField(
        label=to_say("Votre code"),
        max_length=40,
        help_text=to_say("12 signes, en trois groupes. Majuscules ou minuscules, comme vous voulez."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": to_say("Il manque le code. Recopiez-le de votre papier.")},
    )

    def clean_code(self) -> str:
        """Return the code as it was made."""
        code = rules.read_code(self.cleaned_data["code"])
        if not code:
            raise forms.ValidationError(
                say("Ce code n’est pas complet. Il a 12 signes, sans 0, O, 1, I ni L. Recopiez-le.")
            )
        return code


class WelcomeForm(forms.Form):
    """Words of welcome of the coordination."""

    verifiee = forms.ChoiceField(
        label="Comment l’avez-vous vérifiée ?",
        choices=list(rules.CHECKS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": "Il manque la vérification. Appelez la structure à son numéro public."},
    )
    laquelle = forms.ChoiceField(label="Dans l’annuaire, c’est", widget=forms.RadioSelect, initial="")

    def __init__(self, *args: Any, structures: list[Structure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.structures = {str(each.pk): each for each in structures}
        choice_field(self, "laquelle").choices = [
            *((pk, f"{structure.name} (déjà là)") for pk, structure in self.structures.items()),
            ("", "Une structure nouvelle : sa fiche est publiée"),
        ]
        self.fields["laquelle"].required = False
        self.fields["laquelle"].initial = next(iter(self.structures), "")

    @property
    def structure(self) -> Structure | None:
        """Return the structure that it already is, None for a new one."""
        return self.structures.get(self.cleaned_data["laquelle"])


class HandoverForm(forms.Form):
    """The next referent, and the last day of the present one."""

    structure = forms.ChoiceField(label="Pour quelle structure")
    pour_qui = forms.CharField(
        label="Qui vous suit ?",
        max_length=120,
        error_messages={"required": "Il manque un nom. Écrivez qui répondra de la structure."},
    )
    jusquau = DayField(
        label="Votre dernier jour", help_text="Vous restez jusque-là, et tant que le lien n’est pas ouvert."
    )

    def __init__(self, *args: Any, structures: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice_field(self, "structure").choices = list(structures.items())
