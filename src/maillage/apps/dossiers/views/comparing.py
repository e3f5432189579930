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
from maillage.reference.definitions import definition
from maillage.reports.page import sides
from maillage.reports.territory import atlas, comparison
from maillage.reports.territory.reading import OfferLine, Reading
from maillage.studies.diagnosis import compare
from maillage.studies.diagnosis.territories import KIND_LABELS, gazetteer
from maillage.words import wording

PROPOSED = 4  # of each kind, before any is chosen
TOO_MANY = Refused(
    "Trop de calculs ont été demandés depuis votre adresse cette heure-ci.",
    why="Chaque nouveau territoire occupe l’ordinateur quelques secondes.",
    do="Attendez un peu, ou comparez avec un territoire déjà calculé.",
)


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the other territories of a comparison are: finished studies, those being computed, a name that may
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

    def more(study: Study, asked: StudyRequest, reading: Reading) -> dict[str, Any]:
        found = _others(request, asked, typed[: comparison.MOST_SIDES - 1])
        readings = [reading, *(queries.reading(each) for each in found.ready)]
        return {
            "found": found,
            "sides": _chips(asked, study, reading, found, readings),
            "is_full": len(found.places) >= comparison.MOST_SIDES - 1,
            "offers": [] if found.places else _proposals(asked, study),
            "ignored": typed[comparison.MOST_SIDES - 1 :],
            "kept": [k for k in queries.finished_studies() if k.place not in {study.place, *found.places}],
        } | (_beside(study, asked, found, readings) if found.ready else {})

    return study_page(request, place, "dossiers/against.html", "comparer", more)


def _others(request: HttpRequest, asked: StudyRequest, typed: Sequence[str]) -> Chosen:
    """Return what was typed, each place once, its study asked when it is new."""
    out = Chosen()
    for text in typed:
        try:
            place, choices = _territory_typed(text)
            if choices:
                out.choices += [(_query(asked, [*out.places, each["code"]]), each) for each in choices]
                continue
            if place in out.places:
                continue
            wanted = StudyRequest(
                place=place,
                definition=asked.definition,
                inside=asked.inside,
                weights=asked.weights,
                travel=asked.travel,
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
    asked: StudyRequest, study: Study, reading: Reading, found: Chosen, readings: Sequence[Reading]
) -> list[dict[str, str]]:
    """Return the territories that are there, each with its sign, and the address without it."""
    studies = [study, *found.ready]
    return [
        {
            "name": _name(one),
            "what": each.territory.subtitle,
            "place": one.place,
            "sign": sides.mark(name),
            "without": _query(asked, [other for other in found.places if other != one.place]) if k else "",
        }
        for k, (one, each, name) in enumerate(zip(studies, readings, sides.MARKS, strict=False))
    ]


def _proposals(asked: StudyRequest, study: Study) -> list[tuple[str, list[dict[str, str]]]]:
    """Return the territories that one may first think of, before any is chosen: around, then as populous."""
    here = gazetteer().get(study.inputs["code"])
    around = gazetteer().neighbours(here)
    alike = [t for t in gazetteer().alike(here, limit=2 * PROPOSED) if t not in around][:PROPOSED]
    groups = (("Autour", around), ("D’une population proche", alike))
    return [
        (
            title,
            [
                {
                    "query": _query(asked, [t.code]),
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


def _query(asked: StudyRequest, places: Sequence[str]) -> str:
    """Return the query string of a comparison with these places."""
    return "&".join(filter(None, (urlencode({"avec": places}, doseq=True), query_of(asked))))


def _beside(study: Study, asked: StudyRequest, found: Chosen, readings: Sequence[Reading]) -> dict[str, Any]:
    """Return what the territories that are ready say together."""
    studies = [study, *found.ready]
    sides_ = [comparison.Side(_name(one), each.measures) for one, each in zip(studies, readings, strict=True)]
    compared = comparison.compare(sides_)
    notes = (n.text for each in readings for n in each.published if n.kind == "contredit")
    return {
        "compared": compared,
        "sayable": [each for each in compared if each.is_ordered],
        "unsayable": [each for each in compared if each.overlaps],
        "gaps": _gaps(study, asked, found, sides_),
        "context": _context(readings),
        "maps": _maps(studies, readings),
        "offer": _offer(readings),
        "population": [each.population for each in readings],
        "contradictions": list(dict.fromkeys(notes)),
    }


def _maps(studies: Sequence[Study], readings: Sequence[Reading]) -> dict[str, Any]:
    """Return the map of the first share in each territory, on one scale, and the words of its classes."""
    shares = [queries.zone_shares(study) for study in studies]
    bounds = comparison.scale(ends for each in shares for ends in each.values())
    drawn = []
    for k, (study, reading, each) in enumerate(zip(studies, readings, shares, strict=True)):
        svg = queries.layer(study, "numerique")
        zones = {
            z.code: (
                *comparison.scale_class(each[z.code], bounds),
                f"{z.name} : {z.share} ({z.share_between})" if z.share_between else f"{z.name} : {z.share}",
            )
            for z in reading.zones
            if z.code in each
        }
        name = _name(study)
        title = f"Part des personnes qui {reading.definition.statement} : {name}"
        drawn.append({"name": name, "svg": atlas.on_scale(svg, zones, id=f"m{k}", title=title)})
    return {"drawn": drawn, "classes": comparison.scale_labels(bounds)}


def _offer(readings: Sequence[Reading]) -> list[tuple[str, list[OfferLine | None]]]:
    """Return each line of the offer, as each territory has it; None where no directory is loaded."""
    lines = [{line.id: line for line in each.offer.whole.lines} if each.offer else {} for each in readings]
    labels = {id: line.label for each in lines for id, line in each.items()}
    return [(label, [each.get(id) for each in lines]) for id, label in labels.items()]


def _gaps(
    study: Study, asked: StudyRequest, found: Chosen, named: Sequence[comparison.Side]
) -> list[dict[str, str]]:
    """Return how far the first share is from each of the others, where their intervals are apart."""
    first, *others = named
    out = []
    for other, theirs in zip(found.ready, others, strict=True):
        if comparison.overlap(first.measures[0], theirs.measures[0]):
            continue
        gap = compare.difference(
            queries.draws(study), queries.draws(other), definition=definition(asked.definition)
        )
        low, high = wording.bounds(gap.low, gap.high, 1)
        out.append({"name": theirs.name, "value": wording.number(gap.value, 1), "low": low, "high": high})
    return out


def _context(readings: Sequence[Reading]) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the indicators that every territory has: label, source and year, then each figure with its
    interval.
    """
    held = [{each.label: each for each in reading.context} for reading in readings]
    return [
        (
            each.label,
            f"{each.source}, {each.year}",
            [(side[each.label].here or side[each.label].between, side[each.label].between) for side in held],
        )
        for each in readings[0].context
        if all(each.label in side for side in held)
    ]


def _territory_typed(text: str) -> tuple[str, list[dict[str, str]]]:
    """Return the code of a territory typed by code or by name, or the territories that a name may mean."""
    if territories.perimeter(text):
        return text, []
    try:
        return gazetteer().get(text).code, []
    except UnknownTerritory:
        found = gazetteer().find(text, limit=SUGGESTED)
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
            for t in found
        ]
        if not choices:
            raise
        return (choices[0]["code"], []) if len(choices) == 1 else ("", choices)
