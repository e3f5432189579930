"""Refusals: a message on the next page, or a page of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from maillage.kernel.errors import Refused


@contextmanager
def as_message(request: HttpRequest) -> Iterator[None]:
    """Turn a refusal raised inside into a message: what happened, why, what to do."""
    try:
        yield
    except Refused as error:
        messages.error(request, " ".join(error.sentences))


def page(request: HttpRequest, error: Refused, *, status: int = 400) -> HttpResponse:
    """Return the page that says what was refused, why, and what to do."""
    return render(
        request, "site/refused.html", {"what": error.what, "why": error.why, "do": error.do}, status=status
    )


def problem(status: HTTPStatus, title: str, detail: str, **more: Any) -> HttpResponse:
    """Return an error as programs read it (RFC 9457)."""
    content = {"type": "about:blank", "title": title, "status": status.value, "detail": detail, **more}
    return JsonResponse(
        content,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
