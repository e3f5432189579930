"""The national estimate: every IRIS of RP2021 with 500 draws, beside a loop that takes areas one by one."""

import hashlib
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bench.timing import Measure, seconds
from maillage.engine.chance import generator
from maillage.engine.logit import expit
from maillage.reference.definitions import DEFAULT, definition
from maillage.studies.need import model as need_model
from maillage.studies.need import national
from maillage.studies.need.model import Model

SAMPLE = 1_500
LEAST = 1e-4  # s: below, two readings of a clock say nothing of what differs between them
TRIAL = {"areas": 2_000, "sample_size": 40, "times": 1, "inside": "38151"}


def one_by_one(m: Model, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return (rows, 3) value, low and high of each area, computed as one would for a single area, in a loop.

    The same work: expected persons of 500 readings of the rates, shared and own effects, bent scale, mean and
        centiles.
    """
    outcome, frame = m.outcomes["need"], m.country.frame
    rates, rural = outcome.rates.astype(np.float64), outcome.rural.astype(np.float64)
    out = np.empty((len(rows), 3))
    for k, row in enumerate(rows.tolist()):
        chance = generator(m.seed, "one by one", row)
        counts = outcome.counts[row].astype(np.float64)
        size = counts.sum()
        noise = m.noise("need", np.array([row]))
        free, tied = float(noise.free[0]), float(noise.tied[0])
        at = np.array([row])
        moves = m.places.moves(m.country, at)[0] - outcome.recentre
        moves = moves + free * chance.standard_normal(m.n_draws) + tied * chance.standard_normal(m.n_draws)
        expected = (rural if m.country.rural[row] else rates) @ counts
        r = np.clip(expected / max(size, 1.0), 1e-6, 1 - 1e-6)
        variance = float(m.places.variance(m.country, at)[0]) + free**2 + tied**2
        response = float(noise.response[0])
        x = np.log(r / (1 - r)) + response * moves - 0.5 * response**2 * variance * (1 - 2 * r)
        people = expit(x) * size
        out[k] = people.mean(), *np.percentile(people, (5, 95))
    assert len(frame) == len(outcome.counts)
    return out


def measures(
    *, areas: int | None = None, sample_size: int = SAMPLE, times: int = 3, inside: str = ""
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
    peer_need = one_by_one(m, sample)[:, 0]
    gap = abs(peer_need.sum() / engine_need.sum() - 1)
    if gap > 0.01:
        raise AssertionError(f"the loop and the engine differ by {gap:.1%}: they do not do the same work.")

    total_seconds = seconds(lambda: national.estimate("iris", chosen, rows=rows), times=times)
    loop = seconds(lambda: one_by_one(m, sample)) * len(everything) / sample_size
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
            f"boucle honnête sur les zones ({sample_size} zones, temps mis à l’échelle)",
            loop,
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
            "boucle honnête sur les zones, sans lire les données",
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
        work = [sys.executable, "-m", "maillage.cli.main", *words]
        elapsed = seconds(lambda: subprocess.run(work, env=environment, check=True, capture_output=True))
    return elapsed, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
