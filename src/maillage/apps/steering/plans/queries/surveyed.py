"""The share that an action counts, as a published survey of its territory says it already."""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.models import PlanAction
from maillage.kernel.names import plain
from maillage.publishing.territory.criteria import Answered
from maillage.reference.indicators import indicators
from maillage.reference.survey_messages import messages
from maillage.words import wording

EMPTY = frozenset(
    "avec dans deja habitants leur leurs nombre part personne personnes pour taux tous toutes".split()
)
NEGATION = re.compile(r"\b(ne|n|ni|aucun|aucune|sans|jamais|pas)\b")
STEM = 5  # letters that the forms of a verb share: connaissent, connaître, connaissant
# Who is counted, by the beginning of a word, and whose survey says it: inhabitants, where no word says.
RESPONDENTS = {"agent": "professionals", "profe": "professionals", "salar": "professionals"}
RESPONDENTS |= {"struc": "structures", "acteu": "structures", "assoc": "structures", "mairi": "structures"}
FEWEST = 2  # words that a phrase and an indicator share, under which they may be about anything

Meaning = tuple[frozenset[str], bool]  # the stems of a phrase, whether it denies


def meaning(text: str) -> Meaning:
    """Return the stems of the words of a phrase, and True where it denies them.

    >>> meaning("Personnes connaissant un lieu") == meaning("les personnes qui connaissent un lieu")
    True
    >>> meaning("ne connaissent aucun lieu")[1]
    True
    """
    words = plain(text)
    long_words = {word for word in words.split() if len(word) > 3 and word not in EMPTY}
    denies = NEGATION.search(words) is not None
    return frozenset(word[:STEM] for word in long_words if not NEGATION.fullmatch(word)), denies


@cache
def _phrases() -> tuple[tuple[Meaning, str, str], ...]:
    """Return each phrase that says an answer of a ready questionnaire, with its question and the answer."""
    return tuple((meaning(text), question, answer) for text, question, answer in _texts())


def _texts() -> Iterator[tuple[str, str, str]]:
    for indicator in indicators().values():
        if indicator.survey:
            _, question, answer = indicator.survey
            yield indicator.label, question, answer
    for message in messages().messages:
        if message.answers and not message.within:
            yield message.says, message.question, " ".join(message.answers)
    for question, phrase_by_answer in messages().groups.items():
        for answer, text in phrase_by_answer.items():
            yield text, question, answer


def survey_answer(row: PlanAction, answers: Mapping[tuple[str, str, str], Answered]) -> Answered | None:
    """Return the answer of published surveys that the indicator of an action counts, None without any: the
    one whose phrase shares most words with it.
    """
    if row.unit != rules.SHARE or not row.indicator:
        return None
    wanted, denies = meaning(row.indicator)
    kinds = {RESPONDENTS[stem] for stem in wanted & RESPONDENTS.keys()} or {"inhabitants"}
    matches: list[tuple[int, Answered]] = []
    for (stems, is_denied), question, answer in _phrases():
        if len(stems) < FEWEST or not stems <= wanted or is_denied != denies:
            continue
        of_kinds = [
            published
            for (kind, *key), published in answers.items()
            if kind in kinds and key == [question, answer]
        ]
        matches.extend((len(stems), published) for published in of_kinds)
    return max(matches, key=lambda pair: pair[0])[1] if matches else None


def start_words(row: PlanAction, answers: Mapping[tuple[str, str, str], Answered]) -> str:
    """Return the sentence on a published survey whose share is not the start of an action; "" where both are
    the same, or where no survey says it.
    """
    answer = survey_answer(row, answers)
    if answer is None or (row.baseline is not None and wording.percent(row.baseline) == answer.share):
        return ""
    share_text = (
        f"{answer.share} ({answer.between}) à « {answer.question} », réponse « {answer.label} »"
        f" ({answer.source})"
    )
    if row.baseline is None:
        return f"Une enquête publiée ici peut dire ce départ : {share_text}."
    return f"Une enquête publiée ici donne un autre nombre que ce départ : {share_text}."
