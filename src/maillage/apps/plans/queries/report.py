"""The plan that a platform holds of a territory, as its report reads it."""

from datetime import date

from maillage.apps.codesign.queries.boards import journeys_of
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.memberships.access import communes_of
from maillage.apps.plans import rules
from maillage.apps.plans.access import plan_place
from maillage.apps.plans.models import Plan
from maillage.apps.plans.queries import budgets, overview, proposals
from maillage.apps.plans.queries.effects import baseline_words, last_count, least_of, target_words
from maillage.apps.plans.queries.overview import ActionRow
from maillage.apps.plans.queries.zones import zone_parts
from maillage.apps.territories.queries import canonical
from maillage.reference import codesign
from maillage.reference.plan_frames import Frame, FrameActor, frames
from maillage.reports.codesign import journey
from maillage.reports.plan.reading import PlanAction, PlanActor, PlanAxis, PlanReading
from maillage.reports.territory.reading import Reading
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
                tuple(_action(row) for row in axis_row.rows),
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


def _is_at_home(frame: Frame, place: str) -> bool:
    """Say if a plan is of the territory of its frame: elsewhere, the actors of that frame are strangers."""
    plan_communes, frame_communes = communes_of(place), communes_of(frame.territory)
    return plan_communes is None or frame_communes is None or not plan_communes.isdisjoint(frame_communes)


def _actor(row: FrameActor, frame: Frame) -> PlanActor:
    title = frame.document.title if frame.document else frame.name
    numbers = listing([str(number) for number in row.axes])
    return PlanActor(row.name, row.does, numbers, title)


def _action(action_row: ActionRow) -> PlanAction:
    row, concerned = action_row.row, action_row.concerned
    votes_on = None if rules.VOTE_PASSED in action_row.warnings else row.vote_on
    return PlanAction(
        number=row.number,
        label=row.label,
        is_part=row.parent_id is not None,
        title=row.title,
        state=rules.dated_state(row.standing_words, action_row.warnings),
        people=concerned.sentence or concerned.words,
        zones=action_row.zones,
        objective=row.objective,
        pilot=row.pilot,
        partners=row.partners,
        public=row.public,
        begins=_day(row.starts_on),
        ends=_day(row.ends_on),
        first_day=row.starts_on.isoformat() if row.starts_on else "",
        last_day=row.ends_on.isoformat() if row.ends_on else "",
        vote=_day(votes_on),
        vote_day=votes_on.isoformat() if votes_on else "",
        budget=row.budget,
        costs=rules.costs_words(row.costs),
        investment=sum(investment for _, _, investment in row.costs),
        n_years=sum(running > 0 for _, running, _ in row.costs),
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
        undecided=tuple(rules.undecided(overview.schedule(row))),
    )


def _day(day: date | None) -> str:
    return in_words(day) if day else ""
