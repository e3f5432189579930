"""PostgreSQL understands once what pages ask again, and answers each account for itself."""

import pytest

from tests.databases.conftest import report_of

pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize(
    ("address", "prepares"), [("", True), ("&prepare=non", False), ("&pgbouncer=oui", False)]
)
def test_repeated_queries_are_prepared_unless_the_address_disables_it(
    postgresql, tmp_path, address, prepares
):
    report = report_of("preparing", home=tmp_path, database=postgresql() + address)
    assert report["names"] == [f"Compte {n}" for n in range(8)] and report["lines"] == 8
    assert (report["accounts"] > 100) == prepares, report
    assert report["held"] <= report["most"]
