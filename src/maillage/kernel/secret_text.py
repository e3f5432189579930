"""What nobody writes about a person: passwords, codes, numbers that open their rights or their account.

Source: docs/methods/actes.md
"""

import re
from string import punctuation

from maillage.kernel.errors import Refused

SOCIAL, CARD, ACCOUNT, PASSWORD, PIN = "social", "card", "account", "password", "pin"
NAMED = {
    SOCIAL: "un numéro de sécurité sociale",
    CARD: "un numéro de carte bancaire",
    ACCOUNT: "un numéro de compte bancaire",
    PASSWORD: "un mot de passe",
    PIN: "un code secret",
}

_GAP = r"[ .\u00a0\u202f-]?"
# Sex, year, month, department, commune, order, and the key that is often left out.
_SOCIAL = re.compile(
    rf"(?<![\w+])[123478]{_GAP}\d\d{_GAP}(?:0[1-9]|1[0-2]|[2-9]\d){_GAP}"
    rf"(?:\d\d|2[ABab]){_GAP}\d{{3}}{_GAP}\d{{3}}"
    rf"(?:{_GAP}\d\d)?(?!\w)"
)
_DIGITS = re.compile(rf"(?<![\w+])\d(?:{_GAP}\d){{12,18}}(?!\w)")
_CARD = re.compile(
    r"(?<![\w+])(?:\d{15,16}|\d{19}|\d{4}([ .\u00a0\u202f-])\d{4}\1\d{4}\1\d{4}"
    r"|\d{4}[ -]\d{6}[ -]\d{5})(?!\w)"
)
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d\d(?:[ \u00a0\u202f-]?[A-Z0-9]){11,30}(?!\w)", re.IGNORECASE)
_FRENCH = re.compile(r"FR\d{12}[A-Z0-9]{11}\d\d")
_PASSWORD = re.compile(r"\b(?:mots? de passe|mdp|password|passwd|phrase secr[eè]te)\b", re.IGNORECASE)
_PIN = re.compile(
    r"\b(?:(?:code )?pin|digicode|code (?:secret|confidentiel|personnel|d[’']accès|de déverrouillage)"
    r"|code (?:de )?(?:sa |la |son |ma |mon )?"
    r"(?:carte(?: bleue| bancaire| vitale)?|téléphone|tablette|cb))\b",
    re.IGNORECASE,
)
_SAID = re.compile(r"^\W{0,2}\s*(?:[:=]|est\b|c[’']est\b)\s*(?P<then>\S.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"^\W{0,3}(?:\s*(?:est|c[’']est)\s)?\W{0,3}(?:\d[ .-]?){3,7}\d(?![\d/])", re.IGNORECASE)
_LATER = re.compile(
    r"^(?:\s+[^\W\d]+[’']?){1,4}\s*(?:[:=]|\best\b|c[’']est)\s*(?:\d[ .-]?){3,7}\d(?![\d/])", re.IGNORECASE
)
_QUOTES = dict.fromkeys(map(ord, '«»“”"\u00a0\u202f'), " ")
_ADDRESS = re.compile(r"^[^@\s]+@[^@\s]+\.\w+$")
# What an ordinary note says of a password, without giving it.
_ORDINARY = frozenset(
    (
        "oublié oubliée perdu perdue refait refaite changé changée noté notée écrit inconnu bloqué "
        "retrouvé réinitialisé nouveau ancien expiré à a en fait faire ok non oui pas même le la "
        "les un une son sa ses on elle il chez dans avec trop plus bon faux demandé choisi créé "
        "appris revu vu su gardé toujours encore personne personnel différent compris difficile "
        "facile"
    ).split()
)
_WINDOW = 6  # words after “mot de passe” among which the password itself may stand


def looks_like_secret(text: str) -> str:
    """Return which secret a text seems to hold, a key of NAMED; '' when it holds none.

    A social security number is recognised by its shape or its key, a bank card and an account by their check
    digits, a password or a code by the words before it. A dated sentence, a telephone number, the number of a
    structure are none of these.

    >>> looks_like_secret("1 84 12 38 185 123 45"), looks_like_secret("mot de passe : Soleil38")
    ('social', 'password')
    >>> looks_like_secret("mot de passe oublié, refait avec elle le 12/11/2026")
    ''
    """
    if _holds_social(text):
        return SOCIAL
    if any(_luhn(re.sub(r"\D", "", found[0])) for found in _CARD.finditer(text)):
        return CARD
    if any(_is_account(found[0]) for found in _IBAN.finditer(text)):
        return ACCOUNT
    if any(_gives_code(text[found.end() :]) for found in _PIN.finditer(text)):
        return PIN
    if any(_gives_password(text[found.end() :]) for found in _PASSWORD.finditer(text)):
        return PASSWORD
    return ""


def refuse_secrets(*texts: str) -> None:
    """Refuse the first text that holds a secret, and say which; nothing of it is repeated."""
    for text in texts:
        if found := looks_like_secret(text):
            raise Refused(
                "Rien n’a été enregistré.",
                why=(
                    f"Un des textes semble contenir {NAMED[found]}. Maillage ne garde aucun mot de passe"
                    " ni numéro."
                ),
                do="Enlevez-le. La personne le note elle-même, sur un papier à elle.",
            )


def _holds_social(text: str) -> bool:
    if _SOCIAL.search(text):
        return True
    for found in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", found[0])
        if len(digits) == 15 and digits[0] in "123478" and 97 - int(digits[:13]) % 97 == int(digits[13:]):
            return True
    return False


def _luhn(digits: str) -> bool:
    """Return whether digits hold together as those of a bank card. A network starts them with 2 to 6."""
    doubled = [int(each) * (1 + rank % 2) for rank, each in enumerate(reversed(digits))]
    return digits[0] in "23456" and sum(each - 9 * (each > 9) for each in doubled) % 10 == 0


def _is_account(text: str) -> bool:
    bare = re.sub(r"[^A-Z0-9]", "", text.upper())
    if _FRENCH.match(bare):
        return True
    # What follows may have been taken with it: every length that the standard allows is tried.
    return any(
        int("".join(str(int(each, 36)) for each in bare[4:n] + bare[:4])) % 97 == 1
        for n in range(15, min(len(bare), 34) + 1)
    )


def _gives_code(after: str) -> bool:
    return bool(_NUMBER.match(after) or _LATER.match(after))


def _gives_password(after: str) -> bool:
    said = _SAID.match(after)
    if said is not None:
        first, *more = re.split(r"\s+", said["then"].translate(_QUOTES).strip(), maxsplit=1)
        alone = not more or first[-1] in ",;." or more[0][0] in "(,;"
        bare = first.strip("' ,;.")
        if bare and bare.casefold() not in _ORDINARY and (alone or _is_mixed(bare)):
            return True
    words = after.split()[:_WINDOW]
    return any(_is_mixed(each.strip('«»"“”,;.()')) for each in words)


def _is_mixed(word: str) -> bool:
    """Return whether a word of 8 signs or more mixes letters with digits, or with marks that no word has."""
    if len(word) < 8 or _ADDRESS.match(word):
        return False
    letters, digits = any(c.isalpha() for c in word), any(c.isdigit() for c in word)
    marks = set(word) & (set(punctuation) - set("-'/.,:;()’"))
    return letters and (digits or bool(marks))
