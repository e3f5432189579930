"""PostgreSQL understands once what pages ask again, and answers each account for itself."""

import json

import pytest

from tests.databases.conftest import python

pytestmark = pytest.mark.postgresql


@pytest.mark.parametrize(
    ("address", "prepares"), [("", True), ("&prepare=non", False), ("&pgbouncer=oui", False)]
)
def test_what_is_asked_again_is_prepared_unless_the_address_says_no(postgresql, tmp_path, address, prepares):
    done = python("tests/databases/preparing.py", home=tmp_path, database=postgresql() + address)
    assert done.returncode == 0, done.stderr[-2000:]
    told = json.loads(done.stdout)
    assert told["names"] == [f"Compte {n}" for n in range(8)] and told["lines"] == 8
    assert (told["accounts"] > 100) == prepares, told
    assert told["held"] <= told["most"]
