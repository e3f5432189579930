"""The demonstration's learners: a group of invented people, what they did step by step, and what they then
did for real.
"""

from datetime import timedelta
from functools import partial
from random import Random
from typing import Any
from uuid import UUID

from maillage.manage.demonstration.stage import LEARN, Stage

MODULES = ("tenir-la-souris", "toucher-l-ecran", "premieres-touches", "ouvrir-fermer-revenir")
END = 99
# Who, and how far in each module: the step reached, and whether the step that counts was done alone.
GROUP = (
    (
        "Lucette",
        {
            "tenir-la-souris": (END, True),
            "premieres-touches": (END, True),
            "ouvrir-fermer-revenir": (5, False),
        },
    ),
    (
        "Moussa",
        {
            "toucher-l-ecran": (END, True),
            "me-connecter-au-wifi": (END, True),
            "premieres-touches": (4, False),
        },
    ),
    ("Hélène", {"tenir-la-souris": (END, True), "premieres-touches": (6, False)}),
    ("Mme Costa", {"tenir-la-souris": (5, False)}),
    (
        "Saïd",
        {
            "tenir-la-souris": (END, True),
            "premieres-touches": (END, True),
            "signes-et-majuscules": (END, True),
        },
    ),
    ("Hélène", {"toucher-l-ecran": (END, False), "tenir-la-souris": (8, False)}),
)
NAMES = (
    *("Ana", "Léon", "Nour", "Odile", "Tarek", "Jeanne", "Abdou", "Rose"),
    *("Milan", "Simone", "Hawa", "Yves", "Inès", "Marcel", "Ivana", "Roger"),
)
# What became of the plans of a season: procedure, answer ('' when nobody knows), how many.
PLANS = (
    *(
        ("caf-prime-activite", "alone", 3),
        ("caf-prime-activite", "beside", 5),
        ("caf-prime-activite", "counter", 3),
    ),
    *(("caf-prime-activite", "not_yet", 2), ("caf-prime-activite", "", 2), ("ft-actualisation", "alone", 6)),
    *(("ft-actualisation", "beside", 4), ("ft-actualisation", "blocked", 2), ("ft-actualisation", "", 1)),
    *(
        ("ameli-compte", "beside", 3),
        ("ameli-compte", "for_me", 2),
        ("ameli-compte", "", 1),
        ("impots-declaration", "counter", 3),
    ),
)


def learn(stage: Stage) -> None:
    """Play a group of learners, and the plans of a season."""
    from maillage.apps.learning.actions import groups

    by, structure = stage.accounts["formation"], stage.structures[LEARN]
    chance = Random(7)  # noqa: S311, invented people
    group = groups.open_group(
        by=by,
        structure=structure,
        title="Mardi matin, premiers gestes",
        modules=MODULES,
        at=stage.ago(21),
        example=True,
    )
    for name, progress in GROUP:
        (member,) = groups.welcome(group, [name], by=by, at=stage.ago(21))
        for n, (module, (reached, alone)) in enumerate(progress.items()):
            _do(stage, member.person, module, reached, alone=alone, days=21 - 7 * n, chance=chance)
    stuck = group.members.get(person__nickname="Mme Costa")
    groups.note(
        stuck, words="préfère le doigt à la souris", proposed="toucher-l-ecran", by=by, at=stage.ago(14)
    )
    _plan(stage, structure, by, chance)


def _do(
    stage: Stage, person: Any, module: str, reached: int, *, alone: bool, days: int, chance: Random
) -> None:
    """Let somebody go through the steps of a module, as their device would say it."""
    from maillage.apps.learning.actions import progress
    from maillage.apps.learning.rules import Fact
    from maillage.modules import reading as module_reading

    module_content, facts = module_reading.own_modules()[module], []
    for n, step in enumerate(module_content.steps[:reached], 1):
        state = "seen" if step.exercise is None else "done" if not step.counts or alone else "passed"
        last = n == reached and step.exercise is not None
        facts.append(
            Fact(
                uid=str(UUID(int=chance.getrandbits(128), version=4)),
                module=module,
                version=module_content.version,
                step=n,
                state="stopped" if last else state,
                kind=step.exercise.kind if step.exercise else "",
                tries=4 if last else chance.randrange(2),
                hints=2 if last else chance.randrange(2),
                seconds=chance.randrange(25, 140),
                way="touch" if "toucher" in module else "pointer",
                screen="medium" if "toucher" in module else "large",
            )
        )
    progress.keep(person, facts, at=stage.ago(days) + timedelta(minutes=40))


def _plan(stage: Stage, structure: Any, by: Any, chance: Random) -> None:
    from maillage.apps.directory.places.queries.seats import seat
    from maillage.apps.learning.actions import plans
    from maillage.modules import reading as modules_reading

    make = partial(plans.make, structure=structure, commune=seat(structure), by=by)
    n = 0
    for module, answer, many in PLANS:
        for _ in range(many):
            days, n = 70 + n % 40, n + 1
            person = stage.welcome(
                NAMES[n % len(NAMES)], None, days, account_name="formation", structure=LEARN
            )
            together, on = "aidant" if n % 3 else "alone", stage.ago(days - 7).date()
            plan = make(
                modules_reading.own_modules()[module],
                on=on,
                together=together,
                person=person,
                at=stage.ago(days),
            )
            _do(stage, person, module, END if n % 4 else 6, alone=bool(n % 3), days=days, chance=chance)
            if answer:
                plans.answer(plan, answer, at=stage.ago(20), by=by if n % 2 else None)
    fresh, on = (
        stage.welcome("Bernard", 1949, 30, account_name="formation", structure=LEARN),
        stage.ago(25).date(),
    )
    make(
        modules_reading.own_modules()["ft-actualisation"],
        on=on,
        together="aidant",
        person=fresh,
        at=stage.ago(30),
    )
