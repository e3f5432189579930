"""The questions asked to a person, their words, how long the data is stored, and the secrets that open their
page.

Source: docs/methods/ma-carte.md
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.words.languages import to_say

RETENTION_MONTHS = 24  # of inactivity, then everything that identifies the person is erased
OLDEST = 115  # years

# The pictures of the cards: easy to name in any language.
PICTURES: Mapping[str, str] = {
    "chat": to_say("le chat"),
    "arbre": to_say("l’arbre"),
    "poisson": to_say("le poisson"),
    "soleil": to_say("le soleil"),
    "maison": to_say("la maison"),
    "velo": to_say("le vélo"),
    "pomme": to_say("la pomme"),
    "bateau": to_say("le bateau"),
    "etoile": to_say("l’étoile"),
    "oiseau": to_say("l’oiseau"),
    "fleur": to_say("la fleur"),
    "lune": to_say("la lune"),
    "chaise": to_say("la chaise"),
    "tasse": to_say("la tasse"),
    "chapeau": to_say("le chapeau"),
    "train": to_say("le train"),
    "parapluie": to_say("le parapluie"),
    "clef": to_say("la clef"),
    "montagne": to_say("la montagne"),
    "ballon": to_say("le ballon"),
}

NONE, PHONE, EMAIL, VIA, LETTER = "none", "phone", "email", "via", "letter"
REACH: Mapping[str, str] = {
    NONE: "On ne peut pas la joindre : elle revient, ou montre sa carte",
    PHONE: "Par téléphone ou SMS",
    EMAIL: "Par e-mail",
    VIA: "Par quelqu’un",
    LETTER: "Par courrier",
}

KEEP, SHARE, SHOW, WRITE, COUNT, TRACK, JOIN = "keep", "share", "show", "write", "count", "track", "join"


@dataclass(frozen=True, slots=True)
class Purpose:
    """A purpose that a person agrees to, or not. words: the sentence read aloud, which is the proof; label:
    for professionals.
    """

    label: str
    words: str


PURPOSES: Mapping[str, Purpose] = {
    KEEP: Purpose(
        to_say("garder ses réponses"),
        to_say(
            "Est-ce que je garde vos réponses pour suivre vos progrès ? Vous pourrez les voir et les effacer."
        ),
    ),
    SHARE: Purpose(
        to_say("transmettre à une structure"),
        to_say(
            "Est-ce que je donne à ce lieu ce que vous voyez ici, et rien d’autre ? Vous pourrez changer"
            " d’avis."
        ),
    ),
    SHOW: Purpose(
        to_say("dire aux autres aidants l’aide en cours"),
        to_say("Si une autre personne vous aide pour la même démarche, est-ce qu’on peut le lui dire ?"),
    ),
    WRITE: Purpose(
        to_say("lui écrire"),
        to_say("Est-ce qu’on peut vous écrire à ce numéro ou à cette adresse, pour cette aide seulement ?"),
    ),
    TRACK: Purpose(
        to_say("suivre ses démarches"),
        to_say(
            "Est-ce que je note où en sont vos démarches, pour ne pas manquer une date ? Vous pourrez les"
            " voir et les effacer."
        ),
    ),
    COUNT: Purpose(
        to_say("compter, sans nom"),
        to_say("Est-ce qu’on compte vos réponses, sans votre nom, pour dire quelle aide manque ici ?"),
    ),
    JOIN: Purpose(
        to_say("réunir ses deux fiches"),
        to_say(
            "Vous avez deux cartes. Est-ce que je réunis vos deux fiches ? Les lieux qui voient l’une verront"
            " toute la fiche réunie."
        ),
    ),
}
HOW: Mapping[str, str] = {
    "read": "phrase lue à voix haute",
    "paper": "papier signé",
    "click": "d’un geste sur l’écran",
}
FILE = "file"  # nobody was there to be asked again: a helper declares it, for each person of a file
DECLARED: Mapping[str, str] = {FILE: "déclaré à l’import d’un fichier"}


# What erasing a person does to each kind of data about them.
DELETED, COUNTED, PROVEN = "deleted", "counted", "proven"
FATES: Mapping[str, str] = {
    DELETED: to_say("Ce qui s’efface"),
    COUNTED: to_say("Ce qui compte encore, sans votre nom"),
    PROVEN: to_say("Ce qui reste comme preuve, sans votre nom"),
}
UNTIL_INACTIVE = to_say("Jusqu’à deux ans après la dernière aide.")
UNTIL_THREE_MONTHS = to_say(
    "Votre nom et votre numéro : trois mois après. Le reste : deux ans après la dernière aide."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKind:
    """A kind of data that a feature stores about a person: one line of the register that the page of the
    person, their copy and their erasure read.

    id: its name in a copy; title, why, until: sentences for the person; fate: what erasure does with it;
    models: those that hold it, as `app.Model`; rows: how to read it, in French words.
    """

    id: str
    title: str
    why: str
    until: str = UNTIL_INACTIVE
    fate: str = DELETED
    models: tuple[str, ...]
    rows: Callable[[Any], Sequence[Mapping[str, Any]]]


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A person of a file: the line, the first name as a card bears it, the other names that a helper may have
    written, and the year of birth.
    """

    line: int
    nickname: str
    other_names: tuple[str, ...]
    born: int | None


JOINED_UNDO = timedelta(days=30)  # a sheet joined to another by mistake is separated again until then
SHORTEST_NAME = 3  # signs: shorter, it is an initial


@dataclass(frozen=True, slots=True)
class Likeness:
    """The likeness of two sheets that may be of one person. reasons: in French; rank: 3 for the surest, 1
    for the least.
    """

    rank: int
    reasons: tuple[str, ...]


def name_signs(nickname: str) -> tuple[str, ...]:
    """Return the words of a first name as they are compared, an initial being one.

    >>> name_signs("Louise P."), name_signs("Anne-Laure")
    (('louise', 'p'), ('anne', 'laure'))
    """
    return tuple(re.findall(r"[^\W_]+", plain(nickname)))


def same_name(first: Sequence[str], second: Sequence[str]) -> bool:
    """Return True for one name under two writings: each word of the shorter is a word of the longer, or its
    initial.

    >>> [same_name(name_signs("Louise P."), name_signs(x)) for x in ("Louise", "Petit Louise", "Louise D.")]
    [True, True, False]
    """
    short, long = sorted((first, second), key=len)
    free_words = list(long)
    for word in sorted(short, key=len, reverse=True):
        match = next((each for each in free_words if each == word), None) or next(
            (each for each in free_words if 1 in (len(each), len(word)) and each[0] == word[0]), None
        )
        if match is None:
            return False
        free_words.remove(match)
    return any(word in long for word in short if len(word) >= SHORTEST_NAME)


@dataclass(frozen=True, slots=True)
class Traits:
    """Facts by which two sheets are compared. signs: the words of the first name; address: the number or the
    e-mail address, '' when there is none.
    """

    signs: tuple[str, ...]
    born: int | None
    reach: str
    address: str


def traits(nickname: str, born: int | None, reach: str, reach_value: str) -> Traits:
    """Return the facts by which a sheet is compared."""
    address = reach_value.casefold() if reach in (PHONE, EMAIL) else ""
    return Traits(name_signs(nickname), born, reach, address)


def likeness(first: Traits, second: Traits) -> Likeness | None:
    """Return how two sheets may be of one person; None when they may not, and for two years of birth."""
    if None not in (first.born, second.born) and first.born != second.born:
        return None
    alike = same_name(first.signs, second.signs) if first.signs and second.signs else None
    reached = bool(first.address) and first.address == second.address
    if alike is False or not (alike or reached):
        return None
    same_year = first.born is not None and first.born == second.born
    same_signs = sorted(first.signs) == sorted(second.signs)
    reasons = [
        ("le même prénom" if same_signs else "un prénom écrit de deux façons") if alike else "",
        "la même année de naissance" if same_year else "",
        ("le même numéro" if first.reach == PHONE else "la même adresse e-mail") if reached else "",
    ]
    rank = 3 if reached and (alike or same_year) else 2 if same_year or reached else 1
    return Likeness(rank, tuple(filter(None, reasons)))


def forget_before(at: datetime) -> datetime:
    """Return the moment before which a person without activity is no longer kept.

    >>> forget_before(datetime(2026, 2, 28, 9)), forget_before(datetime(2028, 2, 29, 9))
    (datetime.datetime(2024, 2, 28, 9, 0), datetime.datetime(2026, 2, 28, 9, 0))
    """
    years = RETENTION_MONTHS // 12
    try:
        return at.replace(year=at.year - years)
    except ValueError:  # a 29 February
        return at.replace(year=at.year - years, day=28)


MOST_PIX = 1024  # of the sixteen competences, at eight levels


def born_in(year: int | None, on: date) -> bool:
    return year is None or on.year - OLDEST <= year <= on.year


# ------------------------------------------------------------------------------------- the secret of a card

WORD, DRAWINGS, DIGITS = "word", "drawings", "digits"
SECRETS: Mapping[str, str] = {WORD: "un mot", DRAWINGS: "des dessins", DIGITS: "des chiffres"}
SHORTEST_WORD = 5  # signs: those of four are mostly first names
MOST_SIGNS = 40
DIGITS_FROM, DIGITS_TO = 4, 6
DRAWN = 4  # drawings among twenty: 4,845 ways
TRIES, WAIT = 5, timedelta(hours=1)  # after five tries that fail, an hour
MOST_TRIES = 20  # in a row; then a helper only: 1 chance in 240 for drawings, 1 in 500 for four digits
OPEN_FOR = timedelta(minutes=10)  # without a gesture: on a shared computer, the next person reads nothing
DRIFT = timedelta(minutes=1)  # that the clocks of two machines may differ by


@dataclass(frozen=True, slots=True)
class Secret:
    """A secret as it is compared: neither case, accents nor spaces count, nor the order of drawings."""

    kind: str
    value: str

    @property
    def text(self) -> str:
        return f"{self.kind}:{self.value}"


def read_secret(typed: str, drawings: Sequence[str] = ()) -> Secret | None:
    """Return the typed signs, or the chosen drawings, as a secret; None when there is nothing.

    >>> [read_secret(*each).text for each in ((" Éléphant ",), ("٢٠٤٨",), ("", ["lune", "chat"]))]
    ['word:elephant', 'digits:2048', 'drawings:chat,lune']
    """
    chosen = sorted({each for each in drawings if each in PICTURES})
    signs = unicodedata.normalize("NFKD", typed.casefold())
    signs_only = "".join(_digit(sign) for sign in signs if sign.isalnum())
    if signs_only:
        return Secret(DIGITS if signs_only.isdigit() else WORD, signs_only)
    return Secret(DRAWINGS, ",".join(chosen)) if chosen else None


def _digit(sign: str) -> str:
    return str(unicodedata.digit(sign)) if sign.isdecimal() else sign


def check_secret(secret: Secret | None, *, known: Sequence[str]) -> Secret:
    """Return a secret; Refused when anybody finds it at once. known: what the card or the sheet says."""
    why = "" if secret is None else _weakness(secret, known)
    if secret is None or why:
        raise Refused(
            to_say("Votre secret n’est pas encore choisi."),
            why=why or to_say("Il n’y a rien d’écrit."),
            do=to_say("Prenez un mot de 5 lettres ou plus, 4 à 6 chiffres, ou 4 dessins."),
        )
    return secret


def _weakness(secret: Secret, known: Sequence[str]) -> str:
    """Return why a secret is found at once, in French; '' when it is not."""
    if secret.kind == DRAWINGS:
        return "" if secret.value.count(",") == DRAWN - 1 else to_say("Il faut 4 dessins, ni plus ni moins.")
    guessable = [read_one for each in known if (read_one := read_secret(each)) is not None]
    if any(
        secret.value in each.value or (len(each.value) > 3 and each.value in secret.value)
        for each in guessable
    ):
        return to_say("C’est écrit sur votre carte ou sur votre fiche.")
    if secret.kind == WORD:
        if not SHORTEST_WORD <= len(secret.value) <= MOST_SIGNS or len(set(secret.value)) < 3:
            return to_say("Ce mot est trop court.")
        return ""
    if not DIGITS_FROM <= len(secret.value) <= DIGITS_TO:
        return to_say("Il faut 4, 5 ou 6 chiffres.")
    steps = {int(b) - int(a) for a, b in zip(secret.value, secret.value[1:], strict=False)}
    return to_say("Ces chiffres se suivent.") if steps in ({0}, {1}, {-1}) else ""


def may_try(misses: int, missed_at: datetime | None, at: datetime) -> bool:
    """Allow a try of the secret: after each five that failed, not before an hour; after twenty, no more. A
    clock set back waits longer.
    """
    if misses >= MOST_TRIES:
        return False
    if misses == 0 or misses % TRIES or missed_at is None:
        return True
    return at - missed_at >= WAIT


def still_open(since: datetime, at: datetime, open_for: timedelta = OPEN_FOR) -> bool:
    """Return True while a page is open, by the moment it was opened or last looked at; no clock set back
    opens it longer.
    """
    return -DRIFT <= at - since < open_for
