"""Reading plans: their actions beside the people concerned, and what the figures propose next."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch
from django.urls import reverse

from maillage.apps.codesign.models import DraftAction
from maillage.apps.codesign.rules import DRAFT
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.memberships.access import communes_of
from maillage.apps.orientations.queries import territory_measures
from maillage.apps.plans import access, rules
from maillage.apps.plans.models import Milestone, Plan, PlanAction, PlanAxis
from maillage.apps.search.rules import Hit, SearchKind
from maillage.reports.territory import gaps
from maillage.reports.territory.gaps import OPENINGS
from maillage.reports.territory.reading import OfferLine, OfferReading, Reading, Stale
from maillage.words.wording import DASH, listing, number

COLUMNS = (
    *(
        "dynamique",
        "numero",
        "action",
        "etat",
        "pilote",
        "avec",
        "pour_qui",
        "zones",
        "commence_le",
        "finit_le",
    ),
    *("budget_euros", "finance_euros", "indicateur", "au_depart", "cible", "existant"),
    *("personnes_concernees", "personnes_intervalle", "personnes_qui", "personnes_source"),
)
MOST_PROPOSALS = 3
MOST_ZONES = 3  # named beside an action; the others are counted


@dataclass(frozen=True, slots=True)
class Evidence:
    """A figure beside a proposal or an action, as printed. between: its interval, "" for a count."""

    value: str
    between: str
    words: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An action that the figures propose. key: what makes it the same one another day; value: its first
    figure, None when it has none; effect: what to expect, with its assumption.
    """

    key: str
    title: str
    why: str
    effect: str
    evidence: tuple[Evidence, ...]
    zones: tuple[str, ...] = ()
    line: str = ""
    value: float | None = None
    draft: int | None = None
    pilot: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Concerned:
    """How many people an action concerns, as printed: about, between, what they are, where it comes from.
    about "": not counted, and words say why.
    """

    about: str
    between: str
    words: str
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRow:
    """An action as a plan shows it. begins, ends, steps: places on the calendar, in percent; begins None
    without dates.
    """

    row: PlanAction
    concerned: Concerned
    zones: str
    warnings: tuple[str, ...]
    is_late: bool
    begins: float | None
    ends: float | None
    today: float
    steps: tuple[tuple[float, str], ...]

    @property
    def width(self) -> float:
        """How long the action is, in percent of the calendar."""
        return (self.ends or 0.0) - (self.begins or 0.0)

    @property
    def done_width(self) -> float:
        """How much of its time is over once it has begun, all of it when it is done: in percent of the
        calendar.
        """
        if self.row.state == rules.DONE:
            return self.width
        if self.row.state != rules.RUNNING:
            return 0.0
        return max(0.0, min(self.today, self.ends or 0.0) - (self.begins or 0.0))


@dataclass(frozen=True, slots=True)
class AxisRows:
    """A dynamic, its actions, and what its announced number says."""

    axis: PlanAxis
    rows: tuple[ActionRow, ...]
    announced: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """The months of a calendar: (place in percent, first letter, year when it begins)."""

    months: tuple[tuple[float, str, str], ...]


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
    return list(plan.actions.select_related("axis", "after", "parent").prefetch_related(steps))


def schedule(action: PlanAction) -> rules.Schedule:
    """Return what the rules of a calendar read of an action."""
    return rules.Schedule(
        state=action.state, pilot=action.pilot, starts_on=action.starts_on, ends_on=action.ends_on
    )


def by_axis(plan: Plan, actions: Sequence[PlanAction], reading: Reading | None, on: date) -> list[AxisRows]:
    """Return the actions of a plan by dynamic, as shown on a day."""
    first, last = bounds_of(actions, on)
    made = [_row(action, reading, on, first, last) for action in actions]
    return [
        AxisRows(
            axis,
            tuple(each for each in made if each.row.axis_id == axis.pk),
            rules.announced_sentence(
                axis.announced, sum(each.row.axis_id == axis.pk and not each.row.parent_id for each in made)
            ),
        )
        for axis in plan.axes.all()
    ]


def bounds_of(actions: Iterable[PlanAction], on: date) -> tuple[date, date]:
    """Return the days between which the calendar of a plan stands."""
    rows = list(actions)
    days = [day for row in rows for day in (row.starts_on, row.ends_on)]
    days += [step.on for row in rows for step in row.milestones.all()]
    return rules.span(days, on)


def calendar(actions: Iterable[PlanAction], on: date) -> Calendar:
    """Return the months of the calendar of a plan."""
    first, last = bounds_of(actions, on)
    months, day = [], first
    while day < last:
        year = str(day.year) if day == first or day.month == 1 else ""
        months.append((rules.part_of(day, first, last), "JFMAMJJASOND"[day.month - 1], year))
        day = rules.add_months(day, 1)
    return Calendar(tuple(months))


def _row(action: PlanAction, reading: Reading | None, on: date, first: date, last: date) -> ActionRow:
    dated = [day for day in (action.starts_on, action.ends_on) if day is not None]
    begins = rules.part_of(action.starts_on or dated[0], first, last) if dated else None
    ends = rules.part_of(action.ends_on or last, first, last) if dated else None
    of_it = schedule(action)
    return ActionRow(
        row=action,
        concerned=concerned(action.line, action.zones, reading),
        zones=zones_named(action.zones, reading),
        warnings=tuple(rules.warnings(of_it, on)),
        is_late=rules.is_late(of_it, on),
        begins=begins,
        ends=ends,
        today=rules.part_of(on, first, last),
        steps=tuple((rules.part_of(step.on, first, last), step.words) for step in action.milestones.all()),
    )


def zones_named(codes: Sequence[str], reading: Reading | None) -> str:
    """Return the names of some zones, the first ones when there are many; the whole territory without any."""
    if reading is None or not codes:
        return "tout le territoire"
    names = {zone.code: zone.name for zone in reading.zones}
    named = [names.get(code, code) for code in codes]
    if len(named) <= MOST_ZONES + 1:
        return listing(named)
    return f"{', '.join(named[:MOST_ZONES])} et {len(named) - MOST_ZONES} autres"


def line_in(reading: Reading, code: str, line: str) -> OfferLine | None:
    """Return a line of the offer in a zone, "" for the whole territory; None when it was not counted."""
    offer = reading.offer
    if offer is None:
        return None
    held = offer.zones.get(code) if code else offer.whole
    return next((each for each in held.lines if each.id == line), None) if held else None


def concerned(line: str, zones: Sequence[str], reading: Reading | None) -> Concerned:
    """Return how many people an action concerns: those in difficulty who have nothing of its line on foot, in
    its zones. Bounds of several zones are added, which is wider than their sum would be.
    """
    if not line:
        return Concerned(about="", between="", words="non chiffré : aucune ligne d’offre ne lui répond")
    if reading is None or reading.offer is None:
        return Concerned(about="", between="", words="non chiffré : aucun diagnostic d’offre ici")
    found = [line_in(reading, code, line) for code in (zones or [""])]
    lines = [each for each in found if each is not None and each.missing != DASH]
    source = reading.offer.source
    if not lines:
        return Concerned(
            about="", between="", words="non chiffré : l’étude d’aujourd’hui ne le compte pas ici"
        )
    words = f"sans {lines[0].label[:1].lower()}{lines[0].label[1:]} à pied"
    if len(lines) == 1:
        only = lines[0]
        return Concerned(about=only.missing, between=only.missing_between, words=words, source=source)
    low, high = sum(each.missing_low for each in lines), sum(each.missing_high for each in lines)
    return Concerned(
        about=f"{number(_down(low))} à {number(_up(high))}",
        between="",
        words=f"{words}, bornes des {len(lines)} zones ajoutées",
        source=source,
    )


def _step(value: float) -> int:
    return 10 if value < 1_000 else 100


def _down(value: float) -> int:
    return int(value // _step(value) * _step(value))


def _up(value: float) -> int:
    return int(-(-value // _step(value)) * _step(value))


# ------------------------------------------------------------------------------------------------- proposals


def proposals(plan: Plan, reading: Reading | None, on: date) -> list[Proposal]:
    """Return what the figures propose for a plan: drafts of co-design workshops, gaps that leave most people
    without anything for sure, needs without a solution. What an action already answers, or what was refused
    and did not move since, is left out.
    """
    rows = list(plan.actions.exclude(state=rules.DROPPED))
    refused = {each.proposal: each.value for each in plan.refusals.all()}
    known = {row.proposal for row in rows if row.proposal}
    found = [*_drafts(plan.place), *_gaps(reading, rows), *_unsolved(plan.place, rows, on)]
    return [
        each
        for each in found
        if each.key not in known
        and (each.key not in refused or rules.comes_back(refused[each.key], each.value))
    ]


def proposal(plan: Plan, key: str, on: date) -> Proposal | None:
    """Return one of the proposals of a plan by its key, None when it is no longer made."""
    return next((each for each in proposals(plan, reading_of(plan.place), on) if each.key == key), None)


def _drafts(place: str) -> list[Proposal]:
    drafts = DraftAction.objects.filter(place=place, state=DRAFT, action=None).select_related(
        "session", "obstacle", "lever"
    )
    return [
        Proposal(
            key=f"draft:{row.pk}",
            title=row.title,
            why=f"Proposée par un groupe de l’atelier « {row.session.title} »."
            + (f" L’obstacle : {row.obstacle.words}" if row.obstacle else ""),
            effect="L’atelier n’a pas chiffré son effet.",
            evidence=(),
            draft=row.pk,
            pilot=row.pilot,
        )
        for row in drafts
    ]


def _gaps(reading: Reading | None, rows: Sequence[PlanAction]) -> list[Proposal]:
    offer = reading.offer if reading is not None else None
    if offer is None:
        return []
    answered = {line: _answered(rows, line) for line in OPENINGS}
    found = []
    for gap in gaps.certain(offer):
        zones = answered[gap.line.id]
        if zones is not None and gap.code not in zones:
            found.append(_gap(offer, gap))
    return found[:MOST_PROPOSALS]


def _answered(rows: Sequence[PlanAction], line: str) -> frozenset[str] | None:
    """Return the zones where an action already answers a line; None: everywhere, once somebody carries it."""
    zones: set[str] = set()
    for row in rows:
        if row.line != line:
            continue
        if not row.zones and row.pilot:
            return None
        zones |= set(row.zones)
    return frozenset(zones)


def _gap(offer: OfferReading, gap: gaps.Gap) -> Proposal:
    code, line = gap.code, gap.line
    within = f"{offer.minutes} minutes à pied"
    label = f"{line.label[:1].lower()}{line.label[1:]}"
    people = f"{line.missing_sentence} personnes" if line.missing_sentence else f"{line.missing} personnes"
    silent = offer.zones[code].n_silent
    places = offer.zones[code].n_places
    told = f"{silent} lieu{'x' if silent > 1 else ''} ne le {'disent' if silent > 1 else 'dit'} pas"
    return Proposal(
        key=f"gap:{code}:{line.id}",
        title=gap.title,
        why=gap.reason,
        effect=(
            f"Au plus, {people[:1].lower()}{people[1:]} auraient {label} à moins de {within} : toutes celles "
            "de la zone, si un seul lieu est à pied de chacune. Cela ne dit pas combien viendront."
        ),
        evidence=(
            Evidence(
                line.missing,
                line.missing_between,
                f"personnes en difficulté sans {label} à pied",
                offer.source,
            ),
            Evidence(
                f"{line.n_places} sur {places}",
                told if silent else "",
                f"lieux de la zone qui disent : {label}",
                offer.source,
            ),
        ),
        zones=(code,),
        line=line.id,
        value=line.missing_value,
    )


def _unsolved(place: str, rows: Sequence[PlanAction], on: date) -> list[Proposal]:
    met = territory_measures.of_territory(communes_of(place), on=on)
    measures = met["measures"]
    if not measures.unsolved or measures.examples or any(row.proposal == "unsolved" for row in rows):
        return []
    n = number(measures.unsolved)
    source = f"orientations notées du {met['since']} au {met['until']}"
    return [
        Proposal(
            key="unsolved",
            title="Trouver une solution pour les demandes restées sans lieu",
            why="Des personnes ont dit un besoin, et aucun lieu connu n’y répondait.",
            effect="La page Personnes les compte par besoin et par commune. Aucun effet n’est chiffré.",
            evidence=(Evidence(n, "", "demandes sans solution, comptées par paquets", source),),
            value=float(measures.unsolved),
        )
    ]


def frame_of(plan: Plan, actions: Sequence[PlanAction]) -> dict[str, Any]:
    """Return a plan as a frame that another territory may take up: no pilot, no date, no zone, no budget."""
    kept = ("number", "title", "objective", "public", "partners", "existing", "line")
    return {
        "format": "maillage-cadre-1",
        "name": plan.title,
        "axes": [
            {
                "number": axis.number,
                "title": axis.title,
                "statement": axis.statement,
                "announced": axis.announced,
                "actions": [
                    {key: value for key in kept if (value := getattr(row, key)) not in ("", None)}
                    for row in actions
                    if row.axis_id == axis.pk
                ],
            }
            for axis in plan.axes.all()
        ],
    }


def table_of(actions: Sequence[PlanAction], reading: Reading | None) -> list[dict[str, Any]]:
    """Return the actions as rows of a file, in French."""
    return [
        {
            "dynamique": f"{row.axis.number}. {row.axis.title}",
            "numero": row.number,
            "action": row.title,
            "etat": row.get_state_display(),
            "pilote": row.pilot,
            "avec": row.partners,
            "pour_qui": row.public,
            "zones": zones_named(row.zones, reading),
            "commence_le": row.starts_on.isoformat() if row.starts_on else "",
            "finit_le": row.ends_on.isoformat() if row.ends_on else "",
            "budget_euros": "" if row.budget is None else row.budget,
            "finance_euros": "" if row.funded is None else row.funded,
            "indicateur": row.indicator,
            "au_depart": "" if row.baseline is None else row.baseline,
            "cible": "" if row.target is None else row.target,
            "existant": row.existing,
            "personnes_concernees": (told := concerned(row.line, row.zones, reading)).about,
            "personnes_intervalle": told.between,
            "personnes_qui": told.words,
            "personnes_source": told.source,
        }
        for row in actions
    ]


# ----------------------------------------------------------------------------------- the search of the space


def _action_hit(row: PlanAction, user: Any) -> Hit:
    about = f"{row.plan.title}, {row.get_state_display()}"
    return Hit(row.title, about, reverse("plan_action", args=[row.plan.place, row.pk]))


SEARCH_KINDS = (
    SearchKind(
        id="actions-de-plans",
        label="Actions des plans",
        icon="clipboard-check",
        model="plans.planaction",
        rows=lambda user: PlanAction.objects.filter(plan__in=access.plans_for(user)).select_related("plan"),
        indexed=lambda: PlanAction.objects.select_related("plan"),
        words=lambda row: (row.title, f"{row.objective} {row.pilot} {row.partners} {row.plan.title}"),
        hit=_action_hit,
    ),
)
