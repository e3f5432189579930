"""Make costly folders once and copy them: by the first process that asks, under a lock, for all those of a
run.
"""

import fcntl
import hashlib
import os
import signal
import subprocess
import sys
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copytree, rmtree
from tempfile import TemporaryDirectory

import psycopg

from maillage.manage.commands.servir import leave_with_parent
from tests.environment import SHARED
from tests.support import runs
from tests.support.speed import UNCOUNTED_PROCESSES
from tools import postgresql

ROOT = Path(__file__).parents[2]
DATABASE = "maillage.sqlite3"
TEMPLATE, EMPTY = "modele", "template1"
# What decides of the tables: when one of these files changes, the tables are made again.
TABLES = ("src/maillage/apps/**/migrations/*.py", "src/maillage/manage/settings.py", "requirements.lock")

INSIDE = ("PYTEST_", "DATABASE_URL", "DJANGO_ALLOW_ASYNC_UNSAFE")  # what only the process of the tests knows


def once(path: Path, make: Callable[[Path], object]) -> Path:
    """Return a path that `make` has filled, in this process or in another one; half of it is never seen. RuntimeError,
    with what it said, when `make` has failed in this run: to try again for each who asks would take as long each time.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    failure = SHARED / f"{path.name}.failure"
    with path.with_name(f"{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if failure.exists():
            raise RuntimeError(failure.read_text("utf-8"))
        if not path.exists():
            part = path.with_name(f"{path.name}.part")
            rmtree(part, ignore_errors=True)
            try:
                make(part)
            except Exception as error:
                failure.write_text(f"{traceback.format_exc()}\n{getattr(error, 'stderr', '')}", "utf-8")
                raise
            part.rename(path)
    return path


def environment(home: Path, database: str = "") -> dict[str, str]:
    """Return the environment of the platform: nothing of the tests, a home and perhaps a database of its own."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(INSIDE)}
    own = {"MAILLAGE_HOME": str(home), "DJANGO_SETTINGS_MODULE": "maillage.manage.settings"}
    return inherited | own | ({"DATABASE_URL": database} if database else {})


def migrate(home: Path, database: str = "") -> None:
    """Make every table, as the platform does when it starts."""
    _run("-c", "from maillage.manage.deploy.bootstrap import ready; ready()", env=environment(home, database))


def _run(*words: str, env: dict[str, str]) -> None:
    """Run Python to its end; it ends with whoever waits for it, even killed."""
    subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env=env,
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=leave_with_parent,
    )


def migrated() -> Path:
    """Return a home folder whose database has every table and no row; it stays from one run to the next."""
    digest = hashlib.sha256()
    for pattern in TABLES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return once(ROOT / ".pytest_cache" / "tables" / digest.hexdigest()[:20], migrate)


def furnish(home: Path) -> Path:
    """Give a home folder its tables: what starts there migrates nothing."""
    return copytree(migrated(), home, dirs_exist_ok=True)


def statics(home: Path) -> Path:
    """Give a home folder the static files: what serves it names and compresses none."""
    copytree(once(SHARED / "statiques", _collect), home / "statique", dirs_exist_ok=True)
    return home


def served(home: Path) -> Path:
    """Give a home folder its tables and the static files."""
    return furnish(statics(home))


def demonstration(home: Path) -> Path:
    """Give a home folder what `maillage demo --sans-calcul` leaves there."""
    return copytree(demonstrated(), home, dirs_exist_ok=True)


def demonstrated() -> Path:
    """Return the home folder of the demonstration, which is copied and never changed."""
    return once(SHARED / "demonstration", _demonstrate)


def studied(home: Path) -> Path:
    """Give a home folder the demonstration with the diagnosis of its perimeter, as the worker leaves them."""
    return copytree(study(), home, dirs_exist_ok=True)


def study() -> Path:
    """Return the home folder of the demonstration and its diagnosis, which is copied and never changed."""
    return once(SHARED / "etudiee", _study)


@contextmanager
def studying() -> Iterator[None]:
    """Make that home folder beside the tests, and no longer than them: whoever asks for it too early waits,
    nobody makes it again.
    """
    making = subprocess.Popen(
        [sys.executable, "-c", "from tests.support import shared; shared.study()"],
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=leave_with_parent,
    )
    UNCOUNTED_PROCESSES.add(str(making.pid))
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.killpg(making.pid, signal.SIGKILL)
        making.wait()


COLLECT = "from maillage.manage.deploy import bootstrap; from maillage.manage.requests import static; bootstrap.ready(); static.collect()"


def _collect(part: Path) -> None:
    with TemporaryDirectory(dir=SHARED) as home:
        _run("-c", COLLECT, env=environment(furnish(Path(home))))
        Path(home, "statique").rename(part)


def _demonstrate(part: Path) -> None:
    served(part)
    _run("-m", "maillage.manage.main", "demo", "--sans-calcul", env=environment(part))


STUDY = """
from maillage.manage.deploy.bootstrap import ready
ready()
from maillage.apps.dossiers import actions
from maillage.apps.dossiers.queries import StudyRequest
from maillage.manage.commands.demo import PERIMETER
actions.compute(actions.ask(StudyRequest(place=PERIMETER)))
"""


def _study(part: Path) -> None:
    demonstration(part)
    _run("-c", STUDY, env=environment(part))


def server() -> Path:
    """Return the folder of a PostgreSQL server that has a database to copy, with every table and no row."""

    def make(part: Path) -> None:
        folder = postgresql.start()
        part.write_text(str(folder))
        # Some thirty databases of a test each: to look again and again for what to tidy in them costs more than it spares.
        with psycopg.connect(postgresql.address(folder), autocommit=True) as connection:
            connection.execute("alter system set autovacuum = off")
            connection.execute("select pg_reload_conf()")
        _create(folder, TEMPLATE)
        migrate(SHARED / TEMPLATE, postgresql.address(folder, TEMPLATE))

    return Path(once(SHARED / runs.SERVER, make).read_text("utf-8"))


def new_database(template: str = TEMPLATE) -> str:
    """Return the address of a database of PostgreSQL with every table and no row."""
    name = f"essai_{uuid.uuid4().hex}"
    _create(server(), name, template)
    return postgresql.address(server(), name)


def empty_database() -> str:
    """Return the address of a database of PostgreSQL without a table."""
    return new_database(EMPTY)


def _create(folder: Path, name: str, template: str = EMPTY) -> None:
    with psycopg.connect(postgresql.address(folder), autocommit=True) as connection:
        connection.execute(f"create database {name} template {template}")
