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

from maillage.apps.directory.places.queries import where
from maillage.apps.people.persons import access as people_access
from maillage.apps.people.persons import rules as people_rules
from maillage.apps.referrals.autonomy import access, actions, rules
from maillage.apps.referrals.autonomy.forms import carried
from maillage.apps.referrals.autonomy.forms.answers import COUNT, KEEP, ConsentForm, StepsForm
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.queries import places, segments
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.typed import ROWS, whole_number
from maillage.modules import paths
from maillage.modules import reading as module_reading
from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine
from maillage.words.languages import say

WITHIN_THE_WEEK = timedelta(days=7)  # “un papier à faire cette semaine”
READING = "illiteracy"  # of the publics of the directory


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def result(request: HttpRequest) -> HttpResponse:
    """The result; POST notes what the person chooses to do next."""
    diagnosis = carried.read(request)
    if not diagnosis.begun or engine.next_question(diagnosis.answers):
        return _unfinished(diagnosis)
    conclusion = engine.conclude(diagnosis.answers, diagnosis.outcomes)
    text = rules.result_text(diagnosis.answers, diagnosis.outcomes, conclusion)
    if request.method == "POST":
        form = StepsForm(request.POST, steps=[step.id for step in text.steps])
        chosen = form.cleaned_data["suite"] if form.is_valid() else []
        if row := _stored(diagnosis):
            actions.choose(row, chosen)
        back = redirect(reverse("bilan_result") + "#suites")
        carried.write(back, replace(diagnosis, chosen=chosen))
        return back
    located, spot, answer = _located(request, diagnosis)
    row = _stored(diagnosis)
    helping = request.user.is_authenticated and access.may_help(request.user)
    own = access.structures_for(request.user).first() if helping else None
    read_as = segments.of_commune(own.code_insee if own else "")
    response = render(
        request,
        "autonomy/result.html",
        {
            "diagnosis": located,
            "found": conclusion,
            "text": text,
            "result": bilan.results()[conclusion.result],
            "access": bilan.accesses()[conclusion.access],
            "use": bilan.uses()[conclusion.use],
            "coop": bilan.coop_levels()[bilan.results()[conclusion.result].coop[conclusion.use]],
            "segment": read_as.labels[conclusion.result],
            "segment_source": read_as.source,
            "flags": [bilan.flags()[id] for id in conclusion.flags],
            "line": bilan.lines()[conclusion.line],
            "ways": places.ways(text.steps, spot, at=_now()),
            "ou": located.where,
            "spot": spot,
            "choices": answer.choices,
            "unknown": bool(request.GET.get("ou")) and spot is None and not answer.choices,
            "path": paths.suited(conclusion.result, conclusion.use),
            "firsts": [
                module_reading.own_modules()[id]
                for id in paths.first(conclusion.flags)
                if _address("learning")
            ],
            "urgent": places.search(located.where) if text.urgent else "",
            "orientation": _orientation(request, diagnosis, conclusion, row) if helping else "",
            "sheet": _sheet(request, row) if helping else "",
            "mine": _address("card"),
            "row": row,
            "corrected": row is not None and row.answers != dict(diagnosis.answers),
            "person": _person(request, diagnosis),
            "progress": _progress(diagnosis, conclusion),
            "words": people_rules.PURPOSES[people_rules.KEEP].words,
            "professional": helping,
            "structures": access.structures_for(request.user) if helping else [],
        },
    )
    if located != diagnosis:
        carried.write(response, located)
    return response


def _now() -> Any:
    return timezone.localtime(timezone.now()).replace(tzinfo=None)


def _unfinished(diagnosis: Carried) -> HttpResponse:
    unanswered = engine.next_question(diagnosis.answers)
    return redirect("bilan_question", unanswered) if diagnosis.begun else redirect("bilan")


def _located(request: HttpRequest, diagnosis: Carried) -> tuple[Carried, where.Spot | None, where.Answer]:
    """Return the diagnosis with where the person lives, as they typed it now or before; choices when a
    name is shared.
    """
    place_text = request.GET.get("ou", "").strip()[:100] or diagnosis.where
    try:
        answer = where.find(place_text) if place_text else where.Answer()
    except UnknownTerritory:
        answer = where.Answer()
    if answer.spot is None:
        return diagnosis, None, answer
    commune = answer.spot.communes[0] if answer.spot.is_point and answer.spot.communes else ""
    return replace(diagnosis, where=answer.spot.label, place=commune), answer.spot, answer


def _address(name: str) -> str:
    """Return the address of a page of another feature, '' where it is not installed."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _orientation(
    request: HttpRequest, diagnosis: Carried, conclusion: engine.Conclusion, row: Bilan | None
) -> str:
    """Return the address of a referral that starts from what is known here, '' where there is none: the
    person, what presses, what they need to be read; the diagnosis itself once it is kept.
    """
    address = _address("orientation_new")
    person = _person(request, diagnosis)
    known: dict[str, Any] = {"resultat": conclusion.result}
    if row is not None:
        known["bilan"] = row.pk
    if person is not None:
        known["pour"] = person.pk
    if "procedure" in conclusion.flags:
        known["avant"] = (timezone.localdate() + WITHIN_THE_WEEK).isoformat()
    if "reading" in conclusion.flags:
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


def _stored(diagnosis: Carried) -> Bilan | None:
    """Return the diagnosis as this browser kept it, if it did and nobody erased it."""
    if diagnosis.stored_pk is None:
        return None
    return (
        Bilan.objects.select_related("person").filter(pk=diagnosis.stored_pk, token=diagnosis.token).first()
    )


def _person(request: HttpRequest, diagnosis: Carried) -> Any:
    """Return the person that a professional began it for; another's does not exist."""
    if diagnosis.person is None:
        return None
    return people_access.people_for(request.user).filter(pk=diagnosis.person).first()


def _progress(diagnosis: Carried, conclusion: engine.Conclusion) -> rules.Progress | None:
    before = Bilan.objects.filter(pk=diagnosis.again, kept=rules.PERSON).first() if diagnosis.again else None
    if before is None:
        return None
    return rules.progress(before.answers, before.use, before.access, diagnosis.answers, conclusion)


@never_cache
@require_safe
def to_print(request: HttpRequest) -> HttpResponse:
    """The result on one A4 page, with a card to keep; no level is named."""
    diagnosis = carried.read(request)
    if not diagnosis.begun or engine.next_question(diagnosis.answers):
        return _unfinished(diagnosis)
    conclusion = engine.conclude(diagnosis.answers, diagnosis.outcomes)
    text = rules.result_text(diagnosis.answers, diagnosis.outcomes, conclusion)
    spot = where.find(diagnosis.where).spot if diagnosis.where else None
    ways = places.ways(text.steps, spot, at=_now())
    chosen = [way for way in ways if way.step.id in diagnosis.chosen]
    return render(
        request,
        "autonomy/print.html",
        {
            "text": text,
            "ways": ways,
            "first": (chosen or ways)[0],
            "chosen": diagnosis.chosen,
            "drawings": rules.on_card(diagnosis.answers, text.face),
            "on": timezone.localdate(),
        },
    )


@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Store it, count it, or leave nothing, as the person chooses. The help is the same."""
    diagnosis, at = carried.read(request), timezone.now()
    if not diagnosis.begun or engine.next_question(diagnosis.answers):
        return _unfinished(diagnosis)
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
        structure = _structure(request, diagnosis)
        person = (
            get_object_or_404(people_access.people_for(by), pk=diagnosis.person) if diagnosis.person else None
        )
    try:
        row = actions.keep(
            diagnosis,
            purpose=rules.PERSON if form.choice == KEEP else rules.COUNT,
            how="click" if by is None and diagnosis.mode == rules.SELF else "read",
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
    carried.write(response, replace(diagnosis, stored_pk=row.pk, unseen=unseen))
    return response


def _structure(request: HttpRequest, diagnosis: Carried) -> Any:
    """Return the structure on whose behalf a professional stores it, or 404 for another's."""
    structures = access.structures_for(request.user)
    number = request.POST.get("structure") or diagnosis.structure
    if number:
        return get_object_or_404(structures, pk=whole_number(str(number), ROWS) or 0)
    return structures.first()


@never_cache
@require_safe
def card(request: HttpRequest) -> HttpResponse:
    """Show the card of a new diagnosis, once: the next person on this computer must not read it."""
    diagnosis = carried.read(request)
    row = _stored(diagnosis)
    if row is None or row.person is None or not diagnosis.unseen:
        return redirect("bilan_result")
    response = render(
        request, "autonomy/card.html", {"row": row, "person": row.person, "mine": _address("card")}
    )
    if request.method == "GET":
        carried.write(response, replace(diagnosis, unseen=False))
    return response


@require_POST
def erase(request: HttpRequest) -> HttpResponse:
    """Erase what this browser just stored."""
    diagnosis = carried.read(request)
    if row := _stored(diagnosis):
        by = request.user if request.user.is_authenticated else None
        actions.erase(row, by=by, at=timezone.now())
        messages.success(request, say("Vos réponses ne sont plus gardées."))
    response = redirect("bilan_result")
    carried.write(response, replace(diagnosis, stored_pk=None, unseen=False))
    return response
