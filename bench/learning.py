"""A step of a module while a thousand people learn, and five hundred devices that come back together: a
real server, both engines.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from functools import partial

from bench.timing import ENGINES, ROOT, SQLITE, Measure, on_each_engine, statics

LEARNERS, DEVICES, FACTS, SECONDS = 1_000, 500, 40, 20
EVERY = 30  # seconds that somebody spends on a step


TRIAL = {"learners": 20, "devices": 5, "facts": 4, "length": 1, "engines": (SQLITE,)}


def measures(
    *,
    learners: int = LEARNERS,
    devices: int = DEVICES,
    facts: int = FACTS,
    length: int = SECONDS,
    engines: Sequence[str] = ENGINES,
) -> Iterator[Measure]:
    """Yield the time of a step and that of devices coming back, on each engine; people learn for `length`
    seconds.
    """
    return on_each_engine(
        partial(_measured, learners=learners, devices=devices, facts=facts, length=length), engines
    )


def _measured(
    engine: str, database: str, *, learners: int, devices: int, facts: int, length: int
) -> list[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        statics(folder)
        environment = {
            **os.environ,
            "MAILLAGE_HOME": folder,
            "LEARNERS": str(learners),
            "DEVICES": str(devices),
        }
        environment |= {"FACTS": str(facts), "EVERY": str(EVERY), "SECONDS": str(length)}
        if database:
            environment["DATABASE_URL"] = database
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        script = [sys.executable, "-m", "bench.learning_script"]
        subprocess.run([*script, "fill"], cwd=ROOT, env=environment, check=True)
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "maillage.config.wsgi:application",
            "--preload",
            "--workers",
            "2",
        ]
        more = ["--threads", "8", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
        running = subprocess.Popen([*command, *more], cwd=ROOT, env=environment, start_new_session=True)
        try:
            _answers(f"http://127.0.0.1:{port}/sante/")
            done = subprocess.run(
                [*script, f"http://127.0.0.1:{port}"],
                cwd=ROOT,
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            )
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            running.wait(timeout=30)
    told = json.loads(done.stdout)
    return [
        Measure(
            f"afficher une étape, {engine}, p95",
            told["step"],
            "le module lu dans son fichier à chaque fois",
            told["step_naive"],
            f"{learners} personnes, une étape toutes les {EVERY} s chacune, {told['asked']} demandes, "
            f"médiane {1000 * told['step_median']:.0f} ms, 2 processus",
        ),
        Measure(
            f"{devices} appareils reviennent ensemble, {engine}",
            told["sync"],
            "un envoi par fait",
            told["sync_naive"],
            f"{devices * facts} faits, {told['kept']} gardés, {told['lost']} perdus, {told['doubled']} en"
            " double",
        ),
    ]


def _answers(address: str) -> None:
    for _ in range(200):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    raise RuntimeError(f"{address} does not answer")
