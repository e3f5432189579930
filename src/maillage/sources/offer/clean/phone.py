"""Phone numbers as people type them, with the words around, in the plan of France and of its overseas
territories.
"""

import re
from functools import cache, lru_cache

import phonenumbers

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer.clean import words
from maillage.sources.offer.clean.cleaned import Cleaned
from maillage.sources.offer.clean.several import Reading, gathered

MASKED = "numéro masqué ou factice"
A_FAX = "numéro de fax écarté"
OWN_MOBILE = (
    "mobile écrit à côté d’un nom, sans doute celui d’une personne : écrivez le numéro seul si le lieu le"
    " publie"
)
MOBILE = re.compile(r"\+33[67]")
WRITTEN_AS_A_NAME = re.compile(r"[A-ZÀ-Þ][a-zß-ÿ’'-]{2,}(?:-[A-ZÀ-Þ][a-zß-ÿ]+)?")
OFFICES = frozenset(  # who answers there is not one person
    (
        "mairie accueil secretariat standard bureau service services centre espace maison ccas mediatheque"
        " bibliotheque association permanence direction pole antenne equipe bus"
    ).split()
)
BESIDE_A_NUMBER = frozenset(
    (
        "tel telephone mobile portable fixe sms whatsapp numero ligne directe poste urgence urgences lundi"
        " mardi mercredi jeudi vendredi samedi dimanche matin apres midi soir gratuit appel appeler non"
        " surtaxe prix local sur rendez vous rdv uniquement ou et puis fax renseignements inscription"
        " inscriptions contact office tourisme france tous toute toutes les aussi voir par pour avec ferme"
        " ouvert conseiller conseillere numerique numeriques mediateur mediatrice animateur animatrice"
    ).split()
)

# The numbering plan of a place, by the first three characters of its postcode.
PLANS = {
    "971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT", "977": "GP", "978": "GP",
    "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip
# The plan that these first four digits belong to wherever the place is: +33 596 is nowhere, 0596 is in
# Martinique.
OVERSEAS = {
    "0590": "GP", "0690": "GP", "0691": "GP", "0594": "GF", "0694": "GF", "0596": "MQ", "0696": "MQ",
    "0697": "MQ",
    "0262": "RE", "0263": "RE", "0692": "RE", "0693": "RE", "0269": "YT", "0639": "YT", "0508": "PM",
}  # fmt: skip
LOCAL_LENGTHS = {"WF": 6, "PF": 8, "NC": 6, "PM": 6}  # plans without a leading zero
FRENCH_PREFIXES = frozenset((33, 262, 508, 590, 594, 596, 681, 687, 689))

SHORT = re.compile(r"3\d{3}")  # 3949, 3646
SHORTER = re.compile(
    r"1[578]|1[19]\d|10\d\d|11[68]\d{3}"
)  # 115, 1013: read only alone, amid words they could count anything
FAKE = re.compile(r"(?:\+?33|0033)?(?:0?\d?0{8,}|0+|0?(\d)\1{8,}|0?123456789|1234567890)")
FICTION = ("019900", "026191", "035301", "046571", "053649", "063998")  # kept by the regulator for films

FRANCE = 33
TEN_DIGITS = re.compile(r"0[1-9]\d{8}")
NO_PLUS = re.compile(r"330?\d{9}|(?:262|508|590|594|596)\d{9}")

FLOAT = re.compile(r"(\d{6,12})[.,]0")
SCIENTIFIC = re.compile(r"\d+(?:[.,]\d*)?E\+?\d+", re.IGNORECASE)
NATIONAL_ZERO = re.compile(r"\(0\)")
# A parenthesis with words in it, or an extension: its digits are no number; then a run of digits and what may
# part them.
PIECE = re.compile(
    r"(?P<aside>\((?=[^()]*\))[\d\s+.,/_\-–—]*[^()\d\s+.,/_\-–—][^()]*\)|\b(?:poste|interne|ext(?:ension)?\.?)\W{0,3}\d{1,5})"
    r"|\+?\(?\+?\d(?:[\d\s.,/)_+\-–—]|\((?=[\d+]))*",
    re.IGNORECASE,
)
FAR = re.compile(r"//|[;|\n]|\s[/\-–—,]+\s|(?<=\d)[/,]\s|(?<=\d)\s*(?=\+)")  # parts two numbers
NEAR = (re.compile(r"[/,\-–—]"), re.compile(r"\s"))  # may part two numbers, or the digits of one
WORD_OF_FAX = r"(?:fax|t[ée]l[ée]copi(?:e|eur)s?)(?!\w)"
FAX = re.compile(  # what ends there announces a fax, and not also a phone: « Tél/fax : »
    rf"(?<!\w)(?:{WORD_OF_FAX}|f(?=\s?[.:]))[^\w(+]{{0,5}}(?:n(?:um[ée]ro|°|o)?[^\w(+]{{0,3}})?$",
    re.IGNORECASE,
)
PHONE_AND = re.compile(
    r"(?<!\w)(?:t[ée]l(?:[ée]phone)?s?|phone)\.?\s*(?:[/,&+\-–—]|et|ou)\s*$", re.IGNORECASE
)
FAX_AFTER = re.compile(rf"\s*\(\s*{WORD_OF_FAX}\W*\)", re.IGNORECASE)
LINKS = re.compile(
    r"\b(?:et|ou|puis|fax|t[ée]l[ée]copi(?:e|eur)s?|t[ée]l(?:[ée]phone)?s?|n°|num[ée]ros?)(?!\w)",
    re.IGNORECASE,
)


def clean(text: str, *, postcode: str = "") -> Cleaned[list[str]]:
    """Return the numbers of a cell in the order typed: E.164 for a usual one, as typed for a short one («
    3949 »).

    postcode: of the place, where numbers are local: it tells the plan of a number typed without its prefix.
    Words around a number go in the reason. A fax number is left out and reported. So is a masked or
    impossible number; the cell is refused when it holds no other.
    """
    if empty := words.nothing(text):
        return empty
    typed = NATIONAL_ZERO.sub("", text.strip().lstrip("'’").strip())
    if SCIENTIFIC.fullmatch(typed):
        return Cleaned.refused("notation scientifique : un tableur a coupé les chiffres")
    if match_of_float := FLOAT.fullmatch(typed):
        typed = match_of_float[1]
    plan = PLANS.get(postcode[:3], "FR" if postcode else "")
    readings: list[Reading] = []

    def take(match: re.Match[str]) -> str:
        if match["aside"]:
            return match[0]
        alone = match[0].strip() == typed
        numbers = [
            _read(digits, plan)
            for digits in _candidates(match[0])
            if alone or len(digits) > 5 or SHORT.fullmatch(digits)
        ]
        if numbers and _announced(typed[: match.start()]):
            numbers[0] = Reading(mend=A_FAX)
        if numbers and FAX_AFTER.match(typed, match.end()):
            numbers[-1] = Reading(mend=A_FAX)
        readings.extend(numbers)
        return " … " if numbers else match[0]

    other_words = " ".join(PIECE.sub(take, typed).split()).strip(" …-–—/:;,.|")
    if _names_somebody(other_words):
        readings = [Reading(fault=OWN_MOBILE) if MOBILE.match(each.accepted) else each for each in readings]
    if not any(map(str.isalnum, LINKS.sub("", other_words))):
        other_words = ""
    otherwise = A_FAX if readings else "aucun numéro dans ce texte"
    return gathered(readings, mends=[], surrounding_text=other_words, otherwise=otherwise, harmless=MASKED)


def _names_somebody(text: str) -> bool:
    """Recognise the name of a person beside a number: words that begin as a name does, and that are of no
    place, day or office.

    >>> [_names_somebody(text) for text in ("Marie Durand", "(Marie)", "Accueil", "Mairie de Meylan")]
    [True, True, False, False]
    """
    return any(
        WRITTEN_AS_A_NAME.fullmatch(word) and plain(word) not in words_of_places()
        for word in re.findall(r"[\w’'-]+", text)
    ) and not any(plain(word) in OFFICES for word in re.findall(r"[\w’'-]+", text))


@cache
def words_of_places() -> frozenset[str]:
    """Return the words that stand beside the number of a place, without accents: kinds of places, practices,
    days.
    """
    texts = [
        *offer.kinds_by_word(),
        *(text for each in offer.fields().values() for text in (each.label, *each.also)),
        *(text for each in offer.practices().values() for text in (each.label, *each.also)),
    ]
    return BESIDE_A_NUMBER.union(*(plain(text).split() for text in texts))


def _announced(before: str) -> bool:
    """Recognise the announce of a fax, and not also of a phone, before a number."""
    fax = FAX.search(before)
    return fax is not None and not PHONE_AND.search(before[: fax.start()])


def _candidates(run: str) -> list[str]:
    """Return the digits of each number in a run of digits, dots, dashes and the like; a leading + stays."""
    parts = [digits for part in FAR.split(run) if (digits := _digits(part))]
    if len(parts) > 2 and all(len(digits) < 6 for digits in parts) and not any(map(SHORT.fullmatch, parts)):
        return ["".join(parts)]  # 04 - 76 - 36 - 21 - 79
    return [digits for part in FAR.split(run) for digits in _near(part)]


def _near(part: str) -> list[str]:
    digits = _digits(part)
    if len(digits) > (13 if digits.startswith(("+", "00", "33")) else 10):
        for separator in NEAR:
            parts = [number for piece in separator.split(part) if (number := _digits(piece))]
            if len(parts) > 1 and any(len(piece_digits) >= 9 for piece_digits in parts):
                return parts
        tens = re.findall(r"0\d{9}", digits)
        if len(digits) == 10 * len(tens):
            return tens
    return [digits] if digits else []


def _digits(part: str) -> str:
    digits = re.sub(r"\D", "", part)
    return "+" + digits if digits and "+" in part else digits


@lru_cache(maxsize=65536)
def _read(digits: str, plan: str) -> Reading:  # noqa: C901
    """Return the reading of digits in a place. plan: its region for phonenumbers, FR in mainland France, ''
    when unknown.
    """
    if FAKE.fullmatch(digits):
        return Reading(fault=MASKED)
    if SHORT.fullmatch(digits) or SHORTER.fullmatch(digits):
        return Reading(digits)
    mend = ""
    if digits.startswith("+0") and not digits.startswith("+00"):
        digits, mend = digits[1:], "le + de tête était de trop"
    if NO_PLUS.fullmatch(digits) or _is_local_with_code(digits, plan):
        digits, mend = "+" + digits, "le + de l’indicatif manquait"
    digits = re.sub(r"^\+?00", "+", digits)
    if digits.startswith("+33"):
        digits = "0" + digits[3:].removeprefix("0")
        if digits[:4] in OVERSEAS:
            mend = "l’indicatif +33 n’est pas celui de ce territoire"
    if digits.startswith("+"):
        return _abroad(digits, mend)
    if len(digits) == 9 and digits[0] != "0":
        digits, mend = "0" + digits, "le zéro de tête manquait"
    if digits.startswith(FICTION):
        return Reading(fault=MASKED)
    if len(digits) not in (10, LOCAL_LENGTHS.get(plan)):
        return Reading(fault=f"{words.quoted(digits)} a {len(digits)} chiffres, il en faut 10")
    overseas = OVERSEAS.get(digits[:4], "")
    elsewhere = overseas not in ("", plan) and plan != ""
    for region in [overseas] if overseas else [plan or "FR", "FR"]:
        number = (
            phonenumbers.PhoneNumber(FRANCE, int(digits))  # what parsing these ten digits gives
            if region == "FR" and TEN_DIGITS.fullmatch(digits)
            else phonenumbers.parse(digits, region)
        )
        if phonenumbers.is_valid_number(number):
            return Reading(
                _e164(number), mend=mend, doubt="numéro d’un autre territoire que le code postal" * elsewhere
            )
    return Reading(fault=f"« {digits} » n’est attribué nulle part")


def _abroad(digits: str, mend: str) -> Reading:
    try:
        number = phonenumbers.parse(digits)
    except phonenumbers.NumberParseException:
        return Reading(fault=f"{words.quoted(digits)} n’est pas un numéro")
    if not phonenumbers.is_valid_number(number):
        return Reading(fault=f"« {digits} » n’est attribué nulle part")
    foreign = number.country_code not in FRENCH_PREFIXES
    return Reading(_e164(number), mend=mend, doubt=f"numéro étranger (+{number.country_code})" * foreign)


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def _is_local_with_code(digits: str, plan: str) -> bool:
    """Recognise digits that are the country code of a territory, then one of its local numbers."""
    code = str(phonenumbers.country_code_for_region(plan))
    return (
        plan in LOCAL_LENGTHS and digits.startswith(code) and len(digits) == len(code) + LOCAL_LENGTHS[plan]
    )
