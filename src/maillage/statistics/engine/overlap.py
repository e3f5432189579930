"""Two groups of one population: the possible range of their overlap, whatever links them."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bounds(first: Floats, second: Floats, everybody: Floats) -> tuple[Floats, Floats]:
    """Return the fewest and the most people that two groups of one population may share (Fréchet).

    >>> bounds(np.array([40.0, 200.0]), np.array([120.0, 150.0]), np.array([300.0, 300.0]))
    (array([ 0., 50.]), array([ 40., 150.]))
    """
    return np.maximum(0.0, first + second - everybody), np.minimum(first, second)
