"""Seats of workshops on both engines: however many register at once, none is given twice, and none stays
empty.
"""

import json

import pytest

from tests.databases import appointing
from tests.databases.conftest import POSTGRESQL, python
from tests.databases.seating import LEAVE, MEETINGS, PEOPLE, SEATS


@pytest.mark.complete
@pytest.mark.parametrize("database", ["sqlite", POSTGRESQL], indirect=True)
def test_many_who_register_at_once_never_take_the_same_seat(database, tmp_path):
    done = python("-m", "tests.databases.seating", home=tmp_path, database=database)
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["errors"] == []
    assert report["filled"] == [{"booked": SEATS, "waiting": PEOPLE - SEATS}] * (1 + MEETINGS)
    after = {"booked": SEATS, "waiting": PEOPLE - SEATS - LEAVE, "cancelled": LEAVE}
    assert report["after"] == [after] * (1 + MEETINGS)
    assert report["broken"] is False


def test_an_hour_is_booked_as_often_as_there_are_seats(database, tmp_path):
    done = python("-m", "tests.databases.appointing", home=tmp_path, database=database)
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["errors"] == []
    assert report["seats"] == list(range(appointing.SEATS))
    assert (report["taken"], report["refused"]) == (appointing.SEATS, appointing.PEOPLE)
    assert report["broken"] is False
