"""The journal in the database: one chain whatever the form of its lines and however they were written."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.apps.platform.accounts import actions, queries
from maillage.apps.platform.accounts.actions import Note
from maillage.apps.platform.accounts.models import Anchor, Entry, User
from maillage.apps.platform.accounts.rules import anchors as words
from maillage.apps.platform.accounts.rules import journal
from maillage.apps.platform.accounts.rules.journal import Line
from maillage.apps.platform.messages.models import Message
from maillage.kernel.errors import Refused
from maillage.manage.backups import anchors, journal_proof
from maillage.manage.deploy import scheduler

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


def test_version_of_a_line_is_immutable(leila):
    actions.record(by=leila, verb="x", row=leila, at=AT)
    with (
        pytest.raises(DatabaseError, match="never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("update accounts_entry set version = 1")


NOTES = st.lists(
    st.fixed_dictionaries(
        {
            "verb": st.sampled_from(["x.y", "z"]),
            "at": st.integers(-90, 90).map(
                lambda seconds: AT + timedelta(seconds=seconds, microseconds=1234)
            ),
            "structure": st.none() | st.integers(1, 9),
            "words": st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=250),
        }
    ),
    max_size=6,
)


def digests(write) -> list[str]:
    """Return the digests that lines have once written, and leave nothing of them."""
    with transaction.atomic():
        write()
        assert queries.broken()[1] is None
        entry_digests = list(Entry.objects.order_by("pk").values_list("digest", flat=True))
        transaction.set_rollback(True)
    return entry_digests


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(NOTES, st.booleans())
def test_many_lines_make_the_chain_that_one_by_one_make(leila, notes, known):
    by = leila if known else None

    def one_by_one() -> None:
        for note in notes:
            actions.record(by=by, row=leila, **note)

    together = digests(lambda: actions.record_many(Note(by=by, row=leila, **note) for note in notes))
    assert len(together) == len(notes)
    assert together == digests(one_by_one)


def test_many_lines_read_the_chain_once(leila, django_assert_num_queries):
    notes = [Note(by=leila, verb="x", row=leila, at=AT) for _ in range(20)]
    actions.record_many(notes[:1])
    with django_assert_num_queries(4):
        actions.record_many(notes)


def test_many_lines_are_written_together_or_not_at_all(leila):
    notes = [Note(by=leila, verb="x", row=leila, at=AT), Note(by=leila, verb="x", row=User(), at=AT)]
    with pytest.raises(DatabaseError):
        actions.record_many(notes)
    assert not Entry.objects.exists()


def test_a_long_gesture_writes_its_lines_last_in_their_order(leila):
    def write(verb: str) -> None:
        assert actions.record(by=leila, verb=verb, row=leila, at=AT) is None, "it is not written yet"

    with transaction.atomic(), actions.written_last():
        write("a")
        with actions.written_last():  # a part of it, that is long too
            write("b")
        with pytest.raises(Refused), transaction.atomic():
            write("c")
            raise Refused("", why="", do="")
        assert not Entry.objects.exists()
        write("d")
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True)) == ["a", "b", "d"], (
        "what was taken back is told nowhere"
    )
    assert queries.broken()[1] is None
    with pytest.raises(Refused), transaction.atomic(), actions.written_last():
        write("e")
        raise Refused("", why="", do="")
    assert actions.record(by=leila, verb="f", row=leila, at=AT) is not None
    assert list(Entry.objects.order_by("pk").values_list("verb", flat=True))[3:] == ["f"]


# ------------------------------------------------------------------------------------------------------ anchors


def record(leila: User, at: datetime = AT) -> Entry:
    return actions.record(by=leila, verb="x", row=leila, at=at)


def test_the_journal_is_anchored_once_a_day_when_it_went_on(leila, home):
    assert anchors.write_daily(AT) == {}
    entry = record(leila)
    assert anchors.write_daily(AT) == {"ecrites": 1}
    record(leila)
    assert anchors.write_daily(AT + timedelta(hours=13)) == {}  # before midnight, in Paris
    assert anchors.write_daily(AT + timedelta(hours=15)) == {"ecrites": 1}
    assert anchors.write_daily(AT + timedelta(days=2)) == {}
    first, second = Anchor.objects.all()
    assert (first.line, first.n_lines, first.digest, second.n_lines) == (entry.pk, 1, entry.digest, 2)
    (file,) = anchors.files()
    assert file.name == "2026-11.txt"
    assert words.read(file.read_text("utf-8"), only=True) == queries.heads()


def test_a_month_has_its_file_and_half_a_line_left_by_a_cut_is_taken_off(leila, home):
    for day in (0, 1, 20):
        record(leila)
        anchors.write_daily(AT + timedelta(days=day))
        last = anchors.files()[-1]
        last.write_bytes(last.read_bytes() + b'{"ancre":1,"le":"2026-11-2\xc3')
    assert [path.name for path in anchors.files()] == ["2026-11.txt", "2026-12.txt"]
    assert anchors.files()[0].read_text("utf-8", "replace").count("\n") == 2
    assert journal_proof.of_database(None).broken is None
    assert journal_proof.of_database(None).n_anchors == 3


def test_an_anchor_is_sent_when_an_address_is_set(leila, home, settings):
    settings.ANCHORS_TO = "mairie@exemple.fr"
    record(leila)
    anchors.write_daily(AT)
    message = Message.objects.get()
    assert message.to == Anchor.objects.get().sent_to == "mairie@exemple.fr"
    assert words.read(message.text) == queries.heads()


def test_an_address_that_is_wrong_undoes_no_anchor(leila, home, settings):
    settings.ANCHORS_TO = "mairie"
    record(leila)
    with pytest.raises(Refused):
        anchors.write_daily(AT)
    assert Anchor.objects.count() == len(words.read(anchors.files()[0].read_text("utf-8"))) == 1
    assert anchors.write_daily(AT) == {}


def test_the_scheduler_anchors_the_journal(leila, home):
    record(leila)
    assert {each.name: each.counts for each in scheduler.run(AT)}["ancres_du_journal"] == {"ecrites": 1}
