"""The measure of a small task, and its result: passed, partly, failed, or nothing."""

import pytest

from maillage.engine import bilan
from maillage.engine.tasks import Reached, Scrolled, SearchTask, Sorted, Written, hand, outcomes

AT_EASE = {"U1": "often", "U2": "easy"}
FAILURES = {
    "T1": Reached(misses=[0, 3, 0], way="mouse"),
    "T2": Scrolled(helped=True),
    "T3": Written(word=0, address=0),
    "T4": Sorted(trap="open", true="keep", trap_first=True),
    "T5": SearchTask(answers=2, right=False, pages=4),
}


@pytest.mark.parametrize(
    ("misses", "outcome"),
    [([0, 0, 0], "passed"), ([2, 2, 2], "passed"), ([0, 0, 3], "failed"), ([0, 0], "failed"), ([], "failed")],
)
def test_three_targets_are_reached_with_two_misses_each_at_most(misses, outcome):
    assert Reached(misses=misses).outcome == outcome


def test_scrolling_is_passed_without_the_hint():
    assert Scrolled(helped=False).outcome == "passed"
    assert Scrolled(helped=True).outcome == "failed"


@pytest.mark.parametrize(
    ("word", "address", "outcome"),
    [
        (1, 1, "passed"),
        (2, 2, "passed"),
        (2, 0, "partly"),
        (1, 3, "partly"),
        (0, 0, "failed"),
        (3, 1, "failed"),
        (0, 1, "failed"),
    ],
)
def test_the_word_alone_is_half_of_writing(word, address, outcome):
    assert Written(word=word, address=address).outcome == outcome


@pytest.mark.parametrize("trap", ["open", "check", "keep", "erase"])
@pytest.mark.parametrize("true", ["open", "check", "keep", "erase"])
def test_the_trap_is_not_opened_and_the_true_message_is_not_erased(trap, true):
    passed = trap != "open" and true != "erase"
    assert (Sorted(trap=trap, true=true, trap_first=False).outcome == "passed") is passed


@pytest.mark.parametrize(
    ("answers", "right", "outcome"),
    [(1, True, "passed"), (2, True, "passed"), (3, True, "failed"), (2, False, "failed")],
)
def test_the_hour_is_found_in_two_answers_at_most(answers, right, outcome):
    assert SearchTask(answers=answers, right=right, pages=9).outcome == outcome


def test_time_never_makes_a_failure():
    assert Reached(misses=[0, 0, 0], seconds=3_000).outcome == "passed"
    assert SearchTask(answers=1, right=True, pages=40, seconds=3_000).outcome == "passed"


@pytest.mark.parametrize(
    ("answers", "is_mastered"),
    [
        (AT_EASE, True),
        ({"U1": "little", "U2": "slow"}, True),
        ({"U1": "little", "U2": "help"}, False),
        ({"U1": "little", "U2": "never"}, False),
        ({"U1": "never"}, False),
        ({"U1": "for-me"}, False),
        ({"U1": "little", "U2": "?"}, None),
        ({}, None),
    ],
)
def test_the_hand_is_mastered_as_the_person_says(answers, is_mastered):
    assert hand(answers) is is_mastered


def test_a_failure_stands_for_whoever_masters_the_device():
    failures = {**FAILURES, "T1": Reached(misses=[0, 0, 0])}
    assert outcomes(failures, AT_EASE) == {
        "T1": "passed",
        "T2": "failed",
        "T3": "failed",
        "T4": "failed",
        "T5": "failed",
    }


def test_a_failure_with_a_device_that_is_not_mastered_is_not_measured():
    assert outcomes(FAILURES, {"U1": "little", "U2": "help"}) == {}
    assert outcomes(FAILURES, {"U1": "never"}) == {}


def test_who_aims_badly_is_not_judged_on_what_was_pressed():
    assert outcomes(FAILURES, AT_EASE) == {"T1": "failed", "T2": "failed", "T3": "failed"}


def test_without_an_answer_the_first_task_measures_the_hand():
    assert outcomes(FAILURES, {}) == {}
    assert outcomes({**FAILURES, "T1": Reached(misses=[1, 1, 1])}, {})["T4"] == "failed"
    assert outcomes({"T4": FAILURES["T4"]}, {}) == {}


def test_a_success_always_counts():
    passed = {"T1": Reached(misses=[0, 0, 0]), "T2": Scrolled(helped=False), "T3": Written(word=1, address=0)}
    passed |= {"T5": SearchTask(answers=1, right=True, pages=2)}
    result = outcomes(passed, {"U1": "never"})
    assert result == {"T1": "passed", "T2": "passed", "T3": "partly", "T5": "passed"}
    assert bilan.corrected("G0", result) == "G1"
