"""Law of the effects that régions add to what their residents imply, from published rates and the zones of a
survey.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.reference.parameters import bounds, number
from maillage.reference.regional import Evidence, RegionalRate
from maillage.statistics.engine import evidence as engine
from maillage.statistics.engine import rates as rate_engine
from maillage.statistics.engine.chance import even_normals, generator
from maillage.statistics.engine.logit import expit, logit

Floats = NDArray[np.float64]
Z90 = 1.645
CONTRADICTION = 0.5  # logit, between what published rates leave to other régions and what residents imply


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures of régions beyond what their residents imply: effects on the logit of every cell.

    effects: (régions,) the effect under which the cells of a région add up to its published rate, nan where
    nothing is published; rounding: (régions,) its standard deviation, from what printing hides; modelling:
    (régions,) the same, from how the rate was made. contested: (régions,) whether two sources contradict
    each other. zones: (zones,) the effects of a survey's zones, with their error; shares: (zones, régions)
    how much of a zone each région makes; parts: (zones, régions) how much of a région each zone makes.
    weights: (régions,) share of the mainland's sensitivity, zero overseas.
    """

    effects: Floats
    rounding: Floats
    modelling: Floats
    contested: NDArray[np.bool_]
    zones: Floats
    zone_error: Floats
    shares: Floats
    parts: Floats
    weights: Floats

    @property
    def effect_error(self) -> Floats:
        """(régions,) the standard deviation of an effect, whatever its source."""
        return np.hypot(self.rounding, self.modelling)


@dataclass(frozen=True, slots=True)
class Law:
    """The normal law of regional effects in the year of the evidence, and how wide they were before.

    mean: (régions,); root: (régions, régions), root @ root.T is the covariance; spread: standard deviation
    of an effect of which nothing is known; widened: (régions,) by how much the disagreement of two sources
    widens it, 1 when they agree.
    """

    mean: Floats
    root: Floats
    spread: float
    widened: Floats

    def draws(self, seed: int, n: int, *, carried: bool) -> Floats:
        """Return (régions, n) effects. carried: to another year or definition than that of the evidence, with
        a correlation that is itself drawn.
        """
        k = len(self.mean)
        effect = self.mean[:, None] + self.root @ even_normals(seed, "region", k, n)
        if not carried:
            return np.asarray(effect)
        link = generator(seed, "region/carry").uniform(*bounds("spreads/carry"), n)
        fresh = self.spread * even_normals(seed, "region/new", k, n)
        return np.asarray(link * effect + np.sqrt(1 - link**2) * fresh)


def law(m: Measures, spread: float) -> Law:
    """Return the law of regional effects: none overseas, whose rates carry theirs.

    A published rate is believed up to its rounding: only the others start from `spread`. The national total
    is known apart, so effects weigh nothing together. A contested région goes from one source to the other.
    """
    k, mainland = len(m.effects), m.weights > 0
    free = mainland & ~m.contested
    published = np.flatnonzero(free & ~np.isnan(m.effects))
    count, n_zones = len(published), len(m.zones)
    design = np.zeros((count + n_zones + 1, k + 1))
    design[np.arange(count), published] = 1
    design[count : count + n_zones, :k] = m.shares
    design[count : count + n_zones, k] = 1
    design[-1, :k] = m.weights
    survey = np.hypot(m.zone_error, number("spreads/region_survey"))
    error = np.concatenate((m.rounding[published], survey, [1e-3]))
    observed = np.concatenate((m.effects[published], m.zones, [0.0]))
    variance = np.full(k + 1, max(spread, 1e-6) ** 2)
    variance[published] = 1.0
    variance[:k][~free] = 1e-12
    variance[k] = 1.0  # the zones of a survey have a mean of their own, of which nothing is asked
    mean, covariance = engine.posterior(variance, design, observed, error)
    covered = m.parts.sum(axis=0) > 0.5
    by_zone = np.where(covered, (m.zones - mean[k]) @ m.parts, np.nan)
    between = np.sqrt(m.effect_error**2 + (survey**2) @ m.parts**2)
    widened = np.where(free, engine.disagreement(m.effects, by_zone, between), 1.0)
    mean, covariance = mean[:k], covariance[:k, :k]
    # How a rate was made moves no centre: it widens.
    covariance[published, published] += m.modelling[published] ** 2
    covariance *= np.outer(widened, widened)
    contested = m.contested & mainland
    mean = np.where(contested, m.effects, np.where(free, mean, 0.0))
    covariance[contested] = covariance[:, contested] = 0.0
    covariance[contested, contested] = m.effect_error[contested] ** 2
    covariance[~mainland] = covariance[:, ~mainland] = 0.0
    values, vectors = np.linalg.eigh(covariance)
    return Law(
        mean=np.where(mainland, mean, 0.0),
        root=vectors * np.sqrt(np.maximum(values, 0.0)),
        spread=spread,
        widened=widened,
    )


def measures(
    known: Evidence,
    names: NDArray[np.str_],
    departements: NDArray[np.str_],
    region_of: NDArray[np.int64],
    cells: Floats,
    rates: Floats,
    mainland: NDArray[np.bool_],
) -> Measures:
    """Return the measures of an evidence.

    names: (régions,) and departements: (départements,) codes; region_of: (départements,) the position of
    each one's région. cells: (départements, cells) persons; rates: (cells,) those that residents imply,
    strictly between 0 and 1. mainland: (régions,). Raises Refused when the published rates contradict the
    national one.
    """
    k = len(names)
    people = np.array([cells[region_of == at].sum(axis=0) for at in range(k)])
    residents = people.sum(axis=1)
    _check(known, names, people @ rates / residents, residents, mainland)
    effects, rounding, modelling = np.full(k, np.nan), np.ones(k), np.zeros(k)
    contested = np.zeros(k, dtype=bool)
    for rate in known.rates:
        for at in np.flatnonzero(names == rate.region):
            effects[at], rounding[at], modelling[at] = measured(rate, people[at], rates)
            contested[at] = rate.contested
    sensitivity = np.zeros((k, len(departements)))
    sensitivity[region_of, np.arange(len(departements))] = cells @ (rates * (1 - rates))
    inside = np.array([np.isin(departements, zone.departements) for zone in known.zones])
    by_zone = inside.reshape(len(known.zones), len(departements)).astype(np.float64) @ sensitivity.T
    weights = np.where(mainland, sensitivity.sum(axis=1), 0.0)
    return Measures(
        effects=effects,
        rounding=rounding,
        modelling=modelling,
        contested=contested,
        zones=np.array([zone.effect for zone in known.zones]),
        zone_error=np.array([zone.error for zone in known.zones]),
        shares=by_zone / np.maximum(by_zone.sum(axis=1, keepdims=True), 1e-9),
        parts=by_zone / np.maximum(sensitivity.sum(axis=1), 1e-9),
        weights=weights / weights.sum(),
    )


def measured(rate: RegionalRate, people: Floats, rates: Floats) -> tuple[float, float, float]:
    """Return the effect on every cell that gives a published rate back, then its standard deviations: from
    rounding, and from how the rate was made.

    people, rates: those of the région, by cell. A région moves less than its cells: an effect read on its own
    rate would fall short of it.
    """
    low, middle, high = (
        rate_engine.constant(people, rates, each) for each in (rate.low, rate.rate, rate.high)
    )
    if rate.contested:  # nine times out of ten between the two sources
        return (low + high) / 2, (high - low) / (2 * Z90), 0.0
    stretch = (high - low) / float(logit(rate.high) - logit(rate.low))
    return middle, (high - low) / 12**0.5, stretch * number("spreads/region_rate")


def _check(
    known: Evidence, names: NDArray[np.str_], computed: Floats, people: Floats, mainland: NDArray[np.bool_]
) -> None:
    """Raise Refused when published rates leave to other régions what their residents cannot give."""
    rate_by_region = {rate.region: rate.rate for rate in known.rates if not rate.contested}
    rates = np.array([rate_by_region.get(name, np.nan) for name in names.tolist()])
    published = mainland & ~np.isnan(rates)
    total = float((computed * people)[mainland].sum())
    concerned = float((rates * people)[published].sum())
    unpublished = mainland & ~published
    base, remainder = float(people[unpublished].sum()), total - concerned
    if base > 0:
        expected = float((computed * people)[unpublished].sum()) / base
        share = float(np.clip(remainder / base, 1e-6, 1 - 1e-6))
        gap = abs(float(logit(share) - logit(expected)))
    else:
        everyone = float(people[mainland].sum())
        gap = abs(float(logit(concerned / everyone) - logit(total / everyone)))
    if gap > CONTRADICTION:
        implied = remainder / base if base else concerned / float(people[mainland].sum())
        raise Refused(
            f"Les taux régionaux de {known.year} contredisent le taux national : ils laisseraient aux autres"
            f" régions {_percent(implied)} de personnes"
            " en difficulté.",
            why="Les régions ensemble font le pays : un de ces taux vient d’une autre enquête.",
            do="Vérifiez l’année, le champ et la définition de chaque taux régional.",
        )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",").replace("-", "−")


def moved(p: Floats, shift: Floats | float) -> Floats:
    """Return rates moved on the logit."""
    return np.asarray(expit(logit(np.clip(p, 1e-9, 1 - 1e-9)) + shift))
