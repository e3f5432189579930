"""Answers of devices on both engines: the same answers sent by many at once, none lost, none doubled."""

import json

import pytest

from tests.databases.conftest import python
from tests.databases.sending import ANSWERS


@pytest.mark.complete
def test_many_sendings_of_the_same_answers_keep_each_once(database, tmp_path):
    done = python("-m", "tests.databases.sending", home=tmp_path, database=database)
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["statuses"] == [200]
    assert (report["kept"], report["whole"], report["again"]) == (ANSWERS, ANSWERS, ANSWERS)
    assert report["least"] >= ANSWERS
