"""Two people at the same instant, on both engines: nothing is written twice, nobody waits for who waits for
them, and nothing of who is erased comes back.
"""

import pytest

from tests.databases.conftest import POSTGRESQL

DONE, REFUSED = "done", "refused: Refused"
# Each pair of gestures → what both were told, and what is left.
ENDS = {
    "the first outline of a territory": [[DONE, REFUSED], [1]],
    "the first segments of a territory": [[DONE, DONE], 1],
    "one role given by two": [[DONE, DONE], 1],
    "one invitation opened by two": [[DONE, REFUSED], 1],
    "one value proposed by two": [[DONE, DONE], 1],
    "a sheet put back by two": [[DONE, REFUSED], 1],
    "the sheet of a person corrected by two": [[DONE, "refused: WrittenMeanwhile"], 1],
    "two meetings of a person moved to one hour": [[DONE, REFUSED], 1],
    "a meeting put back and another moved to its hour": [[DONE, REFUSED], 1],
    "two meetings of a helper moved to one hour": [[DONE, REFUSED], 1],
    "two meetings that change permanences": [[DONE, DONE], 2],
    "erased while their workshop is written of": [[DONE, DONE], 0],
    "erased while their meeting is written of": [[DONE, DONE], 0],
    "erased while a seat is given to them": [[DONE, REFUSED], 0],
    "what was learnt erased while a device sends it": [[DONE, DONE], 0],
}


@pytest.mark.parametrize(
    "database", [POSTGRESQL, pytest.param("sqlite", marks=pytest.mark.complete)], indirect=True
)
def test_two_people_at_the_same_instant(rows_report, database):
    report = rows_report("at_once", database)
    assert report == {name: [end] for name, end in ENDS.items()}
