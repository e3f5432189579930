"""No link of the site leads nowhere: somebody follows them all."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.shared import ROOT, environment


@pytest.mark.complete
@pytest.mark.slow("some hundred pages of the demonstration, each once")
@pytest.mark.parametrize("email", ["", "coordination@demo.maillage.example"])
def test_every_link_of_the_demonstration_leads_to_a_page(
    demonstration: Callable[[Path], Path], tmp_path: Path, email: str
):
    words = [sys.executable, "-m", "tests.support.crawl", *([email] if email else [])]
    told = subprocess.run(
        words, cwd=ROOT, env=environment(demonstration(tmp_path)), check=True, capture_output=True, text=True
    )
    assert told.stdout.strip() == ""
