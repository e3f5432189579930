"""Places where the steps of a result are taken: real places near the person's home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from maillage.apps.directory.places.queries import results
from maillage.apps.directory.places.queries.results import ALL, Row, Search
from maillage.apps.directory.places.queries.where import Spot
from maillage.reference import bilan
from maillage.reference.bilan import Step
from maillage.words.languages import to_say

CANDIDATES = 12  # places looked at to give each step its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A step, and where to take it. place: the nearest that declares it, None when unknown; nearby: how many
    within an hour on foot; instead: text when none declares it; search: the query of the search page.
    """

    step: Step
    place: Row | None = None
    nearby: int = 0
    instead: str = ""
    search: str = ""


def ways(steps: Sequence[Step], spot: Spot | None, *, at: datetime) -> list[Way]:
    """Return each step with a place of its own, as far as there are several."""
    used: set[str] = set()
    chosen = []
    for step in steps:
        way = _way(step, spot, used, at)
        if way.place is not None:
            used.add(way.place.slug)
        chosen.append(way)
    return chosen


def _way(step: Step, spot: Spot | None, used: set[str], at: datetime) -> Way:
    query = urlencode({"besoin": step.need} | ({"ou": spot.label} if spot else {})) if step.need else ""
    if spot is None or not step.need:
        return Way(step=step, search=query)
    rows = _rows(Search(spot=spot, need=step.need, minutes=60, n_rows=CANDIDATES), step, at)
    near = len(rows)
    if not rows:
        anywhere = results.find(Search(spot=spot, need=step.need, minutes=ALL, n_rows=CANDIDATES), at)
        rows = [*anywhere.rows, *anywhere.unlocated]
    fresh = [row for row in rows if row.slug not in used] or rows
    instead = (
        ""
        if rows
        else to_say("Aucun lieu de l’annuaire ne propose cette aide : c’est un manque, il est compté.")
    )
    return Way(step=step, place=fresh[0] if fresh else None, nearby=near, instead=instead, search=query)


def _rows(criteria: Search, step: Step, at: datetime) -> list[Row]:
    """Return places within an hour; of those with computers, the ones with a helper come first."""
    nearby = results.find(criteria, at)
    rows = [*nearby.rows, *nearby.unlocated]
    if step.need != "libre_acces":
        return rows
    helped = results.find(
        Search(
            spot=criteria.spot,
            need=criteria.need,
            minutes=criteria.minutes,
            n_rows=CANDIDATES,
            chosen={"comment": "person"},
        ),
        at,
    )
    first = [*helped.rows, *helped.unlocated]
    slugs = {row.slug for row in first}
    return [*first, *(row for row in rows if row.slug not in slugs)]


def search(ou: str) -> str:
    """Return the query of the page that finds who helps with a procedure."""
    return urlencode({"besoin": bilan.flags()["procedure"].need} | ({"ou": ou} if ou else {}))
