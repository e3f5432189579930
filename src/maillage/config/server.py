"""What gunicorn does beside answering: reading ahead what a first visitor would wait for.

    gunicorn -c python:maillage.config.server maillage.config.wsgi:application

The first workers answer at once, and read ahead in a thread of their own. Those that replace them start from
what the server has read meanwhile: they share its memory.
"""

import threading
import time
from typing import Any

AFTER = 2.0  # seconds: whoever waited for the server asks for a page first


def read_ahead() -> None:
    """Read the tables that pages ask for first; what is read already costs nothing."""
    from maillage.apps.learning.queries import contents
    from maillage.apps.search import queries as search
    from maillage.pipeline.offer.clean import commune, point
    from maillage.studies.diagnosis.territories import gazetteer

    gazetteer().find("a")
    contents.modules()
    search.read_ahead()
    commune.index()  # of the first sheet that is written
    point.extent("01001")


def pre_fork(server: Any, worker: Any) -> None:
    """Before a worker that replaces another: read in the server what it will share."""
    if not _is_first(worker):
        read_ahead()


def post_worker_init(worker: Any) -> None:
    """In a worker of the start: read ahead once somebody has had a page."""
    if _is_first(worker):
        threading.Thread(target=_read_later, daemon=True).start()


def _read_later() -> None:
    from django.db import connections

    time.sleep(AFTER)
    read_ahead()
    connections.close_all()  # those of this thread


def _is_first(worker: Any) -> bool:
    return bool(worker.age <= worker.cfg.workers)
