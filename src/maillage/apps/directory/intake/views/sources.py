"""The sources of places: where the next file of each is published, what each gave so far."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.intake.actions import sources as actions
from maillage.apps.directory.intake.queries import sources as queries
from maillage.apps.directory.places import access
from maillage.apps.directory.places.models import Source
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused


@holding("directory.import")
@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every source, with how many places it gives and when its file was last read."""
    context = {"sources": queries.sources(), "everywhere": access.holds(request.user, ())}
    return render(request, "intake/sources.html", context)


@holding("directory.import")
@require_http_methods(["GET", "HEAD", "POST"])
def source(request: HttpRequest, pk: int) -> HttpResponse:
    """One source: its address and its rhythm, set by whoever manages the whole directory; its imports."""
    if not access.holds(request.user, ()):
        raise Http404  # a source may give places of every territory
    source_row, error = get_object_or_404(Source, pk=pk), None
    schedule = {"address": source_row.address, "every_days": source_row.every_days}
    if request.method == "POST":
        try:
            if request.POST.get("geste") == "relire":
                return _read_again(request, source_row)
            days = request.POST.get("rythme", "0")
            address = request.POST.get("adresse", "")
            every_days = int(days) if days in map(str, actions.rhythms()) else 0
            schedule = {"address": address, "every_days": every_days}
            actions.follow(source_row, address=address, every_days=every_days, by=account_of(request))
            messages.success(
                request, "C’est noté." if source_row.address else "Cette source n’est plus relue seule."
            )
            return redirect("source", pk)
        except Refused as refused:
            error = refused
            source_row.refresh_from_db()
    context = {
        "source": source_row,
        "typed": schedule,
        "rhythms": actions.rhythms(),
        "imports": access.imports_for(request.user)
        .filter(source=source_row)
        .defer("report")[: queries.HISTORY],
        "waiting": queries.pending_files(request.user, source_row),
        "error": error,
    }
    return render(request, "intake/source.html", context, status=400 if error else 200)


def _read_again(request: HttpRequest, source_row: Source) -> HttpResponse:
    pending_file = actions.read_again(source_row, at=timezone.localtime())
    if pending_file is None:
        messages.info(request, "Le fichier est le même que la dernière fois : rien à importer.")
        return redirect("source", source_row.pk)
    return redirect("import_check", pending_file.key)
