"""A release: its number goes up, and every change waits under a name that the changelog can file."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest

from tools.release import numbered

ROOT = Path(__file__).parents[2]
PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
VERSION = tomllib.loads(PROJECT)["project"]["version"]


def test_the_command_says_the_version_of_the_project():
    done = subprocess.run(
        [sys.executable, "-m", "maillage.manage.main", "--version"],
        capture_output=True,
        text=True,
        check=True,
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


@pytest.mark.complete  # ten seconds, to build
def test_a_wheel_works_from_any_folder(tmp_path):
    """Build a wheel from a clone: it holds data, templates, assets, and estimates without Django nor a clone."""
    clone, installed, elsewhere = tmp_path / "clone", tmp_path / "installed", tmp_path / "elsewhere"
    elsewhere.mkdir()
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in filter(None, tracked.stdout.split("\0")):
        target = clone / name
        if name.startswith(("src/", "packages/", "data/", "docs/methods/")) or "/" not in name:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, target, follow_symlinks=False)
    shutil.copytree(ROOT / "assets", clone / "assets")
    uv = Path(sys.executable).with_name("uv")
    subprocess.run(
        [uv, "build", "--quiet", "--wheel", "--no-build-isolation", "--offline", "-o", tmp_path, clone],
        env=os.environ | {"VIRTUAL_ENV": str(uv.parents[1])},
        check=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    with ZipFile(wheel) as archive:
        archive.extractall(installed)
    assert list(installed.glob("maillage/share/assets/**/*.ttf"))
    assert list(installed.glob("maillage/apps/*/*/templates/**/*.html"))
    program = """
import json, sys
import maillage.statistics as ms
from maillage.manage.deploy import home
(area,) = ms.estimate_need("2A004", level="commune")
print(json.dumps([ms.__file__, area.name, area.low < area.value < area.high, "django" in sys.modules, str(home.HOME)]))
"""
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=elsewhere,
        env={"PYTHONPATH": str(installed), "HOME": str(elsewhere), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=True,
    )
    file, name, is_between, has_django, home = json.loads(answer.stdout)
    assert file.startswith(str(installed))
    assert (name, is_between, has_django) == ("Ajaccio", True, False)
    assert home == str(elsewhere / ".local/share/maillage/var")
