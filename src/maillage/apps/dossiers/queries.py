"""Reading studies: what was asked, what is kept on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.db.models import Max

from maillage.apps.directory.queries import studied
from maillage.apps.dossiers import rules
from maillage.apps.dossiers.models import Comment, Finding, Study
from maillage.apps.surveys.queries import heard
from maillage.apps.surveys.queries import needs as surveyed
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused
from maillage.kernel.table import group, total_by
from maillage.reference.definitions import DEFAULT, definition
from maillage.reports import atlas, census, pdf
from maillage.reports import findings as told_findings
from maillage.reports import offer as told_offer
from maillage.studies import corrections, gaps, needs, offer, reach, zoning
from maillage.studies import frame as frames
from maillage.studies.diagnosis import Inside, Request
from maillage.studies.offer import Census
from maillage.studies.reach import Ground
from maillage.studies.territories import gazetteer

Json = dict[str, Any]
LONGEST_FILE = 80
MOST_DEPARTEMENTS = 20  # beyond, reading the whole directory is quicker


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a page asks for. place: an official code or the slug of a kept perimeter."""

    place: str
    definition: str = DEFAULT
    inside: str = ""
    weights: Mapping[str, float] = field(default_factory=dict)


def inputs_of(asked: Asked) -> Json:
    """Return everything that decides the result of a study; Refused or UnknownTerritory when it makes no sense."""
    territory = territories.territory(asked.place)
    kept = territories.perimeter(asked.place)
    definition(asked.definition)
    place = kept.slug if kept else territory.code
    survey = surveyed.edition_of(place)  # without one, the key and the bytes of a study stay what they were
    return ({} if survey is None else {"survey": survey.pk}) | {
        "place": place,
        "name": kept.name if kept else "",
        "code": territory.code,
        "definition": asked.definition,
        "inside": asked.inside,
        "inside_digest": territories.digest(_inside(asked.inside)) if asked.inside else "",
        "weights": dict(sorted(asked.weights.items())),
        "zones": kept.zones if kept else "",
        "zones_file": kept.file_name if kept else "",
        "seed": needs.SEED,
        "draws": needs.DRAWS,
        "corrections": [[c.table, c.key, c.column, c.value] for c in sorted(territories.corrections_in_force())],
    }


def _inside(id: str) -> Inside:
    """Return a filter; Refused when it is not there."""
    found = territories.inside(id)
    if found is None:
        raise Refused(
            f"Le filtre « {id} » n’existe pas.",
            why="Il a peut-être été retiré.",
            do="Revenez au territoire sans filtre.",
        )
    return found


def request_of(study: Study) -> Request:
    """Return the request of a study as it was asked: zones, name and corrections of that day.

    Refused when its filter has changed since: another population would be counted under the same name.
    """
    inputs = study.inputs
    inside = _inside(inputs["inside"]) if inputs["inside"] else None
    if inside is not None and territories.digest(inside) != inputs["inside_digest"]:
        raise Refused(
            f"Le filtre « {inside.label} » a changé depuis cette demande.",
            why="Les personnes comptées ne seraient plus les mêmes.",
            do="Demandez de nouveau ce territoire avec ce filtre.",
        )
    corrections.use([corrections.Correction(*row) for row in inputs["corrections"]])
    territory = gazetteer().get(inputs["code"])
    iris = frames.sources().rp2021
    cut = zoning.usual(territory, iris)
    if inputs["zones"]:
        zones = inputs["zones"].encode("utf-8")
        cut = zoning.from_file(zones, name=inputs["zones_file"], territory=territory, iris=iris)
    return Request(
        territory=territory,
        zoning=cut,
        definition=definition(inputs["definition"]),
        seed=inputs["seed"],
        n_draws=inputs["draws"],
        weights=inputs["weights"],
        inside=inside,
        name=inputs["name"],
        survey=surveyed.measured(inputs["survey"], definition(inputs["definition"])) if "survey" in inputs else None,
    )


def census_of(request: Request) -> Census:
    """Return the places that the people of a study may walk to: those of its départements."""
    iris = frames.sources().rp2021
    communes = set(iris["commune"][request.zoning.rows].tolist())
    departements = {code[:3] if code.startswith("97") else code[:2] for code in communes}
    return studied.census(departements if len(departements) < MOST_DEPARTEMENTS else ())


def offer_is_behind(study: Study) -> bool:
    """Return whether the directory changed near a study since its offer was set against its need.

    Cheap when nothing changed anywhere; else the places themselves are compared.
    """
    if study.status != rules.DONE or study.offer_change == studied.last_change():
        return False
    return census_of(request_of(study)).digest != study.offer


def study_for(asked: Asked) -> Study | None:
    """Return the study of exactly these inputs, if it was ever asked for."""
    return Study.objects.filter(key=rules.key_of(inputs_of(asked))).first()


def kept_studies(limit: int = 30) -> list[Study]:
    """Return the latest finished study of each place, most recent first."""
    seen: dict[str, Study] = {}
    for study in Study.objects.filter(status=rules.DONE).order_by("-finished_at")[:400]:
        if rules.is_plain(study.inputs):
            seen.setdefault(study.place, study)
    return list(seen.values())[:limit]


def latest(place: str) -> Study | None:
    """Return the latest finished study of a place with nothing chosen: what a page that nobody set may show."""
    finished = Study.objects.filter(place=place, status=rules.DONE).order_by("-finished_at")
    return next((study for study in finished if rules.is_plain(study.inputs)), None)


def ahead(study: Study) -> int:
    """Return how many studies the worker takes before this one."""
    if study.status != rules.QUEUED:
        return 0
    return Study.objects.filter(status__in=rules.ALIVE, asked_at__lt=study.asked_at).count()


def comments(place: str) -> dict[str, str]:
    """Return the analyst's comments of a place, by section, empty ones left out."""
    return {c.section: c.text for c in Comment.objects.filter(place=place) if c.text.strip()}


def findings(place: str) -> list[told_findings.Said]:
    """Return what was found of a place, the latest first, what was withdrawn left out; what its surveys heard from actors is part of it."""
    noted = [
        told_findings.Said(row.who, row.kind, row.confirms, row.words, row.source, row.year)
        for row in Finding.objects.filter(place=place, withdrawn_at=None)
    ]
    return sorted([*noted, *heard.said_of(place)], key=lambda said: -said.year)


def behind_their_comments() -> list[Study]:
    """Return the finished studies whose dossier was written before the latest comment of their place."""
    written = dict(Comment.objects.values("place").annotate(last=Max("written_at")).values_list("place", "last"))
    out = []
    for study in Study.objects.filter(place__in=written, status=rules.DONE):
        dossier = folder(study) / "dossier.html"
        if dossier.exists() and dossier.stat().st_mtime < written[study.place].timestamp():
            out.append(study)
    return out


def home() -> Path:
    """Return the folder that holds one folder for each study."""
    return Path(settings.HOME) / "etudes"


def folder(study: Study) -> Path:
    return home() / study.key


def is_lost(study: Study) -> bool:
    """Return whether the files of a finished study are gone."""
    return study.status == rules.DONE and not (folder(study) / "lecture.json").is_file()


def told(study: Study) -> Json:
    """Return what a reader sees of a finished study."""
    path = folder(study) / "lecture.json"
    return _read(str(path), path.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _read(path: str, stamp: int) -> Json:
    loaded: Json = json.loads(Path(path).read_bytes())
    return loaded


def layer(study: Study, name: str) -> str:
    """Return the SVG of a map of a finished study, '' when it has none."""
    path = folder(study) / f"carte-{name}.svg"
    return path.read_text("utf-8") if path.exists() else ""


def sheet_map(study: Study, code: str) -> str:
    """Return the SVG of a zone among its neighbours, '' when it has no contour."""
    path = folder(study) / "vignettes" / f"{code}.svg"
    return path.read_text("utf-8") if path.exists() else ""


def knitted(study: Study) -> str:
    """Return the knitted map of a finished study, '' when it has none."""
    path = folder(study) / "tricot.svg"
    return path.read_text("utf-8") if path.exists() else ""


def picture(svg: str, form: str) -> tuple[bytes, str]:
    """Return a map as a file that carries its own colours: (content, media type)."""
    if form == "svg":
        return pdf.styled(svg).encode("utf-8"), "image/svg+xml"
    return pdf.png(svg), "image/png"


def draws(study: Study) -> np.ndarray:
    """Return (draws,) the rates (percent) of the whole territory, for comparisons."""
    return np.asarray(np.load(folder(study) / "tirages.npy"))


def file(study: Study, name: str) -> Path | None:
    """Return the path of a file of the edition, None when it is not one of them."""
    if len(name) > LONGEST_FILE:
        return None
    path = folder(study) / name
    if name in rules.FILES or (name.startswith("fiches/") and "/" not in name[7:] and name.endswith(".pdf")):
        return path if path.is_file() else None
    return None


def ground(study: Study) -> Ground:
    """Return what a “what if” starts from: the areas, zones and places of a study, as they were when it was made."""
    return _ground(study.pk, study.offer)


@lru_cache(maxsize=2)
def _ground(pk: int, offer_digest: str) -> Ground:
    request = request_of(Study.objects.get(pk=pk))
    found = offer.ground_of(request, census_of(request))
    if found is None:
        raise Refused(
            "Ce territoire est trop grand pour des distances à pied.",
            why="Il faudrait situer les habitants de milliers de quartiers.",
            do="Choisissez un territoire plus petit.",
        )
    return found


def what_if(ground_: Ground, line: str, given: Mapping[str, Any]) -> Json:
    """Return what a gesture would change, as a reader sees it; `spots` are the points to mark on the map."""
    if given["geste"] == "fermer":
        return {"change": told_offer.told_change(gaps.closed(ground_, line, [given["lieu"]])), "spots": []}
    if given["geste"] == "ouvrir":
        spot = _spot(ground_, given["ou"])
        new = reach.Place(id=f"+{spot.id}", name=spot.name, lon=spot.lon, lat=spot.lat, offers=frozenset({line}))
        return {"change": told_offer.told_change(gaps.opened(ground_, line, [new])), "where": spot.name, "spots": [spot]}
    communes = {code: code for code in set(ground_.areas.commune[ground_.zone_of >= 0].tolist())}
    names = {code: gazetteer().get(code).name for code in communes}
    centres = gaps.centres(names)
    if given["geste"] == "arrets":
        everywhere = [gaps.Spot(p.id, p.name, p.lon, p.lat) for p in ground_.places if p.is_precise]
        found = gaps.stops(ground_, given["points"] or [*everywhere, *centres], given["combien"])
    else:
        found = gaps.best(ground_, line, given["points"] or [*gaps.without(ground_, line), *centres], given["combien"])
    return {"proposal": told_offer.told_proposal(found), "spots": [each.spot for each in found.spots]}


def _spot(ground_: Ground, where: str) -> gaps.Spot:
    """Return the point of a choice: a place that stands there, or the middle of where a zone's people live."""
    kind, _, id = where.partition(":")
    if kind == "lieu":
        place = next(p for p in ground_.places if p.id == id)
        return gaps.Spot(place.id, place.name, place.lon, place.lat)
    position = next(i for i, zone in enumerate(ground_.zones) if zone.code == id)
    return gaps.Spot(id, ground_.zones[position].name, *gaps.middle(ground_, ground_.zone_of == position))


def marked(svg: str, ground_: Ground, spots: list[gaps.Spot]) -> str:
    """Return a map of the gaps with these spots marked."""
    return atlas.marked(svg, ground_, spots)


def census_told(study: Study, *, on: date) -> Json:
    """Return the places of a territory in figures, as the directory says them today."""
    iris = frames.sources().rp2021
    at = request_of(study).zoning.rows
    codes, groups = group(iris["commune"][at])
    people = dict(zip(codes.tolist(), total_by(groups, iris["pop"][at]).astype(int).tolist(), strict=True))
    names = {code: gazetteer().get(code).name for code in people}
    return census.told(studied.rows(people), inhabitants=people, names=names, on=on)
