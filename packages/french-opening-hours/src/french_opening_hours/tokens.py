"""Opening hours as people type them, cut into pieces: days, times, links, and the few words that change the
meaning.

Vocabulary is data: a new spelling is a new entry below. What is in no table stays a `word`, and the reader is
told of it.
"""

import html
import re
import unicodedata
from functools import lru_cache
from typing import Any, NamedTuple

from rapidfuzz.distance import Levenshtein

PUBLIC_HOLIDAY = 7  # after Sunday
WEEK, WORKDAYS, WEEKEND = tuple(range(7)), tuple(range(5)), (5, 6)


class Token(NamedTuple):
    """A piece of text: what it is, what it says, and where it stands."""

    kind: str
    value: Any
    start: int
    end: int


DAYS = (
    "lundi lundis lun lu mo mon monday",
    "mardi mardis mar ma tu tue tuesday",
    "mercredi mercredis merc mer me wed wednesday",
    "jeudi jeudis jeu je th thu thursday",
    "vendredi vendredis vend ven ve fr fri friday",
    "samedi samedis sam sa sat saturday",
    "dimanche dimanches dim di su sun sunday",
)
DAY_OF = {word: (number,) for number, words in enumerate(DAYS) for word in words.split()}
SHORT = 4  # letters: « mer », « jeu », « sa » are days only where a day can stand
FULL = {word: day for word, day in DAY_OF.items() if len(word) >= 5}
INITIALS = "LMMJVSD"
FOLLOWS_A_SHORT_DAY = frozenset(
    ("time", "wrong", "number", "day", "short", "half", "range", "colon", "off", "note", "open", "close",
    "bracket", "parity")
)  # fmt: skip

MONTHS = (
    *("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre"),
    *("octobre", "novembre", "décembre"),
)
PLAIN_MONTHS = tuple(month.replace("é", "e").replace("û", "u") for month in MONTHS)
MONTH = f"(?:{'|'.join(PLAIN_MONTHS)})"
_LONG = "|".join([*FULL, *filter(lambda month: len(month) > 3, PLAIN_MONTHS)])
GLUED = re.compile(
    rf"\b(?:(?:du|de|le|au)(?=(?:{_LONG})s?\b)|(?:{_LONG})(?=(?:du|de|le|au|et)\b))"
)  # « juindu lundi »: up to where a space lacks
DATE = r"\d\d?(?:er)?"
EDGE = r"(?:(?:debut|fin) (?:du mois )?(?:de |d')?|mi ?-? ?)"  # « de début septembre à la mi-juin »
RANKS = {"prem": 1, "deux": 2, "seco": 2, "troi": 3, "quat": 4, "cinq": 5, "dern": -1}
RDV = r"(?:r[ae]n?dez ?-?vous|rdvs?\b|r\.d\.v\.?)"
WEEK_ALONE = (
    r"(?<!par )(?<!une )(?<!ette )(?<!de )semaine(?= ?:? ?(?:de )?\d\d? ?(?:[h:]|a ))"  # « semaine 14h-19h »
)
CALLED = r"(?:(?:au|par|en) )?(?:tel|standard|visio)"
MEANS = r"(?:tel(?:ephone)?\b\.?|courriel\b|e?-?mails?\b)"
GROUPS_OF_VISITORS = (
    "groupes?|scolaires|classes|ecoles|creches"  # whose appointments are not those of who comes
)
ONLY = r"(?:uniquement|seulement|exclusivement|obligatoire)"

SHUT_IN = (  # « fermeture estivale du 1er au 21 août » has its dates
    r"fermetures? (?:estivales?|hivernales?|annuelles?|d'ete|d'hiver)(?= ?:? ?(?:d[ue] |en |le |au )?"
    rf"(?:mois d(?:e |'))?(?:{DATE} (?:au|{MONTH})|{MONTH})\b)"
)
SOME_DAYS = (  # of a period: « deux semaines en août », « la première quinzaine de juillet »
    r"(?:(?:une?|deux|trois|quatre|\d|premieres?|derni?eres?|seconde|1ere?|2e(?:me)?) )+"
    rf"(?:semaines?|quinzaines?) (?:(?:de|en|du|des) |d')(?:mois d(?:e |'))?"
    rf"(?:{MONTH}|vacances(?: d[a-z']+(?: [a-z]+)?)?)\b"
)
DATED_DAY = rf"(?:{'|'.join(FULL)}) {DATE}(?: {MONTH})?(?: \d{{4}})?(?: inclus)?"
OF_A_YEAR = (  # its days of the week make it of one year alone: « du lundi 3 au vendredi 21 août »
    rf"(?:{DATED_DAY}(?:,? (?:et|au|jusqu'au)|,)(?: le)? )*(?:{'|'.join(FULL)}) {DATE} {MONTH}\b"
    r"(?: \d{4}\b)?(?: inclus\b)?"
)
WHOLE_YEAR = "whole year"
STREETS = r"(?:rue|place|avenue|av\.?|boulevard|bd\.?|cours|square|quai|allee|esplanade|salle)"
TIMELY = rf"(?:le |la )?(?:{'|'.join(FULL)}|matin|midi|apres|{MONTH}|vacances|jours?\b)"
NIGHT = (  # « nocturne le jeudi jusqu’à 22h » says nothing more than « le jeudi jusqu’à 22h »
    r"nocturnes?(?=(?: ?:)? (?:(?:les?|chaque|tous les|tou[st]e?s?|1er|premiers?|derniers?) )*"
    rf"(?:{'|'.join(FULL)})s?(?: d(?:u|e chaque) mois)? jusqu)"
)
FARM = rf"fermes? (?:de (?:la |l')|des? |du |d')(?!{TIMELY})(?=[a-z]{{3}})"  # a place

# One line a meaning: kind, value, pattern of text without accent nor capital. The first that matches is
# taken.
PHRASES: tuple[tuple[str, Any, str], ...] = (
    ("time", "", r"\d\d?(?:[:.h][0-5]\d)? ?[ap]\.?m\b\.?"),
    (
        "word",
        "",
        r"(?:(?:bord|bain|front|produits?|air|vue|pleine|fruits?) (?:de (?:la )?)?|la |outre[ -]?)mer\b",
    ),
    ("word", "", rf"{STREETS} du {DATE} {MONTH}\b(?: \d{{4}})?|(?:saint|st)e?[ -]{MONTH}\b|{FARM}"),
    ("season", "date", OF_A_YEAR),
    # What comes most, and begins nothing longer, is tried first.
    (
        "always",
        "",
        (
            r"(?:7 ?(?:/|sur) ?7,? ?)?"
            r"(?:24 ?h?(?:eures?)? ?(?:/|sur) ?24(?: ?h(?:eures?)?\b)?(?![\d:])|h ?24\b)"
            r"(?:(?:,| -| et)? ?7 ?(?:/|sur) ?7(?![\d/ j]))?"
        ),
    ),
    ("letters", "", r"(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|au|et|le)\b"),
    ("time", "", r"\d\d?(?:h(?:[0-5]\d)?|:[0-5]\d)(?=[,;)-]|$| (?:[(&-]|(?!mi?n\b|h\b)[a-z]))"),
    ("colon", "", r":"),
    ("and", "", r","),
    (
        "phone",
        "",
        (
            r"(?:tel(?:ephone)?\b\.? ?:? ?)?(?:(?:\+|00)33 ?|0)[1-9](?P<gap>["
            r" ./-]?)\d\d(?:(?P=gap)\d\d){3}(?![\dh:])"
        ),
    ),
    (
        "word",
        "",
        r"[\w.+-]{1,64}@[\w.-]{1,100}|(?:https?://|www\.)\S{1,300}|\d+(?:[.,]\d+)? ?(?:€|euros?\b|%)",
    ),
    (
        "day",
        WEEK,
        (
            r"every ?day\b|daily\b|7 ?j(?:ours?)? ?(?:/|sur) ?7(?: ?j(?:ours?)?)?\b"
            r"|(?:tous les|chaque) jours?\b(?! fer| ouv| de la sem)|tlj\b|t\. ?l\. ?j\b\.?"
        ),
    ),
    (
        "day",
        WORKDAYS,
        rf"en semaine\b(?! (?:im)?paires?\b)|{WEEK_ALONE}"
        r"|(?:tous )?(?:les )?jours? (?:ouvres?|de (?:la )?semaine)\b",
    ),
    (
        "guess",
        WORKDAYS,
        r"toute la semaine\b|(?:tous )?(?:les )?jours? ouvrables?\b",
    ),
    ("day", WEEKEND, r"week ?-? ?ends?\b"),
    ("filler", "", r"[3-6] ?j(?:ours?)? ?(?:/|sur) ?7(?: ?j(?:ours?)?)?\b"),  # which ones is not said
    ("day", (PUBLIC_HOLIDAY,), r"(?:jours? (?:de )?)?(?:feries?|feris)\b|ph\b"),
    ("same", "", r"(?:ces|les|le|ce) memes? jours?\b"),
    ("idem", "", r"idem\b|pareil\b|(?:aux )?memes (?:heures|horaires)\b"),
    ("rhythm", "", r"semaines? [ab]\b(?!')"),
    ("filler", WHOLE_YEAR, r"toute l'annee\b"),
    ("rest", "", r"(?:le )?reste (?:de l'annee|du temps)\b|sinon\b|en dehors\b(?! d)|hors[ -]saison\b"),
    ("other_days", "", r"autres jours\b(?: de la semaine\b)?|reste de la semaine\b"),
    ("parity", "week 2-52/2", r"(?:(?:semaines?|sem|s)\b\.? ?)?paires?\b"),
    ("parity", "week 1-53/2", r"(?:(?:semaines?|sem|s)\b\.? ?)?impaires?\b"),
    (
        "rhythm",
        "",
        r"(?:(?:une?|1) )?(?:(?:semaines?|fois) )?(?:sur|/) ?(?:deux|2)\b(?: semaines?\b)?(?! ?[h/-]| ?:\d)",
    ),
    (
        "rhythm",
        "",
        (
            r"(?:une?|deux|trois|\d) ?/? ?(?:fois )?(?:par (?:mois|trimestre|an)|(?:par |tous les"
            r" )?(?:15|quinze) ?j(?:ours)?)\b"
        ),
    ),
    ("rhythm", "", r"tous les (?:15|quinze) jours\b|par mois\b"),
    ("filler", "", rf"(?:(?:au|le|du) )?mois d(?:e |')(?={MONTH}\b)"),
    ("month", "", r"(?:du|de|de chaque|dans le|chaque) mois\b"),
    (
        "season",
        "date",
        (
            rf"(?:{DATE} ?(?:au|-) ?)?{DATE} {MONTH}(?: \d{{4}})?\b|\d\d?/\d\d?/\d{{2,4}}\b"
            rf"|(?:{EDGE})?{MONTH}(?: \d{{4}})?\b"
        ),
    ),
    (
        "season",
        "holiday",
        (
            r"(?:(?:petites|grandes) )?vacances\b(?: scol(?:aires?\b|\b\.?)| d(?:e |')(?:la )?[a-z]+)?"
            r"|vac\b\.? ?scol(?:aires?\b|\b\.?)|conges? (?:scolaires?|annuels?)\b"
        ),
    ),
    (
        "season",
        "holiday",
        (
            r"(?:horaires? )?d'(?:ete|hiver)\b|ete\b|hiver\b|(?:tres )?(?:haute|basse) saison\b"
            r"|moyenne saison\b|saison (?:haute|basse)\b"
            r"|(?:periodes? |saisons? )?(?:estiv|hivern)ales?\b|noel\b"
        ),
    ),
    ("season", "holiday", SOME_DAYS),
    (
        "season",
        "holiday",
        r"entre (?:le )?noel et (?:le )?(?:nouvel an|jour de l'an)\b|(?:nouvel|jour de l') ?an\b",
    ),
    ("season", "holiday", r"(?:en|pleine|avant|arriere)[ -]saison\b"),
    ("season", "term", r"(?:periodes?|temps) scolaires?\b"),
    ("odd", "", r"(?:(?:fermetures?|ouvertures?) )?exceptionnel[a-z]*"),
    ("desk", "", r"accueil et (?:permanences?|standard) telephon[a-z]+|physiques? et telephoniques?\b"),
    ("desk", "", r"physiques?\b|sur place\b|au guichet\b"),
    ("means", "à distance", r"a distance\b|(?:en|par) visio\w*(?: conference)?"),
    ("means", "", rf"(?:par|via) {MEANS}(?:,? ?(?:ou|et) (?:par )?{MEANS})?"),
    ("call", "", r"telephon[a-z]+|standard\b|joignables?\b|hotline\b"),
    ("note", "", rf"(?:avec ou )?sans (?:{RDV}|reservation)|(?:acces|entree|accueil) libre\b|libre acces\b"),
    (
        "word",
        "",
        rf"(?:{ONLY} )?(?:sur|avec) (?:{RDV}|reservation) (?:{ONLY} )?pour (?:les? )?"
        rf"(?:{GROUPS_OF_VISITORS})\b",
    ),
    (
        "word",
        "",
        rf"(?:{GROUPS_OF_VISITORS}) (?:{ONLY} )?(?:sur|avec) (?:{RDV}|reservation)(?: toute la semaine\b)?",
    ),
    ("note", "sur rendez-vous", rf"(?:{ONLY} )?(?:sur|avec|sous) {RDV}(?: {ONLY})?|{RDV} {ONLY}"),
    ("meeting", "sur rendez-vous", RDV),
    ("note", "sur inscription", rf"(?:{ONLY} )?sur inscription\b"),
    ("note", "sur réservation", rf"(?:{ONLY} )?sur reservation\b"),
    (
        "off",
        "",
        (
            rf"(?:fermee?s?(?: (?:au|a tout|pour le) public)?|{SHUT_IN}"
            r"|fermetures?(?: (?:annuelle|meridienne)s?(?: ?:)?)?|clos|relache|off|closed"
            r"|pause(?: meridienne| dejeuner)?"
            rf"|pas d(?:'(?:accueil|ouverture)|e permanences?)(?! {CALLED}))\b"
        ),
    ),
    ("except", "", r"(?:sauf|sf|hormis|hors|exceptee?s?|a l'exception d(?:e|u|es))\b"),
    ("half", "am", r"matin(?:ee)?s?\b"),
    ("half", "pm", r"apres ?-? ?midis?\b|aprem\b|soir(?:ee)?s?\b"),
    ("ranks", "", r"(?:[2-4]|deux|trois|quatre) (?:premi|derni)er(?:e?)s\b"),
    (
        "nth",
        "",
        (
            r"[1-5] ?(?:ere?|nde?|e|eme)s?\b(?!"
            r" ?h)|(?:premi|deuxi|troisi|quatri|cinqui)[a-z]{2,4}\b|seconde?s?\b|derni(?:er|ere)s?\b"
        ),
    ),
    ("bracket", "", r"\[ ?-?[1-5](?: ?[,-] ?-?[1-5])* ?\]"),
    ("until", "", r"jusqu(?:'a|'au|e)\b(?: aux?\b| a\b)?"),
    ("from", "", r"a (?:partir|compter) (?:de |du |d')|des(?= \d)"),
    (
        "filler",
        "",
        r"(?:sans|non) ?-?(?:interruption|stop)\b|en continu\b|journee continue\b|ainsi que\b|[a-z]'"
        rf"|avec(?= (?:une )?fermeture\b)|{NIGHT}",
    ),
    ("time", "", r"midi\b|minuit\b"),
    ("time", "", r"(?<=-)\d\d?h(?= (?:1[2-9]|2[0-3])-\d)"),  # « 9-12h 14-18h » is no 12:14
    # Half an hour in decimals: « 13.5-18 ». With a comma, beside a dash only: « les 4,5 et 6 » are days.
    ("time", "", r"\d\d?(?:\.[05]|,[05](?= ?-)|(?<=-\d),[05]|(?<=-\d\d),[05])(?![.,]?\d)(?: ?h\b)?"),
    (
        "time",
        "",
        (
            r"\d\d? ?h(?:eures?|rs?\b)?(?: ?[0-5]\d(?: ?mi?n\b)?(?!\d| ?h(?![io])| ?: ?\d\d)"
            r"| ?[0-5]\d(?=\d\d? ?h)|(?!\d(?!\d? ?h)))"
        ),
    ),
    (
        "time",
        "",
        (
            r"\d\d?:[0-5]\d(?::[0-5]\d|(?=\d\d?:\d\d)|h?(?!\d))|\d\d? ?: ?[0-5]\d(?!\d|"
            r" ?h)|\d\d?\.[0-5]\d(?![\d.])"
        ),
    ),
    ("wrong", "", r"\d+ ?[h:] ?\d+|\d{3,} ?h\b"),
    ("number", "", r"\d+"),
    ("open", "", r"\("),
    ("close", "", r"\)"),
    ("stop", "", r"[.;|•*!?]+|\n"),
    ("range", "", r"(?:->|=>|-|>|→)+"),
    ("and", "", r"[&+/]"),
    ("letters", "", r"[a-z]+"),
    ("word", "", r"\S"),
)
SCANNER = re.compile(
    "(?P<space> +)|" + "|".join(f"(?P<k{n}>{pattern})" for n, (_, _, pattern) in enumerate(PHRASES))
)

FILLERS = """le la les du des en un une tous toutes tout toute chaque ouverture ouvertures
    horaire horaires heure heures jour jours accueil public publics uniquement seulement exclusivement est
    sont journee annee mais meme aussi egalement inclus compris permanence permanences semaine semaines
    pendant durant sur y qui"""
WORDS: dict[str, tuple[str, Any]] = {
    **{word: ("day" if len(word) > SHORT else "short", day) for word, day in DAY_OF.items()},
    **dict.fromkeys(("a", "au", "aux", "to"), ("range", "")),
    **{word: ("and", word) for word in ("et", "ou", "puis", "ensuite", "and")},
    **dict.fromkeys(("de", "entre"), ("of", "")),
    **dict.fromkeys(FILLERS.split(), ("filler", "")),
    **dict.fromkeys(("ouvert", "ouverte", "ouverts", "ouvertes", "ouvre", "open"), ("opened", "")),
}
PLAIN = {n: unicodedata.normalize("NFKD", chr(n))[0] for n in range(0xC0, 0x250)} | {
    ord("œ"): "o",
    ord("Œ"): "o",
}
BLOCK = re.compile(r"<(?:br|/?p|/?li|/?div|/?h\d|/?tr)\b[^<>]{0,200}>", re.IGNORECASE)
MIDDLE_DOT = re.compile(r"(?<=\s)[·▪●◦](?=\s)|(?<=\n)o(?= )")  # « Lun-Ven · 9h-18h »; « o » begins a line
LISTED = re.compile(  # a list whose lines were joined: « Mardi : 9h-12h - Mercredi : 14h-17h »
    rf"(?<=[\dh)*]) - (?=(?:{'|'.join(words.split()[0] for words in DAYS)}) ?:)", re.IGNORECASE
)
TAG = re.compile(r"<[^<>]{0,200}>")
SPACES = re.compile(r" {2,}")
FIGURES = r"(0?[1-9]|[12]\d|3[01])/(0?[1-9]|1[0-2])"
IN_FULL = r"(?:0[1-9]|[12]\d|3[01])/(?:0[1-9]|1[0-2])(?![/\dh])"
EXCEPTED = re.compile(  # « sauf le 25/12 et le 01/01 »
    rf"\b(?:sauf|sf|hormis|ferm[eé]\w*(?= les? ))(?:,? (?:et )?(?:les? )?{IN_FULL})+", re.IGNORECASE
)
IN_FIGURES = re.compile(
    rf"(?<=\bdu ){FIGURES} au {FIGURES}(?![\d/h])", re.IGNORECASE
)  # « du 01/09 au 30/06 »
SHORT_MONTHS = {
    "janv": "janvier", "fev": "février", "fevr": "février", "avr": "avril", "juil": "juillet",
    "juill": "juillet", "sept": "septembre", "oct": "octobre", "nov": "novembre", "dec": "décembre",
}  # fmt: skip
IN_SHORT = re.compile(  # « du 15 juin au 15 sept. »; « sept heures » is an hour
    r"(?<!\w)(?P<month>(?i:janv|fevr?|avr|juill?|sept(?! ?h)|oct|nov|dec))(?![\w'])"
    r"(?:\.(?!\s+[A-Z][a-z]|\s*$))?"
)
SHORT_DAYS = {words.split()[0][:n]: words.split()[0] for words in DAYS for n in (3, 4)}
SAFE = "|".join(sorted(SHORT_DAYS.keys() - {"mer", "jeu"}, key=len, reverse=True))
DAY_IN_SHORT = re.compile(  # « du lun. au ven. », « 1er jeu. du mois »; « bord de mer. » is no day
    rf"(?<![\w'])(?P<day>(?i:(?<!\bde )(?<!\bla )(?<!\ben )(?:mer|jeu)"
    rf"|(?<!\d )mar|mar(?=\. (?:sur|par|/))|(?!mar\.)(?:{SAFE})))"
    rf"\.(?P<end>(?=\s+(?!(?i:{SAFE}|mer|jeu)\b)[A-Z][a-z]|\s*$|\s*\n))?"
)
GOES_ON = re.compile(
    r"(?<=[\w,])[ ]*\n\s*(?=(?:[àÀ](?= \d)|à|et|puis|ET|PUIS) )"
)  # « de 9h\n à 17h » is one sentence
BAR = re.compile(
    r"(?:(?<=\dh)|(?<=[h:]\d\d)|(?<=h \d\d)|(?<=\d h)) ?\| ?(?=\d{1,2} ?[h:])", re.IGNORECASE
)  # « 8h30 | 12h »
ODD_TIME = re.compile(  # « 8hH30 », « 8h:30 », « 9 h. 30 à », « 9,30h »
    r"(?<![\d.,:hH/])(\d\d?)(?: ?(?:[hH][hH:]|::)| ?[hH]\. ?(?=(?:00|30|45) ?(?:[,;)àÀ-]|(?:et|ET)\b|$))"
    r"|[.,](?=(?:00|15|30|45) ?[hH]\b))([0-5]\d)(?!\d)(?: ?[hH]\b)?",
    re.MULTILINE,
)
POINTED = re.compile(  # « de 9 h. à 12 h. et »: that point ends no sentence
    r"(\d) ?[hH]\.(?= ?(?:[,;)]|[àÀ-] ?\d|(?:et|ET) ))"
)
SHARED = re.compile(  # « les 24 et 31 décembre »
    rf"(?<![\dh:/-])(?<!\d )(?P<days>{DATE}(?:, ?{DATE})*,? et (?:le )?{DATE}) (?P<month>[^\W\d]{{3,9}})\b",
    re.IGNORECASE,
)
FROM_TO = re.compile(  # « à partir du 2 juillet (et jusqu’au 31 août) », « du 2 juillet (inclus) au 31 août »
    rf"\ba (?:partir|compter) du (?P<first>{DATE} {MONTH}),? \(?(?:et )?jusqu'au (?P<last>{DATE} {MONTH})\b"
    r"\)?"
    rf"|\bdu (?P<from>{DATE}(?: {MONTH})?) \(?inclus\)? au (?P<to>{DATE} {MONTH})\b(?: \(?inclus\b\)?)?"
)
SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−", "-") | dict.fromkeys("’‘ʼ`´", "'") | dict.fromkeys("\u00a0\u202f\u2009\t", " ")
)


@lru_cache(maxsize=16)
def unwrapped(text: str) -> str:
    """Return the text without web markup, its dashes, apostrophes and spaces made one kind. The last texts
    are cached: what ends or dates a text is looked for in it before its hours are.
    """
    if "<" in text or "&" in text:
        text = TAG.sub(" ", BLOCK.sub("\n", html.unescape(text)))
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    text = text.translate(SIGNS).replace("\r\n", "\n").replace("\r", "\n")
    text = POINTED.sub(r"\1h", ODD_TIME.sub(r"\1h\2", SPACES.sub(" ", GOES_ON.sub(" ", text))))
    text = EXCEPTED.sub(
        _days_in_letters, IN_FIGURES.sub(_in_letters, _unglued(_months_in_full(days_in_full(text))))
    )
    text = _from_to(SHARED.sub(_each_with_its_month, text))
    return LISTED.sub("\n", MIDDLE_DOT.sub(" ", BAR.sub("-", text)))


def _each_with_its_month(match: re.Match[str]) -> str:
    days = re.findall(r"\d\d?(?:er)?", match["days"])
    if folded(match["month"]) not in PLAIN_MONTHS or any(int(day.removesuffix("er")) > 31 for day in days):
        return match[0]
    return " et ".join(f"{day} {match['month']}" for day in days)


def _from_to(text: str) -> str:
    """Return the text with the two ends of its periods side by side.

    >>> _from_to("À partir du 2 juillet (et jusqu'au 31 août) : mardi. Du 3 (inclus) au 5 mai inclus : jeudi")
    'du 2 juillet au 31 août : mardi. du 3 au 5 mai : jeudi'
    """
    for match in reversed([*FROM_TO.finditer(folded(text))]):
        ends = [text[start:end] for start, end in match.regs[1:] if start >= 0]
        text = f"{text[: match.start()]}du {' au '.join(ends)}{text[match.end() :]}"
    return text


def _months_in_full(text: str) -> str:
    """Return the text with its months in full.

    >>> _months_in_full("oct. à déc. et 15 sept. Fermé le 2 janv.")
    'octobre à décembre et 15 septembre. Fermé le 2 janvier.'
    """
    for match in reversed([*IN_SHORT.finditer(text.translate(PLAIN))]):
        text = f"{text[: match.start()]}{SHORT_MONTHS[match['month'].lower()]}{text[match.end() :]}"
    return text


def days_in_full(text: str) -> str:
    """Return the text with its days in full.

    >>> days_in_full("du lun. au ven. 9h-12h, sauf le 1er jeu. du mois. Fermé le dim. Bord de mer.")
    'du lundi au vendredi 9h-12h, sauf le 1er jeudi du mois. Fermé le dimanche. Bord de mer.'
    """
    return DAY_IN_SHORT.sub(
        lambda match: SHORT_DAYS[match["day"].lower()] + ("" if match["end"] is None else "."), text
    )


def _unglued(text: str) -> str:
    """Return the text with a space where a day or a month is stuck to the small word beside it.

    >>> _unglued("d’avril à juindu lundi aumardi")
    'd’avril à juin du lundi au mardi'
    """
    for match in reversed([*GLUED.finditer(folded(text))]):
        text = f"{text[: match.end()]} {text[match.end() :]}"
    return text


def _days_in_letters(match: re.Match[str]) -> str:
    return re.sub(r"(\d\d)/(\d\d)", lambda date: f"{int(date[1])} {MONTHS[int(date[2]) - 1]}", match[0])


def _in_letters(match: re.Match[str]) -> str:
    first, month, last, end = (int(figure) for figure in match.groups())
    return f"{first} {MONTHS[month - 1]} au {last} {MONTHS[end - 1]}"


def folded(text: str) -> str:
    """Return the text without accent nor capital, each character at the same place."""
    return text.translate(PLAIN).lower()


def tokens(text: str) -> list[Token]:
    """Return the pieces of an unwrapped text, in order; spaces aside, every character belongs to one."""
    plain = folded(text)
    pieces: list[Token] = []
    for match in SCANNER.finditer(plain):
        group = match.lastgroup or ""
        if group == "space":
            continue
        kind, value, _ = PHRASES[int(group[1:])]
        piece, (start, end) = match.group(), match.span()
        if kind == "letters":
            kind, value = _word(text[start:end], piece, pieces)
        elif kind == "time":
            value = _minutes(piece)
            kind = "time" if value <= 24 * 60 else "wrong"
        elif kind == "ranks":
            pieces += [Token("nth", rank, start, end) for rank in _first_or_last(piece)]
            continue
        elif kind == "nth":
            value = int(piece[0]) if piece[0].isdigit() else RANKS[piece[:4]]
        elif kind in ("number", "and"):
            value = piece
        elif (
            kind == "stop"
            and piece in ".\n"
            and pieces
            and (pieces[-1].kind in ("and", "range") or _short(pieces[-1]))
        ):
            continue
        pieces.append(Token(kind, value, start, end))
    return [_checked(token, pieces[n + 1 : n + 3]) for n, token in enumerate(pieces)]


def _word(typed: str, piece: str, before: list[Token]) -> tuple[str, Any]:
    if typed in INITIALS and typed.isupper() and len(typed) != 2:
        first = INITIALS.index(typed)
        second_m = typed == "M" and any(token.kind == "initial" and token.value == (1,) for token in before)
        return "initial", (2,) if second_m else tuple(range(first, first + len(typed)))
    if len(typed) > 2 and typed.isupper() and (days := _one_letter_each(typed)):
        return "initial", days
    if piece == "we":
        english = typed == "We" or any(
            token.kind == "short" and token.end - token.start == 2 for token in before
        )
        return ("short", (2,)) if english else ("weekend", WEEKEND)
    if piece in WORDS:
        return WORDS[piece]
    day = _misspelt(piece)
    return ("typo", day) if day else ("word", "")


def _first_or_last(piece: str) -> range:
    """Return the ranks of « les deux premiers » and « les trois derniers » of a month.

    >>> list(_first_or_last("deux premiers")), list(_first_or_last("3 derniers"))
    ([1, 2], [-1, -2, -3])
    """
    count, _, side = piece.partition(" ")
    many = int(count) if count.isdigit() else {"deux": 2, "trois": 3}.get(count, 4)
    return range(1, many + 1) if side.startswith("premi") else range(-1, -many - 1, -1)


def _one_letter_each(typed: str) -> tuple[int, ...]:
    """Return the days of letters that follow the week with some left out; () when they do not.

    >>> _one_letter_each("LMJV"), _one_letter_each("MVL")
    ((0, 1, 3, 4), ())
    """
    days: list[int] = []
    for letter in typed:
        at = INITIALS.find(letter, days[-1] + 1 if days else 0)
        if at < 0:
            return ()
        days.append(at)
    return tuple(days)


@lru_cache(maxsize=4096)
def _misspelt(word: str) -> tuple[int, ...] | None:
    """Return the day of the week a word is one letter away from, or two for a long one that begins alike."""
    if len(word) < 5 or word[0] not in "lmjvsd":
        return None
    far = 2 if len(word) > 6 else 1
    return next(
        (
            day
            for name, day in FULL.items()
            if (name[:3] == word[:3] or (name[0] == word[0] and far == 1))
            and Levenshtein.distance(name, word, score_cutoff=2) <= far
        ),
        None,
    )


def _minutes(piece: str) -> int:
    if piece[0] == "m":
        return 12 * 60 if piece == "midi" else 24 * 60
    hour, minutes = [*re.findall(r"\d+", piece), "0"][:2]
    if minutes == "5":  # decimals: minutes have two figures
        minutes = "30"
    if half := re.search(r"([ap])\.?m", piece):  # 12 am is midnight, 12 pm is noon
        hour = str(int(hour) % 12 + 12 * (half[1] == "p")) if int(hour) <= 12 else hour
    return int(hour) * 60 + int(minutes)


def _short(token: Token) -> bool:
    return token.kind in ("short", "initial", "weekend")


def _checked(token: Token, after: list[Token]) -> Token:
    """Return a short name (« mer », « sa », « je ») as the day it is, or as a mere word when what follows is
    nothing of a day.
    """
    if not _short(token):
        return token
    sure = not after or after[0].kind in FOLLOWS_A_SHORT_DAY or after[0].kind == "stop"
    if not sure:
        joined = after[0].kind in ("and", "filler", "range", "of") and len(after) > 1
        follower = after[1] if joined else after[0]
        sure = _short(follower) or follower.kind in ("day", "typo", "time", "number", "nth")
    kind = {"short": "day", "weekend": "guess"}.get(token.kind, token.kind)
    return token._replace(kind=kind) if sure else Token("word", "", token.start, token.end)
