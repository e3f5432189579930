"""The examples written in docstrings are true, wherever they stand: kernel, engine, forms, apps."""

import doctest
import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [
    ".".join(path.relative_to(source).with_suffix("").parts)
    for source in (ROOT / "src", *ROOT.glob("packages/*/src"))
    for path in sorted(source.rglob("*.py"))
    if b"    >>> " in path.read_bytes()
]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_are_true(module):
    done = doctest.testmod(importlib.import_module(module))
    assert done.attempted
    assert not done.failed
