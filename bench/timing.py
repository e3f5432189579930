"""Timing two ways of doing the same thing, in the same run."""

import http.client
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from http import HTTPStatus
from pathlib import Path
from shutil import copytree
from types import MappingProxyType
from typing import Any

from tools.ports import free_port
from tools.postgresql import binaries, server

ROOT = Path(__file__).resolve().parents[1]
DEMONSTRATION_HOME = (
    "MAILLAGE_DEMONSTRATION"  # a home folder where whoever calls told the demonstration already
)
TRIED = "MAILLAGE_BANC_ESSAI"  # where a suite only shows that it runs: servers without workers
QUIET = 1.0  # load of a machine under which nothing else counts
ENGINES = SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
LOST = (OSError, http.client.HTTPException)  # nobody answered, or not to the end
PATIENCE = 120.0  # seconds


@dataclass(frozen=True, slots=True)
class Measure:
    """One timed path beside its reference. rapport: reference time ÷ our time; taille: what was worked on,
    or weighed; charge: of the machine as its suite began, above QUIET when something else ran.
    """

    nom: str
    secondes: float
    reference: str
    secondes_reference: float
    taille: str

    def row(self, charge: float = 0.0) -> dict[str, Any]:
        ratio = self.secondes_reference / self.secondes if self.secondes else float("inf")
        row = asdict(self) | {"rapport": round(ratio, 2), "charge": round(charge, 1)}
        return row | {
            "secondes": round(self.secondes, 4),
            "secondes_reference": round(self.secondes_reference, 4),
        }


def seconds(work: Callable[[], object], *, times: int = 1) -> float:
    """Return the median time of a work, in seconds."""
    durations = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        durations.append(time.perf_counter() - start)
    return statistics.median(durations)


def statics(home: str) -> None:
    """Give a home folder the static files that whoever calls has named and compressed, if anybody did."""
    if demonstration_home := os.environ.get(DEMONSTRATION_HOME):
        copytree(Path(demonstration_home, "statique"), Path(home, "statique"), dirs_exist_ok=True)


def script(module: str, *words: str, home: str, database: str = "", **values: object) -> str:
    """Run a module of the bench from the root of the project, in a home and a database of its own; return
    what it prints.
    """
    statics(home)
    variables = environment(home, database) | {name: str(value) for name, value in values.items()}
    return python("-m", module, *words, environment=variables, check=True).stdout


def python(
    *words: str, environment: Mapping[str, str], check: bool = False
) -> subprocess.CompletedProcess[str]:
    """Run Python from the root of the project, to its end; return how it ended and what it said."""
    command = [sys.executable, *words]
    return subprocess.run(command, cwd=ROOT, env=environment, check=check, capture_output=True, text=True)


def environment(home: str, database: str = "") -> dict[str, str]:
    """Return the environment variables of a program: its home folder and its database."""
    return {**os.environ, "MAILLAGE_HOME": home} | ({"DATABASE_URL": database} if database else {})


@contextmanager
def served(home: str, *options: str, database: str = "") -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Serve the platform as `maillage servir` does; give its port, and its process, once it answers."""
    port = free_port()
    alone = ("--sans-travail",) if os.environ.get(TRIED) else ()
    words = [sys.executable, "-m", "maillage.manage.main", "servir", *options, *alone, "--port", str(port)]
    with Path(home, "servir.log").open("wb") as log:
        server = subprocess.Popen(
            words, cwd=ROOT, env=environment(home, database), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        end = time.monotonic() + PATIENCE
        while not _answers(port):
            if server.poll() is not None or time.monotonic() > end:
                raise RuntimeError(Path(home, "servir.log").read_text("utf-8"))
            time.sleep(0.05)
        yield port, server
    finally:
        server.terminate()
        server.wait(timeout=180)  # each of its programs may end what it was doing, forty seconds at most


def request(
    port: int,
    method: str,
    path: str,
    *,
    body: str | bytes | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
    patience: float = PATIENCE,
) -> tuple[int, str, bytes]:
    """Return the status, where it leads and the body of an answer, on a connection of its own; patience:
    seconds before who asks leaves.
    """
    call = http.client.HTTPConnection("localhost", port, timeout=patience)
    with closing(call):
        call.request(method, path, body=body, headers=dict(headers))
        answer = call.getresponse()
        return answer.status, answer.headers.get("Location", ""), answer.read()


def _answers(port: int) -> bool:
    try:
        return request(port, "GET", "/sante/")[0] == HTTPStatus.OK
    except LOST:
        return False


def on_each_engine(
    measured: Callable[[str, str], Iterable[Measure]], engines: Sequence[str] = ENGINES
) -> Iterator[Measure]:
    """Measure on SQLite, then on PostgreSQL where it is installed: measured takes an engine's name and its
    address.
    """
    if SQLITE in engines:
        yield from measured(SQLITE, "")
    if POSTGRESQL in engines and binaries() is not None:
        with server() as address:
            yield from measured(POSTGRESQL, address)
