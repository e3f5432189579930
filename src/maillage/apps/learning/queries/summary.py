"""Results of learning, in words and bars, for the pages that show them."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from maillage.apps.directory.places.queries.seats import structures_in
from maillage.apps.learning.models import Fact, Plan
from maillage.apps.learning.queries import contents
from maillage.apps.learning.queries.conversion import Conversion, conversion, plans_of
from maillage.apps.learning.queries.measures import OfModule, facts_of, modules
from maillage.kernel.estimate import Figure, Withheld
from maillage.publishing.page import charts
from maillage.web import snapshots
from maillage.words import wording
from maillage.words.opening import date_text

YEAR = timedelta(days=365)
MANY = 10_000  # steps of a year beyond which they are counted in the background
FIELDS = tuple(name for name in OfModule.__dataclass_fields__ if name != "module")


def of_territory(communes: frozenset[str] | None, on: date) -> dict[str, Any]:
    """Return the context of `learning/_conversion.html` for the plans of a year in some communes; None:
    everywhere.
    """
    return territory(communes, on)[2]


def territory(
    communes: frozenset[str] | None, on: date
) -> tuple[Sequence[OfModule], bool, dict[str, Any], datetime | None]:
    """Return the modules of the year that ends on a day in some communes (None: everywhere), whether the
    people are invented, what `learning/_conversion.html` shows of their plans, and when they were counted,
    None for just now.
    """
    codes = None if communes is None else sorted(communes)
    (rows, examples, plans), at = snapshots.answer(
        f"{__name__}.counts", codes, on=on, at=timezone.now(), is_long=lambda: is_large(communes, on)
    )
    on = timezone.localdate(at) if at else on
    known = contents.modules()
    module_measures = [OfModule(module=known[id], **figures) for id, figures in rows if id in known]
    return module_measures, examples, _plans(plans, on), at


def counts(
    codes: Sequence[str] | None, *, on: date
) -> tuple[list[tuple[str, dict[str, Any]]], bool, Conversion]:
    """Return the modules by their identifier, whether the people are invented, and their plans, in the year
    that ends on a day, of some communes or of everywhere.
    """
    communes, since = None if codes is None else frozenset(codes), on - YEAR
    facts = facts_of(structures_in(communes), since, on)
    rows, examples = modules(facts, protected=True)
    figures_by_module = [(row.module.id, {name: getattr(row, name) for name in FIELDS}) for row in rows]
    return figures_by_module, examples, conversion(plans_of(None, communes, since, on), facts, protected=True)


def is_large(communes: frozenset[str] | None, on: date) -> bool:
    """Return True if a year has too many facts for somebody to wait while they are counted."""
    return facts_of(structures_in(communes), on - YEAR, on).order_by()[:MANY].count() == MANY


def of_plans(rows: QuerySet[Plan], facts: QuerySet[Fact], on: date, *, protected: bool) -> dict[str, Any]:
    """Return the context of `learning/_conversion.html` for some plans of the year that ends on a day."""
    return _plans(conversion(rows, facts, protected=protected), on)


def _plans(outcomes: Conversion, on: date) -> dict[str, Any]:
    shares = (
        ("Faits en ligne par la personne", outcomes.converted),
        ("Faits autrement : le droit est gardé", outcomes.obtained),
        ("Dont on sait la suite", outcomes.known),
    )
    return {
        "conversion": outcomes,
        "shares": [{"label": label, **figure(share)} for label, share in shares],
        "since": date_text(on - YEAR),
        "until": date_text(on),
    }


def figure(of: Figure) -> dict[str, Any]:
    """Return a share in words, with its bounds for the bar."""
    if isinstance(of, Withheld):
        return {"withheld": of.reason, "n": of.n}
    bar = charts.small_bar(of, top=100, id="rayures")
    estimate_text, counted = wording.survey_share(of), wording.counted_share(of)
    return {
        "value": estimate_text.value,
        "counted": counted,
        "between": estimate_text.between,
        "n": of.n,
        "bar": bar,
    }
