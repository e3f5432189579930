"""No link of the site leads nowhere, and none makes wait: somebody follows them all."""

from pathlib import Path

import pytest

from tests.support import programs
from tests.support.shared import environment, studied


@pytest.mark.complete
@pytest.mark.slow("some hundred pages of the demonstration, each once")
@pytest.mark.parametrize("email", ["", "coordination@demo.maillage.example"])
def test_every_link_of_the_demonstration_leads_at_once_to_a_page(tmp_path: Path, email: str):
    home = environment(studied(tmp_path / "maison"))
    words = [email] if email else []
    told = programs.run("-m", "tests.support.crawl", *words, environment=home, check=True)
    assert told.stdout.strip() == ""
