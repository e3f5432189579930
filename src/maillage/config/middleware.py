"""What every request and every answer goes through."""

from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control

Answer = Callable[[HttpRequest], HttpResponse]


class NoNul:
    """Refuses the character that PostgreSQL cannot keep, wherever it comes from: nobody types it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or any("\x00" in value for values in request.GET.lists() for value in values[1]):
            raise Http404
        return self.answer(request)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Read what was posted once the forgery check has read it."""
        if any("\x00" in value for _, values in request.POST.lists() for value in values):
            raise SuspiciousOperation("a NUL character was posted")


class PrivatePages:
    """Keeps the pages of professionals out of every cache: a shared computer would show them after sign-out."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        if "/espace/" in request.path and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        return response
