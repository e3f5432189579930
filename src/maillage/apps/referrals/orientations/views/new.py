"""Sending somebody: what they need and the places that suit, what the place may read, how it starts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import where
from maillage.apps.directory.places.rules import INVITED
from maillage.apps.people.actes.access import acts_for
from maillage.apps.people.actes.models import Act
from maillage.apps.people.actes.queries.catalogue import labels_of
from maillage.apps.people.mandats.queries.catalogue import family_of
from maillage.apps.people.persons import access as people_access
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.access import account_of, holding
from maillage.apps.referrals.autonomy import access as diagnoses
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.access import TypedPage
from maillage.apps.referrals.orientations.actions import drafts, sending
from maillage.apps.referrals.orientations.actions.transitions import check_still_helped
from maillage.apps.referrals.orientations.forms.need import NeedForm
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import matching
from maillage.apps.referrals.orientations.queries import people as people_queries
from maillage.apps.referrals.orientations.queries.matching import Match, Matches
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.referrals.orientations.rules.matching import Reason
from maillage.apps.referrals.orientations.views.people import acting_for, structures_of
from maillage.apps.referrals.orientations.views.typed import show_again, typed_again
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.kernel.typed import ROWS, whole_number
from maillage.reference import clocks, orientation
from maillage.web import refusals

SEES = (access.SEE, access.SEE_OWN)
LATELY = 40  # persons in the menu: the others are reached from their own sheet
RESUMED = "repris"  # in the address: what was typed before its person was found comes back
LOOKED_FOR = {"nouvelle": "person_new", "toutes": "people"}  # gestures that leave the form to find a person
SIDE_BY_SIDE = 3  # places compared at once: more do not fit on a telephone
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
    suitability: str
    by: str = ""


@holding(*SEES)
@require_http_methods(["GET", "HEAD", "POST"])
@typed_again
def new(request: HttpRequest, typed_page: TypedPage) -> HttpResponse:
    """Need of a person, and the suitable places; choosing one leads to the fields it may read."""
    return need_page(request, typed_page, timezone.now())


def need_page(request: HttpRequest, typed_page: TypedPage, at: datetime) -> HttpResponse:
    """Answer with the need as it is typed, and its places; what is posted is shown again by a redirect."""
    structures = structures_of(request)
    if not structures:
        raise Http404
    posted = typed_need(typed_page.fields)
    draft, before = draft_of(request, posted), step_before(request, posted)
    people_known = list(people_access.people_for(request.user).order_by("-active_at", "-pk")[:LATELY])
    if (first := _first(request, draft, before, at)) is not None:
        return first
    data = posted if typed_page.fields else _prefilled(request, structures, draft, before, at)
    person = _person(request, data)
    if person is not None and person not in people_known:
        people_known.insert(0, person)
    form = NeedForm(data, people=people_known, structures=structures, on=latest_day(at))
    if request.method == "POST":
        return _posted(request, typed_page, form, at)
    context: dict[str, Any] = {"form": form, "draft": draft, "before": before, "person": person}
    searched = typed_page.fields or bool(data.get("besoin") or data.get("resultat"))
    is_half_typed = RESUMED in request.GET and not typed_page.fields  # then its person was looked for
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
        status = 200 if answer.choices else 400  # homonyms are a question, not a fault
        return render(request, "orientations/new/need.html", context, status=status)
    if typed_page.refusal is not None:
        context["error"] = typed_page.refusal
    instead = before.proposed if before is not None else None
    matches = matching.match(form.wanted(), spot, at, first=instead)
    context |= {
        "found": matches,
        "proposed": _proposed(matches, before),
        "compared": _compared(matches, typed_page.fields.getlist("comparer")),
        "spot": spot,
        "same": people_queries.same_help(
            person, form.cleaned_data["besoin"], form.cleaned_data["demarche"], user=request.user
        ),
    }
    return render(request, "orientations/new/need.html", context, status=400 if "error" in context else 200)


def _posted(request: HttpRequest, typed_page: TypedPage, form: NeedForm, at: datetime) -> HttpResponse:
    """Note that no place suits, when it is said; else show what was posted again."""
    refusal = typed_page.refusal
    is_unsolved = refusal is None and request.POST.get("geste") == "aucun"
    if is_unsolved and (need := read_need(request, typed_need(request.POST), at)) is not None:
        try:
            row = prepared(request, need, None, at)
            sending.unsolved(row, by=account_of(request), at=at)
        except Refused as error:
            refusal = error
        else:
            access.drop_need(request)
            sentence = "C’est noté : aucun lieu ne convient. Ce manque est compté dans le diagnostic."
            messages.success(request, sentence)
            return redirect("orientation", row.pk)
    return show_again(request, "orientation_new", at, refusal=refusal)


def _first(
    request: HttpRequest, draft: Orientation | None, before: Orientation | None, at: datetime
) -> HttpResponse | None:
    """Return where one goes first: to find the person; or back, once theirs is followed no more."""
    rows = {"brouillon": draft, "suite": before}
    known_people = {name: row for name, row in rows.items() if row is not None and row.person_id is not None}
    for row in known_people.values():
        if not access.still_helps(request.user, row):
            return not_followed(request, row)
    if (gesture := request.POST.get("geste", "")) not in LOOKED_FOR:
        return None
    of_person = ["resultat"] if _person(request, request.POST) else []
    access.store_need(request, at, but=[*known_people, *of_person])
    return redirect(f"{reverse(LOOKED_FOR[gesture])}?vers=orienter")


def not_followed(request: HttpRequest, row: Orientation) -> HttpResponse:
    """Say that the person of a referral is followed no more: nothing leaves for them."""
    with refusals.as_message(request):
        check_still_helped(row, account_of(request))
    return redirect("orientation", row.pk)


@dataclass(frozen=True, slots=True)
class Need:
    """A need, read whole. draft: prepared before, and not sent; before: the step that this one follows."""

    form: NeedForm
    spot: where.Spot
    person: Person | None
    structure: Structure
    draft: Orientation | None
    before: Orientation | None

    @property
    def taken_up(self) -> Orientation | None:
        """The draft to go on with: none for somebody else, or in another name."""
        same = self.draft is not None and (self.draft.person, self.draft.from_structure) == (
            self.person,
            self.structure,
        )
        return self.draft if same else None

    def values(self, lieu: Lieu | None) -> drafts.Draft:
        """Return the referral to a place, on the same path for the same person."""
        follows = (
            self.before if self.before is not None and self.before.person in (None, self.person) else None
        )
        return drafts.Draft(
            structure=self.structure,
            person=self.person,
            follows=None if self.taken_up is not None else follows,
            path=self.taken_up.path if self.taken_up is not None else None,
            lieu=lieu,
            **self.form.draft(self.spot),
        )


def read_need(request: HttpRequest, posted: QueryDict, at: datetime) -> Need | None:
    """Return the need that was posted, None when it is not whole."""
    structures, person = structures_of(request), _person(request, posted)
    people_known = [person] if person is not None else []
    form = NeedForm(posted, people=people_known, structures=structures, on=latest_day(at))
    spot = find_spot(form.cleaned_data["ou"])[0] if structures and form.is_valid() else None
    if spot is None:
        return None
    structure = form.chosen("au_nom", structures) or structures[0]
    draft, before = draft_of(request, posted), step_before(request, posted)
    return Need(form, spot, person, structure, draft, before)


def prepared(request: HttpRequest, need: Need, lieu: Lieu | None, at: datetime) -> Orientation:
    """Return the row of a referral that is about to leave: the draft being taken up, the one a double click
    already made, or a new one.
    """
    user, draft = account_of(request), need.values(lieu)
    if need.taken_up is not None:
        values = {name: getattr(draft, name) for name in (*need.form.draft(need.spot), "lieu")}
        return drafts.amend(need.taken_up, values, by=user, at=at)
    same = {
        "need": draft.need,
        "lieu": lieu,
        "person": need.person,
        "from_structure": need.structure,
        "procedure": draft.procedure,
    }
    recent = access.sent_by(user).filter(sender=user, prepared_at__gte=at - TWICE, **same)
    already = recent.filter(state__in=(cycle.DRAFT, cycle.SENT, cycle.UNSOLVED)).first()
    return already if already is not None else drafts.prepare(draft, by=user, at=at)


NEED_FIELD = "demande"  # the need as it was typed, in one field of the page that follows
OF_PAGE = ("csrfmiddlewaretoken", "geste", "lieu", "comparer")


def typed_need(fields: QueryDict) -> QueryDict:
    """Return the fields of a need as they were posted: by its own page, or by the one that follows."""
    return QueryDict(str(fields[NEED_FIELD])) if NEED_FIELD in fields else fields


def need_query(posted: QueryDict) -> str:
    """Return the fields of a need as the next page holds them."""
    known = posted.copy()
    for name in OF_PAGE:
        known.pop(name, None)
    return known.urlencode()


def latest_day(at: datetime) -> date:
    """Return the day it already is somewhere: a referral is held to the day of its own place."""
    return at.astimezone(clocks.zone(clocks.LATEST)).date()


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
    stored_fields = access.stored_need(request, at) if RESUMED in known else {}
    for name, values in stored_fields.items():
        if name != "langue" or values != ["fr"]:  # the language of the person, unless another was chosen
            known.setlist(name, values)
    row = draft or before
    if row is not None:
        _fill(known, need_of_row(row) | {"suite" if before else "brouillon": row.pk})
    number = whole_number(request.GET.get("acte", ""), ROWS)
    act = None if number is None else acts_for(request.user).filter(pk=number).first()
    if act is not None:
        _fill(known, _need_of(act, request))
        person = _person(request, known)
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
    senders = sorted(structures, key=lambda structure: str(structure.pk) != known.get("au_nom"))
    _fill(known, {"ou": _commune(_home(senders)), "langue": "fr", "marche": "30", "aide": ""})
    return known


def _need_of(act: Act, request: HttpRequest) -> dict[str, Any]:
    """Return the fields of a need that an act left open: for its person while they are followed."""
    family = family_of(act.procedure)
    need, procedure = cycle.need_of_act(family, "" if family else act.procedure)
    is_known = people_access.people_for(request.user).filter(pk=act.person_id or 0).exists()
    return {
        "pour": act.person_id if is_known else None,
        "au_nom": act.structure_id,
        "besoin": need,
        "demarche": procedure,
        "precision": labels_of(act.subjects)[:120],
    }


def need_of_row(row: Orientation) -> dict[str, Any]:
    """Return the fields of the need of a referral."""
    return {
        "pour": row.person_id,
        "au_nom": row.from_structure_id,
        "besoin": row.need,
        "demarche": row.procedure,
        "precision": row.procedure_words,
        "avant": row.urgent_before.isoformat() if row.urgent_before else "",
        "langue": row.language,
        "resultat": row.result,
        "ou": _commune(row.commune),
    }


def _home(structures: Sequence[Structure]) -> str:
    """Return the commune where somebody works: of the first structure in whose name they may send, where it
    has most places, else its seat; '' while nothing says where it stands.
    """
    for structure in structures:
        codes = structure.lieux.exclude(code_insee="").values_list("code_insee", flat=True)
        if counts := Counter(codes):
            return min(counts, key=lambda code: (code != structure.code_insee, -counts[code], code))
        if structure.code_insee and not structure.key.startswith(INVITED):  # else its seat is a guess
            return structure.code_insee
    return ""


def _fill(known: QueryDict, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if name not in known and value not in (None, ""):
            known[name] = str(value)


def _diagnosis(request: HttpRequest, person: Person | None) -> Any:
    """Return the diagnosis named by the address, or the last of the person."""
    rows = diagnoses.bilans_for(request.user)
    diagnosis_number = whole_number(request.GET.get("bilan", ""), ROWS)
    if diagnosis_number is not None:
        return rows.filter(pk=diagnosis_number).first()
    return rows.filter(person=person).order_by("-at", "-pk").first() if person is not None else None


def _proposed(matches: Matches, before: Orientation | None) -> list[Proposed]:
    instead, by = (before.proposed_id, before.lieu_name) if before is not None else (None, "")
    return [
        Proposed(each, suitability_text(each), by if each.lieu.pk == instead else "") for each in matches.best
    ]


@dataclass(frozen=True, slots=True)
class Compared:
    """Places side by side. rows: the name of a criterion, and what it answers for each, None where it says
    nothing.
    """

    places: Sequence[Proposed]
    rows: Sequence[tuple[str, Sequence[Reason | None]]]
    is_chosen: bool


def _compared(matches: Matches, slugs: Sequence[str]) -> Compared | None:
    """Return the places that were ticked side by side, the first ones when fewer than two were; None when
    there is nothing to compare.
    """
    ticked = [each for each in matches.best if each.lieu.slug in slugs]
    chosen = (ticked if len(ticked) > 1 else matches.best)[:SIDE_BY_SIDE]
    if len(chosen) < 2:
        return None
    reasons = [{reason.criterion: reason for reason in each.reasons} for each in chosen]
    rows = [
        (criterion.label, answers)
        for id, criterion in orientation.criteria().items()
        if any(answers := [of_place.get(id) for of_place in reasons])
    ]
    return Compared([Proposed(each, suitability_text(each)) for each in chosen], rows, len(ticked) > 1)


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
    pk = whole_number(str(data.get("pour") or data.get("personne") or ""), ROWS)
    return None if pk is None else get_object_or_404(people_access.people_for(request.user), pk=pk)


def draft_of(request: HttpRequest, posted: QueryDict) -> Orientation | None:
    """Return the draft that a need changes; another's does not exist."""
    return _named(request, posted, "brouillon", state=cycle.DRAFT)


def step_before(request: HttpRequest, posted: QueryDict) -> Orientation | None:
    """Return the step that a need follows; another's does not exist."""
    return _named(request, posted, "suite")


def _named(request: HttpRequest, posted: QueryDict, name: str, **more: Any) -> Orientation | None:
    pk = whole_number(str(posted.get(name) or request.GET.get(name) or ""), ROWS)
    return None if pk is None else get_object_or_404(access.sent_by(request.user), pk=pk, **more)
