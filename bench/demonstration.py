"""The home folder of the demonstration, which measures begin from: made once, then copied."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.timing import DEMONSTRATION_HOME, script


@contextmanager
def demonstration_home() -> Iterator[Path]:
    """Give a home folder that holds the demonstration without its studies, to be copied and never changed."""
    if folder := os.environ.get(DEMONSTRATION_HOME):
        yield Path(folder)
        return
    with tempfile.TemporaryDirectory() as home:
        script("maillage.manage.main", "demo", "--sans-calcul", home=home)
        yield Path(home)
