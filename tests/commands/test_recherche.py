"""maillage recherche: the words of rows made again, and checked."""

import json

from maillage.apps.platform.search.models import SearchWord
from tests.support.places import place


def test_words_that_were_lost_are_named_then_written_again(maillage, db):
    place("bibliotheque")
    assert maillage("recherche", "verifier").out.startswith("Chaque ligne a ses mots")
    SearchWord.objects.all().delete()
    lost = maillage("recherche", "verifier")
    assert lost.code == 2
    assert "lieux (1), structures (1)" in lost.err
    assert "Lieux : 1" in maillage("recherche", "refaire").out
    assert json.loads(maillage("recherche", "verifier", "--json").out) == {"lignes": {}}
    assert json.loads(maillage("recherche", "refaire", "--json").out) == {"lignes": 2}


def test_each_row_of_the_demonstration_is_found_by_its_words(process, demonstration, tmp_path):
    done = process("recherche", "verifier", MAILLAGE_HOME=str(demonstration(tmp_path / "maison")))
    assert (done.code, done.err) == (0, "")
