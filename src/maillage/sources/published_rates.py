"""Checks of the rates published by others. Rates that other producers published for territories: the
reference file, Insee's for Hauts-de-France.
"""

from collections.abc import Mapping, Sequence
from functools import cache

from maillage.kernel.errors import BrokenSource
from maillage.reference.cards import cards
from maillage.reference.published_rates import PublishedRate, published
from maillage.sources.read import select


def check(rates: Mapping[str, Sequence[PublishedRate]], known: Sequence[str]) -> None:
    """Raise BrokenSource for a rate of no known territory, or outside its own bounds."""
    for place, rows in rates.items():
        wrong = [row for row in rows if not 0 < row.low <= row.rate <= row.high < 100]
        if place not in known or wrong:
            raise BrokenSource(
                f"The published rate of {place} is of no known territory, or outside its own bounds.",
                why="It would be set beside the figure of another territory.",
                do="Compare its line with the publication.",
            )


HDF = "insee-hdf-2019-epci"
DEFINITION = "illectronisme-insee-2019"
ROUNDING = 0.05  # percent: the table has one decimal
RENAMED = {"246201149": "200090751"}  # the CA du Calaisis changed its code
MERGED = ("245901061",)  # joined the métropole de Lille in 2020: its rate is no longer that of a territory


@cache
def by_place() -> dict[str, tuple[PublishedRate, ...]]:
    """Return the published rates by code of territory, in the order of their files."""
    out: dict[str, tuple[PublishedRate, ...]] = {}
    for rate in (*published(), *_epci()):
        out[rate.place] = (*out.get(rate.place, ()), rate)
    return out


def _epci() -> tuple[PublishedRate, ...]:
    """Return the rates of the EPCI of Hauts-de-France, as Insee modelled them for 2019."""
    card = cards()[HDF]
    table = select(
        HDF, "select code_epci as code, taux::double as rate, nombre::bigint as people from raw order by 1"
    )
    rows = zip(table["code"].tolist(), table["rate"].tolist(), table["people"].tolist(), strict=True)
    return tuple(
        PublishedRate(
            place=RENAMED.get(code, code),
            definition=DEFINITION,
            rate=rate,
            low=rate - ROUNDING,
            high=rate + ROUNDING,
            people=people,
            producer="Insee",
            by="l’Insee",
            title=card.title,
            year=2019,
            url=card.url,
            quote=f"{rate:g} %".replace(".", ","),
            doubt="Lui-même modélisé par l’Insee à partir d’une enquête nationale.",
        )
        for code, rate, people in rows
        if code not in MERGED
    )
