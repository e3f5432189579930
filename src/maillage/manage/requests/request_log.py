"""One line of the log for each request, and counts for /metriques/: what was answered, never to whom.

A line and a count have the pattern of an address, not the address: neither the number of a person nor a
personal link.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from logging import getLogger
from mmap import mmap
from re import compile as pattern
from threading import Lock
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import URLResolver, get_resolver

Answer = Callable[[HttpRequest], HttpResponse]
KNOWN = pattern(r"[0-9A-Za-z-]{8,64}")
BOUNDS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10.0)  # seconds
CLASSES = ("2xx", "3xx", "4xx", "5xx")
KINDS = ("read", "write", "other")  # of queries: the last one begins, ends, asks for a setting
VERBS = {"select": 0, "with": 0, "insert": 1, "update": 1, "delete": 1}
SLOTS = 32  # processes that count beside each other: each writes in its own part
ROUTES = 1024  # patterns of addresses, at most
NOWHERE = "…"  # of an address that is none of ours
WIDTH = len(CLASSES) + len(BOUNDS) + 2 + 2 * len(KINDS)
current_id: ContextVar[str] = ContextVar("current_id", default="")
log = getLogger("maillage.requests")
# Made before the server makes its processes, which share it, and those that come after them too.
# Its pages are those of the routes that answered: the others take no memory.
_counts = memoryview(mmap(-1, 8 * SLOTS * ROUTES * WIDTH)).cast("d")
_alone = Lock()


class Queries:
    """Count and time what a request asks of the database, by kind."""

    def __init__(self) -> None:
        self.counts, self.seconds = [0] * len(KINDS), [0.0] * len(KINDS)

    def __call__(self, execute: Callable[..., Any], sql: Any, *statement: Any) -> Any:
        start = time.perf_counter()
        try:
            return execute(sql, *statement)
        finally:
            kind = VERBS.get(str(sql).lstrip()[:6].split(" ")[0].lower(), len(KINDS) - 1)
            self.counts[kind] += 1
            self.seconds[kind] += time.perf_counter() - start


@dataclass(frozen=True, slots=True)
class Total:
    """The answers of a route. buckets: those given within each of BOUNDS; queries and the seconds that they
    took, by kind.
    """

    answers: list[float]
    buckets: list[float]
    seconds: float
    queries: list[float]
    query_seconds: list[float]


class RequestLog:
    """Give each request a number, say it in the answer and in each line of the log, count it and time it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        received = request.headers.get("X-Request-ID", "") if settings.BEHIND_PROXY else ""
        number = received if KNOWN.fullmatch(received) else uuid4().hex
        request.number = number  # type: ignore[attr-defined]  # for the page that says a fault
        token, start, queries = current_id.set(number), time.perf_counter(), Queries()
        try:
            with connection.execute_wrapper(queries):
                response = self.answer(request)
            seconds = time.perf_counter() - start
            response.headers["X-Request-ID"] = number
            if request.method == "HEAD":
                _drop_body(response)
            if not request.path.startswith(settings.STATIC_URL):
                count(_route(request), response.status_code, seconds, queries)
                log.info("", extra={"request": _line(request, response, seconds, queries)})
        finally:
            current_id.reset(token)
        return response


def _drop_body(response: HttpResponse | StreamingHttpResponse) -> None:
    """Leave out the body of an answer to HEAD, which gunicorn would drop with a warning."""
    if isinstance(response, StreamingHttpResponse):
        response.streaming_content = ()
    else:
        response.content = b""


def _route(request: HttpRequest) -> str:
    return request.resolver_match.route if request.resolver_match else NOWHERE


def _line(
    request: HttpRequest, response: HttpResponse, seconds: float, queries: Queries
) -> dict[str, object]:
    return {
        "methode": request.method,
        "page": f"/{request.resolver_match.route}" if request.resolver_match else "",
        "reponse": response.status_code,
        "ms": round(1000 * seconds),
        "base": sum(queries.counts),
        "base_ms": round(1000 * sum(queries.seconds)),
    }


def count(route: str, status: int, seconds: float, queries: Queries) -> None:
    """Count one more answer of a route."""
    rank = ranks().get(route, ranks()[NOWHERE])
    start = (os.getpid() % SLOTS * ROUTES + min(rank, ROUTES - 1)) * WIDTH
    added = [0.0] * len(CLASSES)
    added[min(max(status // 100 - 2, 0), len(CLASSES) - 1)] = 1
    added += [float(seconds <= bound) for bound in BOUNDS]
    added += [seconds, 1.0, *queries.counts, *queries.seconds]
    with _alone:
        for column, value in enumerate(added):
            if value:
                _counts[start + column] += value


def ranks() -> dict[str, int]:
    """Return the place of each route in the counts, the same in every process."""
    return _ranks(settings.ROOT_URLCONF)


@cache
def _ranks(urlconf: str) -> dict[str, int]:
    routes = {NOWHERE, *_routes(get_resolver(urlconf), "")}
    return {route: rank for rank, route in enumerate(sorted(routes))}


def _routes(resolver: URLResolver, before: str) -> Iterator[str]:
    for url_pattern in resolver.url_patterns:
        route = before + str(url_pattern.pattern)
        if isinstance(url_pattern, URLResolver):
            yield from _routes(url_pattern, route)
        else:
            yield route


def totals() -> dict[str, Total]:
    """Return the answers of all processes by route, without the routes that were never asked."""
    first, n_kinds = len(CLASSES) + len(BOUNDS), len(KINDS)
    total_by_route = {}
    for route, rank in ranks().items():
        starts = [(slot * ROUTES + rank) * WIDTH for slot in range(SLOTS)]
        starts = [start for start in starts if _counts[start + first + 1]]
        if starts:
            values = [sum(_counts[start + rank] for start in starts) for rank in range(WIDTH)]
            total_by_route[route] = Total(
                values[: len(CLASSES)],
                [*values[len(CLASSES) : first], values[first + 1]],
                values[first],
                values[first + 2 : first + 2 + n_kinds],
                values[first + 2 + n_kinds :],
            )
    return total_by_route
