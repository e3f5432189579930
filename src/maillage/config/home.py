"""Where an installation keeps what is its own, known without bringing the platform up."""

import os
import secrets
from pathlib import Path
from urllib.parse import urlsplit

from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.reference.files import PROJECT

COUNTRY = os.environ.get("MAILLAGE_PAYS", "").strip()  # another country than France: a folder of its data
_USUAL = PROJECT / (f"var-{Path(COUNTRY).resolve().name}" if COUNTRY else "var")  # each country has its own
HOME = Path(os.environ.get("MAILLAGE_HOME", "").strip() or _USUAL).resolve()
DATABASE = HOME / "maillage.sqlite3"
KEY = HOME / "cle-secrete"  # of sessions and links
OWNER = HOME / "pays.txt"  # the country whose home this is; absent, France
FRANCE = "France"
SCHEMES = ("postgresql", "postgres", "sqlite")


def database_url() -> str:
    """Return the address of the database, '' for the file of the home folder: an empty variable, as files of
    settings leave them, says nothing.
    """
    return os.environ.get("DATABASE_URL", "").strip()


def check_database_url() -> None:
    """Refuse an address that leads to no database of ours, in words that hold nothing of its password.

    « sqlite:/// » and « sqlite:///:memory: » name no file: their tables would be made in memory, and lost.
    """
    url = database_url()
    try:
        parts = urlsplit(url)
        named = parts.path.strip("/") not in ("", ":memory:") and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number, a bracket that is not closed
        parts, named = urlsplit(""), False
    if url and (parts.scheme not in SCHEMES or not named):
        raise Refused(
            "DATABASE_URL n’est pas l’adresse d’une base.",
            why="Elle commence par postgresql:// ou sqlite:///, et nomme une base ou un fichier.",
            do=(
                "Écrivez-la ainsi : postgresql://maillage:MOT-DE-PASSE@localhost/maillage, les signes du mot"
                " de passe en %XX. Ôtez-la pour garder la base dans MAILLAGE_HOME."
            ),
        )


def has_database() -> bool:
    """Return whether a platform was ever brought up here: its database is named, or its file is there."""
    return bool(database_url()) or DATABASE.exists()


def claim() -> None:
    """Say whose home this is, the first time; Refused when it is that of another country: its accounts and
    its backups would be mixed with ours.
    """
    ours = Path(COUNTRY).resolve().name if COUNTRY else FRANCE
    served = DATABASE.exists() or KEY.exists()  # a home whose base is on PostgreSQL has its key alone
    owner = OWNER.read_text("utf-8").strip() if OWNER.exists() else FRANCE if served else ""
    if owner and owner != ours:
        raise Refused(
            f"Le dossier {HOME} est celui de : {owner}.",
            why=f"MAILLAGE_PAYS demande : {ours}. Deux pays dans un dossier mêleraient leurs sauvegardes.",
            do="Donnez à chacun le sien par MAILLAGE_HOME, ou laissez Maillage le choisir d’après le pays.",
        )
    if not owner and COUNTRY:
        write_whole(OWNER, ours)


def write_key() -> None:
    """Write a new key of sessions and links, which its owner alone reads."""
    write_whole(KEY, secrets.token_urlsafe(48), mode=0o600)


def ensure_key() -> None:
    """Write the key of sessions and links where there is none, in a folder made for it."""
    HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not KEY.exists():
        write_key()
