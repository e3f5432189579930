"""Passwords that our own pages suggest: the first ones that somebody else would try."""

from django.core.exceptions import ValidationError

from maillage.kernel.names import plain

ADVICE = "12 signes ou plus. Quatre mots sans lien vont très bien."
ADVISED = plain(ADVICE).replace(" ", "")
WORDS = frozenset(("motdepasse", "monmotdepasse", "maillage", "administrateur", "administration"))


class NotOurWordsValidator:
    """Refuse the words of the advice, or of the page, whatever the figures and the signs around them."""

    def validate(self, password: str, user: object = None) -> None:
        letters = "".join(sign for sign in plain(password) if sign.isalpha())
        if letters and (letters in ADVISED or letters in WORDS):
            raise ValidationError("Ce sont les mots de cette page.", code="password_of_the_page")

    def get_help_text(self) -> str:
        return ADVICE
