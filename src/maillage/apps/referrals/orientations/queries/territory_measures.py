"""Outcomes of referrals of a territory, in words and bars, for the page of measures and the diagnosis."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import measures as queries
from maillage.apps.referrals.orientations.queries import structure_measures
from maillage.kernel.estimate import Withheld
from maillage.publishing.page import charts
from maillage.web import bulk, snapshots
from maillage.words import wording
from maillage.words.opening import date_text

PERIOD = timedelta(days=365)


MANY = 5_000  # referrals of a year beyond which they are counted in the background


def of_territory(communes: frozenset[str] | None, *, on: date) -> dict[str, Any]:
    """Return the context of `orientations/measures/_section.html` for the referrals of some communes (None:
    everywhere) in a year. counted_at: None for just now.

    Invented people are told apart: where there are some, they alone are counted.
    """
    codes = None if communes is None else sorted(communes)
    snapshot, at = snapshots.answer(
        f"{__name__}.counts", codes, on=on, at=timezone.now(), is_long=lambda: is_large(codes, on)
    )
    on = timezone.localdate(at) if at else on
    shares = (
        ("Dont on sait ce qu’elles sont devenues", snapshot.known, 80),
        ("Vues par le lieu", snapshot.viewed, None),
        ("Répondues", snapshot.answered, None),
        ("Suivies d’une venue", snapshot.came, None),
        ("Suivies d’une aide", snapshot.served, None),
    )
    return {
        "measures": snapshot,
        "shares": [{"label": label, "aim": aim, **_share(figure)} for label, figure, aim in shares],
        "delays": [
            ("pour répondre", _delay(snapshot.to_answer)),
            ("pour être reçu", _delay(snapshot.to_meet)),
        ],
        "tables": {
            "needs": _table("Refus, par besoin", snapshot.reasons_by_need),
            "communes": _table("Refus, par commune", snapshot.reasons_by_commune),
            "unsolved": _table("Besoins sans solution, par commune", snapshot.unsolved_by_need),
        },
        "since": date_text(on - PERIOD),
        "until": date_text(on),
        "counted_at": at,
    }


def counts(codes: Sequence[str] | None, *, on: date) -> queries.Measures:
    """Return the measures of the year that ends on a day, of some communes or of everywhere."""
    invented = queries.measures(codes, on - PERIOD, on, examples=True)
    return invented if invented.n else queries.measures(codes, on - PERIOD, on)


def is_large(codes: Sequence[str] | None, on: date) -> bool:
    """Return True if so many were sent in a year that nobody should wait while they are counted."""
    rows = Orientation.objects.filter(sent_at__gte=midnight(on - PERIOD))
    if codes is not None:
        rows = rows.filter(commune__in=bulk.to_find(codes))
    return rows.order_by()[:MANY].count() == MANY


def _share(figure: Any) -> dict[str, Any]:
    """Return a share in words, with the bounds that chance alone would give others like it, for the bar."""
    if isinstance(figure, Withheld):
        return {"withheld": figure.reason}
    return {
        "value": wording.counted_share(figure),
        "between": wording.survey_share(figure).between,
        "n": figure.n,
        "bar": charts.small_bar(figure, top=100, id="rayures"),
    }


def _table(words: str, table: queries.Table) -> dict[str, Any]:
    lines = list(zip(table.rows, table.cells, strict=True))
    return {"words": words, "columns": table.columns, "lines": lines}


def _delay(delay: queries.Delay) -> dict[str, str]:
    if delay.median is None or delay.p90 is None:
        return {}
    half = structure_measures.days_in_words(delay.median.value)
    nine = structure_measures.days_in_words(delay.p90.value)
    low, high = wording.bounds(delay.median.low, delay.median.high, 1)
    bounds = f"{low} – {high}" if low != high else ""
    return {"half": half, "nine": nine, "bounds": bounds, "n": wording.number(delay.n)}
