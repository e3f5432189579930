"""SQLite never answers “locked”, and a process killed in the middle leaves nothing half-done."""

import json
import signal
import subprocess
import sys
import time

import pytest

from tests.databases.conftest import python
from tests.support.shared import ROOT, environment, furnish


def test_fifty_writers_never_meet_a_lock(tmp_path):
    done = python("tests/databases/writers.py", home=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "ok"


@pytest.mark.complete
@pytest.mark.slow("three diagnoses, one killed")
def test_a_command_killed_while_it_writes_leaves_the_former_study_whole(tmp_path):
    """Le courant coupe pendant l’écriture : l’étude d’avant reste entière, et la suivante ne laisse rien
    de ce qui a été coupé.
    """
    folder = tmp_path / "sortie"

    def diagnostic(code: str) -> subprocess.Popen:
        words = [sys.executable, "-m", "maillage.cli.main", "diagnostic", code, "--sortie", str(folder)]
        return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def content() -> dict[str, bytes]:
        visible = (path for path in folder.rglob("*") if path.is_file() and ".en-cours" not in str(path))
        return {str(path.relative_to(folder)): path.read_bytes() for path in visible}

    assert diagnostic("55039").wait() == 0  # nobody lives there: it is written in a second
    before = content()
    assert "dossier.pdf" in before
    process = diagnostic("38151")
    while not list(folder.glob(".en-cours-*/fiches/*.pdf")):
        assert process.poll() is None
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert list(folder.glob(".en-cours-*"))
    assert content() == before
    assert diagnostic("55189").wait() == 0
    assert not list(folder.glob(".en-cours-*"))
    assert json.loads((folder / "etude.json").read_text("utf-8"))["territoire"]["code"] == "55189"


@pytest.mark.complete
@pytest.mark.slow("a study computed until it is killed")
def test_a_worker_killed_while_it_computes_gives_the_study_back(tmp_path):
    """Le courant coupe pendant un calcul : au redémarrage, l’étude retourne dans la file, sans fichier à
    moitié écrit.
    """
    ask = (
        "from maillage.config.bootstrap import ready; ready()\n"
        "from maillage.apps.dossiers import actions\n"
        "from maillage.apps.dossiers.queries import StudyRequest\n"
        "actions.compute(actions.ask(StudyRequest(place='38')))\n"
    )
    look = (
        "from maillage.config.bootstrap import ready; ready()\n"
        "from maillage.apps.dossiers import actions, queries\n"
        "from maillage.apps.dossiers.models import Study\n"
        "study = Study.objects.get()\n"
        "before = study.status\n"
        "actions.tidy(); again = actions.resume()\n"
        "study.refresh_from_db()\n"
        "print(before, again, study.status, sum(1 for _ in queries.home().rglob('*')))\n"
    )
    furnish(tmp_path)
    process = subprocess.Popen([sys.executable, "-c", ask], cwd=ROOT, env=environment(tmp_path))
    while not any((tmp_path / "etudes").glob(".*")):
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert python("-c", look, home=tmp_path).stdout.split() == ["running", "1", "queued", "0"]
