"""No link of the site leads nowhere, and none makes wait: somebody follows them all."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.shared import ROOT, environment, studied


@pytest.mark.complete
@pytest.mark.slow("some hundred pages of the demonstration, each once")
@pytest.mark.parametrize("email", ["", "coordination@demo.maillage.example"])
def test_every_link_of_the_demonstration_leads_at_once_to_a_page(tmp_path: Path, email: str):
    words = [sys.executable, "-m", "tests.support.crawl", *([email] if email else [])]
    home = environment(studied(tmp_path / "maison"))
    told = subprocess.run(words, cwd=ROOT, env=home, check=True, capture_output=True, text=True)
    assert told.stdout.strip() == ""
