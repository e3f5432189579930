"""Referrals in the words of DORA, for whoever follows them there: states and reasons, never a person."""

from collections.abc import Iterable

from django.db.models import QuerySet
from django.utils import timezone

from maillage.apps.orientations.models import Orientation
from maillage.apps.orientations.rules import cycle
from maillage.kernel.spreadsheet import as_csv

COLUMNS = ("id", "statut", "date_envoi", "date_traitement", "motifs_refus", "structure_envoi", "lieu_accueil")


def table(rows: QuerySet[Orientation]) -> str:
    """Return referrals as a CSV of COLUMNS, the oldest first; no cell that a spreadsheet would run."""
    read = rows.select_related("from_structure", "lieu").order_by("sent_at", "pk")
    return as_csv(COLUMNS, dora(read))


def dora(rows: Iterable[Orientation]) -> list[dict[str, str]]:
    """Return referrals as rows of COLUMNS; those DORA has no word for (drafts, cancelled, without
    solution) are left out.
    """
    return [_row(row) for row in rows if cycle.DORA[row.state]]


def _row(row: Orientation) -> dict[str, str]:
    reason = cycle.REASONS.get(row.reason)
    return {
        "id": str(row.pk),
        "statut": cycle.DORA[row.state],
        "date_envoi": _day(row.sent_at),
        "date_traitement": _day(row.answered_at),
        "motifs_refus": reason.dora if reason and row.state in (cycle.REFUSED, cycle.REDIRECTED) else "",
        "structure_envoi": row.from_structure.name if row.from_structure else "",
        "lieu_accueil": row.lieu_name,
    }


def _day(moment) -> str:
    return timezone.localdate(moment).isoformat() if moment else ""
