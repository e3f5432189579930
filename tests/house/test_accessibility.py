"""The grid of docs/accessibilite.md names tests that are there and pages that they walk; the site counts as it does."""

import re
from collections import Counter
from pathlib import Path

from tests.support.looked_pages import PAGES_BY_LOGIN, PUBLIC_PAGES

ROOT = Path(__file__).parents[2]
GRID = (ROOT / "docs/accessibilite.md").read_text("utf-8")
SITE = (ROOT / "src/maillage/apps/site/pages/templates/site/accessibility.html").read_text("utf-8")
CRITERIA_BY_THEME = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)  # RGAA 4.1
STATES = ("tenu", "regardé", "sans objet", "non tenu", "pas encore regardé")
CRITERIA = re.findall(r"^\| (\d+\.\d+) \| ([^|]+) \| ([^|]+) \| ?([^|]*?) ?\|$", GRID, re.MULTILINE)
PAGES = re.findall(r"^\| (\d+) \| `([^`]+)` \| (\w+) \| ([^|]+) \|$", GRID, re.MULTILINE)
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^def (test_\w+)", path.read_text("utf-8"), re.MULTILINE)
}


def test_the_grid_holds_each_criterion_once_in_a_known_state():
    numbers = [f"{theme}.{n}" for theme, most in enumerate(CRITERIA_BY_THEME, 1) for n in range(1, most + 1)]
    assert [number for number, *_ in CRITERIA] == numbers
    assert {state for _, _, state, _ in CRITERIA} <= set(STATES)


def test_a_criterion_called_tenu_names_a_test_of_the_tree():
    assert set(re.findall(r"`(test_\w+)`", GRID)) <= TESTS
    for number, _, state, by in CRITERIA:
        assert by or state == "pas encore regardé", number
        assert state != "tenu" or by.startswith("axe") or "`test_" in by or "épreuves d’axe" in by, number


def test_the_fifty_pages_of_the_grid_are_walked():
    walked = {("", address) for address in PUBLIC_PAGES.values()}
    walked |= {(login, address) for login, addresses in PAGES_BY_LOGIN.items() for address in addresses}
    assert [int(number) for number, *_ in PAGES] == list(range(1, 51))
    for number, address, audience, _ in PAGES:
        logins = (
            {audience}
            if audience in PAGES_BY_LOGIN
            else set(PAGES_BY_LOGIN)
            if audience == "document"
            else {""}
        )
        assert {(login, address) for login in logins} & walked, number


def test_the_site_counts_the_criteria_as_the_grid_does():
    counts = Counter(state for _, _, state, _ in CRITERIA)
    count_by_state = dict(re.findall(r"<li>([a-zé ]+) : (\d+)</li>", SITE))
    assert count_by_state == {state: str(counts[state]) for state in STATES}
