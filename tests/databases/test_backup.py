"""A backup made while people work, on both engines: it is of one instant, and nobody waits for it."""

from maillage.apps.people.documents.rules import new_key
from tests.databases.conftest import report_of


def test_a_backup_is_of_one_instant_and_stops_nobody(database, tmp_path):
    key = {"MAILLAGE_PAPERS_KEY": new_key(), "MAILLAGE_CLAMD": "non"}
    report = report_of("saving", home=tmp_path, database=database, **key)
    assert report["errors"] == [], "whoever writes meanwhile does not wait"
    assert report["said"] == ""
    assert report["there"] == [2, 2]
    assert report["paper"] == "a paper of hers", "its file was erased since, and comes back with its key"
    assert report["restored"] == [1, 1], "the person came after the instant, and so did who follows her"
    assert report["mode"] == (None if database else "IMMEDIATE"), "writing goes on as before"
    assert "people.following" in report["without"] and "people.person" in report["without"]
    assert report["left"] == [], "what could not be restored is not left as a backup"
