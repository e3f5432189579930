"""/metriques/: figures for a watching program of this computer, in the text format of Prometheus.

Answered to this computer alone: to whoever comes through a proxy, the page does not exist.
"""

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from types import MappingProxyType

from django.conf import settings
from django.core.cache import caches
from django.db import DatabaseError, connection
from django.db.models import Count, Min
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult

from maillage.apps.platform.messages.queries import ready_to_send
from maillage.manage.deploy import checks, health, scheduler
from maillage.manage.requests import request_log as requests

TEXT = "text/plain; version=0.0.4; charset=utf-8"
AGES = {
    "oldest_message": ("messages", "Age of the oldest message that waits"),
    "deadlines": ("echeances", "Time since the deadlines were last run"),
    "backup": ("sauvegarde", "Age of the last backup"),
    "restoration": ("restauration", "Time since a backup was last restored, or tried aside"),
}
CERTIFICATE = "deploy.metrics.certificate"  # the name of its end, which is asked once an hour
HOUR, SOON = 3_600, 2  # seconds
NO_LABELS: Mapping[str, str] = MappingProxyType({})
ESCAPED = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, for this computer only."""
    if not _is_local(request):
        raise Http404
    return HttpResponse("".join(f"{line}\n" for line in _lines()), content_type=TEXT)


def _is_local(request: HttpRequest) -> bool:
    """Recognise a request of this computer, and not of a proxy for somebody else."""
    if "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _lines() -> Iterator[str]:
    at = timezone.now()
    state = health.state(at)
    yield from _family("info", "The version that answers", [({"version": state["version"]}, 1)])
    yield from _value("up", "Whether a write would be kept", int(state["etat"] != health.BROKEN))
    is_there = state["base"] == health.WELL
    yield from _value("database_up", "Whether the database answers", int(is_there))
    yield from _value(
        "disk_free_bytes", "Room left beside the home folder", state["disque_libre_mo"] * 1_000_000
    )
    for name, (key, words) in AGES.items():
        yield from _value(f"{name}_seconds", words, state.get(key))
    yield from _value("backup_bytes", "Size of the last backup", health.backup_size())
    failing = [({"work": name}, 1.0) for name in scheduler.failing()]
    yield from _family("deadlines_failing", "Deadlines that failed the last time, each by its name", failing)
    yield from _value(
        "certificate_seconds", "Time until the certificate of the address ends", _certificate(at)
    )
    with suppress(DatabaseError):
        if is_there:
            yield from [line for part in (_tasks(at), _messages(at), _connections()) for line in part]
    yield from _requests()


def _certificate(at: datetime) -> float | None:
    """Return in how many seconds the certificate ends, 0 when the address answers nobody."""
    if not (settings.PRODUCTION and settings.IS_PUBLIC):
        return None
    end: datetime | None = caches["reads"].get(CERTIFICATE)
    if end is None:
        try:
            end = checks.certificate_end(settings.ADDRESS, seconds=SOON)
        except OSError:
            end = at
        caches["reads"].set(CERTIFICATE, end, HOUR if end > at else 2 * health.AGAIN)
    return max(0.0, round((end - at).total_seconds()))


def _tasks(at: datetime) -> Iterator[str]:
    counts = DBTaskResult.objects.values_list("queue_name", "status").annotate(n=Count("pk")).order_by()
    values = [({"queue": queue, "status": status.lower()}, float(n)) for queue, status, n in counts]
    yield from _family("tasks", "Tasks of the background work", sorted(values, key=str))
    oldest = DBTaskResult.objects.ready().order_by().values_list("queue_name").annotate(at=Min("enqueued_at"))
    ages = [({"queue": queue}, round((at - since).total_seconds())) for queue, since in sorted(oldest)]
    yield from _family("oldest_task_seconds", "Age of the oldest task that waits", ages)


def _messages(at: datetime) -> Iterator[str]:
    yield from _value("messages_waiting", "Messages whose hour has come", ready_to_send(at).count())


def _connections() -> Iterator[str]:
    """Yield the connections to PostgreSQL, and how many it accepts; no figure for a file."""
    n = most = None
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("select count(*), current_setting('max_connections')::int from pg_stat_activity")
            n, most = cursor.fetchone()
    yield from _value("database_connections", "Connections to PostgreSQL, of all its users", n)
    yield from _value("database_connections_max", "Connections that PostgreSQL accepts", most)


def _requests() -> Iterator[str]:
    totals = requests.totals()
    yield from _family(
        "requests_total",
        "Requests answered since the server started",
        [
            ({"route": f"/{route}", "class": name}, n)
            for route, total in totals.items()
            for name, n in zip(requests.CLASSES, total.answers, strict=True)
            if n
        ],
        kind="counter",
    )
    yield "# HELP maillage_request_seconds Time taken to answer"
    yield "# TYPE maillage_request_seconds histogram"
    bounds = [*(f"{bound:g}" for bound in requests.BOUNDS), "+Inf"]
    for route, total in totals.items():
        of_route = {"route": f"/{route}"}
        for bound, n in zip(bounds, total.buckets, strict=True):
            yield f"maillage_request_seconds_bucket{_labels(of_route | {'le': bound})} {n:.0f}"
        yield f"maillage_request_seconds_sum{_labels(of_route)} {total.seconds:.6f}"
        yield f"maillage_request_seconds_count{_labels(of_route)} {total.buckets[-1]:.0f}"
    for name, words, part in (
        ("queries_total", "Queries of the database", "queries"),
        ("query_seconds_total", "Time that these queries took", "query_seconds"),
    ):
        values = [
            ({"route": f"/{route}", "kind": kind}, n)
            for route, total in totals.items()
            for kind, n in zip(requests.KINDS, getattr(total, part), strict=True)
            if n
        ]
        yield from _family(name, words, values, kind="counter")


def _value(name: str, words: str, value: float | None) -> Iterator[str]:
    """Yield a figure without a label; None, and only its name: nobody knows it yet."""
    yield from _family(name, words, [] if value is None else [(NO_LABELS, value)])


def _family(
    name: str, words: str, values: Iterable[tuple[Mapping[str, str], float]], kind: str = "gauge"
) -> Iterator[str]:
    yield f"# HELP maillage_{name} {words}"
    yield f"# TYPE maillage_{name} {kind}"
    for labels, value in values:
        yield f"maillage_{name}{_labels(labels)} {value:.15g}"


def _labels(labels: Mapping[str, str]) -> str:
    """Return the labels of a figure, written after its name."""
    escaped = (f'{name}="{value.translate(ESCAPED)}"' for name, value in labels.items())
    return f"{{{','.join(escaped)}}}" if labels else ""
