"""Origin cards: where each raw file comes from."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.kernel.errors import UnsourcedFigure
from maillage.reference.files import RAW, read_yaml

REQUIRED = (
    "id",
    "producer",
    "title",
    "found_in",
    "licence",
    "vintage",
    "universe",
    "accessed_on",
    "sha256",
    "doubt",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """The origin of one raw file: who made it, when, under which licence, what it counts, what we doubt."""

    id: str
    file: Path
    producer: str
    title: str
    found_in: str
    licence: str
    vintage: str
    universe: str
    accessed_on: str
    sha256: str
    doubt: str
    url: str = ""
    quote: str = ""


def read_card(path: Path) -> Card:
    """Return the card stored in a YAML file beside its data; UnsourcedFigure when a key is empty."""
    raw = read_yaml(path)
    if missing := [key for key in REQUIRED if not raw.get(key)]:
        raise UnsourcedFigure(
            f"{path.name} lacks: {', '.join(missing)}.",
            why="Every figure must be traceable to the file its producer published.",
            do="Fill the card from the publication.",
        )
    raw["accessed_on"] = str(raw["accessed_on"])
    raw["vintage"] = str(raw["vintage"])
    return Card(file=path.with_suffix(""), **raw)


@cache
def cards() -> dict[str, Card]:
    """Return every card by id, in the order of ids."""
    cards = [read_card(path) for path in sorted(RAW.rglob("*.yaml"))]
    by_id = {card.id: card for card in cards}
    if len(by_id) != len(cards):
        raise ValueError("two origin cards share an id.")
    return dict(sorted(by_id.items()))
