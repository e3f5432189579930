"""The page where an act is noted: four touches and one button, in a series, with or without JavaScript."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes import access, rules
from maillage.apps.people.actes.actions import acts as actions
from maillage.apps.people.actes.forms.note import OTHER, ActForm
from maillage.apps.people.actes.models import Act
from maillage.apps.people.actes.queries import catalogue, lists
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.kernel.errors import Refused
from maillage.kernel.typed import ROWS, whole_number
from maillage.words.dates import in_words

WAYS = {"avec": {"nature": rules.TOGETHER}, "urgent": {"urgence": "on"}}  # after a refusal

HABIT, NOTED = "habituel", "note"  # the act that one touch notes again; the one that it noted


@holding(*access.HELPS)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Note an act; after a refusal, the ways that go on."""
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
                    raise actions.NOT_FOLLOWED
                act = actions.note(
                    form.draft(at),
                    by=account_of(request),
                    structure=form.structure_chosen(),
                    person=whom,
                    at=at,
                )
            except Refused as error:
                refused = error
            else:
                if HABIT in request.POST:  # said with its undoing, where the next act is noted
                    address = _next(act)
                    return redirect(f"{address}{'&' if '?' in address else '?'}{NOTED}={act.pk}")
                messages.success(request, f"Noté. {_sentence(act)}.")
                return redirect(_next(act))
        status = 400
    today = None if offline else lists.today(account_of(request), at)
    context = {
        "form": form,
        "person": person or (_of(request, like) if "comme" in request.GET else None),
        "goes_on": "suite" in request.GET,
        "usual": [] if offline else lists.usual(account_of(request), at),
        "once_more_uid": uuid4(),  # its own: the form below may be sent after it
        "noted": None if offline else _noted(request),
        "previous": _of(request, today.latest) if today is not None else None,
        "structures": structures,
        "refused": refused,
        "outside": isinstance(refused, actions.OutsideMandate),
        "today": today,
        "waiting": [] if offline else lists.to_regularise(request.user)[:20],
        "offline": offline,
        "at": at,
    }
    return render(request, "actes/note.html", context, status=status)


def _form(
    request: HttpRequest, structures: list[Structure], like: Act | None, person: Person | None, at: datetime
) -> ActForm:
    number = whole_number(request.POST.get("structure", ""), ROWS)
    structure = next(
        (each for each in structures if each.pk == number), structures[0] if structures else None
    )
    among = catalogue.options(structure)
    first = catalogue.first(structure, among, at, person)
    data = None
    if request.method == "POST":
        data = request.POST.copy() if like is None else _once_more(request, like)
        for name, value in WAYS.get(data.get("voie", ""), {}).items():
            data[name] = value
    initial = _as_before(like) if like is not None else {}
    return ActForm(data, structures=structures, first=first, among=among, initial=initial)


def _next(act: Act) -> str:
    """Return the address where the next act is noted: for the same person until another is chosen."""
    return reverse("act_new") + (f"?personne={act.person_id}&suite=1" if act.person_id else "")


def _as_before(like: Act) -> dict[str, Any]:
    """Return the initial values of a form that notes the same act once more."""
    usual = like.minutes in rules.MINUTES
    return {
        "structure": str(like.structure_id),
        "nature": like.kind,
        "demarche": like.subjects,
        "minutes": str(like.minutes) if usual else OTHER,
        "minutes_autre": None if usual else like.minutes,
        "ou": like.where,
        "fin": like.end,
    }


def _once_more(request: HttpRequest, like: Act) -> QueryDict:
    """Return the act that one touch notes as it usually is, for the person of the page."""
    data = QueryDict(mutable=True)
    for name, value in _as_before(like).items():
        data.setlist(name, value if isinstance(value, list) else [str(value)] if value is not None else [])
    data["uid"], data["personne"] = (request.POST.get(name, "") for name in ("uid", "personne"))
    return data


def _noted(request: HttpRequest) -> tuple[Act, str] | None:
    """Return the act that one touch has just noted, and its sentence; None once it is struck."""
    own_acts = access.acts_for(request.user).filter(by=account_of(request), struck_at=None)
    act = own_acts.filter(pk=whole_number(request.GET.get(NOTED, ""), ROWS) or 0).first()
    return None if act is None else (act, _sentence(act))


def _like(request: HttpRequest) -> Act | None:
    act_id = request.POST.get(HABIT, "") if request.method == "POST" else request.GET.get("comme", "")
    number = whole_number(act_id, ROWS)
    return None if number is None else get_object_or_404(access.acts_for(request.user), pk=number)


def _of(request: HttpRequest, like: Act | None) -> Person | None:
    """Return the person of an act, to note another for, as long as the user still helps them."""
    return None if like is None else people_for(request.user).filter(Q(pk=like.person_id)).first()


def _person(request: HttpRequest) -> Person | None:
    """Return the person whom the page is for, None for nobody; 404 for one that the user does not see. None
    for one that they no longer see when an act is sent: what was typed is not lost.
    """
    person_id = request.POST.get("personne", "") or request.GET.get("personne", "")
    if not person_id:
        return None
    person = people_for(request.user).filter(pk=whole_number(person_id, ROWS) or 0).first()
    if person is None and request.method != "POST":
        raise Http404
    return person


def _sentence(act: Act) -> str:
    return rules.sentence(act.kind, catalogue.labels_of(act.subjects), act.minutes, act.where, act.end)


@holding(*access.HELPS)
@require_safe
def frame(request: HttpRequest) -> JsonResponse:
    """Tell, while the form is filled, a procedure in the mandate of a person from one out of it; nothing is
    written.
    """
    person, about = _person(request), request.GET.getlist("demarche")[: rules.MAX_SUBJECTS]
    structures = list(access.structures_for(request.user))
    number = whole_number(request.GET.get("structure", ""), ROWS)
    structure = next(
        (each for each in structures if each.pk == number), structures[0] if structures else None
    )
    if person is None or structure is None or not about or not all(map(catalogue.label_of, about)):
        raise Http404
    at, by = timezone.now(), account_of(request)
    verdict = actions.verdict_on(rules.PLACE, about, person, structure, at, by=by)
    if verdict.allowed:
        until = f"Dans son mandat, jusqu’au {in_words(verdict.mandat.ends_on)}." if verdict.mandat else ""
        sentence = until or "Aucun mandat n’est demandé pour cela."
    else:
        sentence = " ".join(filter(None, (verdict.why, verdict.what_to_do)))
    return JsonResponse({"permis": verdict.allowed, "mots": sentence})
