"""The recordings of what pages say, made by `maillage voix`: where a page finds its own, and their files."""

from pathlib import Path

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase, HttpResponseNotModified
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from whitenoise.responders import StaticFile

from maillage.publishing.voice.recordings import HUMAN_FOLDER

TYPES = {".mp3": "audio/mpeg", ".json": "application/json"}


def folder() -> Path:
    """Return the folder of the recordings."""
    return Path(settings.HOME) / "voix"


def book_address(language: str, book: str) -> str:
    """Return the address of the recordings of some pages, '' when they have none."""
    try:
        written_at = (folder() / language / f"{book}.json").stat().st_mtime_ns
    except OSError:
        return ""
    address = reverse("recording", args=[language, f"{book}.json"])
    return f"{address}?{written_at // 1_000_000_000:x}"


@require_safe
@cache_control(public=True, max_age=86_400)
def recording(request: HttpRequest, language: str, name: str) -> HttpResponseBase:
    """A recording, or the book of some: by parts too, which the telephones of Apple ask for."""
    places = (folder() / HUMAN_FOLDER / language / name, folder() / language / name)
    path = next((place for place in places if place.is_file()), None)
    if path is None or path.suffix not in TYPES:
        raise Http404
    if (
        path.suffix == ".mp3"
    ):  # small already, and its parts are counted in its own bytes: nothing compresses it
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
    file = StaticFile(str(path), [("Content-Type", TYPES[path.suffix])])
    answer = file.get_response(request.method, request.META)
    if answer.status == HttpResponseNotModified.status_code:
        return HttpResponseNotModified()
    response = FileResponse(answer.file or iter(()), status=answer.status)
    for header, value in answer.headers:
        response[header] = value
    response["Accept-Ranges"] = "bytes"
    return response
