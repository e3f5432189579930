"""Referrals on both engines: two answers at once, and lists of thousands."""

import pytest

from tests.databases.answering import N
from tests.databases.locking import N as OF_EACH


@pytest.fixture(scope="module")
def on_sqlite(rows_report) -> dict:
    return rows_report("answering", "")


@pytest.fixture(scope="module")
def on_postgresql(rows_report, postgresql) -> dict:
    return rows_report("answering", postgresql())


@pytest.fixture(params=["on_sqlite", pytest.param("on_postgresql", marks=pytest.mark.postgresql)])
def outcomes(request) -> dict:
    return request.getfixturevalue(request.param)


@pytest.mark.complete
def test_of_two_answers_at_once_one_holds_and_the_other_is_refused_with_a_reason(outcomes):
    assert (
        outcomes["done"],
        outcomes["told"],
        outcomes["states"],
        outcomes["answers"],
        outcomes["news"],
    ) == (N, N, N, N, N)
    assert set(outcomes["whys"]) <= {"Leila a", "Karim a"}
    assert outcomes["broken"] is False


@pytest.mark.complete
def test_thousands_of_referrals_page_with_as_many_queries(outcomes):
    assert max(outcomes["queries"]) <= 4


@pytest.mark.complete
@pytest.mark.postgresql
def test_both_engines_sort_alike(on_sqlite, on_postgresql):
    assert on_sqlite["counts"].keys() == on_postgresql["counts"].keys()
    assert sum(on_sqlite["counts"].values()) == sum(on_postgresql["counts"].values())


@pytest.mark.complete
def test_nobody_waits_for_who_waits_for_them(rows_report, database):
    """Whoever writes of a person and of their referrals holds them in the same order as any other."""
    report = rows_report("locking", database)
    assert report.get("stopped", 0) == 0
    assert sum(report.values()) == 6 * OF_EACH
