"""The findings that a diagnosis draws from the published surveys of a territory: which answer is read, from
which share its meaning holds, what stands beside it, what it calls for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.reference.files import read_yaml
from maillage.reference.survey_messages import messages

AnswerKey = tuple[str, str, str]  # kind of survey, question, answer
CHANGES_A_DECISION = 3  # the highest `matters`


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRule:
    """A finding read in one answer. matters: 3 changes a decision, 1 sheds light; least, most: percents
    between which its meaning holds; facing: other answers, each with its sentence; lacks: the fact by those
    who did not give the answer, as it reads when they are the fewer; bar: how a chart names its share, ""
    where the answer says enough; first: told only where no other answer to its question has a larger share;
    means_unsure: instead of means, where most communes have no known place.
    """

    axis: str
    answer: AnswerKey
    matters: int
    least: float
    most: float
    fact: str
    facing: tuple[tuple[AnswerKey, str], ...]
    means: str
    calls: str
    means_unsure: str = ""
    lacks: str = ""
    bar: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RankingRule:
    """A finding read in all the answers of a question: those cited most. ties: its head where several are.
    first, first_ties: the same of a ranking where everybody cites every answer, read by its first rank.
    """

    axis: str
    kind: str
    question: str
    matters: int
    fact: str
    ties: str
    means: str
    calls: str
    first: str = ""
    first_ties: str = ""


@cache
def _read() -> Any:
    return read_yaml(Path(__file__).with_name("main_findings.yaml"))


@cache
def axes() -> Mapping[str, str]:
    """Return the axes of findings, id to label, in the order of the story."""
    return dict(_read()["axes"])


@cache
def rules() -> tuple[FindingRule, ...]:
    """Return the findings read in one answer, in the order of the story."""
    return tuple(
        FindingRule(
            axis=row["axis"],
            answer=(row["answer"][0], row["answer"][1], row["answer"][2]),
            matters=row["matters"],
            least=row.get("least", 0),
            most=row.get("most", 100),
            fact=row["fact"],
            facing=tuple(
                ((kind, question, answer), text) for kind, question, answer, text in row.get("facing", ())
            ),
            means=row["means"],
            means_unsure=row.get("means_unsure", ""),
            lacks=row.get("lacks", ""),
            bar=row.get("bar", ""),
            first=row.get("first", False),
            calls=row.get("calls") or _survey_call(row),
        )
        for row in _read()["findings"]
    )


def _survey_call(row: Mapping[str, Any]) -> str:
    """Return the answer that the report of a survey gives to the same share: one fact, one answer."""
    _, question, answer = row["answer"]
    least, most = row.get("least", 0), row.get("most", 100)
    return next(
        message.calls
        for message in messages().messages
        if message.question == question
        and ({*message.answers} == {*answer.split()} or message.scale)
        and not message.within
        and message.least <= most
        and message.most > least
    )


@cache
def headline_answers() -> frozenset[tuple[str, str]]:
    """Return the answers that change a decision (`matters` 3), by question and answer: two waves compare them
    apart from the others, so that a long questionnaire does not drown their changes.
    """
    return frozenset(rule.answer[1:] for rule in rules() if rule.matters == CHANGES_A_DECISION)


@cache
def rankings() -> tuple[RankingRule, ...]:
    """Return the findings read in the order of the answers of a question."""
    return tuple(
        RankingRule(
            kind=row["answer"][0],
            question=row["answer"][1],
            **{k: v for k, v in row.items() if k != "answer"},
        )
        for row in _read()["rankings"]
    )
