"""A journal damaged in each way, on either database; each damage is undone before the next one.

Prints one JSON document: for each, what the proof says: the kind of the break, and the rank of its line.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from maillage.manage.deploy.bootstrap import ready

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
LINES = 8


def main() -> None:
    ready()
    from django.conf import settings
    from django.db import connection, transaction

    from maillage.apps.platform.accounts import actions
    from maillage.apps.platform.accounts.models import Entry, User
    from maillage.apps.platform.accounts.rules import anchors as words
    from maillage.apps.platform.accounts.rules import journal
    from maillage.manage.backups import anchors, backup, journal_proof

    home = Path(settings.HOME)
    user = User.objects.create_user("journal@exemple.fr", "x", name="Leïla")

    def record(k: int, at: datetime | None = None) -> None:
        actions.record(by=user, verb=f"essai.{k}", row=user, at=at or AT + timedelta(minutes=k))

    for k in range(1, LINES // 2 + 1):
        record(k)
    backup.save(home / "ancienne.zip")
    anchors.write(at=AT + timedelta(hours=1), cause=journal.DAILY)
    for k in range(LINES // 2 + 1, LINES + 1):
        record(k)
    last = anchors.write(at=AT + timedelta(hours=2), cause=journal.DAILY)
    page = home / "page.txt"
    page.write_text(words.page(last.head), "utf-8")
    numbers = list(Entry.objects.order_by("pk").values_list("pk", flat=True))
    month = anchors.files()[0]
    written = month.read_text("utf-8")

    def sql(*statements: str) -> Callable[[], None]:
        def run() -> None:
            with connection.cursor() as cursor:
                for each in statements:
                    cursor.execute(each.format(*[0, *numbers]))

        return run

    def insert(*, knows: bool) -> Callable[[], None]:
        """Add a line before the fifth; whoever does it knows how digests are made, or not."""

        def run() -> None:
            sql("update accounts_entry set id = id + 1000 where id >= {5}")()
            before = Entry.objects.get(pk=numbers[3])
            line = journal.Line(
                *(
                    numbers[4],
                    before.at,
                    user.pk,
                    None,
                    "x",
                    "accounts.user",
                    1,
                    "",
                    before.digest,
                    "f" * 64,
                    2,
                )
            )
            line = line._replace(digest=journal.expected(line)) if knows else line
            fields = line._asdict()
            Entry(id=fields.pop("pk"), **fields).save(force_insert=True)

        return run

    def rewrite() -> None:
        """Write the whole journal again, each digest right: only what was written elsewhere tells it."""
        lines = list(Entry.objects.order_by("pk"))
        Entry.objects.all().delete()
        before = ""
        for row in lines:
            row.verb, row.previous = "essai.autre", before
            line = journal.Line(*(getattr(row, name) for name in journal.Line._fields))
            row.digest = before = journal.expected(line)
            row.save(force_insert=True)

    def older_continued() -> None:
        sql("delete from accounts_entry where id > {4}", "delete from accounts_anchor where line > {4}")()
        record(99, AT + timedelta(hours=3))

    def file(change: Callable[[str], str]) -> Callable[[], None]:
        return lambda: month.write_text(change(written), "utf-8")

    digest = last.digest
    damages: dict[str, Callable[[], Any]] = {
        "nothing": lambda: None,
        "a row changed": sql("update accounts_entry set words = 'x' where id = {3}"),
        "a date changed": sql("update accounts_entry set at = '2026-01-01 00:00:00+00:00' where id = {3}")
        if connection.vendor == "postgresql"
        else sql("update accounts_entry set at = '2026-01-01 00:00:00' where id = {3}"),
        "a form put back": sql("update accounts_entry set version = 1 where id = {3}"),
        "the middle taken off": sql("delete from accounts_entry where id in ({3}, {4})"),
        "the beginning taken off": sql("delete from accounts_entry where id = {1}"),
        "a line added": insert(knows=False),
        "a line added with its digest": insert(knows=True),
        "two swapped": sql(
            "update accounts_entry set id = -1 where id = {2}",
            "update accounts_entry set id = {2} where id = {6}",
            "update accounts_entry set id = {6} where id = -1",
        ),
        "the tail cut": sql("delete from accounts_entry where id > {6}"),
        "the tail cut with its anchor": sql(
            "delete from accounts_entry where id > {6}", "delete from accounts_anchor where line > {6}"
        ),
        "everything cut": sql("delete from accounts_entry", "delete from accounts_anchor"),
        "an older copy, continued": older_continued,
        "all written again": rewrite,
        "an anchor of the file changed": file(lambda text: text.replace(digest, "0" * 64)),
        "an anchor of the file taken off": file(lambda text: "".join(text.splitlines(True)[:-1])),
        "words in the file": file(lambda text: f"{text}bonjour\n"),
        "a file that is no text": lambda: month.write_bytes(b"\xff\xfe\n"),
        "half a line left by a cut": file(lambda text: text + '{"ancre":1,"le":"2026-1'),
        "an anchor of the base changed": sql("update accounts_anchor set digest = 'x' where line = {4}"),
        "the clock set back": lambda: record(99, AT - timedelta(days=1)),
    }

    @contextmanager
    def undone() -> Iterator[None]:
        with transaction.atomic():
            with actions.unlocked():
                yield
            transaction.set_rollback(True)
        month.write_text(written, "utf-8")

    def proof(verdict: journal_proof.Verdict) -> list[Any]:
        if verdict.tampered:
            return ["anchors", verdict.tampered.replace(str(month), "FILE")]
        if verdict.broken is None:
            return ["whole", *verdict.notices]
        line = verdict.broken.line
        return [verdict.broken.kind, numbers.index(line) + 1 if line in numbers else "new"]

    proofs = {}
    for name, damage in damages.items():
        with undone():
            damage()
            proofs[name] = proof(journal_proof.of_database(None))
    proofs["a page, whole"] = proof(journal_proof.of_database(page))
    proofs["a backup"] = proof(journal_proof.of_copy(home / "ancienne.zip", None))
    proofs["a backup older than a page"] = proof(journal_proof.of_copy(home / "ancienne.zip", page))
    backup.save(home / "nouvelle.zip")
    proofs["a new backup and a page"] = proof(journal_proof.of_copy(home / "nouvelle.zip", page))
    backup.restore(home / "ancienne.zip")
    restored = proof(journal_proof.of_database(None))
    proofs["a backup put back by the command"] = [restored[0], len(restored) - 1]
    proofs["the same, and a page"] = proof(journal_proof.of_database(page))
    json.dump(proofs, sys.stdout)


if __name__ == "__main__":
    main()
