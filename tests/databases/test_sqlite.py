"""SQLite never answers “locked”, and a process killed in the middle leaves nothing half-done."""

import json

import pytest

from tests.databases.conftest import python
from tests.support import programs
from tests.support.shared import environment, furnish


def test_twenty_writers_never_meet_a_lock(tmp_path):
    done = python("tests/databases/writers.py", home=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout == "ok"


@pytest.mark.complete
@pytest.mark.slow("four diagnoses, two killed")
def test_a_study_killed_while_it_is_written_leaves_the_former_one_whole(tmp_path):
    """Le courant coupe pendant l’écriture : l’étude d’avant reste entière, et la suivante ne laisse rien de ce qui a
    été coupé ; celle que la plateforme calculait retourne dans la file, sans fichier à moitié écrit.
    """
    home = furnish(tmp_path / "maison")
    words = ("-m", "tests.databases.cutting", tmp_path / "sortie")
    done = programs.run(*words, environment=environment(home), country=True)
    assert done.returncode == 0, done.stderr[-3000:]
    report = json.loads(done.stdout.splitlines()[-1])
    cut = {"written": True, "half": True, "same": True}
    assert report["command"] == cut | {"codes": [0, 0], "left": 0, "place": "55189"}
    assert report["worker"] == ["running", 1, "queued", 0]
