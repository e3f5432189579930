"""A failure of the moment leaves a run green and is listed; any other is red."""

import pytest

from tests.support import second_try
from tests.support.profile import COMPLETE
from tests.support.shared import ROOT

CONFTEST = """
from tests.support import second_try

def pytest_terminal_summary(terminalreporter):
    second_try.record(terminalreporter.stats)
"""
PASSES_ALONE = """
from pathlib import Path

def test_page():
    again = Path("seen").exists()
    Path("seen").touch()
    assert again, "the page was late"
"""
FAILS = "def test_page(): assert 1 == 2, 'the page is wrong'\n"
SIX = "".join(f"def test_{n}(): assert 1 == 2\n" for n in range(6))


@pytest.mark.parametrize(
    ("folder", "content", "code", "printed"),
    [
        ("journeys", PASSES_ALONE, 0, ["\nunsteady:\n", "among the others: AssertionError: the page was late", "alone: passed"]),
        ("journeys", FAILS, 1, ["\nunsteady:\n", "alone: AssertionError: the page is wrong"]),
        ("journeys", SIX, 1, []),
        ("engine", PASSES_ALONE, 1, []),
        ("engine", "def test_sum(): assert 1 + 1 == 2\n", 0, []),
    ],
)  # fmt: skip
def test_only_a_failure_of_the_moment_is_tried_again(
    folder, content, code, printed, tmp_path, monkeypatch, capfd
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "conftest.py").write_text(CONFTEST)
    (tmp_path / "tests" / folder).mkdir(parents=True)
    (tmp_path / "tests" / folder / "test_it.py").write_text(content)
    assert second_try.run(["-p", "no:xdist", "tests"]) == code
    output = capfd.readouterr().out
    assert all(line in output for line in printed), output
    assert ("tried once more" in output) == bool(printed)


def test_what_fixes_the_examples_of_properties_is_still_in_hypothesis():
    """`tests/support/profile.py` replaces it: a name that no longer exists would change nothing, in silence."""
    from hypothesis.internal.conjecture import providers

    assert providers.is_local_module_file(str(ROOT / "src/maillage/kernel/errors.py")) == COMPLETE
    assert "is_local_module_file" in providers._get_local_constants.__code__.co_names
