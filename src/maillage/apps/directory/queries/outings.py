"""The register of awareness actions, and what a team takes along."""

from collections.abc import Sequence
from typing import Any

from maillage.apps.directory.models import Lieu, Outing
from maillage.apps.directory.queries.search import Wanted, search
from maillage.pipeline.offer.clean import point
from maillage.reports import wording
from maillage.studies.territories import gazetteer

NEAREST = 6


def register() -> list[Outing]:
    return list(Outing.objects.select_related("by"))


def told(rows: Sequence[Outing]) -> str:
    """Return the register in one sentence: only counted numbers, and how many actions counted nobody."""
    done = [row for row in rows if row.state == "done"]
    counted = [row for row in done if row.met is not None]
    if not rows:
        return ""
    words = f"{wording.count(len(rows), 'action')}, dont {wording.count(len(done), 'faite')}"
    if counted:
        words += f" ; {wording.number(sum(row.met for row in counted))} personnes rencontrées dans {wording.count(len(counted), 'action')}"
    if unknown := len(done) - len(counted):
        words += f" ; {wording.number(unknown)} sans compte"
    return f"{words}."


def nearby(outing: Outing) -> list[dict[str, Any]]:
    """Return the nearest places of an action, from the commune that its “where” names; [] when it names none."""
    found = next((t for t in gazetteer().find(outing.place.split(",")[-1].strip()) if t.kind == "commune"), None)
    extent = point.extent(found.code) if found else None
    if extent is None:
        return []
    places = search(Wanted(latitude=extent.latitude, longitude=extent.longitude, radius=15_000, limit=NEAREST)).places
    rows = Lieu.objects.in_bulk([id for id, _ in places])
    return [{"lieu": rows[id], "commune": rows[id].sheet.get("commune", "")} for id, _ in places if id in rows]
