"""Whoever keeps papers may be killed at any moment: every paper that is named opens, and nothing else stays."""

import json

import pytest

from maillage.apps.documents.rules.cipher import new_key
from tests.databases.conftest import python
from tests.support.profile import times

KILLS = times(10, 30)


@pytest.mark.complete
@pytest.mark.slow("kills a writer thirty times in the complete profile")
def test_a_paper_that_is_cut_is_whole_or_is_not(tmp_path):
    key = {"MAILLAGE_PAPERS_KEY": f"{new_key()},{new_key()}", "MAILLAGE_CLAMD": "non"}
    done = python("-m", "tests.databases.shredding", str(KILLS), home=tmp_path, **key)
    assert done.returncode == 0, done.stderr[-2000:]
    report = json.loads(done.stdout)
    assert report["faults"] == []
    assert report["inside"] >= 0.4 * KILLS and report["papers"] > KILLS
