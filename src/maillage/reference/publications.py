"""Published figures of the field, cited for context: never mixed with an estimate."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml
from maillage.reference.national_figures import national_figures

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
    """Return those of the file, then the figures of France that a number heard is compared with."""
    figures = (
        Publication(
            id=figure.id,
            producer=figure.producer,
            title=figure.title,
            year=str(figure.year),
            universe=figure.universe,
            reading=f"{figure.question} {figure.doubt}",
            requirement="PU-06",
            value=f"« {figure.quote} »",
        )
        for figure in national_figures()
    )
    return (*(Publication(**row) for row in read_yaml(FILE)), *figures)
