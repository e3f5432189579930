"""Find a place: the page, and the data its script requests."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.directory.places.forms.find import FindForm
from maillage.apps.directory.places.queries import districts, maps, results, walks, where
from maillage.apps.directory.places.queries.results import (
    ALL,
    FILTERS,
    MINUTES,
    WHENS,
    Nearest,
    Search,
)
from maillage.apps.territories.rules import AREAS
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.reference import offer
from maillage.reference.national_help import national_help
from maillage.reference.parameters import number
from maillage.web.hooks import Hook
from maillage.words.languages import say, typed

DAY = "public, max-age=86400"
MINUTES_CACHE = "public, max-age=300"

# Whether a workshop is to come near a spot after a moment; anywhere, without a spot.
HAS_WORKSHOPS: Hook[Callable[[where.Spot | None, datetime], bool]] = Hook()

OPEN_ROWS = 3  # that the list shows at once, the others being folded
WHERE_FIELDS = ("ou", "territoire", "besoin", "lang")


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """Places by distance or by name, with the map beside; the list alone, to print."""
    if "imprimer" in request.GET:
        context = results_context(request, at_once=results.PRINTED) | {"back": _address(request, imprimer="")}
        if "results" in context:
            return render(request, "directory/public/list.html", context | {"on": timezone.localdate()})
    return render(request, "directory/public/find.html", results_context(request))


def results_context(request: HttpRequest, at_once: int = 0, *, embedded: bool = False) -> dict[str, Any]:
    """Return the content of the page of results, wherever it appears. at_once: minimum number of places;
    embedded: in the page of another site, which lists places before any question.
    """
    form = FindForm(request.GET)
    is_searched = any(value for name, value in request.GET.items() if name != "lang")  # a form may come empty
    answer, error = _where(form)
    search = form.search(answer.spot)
    search = replace(search, n_rows=max(search.n_rows, at_once))
    areas = districts.choices(search.chosen)
    menus: list[results.Menu | districts.Choice] = [*results.menus(), *areas]
    context: dict[str, Any] = {
        "form": form,
        "embedded": embedded,
        "ou": answer.spot.label if answer.spot else form.typed("ou"),
        "respelled": form.typed("ou") if answer.is_respelled else "",
        "as_a_word": _address(request, ou="", territoire="", mot=form.typed("ou")),
        "territoire": form.typed("territoire")
        if answer.spot and form.typed("ou") in ("", answer.spot.label)
        else "",
        "asked": search,
        "answer": answer,
        "error": error,
        "needs": results.needs(),
        "need": offer.practices().get(search.need),
        "filters": [each for each in FILTERS.values() if not each.more and each not in WHENS],
        "more_filters": [each for each in FILTERS.values() if each.more],
        "menus": [(menu, search.chosen.get(menu.id, "")) for menu in menus],
        "areas": [area for area in areas if area.chosen],
        "narrowing": "".join(f"&{area.id}={area.chosen}" for area in areas if area.chosen),
        "no_contour": not set(AREAS).isdisjoint(
            set(search.chosen) - {area.id for area in areas if area.chosen}
        ),
        "more_asked": bool(search.chosen or search.text) or any(FILTERS[id].more for id in search.filters),
        "searched": is_searched,
        "summary": _summary(search, form.typed("ou")),
        "credits": results.credits(),
        "minutes": MINUTES.items(),
        "detour": number("reach/detour"),
        "pace": number("reach/pace"),
        "help": national_help(),
        "first_needs": results.first_needs(search.need),
        "has_workshops": not embedded and HAS_WORKSHOPS.only()(search.spot, timezone.now()),
        "is_covered": results.covers(search.spot),
        "whens": [
            (each, _address(request, **{each.id: "" if is_chosen else "1"}), is_chosen)
            for each in WHENS
            if [is_chosen := each.id in search.filters]
        ],
    }
    if error or (form.typed("ou") and answer.spot is None):
        links = [
            (choice, _address(request, ou=choice.label, territoire="", montrer=""))
            for choice in answer.choices
        ]
        return context | {"choices": links, "unknown": not answer.choices}
    found_places = results.find(search, timezone.localtime(timezone.now()).replace(tzinfo=None))
    is_covered = context["is_covered"]
    if search.spot and not is_covered:
        found_places = replace(found_places, headline=results.uncovered_headline(search.spot))
    asks_where = bool(found_places.rows) and (_lacks_place(search) or not (is_searched or embedded))
    if is_empty := not found_places.rows and results.is_empty():
        found_places = replace(found_places, headline=say("L’annuaire n’a encore aucun lieu"))
    listed = [*found_places.rows, *found_places.unsure] or found_places.beyond
    n_old = sum(row.fresh.is_old for row in listed)
    view = maps.window(search, listed) if is_covered and not asks_where else None
    return context | {
        "results": found_places,
        "asks_where": asks_where,
        "other_fields": [pair for pair in request.GET.items() if pair[0] not in WHERE_FIELDS],
        "everywhere": _address(request, ou="France"),
        "ways": _ways(request, search, found_places.nearest) if not found_places.rows else [],
        "unplaced": results.unplaced(search) if context["areas"] else {},
        "is_empty": is_empty,
        "farthest_km": results.FARTHEST_TRIP_METRES // 1000,
        "has_old": n_old > 0,
        "are_mostly_old": 2 * n_old > len(listed),
        "has_phone": any(row.phones for row in listed[:OPEN_ROWS]),
        "coverage": results.coverage() if asks_where or not (is_covered and context["searched"]) else "",
        "more": _address(request, montrer=str(search.n_rows + found_places.more)),
        "to_print": _address(request, imprimer="1", montrer=""),
        "box": _written(maps.widened(view)) if view else "",
        "view": _written(view) if view else "",
        "ring": round(walks.reach(results.RING)),
        "outline": _outline(search) if view else "",
    }


def _outline(search: Search) -> str:
    """Return the outline of the walk on the map, as JSON; "" where no street is known."""
    spot = search.spot
    if spot is None or spot.latitude is None or spot.longitude is None:
        return ""
    rings = walks.outline((spot.latitude, spot.longitude), results.RING)
    return json.dumps(rings, separators=(",", ":")) if rings else ""


def _lacks_place(search: Search) -> bool:
    """Return True for a need without a place nor a name: its list would go by name through the country."""
    is_narrowed_by_name = bool(search.spot or search.text or search.chosen)
    return bool(search.need or search.filters) and not is_narrowed_by_name


def _summary(search: Search, text: str) -> str:
    """Return the criteria in a line: “Grenoble · Tous les besoins · 2 filtres”. text: what « Où ? » holds."""
    need = say(offer.practices()[search.need].need) if search.need else say("Tous les besoins")
    narrowed = say("{n}\u00a0filtre", "{n}\u00a0filtres", n=search.narrowed) if search.narrowed else ""
    return " · ".join(
        filter(None, (typed(search.spot.label if search.spot else text) or say("Partout"), need, narrowed))
    )


def _written(box: maps.Box) -> str:
    return ",".join(f"{value:.5g}" for value in box)


def _where(form: FindForm) -> tuple[where.Answer, UnknownTerritory | None]:
    """Resolve « Où ? », or tell why a territory is unknown. A territory stays until its name is changed."""
    text, code = form.typed("ou"), form.typed("territoire")
    try:
        spot = where.of_code(code) if code else None
    except UnknownTerritory as error:
        return where.Answer(), error
    if spot is not None and text in ("", spot.label):
        return where.Answer(spot), None
    return where.find(text), None


def _address(request: HttpRequest, **changes: str) -> str:
    """Return the address of the same search with these changes; an empty value leaves it out."""
    query: QueryDict = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"{request.path}?{query.urlencode()}"


def _ways(request: HttpRequest, search: Search, nearest: Nearest | None) -> list[tuple[str, str]]:
    """Return two suggestions when nothing was found: extend to the nearest place, then drop criteria."""
    ways = []
    if search.is_around and search.minutes != ALL and nearest:
        wider = next((m for m in MINUTES if m >= nearest.minutes), ALL)
        words = say("Chercher jusqu’à {minutes}", minutes=say(MINUTES[wider]))
        words = words if wider else say("Chercher sans limite de distance")
        ways.append((words, _address(request, marche=str(wider))))
    if search.narrowed:
        ways.append(
            (
                say("Enlever les filtres"),
                _address(request, mot="", **dict.fromkeys((*FILTERS, *search.chosen), "")),
            )
        )
    if search.need:
        ways.append((say("Voir tous les besoins"), _address(request, besoin="")))
    ways.append((say("Voir tous les lieux"), request.path))
    return ways[:2]


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The list under « Où ? », as one types."""
    choices = where.suggestions(request.GET.get("q", "").strip()[:100])
    return render(request, "directory/public/_suggestions.html", {"found": choices})


@require_safe
def contours(request: HttpRequest) -> HttpResponse:
    """Return the contours that a box touches, as GeoJSON."""
    box = _box(request)
    if box is None:
        return JsonResponse({"erreur": "Il faut boite=ouest,sud,est,nord, en degrés."}, status=400)
    response = HttpResponse(maps.contours_json(box), content_type="application/json")
    response["Cache-Control"] = DAY
    return response


@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Return the located places, in a box or all, to anyone."""
    if "boite" in request.GET and _box(request) is None:
        return JsonResponse({"erreur": "Il faut boite=ouest,sud,est,nord, en degrés."}, status=400)
    try:
        facets = districts.parse(request.GET)
    except Refused as error:
        return JsonResponse({"erreur": " ".join(error.sentences)}, status=400)
    return _cached_minutes(maps.points(_box(request), facets))


@require_safe
def communes(_request: HttpRequest) -> HttpResponse:
    """Return where the communes have places, to anyone: what a device needs to find the nearest."""
    return _cached_minutes(maps.communes())


def _cached_minutes(minutes: dict[str, Any]) -> HttpResponse:
    text = json.dumps(minutes, separators=(",", ":"), ensure_ascii=False)
    response = HttpResponse(text, content_type="application/json")
    response["Cache-Control"] = MINUTES_CACHE
    return response


def _box(request: HttpRequest) -> maps.Box | None:
    """Return the box of an address, on the grid that boxes share; None when invalid."""
    try:
        west, south, east, north = map(float, request.GET.get("boite", "").split(","))
    except ValueError:
        return None
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return None
    return round(west, 2), round(south, 2), round(east, 2), round(north, 2)
