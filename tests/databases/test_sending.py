"""Answers of devices on both engines: the same answers sent by many at once, none lost, none doubled."""

import pytest

from tests.databases.sending import ANSWERS


@pytest.mark.complete
def test_many_sendings_of_the_same_answers_keep_each_once(rows_report, database):
    report = rows_report("sending", database)
    assert report["statuses"] == [200]
    assert (report["kept"], report["whole"], report["again"]) == (ANSWERS, ANSWERS, ANSWERS)
    assert report["least"] >= ANSWERS
