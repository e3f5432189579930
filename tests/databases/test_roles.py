"""Roles on both engines: two people who withdraw each other at once do not leave nobody."""

import json

import pytest

from tests.databases.conftest import POSTGRESQL, python


@pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)
def test_two_who_withdraw_each_other_or_leave_at_once_leave_one(database, tmp_path):
    done = python("-m", "tests.databases.withdrawing", home=tmp_path, database=database)
    assert done.returncode == 0, done.stderr[-2000:]
    for role, each_other, outcomes, n_left in json.loads(done.stdout):
        assert (outcomes, n_left) == (["refused", "withdrawn"], 1), (role, each_other)
