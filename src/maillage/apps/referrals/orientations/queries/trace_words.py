"""The words of “who saw my sheet”, in the language of the card."""

import re

from maillage.apps.people.persons import rules
from maillage.apps.referrals.orientations.queries.people import Trace
from maillage.words.languages import say, spoken, typed

PURPOSES = frozenset(purpose.label for purpose in rules.PURPOSES.values())
ANSWER = re.compile(r"(?P<label>.+?)(?: \((?P<to>.+)\))?(?: : (?P<answer>oui|non))?")


def translated(trace: Trace) -> str:
    """Return a line of the journal in the language of the page, what stays French kept apart."""
    if spoken().is_french:
        return trace.words
    return ": ".join(filter(None, (say(trace.act), _about(trace.about))))


def _about(about: str) -> str:
    """Return the object of an act, in the language of the page when it is an agreement, else in French."""
    agreement = ANSWER.fullmatch(about)
    if agreement is None or agreement["label"] not in PURPOSES:
        return typed(about)
    whom = f" ({typed(agreement['to'])})" if agreement["to"] else ""
    answer = f" – {say(agreement['answer'])}" if agreement["answer"] else ""
    return f"{say(agreement['label'])}{whom}{answer}"
