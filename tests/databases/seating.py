"""People who register at the same workshop and the same course at once, and some who give up: nobody sits on
another.

Prints one JSON document: how many seats were given, how many people wait, whether anybody was refused,
    whether the journal is whole.
"""

import json
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from maillage.manage.deploy.bootstrap import ready
from tests.support.profile import times as tried
from tests.support.speed import PATIENCE

PEOPLE, SEATS, MEETINGS, LEAVE = tried(14, 30), tried(4, 8), tried(2, 4), tried(3, 5)
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def main() -> None:
    ready()
    from django.db import connection

    from maillage.apps.agenda import access
    from maillage.apps.agenda.actions import planning, seats
    from maillage.apps.agenda.models import Seat
    from maillage.apps.platform.accounts.queries import broken
    from tests.support.places import place

    lieu = place("seating", {"nom": "Bibliothèque", "pivot": "21380185500019"})
    begin = AT + timedelta(days=3)
    values = {"title": "x", "subject": "mail", "level": "debutant", "lieu": lieu, "capacity": SEATS}
    times = {"starts_at": begin, "ends_at": begin + timedelta(hours=2)}
    common = {"by": None, "structure": lieu.structure, "at": AT}
    alone = planning.plan(values={**values, **times}, **common)
    meetings = [{name: at + timedelta(days=7 * n) for name, at in times.items()} for n in range(MEETINGS)]
    course = planning.plan_course(values=values, meetings=meetings, **common)
    first = course.workshops.get(rank=1)
    for row in (alone, first):
        planning.publish(row, by=None, at=AT)
    gate = Barrier(PEOPLE)

    def register(n: int) -> str:
        try:
            gate.wait(timeout=PATIENCE)
            for row in (alone, first) if n % 2 else (first, alone):
                seats.book(workshop=row, name=f"N{n}", at=AT)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(PEOPLE) as pool:
        errors = [error for error in pool.map(register, range(PEOPLE)) if error]
    filled = counted(alone, course)

    leaving = Barrier(2 * LEAVE)

    def leave(seat: Seat) -> str:
        try:
            leaving.wait(timeout=PATIENCE)
            own_seats = list(Seat.objects.filter(learner=seat.learner))
            seats.give_up(own_seats, at=AT + timedelta(minutes=1), token=access.link_of(seat))
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        return ""

    going = [
        seat for row in (alone, first) for seat in row.seats.filter(status="booked").order_by("pk")[:LEAVE]
    ]
    with ThreadPoolExecutor(2 * LEAVE) as pool:
        errors += [error for error in pool.map(leave, going) if error]
    report = {
        "errors": errors[:3],
        "filled": filled,
        "after": counted(alone, course),
        "broken": broken()[1] is not None,
    }
    sys.stdout.write(json.dumps(report))


def counted(alone, course) -> list[dict[str, int]]:
    """Return how many seats of each state each workshop has."""
    rows = [alone, *course.workshops.order_by("rank")]
    return [Counter(row.seats.values_list("status", flat=True)) for row in rows]


if __name__ == "__main__":
    main()
