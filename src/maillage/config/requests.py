"""One line of the log for each request, and counts for /metriques/: what was answered, never to whom.

A line has the pattern of an address, not the address: neither the number of a person nor a personal link.
"""

import os
import time
from collections.abc import Callable
from contextvars import ContextVar
from logging import getLogger
from multiprocessing.sharedctypes import RawArray
from re import compile as pattern
from threading import Lock
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Answer = Callable[[HttpRequest], HttpResponse]
KNOWN = pattern(r"[0-9A-Za-z-]{8,64}")
BOUNDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10.0)  # seconds
CLASSES = ("2xx", "3xx", "4xx", "5xx")
SLOTS = 64  # processes that count beside each other: each writes in its own part
WIDTH = len(CLASSES) + len(BOUNDS) + 2
current_id: ContextVar[str] = ContextVar("current_id", default="")
log = getLogger("maillage.requests")
# Made before the server makes its processes, which share it, and those that come after them too.
_counts = RawArray("d", SLOTS * WIDTH)
_alone = Lock()


class RequestLog:
    """Give each request a number, say it in the answer and in each line of the log, count it and time it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        received = request.headers.get("X-Request-ID", "") if settings.BEHIND_PROXY else ""
        number = received if KNOWN.fullmatch(received) else uuid4().hex
        request.number = number  # type: ignore[attr-defined]  # for the page that says a fault
        token, start = current_id.set(number), time.perf_counter()
        try:
            response = self.answer(request)
            seconds = time.perf_counter() - start
            response.headers["X-Request-ID"] = number
            if request.method == "HEAD":
                _drop_body(response)
            if not request.path.startswith(settings.STATIC_URL):
                count(response.status_code, seconds)
                log.info("", extra={"request": _line(request, response, seconds)})
        finally:
            current_id.reset(token)
        return response


def _drop_body(response: HttpResponse) -> None:
    """Leave out the body of an answer to HEAD, which gunicorn would drop with a warning."""
    if response.streaming:
        response.streaming_content = ()
    else:
        response.content = b""


def _line(request: HttpRequest, response: HttpResponse, seconds: float) -> dict[str, object]:
    match = request.resolver_match
    return {
        "methode": request.method,
        "page": f"/{match.route}" if match else "",
        "reponse": response.status_code,
        "ms": round(1000 * seconds),
    }


def count(status: int, seconds: float) -> None:
    """Count one more answer."""
    start = os.getpid() % SLOTS * WIDTH
    with _alone:
        _counts[start + min(max(status // 100 - 2, 0), len(CLASSES) - 1)] += 1
        for rank, bound in enumerate(BOUNDS):
            if seconds <= bound:
                _counts[start + len(CLASSES) + rank] += 1
        _counts[start + WIDTH - 2] += seconds
        _counts[start + WIDTH - 1] += 1


def totals() -> list[float]:
    """Return the counts of all processes: answers by class, answers by time, seconds, answers."""
    return [sum(_counts[slot * WIDTH + rank] for slot in range(SLOTS)) for rank in range(WIDTH)]
