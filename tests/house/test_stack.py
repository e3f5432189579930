"""Room for calls: no test pays, at each turn of a loop, for standing where a piece of the stack ends."""

import resource

from tests.support.stack import roomy

DEPTHS, TURNS = 150, 40  # a piece of 16 kB holds some hundred calls


def _leaf() -> None:
    a = b = c = d = e = f = None  # noqa: F841, a call that needs something


def _deep(depth: int) -> None:
    if depth:
        _deep(depth - 1)
        return
    for _ in range(TURNS):
        _leaf()


def _faults() -> int:
    """Return how often the system was asked for a page, for loops at each depth."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for depth in range(DEPTHS):
        _deep(depth)
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def test_a_loop_costs_as_much_wherever_it_stands():
    roomy(_faults)()  # what is read once
    assert roomy(_faults)() < TURNS
    assert _faults() < TURNS, "the tests run where there is no room"
