"""Pages of territories and their diagnoses."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from maillage.apps.dossiers import access, actions, queries, rules
from maillage.apps.dossiers.forms import ChoiceForm
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.dossiers.views.requests import (
    address_of,
    awaited,
    by_key,
    finished,
    first_block,
    own_zones_of,
    query_of,
    zone_areas,
)
from maillage.apps.platform.accounts.access import return_address
from maillage.apps.surveys.queries import evidence
from maillage.apps.territories import queries as territories
from maillage.kernel.names import plain
from maillage.publishing.page import charts, maps
from maillage.publishing.territory import atlas, connection, evaluation, gaps, withheld
from maillage.publishing.territory.reading import Reading, SubtotalRow, ZoneRow
from maillage.reference.definitions import definition
from maillage.statistics.need.social_variables import VARIABLES
from maillage.statistics.zones.territories import KIND_LABELS, gazetteer
from maillage.words import claims, wording
from maillage.words.languages import to_say

LAYERS = {  # the first is the map that a page opens on: of numbers, where the joint one may be unsure
    "numerique": to_say("Numérique"),
    "les-deux": to_say("Les deux"),
    "sociale": to_say("Sociale"),
    "espace": to_say("Rural ou urbain"),
    "certitude": to_say("Certitude"),
    connection.LAYER: to_say("Connexion"),
}
OFFICIAL_CUT = "decoupage=officiel"  # of a page that follows the own zones of its territory otherwise
FIRST_ROWS = 22
FIRST_OF_INDEX = 10  # each row has a line a variable on a phone


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table of zones: a zone, or a commune (`town`) that unfolds to its zones."""

    zones: tuple[ZoneRow, ...]
    town: SubtotalRow | None = None

    @property
    def figures(self) -> ZoneRow | SubtotalRow:
        """The row whose figures the line shows."""
        return self.town or self.zones[0]

    @property
    def parts(self) -> str:
        """Number of zones that a commune unfolds to: its quarters, or the communes that it was."""
        units = {z.unit for z in self.zones}
        noun = units.pop() if len(units) == 1 else "zone"
        if noun == "commune":
            return wording.count(len(self.zones), "ancienne commune", "anciennes communes")
        return wording.count(len(self.zones), noun)


CELLS = ("les_deux", "numerique", "sociale", "aucune", None)
SORTS: Mapping[str, tuple[str, Callable[[Line], Any]]] = {
    "personnes": ("Personnes", lambda line: -(line.figures.people_value or -1)),
    "part": ("Part", lambda line: -(line.figures.share_value or -1)),
    "nom": ("Nom", lambda line: plain(line.figures.name)),
    "precarite": (
        "Précarité",
        lambda line: (min(CELLS.index(z.cell) for z in line.zones), -(line.figures.people_value or -1)),
    ),
}
SUGGESTED = 8
FOUND_AT_MOST = 30
LONGEST_NAME = 100
POSTCODE = 5  # figures
AFTER = re.compile(r"[\w-]+/(?:\?[\w=&%.+-]*)?")


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The search page: territories by name, code or postcode, and the studies already kept."""
    text = request.GET.get("q", "").strip()[:LONGEST_NAME]
    matches = gazetteer().find(text, limit=FOUND_AT_MOST + 1) if text else []
    named = territories.perimeters_named(text)
    if not matches and not named and claims.parse(text).is_known:
        return redirect(f"{reverse('check_anywhere')}?{urlencode({'q': text})}")
    if len(matches) + len(named) == 1 and request.GET.get("aller"):
        return redirect("territory", matches[0].code if matches else named[0].slug)
    perimeters = territories.perimeters()
    perimeter_slugs = {perimeter.slug for perimeter in perimeters}  # said once
    return render(
        request,
        "dossiers/search.html",
        {
            "q": text,
            "found": matches[:FOUND_AT_MOST],
            "more": len(matches) > FOUND_AT_MOST,
            "named": named,
            "named_count": len(named),
            "by_postcode": len(text) == POSTCODE and text.isdigit(),
            "kinds": KIND_LABELS,
            "finished_studies": [
                study for study in queries.finished_studies() if study.place not in perimeter_slugs
            ],
            "perimeters": perimeters,
        },
    )


@require_safe
def suggestions(request: HttpRequest) -> HttpResponse:
    """The list under a search field, as one types."""
    text = request.GET.get("q", "").strip()[:LONGEST_NAME]
    matches = gazetteer().find(text, limit=SUGGESTED) if len(text) > 1 else []
    named = territories.perimeters_named(text)
    return render(
        request, "dossiers/_suggestions.html", {"found": matches, "named": named, "kinds": KIND_LABELS}
    )


@require_safe
def territory(request: HttpRequest, place: str) -> HttpResponse:
    """The diagnosis of a territory, or how far its computation is; `apres`: the page of this territory that
    was asked, and waited for it.
    """
    ready = finished(request, place)
    if isinstance(ready, HttpResponse):
        return ready
    if AFTER.fullmatch(after := request.GET.get("apres", "")):
        return redirect(f"{reverse('territory', args=[place])}{after}")
    study, study_request, newer = ready
    reading = queries.reading(study)
    heads = awaited(study, newer)  # first: what the page says of the gaps is whether they were requested
    page = _page(request, study, study_request, reading) | heads
    in_short = first_block(request, reading.headline, page["d"], None if reading.withheld else reading)
    return render(request, "dossiers/territory.html", page | in_short)


def _page(
    request: HttpRequest, study: Study, study_request: StudyRequest, reading: Reading
) -> dict[str, Any]:
    layers = {name: label for name, label in LAYERS.items() if queries.has_layer(study, name)}
    chosen = request.GET.get("carte", "")
    layer = chosen if chosen in layers else next(iter(layers), "")
    sort = request.GET.get("tri", "personnes")
    sort = sort if sort in SORTS else "personnes"
    marked = zone_areas(request, study, query_of(study_request))
    selected_zones = [z for z in reading.zones if all(each.keeps(z.code) for each in marked["areas"])]
    # What a marking keeps is zones: the subtotal of their commune would count others.
    towns = reading.towns if len(selected_zones) == len(reading.zones) > 1 else ()
    rows = _lines(selected_zones, towns, sort)
    has_all_zones = request.GET.get("zones") == "toutes"
    is_complete = has_all_zones or len(rows) <= FIRST_ROWS + 4
    visible_rows, query = rows if is_complete else rows[:FIRST_ROWS], marked["query"]
    drawn = queries.drawn_districts(study)
    codes_with_row = {line.zones[0].code for line in visible_rows if line.town is None}

    def link(code: str) -> str:
        """Return where a zone of the map leads: to its row, or to its sheet when its row is not shown."""
        if code in codes_with_row:
            return f"#zone-{code}"
        sheet = reverse("zone", args=[study.place, code]) if code in reading.sheets else ""
        return f"{sheet}?{query}" if sheet and query else sheet

    return {
        "study": study,
        "place": study.place,
        "reading": reading,
        "withheld": withheld.explain(reading) if reading.withheld else None,
        "d": definition(study_request.definition),
        "form": ChoiceForm(initial={"definition": study_request.definition, "filtre": study_request.inside}),
        "filters": territories.filters_offered(),
        "asked": study_request,
        "query": query,
        "layers": layers,
        "layer": layer,
        "connection": queries.connection_of(study, on=timezone.localdate())
        if connection.LAYER in layers
        else None,
        "svg": queries.with_districts(atlas.relinked(queries.layer(study, layer), link), study, drawn)
        if layer
        else "",
        "numbers_key": maps.numbers_key(queries.layer(study, layer), narrow=True),
        "town": (town := atlas.main_town(reading.subtotals, len(reading.zones))),
        "town_svg": queries.with_districts(
            atlas.relinked(queries.layer(study, layer + atlas.TOWN), link),
            study,
            drawn,
            town.zones if town else None,
        ),
        "drawn_districts": drawn,
        "sorts": {key: label for key, (label, _) in SORTS.items()},
        "sort": sort,
        "rows": visible_rows,
        "n_lines": len(rows),
        "noun": (noun := "commune" if towns else reading.territory.unit),
        "head": noun.capitalize(),
        "splits": _splits(reading),
        "is_complete": is_complete,
        "all_asked": has_all_zones,
        "files": rules.FILES,
        "perimeter": territories.perimeter(study.place),
        "same_places": [
            (each, row.name if (row := territories.perimeter(each)) else gazetteer().get(each).long_name)
            for each in territories.same_places(study.place)[1:]
        ],
        "comments": queries.comments(study.place, reading.fingerprint),
        "editions": evidence.editions(surveyed := queries.surveyed_place(study.place)),
        "neighbours": evidence.neighbours(surveyed),
        "sections": rules.SECTIONS,
        "tab": "besoins",
        "factors": evaluation.factors(reading),
        "n_kept": len(selected_zones),
        **_lack(study, reading),
        **marked,
    }


def _lack(study: Study, reading: Reading) -> dict[str, Any]:
    """Return the heaviest gap of the offer, by own zones where a file draws them, or why none is known."""
    own = queries.own_zones(study)
    if offer := (own and queries.reading(own).offer) or reading.offer:
        return {"lack": gaps.first_sentence(offer)}
    return {"no_offer": queries.why_no_offer(study, on=timezone.localdate())}


def _lines(zones: Sequence[ZoneRow], towns: Sequence[SubtotalRow], sort: str) -> list[Line]:
    """Return the lines of the table of zones, in an order: the zones of a town under its line, in that order
    too.
    """
    key = SORTS[sort][1]
    alone = sorted((Line((z,)) for z in zones), key=lambda line: (key(line), line.figures.code))
    folded = [
        Line(tuple(line.zones[0] for line in alone if line.zones[0].code in town.zones), town)
        for town in towns
    ]
    inside = {code for town in towns for code in town.zones}
    lines = [*folded, *(line for line in alone if line.zones[0].code not in inside)]
    return sorted(lines, key=lambda line: (key(line), line.figures.code))


def _splits(reading: Reading) -> list[tuple[str, list[SubtotalRow]]]:
    """Return the tables of subtotals that stand under that of zones, each with its title: by région, by
    département, and by commune where a file draws the zones.
    """
    by_commune = [] if reading.towns else [("commune", "Par commune")]
    levels = [("region", "Par région"), ("departement", "Par département"), *by_commune]
    tables = [(title, [row for row in reading.subtotals if row.level == level]) for level, title in levels]
    return [(title, rows) for title, rows in tables if rows]


@require_safe
def progress(request: HttpRequest, key: str) -> HttpResponse:
    """Show the progress of a study, for a page that waits: a fragment, and its status in a header."""
    study = by_key(key)
    response = render(
        request,
        "dossiers/_progress.html",
        {
            "study": study,
            "query": request.GET.get("suite", ""),
            "place": study.place,
            "mine": access.may_stop(request, study),
        },
    )
    response["X-Etude"] = study.status
    return response


@require_POST
def cancel(request: HttpRequest, key: str) -> HttpResponse:
    study = get_object_or_404(Study, key=key)
    if not access.may_stop(request, study):
        raise Http404
    actions.cancel(study)
    access.remember(request, study)  # its page does not start it again for who stopped it
    messages.info(request, "Arrêt demandé. Rien n’est à moitié écrit.")
    return redirect(_back(request, study))


@require_POST
def again(request: HttpRequest, key: str) -> HttpResponse:
    study = by_key(key)
    if not access.may_compute(request):
        return render(request, "dossiers/too_many.html", {"place": study.place}, status=429)
    actions.ask_again(study)
    access.remember(request, study)
    return redirect(_back(request, study))


def _back(request: HttpRequest, study: Study) -> str:
    """Return the page that waited for a study, the diagnosis when the browser does not say."""
    return return_address(request, address_of(study))


def study_page(
    request: HttpRequest,
    place: str,
    template: str,
    tab: str,
    more: Callable[[Study, StudyRequest, Reading], dict[str, Any]],
    stored: Study | None = None,
    by_own_zones: bool = False,
    write: Callable[[HttpRequest, str, dict[str, Any]], HttpResponse] = render,
) -> HttpResponse:
    """Return a page on a finished study, with what every such page needs; more: what this one adds; stored:
    the study to read without asking for today's, unless its files are lost; by_own_zones: that of the own
    zones of the territory, where it has some, unless the address asks for the official cut; write: what
    writes it.
    """
    cut_query = OFFICIAL_CUT if by_own_zones and request.GET.get("decoupage") == "officiel" else ""
    place = own_zones_of(place) if by_own_zones and not cut_query else place
    if stored is not None and not queries.is_lost(stored):
        study, study_request, newer = stored, StudyRequest(place=stored.place), queries.newer_study(stored)
    elif isinstance(ready := finished(request, place, is_check=tab == "verifier"), HttpResponse):
        return ready
    else:
        study, study_request, newer = ready
    reading = queries.reading(study)
    common = {
        "study": study,
        **awaited(study, newer),
        "place": study.place,
        "reading": reading,
        "asked": study_request,
        "tab": tab,
        "may_write": partial(
            access.may_write, request.user, study.place
        ),  # asked by the pages that lead there
        "cut": queries.cut_of(study) if by_own_zones else None,
        **zone_areas(request, study, "&".join(filter(None, (cut_query, query_of(study_request))))),
    }
    return write(request, template, common | more(study, study_request, reading))


@require_safe
def zone(request: HttpRequest, place: str, code: str) -> HttpResponse:
    """The sheet of a zone, on screen."""

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        if code not in reading.sheets:
            raise Http404
        pdf = queries.file(study, f"fiches/{code}.pdf") is not None
        z, sheet = reading.zone(code), reading.sheets[code]
        bars = charts.pair_of_each([(c.here_value, c.reference_value) for c in sheet.comparison])
        return {
            "z": z,
            "sheet": sheet,
            "offered": reading.offer_of(code),
            "svg": queries.sheet_map(study, code),
            "classed": reading.is_classed,
            "compared": list(zip(sheet.comparison, bars, strict=True)),
            "pdf": pdf,
            "connection": queries.zone_connections(study).get(code),
        }

    return study_page(request, place, "dossiers/zone.html", "besoins", more)


@require_safe
def definitions(request: HttpRequest, place: str) -> HttpResponse:
    """One territory under every definition, side by side."""
    return study_page(
        request,
        place,
        "dossiers/definitions.html",
        "definitions",
        lambda study, study_request, reading: {
            "rows": reading.definitions,
            "diagram": evaluation.digital(reading),
        },
    )


@require_safe
def index(request: HttpRequest, place: str) -> HttpResponse:
    """The social index in full: each variable, each zone, and the weights the analyst may change."""

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        rows = reading.index.rows
        is_complete = request.GET.get("zones") == "toutes" or len(rows) <= FIRST_OF_INDEX + 2
        return {
            "variables": [(v, study_request.weights.get(v.id, v.weight)) for v in VARIABLES],
            "columns": [(v, evaluation.theme_of(v.id)) for v in reading.index.variables],
            "diagram": evaluation.social(reading),
            "rows": rows if is_complete else rows[:FIRST_OF_INDEX],
            "n_zones": len(rows),
        }

    return study_page(request, place, "dossiers/index.html", "indice", more)


@require_safe
def reports(request: HttpRequest, place: str) -> HttpResponse:
    """The files of a study, to read, print or take away."""

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        folder = queries.folder(study)
        sizes = {
            name: (label, folder / name)
            for name, (_, label) in rules.FILES.items()
            if (folder / name).exists()
        }
        return {
            "files": {name: (label, path.stat().st_size) for name, (label, path) in sizes.items()},
            "is_rewritten": actions.is_rewritten(study),
            "dossiers": rules.DOSSIERS,
            "sheets": len(list((folder / "fiches").glob("*.pdf"))),
            "comments": queries.comments(study.place, reading.fingerprint),
            "sections": rules.SECTIONS,
            "frozen": queries.editions(study.place),
            "survey_editions": queries.survey_editions(study.place),
            "mission": queries.mission(study.place, on=timezone.localdate()),
        }

    return study_page(request, place, "dossiers/reports.html", "rapports", more, by_own_zones=True)
