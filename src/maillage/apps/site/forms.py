"""Reporting a problem of the site."""

from django import forms

from maillage.words.languages import to_say


class ProblemForm(forms.Form):
    """A sentence, the page it is about, and how to answer for whoever wants an answer."""

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
        help_text=to_say(
            "Un téléphone ou une adresse e-mail. Seules les personnes qui tiennent ce site le liront."
        ),
        error_messages={"max_length": to_say("C’est trop long. Un téléphone ou une adresse suffit.")},
    )
    page = forms.CharField(required=False, widget=forms.HiddenInput)
    site = forms.CharField(label=to_say("Ne remplissez pas cette case"), required=False)

    def clean_site(self) -> str:
        """Refuse a honeypot that is filled, with a message: who had it filled by a browser can empty it."""
        if self.cleaned_data["site"]:
            raise forms.ValidationError(
                to_say("Cette case doit rester vide. Elle arrête les machines. Videz-la, puis recommencez.")
            )
        return ""
