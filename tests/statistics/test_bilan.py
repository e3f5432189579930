"""The rule on what nobody thought of: every case has one line, every answer one level, a skill more never
lowers a result.
"""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine
from tests.support.profile import times

TASKS = ("T1", "T2", "T3", "T4", "T5")  # reach, scroll, write, see a trap, find
WANTS = ("learn", "with", "for-me", "without", "?")
READS = ("easy", "long", "hard", "other", "unsaid")
# The answers of a question, from the least skill to the most; several of one rank are one group.
SKILLS = {
    "U1": [["never", "for-me"], ["little", "often"]],
    "U2": [["help", "never"], ["slow", "easy"]],
    "U3": [["no", "helped"], ["sometimes"], ["alone"]],
    "U4": [["none", "someone"], ["rarely", "locked"], ["weekly"]],
    "U5": [["not-done", "for-me"], ["helped", "no-need"], ["alone"]],
}
OUTCOMES = ("passed", "partly", "failed", "unmeasured")


def _allowed_answers(id):
    question = bilan.questions()[id]
    if question.several:
        return st.one_of(
            st.sampled_from(["?", "-"]), st.lists(st.sampled_from(list(question.options)), unique=True)
        )
    return st.sampled_from([*question.options, "?", "-"])


complete = st.fixed_dictionaries({id: _allowed_answers(id) for id in bilan.questions()})
partial = st.fixed_dictionaries({}, optional={id: _allowed_answers(id) for id in bilan.questions()})
tasks = st.fixed_dictionaries({}, optional={id: st.sampled_from(OUTCOMES) for id in TASKS})


def test_the_lines_are_those_of_the_table_read_from_top_to_bottom():
    """Chaque ligne, écrite comme dans le tableau, sans regarder le moteur : la première vraie gagne."""
    lapsed = ("for-me", "without")
    table = {
        "L1": lambda access, use, wants, reads, unsure: unsure,
        "L2": lambda access, use, wants, reads, unsure: use == "G0" and wants in lapsed,
        "L3": lambda access, use, wants, reads, unsure: use == "G0" and reads == "hard" and wants != "learn",
        "L4": lambda access, use, wants, reads, unsure: (use == "G1" and wants in lapsed and (access == "none" or reads == "hard")),
        "L5": lambda access, use, wants, reads, unsure: (use in ("G0", "G1") and wants == "learn" and access == "stable"),
        "L6": lambda access, use, wants, reads, unsure: use in ("G0", "G1"),
        "L7": lambda access, use, wants, reads, unsure: use == "G2",
        "L8": lambda access, use, wants, reads, unsure: use == "G3",
    }  # fmt: skip
    lines = set()
    for case in itertools.product(("none", "fragile", "stable"), engine.USES, WANTS, READS, (True, False)):
        access, use, wants, reads, unsure = case
        lines.add(first := next(id for id, holds in table.items() if holds(*case)))
        assert engine.line(access=access, use=use, wants=wants, reads=reads, unsure=unsure) == first, case
    assert lines == set(bilan.lines())


@given(partial, tasks)
def test_any_answers_give_one_access_one_use_and_one_result(answers, measured):
    conclusion = engine.conclude(answers, measured)
    assert conclusion.access in bilan.accesses()
    assert {conclusion.declared, conclusion.use} <= set(bilan.uses())
    assert conclusion.result in bilan.results()
    assert conclusion.result == bilan.lines()[conclusion.line].result
    assert set(conclusion.flags) <= set(bilan.flags())
    assert conclusion.observed in ("", *bilan.uses())
    assert conclusion.provisional == (conclusion.line == "L1")
    assert conclusion.retest_after == 0 or conclusion.retest_after >= engine.RETEST_DAYS


@settings(max_examples=times(60, 120))
@given(complete, tasks, st.sampled_from(list(SKILLS)), st.data())
def test_a_skill_more_never_lowers_the_result(answers, measured, id, data):
    low, high = sorted(
        data.draw(st.lists(st.sampled_from(range(len(SKILLS[id]))), min_size=2, max_size=2, unique=True))
    )
    worse, better = data.draw(st.sampled_from(SKILLS[id][low])), data.draw(st.sampled_from(SKILLS[id][high]))
    before = engine.conclude({**answers, id: worse}, measured)
    after = engine.conclude({**answers, id: better}, measured)
    if "L1" not in (before.line, after.line):
        assert engine.RESULTS.index(after.result) >= engine.RESULTS.index(before.result)


@settings(max_examples=times(60, 120))
@given(complete, tasks, st.sampled_from(TASKS))
def test_a_task_passed_never_lowers_the_result(answers, measured, id):
    before = engine.conclude(answers, {**measured, id: "failed"})
    after = engine.conclude(answers, {**measured, id: "passed"})
    assert engine.RESULTS.index(after.result) >= engine.RESULTS.index(before.result)


@given(complete)
def test_path_of_any_answers_ends_and_shows_no_skipped_question(answers):
    # Declared use is retained without a measured task.
    conclusion = engine.conclude(answers, dict.fromkeys(TASKS, "unmeasured"))
    assert (conclusion.observed, conclusion.use, conclusion.correction) == ("", conclusion.declared, "")
    # A path has 10 to 19 questions and ends.
    walked = {}
    while id := engine.next_question(walked):
        walked[id] = answers[id] or "-"
    assert 10 <= len(walked) <= 19
    assert engine.next_question(walked) == ""
    assert tuple(walked) == engine.path(walked), "the order of the questions never changes on the way"
    # A path walked on screen shows no answer to a skipped question.
    walked = {}
    while id := engine.next_question(walked):
        walked[id] = answers[id] or "-"
    assert "not-asked" not in {each.kind for each in engine.contradictions(walked)}


@given(partial)
def test_the_next_question_is_always_one_that_the_path_asks(answers):
    path = engine.path(answers)
    next_one = engine.next_question(answers)
    assert next_one in ("", *path)
    assert (
        all(answers.get(id) for id in path[: path.index(next_one)])
        if next_one
        else all(map(answers.get, path))
    )


@given(
    st.fixed_dictionaries({id: st.sampled_from([*q.options, "?", ""]) for id, q in bilan.screening().items()})
)
def test_the_four_questions_always_lead_somewhere(answers):
    assert engine.screening(answers) in bilan.verdicts()


def test_every_face_has_three_steps_for_every_use_and_recommends_one():
    for face in bilan.faces().values():
        for use in bilan.uses():
            steps = face.for_use(use)
            assert len(steps) == 3, (face.id, use)
            assert sum(step.recommended for step in steps) == 1, (face.id, use)
            assert steps[0].recommended


def test_needs_exist_in_the_directory_and_results_have_their_levels():
    from maillage.reference import offer

    needs = {step.need for face in bilan.faces().values() for step in face.steps}
    needs |= {flag.need for flag in bilan.flags().values()}
    assert needs - {""} <= set(offer.practices())
    for result in bilan.results().values():
        assert result.segment in bilan.segments()
        assert set(result.coop) == set(bilan.uses())
        assert set(result.coop.values()) <= set(bilan.coop_levels())
    assert tuple(bilan.results()) == engine.RESULTS


def test_every_drawing_named_by_the_texts_is_drawn():
    from maillage.publishing.page import drawings

    for name in bilan.drawings():
        assert drawings.read(name).startswith("<svg")


def test_letters_of_the_paper_form_follow_the_order_of_the_answers():
    question = bilan.questions()["U3"]
    assert [question.of_letter(letter) for letter in "abcd?-z"] == [
        "alone",
        "sometimes",
        "helped",
        "no",
        "?",
        "-",
        "",
    ]


@pytest.mark.parametrize(
    "question", [*bilan.questions().values(), *bilan.screening().values()], ids=lambda q: q.id
)
def test_sentences_that_people_read_are_short(question):
    """Une idée par question : pas plus de quatorze mots, et moins encore pour une réponse."""
    assert len(question.text.split()) <= 14
    assert all(len(option.label.split()) <= 10 for option in question.options.values())
    read = [
        question.text,
        question.spoken,
        *(option.label + option.help for option in question.options.values()),
    ]
    assert "·" not in "".join(read), "what is read aloud is written as it is said"
