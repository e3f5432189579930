"""`make bench`: suites of each sort run, at a small size here; one that fails takes nothing from the others."""

import ast
import json
import os
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from bench import __main__ as bench
from bench.timing import Measure
from tests.support import programs
from tests.support.profile import some

ROOT = Path(__file__).parents[2]
KEYS = {"nom", "secondes", "reference", "secondes_reference", "rapport", "taille", "charge"}
PEERS = {"redressement": "svy"}
# One that computes, one beside a peer, one that writes in a base of its own: the others are run by `make bench`.
CHECKED_SUITES = ["doublons", *PEERS, "journal"]


@pytest.mark.slow("a suite starts the platform, or loads the country, in processes of its own")
@pytest.mark.parametrize("suite", some(CHECKED_SUITES, "doublons", "redressement"))
def test_a_suite_runs_whole_at_a_small_size(suite, tmp_path):
    if suite in PEERS and find_spec(PEERS[suite]) is None:
        pytest.skip(f"« {PEERS[suite]} » n’est pas installé : make .venv/.bench")
    out = tmp_path / "results.json"
    words = ("bench.__main__", suite, "--taille", "essai", "--sortie", out)
    door = programs.door()
    done = programs.run(
        "-m", "tests.support.bench_trial", door, *words, environment=dict(os.environ), country=True
    )
    assert done.returncode == 0, done.stderr[-3000:]
    rows = json.loads(out.read_text("utf-8"))
    assert rows
    assert all(set(row) == KEYS and row["secondes"] >= 0 for row in rows)


def test_what_measures_is_in_a_suite():
    measuring = {
        path.stem for path in (ROOT / "bench").glob("*.py") if "\ndef measures(" in path.read_text("utf-8")
    }
    assert measuring == set(bench.SUITES.values())


@pytest.mark.parametrize("module", bench.SUITES.values())
def test_small_size_of_a_suite_names_its_parameters(module):
    """Read, not imported: the library of a suite may be missing."""
    tree = ast.parse((ROOT / "bench" / f"{module}.py").read_text("utf-8"))
    (measures,) = [each for each in tree.body if getattr(each, "name", "") == "measures"]
    sizes = [
        each.value
        for each in tree.body
        if isinstance(each, ast.Assign) and ast.unparse(each.targets[0]) == "TRIAL"
    ]
    parameters = {each.arg for each in measures.args.kwonlyargs}
    assert {key.value for key in sizes[0].keys} <= parameters


def test_each_suite_says_what_it_measures():
    page_text = (ROOT / "docs" / "mesures.md").read_text("utf-8")
    assert [suite for suite in bench.SUITES if f"| `{suite}` |" not in page_text] == []


def measure(name: str, took: float = 1.0) -> Measure:
    return Measure(name, took, "référence", 2.0, "petit")


def half():
    yield measure("une moitié")
    raise ZeroDivisionError("au milieu")


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Run suites of ours and return what `make bench` returns, and the rows it wrote."""
    modules = {
        "bench.good": SimpleNamespace(measures=lambda: [measure("bonne")], TRIAL={}),
        "bench.half": SimpleNamespace(measures=half, TRIAL={}),
        "bench.again": SimpleNamespace(measures=lambda: [measure("bonne", 4.0)], TRIAL={}),
    }
    monkeypatch.setattr(
        bench, "SUITES", {"moitie": "half", "absente": "absent", "bonne": "good", "encore": "again"}
    )
    monkeypatch.setattr(bench, "import_module", lambda name: modules[name])
    out = tmp_path / "results.json"

    def wanted(*suites: str) -> tuple[int, list[dict[str, object]]]:
        code = bench.main([*suites, "--sortie", str(out)])
        return code, json.loads(out.read_text("utf-8"))

    return wanted


def test_failing_suite_is_named_and_other_results_stay(run, capsys):
    code, rows = run("moitie", "absente", "bonne")
    assert (code, [row["nom"] for row in rows]) == (1, ["une moitié", "bonne"])
    assert "En échec : moitie, absente." in capsys.readouterr().err


def test_a_suite_measured_again_alone_replaces_its_own_rows(run):
    run("moitie", "bonne")
    code, rows = run("encore")
    assert code == 0
    assert [(row["nom"], row["secondes"]) for row in rows] == [("une moitié", 1.0), ("bonne", 4.0)]


def test_a_suite_that_does_not_exist_is_refused(run, capsys):
    with pytest.raises(SystemExit) as exit_error:
        run("nationale")
    assert exit_error.value.code == 2
    assert "nationale" in capsys.readouterr().err
