"""Rules of the floor of reports that no import contract can state."""

import ast
import re
from pathlib import Path

REPORTS = Path("src/maillage/publishing")
COMPUTES = {"diagnose", "study", "definitions", "offered", "ground_of", "model", "draws", "draws_of_block"}


def computed_by(source: str) -> set[str]:
    """Return the computations of studies that a module names: by importing them, or through a module of
    studies.
    """
    tree = ast.parse(source)
    bound, computed = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("maillage.statistics"):
            bound |= {alias.asname or alias.name for alias in node.names}
            computed |= {alias.name for alias in node.names if alias.name in COMPUTES}
    for node in ast.walk(tree):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            computed |= {called.attr} & COMPUTES if called.value.id in bound else set()
    return computed


def test_a_report_receives_what_is_computed():
    """Reports write and draw a study: they never ask for one, so that the order of computations is read in
    one place.
    """
    calls_by_file = {
        str(path): named for path in REPORTS.rglob("*.py") if (named := computed_by(path.read_text("utf-8")))
    }
    assert not calls_by_file


def test_the_check_sees_a_computation_however_it_is_named():
    assert computed_by("from maillage.statistics.diagnosis.diagnosis import diagnose") == {"diagnose"}
    assert computed_by("from maillage.statistics.diagnosis import compare as c\nc.definitions([])") == {
        "definitions"
    }
    assert not computed_by("from maillage.statistics.diagnosis.results import Diagnosis\nd.model()")


# ------------------------------------------------------------------------------------------ what crosses floors is typed

FLOORS = (Path("src/maillage/publishing"), Path("src/maillage/statistics"))


def untyped_by(source: str) -> set[str]:
    """Return the public functions of a module that take or return a dictionary of anything, under whatever name."""
    tree = ast.parse(source)
    loose = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name == "Json"
    }
    for node in tree.body:  # in their order: a name may be given to what another one names
        if isinstance(node, ast.Assign) and _is_loose(node.value, loose):
            loose |= {target.id for target in node.targets if isinstance(target, ast.Name)}
    function_names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if any(
                _is_loose(each, loose) for each in [node.returns, *(arg.annotation for arg in every)] if each
            ):
                function_names.add(node.name)
    return function_names


def _is_loose(annotation: ast.expr, loose: set[str]) -> bool:
    """Return True if an annotation holds a dictionary, or a mapping, of anything."""
    for node in ast.walk(annotation):
        if isinstance(node, ast.Name) and node.id in loose:
            return True
        if (
            isinstance(node, ast.Subscript)
            and isinstance(node.value, ast.Name)
            and node.value.id in ("dict", "Mapping")
        ):
            inner = node.slice.elts[-1] if isinstance(node.slice, ast.Tuple) else node.slice
            if isinstance(inner, ast.Name) and inner.id == "Any":
                return True
    return False


def test_no_dictionary_of_anything_crosses_a_floor():
    """Studies and reports return types that mypy reads: a dataclass, or a TypedDict where a format fixes the keys."""
    names_by_file = {
        str(path): names
        for floor in FLOORS
        for path in floor.rglob("*.py")
        if (names := untyped_by(path.read_text("utf-8")))
    }
    assert not names_by_file


def test_the_check_sees_a_dictionary_under_any_name():
    assert untyped_by("Json = dict[str, Any]\ndef told(x: int) -> list[Json]: ...") == {"told"}
    assert untyped_by("def page(*, r: Mapping[str, Any] | None) -> int: ...") == {"page"}
    assert untyped_by("A = dict[str, Any]\nB = dict[str, list[A]]\ndef page() -> B: ...") == {"page"}
    assert untyped_by("from a.b import Json\ndef page() -> Json: ...") == {"page"}
    assert not untyped_by("def _inside() -> dict[str, Any]: ...\ndef page() -> dict[str, object]: ...")


# A bound printed by itself, and not by `words.wording`: it would be rounded to the nearest, and cover too little.
BOUND = re.compile(r"\b(?:number|percent|round|rounded)\(\s*(?:100 \* )?[\w.]+\.(?:low|high)\b")


def test_bounds_are_rounded_by_the_words_alone():
    """One rule of rounding: a bound goes outwards wherever it is printed, which `rate`, `people`, `survey_share` and
    `bounds` do.
    """
    written = [
        path
        for floor in ("publishing", "apps", "web", "manage")
        for path in (REPORTS.parent / floor).rglob("*.py")
    ]
    assert written
    assert not {str(path): bounds for path in written if (bounds := BOUND.findall(path.read_text("utf-8")))}


def test_the_check_sees_a_bound_rounded_to_the_nearest():
    assert BOUND.search("wording.number(found.low, 1)")
    assert not BOUND.search("wording.bounds(found.low, found.high, 1)")
