"""Two people who answer for the same thing withdraw each other at once, then each leave at once: one of them
stays.

Prints one JSON document: what each was answered, and how many are left, by turn.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier

from maillage.manage.deploy.bootstrap import ready
from tests.support.speed import PATIENCE

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
TURNS = 6


def main() -> None:
    ready()
    from django.db import connection
    from django.utils import timezone

    from maillage.apps.directory.memberships import access
    from maillage.apps.directory.memberships.actions import roles
    from maillage.apps.directory.memberships.models import Membership
    from maillage.apps.platform.accounts.models import User
    from maillage.kernel.errors import Refused
    from tests.conftest import with_role
    from tests.support.places import place

    structure = place("withdrawing", {"nom": "Bibliothèque", "pivot": "21380185500019"}).structure
    on = timezone.localdate()  # the day that rights are of
    two = [User.objects.create_user(f"{n}@exemple.fr", "x", name=f"N{n}") for n in range(2)]
    report = []
    for turn in range(TURNS):
        role, each_other = ("administration", "gestionnaire")[turn % 2], turn < TURNS // 2
        Membership.objects.all().delete()
        where = {"structure": structure} if role == "gestionnaire" else {}
        memberships = [Membership.objects.get(user=with_role(user, role, **where)) for user in two]
        gate = Barrier(2)

        def go(n: int, memberships=memberships, each_other=each_other, gate=gate) -> str:
            by = User.objects.get(pk=two[n].pk)
            try:
                access.rights_of(by)  # as the door of a page does
                gate.wait(timeout=PATIENCE)
                whose = memberships[1 - n] if each_other else memberships[n]
                roles.withdraw(by=by, membership=whose, on=on, at=AT)
            except Refused:
                return "refused"
            finally:
                connection.close()
            return "withdrawn"

        with ThreadPoolExecutor(2) as pool:
            outcomes = sorted(pool.map(go, range(2)))
        report.append([role, each_other, outcomes, access.current(on).count()])
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
