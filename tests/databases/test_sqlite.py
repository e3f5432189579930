"""SQLite never answers “locked”, and a process killed in the middle leaves nothing half-done."""

import json
import signal
import subprocess
import sys
import time

from tests.databases.conftest import ROOT, python


def test_fifty_writers_never_meet_a_lock(tmp_path):
    done = python("tests/databases/writers.py", home=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "ok"


def test_a_command_killed_while_it_writes_leaves_whole_files_only(tmp_path):
    folder = tmp_path / "sortie"
    process = subprocess.Popen(
        [sys.executable, "-m", "maillage.cli.main", "diagnostic", "38151", "--sortie", str(folder)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not (folder / "etude.json").exists():
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    json.loads((folder / "etude.json").read_text("utf-8"))
    for sheet in [*folder.glob("*.pdf"), *folder.glob("fiches/*.pdf")]:
        assert sheet.read_bytes().rstrip().endswith(b"%%EOF")


def test_a_worker_killed_while_it_computes_gives_the_study_back(tmp_path):
    """Le courant coupe pendant un calcul : au redémarrage, l’étude retourne dans la file, sans fichier à moitié écrit."""
    ask = (
        "from maillage.config.start import ready; ready()\n"
        "from maillage.apps.dossiers import actions\n"
        "from maillage.apps.dossiers.queries import Asked\n"
        "actions.compute(actions.ask(Asked(place='38')))\n"
    )
    look = (
        "from maillage.config.start import ready; ready()\n"
        "from maillage.apps.dossiers import actions, queries\n"
        "from maillage.apps.dossiers.models import Study\n"
        "study = Study.objects.get()\n"
        "before = study.status\n"
        "actions.tidy(); again = actions.resume()\n"
        "study.refresh_from_db()\n"
        "print(before, again, study.status, sum(1 for _ in queries.home().rglob('*')))\n"
    )
    import os

    environment = {**os.environ, "MAILLAGE_HOME": str(tmp_path)}
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen([sys.executable, "-c", ask], cwd=ROOT, env=environment)
    while not any((tmp_path / "etudes").glob(".*")):
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    assert python("-c", look, home=tmp_path).stdout.split() == ["running", "1", "queued", "0"]
