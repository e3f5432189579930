"""Lines of the offer of a territory, of which little is known."""

from dataclasses import fields

from maillage.publishing.territory.reading import OfferLine


def line(id: str, **known: str | float | None) -> OfferLine:
    """Return a line of the offer of which only this is known."""
    numbers = {
        "n_places": 0,
        "share_value": None,
        "share_bounds": None,
        "missing_value": 0.0,
        "missing_low": 0.0,
        "missing_high": 0.0,
    }
    empty = {field.name: "" for field in fields(OfferLine)} | numbers
    return OfferLine(**{**empty, "id": id, **known})
