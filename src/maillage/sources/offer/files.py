"""A file of places, whatever its form: its rows, the correspondence that reads it, and what they give."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from maillage.kernel.names import plain
from maillage.sources.offer import correct, mapping, propose
from maillage.sources.offer.forms.sheet import Sheet, listed
from maillage.sources.offer.mapping import Correspondence
from maillage.sources.offer.proposing.draft import Guess
from maillage.sources.offer.read import Result, read


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


def completed(sheet: Sheet, text: str, name: str) -> tuple[Correspondence, list[Guess]]:
    """Return a correspondence written for a file, completed by guesses on the columns that it names nowhere;
    one that names none of its columns was written for another, and stays as it is.

    text: its YAML. Raises Refused when it is none.
    """
    known = mapping.load(text, name)
    if known.used().isdisjoint(map(plain, sheet.columns)):
        return known, []
    more, guesses = propose.completed(correct.parsed(text, name), known, sheet)
    return (mapping.load(more, name) if more else known), guesses


def places(
    sheet: Sheet,
    *,
    today: date,
    correspondence: Correspondence | None = None,
    source: str = "",
    stored_mappings: Iterable[Correspondence] = (),
    guesses: Sequence[Guess] = (),
) -> Result:
    """Return the places of a file that was opened; what was guessed beside a known format, or beside a
    correspondence (guesses), is noted.
    """
    chosen = correspondence or mapping.recognised(sheet.columns, stored_mappings)
    if chosen is None:
        text, name, drafted = draft(sheet)
        chosen = mapping.load(text, name)
        guesses = drafted if mapping.recognised(sheet.columns) is not None else ()
    result = read(sheet, chosen, today=today, source=source)
    if guesses:
        guesses_text = listed([f"« {guess.column} » → {guess.field}" for guess in guesses], most=12)
        return replace(
            result,
            notes=(*result.notes, f"Colonnes que le format ne prévoit pas, devinées : {guesses_text}."),
        )
    return result
