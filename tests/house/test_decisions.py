"""Pages of decisions have one form, so that a reader finds the status and the choice at the same place in
each.
"""

import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs/decisions").glob("0*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_decision_has_its_number_its_status_and_its_parts(page):
    text = page.read_text("utf-8")
    number = page.name[:4]
    assert re.fullmatch(r"\d{4}-[a-z0-9-]+\.md", page.name)
    assert re.match(
        rf"# {number}\. \S.*\n\nStatus: (?:accepted|superseded by \d{{4}}), \d{{4}}-\d\d-\d\d\.[^\n]*\n\n## ",
        text,
    )
    assert not re.search(r"^\*\*\w+\.\*\*", text, re.MULTILINE), "parts are headings"


def test_decision_numbers_are_unique():
    numbers = [page.name[:4] for page in PAGES]
    assert len(numbers) == len(set(numbers))


def test_the_index_lists_every_decision_with_its_status():
    index = PAGES[0].with_name("index.md").read_text("utf-8")
    for page in PAGES:
        text = page.read_text("utf-8")
        number, title = re.match(r"# (\d{4})\. (.+)", text).groups()
        status = re.search(r"^Status: (.+?)\.?$", text, re.MULTILINE)[1]
        assert f"| [{number}]({page.name}) | {title} | {status} |\n" in index
    assert index.count("\n| [") == len(PAGES)
