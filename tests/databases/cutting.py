"""Cut a study as it is written: by its command, then by the worker that computes it. Print what is left, as JSON.

python -m tests.databases.cutting FOLDER: each is a fork of one process that has read the country.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from maillage.manage.deploy.bootstrap import ready

PLACE, EMPTY, OTHER = (
    "38151",
    "55039",
    "55189",
)  # nobody lives in the two others: they are written in a second


def forked(run: Callable[[], Any]) -> int:
    """Run something in a process of its own; return its number."""
    if pid := os.fork():
        return pid
    code = 70
    try:
        code = run() or 0
    finally:
        os._exit(code)


def killed_once(there: Callable[[], bool], pid: int) -> None:
    """Kill a process as soon as something is there."""
    while not there():
        assert not os.waitpid(pid, os.WNOHANG)[0], "it ended by itself"
        time.sleep(0.005)
    os.kill(pid, signal.SIGKILL)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL


def of_command(folder: Path) -> dict[str, Any]:
    from maillage.manage.main import main as maillage

    def diagnostic(code: str) -> int:
        return forked(lambda: maillage(["diagnostic", code, "--sortie", str(folder)]))

    def content() -> dict[str, str]:
        visible = (path for path in folder.rglob("*") if path.is_file() and ".en-cours" not in str(path))
        return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in visible}

    codes = [os.waitpid(diagnostic(EMPTY), 0)[1]]
    before = content()
    killed_once(lambda: any(folder.glob(".en-cours-*/fiches/*.pdf")), diagnostic(PLACE))
    cut = {
        "written": "dossier.pdf" in before,
        "half": any(folder.glob(".en-cours-*")),
        "same": content() == before,
    }
    codes.append(os.waitpid(diagnostic(OTHER), 0)[1])
    place = json.loads((folder / "etude.json").read_text("utf-8"))["territoire"]["code"]
    return cut | {"codes": codes, "left": len([*folder.glob(".en-cours-*")]), "place": place}


def of_worker() -> list[Any]:
    ready()
    from django.db import connections

    from maillage.apps.dossiers import actions, queries
    from maillage.apps.dossiers.queries import StudyRequest

    study = actions.ask(StudyRequest(place=PLACE))
    connections.close_all()
    killed_once(lambda: any(queries.home().glob(".*")), forked(lambda: actions.compute(study)))
    study.refresh_from_db()
    before = study.status
    actions.tidy()
    n_resumed = actions.resume()
    study.refresh_from_db()
    return [before, n_resumed, study.status, sum(1 for _ in queries.home().rglob("*"))]


if __name__ == "__main__":
    report = {"command": of_command(Path(sys.argv[1])), "worker": of_worker()}
    sys.stdout.write(f"\n{json.dumps(report)}")
