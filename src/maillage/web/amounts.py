"""Amounts of money, as people type them."""

import re
from typing import Any

from django import forms

from maillage.words.wording import number

NO_AMOUNT = "Ce n’est pas un montant. Écrivez un nombre d’euros entier, positif ou nul : 12 000."
NO_CENTS = "Écrivez un montant sans centimes, en euros entiers : 12 000."


class AmountField(forms.CharField):
    """Whole euros: with spaces or points between the thousands, with or without « € »."""

    widget = forms.TextInput(attrs={"inputmode": "numeric"})  # of a number, browsers drop « 12 000 »
    typed = re.compile(
        r"(?P<euros>\d{1,40}|[1-9]\d{0,2}(?:\.\d{3})+)(?:[.,](?P<cents>\d{1,2}))?(?:€|euros?)?",
        re.IGNORECASE,
    )

    def __init__(self, *, most: int, least: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.least, self.most = least, most

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]  # nothing gives None, which a text field has as ''
        """Return the euros, None for nothing."""
        text = "".join(str("" if value is None else value).split())
        if not text:
            return None
        match = self.typed.fullmatch(text)
        if match is None:
            raise forms.ValidationError(NO_AMOUNT)
        if int(match["cents"] or 0):
            raise forms.ValidationError(NO_CENTS)
        euros = int(match["euros"].replace(".", ""))
        if euros > self.most:
            raise forms.ValidationError(
                f"Ce montant est trop grand : {number(self.most)} € au plus. Corrigez-le."
            )
        if euros < self.least:
            raise forms.ValidationError(
                f"Ce montant est trop petit : {number(self.least)} € au moins. Corrigez-le."
            )
        return euros
