"""Pages of another country: search, diagnosis, directory, sources, and what is France's alone."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.platform.country import queries
from maillage.apps.platform.country.rules import FEATURES, reason
from maillage.kernel.estimate import Estimate
from maillage.publishing.country import maps
from maillage.publishing.page import charts
from maillage.statistics.country import diagnosis
from maillage.statistics.country.card import AREA, COUNTRY_LEVEL
from maillage.statistics.country.diagnosis import Country, Territory
from maillage.words import opening, wording

ROWS, PAGE = 200, 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The country, its larger territories, and where to look for a place."""
    country = queries.country()
    usual = country.pack.definitions[0].id
    total = country.territories(usual)[COUNTRY_LEVEL]
    context = _figure(country, total, usual) | {
        "below": _rows(country, total, usual),
        "below_word": country.pack.level_name(country.levels[1]),
        "n_places": len(country.places),
        "tab": "home",
    }
    return render(request, "country/home.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Territories by name or code."""
    country = queries.country()
    text = request.GET.get("q", "")[:80]
    usual = country.pack.definitions[0].id
    matches = country.find(text, usual)
    if len(matches) == 1 and request.GET.get("aller"):
        return redirect("territory", matches[0].key)
    total = country.territories(usual)[COUNTRY_LEVEL]
    context = {
        "country": country,
        "q": text,
        "found": [(each, _where(country, each, usual)) for each in matches],
        "below": [] if text else _rows(country, total, usual),
        "tab": "search",
    }
    return render(request, "country/search.html", context)


@require_safe
def territory(request: HttpRequest, place: str) -> HttpResponse:
    """The diagnosis of a territory: how many, how sure, where, what is missing."""
    country = queries.country()
    definition = country.definition(request.GET.get("definition", ""))
    one = _territory(country, place, definition.id)
    known = country.territories(definition.id)
    places = country.in_areas(one.areas)
    context = _figure(country, one, definition.id) | {
        "level": country.pack.level_name(one.level),
        "parents": [known[key] for key in reversed(country.parents.get(one.key, ()))],
        "peers": country.peers(one, definition.id),
        "peers_word": country.pack.level_name(one.level, 2),
        "rows": _rows(country, one, definition.id),
        "n_rows": len(country.children.get(one.key, ())),
        "drawn": maps.zones(country, one, definition.id),
        "gaps": [
            (
                gap.area,
                _gained(gap.gained),
                wording.number(round(gap.metres, -1)),
            )
            for gap in country.gaps(one, definition.id)
        ],
        "places": places[:PAGE],
        "n_places": len(places),
        "compared": _compared(country, one, definition.id),
        "by_definition": [
            (each, wording.people(country.territories(each.id)[one.key].need, most=one.people).in_full)
            for each in country.pack.definitions
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
    country = queries.country()
    definition = country.definition(request.GET.get("definition", ""))
    one = _territory(country, place, definition.id)
    known = country.territories(definition.id)
    below = [known[key] for key in country.children.get(one.key, ())]
    return _csv(diagnosis.as_csv([one, *below]), f"{one.key}-{definition.id}")


@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """The directory: the places of the country, of a territory, or that have some words."""
    country = queries.country()
    usual = country.pack.definitions[0].id
    text, where = request.GET.get("q", "")[:80], request.GET.get("ou", "")[:80]
    known = country.territories(usual)
    choices = [] if where in known else country.find(where, usual)
    within = known.get(where) or (choices[0] if choices else None)
    if where and within is None:
        sheets = []
    else:
        sheets = queries.places(country, text, within or known[COUNTRY_LEVEL])
    page = Paginator(sheets, PAGE).get_page(request.GET.get("page"))
    context = {
        "country": country,
        "q": text,
        "where": where,
        "within": within,
        "others": choices[1:6],
        "count": len(sheets),
        "page": page,
        "sheets": [(each, queries.hours(country.pack, each.opening_hours, _now(country))) for each in page],
        "svg": maps.places(country, sheets, within or known[COUNTRY_LEVEL]) if sheets else "",
        "tab": "find",
    }
    return render(request, "country/find.html", context)


@require_safe
def lieu(request: HttpRequest, place: str) -> HttpResponse:
    """The sheet of a place."""
    country = queries.country()
    sheet = queries.place(country, place)
    if sheet is None:
        raise Http404
    usual = country.pack.definitions[0].id
    area = next(
        each
        for each in country.territories(usual).values()
        if each.level == AREA and each.areas == (sheet.area,)
    )
    parent = country.territories(usual)[country.parents[area.key][0]]
    context = {
        "country": country,
        "place": sheet,
        "checked_on": opening.date_text(date.fromisoformat(sheet.checked_on)) if sheet.checked_on else "",
        "hours": queries.hours(country.pack, sheet.opening_hours, _now(country)),
        "area": area,
        "around": parent,
        "svg": maps.places(country, [sheet], parent),
        "tab": "find",
    }
    return render(request, "country/place.html", context)


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """The files to take away: a table for each level, and the places."""
    country = queries.country()
    context = {
        "country": country,
        "levels": [
            (level, country.pack.level_name(level, 2)) for level in country.levels if level != COUNTRY_LEVEL
        ],
        "tab": "data",
    }
    return render(request, "country/data.html", context)


@require_safe
def data_file(request: HttpRequest, name: str) -> HttpResponse:
    """A table: the places, or the territories of a level by a definition."""
    country = queries.country()
    if name == "lieux":
        return _csv(diagnosis.places_csv(country.places), "lieux")
    if name not in country.levels:
        raise Http404
    definition = country.definition(request.GET.get("definition", ""))
    rows = [each for each in country.territories(definition.id).values() if each.level == name]
    return _csv(diagnosis.as_csv(rows), f"{name}-{definition.id}")


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Show the source of each table, how needs are counted, and what of the platform is France's."""
    country = queries.country()
    context = {
        "country": country,
        "sources": country.sources(),
        "rates": [(each, country.rates[each.id]) for each in country.pack.definitions],
        "levels": [country.pack.level_name(level, 2) for level in country.levels if level != COUNTRY_LEVEL],
        "stays": [(label, reason(feature)) for feature, label in FEATURES.items()],
        "tab": "sources",
    }
    return render(request, "country/sources.html", context)


def france_only(request: HttpRequest, feature: str) -> HttpResponse:
    """The page that stands where France has one: why it is not here, what is."""
    context = {"country": queries.country(), "why": reason(feature)}
    return render(request, "country/france_only.html", context, status=404)


def _now(country: Country) -> datetime:
    return timezone.now().astimezone(ZoneInfo(country.pack.time_zone)).replace(tzinfo=None)


def _territory(country: Country, place: str, definition: str) -> Territory:
    territory = country.territories(definition).get(place)
    if territory is None:
        raise Http404
    return territory


def _where(country: Country, one: Territory, definition: str) -> str:
    known = country.territories(definition)
    names = [known[key].name for key in country.parents.get(one.key, ()) if key != COUNTRY_LEVEL]
    return " · ".join((country.pack.level_name(one.level), *names))


def _figure(country: Country, one: Territory, definition: str) -> dict[str, Any]:
    need, rate = wording.people(one.need, most=one.people), wording.rate(one.rate)
    label = f"{need.in_full}."
    return {
        "country": country,
        "definition": country.definition(definition),
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


def _rows(country: Country, one: Territory, definition: str) -> list[dict[str, Any]]:
    """Return the zones just below a territory, those with the most people first, as many as a page reads."""
    known = country.territories(definition)
    below = [known[key] for key in country.children.get(one.key, ())]
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


def _compared(country: Country, one: Territory, definition: str) -> list[tuple[Territory, str]]:
    """Return the share of a territory beside those of the larger ones that hold it."""
    known = country.territories(definition)
    return [(known[key], wording.rate(known[key].rate).in_full) for key in country.parents.get(one.key, ())]


def _csv(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
