"""The acts of a structure, day by day; one act, its trace, its corrections."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.accounts.access import account_of, holding
from maillage.apps.actes import access
from maillage.apps.actes.actions import corrections
from maillage.apps.actes.forms.filters import CorrectionForm, FilterForm
from maillage.apps.actes.forms.note import person_of_card
from maillage.apps.actes.models import Act
from maillage.apps.actes.queries import catalogue, lists
from maillage.apps.community.queries import resources
from maillage.apps.people.access import people_for
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole
from maillage.web import refusals
from maillage.words.wording import count

PAGE = 100
SEVERAL = {
    "rayer": "Annulés : {}. Leur trace reste. Une erreur ? Cochez-les, puis remettez-les.",
    "remettre": "Comptés de nouveau : {}.",
    "regulariser": "Mis sous mandat : {}.",
}


@holding(*access.HELPS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The acts of a period, by day, with their sums; struck ones stay there, crossed out."""
    form, asked = _asked(request)
    rows = lists.acts(request.user, asked)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "asked": asked,
        "sums": lists.sums(rows),
        "page": page,
        "days": lists.days(page, account_of(request)),
        "waiting": lists.to_regularise(request.user)[:50],
        "query": _without_page(request),
        "at": timezone.now(),
    }
    return render(request, "actes/list.html", context)


@holding(*access.HELPS)
@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """The same acts, as a table without a name."""
    _, asked = _asked(request)
    text = lists.table(lists.acts(request.user, asked).order_by("done_at", "pk"))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="actes-{asked.since}-{asked.until}.csv"'
    return response


def _asked(request: HttpRequest) -> tuple[FilterForm, lists.Criteria]:
    on = timezone.localdate()
    since = on.replace(year=on.year - 3, day=1)
    form = FilterForm(
        request.GET,
        helpers=lists.helpers(request.user, since),
        procedures=lists.noted_procedures(request.user, since),
    )
    return form, form.criteria(on)


def _without_page(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


@require_http_methods(["GET", "HEAD", "POST"])
def act(request: HttpRequest, pk: int) -> HttpResponse:
    """One act: what it was, what was changed, and a form to correct it for who may."""
    found = _act(request, pk)
    may_change = access.may_change(request.user, found)
    among = catalogue.options(found.structure)
    sent = request.POST if request.method == "POST" and may_change else None
    form = CorrectionForm(sent, among=among, initial=_initial(found))
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            was = whole(request.POST.get("vu", ""), ROWS)
            corrections.correct(found, form.values(), by=account_of(request), at=timezone.now(), was=was)
            messages.success(request, "L’acte est corrigé. Ce qu’il disait avant reste dans sa trace.")
            return redirect("act", found.pk)
    context = {
        "act": found,
        "line": lists.lines([found], account_of(request))[0],
        "form": form if may_change else None,
        "revisions": lists.revisions(found),
        "sees": people_for(request.user).filter(pk=found.person_id).exists(),
        "resources": resources.for_procedure(found.procedure),
    }
    return render(request, "actes/act.html", context, status=400 if form.errors else 200)


def _initial(found: Act) -> dict[str, Any]:
    return {
        "nature": found.kind,
        "demarche": found.procedure,
        "organisme": found.operator,
        "minutes": found.minutes,
        "ou": found.where,
        "fin": found.end,
        "precision": found.precision,
    }


@holding(*access.HELPS)
@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """The same gesture on several acts: each goes through, or says why not."""
    by, at = account_of(request), timezone.now()
    gestures = {
        "rayer": corrections.strike,
        "remettre": corrections.restore,
        "regulariser": corrections.regularise,
    }
    asked = request.POST.get("geste", "")
    if asked not in gestures:
        raise Http404
    chosen = [whole(pk, ROWS) for pk in request.POST.getlist("cochee")][:PAGE]
    rows = list(access.acts_for(request.user).filter(pk__in=filter(None, chosen)))
    done, left = 0, Counter[str]()
    for row in rows:
        try:
            gestures[asked](row, by=by, at=at)
        except Refused as error:
            left[error.why] += 1
        else:
            done += 1
    if not rows:
        messages.warning(request, "Rien n’a changé : aucune ligne n’était cochée.")
    if done:
        messages.success(request, SEVERAL[asked].format(count(done, "acte")))
    if left:
        told = " ".join(f"{count(n, 'acte')} : {why}" for why, n in left.items())
        messages.error(request, f"Sans changement, {told}")
    back = QueryDict(request.POST.get("retour", "")[:500]).urlencode()
    return redirect(f"{reverse('acts')}?{back}")


@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike an act, put it back, or put it under the mandate that was signed since."""
    found, by, at = _act(request, pk), account_of(request), timezone.now()
    with refusals.as_message(request):
        match request.POST.get("geste"):
            case "rayer":
                corrections.strike(found, by=by, at=at)
                messages.success(request, "L’acte est annulé : il ne compte plus, sa trace reste.")
            case "remettre":
                corrections.restore(found, by=by, at=at)
                messages.success(request, "L’acte compte de nouveau.")
            case "regulariser":
                person = person_of_card(request.POST.get("carte", ""))
                corrections.regularise(found, by=by, at=at, person=person)
                messages.success(request, "L’acte est sous mandat.")
    back = {"noter": "act_new", "liste": "acts"}.get(request.POST.get("retour", ""))
    return redirect(back) if back else redirect("act", found.pk)


def _act(request: HttpRequest, pk: int) -> Act:
    """Return an act the user sees, or 404."""
    return get_object_or_404(access.acts_for(request.user), pk=pk)
