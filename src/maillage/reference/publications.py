"""Published figures of the field, cited for context: never mixed with an estimate."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "publications.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A publication or a published figure. reading: how to read it without mixing it with another."""

    id: str
    producer: str
    title: str
    year: str
    universe: str
    reading: str
    requirement: str
    value: str = ""


@cache
def publications() -> tuple[Publication, ...]:
    return tuple(Publication(**row) for row in read_yaml(FILE))
