"""Judging, without script, the exercises made of words alone: what was chosen, what comes of it, what to
try next.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maillage.kernel.typed import whole
from maillage.modules.format import Choose, Order, Trap
from maillage.words.languages import say

ON_PAPER = ("choisir", "piege", "ordre")  # kinds that the server judges too; the others ask for the script


@dataclass(frozen=True, slots=True)
class Feedback:
    """Answer to a try. done: the exercise is over, in words of the module; is_consequence:
    its first words are those of the module too. Other words are in the reader's language.
    """

    done: bool
    words: str
    then: str = ""
    is_consequence: bool = False


def judge(exercise: Any, answer: Mapping[str, Sequence[str]]) -> Feedback:
    """Return the feedback of a try. answer: the lists of values of the form, by name.

    A choice has its consequence, right or not; an order says the first place that does not go.
    """
    if isinstance(exercise, Choose | Trap):
        chosen = whole(answer.get("choix", [""])[0], len(exercise.options) - 1)
        if chosen is None:
            return _missing()
        option = exercise.options[chosen]
        then = exercise.done if option.right else say("Regardez, puis choisissez encore.")
        return Feedback(option.right, option.then, then, is_consequence=True)
    if isinstance(exercise, Order):
        places = [whole(answer.get(f"place-{n}", [""])[0]) for n in range(len(exercise.steps))]
        if None in places:
            return _missing()
        for n, place in enumerate(places):
            if place != n + 1:
                elsewhere = say(
                    "« {step} » vient à une autre place : essayez encore.", step=exercise.steps[n]
                )
                return Feedback(False, say("Ce n’est pas encore le bon ordre."), elsewhere)
        return Feedback(True, exercise.done)
    raise ValueError(f"{exercise.kind} is not judged without script.")


def _missing() -> Feedback:
    return Feedback(False, say("Il manque une réponse."), say("Choisissez, puis touchez « Vérifier »."))


def shuffled(exercise: Order) -> list[tuple[int, str]]:
    """Return the steps with their true place, in an order that is never the right one, the same for
    everybody.

    >>> shuffled(Order(kind="ordre", asks="-", spoken="-", done="-", hints=("-",), steps=(
    ...     "a", "b", "c", "d")))
    [(1, 'b'), (3, 'd'), (0, 'a'), (2, 'c')]
    """
    steps = list(enumerate(exercise.steps))
    return steps[1::2] + steps[::2]
