"""The plan that a platform holds of a territory, as its report reads it."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date

from maillage.apps.directory.memberships.access import communes_of
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.steering.codesign.queries.boards import journeys_of
from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.access import plan_place
from maillage.apps.steering.plans.models import Plan, PlanNote
from maillage.apps.steering.plans.models import PlanAction as StoredAction
from maillage.apps.steering.plans.queries import budgets, overview, proposals
from maillage.apps.steering.plans.queries.effects import baseline_words, last_count, least_of, target_words
from maillage.apps.steering.plans.queries.overview import ActionRow, AxisRows
from maillage.apps.steering.plans.queries.zones import zone_parts
from maillage.apps.territories.queries import canonical
from maillage.publishing import journey
from maillage.publishing.plan.reading import PlanAction, PlanActor, PlanAxis, PlanReading
from maillage.publishing.territory import decisions
from maillage.publishing.territory.reading import Reading
from maillage.reference import codesign
from maillage.reference.plan_frames import Frame, FrameActor, frames
from maillage.words import wording
from maillage.words.dates import in_words
from maillage.words.wording import listing


def plan_of(code: str, reading: Reading, *, on: date) -> PlanReading | None:
    """Return the plan of a territory on a day, its people counted in a study; None when nobody opened one.
    That of a territory whose own zones are read keeps its places and its people.
    """
    plan = Plan.objects.filter(place=plan_place(place := canonical(code))).first()
    if plan is None:
        return None
    own, study = reading, dossiers.latest(place)
    parts = zone_parts(plan.place, study) if study is not None else {}
    reading = reading if plan.place == place else overview.reading_of(plan.place) or reading
    actions = overview.actions_of(plan)
    why_dropped = _why_dropped(plan)
    frame = frames().get(plan.frame)
    return PlanReading(
        title=plan.title,
        state=rules.state_sentence([overview.schedule(action) for action in actions], on),
        frame=frame.name if frame else "",
        is_published=plan.published_at is not None,
        is_example=plan.example,
        axes=tuple(
            PlanAxis(
                axis_row.axis.number,
                axis_row.axis.title,
                axis_row.axis.statement,
                axis_row.announced,
                tuple(_action(row, why_dropped.get(row.row.pk, "")) for row in axis_row.rows),
            )
            for axis_row in overview.by_axis(plan, actions, reading, on)
        ),
        refused=tuple((refusal.title, refusal.why) for refusal in plan.refusals.all()),
        settled=proposals.settled(plan, own.offer, parts),
        journeys=(
            *(
                journey.of_plan(codesign.journeys()[id])
                for axis in (frame.axes if frame else ())
                for id in axis.journeys
            ),
            *journeys_of(plan.place),
        ),
        roles=plan.roles,
        actors=tuple(_actor(each, frame) for each in frame.actors)
        if frame and _is_at_home(frame, plan.place)
        else (),
        yearly=tuple(budgets.yearly(actions)),
    )


def published_plan_of(code: str, reading: Reading, *, on: date) -> PlanReading | None:
    """Return the plan of a territory that anybody may read, None without one."""
    rows = Plan.objects.filter(place=plan_place(canonical(code)))
    is_public = rows.filter(published_at__isnull=False).exists()
    return plan_of(code, reading, on=on) if is_public else None


def staged(plan: Plan, axes: Iterable[AxisRows], *, on: date) -> list[AxisRows]:
    """Return the dynamics of a plan, each action with its state in the words of every document."""
    meeting = next_meeting(plan.place, on=on)

    def with_stage(row: ActionRow) -> ActionRow:
        lacks = rules.undecided(overview.schedule(row.row))
        return replace(row, stage=stage_of(row.row, row.warnings, lacks, meeting))

    return [replace(axis, rows=tuple(map(with_stage, axis.rows))) for axis in axes]


def next_meeting(place: str, *, on: date) -> date | None:
    """Return the day of the next meeting of the mission of a territory, None where none is planned."""
    return decisions.next_meeting(dossiers.mission(place, on=on))


def stage_of(
    row: StoredAction, warnings: Collection[str], undecided: Iterable[str], meeting: date | None
) -> str:
    """Return the state of an action in the words of every document, with the day of its vote. undecided: the
    points to name beside the state.
    """
    return decisions.dated(_stage(row, warnings, undecided), meeting).stage_words


def _is_at_home(frame: Frame, place: str) -> bool:
    """Say if a plan is of the territory of its frame: elsewhere, the actors of that frame are strangers."""
    plan_communes, frame_communes = communes_of(place), communes_of(frame.territory)
    return plan_communes is None or frame_communes is None or not plan_communes.isdisjoint(frame_communes)


def _actor(row: FrameActor, frame: Frame) -> PlanActor:
    title = frame.document.title if frame.document else frame.name
    numbers = listing([str(number) for number in row.axes])
    return PlanActor(row.name, row.does, numbers, title)


def _why_dropped(plan: Plan) -> dict[int, str]:
    """Return the day and the reason of each action that was dropped, by its key: its journal holds them."""
    words_by_action: dict[int, str] = {}
    reasons: dict[int, str] = {}
    dropped_words = rules.moved_to(rules.DROPPED)
    notes = PlanNote.objects.filter(action__plan=plan, kind=rules.DECISION, withdrawn_at=None)
    for note in notes.order_by("at", "pk"):
        if not note.automatic:
            words_by_action[note.action_id] = note.words
        elif note.words.endswith(dropped_words):
            reason = wording.lower_first(words_by_action.get(note.action_id, "").rstrip("."))
            reasons[note.action_id] = f"le {in_words(note.on)}{f' : {reason}' if reason else ''}"
    return reasons


def _stage(row: StoredAction, warnings: Collection[str], undecided: Iterable[str]) -> PlanAction:
    """Return an action with what its state and the day of its vote are drawn from, and nothing else."""
    votes_on = None if rules.VOTE_PASSED in warnings else row.vote_on
    return PlanAction(
        number=row.number,
        label=row.label,
        title=row.title,
        state=rules.dated_state(row.standing_words, warnings),
        people="",
        zones="",
        pilot=row.pilot,
        begins=_day(row.starts_on),
        vote=_day(votes_on),
        vote_day=votes_on.isoformat() if votes_on else "",
        budget=row.budget,
        undecided=tuple(undecided),
    )


def _action(action_row: ActionRow, why_dropped: str) -> PlanAction:
    row, concerned = action_row.row, action_row.concerned
    return replace(
        _stage(row, action_row.warnings, rules.undecided(overview.schedule(row))),
        is_part=row.parent_id is not None,
        people=concerned.sentence or concerned.words,
        residents=concerned.residents,
        zones=action_row.all_zones,
        objective=row.objective,
        partners=row.partners,
        public=row.public,
        ends=_day(row.ends_on),
        first_day=row.starts_on.isoformat() if row.starts_on else "",
        last_day=row.ends_on.isoformat() if row.ends_on else "",
        costs=rules.costs_words(row.costs),
        investment=sum(investment for _, _, investment in row.costs),
        funded=row.funded,
        funders=tuple(str(each) for each in row.active_fundings),
        indicator=row.indicator,
        baseline=baseline_words(row, least_of(row)),
        target=target_words(row),
        counted=last_count(row),
        existing=row.existing,
        means=row.means,
        risks=row.risks,
        steps=(
            *(f"{step.words}, {in_words(step.on)}" for step in row.milestones.all()),
            *(f"{words}, {rules.delay_words(days)}" for days, words in row.delays),
        ),
        lacks=tuple(each for each in action_row.warnings if each not in rules.OF_STATE),
        why_dropped=why_dropped,
        zone_codes=tuple(row.zones or ()),
    )


def _day(day: date | None) -> str:
    return in_words(day) if day else ""
