"""The ingredients of a report on a territory: its territory, its study, its data and their years."""

from datetime import date
from importlib.metadata import version

from maillage.publishing.catalogue import NAMES, PLAN
from maillage.publishing.page.folder import Fingerprint
from maillage.publishing.plan.reading import PlanReading
from maillage.publishing.territory.reading import Reading


def fingerprint(
    reading: Reading, report: str, *, on: date, edition: str = "", plan: PlanReading | None = None
) -> Fingerprint:
    """Return the content of `empreinte.json` for a report written on a day, without the digests of its files.

    report: one of NAMES, "" for the study alone; edition: the name under which it is frozen, "" for none;
    plan: that of the territory, which only its own report tells when it is a draft.
    """
    territory = reading.territory
    stamp: Fingerprint = {
        "version": 1,
        "rapport": report,
        "titre": f"{NAMES[report]} : {territory.name}" if report else territory.name,
        "territoire": {"code": territory.code, "nom": territory.name},
        "edition": edition or None,
        "date": on.isoformat(),
        "logiciel": version("maillage"),
        "etude": reading.fingerprint,
        "donnees": [
            {"id": each.id, "producteur": each.producer, "titre": each.title, "millesime": each.vintage}
            for each in reading.sources
        ],
    }
    if plan is not None and (plan.is_published or report == PLAN):
        stamp["plan"] = plan.fingerprint
    if report == PLAN and plan is not None and not plan.is_published:
        stamp["brouillon"] = True
    return stamp
