"""What referrals become: those of one's structure, and those of a territory for whoever reads its measures."""

from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.views import holding
from maillage.apps.orientations import access
from maillage.apps.orientations.queries import measures as queries
from maillage.apps.orientations.queries import ours
from maillage.kernel.estimate import Withheld
from maillage.reports import charts, wording
from maillage.reports.opening import said

MEASURES = "measures.see"
PERIOD = timedelta(days=365)


@holding(access.SEE, access.MINE, access.ANSWER, MEASURES)
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """Our own referrals of a year, and those of the communes whose measures one reads."""
    rights, at = rights_of(request.user), timezone.now()
    own = rights.any(access.SEE, access.MINE, access.ANSWER)
    communes = rights.communes(MEASURES)
    if not own and communes is not None and not communes:
        raise Http404
    context: dict[str, Any] = {"own": own}
    if own:
        context |= {"received": ours.received(request.user, at), "given": ours.given(request.user, at)}
    if communes is None or communes:
        context |= of_territory(communes, on=timezone.localdate(at))
    return render(request, "orientations/measures/index.html", context)


def of_territory(communes: frozenset[str] | None, *, on: date) -> dict[str, Any]:
    """Return what `orientations/measures/_section.html` shows of the referrals of some communes (None: everywhere) in a year.

    Invented people are told apart, and only when there is nobody else.
    """
    since = on - PERIOD
    found = queries.measures(communes, since, on)
    if found.n == 0 and found.unsolved == 0:
        examples = queries.measures(communes, since, on, examples=True)
        if examples.n:
            found = examples
    shares = (
        ("Dont on sait ce qu’elles sont devenues", found.known, 80),
        ("Vues par le lieu", found.seen, None),
        ("Répondues", found.answered, None),
        ("Suivies d’une venue", found.came, None),
        ("Suivies d’une aide", found.served, None),
    )
    return {
        "measures": found,
        "shares": [{"label": label, "aim": aim, **_share(figure)} for label, figure, aim in shares],
        "delays": [("pour répondre", _delay(found.to_answer)), ("pour être reçu", _delay(found.to_meet))],
        "tables": {
            "needs": _table("Refus, par besoin", found.reasons_by_need),
            "communes": _table("Refus, par commune", found.reasons_by_commune),
            "unsolved": _table("Besoins sans solution, par commune", found.unsolved_by_need),
        },
        "since": said(since),
        "until": said(on),
    }


def _share(figure: Any) -> dict[str, Any]:
    """Return a share in words, with its bounds for the bar."""
    if isinstance(figure, Withheld):
        return {"withheld": figure.reason}
    bar = charts.small_bar(figure, top=100, id="rayures")
    return {"value": wording.percent(figure.value), "between": wording.rate(figure).between, "n": figure.n, "bar": bar}


def _table(words: str, table: queries.Table) -> dict[str, Any]:
    return {"words": words, "columns": table.columns, "lines": list(zip(table.rows, table.cells, strict=True))}


def _delay(delay: queries.Delay) -> dict[str, str]:
    if delay.median is None or delay.p90 is None:
        return {}
    half, nine = ours.days_in_words(delay.median.value), ours.days_in_words(delay.p90.value)
    bounds = f"{wording.number(delay.median.low, 1)} – {wording.number(delay.median.high, 1)}"
    return {"half": half, "nine": nine, "bounds": bounds, "n": wording.number(delay.n)}
