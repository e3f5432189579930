"""A step of a module while a thousand people learn, and five hundred devices that come back together: a real server, both engines."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

from bench.timing import Measure, on_each_engine

LEARNERS, DEVICES, FACTS = 1_000, 500, 40
EVERY = 30  # seconds that somebody spends on a step


def measures() -> list[Measure]:
    return on_each_engine(_measured)


def _measured(engine: str, database: str) -> list[Measure]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MAILLAGE_HOME": folder, "LEARNERS": str(LEARNERS), "DEVICES": str(DEVICES)}
        environment |= {"FACTS": str(FACTS), "EVERY": str(EVERY)}
        if database:
            environment["DATABASE_URL"] = database
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        script = [sys.executable, "-m", "bench.learning_script"]
        subprocess.run([*script, "fill"], env=environment, check=True)
        command = [sys.executable, "-m", "gunicorn", "maillage.config.wsgi:application", "--preload", "--workers", "2"]
        more = ["--threads", "8", "--bind", f"127.0.0.1:{port}", "--log-level", "error"]
        running = subprocess.Popen([*command, *more], env=environment, start_new_session=True)
        try:
            _answers(f"http://127.0.0.1:{port}/sante/")
            done = subprocess.run(
                [*script, f"http://127.0.0.1:{port}"], env=environment, check=True, capture_output=True, text=True
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
            f"{LEARNERS} personnes, une étape toutes les {EVERY} s chacune, {told['asked']} demandes, "
            f"médiane {1000 * told['step_median']:.0f} ms, 2 processus",
        ),
        Measure(
            f"{DEVICES} appareils reviennent ensemble, {engine}",
            told["sync"],
            "un envoi par fait",
            told["sync_naive"],
            f"{DEVICES * FACTS} faits, {told['kept']} gardés, {told['lost']} perdus, {told['doubled']} en double",
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
