"""Where an installation keeps what is its own, known without bringing the platform up."""

import os
from pathlib import Path

from maillage.reference.files import PROJECT

HOME = Path(os.environ.get("MAILLAGE_HOME", PROJECT / "var")).resolve()
DATABASE = HOME / "maillage.sqlite3"


def has_database() -> bool:
    """Return whether a platform was ever brought up here: its database is named, or its file is there."""
    return "DATABASE_URL" in os.environ or DATABASE.exists()
