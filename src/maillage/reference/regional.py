"""Evidence on régions beyond their residents: published rates, and the zones of a survey."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from maillage.kernel.errors import Refused
from maillage.reference.files import read_yaml
from maillage.reference.published_rates import PublishedRate, published

FILE = Path(__file__).with_name("regional.yaml")


@dataclass(frozen=True, slots=True)
class RegionalRate:
    """A published rate of a région and the range its printing leaves, 0 to 1.

    contested: two sources contradict each other, low and high are theirs, and rate stands between.
    """

    region: str
    rate: float
    low: float
    high: float
    contested: bool = False


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone of a survey. effect: logit of what is observed minus what our rates give the same respondents;
    error: its standard error.
    """

    name: str
    effect: float
    error: float
    n: int
    departements: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything regional that a definition is calibrated on. definition: the one the rates follow."""

    definition: str
    year: int
    rates: tuple[RegionalRate, ...]
    zones: tuple[Zone, ...]


@cache
def evidence() -> Evidence:
    """Return the evidence shipped with the product."""
    return read(read_yaml(FILE), published())


def read(raw: Mapping[str, Any], rates: Sequence[PublishedRate]) -> Evidence:
    """Return the evidence of a mapping and of published rates, those of régions only.

    A région with a second rate, outside what the first one leaves possible, is contested: its rate is
    half-way. Raises Refused when a rate is of another year or of another definition (so of another universe),
    or is not a share.
    """
    regional = [rate for rate in rates if rate.place.startswith("R")]
    for rate in regional:
        _comparable(rate, raw["definition"], int(raw["year"]))
    rate_by_region: dict[str, RegionalRate] = {}
    for rate in sorted(regional, key=lambda rate: not rate.definition):  # first those of our definition
        code = rate.place.removeprefix("R")
        first = rate_by_region.get(code)
        if first is None:
            rate_by_region[code] = RegionalRate(code, rate.rate / 100, rate.low / 100, rate.high / 100)
        elif not first.low <= rate.rate / 100 <= first.high:
            low, high = sorted((first.rate, rate.rate / 100))
            rate_by_region[code] = RegionalRate(code, (low + high) / 2, low, high, contested=True)
    return Evidence(
        definition=raw["definition"],
        year=int(raw["year"]),
        rates=tuple(rate_by_region.values()),
        zones=tuple(
            Zone(row["name"], row["effect"], row["error"], row["n"], tuple(row["departements"]))
            for row in raw["survey"]["zones"]
        ),
    )


def _comparable(rate: PublishedRate, definition: str, year: int) -> None:
    if rate.year != year:
        raise Refused(
            f"Le taux régional « {rate.title} » est de {rate.year}, les autres de {year}.",
            why="Un taux d’une autre année ferait passer une évolution pour un écart entre régions.",
            do=f"Donnez le taux de {year}, ou retirez cette région.",
        )
    if rate.definition not in ("", definition):
        raise Refused(
            f"Le taux régional « {rate.title} » suit une autre définition, donc un autre champ"
            f" (« {rate.definition} »).",
            why="Il compte d’autres personnes : l’écart ne dirait rien de la région.",
            do=f"Donnez un taux de la définition « {definition} », ou retirez cette région.",
        )
    if not 0 < rate.low <= rate.rate <= rate.high < 100:
        raise Refused(
            f"Le taux régional « {rate.title} » est impossible : {rate.rate}, de {rate.low} à {rate.high} %.",
            why="Un taux est une part, entre 0 et 100 %, et se trouve dans l’étendue de son arrondi.",
            do="Vérifiez le taux et ses deux bornes.",
        )
