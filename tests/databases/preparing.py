"""Run by test_prepared.py: ask PostgreSQL the same questions many times; print what its connection holds."""

import json

from maillage.manage.deploy.bootstrap import ready

TIMES, PAGES = 5, 120  # more questions than a connection keeps by itself


def main() -> None:
    ready()
    from django.db import connection
    from django.utils import timezone

    from maillage.apps.platform.accounts.actions import record
    from maillage.apps.platform.accounts.models import Entry, User
    from maillage.manage.postgresql.base import PREPARED

    for n in range(8):
        User.objects.create_user(f"compte-{n}@exemple.fr", name=f"Compte {n}")
    for _ in range(TIMES):
        for k in range(1, PAGES + 1):
            list(User.objects.filter(email__contains="compte").order_by("pk")[:k])
    for user in User.objects.all():
        record(by=user, verb="account.changed", row=user, at=timezone.now())  # two statements in one
    names = [User.objects.get(email=f"compte-{n}@exemple.fr").name for n in range(8)]
    with connection.cursor() as cursor:
        cursor.execute("select statement from pg_prepared_statements")
        prepared = [statement for (statement,) in cursor.fetchall()]
    report = {
        "held": len(prepared),
        "accounts": sum("accounts_user" in each for each in prepared),
        "most": PREPARED,
        "names": names,
        "lines": Entry.objects.count(),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
