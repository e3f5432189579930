"""Public pages that are the same for everybody, kept whole in each process until what they show changes.

What is kept is what somebody who never came before is shown: no session, no form, no question asked, no
cookie but those of a language and of a light. It serves until the minute ends, for what has an hour, or until
a line of the journal tells a change of what the page shows, in whichever process it was written. Anybody else
gets a page made for them.
"""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response

from maillage.apps.learning.access import READER
from maillage.apps.platform.search import actions as search
from maillage.apps.platform.search.rules import READING
from maillage.manage.requests.languages import COOKIE as LANGUAGE
from maillage.manage.requests.languages import preferred
from maillage.web import marks

# What each page shows: features whose rows it reads, or what verbs of the journal are about.
SUBJECTS_BY_PATH: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "/": ("dossiers",),
        "/carte/": ("directory", "territories"),
        "/ateliers/": ("agenda", "directory"),
        "/apprendre/": ("module",),
        "/glossaire/": (),
        "/aider-un-proche/": (),
        "/sources/": ("territories",),
    }
)
SUBJECTS = frozenset(subject for subjects in SUBJECTS_BY_PATH.values() for subject in subjects)
LIGHT, LIGHTS = "theme", ("jour", "nuit")
MOST = 200  # pages: an address, a language, a light, a host
Answer = Callable[[HttpRequest], HttpResponse]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was answered. until: seconds since 1970; marks: of what it shows, before it was made."""

    until: float
    marks: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    match: Any


class StoredPages:
    """Answers what is kept, and keeps what may be."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.pages: dict[tuple[Any, ...], Page] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = _key(request) if settings.STORED_PAGES else None
        if key is None:
            return self.answer(request)
        try:
            latest_marks = marks.latest(SUBJECTS_BY_PATH[request.path])
        except DatabaseError:  # what can be answered without a database still is, or says why not
            return self.answer(request)
        at, stored = time.time(), self.pages.get(key)
        if stored is not None and at < stored.until and stored.marks == latest_marks:
            request.resolver_match = stored.match
            return _unless_had(request, HttpResponse(stored.body, headers=stored.headers))
        response = self.answer(request)
        if not _is_for_all(response):
            return response
        digest = hashlib.sha256(response.content).hexdigest()[:20]
        response.headers["ETag"] = f'W/"{digest}"'
        if len(self.pages) >= MOST:
            self.pages.clear()
        until = at - at % settings.STORED_PAGES + settings.STORED_PAGES
        headers = dict(response.items())
        self.pages[key] = Page(until, latest_marks, headers, response.content, request.resolver_match)
        return _unless_had(request, response)


def follow(lines: Sequence[tuple[str, str, int]]) -> None:
    """Read lines of the journal as they are written: verb, label of the model,
    number. The search reads its words again; pages that show what changed are made again.
    """
    search.follow(lines)
    writings = [line for line in lines if not line[0].endswith(READING)]
    named = {words.partition(".")[0] for verb, model, _ in writings for words in (verb, model)}
    for subject in named & SUBJECTS:
        marks.leave(subject)


def _key(request: HttpRequest) -> tuple[Any, ...] | None:
    """Return the key of the pages common to several readers; None for anybody else."""
    if request.method != "GET" or request.path not in SUBJECTS_BY_PATH or request.META.get("QUERY_STRING"):
        return None
    cookies = request.COOKIES
    if not cookies.keys() <= {LANGUAGE, LIGHT} or request.headers.keys() & {"Authorization", READER}:
        return None
    try:
        host = request.get_host()
    except DisallowedHost:
        return None
    light = cookies.get(LIGHT)
    return (
        request.path,
        preferred(request),
        light if light in LIGHTS else "",
        request.is_secure(),
        host,
        "gzip" in request.headers.get("Accept-Encoding", ""),
    )


def _is_for_all(response: HttpResponse) -> bool:
    """Recognise a page that holds nothing of its reader, nor a form of theirs."""
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and not response.has_header("Cache-Control")
    )


def _unless_had(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Return the page, or 304 to a browser that has it."""
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
