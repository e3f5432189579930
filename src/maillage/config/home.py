"""Where an installation keeps what is its own, known without bringing the platform up."""

import os
import secrets
from pathlib import Path

from maillage.kernel.disk import write_whole
from maillage.reference.files import PROJECT

HOME = Path(os.environ.get("MAILLAGE_HOME", PROJECT / "var")).resolve()
DATABASE = HOME / "maillage.sqlite3"
KEY = HOME / "cle-secrete"  # of sessions and links


def has_database() -> bool:
    """Return whether a platform was ever brought up here: its database is named, or its file is there."""
    return "DATABASE_URL" in os.environ or DATABASE.exists()


def write_key() -> None:
    """Write a new key of sessions and links, which its owner alone reads."""
    write_whole(KEY, secrets.token_urlsafe(48), mode=0o600)


def ensure_key() -> None:
    """Write the key of sessions and links where there is none, in a folder made for it."""
    HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not KEY.exists():
        write_key()
