"""A number as somebody read or heard it: « 40 % des Français », « 3 000 personnes à Vierzon »."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from maillage.kernel.names import plain
from maillage.words.claim_words import in_french

SMALL = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8}
SMALL |= {"neuf": 9, "dix": 10}
PARTS = {"la moitié": (1, 2), "(?:les )?deux tiers": (2, 3), "(?:les )?trois quarts": (3, 4)}
PARTS |= {"un tiers": (1, 3), "un quart": (1, 4), "un cinquième": (1, 5), "un dixième": (1, 10)}
SIGNS = str.maketrans({"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5"})
SLASHED = re.compile(r"(?<![\d/])(\d{1,2})\s?/\s?(\d{1,3})(?![\d/])")  # « 1/3 », never a date
UNITS = (
    "un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize"
    " dix-sept dix-huit dix-neuf"
).split()
TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60, "quatre vingt": 80}
SPELLED = {unit.replace("-", " "): n for n, unit in enumerate(UNITS, 1)} | TENS | {"quatre vingts": 80}
SPELLED |= {
    f"{word} {unit}".replace("-", " "): tens + n
    for word, tens in TENS.items()
    for n, unit in enumerate(UNITS[: 19 if tens in (60, 80) else 9], 1)
}
SPELLED_WORD = (
    rf"(?:{'|'.join(sorted({w for words in SPELLED for w in words.split()}, key=len, reverse=True))})"
)
IN_WORDS = re.compile(
    rf"\b{SPELLED_WORD}(?:[ -](?:et[ -])?{SPELLED_WORD})*\b(?=\s(?:%|pour\s?cent\b|mill(?:e|iers?|ions?)\b))",
    re.I,
)
WIDEST_FRACTION = 10.0  # points: nobody says « un tiers » of a figure that is further than five from it
NUMBER = r"\d{1,3}(?:[ .]\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?"
AT_LEAST, AT_MOST = r"plus d[e’]\s?|au moins\s", r"moins d[e’]\s?|au plus\s|jusqu’à\s"
BOUND = rf"(?:(?P<least>{AT_LEAST})|(?P<most>{AT_MOST}))?"
PAIR = (
    rf"(?:entre\s+(?P<low>{NUMBER})\s*(?:%\s*)?et\s+|de\s+(?P<from>{NUMBER})\s*(?:%\s*)?à\s+"
    rf"|(?P<dashed>{NUMBER})\s?[-–]\s?)?"
)
MOVED = re.compile(r"\b(?:pass|augment|progress|mont|recul|baiss|diminu|tomb|chut)", re.I)  # « de 10 à 15 % »
MINUS = r"(?P<minus>(?<![\w\d%,.-])[-−–](?=\d))?"
SHARE = re.compile(rf"{BOUND}{PAIR}{MINUS}(?P<number>{NUMBER})\s*(?:%|pour\s?cent\b)", re.I)
# « Un habitant du Grand-Figeac sur cinq »: a name may stand inside.
INSIDE = r"(?:(?:(?:de|du|des|en|à|a|au|aux|dans)\s+|d’)(?:[^\W\d][\w’-]*\s+){1,8}?)?"
GROUPED = r"\d{1,3}(?:[ .]\d{3})+|\d+"
ONE_IN = re.compile(
    rf"(?<![\d,.])(?<!\d )\b(?P<number>{GROUPED}|{'|'.join(SMALL)})\s+(?:\w+\s+){{0,2}}?{INSIDE}sur\s+"
    rf"(?P<among>{GROUPED}|{'|'.join(SMALL)})\b",
    re.I,
)
FIRST_NOUN = re.compile(r"\w+\s+(?!sur\b)([^\W\d]+).*\bsur\s", re.I)  # « un Breton sur cinq »
AGE = re.compile(
    r"\b(?:(?:entre|de) )?(?:\d+ ?(?:ans )?(?:et|à|-) ?)?(?:(?:plus|moins) de )?\d+ ans"
    r"(?: (?:et|ou) plus)?\b",
    re.I,
)
AGES = re.compile(
    r"(?P<first>\d+) ?(?:ans )?(?:et|à|-) ?(?P<last>\d+) ans|moins de (?P<under>\d+) ans"
    r"|plus de (?P<over>\d+) ans|(?P<least>\d+) ans (?:et|ou) plus",
    re.I,
)
OLDER = re.compile(r"\b(?:âgée?s?|seniors?|aînée?s?|anciens|vieux|vieilles|retraitée?s)\b", re.I)
YOUNGER = re.compile(r"\bjeunes?\b", re.I)
OLDER_AGES, YOUNGER_AGES, LAST_AGE = (60, 120), (15, 24), 120
# How difficulty is told aloud: « ont du mal avec Internet », « à la ramasse », « galèrent ».
ALOUD = re.compile(
    r"\b(?:du mal(?: (?:à|pour) (?:se servir|utiliser|suivre|naviguer|s’en sortir|se débrouiller|manier))?"
    r"|à la (?:ramasse|traîne|peine|masse)|à côté de la plaque|gal[eèé]r\w*|largu\w+|paumée?s?|perdue?s?"
    r"|dépassée?s?|démunie?s?|désemparée?s?|ram(?:e|ent)|pein(?:e|ent)(?: à (?:utiliser|suivre|se servir))?"
    r"|nuls?|oubliée?s?|laissée?s? (?:pour compte|de côté)"
    r"|(?:handicapée?s?|illettrée?s?|analphabètes?|illettrisme)(?= (?:(?:du|de l’|d’|en) ?)?(?:num|Int|inf))"
    r"|(?:laissée?s? |restée?s? )?(?:sur|au) (?:le )?(?:bord|bas-côté)(?: d(?:e la|u) (?:route|chemin))?"
    r"|ne s’en sor\w+ pas|ne se débrouill\w+ pas|ne compren\w+ rien"
    r"|ne sa(?:it|vent) pas (?:bien )?(?:se servir|utiliser|manier|naviguer|s’en servir))\b"
)
YEAR = re.compile(r"(?:\ben|\bdepuis|\bdébut|\bfin|,)\s(?:19|20)\d\d\b|\((?:19|20)\d\d\)", re.I)
COUNT = re.compile(
    rf"{BOUND}{PAIR}(?P<number>{NUMBER})(?:\s+(?P<scale>millions?|milliers?|mille)\b)?(?:\s+d[e’]\s?|\s+)?"
    r"(?P<noun>[^\W\d]+)?",
    re.I,
)
SCALES = {"million": 1_000_000, "millier": 1_000, "mille": 1_000}
OF_COUNTRY = re.compile(r"\b(?:france|français(?:es?)?|pays|national(?:e|ement)?|métropole)\b", re.I)
WHOM = re.compile(
    r"(?:%|cent|sur \w+|moitié|tiers|quarts?)\s+(?:parmi les\s|des\s|de la\s|de l’|de\s|d’|du\s)\s*"
    r"([^\W\d]+)",
    re.I,
)
EVERYBODY = frozenset(
    "personnes personne habitants habitantes habitant français française françaises gens population adultes"
    " concitoyens compatriotes adulte citoyens citoyennes monde âmes individus millions france"
    " métropole".split()
)
SOME = re.compile(
    r"\b(?:âgée?s?|seniors?|aînés|jeunes|enfants|élèves|étudiants?|retraitée?s|chômeurs|allocataires|femmes"
    r"|hommes|ménages|foyers|familles|agents|structures?|organismes?|acteurs|entreprises|lieux|aidants|usagers"
    r"|professionnels|salariés|bénéficiaires|demandeurs|ruraux|handicapée?s|non-internautes|diplômés"
    r"|sans diplôme|pauvres|précaires(?! num)"
    r"|isolée?s|illettrée?s|étrangers|immigrés|locataires|logements|parents|lycéens|collégiens|ouvriers|cadres"
    r"|patients|communes|sans emploi|au RSA|au chômage|handicap)\b",
    re.I,
)
PLACE = re.compile(r"\b(?:à|a|au|aux|en|dans|sur|de|du|des|pour)\s+|\bd’\s?", re.I)
NAME = re.compile(r"(?<![\w’-])[A-ZÀ-ÖØ-Þ][\w’-]+")
VERB = re.compile(r"\b(?:ne|n’\w+|s[e’]|sont|est|ont|a|peut|[^\W\d]{3,}(?<!m)ent)\b")
DENIAL = re.compile(r"\bn(?:e\s|’)\w+\s(?:\w+\s)?(?:pas|aucune?)\b", re.I)
AGENT = re.compile(
    r"\bpar (?:une?|la|le|les|des|l’|leur|plusieurs)\s?(?:\w+ )?$", re.I
)  # who did it, never whom it counts
ENDS_WITH_VERB = re.compile(r"\b(?:est|sont|a|ont)\s+(?:\w+\s+)?$", re.I)  # before what is told of everybody
# Words that tell nothing of the question which a number answers; LOW ones say « no », or little.
LOW = frozenset("ne n pas jamais aucun aucune sans non ni rien peu mal".split())
COMMON = (
    "le la les l un une des de du d en sur a au aux et ou par pour dans avec selon chez ce c cette ces"
    " ils elles on nous vous qui que qu dont leur leurs ses se s sont est etre ete ont avoir entre plus"
    " moins environ pres presque encore deja tres tout toute tous toutes fois ans reste restent sentent"
    " declarent disent estiment oui parmi cent pourcent moitie tiers quart million millions millier"
    " milliers mille numerique numeriques digital aujourd hui lors repondants enquete etude insee"
    " credoc territoire commune ville"
    " agglomeration agglo metropole communaute intercommunalite perimetre pays departement region nombre"
    " nombreux concernes concernees interroges interrogees interroge interrogee sondes sondees enquetes"
    " enquetees rencontres rencontrees gens citent evoquent mentionnent indiquent affirment considerent"
    " trouvent pensent jugent avouent repondent repondu cela ceux celles"
    " janvier fevrier mars avril mai juin juillet aout septembre octobre novembre decembre"
    " puis apres anct estime estimait etait etaient serait seraient publie publiee publies plupart residant"
    " residants"
    " quarts cinquieme dixieme quasi quasiment approximativement seulement juste peine autour quelque"
    " quelques grosso modo soit concerne concernent demeure demeurent nos notre son sa depuis"
)
STOPS = LOW | {*COMMON.split(), *(plain(word) for word in (*EVERYBODY, *SMALL))}
NOT_NAMES = ("internet", "illectronisme")  # written with a capital letter, and no names
TOKEN = re.compile(r"[^\W_][\w-]*")
STEM = 5  # letters: « connaissent » and « connaissez », not « connexion »
ENDING = re.compile(r"(?<=\w{3})(?:ent|ons|ez|er|[esxz])+$")  # of verbs and plurals: « aident », « aidez »
# Words that mean another, by their beginning: « se connectent », « sont équipés d’un ordinateur ».
SAME = {
    "equipement": "equipement",
    "equipe": "disposer",
    "connect": "utiliser",
    "servent": "utiliser",
    "acced": "utiliser",
    "accompagn": "aider",
    "navigu": "utiliser",
}
SAME |= {"assist": "aider", "possed": "disposer", "dote": "disposer"}
SAME |= {"connu": "connaitre", "manqu": "besoin", "structure": "lieu", "adress": "demander"}
SAME |= {"craign": "peur", "crainte": "peur", "redout": "peur", "tromp": "erreur"}
# Forms that share no beginning with their verb.
FORMS = dict.fromkeys(("sais", "sait", "savent", "savons", "savez"), "savoir")
FIRST_AGE = "15 ans"
EXPLAINED = re.compile(  # after the words of a number: what it counts, told again
    r"\d.*?[^\W\d]{3}(\s?[:;.,]\s)(?:elles|ils|c’est-à-dire|autrement dit|ces personnes)\b", re.I
)
MOST = 10_000_000_000.0  # people: a count is of the living


@dataclass(frozen=True, slots=True)
class Amount:
    """A number printed to the nearest `step`. is_least, is_most: only one side of it is said; fraction: its
    words where it is one, « un quart ».
    """

    value: float
    step: float
    is_least: bool = False
    is_most: bool = False
    fraction: str = field(default="", repr=False, compare=False)

    @property
    def low(self) -> float:
        """The least that it may be."""
        return 0.0 if self.is_most else self.value if self.is_least else max(self.value - self.step / 2, 0.0)

    @property
    def high(self) -> float:
        """The most that it may be."""
        return float("inf") if self.is_least else self.value if self.is_most else self.value + self.step / 2

    @property
    def rest(self) -> "Amount":
        """The rest of a share in percent."""
        return Amount(100 - self.value, self.step, self.is_most, self.is_least, self.fraction)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A number about people. text: in French; typed: as typed, in one of our languages; meaning: its text,
    difficulty told aloud being called so; share: percent; people: persons; places: what may be the name of a
    territory, after a preposition, the longest first; names: the same from each capital letter; some: the
    people it counts when they are not everybody, "" otherwise; ages: theirs, None when it says none;
    says_some: it says of everybody that they are these, « 40 % des habitants sont âgés »; noun: what it
    counts, when that may be a place, its inhabitants or some people; is_of_country: it names France or its
    inhabitants.
    """

    text: str
    typed: str
    meaning: str
    share: Amount | None
    people: Amount | None
    places: tuple[str, ...]
    names: tuple[str, ...]
    some: str
    ages: tuple[int, int] | None
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
    >>> parse("quatre-vingt-onze pour cent").share.value, parse("seize millions de Français").people.value
    (91.0, 16000000.0)
    >>> parse("18 % des habitants, soit environ 1 personne sur 6").people
    """
    typed = re.sub(r"[\s\u00a0\u202f]+", " ", text.replace("'", "’")).strip()
    phrase = in_french(typed.lower() if typed.isupper() else typed)
    phrase = re.sub(r"\s?pour\s?cent\b", " %", IN_WORDS.sub(_digits, phrase), flags=re.I)
    phrase = SLASHED.sub(r"\1 sur \2", phrase.translate(SIGNS))
    meaning = _in_plain_words(phrase)
    bare = _without_ages(meaning)  # « à la ramasse » is not the commune of this name
    share, printed = _share(bare)
    whom = WHOM.search(bare)
    people, counted = _people(ONE_IN.sub(" % ", bare.replace(printed, " % ", 1)) if printed else bare)
    one = FIRST_NOUN.match(printed)
    nouns = (whom[1] if whom else "", one[1] if one else "", counted if counted[:1].isupper() else "")
    noun = next((each for each in nouns if each and each.lower() not in EVERYBODY), "")
    subgroup = _subgroup(meaning, meaning.find(printed) + len(printed) if printed else 0)
    is_group = (
        bool(one or (whom and " des " in f" {whom[0]}")) and noun.islower() and plain(noun) not in STOPS
    )
    some = subgroup[0] if subgroup else noun if is_group else ""
    return Claim(
        text=phrase,
        typed=typed,
        meaning=meaning,
        share=share,
        people=people,
        places=_places(bare, [match.end() for match in PLACE.finditer(bare)]),
        names=_places(bare, [match.start() for match in NAME.finditer(bare)]),
        some=some,
        ages=_ages_of(meaning, subgroup) if subgroup else ages_of_people(some),
        says_some=bool(subgroup and ENDS_WITH_VERB.search(meaning[: subgroup.start()])),
        noun=noun,
        is_of_country=bool(OF_COUNTRY.search(bare)),
    )


def _in_plain_words(phrase: str) -> str:
    """Return a phrase whose everyday words for difficulty are replaced by that one, illiteracy of everything
    left as it is.

    >>> _in_plain_words("40 % galèrent avec Internet"), _in_plain_words("10 % d’illettrés")
    ('40 % en difficulté avec Internet', '10 % d’illettrés')
    """
    return ALOUD.sub("en difficulté", phrase)


def _without_ages(text: str) -> str:
    """Return a text without its ages nor its years, whose words stay one space apart.

    >>> _without_ages("3 % des jeunes de 15 à 24 ans en ligne")
    '3 % des jeunes en ligne'
    """
    return re.sub(" {2,}", " ", YEAR.sub(" ", AGE.sub(" ", text)))


def ages_of_people(some: str) -> tuple[int, int] | None:
    """Return the first and last ages of some people, None when their name says none.

    >>> [ages_of_people(some) for some in ("plus de 75 ans", "60-74 ans", "seniors", "chômeurs")]
    [(75, 120), (60, 74), (60, 120), None]
    """
    if match := AGES.search(some):
        if match["under"]:
            return int(FIRST_AGE.split(maxsplit=1)[0]), int(match["under"]) - 1
        first = match["first"] or match["over"] or match["least"]
        return int(first), int(match["last"] or LAST_AGE)
    return OLDER_AGES if OLDER.search(some) else YOUNGER_AGES if YOUNGER.search(some) else None


def _ages_of(text: str, subgroup: re.Match[str]) -> tuple[int, int] | None:
    """Return the ages of a subgroup: those in years just after its name, else those that its name says.

    >>> _ages_of("9 % des jeunes de 15 à 29 ans", SOME.search("9 % des jeunes de 15 à 29 ans"))
    (15, 29)
    """
    ages_text = AGE.match(text[subgroup.end() :].lstrip())
    return (ages_of_people(ages_text[0]) if ages_text else None) or ages_of_people(subgroup[0])


def _subgroup(text: str, end: int) -> re.Match[str] | None:
    """Return the people that are not everybody, None without any: they come before the verb of a number, or
    just after « sont », never among what is done. end: of the number.
    """
    ages = (match for match in AGE.finditer(text) if FIRST_AGE not in match[0])
    return next(
        (
            match
            for match in (*SOME.finditer(text), *ages)
            if not AGENT.search(before := text[: match.start()])
            and (not VERB.search(before, end) or ENDS_WITH_VERB.search(before))
        ),
        None,
    )


@lru_cache(maxsize=4096)  # the questions of every survey and figure are read again for each number
def topic(text: str, names: str = "") -> tuple[str, ...]:
    """Return the stems of the words that say which question a sentence answers, in their order, each once.
    names: those of its territories, that tell none.

    >>> topic("68 % des habitants de Saint-Malo ne connaissent aucun lieu"), topic("40 % des Français")
    (('conna', 'lieu'), ())
    >>> topic("les structures aident aux démarches") == topic("les structures aidez-vous aux démarches")
    True
    """
    named = {*plain(names).split(), *STOPS}
    tokens = [
        match[0]
        for match in TOKEN.finditer(text)
        if not match[0][0].isdigit()
        and not (match.start() and match[0][0].isupper() and plain(match[0]) not in NOT_NAMES)
    ]
    words = [word for token in tokens for word in plain(token).split() if word not in named]
    return tuple(dict.fromkeys(_stem(word) for word in words if len(word) > 2))


def _stem(word: str) -> str:
    same = next((meaning for start, meaning in SAME.items() if word.startswith(start)), FORMS.get(word, word))
    return ENDING.sub("", same)[:STEM]


def first_clause(claim: Claim) -> Claim | None:
    """Return the number of a sentence without what explains it, « : elles n’ont pas… »; None where nothing
    does.

    >>> first_clause(parse("15 % sont exclus : elles n’ont pas écrit")).text
    '15 % sont exclus'
    """
    end = EXPLAINED.search(claim.text)
    first = parse(claim.text[: end.start(1)]) if end else None
    return first if first and (first.share, first.people) == (claim.share, claim.people) else None


def is_low(text: str) -> bool:
    """Return True for a sentence that says « no », or little: « n’ont pas », « mal à l’aise »."""
    return not LOW.isdisjoint(plain(text).split())


def is_denial(text: str) -> bool:
    """Return True for a denied verb: « ne sont pas en difficulté » not « pas moins de »."""
    return bool(DENIAL.search(text))


def _share(text: str) -> tuple[Amount | None, str]:
    """Return the share of a sentence in percent, and the words that print it."""
    if match := SHARE.search(text):
        return _amount(match, _last_place(match["number"])), match[0]
    if match := ONE_IN.search(text):
        part, among = (
            SMALL.get(match[name].casefold()) or int(_number(match[name])) for name in ("number", "among")
        )
        if part and among >= part:
            return _fraction(part, among, match[0]), match[0]
    for words, (part, among) in PARTS.items():
        if match := re.search(rf"\b{words}\b(?!-)", text, re.I):
            return _fraction(part, among, match[0]), match[0]
    return None, ""


def _fraction(part: int, among: int, phrase: str) -> Amount:
    """Return the share that a fraction tells, the same in words and in digits: one in a number stands for all
    that is nearer to it than to one in the next, five points away at most.

    >>> [(round(each.low), round(each.high)) for each in (_fraction(1, 4, ""), _fraction(2, 3, ""))]
    [(22, 28), (62, 72)]
    """
    step = 100 / (among - 0.5) - 100 / (among + 0.5) if part == 1 and among > 1 else 100 / among
    is_small = among <= 20  # beyond, it is a count among others, to its last digit
    step = step if is_small else max(100 * _last_place(str(part), is_count=True) / among, 1)
    return Amount(100 * part / among, min(step, WIDEST_FRACTION), fraction=phrase.strip() if is_small else "")


def _people(text: str) -> tuple[Amount | None, str]:
    """Return the people that a sentence counts, and the noun after their number."""
    for match in COUNT.finditer(text):
        scale = SCALES.get((match["scale"] or "").lower().removesuffix("s"), 1)
        step = scale * _last_place(match["number"], is_count=scale == 1)
        amount = _amount(match, step, scale)
        if (match["noun"] or match["scale"]) and 0 < amount.value <= MOST:
            return amount, match["noun"] or ""
    return None, ""


def _digits(match: re.Match[str]) -> str:
    """Return a number written in words in digits, as it is when it is none: « vingt et un », « deux dix »."""
    words = re.sub(r"[ -](?:et[ -])?", " ", match[0].lower())
    return str(SPELLED.get(words, match[0]))


def _amount(match: re.Match[str], step: float, scale: int = 1) -> Amount:
    value = scale * _number(match["number"])
    first = match["low"] or match["dashed"] or (not MOVED.search(match.string) and match["from"])
    if first and _number(first) < _number(match["number"]):
        low = scale * _number(first)
        return Amount((low + value) / 2, abs(value - low))
    if match.groupdict().get("minus"):
        value = -value
    return Amount(value, step, is_least=bool(match["least"]), is_most=bool(match["most"]))


def _number(text: str) -> float:
    grouped = re.sub(r"[ .](?=\d{3}(?!\d))", "", text)
    return float(grouped.replace(",", "."))


def _last_place(text: str, *, is_count: bool = False) -> float:
    """Return the unit of the last digit that a number prints, zeros at the end of a count taken off; a tenth
    of it after a 1 alone: nobody says 10 000 of 14 000 people.

    >>> _last_place("16,5"), _last_place("3 000", is_count=True), _last_place("10 000", is_count=True)
    (0.1, 1000.0, 1000.0)
    """
    digits = re.sub(r"[ .](?=\d{3}(?!\d))", "", text).replace(",", ".")
    if "." in digits:
        return 10.0 ** -len(digits.partition(".")[2])
    zeros = len(digits) - len(digits.rstrip("0")) if is_count else 0
    return 10.0 ** max(min(zeros, len(digits) - 1 - digits.startswith("1")), 0)


def _places(text: str, starts: Iterable[int]) -> tuple[str, ...]:
    """Return the words from each start, up to a comma: possible names, the longest first."""
    tails = (re.split(r"[,;:.?!%(]", text[start:])[0].strip(" «»’") for start in starts)
    names = [tail for tail in tails if tail and not tail[0].isdigit()]
    return tuple(place for place in dict.fromkeys(names) if place.split(" ")[0].lower() not in EVERYBODY)
