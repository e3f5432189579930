"""A name after « de » or « que » goes through a filter, on every page."""

import re
from pathlib import Path

PAGES = sorted(Path("src/maillage/apps").rglob("templates/**/*.html"))
# What names somebody, a place or a structure; a count, a date or a file after « de » takes no elision.
NAME = re.compile(
    r"(?<![\w’-])(?:de|que)\s+\{\{ (?:\w+\.)*(?:name|person|commune|territory|structure|lieu|called|volunteer|aidant|user"
    r"|(?!file_name)\w+_name|funder)(?:\|default:[^|}]+)? \}\}"
)


def test_a_name_after_de_is_elided():
    bare = [(page.name, *NAME.findall(page.read_text("utf-8"))) for page in PAGES]
    assert [page_names for page_names in bare if page_names[1:]] == []
