"""The journal on both engines: each damage is named, nobody's kill leaves half a line, copies prove alike."""

import json

from tests.databases.conftest import python

NAMED = {
    "nothing": ["whole"],
    "a row changed": ["changed", 3],
    "a date changed": ["changed", 3],
    "a form put back": ["version", 3],
    "the middle taken off": ["removed", 5],
    "the beginning taken off": ["removed", 2],
    "a line added": ["inserted", 5],
    "a line added with its digest": ["inserted", 5],
    "two swapped": ["moved", 2],
    "the tail cut": ["tail", 8],
    "the tail cut with its anchor": ["tail", 8],
    "everything cut": ["tail", 4],
    "an older copy, continued": ["tail", 8],
    "all written again": ["anchor", 4],
    "an anchor of the file changed": ["anchors", "la ligne 2 de FILE n’est plus celle qui a été écrite"],
    "an anchor of the file taken off": ["anchors", "l’ancre du 20/11/2026 à 11:00 UTC manque dans FILE"],
    "words in the file": ["anchors", "la ligne 3 de FILE n’est plus celle qui a été écrite"],
    "a file that is no text": ["anchors", "la ligne 1 de FILE n’est plus celle qui a été écrite"],
    "half a line left by a cut": ["whole"],
    "an anchor of the base changed": ["anchors", "l’ancre du 20/11/2026 à 10:00 UTC manque dans FILE"],
    "a page, whole": ["whole"],
    "a backup": ["whole"],
    "a backup older than a page": ["tail", 8],
    "a new backup and a page": ["whole"],
    "a backup put back by the command": ["whole", 2],
    "the same, and a page": ["tail", 8],
}


def test_each_damage_to_the_journal_is_named(database, tmp_path):
    done = python("-m", "tests.databases.damaging", home=tmp_path, database=database)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout)
    clock = told.pop("the clock set back")
    assert clock[0] == "whole"
    assert "l’horloge de l’ordinateur a reculé" in clock[1]
    assert told == NAMED
