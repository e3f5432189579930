"""A number as somebody read or heard it: « 40 % des Français », « 3 000 personnes à Vierzon »."""

import re
from dataclasses import dataclass

from maillage.kernel.names import plain

SMALL = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8}
SMALL |= {"neuf": 9, "dix": 10}
PARTS = {"la moitié": 50.0, "un tiers": 100 / 3, "un quart": 25.0, "les deux tiers": 200 / 3}
FRACTION_STEP = 5.0  # points: nobody says « un tiers » of a figure that is further from it
NUMBER = r"\d{1,3}(?:[ .]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
AT_LEAST, AT_MOST = r"plus d[e’]\s?|au moins\s", r"moins d[e’]\s?|au plus\s|jusqu’à\s"
BOUND = rf"(?:(?P<least>{AT_LEAST})|(?P<most>{AT_MOST}))?"
PAIR = rf"(?:entre\s+(?P<low>{NUMBER})\s*(?:%\s*)?et\s+)?"
SHARE = re.compile(rf"{BOUND}{PAIR}(?P<number>{NUMBER})\s*(?:%|pour\s?cent\b)", re.I)
ONE_IN = re.compile(
    rf"\b(?P<number>\d+|{'|'.join(SMALL)})\s+(?:\w+\s+){{0,2}}sur\s+(?P<among>\d+|{'|'.join(SMALL)})\b", re.I
)
AGE = re.compile(r"\b(?:(?:plus|moins) de )?\d+ ans(?: et plus)?\b", re.I)
YEAR = re.compile(r"(?:\ben|\bdepuis|\bdébut|\bfin|,)\s(?:19|20)\d\d\b|\((?:19|20)\d\d\)", re.I)
COUNT = re.compile(
    rf"{BOUND}{PAIR}(?P<number>{NUMBER})(?:\s+(?P<scale>millions?|milliers?|mille)\b)?(?:\s+d[e’]\s?|\s+)?"
    r"(?P<noun>[^\W\d]+)?",
    re.I,
)
SCALES = {"million": 1_000_000, "millier": 1_000, "mille": 1_000}
OF_COUNTRY = re.compile(r"\b(?:france|français(?:es?)?|pays|national(?:e|ement)?|métropole)\b", re.I)
WHOM = re.compile(
    r"(?:%|cent|sur \w+|moitié|tiers|quart)\s+(?:parmi les\s|des\s|de la\s|de l’|de\s|d’|du\s)\s*([^\W\d]+)",
    re.I,
)
EVERYBODY = frozenset(
    "personnes personne habitants habitantes habitant français française françaises gens population adultes"
    " adulte citoyens citoyennes monde âmes individus millions france métropole".split()
)
SOME = re.compile(
    r"\b(?:âgée?s|seniors?|aînés|jeunes|enfants|élèves|étudiants?|retraitée?s|chômeurs|allocataires|femmes"
    r"|hommes|ménages|foyers|familles|agents|structures|entreprises|lieux|aidants|usagers|salariés"
    r"|bénéficiaires|demandeurs|ruraux|handicapée?s|non-internautes|diplômés|sans diplôme|pauvres|précaires"
    r"|isolée?s|illettrée?s|étrangers|immigrés|locataires|logements|parents|lycéens|collégiens|ouvriers|cadres"
    r"|patients|communes)\b",
    re.I,
)
PLACE = re.compile(r"\b(?:à|a|au|aux|en|dans|sur|de|du|des|pour)\s+|\bd’\s?")
ENDS_WITH_VERB = re.compile(r"\b(?:est|sont|a|ont)\s+(?:\w+\s+)?$", re.I)  # before what is told of everybody
# Words that tell nothing of the question which a number answers; LOW ones say « no », or little.
LOW = frozenset("ne n pas jamais aucun aucune sans non ni rien peu mal".split())
COMMON = (
    "le la les l un une des de du d en sur a au aux et ou par pour dans avec selon chez ce c cette ces"
    " ils elles on nous vous qui que qu dont leur leurs se s sont est etre ete ont avoir entre plus"
    " moins environ pres presque encore deja tres tout toute tous toutes fois ans reste restent sentent"
    " declarent disent estiment oui parmi cent pourcent moitie tiers quart million millions millier"
    " milliers mille numerique numeriques repondants enquete etude insee credoc territoire commune ville"
    " agglomeration agglo metropole communaute intercommunalite perimetre pays departement region nombre"
    " nombreux concernes concernees"
)
STOPS = LOW | {*COMMON.split(), *(plain(word) for word in (*EVERYBODY, *SMALL))}
TOKEN = re.compile(r"[^\W_][\w-]*")
STEM = 5  # letters: « connaissent » and « connaissez », not « connexion »
FIRST_AGE = "15 ans"
MOST = 10_000_000_000.0  # people: a count is of the living


@dataclass(frozen=True, slots=True)
class Amount:
    """A number printed to the nearest `step`. is_least, is_most: only one side of it is said."""

    value: float
    step: float
    is_least: bool = False
    is_most: bool = False

    @property
    def low(self) -> float:
        """The least that it may be."""
        return 0.0 if self.is_most else self.value if self.is_least else max(self.value - self.step / 2, 0.0)

    @property
    def high(self) -> float:
        """The most that it may be."""
        return float("inf") if self.is_least else self.value if self.is_most else self.value + self.step / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A number about people. share: percent; people: persons; places: what may be the name of a territory,
    the longest first; some: the people it counts when they are not everybody, "" otherwise; says_some: it
    says of everybody that they are these, « 40 % des habitants sont âgés »; noun: what it counts, when that
    may be a place, its inhabitants or some people; is_of_country: it names France or its inhabitants.
    """

    text: str
    share: Amount | None
    people: Amount | None
    places: tuple[str, ...]
    some: str
    says_some: bool
    noun: str
    is_of_country: bool

    @property
    def is_known(self) -> bool:
        """True when it holds a number of people or a share."""
        return self.share is not None or self.people is not None


def parse(text: str) -> Claim:
    """Return the number that a sentence tells, none of its parts when it holds no number.

    >>> parse("3 000 personnes à Vierzon").people, parse("3 000 personnes à Vierzon").places
    (Amount(value=3000.0, step=1000.0, is_least=False, is_most=False), ('Vierzon',))
    >>> parse("une personne sur six").share.low.__round__(1), parse("moins de 20 % des seniors").some
    (15.3, 'seniors')
    """
    typed = re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("'", "’")).strip()
    ages = (match for match in AGE.finditer(typed) if FIRST_AGE not in match[0])
    bare = YEAR.sub(" ", AGE.sub(" ", typed))
    share, rest = _share(bare)
    whom = WHOM.search(bare)
    people, counted = _people(rest)
    nouns = (whom[1] if whom else "", counted if counted[:1].isupper() else "")
    noun = next((each for each in nouns if each and each.lower() not in EVERYBODY), "")
    subgroup = SOME.search(typed) or next(ages, None)
    return Claim(
        text=typed,
        share=share,
        people=people,
        places=_places(bare),
        some=subgroup[0] if subgroup else "",
        says_some=bool(subgroup and ENDS_WITH_VERB.search(typed[: subgroup.start()])),
        noun=noun,
        is_of_country=bool(OF_COUNTRY.search(bare)),
    )


def topic(text: str, names: str = "") -> tuple[str, ...]:
    """Return the stems of the words that say which question a sentence answers, in their order, each once.
    names: those of its territories, that tell none.

    >>> topic("68 % des habitants de Saint-Malo ne connaissent aucun lieu"), topic("40 % des Français")
    (('conna', 'lieu'), ())
    """
    named = {*plain(names).split(), *STOPS}
    tokens = [
        match[0]
        for match in TOKEN.finditer(text)
        if not match[0][0].isdigit()
        and not (match.start() and match[0][0].isupper() and plain(match[0]) != "internet")
    ]
    words = [word for token in tokens for word in plain(token).split() if word not in named]
    return tuple(dict.fromkeys(_stem(word) for word in words if len(word) > 2))


def _stem(word: str) -> str:
    return word[: STEM - 1] if word[STEM - 1 : STEM] in "erszx" else word[:STEM]


def is_low(text: str) -> bool:
    """Return True for a sentence that says « no », or little: « n’ont pas », « mal à l’aise »."""
    return not LOW.isdisjoint(plain(text).split())


def _share(text: str) -> tuple[Amount | None, str]:
    """Return the share of a sentence in percent, and the sentence without it."""
    if match := SHARE.search(text):
        return _amount(match, _last_place(match["number"])), text.replace(match[0], " % ", 1)
    if match := ONE_IN.search(text):
        part, among = (SMALL.get(match[name].lower()) or int(match[name]) for name in ("number", "among"))
        if part and among >= part:
            step = 100 / (among - 0.5) - 100 / (among + 0.5) if part == 1 and among > 1 else 100 / among
            return Amount(100 * part / among, step), text.replace(match[0], " % ", 1)
    for words, value in PARTS.items():
        if words in text.lower():
            return Amount(value, FRACTION_STEP), text
    return None, text


def _people(text: str) -> tuple[Amount | None, str]:
    """Return the people that a sentence counts, and the noun after their number."""
    for match in COUNT.finditer(text):
        scale = SCALES.get((match["scale"] or "").lower().removesuffix("s"), 1)
        step = scale * _last_place(match["number"], is_count=scale == 1)
        amount = _amount(match, step, scale)
        if (match["noun"] or match["scale"]) and 0 < amount.value <= MOST:
            return amount, match["noun"] or ""
    return None, ""


def _amount(match: re.Match[str], step: float, scale: int = 1) -> Amount:
    value = scale * _number(match["number"])
    if match["low"]:
        low = scale * _number(match["low"])
        return Amount((low + value) / 2, abs(value - low))
    return Amount(value, step, is_least=bool(match["least"]), is_most=bool(match["most"]))


def _number(text: str) -> float:
    grouped = re.sub(r"[ .](?=\d{3}(?!\d))", "", text)
    return float(grouped.replace(",", "."))


def _last_place(text: str, *, is_count: bool = False) -> float:
    """Return the unit of the last digit that a number prints, zeros at the end of a count taken off.

    >>> _last_place("16,5"), _last_place("3 000", is_count=True), _last_place("40")
    (0.1, 1000.0, 1.0)
    """
    digits = re.sub(r"[ .](?=\d{3}(?!\d))", "", text).replace(",", ".")
    if "." in digits:
        return 10.0 ** -len(digits.partition(".")[2])
    zeros = len(digits) - len(digits.rstrip("0")) if is_count else 0
    return 10.0 ** min(zeros, len(digits) - 1)


def _places(text: str) -> tuple[str, ...]:
    """Return the words after each preposition, up to a comma: possible names, the longest first."""
    ends = [match.end() for match in PLACE.finditer(text)]
    tails = (re.split(r"[,;:.?!%(]", text[end:])[0].strip(" «»’") for end in ends)
    names = [tail for tail in tails if tail and not tail[0].isdigit()]
    return tuple(place for place in dict.fromkeys(names) if place.split(" ")[0].lower() not in EVERYBODY)
