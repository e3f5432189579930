"""Kill whoever writes in the journal, as often as asked, at random; then let several write at once.

python -m tests.databases.recording KILLS. Prints JSON: kills in a transaction, lines, and what is half done.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import NoReturn

from maillage.manage.deploy.bootstrap import ready
from tests.databases.killing import Writing, killed, without_end
from tests.support.speed import PATIENCE

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
LOT, WRITERS, PER_WRITER = 3, 6, 10


def main() -> None:
    ready()
    from maillage.apps.platform.accounts.models import Entry

    write(-1, 0)  # what is read once is read here: those that are killed write at once
    inside, faults = killed(int(sys.argv[1]), work, half_done, longest=0.03)
    lines = Entry.objects.count()
    together()
    faults += half_done()
    json.dump(
        {"inside": inside, "lines": lines, "more": Entry.objects.count() - lines, "faults": faults},
        sys.stdout,
    )


def work(turn: int, writing: Writing) -> NoReturn:
    """Write without end."""
    writing.watch()
    without_end(writing, lambda n: write(turn, n))


def write(turn: int, n: int) -> None:
    """Write an act with its line, then a lot of lines, now and then an anchor."""
    from django.db import transaction

    from maillage.apps.platform.accounts import actions
    from maillage.apps.platform.accounts.actions import Note
    from maillage.apps.platform.accounts.models import User
    from maillage.manage.backups import anchors

    at = AT + timedelta(minutes=turn, milliseconds=n + 1)
    with transaction.atomic():
        user = User.objects.create(email=f"{turn}-{n}@exemple.fr")
        actions.record(by=user, verb="one", row=user, at=at)
    actions.record_many(Note(by=user, verb="lot", row=user, at=at) for _ in range(LOT))
    if n % 5 == 0:
        anchors.write(at=at, cause="requested")


def half_done() -> list[str]:
    """Return the half-done writes."""
    from maillage.apps.platform.accounts.models import Anchor, Entry, User
    from maillage.manage.backups import journal_proof

    verdict = journal_proof.of_database(None)
    faults = [str(verdict.broken or verdict.tampered)] if verdict.broken or verdict.tampered else []
    if verdict.n_anchors < Anchor.objects.count():
        faults.append("an anchor is in the base and was not proved")
    acts = Entry.objects.filter(verb="one").values_list("row", flat=True)
    if set(acts) != set(User.objects.values_list("pk", flat=True)):
        faults.append("an act without its line, or a line without its act")
    if Entry.objects.filter(verb="lot").count() % LOT:
        faults.append("a part of a lot")
    return faults


def together() -> None:
    """Let several write at once, each in its own connection."""
    from django.db import connection

    from maillage.apps.platform.accounts import actions
    from maillage.apps.platform.accounts.models import User

    user = User.objects.first()
    gate = Barrier(WRITERS)

    def write(_: int) -> None:
        try:
            gate.wait(timeout=PATIENCE)
            for _ in range(PER_WRITER):
                actions.record(by=user, verb="together", row=user, at=AT)
        finally:
            connection.close()

    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(write, range(WRITERS)))


if __name__ == "__main__":
    main()
