"""The number that says which organisation it is: SIRET, SIREN, RNA or RIDET, and never one that cannot be."""

import re
from typing import Literal

from maillage.sources.offer.clean import words
from maillage.sources.offer.clean.cleaned import Cleaned

Kind = Literal["siret", "siren", "rna", "ridet"]

LA_POSTE = "356000000"  # whose offices are more than the key of Luhn can tell apart
LA_POSTE_HEAD_OFFICE = "35600000000048"
NEW_CALEDONIA = "988"
TRUNCATED = "un tableur a coupé les derniers chiffres de ce numéro"

SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?E\+?\d+", re.IGNORECASE)
LABEL = re.compile(r"^(?:n°|num[ée]ro)?\s*(?:SIRET|SIREN|RNA|RIDET)?\s*(?:n°)?\s*:?\s*", re.IGNORECASE)
BETWEEN = re.compile(r"[\s.\-–—_'’,/]")
RNA = re.compile(r"W\d[\dA-Z]\d{7}")  # overseas, the second character is a letter: W9R…, W9G…
ROUNDED = re.compile(r"\d+0{5}")  # no establishment has 00000, and spreadsheets keep 15 digits or fewer


def clean(text: str, *, postcode: str = "") -> Cleaned[str]:  # noqa: C901
    """Return a pivot whose key is right: 14 digits, 9 digits, W and 9 characters, or a RIDET of 9 or 10
    digits.

    postcode: of the place; a RIDET has no key and is only believed in New Caledonia, or doubted when it is
    unknown. Zeros alone are empty; what cannot be a pivot is refused.
    """
    if empty := words.nothing(text):
        return empty
    typed = text.strip()
    if SCIENTIFIC.fullmatch(typed):
        return Cleaned.refused(TRUNCATED)
    unlabelled = LABEL.sub("", re.sub(r"(?<=\d)[.,]0$", "", typed))
    digits = BETWEEN.sub("", unlabelled).upper()
    if re.fullmatch("0+", digits):
        return Cleaned(None, "empty", "pivot inconnu")
    mends = ["mis en forme"] * (digits != typed)
    if RNA.fullmatch(digits):
        return words.verdict(digits, mends=mends)
    if not digits.isdecimal() or not digits.isascii():
        return Cleaned.refused("ni SIRET, ni SIREN, ni numéro RNA")
    if len(digits) in (9, 10) and postcode.startswith(NEW_CALEDONIA):
        return words.verdict(digits, mends=mends)
    if len(digits) == 10 and not postcode and digits[0] != "0":
        return words.verdict(digits, mends=mends, doubts=["RIDET : rien ne permet de le vérifier"])
    if is_siret(digits) or is_siren(digits):
        return words.verdict(digits, mends=mends)
    if ROUNDED.fullmatch(digits) and len(digits) in (13, 14):
        return Cleaned.refused(TRUNCATED)
    if is_siret("0" + digits):
        return words.verdict("0" + digits, mends=[*mends, "le zéro de tête manquait"])
    if is_siren("0" + digits):  # one number in ten has a right key by chance
        return words.verdict(
            "0" + digits, mends=mends, doubts=["SIREN de 8 chiffres : le zéro de tête manquait"]
        )
    if len(digits) in (9, 14):
        return Cleaned.refused(
            f"la clé de ce {'SIRET' if len(digits) == 14 else 'SIREN'} est fausse : un chiffre au moins est"
            " faux"
        )
    return Cleaned.refused(f"{len(digits)} chiffres : un SIRET en a 14, un SIREN 9")


def kind(value: str) -> Kind:
    """Return the kind of a pivot, once cleaned; nine digits whose key is right are a SIREN. Raises ValueError
    on anything else.
    """
    if RNA.fullmatch(value):
        return "rna"
    if is_siret(value):
        return "siret"
    if is_siren(value):
        return "siren"
    if re.fullmatch(r"[0-9]{9,10}", value):
        return "ridet"
    raise ValueError(f"{value!r} is no pivot: clean() returns one or None.")


def is_siret(digits: str) -> bool:
    """Check the key of fourteen digits, for the company and for the establishment."""
    if not re.fullmatch(r"[0-9]{14}", digits) or digits.endswith("00000") or not is_siren(digits[:9]):
        return False
    if digits.startswith(LA_POSTE) and digits != LA_POSTE_HEAD_OFFICE:
        return sum(map(int, digits)) % 5 == 0
    return luhn(digits)


def is_siren(digits: str) -> bool:
    """Check the key of nine digits."""
    return re.fullmatch(r"[0-9]{9}", digits) is not None and digits != "0" * 9 and luhn(digits)


def luhn(digits: str) -> bool:
    """Check the key of Luhn that ends digits."""
    doubled = (int(digit) * (1 + k % 2) for k, digit in enumerate(reversed(digits)))
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0
