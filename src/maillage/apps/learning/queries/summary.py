"""What learning gives, in words and bars, for the pages that show it."""

from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from maillage.apps.directory.queries.seats import structures_in
from maillage.apps.learning.models import Fact, Plan
from maillage.apps.learning.queries.conversion import conversion, plans_of
from maillage.apps.learning.queries.measures import facts_of
from maillage.kernel.estimate import Figure, Withheld
from maillage.reports.page import charts
from maillage.words import wording
from maillage.words.opening import date_text

YEAR = timedelta(days=365)


def of_territory(communes: frozenset[str] | None, on: date) -> dict[str, Any]:
    """Return what `learning/_conversion.html` shows of the plans of a year in some communes; None:
    everywhere.
    """
    since = on - YEAR
    facts = facts_of(structures_in(communes), since, on)
    return of_plans(plans_of(None, communes, since, on), facts, on, protected=True)


def of_plans(rows: QuerySet[Plan], facts: QuerySet[Fact], on: date, *, protected: bool) -> dict[str, Any]:
    """Return what `learning/_conversion.html` shows of some plans of the year that ends on a day."""
    found = conversion(rows, facts, protected=protected)
    shares = (
        ("Faits en ligne par la personne", found.converted),
        ("Faits autrement : le droit est gardé", found.obtained),
        ("Dont on sait la suite", found.known),
    )
    return {
        "conversion": found,
        "shares": [{"label": label, **figure(each)} for label, each in shares],
        "since": date_text(on - YEAR),
        "until": date_text(on),
    }


def figure(of: Figure) -> dict[str, Any]:
    """Return a share in words, with its bounds for the bar."""
    if isinstance(of, Withheld):
        return {"withheld": of.reason, "n": of.n}
    bar = charts.small_bar(of, top=100, id="rayures")
    shown, counted = wording.survey_share(of), wording.counted_share(of)
    return {"value": shown.value, "counted": counted, "between": shown.between, "n": of.n, "bar": bar}
