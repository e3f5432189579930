"""Long counts are made in the background: a reader waits once, and the page dates the count."""

import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.cache import caches

from maillage.apps.learning.actions import groups, progress
from maillage.apps.learning.queries import measures as learnt
from maillage.apps.learning.queries import summary
from maillage.apps.learning.rules import Fact as Done
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.referrals.orientations.queries import territory_measures
from maillage.apps.steering.indicators import actions
from maillage.apps.steering.indicators.queries import ground as grounds
from maillage.apps.steering.pilotage.queries import links
from maillage.web import snapshots
from tests.conftest import PLACE, account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
COUNT_PATH = f"{__name__}.count_calls"
CALLS: list[tuple[str, ...]] = []


def count_calls(*words, on):
    CALLS.append((*words, on.isoformat()))
    return len(CALLS)


@pytest.fixture(autouse=True)
def no_stored_count(db):
    CALLS.clear()
    caches[snapshots.STORE].clear()


def sent(n: int, *, commune: str = "38185") -> None:
    """Send referrals of invented people a month ago."""
    at = datetime.now(UTC) - timedelta(days=30)
    for _ in range(n):
        path = Path.objects.create(made_at=at, origin="professional", example=True)
        Orientation.objects.create(
            path=path, origin="professional", commune=commune, example=True, need="assistance",
            state="sent", sent_at=at, prepared_at=at, changed_at=at,
        )  # fmt: skip


def test_the_first_reader_waits_and_the_next_ones_do_not():
    assert snapshots.latest(COUNT_PATH, "38", at=AT) == snapshots.Snapshot(1, AT)
    assert snapshots.latest(COUNT_PATH, "38", at=AT + timedelta(hours=3)).at == AT
    assert snapshots.latest(COUNT_PATH, "67", at=AT).value == 2
    assert CALLS == [("38", "2026-11-20"), ("67", "2026-11-20")]


def test_what_is_short_is_read_on_the_spot_and_what_was_long_once_is_not_measured_again():
    measured = []

    def answer(is_long: bool, at: datetime):
        def look() -> bool:
            measured.append(at)
            return is_long

        return snapshots.answer(COUNT_PATH, "38", on=at.date(), at=at, is_long=look)

    assert answer(False, AT) == (1, None)
    assert snapshots.run_deadlines(at=AT + timedelta(days=1)) == 0, "nothing is taken again of what is short"
    assert answer(True, AT) == (2, AT)
    assert answer(False, AT + timedelta(minutes=5)) == (2, AT)
    assert measured == [AT, AT]
    assert answer(False, AT + timedelta(days=3)) == (3, None)


def test_what_is_read_is_taken_again_every_ten_minutes_and_the_rest_once_a_day():
    snapshots.latest(COUNT_PATH, "38", at=AT)
    assert snapshots.run_deadlines(at=AT + timedelta(minutes=9)) == 0
    assert snapshots.run_deadlines(at=AT + timedelta(minutes=10)) == 1
    assert snapshots.run_deadlines(at=AT + timedelta(hours=5)) == 0, "nobody reads it any more"
    assert snapshots.run_deadlines(at=AT + timedelta(hours=21)) == 1
    assert CALLS[-1] == ("38", "2026-11-21")
    assert snapshots.run_deadlines(at=AT + timedelta(days=31)) == 0
    snapshots.latest(COUNT_PATH, "38", at=AT + timedelta(days=31))
    assert len(CALLS) == 4, "nothing ran for days: its reader waits"


def table(*words, on):
    return {"on": [on.isoformat()] * 3}


def test_a_process_unpacks_an_answer_once_until_it_is_taken_again():
    query = f"{__name__}.table"
    snapshots.latest(query, at=AT)
    first, second = (snapshots.latest(query, at=AT + timedelta(minutes=k)).value for k in (1, 2))
    assert first is second and first == {"on": ["2026-11-20"] * 3}
    snapshots.run_deadlines(at=AT + timedelta(days=1))
    later = snapshots.latest(query, at=AT + timedelta(days=1))
    assert (later.value, later.at) == ({"on": ["2026-11-21"] * 3}, AT + timedelta(days=1))


def test_a_reader_is_known_again_after_an_hour():
    snapshots.latest(COUNT_PATH, "38", at=AT)
    snapshots.latest(COUNT_PATH, "38", at=AT + timedelta(hours=6))
    assert snapshots.run_deadlines(at=AT + timedelta(hours=6, minutes=1)) == 1


def vanished(*words, on):
    raise Orientation.DoesNotExist


def test_what_was_erased_stops_nothing():
    with pytest.raises(Orientation.DoesNotExist):
        snapshots.latest(f"{__name__}.vanished", at=AT)
    snapshots.latest(COUNT_PATH, "38", at=AT)
    assert snapshots.run_deadlines(at=AT + timedelta(hours=1)) == 1


@pytest.fixture
def tiny(monkeypatch):
    """Count in the background from two rows on."""
    for module in (territory_measures, summary, links):
        monkeypatch.setattr(module, "MANY", 2)
    monkeypatch.setattr(grounds, "MANY_COUNTS", 2)
    monkeypatch.setattr(learnt, "TRIES", 2)


def test_large_measures_are_those_of_small_ones_with_their_hour(client, tiny):
    sent(3)
    client.force_login(account("coordination", "coordination", territory="france"))
    page = client.get("/espace/orientations/mesures/").content.decode()
    assert "<strong>3 orientations</strong>" in page
    assert "Compté le " in page
    sent(2)
    assert "<strong>3 orientations</strong>" in client.get("/espace/orientations/mesures/").content.decode()
    snapshots.run_deadlines(at=datetime.now(UTC) + snapshots.FRESH)
    assert "<strong>5 orientations</strong>" in client.get("/espace/orientations/mesures/").content.decode()


def test_a_large_loop_is_counted_in_the_background(client, study, tiny):
    sent(3, commune=PLACE)
    page = f"/territoires/{PLACE}/boucle/"
    first = client.get(page).content.decode()
    assert "compté à l’instant" in first
    assert "Activité inventée" in first
    sent(2, commune=PLACE)
    assert client.get(page).content.decode().count("<b>5</b>") == first.count("<b>5</b>")


def test_a_territory_of_many_counts_sums_its_days_in_the_background(client, monkeypatch):
    monkeypatch.setattr(grounds, "MANY_COUNTS", 1)
    sent(3, commune=PLACE)
    actions.rebuild(at=datetime.now(UTC))
    client.get(f"/territoires/{PLACE}/indicateurs/")
    book = caches[snapshots.STORE].get(snapshots.BOOK)
    assert any(query.endswith(".by_day") and words[0] == [PLACE] for query, words, _ in book.values())


def test_the_country_sums_its_days_once(client, tiny, django_assert_max_num_queries):
    place()
    sent(3)
    actions.rebuild(at=datetime.now(UTC))
    client.get("/territoires/france/indicateurs/")
    with django_assert_max_num_queries(22):
        assert client.get("/territoires/france/indicateurs/").status_code == 200


def test_many_tries_are_counted_in_the_background(client, tiny):
    def tried(n: int) -> None:
        for _ in range(n):
            done = [Done(str(uuid4()), "tenir-la-souris", 1, 5, "stopped", kind="viser")]
            progress.keep(groups.alone(nickname="", at=AT), done, at=AT)

    tried(12)
    client.force_login(account("coordination", "coordination", territory="france"))
    page = client.get("/espace/apprendre/auteurs/").content.decode()
    assert re.search(r'data-t="Personnes"[^>]*>\s*11', page)
    assert "Compté le " in page
    tried(10)
    assert client.get("/espace/apprendre/auteurs/").content.decode().count("Compté le ") == 1
    assert learnt.exercises()[0][0].n == 11, "whoever reads does not wait for the last one"
    snapshots.run_deadlines(at=datetime.now(UTC) + snapshots.FRESH)
    assert learnt.exercises()[0][0].n == 22
