"""Addresses: parsed as typed, compared, and masked for display."""

import re
from functools import cache

import phonenumbers

from maillage.apps.platform.messages.rules import words
from maillage.apps.platform.messages.rules.states import EMAIL, SMS
from maillage.sources.offer.clean import phone
from maillage.words.languages import to_say

RINGS = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
FICTION = re.compile(r"(?:0|\+33|0033)(63998\d{4})")  # kept for fiction: those of invented people
USUAL = re.compile(r"(?:0|\+33|0033)([67]\d{3})(\d{5})")

LONGEST, LONGEST_POSTAL, LONGEST_CONTACT = 254, 500, 160
PHONE, NO_WAY = "phone", "none"  # how a contact is told, beside EMAIL
UNREADABLE = to_say(
    "Ce contact n’est pas reconnu. Écrivez un numéro de téléphone ou un e-mail. Vous pouvez aussi ne rien "
    "mettre."
)
# What mail servers take everywhere: letters without accents before the sign @, a name with a dot after it.
MAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*@(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,63}"
)


def read(channel: str, typed: str) -> str:
    """Return an address as it is kept, '' when nothing can be sent to it.

    >>> read("email", " Ali@Exemple.fr "), read("email", "ali@exemple"), read(
    ...     "letter", "1 rue du Lac\\n38000 Grenoble ")
    ('Ali@Exemple.fr', '', '1 rue du Lac\\n38000 Grenoble')
    """
    if channel == SMS:
        return mobile(typed)
    if channel == EMAIL:
        address = words.line(typed)
        return address if len(address) <= LONGEST and MAIL.fullmatch(address) else ""
    address = words.body(typed)
    return address if len(address) <= LONGEST_POSTAL else ""


def mobile(typed: str) -> str:
    """Return the number of a phone that reads SMS, written +33612345678; '' when it is none.

    >>> mobile("06 12 34 56 78"), mobile("+262 692 12 34 56"), mobile("04 76 00 00 01"), mobile(
    ...     "06 39 98 00 01")
    ('+33612345678', '+262692123456', '', '+33639980001')
    """
    bare = re.sub(r"[\s.()/-]", "", typed)
    if invented := FICTION.fullmatch(bare):
        return f"+33{invented[1]}"
    if (usual := USUAL.fullmatch(bare)) and _is_mobile_block(usual[1]):
        return f"+33{usual[1]}{usual[2]}"
    numbers = phone.clean(typed).value or []
    if len(numbers) != 1 or not numbers[0].startswith("+"):
        return ""
    return numbers[0] if phonenumbers.number_type(phonenumbers.parse(numbers[0])) in RINGS else ""


def contact(text: str) -> tuple[str, str] | None:
    """Return how somebody is told, and where, from what they typed; ('none', '') for nothing, None for what
    nobody can read.

    >>> contact(" x@exemple.fr "), contact("04 76 00 11 22"), contact("")
    (('email', 'x@exemple.fr'), ('phone', '+33476001122'), ('none', ''))
    >>> contact("mon voisin"), contact("06.12.34")
    (None, None)
    """
    typed = text.strip()
    if not typed:
        return NO_WAY, ""
    if "@" in typed:
        address = read("email", typed)
        return (EMAIL, address) if address and len(address) <= LONGEST_CONTACT else None
    if number := mobile(typed):
        return PHONE, number
    numbers = phone.clean(typed).value or []
    return (PHONE, numbers[0]) if len(numbers) == 1 and numbers[0].startswith("+") else None


@cache
def _is_mobile_block(first: str) -> bool:
    """Recognise the first four figures of French mobiles: the numbering plan gives them by blocks, and
    thousands are read at once.
    """
    number = phonenumbers.parse(f"+33{first}00000")
    return phonenumbers.is_valid_number(number) and phonenumbers.number_type(number) in RINGS


def same(channel: str, to: str) -> str:
    """Return the common writing of an address.

    >>> same("email", " Ali.B@Exemple.FR "), same("letter", "1 rue  du Lac\\n38000 Grenoble")
    ('ali.b@exemple.fr', '1 rue du lac 38000 grenoble')
    """
    return (mobile(to) or to.strip()) if channel == SMS else " ".join(to.split()).casefold()


def masked(channel: str, to: str) -> str:
    """Return enough of an address for who knows it, and too little for who does not.

    >>> masked("email", "aurelie@exemple.fr"), masked("sms", "+33612345678"), masked("letter", "1 rue du Lac")
    ('a•••@exemple.fr', '+336 •• •• •• 78', 'adresse postale')
    """
    if not to:
        return "adresse effacée"
    if channel == EMAIL:
        name, _, domain = to.rpartition("@")
        return f"{name[:1]}•••@{domain}"
    return f"{to[:4]} •• •• •• {to[-2:]}" if channel == SMS else "adresse postale"
