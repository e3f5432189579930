"""A plan that two people write at the very same instant, on both engines."""

import pytest

from tests.databases.conftest import POSTGRESQL

DONE, REFUSED, MEANWHILE = "done", "refused: Refused", "refused: WrittenMeanwhile"
# Each pair of gestures → what both were told, and what is left.
ENDS = {
    "a plan opened twice": [[DONE, DONE], [1, 22]],
    "one form sent twice": [[DONE, DONE], 1],
    "two actions": [[DONE, DONE], 2],
    "two fields of an action": [[DONE, MEANWHILE], 1],
    "a step passed twice": [[DONE, DONE], 1],
    "two states of an action": [[DONE, DONE], 2],
    "a proposal kept twice": [[DONE, DONE], [1, 0]],
    "a proposal refused for two reasons": [[DONE, REFUSED], [0, 1]],
    "a proposal kept and refused": [[DONE, REFUSED], 1],
    "a number noted twice": [[DONE, DONE], 1],
    "a total that would fall": [[DONE, REFUSED], 2],
    "a number taken off twice": [[DONE, DONE], 1],
    "what funds passes the budget": [[DONE, REFUSED], 80],
    "two names of a funder": [[DONE, MEANWHILE], 1],
    "two funders of one name": [[DONE, REFUSED], 1],
    "two titles of a dynamic": [[DONE, MEANWHILE], 1],
    "two titles of a plan": [[DONE, MEANWHILE], 1],
    "a dynamic taken off twice": [[DONE, DONE], 0],
    "what names a plan, and who holds it": [DONE, DONE],
    "the page of an action": [302, 400, 2],
}
# Whichever comes first, both end well: who erases leaves the amounts, who chooses after is told.
EITHER = {"a funder erased and chosen": ([[DONE, DONE], 0], [[DONE, REFUSED], 0])}


@pytest.mark.parametrize(
    "database", [POSTGRESQL, pytest.param("sqlite", marks=pytest.mark.complete)], indirect=True
)
def test_two_who_write_a_plan_at_the_same_instant_lose_nothing_in_silence(rows_report, database):
    report = rows_report("planning", database)
    ended = {name: report.pop(name) for name in EITHER}
    assert report == {name: [end] for name, end in ENDS.items()}
    assert all(way in EITHER[name] for name, ways in ended.items() for way in ways), ended
