"""Engines of the tables of a country: DuckDB on this computer, or Spark here or on a cluster. The same words
are asked of both, and the same function runs on the parts of a country.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import duckdb
import numpy as np

from maillage.kernel.errors import Refused
from maillage.kernel.table import Table
from maillage.statistics.country.pack import COLUMNS

DUCKDB, SPARK = "duckdb", "spark"
ENGINES = (DUCKDB, SPARK)
LOCAL = "local[2]"  # two processes of this computer
PARTS = 4  # in which Spark cuts what it groups
Part = TypeVar("Part")
Result = TypeVar("Result")


class Engine(Protocol):
    """Runs a query over the tables of a country, and a function over its parts."""

    def query(self, name: str, words: str) -> Table:
        """Return the rows of a query as a table of that name, in the order of the query."""

    def over(self, function: Callable[[Part], Result], parts: Sequence[Part]) -> Iterable[Result]:
        """Return the result of a function for each part, in their order."""


class DuckDb:
    """DuckDB, in this process."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def query(self, name: str, words: str) -> Table:
        """Return the rows of a query."""
        cursor = self._connection.execute(words)
        return _table(name, [column for column, *_ in cursor.description], cursor.fetchall())

    def over(self, function: Callable[[Part], Result], parts: Sequence[Part]) -> Iterable[Result]:
        """Return the result of a function for each part."""
        return map(function, parts)


class Spark:
    """Spark, by a session that is open."""

    def __init__(self, session: Any) -> None:
        self._session = session

    def query(self, name: str, words: str) -> Table:
        """Return the rows of a query."""
        frame = self._session.sql(words)
        return _table(name, frame.columns, [tuple(row) for row in frame.collect()])

    def over(self, function: Callable[[Part], Result], parts: Sequence[Part]) -> Iterable[Result]:
        """Return the result of a function for each part, computed where Spark has its processes."""
        results: list[Result] = (
            self._session.sparkContext.parallelize(parts, len(parts)).map(function).collect()
        )
        return results


@contextmanager
def opened(name: str, folder: Path, *, address: str = LOCAL) -> Iterator[Engine]:
    """Give an engine that reads the tables of a country from a folder of Parquet files. address: where Spark
    is; its processes must read the same folder.
    """
    if name == DUCKDB:
        with duckdb.connect(config={"threads": 2, "autoinstall_known_extensions": False}) as connection:
            for table in COLUMNS:
                connection.execute(f"create view {table} as from '{folder / table}.parquet'")
            yield DuckDb(connection)
        return
    session = _session(address)
    try:
        for table in COLUMNS:
            session.read.parquet(str(folder / f"{table}.parquet")).createOrReplaceTempView(table)
        yield Spark(session)
    finally:
        session.stop()


def _session(address: str) -> Any:
    """Return a session of Spark; Refused where it is not installed, or does not start."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise Refused(
            "Spark n’est pas installé sur cet ordinateur.",
            why="Il pèse un demi-giga, et ne sert qu’à partager le calcul entre plusieurs ordinateurs.",
            do="Tapez « make .venv/.spark », ou gardez « --moteur duckdb » : les chiffres sont les mêmes.",
        ) from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(address).appName("maillage")
    settings = {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": str(PARTS),
        "spark.sql.session.timeZone": "UTC",
        "spark.log.level": "ERROR",
    }
    if address.startswith("local"):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
        settings["spark.driver.memory"] = f"{_memory()}m"
    for key, value in settings.items():
        builder = builder.config(key, value)
    try:
        return builder.getOrCreate()
    except Exception as error:
        raise Refused(
            f"Spark ne démarre pas : {str(error).splitlines()[0][:200]}",
            why="Il lui faut Java 17 ou plus récent, et l’adresse de MAILLAGE_SPARK, quand elle est dite.",
            do="Installez Java (default-jre-headless), vérifiez l’adresse, ou gardez « --moteur duckdb ».",
        ) from error


def _memory() -> int:
    """Return the megabytes that Spark may take here: a quarter of what the computer has. Its own bound, a
    gigabyte, leaves a continent collecting garbage for ever.
    """
    return max(1_024, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 4 // 2**20)


def _table(name: str, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> Table:
    if not rows:
        return Table(name, {column: np.array([], dtype=np.float64) for column in columns})
    cells = zip(*rows, strict=True)
    return Table(name, {column: _column(values) for column, values in zip(columns, cells, strict=True)})


def _column(values: tuple[Any, ...]) -> Any:
    if isinstance(next((each for each in values if each is not None), None), str):
        return np.array(["" if each is None else each for each in values], dtype=np.str_)
    return np.array([np.nan if each is None else each for each in values])
