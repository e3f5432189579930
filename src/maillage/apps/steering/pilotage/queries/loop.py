"""The loop of a territory: its zones, worst first, from what people need to what the plan answers."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from math import ceil, floor, log10
from pathlib import Path
from typing import Any

from django.db.models import Count, Q

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import published, studied
from maillage.apps.directory.places.rules import PUBLISHED
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.steering.indicators.queries.ground import capacities
from maillage.apps.steering.indicators.rules import Capacity
from maillage.apps.steering.pilotage import rules
from maillage.apps.steering.pilotage.queries import activity, links
from maillage.apps.steering.pilotage.queries import units as of_units
from maillage.apps.steering.pilotage.queries.links import Chain, Year
from maillage.apps.steering.pilotage.queries.units import Unit
from maillage.apps.steering.pilotage.rules import Gap, Link, Sentence, Standing
from maillage.apps.steering.plans.access import plan_for, plan_place
from maillage.apps.steering.plans.models import PlanAction
from maillage.apps.steering.plans.queries import overview, report
from maillage.apps.steering.plans.queries.effects import last_count
from maillage.apps.steering.plans.queries.zones import zone_parts
from maillage.apps.steering.plans.rules import (
    DECIDED,
    DONE,
    DONE_EARLY,
    DROPPED,
    LACKS_PILOT,
    LATE,
    STARTED_EARLY,
    TO_DECIDE,
    undecided,
    warnings,
)
from maillage.apps.surveys.queries import evidence
from maillage.apps.territories.queries import ZoneAreas
from maillage.kernel.estimate import Estimate
from maillage.publishing.directory import census
from maillage.publishing.page import charts
from maillage.publishing.territory.gaps import FOLLOWED, certain, first_of_zones, shared
from maillage.publishing.territory.reading import (
    OfferLine,
    OfferReading,
    Reading,
    SubtotalRow,
    ZoneOffer,
    ZoneRow,
)
from maillage.web import bulk
from maillage.words.wording import DASH, number

OPEN = 3  # zones that a phone shows before the others are asked for
MOST = 80  # zones that a page shows before all of them are asked for: on paper, two sheets of A3
NOTHING: Mapping[str, str] = {}
LINE = FOLLOWED
SHARED = "partage"  # the class of a bar on the scale of its neighbour
# What is followed from a wave of a survey to the next, by kind of survey: a question, and an answer.
WAVES = {
    "inhabitants": (("aisance", "a_l_aise tres"), ("accompagne", "oui"), ("forme", "oui")),
    "professionals": (("detection", "oui"), ("orienter", "oui"), ("forme", "oui")),
    "structures": (("diagnostic", "aujourdhui"),),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """The places of some communes in the directory of today: sheets, those that are dated, of less than a
    year, full; what they say that they receive in a week.
    """

    n: int = 0
    dated: int = 0
    recent: int = 0
    full: int = 0
    capacity: Capacity = field(default_factory=Capacity)

    @property
    def words(self) -> str:
        """The sentence that counts sheets under a year old."""
        return census.recent_words(self.recent, self.dated, self.n)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An action of the plan that answers a zone, and what it still lacks. state: in the words of every
    document, but for the lacks that are told beside it. zones: those of the loop that it
    names, all or part of each; covered_zones: those that it names whole; counted: the last number of its
    indicator, and its day, "" for none.
    """

    action: PlanAction
    warnings: tuple[str, ...]
    state: str = ""
    counted: str = ""
    zones: tuple[str, ...] = ()
    covered_zones: frozenset[str] = frozenset()

    @property
    def lacks(self) -> tuple[str, ...]:
        """The warnings that ask something of somebody: late, without a pilot."""
        return tuple(each for each in self.warnings if each not in (STARTED_EARLY, DONE_EARLY))

    @property
    def ends_on(self) -> date | None:
        """Its last day, None once it is over, and before a vote: the day of this one is in its state."""
        return self.action.ends_on if self.is_decided else None

    @property
    def is_decided(self) -> bool:
        """Return True if somebody may count on it: ready, or under way."""
        return self.action.standing in DECIDED

    @property
    def is_done(self) -> bool:
        """Return True if it is over: the offer of today includes its results."""
        return self.action.standing == DONE

    def is_for(self, unit: Unit) -> bool:
        """Return True where it names each of several zones that share communes."""
        return len(unit.zones) > 1 and set(unit.zones) <= set(self.zones)


@dataclass(frozen=True, slots=True)
class Scale:
    """The end of the bars: `top` people for those in need, `top` over `zoom` for those without a place on
    foot.
    """

    top: float
    zoom: int = 1

    @property
    def words(self) -> str:
        """Return the words of the key: « besoin 0 à 6 000, offre 0 à 2 000 »."""
        return f"besoin 0 à {number(self.top)}, offre 0 à {number(self.top / self.zoom)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneLoop:
    """A zone of the loop. offer: None without a census of places, and no_walk says why; chain: None when what
    is noted is known for its `unit` only, not for it; need_bar: of the people in need, on one scale for all
    the zones; scale: that of those without a place on foot; lacks: the services of its first certain gap, ""
    for none.
    """

    need: ZoneRow
    offer: ZoneOffer | None
    no_walk: str
    gap: OfferLine | None
    places: Places | None
    unit: Unit
    chain: Chain | None
    plan: tuple[Planned, ...]
    need_bar: str
    scale: Scale
    standing: Standing
    plan_words: tuple[str, str]
    lacks: str = ""

    @property
    def bar(self) -> str:
        """The bar of the people without a place on foot, drawn for a row that is shown: on the scale of those
        in need, and larger where a table has room to say so.
        """
        if self.gap is None:
            return ""
        shared = _bar(self.gap, self.scale.top, SHARED if self.scale.zoom > 1 else "")
        if self.scale.zoom == 1:
            return shared
        return _bar(self.gap, self.scale.top / self.scale.zoom, charts.LOUPE) + shared

    @property
    def own_plan(self) -> tuple[Planned, ...]:
        """The actions that do not name every zone of its unit: those that do are written once, with it."""
        return tuple(each for each in self.plan if not each.is_for(self.unit))

    @property
    def is_named(self) -> bool:
        """True where an action names it, and not every zone of its unit."""
        return bool(self.own_plan)

    @property
    def places_words(self) -> str:
        """Words on help with procedures in its places, after their count; "" where none is known or
        no place of the territory tells of it.
        """
        if self.offer is None or self.gap is None:
            return ""
        return rules.places_words(self.offer.n_places, self.gap.n_places, self.offer.n_silent)

    @property
    def is_as_its_unit(self) -> bool:
        """True where all that is noted and planned there stands with its unit."""
        return self.chain is None and bool(self.plan) and not self.own_plan

    @property
    def no_gap(self) -> str:
        """Return the reason to count nobody without a place on foot, where no gap is told."""
        if self.need.people_value is None:
            return "trop peu d’habitants pour le dire"
        return "aucun lieu de ce territoire n’indique s’il aide" if self.offer is not None else self.no_walk

    @property
    def is_first(self) -> bool:
        """Return True where a gap is certain."""
        return self.standing.is_lacking


@dataclass(frozen=True, slots=True)
class Town:
    """A commune of several zones: what is noted and planned for all of it. need: its people, None where the
    study does not sum its zones; gap: the bounds of its people without a place on foot, those of its zones
    added; n_planned: how many of its zones an action names.
    """

    unit: Unit
    chain: Chain
    plan: tuple[Planned, ...]
    need: SubtotalRow | None
    gap: str
    n_planned: int = 0

    @property
    def n_unnamed(self) -> int:
        """Return the number of its zones that no action names: those that are folded."""
        return len(self.unit.zones) - self.n_planned

    @property
    def is_added(self) -> bool:
        """True where its people without a place are bounds added."""
        return self.gap != overview.NOBODY


@dataclass(frozen=True, slots=True)
class Part:
    """Some rows of the loop, one after another. is_first: a gap is certain in each; n: rows of
    their group when these are its first ones, 0 when they go on with it; sentence: what the group has in
    common; is_more: a phone folds them; town: the commune whose quarters they are, told once above them.
    """

    rows: tuple[ZoneLoop, ...]
    is_first: bool
    n: int
    sentence: str
    is_more: bool
    town: Town | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """The loop of a territory. study: the one that its zones and its figures come from; shared: units of
    several zones, with their chain; total: the chain of all;
    everywhere: actions of the plan for the whole territory; has_plan: whether there is one to be read;
    waves: what surveys said, from a wave of a survey to the next, in sentences; no_walk: why nobody is said
    to be without a place on foot, where nothing is; listed: see `Facts`; n_doubles: sheets of the
    directory that describe the place of another one.
    """

    study: Study
    reading: Reading
    rows: tuple[ZoneLoop, ...]
    shared: tuple[tuple[Unit, Chain], ...]
    total: Chain
    places: Places
    n_doubles: int
    everywhere: tuple[Planned, ...]
    activity: Year
    sentences: tuple[Sentence, ...]
    has_plan: bool
    sort: str
    scale: Scale
    most: int = MOST
    areas: tuple[ZoneAreas, ...] = ()
    waves: tuple[str, ...] = ()
    no_walk: str = ""
    listed: str = ""

    @property
    def visible_rows(self) -> tuple[ZoneLoop, ...]:
        """The rows of the zones asked: all of them, or those that hold a part of some area."""
        return tuple(row for row in self.rows if all(each.keeps(row.need.code) for each in self.areas))

    @property
    def sheets_words(self) -> str:
        """The link between the sheets of today and the places of the study, "" where they are as many."""
        offer = self.reading.offer
        return rules.sheets_words(self.places.n, offer.territory.n_places, self.n_doubles) if offer else ""

    @property
    def gap(self) -> OfferLine | None:
        """The people without a place on foot in the whole territory."""
        return overview.line_in(self.reading, "", LINE)

    @property
    def columns(self) -> frozenset[str]:
        """The columns in which at least one row, or the whole, tells something: a count, or that it is
        withheld.
        """
        chains = [*(row.chain for row in self.rows if row.chain), *(chain for _, chain in self.shared)]
        link_names = {"orientation": "orientation", "action": "action", "effet": "effect"}
        names = {
            name
            for name, attribute in link_names.items()
            if any(getattr(chain, attribute).has_content for chain in (*chains, self.total))
        }
        if self.places.n or self.gap is not None or any(row.gap is not None for row in self.rows):
            names.add("offre")
        return frozenset(names)

    @property
    def n_links(self) -> int:
        """Return the number of links of the chain, of three, that have a column."""
        return len(self.columns & {"orientation", "action", "effet"})

    @property
    def n_columns(self) -> int:
        """Return the number of columns of its table: the zone, its need and the plan always."""
        return 3 + len(self.columns)

    @property
    def empty_words(self) -> str:
        """The sentence on the columns left out, "" when none is."""
        planned = itertools.chain(self.everywhere, *(row.plan for row in self.rows))
        return rules.empty_words(
            self.columns,
            self.no_walk or "aucun lieu n’indique s’il aide aux démarches",
            has_counts=any(each.counted for each in planned),
        )

    @property
    def tells_ages(self) -> bool:
        """Return True if one of its first sentences tells how old its sheets are."""
        return any(each.id == "fiches" for each in self.sentences)

    @property
    def silent_words(self) -> str:
        """Return the number of places that do not say what they offer, "" for none."""
        return rules.silent_words(self.reading.offer.territory.n_silent) if self.reading.offer else ""

    @property
    def shared_places(self) -> str:
        """Return the reason why its zones count more places than the whole, "" when they do not."""
        if self.reading.offer is None:
            return ""
        offer = self.reading.offer
        by_zone = sum(row.offer.n_places for row in self.rows if row.offer is not None)
        unassigned = sum(each.n_places for each in offer.unassigned)
        return rules.shared_places(by_zone, offer.territory.n_places - unassigned)

    @property
    def places_notes(self) -> str:
        """The reasons why the counts of places of its zones do not sum to the whole, in sentences."""
        offer = self.reading.offer
        unassigned = [each.sentence for each in offer.unassigned] if offer else []
        unlisted = offer.unlisted if offer else ""
        return " ".join(filter(None, (unlisted, self.shared_places, *unassigned)))

    @property
    def known_units(self) -> list[tuple[Unit, Chain, tuple[Planned, ...]]]:
        """The units of several zones of which something is told, with what is planned for all of each."""
        return [
            (unit, chain, self.plan_of(unit))
            for unit, chain in self.shared
            if not chain.is_missing or self.plan_of(unit)
        ]

    def plan_of(self, unit: Unit) -> tuple[Planned, ...]:
        """Return the actions that name every zone of a unit."""
        rows = (row for row in self.rows if row.unit == unit)
        return tuple(each for each in next(rows).plan if each.is_for(unit))

    @property
    def unknown_units(self) -> list[tuple[Link, list[Unit]]]:
        """The others, together when the same is said instead."""
        units_by_lack: dict[str, tuple[Link, list[Unit]]] = {}
        for unit, chain in self.shared:
            if chain.is_missing and not self.plan_of(unit):
                units_by_lack.setdefault(chain.orientation.lack, (chain.orientation, []))[1].append(unit)
        return list(units_by_lack.values())

    @property
    def n_everywhere(self) -> int:
        """Return the number of decided actions for the whole territory; their parts are counted with them."""
        return sum(each.is_decided and each.action.parent_id is None for each in self.everywhere)

    @property
    def n_undecided(self) -> int:
        """Return the number of actions of the plan still to be decided."""
        rows = {each.action.pk: each.action for row in self.rows for each in row.plan}
        rows |= {each.action.pk: each.action for each in self.everywhere}
        return sum(each.standing == TO_DECIDE and each.parent_id is None for each in rows.values())

    @property
    def n_planned(self) -> int:
        """Return the number of zones that a decided action of the plan names."""
        return sum(any(each.is_decided for each in row.plan) for row in self.rows)

    @property
    def is_grouped(self) -> bool:
        """True where communes of several zones stand as lines, with their quarters folded under each; a
        territory that is one of them has its quarters alone.
        """
        return any(len(unit.zones) < len(self.rows) for unit, _ in self.shared)

    @property
    def lines(self) -> tuple[tuple[ZoneLoop, ...], ...]:
        """The rows that are shown, in order: a zone alone, or the quarters of a commune together, where the
        first of them stands.
        """
        by_line: dict[Any, list[ZoneLoop]] = {}
        for row in self.visible_rows:
            key = row.unit.zones if self._is_quarter(row) else row.need.code
            by_line.setdefault(key, []).append(row)
        return tuple(map(tuple, by_line.values()))

    def _is_quarter(self, row: ZoneLoop) -> bool:
        return self.is_grouped and len(row.unit.zones) > 1

    def _town(self, row: ZoneLoop) -> Town | None:
        if not self._is_quarter(row):
            return None
        unit = row.unit
        chain = next(chain for unit_of_chain, chain in self.shared if unit_of_chain == unit)
        need = next((row for row in self.reading.towns if set(row.zones) == set(unit.zones)), None)
        lines = [line_of(self.reading, zone) for zone in unit.zones]
        is_served = all(line is not None and line.missing == overview.NOBODY for line in lines)
        gap = overview.NOBODY if is_served else overview.concerned(LINE, unit.zones, self.reading).about
        n_planned = sum(each.is_named for each in self.visible_rows if each.unit == unit)
        return Town(unit, chain, self.plan_of(unit), need, gap, n_planned)

    def _runs(self, lines: Iterable[tuple[ZoneLoop, ...]]) -> Iterator[tuple[ZoneLoop, ...]]:
        """Yield the rows of lines in runs: the quarters of a commune make one alone."""
        runs = itertools.groupby(
            enumerate(lines), lambda line: line[0] if self._is_quarter(line[1][0]) else None
        )
        for _, run in runs:
            yield tuple(row for _, line in run for row in line)

    @property
    def parts(self) -> tuple[Part, ...]:
        """The rows, those where a gap is certain before the others, in parts that a phone shows or folds: the
        first of all stay open.
        """
        groups = [(True, self.lines)]
        if self.sort == "manque" and self.gap is not None:
            groups = [
                (first, tuple(line for line in self.lines if any(r.is_first for r in line) == first))
                for first in (True, False)
            ]
        parts, before = [], 0
        for first, lines in groups:
            standings = [row.standing for line in lines for row in line]
            if len(groups) > 1:  # a quarter stands with its commune, and is counted with those like it
                standings = [row.standing for row in self.visible_rows if row.is_first == first]
            visible = lines[: max(self.most - before, 0)]
            sentence, n = rules.group_sentence(standings), len(standings)
            n_open = max(OPEN - before, 0)
            for is_more, some in ((False, visible[:n_open]), (True, visible[n_open:])):
                for rows in self._runs(some):
                    parts.append(Part(rows, first, n, sentence, is_more, self._town(rows[0])))
                    n = 0
            before += len(lines)
        return tuple(parts)

    @property
    def has_paper_bars(self) -> bool:
        """Return True where paper draws bars: where a gap is certain; another zone takes a line."""
        return any(row.is_first for row in self.visible_rows)

    @property
    def n_beyond(self) -> int:
        """Return the number of rows that the page leaves out until all of them are asked for."""
        return sum(map(len, self.lines[self.most :]))

    @property
    def n_more(self) -> int:
        """Return the number of rows that a phone folds."""
        return sum(len(part.rows) for part in self.parts if part.is_more)


def loop(
    user: Visitor,
    study: Study,
    *,
    on: date,
    sort: str = "manque",
    most: int = MOST,
    wanted_areas: Mapping[str, str] = NOTHING,
) -> Loop:
    """Return the loop of a territory as a user reads it on a day, by the zones that its pages name: the plan
    is theirs to read, or left out.

    wanted_areas: the answer wanted of each kind of area (QPV); its totals stay those of the whole territory.
    """
    study = dossiers.zoned(study)
    reading = dossiers.reading(study)
    units = of_units.units(study)
    no_walk = dossiers.why_no_offer(study, on=on).few_words if reading.offer is None else ""
    year = links.year(study, on)
    chains, total = year.chains, year.total
    every = communes_of(study.place)  # None for the country: thirty-five thousand codes name nothing less
    communes = frozenset().union(*(unit.communes for unit in units))
    sheets = _places(every if every is None else communes, on)
    units_with_counts = zip(units, chains, _by_unit(study, sheets, len(units)), strict=True)
    by_zone = {zone: each for each in units_with_counts for zone in each[0].zones}
    named, everywhere, has_plan = _planned(user, study, on)
    every_action = (each.action for each in itertools.chain(everywhere, *named.values()))
    actions = [each for each in every_action if each.standing in DECIDED]  # one to decide answers nothing yet
    answered = overview.answered(actions, LINE)
    gaps = {zone.code: line_of(reading, zone.code) for zone in reading.zones}
    widest = max((line.missing_high for line in gaps.values() if line is not None), default=0.0)
    path = dossiers.folder(study) / "etude.json"
    scale = scale_of(_need_top(path), widest)
    needs = _need_bars(path, scale.top)
    rows = [
        _row(
            zone,
            reading,
            gaps[zone.code],
            *by_zone[zone.code],
            named.get(zone.code, ()),
            scale=scale,
            need_bar=needs.get(zone.code, ""),
            answered=answered,
            has_plan=has_plan,
            is_covered=any(not each.is_done for each in everywhere),
            no_walk=no_walk,
        )
        for zone in reading.zones
        if zone.code in by_zone
    ]
    rows = _ranked(rows, reading.offer)
    rows.sort(key=lambda row: rules.order(row.standing, sort))
    places = _sum(sheets.values())
    unlisted = of_units.unlisted_communes(study, sheets) if every is not None else frozenset()
    listed = rules.listed_words(len(communes & sheets.keys()), len(unlisted), len(communes))
    listed_rows = [row for row in rows if not unlisted or not row.unit.communes <= unlisted]
    facts = replace(
        _facts(rows, chains, total, places, everywhere, year, has_plan=has_plan),
        gaps=_gaps(listed_rows),
        listed=listed,
        to_locate=reading.offer.to_locate if reading.offer else "",
    )
    return Loop(
        study=study,
        reading=reading,
        rows=tuple(rows),
        shared=tuple((unit, chain) for unit, chain in zip(units, chains, strict=True) if len(unit.zones) > 1),
        total=total,
        places=places,
        n_doubles=published.place_count(() if every is None else communes).repeated,
        everywhere=everywhere,
        activity=year,
        sentences=tuple(rules.sentences(facts)),
        has_plan=has_plan,
        sort=sort,
        scale=scale,
        waves=_waves(study.place),
        most=most,
        areas=dossiers.zone_areas(study, wanted_areas),
        no_walk=no_walk,
        listed=listed,
    )


def _gaps(rows: Iterable[ZoneLoop]) -> tuple[Gap, ...]:
    """Return the zones whose gap is known beyond doubt."""
    return tuple(
        Gap(
            code=row.need.code,
            name=row.need.name,
            about=row.gap.missing,
            between=row.gap.missing_between,
            low=row.gap.missing_low,
            planned=row.standing.planned,
        )
        for row in rows
        if row.gap is not None and not (row.offer and LINE in row.offer.doubted)
    )


def _ranked(rows: Sequence[ZoneLoop], offer: OfferReading | None) -> list[ZoneLoop]:
    """Return rows with the rank of the first gap of each among those of the territory."""
    rank_by_code = {gap.code: rank for rank, gap in enumerate(first_of_zones(shared(offer)))}
    lacking = {gap.code: gap for gap in first_of_zones(certain(offer))}
    needs: dict[tuple[str, ...], float] = {}
    for row in rows:
        needs[row.unit.zones] = needs.get(row.unit.zones, 0.0) + (row.need.people_value or 0.0)
    return [
        replace(
            row,
            lacks=lacking[row.need.code].lines if row.need.code in lacking else "",
            standing=replace(
                row.standing,
                gap_rank=rank_by_code.get(row.need.code),
                is_lacking=row.need.code in lacking,
                town_need=needs[row.unit.zones] if len(row.unit.zones) > 1 else None,
            ),
        )
        for row in rows
    ]


def line_of(reading: Reading, code: str) -> OfferLine | None:
    """Return the line of the offer that the loop follows in a zone; None when nothing is said of it."""
    line = overview.line_in(reading, code, LINE)
    return line if line is not None and line.missing != DASH else None


def _row(
    zone: ZoneRow,
    reading: Reading,
    gap: OfferLine | None,
    unit: Unit,
    chain: Chain,
    places: Places,
    plan: Sequence[Planned],
    *,
    scale: Scale,
    need_bar: str,
    answered: frozenset[str] | None,
    has_plan: bool,
    is_covered: bool,
    no_walk: str,
) -> ZoneLoop:
    """Return a row of the loop. answered: the zones whose lack a decided action answers, None: everywhere;
    is_covered: whether an action of the plan is for the whole territory;
    no_walk: why no offer is told of the whole, "" where one is: a zone then has none in its département.
    """
    is_everywhere = answered is None
    is_own = any(
        each.is_decided and each.action.line == LINE and zone.code in each.covered_zones for each in plan
    )
    alone = len(unit.zones) == 1
    return ZoneLoop(
        need=zone,
        offer=reading.offer.zones.get(zone.code) if reading.offer else None,
        no_walk=no_walk or "département non recensé",
        gap=gap,
        places=places if alone else None,
        unit=unit,
        chain=chain if alone else None,
        plan=tuple(plan),
        need_bar=need_bar,
        scale=scale,
        standing=Standing(
            name=zone.full_name,
            need=zone.people_value,
            without=gap.missing_value if gap is not None else None,
            unanswered=chain.orientation.detail(activity.UNANSWERED),
            unknown=chain.effect.detail(activity.UNKNOWN),
            planned=is_everywhere or is_own,
        ),
        plan_words=rules.plan_words(
            named=bool(plan),
            has_plan=has_plan,
            is_everywhere=is_everywhere,
            is_own=is_own,
            is_lacking=gap is not None and gap.missing_low > 0,
            is_all_done=all(each.is_done for each in plan),
            is_covered=is_covered,
        ),
    )


def scale_of(need: float, gap: float) -> Scale:
    """Return the scale of bars that reach `need` and `gap` people at most: where the first is twice the
    second or more, the second has a round end, a whole number of times nearer.

    >>> scale_of(5516, 1970), scale_of(4500, 3000), scale_of(0, 700)
    (Scale(top=6000.0, zoom=3), Scale(top=4500, zoom=1), Scale(top=700, zoom=1))
    """
    by = 10.0 ** max(floor(log10(gap)) - 1, 0) if gap >= 1 else 1.0
    end = by * ceil(gap / by)
    if not end or need < 2 * end:
        return Scale(max(need, gap))
    zoom = ceil(need / end)
    return Scale(zoom * end, zoom)


def _need_top(path: Path) -> float:
    """Return the most people that may be in need in a zone."""
    zones = dossiers.needs(path).zones.values()
    return max((each["haut"] for each in zones if each["valeur"] is not None), default=0.0)


def _need_bars(path: Path, top: float) -> Mapping[str, str]:
    """Return the bar of the people in need of each zone, by code, on one scale for all."""
    return _bars(path, path.stat().st_mtime_ns, top)


def need_of(study: Study) -> tuple[float, float, float]:
    """Return the people in need of a whole territory: low, value, high; zeros when they are withheld."""
    need = dossiers.needs(dossiers.folder(study) / "etude.json").territory["precarite_numerique"]
    low, value, high = (need.get(name) or 0.0 for name in ("bas", "valeur", "haut"))
    return low, value, high


@lru_cache(maxsize=32)
def _bars(path: Path, stamp: int, top: float) -> Mapping[str, str]:
    zones = dossiers.needs(path).zones
    known_zones = {code: need for code, need in zones.items() if need["valeur"] is not None}
    return {
        code: charts.small_bar(
            Estimate(
                value=need["valeur"],
                low=need["bas"],
                high=need["haut"],
                unit="personnes",
                universe=need["univers"],
                n=need["n"],
                method=need["methode"],
            ),
            top=top,
            id="rayures",
        )
        for code, need in known_zones.items()
    }


def _bar(line: OfferLine, top: float, scale_class: str) -> str:
    """Return the bar of a gap, without a tick when silent places leave a range; its basis is written
    beside.
    """
    return charts.small_bar(
        line.missing_drawn, top=top, id="rayures", tick=DASH not in line.missing, scale_class=scale_class
    )


def _places(communes: frozenset[str] | None, on: date) -> dict[str, Places]:
    """Return the places published in each commune today; None: everywhere."""
    rows = Lieu.objects.filter(state=PUBLISHED, merged_into=None)
    if communes is not None:
        rows = rows.filter(code_insee__in=bulk.to_find(communes))
    counted = (
        rows.order_by()
        .values_list("code_insee")
        .annotate(
            n=Count("pk"),
            dated=Count("pk", filter=studied.dated(on=on)),
            recent=Count("pk", filter=studied.dated(on=on, days=census.OLD)),
            full=Count("pk", filter=Q(full_since__isnull=False)),
        )
    )
    capacity_by_commune = capacities(communes, on)
    return {
        code: Places(
            n=n, dated=dated, recent=recent, full=full, capacity=capacity_by_commune.get(code, Capacity())
        )
        for code, n, dated, recent, full in counted
    }


def _by_unit(study: Study, sheets: Mapping[str, Places], n: int) -> list[Places]:
    """Return the places of each unit of a study. sheets: by commune, those without any left out."""
    of = of_units.by_commune(study)
    places_by_unit: list[list[Places]] = [[] for _ in range(n)]
    for code, places in sheets.items():
        if (unit := of.get(code)) is not None:
            places_by_unit[unit].append(places)
    return [_sum(each) for each in places_by_unit]


def _sum(places: Any) -> Places:
    listed = list(places)
    return Places(
        n=sum(each.n for each in listed),
        dated=sum(each.dated for each in listed),
        recent=sum(each.recent for each in listed),
        full=sum(each.full for each in listed),
        capacity=sum((each.capacity for each in listed), Capacity()),
    )


def _waves(place: str) -> tuple[str, ...]:
    """Return the changes of the surveys of a place, from a wave to the next, as published: inhabitants, then
    professionals, then structures.
    """

    def sentence(change: evidence.Change) -> str:
        first, second = change.first, change.second
        return (
            f"« {change.question} » « {change.label} » : {first.figure}, {first.source},"
            f" puis {second.figure}, {second.source} : {change.verdict}. Parmi : {second.universe}."
        )

    return tuple(
        sentence(change) for kind, answers in WAVES.items() for change in evidence.waves(place, kind, answers)
    )


def _planned(
    user: Visitor, study: Study, on: date
) -> tuple[dict[str, list[Planned]], tuple[Planned, ...], bool]:
    """Return the actions by zone, those of the whole territory, and whether there is a plan that the user
    reads: those that are done after the others, those that were given up left out.
    """
    plan = plan_for(user, plan_place(study.place))
    if plan is None:
        return {}, (), False
    parts = zone_parts(plan.place, study)
    zone_of_part = {part: zone for zone, codes in parts.items() for part in codes}
    named: dict[str, list[Planned]] = {}
    everywhere = []
    actions = [planned for planned in overview.actions_of(plan) if planned.standing != DROPPED]
    meeting = report.next_meeting(plan.place, on=on)
    for action in sorted(actions, key=lambda planned: planned.standing == DONE):
        zones = tuple(dict.fromkeys(zone_of_part.get(code, code) for code in action.zones))
        schedule = overview.schedule(action)
        named_lacks = warnings(schedule, on)
        lacks = [each for each in undecided(schedule) if each not in named_lacks]
        planned = Planned(
            action=action,
            warnings=tuple(named_lacks),
            state=report.stage_of(action, {*named_lacks} - {LATE}, lacks, meeting),
            counted=last_count(action, on),
            zones=zones,
            covered_zones=frozenset(
                code for code in zones if parts.get(code, frozenset({code})) <= set(action.zones)
            ),
        )
        for code in zones:
            named.setdefault(code, []).append(planned)
        if not action.zones:
            everywhere.append(planned)
    return named, tuple(everywhere), True


def _facts(
    rows: Sequence[ZoneLoop],
    chains: Sequence[Chain],
    total: Chain,
    places: Places,
    everywhere: Sequence[Planned],
    year: Year,
    *,
    has_plan: bool,
) -> rules.Facts:
    """Return the facts of the sentences: only those of the page."""
    every = [*(each for row in rows for each in row.plan), *everywhere]
    planned = {each.action.pk: each for each in every if each.action.parent_id is None}
    unanswered_by_chain = [chain.orientation.detail(activity.UNANSWERED) for chain in chains]
    return rules.Facts(
        unanswered=total.orientation.detail(activity.UNANSWERED) or None,
        unanswered_zones=sum(map(bool, unanswered_by_chain)),
        oldest=total.oldest,
        helped=total.action.value,
        unknown=total.effect.detail(activity.UNKNOWN) or None,
        late=sum(LATE in each.warnings for each in planned.values()),
        unpiloted=sum(LACKS_PILOT in each.warnings for each in planned.values()),
        sheets=places.n,
        recent=places.recent,
        ages=places.words,
        active=year.is_active,
        has_plan=has_plan,
    )
