"""The words of French places and streets, and the ways they are written."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from maillage.kernel.errors import UnsourcedFigure
from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "place_names.yaml"
SOURCE = ("producer", "title", "found_in", "doubt")


@cache
def spellings(kind: str, file: Path = FILE) -> Mapping[str, tuple[str, ...]]:
    """Return, by word, the ways of writing it, in the order of the file; UnsourcedFigure when nothing says
    where they come from.

    kind: `kinds` of places, `streets` (kinds of streets), `titles` (other words of street names), or `zones`
    of activity. Words are plain: no accent, no hyphen, no capital.

    >>> spellings("streets")["avenue"]
    ('av', 'ave')
    """
    raw = read_yaml(file)[kind]
    if missing := [key for key in SOURCE if not raw.get("source", {}).get(key)]:
        raise UnsourcedFigure(
            f"{file.name}, {kind}: the source lacks {', '.join(missing)}.",
            why="Whoever contests a pair of duplicates must find where its vocabulary comes from.",
            do="Fill these keys beside the words.",
        )
    return {word: tuple(ways) for word, ways in raw["words"].items()}
