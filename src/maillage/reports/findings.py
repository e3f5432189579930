"""What people found of a territory, beside the verdicts of the grid: who confirms, who contradicts, and where they part."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maillage.reference.findings import kinds, who
from maillage.reports.wording import count, listing, lower_first

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody found: by whom, of what, whether they confirm it, their words, where and when they were said.

    people: how many said it together, 0 when nobody counted them.
    """

    who: str
    kind: str
    confirms: bool
    words: str
    source: str
    year: int
    people: int = 0


def told(rows: Sequence[Said], axis: str = "") -> list[Json]:
    """Return the findings of an axis of the grid (all when ''), each with those who speak of it, as a reader sees them."""
    out = []
    for kind in kinds().values():
        here = [row for row in rows if row.kind == kind.id]
        if not here or axis not in ("", kind.axis):
            continue
        out.append(
            {
                "constat": kind.says,
                "combien": count(len(here), "témoignage"),
                "ecart": gap(here),
                "paroles": [
                    {
                        "qui": who()[row.who],
                        "sens": "" if row.confirms else "contredit",
                        "mots": row.words,
                        "source": _source(row),
                    }
                    for row in here
                ],
            }
        )
    return out


def _source(row: Said) -> str:
    """Return where it was heard, when, and how many said it together: « Groupe de discussion, 2026, 14 personnes »."""
    people = f", {count(row.people, 'personne')}" if row.people else ""
    return f"{row.source}, {row.year}{people}"


def gap(rows: Sequence[Said]) -> str:
    """Return in a sentence how those who speak of one finding part, '' when they agree.

    >>> gap([Said("institutions", "told", True, "", "s", 2026), Said("public", "told", False, "", "s", 2026)])
    'Les avis s’écartent : les collectivités et opérateurs le confirment, les habitants non.'
    """
    yes, no = ([id for id in who() if any(row.who == id and row.confirms == way for row in rows)] for way in (True, False))
    if not yes or not no:
        return ""
    if set(yes) & set(no):
        return f"Les avis s’écartent parmi les {_named(sorted(set(yes) & set(no)))}."
    return f"Les avis s’écartent : les {_named(yes)} le confirment, les {_named(no)} non."


def _named(ids: Sequence[str]) -> str:
    return listing([lower_first(who()[id]) for id in ids])
