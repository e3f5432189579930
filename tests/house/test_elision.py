"""A name after « de », « à » or « que » goes through a filter on every page, through `of` or `at` in the code."""

import re
from pathlib import Path

PAGES = sorted(Path("src/maillage/apps").rglob("templates/**/*.html"))
MODULES = sorted(Path("src/maillage").rglob("*.py"))
PLACES = r"(?:name|commune|territory|structure|lieu|town|long_name)"
# What names somebody, a place or a structure; a count, a date or a file after « de » takes no elision. After « à »,
# places only: the name of a person is never contracted.
NAME = re.compile(
    r"(?<![\w’-])(?:(?:[dD]e|que)\s+(?:<[^>]*>\s*)?\{\{ (?:\w+\.)*(?:"
    rf"{PLACES}|person|called|volunteer|aidant|user|(?!file_name)\w+_name|funder)"
    rf"|[àÀ]\s+(?:<[^>]*>\s*)?\{{\{{ (?:\w+\.)*{PLACES})(?:\|default:[^|}}]+)? \}}\}}"
)
# Files keep their names bare, and a mandate names its structure as the person signs it.
IN_CODE = re.compile(
    rf"(?<![\w’-])(?:[dD]e|[àÀ]) \{{(?:\w+\.)*(?!path\b|margins\b|source\b|terms\b)\w+\.{PLACES}\}}"
)


def test_a_name_after_de_is_elided():
    bare = [(page.name, *NAME.findall(page.read_text("utf-8"))) for page in PAGES]
    assert [page_names for page_names in bare if page_names[1:]] == []


def test_a_name_after_de_or_a_is_joined_in_the_code():
    bare = [(module.name, *IN_CODE.findall(module.read_text("utf-8"))) for module in MODULES]
    assert [module_names for module_names in bare if module_names[1:]] == []
