"""Roles on both engines: two people who withdraw each other at once do not leave nobody."""

import pytest

from tests.databases.conftest import POSTGRESQL


@pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)
def test_two_who_withdraw_each_other_or_leave_at_once_leave_one(rows_report, database):
    for role, each_other, outcomes, n_left in rows_report("withdrawing", database):
        assert (outcomes, n_left) == (["refused", "withdrawn"], 1), (role, each_other)
