"""The journal in the database: one chain whatever the form of its lines and however they were written."""

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction

from maillage.apps.accounts import actions, queries
from maillage.apps.accounts.models import Entry, User
from maillage.apps.accounts.rules import journal
from maillage.apps.accounts.rules.journal import Line

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def leila() -> User:
    return User.objects.create_user("leila@exemple.fr", "x", name="Leïla")


def write_untyped(row: User, n: int) -> None:
    """Write lines of the first form, as they are in a journal begun before the second."""
    last = ""
    for k in range(n):
        line = Line(
            0, AT, row.pk, None, "x", row._meta.label_lower, row.pk, f"{k}", last, "", journal.UNTYPED
        )
        fields = line._replace(digest=journal.expected(line))._asdict()
        del fields["pk"], fields["version"]  # a backup from then does not say it either
        last = Entry.objects.create(**fields).digest


def test_a_journal_begun_in_the_first_form_goes_on_in_the_second(leila):
    write_untyped(leila, 3)
    entry = actions.record(by=leila, verb="x", row=leila, at=AT)
    assert list(Entry.objects.values_list("version", flat=True)) == [1, 1, 1, 2]
    assert entry.previous == Entry.objects.order_by("pk")[2].digest
    assert queries.broken() == (4, None)


def test_the_form_of_a_line_is_kept_like_the_rest(leila):
    actions.record(by=leila, verb="x", row=leila, at=AT)
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("update accounts_entry set version = 1")
