"""Weights of a made-up survey, beside `svy`, the fastest library that meets margins to 1e-8: same weights,
checked first.
"""

import importlib
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.timing import Measure, seconds
from maillage.statistics.engine import calibration
from maillage.statistics.engine.calibration import Method

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

SIZES = (5, 2, 6, 8, 4, 8)  # six margins, 33 categories
RESPONDENTS = (10_000, 1_000_000)
SAME = 1e-8
TIMES = 5
TRIAL = {"respondents": (600,), "times": 1}


def survey(n: int) -> tuple[list[Codes], list[Floats], Floats]:
    """Return the categories of n respondents, who over-represent some, known totals, and unequal initial
    weights.
    """
    chance = np.random.default_rng(7)
    codes, totals = [], []
    for size in SIZES:
        usual = chance.dirichlet(np.full(size, 8.0))
        codes.append(chance.choice(size, n, p=usual * 0.8 + 0.2 / size))
        totals.append(50_000_000 * usual)
    initial = chance.uniform(0.5, 2.0, n)
    return codes, totals, initial * (50_000_000 / initial.sum())


def peer(codes: list[Codes], totals: list[Floats], initial: Floats, method: Method) -> Callable[[], Floats]:
    """Return how `svy` finds the same weights, its table made ready as it asks."""
    import polars as pl

    svy: Any = importlib.import_module("svy")  # its types refuse what its own pages show
    names = [f"v{k}" for k in range(len(codes))]
    table = pl.DataFrame({"w": initial} | dict(zip(names, codes, strict=True)))

    def run_peer() -> Floats:
        sample = svy.Sample(table, svy.Design(wgt="w"))
        known = [dict(enumerate(total.tolist())) for total in totals]
        if method == "raking":
            done = sample.weighting.rake(
                controls=dict(zip(names, known, strict=True)), tol=1e-10, max_iter=1000, wgt_name="out"
            )
        else:
            terms = {svy.Cat(name): total_by_class for name, total_by_class in zip(names, known, strict=True)}
            done = sample.weighting.calibrate(controls=terms, wgt_name="out")
        return np.asarray(done.data["out"].to_numpy())

    return run_peer


def measures(*, respondents: Sequence[int] = RESPONDENTS, times: int = TIMES) -> Iterator[Measure]:
    """Yield the times of raking and of linear weights; AssertionError when the two do not give the same
    weights.
    """
    for n in respondents:
        codes, totals, initial = survey(n)
        for method, peer_name in (("raking", "svy.rake"), ("lineaire", "svy.calibrate")):
            run_peer = peer(codes, totals, initial, method)  # type: ignore[arg-type]  # one of the two that it compares

            def run_engine(method: str = method) -> calibration.Calibration:
                margins = calibration.margins(codes, totals)  # noqa: B023
                return calibration.calibrate(initial, margins, method=method)  # type: ignore[arg-type]  # noqa: B023

            engine_result, peer_weights = run_engine(), run_peer()
            largest_gap = float(np.abs(engine_result.weights / peer_weights - 1).max())
            if not engine_result.converged or largest_gap > SAME:
                raise AssertionError(
                    f"{peer_name} and the engine differ by {largest_gap:.1e}: they do not do the same work."
                )
            yield Measure(
                f"redressement ({method}) : {n} réponses × {len(SIZES)} marges",
                seconds(run_engine, times=times),
                f"{peer_name}, mêmes poids à {max(largest_gap, 1e-16):.0e} près",
                seconds(run_peer, times=times),
                f"{sum(SIZES)} classes, pire écart aux marges {engine_result.gap:.0e}",
            )
