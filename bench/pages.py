"""What somebody waits for: a diagnosis with all its files, a page already computed, the second start."""

import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from bench.timing import Measure, seconds

PLACE = "200040715"


def measures() -> list[Measure]:
    return [diagnosis(), page(), second_start()]


def diagnosis() -> Measure:
    """`maillage diagnostic 200040715`, every file, beside the same files with sheets made one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "maillage.cli.main", "diagnostic", PLACE, "--sortie"]
        ours = seconds(lambda: subprocess.run([*command, f"{folder}/a"], check=True, capture_output=True))
        alone = (
            "import sys; from maillage.reports import edition; edition.WORKERS = 1; from maillage.cli.main import main; "
            f"main(['diagnostic', '{PLACE}', '--sortie', sys.argv[1]])"
        )
        reference = seconds(
            lambda: subprocess.run([sys.executable, "-c", alone, f"{folder}/b"], check=True, capture_output=True)
        )
        files = sum(1 for path in Path(folder, "a").rglob("*") if path.is_file())
    return Measure(
        f"maillage diagnostic {PLACE}, tous les fichiers", ours, "fiches une à une", reference, f"{files} fichiers"
    )


def page() -> Measure:
    """A territory page already computed, beside the computation it spares."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(__file__).with_name("page_script.py")
        environment = {**os.environ, "MAILLAGE_HOME": folder, "PLACE": PLACE}
        done = subprocess.run([sys.executable, str(script)], env=environment, check=True, capture_output=True, text=True)
    ours, reference, weight = done.stdout.split()
    return Measure(
        f"page du territoire {PLACE}, déjà calculé",
        float(ours),
        "calcul de la même étude",
        float(reference),
        f"{int(weight) / 1000:.0f} ko avant la carte",
    )


def second_start() -> Measure:
    """From the command to the first answer: the second time, beside the first (an empty home)."""
    with tempfile.TemporaryDirectory() as folder:
        first, second = (_start(folder) for _ in range(2))
    return Measure(
        "make run, deuxième fois (maillage demo puis servir)",
        second,
        "première fois, calculs compris",
        first,
        "4 territoires",
    )


def _start(home: str) -> float:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "MAILLAGE_HOME": home}
    maillage = [sys.executable, "-m", "maillage.cli.main"]
    start = time.perf_counter()
    subprocess.run([*maillage, "demo"], env=environment, check=True, capture_output=True)
    server = subprocess.Popen(
        [*maillage, "servir", "--port", str(port)], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/sante/", timeout=5):
                    return time.perf_counter() - start
            except OSError:
                time.sleep(0.05)
    finally:
        server.terminate()
        server.wait(timeout=30)


def without_map(html: str) -> str:
    """Return a page as it is before its map."""
    return re.sub(r'<svg class="fig carte".*?</svg>', "", html, flags=re.S)
