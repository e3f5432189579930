"""The tables and draws of a country by Spark, beside DuckDB on the same rows: made countries, from a tenth of
France's areas to a continent's.
"""

import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from bench.timing import Measure
from maillage.kernel.table import Table
from maillage.statistics.country import card as cards
from maillage.statistics.country import engines, estimating, france

TIMES = (1, 10, 100)
LEVEL = "departement"
TRIAL = {"times": (1,), "one_area_in": 100}
AREAS_PER_SAMPLED = 10  # one area of France out of so many
PLACES = 20  # one place for so many areas
# A copy of the country stands elsewhere on the globe, under codes of its own.
COPIES = """
    copy (select k || '-' || code as code, name, latitude,
            (longitude + 180 + 3.6 * k) % 360 - 180 as longitude, k || '-' || {level} as {level}
        from chosen, range({n}) copies(k) order by code)
    to '{to}/areas.parquet' (format parquet);
    copy (select k || '-' || area as area, cell, persons
        from people, range({n}) copies(k) order by area, cell)
    to '{to}/people.parquet' (format parquet);
    copy (select 'lieu ' || code as code, latitude, longitude from '{to}/areas.parquet'
        where hash(code) % {places} = 0)
    to '{to}/places.parquet' (format parquet);
    copy (select '{level}' as level, {level} as code, {level} as name from chosen where false)
    to '{to}/names.parquet' (format parquet);
    copy (from rates) to '{to}/rates.parquet' (format parquet);
"""


def measures(*, times: Sequence[int] = TIMES, one_area_in: int = AREAS_PER_SAMPLED) -> Iterator[Measure]:
    """Yield, for each size, Spark beside DuckDB, which must say the same; then how each of them grew."""
    with TemporaryDirectory() as home:
        country = Path(home, "france")
        france.write(country)
        pack = cards.read(country)
        grown: dict[str, list[float]] = {engines.DUCKDB: [], engines.SPARK: []}
        for n in times:
            folder = Path(home, str(n))
            n_areas = write_country(country, folder, n, one_area_in)
            counts_by_engine = {name: counted(pack, folder, name) for name in grown}
            for name, (took, _) in counts_by_engine.items():
                grown[name].append(took)
            check(*(table for _, table in counts_by_engine.values()))
            yield Measure(
                f"un pays par Spark, ses deux processus démarrés, {n} fois",
                grown[engines.SPARK][-1],
                "DuckDB : mêmes lignes, mêmes rangs, sommes à 1e-9 près",
                grown[engines.DUCKDB][-1],
                f"{n_areas} zones, {estimating.DRAWS} tirages",
            )
        for name, seconds_by_size in grown.items():
            yield Measure(
                f"croissance de {name}",
                seconds_by_size[-1],
                f"{times[-1]} fois le temps du plus petit pays",
                seconds_by_size[0] * times[-1],
                f"de {times[0]} à {times[-1]} fois",
            )


def write_country(country: Path, folder: Path, n: int, one_area_in: int) -> int:
    """Write the tables of a country that is n times one area of France out of so many; return its areas."""
    folder.mkdir()
    with duckdb.connect(config={"threads": 2, "autoinstall_known_extensions": False}) as connection:
        connection.execute(f"create table chosen as select * from '{country}/areas.parquet' order by code")
        connection.execute(f"delete from chosen where rowid % {one_area_in} <> 0")
        connection.execute(
            f"create view people as from '{country}/people.parquet' where area in (select code from chosen);"
            f"create view rates as from '{country}/rates.parquet'"
        )
        connection.execute(COPIES.format(to=folder, n=n, places=PLACES, level=LEVEL))
        count_row = connection.execute(f"select count(*) from '{folder}/areas.parquet'").fetchone()
    assert count_row is not None
    return int(count_row[0])


def counted(pack: cards.Pack, folder: Path, name: str) -> tuple[float, Table]:
    """Return how long an engine took to count a country, from its start, and what it says."""
    start = time.perf_counter()
    with engines.opened(name, folder) as engine:
        estimates = estimating.estimate(pack, folder, engine, LEVEL)
    return time.perf_counter() - start, estimates


def check(first: Table, second: Table) -> None:
    """Raise AssertionError unless both engines say the same."""
    for column in ("code", "rank", "warning"):
        np.testing.assert_array_equal(first[column], second[column])
    for column in ("people", "value", "low", "high", "rate", "within"):
        np.testing.assert_allclose(first[column], second[column], rtol=1e-9)
