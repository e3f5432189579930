"""Ce que ces tests partagent : les chiffres publiés, lus dans les fichiers voisins, et le pays du moteur."""

import csv
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from maillage.reference.definitions import Definition
from maillage.studies import needs, rates
from maillage.studies.needs import Country

HERE = Path(__file__).parent


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "golden(*ids): the published figures of figures.csv that the test finds again")


@pytest.fixture(scope="session")
def published() -> Callable[[str], list[dict[str, str]]]:
    """Return the rows of a file of published figures, by its name."""
    return _rows


@cache
def _rows(name: str) -> list[dict[str, str]]:
    with (HERE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="session")
def place() -> Country:
    return needs.country()


@pytest.fixture(scope="session")
def central_rates(place: Country) -> Callable[[Definition], np.ndarray]:
    """Return (35,) the rates of a definition when everything published is read as printed."""
    setting = rates.Setting(place.cells, place.bins, rates.central(), 0, still=True)
    return lambda definition: rates.fit(definition, setting)[0]
