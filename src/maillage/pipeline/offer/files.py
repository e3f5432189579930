"""A file of places, whatever its form: its rows, the correspondence that reads it, and what they give."""

from collections.abc import Iterable
from datetime import date

from maillage.pipeline.offer import mapping, propose
from maillage.pipeline.offer.forms.sheet import Sheet
from maillage.pipeline.offer.mapping import Correspondence
from maillage.pipeline.offer.read import Result, read


def correspondence_for(sheet: Sheet, *, kept: Iterable[Correspondence] = ()) -> Correspondence:
    """Return the correspondence of a file: one that somebody kept, one that comes with the product, else a proposal."""
    mine = mapping.recognised(sheet.columns, kept)
    return mine or mapping.recognised(sheet.columns) or propose.proposed(sheet)


def places(
    sheet: Sheet,
    *,
    today: date,
    correspondence: Correspondence | None = None,
    source: str = "",
    kept: Iterable[Correspondence] = (),
) -> Result:
    """Return the places of a file that was opened."""
    return read(sheet, correspondence or correspondence_for(sheet, kept=kept), today=today, source=source)
