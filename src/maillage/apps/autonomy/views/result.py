"""The result of a diagnosis: in words and drawings, with places, and stored only if the person agrees."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.autonomy import access, actions, rules
from maillage.apps.autonomy.forms import carried
from maillage.apps.autonomy.forms.answers import COUNT, KEEP, ConsentForm, StepsForm
from maillage.apps.autonomy.models import Bilan
from maillage.apps.autonomy.queries import places, segments
from maillage.apps.autonomy.rules import Carried
from maillage.apps.directory.queries import where
from maillage.apps.people import access as people_access
from maillage.apps.people import rules as people_rules
from maillage.engine import bilan as engine
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.typed import ROWS, whole
from maillage.modules import paths
from maillage.modules import reading as module_reading
from maillage.reference import bilan
from maillage.words.languages import say

WITHIN_THE_WEEK = timedelta(days=7)  # “un papier à faire cette semaine”
READING = "illiteracy"  # of the publics of the directory


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def result(request: HttpRequest) -> HttpResponse:
    """The result; POST notes what the person chooses to do next."""
    held = carried.read(request)
    if not held.begun or engine.next_question(held.answers):
        return _unfinished(held)
    found = engine.conclude(held.answers, held.outcomes)
    told = rules.result_text(held.answers, held.outcomes, found)
    if request.method == "POST":
        form = StepsForm(request.POST, steps=[step.id for step in told.steps])
        chosen = form.cleaned_data["suite"] if form.is_valid() else []
        if row := _kept(held):
            actions.choose(row, chosen)
        response = redirect(reverse("bilan_result") + "#suites")
        carried.write(response, replace(held, chosen=chosen))
        return response
    located, spot, answer = _located(request, held)
    row = _kept(held)
    helping = request.user.is_authenticated and access.may_help(request.user)
    own = access.structures_for(request.user).first() if helping else None
    read_as = segments.of_commune(own.code_insee if own else "")
    response = render(
        request,
        "autonomy/result.html",
        {
            "held": located,
            "found": found,
            "told": told,
            "result": bilan.results()[found.result],
            "access": bilan.accesses()[found.access],
            "use": bilan.uses()[found.use],
            "coop": bilan.coop_levels()[bilan.results()[found.result].coop[found.use]],
            "segment": read_as.labels[found.result],
            "segment_source": read_as.source,
            "flags": [bilan.flags()[id] for id in found.flags],
            "line": bilan.lines()[found.line],
            "ways": places.ways(told.steps, spot, at=_now()),
            "ou": located.where,
            "spot": spot,
            "choices": answer.choices,
            "unknown": bool(request.GET.get("ou")) and spot is None and not answer.choices,
            "path": paths.suited(found.result, found.use),
            "firsts": [
                module_reading.own_modules()[id] for id in paths.first(found.flags) if _address("learning")
            ],
            "urgent": places.search(located.where) if told.urgent else "",
            "orientation": _orientation(request, held, found, row) if helping else "",
            "sheet": _sheet(request, row) if helping else "",
            "mine": _address("card"),
            "row": row,
            "corrected": row is not None and row.answers != dict(held.answers),
            "person": _person(request, held),
            "progress": _progress(held, found),
            "words": people_rules.PURPOSES[people_rules.KEEP].words,
            "professional": helping,
            "structures": access.structures_for(request.user) if helping else [],
        },
    )
    if located != held:
        carried.write(response, located)
    return response


def _now() -> Any:
    return timezone.localtime(timezone.now()).replace(tzinfo=None)


def _unfinished(held: Carried) -> HttpResponse:
    waiting = engine.next_question(held.answers)
    return redirect("bilan_question", waiting) if held.begun else redirect("bilan")


def _located(request: HttpRequest, held: Carried) -> tuple[Carried, where.Spot | None, where.Answer]:
    """Return the diagnosis with where the person lives, as they typed it now or before; choices when a
    name is shared.
    """
    typed = request.GET.get("ou", "").strip()[:100] or held.where
    try:
        answer = where.find(typed) if typed else where.Answer()
    except UnknownTerritory:
        answer = where.Answer()
    if answer.spot is None:
        return held, None, answer
    commune = answer.spot.communes[0] if answer.spot.is_point and answer.spot.communes else ""
    return replace(held, where=answer.spot.label, place=commune), answer.spot, answer


def _address(name: str) -> str:
    """Return the address of a page of another feature, '' where it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _orientation(request: HttpRequest, held: Carried, found: engine.Conclusion, row: Bilan | None) -> str:
    """Return the address of a referral that starts from what is known here, '' where there is none: the
    person, what presses, what they need to be read; the diagnosis itself once it is kept.
    """
    address = _address("orientation_new")
    person = _person(request, held)
    known: dict[str, Any] = {"resultat": found.result}
    if row is not None:
        known["bilan"] = row.pk
    if person is not None:
        known["pour"] = person.pk
    if "procedure" in found.flags:
        known["avant"] = (timezone.localdate() + WITHIN_THE_WEEK).isoformat()
    if "reading" in found.flags:
        known["publics"] = READING
    return f"{address}?{urlencode(known)}" if address else ""


def _sheet(request: HttpRequest, row: Bilan | None) -> str:
    """Return the address of the sheet of the person it is kept for, '' when this account does not read it."""
    if row is None or row.person_id is None:
        return ""
    if not people_access.people_for(request.user).filter(pk=row.person_id).exists():
        return ""
    try:
        return reverse("person", args=[row.person_id])
    except NoReverseMatch:
        return ""


def _kept(held: Carried) -> Bilan | None:
    """Return the diagnosis as this browser kept it, if it did and nobody erased it."""
    if held.kept is None:
        return None
    return Bilan.objects.select_related("person").filter(pk=held.kept, token=held.token).first()


def _person(request: HttpRequest, held: Carried) -> Any:
    """Return the person that a professional began it for; another's does not exist."""
    if held.person is None:
        return None
    return people_access.people_for(request.user).filter(pk=held.person).first()


def _progress(held: Carried, found: engine.Conclusion) -> rules.Progress | None:
    before = Bilan.objects.filter(pk=held.again, kept=rules.PERSON).first() if held.again else None
    if before is None:
        return None
    return rules.progress(before.answers, before.use, before.access, held.answers, found)


@never_cache
@require_safe
def to_print(request: HttpRequest) -> HttpResponse:
    """The result on one A4 page, with a card to keep; no level is named."""
    held = carried.read(request)
    if not held.begun or engine.next_question(held.answers):
        return _unfinished(held)
    found = engine.conclude(held.answers, held.outcomes)
    told = rules.result_text(held.answers, held.outcomes, found)
    spot = where.find(held.where).spot if held.where else None
    ways = places.ways(told.steps, spot, at=_now())
    chosen = [way for way in ways if way.step.id in held.chosen]
    return render(
        request,
        "autonomy/print.html",
        {
            "told": told,
            "ways": ways,
            "first": (chosen or ways)[0],
            "chosen": held.chosen,
            "drawings": rules.on_card(held.answers, told.face),
            "on": timezone.localdate(),
        },
    )


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Store it, count it, or leave nothing, as the person chooses. The help is the same."""
    held, at = carried.read(request), timezone.now()
    if not held.begun or engine.next_question(held.answers):
        return _unfinished(held)
    form = ConsentForm(request.POST)
    response = redirect(reverse("bilan_result") + "#garder")
    if form.choice not in (KEEP, COUNT):
        messages.success(
            request, say("Rien n’est gardé. Vous pouvez imprimer cette page, et demander de l’aide.")
        )
        return response
    by = request.user if request.user.is_authenticated and access.may_help(request.user) else None
    person, structure = None, None
    if by is not None:
        structure = _structure(request, held)
        person = get_object_or_404(people_access.people_for(by), pk=held.person) if held.person else None
    try:
        row = actions.keep(
            held,
            purpose=rules.PERSON if form.choice == KEEP else rules.COUNT,
            how="click" if by is None and held.mode == rules.SELF else "read",
            by=by,
            structure=structure,
            person=person,
            nickname=form.cleaned_data["surnom"] if by is not None else "",
            at=at,
        )
    except Refused as error:
        messages.error(request, " ".join(error.sentences))
        return response
    unseen = row.kept == rules.PERSON and person is None  # who had a sheet has their card
    if unseen:
        response = redirect("bilan_card")
    elif row.kept != rules.PERSON:
        messages.success(request, say("Merci. Vos réponses sont comptées, sans votre nom."))
    carried.write(response, replace(held, kept=row.pk, unseen=unseen))
    return response


def _structure(request: HttpRequest, held: Carried) -> Any:
    """Return the structure on whose behalf a professional stores it, or 404 for another's."""
    mine = access.structures_for(request.user)
    asked = request.POST.get("structure") or held.structure
    if asked:
        return get_object_or_404(mine, pk=whole(str(asked), ROWS) or 0)
    return mine.first()


@never_cache
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """Show the card of a new diagnosis, once: the next person on this computer must not read it."""
    held = carried.read(request)
    row = _kept(held)
    if row is None or row.person is None or not held.unseen:
        return redirect("bilan_result")
    response = render(
        request, "autonomy/card.html", {"row": row, "person": row.person, "mine": _address("card")}
    )
    if request.method == "GET":
        carried.write(response, replace(held, unseen=False))
    return response


@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erase what this browser just stored."""
    held = carried.read(request)
    if row := _kept(held):
        by = request.user if request.user.is_authenticated else None
        actions.erase(row, by=by, at=timezone.now())
        messages.success(request, say("Vos réponses ne sont plus gardées."))
    response = redirect("bilan_result")
    carried.write(response, replace(held, kept=None, unseen=False))
    return response
