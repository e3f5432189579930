"""The definition that a command names: by its id, or by a file of rates."""

from dataclasses import replace
from pathlib import Path

from maillage.manage.words import read_file
from maillage.reference.definitions import Definition, definition, definitions


def definition_of(word: str) -> Definition:
    """Return a definition by id, or read from the rates file that a path names."""
    if word in definitions():
        return definition(word)
    path = Path(word)
    if path.suffix.casefold() == ".csv" or path.exists():
        from maillage.sources import rates_file
        from maillage.statistics.need import rates

        read = rates_file.read(read_file(path), name=path.name)
        return replace(read, doubt=read.doubt + rates.shared_cells(read))
    return definition(word)
