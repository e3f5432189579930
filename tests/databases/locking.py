"""A person answers about what is shared, is corrected, then erased, while the place that receives them answers
too, each in a connection of its own.

Prints one JSON document: how many gestures were done, refused, and stopped by the database because two waited
for each other.
"""

import json
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

from maillage.manage.deploy.bootstrap import ready
from tests.support.speed import PATIENCE

N = 8
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def main() -> None:
    ready()
    from django.db import OperationalError, connection

    from maillage.apps.people.persons.actions import consents, forgetting, register
    from maillage.apps.people.persons.models import Person
    from maillage.apps.platform.accounts.models import User
    from maillage.apps.referrals.orientations.actions import agreements, answers, drafts, sending
    from maillage.apps.referrals.orientations.models import Orientation
    from maillage.kernel.errors import Refused
    from tests.conftest import with_role
    from tests.support.places import place

    ccas, library = (place(slug, {"nom": slug.capitalize()}) for slug in ("ccas", "mediatheque"))
    sofia, leila = (
        with_role(
            User.objects.create_user(f"{name}@exemple.fr", "x", name=name), role, structure=lieu.structure
        )
        for name, role, lieu in (("sofia", "prescripteur", ccas), ("leila", "aidant", library))
    )
    outcomes: Counter[str] = Counter()
    gate = Barrier(2)

    def sent(person: Person) -> Orientation:
        draft = drafts.Draft(structure=ccas.structure, person=person, need="formation", lieu=library)
        return sending.send(drafts.prepare(draft, by=sofia, at=AT), by=sofia, channel="space", at=AT)

    people = [register.welcome(by=sofia, structure=ccas.structure, nickname="Fatou", at=AT) for _ in range(N)]
    for person in people:
        consents.agree(
            person=person, purpose="share", structure=library.structure, how="read", by=sofia, at=AT
        )
    rows = [(person, sent(person)) for person in people]

    def go(actions: list[Callable[[Person, Orientation], Any]]) -> None:
        try:
            for gesture in actions:
                for person, row in rows:
                    gate.wait(timeout=PATIENCE)
                    try:
                        gesture(person, row)
                        outcomes["done"] += 1
                    except Refused:
                        outcomes["refused"] += 1
                    except OperationalError:
                        outcomes["stopped"] += 1
        finally:
            connection.close()

    values = {"how": "read", "by": sofia, "at": AT + timedelta(hours=1)}
    shares = {"purpose": "share", "structure": library.structure, **values}
    first_actions = [
        lambda person, row: agreements.answer(person, agrees=False, **shares),
        lambda person, row: register.correct(person, {"nickname": "Zohra"}, by=sofia, at=AT),
        lambda person, row: register.correct(person, {"nickname": "Fatou"}, by=sofia, at=AT),
    ]
    second_actions = [
        lambda person, row: answers.accept(row, by=leila, at=AT + timedelta(hours=1)),
        lambda person, row: answers.refuse(row, by=leila, reason="full", at=AT + timedelta(hours=2)),
        lambda person, row: forgetting.forget(person, by=None, at=AT + timedelta(hours=3)),
    ]
    with ThreadPoolExecutor(2) as pool:
        for each in [pool.submit(go, first_actions), pool.submit(go, second_actions)]:
            each.result()
    sys.stdout.write(json.dumps(outcomes))


if __name__ == "__main__":
    main()
