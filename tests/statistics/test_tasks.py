"""The measure of a small task, and its result: passed, partly, failed, or nothing."""

import pytest

from maillage.statistics.engine import bilan
from maillage.statistics.engine.tasks import Reached, Scrolled, SearchTask, Sorted, Written, hand, outcomes

AT_EASE = {"U1": "often", "U2": "easy"}
FAILURES = {
    "T1": Reached(misses=[0, 3, 0], way="mouse"),
    "T2": Scrolled(helped=True),
    "T3": Written(word=0, address=0),
    "T4": Sorted(trap="open", true="keep", trap_first=True),
    "T5": SearchTask(answers=2, right=False, pages=4),
}


def test_targets_left_are_a_failure():
    assert [Reached(misses=misses).outcome for misses in ([0, 0], [])] == ["failed", "failed"]


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
