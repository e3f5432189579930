"""The people seen in a territory, by their diagnoses; small counts withheld, invented people apart."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.referrals.autonomy import rules
from maillage.apps.referrals.autonomy.models import Bilan, Tally
from maillage.apps.referrals.autonomy.queries.quality import INVENTED
from maillage.publishing.autonomy import measures as bilan_measures
from maillage.reference import bilan
from maillage.statistics.engine import small_counts
from maillage.statistics.people import observed
from maillage.statistics.people.observed import Observed, Row

FIELDS = (
    "person",
    "at",
    "answers",
    "access",
    "use",
    "result",
    "flags",
    "retest_of__use",
    "retest_of__access",
)
FIRST = date(2000, 1, 1)


@dataclass(frozen=True, slots=True)
class Counted:
    """The number of times that the four questions of a counter gave an advice, by whole batches of days that
    are over; n None: withheld.
    """

    label: str
    n: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """The people seen between two days, and the invented ones, separately. screening: the advice given at
    counters; screened: how many times in all, None when too few to publish, like any row.
    """

    since: date | None
    until: date | None
    observed: Observed
    examples: Observed
    screening: list[Counted]
    screened: int | None


def totals(
    communes: Iterable[str] | None,
    since: date | None = None,
    until: date | None = None,
    *,
    on: date | None = None,
) -> Totals:
    """Return the people seen in some communes (None: everywhere), from a day to a day, both included (None:
    no bound).

    on: today, whose advice at counters is not published yet.
    """
    inside = None if communes is None else frozenset(communes)
    diagnoses = _within(Bilan.objects.all(), inside)
    if since is not None:
        diagnoses = diagnoses.filter(at__gte=midnight(since))
    if until is not None:
        diagnoses = diagnoses.filter(at__lt=midnight(until + timedelta(days=1)))
    invented = diagnoses.filter(INVENTED).values_list("pk", flat=True)
    n_screened, counts = _screened(inside, since, until, before=on or timezone.localdate())
    return Totals(
        since=since,
        until=until,
        observed=observed.observed(_rows(diagnoses.exclude(pk__in=invented)), few=observed.least()),
        examples=observed.observed(_rows(diagnoses.filter(pk__in=invented)), few=0),
        screening=_counted(counts),
        screened=n_screened,
    )


def section(communes: Iterable[str] | None) -> dict[str, Any]:
    """Return the context of `autonomy/totals/_section.html` for a territory, since the beginning."""
    return page(totals(communes))


def page(sums: Totals) -> dict[str, Any]:
    """Return totals as a page shows them."""
    return {
        "totals": sums,
        "people": bilan_measures.people(sums.observed),
        "invented": bilan_measures.people(sums.examples) if sums.examples.received else None,
        "not_compared": observed.NOT_COMPARED,
    }


def years(communes: Iterable[str] | None) -> list[int]:
    """Return the years in which diagnoses were done there, the last first."""
    diagnoses = _within(Bilan.objects.all(), None if communes is None else frozenset(communes))
    return sorted({at.year for at in diagnoses.datetimes("at", "year")}, reverse=True)


def _rows(diagnoses: QuerySet[Bilan]) -> list[Row]:
    """Return diagnoses with the rule's result: a later change would stand out in a batch already
    published.
    """
    return [
        Row(
            person=values["person"],
            at=values["at"],
            answers=values["answers"],
            access=values["access"],
            use=values["use"],
            result=values["result"],
            flags=values["flags"],
            before=(values["retest_of__use"], values["retest_of__access"])
            if values["retest_of__use"]
            else None,
        )
        for values in diagnoses.order_by("at", "pk").values(*FIELDS)
    ]


# ------------------------------------------------------------------------------------------------------ where


def _within(diagnoses: QuerySet[Bilan], communes: frozenset[str] | None) -> QuerySet[Bilan]:
    """Return the diagnoses of some communes: where the person said, else where the structure stands, when
    all its places are there.
    """
    if communes is None:
        return diagnoses
    places = diagnoses.exclude(place="").order_by().values_list("place", flat=True).distinct()
    structures = (
        diagnoses.filter(place="", structure__isnull=False)
        .order_by()
        .values_list("structure", flat=True)
        .distinct()
    )
    there = [pk for pk, stands in _standing(structures).items() if stands <= communes]
    return diagnoses.filter(Q(place__in=sorted(set(places) & communes)) | Q(place="", structure__in=there))


def _standing(structures: Collection[int]) -> dict[int, set[str]]:
    """Return the communes where each structure stands: its places, its seat when it has none."""
    communes_by_structure: dict[int, set[str]] = {}
    for pk, code in (
        Lieu.objects.filter(structure__in=structures)
        .exclude(code_insee="")
        .values_list("structure", "code_insee")
    ):
        communes_by_structure.setdefault(pk, set()).add(code)
    for pk, code in (
        Structure.objects.filter(pk__in=structures).exclude(code_insee="").values_list("pk", "code_insee")
    ):
        communes_by_structure.setdefault(pk, {code})
    return communes_by_structure


# ---------------------------------------------------------------------------------------------------- counter


def _screened(
    communes: frozenset[str] | None, since: date | None, until: date | None, *, before: date
) -> tuple[int | None, dict[str, int]]:
    """Return how many screenings were done, None when too few, and how many times each advice was given.

    Only by counters in these communes; in whole batches, earliest days first, of past days: within a day the
    order is unknown, and batches would shift until it ends.
    """
    rows = Tally.objects.filter(kind=rules.VERDICT, day__gte=since or FIRST, day__lt=before)
    if until is not None:
        rows = rows.filter(day__lte=until)
    if communes is not None:
        structures = rows.exclude(structure=None).order_by().values_list("structure", flat=True).distinct()
        there = [pk for pk, stands in _standing(structures).items() if stands <= communes]
        rows = rows.filter(structure__in=there)
    n_by_day_and_advice = {
        (day, id): n for day, id, n in rows.order_by().values_list("day", "value").annotate(Sum("count"))
    }
    total = sum(n_by_day_and_advice.values())
    published = remaining = small_counts.batch(total, observed.least())
    counts = dict.fromkeys(bilan.verdicts(), 0)
    for day in sorted({day for day, _ in n_by_day_and_advice}):
        for id in counts:
            n = min(n_by_day_and_advice.get((day, id), 0), remaining)
            counts[id], remaining = counts[id] + n, remaining - n
    return (published if published or not total else None), counts


def _counted(counts: dict[str, int]) -> list[Counted]:
    visible = small_counts.one_way(list(counts.values()), observed.least())
    return [
        Counted(bilan.verdicts()[id].label, n if is_visible else None)
        for (id, n), is_visible in zip(counts.items(), visible, strict=True)
    ]
