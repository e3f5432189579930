"""Pages on the offer of a territory: its places, its gaps, and what opening or closing one would change."""

from collections.abc import Iterable, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.dossiers import access, actions, queries, rules
from maillage.apps.dossiers.forms import WHAT_IF_FIELDS, WhatIfForm
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.dossiers.views.pages import study_page
from maillage.apps.dossiers.views.requests import reader_words
from maillage.apps.learning.queries import summary as learning
from maillage.apps.referrals.autonomy.queries import totals
from maillage.apps.referrals.orientations.queries import territory_measures
from maillage.apps.surveys.queries import evidence
from maillage.apps.territories.rules import AREAS
from maillage.publishing.territory import (
    agreements,
    field,
    findings,
    in_short,
    priorities,
    service_groups,
    surveys,
)
from maillage.publishing.territory import gaps as gap_words
from maillage.publishing.territory import services as territory_services
from maillage.publishing.territory.atlas import BARE
from maillage.publishing.territory.mismatches import mismatches
from maillage.publishing.territory.offer import UNASKED
from maillage.publishing.territory.reading import OfferLine, Reading
from maillage.publishing.territory.subject import offer_bars
from maillage.reference import voices
from maillage.reference.offer import diagnosis_lines
from maillage.reference.travel import FOOT
from maillage.words.wording import count

USUAL = "libre_acces_accompagne"
FIRST_ZONES = 3
FIRST_GAPS = 3  # zones of which an opening is proposed before any table
LISTED = 10  # zones or communes of a list of gaps, before the others are asked for


@require_safe
def gaps(request: HttpRequest, place: str) -> HttpResponse:
    """The offer within a walk and the gaps, line by line of the offer."""

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        field_findings = queries.findings(study.place)
        offer = reading.offer
        lines = offer.territory.lines if offer else ()
        # What is known of the whole territory says nothing of the part that a filter keeps.
        surveyed = {} if study_request.inside else evidence.closest(queries.surveyed_place(study.place))
        editions = queries.published_surveys(study.place)
        return (
            _first_zones(request, _line(request, study, reading))
            | {"findings": findings.read(field_findings, "maillage")}
            | _first_gaps(study, reading)
            | {"mismatches": mismatches(reading.zones, reading.offer)}
            | {"points": agreements.points(lines, surveyed, field_findings, editions)}
            | {"conflicts": () if study_request.inside else agreements.conflicts(lines, field_findings)}
            | ({} if study_request.inside else _unmet(study))
            | _no_offer(study, reading)
            | reader_words(request, in_short=lambda: in_short.lacking(offer) if offer else ())
        )

    return study_page(request, place, "dossiers/gaps.html", "manques", more, by_own_zones=True)


def _first_gaps(study: Study, reading: Reading) -> dict[str, Any]:
    """Return the first gap of the first zones before any table, then the vague ones; else the sentence of no
    sure gap; the map of the communes without a known place.
    """
    if reading.offer is None:
        return {}
    first_gaps = gap_words.first_of_zones(gap_words.certain(reading.offer))
    return {
        "first_gaps": first_gaps[:FIRST_GAPS],
        "groups": [
            (group, group.fact(reading.offer.mode.near)) for group in service_groups.read(reading.offer)
        ],
        "uncertain_gaps": gap_words.uncertain(reading.offer),
        "tally": gap_words.tally(reading.offer),
        "served_despite": gap_words.served_despite(reading.offer),
        "of_town": priorities.town_sentence(reading, names_calls=False),
        "no_gap": "" if first_gaps else gap_words.absence_sentence(reading.offer, skips_places=True),
        "bare_map": queries.layer(study, BARE),
    }


def _no_offer(study: Study, reading: Reading) -> dict[str, Any]:
    """Return why a study sets no offer against its need, nothing where it does."""
    if reading.offer:
        return {}
    why = queries.why_no_offer(study, on=timezone.localdate())
    return {"no_offer": why} | (_known_nearby(study) if why.reason == rules.NO_PLACES else {})


def _known_nearby(study: Study) -> dict[str, Any]:
    """Return the places of the directory near a territory where it knows no place."""
    n, n_departements = queries.places_around(study)
    where = "le même département" if n_departements == 1 else "les mêmes départements"
    words = f"L’annuaire connaît {count(n, 'lieu', 'lieux')} dans {where}, et aucun ici. Il peut en manquer."
    return {"around": n, "around_words": words}


def _unmet(study: Study) -> dict[str, Any]:
    """Return how many persons found no place that suits them, over the whole territory."""
    met = territory_measures.of_territory(communes_of(study.place), on=timezone.localdate())["measures"]
    return {"unmet": met.unsolved, "invented": met.examples}


@require_safe
def people_observed(request: HttpRequest, place: str) -> HttpResponse:
    """The people met by the network in a territory, and their outcomes: counts only, small ones withheld."""

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        if study_request.inside:
            return {"filtered": True}
        communes = communes_of(study.place)
        on = timezone.localdate()
        of = frozenset(communes) if communes is not None else None
        measures = territory_measures.of_territory(communes, on=on) | totals.section(communes)
        return measures | {"plans": learning.of_territory(of, on)}

    return study_page(request, place, "dossiers/seen.html", "personnes", more)


@require_safe
def what_if(request: HttpRequest, place: str) -> HttpResponse:
    """The effect of opening, closing, or the best sites. A computation: a visitor may ask for so many
    an hour.
    """
    if request.GET.get("geste") and not access.may_compute(request):
        return render(request, "dossiers/too_many.html", {"place": place}, status=429)

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        context = _line(request, study, reading)
        if reading.offer is None or context["service_line"].state == UNASKED:
            return context | _no_offer(study, reading)
        ground, geste = actions.ground(study), request.GET.get("geste", "")
        whatif = [
            WhatIfForm(
                request.GET if geste == each else None, geste=each, line=context["line"], ground=ground
            )
            for each in WHAT_IF_FIELDS
            if (each != "ligne" or ground.timetable is not None)
            and (each != "desserte" or ground.travel.mode is FOOT or ground.travel.mode.moment)
        ]
        tried = next((form for form in whatif if form.is_bound), None)
        if tried is not None and tried.is_valid():
            answer = queries.what_if(ground, context["line"], {"geste": geste, **tried.cleaned_data})
            spots = answer.pop("spots")
            context["svg"] = queries.marked(context["svg"], ground, spots)
            if spots and "change" in answer:
                context["outlined"] = f"d’où l’on atteint ce point {ground.travel.mode.manner}"
            context["answer"] = answer
            context |= {
                "halts": geste == "arrets",
                "is_line": geste == "ligne",
                "is_served": geste == "desserte",
            }
        context["touch"] = queries.touchable(context["svg"], ground)
        if access.may_write(request.user, study.place):
            context["scenarios"] = queries.scenarios(study.place)
        return context | {"whatif": whatif, "tried": tried}

    return study_page(request, place, "dossiers/what_if.html", "manques", more)


@require_safe
def places(request: HttpRequest, place: str) -> HttpResponse:
    """The places of a territory in figures, alone or beside those of another."""

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        today = timezone.localdate()
        other = request.GET.get("avec", "")
        second = next(
            (s for s in queries.finished_studies() if s.place == other and s.place != study.place), None
        )
        census = queries.census_page(study, on=today)
        empty = census is not None and not census.n_places
        return (_known_nearby(study) if empty else {}) | {
            "census": census,
            "second": second,
            "second_census": queries.census_page(second, on=today) if second else None,
            "finished_studies": [s for s in queries.finished_studies() if s.place != study.place],
            **reader_words(request, in_short=lambda: in_short.counted(census.n_places if census else 0)),
        }

    return study_page(request, place, "dossiers/places.html", "lieux", more)


@require_safe
def services(request: HttpRequest, place: str) -> HttpResponse:
    """The six services of a network, as structures say they give them, and the awareness actions."""

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        return {
            "found": territory_services.read(evidence.closest(queries.surveyed_place(study.place))),
            "unpublished": surveys.unpublished(queries.published_surveys(study.place)),
            "actions": queries.awareness_actions(study.place),
        }

    return study_page(request, place, "dossiers/services.html", "lieux", more)


@require_safe
def grid(request: HttpRequest, place: str) -> HttpResponse:
    """The grid of the diagnosis: each criterion with its verdict, its evidence and its rule."""

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        axes = queries.grid(study, reading, on=timezone.localdate())
        blank = [axis for axis, notes in axes if not (notes or axis.needs or axis.is_answered)]
        return {
            "grid": [(axis, axis_findings, voices.of_axis(axis.id)) for axis, axis_findings in axes],
            "blank": blank,
            "no_answer": field.no_answer(blank, has_census=reading.offer is not None) if blank else "",
            "unpublished": surveys.unpublished(queries.published_surveys(study.place)),
            "editions": evidence.editions(queries.surveyed_place(study.place)),
            "neighbours": evidence.neighbours(study.place),
        }

    return study_page(request, place, "dossiers/grid.html", "grille", more)


def _first_zones(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Return the context of a line with its first zones alone, unless all were asked; the map leads to those
    that are not on the page too.
    """
    rows = context.get("rows", [])
    has_all_rows = request.GET.get("zones") == "toutes" or len(rows) <= FIRST_ZONES + 1
    query_params = request.GET.copy()
    query_params["zones"] = "toutes"
    everything = f"?{query_params.urlencode()}"
    later = [] if has_all_rows else [row["zone"].code for row in rows[FIRST_ZONES:]]
    svg = _leading(context["svg"], later, everything)
    for kind in AREAS:
        query_params.pop(kind, None)
    context["svg"] = _leading(svg, context.get("apart", ()), f"?{query_params.urlencode()}")
    more = {"rows": rows[:FIRST_ZONES], "n_zones": len(rows), "everything": everything}
    return context if has_all_rows else context | more


def _leading(svg: str, codes: Iterable[str], address: str) -> str:
    """Return a map whose zones, those of these codes, lead to their row on another page."""
    for code in codes:
        svg = svg.replace(f'href="#manque-{code}"', f'href="{escape(address)}#manque-{code}"')
    return svg


def _services(lines: Sequence[OfferLine]) -> list[dict[str, Any]]:
    """Return each line of the offer with its bar, those that a census does not tell last."""
    bars = offer_bars(lines)
    ranked = sorted(lines, key=lambda line: (line.state == UNASKED, gap_words.order(line)))
    return [{"line": line, "bar": bars.get(line.id, "")} for line in ranked]


def _line(request: HttpRequest, study: Study, reading: Reading) -> dict[str, Any]:
    """Return the context of one line of the offer, for everybody or one public: its figures, its
    map, its zones.
    """
    offered = reading.offer
    if offered is None:
        return {"line": USUAL, "lines": diagnosis_lines(), "svg": ""}
    chosen, public = request.GET.get("offre", ""), request.GET.get("public", "")
    best_known = gap_words.best_known(offered)
    line = chosen if chosen in diagnosis_lines() else best_known.id if best_known else USUAL
    of = offered.publics.get(public)
    lines = of.territory if of else offered.territory.lines
    rows: list[dict[str, Any]] = []
    excluded_codes = []
    areas = queries.zone_areas(study, request.GET.dict())
    for code, zone in offered.zones.items():
        if not all(line_or_area.keeps(code) for line_or_area in areas):
            excluded_codes.append(code)
            continue
        line_or_area = next(
            zone_line for zone_line in (of.zones[code] if of else zone.lines) if zone_line.id == line
        )
        missing = None if of else next((lack for lack in zone.missing if lack.id == line), None)
        is_new = missing is not None and (missing.is_sure or not offered.to_locate)  # once, above the table
        why = missing.reason if missing and is_new else ""
        rows.append({"zone": zone, "line": line_or_area, "reason": why})
    rows.sort(key=lambda row: (gap_words.order(row["line"]), row["zone"].name))
    return {
        "line": line,
        "lines": diagnosis_lines(),
        "modes": queries.modes(),
        "usual_travel": queries.usual_travel(study),
        "travel": study.inputs.get("travel", ""),
        "public": public if of else "",
        "of": of,
        "services": _services(lines),
        "service_line": next(line_or_area for line_or_area in lines if line_or_area.id == line),
        "call_list": None if of else offered.to_call.get(line),
        "rows": rows,
        "apart": excluded_codes,
        "unassigned": []
        if of or excluded_codes
        else [
            {
                "commune": line_or_area.commune,
                "sentence": line_or_area.sentence,
                "places": line_or_area.offers[line],
            }
            for line_or_area in offered.unassigned
        ],
        "overlap": any(one["line"].missing_low <= two["line"].missing_high for one, two in pairwise(rows)),
        "svg": "" if of else queries.layer(study, f"manque-{line}"),
        "communes": [] if of else [c for c in offered.communes if c.offer == diagnosis_lines()[line].label],
        "lists": []
        if of
        else [line_or_area for line_or_area in offered.lists if line_or_area.id in (line, "")],
        "listed": "" if request.GET.get("listes") == "toutes" else LISTED,
    }
