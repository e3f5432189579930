"""The secrets that nobody may write about a person: passwords, codes, numbers that open their rights or their
account.

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
_NUMBERED = re.compile(
    r"(?:\bn\s?[°o]|\bnuméro)\s*(?:(?:de|sa|la|ma|son)\s+)*(?P<what>cartes?|cb|séc[uo]\w*)\b"
    r"(?:\s+(?:bleue|bancaire|visa|mastercard|sociale))?\W{0,4}(?P<digits>\d(?:[ .\u00a0\u202f-]?\d){3,})",
    re.IGNORECASE,
)
_BANK = re.compile(
    r"\b(?:cb|carte (?:bleue|bancaire)|visa|mastercard)\b\W{0,4}(?:\d[ .\u00a0\u202f-]?){12}", re.IGNORECASE
)
_PASSWORD = re.compile(
    r"\b(?:mots? de pass(?:e|es)?|motdepasse|m\.?d\.?p\b\.?|password|passwd|pwd|phrase secrète"
    r"|réponse (?:secrète|à la question secrète))(?!\w)",
    re.IGNORECASE,
)
# “Pass” alone is a card for the bus, and “passe” what somebody does: only before a colon are they a secret.
_PASS = re.compile(r"(?<!\w)(?P<who>\w+\s+)?pass(?:e|word)?\s*[:=]\s*(?P<then>\S+)", re.IGNORECASE)
_DOES = frozenset("il elle on ça qui je tu se me te il la le les lui y en".split())
_WIFI = re.compile(
    r"\bclés? (?:(?:du|de la|de sa|de son|de) )?(?:wi-?fi|wep|wpa|box|réseau)\b\W{0,4}"
    r"(?=\S*\d)(?P<then>[\w!?@#*-]{6,})",
    re.IGNORECASE,
)
_SHORT = re.compile(
    r"\b(?:pin|puk|digicode|cryptogramme|c[vc][vc]2?|code à (?:3|trois) chiffres)\b", re.IGNORECASE
)
_CODE = re.compile(r"\bcodes?\b", re.IGNORECASE)
# What follows a word that announces a code: some words, then its digits, close together.
_THEN = re.compile(
    r"(?P<words>(?:[\s:=«\"“’',-]+[^\W\d_]+)*)[\s:=«\"“’'-]*(?P<number>\d(?:[ .-]?[\dA-Z])+)"
    r"(?![\w/€%]|\s*(?:euros?|€|Go\b|ans\b))"
)
_SPELT = re.compile(r"(?:\W+(?:zéro|un|deux|trois|quatre|cinq|six|sept|huit|neuf)\b){4}", re.IGNORECASE)
_FEWEST, _MOST, _BETWEEN = 4, 8, 7  # digits of a code; words before them
_NEAR = 200  # signs that are read after a word that announces a secret
# Codes that everybody may read, and words after which a number is a date or something else.
_PUBLIC = frozenset(
    (
        "postal postaux insee commune communal ape naf rome route travail urbanisme civil pénal erreur "
        "article articles promo promotion barre barres qr source client en depuis fin début avant après "
        "oublié oubliée perdu perdue refait changé bloqué dossier formulaire rue place avenue chez"
    ).split()
)
_DATE = re.compile(r"^(?:0?[1-9]|[12]\d|3[01])[ .-](?:0?[1-9]|1[0-2])[ .-](?:\d\d|(?:19|20)\d\d)$")
_YEAR = re.compile(r"^(?:19|20)\d\d$")
_ANNOUNCED = re.compile(
    r"^\W{0,2}\s*(?:[:=]|(?:est|reste|devient|c[’']est)\b)\s*(?P<then>\S.*)", re.IGNORECASE | re.DOTALL
)
_GUESSED = re.compile(
    r"^\W*(?:est|c[’']est|reste)\s+(?:toujours\s+|encore\s+)?(?:sa|la|son|le|l[’']|celui|celle)\s*"
    r"(?:date de naissance|prénom|surnom|nom d|numéro d|année d|code postal)",
    re.IGNORECASE,
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
        "facile aussi seul seule simple fort faible court long unique incorrect requis remis sûr "
        "identique commun suite demain lundi mardi mercredi jeudi vendredi samedi ensemble ici "
        "inchangé compliqué absent manquant aucun rien sans par pour sur et ou puis mais car qui que "
        "partout assez juste je tu ce nous vous ils elles bien mal solide solides parfois jamais"
    ).split()
)
_ENDINGS = ("é", "ée", "és", "ées", "er", "ir", "able", "ible", "aire", "oire", "ique", "ide", "ant")
# Whose password it is: said beside it, never the password itself.
_OWNERS = frozenset(
    (
        "de du des d la le les l sa son ses leur mon ma votre vos compte espace site boîte boite mail mails "
        "e-mail email messagerie adresse ordinateur ordi téléphone portable tablette box wifi wi-fi internet "
        "ameli caf impôts impots franceconnect france connect travail pôle emploi cpam msa carsat ants anef "
        "doctolib google gmail orange free sfr bouygues laposte poste banque facebook whatsapp instagram "
        "outlook hotmail yahoo apple icloud microsoft windows edf engie sncf netflix vinted leboncoin pix "
        "pronote ent agirc arrco urssaf cesu pajemploi service public info-retraite mutuelle digiposte "
        "fils fille mari femme voisin voisine"
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
    if any(_luhn(re.sub(r"\D", "", match[0])) for match in _CARD.finditer(text)) or _BANK.search(text):
        return CARD
    if match := _NUMBERED.search(text):
        return _numbered(match)
    if any(_is_account(match[0]) for match in _IBAN.finditer(text)):
        return ACCOUNT
    if any(_gives_code(_after(text, match), 3) for match in _SHORT.finditer(text)):
        return PIN
    if any(_gives_code(_after(text, match), _FEWEST) for match in _CODE.finditer(text)):
        return PIN
    if any(_gives_password(_after(text, match)) for match in _PASSWORD.finditer(text)):
        return PASSWORD
    return PASSWORD if _WIFI.search(text) or any(map(_is_pass, _PASS.finditer(text))) else ""


def refuse_secrets(*texts: str) -> None:
    """Refuse the first text that holds a secret, and say which; nothing of it is repeated."""
    for text in texts:
        if kind := looks_like_secret(text):
            raise Refused(
                "Rien n’a été enregistré.",
                why=(
                    f"Un des textes semble contenir {NAMED[kind]}. Maillage ne garde aucun mot de passe"
                    " ni numéro."
                ),
                do="Enlevez-le. La personne le note elle-même, sur un papier à elle.",
            )


def _holds_social(text: str) -> bool:
    if _SOCIAL.search(text):
        return True
    for match in _DIGITS.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) == 15 and digits[0] in "123478" and 97 - int(digits[:13]) % 97 == int(digits[13:]):
            return True
    return False


def _luhn(digits: str) -> bool:
    """Check the digits of a bank card (Luhn's key). A network starts them with 2 to 6."""
    doubled = [int(digit) * (1 + rank % 2) for rank, digit in enumerate(reversed(digits))]
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


def _after(text: str, match: re.Match[str]) -> str:
    return text[match.end() : match.end() + _NEAR]


def _numbered(match: re.Match[str]) -> str:
    """Return which number is announced by its name, '' for the few digits of something else."""
    digits = re.sub(r"\D", "", match["digits"])
    if match["what"].casefold().startswith("séc"):
        return SOCIAL if len(digits) >= 7 else ""
    return CARD if digits[0] in "3456" else ""


def _gives_code(after: str, fewest: int) -> bool:
    """Recognise a code after the word that announces it, in figures or in letters."""
    if _SPELT.match(re.sub(r"^\W*(?:est|c[’']est)?", " ", after, flags=re.IGNORECASE)):
        return True
    match = _THEN.match(after)
    if match is None:
        return False
    words = [each.casefold() for each in re.findall(r"[^\W\d_]+", match["words"])]
    number = match["number"].strip()
    if len(words) > _BETWEEN or _PUBLIC & set(words) or _DATE.match(number):
        return False
    if words and words[-1] in ("le", "du", "au") and _YEAR.match(number):
        return False
    digits: int = len(re.sub(r"\D", "", number))
    return fewest <= digits <= _MOST


def _is_pass(match: re.Match[str]) -> bool:
    subject = (match["who"] or "").strip().casefold()
    return subject not in _DOES and match["then"].casefold() not in _ORDINARY


def _gives_password(after: str) -> bool:
    """Recognise a password after the words that announce it and those that name its owner."""
    clean, named = _without_owners(after)
    if _GUESSED.match(clean):
        return True
    match = _ANNOUNCED.match(clean)
    if match is not None:
        first, *more = re.split(r"\s+", match["then"].translate(_QUOTES).strip(), maxsplit=1)
        alone = not more or first[-1] in ",;." or more[0][0] in "(,;"
        bare = first.strip("' ,;.")
        if bare and not _is_ordinary(bare) and (alone or _is_mixed(bare)):
            return True
    words = after.split()[:_WINDOW]
    return (not named and _is_bare_word(clean)) or any(_is_mixed(each.strip('«»"“”,;.()')) for each in words)


def _without_owners(after: str) -> tuple[str, bool]:
    """Return the text after the words that name the owner of the password; True if one of them was a
    preposition, after which a name comes.
    """
    owner, named = re.match(r"\s*[,:(]?\s*([\w-]+)[’']?", after), False
    while owner is not None and owner[1].casefold() in _OWNERS:
        named = named or owner[1].casefold() in ("de", "du", "d", "des")
        after = after[owner.end() :]
        owner = re.match(r"\s*([\w-]+)[’']?", after)
    return after, named


def _is_bare_word(after: str) -> bool:
    """Recognise one word alone, whose only sense can be that of a password."""
    match = re.match(r"^\s+[«\"“]?\s*([\w!?@#*-]{3,})\s*[»\"”]?\s*(?:$|[,;/)]|\.(?:\s|$))", after)
    return match is not None and not _is_ordinary(match[1])


def _is_ordinary(word: str) -> bool:
    plain = word.casefold()
    return plain in _ORDINARY or plain in _OWNERS or plain.endswith(_ENDINGS)


def _is_mixed(word: str) -> bool:
    """Recognise a word of 8 signs or more that mixes letters with digits, or with marks that no word has."""
    if len(word) < 8 or _ADDRESS.match(word):
        return False
    letters, digits = any(c.isalpha() for c in word), any(c.isdigit() for c in word)
    marks = set(word) & (set(punctuation) - set("-'/.,:;()’"))
    return letters and (digits or bool(marks))
