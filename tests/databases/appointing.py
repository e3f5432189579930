"""People who take the same hour of a permanence at once, while others move to it: it is given as often as
there are seats.

Prints one JSON document: how many took it, how many were refused, whether the journal is whole.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

from maillage.manage.deploy.bootstrap import ready
from tests.support.profile import times as tried
from tests.support.speed import PATIENCE

PEOPLE, SEATS = tried(8, 20), 2
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)


def main() -> None:
    ready()
    from django.db import connection

    from maillage.apps.agenda.actions import appointments, permanences
    from maillage.apps.agenda.rules.appointments import OCCUPYING_STATES, Draft
    from maillage.apps.platform.accounts.queries import broken
    from maillage.kernel.errors import Refused
    from tests.support.places import place

    lieu = place("appointing", {"nom": "Bibliothèque", "pivot": "21380185500019"})
    row = permanences.open_door(
        by=None,
        structure=lieu.structure,
        values={
            "title": "x",
            "lieu": lieu,
            "hours": [[1, "09:00", "12:00"]],
            "minutes": 30,
            "seats": SEATS,
            "first_on": AT.date(),
        },
        at=AT,
    )
    common = {"structure": lieu.structure, "permanence": row, "at": AT}
    later = Draft(kind="other", starts_at=NINE + timedelta(minutes=30), name="Plus tard")
    moving = [appointments.book(later, **common) for _ in range(SEATS)]
    gate = Barrier(PEOPLE + SEATS)

    def take(n: int) -> str:
        try:
            gate.wait(timeout=PATIENCE)
            if n < SEATS:
                appointments.move(moving[n], starts_at=NINE, permanence=row, by=None, at=AT)
            else:
                appointments.book(Draft(kind="other", starts_at=NINE, name=f"N{n}"), **common)
        except Refused:
            return "refused"
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        finally:
            connection.close()
        return "taken"

    with ThreadPoolExecutor(PEOPLE + SEATS) as pool:
        outcomes = list(pool.map(take, range(PEOPLE + SEATS)))
    occupying = row.appointments.filter(starts_at=NINE, state__in=OCCUPYING_STATES)
    report = {
        "taken": outcomes.count("taken"),
        "refused": outcomes.count("refused"),
        "errors": [each for each in outcomes if each not in ("taken", "refused")][:3],
        "seats": sorted(occupying.values_list("seat", flat=True)),
        "broken": broken()[1] is not None,
    }
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
