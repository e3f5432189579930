"""Processor of the web programs for one request of each page, beside a bare Django that reads one row: same
server, same base, nothing stored of a public page. Five readings of each, in turn.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from shutil import copytree

from bench import demonstration
from bench.timing import LOST, ROOT, Measure, environment, request, script, served
from tools.ports import free_port

TICK = os.sysconf("SC_CLK_TCK")
# Roles of the demonstration, "" for a visitor; the pages of each that are opened most.
PAGES: Mapping[str, Sequence[str]] = {
    "": ("/", "/carte/", "/ateliers/", "/apprendre/", "/glossaire/", "/sources/", "/bilan/"),
    "aidant": ("/espace/", "/espace/personnes/", "/espace/actes/", "/espace/bilans/", "/espace/rendez-vous/"),
    "structure": ("/espace/", "/espace/orientations/", "/espace/ateliers/", "/espace/agenda/"),
    "travail-social": ("/espace/", "/espace/personnes/"),
    "coordination": ("/espace/", "/espace/equipe/", "/espace/annuaire/"),
    "benevole": ("/espace/",),
    "formation": ("/espace/",),
    "analyste": ("/espace/",),
    "administration": ("/espace/",),
}
TIMES, REQUESTS, WARM, SETTLED = 5, 20, 6, 40.0  # readings, requests of each, before them; seconds
SMALL = (
    20  # as many times more requests of the bare one: a system counts its processor by hundredths of a second
)
TRIAL = {
    "pages": {"": ("/glossaire/",), "benevole": ("/espace/",)},
    "times": 1,
    "requests": 2,
    "settled": 0.0,
}


def measures(
    *,
    pages: Mapping[str, Sequence[str]] = PAGES,
    times: int = TIMES,
    requests: int = REQUESTS,
    settled: float = SETTLED,
) -> Iterator[Measure]:
    """Yield the processor of each page, in seconds by request. settled: seconds until the first programs have
    left their place.
    """
    os.environ["MAILLAGE_STORED_PAGES"] = "0"
    with tempfile.TemporaryDirectory() as home, demonstration.demonstration_home() as first:
        copytree(first, home, dirs_exist_ok=True)
        report = json.loads(script("bench.bare_script", home=home, PAGES=json.dumps(pages)).splitlines()[-1])
        with served(home, "--sans-travail") as (port, server), _bare(Path(home, "maillage.sqlite3")) as bare:
            time.sleep(settled)
            bare_port, bare_server = bare
            costs: dict[tuple[str, str], list[float]] = {}
            references = []
            for _ in range(times):
                references.append(_cost(bare_port, bare_server.pid, "/", "", SMALL * requests))
                for role, addresses in pages.items():
                    for address in addresses:
                        cost = _cost(port, server.pid, address, report["cookies"].get(role, ""), requests)
                        costs.setdefault((role, address), []).append(cost)
    reference = statistics.median(references)
    for (role, address), readings in costs.items():
        ratios = sorted(cost / one for cost, one in zip(readings, references, strict=True) if one)
        spread = f"{ratios[0]:.1f} à {ratios[-1]:.1f} fois" if ratios else "trop court pour être mesuré"
        yield Measure(
            f"{address}, {role or 'visiteur'}, processeur d’une requête",
            statistics.median(readings),
            "un Django nu qui lit une ligne",
            reference,
            f"{report['queries'][f'{role} {address}']} requêtes ; {spread}",
        )


def _cost(port: int, pid: int, address: str, cookie: str, requests: int) -> float:
    """Return the processor, in seconds, that the programs of a server take for one request of a page."""
    for _ in range(WARM):
        _ask(port, address, cookie)
    start = _processor(pid)
    for _ in range(requests):
        _ask(port, address, cookie)
    return (_processor(pid) - start) / requests


def _ask(port: int, address: str, cookie: str) -> None:
    status, _, _ = request(port, "GET", address, headers={"Cookie": cookie} if cookie else {})
    assert status == HTTPStatus.OK, (address, status)


def _processor(pid: int) -> float:
    """Return the processor that the web programs of a server took: those of gunicorn, under a process."""
    parents: dict[int, list[int]] = {}
    used: dict[int, float] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text("utf-8").rpartition(")")[2].split()
                is_web = b"gunicorn" in (folder / "cmdline").read_bytes()
            except OSError:  # it ended meanwhile
                continue
            parents.setdefault(int(fields[1]), []).append(int(folder.name))
            used[int(folder.name)] = (
                sum(map(int, fields[11:15])) / TICK if is_web else 0.0
            )  # with its programs that ended
    total, pids = 0.0, [pid]
    while pids:
        one = pids.pop()
        total += used.get(one, 0.0)
        pids += parents.get(one, [])
    return total


@contextmanager
def _bare(database: Path) -> Iterator[tuple[int, "subprocess.Popen[bytes]"]]:
    """Serve a bare Django with the options of `maillage servir`; give its port and its process."""
    port = free_port()
    words = [
        sys.executable,
        "-m",
        "gunicorn",
        "bench.bare_app:application",
        "--preload",
        "--bind",
        f"127.0.0.1:{port}",
    ]
    words += ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--log-level", "warning"]
    values = environment(str(database.parent)) | {"BARE_DATABASE": str(database)}
    server = subprocess.Popen([*words, "--no-control-socket"], cwd=ROOT, env=values)
    try:
        for _ in range(200):
            try:
                request(port, "GET", "/")
                break
            except LOST:
                time.sleep(0.1)
        yield port, server
    finally:
        server.terminate()
        server.wait(timeout=60)
