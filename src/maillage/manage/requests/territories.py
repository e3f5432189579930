"""The modules that a page reads: those of the territory and of the structure of whoever writes them, of the
card, of the account, or of the place whose link was followed; the installation's and ours under them.
"""

from collections.abc import Callable, Sequence

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.http import escape_leading_slashes

from maillage.apps.directory.memberships.access import FRANCE, communes_of, holding_all, seat_of
from maillage.apps.learning import access
from maillage.apps.learning.queries import contents, readers

PUBLIC = "/apprendre/"


class Territories:
    """Reads the modules of the territories around the reader."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and request.path.startswith(PUBLIC) and access.TERRITORY in request.GET:
            return _choose(request)
        with contents.reading_as(lambda: _territories_of(request)):
            return self.answer(request)


def _territories_of(request: HttpRequest) -> Sequence[str]:
    """Return the territories around a reader that have modules, the widest first, then their structure; for
    an author, their own last.
    """
    own = access.written_for(request)
    if own == FRANCE:
        return ()
    known = contents.adapting()
    if own:
        structure = access.scope_structure(own)
        home = communes_of(own) if structure is None else seat_of(structure)
        return (*(each for each in holding_all(home or (), known) if each != own), own)
    writing = contents.writing()
    if not known and not writing:
        return ()
    followed = request.COOKIES.get(access.TERRITORY) or request.headers.get(access.READER, "")
    structure = access.home_of(request, timezone.now()) or (
        access.scope_structure(followed) if followed in writing else None
    )
    return readers.of_structure(structure, followed)


def _choose(request: HttpRequest) -> HttpResponse:
    """Follow the link of a place: read what its territory adapted, until the browser is closed."""
    query = request.GET.copy()
    code = query.pop(access.TERRITORY)[-1]
    path = escape_leading_slashes(request.path)
    response = HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)
    if code in contents.adapting() or code in contents.writing():
        response.set_cookie(access.TERRITORY, code, samesite="Lax", httponly=True, secure=request.is_secure())
    else:
        response.delete_cookie(access.TERRITORY, samesite="Lax")
    return response
