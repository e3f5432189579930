"""The actions of a referral by the word of its life cycle, whoever does them."""

from collections.abc import Callable
from typing import Any

from maillage.apps.orientations.actions import answers, sending


def action(verb: str) -> Callable[..., Any]:
    """Return the action of a verb of `rules.cycle`: of whoever sends, or of the place."""
    found: Callable[..., Any] = getattr(sending, verb, None) or getattr(answers, verb)
    return found
