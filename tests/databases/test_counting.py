"""Limits hold across the processes of a server: what two of them count together is counted once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.databases.conftest import python
from tests.databases.counting import FAILED_SIGN_INS, MOST, TRIES
from tests.databases.indicating import PLACES, SENT
from tests.support.shared import served

PROCESSES = 2


@pytest.mark.complete
@pytest.mark.slow("starts the site in two processes of their own")
def test_two_processes_let_through_no_more_than_one_would(database, tmp_path):
    served(tmp_path)  # the page of signing in names what it draws
    with ThreadPoolExecutor(PROCESSES) as pool:
        done = list(
            pool.map(
                lambda _: python("-m", "tests.databases.counting", home=tmp_path, database=database),
                range(PROCESSES),
            )
        )
    assert all(each.returncode == 0 for each in done), done[0].stderr[-2000:] + done[1].stderr[-2000:]
    passed = [json.loads(each.stdout) for each in done]
    assert PROCESSES * TRIES > MOST
    assert sum(each["ours"] for each in passed) == MOST
    assert sum(each["sign_in"] for each in passed) == FAILED_SIGN_INS


@pytest.mark.complete
@pytest.mark.slow("reads twice at once, in a process of its own")
def test_two_readings_of_the_indicators_at_once_count_nothing_twice(rows_report, database):
    assert rows_report("indicating", database) == {"sent": SENT, "places": PLACES}
