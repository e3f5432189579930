"""The preview of a module that is being written: its pages, and above them the faults that stop it from being
read.
"""

from collections.abc import Callable

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from maillage.apps.learning.queries import contents


class Preview:
    """Shows the faults of the folder looked at: alone when the module cannot be read, above the page when
    another one can.
    """

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        territory = contents.territory_modules(now=True)
        request.preview = territory  # type: ignore[attr-defined]  # read by pages of this request
        response = self.answer(request)
        if territory.faults and response.status_code == 404 and request.path.startswith("/apprendre/"):
            response = render(request, "learning/preview.html", {"folder": contents.root()})
        response.headers["Cache-Control"] = "no-store"
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Lead from a page that asks for the base, which a preview has not, to the modules."""
        return redirect("learning") if isinstance(error, DatabaseError) else None
