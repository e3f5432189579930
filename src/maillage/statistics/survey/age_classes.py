"""Classes of age as their labels state them."""

import re
from collections.abc import Sequence
from itertools import pairwise

from maillage.questionnaires.questionnaire import Choice, unsaid

YOUNGEST, LAST_START, OLDEST = 15, 75, 120


def class_starts(choices: Sequence[Choice]) -> tuple[int, ...]:
    """Return the first ages of the classes that a question offers, from 15 to 75; nothing when its answers
    are not age classes.

    >>> class_starts([Choice(name=name, label={}) for name in (
    ...     "moins de 30 ans", "30-59", "60-79", "80+", "nsp")])
    (15, 30, 60)
    >>> class_starts([Choice(name=name, label={}) for name in ("jeune", "30-59")])
    ()
    >>> class_starts([Choice(name=name, label={}) for name in ("moins de 15 ans", "15-29", "30+")])
    (15, 30)
    >>> class_starts([Choice(name=name, label={}) for name in ("15 ans ou moins", "16-29", "30+")])
    (15, 16, 30)
    """
    choice_spans = [age_span(choice) for choice in choices if not unsaid(choice)]
    spans = sorted(span for span in choice_spans if span is not None and span[1] >= YOUNGEST)
    if None in choice_spans or any(older[0] - younger[1] not in (0, 1) for younger, older in pairwise(spans)):
        return ()
    return tuple(sorted({max(low, YOUNGEST) for low, _ in spans if low <= LAST_START}))


def age_span(choice: Choice) -> tuple[int, int] | None:
    return next((span for words in (*choice.label.values(), choice.name) if (span := span_of(words))), None)


def span_of(words: str) -> tuple[int, int] | None:
    """Return the lowest and highest age stated in a label, None when it states none.

    >>> span_of("De 15 à 29 ans"), span_of("18_24"), span_of("Moins de 25 ans"), span_of("25 ans ou moins")
    ((15, 29), (18, 24), (0, 24), (0, 25))
    >>> span_of("60 ans et plus"), span_of("Plus de 70 ans"), span_of("75+"), span_of("Ne sait pas"), span_of(
    ...     "1")
    ((60, 120), (71, 120), (75, 120), None, None)
    """
    ages = [int(age) for age in re.findall(r"(?<!\d)\d{1,3}(?!\d)", words)]
    if len(ages) == 2:
        return (ages[0], ages[1]) if ages[0] < ages[1] <= OLDEST else None
    if len(ages) != 1 or not (direction := re.search(r"plus|\+|moins", words.casefold())):
        return None
    before = direction.start() < words.find(str(ages[0]))
    if direction.group() == "moins":
        return 0, ages[0] - before
    return ages[0] + before, OLDEST
