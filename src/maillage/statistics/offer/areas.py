"""The census areas of a study: who lives there, where their homes may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from maillage.kernel.later import Matrix, sparse
from maillage.sources import contours
from maillage.statistics.diagnosis.draws import moved
from maillage.statistics.engine.ages import BINS
from maillage.statistics.need import model
from maillage.statistics.need.model import Model

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Positions = NDArray[np.int64]


EVERYBODY, ELDERS = "tous", "seniors"  # of the publics whose need is counted apart
FIRST_ELDERS = BINS.index("60-64")
POINTS = 36  # where residents of an area, or a place known by its commune, may be
MOST_GRID = 10_000  # points tried around a thin shape before finer lattices
NONE = np.full(2, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True)
class Areas:
    """Census areas: who lives there, who is in need, and where exactly they may live.

    row: (areas,) positions in the table of IRIS, those that zones hold. code, commune, published: (areas,)
    codes. population, adults: (areas,) persons; elders: (areas,) the share of the population of 60 or more.
    need: by public, (areas, draws) persons. shapes: the own contour of each area, None where unknown.
    points: (points, 2) degrees, of equal weight in their area; at: (points,) the area of each, in order.
    how: (areas,) `contour` (its own), `commune` (that of its commune), `centre` (one point) or '' (nothing
    is known: no distance). universe, n, sources: those of the need.
    """

    row: Positions
    code: NDArray[np.str_]
    commune: NDArray[np.str_]
    published: NDArray[np.str_]
    population: Floats
    adults: Floats
    need: Mapping[str, NDArray[np.floating]]
    shapes: Sequence[shapely.Geometry | None]
    points: Floats
    at: Positions
    how: NDArray[np.str_]
    universe: str
    n: int
    sources: tuple[str, ...] = ()
    elders: Floats | None = None

    def __len__(self) -> int:
        return len(self.row)

    @property
    def n_draws(self) -> int:
        return int(next(iter(self.need.values())).shape[1])

    @property
    def coarse(self) -> Flags:
        """(areas,) whether residents are spread over a whole commune, as if they lived evenly across it."""
        return np.asarray((self.how == "commune") | np.char.endswith(self.code, "0000"))

    @property
    def weight(self) -> Floats:
        """(points,) the share of the residents of its area that each point stands for."""
        return np.asarray(1 / np.bincount(self.at, minlength=len(self))[self.at])

    @property
    def mean(self) -> Matrix:
        """(areas, points) what turns values of points into means of areas."""
        return sparse.csr_array(
            (self.weight, (self.at, np.arange(len(self.at)))), shape=(len(self), len(self.at))
        )


def areas_of(
    m: Model, rows: Positions, move: Floats | None = None, surveyed: Positions | None = None
) -> Areas:
    """Return the areas at these positions of the table of IRIS, with the draws of the need of everybody and
    of each public. move: see `Diagnosis`, in the areas at the positions of `surveyed`.

    Residents are spread over the contour of their IRIS, else over that of their commune: in reality they do
    not live evenly across it, but no data say where they do.
    """
    frame = m.country.frame
    some = frame.take(rows)
    own = contours.iris(set(some.area.tolist()))
    lacking = np.array([code not in own for code in some.area.tolist()], dtype=bool)
    communes = contours.communes(set(some.published[lacking].tolist()) | set(some.commune[lacking].tolist()))
    contours.check(own)
    contours.check(communes)
    alone = {
        name: dict(zip(*np.unique(column, return_counts=True), strict=True))
        for name, column in _communes(frame)
    }
    shapes: list[shapely.Geometry | None] = []
    spread: list[shapely.Geometry | None] = []
    for code, published, commune in zip(
        some.area.tolist(), some.published.tolist(), some.commune.tolist(), strict=True
    ):
        name, key = ("published", published) if published in communes else ("commune", commune)
        outline = own.get(code, communes.get(key))
        spread.append(outline)
        shapes.append(outline if code in own or alone[name].get(key) == 1 else None)
    points, at, how = dwellings(shapes, spread)
    counted = m.outcomes.keys() - set(model.ALL_OUTCOMES[1:])  # the need, and that of each public
    need = m.draws(rows, names=counted)
    if move is not None and surveyed is not None:
        polled = np.isin(rows, surveyed)
        moved_draws = moved(m, {name: draws[polled] for name, draws in need.items()}, rows[polled], move)
        for name, draws in moved_draws.items():
            need[name][polled] = draws
    return Areas(
        row=rows,
        code=some.area,
        commune=some.commune,
        published=some.published,
        population=some.population,
        adults=some.adults,
        need={EVERYBODY if name == "need" else name: draws for name, draws in need.items()},
        shapes=shapes,
        points=points,
        at=at,
        how=how,
        universe=m.definition.universe,
        n=m.definition.n,
        sources=(m.definition.id,),
        elders=some.ages[:, FIRST_ELDERS:].sum(axis=1) / np.maximum(some.ages.sum(axis=1), 1e-9),
    )


def _communes(frame: Any) -> tuple[tuple[str, NDArray[np.str_]], ...]:
    return ("published", frame.published), ("commune", frame.commune)


def dwellings(
    shapes: Sequence[shapely.Geometry | None],
    larger_shapes: Sequence[shapely.Geometry | None] | None = None,
    centres: Floats | None = None,
) -> tuple[Floats, Positions, NDArray[np.str_]]:
    """Return where residents may live: points, the area of each, and how each area was filled (see Areas).

    shapes: own contours; larger_shapes: a larger contour that holds the area; centres: (areas, 2) degrees,
    nan if unknown.
    """
    known: dict[int, Floats] = {}
    points, at, how = [], [], []
    for position, shape in enumerate(shapes):
        outline = shape if shape is not None else larger_shapes[position] if larger_shapes else None
        centre = NONE if centres is None else centres[position]
        if outline is not None:
            some = known.setdefault(id(outline), lattice(outline))
            how.append("contour" if outline is shape else "commune")
        elif not np.isnan(centre).any():
            some = centre[None]
            how.append("centre")
        else:
            some = np.empty((0, 2))
            how.append("")
        points.append(some)
        at.append(np.full(len(some), position))
    return (
        np.concatenate([*points, np.empty((0, 2))]),
        np.concatenate([*at, np.empty(0)]).astype(np.int64),
        np.array(how, dtype=np.str_),
    )


def lattice(shape: shapely.Geometry, n: int = POINTS) -> Floats:
    """Return about n points of a square lattice inside a contour (WGS84), at least one, always the same.

    A thin shape gets a finer lattice, so that at least a few points fall inside.
    """
    west, south, east, north = shape.bounds
    shrink = max(np.cos(np.radians((south + north) / 2)), 0.01)
    step = np.sqrt(max(shape.area / n, (east - west) * (north - south) / MOST_GRID, 1e-12) * shrink)
    shapely.prepare(shape)
    for _ in range(3):
        x = np.arange(west + step / shrink / 2, east, step / shrink)
        y = np.arange(south + step / 2, north, step)
        grid = np.array(np.meshgrid(x, y)).reshape(2, -1).T
        inside = grid[shapely.contains_xy(shape, grid[:, 0], grid[:, 1])]
        if len(inside) * 2 >= n:
            break
        step /= 2
    return np.asarray(inside if len(inside) else shape.representative_point().coords)
