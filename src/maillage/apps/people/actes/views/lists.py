"""The acts of a structure, day by day; one act, its trace, its corrections."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.community.queries import resources
from maillage.apps.people.actes import access
from maillage.apps.people.actes.actions import acts as actions
from maillage.apps.people.actes.forms.filters import CorrectionForm, FilterForm
from maillage.apps.people.actes.forms.note import person_of_card
from maillage.apps.people.actes.models import Act
from maillage.apps.people.actes.queries import catalogue, lists, tags
from maillage.apps.people.persons.access import people_for
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.web import refusals
from maillage.web.long_lists import PAGE
from maillage.words.wording import count

SEVERAL = {
    "rayer": "Annulés : {}. Leur trace reste. Une erreur ? Cochez-les, puis remettez-les.",
    "remettre": "Comptés de nouveau : {}.",
    "regulariser": "Mis sous mandat : {}.",
}


@holding(*access.HELPS)
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The acts of a period, by day, with their sums; struck ones stay there, crossed out."""
    form, criteria = _criteria(request)
    rows = lists.of_persons(lists.acts(request.user, criteria), form.cleaned_data.get("personne", ""))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "asked": criteria,
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
    form, criteria = _criteria(request)
    rows = lists.of_persons(lists.acts(request.user, criteria), form.cleaned_data.get("personne", ""))
    text = lists.table(rows.order_by("done_at", "pk"))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="actes-{criteria.since}-{criteria.until}.csv"'
    return response


def _criteria(request: HttpRequest) -> tuple[FilterForm, lists.Criteria]:
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
    row = _act(request, pk)
    may_change = access.may_change(request.user, row)
    among = catalogue.options(row.structure)
    sent = request.POST if request.method == "POST" and may_change else None
    form = CorrectionForm(sent, among=among, initial=_initial(row))
    if form.is_bound and form.is_valid():
        with refusals.in_form(form):
            was = whole_number(request.POST.get("vu", ""), ROWS)
            actions.correct(row, form.values(), by=account_of(request), at=timezone.now(), was=was)
            messages.success(request, "L’acte est corrigé. Ce qu’il disait avant reste dans sa trace.")
            return redirect("act", row.pk)
    context = {
        "act": row,
        "line": lists.lines([row], account_of(request))[0],
        "form": form if may_change else None,
        "revisions": lists.revisions(row),
        "sees": people_for(request.user).filter(Q(pk=row.person_id)).exists(),
        "resources": resources.for_procedure(row.procedure),
        "tagging": tags.of_act(request.user, row),
    }
    return render(request, "actes/act.html", context, status=400 if form.errors else 200)


def _initial(act_row: Act) -> dict[str, Any]:
    return {
        "nature": act_row.kind,
        "demarche": act_row.procedure,
        "autres": act_row.subjects[1:],
        "organisme": act_row.operator,
        "minutes": act_row.minutes,
        "ou": act_row.where,
        "fin": act_row.end,
        "precision": act_row.precision,
    }


@holding(*access.HELPS)
@require_POST
def several(request: HttpRequest) -> HttpResponse:
    """The same gesture on several acts: each goes through, or says why not."""
    by, at = account_of(request), timezone.now()
    actions_by_name = {
        "rayer": actions.strike,
        "remettre": actions.restore,
        "regulariser": actions.regularise,
    }
    action = request.POST.get("geste", "")
    if action not in actions_by_name:
        raise Http404
    chosen = [whole_number(pk, ROWS) for pk in request.POST.getlist("cochee")][:PAGE]
    rows = list(access.acts_for(request.user).filter(pk__in=filter(None, chosen)))
    n_changed, n_by_reason = 0, Counter[str]()
    for row in rows:
        try:
            actions_by_name[action](row, by=by, at=at)
        except Refused as error:
            n_by_reason[error.why] += 1
        else:
            n_changed += 1
    if not rows:
        messages.warning(request, "Rien n’a changé : aucune ligne n’était cochée.")
    if n_changed:
        messages.success(request, SEVERAL[action].format(count(n_changed, "acte")))
    if n_by_reason:
        reasons = " ".join(f"{count(n, 'acte')} : {why}" for why, n in n_by_reason.items())
        messages.error(request, f"Sans changement, {reasons}")
    back = QueryDict(request.POST.get("retour", "")[:500]).urlencode()
    return redirect(f"{reverse('acts')}?{back}")


@require_POST
def gesture(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike an act, put it back, or put it under the mandate that was signed since."""
    row, by, at = _act(request, pk), account_of(request), timezone.now()
    with refusals.as_message(request):
        match request.POST.get("geste"):
            case "rayer":
                actions.strike(row, by=by, at=at)
                messages.success(request, "L’acte est annulé : il ne compte plus, sa trace reste.")
            case "remettre":
                actions.restore(row, by=by, at=at)
                messages.success(request, "L’acte compte de nouveau.")
            case "regulariser":
                person = person_of_card(request.POST.get("carte", ""))
                actions.regularise(row, by=by, at=at, person=person)
                messages.success(request, "L’acte est sous mandat.")
    back = {"noter": "act_new", "liste": "acts"}.get(request.POST.get("retour", ""))
    if back == "act_new" and people_for(request.user).filter(pk=row.person_id or 0).exists():
        return redirect(f"{reverse(back)}?personne={row.person_id}")
    return redirect(back) if back else redirect("act", row.pk)


def _act(request: HttpRequest, pk: int) -> Act:
    """Return an act the user sees, or 404."""
    return get_object_or_404(access.acts_for(request.user), pk=pk)
