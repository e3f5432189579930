"""The work of gunicorn beside answering: reading ahead the data that a first visitor would wait for.

gunicorn --config python:maillage.manage.deploy.server maillage.manage.deploy.wsgi:application

The first workers answer at once, having read nothing. The last one made leaves as soon as nobody waits for
it; the server reads once before it replaces it, and the next one leaves when this replacement answers: one of
them is there however long a slow computer reads. Those that come share the memory of the server.
"""

import gc
import logging
import os
import sys
import threading
import time
from typing import Any

from maillage.kernel import memory

AFTER = 2.0  # seconds before the first one leaves: whoever waited for the server asks for a page first
EVERY = 0.1
# A pipe that every worker shares: a byte for each replacement that answers, read by the one that may leave.
TURN_READ, TURN_WRITE = os.pipe()
log = logging.getLogger(__name__)


def read_ahead() -> None:
    """Read the tables that pages ask for first, and the libraries; what is read already costs nothing."""
    from django.db import connections

    try:
        _read()
    finally:
        connections.close_all()  # a worker opens its own; one that was cut would fail again the next time


def _read() -> None:
    from django.conf import settings

    if settings.COUNTRY:
        from maillage.apps.platform.country.queries import country

        country()
        return
    from maillage.apps.directory.places.queries import maps, where
    from maillage.apps.learning.queries import contents
    from maillage.apps.platform.search import queries as search
    from maillage.kernel import later
    from maillage.sources.offer.clean import commune, point
    from maillage.statistics.need import model, population, rurality, social_france
    from maillage.statistics.zones.territories import gazetteer

    later.load()
    gazetteer().find("a")
    where.of_code("01001")  # of a search, and of the day of who leads a territory
    maps.place_map((46.0, 5.0), "")  # of the first place, on screen or on paper
    contents.modules()
    search.read_ahead()
    population.sources()  # of the loop, and of the indicators
    model.country()  # of the first figure of a territory that nobody has asked for yet, as are these two
    social_france.expected()
    rurality.kinds()
    commune.index()  # of the first sheet that is written
    point.extent("01001")


def pre_fork(server: Any, worker: Any) -> None:
    """Before a worker that replaces another: read in the server what it will share, which is never looked
    through for garbage: half a million objects, a fifth of a second, in the middle of an answer.

    Whatever goes wrong while reading is noted, and stops nobody: gunicorn ends, all its workers with it, when
    this fails, and a base that restarts would close the platform.
    """
    if not _is_first(worker):
        try:
            read_ahead()
        except Exception:
            log.exception("Ce qui se lit d’avance n’a pas été lu.")
        memory.give_back()  # the files that were read, a quarter of a gigabyte
        gc.freeze()


def post_worker_init(worker: Any) -> None:
    """Let a worker of the start leave its place to one that shares what the server has read."""
    if _is_first(worker):
        threading.Thread(target=leave_once_idle, args=(worker,), daemon=True).start()
    else:
        os.write(TURN_WRITE, b".")


def worker_exit(server: Any, worker: Any) -> None:
    """End a worker that has nothing left to do."""
    error = sys.exception()
    if isinstance(error, SystemExit) and not error.code:
        _leave(0)


def on_exit(server: Any) -> None:
    """End the server, its workers gone; with what gunicorn says of a start that failed."""
    _leave(getattr(sys.exception(), "exit_status", 0))


def _leave(code: int) -> None:
    """End this process without tidying its memory, which goes with it: seconds on an old computer, after
    which a library counts aloud, in the terminal of who stops the platform, what was never looked through.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def leave_once_idle(worker: Any) -> None:
    """End a worker when its turn has come and nobody waits for it: the last one made first, then one for each
    replacement.
    """
    time.sleep(AFTER)
    if worker.age < worker.cfg.workers:
        os.read(TURN_READ, 1)
    while worker.alive and worker.nr_conns:
        time.sleep(EVERY)
    worker.alive = False  # as gunicorn does after --max-requests: what is under way ends first


def _is_first(worker: Any) -> bool:
    return bool(worker.age <= worker.cfg.workers)
