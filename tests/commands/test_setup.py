"""Needs of `make setup` on a computer that has only Python and make."""

import shutil
import subprocess

import pytest

from tests.support.shared import ROOT

BARE = ("make", "python3", "sh", "env", "nproc", "touch", "rm")


@pytest.fixture
def bare(tmp_path):
    """Return a PATH that holds what a bare Debian has with make and Python."""
    for name in BARE:
        (tmp_path / name).symlink_to(shutil.which(name))
    return str(tmp_path)


def steps(path: str) -> str:
    """Return the commands that making the fonts and pictograms would run on a bare clone."""
    words = (
        *("make", "--dry-run", "--always-make", "--no-print-directory", "-C", str(ROOT)),
        "node_modules/.ready",
    )
    return subprocess.run(words, env={"PATH": path}, capture_output=True, text=True, check=True).stdout


def test_a_computer_without_npm_waits_for_that_of_the_python_environment(bare):
    assert shutil.which("npm", path=bare) is None
    steps_text = steps(bare)
    assert "requirements.lock" in steps_text
    assert steps_text.index("requirements.lock") < steps_text.index("npm ci")


def test_a_computer_with_npm_reads_both_registries_at_once(bare, tmp_path):
    (tmp_path / "npm").symlink_to("/bin/true")
    assert "requirements.lock" not in steps(bare)
