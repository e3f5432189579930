"""Two people answering the same referrals at once, each in a connection of its own; and a list of 10,000.

Prints one JSON document: what won, what the other was told, whether the journal is whole, how many queries
    a page makes.
"""

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from maillage.manage.deploy.bootstrap import ready
from tests.support.speed import PATIENCE

N, MANY = 5, 3_500
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def main() -> None:
    ready()
    from django.db import connection, reset_queries

    from maillage.apps.directory.places.models import Lieu
    from maillage.apps.platform.accounts.models import User
    from maillage.apps.platform.accounts.queries import broken
    from maillage.apps.platform.messages.models import Message
    from maillage.apps.referrals.orientations.actions import drafts, sending
    from maillage.apps.referrals.orientations.models import Event, Orientation, Path
    from maillage.apps.referrals.orientations.queries import lists
    from maillage.kernel.errors import Refused
    from tests.conftest import with_role
    from tests.support.places import place
    from tests.support.referrals import action

    ccas, library = (
        place(slug, {"nom": slug, "courriels": [f"{slug}@exemple.fr"], "pivot": f"2138018550001{n}"})
        for n, slug in enumerate(("ccas", "bibliotheque"))
    )
    Lieu.objects.filter(pk=library.pk).update(structure=library.structure)
    users = [
        User.objects.create_user(f"{name}@exemple.fr", "x", name=name.capitalize())
        for name in ("sofia", "leila", "karim")
    ]
    sofia = with_role(users[0], "prescripteur", structure=ccas.structure)
    leila, karim = (with_role(user, "aidant", structure=library.structure) for user in users[1:])
    rows = [
        sending.send(
            drafts.prepare(
                drafts.Draft(structure=ccas.structure, need="formation", lieu=library), by=sofia, at=AT
            ),
            by=sofia,
            at=AT,
        )
        for _ in range(N)
    ]
    reasons: list[str] = []
    gate = Barrier(2)

    def answer(account: User, verb: str, values: dict) -> Counter:
        done: Counter = Counter()
        try:
            for row in rows:
                gate.wait(timeout=PATIENCE)
                try:
                    action(verb)(row, by=account, at=AT + timedelta(minutes=1), **values)
                    done[verb] += 1
                except Refused as refused:
                    reasons.append(refused.why)
        finally:
            connection.close()
        return done

    with ThreadPoolExecutor(2) as pool:
        futures = [
            pool.submit(answer, leila, "accept", {"was": "sent"}),
            pool.submit(answer, karim, "refuse", {"reason": "full", "was": "sent"}),
        ]
        done = sum((each.result() for each in futures), Counter())
    own_referrals = Orientation.objects.filter(
        pk__in=[row.pk for row in rows]
    )  # the server may hold the rows of other tests
    states = Counter(own_referrals.values_list("state", flat=True))
    answers = Event.objects.filter(verb__in=("accept", "refuse"), orientation__in=own_referrals).count()
    news = sum(Message.objects.filter(key__startswith=f"orientation-{row.pk}-geste-").count() for row in rows)

    path = Path.objects.create(made_at=AT, origin="professional")
    kinds = ("sent", "seen", "accepted", "appointed", "came", "refused", "closed")
    Orientation.objects.bulk_create(
        [
            Orientation(
                path=path,
                position=n + 1,
                need="formation",
                lieu=library,
                lieu_name=library.name,
                to_structure=library.structure,
                from_structure=ccas.structure,
                sender=sofia,
                origin="professional",
                state=kinds[n % len(kinds)],
                sent_at=AT - timedelta(hours=n % 900),
                prepared_at=AT - timedelta(hours=n % 900),
                changed_at=AT - timedelta(hours=n % 700),
                appointment_at=AT + timedelta(hours=n % 99 - 40)
                if kinds[n % len(kinds)] == "appointed"
                else None,
            )
            for n in range(MANY)
        ],
        batch_size=2_000,
    )
    connection.force_debug_cursor = True
    queries = []
    for start in (0, 0, 25, MANY // 8, 3 * MANY // 10):
        reset_queries()
        page = lists.received(leila, AT, start=start)
        names = [
            str(row.from_structure) + row.lieu.structure.name
            for section in page.sections
            for row in section.rows
        ]
        queries.append(len(connection.queries))
        assert len(names) == 25, len(names)
    sys.stdout.write(
        json.dumps(
            {
                "done": sum(done.values()),
                "told": len(reasons),
                "whys": sorted({" ".join(why.split()[:2]) for why in reasons}),
                "states": sum(states[state] for state in ("accepted", "refused")),
                "answers": answers,
                "news": news,
                "broken": broken()[1] is not None,
                "queries": sorted(set(queries)),
                "counts": page.counts,
            }
        )
    )


if __name__ == "__main__":
    main()
