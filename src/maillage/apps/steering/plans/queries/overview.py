"""The actions of a plan as its pages show them: the calendar, the zones, the people concerned."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Prefetch

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.models import Funding, Milestone, Plan, PlanAction, PlanAxis
from maillage.apps.steering.plans.queries.zones import (
    ZoneUnion,
    choices_of,
    commune_name,
    network_zones,
    towns,
    zone_parts,
)
from maillage.publishing.plan.reading import EVERYWHERE, UNCOUNTED, UNPLACED
from maillage.publishing.territory.gaps import is_vague
from maillage.publishing.territory.reading import OfferLine, OfferReading, Reading, Stale
from maillage.reference.offer import without
from maillage.reference.plan_frames import inspiring
from maillage.reference.travel import modes_in
from maillage.words.rounding import nearest, outwards, step
from maillage.words.wording import DASH, NINE_TIMES, count, listing, number, shortened

MOST_OVER = 60.0  # percent of the calendar: beyond, what is left is narrower than words
NO_SERVICE = "non chiffré : elle n’ouvre aucun des services que l’on sait compter"
NOBODY = "personne"  # of a line that lacks to nobody
IN_A_COLUMN = (rules.LACKS_PILOT, rules.LACKS_DATES, rules.LATE)  # of the calendar
RANGE = re.compile(r"\s*–\s*")
MOST_ZONES = 3  # named beside an action; the others are counted


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """The number of people without the service of an action within reach, as printed: about, between, what
    they are, where it comes from. about "": not counted, and words say why. sentence: the same where a
    text is read, without a dash between two numbers. lack: what they have not, without how it was added
    up. value, low, high: rounded as they are printed, for a file; no value where places that are silent
    leave bounds alone, and doubt says so. residents: those in difficulty who live in each zone of the action,
    whatever is within their reach.
    """

    about: str
    between: str
    words: str
    source: str = ""
    sentence: str = ""
    lack: str = ""
    doubt: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    residents: str = ""


@dataclass(frozen=True, slots=True)
class OwnZones:
    """The own zones of the territory of a plan: their study, and the zones of the plan that make up each."""

    reading: Reading
    parts: Mapping[str, frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """An action as a plan shows it. zones: the first ones; all_zones: each, for its sheet. begins, ends,
    steps: places on the calendar, in percent; begins None without dates. stage: its state, as every document
    gives it, "" before `report.staged`.
    """

    row: PlanAction
    concerned: Concerned
    zones: str
    all_zones: str
    warnings: tuple[str, ...]
    is_late: bool
    begins: float | None
    ends: float | None
    today: float
    steps: tuple[tuple[float, str], ...]
    stage: str = ""

    @property
    def contradictions(self) -> list[str]:
        """The contradictions of its dates and its state, which no column of the calendar shows."""
        return [each for each in self.warnings if each not in IN_A_COLUMN and each not in self.stage]

    @property
    def other_warnings(self) -> list[str]:
        """The warnings that its stage does not give already."""
        return [each for each in self.warnings if each not in self.stage]

    @property
    def width(self) -> float:
        """Return the length of the action, in percent of the calendar."""
        return (self.ends or 0.0) - (self.begins or 0.0)

    @property
    def undated(self) -> tuple[float, float]:
        """Return the start of the frame of an action without dates, and its width: from today on, where its
        words are read whole; over the whole calendar once too little is left, since it is not known to be
        past.
        """
        return (self.today + 1, 98 - self.today) if self.today <= MOST_OVER else (1.0, 98.0)

    @property
    def done_width(self) -> float:
        """Return the part of its time that is over once it has begun, all of it when it is done: in percent
        of the calendar.
        """
        if self.row.standing == rules.DONE:
            return self.width
        if self.row.standing != rules.RUNNING:
            return 0.0
        return max(0.0, min(self.today, self.ends or 0.0) - (self.begins or 0.0))


@dataclass(frozen=True, slots=True)
class AxisRows:
    """A dynamic, its actions each followed by its parts, what its announced number says, and what was done
    elsewhere, as its frame cites it.
    """

    axis: PlanAxis
    rows: tuple[ActionRow, ...]
    announced: str
    inspiring: str

    @property
    def tally(self) -> str:
        """Return the number of actions, apart that of sub-actions, then of those dropped."""
        dropped = [schedule(each.row) for each in self.rows if each.row.standing == rules.DROPPED]
        live_tally = tally(each for each in self.rows if each.row.standing != rules.DROPPED) or "0 action"
        return f"{live_tally}, et {rules.dropped_words(dropped)}" if dropped else live_tally


@dataclass(frozen=True, slots=True)
class Calendar:
    """The marks over a calendar: its years, and its months, where lines stand."""

    years: tuple[rules.Tick, ...]
    months: tuple[rules.Tick, ...]


def tally(rows: Iterable[ActionRow]) -> str:
    """Return how many actions there are among some, and apart how many sub-actions."""
    parts = [each.row.parent_id is not None for each in rows]
    return rules.tally(parts.count(False), parts.count(True))


def unpiloted(actions: Iterable[PlanAction], on: date) -> str:
    """Return how many of some actions nobody carries, and apart how many sub-actions; "" for none."""
    bare = (each for each in actions if rules.LACKS_PILOT in rules.warnings(schedule(each), on))
    parts = [each.parent_id is not None for each in bare]
    return rules.unpiloted_words(parts.count(False), parts.count(True))


@dataclass(frozen=True, slots=True)
class Undecided:
    """A point that a council will ask about, and its actions. words: « 3 actions sans pilote »."""

    words: str
    actions: tuple[PlanAction, ...]


def undecided(actions: Iterable[PlanAction], on: date) -> list[Undecided]:
    """Return the points that a council will ask about, those of most actions first."""
    actions_by_lack: dict[str, list[PlanAction]] = {}
    for action in actions:
        for lack in rules.unsettled(schedule(action), on):
            actions_by_lack.setdefault(lack, []).append(action)
    points = []
    for lack, rows in actions_by_lack.items():
        n_parts = sum(row.parent_id is not None for row in rows)
        points.append(Undecided(f"{rules.tally(len(rows) - n_parts, n_parts)} {lack}", tuple(rows)))
    return sorted(points, key=lambda point: -len(point.actions))


def reading_of(place: str) -> Reading | None:
    """Return the latest study of a territory as it is read, None when nothing was computed."""
    study = dossiers.latest(place)
    if study is None:
        return None
    try:
        return dossiers.reading(study)
    except (FileNotFoundError, NotADirectoryError, Stale):
        return None


def actions_of(plan: Plan) -> list[PlanAction]:
    """Return the actions of a plan with what its page reads, in order."""
    steps = Prefetch("milestones", queryset=Milestone.objects.order_by("on", "pk"))
    paid = Prefetch("fundings", queryset=Funding.objects.select_related("funder"))
    return list(
        plan.actions.select_related("axis", "after__parent", "parent").prefetch_related(
            steps, paid, "measures", "parts__fundings"
        )
    )


def answered(rows: Iterable[PlanAction], line: str) -> frozenset[str] | None:
    """Return the zones where an action answers a line of the offer; None: everywhere, once somebody carries
    an action for the whole territory.
    """
    zones: set[str] = set()
    for row in rows:
        if row.line != line:
            continue
        if not row.zones and row.pilot:
            return None
        zones |= set(row.zones)
    return frozenset(zones)


def schedule(action: PlanAction) -> rules.Schedule:
    """Return the fields of an action that the rules of a calendar read."""
    before, parent = action.after, action.parent
    return rules.Schedule(
        state=action.standing,
        is_part=action.parent_id is not None,
        pilot=action.pilot,
        starts_on=action.starts_on,
        ends_on=action.ends_on,
        votes_on=action.vote_on,
        waits_until=before.ends_on if before is not None and before.standing in rules.ALIVE else None,
        whole_starts_on=parent.starts_on if parent is not None else None,
        whole_ends_on=parent.ends_on if parent is not None else None,
        known_on=_known_on(action) if action.state == rules.DONE else None,
        budget=action.budget,
        whole_budget=parent.budget if parent is not None else None,
        parts_budget=_parts_budget(action),
        last_cost_year=max((year for year, *euros in action.costs if any(euros)), default=None),
        is_funded=any(each.active_fundings for each in (action, *action.parts.all())),
        indicator=action.indicator,
    )


def _parts_budget(action: PlanAction) -> int | None:
    """Return the budgets of the parts of an action added, but for those that stopped; None without any."""
    parts = action.parts.all() if action.parent_id is None else ()
    known = [each.budget for each in parts if each.standing != rules.DROPPED and each.budget is not None]
    return sum(known) if known else None


def _known_on(action: PlanAction) -> date | None:
    """Return when what an action counts was last known: its last number, else its end; None when it counts
    nothing.
    """
    counted = [each.on for each in action.measures.all() if each.withdrawn_at is None and not each.elsewhere]
    return max(counted, default=action.ends_on if action.indicator else None)


def by_axis(
    plan: Plan,
    actions: Sequence[PlanAction],
    reading: Reading | None,
    on: date,
    *,
    selection: Sequence[PlanAction] | None = None,
) -> list[AxisRows]:
    """Return the actions of a plan by dynamic, as shown on a day. selection: the visible ones, all by
    default; what a dynamic announced is held against all of them.
    """
    visible_actions = actions if selection is None else selection
    first, last = bounds_of(visible_actions, on)
    unions, own = network_zones(plan.place), own_zones(plan.place)
    action_rows = [_row(action, reading, on, first, last, unions, own) for action in visible_actions]
    out = []
    for axis in plan.axes.all():
        axis_rows = tuple(each for each in action_rows if each.row.axis_id == axis.pk)
        axis_states = [each.state for each in actions if each.axis_id == axis.pk and not each.parent_id]
        announced_text = rules.announced_sentence(
            axis.announced, len(axis_states), axis_states.count(rules.DROPPED)
        )
        out.append(AxisRows(axis, axis_rows, announced_text, inspiring(plan.frame, axis.number)))
    return out


def bounds_of(actions: Iterable[PlanAction], on: date) -> tuple[date, date]:
    """Return the days between which the calendar of a plan stands."""
    rows = list(actions)
    days = [day for row in rows for day in (row.starts_on, row.ends_on)]
    days += [step.on for row in rows for step in row.milestones.all()]
    return rules.span(days, on)


def calendar(actions: Iterable[PlanAction], on: date) -> Calendar:
    """Return the marks over the calendar of a plan."""
    first, last = bounds_of(actions, on)
    return Calendar(rules.year_ticks(first, last), rules.month_ticks(first, last))


def _row(
    action: PlanAction,
    reading: Reading | None,
    on: date,
    first: date,
    last: date,
    unions: Sequence[ZoneUnion],
    own: OwnZones | None,
) -> ActionRow:
    dated = [day for day in (action.starts_on, action.ends_on) if day is not None]
    # one whose end alone is known is drawn from today: a bar of no width says nothing
    begins = rules.part_of(action.starts_on or min(on, dated[0]), first, last) if dated else None
    ends = rules.part_of(action.ends_on or last, first, last) if dated else None
    of_it = schedule(action)
    return ActionRow(
        row=action,
        concerned=need_beside_aim(action, concerned_by(action, reading, own)),
        zones=place_named(action, reading, unions, most=MOST_ZONES),
        all_zones=place_named(action, reading, unions),
        warnings=tuple(rules.warnings(of_it, on)),
        is_late=rules.is_late(of_it, on),
        begins=begins,
        ends=ends,
        today=rules.part_of(on, first, last),
        steps=tuple((rules.part_of(step.on, first, last), step.words) for step in action.milestones.all()),
    )


def place_named(
    row: PlanAction,
    reading: Reading | None,
    unions: Sequence[ZoneUnion] = (),
    *,
    most: int | None = None,
) -> str:
    """Return where an action applies, in words, every zone named unless `most` says how many: see
    `zones_named`.
    """
    if row.lacks_place:
        return UNPLACED
    return zones_named(row.zones, reading, unions, most=len(row.zones) if most is None else most)


def zones_named(
    codes: Sequence[str], reading: Reading | None, unions: Sequence[ZoneUnion] = (), *, most: int = MOST_ZONES
) -> str:
    """Return the names of some zones, the first ones when there are many; the whole territory without any.
    unions: the zones of the network, each named where all of it is there, as a whole town is. A zone that
    the study no longer has gives the name of its commune.
    """
    if reading is None or not codes:
        return EVERYWHERE
    known = [*towns(reading), *unions]
    names = {zone.code: zone.full_name for zone in reading.zones} | {each.value: each.label for each in known}
    values = choices_of(codes, known)
    return shortened(list(dict.fromkeys(names.get(value) or commune_name(value) for value in values)), most)


def line_in(reading: Reading, code: str, line: str) -> OfferLine | None:
    """Return a line of the offer in a zone, "" for the whole territory; None when it was not counted."""
    offer = reading.offer
    if offer is None:
        return None
    zone_offer = offer.zones.get(code) if code else offer.territory
    return next((each for each in zone_offer.lines if each.id == line), None) if zone_offer else None


def estimated(reading: Reading, offer: OfferReading) -> str:
    """Return the caption of each number of people without an offer: how sure it is, the rate, of whom,
    the census of places.
    """
    counted = reading.source
    return (
        f"estimation, {NINE_TIMES} ; taux {counted.producer} {counted.year}, parmi :"
        f" {reading.definition.universe} ; lieux : {offer.source}"
    )


def own_zones(place: str) -> OwnZones | None:
    """Return the own zones of the territory of a plan, None without any whose offer is known."""
    study = dossiers.latest(place)
    own = dossiers.own_zones(study) if study is not None else None
    reading = dossiers.reading(own) if own is not None else None
    if own is None or reading is None or reading.offer is None:
        return None
    parts = zone_parts(place, own)
    return OwnZones(reading, parts) if parts else None


def _lines(line: str, zones: Sequence[str], reading: Reading, own: OwnZones | None) -> list[OfferLine | None]:
    """Return a line of the offer in some zones of a plan, of the whole territory without any: an own zone of
    which all the parts are there has its own estimate, nearer than the bounds of its parts added.
    """
    if not zones:
        return [line_in(reading, "", line)]
    covered = {code: parts for code, parts in own.parts.items() if parts <= set(zones)} if own else {}
    lines = [line_in(own.reading, code, line) for code in covered] if own else []
    rest = [code for code in zones if not any(code in parts for parts in covered.values())]
    return [*lines, *(line_in(reading, code, line) for code in rest)]


def concerned_by(action: PlanAction, reading: Reading | None, own: OwnZones | None = None) -> Concerned:
    """Return how many people are without the service of an action within reach, where the study counts them
    by the way of travelling that the action speaks of, if it does: a number by car answers no aim on foot.
    """
    modes = modes_in(" ".join((action.title, action.objective, action.indicator, action.public)))
    offer = reading.offer if reading is not None else None
    known_need = concerned(action.line, action.zones, reading, own)
    if offer is not None and action.line and modes and offer.mode not in modes:
        manners = listing(sorted(mode.manner for mode in modes), "ou")
        words = f"non chiffré : l’étude compte {offer.mode.manner}, cette action parle d’aller {manners}"
        known_need = Concerned(about="", between="", words=words)
    return replace(known_need, residents=residents_of(action.zones, reading))


def residents_of(codes: Sequence[str], reading: Reading | None) -> str:
    """Return the people in difficulty who live in each zone of an action, the first ones; "" for the whole
    territory, and where no number is published.
    """
    zones = [zone for zone in reading.zones if zone.code in codes] if reading is not None else []
    counts = [
        f"{zone.full_name}, de {' à '.join(RANGE.split(zone.between))}" for zone in zones if zone.between
    ]
    rest = [count(len(counts) - MOST_ZONES, "autre zone")] if len(counts) > MOST_ZONES else []
    return " ; ".join([*counts[:MOST_ZONES], *rest])


def concerned(
    line: str, zones: Sequence[str], reading: Reading | None, own: OwnZones | None = None
) -> Concerned:
    """Return how many people in difficulty have nothing of a line of the offer within reach, in some zones.
    Bounds of several zones are added, which is wider than those of their sum would be: they stop at the high
    bound of the whole territory, of which the zones are a part.
    """
    if not line:
        return Concerned(about="", between="", words=NO_SERVICE)
    if reading is None or reading.offer is None:
        return Concerned(about="", between="", words="non chiffré : ce diagnostic ne compte pas les lieux")
    lines = [each for each in _lines(line, zones, reading, own) if each is not None and each.missing != DASH]
    source = estimated(reading, reading.offer)
    if not lines:
        return Concerned(
            about="", between="", words="non chiffré : l’étude d’aujourd’hui ne le compte pas ici"
        )
    if all(each.missing == NOBODY for each in lines):
        served = f"non chiffré : dans l’étude, chacun a un lieu {reading.offer.mode.near}"
        return Concerned(about="", between="", words=served)
    words = f"sans {without(lines[0].id, by=reading.offer.mode)}"
    value, low, high = (
        sum(getattr(each, name) for each in lines)
        for name in ("missing_value", "missing_low", "missing_high")
    )
    value, (low, high) = _printed(value, low, high, is_sum=len(lines) > 1)
    territory_line, bound_words = line_in(reading, "", line), ""
    if len(lines) > 1 and territory_line is not None and territory_line.missing != DASH:
        most, (_, highest) = _printed(
            territory_line.missing_value,
            territory_line.missing_low,
            territory_line.missing_high,
            is_sum=False,
        )
        if high > highest:
            value, low, high = min(value, most), min(low, highest), highest
            bound_words = ", sans dépasser celle du territoire"
    doubt = next((each.doubt for each in lines if each.doubt), "")
    known: dict[str, Any] = {"source": source, "lack": words, "doubt": doubt, "low": low, "high": high}
    known["value"] = None if doubt else value
    if len(lines) == 1:
        (only,) = lines
        between = f" ({only.missing_sentence})" if only.missing_sentence else ""
        sentence = f"{only.missing_about}{between} {words}"
        return Concerned(
            about=only.missing, between=only.missing_between, words=words, sentence=sentence, **known
        )
    bounds = number(low), number(high)
    words = f"{words}, bornes des {len(lines)} zones ajoutées{bound_words}"
    return Concerned(
        about="{} à {}".format(*bounds),
        between="",
        words=words,
        sentence=f"entre {bounds[0]} et {bounds[1]} personnes {words}",
        **known,
    )


def beyond_need(row: PlanAction, known_need: Concerned) -> str:
    """Return the words that warn a pilot of an aim beyond the need of its zones; "" for none, and where
    either is not a number of people.
    """
    if row.counts != rules.PEOPLE or row.target is None or known_need.high is None:
        return ""
    if row.target <= known_need.high:
        return ""
    return (
        f"C’est plus que le besoin connu dans ces zones : {known_need.sentence}. Visez moins, ajoutez des"
        " zones, ou écrivez qu’une même personne revient."
    )


def need_beside_aim(row: PlanAction, known_need: Concerned) -> Concerned:
    """Return the people concerned as any page or document shows them beside the aim, or why it does not: a
    vote is not asked beside bounds that decide nothing, nor beside a need under its own aim.
    """
    if known_need.low is None or known_need.high is None:
        return known_need
    if is_vague(known_need.low, known_need.high):
        why = "l’étude d’aujourd’hui ne le resserre pas assez ici"
    elif beyond_need(row, known_need):
        why = "l’étude d’aujourd’hui ne compte pas les mêmes personnes"
    else:
        return known_need
    words = f"{UNCOUNTED} : {why}"
    return Concerned(about="", between="", words=words, residents=known_need.residents)


def _printed(value: float, low: float, high: float, *, is_sum: bool) -> tuple[float, tuple[float, float]]:
    """Return a number of people and its bounds as they are printed. is_sum: of several zones."""
    if is_sum:
        return nearest(value, _step(value)), (_down(low), _up(high))
    by = step((high - low) / 2)
    return nearest(value, by), outwards(low, high, by)


def _step(value: float) -> int:
    return 10 if value < 1_000 else 100


def _down(value: float) -> int:
    return int(value // _step(value) * _step(value))


def _up(value: float) -> int:
    return int(-(-value // _step(value)) * _step(value))
