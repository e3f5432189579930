"""`maillage servir` keeps its processes alive, and leaves the computer to the pages when one of them cannot
live.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connections
from gunicorn.errors import HaltServer

from maillage.apps.directory.places.queries import maps, where
from maillage.apps.learning.queries import contents
from maillage.apps.platform.search import queries as search
from maillage.kernel import later
from maillage.kernel.errors import Refused
from maillage.manage.commands import servir
from maillage.manage.deploy import server, start_signal
from maillage.sources.offer.clean import commune, point
from maillage.statistics.need import model, population, rurality, social_france
from maillage.statistics.zones import territories
from tests.support.shared import environment
from tests.support.speed import PATIENCE, until
from tools.ports import free_port


class Ended:
    """A process that has ended, or has not."""

    def __init__(self) -> None:
        self.code: int | None = None

    def poll(self) -> int | None:
        return self.code


class Begun:
    """A thread that was asked for."""

    def start(self) -> None:
        pass


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(servir.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(servir, "start", lambda *_: Ended())
    return now


def test_a_process_that_ends_is_started_again_at_once(clock):
    helper = servir.Helper(servir.WORKERS[0])
    assert not helper.may_start()
    clock[0] += 3600
    helper.process.code = -9
    assert helper.may_start()


def test_one_that_ends_as_soon_as_it_starts_waits_longer_each_time_and_says_so(clock, capsys):
    helper = servir.Helper(servir.WORKERS[0])
    waited = []
    for _ in range(8):
        clock[0] += 1
        helper.process.code = 1
        before = clock[0]
        while not helper.may_start():
            clock[0] += 1
            assert clock[0] < before + 100, "it never starts again"
        waited.append(clock[0] - before)
        helper.start()
    assert waited == [0, 0, 5, 15, 60, 60, 60, 60]
    assert "Nouvel essai dans 5 s." in capsys.readouterr().out
    clock[0] += servir.LASTED  # it lived: the next end is an accident again
    helper.process.code = 1
    assert helper.may_start()


def test_nothing_restarts_once_stopping(monkeypatch):
    stopped, former = [], signal.getsignal(signal.SIGTERM)

    class Server(Ended):
        def terminate(self) -> None:
            stopped.append(self)

    class Helper:
        starts = 0

        def may_start(self) -> bool:
            return True  # the same signal ended it

        def start(self) -> None:
            self.starts += 1

    server, helper = Server(), Helper()
    seconds = []

    def sleep(_: float) -> None:
        seconds.append(1)
        if len(seconds) == 3:
            os.kill(os.getpid(), signal.SIGTERM)
        if len(seconds) == 6:
            server.code = 0

    monkeypatch.setattr(servir.time, "sleep", sleep)
    try:
        assert servir.keep(server, [helper], lambda: None, lambda: None)
    finally:
        signal.signal(signal.SIGTERM, former)
    assert (len(stopped), helper.starts, len(seconds)) == (1, 2, 6)


def test_server_that_ends_by_itself_is_refused_and_nothing_else_starts(monkeypatch):
    """Une commande qui sort en 0 dit que l’on a demandé l’arrêt : rien ne la relancerait."""
    ended, begun, former = Ended(), [], signal.getsignal(signal.SIGTERM)
    ended.code = 1
    monkeypatch.setenv("MAILLAGE_ADDRESS", "http://localhost:8765")
    ended.wait = lambda timeout: ended.code
    monkeypatch.setattr(servir, "start", lambda *module, **_: begun.append(module[0]) or ended)
    monkeypatch.setattr(servir, "catch_up", lambda: begun.append("catch up"))
    for name in ("hold_home", "check_free", "prepare"):
        monkeypatch.setattr(servir, name, lambda *_, **__: None)
    monkeypatch.setattr("maillage.manage.deploy.ownership.claim", lambda: None)
    monkeypatch.setattr("maillage.manage.deploy.home.ensure_key", lambda: None)
    options = SimpleNamespace(port=8765, adresse="127.0.0.1", demonstration=False, sans_travail=False)
    try:
        with pytest.raises(Refused, match="s’est arrêté de lui-même"):
            servir.run(options)
    finally:
        signal.signal(signal.SIGTERM, former)
    assert begun == ["gunicorn"]


def test_a_server_listens_to_an_address_of_ipv6(monkeypatch):
    """« --adresse :: », dans un conteneur, était dite d’un autre ordinateur."""
    calls = []

    class Probe:
        def __init__(self, family) -> None:
            calls.append(family)

        def __enter__(self):
            return self

        def __exit__(self, *_) -> None:
            pass

        def setsockopt(self, *_) -> None:
            pass

        def bind(self, where) -> None:
            calls.append(where)

    monkeypatch.setattr(socket, "socket", Probe)
    servir.check_free("::", 8010)
    servir.check_free("127.0.0.1", 8010)
    assert calls == [socket.AF_INET6, ("::", 8010), socket.AF_INET, ("127.0.0.1", 8010)]
    assert "[::]:8010" in servir.web("::", 8010, None)
    assert servir._browser_name("::") == "localhost" and servir._browser_name("fe80::1") == "[fe80::1]"


def test_the_web_application_waits_until_everything_is_there(monkeypatch):
    with start_signal.pipe() as (waited, signal_):
        signal_.give()
        monkeypatch.setenv(start_signal.NAME, str(os.dup(waited)))
        assert start_signal.may_answer()


def test_it_answers_nobody_when_whoever_started_it_gave_up(monkeypatch):
    with start_signal.pipe() as (waited, _):
        descriptor = os.dup(waited)
    monkeypatch.setenv(start_signal.NAME, str(descriptor))
    assert not start_signal.may_answer()
    assert start_signal.may_answer(), "by itself, it waits for nobody"


def test_startup_error_is_printed_once_in_french(process, tmp_path):
    answer = process("servir", "--port", 8765, MAILLAGE_HOME=str(tmp_path), DATABASE_URL="rien://")
    assert (answer.code, len(answer.err.strip().splitlines())) == (2, 3), answer.err


def test_whoever_presses_ctrl_c_while_it_loads_reads_no_trace(tmp_path):
    """The terminal tells it to every process: what was loading the pages wrote forty lines of Python."""

    def as_in_a_terminal() -> None:
        servir.leave_with_parent()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    server = subprocess.Popen(
        [sys.executable, "-m", "maillage.manage.main", "servir", "--port", str(free_port())],
        env=environment(tmp_path / "maison"),
        start_new_session=True,
        preexec_fn=as_in_a_terminal,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    until(
        lambda: any(
            b"gunicorn" in Path(f"/proc/{pid}/cmdline").read_bytes() for pid in children.read_text().split()
        )
    )
    os.killpg(server.pid, signal.SIGINT)
    printed, _ = server.communicate(timeout=PATIENCE)
    assert "Traceback" not in printed and "Arrêté." in printed, printed


class Worker:
    """A worker of gunicorn that answers as many people."""

    cfg = SimpleNamespace(workers=2)

    def __init__(self, age: int, *answered: int) -> None:
        self.age, self.alive, self.answered = age, True, list(answered)

    @property
    def nr_conns(self) -> int:
        return self.answered.pop(0) if self.answered else 0


PROGRAM = """
import sys, django
django.setup()
import maillage.manage.urls
from maillage.kernel import later
names = [each.__name__ for each in vars(later).values() if isinstance(each, later.Later)]
print([name for name in (*names, "docx", "pptx") if name in sys.modules])
later.load()
print([name for name in names if name not in sys.modules])
"""


def test_what_is_long_to_load_waits_until_pages_are_answered(tmp_path):
    """Libraries that the first page does not use, scipy first, are loaded by whoever reads ahead."""
    environment = {"MAILLAGE_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "maillage.manage.settings"}
    completed = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert completed.stdout.split("\n") == ["[]", "[]", ""]


PREPARED = """
import sys
from maillage.manage.commands import servir
servir.prepare()
print([name for name in ("maillage.manage.hooks", "maillage.apps.dossiers.queries") if name in sys.modules])
"""


def test_who_prepares_the_tables_does_not_load_the_pages_beside_the_server(tmp_path):
    """Both share the processor until the first page: the mail that nobody sends yet loaded a third of them."""
    home = {"MAILLAGE_HOME": str(tmp_path)}
    words = [sys.executable, "-c", PREPARED]
    completed = subprocess.run(
        words, env=os.environ | home, capture_output=True, text=True, timeout=120, check=True
    )
    assert completed.stdout == "[]\n"


def test_the_server_reads_ahead_for_the_workers_that_replace_the_first(monkeypatch):
    read, threads = [], []
    monkeypatch.setattr(server, "read_ahead", lambda: read.append(1))
    monkeypatch.setattr(server.threading, "Thread", lambda **arguments: threads.append(arguments) or Begun())
    monkeypatch.setattr(server.gc, "freeze", lambda: read.append("frozen"))
    for age in (1, 2):
        server.pre_fork(None, Worker(age))
        server.post_worker_init(Worker(age))
    assert (len(read), len(threads)) == (0, 2), "the first ones answer at once, and leave later"
    server.pre_fork(None, Worker(3))
    server.post_worker_init(Worker(3))
    assert read == [1, "frozen"], "no answer waits while all that is shared is looked through for garbage"
    assert len(threads) == 2


def test_a_base_that_restarts_does_not_end_the_server_that_reads_ahead(monkeypatch, caplog):
    """gunicorn s’arrête, ses programmes avec lui, quand ce qu’il appelle avant d’en faire un autre échoue."""

    def cut() -> None:
        raise OperationalError("the connection is closed")

    closed, frozen = [], []
    monkeypatch.setattr(server, "_read", cut)
    monkeypatch.setattr(connections, "close_all", lambda: closed.append(1))
    monkeypatch.setattr(server.gc, "freeze", lambda: frozen.append(1))
    server.pre_fork(None, Worker(3))
    assert closed == frozen == [1]
    assert "n’a pas été lu" in caplog.text


def test_what_the_loop_and_the_indicators_look_up_is_read_ahead(monkeypatch):
    """Sinon, la première visite d’une boucle attend les tables du pays."""
    read = []
    monkeypatch.setattr(population, "sources", lambda: read.append("sources"))
    monkeypatch.setattr(model, "country", lambda: read.append("country"))
    monkeypatch.setattr(social_france, "expected", lambda: read.append("social"))
    monkeypatch.setattr(rurality, "kinds", lambda: read.append("rurality"))
    for module, name in ((later, "load"), (contents, "modules"), (search, "read_ahead"), (commune, "index")):
        monkeypatch.setattr(module, name, lambda: None)
    monkeypatch.setattr(territories, "gazetteer", lambda: SimpleNamespace(find=lambda words: None))
    monkeypatch.setattr(point, "extent", lambda code: None)
    monkeypatch.setattr(where, "of_code", lambda code: read.append("communes"))
    monkeypatch.setattr(maps, "place_map", lambda *where: read.append("contours"))
    monkeypatch.setattr(connections, "close_all", lambda: None)
    server.read_ahead()
    assert read == ["communes", "contours", "sources", "country", "social", "rurality"]


def test_a_worker_leaves_once_nobody_waits_for_it(monkeypatch):
    slept = []
    monkeypatch.setattr(server.time, "sleep", slept.append)
    last = Worker(2, 3, 1)
    server.leave_once_idle(last)
    assert not last.alive
    assert slept == [server.AFTER, server.EVERY, server.EVERY]


SLOW_SERVER = """
import time
from maillage.manage.deploy import server
server.AFTER = 0.2
server.read_ahead = lambda: time.sleep(1)
from maillage.manage.deploy.server import *
"""


def test_the_server_always_has_a_worker_however_long_it_reads_ahead(tmp_path):
    """A worker that leaves while the server reads is not replaced before the end: nobody would answer."""
    (tmp_path / "lent.py").write_text(SLOW_SERVER)
    (tmp_path / "essai.py").write_text(
        "def application(environ, start): start('200 OK', []); return [b'oui']"
    )
    options = (
        "--config",
        "python:lent",
        "--workers",
        "2",
        "--worker-class",
        "gthread",
        "--no-control-socket",
    )
    command = (sys.executable, "-m", "gunicorn", "essai:application", *options, "--bind", "127.0.0.1:0")
    served = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.DEVNULL)

    def lives(pid: str) -> bool:
        """Return False for a process that ended, even if the server has not seen it: it has no memory."""
        with suppress(FileNotFoundError, ProcessLookupError):
            return not Path(f"/proc/{pid}/statm").read_text().startswith("0 ")
        return False

    def workers() -> set[str]:
        children = Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text().split()
        return set(filter(lives, children))

    try:
        until(lambda: len(workers()) == 2)
        first = workers()

        def is_replaced() -> bool:
            alive = workers()
            assert alive, "nobody answers"
            return not alive & first

        until(is_replaced, lambda _: time.sleep(0.01))
    finally:
        served.terminate()
        served.wait()


@pytest.mark.parametrize(
    ("raised", "code"),
    [
        (SystemExit(0), 0),
        (SystemExit(3), None),  # a worker that could not start: gunicorn reads its code
        (RuntimeError(), None),
    ],
)
def test_a_worker_that_has_ended_leaves_its_memory_as_it_is(monkeypatch, raised, code):
    exit_codes = []
    monkeypatch.setattr(server.os, "_exit", exit_codes.append)
    with pytest.raises(type(raised)):
        try:
            raise raised
        finally:
            server.worker_exit(None, None)
    assert exit_codes == ([] if code is None else [code])


def test_a_server_that_could_not_start_says_so_to_who_started_it(monkeypatch):
    exit_codes = []
    monkeypatch.setattr(server.os, "_exit", exit_codes.append)
    server.on_exit(None)
    try:
        raise HaltServer("a worker failed to boot", 3)
    except HaltServer:
        server.on_exit(None)
    assert exit_codes == [0, 3]
