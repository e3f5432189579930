"""The README shows readings that are those of the package."""

import doctest
import re
from pathlib import Path

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")


def test_readme_examples_are_true():
    (example,) = re.findall(r"^```python\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
    session = doctest.DocTestParser().get_doctest(example, {}, "README", None, None)
    assert doctest.DocTestRunner().run(session).attempted > 3
    assert doctest.DocTestRunner().run(session).failed == 0
