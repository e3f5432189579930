"""The subject of a number, by its words: difficulty in general, equipment, a question of its own."""

import re
from collections.abc import Collection
from functools import cache

from maillage.kernel.names import plain
from maillage.publishing.territory.survey_answers import LINKS, USE
from maillage.reference.definitions import offered
from maillage.words.claims import AGE, Claim, is_low, topic

# Words of digital difficulty beyond those of the definitions: with a « no » for the second ones.
CUT_OFF = frozenset(topic("exclusion exclus exclues"))
FAR = frozenset(topic("éloignés éloignement"))
ILLITERACY = frozenset(topic("illectronisme illectroniques"))
TROUBLE = CUT_OFF | frozenset(
    topic(
        "difficulté illectronisme illectroniques fracture éloignés éloignement précarité vulnérables"
        " vulnérabilité fragiles fragilité décrochés décrochage déconnectés"
    )
)
SKILLS = frozenset(topic("aise autonomes autonomie compétences maîtrisent ligne connexion accès ordinateur"))
# What those who are not in difficulty do: who uses Internet may still lack its basics.
ABLE = frozenset(topic("savent maîtrisent autonomes débrouillent"))
COMPUTER = frozenset(topic("ordinateur équipés"))
EQUIPMENT = frozenset(topic("ordinateur connexion Internet équipés équipement"))
HAVE = frozenset(topic("équipés"))
FELT = frozenset(topic("aise autonomes autonomie compétences compétents"))  # of oneself, not measured

# « Saintes compte 25 000 habitants »: its population, and nobody in difficulty
EVERYBODY = re.compile(
    r"(?:^|\b(?:(?:compt|dénombr|recens|abrit)e(?:nt)?|peuplée?s? (?:de|par)|population|il y a|soit) )"
    r"(?:(?:de|est|environ|près|plus|d.) )*-?\d[\d\s.,]*(?:millions? d.)?(?:habitants?|âmes)\b",
    re.IGNORECASE,
)

# « 21 % des habitants », « un habitant sur six »: of any age, where no age is said beside
RESIDENTS = re.compile(r"\b(?:habitante?s?|population|âmes)\b(?! adultes?)", re.IGNORECASE)
CONCERNED = re.compile(r"\bconcernée?s?\b", re.IGNORECASE)
OF_CONCERNED = re.compile(r"% des (?:personnes|habitants) concernée?s", re.IGNORECASE)  # where they are


@cache
def words_of_difficulty() -> frozenset[str]:
    texts = (text for each in offered() for text in (each.label, each.short, each.statement))
    return TROUBLE | SKILLS | {word for text in texts for word in topic(text.lower())}


def names_difficulty(words: str) -> bool:
    """Return True for a noun of digital difficulty, and no part of the people: « d’illectronisme »."""
    return not TROUBLE.isdisjoint(topic(words.lower()))


def subject_words_of(claim: Claim, names: str) -> set[str]:
    """Return the words of a number that say what it counts, without those of the people it counts, nor the
    verb of what they have: « possèdent un smartphone ».
    """
    words = set(topic(claim.meaning, names)) - set(topic(claim.some.lower())) - LINKS
    return words - HAVE or words


def is_bare(claim: Claim, names: str) -> bool:
    """Return True for a number without a word on what it counts: « 3 000 personnes à Guéret »."""
    has_words = bool(subject_words_of(claim, names)) or claim.says_some or is_low(claim.meaning)
    return not has_words and not CONCERNED.search(claim.text)


def is_general(claim: Claim, names: str) -> bool:
    """Return True for the general phrase of the need: « en précarité numérique », « illectronisme »."""
    subject_words = subject_words_of(claim, names)
    return (
        bool(subject_words & TROUBLE)
        and subject_words <= TROUBLE | set(topic("Internet"))
        and not claim.says_some
    )


def is_of_difficulty(claim: Claim, names: str) -> bool:
    """Return True where the words of a number leave it to be of digital difficulty: none, or only its own,
    beside those of the people it counts.
    """
    subject_words = subject_words_of(claim, names)
    if EVERYBODY.search(claim.text) and not subject_words & words_of_difficulty():
        return False
    if claim.share and OF_CONCERNED.search(claim.text):
        return False
    if claim.says_some or not subject_words:
        return not claim.says_some
    return subject_words <= words_of_difficulty() and (bool(subject_words & TROUBLE) or is_low(claim.meaning))


def is_of_residents(claim: Claim) -> bool:
    """Return True for a share of the residents of any age, as a sentence says it."""
    return claim.share is not None and bool(RESIDENTS.search(claim.text)) and not AGE.search(claim.text)


def is_of_able(claim: Claim, names: str) -> bool:
    """Return True for a share of those who are not in difficulty, told by what they do: « savent se servir
    d’Internet ».
    """
    subject_words = subject_words_of(claim, names)
    is_skill = bool(subject_words & ABLE) and not subject_words & TROUBLE and not is_low(claim.meaning)
    return (
        claim.share is not None
        and is_skill
        and subject_words <= words_of_difficulty() | ABLE | set(topic("servir"))
    )


def is_of_equipment(subject_words: Collection[str]) -> bool:
    return bool(subject_words) and EQUIPMENT.issuperset(subject_words)


def is_of_use(claim: Claim, subject_words: Collection[str]) -> bool:
    """Return True for a number of those who use Internet, or not, of late: « jamais » is another question."""
    return USE <= set(subject_words) <= USE | EQUIPMENT and "jamais" not in plain(claim.meaning).split()


def is_felt(subject_words: Collection[str]) -> bool:
    """Return True for what people think of themselves: « peu à l’aise », « se sentent peu compétents »."""
    return not FELT.isdisjoint(subject_words) and TROUBLE.isdisjoint(subject_words)
