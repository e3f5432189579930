"""Sending somebody: what they need and the places that suit, what the place may read, how it starts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from maillage.apps.accounts.access import account_of, holding
from maillage.apps.autonomy import access as diagnoses
from maillage.apps.directory.models import Lieu, Structure
from maillage.apps.directory.queries import where
from maillage.apps.memberships.access import communes_of_structure
from maillage.apps.messages.queries import leaves, leaving
from maillage.apps.orientations import access
from maillage.apps.orientations.actions import agreements, drafts, sending
from maillage.apps.orientations.actions.transitions import check_still_helped
from maillage.apps.orientations.forms.need import NeedForm
from maillage.apps.orientations.forms.share import SendForm
from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.queries import detail as referral_detail
from maillage.apps.orientations.queries import matching, timeline
from maillage.apps.orientations.queries import people as people_queries
from maillage.apps.orientations.queries.matching import Match, Matches
from maillage.apps.orientations.rules import cycle
from maillage.apps.orientations.views.people import acting_for, structures_of
from maillage.apps.people import access as people_access
from maillage.apps.people import queries as people
from maillage.apps.people import rules as purposes
from maillage.apps.people.models import Person
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.typed import ROWS, whole
from maillage.reference import clocks, orientation
from maillage.web import refusals
from maillage.words.wording import listing

SEES = (access.SEE, access.SEE_OWN)
LATELY = 40  # persons in the menu: the others are reached from their own sheet
RESUMED = "repris"  # in the address: what was typed before its person was found comes back
LOOKED_FOR = {"nouvelle": "person_new", "toutes": "people"}  # gestures that leave the form to find a person
TWICE = timedelta(seconds=30)  # the same choice made again so soon is a double click
FITS = (
    (0.8, "Convient très bien"),
    (0.6, "Convient bien"),
    (0.4, "Convient en partie"),
    (0.0, "À vérifier d’abord"),
)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A place that may be chosen: how well it suits, in words. by: the place that proposed it, or ''."""

    match: Match
    fit: str
    by: str = ""


@holding(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Need of a person, and the suitable places; choosing one leads to the fields it may read."""
    at = timezone.now()
    structures = structures_of(request)
    if not structures:
        raise Http404
    draft = _referral_of_request(request, "brouillon", state=cycle.DRAFT)
    before = _referral_of_request(request, "suite")
    people_known = list(people_access.people_for(request.user).order_by("-active_at", "-pk")[:LATELY])
    gesture = request.POST.get("geste", "")
    if (first := _first(request, draft, before, at)) is not None:
        return first
    data = request.POST if request.method == "POST" else _prefilled(request, structures, draft, before, at)
    person = _person(request, data)
    if person is not None and person not in people_known:
        people_known.insert(0, person)
    # A draft is held to the day of its own place.
    somewhere = at.astimezone(clocks.zone(clocks.LATEST)).date()
    form = NeedForm(data, people=people_known, structures=structures, on=somewhere)
    context: dict[str, Any] = {"form": form, "draft": draft, "before": before, "person": person}
    searched = request.method == "POST" or bool(data.get("besoin") or data.get("resultat"))
    is_half_typed = RESUMED in request.GET and request.method != "POST"  # then its person was looked for
    if not searched or (is_half_typed and not form.is_valid()):
        form.errors.clear()  # nobody sent it yet: no reproach
        return render(request, "orientations/new/need.html", context)
    if not form.is_valid():
        return render(request, "orientations/new/need.html", context, status=400)
    spot, answer = find_spot(form.cleaned_data["ou"])
    if spot is None:
        several = "Plusieurs endroits s’appellent ainsi. Choisissez le bon dans la liste."
        none = "Cet endroit n’est pas connu. Vérifiez son nom, ou écrivez le code postal."
        form.add_error("ou", several if answer.choices else none)
        context["choices"] = answer.choices
        return render(request, "orientations/new/need.html", context, status=400)
    structure = form.chosen("au_nom", structures) or structures[0]
    lieu = _lieu(request.POST.get("lieu", "")) if gesture == "choisir" else None
    if request.method == "POST" and (lieu is not None or gesture == "aucun"):
        try:
            named = {"person": person, "structure": structure, "draft": draft, "before": before}
            row = _prepared(request, form.draft(spot) | {"lieu": lieu}, at=at, **named)
            access.drop_need(request)
            if gesture == "aucun":
                sending.unsolved(row, by=account_of(request), at=at)
                sentence = "C’est noté : aucun lieu ne convient. Ce manque est compté dans le diagnostic."
                messages.success(request, sentence)
                return redirect("orientation", row.pk)
            return redirect("orientation_send", row.pk)
        except Refused as error:
            context["error"] = error
    instead = before.proposed if before is not None else None
    matches = matching.match(form.wanted(), spot, at, first=instead)
    context |= {
        "found": matches,
        "proposed": _proposed(matches, before),
        "spot": spot,
        "same": people_queries.same_help(person, form.cleaned_data["demarche"], user=request.user),
    }
    return render(request, "orientations/new/need.html", context, status=400 if "error" in context else 200)


def _first(
    request: HttpRequest, draft: Orientation | None, before: Orientation | None, at: datetime
) -> HttpResponse | None:
    """Return where one goes first: to find the person; or back, once theirs is followed no more."""
    rows = {"brouillon": draft, "suite": before}
    known_people = {name: row for name, row in rows.items() if row is not None and row.person_id is not None}
    for row in known_people.values():
        if not access.still_helps(request.user, row):
            return _not_followed(request, row)
    if (gesture := request.POST.get("geste", "")) not in LOOKED_FOR:
        return None
    of_person = ["resultat"] if _person(request, request.POST) else []
    access.store_need(request, at, but=[*known_people, *of_person])
    return redirect(f"{reverse(LOOKED_FOR[gesture])}?vers=orienter")


def _not_followed(request: HttpRequest, row: Orientation) -> HttpResponse:
    """Say that the person of a referral is followed no more: nothing leaves for them."""
    with refusals.as_message(request):
        check_still_helped(row, account_of(request))
    return redirect("orientation", row.pk)


def _prepared(
    request: HttpRequest,
    values: Mapping[str, Any],
    *,
    person: Person | None,
    structure: Structure,
    draft: Orientation | None,
    before: Orientation | None,
    at: datetime,
) -> Orientation:
    """Return the draft that a choice makes: the one being changed, while it is for the same person and in the
    same name; the one a double click already made; or a new one, on the same path for the same person.
    """
    user = account_of(request)
    if draft is not None and (draft.person, draft.from_structure) == (person, structure):
        return drafts.amend(draft, values, by=user, at=at)
    same = {
        "need": values["need"],
        "lieu": values["lieu"],
        "person": person,
        "from_structure": structure,
        "procedure": values["procedure"],
    }
    recent = access.sent_by(user).filter(sender=user, prepared_at__gte=at - TWICE, **same)
    already = recent.filter(state__in=(cycle.DRAFT, cycle.UNSOLVED)).first()
    if already is not None:
        return already
    follows = before if before is not None and before.person in (None, person) else None
    return drafts.prepare(
        drafts.Draft(structure=structure, person=person, follows=follows, **values), by=user, at=at
    )


def _prefilled(
    request: HttpRequest,
    structures: list[Structure],
    draft: Orientation | None,
    before: Orientation | None,
    at: datetime,
) -> QueryDict:
    """Return the fields already known of the need: from the address, those typed before its person was found,
    the draft or the step before, the diagnosis.
    """
    known = request.GET.copy()
    person = _person(request, known)
    typed = access.stored_need(request, at) if RESUMED in known else {}
    for name, values in typed.items():
        if name != "langue" or values != ["fr"]:  # the language of the person, unless another was chosen
            known.setlist(name, values)
    row = draft or before
    if row is not None:
        context = {
            "pour": row.person_id,
            "au_nom": row.from_structure_id,
            "besoin": row.need,
            "demarche": row.procedure,
            "precision": row.procedure_words,
            "avant": row.urgent_before.isoformat() if row.urgent_before else "",
            "langue": row.language,
            "resultat": row.result,
            "ou": _commune(row.commune),
            "suite" if before else "brouillon": row.pk,
        }
        _fill(known, context)
    diagnosis = _diagnosis(request, person)
    if diagnosis is not None:
        place = _commune(diagnosis.place)
        _fill(known, {"resultat": diagnosis.final_result, "ou": place, "pour": diagnosis.person_id})
    if person is not None:
        helped = {"pour": person.pk, "langue": person.language, "au_nom": acting_for(request, person)}
        _fill(known, helped)
    advice = orientation.advice().get(str(known.get("resultat", "")))
    if advice is not None:
        _fill(known, {"besoin": advice.need, "aide": advice.help})
    _fill(known, {"ou": _commune(_home(structures)), "langue": "fr", "marche": "30", "aide": ""})
    return known


def _home(structures: list[Structure]) -> str:
    """Return the commune where somebody works, '' when their structures stand in several."""
    communes = {code for each in structures for code in communes_of_structure(each)}
    return communes.pop() if len(communes) == 1 else ""


def _fill(known: QueryDict, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in known and value not in (None, ""):
            known[name] = str(value)


def _diagnosis(request: HttpRequest, person: Person | None) -> Any:
    """Return the diagnosis named by the address, or the last of the person."""
    rows = diagnoses.bilans_for(request.user)
    diagnosis_number = whole(request.GET.get("bilan", ""), ROWS)
    if diagnosis_number is not None:
        return rows.filter(pk=diagnosis_number).first()
    return rows.filter(person=person).order_by("-at", "-pk").first() if person is not None else None


def _proposed(matches: Matches, before: Orientation | None) -> list[Proposed]:
    instead, by = (before.proposed_id, before.lieu_name) if before is not None else (None, "")
    return [
        Proposed(each, suitability_text(each), by if each.lieu.pk == instead else "") for each in matches.best
    ]


def suitability_text(match: Match) -> str:
    """Return how well a place suits, in words."""
    if match.far:
        return "Loin à pied"
    part = match.points / match.most if match.most else 0.0
    return next(words for least, words in FITS if part >= least)


def find_spot(text: str) -> tuple[where.Spot | None, where.Answer]:
    try:
        answer = where.find(text)
    except UnknownTerritory:
        answer = where.Answer()
    return answer.spot, answer


def _commune(code: str) -> str:
    """Return a commune as the field « Où ? » reads it again, '' when it is none."""
    try:
        return where.of_code(code).label if code else ""
    except UnknownTerritory:
        return ""


def _person(request: HttpRequest, data: Mapping[str, Any]) -> Person | None:
    """Return the person chosen; another's does not exist."""
    pk = whole(str(data.get("pour") or data.get("personne") or ""), ROWS)
    return None if pk is None else get_object_or_404(people_access.people_for(request.user), pk=pk)


def _referral_of_request(request: HttpRequest, name: str, **more: Any) -> Orientation | None:
    pk = whole(str(request.POST.get(name) or request.GET.get(name) or ""), ROWS)
    return None if pk is None else get_object_or_404(access.sent_by(request.user), pk=pk, **more)


def _lieu(slug: str) -> Lieu | None:
    return Lieu.objects.filter(slug=slug, state="published").first()


@holding(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Fields that the place will read; the agreement; how the place is notified. Then it leaves."""
    row = get_object_or_404(access.sent_by(request.user), pk=pk)
    if row.state != cycle.DRAFT:
        return redirect("orientation", pk)  # it left: somebody clicked twice, or came back
    if not access.still_helps(request.user, row):
        return _not_followed(request, row)
    if row.lieu is None:
        return redirect(f"{reverse('orientation_new')}?brouillon={pk}")
    row.lieu = row.place  # merged since, perhaps: the person answers to who would read it
    at = timezone.now()
    form = _send_form(request.POST or None, row, at)
    context: dict[str, Any] = {
        "row": row,
        "told": referral_detail.detail(row, referral_detail.SENDER, at),
    }
    status = 200
    if form.is_bound and form.is_valid():
        try:
            _send(request, row, form, at)
        except sending.NoRoom as full:
            context |= {
                "error": full,
                "instead": [Proposed(each, suitability_text(each)) for each in full.instead],
            }
        except drafts.Reread as error:  # what they said yes to is not what would leave: asked again
            context["error"] = error
            form = _send_form(SendForm.unanswered(request.POST), row, at)
        except Refused as error:
            context["error"] = error
        else:
            return redirect("orientation_sent", pk)
    if form.errors or "error" in context:
        status = 400
    context |= {
        "form": form,
        "sentence": purposes.PURPOSES[purposes.SHARE].words,
        "write": purposes.PURPOSES[purposes.WRITE].words,
        "script": form.script(by=request.user),
        "same": people_queries.same_help(row.person, row.procedure, user=request.user, but=row),
    }
    return render(request, "orientations/new/send.html", context, status=status)


def _send_form(data: Any, row: Orientation, at: datetime) -> SendForm:
    ways = referral_detail.ways_to_tell(row, timezone.localdate(at))
    return SendForm(data, row=row, reads=referral_detail.shared(row, everything=True), ways=ways)


@transaction.atomic
def _send(request: HttpRequest, row: Orientation, form: SendForm, at: datetime) -> None:
    """Keep what is shared and what was agreed, then send; nothing of it is kept when it may not leave."""
    user = account_of(request)
    drafts.amend(row, form.values(), by=user, at=at, was=request.POST.get("vu", ""))
    if row.person is not None and row.lieu is not None:
        agrees = form.agreed
        how = form.cleaned_data["accord"] if agrees else "read"
        structure = row.lieu.structure
        consent_values: dict[str, Any] = {"how": how, "by": user, "at": at, "acting": row.from_structure_id}
        agreements.answer(
            row.person, purpose=purposes.SHARE, agrees=agrees, structure=structure, **consent_values
        )
        if form.may_write is not None:
            agreements.answer(row.person, purpose=purposes.WRITE, agrees=form.may_write, **consent_values)
    mail = form.cleaned_data.get("adresse", "")
    sending.send(row, by=user, at=at, channel=form.cleaned_data["canal"], mail=mail)


@holding(*SEES)
@require_POST
def elsewhere(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a draft to a neighbour, when its place takes nobody, with what was typed for the place."""
    row = get_object_or_404(access.sent_by(request.user), pk=pk)
    lieu = _lieu(request.POST.get("ailleurs", ""))
    if lieu is None:
        raise Http404
    with refusals.as_message(request):
        typed = {"note": "mot", "availability": "jours"}
        typed_words = {name: request.POST[field] for name, field in typed.items() if field in request.POST}
        drafts.amend(row, {"lieu": lieu, **typed_words}, by=account_of(request), at=timezone.now())
    return redirect("orientation_send", pk)


# What the person answers again for another place: it is asked once more.
AGAIN = [name for name in drafts.FREE if name not in ("note", "shared", "lieu")]


@holding(*SEES)
@require_POST
def proposed(request: HttpRequest, pk: int) -> HttpResponse:
    """Go on to the place proposed instead: the same need, a new agreement to ask for; once."""
    sent_rows = access.sent_by(request.user)
    row = get_object_or_404(sent_rows.select_related("proposed"), pk=pk)
    if row.proposed is None:  # it left the directory since: another is looked for
        return redirect(f"{reverse('orientation_new')}?suite={pk}")
    after = sent_rows.filter(path=row.path_id, position__gt=row.position, lieu=row.proposed).exclude(
        state=cycle.CANCELLED
    )
    already = after.order_by("position").last()
    if already is not None:
        return redirect("orientation_send", already.pk)
    values = {name: getattr(row, name) for name in AGAIN} | {
        "person": row.person,
        "structure": row.from_structure,
    }
    with refusals.as_message(request):
        draft = drafts.prepare(
            drafts.Draft(lieu=row.proposed, follows=row, **values), by=account_of(request), at=timezone.now()
        )
        return redirect("orientation_send", draft.pk)
    return redirect("orientation", pk)


@holding(*SEES)
@require_safe
def sent(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the card to print, what happens next, who must act; and another step if one is needed."""
    row = get_object_or_404(access.sent_by(request.user), pk=pk)
    if row.state == cycle.DRAFT:
        return redirect("orientation_send", pk)
    referral = referral_detail.detail(row, referral_detail.SENDER, timezone.now())
    sent_on = timezone.localdate(row.sent_at)
    reminder_days = cycle.reminders(sent_on, row.expires_on).values()
    first_mail = f"orientation-{row.pk}-{row.links}-lien"
    context = {
        "row": row,
        "told": referral,
        "steps": referral_detail.path_of(row, request.user),
        "reminders": listing([referral_detail.short(day, sent_on) for day in reminder_days]),
        "mail_leaves": leaves("email"),
        "is_place_told": leaves("email") if row.example else bool(leaving([first_mail])),
        "place_mail": timeline.place_mail(row),
        "has_secret": row.person is not None and people.secret_of(row.person) is not None,
        "helps": access.still_helps(request.user, row),
        "holder": timeline.holder(row),
    }
    return render(request, "orientations/new/sent.html", context)
