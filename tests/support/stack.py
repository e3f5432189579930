"""Room for the calls of a run of tests, asked for once.

CPython keeps its frames in pieces of 16 kB: it asks the system for one as soon as a call needs it, and gives it back at
the return. Under the forty calls of pytest, the loops of a page often stand where a piece ends, and pay for it at each
turn: a fifth of the seconds of a processor. What a call that needs much is given is large enough for all that follows.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
SLOTS = (
    1 << 15
) + 1  # of eight bytes: past 256 kB, CPython asks for 512, and leaves the rest to what is called


def roomy(call: Callable[P, T]) -> Callable[P, T]:
    """Return the same call, with room below it for all the calls that it makes in its thread."""

    @wraps(call)
    def run(*words: P.args, **named: P.kwargs) -> T:
        return call(*words, **named)

    run.__code__ = run.__code__.replace(co_stacksize=SLOTS)
    return run
