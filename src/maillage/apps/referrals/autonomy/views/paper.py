"""The diagnosis on paper: sheets to print, and a sheet typed back in a minute."""

import secrets
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.people.persons import access as people_access
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import holding
from maillage.apps.referrals.autonomy import access
from maillage.apps.referrals.autonomy.forms import carried
from maillage.apps.referrals.autonomy.forms import paper as forms
from maillage.apps.referrals.autonomy.queries import paper, segments
from maillage.apps.referrals.autonomy.queries.segments import Segments
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.typed import ROWS, whole_number
from maillage.publishing.autonomy import frame_of_reference
from maillage.publishing.autonomy import paper as bilan_paper
from maillage.reference import bilan

NOBODY = Refused(
    "La feuille n’est pas lue.",
    why="Aucune personne que vous suivez n’a cette carte.",
    do="Vérifiez le code, ou laissez-le vide : la carte se fait à la fin.",
)
NOTHING = Refused(
    "La feuille n’est pas lue.",
    why="Aucune lettre n’est comprise.",
    do="Écrivez par exemple : X1=a A1=bc. Les questions sans croix se laissent vides.",
)
helping = holding(*access.RIGHTS)


# --------------------------------------------------------------------------------------------------- to print


@require_safe
def sheets(request: HttpRequest) -> HttpResponse:
    """Every sheet, and how to print it."""
    return render(
        request, "autonomy/paper/sheets.html", {"kinds": bilan_paper.SHEETS, "count": len(bilan.questions())}
    )


@require_safe
def form(request: HttpRequest) -> HttpResponse:
    """The form as PDF: four large pages, or one sheet folded."""
    return _pdf(bilan_paper.form(on=timezone.localdate(), **_format(request)), "bilan-papier")


@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """The four questions of a counter as PDF."""
    return _pdf(bilan_paper.card(on=timezone.localdate()), "reperage")


@require_safe
def framework(request: HttpRequest) -> HttpResponse:
    """The framework of digital maturity, read from the rule; with the segments of a territory."""
    place, read_as = _segments(request)
    page = frame_of_reference.framework_page(
        timezone.localdate(), segments=read_as.labels, segments_of=read_as.by
    )
    return render(request, "autonomy/paper/framework.html", {"r": page, "place": place})


def _segments(request: HttpRequest) -> tuple[str, Segments]:
    """Return the territory that is asked for, "" for none, and its segments; Http404 when nobody knows it."""
    code = request.GET.get("territoire", "")
    try:
        place = territories.canonical(code) if code else ""
    except UnknownTerritory as error:
        raise Http404(error.what) from error
    return place, segments.of_place(place)


@require_safe
def framework_pdf(request: HttpRequest) -> HttpResponse:
    _, read_as = _segments(request)
    content = frame_of_reference.render(
        on=timezone.localdate(), segments=read_as.labels, segments_of=read_as.by
    )
    return _pdf(content, "referentiel")


@helping
@never_cache
@require_safe
def form_of(request: HttpRequest, pk: int) -> HttpResponse:
    """The form with the code of a person's card; another's does not exist. The code is never in an
    address.
    """
    person = get_object_or_404(people_access.people_for(request.user), pk=pk)
    return _pdf(
        bilan_paper.form(on=timezone.localdate(), code=person.code, **_format(request)), "bilan-papier"
    )


def _format(request: HttpRequest) -> dict[str, Any]:
    kind, tasks = request.GET.get("format", ""), request.GET.get("feuille", "")
    return {"kind": kind if kind in bilan_paper.SHEETS else "grand", "tasks": "B" if tasks == "B" else "A"}


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response


def _person(request: HttpRequest, code: str) -> Person | None:
    person = people.by_code(code)
    return people_access.people_for(request.user).filter(pk=person.pk).first() if person is not None else None


# ------------------------------------------------------------------------------------------------- typed back


@helping
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def typed(request: HttpRequest) -> HttpResponse:
    """A sheet typed back by letters, then the same result as on the screen."""
    structures = access.structures_for(request.user)
    context: dict[str, Any] = {"structures": structures, "form_id": "A"}
    if request.method != "POST":
        number = whole_number(request.GET.get("personne", ""), ROWS)
        sheet = people_access.people_for(request.user).filter(pk=number or 0).first()
        return _typed(request, context | {"code": sheet.card if sheet is not None else ""})
    form = forms.PaperForm(request.POST)
    code = request.POST.get("code", "").strip()
    person = _person(request, code) if code else None
    structure = (
        structures.filter(pk=whole_number(request.POST.get("structure", ""), ROWS) or 0).first()
        or structures.first()
    )
    context |= {"code": code[:20], "letters": form.letters, "form_id": form.form, "chosen": structure}
    if form.is_empty or (code and person is None):
        error = NOTHING if form.is_empty else NOBODY
        return _typed(request, context | {"error": error, "line": " ".join(form.unread)}, status=400)
    answers = form.answers()
    review = paper.read(answers)
    if (review.doubts or form.unread) and "quand-meme" not in request.POST:
        return _typed(
            request, context | {"found": review, "unread": paper.summary(form.unread), "to_check": True}
        )
    response = redirect("bilan_result")
    diagnosis = paper.carried(
        answers,
        form.tasks(),
        form=form.form,
        token=secrets.token_hex(12),
        person=person and person.pk,
        structure=structure and structure.pk,
    )
    carried.write(response, diagnosis)
    return response


def _typed(request: HttpRequest, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    questions, tasks = forms.boxes(context.get("letters", {}))
    return render(
        request,
        "autonomy/paper/typed.html",
        context | {"questions": questions, "tasks": tasks},
        status=status,
    )
