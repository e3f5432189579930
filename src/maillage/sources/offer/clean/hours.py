"""Opening hours, however typed, converted to OSM `opening_hours` by packages/french-opening-hours: the only
module of the house that imports it.

Source: docs/methods/horaires.md
"""

from collections.abc import Mapping

from french_opening_hours import LIMITED, NO_DAY, Hours, is_valid, read, read_week, with_hours
from maillage.sources.offer.clean.cleaned import Cleaned

__all__ = ["LIMITED", "NO_DAY", "Hours", "clean", "is_valid", "stored", "week", "with_hours"]


def clean(text: str, *, parity: str = "", remark_text: str = "") -> Cleaned[Hours]:
    """Return the opening hours written in a text, free French or OSM: never refused."""
    return _cleaned(read(text, parity=parity, remark_text=remark_text))


def week(days: Mapping[str, str], *, parity: str = "", remark_text: str = "") -> Cleaned[Hours]:
    """Return the opening hours of a table by its columns: Mo to Su, « Mo am », « Mo pm »."""
    return _cleaned(read_week(days, parity=parity, remark_text=remark_text))


def stored(hours: Hours) -> dict[str, str]:
    """Return hours as a sheet stores them: osm, text, left, those that are not empty."""
    texts_by_key = {"osm": hours.osm, "text": hours.text, "left": hours.unread}
    return {key: text for key, text in texts_by_key.items() if text}


def _cleaned(hours: Hours) -> Cleaned[Hours]:
    return Cleaned.empty() if hours.certainty == "empty" else Cleaned(hours, hours.certainty, hours.reason)
