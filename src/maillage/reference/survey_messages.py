"""The meaning of the answers of our questionnaires, and what they call for, by axis of the diagnosis.

Source: docs/methods/resultats-enquete.md
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml

FILE = Path(__file__).with_name("survey_messages.yaml")
OTHER_AXIS = "autre"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A share worth a sentence. question: its name. answers: taken together; none for a scale: the worst of
    ease, the best of satisfaction.

    axis: of `messages().axes`; weight: how much it matters, 1 to 9. says: end of the sentence that begins by
    the share and the people. among: who they are, instead of all respondents. least, most: percents between
    which it is told. means: what it means, where no other answer says; of a group of several answers, where
    its share is surely lower; means_more: where it is surely higher; means_unsure: instead, where most
    communes of the territory have no known place. first: told only when this answer comes first. within:
    question → answer, or several apart by spaces: the group it is the share of. by: questions it is crossed
    with (`age`, `sexe`… are those that the census counts; `zone`: that of the commune, among the zones of the
    mission); calls_by, weight_by: what a sure difference calls for, how much it matters. expected: groups
    whose difference needs no telling. asset: a difference is told by the group that has least; calls_more:
    what it calls for when that group is an expected one and the group that has most tells it. lacks: what is
    said, instead, of those who did not give this answer, where more than half did: the message is the
    difficulty.
    joins: the `id` of the message whose finding says this one too.
    """

    axis: str
    weight: int
    says: str
    calls: str
    lacks: str = ""
    question: str = ""
    scale: str = ""
    answers: tuple[str, ...] = ()
    among: str = ""
    means: str = ""
    means_more: str = ""
    means_unsure: str = ""
    least: float = 0.0
    most: float = 100.0
    first: bool = False
    within: Mapping[str, str] = field(default_factory=dict)
    by: tuple[str, ...] = ()
    calls_by: str = ""
    calls_more: str = ""
    weight_by: int = 0
    expected: tuple[str, ...] = ()
    asset: bool = False
    id: str = ""
    joins: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Messages:
    """All of them. axes: label by name, in the order they are read. silent: questions about who answers.
    groups: question → answer → how a sentence names those who gave it.
    """

    axes: Mapping[str, str]
    silent: frozenset[str]
    groups: Mapping[str, Mapping[str, str]]
    messages: tuple[Message, ...]

    def about(self, question: str, scale: str) -> list[Message]:
        """Return the messages of a question that has the scale they read."""
        return [each for each in self.messages if each.question == question and each.scale in ("", scale)]


@cache
def messages() -> Messages:
    """Return the messages of the ready questionnaires."""
    raw = read_yaml(FILE)
    return Messages(
        axes=raw["axes"],
        silent=frozenset(raw["silent"]),
        groups=raw["groups"],
        messages=tuple(
            Message(**{**each, **{name: tuple(each.get(name, ())) for name in ("answers", "by", "expected")}})
            for each in raw["messages"]
        ),
    )
