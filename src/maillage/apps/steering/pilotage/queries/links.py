"""From what is noted to the links of the chain: orientation, action, effect, for each unit and in all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from math import ceil

from django.utils import timezone

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.dossiers.models import Study
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.pilotage import rules
from maillage.apps.steering.pilotage.queries import activity as noted
from maillage.apps.steering.pilotage.queries.activity import Activity, Noted, Referral
from maillage.apps.steering.pilotage.queries.units import Unit, units
from maillage.apps.steering.pilotage.rules import Detail, Link
from maillage.reference.parameters import number
from maillage.web import snapshots
from maillage.words.dates import counted
from maillage.words.opening import date_text

OF_ACTION: dict[str, str] = {
    noted.ACTS: "acte d’aide|actes d’aide",
    noted.TAKEN: "place d’atelier prise|places d’atelier prises",
    noted.MISSED: "place d’atelier prise, personne pas venue|places d’atelier prises, personnes pas venues",
    noted.LEARNERS: "personne qui apprend|personnes qui apprennent",
    noted.FOLLOWED: "démarche suivie|démarches suivies",
    noted.MANDATES: "mandat en cours|mandats en cours",
}
OF_EFFECT: dict[str, str] = {
    noted.OPENED: "droit ouvert ou gardé|droits ouverts ou gardés",
    noted.LOST: "droit arrêté|droits arrêtés",
    noted.DENIED: "droit refusé|droits refusés",
    noted.ONLINE: "démarche faite en ligne par la personne|démarches faites en ligne par la personne",
    noted.OTHERWISE: "démarche faite autrement|démarches faites autrement",
    noted.AGAIN: "bilan refait|bilans refaits",
    noted.BETTER: "plus à l’aise au bilan refait",
}
PARTS = {  # told only when what is left of the whole is not a few people
    noted.MISSED: noted.TAKEN,
    noted.TAKEN: noted.MISSED,
    **dict.fromkeys((noted.OPENED, noted.LOST, noted.DENIED), noted.FOLLOWED),
    **dict.fromkeys((noted.ONLINE, noted.OTHERWISE), noted.REQUESTED),
    noted.BETTER: noted.AGAIN,
}
TOO_FEW = "Masqué : trop peu de personnes, ou trop facile à deviner."
ENDS_ORDER = tuple(noted.ENDS)
BECAME_ORDER = tuple(noted.BECAME)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The three links that are counted. days: half of the referrals answered were within so many, None when
    few; reason: the most frequent refusal, "" when few; oldest: days of the oldest that waits.
    """

    orientation: Link
    action: Link
    effect: Link
    days: float | None = None
    reason: str = ""
    oldest: int | None = None

    @property
    def is_missing(self) -> bool:
        """Return True if nothing of it is published."""
        links = (self.orientation, self.action, self.effect)
        return all(each.value is None and not each.published for each in links)

    @property
    def has_few_acts(self) -> bool:
        """Return True if acts of help are noted in the territory, too few here to be told."""
        acts = next((each for each in self.action.details if each.id == noted.ACTS), None)
        return acts is not None and acts.n is None and acts.why == TOO_FEW

    @property
    def within(self) -> int | None:
        """Return the whole days within which half of the answers came, None when few did."""
        return None if self.days is None else max(ceil(self.days), 1)

    @property
    def acts(self) -> int:
        """Return how many acts of help are told, of people referred or not; 0 when none is."""
        return self.action.detail(noted.ACTS)

    @property
    def unknown(self) -> int | None:
        """Return how many people helped nobody knows the outcome of; None when it is not told."""
        return next((each.n for each in self.effect.published if each.id == noted.UNKNOWN), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """Published counts of a year of activity: the chain of each unit and of all. least: the smallest
    count told, 0 for invented people; real_activity_text: what is noted of real people beside invented
    ones, as a sentence; at: when it was counted, None for just now.
    """

    chains: Sequence[Chain]
    total: Chain
    since: date
    until: date
    examples: bool
    least: int
    is_active: bool
    real_activity_text: str = ""
    at: datetime | None = None

    def counted(self, now: datetime) -> str:
        """Return between which days it was counted, and when, in the hour of `now`."""
        return counted(self.since, self.until, self.at and timezone.localtime(self.at, now.tzinfo), now)


MANY = 1_000  # referrals, or steps of learning, of a year beyond which it is counted in the background


def year(study: Study, on: date) -> Year:
    """Return the published activity of a territory in the year that ends on a day."""
    activity, at = snapshots.answer(
        f"{__name__}.counts",
        study.pk,
        on=on,
        at=timezone.now(),
        is_long=lambda: is_large(communes_of(study.place), on),
    )
    dated: Year = replace(activity, at=at)
    return dated


def counts(study: int, *, on: date) -> Year:
    """Return the published activity of the year that ends on a day, for a study by its number."""
    row = Study.objects.get(pk=study)
    year_activity = noted.activity(communes_of(row.place), on)
    of_units, total = chains(year_activity, units(row))
    return Year(
        chains=of_units,
        total=total,
        since=year_activity.since,
        until=year_activity.until,
        examples=year_activity.examples,
        least=year_activity.least,
        is_active=year_activity.is_active,
        real_activity_text=_real_activity_words(year_activity.real_activity),
    )


def _real_activity_words(of: Noted) -> str:
    least = int(number("protection/small_count"))
    counted = noted.batched(of, least)
    some = bool(of.referrals or of.counts)
    return rules.apart_words(len(counted.referrals), counted.counts[noted.ACTS], some=some)


def is_large(communes: frozenset[str] | None, on: date) -> bool:
    """Return True if so much is noted there in a year that nobody should wait while it is counted."""
    return noted.reaches(communes, on, MANY)


def chains(year_activity: Activity, units: Sequence[Unit]) -> tuple[list[Chain], Chain]:
    """Return the chain of each unit, then of all: what is withheld of a unit is in no total."""
    counted_units = [noted.batched(year_activity.of(unit.communes), year_activity.least) for unit in units]
    with_referrals = [k for k, counted in enumerate(counted_units) if counted.referrals]
    became = [
        _counts([row.became for row in counted_units[k].referrals], BECAME_ORDER) for k in with_referrals
    ]
    cells, totals = rules.published_table(became, year_activity.least)
    by_unit = dict(zip(with_referrals, cells, strict=True))
    helped = [k for k in with_referrals if by_unit[k][0]]
    ends = [_counts(_ends(counted_units[k].referrals), ENDS_ORDER) for k in helped]
    end_cells, end_totals = rules.published_table(ends, year_activity.least)
    end_by_unit = dict(zip(helped, end_cells, strict=True))
    total = year_activity.of(year_activity.by_commune)
    unit_chains = [
        _chain(counted, by_unit.get(k), end_by_unit.get(k), total, year_activity)
        for k, counted in enumerate(counted_units)
    ]
    bases = (
        sum(len(counted_units[k].referrals) for k in with_referrals if by_unit[k][0] is not None),
        sum(by_unit[k][0] or 0 for k in helped if end_by_unit[k][0] is not None),
    )
    together = _sum(counted_units, total, year_activity.least)
    return unit_chains, _chain(
        together, totals or None, end_totals or None, total, year_activity, bases=bases
    )


def _sum(counted_units: Sequence[Noted], total: Noted, least: int) -> Noted:
    """Return the published activity of all the units: acts are not people, and go by batches of all of
    them, as the indicators count them.
    """
    counted = (replace(each, counts=_all_counted(each, least)) for each in counted_units)
    summed, acts = noted.together(counted), noted.batched(total, least)
    summed.counts[noted.ACTS] = acts.counts[noted.ACTS]
    return replace(summed, minutes=acts.minutes)


def _ends(rows: Sequence[Referral]) -> list[str]:
    return [row.end for row in rows if row.became == noted.HELPED]


def _counts(values: Sequence[str], order: Sequence[str]) -> list[int]:
    counted = Counter(values)
    return [counted[id] for id in order]


def _chain(
    of: Noted,
    became: Sequence[int | None] | None,
    ends: Sequence[int | None] | None,
    total: Noted,
    year_activity: Activity,
    *,
    bases: tuple[int, int] | None = None,
) -> Chain:
    """Return a chain. bases: of a total, the referrals of the units that tell who was helped, then those
    helped of the units that tell their ends; None for a unit, which tells its own or nothing.
    """
    n, least = len(of.referrals), year_activity.least
    became_counts = dict(zip(BECAME_ORDER, became or (None,) * len(BECAME_ORDER), strict=True))
    waits = [row.waits or 0 for row in of.referrals if row.became == noted.UNANSWERED]
    reasons = Counter(row.reason for row in of.referrals if row.reason)
    reason, most = next(iter(reasons.most_common(1)), ("", 0))
    helped = became_counts[noted.HELPED] if n else None
    among, ended = bases or (n, helped or 0)
    return Chain(
        orientation=_orientation(of, became_counts, total, year_activity),
        action=_action(of, helped, among, total, year_activity),
        effect=_effect(of, helped, ended, ends, total, year_activity),
        days=noted.days_to_answer(of.referrals, least),
        reason=cycle.REASONS[reason].label
        if reason and became_counts[noted.REFUSED] and most >= least
        else "",
        oldest=max(waits, default=None) if became_counts[noted.UNANSWERED] else None,
    )


def _orientation(
    of: Noted, became_counts: dict[str, int | None], total: Noted, year_activity: Activity
) -> Link:
    n = len(of.referrals)
    parts = [id for id in BECAME_ORDER if id != noted.HELPED]
    details = [_detail(id, noted.BECAME[id], became_counts[id], n, year_activity) for id in parts]
    unsolved = of.counts[noted.UNSOLVED] or None
    details.append(
        _detail(noted.UNSOLVED, "sans solution", unsolved, total.counts[noted.UNSOLVED], year_activity)
    )
    ended = [became_counts[id] for id in (noted.HELPED, noted.REFUSED, noted.ABSENT)]
    known = sum(each or 0 for each in ended) if None not in ended else None
    details.append(_detail("known", "de suite connue", known, n, year_activity))
    return Link(
        value=n or None,
        universe=f"orientations envoyées {_period(year_activity)}, hors demandes des proches et annulations",
        why="" if n else rules.why_not(len(total.referrals), year_activity.least, "orientation"),
        is_missing=not n and not (year_activity.least and total.referrals),
        details=tuple(details),
        least=year_activity.least,
    )


def _action(of: Noted, helped: int | None, among: int, total: Noted, year_activity: Activity) -> Link:
    n = len(of.referrals)
    details = [
        _detail(id, words, _counted(of, id, year_activity.least), total.counts[id], year_activity)
        for id, words in OF_ACTION.items()
    ]
    details.insert(
        1,
        _detail(
            "minutes",
            "minute d’aide|minutes d’aide",
            sum(of.minutes) or None,
            sum(total.minutes),
            year_activity,
        ),
    )
    return Link(
        value=helped,
        base=among if helped is not None else None,
        universe=f"orientations suivies d’une aide, parmi celles envoyées {_period(year_activity)}"
        f"{_part(among, n)}",
        why=_why(helped, n, total, year_activity),
        is_missing=not n and not (year_activity.least and total.referrals),
        details=tuple(details),
        least=year_activity.least,
    )


def _effect(
    of: Noted,
    helped: int | None,
    ended: int,
    ends: Sequence[int | None] | None,
    total: Noted,
    year_activity: Activity,
) -> Link:
    ends_counts = dict(zip(ENDS_ORDER, ends or (None,) * len(ENDS_ORDER), strict=True))
    value = ends_counts[cycle.REACHED] if helped else None
    details = [
        _detail(id, noted.ENDS[id], ends_counts[id], helped or 0, year_activity) for id in ENDS_ORDER[1:]
    ]
    details += [
        _detail(id, words, _counted(of, id, year_activity.least), total.counts[id], year_activity)
        for id, words in OF_EFFECT.items()
    ]
    nobody = not helped and not (year_activity.least and total.referrals)
    return Link(
        value=value,
        base=ended if helped is not None else None,
        universe=(
            f"démarches abouties, parmi les orientations suivies d’une aide {_period(year_activity)}"
            f"{_part(ended, helped or 0)}"
        ),
        why="Personne n’est noté comme aidé ici."
        if nobody
        else _why(value, len(of.referrals), total, year_activity),
        is_missing=nobody,
        details=tuple(details),
        least=year_activity.least,
    )


def _why(value: int | None, n: int, total: Noted, year_activity: Activity) -> str:
    if value is not None:
        return ""
    return TOO_FEW if n else rules.why_not(len(total.referrals), year_activity.least, "orientation")


def _detail(id: str, words: str, n: int | None, n_total: int, year_activity: Activity) -> Detail:
    """Return a count beside a main one. n_total: noted of it anywhere: nothing is not a secret, nor is
    what is noted of invented people.
    """
    if n is not None:
        return Detail(id=id, words=_agreed(words, n), n=n)
    why = TOO_FEW if n_total and year_activity.least else "Rien n’est noté ici en douze mois."
    return Detail(id=id, words=_agreed(words, 0), n=None, why=why)


def _agreed(words: str, n: int) -> str:
    """Return the words of a count: « one|several », or the same for both."""
    one, _, several = words.partition("|")
    return several if n > 1 and several else one


def _counted(of: Noted, id: str, least: int) -> int | None:
    """Return a count, None when it is nobody, or when what is left of its whole is a few people."""
    n = of.counts[id]
    if least and id in PARTS:
        n_related = of.counts[PARTS[id]]
        remainder = n_related if PARTS.get(PARTS[id]) == id else n_related - n
        if remainder < least:
            return None
    return n or None


def _all_counted(of: Noted, least: int) -> Counter[str]:
    """Return the counts that a unit tells, the only ones that a total adds up."""
    return Counter({id: n for id in of.counts if (n := _counted(of, id, least))})


def _part(among: int, every: int) -> str:
    """Return where a total is told of some of the units only."""
    return ", là où cela se dit" if among < every else ""


def _period(year_activity: Activity) -> str:
    return f"du {date_text(year_activity.since)} au {date_text(year_activity.until)}"
