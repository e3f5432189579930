"""Two readings of what the indicators count, begun together: the clock of the platform, and a command.

Prints one JSON document: how many places and referrals are counted in the end.
"""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from maillage.manage.deploy.bootstrap import ready

SENT, PLACES, READINGS = 12, 3, 2
SLOW = 0.5  # seconds that a reading of the directory takes: the other one begins meanwhile


def main() -> None:
    ready()
    from django.db import connection
    from django.db.models import Sum
    from django.utils import timezone

    from maillage.apps.referrals.orientations.models import Orientation, Path
    from maillage.apps.steering.indicators import actions, rules
    from maillage.apps.steering.indicators.models import DailyCount
    from maillage.apps.steering.indicators.queries import sources

    at = timezone.now()
    sent = at - timedelta(days=40)
    for _ in range(SENT):
        path = Path.objects.create(made_at=sent, origin="aidant")
        Orientation.objects.create(
            path=path, state="sent", origin="aidant", need="assistance", commune="38185", prepared_at=sent,
            sent_at=sent, changed_at=sent,
        )  # fmt: skip

    def slowly() -> Counter[tuple[str, str, str]]:
        time.sleep(SLOW)
        return Counter({(rules.PLACES, "", "38185"): PLACES})

    sources.standing_places = slowly

    def read(_: int) -> None:
        try:
            actions.rebuild(at=at)
        finally:
            connection.close()

    with ThreadPoolExecutor(READINGS) as pool:
        list(pool.map(read, range(READINGS)))
    counts = DailyCount.objects.values_list("measure").annotate(Sum("n")).order_by()
    print(json.dumps(dict(counts)))


if __name__ == "__main__":
    main()
