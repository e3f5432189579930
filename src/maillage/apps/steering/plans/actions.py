"""Open a plan, write and schedule its actions, keep or refuse what the figures propose, keep its journal."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.crypto import get_random_string

from maillage.apps.community.models import Decision
from maillage.apps.dossiers.actions import publish_again
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.accounts.queries import entries_about
from maillage.apps.platform.search import actions as search
from maillage.apps.steering.plans import rules
from maillage.apps.steering.plans.models import (
    Funder,
    Funding,
    Milestone,
    Plan,
    PlanAction,
    PlanAxis,
    PlanMeasure,
    PlanNote,
    PlanTask,
    Refusal,
)
from maillage.apps.steering.plans.queries import budgets, history
from maillage.apps.steering.plans.queries.contradictions import contradictions
from maillage.apps.steering.plans.queries.files import most_of
from maillage.apps.steering.plans.queries.overview import schedule
from maillage.apps.steering.plans.queries.proposals import Proposal
from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import DOUBLE_CLICK, line
from maillage.publishing.territory.certainty import upper_first
from maillage.reference.plan_frames import Frame, FrameAction, FrameAxis, frames
from maillage.web.overwrites import as_compared, refuse_overwrites
from maillage.web.withdrawal import is_done
from maillage.words import wording
from maillage.words.dates import in_words
from maillage.words.wording import listing

FREE = "Autres actions"
MOST_WORDS = 600  # of a line of a journal
MOST_LETTERS = 600  # of an objective
NO_TITLE = "Le titre n’a pas été changé."
OF_PROPOSAL = ("proposal", "draft_id", "proposed", "evidence")  # what an action keeps of it
NO_ROLE = "Les rôles n’ont pas été changés."


@transaction.atomic
def open_plan(
    place: str, *, title: str, frame: Frame | None, by: User | None, at: datetime, example: bool = False
) -> Plan:
    """Open the plan of a territory, with the dynamics and actions of a frame; the one that is there when it
    was opened meanwhile.
    """
    plan, is_new = Plan.objects.get_or_create(
        place=place,
        defaults={
            "title": line(title, 160),
            "frame": frame.id if frame else "",
            "by": by,
            "at": at,
            "example": example,
        },
    )
    if not is_new:
        return plan
    if frame is None:
        PlanAxis.objects.create(plan=plan, number=1, title=FREE)
    else:
        _take_up(plan, frame, by=by, at=at)
    search.refresh_rows(PlanAction, plan.actions.values_list("pk", flat=True))
    journal.record(by=by, verb="plan.opened", row=plan, at=at)
    return plan


def _take_up(plan: Plan, frame: Frame, *, by: User | None, at: datetime) -> None:
    """Write the dynamics and actions of a frame in a plan; what it states of its own territory says so, until
    somebody writes it again here.
    """

    def stated(model: type[PlanAxis | PlanAction], row: FrameAxis | FrameAction, name: str) -> str:
        return frame.attributed(getattr(row, name), most=most_of(model, name))

    for frame_axis in frame.axes:
        axis = PlanAxis.objects.create(
            plan=plan,
            number=frame_axis.number,
            title=frame_axis.title,
            statement=stated(PlanAxis, frame_axis, "statement"),
            announced=frame_axis.announced,
        )
        actions_by_number: dict[int, PlanAction] = {}
        # The actions, then their parts, which name them by their number.
        for part in (False, True):
            new_actions = [
                PlanAction(
                    plan=plan,
                    axis=axis,
                    parent=None if action.parent is None else actions_by_number[action.parent],
                    number=action.number,
                    title=action.title,
                    objective=stated(PlanAction, action, "objective"),
                    public=action.public,
                    partners=stated(PlanAction, action, "partners"),
                    existing=stated(PlanAction, action, "existing"),
                    line=action.line,
                    means=stated(PlanAction, action, "means"),
                    indicator=action.indicator,
                    unit=action.unit,
                    counts=action.counts,
                    direction=action.direction,
                    delayed=[list(step) for step in action.steps] or None,
                    token=f"{plan.pk}-cadre-{action.label}",
                    by=by,
                    at=at,
                )
                for action in frame_axis.actions
                if (action.parent is not None) is part
            ]
            PlanAction.objects.bulk_create(new_actions)
            actions_by_number |= {row.number: row for row in new_actions if not part}


@transaction.atomic
def publish(plan: Plan, *, is_public: bool, by: User, at: datetime) -> None:
    """Let everybody read a plan, or take it back. The first time, its actions are numbered by dynamic, for
    ever; a plan that was published before that was done keeps its numbers.
    """
    locked_plan = Plan.objects.select_for_update().get(pk=plan.pk)
    plan.published_at = locked_plan.published_at
    if bool(plan.published_at) != is_public:
        if is_public and not entries_about(plan).filter(verb="plan.published").exists():
            _number_by_axis(plan)
        plan.published_at = at if is_public else None
        plan.save(update_fields=["published_at"])
        journal.record(by=by, verb="plan.published" if is_public else "plan.withdrawn", row=plan, at=at)
        publish_again(plan.place)


def _number_by_axis(plan: Plan) -> None:
    for axis in plan.axes.all():
        for rank, row in enumerate(axis.actions.filter(parent=None).order_by("number", "pk"), 1):
            row.printed_axis, row.printed_rank = axis.number, rank
            row.save(update_fields=["printed_axis", "printed_rank"])


def _printed_number(plan: Plan, axis: PlanAxis, parent: PlanAction | None) -> dict[str, int]:
    """Return the number of an action that joins a published plan: the next one of its dynamic; nothing for a
    part, nor where no action has any.
    """
    if parent is not None or not plan.actions.exclude(printed_rank=None).exists():
        return {}
    last = plan.actions.filter(printed_axis=axis.number).aggregate(last=Max("printed_rank"))["last"]
    return {"printed_axis": axis.number, "printed_rank": (last or 0) + 1}


def _publish_dossiers(plan: Plan) -> None:
    """Let the worker write again the dossiers that propose what a published plan holds."""
    if plan.published_at:
        publish_again(plan.place)


@transaction.atomic
def rename(
    plan: Plan,
    title: str | None = None,
    *,
    original: Mapping[str, Any] | None = None,
    by: User,
    at: datetime,
    **roles: str,
) -> None:
    """Give a plan another title, or say who has the roles of its network. original: the values read by the
    user, to replace nothing else. Refused with an empty title.
    """
    locked_plan = Plan.objects.select_for_update().get(pk=plan.pk)
    typed = {name: line(holder, 120) for name, holder in roles.items() if name in rules.ROLES}
    typed |= {} if title is None else {"title": line(title, 160)}
    if typed.get("title") == "":
        raise Refused(NO_TITLE, why="Il manque un titre.", do="Écrivez-en un.")
    for text in typed.values():
        refuse_secrets(text)
    now = {name: getattr(locked_plan, name) for name in typed}
    refuse_overwrites(
        NO_TITLE if "title" in typed else NO_ROLE, now=now, original=original or {}, typed=typed
    )
    for name, text in typed.items():
        setattr(plan, name, text)
    plan.save(update_fields=list(typed))
    search.refresh_rows(PlanAction, plan.actions.values_list("pk", flat=True))
    journal.record(by=by, verb="plan.renamed", row=plan, at=at)


@transaction.atomic
def add_axis(plan: Plan, *, title: str, statement: str = "", by: User, at: datetime) -> PlanAxis:
    """Add a dynamic, last of a plan; its number is none that the frame of the plan names. Refused without a
    title, or with that of another.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    axis_numbers = [axis.number for axis in plan.axes.all()]
    what = "La dynamique n’a pas été ajoutée."
    if len(axis_numbers) >= rules.MOST_AXES:
        why = f"Ce plan en a {len(axis_numbers)} : personne ne le lirait plus."
        raise Refused(what, why=why, do="Retirez-en une, ou changez son titre.")
    frame = frames().get(plan.frame)
    taken = [0, *axis_numbers, *(axis.number for axis in (frame.axes if frame else ()))]
    texts = _axis_texts(plan, None, {"title": title, "statement": statement}, what)
    axis = PlanAxis.objects.create(plan=plan, number=max(taken) + 1, **texts)
    journal.record(by=by, verb="plan.axis_added", row=axis, at=at)
    return axis


@transaction.atomic
def change_axis(
    axis: PlanAxis, *, original: Mapping[str, Any] | None = None, by: User, at: datetime, **texts: str
) -> None:
    """Change the title or the statement of a dynamic, and nothing that is not given: somebody may have
    changed it meanwhile. original: the values read by the user, to replace nothing else. Refused without a
    title, or with that of another.
    """
    Plan.objects.select_for_update().get(pk=axis.plan_id)
    locked_axis, what = PlanAxis.objects.filter(pk=axis.pk).first(), "La dynamique n’a pas été changée."
    if locked_axis is None:
        raise removed_axis(what)
    axis.title, axis.statement = locked_axis.title, locked_axis.statement
    typed = _axis_texts(axis.plan, axis.pk, texts, what)
    refuse_overwrites(
        what, now={name: getattr(axis, name) for name in typed}, original=original or {}, typed=typed
    )
    for name, text in typed.items():
        setattr(axis, name, text)
    axis.save(update_fields=list(texts))
    journal.record(by=by, verb="plan.axis_changed", row=axis, at=at)


def removed_axis(what: str) -> Refused:
    """Return the refusal of a gesture on a dynamic that somebody took off meanwhile."""
    return Refused(
        what,
        why="Elle n’est plus dans le plan : quelqu’un l’a retirée.",
        do="Ce que vous aviez écrit est dans « Ajouter une dynamique », s’il faut la remettre.",
    )


@transaction.atomic
def remove_axis(axis: PlanAxis, *, by: User, at: datetime) -> None:
    """Take a dynamic off a plan; the others keep their numbers, and two who take the same off both have it.
    Refused while it has actions, or when it is the only one.
    """
    plan = Plan.objects.select_for_update().get(pk=axis.plan_id)
    if not plan.axes.filter(pk=axis.pk).exists():
        return
    lacks = (
        ("Des actions en font partie.", "Donnez-leur d’abord une autre dynamique, dans « Modifier ».")
        if axis.actions.exists()
        else ("C’est la seule : une action est toujours d’une dynamique.", "Changez plutôt son titre.")
        if axis.plan.axes.count() == 1
        else None
    )
    if lacks:
        raise Refused("La dynamique n’a pas été retirée.", why=lacks[0], do=lacks[1])
    journal.record(by=by, verb="plan.axis_removed", row=axis, at=at)
    axis.delete()


def _axis_texts(plan: Plan, pk: int | None, texts: Mapping[str, str], what: str) -> dict[str, str]:
    """Return the texts of a dynamic as they are stored; Refused when its title is none, or another’s."""
    stored_texts = {name: line(text, 160 if name == "title" else 600) for name, text in texts.items()}
    title = stored_texts.get("title")
    other_titles = {axis.title.casefold() for axis in plan.axes.exclude(Q(pk=pk))}
    if title is not None and (not title or title.casefold() in other_titles):
        why = "Une autre dynamique de ce plan porte déjà ce titre." if title else "Il manque son titre."
        raise Refused(what, why=why, do="Écrivez-en un autre." if title else "Écrivez-le.")
    for text in stored_texts.values():
        refuse_secrets(text)
    return stored_texts


@transaction.atomic
def write(
    plan: Plan,
    *,
    token: str,
    by: User | None,
    at: datetime,
    milestones: Sequence[tuple[date | int, str]] = (),
    **values: Any,
) -> PlanAction:
    """Write an action, last of its plan or of the action it is a part of; the same form sent twice makes one.
    Of a proposal that another action comes from meanwhile, it keeps nothing. Refused when its days contradict
    each other, or when it would be a part of a part.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    if former := journal.row_of_form(PlanAction, token, by):
        return former
    if values.get("proposal") and _action_from(plan, values["proposal"]):
        values = {name: value for name, value in values.items() if name not in OF_PROPOSAL}
    if draft := values.get("draft_id"):  # a dropped action gives it back: it is proposed again, once
        PlanAction.objects.filter(draft=draft).update(draft=None)
    _check(plan, None, values)
    parent = values.get("parent")
    if parent is not None:
        values["axis"] = parent.axis
    numbers = {"number": _next_number(plan, parent), **_printed_number(plan, values["axis"], parent)}
    values = {**numbers, **history.study_stamp(plan.place, at), **values}
    if values.get("pilot_choice"):
        values["pilot_at"] = at
    _publish_dossiers(plan)
    return journal.write_once(
        PlanAction,
        token,
        {"plan": plan, "by": by, "at": at, **values},
        verb="plan.action_written",
        by=by,
        at=at,
        write_related=lambda row: _set_milestones(row, milestones),
    )


@transaction.atomic
def change(
    row: PlanAction,
    *,
    version: int,
    by: User,
    at: datetime,
    milestones: Sequence[tuple[date | int, str]] = (),
    original: Mapping[str, Any] | None = None,
    **values: Any,
) -> PlanAction:
    """Change an action; moved into another, it takes the next number there, and has its own again once it is
    out; its parts follow its dynamic. Refused when somebody changed it meanwhile, unless both wrote the same:
    nothing of theirs is lost. original: its values when it was read, where known.
    """
    Plan.objects.select_for_update().get(pk=row.plan_id)
    locked_action = PlanAction.objects.select_for_update().get(pk=row.pk)
    if locked_action.version != version and _is_already_stored(
        locked_action, original or {}, milestones, values
    ):
        return locked_action
    _check(locked_action.plan, locked_action.pk, values)
    before, was, former_pilot = (
        history.recorded(locked_action),
        locked_action.parent_id,
        locked_action.pilot_choice,
    )
    typed = {key: value for key, value in values.items() if key in history.TEXTS}
    if any(getattr(locked_action, key) != value for key, value in typed.items()):
        values |= history.study_stamp(locked_action.plan.place, at)
    for key, value in values.items():
        setattr(locked_action, key, value)
    if locked_action.pilot_choice != former_pilot:
        locked_action.pilot_at = at
    if locked_action.parent is not None:
        locked_action.axis = locked_action.parent.axis
    if locked_action.parent_id != was:
        _renumber(locked_action, is_alone=was is None)
    locked_action.version += 1
    locked_action.save()
    locked_action.parts.exclude(axis=locked_action.axis).update(axis=locked_action.axis)
    _set_milestones(locked_action, milestones)
    edits = history.edits(before, history.recorded(locked_action), locked_action.plan.place)
    for words in history.gathered(edits, MOST_WORDS):
        _note_automatically(locked_action, rules.EDIT, words, by=by, at=at)
    journal.record(by=by, verb="plan.action_changed", row=locked_action, at=at)
    _publish_dossiers(locked_action.plan)
    return locked_action


def _is_already_stored(
    locked_action: PlanAction,
    original: Mapping[str, Any],
    milestones: Sequence[tuple[date | int, str]],
    values: Mapping[str, Any],
) -> bool:
    """Return True if an action that somebody changed meanwhile already says all that is typed. Refused with
    what they wrote, its state too, that the typed text would replace.
    """
    typed = {**values, "milestones": rules.placed(milestones, values.get("starts_on"))}
    if "counts" in typed:
        typed["counts"] = typed["counts"] or rules.PEOPLE
    now = history.fields_of(locked_action, typed) | {"state": locked_action.state}
    unknown = dict.fromkeys(typed, object())  # of what was not sent back, nothing says who wrote it
    sent_fields = {**typed, "state": original.get("state", locked_action.state)}
    refuse_overwrites(
        "L’action n’a pas été enregistrée.", now=now, original={**unknown, **original}, typed=sent_fields
    )
    return all(as_compared(now[name]) == as_compared(sent_fields[name]) for name in sent_fields)


def _next_number(plan: Plan, parent: PlanAction | None) -> int:
    """Return the number that comes after those of a plan, or of the parts of an action: theirs stay."""
    last = plan.actions.filter(parent=parent).aggregate(last=Max("number"))["last"]
    last_alone = plan.actions.aggregate(last=Max("number_alone"))["last"] if parent is None else None
    return max(last or 0, last_alone or 0) + 1


def _renumber(row: PlanAction, *, is_alone: bool) -> None:
    """Give its number to an action that was moved. is_alone: it was a part of none."""
    own_number, row.number_alone = row.number_alone, row.number if is_alone else row.number_alone
    if row.parent is None and own_number is not None:
        row.number, row.number_alone = own_number, None
    else:
        row.number = _next_number(row.plan, row.parent)
    if row.printed_rank is None:
        for name, value in _printed_number(row.plan, row.axis, row.parent).items():
            setattr(row, name, value)


def _check(plan: Plan, pk: int | None, values: Mapping[str, Any]) -> None:
    if (parent := values.get("parent")) is not None:
        parent.refresh_from_db(
            fields=("plan", "parent", "axis", "budget", "state")
        )  # changed meanwhile, maybe
    axis = values.get("axis")
    if axis is not None and not plan.axes.filter(pk=axis.pk).exists():
        what, _, do = rules.NO_AXIS.partition(". ")
        raise Refused("L’action n’a pas été enregistrée.", why=f"{what}.", do=do)
    for each in contradictions(plan, pk, values):
        raise Refused("L’action n’a pas été enregistrée.", why=each.why, do=each.do)
    for words in values.values():
        if isinstance(words, str):
            refuse_secrets(words)


def _check_day(on: date, what: str) -> None:
    if why := rules.stray_day_words(on):
        raise Refused(what, why=f"{upper_first(why)}.", do="Corrigez ce jour.")


def _set_milestones(row: PlanAction, steps: Sequence[tuple[date | int, str]]) -> None:
    """Keep the steps that are still wanted, with the day they were passed: the only one of its day that is
    worded otherwise is the same step.
    """
    steps = list(rules.placed(steps, row.starts_on))
    delays = {(at, words) for at, words in steps if isinstance(at, int)}
    wanted = {(at, words) for at, words in steps if not isinstance(at, int)}
    for on, _ in wanted:
        _check_day(on, "L’action n’a pas été enregistrée.")
    milestone_by_step = {(step.on, step.words): step for step in row.milestones.all()}
    removed = [step for key, step in milestone_by_step.items() if key not in wanted]
    new = wanted - set(milestone_by_step)
    for on, words in new:
        same = [step for step in removed if step.on == on]
        if len(same) == 1 and sum(day == on for day, _ in new) == 1:
            same[0].words = words
            same[0].save(update_fields=["words"])
            removed.remove(same[0])
        else:
            Milestone.objects.create(action=row, on=on, words=words)
    Milestone.objects.filter(pk__in=[step.pk for step in removed]).delete()
    if delays != set(row.delays):
        row.delayed = [list(step) for step in sorted(delays)] or None
        row.save(update_fields=["delayed"])


@transaction.atomic
def set_state(row: PlanAction, state: str, *, by: User, at: datetime, why: str = "") -> None:
    """Say where an action stands; the journal of the action says who did, and when. Refused to drop one
    without a reason, which its journal holds; to take one up again when what funds it passes a budget.
    """
    Plan.objects.select_for_update().get(pk=row.plan_id)
    locked_action = PlanAction.objects.select_for_update().get(pk=row.pk)
    if state not in rules.STATES or locked_action.state == state:
        return
    if locked_action.parent is not None and rules.standing(state, locked_action.parent.state) != state:
        raise Refused(
            "L’état n’a pas été changé.",
            why=f"L’action {locked_action.parent.label}, dont elle fait partie, est abandonnée.",
            do="Reprenez d’abord cette action, ou sortez-en celle-ci dans « Modifier ».",
        )
    lacks = [each for each in rules.undecided(schedule(locked_action)) if each in rules.LACKED_TO_BEGIN]
    if state == rules.READY and lacks:
        raise Refused(
            "L’action n’est pas dite prête.",
            why=f"Elle est encore {listing(lacks)} : le conseil le demandera.",
            do="Écrivez-le dans « Modifier », puis dites-la prête.",
        )
    if why_not := budgets.passed_once(locked_action, state):
        do = "Retirez d’abord un financement, ou changez le budget dans « Modifier »."
        raise Refused("L’état n’a pas été changé.", why=why_not, do=do)
    if state == rules.DROPPED:
        if not line(why):
            raise Refused(
                "L’action n’est pas abandonnée.",
                why="Il manque le motif.",
                do="Dites en une phrase pourquoi elle s’arrête : le journal le garde.",
            )
        note(locked_action, kind=rules.DECISION, on=timezone.localdate(at), words=why, by=by, at=at)
    before = locked_action.get_state_display()
    locked_action.state, locked_action.version = state, locked_action.version + 1
    locked_action.save(update_fields=["state", "version"])
    words = f"De « {before} » {rules.moved_to(state)}"
    _note_automatically(locked_action, rules.DECISION, words, by=by, at=at)
    journal.record(by=by, verb="plan.action_state", row=locked_action, at=at, words=state)
    _publish_dossiers(locked_action.plan)


@transaction.atomic
def pass_milestone(step: Milestone, *, passed: bool, by: User, at: datetime) -> None:
    """Say that a step was passed, or take it back; two who say the same write it once. Refused for one that
    somebody took off meanwhile.
    """
    day = timezone.localdate(at) if passed else None
    locked_step = Milestone.objects.select_for_update().filter(pk=step.pk).first()
    if locked_step is None:
        raise Refused(
            "L’étape n’a pas changé.",
            why="Elle n’est plus dans l’action : quelqu’un l’a retirée.",
            do="Relisez les étapes de l’action : une autre a pu la remplacer.",
        )
    step.done_on = locked_step.done_on
    if bool(step.done_on) != passed:
        step.done_on = day
        step.save(update_fields=["done_on"])
        gesture = "passée" if passed else "à faire de nouveau"
        _note_automatically(step.action, rules.EDIT, f"Étape {gesture} : {step.words}.", by=by, at=at)
        journal.record(by=by, verb="plan.milestone", row=step.action, at=at)


@transaction.atomic
def note(row: PlanAction, *, kind: str, on: date, words: str, by: User | None, at: datetime) -> PlanNote:
    """Write in the journal of an action; a double click writes one line. Refused without words, for a day to
    come, or with a secret.
    """
    text = line(words, MOST_WORDS)
    if not text or kind not in rules.NOTES:
        raise Refused(
            "Rien n’a été écrit au journal.",
            why="Il manque des mots.",
            do="Dites en une phrase ce qui est décidé ou ce qui a changé.",
        )
    if on > timezone.localdate(at):
        raise Refused(
            "Rien n’a été écrit au journal.",
            why="Ce jour n’est pas encore venu.",
            do="Choisissez le jour où c’est arrivé. Ce qui est à venir est une étape : « Modifier » l’écrit.",
        )
    _check_day(on, "Rien n’a été écrit au journal.")
    refuse_secrets(text)
    PlanAction.objects.select_for_update().get(pk=row.pk)  # two clicks at once
    values = {"kind": kind, "on": on, "words": text, "by": by}
    twin = row.notes.filter(**values, automatic=False, at__gt=at - DOUBLE_CLICK, withdrawn_at=None).first()
    return twin or PlanNote.objects.create(action=row, **values, at=at)


def _note_automatically(row: PlanAction, kind: str, words: str, *, by: User | None, at: datetime) -> None:
    """Write in the journal of an action what the software saw change: nobody takes it back."""
    day, text = timezone.localdate(at), line(words, MOST_WORDS)
    PlanNote.objects.create(action=row, kind=kind, on=day, words=text, by=by, at=at, automatic=True)


def _is_done(row: PlanNote | PlanMeasure | Funding, was: bool | None) -> bool:
    """Lock a row that somebody withdraws or puts back, and return whether another did the same since it was
    read: doing it twice would undo it. was: whether it was withdrawn then, None when nobody says.
    """
    locked_row: PlanNote | PlanMeasure | Funding = (
        type(row)._default_manager.select_for_update().get(pk=row.pk)
    )
    row.withdrawn_at = locked_row.withdrawn_at
    return is_done(locked_row.withdrawn_at, was)


@transaction.atomic
def withdraw_note(row: PlanNote, *, was: bool | None = None, by: User, at: datetime) -> None:
    """Take a line of the journal of an action back; it no longer shows, and can be put back. was: whether it
    was withdrawn when it was read. Refused for one that the software wrote: without it the journal would tell
    another history.
    """
    if _is_done(row, was):
        return
    if row.automatic:
        raise Refused(
            "Cette ligne reste au journal.",
            why="Maillage l’a écrite quand l’action a changé : elle dit ce qui s’est passé.",
            do="Changez l’action de nouveau si c’est faux, ou écrivez un commentaire.",
        )
    row.withdrawn_at = None if row.withdrawn_at else at
    row.save(update_fields=["withdrawn_at"])


class AlreadyCounted(Refused):
    """A number that the same source already gave of the same day. standing: the one that is noted."""

    def __init__(self, standing: PlanMeasure) -> None:
        self.standing = standing
        amount_text = rules.amount(standing.value, standing.action.unit)
        other = "changez le jour ou la source" if standing.span == rules.SINCE else "notez la somme des deux"
        super().__init__(
            "Ce nombre n’a pas été enregistré.",
            why=f"{amount_text} est déjà noté le {in_words(standing.on)}, de la même source.",
            do=f"Remplacez-le plus bas s’il est faux ; sinon, {other}.",
        )


@transaction.atomic
def count(
    row: PlanAction,
    *,
    on: date,
    value: float,
    source: str,
    span: str = rules.SINCE,
    elsewhere: str = "",
    replaces: int | None = None,
    by: User | None,
    at: datetime,
) -> PlanMeasure:
    """Keep what was counted of the indicator of an action on a day, since its start or in a period, there or
    in a zone of comparison. Refused for a day to come, without a source, when the action says nothing to
    count, when a total since the start falls, or for a part of a person; `AlreadyCounted` when the same
    source gave another number that day. replaces: the key of the number that it corrects, withdrawn. The same
    number sent twice is stored once.
    """
    text, where = line(source, 200), line(elsewhere, 80)
    row = PlanAction.objects.select_for_update().get(pk=row.pk)  # a total is held against the others
    lacks = (
        ("L’action ne dit pas encore ce que l’on compte.", "Écrivez-le dans « Modifier », puis comptez.")
        if not row.indicator
        else ("Ce jour n’est pas encore venu.", "Choisissez le jour où vous avez compté.")
        if on > timezone.localdate(at)
        else ("On ne saura pas d’où vient ce nombre.", "Dites qui a compté, et où.")
        if not text
        else None
    )
    if lacks:
        raise Refused("Ce nombre n’a pas été enregistré.", why=lacks[0], do=lacks[1])
    _check_day(on, "Ce nombre n’a pas été enregistré.")
    refuse_secrets(text)
    refuse_secrets(where)
    values = {"on": on, "value": value, "span": span, "source": text, "elsewhere": where}
    same = row.measures.filter(**values, withdrawn_at=None).first()
    if same is not None:
        return same  # sent twice
    measure = PlanMeasure(action=row, **values, by=by, at=at)
    twin = _twin(measure)
    if twin is not None:
        if twin.pk != replaces:
            raise AlreadyCounted(twin)
        twin.withdrawn_at = at
        twin.save(update_fields=["withdrawn_at"])
    _refuse_part(measure)
    _refuse_fall(measure)
    measure.save()
    if twin is not None:
        _note_count(measure, "remplacé", by=by, at=at)
    elif row.measures.filter(on__gt=on, elsewhere=where, withdrawn_at=None).exists():
        _note_count(measure, "noté après coup", by=by, at=at)  # earlier readers read another curve
    journal.record(by=by, verb="plan.measured", row=row, at=at)
    return measure


def _twin(measure: PlanMeasure) -> PlanMeasure | None:
    """Return the number that the same source gave of the same day, in the same place, as a total or for a
    period; None when there is none: two of them would be read one after the other, or added up.
    """
    rows = measure.action.measures.filter(
        on=measure.on, span=measure.span, elsewhere=measure.elsewhere, withdrawn_at=None
    )
    source = plain(measure.source)
    return next((each for each in rows.order_by("-pk") if plain(each.source) == source), None)


def _note_count(measure: PlanMeasure, gesture: str, *, by: User | None, at: datetime) -> None:
    """Write what became of a number in the journal of its action. Not the number: a journal is public with
    its plan, and it may be of a few people.
    """
    where = f", {measure.elsewhere}" if measure.elsewhere else ""
    words = f"Nombre compté le {in_words(measure.on)}{where} : {gesture}."
    _note_automatically(measure.action, rules.EDIT, words, by=by, at=at)


def _refuse_part(measure: PlanMeasure) -> None:
    """Refuse a number that is not whole, unless what is counted is said to be no people."""
    if not rules.is_whole(measure.value) and measure.action.counts != rules.THINGS:
        raise Refused(
            "Ce nombre n’a pas été enregistré.",
            why=f"L’action compte des personnes : {rules.amount(measure.value)} n’est pas entier.",
            do="Écrivez un nombre entier, ou dites dans « Modifier » que l’indicateur compte autre chose.",
        )


def _refuse_fall(measure: PlanMeasure) -> None:
    """Refuse a total since the start that is under an earlier one, or over a later one, unless the action
    wants it to fall, or counts in a unit: a share or hours a week are no total.
    """
    row, on, value = measure.action, measure.on, measure.value
    aims_lower = rules.direction_of(row.direction, row.baseline, row.target) == rules.LOWER
    is_level = bool(row.unit) and row.counts == rules.THINGS
    if measure.span != rules.SINCE or aims_lower or is_level:
        return
    totals = row.measures.filter(span=rules.SINCE, elsewhere=measure.elsewhere, withdrawn_at=None)
    before = totals.filter(on__lte=on, value__gt=value).order_by("-on", "-value").first()
    after = totals.filter(on__gt=on, value__lt=value).order_by("on", "value").first()
    other = before or after
    if other is not None:
        raise Refused(
            "Ce nombre n’a pas été enregistré.",
            why=f"Un total depuis le début ne baisse pas : {rules.amount(other.value)} le"
            f" {in_words(other.on)}, {rules.amount(value)} le {in_words(on)}.",
            do="Retirez l’ancien nombre s’il est faux, ou dites que celui-ci compte une période.",
        )


@transaction.atomic
def withdraw_measure(measure: PlanMeasure, *, was: bool | None = None, by: User, at: datetime) -> None:
    """Take a number off an action, or put it back when it was; the journal of the action says it. was: as of
    a note. Refused to put back a total that would fall, or a part of a person.
    """
    measure.action = PlanAction.objects.select_for_update().get(pk=measure.action_id)
    if _is_done(measure, was):
        return
    if measure.withdrawn_at:
        twin = _twin(measure)
        if twin is not None:
            raise Refused(
                "Ce nombre n’a pas été remis.",
                why=f"Du même jour et de la même source, {rules.amount(twin.value)} est noté.",
                do="Retirez d’abord cet autre nombre, s’il est faux.",
            )
        _refuse_part(measure)
        _refuse_fall(measure)
    measure.withdrawn_at = None if measure.withdrawn_at else at
    measure.save(update_fields=["withdrawn_at"])
    _note_count(measure, "retiré" if measure.withdrawn_at else "remis", by=by, at=at)
    journal.record(by=by, verb="plan.measured", row=measure.action, at=at)


# ------------------------------------------------------------------------------------------------- who funds


@transaction.atomic
def fund(
    row: PlanAction,
    *,
    funder: Funder | None = None,
    name: str = "",
    euros: int | None = None,
    brings: str = "",
    by: User | None,
    at: datetime,
) -> Funding:
    """Record the funding of an action: a funder of its plan, or a name, written once whatever its capitals; a
    double click notes one funding. Refused without either, for another plan’s, beyond the budget, or once the
    action is dropped.
    """
    text, also = line(name, 120), line(brings, 200)
    Plan.objects.select_for_update().get(pk=row.plan_id)
    locked_action = PlanAction.objects.get(pk=row.pk)
    same = locked_action.fundings.filter(
        euros=euros, brings=also, by=by, withdrawn_at=None, at__gt=at - DOUBLE_CLICK
    )
    whose = funder or (_named(locked_action.plan, text) if text else None)
    if whose is not None and (twin := same.filter(funder=whose.pk).first()):
        return twin
    beyond = budgets.passed(locked_action, euros)
    is_erased = funder is not None and not Funder.objects.filter(pk=funder.pk).exists()
    lacks = (
        ("Cette action est abandonnée.", "Reprenez-la d’abord, ou financez-en une autre.")
        if locked_action.standing == rules.DROPPED
        else ("Il manque qui finance.", "Choisissez un financeur, ou écrivez son nom.")
        if funder is None and not text
        else ("Quelqu’un vient d’effacer ce financeur.", "Choisissez-en un autre, ou écrivez son nom.")
        if is_erased
        else ("Ce financeur est celui d’un autre plan.", "Choisissez-en un de ce plan, ou écrivez son nom.")
        if funder is not None and funder.plan_id != locked_action.plan_id
        else (f"Le financement dépasse {beyond}.", "Corrigez le montant, ou le budget dans « Modifier ».")
        if beyond
        else None
    )
    if lacks:
        raise Refused("Ce financement n’a pas été enregistré.", why=lacks[0], do=lacks[1])
    refuse_secrets(text)
    refuse_secrets(also)
    if funder is None:
        funder = _named(locked_action.plan, text) or Funder.objects.create(
            plan=locked_action.plan, name=text, by=by, at=at
        )
    funding = Funding.objects.create(
        action=locked_action, funder=funder, euros=euros, brings=also, by=by, at=at
    )
    _note_funding(funding, "noté", by=by, at=at)
    return funding


def _note_funding(funding: Funding, gesture: str, *, by: User | None, at: datetime) -> None:
    """Write what became of a funding in the journal of its action, without who: a funder may be erased."""
    amount = "sans montant" if funding.euros is None else f"{wording.number(funding.euros)} €"
    _note_automatically(funding.action, rules.EDIT, f"Financement {gesture} : {amount}.", by=by, at=at)
    journal.record(by=by, verb="plan.funded", row=funding.action, at=at)
    _publish_dossiers(funding.action.plan)


def _named(plan: Plan, name: str) -> Funder | None:
    """Return the funder of a plan that has a name, whatever its capitals: SQLite folds no « É »."""
    wanted = name.casefold()
    return next((each for each in plan.funders.all() if each.name.casefold() == wanted), None)


@transaction.atomic
def withdraw_funding(funding: Funding, *, was: bool | None = None, by: User, at: datetime) -> None:
    """Take a funding off an action, or put it back when it was. was: as of a note. Refused when it would pass
    the budget.
    """
    rows = PlanAction.objects.filter(pk=funding.action_id)
    Plan.objects.select_for_update().get(pk__in=rows.values("plan"))
    action = rows.get()  # its budget, once nobody else changes it
    if _is_done(funding, was):
        return
    if funding.withdrawn_at and (beyond := budgets.passed(action, funding.euros)):
        raise Refused(
            "Ce financement n’a pas été remis.",
            why=f"Avec lui, le financement dépasserait {beyond}.",
            do="Retirez-en un autre, ou changez le budget dans « Modifier ».",
        )
    funding.withdrawn_at = None if funding.withdrawn_at else at
    funding.save(update_fields=["withdrawn_at"])
    _note_funding(funding, "retiré" if funding.withdrawn_at else "remis", by=by, at=at)


@transaction.atomic
def rename_funder(
    funder: Funder, name: str, *, original: Mapping[str, Any] | None = None, by: User, at: datetime
) -> None:
    """Give a funder another name, everywhere it is read. original: the name that was read, to replace no
    other. Refused when it is empty, or another’s, or once the funder is erased.
    """
    text, what = line(name, 120), "Le nom n’a pas été changé."
    Plan.objects.select_for_update().get(pk=funder.plan_id)
    now = Funder.objects.filter(pk=funder.pk).first()
    if now is None:
        raise Refused(what, why="Quelqu’un vient d’effacer ce financeur.", do="Écrivez-le à nouveau.")
    refuse_overwrites(what, now={"name": now.name}, original=original or {}, typed={"name": text})
    namesake = _named(funder.plan, text)
    if not text or (namesake is not None and namesake.pk != funder.pk):
        raise Refused(
            what,
            why="Un autre financeur de ce plan porte déjà ce nom." if text else "Il manque un nom.",
            do="Écrivez-en un autre.",
        )
    refuse_secrets(text)
    funder.name = text
    funder.save(update_fields=["name"])
    journal.record(by=by, verb="plan.funder_renamed", row=funder, at=at)


@transaction.atomic
def erase_funder(funder: Funder, *, by: User, at: datetime) -> None:
    """Erase the name of a funder: what it paid stays in the totals, without saying who."""
    Plan.objects.select_for_update().get(pk=funder.plan_id)
    if not Funder.objects.filter(pk=funder.pk).exists():
        return  # two who erase the same both have it
    journal.record(by=by, verb="plan.funder_erased", row=funder, at=at)
    funder.delete()


@transaction.atomic
def link_task(row: PlanAction, decision: Decision, *, by: User, at: datetime) -> PlanTask:
    """Link a task of a meeting to an action; once."""
    task, _ = PlanTask.objects.get_or_create(action=row, decision=decision, defaults={"by": by, "at": at})
    return task


def unlink_task(task: PlanTask) -> None:
    """Take a task off an action: the meeting keeps it."""
    task.delete()


@transaction.atomic
def keep(
    plan: Plan, proposed: Proposal, *, axis: PlanAxis, finding: str = "", by: User, at: datetime
) -> PlanAction:
    """Turn a proposal into an action to decide, with its figures as printed that day and the one of its
    findings that it answers; once, for as long as it is not dropped. Refused when somebody has just refused
    it.
    """
    Plan.objects.select_for_update().get(pk=plan.pk)
    if action := _action_from(plan, proposed.key):
        return action
    if refusal := _refusal_of(plan, proposed):
        raise Refused(
            "La proposition n’a pas été gardée.",
            why=f"Quelqu’un vient de la refuser : « {refusal.why} ».",
            do="Relisez son motif, puis redemandez-la dans les propositions refusées s’il le faut.",
        )
    why = line(rules.answering(proposed.why, finding if finding in proposed.findings else ""), 600)
    return write(
        plan,
        token=get_random_string(24),
        by=by,
        at=at,
        axis=axis,
        title=line(proposed.title, 240),
        objective=why,
        proposed=why,
        zones=list(proposed.zones),
        line=proposed.line,
        pilot=proposed.pilot,
        budget=proposed.budget,
        ends_on=proposed.ends_on,
        proposal=proposed.key,
        draft_id=proposed.draft,
        evidence=evidence_of(proposed),
    )


def answer_finding(row: PlanAction, finding: str, *, by: User, at: datetime) -> PlanAction:
    """Link an action to the finding that it answers, "" for none; its objective gives it. Refused when the
    objective has no room for it.
    """
    objective = rules.answering(row.objective, finding)
    if len(objective) > MOST_LETTERS:
        raise Refused(
            "Le constat n’a pas été relié.",
            why=f"L’objectif et le constat feraient {len(objective)} signes, pour {MOST_LETTERS} au plus.",
            do="Raccourcissez l’objectif, dans « Modifier », puis reliez le constat.",
        )
    steps: list[tuple[date | int, str]] = [(step.on, step.words) for step in row.milestones.all()]
    steps += row.delays
    return change(row, version=row.version, by=by, at=at, milestones=steps, objective=objective)


def evidence_of(proposed: Proposal) -> list[list[str]]:
    """Return the figures of a proposal as an action keeps them: those of that day, then what to expect."""
    figures = [[each.value, each.between, each.words, each.source] for each in proposed.evidence]
    return [*figures, ["", "", proposed.effect, ""]] if proposed.effect else figures


@transaction.atomic
def refuse(plan: Plan, proposed: Proposal, *, why: str, by: User, at: datetime) -> Refusal:
    """Refuse a proposal, with a reason: it comes back only when its figure moves. Refused when somebody has
    just kept it, or refused it for another reason: theirs stays.
    """
    text = line(why, 300)
    Plan.objects.select_for_update().get(pk=plan.pk)
    if not text:
        raise Refused(
            "La proposition n’a pas été refusée.",
            why="Il manque le motif.",
            do="Dites-le en quelques mots : il reste avec la proposition.",
        )
    refuse_secrets(text)
    if action := _action_from(plan, proposed.key):
        raise Refused(
            "La proposition n’a pas été refusée.",
            why=f"Quelqu’un vient de la garder : c’est l’action {action.label}.",
            do="Ouvrez cette action : elle s’abandonne, avec son motif.",
        )
    refusal = _refusal_of(plan, proposed)
    if refusal is not None and refusal.why != text:
        raise Refused(
            "Votre motif n’a pas été écrit.",
            why=f"Quelqu’un vient de refuser cette proposition : « {refusal.why} ».",
            do="Redemandez-la dans les propositions refusées, s’il faut un autre motif.",
        )
    row, _ = Refusal.objects.update_or_create(
        plan=plan,
        proposal=proposed.key,
        defaults={
            "title": line(proposed.title, 240),
            "value": proposed.value,
            "why": text,
            "by": by,
            "at": at,
        },
    )
    journal.record(by=by, verb="plan.proposal_refused", row=plan, at=at)
    _publish_dossiers(plan)
    return row


def _action_from(plan: Plan, proposal: str) -> PlanAction | None:
    """Return the action that a proposal became; None when there is none, or when it was dropped since."""
    rows = plan.actions.filter(proposal=proposal).select_related("parent")
    return next((row for row in rows if row.standing != rules.DROPPED), None)


def _refusal_of(plan: Plan, proposed: Proposal) -> Refusal | None:
    """Return the refusal that keeps a proposal away; None when there is none, or its figure moved since."""
    row = plan.refusals.filter(proposal=proposed.key).first()
    return None if row is None or rules.comes_back(row.value, proposed.value) else row


@transaction.atomic
def take_back_refusal(row: Refusal, *, by: User, at: datetime) -> None:
    """Let a refused proposal be made again."""
    plan = Plan.objects.select_for_update().get(pk=row.plan_id)
    if not plan.refusals.filter(pk=row.pk).exists():
        return  # two who ask for the same both have it
    row.delete()
    journal.record(by=by, verb="plan.refusal_withdrawn", row=plan, at=at)
    _publish_dossiers(plan)
