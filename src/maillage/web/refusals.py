"""Refusals: a message on the next page, or a page of their own."""

import errno
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any, ParamSpec, Protocol

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, InterfaceError, OperationalError
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from maillage.kernel.errors import Refused
from maillage.web.overwrites import OverwriteGuard, WrittenMeanwhile
from maillage.words.languages import to_say

log = logging.getLogger(__name__)
NO_ROOM = Refused(
    "Rien n’a été enregistré.",
    why="Le disque de l’ordinateur qui tient la plateforme est plein.",
    do="Prévenez la personne qui la tient. Ce qui était enregistré avant est intact.",
)
FULL = ("disk is full", "No space left")  # as SQLite and PostgreSQL say it
UNREACHABLE = Refused(
    "Maillage ne joint plus sa base de données.",
    why="Elle redémarre, ou elle est arrêtée : rien de ce que vous venez d’envoyer n’a été enregistré.",
    do="Réessayez dans une minute. Si cela dure, prévenez la personne qui tient la plateforme.",
)
FAULTS = ("no such", "syntax error")  # of ours, which SQLite tells as it tells a database that is not there
AGAIN = "60"  # seconds
AT_ONCE = Refused(
    to_say("Rien n’a été enregistré."),
    why=to_say("Quelqu’un d’autre écrivait au même endroit, au même instant."),
    do=to_say("Revenez à la page d’avant, relisez-la, puis recommencez s’il le faut."),
)
# As PostgreSQL numbers it: one row written twice, or of what somebody erases, two who wait for each other.
OF_TWO = frozenset({"23505", "23503", "40P01", "40001"})
ON_SQLITE = ("UNIQUE constraint failed", "FOREIGN KEY constraint failed")  # whose writers come one by one
P = ParamSpec("P")
SOON = "1"  # seconds


class _Catching(Protocol):
    """A context that stops a refusal: what follows it runs all the same."""

    def __enter__(self) -> None: ...

    def __exit__(self, *error: Any) -> bool: ...


def _catching(generator: Callable[P, Iterator[None]]) -> Callable[P, _Catching]:
    return contextmanager(generator)  # type: ignore[return-value]  # its type is that of one that lets errors pass


@_catching
def as_message(request: HttpRequest) -> Iterator[None]:
    """Turn a refusal raised inside into a message: what happened, why, what to do."""
    try:
        yield
    except Refused as error:
        messages.error(request, " ".join(error.sentences))


@_catching
def in_form(form: BaseForm) -> Iterator[None]:
    """Keep a refusal raised inside with the form that asked for it, whose page then shows what was typed."""
    try:
        yield
    except Refused as error:
        if isinstance(error, WrittenMeanwhile) and isinstance(form, OverwriteGuard):
            form.tell(error)
        form.add_error(None, " ".join(error.sentences))


def error_texts(form: BaseForm) -> list[str]:
    """Return the reasons why a form is refused, field after field."""
    return [str(text) for texts in form.errors.values() for text in texts]


def page(
    request: HttpRequest, error: Refused, *, status: int = 400, offers_sign_in: bool = False
) -> HttpResponse:
    """Return the page that says what was refused, why, and what to do. offers_sign_in: whether a stranger may
    have an account already, and go on with it.
    """
    context = {"what": error.what, "why": error.why, "do": error.do, "offers_sign_in": offers_sign_in}
    return render(request, "site/refused.html", context, status=status)


def is_disk_full(error: BaseException | None) -> bool:
    """Recognise the error of a full disk: for the database, or for a file that somebody sends."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    return isinstance(error, OperationalError) and any(words in str(error) for words in FULL)


def is_unreachable(error: BaseException | None) -> bool:
    """Recognise a database that did not answer: stopped, restarting, or held by another for too long."""
    if not isinstance(error, OperationalError | InterfaceError) or is_disk_full(error) or is_of_two(error):
        return False
    return not any(words in str(error) for words in FAULTS)


def is_of_two(error: BaseException | None) -> bool:
    """Recognise the error of two who wrote the same at once: the database kept one of them: the row that both
    made, or that one erased while the other was about to lock it.
    """
    if isinstance(error, ObjectDoesNotExist):
        return True
    if not isinstance(error, IntegrityError | OperationalError):
        return False
    return getattr(error.__cause__, "sqlstate", None) in OF_TWO or str(error).startswith(ON_SQLITE)


def at_once(request: HttpRequest, error: Exception) -> HttpResponse:
    """Return the page that says that somebody else wrote the same; the log has where: written twice by one
    person, it is a fault of ours. A program sends again what it kept, and finds what is there.
    """
    log.error("two writings at once", exc_info=error)
    if not _is_program(request):
        return page(request, AT_ONCE, status=HTTPStatus.CONFLICT)
    response: HttpResponse = _to_program(AT_ONCE, HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = SOON
    return response


def unreachable(request: HttpRequest) -> HttpResponse:
    """Return the page that says that the database does not answer; it asks nothing of it."""
    if _is_program(request):
        response: HttpResponse = _to_program(UNREACHABLE, HTTPStatus.SERVICE_UNAVAILABLE)
    else:
        context = {"what": UNREACHABLE.what, "why": UNREACHABLE.why, "do": UNREACHABLE.do}
        context["number"] = number(request)
        text = render_to_string("site/503.html", context)
        response = HttpResponse(text, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = AGAIN
    response["Cache-Control"] = "no-store"
    return response


def number(request: HttpRequest) -> str:
    """Return the number of a request, by which its lines are found in the log; '' when it has none."""
    return str(getattr(request, "number", ""))


def _is_program(request: HttpRequest) -> bool:
    """Recognise the request of a program, which reads no page: a device that sends what it kept, the
    interface.
    """
    return request.content_type == "application/json" or request.path.startswith("/api/")


def _to_program(error: Refused, status: HTTPStatus) -> JsonResponse:
    return problem(status, error.what, f"{error.why} {error.do}")


def no_room(request: HttpRequest) -> HttpResponse:
    """Return the page that says that the disk is full, and that nothing was kept."""
    if _is_program(request):
        return _to_program(NO_ROOM, HTTPStatus.INSUFFICIENT_STORAGE)
    return page(request, NO_ROOM, status=HTTPStatus.INSUFFICIENT_STORAGE)


def unreadable(request: HttpRequest, named: list[str]) -> HttpResponse:
    """Return the refusal of an address whose parameters hold what no text does: nobody types it."""
    if not _is_program(request):
        raise Http404
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "La demande ne se comprend pas.",
        f"{', '.join(named)} : le caractère nul n’est d’aucun texte. Retirez-le et recommencez.",
        errors=[{"parametre": name, "raison": "caractère nul refusé"} for name in named],
    )


def problem(status: HTTPStatus, title: str, detail: str, **more: Any) -> JsonResponse:
    """Return an error as programs read it (RFC 9457)."""
    content = {"type": "about:blank", "title": title, "status": status.value, "detail": detail, **more}
    return JsonResponse(
        content,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )
