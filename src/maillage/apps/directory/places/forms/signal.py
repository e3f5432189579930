"""Reporting an error on a sheet."""

from django import forms

from maillage.apps.platform.messages.rules import addresses
from maillage.words.languages import say, to_say

ABOUT = {
    "horaires": to_say("Les horaires"),
    "telephone": to_say("Le téléphone ou l’e-mail"),
    "adresse": to_say("L’adresse"),
    "pratiques": to_say("Ce qu’on y trouve"),
    "prix": to_say("Le prix"),
    "ferme": to_say("Le lieu est fermé pour de bon"),
    "autre": to_say("Autre chose"),
}


class MessageForm(forms.Form):
    """A visitor's message about a place: a sentence, and how to reach them for an answer."""

    texte = forms.CharField(
        label=to_say("Dites-nous, avec vos mots"),
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "required": to_say(
                "Il manque votre phrase. Sans elle, personne ne saurait quoi corriger. Quelques mots"
                " suffisent."
            ),
            "max_length": to_say("Ce texte est trop long. Gardez le plus important, en 2 000 caractères."),
        },
    )
    joindre = forms.CharField(
        label=to_say("Comment vous répondre (facultatif)"),
        required=False,
        max_length=200,
        help_text=to_say("Un téléphone ou une adresse e-mail. Seul le réseau le lira."),
        error_messages={"max_length": to_say("C’est trop long. Un téléphone ou une adresse suffit.")},
    )
    site = forms.CharField(label=to_say("Ne remplissez pas cette case"), required=False)

    def clean_joindre(self) -> str:
        """Refuse a contact where nobody could answer; what was typed is kept as it is."""
        contact: str = self.cleaned_data["joindre"]
        if addresses.contact(contact) is None:
            raise forms.ValidationError(say(addresses.UNREADABLE))
        return contact

    def clean_site(self) -> str:
        """Refuse a honeypot field that is filled, with a message: a person whose browser filled it can empty
        it.
        """
        if self.cleaned_data["site"]:
            raise forms.ValidationError(
                to_say("Cette case doit rester vide. Elle arrête les machines. Videz-la, puis recommencez.")
            )
        return ""


class SignalForm(MessageForm):
    """An error of a sheet, and the part that it is in."""

    sur = forms.ChoiceField(
        label=to_say("Qu’est-ce qui ne va pas ?"),
        choices=list(ABOUT.items()),
        error_messages={
            "required": to_say("Il manque ce dont vous parlez. Choisissez une ligne, ou « Autre chose ».")
        },
    )

    @property
    def about(self) -> str:
        return ABOUT[self.cleaned_data["sur"]]
