"""Two people who write the same plan at the very same instant, each over a connection of their own: nothing
of either is lost in silence.

Prints one JSON document: for each pair of gestures, every way it ended; what each was told, what is left.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from threading import Barrier, Event
from typing import Any

from maillage.kernel.errors import Refused
from maillage.manage.deploy.bootstrap import ready
from tests.support.profile import times as tried
from tests.support.speed import PATIENCE

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROUNDS = tried(2, 4)
Ways = dict[str, Counter[str]]


def main() -> None:
    ready()
    from maillage.apps.directory.memberships.models import Membership
    from maillage.apps.platform.accounts.models import User

    both = [
        User.objects.create_user(f"{name}@exemple.fr", None, name=name, is_demonstration=True)
        for name in ("Léa", "Ali")
    ]
    for user in both:
        Membership.objects.create(user=user, role="analyste", territory="38", since=date(2020, 1, 1))
    ways: Ways = {}
    for turn in range(ROUNDS):
        for races in (actions_races, proposals_races, numbers_races, funders_races, axes_races):
            for name, first, second, remainder in races(turn, *both):
                outcomes = together(first, second)
                ways.setdefault(name, Counter())[json.dumps([sorted(outcomes), remainder()])] += 1
    ways["what names a plan, and who holds it"] = Counter([json.dumps(named_while_locked(both[0]))])
    ways["the page of an action"] = Counter([json.dumps(pages(*both))])
    sys.stdout.write(json.dumps({name: [json.loads(way) for way in counts] for name, counts in ways.items()}))


def together(*calls: Callable[[], object]) -> list[str]:
    """Call all at once; return what each was told: "done", "refused" and why, or a fault."""
    from django.db import connection

    gate = Barrier(len(calls))

    def one(call: Callable[[], object]) -> str:
        try:
            gate.wait(timeout=PATIENCE)
            call()
        except Refused as refused:
            return f"refused: {type(refused).__name__}"
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:200]
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


def opened(by: Any, turn: int) -> Any:
    from maillage.apps.steering.plans import actions
    from maillage.reference.plan_frames import frames

    return actions.open_plan(f"3818{turn}", title="Le plan", frame=frames()["grenoble"], by=by, at=AT)


Race = tuple[str, Callable[[], object], Callable[[], object], Callable[[], Any]]


def actions_races(turn: int, lea: Any, ali: Any) -> Iterator[Race]:
    from maillage.apps.steering.plans import actions, rules
    from maillage.apps.steering.plans.models import Plan, PlanAction

    place = f"3818{turn}"

    def open_it(by: Any) -> Callable[[], object]:
        return lambda: opened(by, turn)

    yield (
        "a plan opened twice",
        open_it(lea),
        open_it(ali),
        lambda: [
            Plan.objects.filter(place=place).count(),
            PlanAction.objects.filter(plan__place=place).count(),
        ],
    )
    plan = Plan.objects.get(place=place)
    axis = plan.axes.all()[0]

    def write(by: Any, token: str, **more: Any) -> Any:
        return actions.write(plan, token=f"{place}{token}", axis=axis, title=token, by=by, at=AT, **more)

    def written(token: str) -> int:
        return plan.actions.filter(title=token).count()

    yield "one form sent twice", lambda: write(lea, "a"), lambda: write(lea, "a"), lambda: written("a")
    yield (
        "two actions",
        lambda: write(lea, "b"),
        lambda: write(ali, "c"),
        lambda: len({row.number for row in plan.actions.filter(title__in=("b", "c"))}),
    )
    row = write(lea, "d", milestones=[(date(2026, 12, 1), "Ouvrir")])

    def change(by: Any, **typed: str) -> object:
        displayed = {"title": row.title, "axis": row.axis, "objective": "", "pilot": "", "state": row.state}
        unchanged = {"title": row.title, "axis": row.axis, "objective": "", "pilot": ""}
        current = PlanAction.objects.get(pk=row.pk)
        steps = [(date(2026, 12, 1), "Ouvrir")]
        displayed["milestones"] = tuple(steps)
        return actions.change(
            current,
            version=row.version,
            original=displayed,
            milestones=steps,
            by=by,
            at=AT,
            **{**unchanged, **typed},
        )

    yield (
        "two fields of an action",
        lambda: change(lea, objective="x"),
        lambda: change(ali, pilot="y"),
        lambda: sum(PlanAction.objects.filter(pk=row.pk, **each).exists() for each in FIELDS),
    )
    first, second = row.milestones.get(), row.milestones.get()
    notes = row.notes.count()
    yield (
        "a step passed twice",
        lambda: actions.pass_milestone(first, passed=True, by=lea, at=AT),
        lambda: actions.pass_milestone(second, passed=True, by=ali, at=AT),
        lambda: row.notes.count() - notes,
    )
    former = row.notes.count()
    yield (
        "two states of an action",
        lambda: actions.set_state(row, rules.DONE, by=lea, at=AT),
        lambda: actions.set_state(row, rules.RUNNING, by=ali, at=AT),
        lambda: row.notes.count() - former,  # the journal tells both
    )


FIELDS = ({"objective": "x"}, {"pilot": "y"})


def proposals_races(turn: int, lea: Any, ali: Any) -> Iterator[Race]:
    from maillage.apps.steering.plans import actions
    from maillage.apps.steering.plans.queries.proposals import Proposal

    plan = opened(lea, turn)
    axis = plan.axes.all()[0]

    def proposed(key: str) -> Proposal:
        return Proposal(key=key, title=f"Ouvrir {key}", why="Rien", effect="", evidence=(), value=12.0)

    def keep(by: Any, key: str) -> Callable[[], object]:
        return lambda: actions.keep(plan, proposed(key), axis=axis, by=by, at=AT)

    def refuse(by: Any, key: str) -> Callable[[], object]:
        return lambda: actions.refuse(plan, proposed(key), why=f"Motif de {by.name}", by=by, at=AT)

    def rows_left_of(key: str) -> Callable[[], list[int]]:
        return lambda: [
            plan.actions.filter(proposal=key).count(),
            plan.refusals.filter(proposal=key).count(),
        ]

    yield "a proposal kept twice", keep(lea, "a"), keep(ali, "a"), rows_left_of("a")
    yield "a proposal refused for two reasons", refuse(lea, "b"), refuse(ali, "b"), rows_left_of("b")
    yield "a proposal kept and refused", keep(lea, "c"), refuse(ali, "c"), lambda: sum(rows_left_of("c")())


def numbers_races(turn: int, lea: Any, ali: Any) -> Iterator[Race]:
    from maillage.apps.steering.plans import actions
    from maillage.apps.steering.plans.models import PlanMeasure

    plan = opened(lea, turn)
    row = actions.write(
        plan, token=f"{plan.pk}n", axis=plan.axes.all()[0], title="n", indicator="x", by=lea, at=AT
    )

    def count(by: Any, day: int, value: float) -> Callable[[], object]:
        return lambda: actions.count(row, on=date(2026, 11, day), value=value, source="x", by=by, at=AT)

    def counted() -> int:
        return row.measures.filter(withdrawn_at=None).count()

    yield "a number noted twice", count(lea, 1, 5), count(ali, 1, 5), counted
    yield "a total that would fall", count(lea, 3, 30), count(ali, 5, 20), counted
    pk = row.measures.all()[0].pk

    def withdraw(by: Any) -> Callable[[], object]:
        return lambda: actions.withdraw_measure(PlanMeasure.objects.get(pk=pk), was=False, by=by, at=AT)

    yield "a number taken off twice", withdraw(lea), withdraw(ali), counted


def funders_races(turn: int, lea: Any, ali: Any) -> Iterator[Race]:
    from maillage.apps.steering.plans import actions
    from maillage.apps.steering.plans.models import Funder

    plan = opened(lea, turn)
    row = actions.write(
        plan, token=f"{plan.pk}f", axis=plan.axes.all()[0], title="f", budget=100, by=lea, at=AT
    )

    def fund(by: Any, name: str) -> Callable[[], object]:
        return lambda: actions.fund(row, name=name, euros=80, by=by, at=AT)

    def funded() -> int:
        return sum(each.euros or 0 for each in row.fundings.filter(withdrawn_at=None))

    yield "what funds passes the budget", fund(lea, "Région"), fund(ali, "État"), funded
    one, two = (actions.fund(row, name=name, by=lea, at=AT).funder for name in ("Un", "Deux"))

    def rename(by: Any, funder: Any, name: str) -> Callable[[], object]:
        current = Funder.objects.get(pk=funder.pk)
        return lambda: actions.rename_funder(current, name, original={"name": current.name}, by=by, at=AT)

    def named(*names: str) -> Callable[[], int]:
        return lambda: plan.funders.filter(name__in=names).count()

    yield (
        "two names of a funder",
        rename(lea, one, "Trois"),
        rename(ali, one, "Quatre"),
        named("Trois", "Quatre"),
    )
    yield "two funders of one name", rename(lea, one, "Même"), rename(ali, two, "Même"), named("Même")
    removed = Funder.objects.get(pk=two.pk)
    yield (
        "a funder erased and chosen",
        lambda: actions.erase_funder(Funder.objects.get(pk=two.pk), by=lea, at=AT),
        lambda: actions.fund(row, funder=removed, brings="Une salle", by=ali, at=AT),
        lambda: Funder.objects.filter(pk=two.pk).count(),
    )


def axes_races(turn: int, lea: Any, ali: Any) -> Iterator[Race]:
    from maillage.apps.steering.plans import actions
    from maillage.apps.steering.plans.models import Plan, PlanAxis

    plan = opened(lea, turn)
    axis = actions.add_axis(plan, title="Se réunir", by=lea, at=AT)

    def change(by: Any, title: str) -> Callable[[], object]:
        current, displayed = PlanAxis.objects.get(pk=axis.pk), {"title": "Se réunir"}
        return lambda: actions.change_axis(current, title=title, original=displayed, by=by, at=AT)

    def rename(by: Any, title: str) -> Callable[[], object]:
        current = Plan.objects.get(pk=plan.pk)
        return lambda: actions.rename(current, title, original={"title": "Le plan"}, by=by, at=AT)

    def remove(by: Any) -> Callable[[], object]:
        current = PlanAxis.objects.get(pk=axis.pk)
        return lambda: actions.remove_axis(current, by=by, at=AT)

    def axes() -> int:
        return PlanAxis.objects.filter(pk=axis.pk).count()

    yield "two titles of a dynamic", change(lea, "Le mien"), change(ali, "Le sien"), axes
    yield "two titles of a plan", rename(lea, "Le mien"), rename(ali, "Le sien"), lambda: 1
    yield "a dynamic taken off twice", remove(lea), remove(ali), axes


def named_while_locked(by: Any) -> list[str]:
    """Return the answers to two users when one names a plan that the other holds, and both write in the journal."""
    from django.db import transaction

    from maillage.apps.platform.accounts import actions as journal
    from maillage.apps.steering.plans.models import Funder, Plan

    plan, named, is_locked = opened(by, 0), Event(), Event()

    def name() -> None:
        with transaction.atomic():
            row = Funder.objects.create(plan=plan, name="Qui nomme", by=by, at=AT)
            journal.record(by=by, verb="plan.funded", row=row, at=AT)
            named.set()
            is_locked.wait(timeout=1)  # SQLite lets nobody in meanwhile

    def hold() -> None:
        named.wait(timeout=PATIENCE)
        with transaction.atomic():
            row = Plan.objects.select_for_update().get(pk=plan.pk)
            is_locked.set()
            journal.record(by=by, verb="plan.renamed", row=row, at=AT)

    return together(name, hold)


def pages(lea: Any, ali: Any) -> list[int]:
    """Return the answers to two browsers that send the same form of an action at once, and how many of
    their texts are read by who was second.
    """
    from django.db import connection
    from django.test import Client
    from django.urls import reverse

    plan = opened(lea, 0)
    row = plan.actions.filter(parent=None)[0]
    address, gate = reverse("plan_action_edit", args=[plan.place, row.pk]), Barrier(2)
    typed = {"version": row.version, "title": row.title, "axis": row.axis_id}

    def post(by: Any) -> tuple[int, int]:
        try:
            client = Client(HTTP_HOST="localhost")
            client.force_login(by)
            gate.wait(timeout=PATIENCE)
            sent = typed | {"objective": f"Voulu par {by.name}"}
            page = client.post(address, sent)
            text = page.content.decode().replace("\xa0", " ")
            return page.status_code, sum(f"Voulu par {each.name}" in text for each in (lea, ali))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(post, (lea, ali)))
    return [*sorted(status for status, _ in answers), max(read for _, read in answers)]


if __name__ == "__main__":
    main()
