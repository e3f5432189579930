"""Rates published for a territory, compared with our rate under the same definition."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.estimate import Estimate, Figure, from_draws
from maillage.reference.definitions import definition
from maillage.reference.parameters import number
from maillage.reference.published_rates import PublishedRate
from maillage.sources import published_rates
from maillage.statistics.diagnosis.figures import METHOD
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.engine.logit import logit
from maillage.statistics.need import population as frames
from maillage.statistics.need.model import Model, ModelByDefinition
from maillage.statistics.zones.territories import gazetteer, rows_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedComparison:
    """A published rate and ours. place: what it is of; is_here: the very territory of the study, and not
    one that holds it. estimated: percent under the same definition, None when none of ours asks the same
    question.
    """

    published: PublishedRate
    place: str
    is_here: bool
    estimated: Figure | None

    @property
    def contradicts(self) -> bool:
        """True if the published rate, rounding included, is out of our interval."""
        return isinstance(self.estimated, Estimate) and not (
            self.published.low <= self.estimated.high and self.estimated.low <= self.published.high
        )

    @property
    def is_above(self) -> bool:
        """True if the published rate is the higher one."""
        return isinstance(self.estimated, Estimate) and self.published.rate > self.estimated.value


def comparisons(d: Diagnosis, models: ModelByDefinition) -> tuple[PublishedComparison, ...]:
    """Return the rates published for the territory, then for the larger territories that contain it when one
    of those rates contradicts ours or another: a disputed rate there is a doubt here.

    models: by definition, that of the study among them.
    """
    t, known = d.request.territory, published_rates.by_place()
    out: list[PublishedComparison] = []
    for code, name in ((t.code, t.name), *t.within):
        is_here = code == t.code and _is_whole(d)
        published_definitions = {rate.definition for rate in known.get(code, ()) if rate.definition}
        under = {each: models.under(definition(each)) for each in sorted(published_definitions)}
        rates = known.get(code, ())
        if not is_here and all(_is_near(under[rate.definition], rate) for rate in rates if rate.definition):
            continue
        comparisons = [
            PublishedComparison(
                published=rate,
                place=name,
                is_here=is_here,
                estimated=_own_rate(d, under[rate.definition], rate, is_here=is_here)
                if rate.definition
                else None,
            )
            for rate in rates
        ]
        if is_here or are_disputed(rates) or any(each.contradicts for each in comparisons):
            out += comparisons
    return tuple(out)


def are_disputed(rates: Sequence[PublishedRate]) -> bool:
    """Compare the rates published of one place: True when two contradict each other, rounding included."""
    return len(rates) > 1 and max(rate.low for rate in rates) > min(rate.high for rate in rates)


def _is_whole(d: Diagnosis) -> bool:
    """Return True for a study of its complete territory: no zones drawn by hand, no filter."""
    return d.request.zoning.kind != "file" and d.request.inside is None


def _is_near(m: Model, rate: PublishedRate) -> bool:
    """Return True for a published rate within half the spread between régions of our central rate: it is then
    in our interval, and a large région need not be drawn to know it.

    Half: the interval of a région, 0.09 each side on the logit at its narrowest, is under one spread since
    rates published elsewhere enter it.
    """
    rows = _rows(rate)
    counts = m.outcomes["need"].counts[rows].sum(axis=0, dtype=np.float64)
    centre = float(counts @ m.outcomes["need"].centre) / max(float(counts.sum()), 1.0)
    gap = logit(np.array([rate.rate / 100, centre]))
    return bool(abs(gap[0] - gap[1]) < number("spreads/region") / 2)


def _rows(rate: PublishedRate) -> NDArray[np.int64]:
    return rows_of(gazetteer().get(rate.place), frames.sources().rp2021)


def _own_rate(d: Diagnosis, m: Model, rate: PublishedRate, *, is_here: bool) -> Figure:
    """Return our own rate (percent) of the place of a published one, under the definition it asks about."""
    chosen = m.definition
    if is_here and chosen == d.request.definition:
        return d.rate
    rows = _rows(rate)
    draws = m.draws(rows, names=("need",))["need"].sum(axis=0, dtype=np.float64)
    return from_draws(
        100 * draws / max(float(m.country.frame.universe[rows].sum()), 1.0),
        unit="pourcent",
        universe=chosen.universe,
        n=chosen.n,
        method=METHOD,
        sources=(chosen.id,),
    )
