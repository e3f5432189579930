"""/metriques/: figures for a watching program of this computer, in the text format of Prometheus.

Answered to this computer alone: to whoever comes through a proxy, the page does not exist.
"""

import ipaddress
from collections.abc import Iterator

from django.db import DatabaseError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_tasks_db.models import DBTaskResult

from maillage.config import health, requests

TEXT = "text/plain; version=0.0.4; charset=utf-8"
AGES = {
    "oldest_task": ("taches", "Age of the oldest task that waits"),
    "oldest_message": ("messages", "Age of the oldest message that waits"),
    "deadlines": ("echeances", "Time since the deadlines were last run"),
    "backup": ("sauvegarde", "Age of the last backup"),
}


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
    state = health.state(timezone.now())
    yield from _gauge("info", "The version that answers", [(f'{{version="{state["version"]}"}}', 1)])
    yield from _gauge("up", "Whether a write would be kept", [("", int(state["etat"] != health.BROKEN))])
    yield from _gauge(
        "database_up", "Whether the database answers", [("", int(state["base"] == health.WELL))]
    )
    free = state["disque_libre_mo"] * 1_000_000
    yield from _gauge("disk_free_bytes", "Room left beside the home folder", [("", free)])
    for name, (key, words) in AGES.items():
        if (age := state.get(key)) is not None:
            yield from _gauge(f"{name}_seconds", words, [("", age)])
    yield from _tasks()
    yield from _requests()


def _tasks() -> Iterator[str]:
    try:
        counts = DBTaskResult.objects.values_list("queue_name", "status").annotate(n=Count("pk")).order_by()
        values = [(f'{{queue="{queue}",status="{status.lower()}"}}', n) for queue, status, n in counts]
    except DatabaseError:
        return
    yield from _gauge("tasks", "Tasks of the background work", sorted(values))


def _requests() -> Iterator[str]:
    totals = requests.totals()
    n = len(requests.CLASSES)
    yield "# HELP maillage_requests_total Requests answered since the server started"
    yield "# TYPE maillage_requests_total counter"
    for name, value in zip(requests.CLASSES, totals, strict=False):
        yield f'maillage_requests_total{{class="{name}"}} {value:.0f}'
    yield "# HELP maillage_request_seconds Time taken to answer"
    yield "# TYPE maillage_request_seconds histogram"
    for bound, value in zip(requests.BOUNDS, totals[n:], strict=False):
        yield f'maillage_request_seconds_bucket{{le="{bound:g}"}} {value:.0f}'
    yield f'maillage_request_seconds_bucket{{le="+Inf"}} {totals[-1]:.0f}'
    yield f"maillage_request_seconds_sum {totals[-2]:.6f}"
    yield f"maillage_request_seconds_count {totals[-1]:.0f}"


def _gauge(name: str, words: str, values: list[tuple[str, float]]) -> Iterator[str]:
    yield f"# HELP maillage_{name} {words}"
    yield f"# TYPE maillage_{name} gauge"
    for labels, value in values:
        yield f"maillage_{name}{labels} {value}"
