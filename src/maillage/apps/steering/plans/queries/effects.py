"""The counts of an action beside its target, and the tasks that meetings gave for it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from maillage.apps.community import access as network
from maillage.apps.community.models import Decision
from maillage.apps.community.queries.meetings import pilot_name
from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.access import plan_place
from maillage.apps.steering.plans.models import PlanAction, PlanMeasure, PlanTask
from maillage.apps.steering.plans.queries import surveyed
from maillage.apps.surveys.queries import evidence
from maillage.kernel.names import plain
from maillage.publishing.page import series
from maillage.reference.parameters import number as parameter
from maillage.words.dates import SHORT_MONTHS, in_words

FEWEST = 2  # numbers under which a line says nothing
MOST_TASKS = 60  # offered
MOST_ZONES = 3  # of comparison, drawn: more lines are not told apart


@dataclass(frozen=True, slots=True)
class CountRow:
    """A number that was counted, as its reader may read it."""

    measure: PlanMeasure
    words: str


@dataclass(frozen=True, slots=True)
class Effect:
    """The effect of an action: the sentence, a sentence for each zone of comparison, the numbers, those
    withdrawn, the line of the numbers, "" for few, and the zones drawn beside it.
    """

    sentence: str
    comparisons: Sequence[str]
    counts: Sequence[CountRow]
    withdrawn: Sequence[PlanMeasure]
    chart: str
    zones: Sequence[str]


@dataclass(frozen=True, slots=True)
class LinkedTask:
    """A task of a meeting, who does it, whether it is late."""

    task: PlanTask
    pilot: str
    is_late: bool


def least_of(row: PlanAction) -> int:
    """Return under how many a count of an action is not told to the public: 0 when it counts no people, or an
    invented plan. People, when nobody said what is counted.
    """
    is_free = row.counts == rules.THINGS or row.plan.example
    return 0 if is_free else int(parameter("protection/small_count"))


def baseline_words(row: PlanAction, least: int) -> str:
    """Return the baseline of an action, in words; "" when nobody wrote it."""
    return "" if row.baseline is None else rules.count_words(row.baseline, least, row.unit)


def target_words(row: PlanAction) -> str:
    """Return the target of an action, "" when nobody wrote it."""
    return "" if row.target is None else rules.amount(row.target, row.unit)


def baseline_of(row: PlanAction) -> float | str | None:
    """Return the baseline of an action, as a public file writes it: in words when it is too small to be
    told.
    """
    if row.baseline is None:
        return None
    least = least_of(row)
    return (
        rules.count_words(row.baseline, least)
        if rules.is_small(row.baseline, least)
        else rules.plain(row.baseline)
    )


@dataclass(frozen=True, slots=True)
class Delivered:
    """The total that an actor delivered, as its action counts it. n: since the start, None when it is too few
    to be told.
    """

    actor: str
    n: float | None
    on: date
    source: str


@dataclass(frozen=True, slots=True)
class Aim:
    """A number that an action of a published plan aims at, where it starts and its last count, "" without
    any; surveyed: another start that a published survey gives, in a sentence.
    """

    row: PlanAction
    target: str
    baseline: str
    counted: str
    surveyed: str


def aims(place: str) -> list[Aim]:
    """Return the numbers that the published plan of a territory aims at, in its order; nothing of what was
    dropped.
    """
    rows = PlanAction.objects.filter(plan__place=plan_place(place), plan__published_at__isnull=False)
    rows = rows.exclude(target=None).select_related("plan", "axis", "parent").prefetch_related("measures")
    standing = [row for row in rows if row.standing != rules.DROPPED]
    answers = evidence.published(place, by_group=True) if standing else {}
    return [
        Aim(
            row,
            target_words(row),
            baseline_words(row, least_of(row)),
            last_count(row),
            surveyed.start_words(row, answers),
        )
        for row in standing
    ]


def delivered(place: str, units: Collection[str], until: date) -> list[Delivered]:
    """Return the last total of each action of a published plan that counts in one of these units, plain
    words: of its parts, where they count; nothing of what was dropped.
    """
    rows = PlanAction.objects.filter(plan__place=place, plan__published_at__isnull=False).exclude(unit="")
    rows = rows.select_related("plan", "parent").prefetch_related("measures")
    last_by_action: dict[int, tuple[PlanAction, PlanMeasure, bool]] = {}
    for row in rows:
        if plain(row.unit) not in units or row.standing == rules.DROPPED:
            continue
        known = _until(row, until)
        totals = [
            measure
            for measure in known
            if measure.span == rules.SINCE and not measure.elsewhere and measure.withdrawn_at is None
        ]
        if totals:
            last, least = max(totals, key=lambda measure: (measure.on, measure.pk)), least_of(row)
            is_publishable = last.pk not in _hidden(row, known, least) and not rules.is_small(
                last.value, least
            )
            last_by_action[row.pk] = row, last, is_publishable
    detailed = {row.parent_id for row, *_ in last_by_action.values()}
    return [
        Delivered(row.pilot or row.title, last.value if is_publishable else None, last.on, last.source)
        for row, last, is_publishable in last_by_action.values()
        if row.pk not in detailed
    ]


def _until(row: PlanAction, until: date) -> list[PlanMeasure]:
    """Return the counts of an action until a day. What was taken back is no number, and still hides
    those that would tell a few people beside it.
    """
    return [each for each in row.measures.all() if each.on <= until or each.withdrawn_at]


def last_count(row: PlanAction, until: date = rules.LAST_DAY) -> str:
    """Return the state of the indicator of an action after its last count, and the day, in words, as the
    public reads it; "" when nothing was counted. until: the last day of the counts.
    """
    least = least_of(row)
    known = _series(_until(row, until), row.baseline, least)
    if not known.points:
        return ""
    on, value = known.points[-1]
    if value is not None:
        return (
            f"{rules.count_words(value, least, row.unit)}, le {in_words(on)}{rules.added_words(known.added)}"
        )
    before = [(day, n) for day, n in known.points if n is not None]
    if not before:
        return f"{rules.HIDDEN}, le {in_words(on)}"
    day, n = before[-1]
    few = f"moins de {least} d’écart"
    return f"{rules.count_words(n, least, row.unit)}, le {in_words(day)} ; {few} au {in_words(on)}"


def effect(row: PlanAction, *, least: int) -> Effect:
    """Return the counts of an action, beside its target; nothing says what caused it. least: under it,
    a count is not told to who reads.
    """
    every = list(row.measures.all())
    measures = [each for each in every if each.withdrawn_at is None]
    changes = sum(note.kind == rules.ELSEWHERE and note.withdrawn_at is None for note in row.notes.all())
    own = _series(every, row.baseline, least)
    start = _start(row, own)
    early = row.starts_on is not None and bool(own.points) and own.points[-1][0] < row.starts_on
    # Before it begins, an action has no effect to be compared.
    zones = [] if early else list(dict.fromkeys(each.elsewhere for each in measures if each.elsewhere))
    other_zones = {zone: _series(every, None, least, elsewhere=zone) for zone in zones}
    drawn = {zone: known for zone, known in other_zones.items() if len(known.points) >= FEWEST}
    drawn = dict(list(drawn.items())[:MOST_ZONES])
    chart = _chart(row, own, least, drawn)
    sentence = rules.effect_sentence(row.baseline, row.target, own, changes, least=least, unit=row.unit)
    return Effect(
        rules.EARLY if early else sentence,
        [
            rules.comparison_sentence(start, own, zone, other_zones[zone], least=least, unit=row.unit)
            for zone in zones
        ],
        _count_rows(row, every, least),
        [each for each in every if each.withdrawn_at],
        chart,
        list(drawn) if chart else [],
    )


def _series(
    measures: Sequence[PlanMeasure], start: float | None, least: int, *, elsewhere: str = ""
) -> rules.Series:
    """Return the known value after each number of a zone of comparison, "" for the zones of the action."""
    return rules.series(
        [_count(each) for each in measures if each.elsewhere == elsewhere],
        start,
        least,
    )


def _count_rows(row: PlanAction, measures: Sequence[PlanMeasure], least: int) -> list[CountRow]:
    """Return each number as its reader may read it. Those that were taken back are none."""
    hidden = _hidden(row, measures, least)
    return [
        CountRow(each, rules.HIDDEN if each.pk in hidden else rules.count_words(each.value, least, row.unit))
        for each in measures
        if each.withdrawn_at is None
    ]


def _hidden(row: PlanAction, measures: Sequence[PlanMeasure], least: int) -> set[int]:
    """Return the keys of the totals that are not told: beside what is told, they would give back a few
    people.
    """
    hidden: set[int] = set()
    standing = [measure for measure in measures if measure.withdrawn_at is None]
    for zone in {measure.elsewhere for measure in standing}:
        of_zone = sorted(
            (measure for measure in standing if measure.elsewhere == zone),
            key=lambda measure: rules.in_order(_count(measure)),
        )
        points = _series(measures, None if zone else row.baseline, least, elsewhere=zone).points
        hidden |= {
            measure.pk
            for measure, (_, published_value) in zip(of_zone, points, strict=True)
            if published_value is None and measure.span == rules.SINCE
        }
    return hidden


def _count(measure: PlanMeasure) -> rules.Count:
    return rules.Count(measure.on, measure.value, measure.span, measure.withdrawn_at is not None)


def _start(row: PlanAction, known: rules.Series) -> tuple[date, float] | None:
    """Return where an action began, and when; None when it is not said, or when a count came before: a day
    that was planned is no day that was counted.
    """
    first = min((on for on, _ in known.points), default=date.max)
    if row.baseline is None or row.starts_on is None or row.starts_on > first:
        return None
    return row.starts_on, row.baseline


def _chart(row: PlanAction, known: rules.Series, least: int, other_zones: Mapping[str, rules.Series]) -> str:
    """Return the line of what was counted, beside those of zones without the action; "" for few numbers."""
    start = _start(row, known)
    own_counts = _drawn_counts([*([start] if start else []), *known.points], least)
    if sum(value is not None for _, value, _ in own_counts) < FEWEST:
        return ""
    zone_counts = {
        zone: _drawn_counts(drawn_count.points, least) for zone, drawn_count in other_zones.items()
    }
    every = [drawn_count for line in (own_counts, *zone_counts.values()) for drawn_count in line]
    top = series.round_top(max([*(value for _, value, _ in every if value is not None), row.target or 0]))
    first, last = min(on for on, _, _ in every), max(on for on, _, _ in every)

    def steps(line: Sequence[DrawnCount]) -> list[series.Step]:
        return [
            series.Step(
                _day(on, first.year != last.year),
                float(value) if value is not None else None,
                at=(on - first).days / ((last - first).days or 1),
                words="" if value is None else rules.amount(value),
            )
            for on, value, _ in line
        ]

    def words(line: Sequence[DrawnCount]) -> str:
        return " ; ".join(
            f"{in_words(on)} : {rules.HIDDEN if n is None else rules.count_words(n, least, row.unit)}"
            for on, _, n in line
        )

    elsewhere = "".join(f". {zone}, sans l’action. {words(line)}" for zone, line in zone_counts.items())
    return series.monthly(
        steps(own_counts),
        top=top,
        id="effet",
        label=f"{row.indicator or 'Compté'}. {words(own_counts)}{elsewhere}",
        compared_series=[steps(line) for line in zone_counts.values()],
    )


DrawnCount = tuple[date, float | None, float | None]  # a day, what is drawn of its count, what is told of it


def _drawn_counts(points: Sequence[rules.Point], least: int) -> list[DrawnCount]:
    """Return each number of a line: drawn unless it is too small to be told."""
    return [
        (on, None if value is None or rules.is_small(value, least) else value, value) for on, value in points
    ]


def _day(on: date, with_year: bool) -> str:
    """Return a day as it is written under its point."""
    day = f"{'1er' if on.day == 1 else on.day} {SHORT_MONTHS[on.month - 1]}"
    return f"{day} {on.year}" if with_year else day


def tasks(row: PlanAction, on: date) -> list[LinkedTask]:
    """Return the tasks of meetings for an action, the most pressing first."""
    rows = row.tasks.select_related("decision__pilot", "decision__meeting")
    return [
        LinkedTask(
            each,
            pilot_name(each.decision),
            each.decision.done_at is None
            and each.decision.until_on is not None
            and each.decision.until_on < on,
        )
        for each in rows
    ]


def offered(row: PlanAction, user: Visitor) -> list[Decision]:
    """Return the open tasks that an action does not have yet, of the meetings that a user reads in the
    territory of its plan.
    """
    linked = row.tasks.values("decision")
    open_ = network.decisions_for(user).exclude(leads="").filter(done_at=None, meeting__cancelled_at=None)
    open_decisions = open_.exclude(pk__in=linked).select_related("meeting").order_by("until_on", "pk")
    plan_communes = communes_of(row.plan.place)
    return list(
        (
            open_decisions
            if plan_communes is None
            else open_decisions.filter(meeting__commune__in=plan_communes)
        )[:MOST_TASKS]
    )
