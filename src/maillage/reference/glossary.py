"""The glossary: terms of the field in our words, each with who named it."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from maillage.reference.files import read_yaml

FILE = Path(__file__).parent / "glossary.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A term. key: stable anchor; aliases: other spellings in our texts; requirement: row it answers."""

    key: str
    term: str
    definition: str
    source: str
    requirement: str
    aliases: tuple[str, ...] = ()
    family: str = "notion"


@cache
def terms() -> dict[str, Term]:
    """Return the terms by key, in alphabetical order of terms."""
    raw = read_yaml(FILE)
    terms = [Term(**{**row, "aliases": tuple(row.get("aliases", ()))}) for row in raw]
    keys = [term.key for term in terms]
    if len(set(keys)) != len(keys):
        raise ValueError("a term of the glossary is written twice.")
    return {term.key: term for term in sorted(terms, key=lambda t: _order(t.term))}


def _order(text: str) -> str:
    table = str.maketrans("àâéèêëîïôùûçÀÉÈÊ", "aaeeeeiiouucAEEE")
    return text.translate(table).casefold()
