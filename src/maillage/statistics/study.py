"""A study of a territory: everything computed about it, before anything is written or drawn."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from maillage.kernel import cores
from maillage.kernel.estimate import Withheld
from maillage.kernel.table import Table
from maillage.reference.definitions import offered as usual_definitions
from maillage.statistics.diagnosis import compare
from maillage.statistics.diagnosis import published as published_study
from maillage.statistics.diagnosis.compare import NeedByDefinition
from maillage.statistics.diagnosis.diagnosis import diagnose
from maillage.statistics.diagnosis.published import PublishedComparison
from maillage.statistics.diagnosis.request import Request, model_of
from maillage.statistics.diagnosis.results import Diagnosis, ZoneResult
from maillage.statistics.need import population as frames
from maillage.statistics.need.model import ModelByDefinition
from maillage.statistics.offer import census as offer_study
from maillage.statistics.offer.census import Census, Offered
from maillage.statistics.zones.zoning import by

Progress = Callable[[str, float], None]
MOST_KNITTED = 1_500  # areas over which a stitch would be larger than a quarter
MOST_BESIDE = 5_000  # areas over which a second process would hold too many draws for a small computer


@dataclass(frozen=True, slots=True)
class Study:
    """A diagnosis and everything that accompanies it.

    offered: the offer set against the need, None without a census of places or when the territory is too
    large to walk. by_definition: the same territory under each usual definition. published: what others
    published of it, beside ours. drawn: the diagnosis that maps draw: this one, or the territory by commune
    when its zones have no contour; None when neither can be drawn. quarters: the same people by IRIS, where
    a file groups these into zones: what is knitted, never read; None when the zones are the grain.
    """

    diagnosis: Diagnosis
    offered: Offered | None
    by_definition: tuple[NeedByDefinition, ...]
    published: tuple[PublishedComparison, ...]
    drawn: Diagnosis | None
    quarters: Diagnosis | None = None


def study(
    request: Request, progress: Progress = lambda step, share: None, *, census: Census | None = None
) -> Study:
    """Return the study of a request. progress(step, share from 0 to 1) may raise Cancelled.

    census: the places in and around the territory, None when there is no census of them. The model of need is
    built once; later steps draw from it, and share those of other definitions. These are drawn beside the
    rest where the computer can.
    """
    progress("Lecture du recensement", 0.0)
    models = ModelByDefinition(model_of(request))
    usual = usual_definitions()
    other_definitions = [one for one in usual if one.id != request.definition.id]
    rows = request.zoning.rows
    side = partial(compare.definitions, other_definitions, rows, models=models, inside=request.inside)
    with cores.aside(side, may_pay=len(rows) < MOST_BESIDE) as drawn:
        d = diagnose(request, lambda step, share: progress(step, 0.1 + 0.6 * share), model=models.own)
        progress("L’offre face au besoin", 0.71)
        offer_result = (
            offer_study.offered(request, d, census) if census is not None and census.places else None
        )
        progress("Chiffres publiés", 0.8)
        published = () if isinstance(d.need, Withheld) else published_study.comparisons(d, models)
        progress("Définitions côte à côte", 0.85)
        # What is counted here has one figure: that of the diagnosis, which a survey may have moved.
        own = NeedByDefinition(request.definition, d.need, d.rate)
        result_of = {one.definition.id: one for one in (own, *drawn())}
    by_definition = tuple(result_of[one.id] for one in usual)
    progress("Cartes", 0.98)
    return Study(d, offer_result, by_definition, published, _drawable(d), _quarters(d))


def _drawable(d: Diagnosis) -> Diagnosis | None:
    """Return a diagnosis whose zones have contours: this one, or the territory by commune; None when neither
    can be drawn.
    """
    if d.is_drawable:
        return d
    iris = frames.sources().rp2021
    rows = np.sort(np.concatenate([r.zone.rows for r in d.zones]))
    if d.request.zoning.kind != "iris":
        return None
    coarse = diagnose(replace(d.request, zoning=by("commune", rows, iris)), model=d.model)
    return _as_classed(coarse, d, iris) if coarse.is_drawable else None


def _as_classed(coarse: Diagnosis, d: Diagnosis, iris: Table) -> Diagnosis:
    """Return a territory by commune with the classes of its zones, so that a map says what the table says; a
    commune of several zones has no class of its own, but for one that is the whole territory.
    """
    if len(coarse.zones) == 1:
        return coarse
    by_commune: dict[str, list[ZoneResult]] = {}
    for r in d.zones:
        by_commune.setdefault(str(iris["commune"][r.zone.rows[0]]), []).append(r)
    zones = tuple(
        replace(by_commune[r.zone.code][0], zone=r.zone)
        if len(by_commune[r.zone.code]) == 1
        else replace(
            r,
            digital_class=None,
            social_class=None,
            social_odds=(),
            cell=None,
            firmness=None,
            odds=(),
            cell_odds=None,
            is_cut=True,
        )
        for r in coarse.zones
    )
    return replace(coarse, zones=zones, rate_bounds=d.rate_bounds, cell_spreads=d.cell_spreads)


def _quarters(d: Diagnosis) -> Diagnosis | None:
    """Return the diagnosis by IRIS of zones that group some; None when none does, or when they are many."""
    rows = d.request.zoning.rows
    if d.request.zoning.kind != "file" or len(rows) == len(d.zones) or len(rows) > MOST_KNITTED:
        return None
    fine = diagnose(replace(d.request, zoning=by("iris", rows, frames.sources().rp2021)), model=d.model)
    return fine if fine.is_drawable else None
