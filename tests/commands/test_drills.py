"""`make epreuves-de-force`: the drills run whole at a small size, and say what they find."""

import os

import pytest

from bench import drills, timing
from bench.drills import Answer, Load
from tests.support import programs
from tests.support.shared import demonstrated


@pytest.mark.complete
@pytest.mark.slow("a country is made, saved, restored aside and served while its programs are killed")
@pytest.mark.postgresql
def test_the_drills_run_whole_and_nothing_acknowledged_is_lost(tmp_path):
    page = tmp_path / "page.md"
    variables = {timing.DEMONSTRATION_HOME: str(demonstrated())}
    words = ["--part", "0.0004", "--secondes", "3", "--debit", "6", "--coupures", "12", "--sans-epreuves"]
    words = ["-m", "tests.support.bench_trial", programs.door(), "bench.drills", *words, "--sortie", page]
    done = programs.run(*words, environment={**os.environ, **variables}, country=True)
    assert done.returncode == 0, done.stdout + done.stderr
    text = page.read_text("utf-8")
    assert "introuvables ensuite : **0**" in text
    for drill in ("servent les pages, tué net", "arrière-plan, tué net", "arrêtée net puis relancée"):
        assert drill in text


def test_what_was_refused_lost_or_never_sent_is_counted():
    load = Load(
        2,
        10,
        [Answer(0, 0.1, 200, "/"), Answer(1, 0.2, 302, "/"), Answer(2, 9, 503, "/"), Answer(3, 30, 0, "/")],
    )
    load.unsent = 4
    assert [each.status for each in load.refused()] == [503, 0]
    assert (load.quantile(0.5), load.quantile(0.95)) == (9, 30)
    measures = {
        "part": 0.1, "rows": 12_345, "loads": [load], "drill": load, "drills": [("la base", 12.0, 3.25), ("rien", 20.0, 0.0)],
        "acknowledged": 7, "missing": 2, "journal": (1.0, "tout est entier"), "saved": (4.0, ""), "restored": (9.0, ""),
        "replayed": [("tests/x.py", 3, 12.0, False)],
    }  # fmt: skip
    page = drills.written(measures, "PostgreSQL")
    assert "| 2 | 0 | 2 | 4 | 9000 ms | 30 s |" in page
    assert "En erreur, d’abord : `/` 503 (1 fois), `/` sans réponse (1 fois)." in page
    assert "4 réponses, dont 2 refusées ou perdues (1 ont dit pourquoi" in page
    assert "| la base | 12 s | 3.2 s plus tard |" in page
    assert "| rien | 20 s | aucune |" in page
    assert "introuvables ensuite : **2**" in page
    assert "| `tests/x.py` | 3 | 12 s | **manqué** |" in page
