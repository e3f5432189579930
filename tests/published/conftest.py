"""Fixtures of these tests: published figures, read from their CSV files, and the country of the engine."""

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from maillage.reference.definitions import Definition
from maillage.statistics.need import model, rates
from maillage.statistics.need.model import Country

FOLDER = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "golden(*ids): figures of figures.csv that the test finds again")


@pytest.fixture(scope="session")
def published() -> Callable[[str], list[dict[str, str]]]:
    """Return the rows of a file of published figures, by its name."""
    return _rows


@cache
def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def place() -> Country:
    return model.country()


@pytest.fixture(scope="session")
def central_rates(place: Country) -> Callable[[Definition], np.ndarray]:
    """Return the 35 rates of a definition, whatever is published being read as printed."""
    setting = rates.Setting(place.cells, place.bins, rates.central(), 0, still=True)
    return lambda definition: rates.fit_rates(definition, setting)[0]
