"""Estimates of people who need help in each area of a country, at one level: tables by an engine, draws by
numpy on the parts of the country, wherever the engine runs them.

The tables are written once, in what DuckDB and Spark both read: codes are text, a division guards against
zero, an order is whole. A rank is that of a rate at nine decimals: engines add in another order, and their
last digits differ.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from maillage.kernel.errors import Refused
from maillage.kernel.estimate import centiles
from maillage.kernel.table import Table
from maillage.reference.parameters import number
from maillage.statistics.country.card import AREA, COUNTRY_LEVEL, Pack
from maillage.statistics.country.engines import Engine
from maillage.statistics.country.pack import column
from maillage.statistics.engine.chance import BLOCK, even_normals, normals
from maillage.statistics.engine.reach import EARTH

SEED, DRAWS = 20_261_120, 500
SHARE = 1.959964  # standard deviations in a margin at 95 %
STEP = 0.25  # degrees: squares in which a place looks for areas, wider than any reach
TOO_FEW = "Trop peu de personnes pour une estimation."
Floats = NDArray[np.float64]

NEEDS = """
    select p.area, sum(p.persons) as people, sum(p.persons * r.rate) as need
    from people p join rates r on p.cell = r.cell group by p.area
"""
# Areas and places of one square or of neighbouring ones, then the distance between those alone. The squares
# of an area are written before they are joined: Spark would else compare every area with every place first.
SQUARE = "cast(floor(latitude / {step}) as bigint) * {row} + cast(floor(longitude / {step}) as bigint)"
ROW = 10_000  # squares counted along a parallel: more than there are
NEIGHBOUR_OFFSETS = "".join(
    f" union all select {ROW * dy + dx}" for dy in (0, -1, 1) for dx in (0, -1, 1) if dy or dx
)
NEAR = """
    select a.code as area, count(distinct q.code) as places
    from (
        select code, latitude, longitude, {square} + move as square
        from areas cross join (select 0 as move{around}) moves
    ) a
    join (select code, latitude, longitude, {square} as square from places) q on q.square = a.square
    where 2 * {earth} * asin(least(1.0, sqrt(
        power(sin(radians(q.latitude - a.latitude) / 2), 2)
        + cos(radians(a.latitude)) * cos(radians(q.latitude))
            * power(sin(radians(q.longitude - a.longitude) / 2), 2)
    ))) <= {reach}
    group by a.code
"""
LEVEL = """
    with needs as ({needs}), near as ({near}),
    grouped as (
        select {key} as code, {name} as name, count(*) as areas, coalesce(sum(n.people), 0.0) as people,
            coalesce(sum(n.need), 0.0) as need,
            coalesce(sum(case when coalesce(o.places, 0) > 0 then n.need else 0.0 end), 0.0) as reached
        from areas a left join needs n on n.area = a.code left join near o on o.area = a.code
        group by {key}, {name}
    )
    select code, name, areas, people, need,
        need / nullif(people, 0) as rate,
        case when listed.places > 0 then reached / nullif(need, 0) end as within,
        rank() over (
            partition by case when people >= {few} then 1 else 0 end
            order by round(need / nullif(people, 0), 9) desc nulls last
        ) as place
    from grouped cross join (select count(*) as places from places) listed order by code
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A run of areas in the order of their codes, with the key of each."""

    number: int
    codes: tuple[str, ...]
    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """The inputs shared by the draws of every part. rates: (draws, cells), in the order of `cells`."""

    folder: str
    cells: tuple[str, ...]
    rates: Floats
    effect: float
    seed: int


def estimate(
    pack: Pack, folder: Path, engine: Engine, level: str, *, seed: int = SEED, n_draws: int = DRAWS
) -> Table:
    """Return one row per area of a level: code, name, areas, people, value, low, high, rate, rank, within
    (the share of those in need who have a place within reach, nan where no place is known), warning.

    folder: the tables that `store` wrote. Where there are too few people, what is estimated is nan.
    """
    if level not in (AREA, *pack.levels, COUNTRY_LEVEL):
        raise Refused(
            f"{pack.name} n’a pas de niveau {level}.",
            why="Un niveau est une colonne du fichier areas, dite dans pays.yaml.",
            do=f"Choisissez parmi {', '.join((AREA, *pack.levels, COUNTRY_LEVEL))}.",
        )
    estimates = engine.query(f"country-{level}", words(pack, level))
    low, high = _bounds(pack, folder, engine, level, estimates, seed, n_draws)
    few = estimates["people"] < number("protection/small_area")
    published = {name: np.where(few, np.nan, estimates[name]) for name in ("need", "rate", "within")}
    return Table(
        f"country-{level}",
        {
            **{name: estimates[name] for name in ("code", "name", "areas", "people")},
            "value": published["need"],
            "low": np.where(few, np.nan, low),
            "high": np.where(few, np.nan, high),
            "rate": published["rate"],
            "rank": np.where(few, np.nan, estimates["place"]),
            "within": published["within"],
            "warning": np.where(few, TOO_FEW, ""),
        },
    )


def words(pack: Pack, level: str) -> str:
    """Return the query of a level, as every engine reads it."""
    key = column(level) if level == COUNTRY_LEVEL else f"a.{column(level)}"
    square = SQUARE.format(step=STEP, row=ROW)
    near = NEAR.format(square=square, around=NEIGHBOUR_OFFSETS, earth=EARTH, reach=pack.reach)
    few = number("protection/small_area")  # what is not shown takes no rank
    return LEVEL.format(needs=NEEDS, near=near, key=key, name="a.name" if level == AREA else key, few=few)


def _bounds(
    pack: Pack, folder: Path, engine: Engine, level: str, estimates: Table, seed: int, n_draws: int
) -> tuple[Floats, Floats]:
    """Return (rows,) the ends of the interval of each row: draws of the rates, shared, and of each area."""
    rates = engine.query("rates", "select cell, rate, margin from rates order by cell")
    spread = rates["margin"][:, None] / SHARE * even_normals(seed, "rates", len(rates), n_draws)
    drawn = np.clip(rates["rate"][:, None] + spread, 0.0, 1.0).T
    drawing = Drawing(str(folder), tuple(rates["cell"].tolist()), drawn, pack.area_effect, seed)
    areas = engine.query("areas", f"select code, {column(level)} as held from areas order by code")
    codes, keys = areas["code"].tolist(), areas["held"].tolist()
    parts = [
        Part(n, tuple(codes[start : start + BLOCK]), tuple(keys[start : start + BLOCK]))
        for n, start in enumerate(range(0, len(codes), BLOCK))
    ]
    at = {code: row for row, code in enumerate(estimates["code"].tolist())}
    sums = np.zeros((len(estimates), n_draws))
    function: Callable[[Part], tuple[list[str], Floats]] = partial(draws_of, drawing)
    for names, values in engine.over(function, parts):  # in their order, whoever computed them
        sums[[at[name] for name in names]] += values
    return centiles(sums)


def draws_of(drawing: Drawing, part: Part) -> tuple[list[str], Floats]:
    """Return the keys of a part, and (keys, draws) the persons in need of each: the same numbers wherever it
    runs.
    """
    row = {code: n for n, code in enumerate(part.codes)}
    column = {cell: n for n, cell in enumerate(drawing.cells)}
    counts = np.zeros((len(row), len(column)))
    with duckdb.connect(config={"threads": 1, "autoinstall_known_extensions": False}) as connection:
        query = (
            "select area, cell, persons from read_parquet(?) where area between ? and ? order by area, cell"
        )
        bounds = [f"{drawing.folder}/people.parquet", part.codes[0], part.codes[-1]]
        for area, cell, persons in connection.execute(query, bounds).fetchall():
            counts[row[area], column[cell]] = persons
    n_draws = len(drawing.rates)
    moves = drawing.effect * normals(drawing.seed, "areas", part.number, (len(row), n_draws))
    varies = counts @ (drawing.rates * (1 - drawing.rates)).T  # persons by unit of logit
    people = np.clip(counts @ drawing.rates.T + moves * varies, 0.0, counts.sum(axis=1)[:, None])
    names, group = np.unique(np.array(part.keys), return_inverse=True)
    sums = np.zeros((len(names), n_draws))
    np.add.at(sums, group, people)
    return names.tolist(), sums
