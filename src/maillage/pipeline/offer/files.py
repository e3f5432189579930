"""A file of places, whatever its form: its rows, the correspondence that reads it, and what they give."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from maillage.pipeline.offer import correct, mapping, propose
from maillage.pipeline.offer.forms.sheet import Sheet, listed
from maillage.pipeline.offer.mapping import Correspondence
from maillage.pipeline.offer.proposing.draft import Guess
from maillage.pipeline.offer.read import Result, read


def draft(sheet: Sheet) -> tuple[str, str, list[Guess]]:
    """Return (the YAML, the name, the guesses) of how a file would be read by whoever knows nothing of its
    source.

    A format that comes with the product is completed by guesses on the columns that it does not read; without
    one, all is guessed.
    """
    known = mapping.recognised(sheet.columns)
    if known is None:
        text, guesses = propose.propose(sheet)
        return text, sheet.name, guesses
    raw = correct.parsed((mapping.FILES / f"{known.id}.yaml").read_text("utf-8"), known.id)
    text, guesses = propose.completed(raw, known, sheet)
    return text or correct.written(raw), known.id, guesses


def places(
    sheet: Sheet,
    *,
    today: date,
    correspondence: Correspondence | None = None,
    source: str = "",
    stored_mappings: Iterable[Correspondence] = (),
) -> Result:
    """Return the places of a file that was opened; what was guessed beside a known format is noted."""
    chosen = correspondence or mapping.recognised(sheet.columns, stored_mappings)
    if chosen is not None:
        return read(sheet, chosen, today=today, source=source)
    text, name, guesses = draft(sheet)
    result = read(sheet, mapping.load(text, name), today=today, source=source)
    if guesses and mapping.recognised(sheet.columns) is not None:
        guesses_text = listed([f"« {guess.column} » → {guess.field}" for guess in guesses], most=12)
        return replace(
            result,
            notes=(*result.notes, f"Colonnes que le format ne prévoit pas, devinées : {guesses_text}."),
        )
    return result
