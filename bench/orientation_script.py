"""Run by bench/orientation.py in a home and a database of its own: fill, ask, compare."""

import json
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

from maillage.manage.deploy.bootstrap import ready

ready()

from django.db import connection, reset_queries

from bench.directory_script import communes, fill, naive
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.directory.places.queries import walks
from maillage.apps.directory.places.queries.search import Wanted as Searched
from maillage.apps.directory.places.queries.where import Spot
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.referrals.orientations.queries import lists, matching
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.referrals.orientations.rules.matching import PersonNeed

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
NEEDS = ("assistance", "formation", "libre_acces", "wifi", "vente")


def main() -> None:
    chance = random.Random(1)
    where, people = communes()
    fill(int(os.environ["PLACES"]), chance, where, people)
    searches = []
    for _ in range(int(os.environ["REQUESTS"])):
        latitude, longitude, _radius = chance.choices(where, people)[0]
        person_need = PersonNeed(
            need=chance.choice(NEEDS),
            help="with",
            minutes=chance.choice((15, 30, 60)),
            language="ar",
            days=(0, 2),
        )
        searches.append((person_need, Spot(label="x", latitude=latitude, longitude=longitude)))
    for person_need, spot in searches[:5]:
        matching.match(person_need, spot, AT)
    times = sorted(_seconds(partial(matching.match, person_need, spot, AT)) for person_need, spot in searches)
    alone = min(_seconds(partial(_read_all, person_need, spot)) for person_need, spot in searches[:2])
    page, page_naive, queries = _pages(chance)
    print(
        json.dumps(
            {
                "match": times[int(0.95 * len(times))],
                "match_median": times[len(times) // 2],
                "match_naive": alone,
                "n": len(times),
                "page": page,
                "page_naive": page_naive,
                "queries": queries,
            }
        )
    )


def _read_all(person_need: PersonNeed, spot: Spot) -> None:
    """Find the same matches by reading every sheet, and check that it is the same."""
    radius = matching.TWICE * walks.reach(person_need.minutes)
    near = Searched(
        latitude=spot.latitude,
        longitude=spot.longitude,
        radius=radius,
        facets=((f"pratique:{person_need.need}",),),
    )
    expected = naive(near)[: matching.READ]
    looked = [place.lieu.pk for place in matching._examined(person_need, spot)[0]]
    assert set(expected) <= set(looked), "a place within reach was not looked at"


def _pages(chance: random.Random) -> tuple[float, float, int]:
    """Return the time of a page of the list, that of reading it all, and how many queries a page makes."""
    n = int(os.environ["REFERRALS"])
    structure = Structure.objects.create(key="receveuse", name="receveuse")
    lieux = list(Lieu.objects.all()[:50])
    Lieu.objects.filter(pk__in=[lieu.pk for lieu in lieux]).update(structure=structure)
    path = Path.objects.create(made_at=AT, origin="professional")
    states = [state for state in cycle.STATES if state not in (cycle.DRAFT, cycle.UNSOLVED)]
    rows = []
    for k in range(n):
        state, lieu, sent = (
            chance.choice(states),
            chance.choice(lieux),
            AT - timedelta(hours=chance.randrange(900)),
        )
        row = Orientation(
            path=path,
            position=k + 1,
            need="assistance",
            lieu=lieu,
            lieu_name=lieu.name,
            to_structure=structure,
            origin="professional",
        )
        row.from_structure, row.state, row.sent_at, row.prepared_at, row.changed_at = (
            structure,
            state,
            sent,
            sent,
            sent,
        )
        row.appointment_at = (
            AT + timedelta(hours=chance.randrange(-60, 60)) if state == cycle.APPOINTED else None
        )
        rows.append(row)
    Orientation.objects.bulk_create(rows, batch_size=2_000)
    user = User.objects.create_user("banc@exemple.fr", None)
    Membership.objects.create(
        user=user, role="aidant", structure=structure, since=AT.date() - timedelta(days=9)
    )
    connection.force_debug_cursor = True
    reset_queries()
    lists.received(user, AT)
    queries = len(connection.queries)
    connection.force_debug_cursor = False
    starts = [chance.randrange(0, n // 2) for _ in range(40)]
    times = sorted(_seconds(partial(lists.received, user, AT, start=start)) for start in starts)
    alone = min(_seconds(partial(_sorted_in_python, user)) for _ in range(2))
    return times[int(0.95 * len(times))], alone, queries


def _sorted_in_python(user: User) -> list[Orientation]:
    order = list(cycle.STATES)
    received = sorted(access.received_by(user), key=lambda row: (order.index(row.state), row.sent_at, row.pk))
    return received[:60]


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
