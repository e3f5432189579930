"""Pages of decisions have one form, so that a reader finds the status and the choice at the same place in
each.
"""

import re
from pathlib import Path

import pytest

PAGES = sorted((Path(__file__).parents[2] / "docs/decisions").glob("*.md"))


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


DRAWN = [page for page in PAGES if page.name[:4] in ("0028", "0030", "0031", "0032")]


@pytest.mark.parametrize("page", DRAWN, ids=lambda page: page.stem)
def test_a_drawn_path_goes_through_rooms_that_are_there(page):
    """A path is drawn from the code: a room that moves is drawn again."""
    code = PAGES[0].parents[2] / "src/maillage"
    drawn = page.read_text("utf-8").split("```")[1]
    rooms = re.findall(
        r"\b(?:apps|reports|studies|engine|pipeline|modules|reference|forms)/[\w/]+\.py\b", drawn
    )
    assert len(rooms) > 8
    assert not [room for room in rooms if not (code / room).is_file()]
