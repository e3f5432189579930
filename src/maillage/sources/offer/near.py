"""The value of a closed list, or the practice, that a word of a file most likely means: proposed, never read.

Words are compared by their beginnings; one that few choices hold says more than one that many do.
"""

from collections import Counter
from collections.abc import Mapping
from functools import cache

from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.sources.offer import answers, correct
from maillage.sources.offer.clean.wording import SMALL, denied, spelled

STEM_LETTERS = 6
LEAST_SCORE = 0.3  # a beginning that three choices hold at most
SURE = 2 / 3  # of the words of a phrase and of a text, those that both have
SMALLEST_WORD = 3  # letters
EVERYWHERE = frozenset(
    "demande demandes faire realite realiser type tout tous toute toutes pour autre".split()
)
MAX_WORDS = 12  # beyond, a sentence may mention anything


def nearest(target: str, text: str) -> str:
    """Return the choice of a field nearest to a word: a slug, a code, `practice:…` among services; '' when
    none is.

    >>> [nearest("services", text) for text in ("Consultation libre", "Repair PC", "Yoga")]
    ['practice:libre_acces', 'practice:reparation', '']
    >>> [nearest("services", text) for text in ("atelier seniors", "entraide ordi", "aide à l’actualisation")]
    ['everyday', 'everyday', 'procedures']
    """
    stems, words = _stems(text), spelled(text).split()
    says_more = answers.meaning_of(text) not in ("other", "planned")  # « wifi (en panne) »
    if target.startswith(correct.PRACTICE) or len(words) > MAX_WORDS or says_more:
        return ""
    stems_by_choice = _stems_by_choice(target)
    frequency = Counter(stem for choice_stems in stems_by_choice.values() for stem in choice_stems)
    scores = {
        choice: sum(1 / frequency[stem] for stem in stems & choice_stems)
        for choice, choice_stems in stems_by_choice.items()
    }
    best = max(scores.values(), default=0.0)
    choices = [choice for choice, score in scores.items() if score == best]
    if best < LEAST_SCORE or any(denied(word, spelled(text)) for word in words[1:]):
        return ""
    # as often as not a practice is what a service of the same name is made of: the more telling of two
    return min(choices, key=lambda choice: len(stems_by_choice[choice]))


def is_sure(target: str, text: str, choice: str) -> bool:
    """Return True if a word says nearly all of a phrase that means a choice, and little else; among services,
    which a file names by a word or several at once, one within the other is enough.

    >>> is_sure("typologie", "Mairie annexe", "MUNI"), is_sure("typologie", "Agence", "LA_POSTE")
    (True, False)
    >>> is_sure("services", "sur rendez-vous", "practice:orientation")
    False
    """
    stems = _stems(text)
    return any(
        len(stems & phrase) >= SURE * len(stems | phrase)
        or (target == "services" and (phrase <= stems or stems <= phrase))
        for phrase in _phrases(target)[choice]
    )


def _stems(text: str) -> frozenset[str]:
    words = (word for word in spelled(text).split() if len(word) >= SMALLEST_WORD or word in ("cv", "pc"))
    return frozenset(
        word[:STEM_LETTERS] for word in words if word not in SMALL | EVERYWHERE and not word.isdecimal()
    )


@cache
def _stems_by_choice(target: str) -> Mapping[str, frozenset[str]]:
    return {choice: frozenset().union(*phrases) for choice, phrases in _phrases(target).items()}


@cache
def _phrases(target: str) -> Mapping[str, tuple[frozenset[str], ...]]:
    """Return the words of each phrase that means a choice of a field, by their beginnings."""
    phrases: dict[str, list[str]] = {}
    of = offer.fields()[target]
    if of.kind == "kinds":
        phrases = {kind.codes[0]: [kind.label, *kind.words] for kind in offer.kinds().values() if kind.codes}
    else:
        for value in offer.lists()[of.list].values.values():
            phrases[value.id] = [value.label, value.plain, *value.also, *value.near]
    if target == "services":
        for practice in offer.practices().values():
            phrases[f"{correct.PRACTICE}{practice.id}"] = [
                practice.label,
                practice.need_text,
                *practice.also,
                *practice.answers,
            ]
    stems = {choice: (_stems(plain(text)) for text in texts) for choice, texts in phrases.items()}
    return {choice: tuple(filter(None, of_texts)) for choice, of_texts in stems.items()}
