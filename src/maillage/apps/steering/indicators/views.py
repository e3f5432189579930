"""Pages of the indicators: those of a territory, one definition each, several territories side by side."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.access import may_write
from maillage.apps.steering.indicators import rules
from maillage.apps.steering.indicators.queries import reading, tables
from maillage.apps.steering.indicators.queries.ground import Ground, ground
from maillage.apps.steering.indicators.queries.values import values
from maillage.apps.steering.plans.queries.effects import aims
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.publishing.survey.document import as_csv
from maillage.reference.indicators import families, indicators, landmark, target
from maillage.web import programs
from maillage.web.programs import Operation

USUAL_COMPARED = "38,67,59"
MOST_COMPARED = 6
LONGEST_TYPED = (MOST_COMPARED + 1) * (territories.LONGEST_ADDRESS + 2)  # one too many is told, not cut


def _ground(request: HttpRequest, place: str, on: date) -> tuple[Ground, int]:
    """Return the ground of a territory and the months of the period chosen; Http404 for one nobody knows."""
    months_by_text = {str(each): each for each in rules.PERIODS}
    months = months_by_text.get(request.GET.get("mois", ""), rules.USUAL)
    try:
        return ground(territories.canonical(place), on=on, months=months), months
    except UnknownTerritory as error:
        raise Http404(error.what) from error


@require_safe
def territory(request: HttpRequest, place: str) -> HttpResponse:
    """The indicators of a territory, each with its definition at hand."""
    area, months = _ground(request, place, timezone.localdate())
    study = dossiers.latest(area.code)
    context = {
        "place": area.code,
        "name": area.name,
        "counted": area.counted(timezone.localtime()),
        "reading": dossiers.reading(study) if study and not dossiers.is_lost(study) else None,
        "tab": "indicateurs",
        "query": "",
        "months": months,
        "periods": rules.PERIODS,
        "landmark": landmark(),
        "target": target(),
        "aims": aims(area.code),
        "may_write": may_write(request.user, area.code),
        **reading.page(values(area)),
    }
    return render(request, "indicators/territory.html", context)


@require_safe
def table(request: HttpRequest, place: str) -> HttpResponse:
    """The indicators of a territory as a file."""
    area, _ = _ground(request, place, timezone.localdate())
    content = as_csv(tables.COLUMNS, tables.table(values(area)))
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="indicateurs-{area.code}.csv"'
    return response


INDICATORS = Operation(
    id="indicateurs",
    address="territoires/{code}/indicateurs",
    summary="Les indicateurs d’un territoire",
    description=(
        "Chaque indicateur avec sa formule, son univers, sa date et sa source ; « motif » dit pourquoi une"
        " valeur manque."
    ),
    path=programs.TERRITORY,
    parameters=(
        {
            "name": "mois",
            "schema": {"type": "integer", "enum": sorted(rules.PERIODS), "default": rules.USUAL},
            "description": "Durée comptée, jusqu’à aujourd’hui.",
        },
    ),
    answers={
        "200": "Les indicateurs.",
        "400": "Un paramètre n’existe pas.",
        "404": "Ce territoire n’existe pas.",
        "422": "Cette durée n’existe pas.",
        "429": "Trop de réponses cette heure-ci.",
    },
    content={"type": "object"},
)


@programs.refusing
def territory_data(request: HttpRequest, code: str) -> HttpResponse:
    """The indicators of a territory for programs."""
    months, periods = request.GET.get("mois", str(rules.USUAL)), [str(each) for each in rules.PERIODS]
    if months not in periods:
        raise Refused(
            f"« {months[:20]} » n’est pas une durée comptée.",
            why="Les sommes sont faites d’avance, pour quelques durées.",
            do=f"Demandez mois={', '.join(periods)}.",
        )
    area = ground(territories.canonical(code), on=timezone.localdate(), months=int(months))
    return programs.answer(
        {
            "version": 1,
            "territoire": {"code": area.code, "nom": area.name},
            "du": area.since.isoformat(),
            "au": area.on.isoformat(),
            "indicateurs": [tables.row(value) for value in values(area)],
        }
    )


@require_safe
def definitions(request: HttpRequest) -> HttpResponse:
    """Every indicator and its formula."""
    rows = [
        (label, [each for each in indicators().values() if each.family == id])
        for id, label in families().items()
    ]
    return render(request, "indicators/definitions.html", {"families": rows, "count": len(indicators())})


@require_safe
def definition(request: HttpRequest, id: str) -> HttpResponse:
    """One indicator: its formula, who is counted, its source, its limits, its history."""
    indicator = indicators().get(id)
    if indicator is None:
        raise Http404("Cet indicateur n’existe pas.")
    context = {"about": indicator, "family": families()[indicator.family]}
    return render(request, "indicators/definition.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Several territories side by side, as many départements: the same definitions, never a ranking."""
    typed = request.GET.get("codes", USUAL_COMPARED)[:LONGEST_TYPED]
    codes = [code.strip() for code in typed.split(",") if code.strip()]
    context: dict[str, Any] = {"typed": typed, "error": None, "most": MOST_COMPARED}
    try:
        if len(codes) > MOST_COMPARED:
            raise Refused(
                f"{len(codes)} territoires, c’est trop pour un tableau.",
                why="Les colonnes ne se liraient plus.",
                do=f"Choisissez-en {MOST_COMPARED} au plus.",
            )
        on = timezone.localdate()
        places = list(dict.fromkeys(territories.canonical(code) for code in codes))
        grounds = [ground(place, on=on) for place in places]
    except (Refused, UnknownTerritory) as error:
        context["error"], grounds = error, []
    columns = [values(each) for each in grounds]
    context |= {
        "grounds": grounds,
        "rows": reading.side_by_side(columns),
        "funnels": reading.funnels(grounds, columns),
        "fewest": rules.FEWEST_PLACES,
    }
    return render(request, "indicators/compare.html", context)
