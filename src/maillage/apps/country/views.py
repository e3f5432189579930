"""Pages of another country: search, diagnosis, directory, sources, and what is France's alone."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.country import queries
from maillage.apps.country.rules import FEATURES, reason
from maillage.kernel.estimate import Estimate
from maillage.reports.country import maps
from maillage.reports.page import charts
from maillage.studies.country import diagnosis
from maillage.studies.country.card import AREA, COUNTRY_LEVEL
from maillage.studies.country.diagnosis import Country, Territory
from maillage.words import opening, wording

ROWS, PAGE = 200, 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The country, its larger territories, and where to look for a place."""
    held = queries.country()
    usual = held.pack.definitions[0].id
    whole = held.territories(usual)[COUNTRY_LEVEL]
    context = _figure(held, whole, usual) | {
        "below": _rows(held, whole, usual),
        "below_word": held.pack.level_name(held.levels[1]),
        "n_places": len(held.places),
        "tab": "home",
    }
    return render(request, "country/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Territories by name or code."""
    held = queries.country()
    text = request.GET.get("q", "")[:80]
    usual = held.pack.definitions[0].id
    found = held.find(text, usual)
    if len(found) == 1 and request.GET.get("aller"):
        return redirect("territory", found[0].key)
    whole = held.territories(usual)[COUNTRY_LEVEL]
    context = {
        "held": held,
        "q": text,
        "found": [(each, _where(held, each, usual)) for each in found],
        "below": [] if text else _rows(held, whole, usual),
        "tab": "search",
    }
    return render(request, "country/search.html", context)


@require_safe
def territory(request: HttpRequest, place: str) -> HttpResponse:
    """The diagnosis of a territory: how many, how sure, where, what is missing."""
    held = queries.country()
    definition = held.definition(request.GET.get("definition", ""))
    one = _territory(held, place, definition.id)
    known = held.territories(definition.id)
    places = held.in_areas(one.areas)
    context = _figure(held, one, definition.id) | {
        "level": held.pack.level_name(one.level),
        "parents": [known[key] for key in reversed(held.parents.get(one.key, ()))],
        "peers": held.peers(one, definition.id),
        "peers_word": held.pack.level_name(one.level, 2),
        "rows": _rows(held, one, definition.id),
        "n_rows": len(held.children.get(one.key, ())),
        "drawn": maps.zones(held, one, definition.id),
        "gaps": [
            (
                gap.area,
                _gained(gap.gained),
                wording.number(round(gap.metres, -1)),
            )
            for gap in held.gaps(one, definition.id)
        ],
        "places": places[:PAGE],
        "n_places": len(places),
        "compared": _compared(held, one, definition.id),
        "by_definition": [
            (each, wording.people(held.territories(each.id)[one.key].need, most=one.people).in_full)
            for each in held.pack.definitions
        ],
        "tab": "search",
    }
    return render(request, "country/territory.html", context)


def _gained(people: float) -> str:
    """Return how many people a place would reach, to the ten."""
    tens = round(people, -1)
    return f"environ {wording.number(tens)} personnes" if tens else "moins de 10 personnes"


@require_safe
def zones_file(request: HttpRequest, place: str) -> HttpResponse:
    """The zones of a territory as a table."""
    held = queries.country()
    definition = held.definition(request.GET.get("definition", ""))
    one = _territory(held, place, definition.id)
    known = held.territories(definition.id)
    below = [known[key] for key in held.children.get(one.key, ())]
    return _csv(diagnosis.as_csv([one, *below]), f"{one.key}-{definition.id}")


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The directory: the places of the country, of a territory, or that have some words."""
    held = queries.country()
    usual = held.pack.definitions[0].id
    text, where = request.GET.get("q", "")[:80], request.GET.get("ou", "")[:80]
    known = held.territories(usual)
    choices = [] if where in known else held.find(where, usual)
    within = known.get(where) or (choices[0] if choices else None)
    if where and within is None:
        found = []
    else:
        found = queries.places(held, text, within or known[COUNTRY_LEVEL])
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "held": held,
        "q": text,
        "where": where,
        "within": within,
        "others": choices[1:6],
        "count": len(found),
        "page": page,
        "sheets": [(each, queries.hours(held.pack, each.opening_hours, _now(held))) for each in page],
        "svg": maps.places(held, found, within or known[COUNTRY_LEVEL]) if found else "",
        "tab": "find",
    }
    return render(request, "country/find.html", context)


@require_safe
def lieu(request: HttpRequest, place: str) -> HttpResponse:
    """The sheet of a place."""
    held = queries.country()
    found = queries.place(held, place)
    if found is None:
        raise Http404
    usual = held.pack.definitions[0].id
    area = next(
        each
        for each in held.territories(usual).values()
        if each.level == AREA and each.areas == (found.area,)
    )
    around = held.territories(usual)[held.parents[area.key][0]]
    context = {
        "held": held,
        "place": found,
        "checked_on": opening.date_text(date.fromisoformat(found.checked_on)) if found.checked_on else "",
        "hours": queries.hours(held.pack, found.opening_hours, _now(held)),
        "area": area,
        "around": around,
        "svg": maps.places(held, [found], around),
        "tab": "find",
    }
    return render(request, "country/place.html", context)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """What can be taken away: a table for each level, and the places."""
    held = queries.country()
    context = {
        "held": held,
        "levels": [
            (level, held.pack.level_name(level, 2)) for level in held.levels if level != COUNTRY_LEVEL
        ],
        "tab": "data",
    }
    return render(request, "country/data.html", context)


@require_safe
def data_file(request: HttpRequest, name: str) -> HttpResponse:
    """A table: the places, or the territories of a level by a definition."""
    held = queries.country()
    if name == "lieux":
        return _csv(diagnosis.places_csv(held.places), "lieux")
    if name not in held.levels:
        raise Http404
    definition = held.definition(request.GET.get("definition", ""))
    rows = [each for each in held.territories(definition.id).values() if each.level == name]
    return _csv(diagnosis.as_csv(rows), f"{name}-{definition.id}")


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Where each table comes from, how needs are counted, and what of the platform is France's."""
    held = queries.country()
    context = {
        "held": held,
        "sources": held.sources(),
        "rates": [(each, held.rates[each.id]) for each in held.pack.definitions],
        "levels": [held.pack.level_name(level, 2) for level in held.levels if level != COUNTRY_LEVEL],
        "stays": [(label, reason(feature)) for feature, label in FEATURES.items()],
        "tab": "sources",
    }
    return render(request, "country/sources.html", context)


def france_only(request: HttpRequest, feature: str) -> HttpResponse:
    """The page that stands where France has one: why it is not here, what is."""
    context = {"held": queries.country(), "why": reason(feature)}
    return render(request, "country/france_only.html", context, status=404)


def _now(held: Country) -> datetime:
    return timezone.now().astimezone(ZoneInfo(held.pack.time_zone)).replace(tzinfo=None)


def _territory(held: Country, place: str, definition: str) -> Territory:
    found = held.territories(definition).get(place)
    if found is None:
        raise Http404
    return found


def _where(held: Country, one: Territory, definition: str) -> str:
    known = held.territories(definition)
    names = [known[key].name for key in held.parents.get(one.key, ()) if key != COUNTRY_LEVEL]
    return " · ".join((held.pack.level_name(one.level), *names))


def _figure(held: Country, one: Territory, definition: str) -> dict[str, Any]:
    need, rate = wording.people(one.need, most=one.people), wording.rate(one.rate)
    label = f"{need.in_full}."
    return {
        "held": held,
        "definition": held.definition(definition),
        "one": one,
        "need": need,
        "rate": rate,
        "people": wording.number(round(one.people)),
        "bars": [
            charts.interval_bar(one.need, id=f"barre-{width}", ticks=ticks, width=width, label=label)
            for width, ticks in ((680, 6), (340, 3))
        ]
        if isinstance(one.need, Estimate)
        else [],
    }


def _rows(held: Country, one: Territory, definition: str) -> list[dict[str, Any]]:
    """Return the zones just below a territory, those with the most people first, as many as a page reads."""
    known = held.territories(definition)
    below = [known[key] for key in held.children.get(one.key, ())]
    top = max((each.rate.high for each in below if isinstance(each.rate, Estimate)), default=100.0)
    below.sort(key=lambda t: (-t.need.value if isinstance(t.need, Estimate) else 0.0, t.key))
    return [
        {
            "t": each,
            "need": wording.people(each.need, most=each.people),
            "rate": wording.rate(each.rate),
            "bar": charts.small_bar(each.rate, top=top, id="rayures"),
        }
        for each in below[:ROWS]
    ]


def _compared(held: Country, one: Territory, definition: str) -> list[tuple[Territory, str]]:
    """Return the share of a territory beside those of the larger ones that hold it."""
    known = held.territories(definition)
    return [(known[key], wording.rate(known[key].rate).in_full) for key in held.parents.get(one.key, ())]


def _csv(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
