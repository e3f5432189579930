"""The measured quality of the diagnosis, version by version; invented people apart."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from maillage.apps.referrals.autonomy import rules
from maillage.apps.referrals.autonomy.models import Bilan, Tally
from maillage.reference import bilan
from maillage.statistics.people import bilan_quality
from maillage.statistics.people.bilan_quality import Followed, Quality, Row

INVENTED = Q(person__example=True) | Q(by__is_demonstration=True)
FIELDS = (
    *(
        "person",
        "by",
        "at",
        "mode",
        "version",
        "answers",
        "timings",
        "declared",
        "observed",
        "use",
        "access",
        "line",
        "result",
    ),
    "changed_result",
)


@dataclass(frozen=True, slots=True)
class Page:
    """The quality of a version. n: diagnoses of people; examples: of invented people; uses_examples: the page
    is theirs.
    """

    quality: Quality
    version: bilan.Version
    n: int
    examples: int
    uses_examples: bool


def page(version: str, *, examples: bool = False, followed: Followed | None = None) -> Page:
    """Return the quality of a version. examples: as invented people give it; followed: what became of
    those who were referred.
    """
    # The state of the stored answers: while it is the same, cached measures are valid.
    rows = Bilan.objects.aggregate(
        Count("pk"), Max("pk"), changes=Count("changed_at"), counted=Count("person")
    )
    last = Bilan.objects.order_by("-pk").values_list("token", flat=True).first()
    return _page(version, examples, followed, (*rows.values(), last, _total(Tally.objects.all())))


@lru_cache(maxsize=8)
def _page(version: str, examples: bool, followed: Followed | None, state: tuple[object, ...]) -> Page:
    diagnoses = Bilan.objects.filter(version=version)
    invented = diagnoses.filter(INVENTED)
    rows = [
        _row(values)
        for values in (invented if examples else diagnoses.exclude(pk__in=invented)).values(*FIELDS)
    ]
    tallies = Tally.objects.none() if examples else _tallies(version)
    return Page(
        quality=bilan_quality.measured(
            version,
            rows,
            begun=_total(tallies.filter(kind=rules.START)),
            stopped=dict(
                tallies.filter(kind=rules.STOP).order_by().values_list("value").annotate(Sum("count"))
            ),
            ended=_total(tallies.filter(kind=rules.END)),
            followed=None if examples else followed,
        ),
        version=bilan.versions()[version],
        n=diagnoses.count() - invented.count(),
        examples=invented.count(),
        uses_examples=examples,
    )


def _tallies(version: str) -> QuerySet[Tally]:
    """Return the daily counts of the period when a version was in force."""
    days = sorted(each.since for each in bilan.versions().values())
    since = bilan.versions()[version].since
    rows = Tally.objects.filter(day__gte=since) if since > days[0] else Tally.objects.all()
    later = [day for day in days if day > since]
    return rows.filter(day__lt=later[0]) if later else rows


def _total(rows: QuerySet[Tally]) -> int:
    return rows.aggregate(total=Sum("count"))["total"] or 0


def _row(values: dict[str, Any]) -> Row:
    changed = values.pop("changed_result")
    return Row(**values, changed=bool(changed))
