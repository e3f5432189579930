"""Every table of the site, in the form asked for: `?tableur=classeur` or `?tableur=csv-francais`.

A page writes its table once, as CSV; what is true of one table (codes as text, header frozen, sources on a
sheet) is then true of each.
"""

import io
import tempfile
from collections.abc import Callable
from pathlib import PurePath
from urllib.parse import urlencode

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from maillage.kernel import workbook
from maillage.words import dates

PARAMETER, WORKBOOK, FRENCH_CSV = "tableur", "classeur", "csv-francais"
CSV_TYPE = "text/csv"
IN_MEMORY = 2_000_000  # bytes, beyond which the table waits on disk
# Beyond, a table is given as it is stored: half a minute of processor would be anybody's to ask for.
MAX_BYTES = 8_000_000


class TableFormats:
    """Answers a table of CSV as a workbook, or as a CSV for a French spreadsheet, to whoever asks."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse | StreamingHttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
        response = self.answer(request)
        form = request.GET.get(PARAMETER)
        if form not in (WORKBOOK, FRENCH_CSV) or response.status_code != 200:
            return response
        is_table = response.headers.get("Content-Type", "").startswith(CSV_TYPE)
        if not is_table or int(response.headers.get("Content-Length", 0)) > MAX_BYTES:
            return response
        return _converted(request, response, form)


def _converted(
    request: HttpRequest, response: HttpResponse | StreamingHttpResponse, form: str
) -> FileResponse:
    """Return the table of a response in another form; its other headers stay."""
    name = PurePath(_file_name(response))
    with tempfile.SpooledTemporaryFile(IN_MEMORY) as stored:
        for piece in response:
            stored.write(piece)
        out = io.BytesIO()
        with io.TextIOWrapper(stored, "utf-8", newline="") as table:
            if form == WORKBOOK:
                workbook.write_workbook(out, table, _about(request, response, name.stem))
            else:
                text = io.TextIOWrapper(out, "utf-8", newline="")
                workbook.write_french_csv(text, table)
                text.detach()
    out.seek(0)
    response.close()
    kind, suffix = (
        (workbook.MEDIA_TYPE, ".xlsx") if form == WORKBOOK else (f"{CSV_TYPE}; charset=utf-8", ".csv")
    )
    converted = FileResponse(out, content_type=kind, as_attachment=True, filename=f"{name.stem}{suffix}")
    if "Cache-Control" in response:
        converted["Cache-Control"] = response["Cache-Control"]
    return converted


def _file_name(response: HttpResponse | StreamingHttpResponse) -> str:
    _, _, name = response.headers.get("Content-Disposition", "").partition('filename="')
    return name.rstrip('"') or "tableau.csv"


def _about(
    request: HttpRequest, response: HttpResponse | StreamingHttpResponse, title: str
) -> list[tuple[str, str]]:
    """Return the rows of the sheet that says where a table comes from: its view's `sources` come last."""
    query = request.GET.copy()
    query.pop(PARAMETER)
    address = f"{request.path}?{urlencode(query)}" if query else request.path
    where = request.build_absolute_uri(address) if settings.IS_PUBLIC else address
    return [
        ("Tableau", title),
        ("Fait le", dates.in_words(timezone.localdate())),
        ("Adresse", where),
        ("Logiciel", "Maillage"),
        *(("Source", source) for source in getattr(response, "sources", ())),
    ]
