"""Checks of the rates published by others."""

from collections.abc import Mapping, Sequence

from maillage.kernel.errors import BrokenSource
from maillage.reference.published_rates import PublishedRate


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
