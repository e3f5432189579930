"""The page where an act is noted: four touches and one button, in a series, with or without JavaScript."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.accounts.access import account_of, holding
from maillage.apps.actes import access, rules
from maillage.apps.actes.actions import noting
from maillage.apps.actes.forms.note import OTHER, ActForm
from maillage.apps.actes.models import Act
from maillage.apps.actes.queries import catalogue, lists
from maillage.apps.directory.models import Structure
from maillage.apps.mandats.queries import catalogue as mandat_catalogue
from maillage.apps.mandats.queries import permissions
from maillage.apps.people.access import people_for
from maillage.apps.people.models import Person
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole
from maillage.words.dates import in_words

WAYS = {"avec": {"nature": rules.TOGETHER}, "urgent": {"urgence": "on"}}  # after a refusal


@holding(*access.HELPS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Noting an act; after a refusal, the ways that go on."""
    at, structures = timezone.now(), list(access.structures_for(request.user))
    offline = "garder" in request.GET  # the page as a device keeps it: nothing of anybody is in it
    person = None if offline else _person(request)
    like = None if offline else _like(request)
    form = _form(request, structures, like, person, at)
    refused, status = None, 200
    if form.is_bound:
        if form.is_valid():
            try:
                whom = form.person_of_card() or person
                if whom is None and request.POST.get("personne"):  # nobody followed any more
                    raise noting.NOT_FOLLOWED
                act = noting.note(
                    form.draft(at),
                    by=account_of(request),
                    structure=form.structure_chosen(),
                    person=whom,
                    at=at,
                )
            except Refused as error:
                refused = error
            else:
                messages.success(request, f"Noté. {_sentence(act)}.")
                return redirect("act_new")
        status = 400
    today = None if offline else lists.today(account_of(request), at)
    context = {
        "form": form,
        "person": person or _of(request, like),
        "previous": _of(request, today.latest) if today is not None else None,
        "structures": structures,
        "refused": refused,
        "outside": isinstance(refused, noting.OutsideMandate),
        "today": today,
        "waiting": [] if offline else lists.to_regularise(request.user)[:20],
        "kept": offline,
        "at": at,
    }
    return render(request, "actes/note.html", context, status=status)


def _form(
    request: HttpRequest, structures: list[Structure], like: Act | None, person: Person | None, at: datetime
) -> ActForm:
    number = whole(request.POST.get("structure", ""), ROWS)
    structure = next(
        (each for each in structures if each.pk == number), structures[0] if structures else None
    )
    among = catalogue.options(structure)
    first = catalogue.first(structure, among, at, person)
    data = None
    if request.method == "POST":
        data = request.POST.copy()
        for name, value in WAYS.get(data.get("voie", ""), {}).items():
            data[name] = value
        chosen, under = data.get("demarche"), {each.key for each in first}
        if chosen not in under and any(each.key == chosen for each in among):
            data["demarche"], data["demarche_autre"] = OTHER, chosen  # it left the thumb meanwhile
    initial = _as_before(like, [each.key for each in first]) if like is not None else {}
    return ActForm(data, structures=structures, first=first, among=among, initial=initial)


def _as_before(like: Act, first: list[str]) -> dict[str, Any]:
    """Return the initial values of a form that notes the same act once more."""
    near, usual = like.procedure in first, like.minutes in rules.MINUTES
    return {
        "structure": str(like.structure_id),
        "nature": like.kind,
        "demarche": like.procedure if near else OTHER,
        "demarche_autre": "" if near else like.procedure,
        "minutes": str(like.minutes) if usual else OTHER,
        "minutes_autre": None if usual else like.minutes,
        "ou": like.where,
        "fin": like.end,
    }


def _like(request: HttpRequest) -> Act | None:
    number = whole(request.GET.get("comme", ""), ROWS)
    return None if number is None else get_object_or_404(access.acts_for(request.user), pk=number)


def _of(request: HttpRequest, like: Act | None) -> Person | None:
    """Return the person of an act, to note another for, as long as the user still helps them."""
    return None if like is None else people_for(request.user).filter(pk=like.person_id).first()


def _person(request: HttpRequest) -> Person | None:
    """Return the person whom the page is for, None for nobody; 404 for one that the user does not see. None
    for one that they no longer see when an act is sent: what was typed is not lost.
    """
    typed = request.POST.get("personne", "") or request.GET.get("personne", "")
    if not typed:
        return None
    person = people_for(request.user).filter(pk=whole(typed, ROWS) or 0).first()
    if person is None and request.method != "POST":
        raise Http404
    return person


def _sentence(act: Act) -> str:
    return rules.sentence(act.kind, noting.label(act.procedure), act.minutes, act.where, act.end)


@holding(*access.HELPS)
@require_safe
def frame(request: HttpRequest) -> JsonResponse:
    """Tell, while the form is filled, a procedure in the mandate of a person from one out of it; nothing is
    written.
    """
    person, procedure = _person(request), request.GET.get("demarche", "")[:40]
    structures = list(access.structures_for(request.user))
    number = whole(request.GET.get("structure", ""), ROWS)
    structure = next(
        (each for each in structures if each.pk == number), structures[0] if structures else None
    )
    if person is None or structure is None or not mandat_catalogue.label_of(procedure):
        raise Http404
    verdict = permissions.allows(person, structure, procedure, timezone.now(), by=account_of(request))
    if verdict.allowed and verdict.mandat is not None:
        sentence = f"Dans son mandat, jusqu’au {in_words(verdict.mandat.ends_on)}."
    else:
        sentence = " ".join(filter(None, (verdict.why, verdict.what_to_do)))
    return JsonResponse({"permis": verdict.allowed, "mots": sentence})
