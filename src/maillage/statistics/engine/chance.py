"""Seeded randomness: the same numbers whatever the order of areas, the subset requested or the threads."""

import hashlib
from functools import cache
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

BLOCK = 256  # areas drawn together: the unit in which chance, products and threads are cut


def generator(seed: int, source: str, position: int = 0) -> np.random.Generator:
    """Return the generator of one source of doubt, at one position (a block of areas, or 0).

    Each (seed, source, position) has a stream of its own, so drawing fewer areas changes no other number.
    """
    digest = hashlib.sha256(f"{seed}/{source}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype="<u8")
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, position]))


def normals(seed: int, source: str, position: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return standard normals in single precision."""
    return generator(seed, source, position).standard_normal(shape, dtype=np.float32)


def rounding(seed: int, source: str, shape: tuple[int, ...], half_step: float) -> NDArray[np.float64]:
    """Return the errors that rounding may have hidden: uniform between minus and plus half a step."""
    return generator(seed, source).uniform(-half_step, half_step, shape)


def even_normals(seed: int, source: str, rows: int, n: int) -> NDArray[np.float64]:
    """Return (rows, n) standard normals; every row holds the n even quantiles, in its own order.

    A few shared effects carry most of an interval: spreading their draws evenly (Latin hypercube) removes
    most of the luck of five hundred draws.
    """
    return generator(seed, source).permuted(np.tile(_even_quantiles(n), (rows, 1)), axis=1)


@cache
def _even_quantiles(n: int) -> NDArray[np.float64]:
    normal = NormalDist()
    return np.array([normal.inv_cdf((k + 0.5) / n) for k in range(n)])
