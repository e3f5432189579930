"""Pages on the offer of a territory: its places, its gaps, and what opening or closing one would change."""

from itertools import pairwise
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.autonomy.queries import totals
from maillage.apps.dossiers import access, actions, queries
from maillage.apps.dossiers.forms import GESTURES, WhatIfForm
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import Asked
from maillage.apps.dossiers.views.pages import shown
from maillage.apps.learning.queries import told as learning
from maillage.apps.memberships.access import communes_of
from maillage.apps.orientations.views import measures
from maillage.apps.surveys.queries import evidence
from maillage.reference.offer import diagnosis_lines
from maillage.reports import findings, stressed
from maillage.reports import grid as grids

USUAL = "libre_acces_accompagne"


@require_safe
def gaps(request: HttpRequest, place: str) -> HttpResponse:
    """What is within a walk and what is not, line by line of the offer."""

    def more(study: Study, asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
        said = queries.findings(study.place)
        found = findings.told(said, "maillage")
        lines = told["offre"]["ensemble"]["lignes"] if told.get("offre") else ()
        points = stressed.told(lines, evidence.published(study.place), said)
        met = measures.of_territory(communes_of(study.place), on=timezone.localdate())["measures"]
        unmet = {"unmet": met.unsolved, "invented": met.examples}
        return (
            _line(request, study, told) | {"behind": actions.catch_up(study), "findings": found, "points": points} | unmet
        )

    return shown(request, place, "dossiers/gaps.html", "manques", more)


@require_safe
def seen(request: HttpRequest, place: str) -> HttpResponse:
    """Whom the network saw in a territory, and what became of them: counts only, small ones withheld."""

    def more(study: Study, asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
        communes = communes_of(study.place)
        on = timezone.localdate()
        of = frozenset(communes) if communes is not None else None
        told_of = measures.of_territory(communes, on=on) | totals.section(communes)
        return told_of | {"plans": learning.of_territory(of, on)}

    return shown(request, place, "dossiers/seen.html", "personnes", more)


@require_safe
def what_if(request: HttpRequest, place: str) -> HttpResponse:
    """What opening, closing, or the best sites would change. A computation: a visitor may ask for so many an hour."""
    if request.GET.get("geste") and not access.may_compute(request):
        return render(request, "dossiers/too_many.html", {"place": place}, status=429)

    def more(study: Study, asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
        context = _line(request, study, told)
        if told.get("offre") is None or context["whole"]["etat"] == "donnee-manquante":
            return context
        ground, geste = queries.ground(study), request.GET.get("geste", "")
        whatif = [
            WhatIfForm(request.GET if geste == each else None, geste=each, line=context["line"], ground=ground)
            for each in GESTURES
        ]
        tried = next((form for form in whatif if form.is_bound), None)
        if tried is not None and tried.is_valid():
            answer = queries.what_if(ground, context["line"], {"geste": geste, **tried.cleaned_data})
            context["svg"] = queries.marked(context["svg"], ground, answer.pop("spots"))
            context["answer"] = answer
            context["halts"] = geste == "arrets"
        return context | {"whatif": whatif, "tried": tried}

    return shown(request, place, "dossiers/what_if.html", "manques", more)


@require_safe
def places(request: HttpRequest, place: str) -> HttpResponse:
    """The places of a territory in figures, alone or beside those of another."""

    def more(study: Study, asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
        today = timezone.localdate()
        other = request.GET.get("avec", "")
        second = next((s for s in queries.kept_studies() if s.place == other and s.place != study.place), None)
        return {
            "census": queries.census_told(study, on=today),
            "second": second,
            "beside": queries.census_told(second, on=today) if second else None,
            "kept": [s for s in queries.kept_studies() if s.place != study.place],
        }

    return shown(request, place, "dossiers/places.html", "lieux", more)


@require_safe
def grid(request: HttpRequest, place: str) -> HttpResponse:
    """The grid of the diagnosis: each criterion with its verdict, its evidence and its rule."""

    def more(study: Study, asked: Asked, told: dict[str, Any]) -> dict[str, Any]:
        found = queries.findings(study.place)
        surveyed = evidence.published(study.place)
        again = totals.totals(communes_of(study.place)).seen.moved
        axes = grids.told(told.get("offre"), queries.census_told(study, on=timezone.localdate()), surveyed, again)
        return {"grid": [{**axis, "constats": findings.told(found, axis["id"])} for axis in axes]}

    return shown(request, place, "dossiers/grid.html", "grille", more)


def _line(request: HttpRequest, study: Study, told: dict[str, Any]) -> dict[str, Any]:
    """Return what a page needs of one line of the offer, for everybody or one public: its figures, its map, its zones."""
    if told.get("offre") is None:
        return {"line": USUAL, "lines": diagnosis_lines(), "svg": ""}
    offered = told["offre"]
    chosen, public = request.GET.get("offre", ""), request.GET.get("public", "")
    line = chosen if chosen in diagnosis_lines() else USUAL
    of = offered["publics"].get(public)
    lines = of["ensemble"] if of else offered["ensemble"]["lignes"]
    rows = []
    for code, zone in offered["zones"].items():
        each = next(found for found in (of["zones"][code] if of else zone["lignes"]) if found["id"] == line)
        why = "" if of else next((m["court"] for m in zone["manques"] if m["id"] == line), "")
        rows.append({**each, "code": code, "nom": zone["nom"], "muets": zone["muets"], "raison": why})
    rows.sort(key=lambda row: (-row["hors_valeur"], row["nom"]))
    return {
        "line": line,
        "lines": diagnosis_lines(),
        "public": public if of else "",
        "of": of,
        "all_lines": lines,
        "whole": next(each for each in lines if each["id"] == line),
        "rows": rows,
        "overlap": any(one["hors_bas"] <= two["hors_haut"] for one, two in pairwise(rows)),
        "svg": "" if of else queries.layer(study, f"manque-{line}"),
        "lists": [] if of else [each for each in offered["listes"] if each["id"] in (line, "")],
    }
