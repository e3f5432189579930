"""A plan as everybody reads it: its actions in time, on a board, in a list, on a map; one of them; files."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.directory.memberships.access import name_of
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.access import may_write
from maillage.apps.dossiers.actions import catch_up
from maillage.apps.dossiers.rules import NoOffer
from maillage.apps.steering.plans import access, rules
from maillage.apps.steering.plans.forms import FundingForm, MeasureForm, NoteForm
from maillage.apps.steering.plans.models import Plan, PlanAction, PlanMeasure
from maillage.apps.steering.plans.queries import (
    budgets,
    effects,
    files,
    history,
    overview,
    proposals,
    report,
    surveyed,
)
from maillage.apps.steering.plans.queries.zones import network_zones
from maillage.apps.surveys.queries import evidence
from maillage.apps.territories import queries as territories
from maillage.apps.territories.queries import ZoneAreas
from maillage.kernel.errors import UnknownTerritory
from maillage.publishing.page import maps
from maillage.publishing.survey.document import as_csv
from maillage.publishing.territory import priorities
from maillage.publishing.territory.gaps import OPENINGS
from maillage.publishing.territory.reading import Reading
from maillage.reference.plan_frames import frames
from maillage.words.wording import listing

COUNTING = ("mesure", "remplacer-mesure")  # gestures that send a number: one more, or in place of another
OF_MEASURE = "mesure-%s"  # ids of the fields of its form, on a page that holds others
NO_MAP = "Pas de carte : aucune action du plan ne dit la sorte d’offre à laquelle elle répond."
MOST_ON_MAP = 12  # zones listed beside the map before the others fold
CONTRADICTIONS = (
    rules.RUNS_OVER,
    rules.COSTS_OVER,
    rules.COSTS_LATE,
    rules.PARTS_COST_OVER,
    rules.TO_COUNT,
)  # told beside the state of an action
VIEWS = {"calendrier": "Calendrier", "tableau": "Tableau", "liste": "Liste", "carte": "Carte"}


def place_of(place: str) -> str:
    """Return the one address of a territory; Http404 for one that nobody knows."""
    try:
        return territories.canonical(place)
    except UnknownTerritory as error:
        raise Http404(error.what) from error


def plan_of(request: HttpRequest, place: str) -> Plan:
    """Return the plan of a territory that a user reads, whichever of its addresses is given; Http404
    otherwise.
    """
    plan = access.plan_for(request.user, access.plan_place(place_of(place)))
    if plan is None:
        raise Http404("Pas de plan ici.")
    return plan


def framed(request: HttpRequest, plan: Plan) -> dict[str, Any]:
    """Return the context of each page of a plan: the plan, its study, the right to write it."""
    return {
        "plan": plan,
        "place": plan.place,
        "name": name_of(plan.place),
        "reading": overview.reading_of(plan.place),
        "frame": frames().get(plan.frame),
        "may_write": may_write(request.user, plan.place),
        "tab": "plan",
        "query": "",
    }


@require_safe
def plan(request: HttpRequest, place: str) -> HttpResponse:
    """The plan of a territory: where it stands, what the figures propose, its actions; who may write it opens
    it where none is, under any of its addresses.
    """
    at_place = access.plan_place(place_of(place))
    if access.plan_for(request.user, at_place) is None and may_write(request.user, at_place):
        return redirect("plan_open", at_place)
    own_plan, on = plan_of(request, place), timezone.localdate()
    if own_plan.place != place_of(place):
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        return redirect(f"{reverse('plan', args=[own_plan.place])}{query}")
    context = framed(request, own_plan)
    every = overview.actions_of(own_plan)
    areas, actions = _in_areas(request, own_plan, every)
    chosen = request.GET.get("vue", "")
    view = chosen if chosen in VIEWS else "calendrier"
    axes = overview.by_axis(own_plan, every, context["reading"], on, selection=actions)
    axes = report.staged(own_plan, axes, on=on)
    rows = [row for axis in axes for row in axis.rows]
    context |= {
        "study": dossiers.zoned(study) if (study := dossiers.latest(own_plan.place)) else None,
        "axes": axes,
        "calendar": overview.calendar(actions, on),
        "areas": areas,
        "areas_query": f"?{query}" if (query := territories.areas_query(areas)) else "",
        "sentence": rules.state_sentence([overview.schedule(each) for each in every], on),
        "unpiloted": overview.unpiloted(every, on),
        "yearly": budgets.yearly(every),
        "view": view,
        "views": VIEWS,
        "board": [
            (label, overview.tally(state_rows), state_rows)
            for state, label in rules.STATES.items()
            for state_rows in [[row for row in rows if row.row.standing == state]]
            if state != rules.DROPPED or state_rows
        ],
        "on": on,
    }
    if view == "carte":
        context["map"] = _map(own_plan, request.GET.get("offre", ""), rows, areas)
    context["no_gaps"] = why_no_gaps(own_plan.place, context["reading"])
    if context["may_write"]:
        reading = context["reading"]
        context["proposals"] = proposals.proposals(own_plan, reading, on)
        context["of_town"] = priorities.town_sentence(reading) if reading else ""
        context["refusals"] = own_plan.refusals.all()
    return render(request, "plans/plan.html", context)


def _in_areas(
    request: HttpRequest, plan: Plan, actions: list[PlanAction]
) -> tuple[tuple[ZoneAreas, ...], list[PlanAction]]:
    """Return the areas of the State held by the zones of a plan, and the actions of the zones asked: those
    of the whole territory are theirs too.
    """
    study = dossiers.latest(plan.place)
    areas = dossiers.zone_areas(study, request.GET.dict()) if study else ()
    selected_actions = [
        row
        for row in actions
        if all(not row.zones or any(each.keeps(code) for code in row.zones) for each in areas)
    ]
    return areas, selected_actions


def _map(plan: Plan, line: str, rows: list[overview.ActionRow], areas: Sequence[ZoneAreas]) -> dict[str, Any]:
    """Return the map of the gap of a line that the plan answers, and the actions of each zone asked, but for
    those that were dropped. Outlined: where somebody may count on an action of that line.
    """
    rows = [row for row in rows if row.row.standing != rules.DROPPED]
    lines = sorted({row.row.line for row in rows if row.row.line} & OPENINGS.keys())
    chosen = line if line in lines else next(iter(lines), "")
    study = dossiers.latest(plan.place)
    zones: dict[str, list[overview.ActionRow]] = {}
    for row in rows:
        for code in row.row.zones:
            zones.setdefault(code, []).append(row)
    reading = overview.reading_of(plan.place)
    selected_zones = [
        zone for zone in (reading.zones if reading else ()) if all(each.keeps(zone.code) for each in areas)
    ]
    planned = [(zone, zones[zone.code]) for zone in selected_zones if zone.code in zones]
    answered = overview.answered((row.row for row in rows if row.row.standing in rules.DECIDED), chosen)
    own = {zone.code for zone in selected_zones if zone.code in (answered or ())}
    svg = dossiers.layer(study, f"manque-{chosen}") if study and chosen else ""
    return {
        "line": chosen,
        "lines": [(each, OPENINGS[each]) for each in lines] if svg else [],
        "svg": maps.outlined(svg, own),
        "words": rules.map_words(is_everywhere=answered is None, n_zones=len(own))
        if svg
        else (why.sentence if (why := why_no_gaps(plan.place, reading)) else NO_MAP),
        "outlined": "une action décidée de cette sorte d’offre y est prévue" if own else "",
        "zones": planned[:MOST_ON_MAP],
        "folded": planned[MOST_ON_MAP:],
        "others": [zone for zone in selected_zones if zone.code not in zones],
    }


def why_no_gaps(place: str, reading: Reading | None) -> NoOffer | None:
    """Return why nothing is drawn nor proposed of what is missing on foot, None when something may be."""
    if reading is not None and reading.offer:
        return None
    study = dossiers.latest(place)
    if study is None or reading is None:
        return dossiers.why_no_study(place)
    catch_up(study)
    return dossiers.why_no_offer(study, on=timezone.localdate())


@require_safe
def action(request: HttpRequest, place: str, pk: int) -> HttpResponse:
    """An action from its reason to its journal."""
    return action_page(request, plan_of(request, place), pk)


def action_page(
    request: HttpRequest,
    plan: Plan,
    pk: int,
    *,
    status: int = 200,
    sent: forms.Form | None = None,
    standing: PlanMeasure | None = None,
) -> HttpResponse:
    """Return the page of an action of a plan; what was typed and refused is still in its form. sent: a form
    that asks about its words before it is taken; standing: the number that what was typed may replace.
    """
    on = timezone.localdate()
    row = get_object_or_404(
        PlanAction.objects.filter(plan=plan)
        .select_related("axis", "after__parent", "parent")
        .prefetch_related("fundings__funder", "parts__fundings__funder"),
        pk=pk,
    )
    context = framed(request, plan)
    reading = context["reading"]
    notes = list(row.notes.all())
    lines = [
        (overview.zones_named([code], reading), overview.line_in(reading, code, row.line))
        for code in (row.zones or [""])
        if reading is not None and row.line
    ]
    of_it = overview.schedule(row)
    staged_axes = report.staged(plan, overview.by_axis(plan, [row], reading, on), on=on)
    known_need = overview.concerned_by(row, reading, overview.own_zones(plan.place))
    concerned = overview.need_beside_aim(row, known_need)
    evidence_lines = proposals.evidence_of(row)
    if known_need.about and not concerned.about:  # nor the same number, as it was that day
        evidence_lines = [each for each in evidence_lines if each.value != known_need.about]
    # Who writes reads what they typed; the public, nothing that would single somebody out.
    least = 0 if context["may_write"] else effects.least_of(row)
    context |= {
        "row": row,
        "stale": history.stale(row, reading),
        "concerned": concerned,
        "beyond_need": overview.beyond_need(row, known_need),
        # A share of people is what a survey measures: its editions stand beside what is counted by hand.
        "survey_editions": evidence.editions(plan.place) if row.unit == rules.SHARE else (),
        "surveyed": surveyed.start_words(row, evidence.published(plan.place, by_group=True))
        if row.unit == rules.SHARE
        else "",
        "no_gaps": why_no_gaps(plan.place, reading),
        "zones": overview.place_named(row, reading, network_zones(plan.place)),
        "lines": [(name, offer_line) for name, offer_line in lines if offer_line is not None],
        "overlaps": rules.overlaps(of_it),
        "is_late": rules.is_late(of_it, on),
        "stage": next(each.stage for axis in staged_axes for each in axis.rows),
        "contradictions": [each for each in rules.warnings(of_it, on) if each in CONTRADICTIONS],
        "steps": row.milestones.all(),
        "delays": [(rules.delay_words(days), words) for days, words in row.delays],
        "next_step": row.milestones.filter(done_on=None, on__gte=on).first()
        if row.standing in rules.ALIVE
        else None,
        "unwritten": _unwritten(row),
        "journal": (journal := [n for n in notes if n.kind != rules.ELSEWHERE and not n.withdrawn_at])[
            : rules.MOST_ENTRIES
        ],
        "older": journal[rules.MOST_ENTRIES :],
        "elsewhere": [n for n in notes if n.kind == rules.ELSEWHERE and not n.withdrawn_at],
        "withdrawn": [n for n in notes if n.withdrawn_at],
        "states": rules.STATES,
        "evidence": evidence_lines,
        "money": budgets.money_of(row),
        "costs": rules.costs_words(row.costs),
        "fundings": row.active_fundings,
        "parts": row.parts.all(),
        "on": on,
        "effect": effects.effect(row, least=least),
        "target": effects.target_words(row),
        "target_assumption": history.target_assumption(row),
        "numbers": _numbers(row, least),
        **_zone_map(plan, row),
    }
    if context["may_write"]:
        typed, gesture = request.POST, request.POST.get("geste", "")
        context["form"] = (
            sent
            if isinstance(sent, NoteForm)
            else NoteForm(typed if gesture == "note" else None, initial={"on": on})
        )
        context["funding_form"] = FundingForm(
            typed if gesture == "financer" else None, plan=plan, auto_id="financement-%s"
        )
        context["state"] = typed.get("etat", row.state)
        context["why"] = typed.get("motif", "")
        context["withdrawn_fundings"] = row.fundings.exclude(withdrawn_at=None).select_related("funder")
        context["standing"] = standing
        context["protected_under"] = effects.least_of(row)
        context["measure_form"] = (
            sent
            if isinstance(sent, MeasureForm)
            else MeasureForm(typed if gesture in COUNTING else None, initial={"on": on}, auto_id=OF_MEASURE)
        )
        context |= {"tasks": effects.tasks(row, on), "offered": effects.offered(row, request.user)}
        context["findings"] = offered_findings(row, reading)
        context["answered"] = rules.FINDING.search(row.objective)
    return render(request, "plans/action.html", context, status=status)


def offered_findings(row: PlanAction, reading: Reading | None) -> tuple[str, ...]:
    """Return the findings of the diagnosis that an action may answer, the likeliest first."""
    if reading is None:
        return ()
    return proposals.answerable(row.title, reading, evidence.published(row.plan.place))


def _unwritten(row: PlanAction) -> str:
    """Return the points still unwritten of an action to carry out, in one list."""
    if row.standing not in rules.ALIVE:
        return ""
    facts = (
        ("avec qui", row.partners),
        ("des dates", row.starts_on or row.ends_on),
        ("des étapes", row.delays or row.milestones.exists()),
        ("pour qui", row.public),
        ("ce qui existe", row.existing),
        ("les moyens", row.means),
        ("le budget", row.budget is not None),
        ("qui finance", row.active_fundings),
        ("les risques", row.risks),
        ("ce que l’on compte", row.indicator),
    )
    return listing([words for words, value in facts if not value])


def _numbers(row: PlanAction, least: int) -> list[str]:
    """Return the baseline, the target and the direction of the indicator of an action, in words."""
    labelled_numbers = (
        ("au départ : ", effects.baseline_words(row, least)),
        ("visé : ", effects.target_words(row)),
        ("on veut que ce nombre ", row.get_direction_display()),
    )
    return [f"{lead}{words}" for lead, words in labelled_numbers if words]


def _zone_map(plan: Plan, row: PlanAction) -> dict[str, Any]:
    """Return the map beside an action: the gap of its line, its zones outlined; the sheet of its only zone
    where no gap is drawn.
    """
    study = dossiers.latest(plan.place)
    if study is None or not row.line:
        return {"svg": ""}
    if drawn := dossiers.layer(study, f"manque-{row.line}"):
        return {"svg": maps.outlined(drawn, row.zones)}
    sheet = dossiers.sheet_map(study, row.zones[0]) if len(row.zones) == 1 else ""
    return {"svg": sheet, "is_sheet": True}


@require_safe
def table(request: HttpRequest, place: str) -> HttpResponse:
    """The actions of a plan as a file."""
    own_plan = plan_of(request, place)
    _, actions = _in_areas(request, own_plan, overview.actions_of(own_plan))
    rows = files.table_of(actions, overview.reading_of(own_plan.place))
    content = as_csv(files.COLUMNS, rows)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="plan-{own_plan.place}.csv"'
    return response


@require_safe
def frame(request: HttpRequest, place: str) -> HttpResponse:
    """A plan as a frame that another territory takes up."""
    own_plan = plan_of(request, place)
    frame_json = files.frame_of(own_plan, overview.actions_of(own_plan), on=timezone.localdate())
    response = JsonResponse(frame_json, json_dumps_params={"ensure_ascii": False, "indent": 1})
    response["Content-Disposition"] = f'attachment; filename="cadre-{own_plan.place}.json"'
    return response
