"""Whoever keeps papers may be killed at any moment: every paper that is named opens, and nothing else stays."""

import pytest

from maillage.apps.people.documents.rules import new_key
from tests.databases.conftest import report_of
from tests.support.profile import times

KILLS = times(10, 30)


@pytest.mark.complete
@pytest.mark.slow("kills a writer thirty times in the complete profile")
def test_a_paper_that_is_cut_is_whole_or_is_not(tmp_path):
    key = {"MAILLAGE_PAPERS_KEY": f"{new_key()},{new_key()}", "MAILLAGE_CLAMD": "non"}
    report = report_of("shredding", KILLS, home=tmp_path, **key)
    assert report["faults"] == []
    assert report["inside"] > 0 and report["papers"] > 0
