"""Two to six territories side by side, under one definition."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from maillage.apps.dossiers import access, queries, rules
from maillage.apps.dossiers.models import Study
from maillage.apps.dossiers.queries import StudyRequest
from maillage.apps.dossiers.views.pages import LONGEST_NAME, SUGGESTED, study_page
from maillage.apps.dossiers.views.requests import obtained, query_of
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused, UnknownTerritory
from maillage.publishing.page import sides
from maillage.publishing.territory import atlas, comparison
from maillage.publishing.territory.reading import Reading
from maillage.reference.definitions import definition
from maillage.statistics.diagnosis import compare
from maillage.statistics.zones.territories import KIND_LABELS, gazetteer
from maillage.words import wording

PROPOSED = 4  # of each kind, before any is chosen
TOO_MANY = Refused(
    "Trop de calculs ont été demandés depuis votre adresse cette heure-ci.",
    why="Chaque nouveau territoire occupe l’ordinateur quelques secondes.",
    do="Attendez un peu, ou comparez avec un territoire déjà calculé.",
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The other territories of a comparison: finished studies, those being computed, a name that may
    mean several territories, an answer that says why there is none.
    """

    places: list[str] = field(default_factory=list)
    ready: list[Study] = field(default_factory=list)
    computing: list[tuple[str, Study, bool]] = field(default_factory=list)
    choices: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    errors: list[UnknownTerritory | Refused] = field(default_factory=list)


@require_safe
def against(request: HttpRequest, place: str) -> HttpResponse:
    """Two to six territories, what may be said of them, and what may not."""
    typed = [text.strip()[:LONGEST_NAME] for text in request.GET.getlist("avec") if text.strip()]
    typed = list(dict.fromkeys(typed))

    def more(study: Study, study_request: StudyRequest, reading: Reading) -> dict[str, Any]:
        chosen = _chosen_territories(request, study_request, typed[: comparison.MOST_SIDES - 1])
        readings = [reading, *(queries.reading(each) for each in chosen.ready)]
        return {
            "found": chosen,
            "sides": _chips(study_request, study, reading, chosen, readings),
            "is_full": len(chosen.places) >= comparison.MOST_SIDES - 1,
            "offers": [] if chosen.places else _proposals(study_request, study),
            "ignored": typed[comparison.MOST_SIDES - 1 :],
            "finished_studies": [
                each for each in queries.finished_studies() if each.place not in {study.place, *chosen.places}
            ],
        } | (_compared_context(study, study_request, chosen, readings) if chosen.ready else {})

    return study_page(request, place, "dossiers/against.html", "comparer", more)


def _chosen_territories(request: HttpRequest, study_request: StudyRequest, typed: Sequence[str]) -> Chosen:
    """Return the typed territories, each place once, its study asked when it is new."""
    out = Chosen()
    for text in typed:
        try:
            place, choices = _territory_typed(text)
            if choices:
                out.choices.extend(
                    (_query(study_request, [*out.places, each["code"]]), each) for each in choices
                )
                continue
            if place in out.places:
                continue
            wanted = StudyRequest(
                place=place,
                definition=study_request.definition,
                inside=study_request.inside,
                weights=study_request.weights,
                travel=study_request.travel,
            )
            other = obtained(request, wanted)
        except (UnknownTerritory, Refused) as error:
            out.errors.append(error)
            continue
        if other is None:
            out.errors.append(TOO_MANY)
            continue
        out.places.append(place)
        if other.status == rules.DONE:
            out.ready.append(other)
        else:
            out.computing.append((place, other, access.may_stop(request, other)))
    return out


def _chips(
    study_request: StudyRequest, study: Study, reading: Reading, chosen: Chosen, readings: Sequence[Reading]
) -> list[dict[str, str]]:
    """Return the territories that are there, each with its sign, and the address without it."""
    studies = [study, *chosen.ready]
    return [
        {
            "name": _name(one),
            "what": side_reading.territory.subtitle,
            "place": one.place,
            "sign": sides.mark(name),
            "without": _query(study_request, [other for other in chosen.places if other != one.place])
            if k
            else "",
        }
        for k, (one, side_reading, name) in enumerate(zip(studies, readings, sides.MARKS, strict=False))
    ]


def _proposals(study_request: StudyRequest, study: Study) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the territories that one may first think of, before any is chosen: around, then as populous."""
    territory = gazetteer().get(study.inputs["code"])
    neighbours = gazetteer().neighbours(territory)
    alike = [t for t in gazetteer().alike(territory, limit=2 * PROPOSED) if t not in neighbours][:PROPOSED]
    groups = (("Autour", neighbours), ("D’une population proche", alike))
    return [
        (
            title,
            [
                {
                    "query": _query(study_request, [t.code]),
                    "name": t.long_name,
                    "what": f"{t.place}, {wording.count(t.population, 'habitant')}".removeprefix(", "),
                }
                for t in them
            ],
        )
        for title, them in groups
        if them
    ]


def _name(study: Study) -> str:
    """Return the short name of a territory: sentences repeat it."""
    return study.name if study.inputs["zones"] else gazetteer().get(study.inputs["code"]).name


def _query(study_request: StudyRequest, places: Sequence[str]) -> str:
    """Return the query string of a comparison with these places."""
    return "&".join(filter(None, (urlencode({"avec": places}, doseq=True), query_of(study_request))))


def _compared_context(
    study: Study, study_request: StudyRequest, chosen: Chosen, readings: Sequence[Reading]
) -> dict[str, Any]:
    """Return the comparison of the territories that are ready."""
    studies = [study, *chosen.ready]
    sides_ = [
        comparison.Side(_name(one), side_reading.measures)
        for one, side_reading in zip(studies, readings, strict=True)
    ]
    compared = comparison.compare(sides_)
    notes = (n.text for side_reading in readings for n in side_reading.published if n.kind == "contredit")
    # Each line of the offer, as each territory has it; None where no directory is loaded.
    lines = [
        {line.id: line for line in each.offer.territory.lines} if each.offer else {} for each in readings
    ]
    labels = {id: line.label for each in lines for id, line in each.items()}
    return {
        "compared": compared,
        "sayable": [side_reading for side_reading in compared if side_reading.is_ordered],
        "unsayable": [side_reading for side_reading in compared if side_reading.overlaps],
        "gaps": _gaps(study, study_request, chosen, sides_),
        "context": _context(readings),
        "maps": _maps(studies, readings),
        "offer": [(label, [each.get(id) for each in lines]) for id, label in labels.items()],
        "population": [side_reading.population for side_reading in readings],
        "contradictions": list(dict.fromkeys(notes)),
    }


def _maps(studies: Sequence[Study], readings: Sequence[Reading]) -> dict[str, Any]:
    """Return the map of the first share in each territory, on one scale, and the words of its classes."""
    shares = [queries.zone_shares(study) for study in studies]
    bounds = comparison.scale(ends for shares_by_zone in shares for ends in shares_by_zone.values())
    drawn = []
    for k, (study, reading, shares_by_zone) in enumerate(zip(studies, readings, shares, strict=True)):
        svg = queries.layer(study, "numerique")
        zones = {
            z.code: (
                *comparison.scale_class(shares_by_zone[z.code], bounds),
                f"{z.name} : {z.share} ({z.share_between})" if z.share_between else f"{z.name} : {z.share}",
            )
            for z in reading.zones
            if z.code in shares_by_zone
        }
        name = _name(study)
        title = f"Part des personnes qui {reading.definition.statement} : {name}"
        drawn.append({"name": name, "svg": atlas.on_scale(svg, zones, id=f"m{k}", title=title)})
    return {"drawn": drawn, "classes": comparison.scale_labels(bounds)}


def _gaps(
    study: Study, study_request: StudyRequest, chosen: Chosen, named: Sequence[comparison.Side]
) -> list[dict[str, str]]:
    """Return how far the first share is from each of the others, where their intervals are apart."""
    first, *other_sides = named
    out = []
    for other, other_side in zip(chosen.ready, other_sides, strict=True):
        if comparison.overlap(first.measures[0], other_side.measures[0]):
            continue
        gap = compare.difference(
            queries.draws(study), queries.draws(other), definition=definition(study_request.definition)
        )
        low, high = wording.bounds(gap.low, gap.high, 1)
        out.append({"name": other_side.name, "value": wording.number(gap.value, 1), "low": low, "high": high})
    return out


def _context(readings: Sequence[Reading]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the indicators that every territory has: label, source and year, then each figure with its
    interval.
    """
    indicators_by_label = [{each.label: each for each in reading.context} for reading in readings]
    return [
        (
            each.label,
            f"{each.source}, {each.year}",
            [
                (side[each.label].local_share or side[each.label].between, side[each.label].between)
                for side in indicators_by_label
            ],
        )
        for each in readings[0].context
        if all(each.label in side for side in indicators_by_label)
    ]


def _territory_typed(text: str) -> tuple[str, list[dict[str, str]]]:
    """Return the code of a territory typed by code or by name, or the territories that a name may mean."""
    if territories.perimeter(text):
        return text, []
    try:
        return gazetteer().get(text).code, []
    except UnknownTerritory:
        matches = gazetteer().find(text, limit=SUGGESTED)
        choices = [
            {"code": p.slug, "nom": p.name, "quoi": "périmètre gardé"}
            for p in territories.perimeters_named(text)
        ]
        choices += [
            {
                "code": t.code,
                "nom": t.long_name,
                "quoi": ", ".join(filter(None, (KIND_LABELS[t.kind], t.place))),
            }
            for t in matches
        ]
        if not choices:
            raise
        return (choices[0]["code"], []) if len(choices) == 1 else ("", choices)
