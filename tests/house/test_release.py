"""A release: its number goes up, and every change waits under a name that the changelog can file."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tools.release import numbered

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
VERSION = tomllib.loads(PROJECT)["project"]["version"]


def test_the_command_says_the_version_of_the_project():
    done = subprocess.run(
        [sys.executable, "-m", "maillage.cli.main", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"maillage {VERSION}\n"


def test_a_release_only_changes_the_number():
    changed = numbered(PROJECT, "99.0.0")
    assert tomllib.loads(changed)["project"]["version"] == "99.0.0"
    assert changed.replace("99.0.0", VERSION) == PROJECT


@pytest.mark.parametrize("version", [VERSION, "0.0.1", "1.0", "", "v1.0.0"])
def test_a_number_that_does_not_go_up_is_refused(version):
    with pytest.raises(ValueError, match="version"):
        numbered(PROJECT, version)


def test_a_fragment_has_a_kind_that_the_changelog_knows():
    kinds = "|".join(each["directory"] for each in tomllib.loads(PROJECT)["tool"]["towncrier"]["type"])
    names = [path.name for path in (ROOT / "changes").iterdir() if path.name != ".gitkeep"]
    assert [name for name in names if not re.fullmatch(rf"[a-z0-9-]+\.(?:{kinds})\.md", name)] == []
