"""The people seen in a territory, by their diagnoses; small counts withheld, invented people apart."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from maillage.apps.autonomy import rules
from maillage.apps.autonomy.models import Bilan, Tally
from maillage.apps.autonomy.queries.quality import INVENTED
from maillage.apps.directory.models import Lieu, Structure
from maillage.engine import disclosure
from maillage.reference import bilan
from maillage.reports import bilan_measures
from maillage.studies import seen
from maillage.studies.seen import Row, Seen

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
    """How many times the four questions of a counter gave an advice; n None: withheld."""

    label: str
    n: int | None


@dataclass(frozen=True, slots=True)
class Totals:
    """The people seen between two days, and the invented ones, told apart. screening: the advice given at counters; screened: how
    many times in all, None when it is too few to be told, as any row of it."""

    since: date | None
    until: date | None
    seen: Seen
    examples: Seen
    screening: list[Counted]
    screened: int | None


def totals(communes: Iterable[str] | None, since: date | None = None, until: date | None = None) -> Totals:
    """Return the people seen in some communes (None: everywhere), from a day to a day, both included (None: no bound)."""
    inside = None if communes is None else frozenset(communes)
    held = _within(Bilan.objects.all(), inside)
    if since is not None:
        held = held.filter(at__gte=_midnight(since))
    if until is not None:
        held = held.filter(at__lt=_midnight(until + timedelta(days=1)))
    invented = held.filter(INVENTED).values_list("pk", flat=True)
    counts = _screened(inside, since, until)
    asked = sum(counts.values())
    return Totals(
        since=since,
        until=until,
        seen=seen.seen(_rows(held.exclude(pk__in=invented)), few=seen.least()),
        examples=seen.seen(_rows(held.filter(pk__in=invented)), few=0),
        screening=_shown(counts),
        screened=asked if not asked or asked >= seen.least() else None,
    )


def section(communes: Iterable[str] | None) -> dict[str, Any]:
    """Return what `autonomy/totals/_section.html` shows of a territory, since the beginning."""
    return told(totals(communes))


def told(found: Totals) -> dict[str, Any]:
    """Return totals as a page shows them."""
    return {
        "totals": found,
        "people": bilan_measures.people(found.seen),
        "invented": bilan_measures.people(found.examples) if found.examples.received else None,
        "not_compared": seen.NOT_COMPARED,
    }


def years(communes: Iterable[str] | None) -> list[int]:
    """Return the years in which diagnoses were done there, the last first."""
    held = _within(Bilan.objects.all(), None if communes is None else frozenset(communes))
    return sorted({at.year for at in held.datetimes("at", "year")}, reverse=True)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _rows(held: QuerySet[Bilan]) -> list[Row]:
    """Return diagnoses with the result of the rule: a change made later would show, alone, inside a batch already told."""
    return [
        Row(
            person=values["person"],
            at=values["at"],
            answers=values["answers"],
            access=values["access"],
            use=values["use"],
            result=values["result"],
            flags=values["flags"],
            before=(values["retest_of__use"], values["retest_of__access"]) if values["retest_of__use"] else None,
        )
        for values in held.order_by("at", "pk").values(*FIELDS)
    ]


# --------------------------------------------------------------------------------------------------------------------- where


def _within(held: QuerySet[Bilan], communes: frozenset[str] | None) -> QuerySet[Bilan]:
    """Return the diagnoses of some communes: where the person said, else where the structure stands, when all its places are there."""
    if communes is None:
        return held
    said = held.exclude(place="").order_by().values_list("place", flat=True).distinct()
    structures = held.filter(place="", structure__isnull=False).order_by().values_list("structure", flat=True).distinct()
    there = [pk for pk, stands in _standing(structures).items() if stands <= communes]
    return held.filter(Q(place__in=sorted(set(said) & communes)) | Q(place="", structure__in=there))


def _standing(structures: Collection[int]) -> dict[int, set[str]]:
    """Return the communes where each structure stands: its places, its seat when it has none."""
    found: dict[int, set[str]] = {}
    for pk, code in (
        Lieu.objects.filter(structure__in=structures).exclude(code_insee="").values_list("structure", "code_insee")
    ):
        found.setdefault(pk, set()).add(code)
    for pk, code in Structure.objects.filter(pk__in=structures).exclude(code_insee="").values_list("pk", "code_insee"):
        found.setdefault(pk, {code})
    return found


# ------------------------------------------------------------------------------------------------------------------- counter


def _screened(communes: frozenset[str] | None, since: date | None, until: date | None) -> dict[str, int]:
    """Return how many times each advice was given, by counters that stand in these communes alone."""
    rows = Tally.objects.filter(kind=rules.VERDICT, day__gte=since or FIRST)
    if until is not None:
        rows = rows.filter(day__lte=until)
    if communes is not None:
        structures = rows.exclude(structure=None).order_by().values_list("structure", flat=True).distinct()
        there = [pk for pk, stands in _standing(structures).items() if stands <= communes]
        rows = rows.filter(structure__in=there)
    counts = dict(rows.order_by().values_list("value").annotate(Sum("count")))
    return {id: counts.get(id, 0) for id in bilan.verdicts()}


def _shown(counts: dict[str, int]) -> list[Counted]:
    shown = disclosure.one_way(list(counts.values()), seen.least())
    return [
        Counted(bilan.verdicts()[id].label, n if told else None)
        for (id, n), told in zip(counts.items(), shown, strict=True)
    ]
