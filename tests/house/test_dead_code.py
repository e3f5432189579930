"""Uses and unused names as `tools/dead_code.py` finds them."""

import pytest
from vulture.core import Item

from tools import dead_code


def test_names_that_templates_and_settings_ask_for_are_used():
    assert "counted_words" not in dead_code.in_templates()
    assert {"csrf_token", "request"} <= dead_code.in_templates()
    assert {"rights", "SignInForm"} <= dead_code.in_settings()


@pytest.mark.parametrize(
    ("kind", "name", "left_alone"),
    [
        ("variable", "verbose_name", True),
        ("attribute", "told_at", True),
        ("variable", "LIMIT", False),
        ("function", "x", False),
    ],
)
def test_fields_are_left_alone_and_constants_are_not(kind, name, left_alone, tmp_path):
    item = Item(name, kind, tmp_path / "x.py", 1, 1)
    assert dead_code.is_field(item) is left_alone
