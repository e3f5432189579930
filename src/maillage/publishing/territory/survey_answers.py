"""Answers of a published survey that a sentence speaks of, by the words of its question."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from maillage.kernel.names import plain
from maillage.publishing.survey.findings import AGES, PEOPLE, PERSONS, group_words
from maillage.publishing.territory.criteria import Answered
from maillage.publishing.territory.surveys import PROFESSIONALS, STRUCTURES
from maillage.questionnaires.questionnaire import ZONE
from maillage.reference.survey_messages import messages
from maillage.reference.survey_needs import links
from maillage.words.claims import LOW, STOPS, Claim, ages_of_people, is_low, topic
from maillage.words.wording import lower_first

Answers = Mapping[tuple[str, str, str], Answered]
Group = tuple[str, str, str]  # kind of survey, question, group of the people asked
# Words that only join a number to what it counts, or say where: they change no question.
LINKS = frozenset(
    topic(
        "situation souffrent rencontrent éprouvent touchés confrontés victimes subissent vivent frappe"
        " atteints face grande grandes forte réelle compte comptent population maison domicile chez eux elles"
        " proposent offrent fournissent assurent organisent outils informatique usage usages vis-à-vis"
    )
)
VERY = re.compile(r"(?<!ou )(?<!et )\btres\b")
HOUSEHOLDS = frozenset(topic("foyers ménages familles logements"))
HOME = frozenset(topic("maison domicile"))  # an answer on a home is that of everybody in it
USE = frozenset(topic("utilisent"))
NEVER_OR_EVER = frozenset(("jamais", "deja"))  # of use at any time, not of late
ROUNDED = 1.0  # points: what two answers of one question may lose
OWN_QUESTION_DOUBT = 0.05  # of a link: at most, its question is that of the definition
AUDIENCES: Mapping[str, frozenset[str]] = {  # whom a survey asks, when they are not residents
    STRUCTURES: frozenset(topic("structures organismes acteurs lieux associations")),
    PROFESSIONALS: frozenset(topic("professionnels agents salariés")),
}


NOUNS = frozenset(word for each in PEOPLE.values() for word in (each.one, each.many))


def of_zone(answers: Answers, zone: str) -> Answers:
    """Return the published answers of the people of a zone, as those of a survey of this zone alone."""
    end = f" | {ZONE} : {zone}"
    about = f", parmi les personnes {group_words(zone, ZONE)}"
    return {
        (kind, question, answer.removesuffix(end)): replace(row, universe=f"{row.universe}{about}")
        for (kind, question, answer), row in answers.items()
        if answer.endswith(end)
    }


def audience(claim: Claim) -> str:
    """Return the kind of survey whose respondents a number counts, "" for residents."""
    counted = set(topic(claim.some.lower()))
    return next((kind for kind, nouns in AUDIENCES.items() if counted & nouns), "")


def matching_rows(claim: Claim, answers: Answers, names: str = "") -> list[Answered]:
    """Return the answers of a survey that a number speaks of: those of its audience where each word that it
    says is in the question or the answer, and where both say « no » or neither. A « no » is also what an
    answer leaves. Questions put to everybody come first, then those of which more is said.
    """
    kind = audience(claim)
    answers = {key: row for key, row in answers.items() if (key[0] if key[0] in AUDIENCES else "") == kind}
    quoted = [(key, row) for key, row in answers.items() if _is_quoted(key, row, claim, names)]
    if quoted:
        return [
            _among((kind, question, answer.partition(" | ")[2]), row, answers)
            for (kind, question, answer), row in quoted
        ]
    words = [x for x in topic(claim.text, names) if x not in LINKS and x not in AUDIENCES.get(kind, ())]
    if not words:
        return []
    is_of_some = bool(topic(claim.some.lower())) or claim.ages is not None  # « répondants » are everybody
    universes = Counter(row.universe for (_, _, answer), row in answers.items() if " | " not in answer)
    everybody = universes.most_common(1)[0][0] if universes else ""
    ranked_matches: list[tuple[tuple[bool, bool, bool, int], list[Answered]]] = []
    for group, rows in _by_question(answers).items():
        counted_rows = rows if kind or not is_of_some else _of_people(claim, group, rows, answers)
        if matches := _matches(group, counted_rows, words, claim, answers):
            is_elsewhere = rows[0].universe != everybody
            extra = min(_extra(row, words) for row in matches)
            is_yes_or_no = extra <= len(words) and all(_is_bare(row.label) for row in matches)
            is_named = is_yes_or_no or any(set(topic(row.label.lower())) & set(words) for row in matches)
            ranked_matches.append(((bool(group[2]), is_elsewhere, not is_named, extra), matches))
    linked = [] if is_of_some and not kind else _linked(claim, answers, words)
    best = min((rank for rank, _ in ranked_matches), default=None)
    nearest = [row for rank, rows in ranked_matches if rank == best for row in _halves(rows, claim.text)]
    return [*linked, *(row for row in nearest if not linked or row.question == linked[0].question)]


def _is_quoted(key: tuple[str, str, str], row: Answered, claim: Claim, names: str) -> bool:
    """Check that the report of a survey tells an answer by the very words of a number."""
    _, question, answer = key
    texts = [
        f"{each.among} {each.says}"
        for each in messages().messages
        if each.question == question and not each.scale and not each.within
        if {*each.answers} == {*answer.split()}
    ]
    texts += [row.finding["fait"]] if row.finding else []
    return _wording(claim.text, names) in {_wording(text, names) for text in texts}


def _wording(text: str, names: str) -> frozenset[str]:
    """Return the plain words of a sentence after its share, those that tell none left out, negations in."""
    plain_words = plain(text.partition("%")[2] or text).split()
    return frozenset(plain_words) - (STOPS - LOW) - NOUNS - {*plain(names).split()}


def _by_question(answers: Answers) -> dict[Group, list[Answered]]:
    rows: dict[Group, list[Answered]] = {}
    for (kind, question, answer), row in answers.items():
        rows.setdefault((kind, question, answer.partition(" | ")[2]), []).append(row)
    return rows


def _of_people(claim: Claim, group: Group, rows: Sequence[Answered], answers: Answers) -> list[Answered]:
    """Return the rows of a question, for everybody or a group, that count the people of a number that are not
    everybody: a group of their ages, else one that their words name; of households, the answers on a home.
    """
    some = set(topic(claim.some.lower()))
    if some and some <= HOUSEHOLDS and not group[2]:
        at_home = [row for row in rows if HOME & _stems(row.label)]
        return [replace(row, universe=f"{row.universe}, sur leur domicile") for row in at_home]
    is_of_them = _is_of_ages(claim, group) or bool(some and some <= _group_words(group, answers))
    return list(rows) if is_of_them else []


def _is_of_ages(claim: Claim, group: Group) -> bool:
    """Return True for the answers of a group that has exactly the ages of a number."""
    by, _, value = group[2].partition(" : ")
    return claim.ages is not None and by in AGES and ages_of_people(value) == claim.ages


def _matches(
    group: Group, rows: Sequence[Answered], words: Sequence[str], claim: Claim, answers: Answers
) -> list[Answered]:
    """Return the rows of a question, for everybody or a group, that some words speak of."""
    _, question, name = group
    text, is_of_ages = claim.text, _is_of_ages(claim, group)
    value = name.partition(" : ")[2]
    among = _group_words(group, answers)
    if is_of_ages or set(topic(claim.some.lower())) <= HOUSEHOLDS:
        among |= set(topic(claim.some.lower()))
    rest = set(words) - (among if words[0] in among else set())
    is_unnamed = not is_of_ages and len(rest) == len(words)
    if not rest or (name and (is_unnamed or is_low(value))):
        return []
    named = [
        _among(group, row, answers)
        for row in rows
        if (set(topic(row.label.lower())) & rest or _is_bare(row.label))
        and rest <= _stems(question, row.question, row.label)
    ]
    is_no = is_low(text)
    named = [row for row in named if is_no or not is_low(row.label)]
    if VERY.search(plain(text)):  # « très à l’aise » is not « à l’aise », and « pas très » leaves both
        very = [row for row in named if VERY.search(plain(row.label))]
        lows = [row for row in named if is_low(row.label)]
        return [*map(_complement, very), *lows] if is_no else very or named
    least = min((_extra(row, words) for row in named), default=0)
    is_exact = is_no or any(rest.issuperset(topic(row.label.lower())) for row in named)
    named = [
        row
        for row in named
        if _extra(row, words) == least or not (is_exact or rest.difference(topic(row.label.lower())))
    ]
    own = [row for row in named if is_low(row.label) == is_no]
    if not is_no or any(not _is_bare(row.label) for row in own):
        return own
    complements = (_complement(row) for row in named if row not in own)
    return [
        *(row for row in complements if not any(abs(row.percent - x.percent) <= ROUNDED for x in own)),
        *own,
    ]


def _among(group: Group, row: Answered, answers: Answers) -> Answered:
    """Return an answer whose universe says the group that gives it, where it is not that of everybody."""
    kind, _, name = group
    if not name:
        return row
    by, _, value = name.partition(" : ")
    noun = PEOPLE[kind].many if kind in AUDIENCES else PERSONS.many
    question_text = row.by or _question_words(kind, by, answers) or by
    words = group_words(value, by)
    people = f"les {noun} {words or f'qui disent « {value} » à « {question_text} »'}"
    return replace(row, universe=f"{row.universe}, parmi {value if value.startswith('les ') else people}")


def _question_words(kind: str, question: str, answers: Answers) -> str:
    return next((row.question for key, row in answers.items() if key[:2] == (kind, question)), "")


def _group_words(group: Group, answers: Answers) -> set[str]:
    """Return the words that say which people a question was put to, none for everybody."""
    by, _, value = group[2].partition(" : ")
    return _stems(by, value, _question_words(group[0], by, answers)) if group[2] else set()


def _is_bare(label: str) -> bool:
    """Return True for an answer that takes every word of its question: « Oui, pour tous », « Jamais »."""
    return not topic(label.lower())


def _complement(row: Answered, label: str = "") -> Answered:
    """Return the share of the people who do not give an answer."""
    low, high = 100 - row.high, 100 - row.low
    label = label or f"sans choisir “{row.label}”"
    return replace(row, label=label, percent=100 - row.percent, low=low, high=high)


def _linked(claim: Claim, answers: Answers, words: Sequence[str]) -> list[Answered]:
    """Return the people that a question counts as in need, where the words of a number are those of its link
    to a definition: « n’utilisent pas Internet », for a question on the last use.
    """
    is_ever = not NEVER_OR_EVER.isdisjoint(plain(claim.text).split())
    for link in (each for each in links() if each.doubt <= OWN_QUESTION_DOUBT and not each.lacks):
        is_link_of = USE & set(words) and set(words) <= set(topic(link.counts))
        if not is_link_of or ("jamais" in plain(link.counts)) != is_ever:
            continue
        rows = {key[2]: row for key, row in answers.items() if link.reads(key[1]) and " | " not in key[2]}
        rows_without_need = [row for name, row in rows.items() if name in link.other_choices]
        needs = [row for name, row in rows.items() if name in link.choices]
        if len(rows_without_need) == 1 and not is_ever:
            return (
                [_complement(rows_without_need[0], link.counts)] if is_low(claim.text) else rows_without_need
            )
        if len(needs) == 1 and is_ever:
            return needs if is_low(claim.text) else [_complement(needs[0])]
    return []


def _stems(*texts: str) -> set[str]:
    return {word for text in texts for word in topic(text.lower().replace("_", " "))}


def _extra(row: Answered, words: Sequence[str]) -> int:
    """Return how many words of a question and its answer a sentence does not say."""
    return len(_stems(row.question, row.label) - set(words) - LINKS)


def _halves(rows: Sequence[Answered], text: str) -> list[Answered]:
    """Return the half of a scale that a sentence means, then the answers that it spells: the half that is
    published, else the sum of its answers, of which the sums of the bounds hold the interval.
    """
    half = max(rows, key=lambda row: row.label.count(" ou "))
    stems = {topic(row.label.lower()) for row in rows}
    if len(rows) == 1 or len(stems) > 1 or () in stems:
        return list(rows)
    if " ou " not in half.label:
        half = replace(
            half,
            label=" ou ".join([rows[0].label, *(lower_first(row.label) for row in rows[1:])]),
            percent=sum(row.percent for row in rows),
            low=sum(row.low for row in rows),
            high=min(100.0, sum(row.high for row in rows)),
            computed=f"{half.computed}, marges additionnées",
        )
    return [half, *(row for row in rows if row != half and plain(row.label) in plain(text))]
