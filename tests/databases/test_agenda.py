"""Seats of workshops on both engines: however many register at once, none is given twice, and none stays
empty.
"""

import pytest

from tests.databases import appointing
from tests.databases.conftest import POSTGRESQL
from tests.databases.seating import LEAVE, MEETINGS, PEOPLE, SEATS


@pytest.mark.complete
@pytest.mark.parametrize("database", ["sqlite", POSTGRESQL], indirect=True)
def test_many_who_register_at_once_never_take_the_same_seat(rows_report, database):
    report = rows_report("seating", database)
    assert report["errors"] == []
    assert report["filled"] == [{"booked": SEATS, "waiting": PEOPLE - SEATS}] * (1 + MEETINGS)
    after = {"booked": SEATS, "waiting": PEOPLE - SEATS - LEAVE, "cancelled": LEAVE}
    assert report["after"] == [after] * (1 + MEETINGS)
    assert report["broken"] is False


def test_an_hour_is_booked_as_often_as_there_are_seats(rows_report, database):
    report = rows_report("appointing", database)
    assert report["errors"] == []
    assert report["seats"] == list(range(appointing.SEATS))
    assert (report["taken"], report["refused"]) == (appointing.SEATS, appointing.PEOPLE)
    assert report["broken"] is False
