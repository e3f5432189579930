"""Refusals: a message on the next page, or a page of their own."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from maillage.kernel.errors import Refused

NO_ROOM = Refused(
    "Rien n’a été enregistré.",
    why="Le disque de l’ordinateur qui tient la plateforme est plein.",
    do="Prévenez la personne qui la tient. Ce qui était enregistré avant est intact.",
)
FULL = ("disk is full", "No space left")  # as SQLite and PostgreSQL say it


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


def is_disk_full(error: BaseException | None) -> bool:
    """Return whether there was no room left: for the database, or for a file that somebody sends."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, OperationalError) and any(words in str(error) for words in FULL)


def no_room(request: HttpRequest) -> HttpResponse:
    """Return the page that says that the disk is full, and that nothing was kept."""
    return page(request, NO_ROOM, status=HTTPStatus.INSUFFICIENT_STORAGE)


def problem(status: HTTPStatus, title: str, detail: str, **more: Any) -> HttpResponse:
    """Return an error as programs read it (RFC 9457)."""
    content = {"type": "about:blank", "title": title, "status": status.value, "detail": detail, **more}
    return JsonResponse(
        content,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
