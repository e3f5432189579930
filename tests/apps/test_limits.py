"""How often one may try: counted by the hour, for an account or a connection, and forgotten once the hour
is over.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from maillage.apps.platform.accounts import access
from maillage.apps.platform.accounts.access import this_hour  # as it is, and not as a test finds it
from maillage.apps.platform.accounts.actions import forget_tallies
from maillage.apps.platform.accounts.models import Tally

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ADDRESS = "192.0.2.7"
APPS = Path(__file__).parents[2] / "src" / "maillage" / "apps"


@pytest.fixture
def clock(monkeypatch):
    """Set what time it is: here, the hour follows it."""
    now = {"at": NOON}
    monkeypatch.setattr(access, "this_hour", this_hour)
    monkeypatch.setattr(access.time, "time", lambda: now["at"].timestamp())
    return now


@pytest.fixture
def stranger(rf):
    request = rf.get("/", REMOTE_ADDR=ADDRESS)
    request.user = AnonymousUser()
    return request


def test_a_stranger_may_try_so_often_an_hour_and_again_the_next(clock, stranger):
    assert [access.once_more(stranger, "essais", 2) for _ in range(3)] == [True, True, False]
    assert access.counted(stranger, "essais") == 3
    assert access.once_more(stranger, "autre chose", 2)
    clock["at"] += timedelta(hours=1)
    assert access.counted(stranger, "essais") == 0
    assert access.once_more(stranger, "essais", 2)


def test_what_only_reads_is_counted_without_a_row(clock, stranger):
    assert [access.once_more(stranger, "lectures", 2, reads=True) for _ in range(3)] == [True, True, False]
    assert not Tally.objects.exists()
    clock["at"] += timedelta(hours=1)
    assert access.once_more(stranger, "lectures", 2, reads=True)


def test_whoever_signed_in_is_counted_apart_from_their_connection(clock, stranger, coordinator, rf):
    inside = rf.get("/", REMOTE_ADDR=ADDRESS)
    inside.user = coordinator
    access.count(stranger, "codes")
    assert (access.counted(inside, "codes"), access.count(inside, "codes")) == (0, 1)
    assert all(access.once_more(inside, "essais", 1) for _ in range(3)), "known, thus not counted"


def test_what_was_counted_is_forgotten_once_the_hour_is_over(clock, stranger):
    access.count(stranger, "essais")
    assert ADDRESS not in Tally.objects.get().key
    assert forget_tallies(at=NOON + timedelta(minutes=59)) == 0
    assert forget_tallies(at=NOON + timedelta(minutes=60)) == 1
    assert not Tally.objects.exists()


def test_a_subscriber_has_one_count_whatever_address_they_choose(clock, rf):
    def tried(address):
        request = rf.get("/", REMOTE_ADDR=address)
        request.user = AnonymousUser()
        return access.count(request, "essais")

    assert [tried(f"2001:db8:0:7::{n}") for n in (1, 2)] == [1, 2]
    assert tried("2001:db8:0:8::1") == 1
    assert [tried("192.0.2.8"), tried("192.0.2.9"), tried("unix:"), tried("")] == [1, 1, 1, 1]
    assert [tried("::ffff:192.0.2.8"), tried("::ffff:192.0.2.10")] == [2, 1], (
        "an IPv4 address written as IPv6"
    )


def test_how_many_times_an_hour_each_door_is_tried():
    """The tests of a page lower its limit to reach it: twice as wide by mistake, no other one would see it."""
    limit_by_door = {}
    for path in sorted(APPS.rglob("*.py")):
        for names, most in re.findall(r"^([A-Z_, ]+_AN_HOUR) = ([\d_, ]+)", path.read_text("utf-8"), re.M):
            limit_pairs = zip(names.split(", "), most.strip().split(", "), strict=True)
            limit_by_door |= {
                f"{next(f.name for f in path.parents if (f / 'apps.py').is_file())} {name}": int(n)
                for name, n in limit_pairs
            }
    assert limit_by_door == {
        "actes SENDINGS_AN_HOUR": 600,
        "agenda BOOKINGS_AN_HOUR": 30,
        "agenda LINKS_AN_HOUR": 30,
        "autonomy COUNTED_AN_HOUR": 60,
        "autonomy WRONG_CARDS_AN_HOUR": 30,
        "codesign LINKS_AN_HOUR": 60,
        "places ANSWERS_AN_HOUR": 600,
        "places PAPERS_AN_HOUR": 60,
        "places SIGNALS_AN_HOUR": 20,
        "places WRONG_AN_HOUR": 30,
        "dossiers NEW_STUDIES_AN_HOUR": 40,
        "droits LETTERS_AN_HOUR": 20,
        "learning CARDS_AN_HOUR": 60,
        "learning CODES_AN_HOUR": 60,
        "learning PLANS_AN_HOUR": 60,
        "mandats CODES_AN_HOUR": 20,
        "memberships WRONG_LINKS_AN_HOUR": 20,
        "structures APPLICATIONS_AN_HOUR": 10,
        "structures LETTERS_AN_HOUR": 20,
        "structures MESSAGES_AN_HOUR": 30,
        "structures WRONG_CODES_AN_HOUR": 20,
        "orientations CODES_AN_HOUR": 30,
        "orientations FOLLOWED_AN_HOUR": 10,
        "orientations LINKS_AN_HOUR": 30,
        "orientations NEW_LINKS_AN_HOUR": 6,
        "orientations WRONG_CARDS_AN_HOUR": 30,
        "pilotage REPORTS_AN_HOUR": 60,
        "reminders LINKS_AN_HOUR": 30,
        "pages PROBLEMS_AN_HOUR": 10,
        "surveys LINKS_AN_HOUR": 60,
        "surveys SENDINGS_AN_HOUR": 1200,
        "surveys SENT_AN_HOUR": 120,
        "surveys STARTED_AN_HOUR": 300,
        "volunteers CODES_AN_HOUR": 20,
        "volunteers PROPOSALS_AN_HOUR": 10,
    }
