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
    config.addinivalue_line("markers", "golden(*ids): chiffres de figures.csv que le test retrouve")


@pytest.fixture(scope="session")
def published() -> Callable[[str], list[dict[str, str]]]:
    """Les lignes d’un fichier de chiffres publiés, par son nom."""
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
    """Les 35 taux d’une définition, tout ce qui est publié étant lu comme imprimé."""
    setting = rates.Setting(place.cells, place.bins, rates.central(), 0, still=True)
    return lambda definition: rates.fit(definition, setting)[0]
