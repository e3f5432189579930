"""Answers that are sent again only when something published has changed."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import condition

from maillage.apps.directory.places.queries import published

View = Callable[..., HttpResponseBase]


def unless_changed(view: View) -> View:
    """Answer 304 to a client whose copy is current: same day, same state of the directory. Errors are never
    cached.
    """
    conditional = condition(etag_func=_etag, last_modified_func=_changed_at)(view)

    @wraps(view)
    def serve(request: HttpRequest, *args: Any, **path: Any) -> HttpResponseBase:
        response: HttpResponseBase = conditional(request, *args, **path)
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            del response["ETag"], response["Last-Modified"]
        return response

    return serve


def _state(request: HttpRequest) -> published.State:
    memory: dict[str, published.State] = vars(request)
    if "directory_state" not in memory:
        memory["directory_state"] = published.state()
    return memory["directory_state"]


def _etag(request: HttpRequest, *args: Any, **path: Any) -> str:
    return f'"{_state(request).digest}-{timezone.localdate():%Y%m%d}"'


def _changed_at(request: HttpRequest, *args: Any, **path: Any) -> datetime:
    """Return when an answer last changed: scores, freshness and dates change every day."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return max(filter(None, (today, _state(request).changed_at)))
