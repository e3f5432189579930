"""Drills: a made country is saved and restored aside, served to many at once while its processes are killed
and its database restarts, and what was acknowledged is looked for. `make epreuves-de-force` writes the
page of figures.
"""

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench import timing
from bench.timing import LOST, ROOT, environment, request, script, served
from tools import postgresql

PAGE = ROOT / "docs" / "epreuves-de-force.md"
HANDS = 64  # requests at most on their way at once
PATIENCE = 30.0  # seconds before somebody leaves
WARM = 40  # requests that open what a fresh server has not read yet
# Of twenty requests: what a day of the platform asks. Addresses of no row: they are those of any country.
VISITS = {
    "": (
        "/",
        "/carte/",
        "/ateliers/",
        "/apprendre/",
        "/bilan/",
        "/glossaire/",
        "/aider-un-proche/",
        "/sources/",
    ),
    "aidant": ("/espace/", "/espace/personnes/", "/espace/actes/", "/espace/chercher/?q=martin"),
    "travail-social": ("/espace/orientations/", "/espace/personnes/"),
    "structure": ("/espace/orientations/", "/espace/ateliers/"),
    "coordination": ("/espace/", "/espace/equipe/"),
}
WRITES = 2  # of twenty: a device that sends what it kept
# What the complete profile of the tests replays: processes killed at any instant, disks that fill up.
REPLAYED = (
    "tests/databases/test_kills.py",
    "tests/databases/test_journal.py",
    "tests/databases/test_papers.py",
    "tests/databases/test_sqlite.py",
    "tests/databases/test_outbox.py",
    "tests/apps/test_papers.py::test_a_full_disk_says_so_and_leaves_nothing_half_written",
    "tests/apps/test_mandats_pages.py::test_a_full_disk_keeps_nothing_of_a_signature_nor_of_an_act",
    "tests/commands/test_diagnostic.py::test_a_full_disk_leaves_no_half_file",
    "tests/commands/test_other_commands.py::test_a_restoration_that_is_cut_leaves_one_state_or_the_other",
)


@dataclass(slots=True)
class Answer:
    """One request. scheduled_second, took: in seconds, from the instant when it had to leave."""

    scheduled_second: float
    took: float
    status: int
    page: str


@dataclass(slots=True)
class Load:
    """The outcome of the requests of some minutes. unsent: those that nobody was free to send."""

    rate: float
    seconds: float
    answers: list[Answer] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    unsent: int = 0

    def refused(self) -> list[Answer]:
        """Return the answers to what was refused, lost or left without an answer."""
        return [each for each in self.answers if not 200 <= each.status < 400]

    def quantile(self, share: float) -> float:
        """Return the time, in seconds, under which a share of the answers came."""
        times = sorted(each.took for each in self.answers)
        return times[min(int(share * len(times)), len(times) - 1)] if times else float("nan")


def main(words: Sequence[str]) -> int:
    arguments = _arguments(words)
    report: dict[str, Any] = {"part": arguments.part, "secondes": arguments.secondes}
    with _database() as (address, folder), tempfile.TemporaryDirectory() as home:
        _say("Fabrication du pays…")
        start = time.perf_counter()
        country_rows = json.loads(_inside("prepare", home, address, SHARE=arguments.part).splitlines()[-1])
        report |= {"rows": country_rows["rows"], "made": time.perf_counter() - start}
        _say("Sauvegarde, puis restauration à part…")
        report["saved"] = _command(home, address, "sauvegarder", f"{home}/copie.zip")
        report["restored"] = _command(home, address, "exercice-restauration", f"{home}/copie.zip")
        with served(home, database=address) as (port, server):
            ask = Asking(port, country_rows)
            for _ in range(WARM):
                ask.one(0.0, Load(0, 0))
            report["loads"] = []
            for rate in arguments.debit:
                _say(f"{rate:g} requêtes par seconde pendant {arguments.secondes:g} s…")
                report["loads"].append(ask.load(rate, arguments.secondes))
            _say("Programmes tués, base arrêtée, pendant que l’on travaille…")
            report["drill"], report["drills"] = _drill(ask, arguments, server, folder)
        _say("Ce qui a été dit reçu est-il là ?")
        sent = [uid for load in (*report["loads"], report["drill"]) for uid in load.acknowledged]
        Path(home, "recus.json").write_text(json.dumps(sent), "utf-8")
        report |= {"acknowledged": len(sent), "missing": int(_inside("look", home, address).split()[-1])}
        report["journal"] = _command(home, address, "verifier-journal")
    report["replayed"] = [] if arguments.sans_epreuves else list(_replayed())
    Path(arguments.sortie).write_text(written(report, "PostgreSQL" if folder else "SQLite"), "utf-8")
    _say(f"Écrit dans {arguments.sortie}")
    return 1 if report["missing"] else 0


def _arguments(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make epreuves-de-force", description=__doc__)
    parser.add_argument("--part", type=float, default=0.01, help="part d’un pays entier (0,01 par défaut)")
    parser.add_argument("--secondes", type=float, default=60, help="durée de chaque débit")
    parser.add_argument(
        "--coupures", type=float, default=0, help="durée des coupures (celle d’un débit, 30 au moins)"
    )
    parser.add_argument(
        "--debit",
        type=lambda text: [float(rate) for rate in text.split(",")],
        default=[10.0, 20.0, 40.0, 200.0],
        help="requêtes par seconde, une ou plusieurs, séparées par des virgules",
    )
    parser.add_argument("--sans-epreuves", action="store_true", help="sans rejouer les épreuves de coupure")
    parser.add_argument("--sortie", default=str(PAGE), help="page à écrire")
    return parser.parse_args(words)


@contextlib.contextmanager
def _database() -> Iterator[tuple[str, Path | None]]:
    """Give the address of an empty database and the folder of its server; '' and None for SQLite."""
    if postgresql.binaries() is None:
        _say(postgresql.ABSENT)
        yield "", None
        return
    folder = postgresql.start()
    try:
        yield postgresql.address(folder), folder
    finally:
        postgresql.stop(folder)


def _inside(what: str, home: str, address: str, **values: object) -> str:
    return script("bench.drills_script", what, home=home, database=address, **values)


def _command(home: str, address: str, *words: str) -> tuple[float, str]:
    """Return the seconds that a command took, and the first line of what it said; it may not fail."""
    start = time.perf_counter()
    done = timing.python("-m", "maillage.manage.main", *words, environment=environment(home, address))
    if done.returncode:
        raise SystemExit(f"maillage {' '.join(words)} : {done.stdout}{done.stderr}")
    return time.perf_counter() - start, done.stdout.strip().partition("\n")[0]


# ------------------------------------------------------------------------------------------------------- load


class Asking:
    """Somebody who asks for pages as a day of the platform does, always in the same order."""

    def __init__(self, port: int, country_rows: dict[str, Any]) -> None:
        self.port, self.made = port, country_rows
        reads = [(role, page) for role, pages in VISITS.items() for page in pages]
        self.turns = reads + [("", "")] * WRITES
        self.number = count()

    def load(self, rate: float, seconds: float) -> Load:
        """Ask at a rate, whatever the time answers take; what had to leave after the end is not sent."""
        result, began = Load(rate, seconds), time.perf_counter()
        turns, lock = iter(range(int(rate * seconds))), threading.Lock()

        def hand() -> None:
            while True:
                with lock:
                    turn = next(turns, None)
                if turn is None:
                    return
                scheduled_second = turn / rate
                now = time.perf_counter() - began
                if now > seconds:
                    with lock:
                        result.unsent += 1
                    continue
                time.sleep(max(scheduled_second - now, 0))
                self.one(scheduled_second, result, since=began + scheduled_second)

        hands = [threading.Thread(target=hand) for _ in range(HANDS)]
        for each in hands:
            each.start()
        for each in hands:
            each.join()
        return result

    def one(self, scheduled_second: float, result: Load, *, since: float | None = None) -> None:
        """Ask once, and write what came of it."""
        since = time.perf_counter() if since is None else since
        number = next(self.number)
        role, page = self.turns[number % len(self.turns)]
        uid = "" if page else str(uuid4())
        try:
            status = (
                self._sent(uid, self.made["cards"][number % len(self.made["cards"])])
                if uid
                else self._read(role, page)
            )
        except LOST:
            status = 0
        if uid and status == 200:
            result.acknowledged.append(uid)
        took = time.perf_counter() - since
        result.answers.append(Answer(scheduled_second, took, status, page or "/apprendre/synchroniser/"))

    def _read(self, role: str, page: str) -> int:
        headers = {"Cookie": self.made["cookies"][role]} if role else {}
        status, leads, _ = request(self.port, "GET", page, headers=headers, patience=PATIENCE)
        return HTTPStatus.UNAUTHORIZED if "/connexion/" in leads else status

    def _sent(self, uid: str, card: str) -> int:
        fact = {**self.made["fact"], "uid": uid}
        sent = json.dumps({"carte": card, "faits": [fact]})
        kind = {"Content-Type": "application/json"}
        status, _, answer_text = request(
            self.port, "POST", "/apprendre/synchroniser/", body=sent, headers=kind, patience=PATIENCE
        )
        return 0 if status == HTTPStatus.OK and uid not in json.loads(answer_text)["recus"] else status


# ----------------------------------------------------------------------------------------------------- drills


def _drill(
    ask: Asking, arguments: argparse.Namespace, server: subprocess.Popen[bytes], folder: Path | None
) -> tuple[Load, list[tuple[str, float, float]]]:
    """Ask at the lowest rate while things break; return the load and, for each thing, when it broke and how
    many seconds later the last request was refused or lost because of it.
    """
    rate, seconds = min(arguments.debit), arguments.coupures or max(arguments.secondes, 30.0)
    broken: list[tuple[str, float]] = []
    began = time.perf_counter()

    def at(share: float, name: str, breaking: Callable[[], None]) -> None:
        time.sleep(max(share * seconds - (time.perf_counter() - began), 0))
        broken.append((name, time.perf_counter() - began))
        breaking()

    def all_of_them() -> None:
        at(0.2, "un des programmes qui servent les pages, tué net", lambda: _kill(server, "gunicorn"))
        at(0.4, "un programme du travail en arrière-plan, tué net", lambda: _kill(server, "worker"))
        if folder is not None:
            at(0.6, "la base de données, arrêtée net puis relancée", lambda: _restart(folder))

    breaker = threading.Thread(target=all_of_them)
    breaker.start()
    load = ask.load(rate, seconds)
    breaker.join()
    wrong = [each.scheduled_second + each.took for each in load.refused()]
    ends = [instant for _, instant in broken[1:]] + [float("inf")]
    return load, [
        (name, instant, max((each - instant for each in wrong if instant <= each < end), default=0.0))
        for (name, instant), end in zip(broken, ends, strict=True)
    ]


def _kill(server: subprocess.Popen[bytes], word: str) -> None:
    """Kill, without a warning, the last child of the server whose command holds a word."""
    children = _children(server.pid)
    if word == "gunicorn":
        masters = [pid for pid in children if "gunicorn" in _words(pid)]
        children = _children(masters[0])
    matching_pids = [pid for pid in children if word in _words(pid)]
    if not matching_pids:
        raise SystemExit(f"aucun programme « {word} » à arrêter")
    os.kill(matching_pids[-1], signal.SIGKILL)


def _children(pid: int) -> list[int]:
    children_text = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return [int(each) for each in children_text.split()]


def _words(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def _restart(folder: Path) -> None:
    postgresql.interrupt(folder)
    time.sleep(3)
    postgresql.run_again(folder)


def _replayed() -> Iterator[tuple[str, int, float, bool]]:
    """Replay the tests of kills and full disks whole; yield each file, its tests, its seconds, and whether
    all passed.
    """
    for path in REPLAYED:
        _say(path)
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-n0", path],
            cwd=ROOT,
            env={**os.environ, "PROFIL": "complet"},
            capture_output=True,
            text=True,
            check=False,
        )
        last = done.stdout.strip().splitlines()[-1].split()
        n = int(last[last.index("passed") - 1]) if "passed" in last else 0
        yield path, n, time.perf_counter() - start, done.returncode == 0


# ------------------------------------------------------------------------------------------------------- page


def written(report: dict[str, Any], engine: str) -> str:
    """Return the page of the figures, in French."""
    drill: Load = report["drill"]
    rows = [
        (
            f"{load.rate:g}",
            f"{len(load.answers) / load.seconds:.0f}",
            f"{len(load.refused())}",
            f"{load.unsent}",
            _seconds(load.quantile(0.5)),
            _seconds(load.quantile(0.95)),
        )
        for load in report["loads"]
    ]
    n_explained = sum(1 for each in drill.answers if each.status == 503)
    slow = _slowest(report["loads"][0])
    when = time.strftime("%Y-%m-%d")
    return "\n".join(
        [
            "# Épreuves de force",
            "",
            f"Écrit le {when} par `make epreuves-de-force`, que chacun peut relancer : {engine},"
            f" {os.cpu_count()} cœurs, le client sur le même ordinateur,"
            f" {_integer(report['rows'])} lignes fabriquées ({report['part']:g} d’un pays de cent"
            " départements).",
            "",
            "## Tenir la charge",
            "",
            "Deux programmes servent les pages (`maillage servir`). Neuf requêtes sur dix lisent une page"
            " publique ou de l’espace, une envoie ce qu’un téléphone avait gardé. Le temps compte depuis"
            " l’instant où la requête devait partir : qui attend son tour est compté.",
            "",
            *_table(
                (
                    "demandées par seconde",
                    "répondues par seconde",
                    "en erreur",
                    "jamais parties",
                    "médiane",
                    "p95",
                ),
                rows,
            ),
            "",
            *_wrong(report["loads"]),
            f"Les plus lentes à {report['loads'][0].rate:g} requêtes par seconde (p95) : {slow}.",
            "",
            "## Couper pendant que l’on travaille",
            "",
            f"À {drill.rate:g} requêtes par seconde pendant {drill.seconds:g} secondes :"
            f" {len(drill.answers)} réponses, dont {len(drill.refused())} refusées ou perdues"
            f" ({n_explained} ont dit pourquoi et quand réessayer).",
            "",
            *_table(
                ("ce qui s’arrête", "à", "dernière requête refusée ou perdue"),
                [
                    (name, f"{instant:.0f} s", f"{late:.1f} s plus tard" if late else "aucune")
                    for name, instant, late in report["drills"]
                ],
            ),
            "",
            f"Envois dits reçus pendant toutes ces minutes : {_integer(report['acknowledged'])} ;"
            f" introuvables ensuite : **{report['missing']}**. Journal vérifié : {report['journal'][1]}",
            "",
            "## Sauvegarder et restaurer",
            "",
            f"`maillage sauvegarder` : {report['saved'][0]:.0f} s. `maillage exercice-restauration`, qui"
            f" restaure à part et compare chaque ligne : {report['restored'][0]:.0f} s.",
            "",
            *_of_replayed(report["replayed"]),
        ]
    )


def _wrong(loads: Sequence[Load]) -> list[str]:
    """Return the sentence that says which pages were refused or lost while nothing broke."""
    counts = Counter((each.page, each.status) for load in loads for each in load.refused())
    if not counts:
        return []
    words = (f"`{page}` {status or 'sans réponse'} ({n} fois)" for (page, status), n in counts.most_common(5))
    return [f"En erreur, d’abord : {', '.join(words)}.", ""]


def _of_replayed(replays: Sequence[tuple[str, int, float, bool]]) -> list[str]:
    if not replays:
        return []
    rows = [
        (f"`{path}`", str(n), f"{took:.0f} s", "tout tient" if passed else "**manqué**")
        for path, n, took, passed in replays
    ]
    return [
        "## Tuer à tout instant, remplir le disque",
        "",
        "Les épreuves du profil complet, rejouées : processus tués au hasard pendant une écriture, sur chaque"
        " moteur, et disques qui se remplissent.",
        "",
        *_table(("épreuves", "nombre", "durée", "résultat"), rows),
        "",
    ]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def _slowest(load: Load) -> str:
    pages: dict[str, list[float]] = {}
    for each in load.answers:
        pages.setdefault(each.page, []).append(each.took)
    worst = sorted(pages, key=lambda page: -_p95(pages[page]))[:3]
    return ", ".join(f"`{page}` {_seconds(_p95(pages[page]))}" for page in worst)


def _p95(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


def _seconds(value: float) -> str:
    return f"{1000 * value:.0f} ms" if value < 10 else f"{value:.0f} s"


def _integer(n: int) -> str:
    return f"{n:,}".replace(",", " ")


def _say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
