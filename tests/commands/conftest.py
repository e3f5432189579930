"""Commands run in this process (fast) or as a user runs them."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support import programs, survey_files
from tests.support.programs import CLI
from tests.support.speed import PATIENCE


@dataclass(frozen=True)
class Answer:
    """Output, errors and exit code of a command."""

    code: int
    out: str
    err: str


@pytest.fixture
def maillage(capsys) -> Callable[..., Answer]:
    """Run a command of maillage in this process."""
    from maillage.manage.main import main

    def run(*words: object) -> Answer:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as stop:
            code = int(stop.code or 0)
        out, err = capsys.readouterr()
        return Answer(code, out, err)

    return run


@pytest.fixture
def process(tmp_path: Path) -> Callable[..., Answer]:
    """Run a command as a user does: another process, another current folder."""

    def run(*words: object, **environment: str) -> Answer:
        own = {**os.environ, **environment}
        done = programs.run(*CLI, *words, environment=own, folder=tmp_path, timeout=PATIENCE)
        return Answer(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture(scope="session")
def grenoble(tmp_path_factory) -> Path:
    """The files of `maillage diagnostic 200040715 --zones zones_grenoble.csv`, written once."""
    from maillage.manage.main import main
    from maillage.reference.cards import cards

    folder = tmp_path_factory.mktemp("grenoble")
    assert (
        main(
            [
                "diagnostic",
                "200040715",
                "--zones",
                str(cards()["maillage-zones-grenoble"].file),
                "--sortie",
                str(folder),
            ]
        )
        == 0
    )
    return folder


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, list[dict[str, str]], dict[str, float]]:
    """A survey in files of a folder: the folder, the rows of answers, the weight of each age."""
    return tmp_path, *survey_files.write_survey(tmp_path)
