"""The pages of the package show readings that are those of its code."""

import doctest
import re
from pathlib import Path

import pytest

from french_opening_hours import read

FOLDER = Path(__file__).parents[1]
ROW = re.compile(r"^\| (?!rule |-)(.+?) \| (.+?) \| (?:`(.+)` )?\| (\w+) \|$", re.MULTILINE)
RULES = ROW.findall((FOLDER / "RULES.md").read_text("utf-8"))


def test_readme_examples_are_true():
    readme = (FOLDER / "README.md").read_text("utf-8")
    (example,) = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    session = doctest.DocTestParser().get_doctest(example, {}, "README", None, None)
    results = doctest.DocTestRunner().run(session)
    assert results.attempted > 3
    assert not results.failed


@pytest.mark.parametrize(("rule", "text", "osm", "certainty"), RULES)
def test_rule_reads_its_example_as_the_table_says(rule, text, osm, certainty):
    hours = read(text)
    assert (hours.osm, hours.certainty) == (osm, certainty), rule


def test_table_of_rules_is_read_whole():
    lines = (FOLDER / "RULES.md").read_text("utf-8").splitlines()
    assert len(RULES) == sum(line.startswith("| ") for line in lines) - 1
    assert len(RULES) >= 60
