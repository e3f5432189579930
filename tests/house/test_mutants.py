"""The mutation tool: where it changes the code, which tests it tries, what it publishes."""

from datetime import date

from tools import mutants
from tools.mutants import KILLED, SURVIVED, Mutant, Near, Trial

FILE = "src/maillage/statistics/engine/cells.py"


def mutant(line=3, *, floor="engine"):
    return Mutant(floor, FILE, line, "NumberReplacer", 0)


def test_what_no_behaviour_shows_is_never_changed():
    text = (
        "@dataclass(frozen=True)\n"
        "class Pair:\n"
        "    left: int | None = 1\n"
        "Either = int | str\n"
        "def add(a: int | None, *, b=2) -> int | None:\n"
        "    return [x + 1 for x, _ in zip(a, a, strict=True)]\n"
    )
    left_out = mutants.silent(text)
    inside = {(line, column) for line in range(1, 7) for column in range(60)} & {
        (line, column)
        for line in range(1, 7)
        for column in range(60)
        if any(s <= (line, column) < e for s, e in left_out)
    }
    lines = text.splitlines()
    assert {line for line, _ in inside} == {1, 3, 4, 5, 6}
    assert (3, lines[2].index("= 1") + 2) not in inside
    assert (6, lines[5].index("+")) not in inside
    assert (6, lines[5].index("True")) in inside
    assert (5, lines[4].index("*")) in inside
    assert (5, lines[4].index("2")) not in inside


def test_a_draw_is_that_of_its_seed():
    places = {("engine", FILE, line, 0): [mutant(line)] for line in range(50)}
    first, again, other = (list(mutants.sample(places, seed)) for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert sorted(first, key=lambda drawn_mutant: drawn_mutant.line) == sorted(
        other, key=lambda drawn_mutant: drawn_mutant.line
    )


def test_lines_listed_as_equivalent_are_still_in_the_code():
    missing_lines = [
        line for file, line, _ in mutants.equivalent() if line not in (mutants.ROOT / file).read_text()
    ]
    assert missing_lines == [], "take it out of tools/mutants_equivalent.yaml"


def test_the_nearest_tests_are_tried_first_and_failing_ones_never():
    near = Near(
        {FILE: {3: ["wide", "narrow", "broken"]}},
        dict.fromkeys(("wide", "narrow", "broken"), 1.0),
        {"wide": 90, "narrow": 4, "broken": 1},
        ["broken"],
    )
    assert next(near.tests(mutant(3))) == ("narrow", "wide")


def test_a_line_that_no_test_owns_meets_the_tests_of_its_module():
    near = Near({FILE: {3: ["a"], 9: ["b"]}}, {"a": 1.0, "b": 1.0}, {"a": 1, "b": 2}, [])
    assert next(near.tests(mutant(1))) == ("a", "b")


def test_tests_of_a_mutant_stay_within_their_time():
    names = [f"t{n:02}" for n in range(40)]
    near = Near({FILE: {3: names}}, dict.fromkeys(names, 1.0), {name: k for k, name in enumerate(names)}, [])
    first, wide, total_tests = near.tests(mutant())
    assert len(first) == mutants.NEAR
    assert len(wide) == mutants.WIDE
    assert wide[0] == "t39", "from the one that computes the most"
    assert total_tests == ()


def test_whole_computations_of_the_module_come_last_whatever_their_line():
    full_test = f"{mutants.LAST_TRIED}.py::test_a"
    near = Near(
        {FILE: {3: ["a", "b"], 9: [full_test]}},
        dict.fromkeys(("a", "b", full_test), 1.0),
        {"a": 1, "b": 2, full_test: 9},
        [],
    )
    assert list(near.tests(mutant(3))) == [("a", "b"), (), (full_test,)]


def test_a_mutant_is_killed_by_a_test_near_it_and_survives_without(monkeypatch):
    timeouts = []
    monkeypatch.setattr(mutants, "in_child", lambda act, seconds: timeouts.append(seconds) or 1)
    near = Near({FILE: {3: ["a"]}}, {"a": 1.0}, {"a": 1}, [])
    change = next(iter(mutants.population({"engine": [FILE]}).values()))[0]
    assert mutants.trial(change, near, {}).outcome == KILLED
    assert len(timeouts) == 1
    assert mutants.trial(change, Near({}, {}, {}, []), {}).outcome == SURVIVED
    assert mutants.trial(change, near, {(FILE, *change.lines()): "même valeur"}).by == "même valeur"


def test_the_page_counts_by_floor_and_names_survivors():
    trials = [Trial(mutant(), KILLED, "a", "b", "")] * 9 + [
        Trial(mutant(4, floor="rules"), SURVIVED, "x < 1", "x <= 1", "")
    ]
    page = mutants.page(trials, on=date(2026, 11, 22), seed=14, minutes=20, places=100)
    assert "| engine | 9 | 0 | 0 | 9 | 9 | 0 | 100 % (de" in page
    assert "| rules | 1 | 0 | 0 | 1 | 0 | 1 | 0 % (de" in page
    assert "| ensemble | 10 | 0 | 0 | 10 | 9 | 1 | 90 % (de" in page
    assert f"- `{FILE}:4` `` x < 1 `` → `` x <= 1 ``" in page
    assert "graine 14, 20 minutes : 10 endroits tirés sur 100" in page
