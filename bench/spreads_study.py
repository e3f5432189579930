"""Spreads of places, once their residents are counted: variance components, by restricted maximum
likelihood, of every published local rate of 2019 and of the survey's zones.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize

from bench.trials_study import REGION, Ground, epci_table, retained
from maillage.statistics.engine import rates as rate_engine
from maillage.statistics.engine import synthetic
from maillage.statistics.need import neighbours

Floats = NDArray[np.float64]
LOCAL = Path(__file__).with_name("local_rates_2019.csv")
DROP = 1.353  # log-likelihood lost at the ends of a 90 % interval
NARROWEST, WIDEST = 1e-4, 1.0  # standard deviations between which an interval is sought
Interval = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Effects:
    """Effects of places beyond their residents, read in published rates, on the logit of every cell.

    effect, error: (rates,), the error that of printing; region, departement, epci: codes, a name of its own
    where the rate is of a larger place; km: (rates, 2), nan for what is no EPCI.
    """

    effect: Floats
    error: Floats
    region: NDArray[np.str_]
    departement: NDArray[np.str_]
    epci: NDArray[np.str_]
    km: Floats

    def take(self, rows: NDArray[np.bool_]) -> "Effects":
        return Effects(*(getattr(self, name)[rows] for name in self.__slots__))


def published(on: Ground) -> Effects:
    """Return the effects of every published local rate: those of the table of Hauts-de-France, and of the
    press that read Insee's studies. Those of régions serve apart.
    """
    place, frame = on.place, on.place.frame
    no_effect = np.zeros(len(place.region_names))
    rates = on.rates_by_departement(retained(on), no_effect)[~on.overseas][0].ravel()
    middles = neighbours.middles(frame, place.epci_of, place.n_epci)
    rows = []
    for level, code, *printed in _rates():
        inside = (frame.departement if level == "departement" else frame.epci) == code
        if level == "hdf":
            inside &= frame.region == REGION
        people = synthetic.add_by(place.homes[inside], place.rural[inside].astype(np.int64), 2).ravel()
        middle, low, high = (rate_engine.constant(people, rates, rate / 100) for rate in printed)
        first = int(np.flatnonzero(inside)[0])
        is_epci = level != "departement"
        km = middles[place.epci_of[first]] if is_epci else np.full(2, np.nan)
        names = frame.region[first], frame.departement[first], code if is_epci else f"D{code}"
        rows.append((middle, (high - low) / 12**0.5, *names, km))
    return Effects(*(np.array(column) for column in zip(*rows, strict=True)))


def _rates() -> Iterator[tuple[str, str, float, float, float]]:
    """Yield level, code, then rate, low and high in percent."""
    for code, rate in zip(*epci_table(), strict=True):
        yield "hdf", code, 100 * rate, 100 * rate - 0.05, 100 * rate + 0.05
    for row in csv.DictReader(LOCAL.read_text("utf-8").splitlines()):
        yield row["level"], row["code"], float(row["rate"]), float(row["low"]), float(row["high"])


def same(names: NDArray[np.str_]) -> Floats:
    """Return (rates, rates) one where two rates share a name."""
    return np.asarray(names[:, None] == names, dtype=np.float64)


def near(km: Floats, reach: float) -> Floats:
    """Return (rates, rates) how alike two EPCI are, a distance apart in kilometres."""
    return np.asarray(np.exp(-np.hypot(*(km[:, None] - km).transpose(2, 0, 1)) / reach))


def components(effect: Floats, error: Floats, shared: list[Floats]) -> list[Interval]:
    """Return the standard deviation of each component, and its 90 % interval by profile of the restricted
    likelihood, a common mean being of no interest.

    effect, error: (rates,); shared: for each component, (rates, rates) what two rates share of it.
    """
    ones = np.ones((len(effect), 1))

    def loss(widths: Floats) -> float:
        variance = np.diag(error**2 + 1e-9) + sum(
            w**2 * matrix for w, matrix in zip(widths, shared, strict=True)
        )
        root = np.linalg.cholesky(variance)
        x, y = np.linalg.solve(root, ones)[:, 0], np.linalg.solve(root, effect)
        rest = y - x * (x @ y) / (x @ x)
        return float(np.log(np.diag(root)).sum() + 0.5 * np.log(x @ x) + 0.5 * rest @ rest)

    def least(fixed: dict[int, float]) -> tuple[float, Floats]:
        free = [k for k in range(len(shared)) if k not in fixed]

        def at(logs: Floats) -> Floats:
            widths = np.empty(len(shared))
            widths[free] = np.exp(logs)
            widths[list(fixed)] = list(fixed.values())
            return widths

        if not free:
            return loss(at(np.empty(0))), at(np.empty(0))
        solution = minimize(lambda logs: loss(at(logs)), np.full(len(free), -2.5), method="Nelder-Mead")
        return float(solution.fun), at(solution.x)

    best, widths = least({})

    def bound(k: int, inside: float, outside: float) -> float:
        """Return where the profile of component `k` loses `DROP` between two widths."""

        def lost(width: float) -> float:
            return least({k: width})[0] - best - DROP

        return outside if lost(outside) < 0 else float(brentq(lost, inside, outside, xtol=5e-4))

    return [
        (width, bound(k, width, NARROWEST), bound(k, width, WIDEST))
        for k, width in enumerate(widths.tolist())
    ]


def estimates(on: Ground) -> dict[str, tuple[int, Interval]]:
    """Return, by what is measured, on how many rates, and its standard deviation with its interval."""
    rates = published(on)
    hdf = rates.take(rates.region == REGION)
    elsewhere_rates = rates.take(rates.region != REGION)
    zones, error = on.zone_effects(retained(on))
    regions = on.measures
    rated = ~np.isnan(regions.effects) & ~regions.contested
    direct, few = (components(z, e, [np.eye(len(z))]) for z, e in ((zones, error), (zones[1:], error[1:])))
    printed = components(regions.effects[rated], regions.rounding[rated], [np.eye(int(rated.sum()))])
    of_hdf = components(hdf.effect, hdf.error, [same(hdf.departement), same(hdf.epci), near(hdf.km, 30)])
    elsewhere = components(
        elsewhere_rates.effect,
        elsewhere_rates.error,
        [same(elsewhere_rates.region), same(elsewhere_rates.departement), same(elsewhere_rates.epci)],
    )
    return {
        "zones de l’enquête directe": (len(zones), direct[0]),
        "les mêmes, sans la région parisienne": (len(zones) - 1, few[0]),
        "régions, taux publiés": (int(rated.sum()), printed[0]),
        "départements des Hauts-de-France": (len(hdf.effect), of_hdf[0]),
        "régions ailleurs, taux locaux publiés": (len(elsewhere_rates.effect), elsewhere[0]),
        "départements ailleurs": (len(elsewhere_rates.effect), elsewhere[1]),
        "intercommunalités des Hauts-de-France": (len(hdf.effect), of_hdf[1]),
        "intercommunalités ailleurs": (len(elsewhere_rates.effect), elsewhere[2]),
        "intercommunalités voisines (30 km), Hauts-de-France": (len(hdf.effect), of_hdf[2]),
    }
