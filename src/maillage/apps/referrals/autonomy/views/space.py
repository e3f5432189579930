"""The diagnoses of the persons somebody helps: to begin one, to read them, to change a result with a
reason.
"""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.directory.memberships.access import holds_territory
from maillage.apps.people.persons import access as people_access
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Following
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.referrals.autonomy import access, actions
from maillage.apps.referrals.autonomy.forms import carried
from maillage.apps.referrals.autonomy.forms.answers import AgainForm, AnnexForm, CardForm, ChangeForm
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.queries import overdue, retained
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.apps.referrals.autonomy.views import again as again_views
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.reference import bilan
from maillage.web.refusals import as_message
from maillage.words.wording import count, series

helping = holding(*access.RIGHTS)


@helping
@require_http_methods(["GET", "HEAD", "POST"])
def bilans(request: HttpRequest) -> HttpResponse:
    """Begin one, for a person or for nobody; those to do again, and the latest."""
    error, today = None, timezone.localdate()
    if request.method == "POST":
        try:
            return _begin(request)
        except Refused as refused:
            error = refused
    to_repeat = retained.to_repeat(request.user, today)
    context = {
        "structures": access.structures_for(request.user),
        "persons": retained.persons(request.user),
        "due": to_repeat,
        "n_more": retained.n_to_repeat(request.user, today, to_repeat) - len(to_repeat),
        "recent": retained.recent(request.user),
        "error": error,
        "code": request.POST.get("code", "")[:20],
    }
    return render(request, "autonomy/space/index.html", context)


def _begin(request: HttpRequest) -> HttpResponse:
    """Begin a diagnosis: for the card typed, for the person chosen, else for nobody."""
    visible = people_access.people_for(request.user)
    structure = (
        access.structures_for(request.user)
        .filter(pk=whole_number(request.POST.get("structure", ""), ROWS) or 0)
        .first()
    )
    structure = structure or access.structures_for(request.user).first()
    person = visible.filter(pk=whole_number(request.POST.get("personne", ""), ROWS) or 0).first()
    if request.POST.get("code", "").strip():
        typed = CardForm(request.POST).person()
        person = visible.filter(pk=typed.pk).first() if typed is not None else None
        if person is None:
            raise Refused(
                "Le bilan n’a pas commencé.",
                why="Aucune personne que vous suivez n’a cette carte.",
                do="Vérifiez le code, ou commencez sans fiche : la carte se fait à la fin.",
            )
    response = redirect("bilan")
    carried.write(response, Carried(person=person and person.pk, structure=structure and structure.pk))
    return response


@helping
@require_safe
def person(request: HttpRequest, pk: int) -> HttpResponse:
    """The diagnoses of a person, with what changed."""
    person_row = get_object_or_404(people_access.people_for(request.user), pk=pk)
    people.record_bilans_view(person_row, by=account_of(request), structure=None, at=timezone.now())
    return render(
        request, "autonomy/space/person.html", {"person": person_row, "rows": retained.of_person(person_row)}
    )


@helping
@require_safe
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """One diagnosis, whole."""
    row = get_object_or_404(
        access.bilans_for(request.user).select_related("person", "structure", "changed_by"), pk=pk
    )
    if row.person is None:
        raise Http404
    people.record_bilan_view(
        row.person, by=account_of(request), structure=row.structure_id, at=timezone.now()
    )
    return _sheet(request, row)


def _sheet(
    request: HttpRequest, row: Bilan, *, changed: ChangeForm | None = None, annex: AnnexForm | None = None
) -> HttpResponse:
    """Return the page of a diagnosis; with a form that was refused, as it was typed."""
    context = {
        "changed": changed or ChangeForm(initial=_result(row)),
        "annex": annex or AnnexForm(initial=row.annex),
        "sheet": retained.sheet(row),
        "row": row,
        "person": row.person,
        "progress": retained.progress(row),
        "results": bilan.results().values(),
        "reasons": bilan.override_reasons().items(),
        "annex_opening": bilan.annex_opening(),
    }
    return render(request, "autonomy/space/sheet.html", context, status=400 if changed or annex else 200)


def _diagnosis(request: HttpRequest, pk: int) -> Bilan:
    return get_object_or_404(access.bilans_for(request.user), pk=pk)


def _result(row: Bilan) -> dict[str, str]:
    """Return the result of a diagnosis, by the fields of its form."""
    return {"resultat": row.final_result, "raison": row.changed_reason, "mots": row.changed_words}


@helping
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the result, with a reason."""
    row = _diagnosis(request, pk)
    form = ChangeForm(request.POST, initial=_result(row))
    if not form.is_valid():
        return _sheet(request, row, changed=form)
    cleaned = form.cleaned_data
    with as_message(request):
        actions.change(
            row,
            result=cleaned["resultat"],
            reason=cleaned["raison"],
            words=cleaned["mots"],
            by=account_of(request),
            at=timezone.now(),
        )
        messages.success(request, "Résultat changé. Celui de la règle reste écrit à côté.")
    return redirect("bilan_sheet", row.pk)


@helping
@require_POST
def annex(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep the answers of a first appointment."""
    row = _diagnosis(request, pk)
    form = AnnexForm(request.POST, initial=row.annex)
    if not form.is_valid():
        return _sheet(request, row, annex=form)
    actions.note_annex(row, form.cleaned_data, by=account_of(request), at=timezone.now())
    messages.success(request, "Annexe gardée.")
    return redirect("bilan_sheet", row.pk)


@helping
@require_POST
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """Say when to do it again."""
    row, form = _diagnosis(request, pk), AgainForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, "La date n’est pas enregistrée. Elle n’est pas reconnue. Écrivez-la comme 20/11/2026."
        )
        return redirect("bilan_sheet", row.pk)
    with as_message(request):
        actions.plan_again(row, on=form.cleaned_data["le"], by=account_of(request), at=timezone.now())
        messages.success(request, "Date gardée.")
    return redirect("bilan_sheet", row.pk)


@helping
@require_POST
def redo(request: HttpRequest, pk: int) -> HttpResponse:
    """Do it again with the person."""
    row = _diagnosis(request, pk)
    followings = Following.objects.filter(person=row.person, ended_at=None)
    structures = access.structures_for(request.user).filter(Q(pk__in=followings.values("structure")))
    structure = structures.filter(Q(pk=row.structure_id)).first() or structures.first()
    try:
        return again_views.start(row, structure=structure and structure.pk)
    except Refused as error:
        messages.error(request, " ".join(error.sentences))
        return redirect("bilan_sheet", row.pk)


@helping
@require_POST
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Erase a diagnosis: the person asks for it."""
    row = _diagnosis(request, pk)
    person = row.person_id
    actions.erase(row, by=account_of(request), at=timezone.now())
    messages.success(request, "Bilan effacé.")
    return redirect("bilan_person", person)


@holding(overdue.LEADS)
@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """Tell the structures of a territory that diagnoses are to be repeated, from the page of the day, or take
    it back.
    """
    if not holds_territory(request.user):
        raise Http404
    if request.POST.get("geste") == "annuler":
        with as_message(request):
            n = actions.take_back_reminder(by=account_of(request), at=timezone.localtime())
            messages.success(request, f"C’est annulé : rien ne part vers {count(n, 'ce lieu', 'ces lieux')}.")
        return redirect("space")
    try:
        reminded = actions.remind_retests(by=account_of(request), at=timezone.localtime())
    except Refused as error:
        messages.error(request, " ".join(error.sentences))
    else:
        words = count(len(reminded), "lieu est prévenu", "lieux sont prévenus")
        messages.success(request, f"{words} : {series([each.name for each in reminded[:3]])}.")
    return redirect("space")
