"""The national estimate: every IRIS of RP2021 with 500 draws, beside a loop that takes areas one by one."""

import hashlib
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench import frozen_loop
from bench.frozen_loop import Inputs
from bench.timing import Measure, seconds
from maillage.reference.definitions import DEFAULT, definition
from maillage.reference.parameters import number
from maillage.statistics.engine.chance import normals
from maillage.statistics.need import model as need_model
from maillage.statistics.need import national
from maillage.statistics.need.model import Model

SAMPLE, TIMES = 1_500, 5
LEAST = 1e-4  # s: below, two readings of a clock say nothing of what differs between them
TRIAL = {"areas": 2_000, "sample_size": 40, "times": 1, "inside": "38151"}


def inputs(m: Model) -> Inputs:
    """Return the arrays of a model that the frozen loop reads."""
    outcome, place, frame = m.outcomes["need"], m.country, m.country.frame
    everything = np.arange(len(frame))
    return Inputs(
        counts=outcome.counts,
        centre=outcome.centre,
        rates=outcome.rates.astype(np.float64),
        rural=outcome.rural.astype(np.float64),
        is_below=np.resize(need_model.IS_BELOW_BAC, len(outcome.centre)),
        doubt=frame.diploma_doubt,
        sampled=frame.sampled,
        alone=place.alone,
        is_rural=place.rural,
        region=m.places.region,
        departement=m.places.departement,
        epci=m.places.epci,
        region_of=place.region_of,
        departement_of=place.departement_of,
        epci_of=place.epci_of,
        variances=m.places.variance(place, everything),
        recentre=outcome.recentre.astype(np.float64),
        effect=number("spreads/diploma_effect"),
        design=number("spreads/census_design"),
        area=m.spreads.area,
    )


def chance_alone(m: Model, rows: NDArray[np.int64]) -> None:
    """Draw the numbers that an estimate draws for each area, and do nothing of them: what no code of ours can
    go below while their bytes are promised.
    """
    place = m.country
    for block in range(len(place.blocks) - 1):
        start, end = place.blocks[block], place.blocks[block + 1]
        if start > rows[-1]:
            return
        normals(m.seed, "area", block, (end - start, m.n_draws))
        split = np.flatnonzero(~place.alone[start:end])
        normals(m.seed, "commune", block, (split.max(initial=-1) + 1, m.n_draws))


def measures(
    *, areas: int | None = None, sample_size: int = SAMPLE, times: int = TIMES, inside: str = ""
) -> list[Measure]:
    """Return the national measures; the loop's answer is checked against ours before it is timed.

    areas: how many to estimate, all by default. inside: the code that the command is given, all of France by
        default.
    """
    chosen = definition(DEFAULT)
    place = need_model.country()
    m = need_model.model(chosen, place=place)
    everything = np.arange(len(place.frame))[:areas]
    rows = None if areas is None else everything
    mainland = np.flatnonzero(~place.frame.overseas)
    sample = np.random.default_rng(1).choice(mainland, sample_size, replace=False)
    engine_need = m.draws(sample)["need"].mean(axis=1, dtype=np.float64)
    arrays = inputs(m)
    peer_need = frozen_loop.loop(arrays, sample)[:, 0]
    gap = abs(peer_need.sum() / engine_need.sum() - 1)
    if gap > 0.01:
        raise AssertionError(f"the loop and the engine differ by {gap:.1%}: they do not do the same work.")

    scale = len(everything) / sample_size
    totals, loops, draws = (list[float]() for _ in range(3))
    for _ in range(times):  # in turn: what else runs weighs on each
        totals.append(seconds(lambda: national.estimate("iris", chosen, rows=rows)))
        loops.append(seconds(lambda: frozen_loop.loop(arrays, sample)) * scale)
        draws.append(seconds(lambda: chance_alone(m, everything)))
    total_seconds, loop, limit = (statistics.median(each) for each in (totals, loops, draws))
    ratios = sorted(long / short for long, short in zip(loops, totals, strict=True))
    quarter_rows = everything[: len(everything) // 4]
    quarter = seconds(lambda: national.estimate("iris", chosen, rows=quarter_rows), times=times)
    fixed = seconds(lambda: need_model.model(chosen, place=place), times=times)
    digests = {
        workers: hashlib.sha256(
            national.estimate("iris", chosen, rows=rows, workers=workers)["low"].tobytes()
        ).hexdigest()
        for workers in (1, 2, 4)
    }
    if len(set(digests.values())) > 1:
        raise AssertionError("the number of threads changes the bytes.")
    single = seconds(lambda: national.estimate("iris", chosen, rows=rows, workers=1))
    command, peak = _command(inside)
    n = len(everything)
    return [
        Measure(
            f"estimation de {n} IRIS, 500 tirages",
            total_seconds,
            f"boucle figée sur les zones ({sample_size} zones, temps mis à l’échelle)",
            loop,
            f"{n} zones ; de {ratios[0]:.1f} à {ratios[-1]:.1f} fois en {times} lectures",
        ),
        Measure(
            "les nombres au hasard de cette estimation, seuls, par un fil",
            limit,
            "l’estimation entière",
            total_seconds,
            f"{n} zones",
        ),
        Measure(
            "croissance : tous les IRIS, taux compris une fois",
            max(total_seconds - fixed, LEAST),
            "quatre fois le temps d’un quart des IRIS",
            4 * max(quarter - fixed, LEAST),
            f"{n} zones contre {len(quarter_rows)}",
        ),
        Measure("deux fils, mêmes octets", total_seconds, "un seul fil", single, f"{n} zones"),
        Measure(
            "maillage estimer --niveau iris, commande entière",
            command,
            "boucle figée sur les zones, sans lire les données",
            loop,
            f"{peak / 1e6:.2f} Gio au plus",
        ),
    ]


def _command(inside: str) -> tuple[float, int]:
    """Return the time of the whole command, data read and file written, and its peak memory in kibibytes."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "MAILLAGE_HOME": folder}
        words = ["estimer", "--niveau", "iris", "--sortie", str(Path(folder) / "iris.csv")]
        words += ["--dans", inside] if inside else []
        work = [sys.executable, "-m", "maillage.manage.main", *words]
        elapsed = seconds(lambda: subprocess.run(work, env=environment, check=True, capture_output=True))
    return elapsed, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
