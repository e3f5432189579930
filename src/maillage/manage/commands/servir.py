"""maillage servir: the platform on this computer, with its worker, and whoever does what comes due."""

import argparse
import contextlib
import ctypes
import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TextIO

from maillage.kernel import memory
from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.words.languages import FRENCH


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8000, metavar="N", help="port (par défaut 8000)")
    parser.add_argument(
        "--adresse", default="127.0.0.1", metavar="ADRESSE", help="adresse d’écoute (par défaut 127.0.0.1)"
    )

    parser.add_argument(
        "--demonstration",
        action="store_true",
        help="prépare d’abord la démonstration, comme « maillage demo »",
    )
    parser.add_argument(
        "--sans-travail",
        action="store_true",
        help="sans le travail en arrière-plan : « maillage travailler » le fait à côté",
    )


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy import start_signal
    from maillage.manage.deploy.home import ensure_key
    from maillage.manage.deploy.ownership import claim

    if not 0 < options.port < 65_536:
        raise Refused(
            f"Le port {options.port} n’existe pas.",
            why="Un port est un nombre entre 1 et 65535.",
            do="Essayez --port 8010.",
        )
    check_country()  # before anything is written
    inherited = inherited_socket()
    address, locks = f"http://{_browser_name(options.adresse)}:{options.port}", []  # open as long as we serve
    if inherited is None:
        locks.append(hold_home(address))
        check_free(options.adresse, options.port)
    else:  # whoever hands a socket over is the former server, which is leaving
        hold = threading.Thread(target=lambda: locks.append(hold_home(address, wait=True)), daemon=True)
        hold.start()
    os.environ.setdefault("MAILLAGE_ADDRESS", address)
    with contextlib.suppress(OSError):  # said in French below
        claim()  # before its key, which says that it was served
        ensure_key()  # before two processes look for it
    with start_signal.pipe() as (waited, signal_):
        # The web application loads beside what follows, and answers once it is told to.
        server = start(
            *web(options.adresse, options.port, inherited), start_signal=waited, inherited=inherited
        )
        steps("Préparation des tables et des fichiers des pages")
        prepare()
        late = prepare_data(demonstration=options.demonstration)
        signal_.give()
    helpers: list[Helper] = []
    voices: list[subprocess.Popen[bytes]] = []
    steps("Première page")

    def answered() -> None:
        if not _announce(server, options.adresse, options.port):
            return
        steps("Ce qui manque à la démonstration" if late else "Ce qu’un arrêt a laissé")
        # Only then: what loads beside the server makes whoever opens the first page wait.
        if late:
            late()
        helpers.extend(Helper(module) for module in (SCHEDULER, *([] if options.sans_travail else WORKERS)))
        catch_up()
        voices.extend(record_voices())
        memory.give_back()  # this process now only waits, as long as the platform runs
        steps.done()

    is_stopped = True
    try:
        is_stopped = keep(server, helpers, answered, lambda: say_leaving(locks))
    except KeyboardInterrupt:
        say_leaving(locks)
        server.terminate()
    finally:
        end(server, [*(helper.process for helper in helpers), *voices])
    if not is_stopped:
        raise Refused(
            f"Le serveur des pages s’est arrêté de lui-même (code {server.poll()}).",
            why="Le port a pu être pris entre-temps, ou la mémoire manquer : ce qu’il a dit est au-dessus.",
            do="Relancez la même commande. Si cela recommence, lancez maillage verifier-installation.",
        )
    return 0


def end(server: "subprocess.Popen[bytes]", helpers: Sequence["subprocess.Popen[bytes]"]) -> None:
    """End what stands beside the server, and wait for all of them."""
    for process in helpers:
        process.terminate()
    for process in (server, *helpers):
        try:
            process.wait(timeout=LET_END)
        except subprocess.TimeoutExpired:
            process.kill()  # what it was doing goes back in the queue at the next start


def web(address: str, port: int, inherited: int | None) -> tuple[str, ...]:
    """Return the command of the web server, a module of Python and its words."""
    return (
        *(
            "gunicorn",
            "maillage.manage.deploy.wsgi:application",
            "--config",
            "python:maillage.manage.deploy.server",
        ),
        *(
            "--preload",
            "--bind",
            f"{_written_out(address)}:{port}" if inherited is None else f"fd://{inherited}",
        ),
        *("--workers", "2", "--worker-class", "gthread", "--threads", "4"),
        *("--max-requests", "50000", "--max-requests-jitter", "5000", "--log-level", "warning"),
        "--no-control-socket",  # a file outside the home folder, one for all servers of an account
    )


def prepare() -> None:
    """Do what must be done before a page is answered: the tables, the providers, the static files."""
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from maillage.manage.providers import chosen
    from maillage.manage.requests import static

    chosen.check()
    static.collect()


def hold_home(address: str, *, wait: bool = False) -> TextIO | None:
    """Say in the home folder that it is served, and where; Refused when a server that runs says so, unless
    its end is waited for, or it says that it leaves. None where nothing can be written or locked, which is
    told later.
    """
    from maillage.manage.deploy.home import HOME, LEAVING, SERVER_FILE

    try:
        HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
        file: TextIO = (HOME / SERVER_FILE).open("a+", encoding="utf-8")
    except OSError:
        return None
    try:
        _lock(file, forever=wait)
    except BlockingIOError as error:
        other = _written(file).removesuffix(LEAVING)
        file.close()
        raise Refused(
            f"Un Maillage sert déjà ce dossier, à l’adresse {other}.",
            why="Deux feraient tout deux fois, et le plus récent changerait les tables sous l’autre.",
            do=f"Ouvrez cette adresse, arrêtez-le (Ctrl+C), ou donnez un autre MAILLAGE_HOME que {HOME}.",
        ) from error
    except OSError:  # a file system without locks
        file.close()
        return None
    with contextlib.suppress(OSError):  # a full disk: the lock is enough
        file.truncate(0)
        file.write(address)
        file.flush()
    return file


def say_leaving(locks: Sequence[TextIO | None]) -> None:
    """Say in the home folder that whoever serves it was asked to stop: the next one waits for its end."""
    from maillage.manage.deploy.home import LEAVING

    for file in filter(None, locks):
        if not is_leaving(file):
            with contextlib.suppress(OSError):
                file.write(LEAVING)
                file.flush()


def is_leaving(file: TextIO) -> bool:
    from maillage.manage.deploy.home import LEAVING

    return _written(file).endswith(LEAVING)


def _written(file: TextIO) -> str:
    file.seek(0)
    return file.read().rstrip("\n")


def _lock(file: TextIO, *, forever: bool) -> None:
    """Lock a file, however long it takes; or at once, and as soon as whoever leaves has left: BlockingIOError
    when somebody stays.
    """
    until, is_announced = time.monotonic() + LET_END, False
    while True:
        try:
            return fcntl.flock(file, fcntl.LOCK_EX | (0 if forever else fcntl.LOCK_NB))
        except BlockingIOError:
            if not is_leaving(file) or time.monotonic() >= until:
                raise
            if not is_announced:
                print("Le Maillage d’avant finit de s’arrêter.", flush=True)
            is_announced = True
            time.sleep(0.1)


def check_country() -> None:
    """Refuse another country whose folder is not there, or whose card lacks a line."""
    from maillage.manage.deploy.home import COUNTRY
    from maillage.statistics.country import card

    if COUNTRY:
        card.read(card.folder_of(COUNTRY))


def prepare_data(*, demonstration: bool) -> Callable[[], None] | None:
    """Prepare what pages show at first: another country, or the demonstration; return what may wait for the
    first page, None when nothing does.
    """
    from maillage.manage.commands import demo
    from maillage.manage.deploy.home import COUNTRY

    if COUNTRY:  # it has its own data, and no demonstration
        prepare_country(COUNTRY)
        return None
    if demonstration and demo.is_there():
        return prepare_demonstration
    if demonstration:
        prepare_demonstration()
    return None


def prepare_demonstration() -> None:
    """Prepare the demonstration in a process of its own, whose half a gigabyte goes with it."""
    with steps.paused():
        code = start("maillage.manage.main", "demo").wait()
    if code:  # it has said why
        raise SystemExit(code)


def prepare_country(named: str) -> None:
    """Count the country that is served, unless it was counted already from the same files."""
    from maillage.apps.platform.country import queries
    from maillage.statistics.country import card, diagnosis

    if diagnosis.prepare(card.folder_of(named), queries.home()):
        print(f"{queries.country().pack.name} : ses territoires sont comptés.", flush=True)


def catch_up() -> None:
    """Do what a stop left behind, while pages are answered."""
    from django.utils import timezone

    from maillage.apps.agenda.actions import links
    from maillage.apps.dossiers import actions
    from maillage.apps.platform.search import actions as search
    from maillage.apps.surveys.actions import targets

    search.build_if_empty()
    links.renew(at=timezone.now())
    targets.renew()
    actions.tidy()
    actions.resume()
    actions.publish_again_after_a_stop()


def record_voices() -> Iterator["subprocess.Popen[bytes]"]:
    """Record beside the pages what they say, for browsers without a voice; say so where nothing can speak."""
    from maillage.manage.commands import voix
    from maillage.manage.deploy import environment
    from maillage.manage.deploy.home import COUNTRY
    from maillage.publishing.voice import speech

    if (
        COUNTRY or environment.chosen("MAILLAGE_VOIX", "oui", "non") == "non"
    ):  # another country is not read aloud
        return
    if speech.is_able(FRENCH):
        yield start("maillage.manage.main", "voix")
    else:
        print(voix.ABSENT, flush=True)


LET_END = 40  # seconds: gunicorn gives thirty to who is being answered


def keep(
    server: "subprocess.Popen[bytes]",
    helpers: Sequence["Helper"],
    announce: Callable[[], None],
    leave: Callable[[], None],
) -> bool:
    """Wait for the end of the server, and start again what ends beside it; return whether it was asked to
    stop, by a signal that its helpers receive too: nothing more starts then. leave: called when it is.
    """
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        leave()
        server.terminate()

    signal.signal(signal.SIGTERM, stop)
    announce()
    while server.poll() is None:
        time.sleep(1)
        for helper in helpers:
            if not stopping and helper.may_start():
                helper.start()  # what it was doing is taken again by whoever does the deadlines
    return stopping


FIRST = 3  # where systemd leaves the first socket that it listens to


def inherited_socket() -> int | None:
    """Return the socket that whoever started this process listens to already, None without one.

    Nobody is refused while the service starts again: who calls meanwhile waits in that socket.
    """
    if os.environ.get("LISTEN_FDS") != "1" or os.environ.get("LISTEN_PID") not in (None, str(os.getpid())):
        return None
    for name in ("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"):  # for us, and none of those that we start
        os.environ.pop(name, None)
    return FIRST


class Helper:
    """A process beside the server, started again when it ends: at once, unless it keeps on ending as soon as
    it starts, which would leave nothing of an old computer to the pages.
    """

    def __init__(self, module: tuple[str, ...]) -> None:
        self.module, self.early = module, 0
        self.start()

    def start(self) -> None:
        """Start it."""
        self.process, self.since, self.due_at = start(*self.module), time.monotonic(), 0.0

    def may_start(self) -> bool:
        now = time.monotonic()
        if self.process.poll() is None:
            return False
        if not self.due_at:
            self.early = self.early + 1 if now - self.since < LASTED else 0
            wait = WAITS[min(self.early, len(WAITS) - 1)]
            self.due_at = now + wait
            if wait:
                what = "Le travail en arrière-plan" if self.module in WORKERS else "Le rappel des échéances"
                print(f"{what} s’arrête dès qu’il démarre. Nouvel essai dans {wait} s.", flush=True)
        return now >= self.due_at


def _announce(server: subprocess.Popen[bytes], address: str, port: int) -> bool:
    """Wait until a page is answered, and say so: the port takes calls before anybody answers them. Return
    whether one was: the server may have ended.
    """
    import http.client

    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104, an address that is compared
    while server.poll() is None:
        call = http.client.HTTPConnection(host, port, timeout=WAITED)
        with contextlib.closing(call), contextlib.suppress(OSError, http.client.HTTPException):
            call.request("GET", "/", headers={"Host": "localhost"})
            call.getresponse().read()  # even a refusal is an answer
            print(f"Maillage répond sur http://{_written_out(address)}:{port}", flush=True)
            if not has_accounts():
                print(FIRST_ACCOUNT, end="", flush=True)
            return True
        time.sleep(0.1)
    return False


def has_accounts() -> bool:
    from maillage.apps.platform.accounts.models import User

    return User.objects.exists()


FIRST_ACCOUNT = """Aucun compte n’existe encore. Créez le premier :
  maillage administrateur prenom.nom@collectivite.fr --nom "Prénom Nom"
"""
WAITED = 30  # seconds for one answer, on a slow computer
WORKERS = (("maillage.manage.deploy.worker", "rapide"), ("maillage.manage.deploy.worker", "lente"))
SCHEDULER = ("maillage.manage.deploy.scheduler",)
LASTED = 60  # seconds: a process that ends before has a fault that starting it again does not mend
WAITS = (0, 0, 0, 5, 15, 60)  # seconds before it is started again, by how many times in a row it ended so


def _browser_name(address: str) -> str:
    """Return how this computer names itself to a browser: passkeys ask for a name."""
    every = ("127.0.0.1", "0.0.0.0", "::1", "::")  # noqa: S104, addresses that are compared
    return "localhost" if address in every else _written_out(address)


def _written_out(address: str) -> str:
    """Return an address as it stands before a port: that of IPv6 between brackets."""
    return f"[{address}]" if ":" in address else address


def start(
    *module: str, start_signal: int | None = None, inherited: int | None = None
) -> subprocess.Popen[bytes]:
    """Start a Python module in another process, with our settings.

    start_signal: the pipe in which it waits for a word before it answers; inherited: the socket that it
    answers in. Both are open files that it shares.
    """
    from maillage.manage.deploy.start_signal import NAME

    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "maillage.manage.settings"}
    if start_signal is not None:
        environment[NAME] = str(start_signal)
    command = [sys.executable, "-m", *module]
    fds = [each for each in (start_signal, inherited) if each is not None]
    return subprocess.Popen(command, env=environment, preexec_fn=_leave_on_signal, pass_fds=fds)  # noqa: PLW1509, two calls, no lock


def _leave_on_signal() -> None:
    """Let this process be stopped by the command that starts it, and not by Ctrl+C beside it: it is told to
    stop in its turn, and what it loads before it knows how says nothing.
    """
    leave_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def leave_with_parent() -> None:
    """Ask Linux to end this process when the command that started it dies, even killed."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def check_free(address: str, port: int) -> None:
    """Refuse an address that is not this computer's, or a port that is forbidden or already in use."""
    import socket

    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except PermissionError as error:
            raise Refused(
                f"Le port {port} n’est pas permis à votre compte.",
                why="Les ports sous 1024 sont réservés à l’administrateur de l’ordinateur.",
                do="Choisissez-en un au-dessus, par exemple : PORT=8010 make run.",
            ) from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise Refused(
                    f"L’adresse {address} n’est pas de cet ordinateur.",
                    why="Un serveur n’écoute qu’à une adresse de l’ordinateur où il tourne.",
                    do=(
                        "Essayez --adresse 127.0.0.1 (cet ordinateur seul) ou --adresse 0.0.0.0 (tout le"
                        " réseau)."
                    ),
                ) from error
            raise Refused(
                f"Le port {port} est déjà pris sur {address}.",
                why="Un autre programme, ou un autre Maillage, l’occupe.",
                do=f"Fermez-le, ou choisissez un autre port : PORT={port + 10} make run.",
            ) from error
