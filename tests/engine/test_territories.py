"""The gazetteer makes a commune when it is asked for: the same one, alone or among all."""

import pytest

from maillage.pipeline.cog import clean as cog
from maillage.pipeline.rp2021 import clean as rp2021
from maillage.studies.diagnosis.territories import Gazetteer

CODES = ("38185", "75056", "69381", "2A004", "97608", "200040715", "38", "R84", "france")


@pytest.fixture(scope="module")
def tables():
    return cog.communes(), cog.former(), rp2021.iris()


def test_a_territory_is_the_same_alone_or_among_all(tables):
    alone, whole = Gazetteer(*tables), Gazetteer(*tables)
    among = {each.code: each for each in whole}
    for code in CODES:
        assert code in alone
        assert alone.get(code) == among[code] == whole.get(code)
    assert [each.code for each in alone] == list(among)
    assert len(among) > 36_000
    assert "99999" not in alone


def test_the_order_does_not_depend_on_what_was_asked_before(tables):
    asked = Gazetteer(*tables)
    asked.get("95680")
    asked.find("38000")
    assert [each.code for each in asked][:3] == [each.code for each in Gazetteer(*tables)][:3]
    assert list(asked)[-1].code == "france"
