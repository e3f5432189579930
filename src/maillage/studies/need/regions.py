"""What sets régions apart once their residents are known: the law of their effects, from published rates and
a survey's zones.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.engine import evidence as engine
from maillage.engine.chance import even_normals, generator
from maillage.engine.logit import expit, logit
from maillage.kernel.errors import Refused
from maillage.reference.parameters import bounds, number
from maillage.reference.regional import Evidence, RegionalRate

Floats = NDArray[np.float64]
Z90 = 1.645
CONTRADICTION = 0.5  # logit, between what published rates leave to other régions and what residents imply


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured of régions, on the logit, beside what their residents imply.

    rates: (régions,) published minus computed, nan where nothing is published; rate_error: (régions,) its
    standard deviation. contested: (régions,) whether two sources contradict each other. zones: (zones,) the
    same from a survey, with its error; shares: (zones, régions) how much of a zone each région makes; parts:
    (zones, régions) how much of a région each zone makes. weights: (régions,) share of the mainland's
    sensitivity, zero overseas.
    """

    rates: Floats
    rate_error: Floats
    contested: NDArray[np.bool_]
    zones: Floats
    zone_error: Floats
    shares: Floats
    parts: Floats
    weights: Floats


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

    The national total is known apart, so effects weigh nothing together; published rates share one unknown
    level, the survey's zones another. A contested région goes from one source to the other.
    """
    k, mainland = len(m.rates), m.weights > 0
    free = mainland & ~m.contested
    published = np.flatnonzero(free & ~np.isnan(m.rates))
    count, n_zones = len(published), len(m.zones)
    design = np.zeros((count + n_zones + 1, k + 2))
    design[np.arange(count), published] = design[:count, k] = 1
    design[count : count + n_zones, :k] = m.shares
    design[count : count + n_zones, k + 1] = 1
    design[-1, :k] = m.weights
    survey = np.hypot(m.zone_error, number("spreads/region_survey"))
    error = np.concatenate((m.rate_error[published], survey, [1e-3]))
    seen = np.concatenate((m.rates[published], m.zones, [0.0]))
    variance = np.full(k + 2, max(spread, 1e-6) ** 2)
    # The zones of a survey have a mean of their own, of which nothing is asked.
    variance[k:] = number("spreads/region_level") ** 2, 1.0
    variance[:k][~free] = 1e-12
    mean, covariance = engine.posterior(variance, design, seen, error)
    zone_level, level = mean[k + 1], mean[k]
    told = m.parts.sum(axis=0) > 0.5
    by_zone = np.where(told, (m.zones - zone_level) @ m.parts, np.nan)
    apart = np.sqrt(m.rate_error**2 + (survey**2) @ m.parts**2)
    widened = np.where(free, engine.disagreement(m.rates - level, by_zone, apart), 1.0)
    mean, covariance = mean[:k], covariance[:k, :k] * np.outer(widened, widened)
    contested = m.contested & mainland
    mean = np.where(contested, m.rates, np.where(free, mean, 0.0))
    covariance[contested] = covariance[:, contested] = 0.0
    covariance[contested, contested] = m.rate_error[contested] ** 2
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
    computed: Floats,
    people: Floats,
    sensitivity: Floats,
    mainland: NDArray[np.bool_],
    departements: NDArray[np.str_],
) -> Measures:
    """Return the measures of an evidence.

    names: (régions,) codes; computed: (régions,) rates that residents imply, 0 to 1; people: (régions,).
    sensitivity: (régions, départements) how many persons a logit moves. Raises Refused when the published
    rates contradict the national one.
    """
    _check(known, names, computed, people, mainland)
    k = len(names)
    rates, error, contested = np.full(k, np.nan), np.full(k, 1.0), np.zeros(k, dtype=bool)
    for rate in known.rates:
        for at in np.flatnonzero(names == rate.region):
            rates[at], error[at] = _measure(rate)
            rates[at] -= logit(computed[at])
            contested[at] = rate.contested
    inside = np.array([np.isin(departements, zone.departements) for zone in known.zones])
    by_zone = inside.reshape(len(known.zones), len(departements)).astype(np.float64) @ sensitivity.T
    weights = np.where(mainland, sensitivity.sum(axis=1), 0.0)
    return Measures(
        rates=rates,
        rate_error=error,
        contested=contested,
        zones=np.array([zone.effect for zone in known.zones]),
        zone_error=np.array([zone.error for zone in known.zones]),
        shares=by_zone / np.maximum(by_zone.sum(axis=1, keepdims=True), 1e-9),
        parts=by_zone / np.maximum(sensitivity.sum(axis=1), 1e-9),
        weights=weights / weights.sum(),
    )


def _measure(rate: RegionalRate) -> tuple[float, float]:
    """Return a published rate on the logit, and its standard deviation."""
    low, high = logit(rate.low), logit(rate.high)
    if rate.contested:  # nine times out of ten between the two sources
        return float(low + high) / 2, float(high - low) / (2 * Z90)
    return float(logit(rate.rate)), float(np.hypot((high - low) / 12**0.5, number("spreads/region_rate")))


def _check(
    known: Evidence, names: NDArray[np.str_], computed: Floats, people: Floats, mainland: NDArray[np.bool_]
) -> None:
    """Raise Refused when published rates leave to other régions what their residents cannot give."""
    rate = {each.region: each.rate for each in known.rates if not each.contested}
    found = np.array([rate.get(name, np.nan) for name in names.tolist()])
    published = mainland & ~np.isnan(found)
    total = float((computed * people)[mainland].sum())
    given = float((found * people)[published].sum())
    others = mainland & ~published
    base, remainder = float(people[others].sum()), total - given
    if base > 0:
        expected = float((computed * people)[others].sum()) / base
        share = float(np.clip(remainder / base, 1e-6, 1 - 1e-6))
        apart = abs(float(logit(share) - logit(expected)))
    else:
        everyone = float(people[mainland].sum())
        apart = abs(float(logit(given / everyone) - logit(total / everyone)))
    if apart > CONTRADICTION:
        raise Refused(
            f"Les taux régionaux de {known.year} contredisent le taux national : ils laisseraient aux autres"
            f" régions {_percent(remainder / base if base else given / people[mainland].sum())} de personnes"
            " en difficulté.",
            why="Les régions ensemble font le pays : un de ces taux vient d’une autre enquête.",
            do="Vérifiez l’année, le champ et la définition de chaque taux régional.",
        )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %".replace(".", ",").replace("-", "−")


def moved(p: Floats, shift: Floats | float) -> Floats:
    """Return rates moved on the logit."""
    return np.asarray(expit(logit(np.clip(p, 1e-9, 1 - 1e-9)) + shift))
