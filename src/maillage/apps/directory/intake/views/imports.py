"""Importing a file of places: dropped, corrected column by column, checked, written, and taken back."""

import io
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.intake.actions import importing, quick_actions
from maillage.apps.directory.intake.actions import pending as actions
from maillage.apps.directory.intake.forms import (
    MOST_COLUMNS,
    TOWN,
    UploadForm,
    choices,
    corrected,
    doubtful_columns,
    draft_with_practices,
    everywhere,
    other_uses,
    vocabularies,
)
from maillage.apps.directory.intake.queries import imports as reading
from maillage.apps.directory.intake.queries import pending as queries
from maillage.apps.directory.intake.queries.pending import PendingFile
from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.models import Import
from maillage.apps.directory.places.queries import history
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.spreadsheet import Writer
from maillage.web.long_lists import PAGE
from maillage.words.wording import count

STATES = {queries.CHECKING: "running", queries.IMPORTING: "running"}


@holding("directory.import")
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Drop a file, whatever its form, and say who gives it."""
    form = UploadForm(request.POST or None, request.FILES or None, sources=queries.sources())
    error, upload_key, at = None, "", timezone.localtime()
    if request.method == "POST" and form.is_valid():
        name, content = form.dropped  # type: ignore[misc]  # a form without a file is not valid
        origin = {"source": form.source_name, "licence": form.cleaned_data["licence"]}
        try:
            pending_file = actions.keep(content, name, **origin, by=account_of(request), at=at)
            actions.let_go(form.cleaned_data["garde"])
            return redirect("import_waiting", pending_file.key)
        except Refused as refused:
            error = refused
    elif form.dropped is not None:
        upload_key = request.POST.get("garde", "") if "fichier" not in request.FILES else ""
        upload_key = upload_key or actions.hold(form.dropped[1], form.dropped[0], at=at)
    context = {"form": form, "error": error, "upload_key": upload_key}
    return render(request, "intake/upload.html", context, status=400 if error else 200)


def _file_or_404(request: HttpRequest, code: str) -> PendingFile:
    pending_file = queries.find(code) if access.may_manage(request.user) else None
    if pending_file is None or not access.may_take_up(request.user, pending_file.by):
        raise Http404
    return pending_file


@require_http_methods(["GET", "HEAD", "POST"])
def pending_file(request: HttpRequest, code: str) -> HttpResponse:
    """Preview the reading of a file: each column, each word, and the first places as they would be."""
    draft_file = _file_or_404(request, code)
    if queries.progress(code).is_alive:
        return redirect("import_check", code)
    today = timezone.localdate()
    error, typed = None, None
    if request.method == "POST":
        gesture = request.POST.get("geste", "voir")
        try:
            if gesture == "tous":
                draft_file = actions.correct_draft(
                    draft_file, draft_with_practices(draft_file, request.POST.getlist("tous"))
                )
            elif gesture == "texte":
                typed = request.POST.get("texte", "")
                draft_file = actions.correct_draft(draft_file, typed)
            else:
                read_columns = queries.columns(draft_file, today=today)
                is_town = gesture.startswith(TOWN)
                towns = queries.preview(draft_file, today=today).near_towns if is_town else {}
                draft_file = actions.correct_draft(
                    draft_file, corrected(draft_file, read_columns, request.POST, towns)
                )
            if gesture == "verifier":
                actions.ask_check(draft_file, at=timezone.localtime())
                return redirect("import_check", code)
            if not request.headers.get("X-Morceau"):
                return redirect(f"{request.path}#effet")
        except Refused as refused:
            error = refused
    columns = queries.columns(draft_file, today=today)
    doubtful = doubtful_columns(columns)
    context = {
        "waiting": draft_file,
        "doubtful": doubtful[:MOST_COLUMNS],
        "doubtful_folded": doubtful[MOST_COLUMNS:],
        "placed": [column for column in columns if not column.is_doubtful],
        "unread": [column for column in columns if column.unread],
        "groups": choices(),
        "others": other_uses(columns),
        "everywhere": everywhere(draft_file),
        "vocabularies": vocabularies(columns),
        "preview": (preview := queries.preview(draft_file, today=today)),
        "read_columns": history.columns_read(preview.report),
        "text": draft_file.draft if typed is None else typed,
        "error": error,
    }
    template = "intake/_pieces.html" if request.headers.get("X-Morceau") else "intake/waiting.html"
    return render(request, template, context, status=400 if error else 200)


@require_safe
def correspondence(request: HttpRequest, code: str) -> HttpResponse:
    """The correspondence of a file, to keep or to give."""
    pending_file = _file_or_404(request, code)
    response = HttpResponse(pending_file.draft, content_type="application/yaml; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="correspondance.yaml"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest, code: str) -> HttpResponse:
    """Expected effects of a complete file, before anything is written; then the progress of its import."""
    if not access.may_manage(request.user) or not queries.KEY.fullmatch(code):
        raise Http404
    progress = queries.progress(code)
    if progress.status == queries.DONE:
        return redirect("import_report", progress.row)
    pending_file = _file_or_404(request, code)
    if request.method == "POST" and request.POST.get("geste") == "arreter":
        if progress.is_alive:
            actions.ask_stop(pending_file)
            messages.success(request, "Arrêt demandé : rien n’est écrit. Le fichier attend toujours.")
        return redirect("import_check", code)
    if request.method == "POST":
        try:
            actions.ask_import(pending_file, is_complete="tout" in request.POST, at=timezone.localtime())
        except Refused as refused:
            messages.error(request, " ".join(refused.sentences))
        return redirect("import_check", code)
    if progress.status == queries.DRAFT or (
        progress.status == queries.CHECKED and progress.version != pending_file.version
    ):
        return redirect("import_waiting", code)
    return render(request, "intake/check.html", {"waiting": pending_file, "progress": progress})


@require_safe
def progress(request: HttpRequest, code: str) -> HttpResponse:
    """Report the progress of the work on a file to a page that waits: a fragment, and its status in a
    header.
    """
    if (
        not access.may_manage(request.user)
        or not queries.KEY.fullmatch(code)
        or not queries.folder(code).exists()
    ):
        raise Http404
    progress_state = queries.progress(code)
    response = render(request, "intake/_progress.html", {"progress": progress_state})
    response["X-Etude"] = STATES.get(progress_state.status, progress_state.status)
    return response


@require_POST
def drop(request: HttpRequest, code: str) -> HttpResponse:
    """Forget a file that waits."""
    pending_file = _file_or_404(request, code)
    actions.drop(pending_file)
    messages.success(request, f"« {pending_file.name} » est oublié. Rien n’avait été importé.")
    return redirect("directory")


# ------------------------------------------------------------------------------------------ what was imported


@holding("directory.import")
@require_safe
def imports(request: HttpRequest) -> HttpResponse:
    """Every import, the latest first."""
    page = Paginator(access.imports_for(request.user).defer("report"), PAGE).get_page(request.GET.get("page"))
    return render(request, "intake/imports.html", {"page": page})


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Report of an import, column by column and row by row, and the places now missing."""
    row = get_object_or_404(access.imports_for(request.user), pk=pk)
    missing = (
        access.managed_by(request.user)
        .filter(missing_since=row, state=rules.PUBLISHED)
        .order_by("name", "pk")
    )
    lines = Paginator(row.report.get("lignes", []), PAGE).get_page(request.GET.get("page"))
    for line in lines:
        for cell in line["cellules"]:
            cell["libelle"] = history.field_in_words(cell["champ"])
    context: dict[str, Any] = {
        "row": row,
        "lines": lines,
        "read_columns": history.columns_read(row.report),
        "missing": missing,
        "replaced": {pair.first_id: pair for pair in reading.to_confirm(row)},
        "done": row.state == rules.DONE,
    }
    return render(request, "intake/report.html", context)


@require_safe
def report_csv(request: HttpRequest, pk: int) -> HttpResponse:
    """Each cell that somebody should look at, as a table."""
    row = get_object_or_404(access.imports_for(request.user), pk=pk)
    out = io.StringIO()
    writer = Writer(out)
    writer.writerow(["ligne", "colonne", "valeur", "devenu", "mot", "raison"])
    writer.writerows(_cells(row))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="import-{row.pk}.csv"'
    return response


def _cells(row: Import) -> list[list[Any]]:
    cells = []
    for line in row.report.get("lignes", []):
        if line["refus"]:
            cells.append([line["ligne"], "", line["nom"], "", "refusé", line["refus"]])
        cells += [
            [line["ligne"], *(cell[name] for name in ("colonne", "valeur", "devenu", "mot", "raison"))]
            for cell in line["cellules"]
        ]
    for fault in row.report.get("lignes_illisibles", []):
        cells.append([fault["ligne"], fault["colonne"], fault["valeur"], "", "refusé", fault["raison"]])
    return sorted(cells, key=lambda cell: cell[0])


UNDONE = (
    ("removed", "fiche retirée", "fiches retirées"),
    ("restored", "fiche remise comme avant", "fiches remises comme avant"),
    ("kept", "fiche gardée, modifiée ou utilisée depuis", "fiches gardées, modifiées ou utilisées depuis"),
)


@require_http_methods(["GET", "HEAD", "POST"])
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an import back, once somebody has read what it would do."""
    row = get_object_or_404(access.imports_for(request.user), pk=pk)
    error = None
    if request.method == "POST":
        try:
            counts = importing.take_back(row, by=str(request.user), at=timezone.localtime())
            done = [count(counts[id], one, many) for id, one, many in UNDONE if counts[id]]
            messages.success(request, f"Import défait : {', '.join(done) or 'il n’avait rien changé'}.")
            return redirect("import_report", pk)
        except Refused as refused:
            error = refused
    context = {"row": row, "undoing": history.undoing(row, at=timezone.localtime()), "error": error}
    return render(request, "intake/undo.html", context, status=400 if error else 200)


@require_POST
def missing(request: HttpRequest, place: str) -> HttpResponse:
    """Keep a place that its source no longer gives, or say that it ended."""
    lieu = get_object_or_404(access.managed_by(request.user), slug=place, missing_since__isnull=False)
    pk, by, at = lieu.missing_since_id, str(request.user), timezone.localtime()
    try:
        if request.POST.get("geste") == "garder":
            quick_actions.keep_missing(lieu, by=by, at=at)
            messages.success(request, f"« {lieu.name} » est gardé.")
        else:
            quick_actions.end_missing(lieu, by=by, at=at, reason=request.POST.get("raison", ""))
            messages.success(
                request, f"« {lieu.name} » est dit fermé pour de bon. Il n’est plus proposé au public."
            )
    except Refused as refused:
        messages.error(request, " ".join(refused.sentences))
    return redirect("import_report", pk)
