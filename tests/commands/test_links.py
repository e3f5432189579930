"""No link of the site leads nowhere, and none makes wait: somebody follows them all."""

from pathlib import Path

import pytest

from tests.support import programs
from tests.support.shared import environment, studied

ACCOUNTS = ("", "coordination@demo.maillage.example")


@pytest.mark.complete
@pytest.mark.slow("some hundred pages of the demonstration, each once")
def test_every_link_of_the_demonstration_leads_at_once_to_a_page(tmp_path: Path):
    """Nobody, then an account: what all pages share is read once."""
    home = environment(studied(tmp_path / "maison"))
    crawl = programs.run("-m", "tests.support.crawl", *ACCOUNTS, environment=home, check=True)
    assert crawl.stdout.strip() == ""
