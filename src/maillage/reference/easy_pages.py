"""The simplified pages: what each of the most used pages is for, a short sentence a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "easy_pages.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class EasyPage:
    """A simplified page. page: the name of the address that it explains; words: each with its meaning."""

    id: str
    title: str
    page: str
    button: str
    icon: str
    lines: Sequence[str]
    steps: Sequence[str]
    words: Mapping[str, str]


@cache
def easy_pages() -> Mapping[str, EasyPage]:
    """Return the simplified pages by identifier, in their order."""
    return {
        row["id"]: EasyPage(
            id=row["id"],
            title=row["titre"],
            page=row["page"],
            button=row["bouton"],
            icon=row["dessin"],
            lines=tuple(row["lignes"]),
            steps=tuple(row["etapes"]),
            words={each["mot"]: each["sens"] for each in row["mots"]},
        )
        for row in read_yaml(FILE)
    }
