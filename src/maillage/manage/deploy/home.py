"""The folder where an installation keeps what is its own, known without bringing the platform up."""

import hashlib
import os
import secrets
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused
from maillage.reference.files import COUNTRIES, PROJECT

COUNTRY = os.environ.get("MAILLAGE_PAYS", "").strip()  # another country than France: a folder of its data

# The country whose home this is, then where its folder is when it is not one of ours, and where it was.
OWNER_FILE = "pays.txt"


class Country(NamedTuple):
    """A country by its name, and by where its folder is when it is not one of ours: two may bear one name."""

    name: str
    folder: str = ""


def country_folder(named: str) -> Path:
    """Return where the data of a country would be, by the name of one of ours or by its path."""
    return (COUNTRIES / named if (COUNTRIES / named).is_dir() else Path(named)).resolve()


def _is_bundled(folder: Path) -> bool:
    return folder.parent == COUNTRIES.resolve()


def _homes() -> Path:
    """Return the folder of the homes: the clone, or the data of the user once installed from a wheel."""
    if (PROJECT / "pyproject.toml").is_file():
        return PROJECT
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "maillage"


def usual_home(named: str, project: Path = _homes()) -> Path:  # noqa: B008 - known once, as PROJECT is
    """Return the home folder of a country, France for ''; each has its own, and so have two folders of one
    name that stand apart. One that older versions made, by the name alone, goes to whoever asks first.
    """
    if not named:
        return project / "var"
    folder = country_folder(named)
    plain = project / f"var-{folder.name}"
    former = [[folder.name, str(folder)], *([] if (COUNTRIES / folder.name).is_dir() else [[folder.name]])]
    if _is_bundled(folder) or lines_of(plain / OWNER_FILE)[:2] in former:
        return plain
    return project / f"var-{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:8]}"


def lines_of(path: Path) -> list[str]:
    """Return the lines of a small file, none where there is no file."""
    return path.read_text("utf-8").splitlines() if path.is_file() else []


HOME = Path(os.environ.get("MAILLAGE_HOME", "").strip() or usual_home(COUNTRY)).resolve()
DATABASE = HOME / "maillage.sqlite3"
KEY = HOME / "cle-secrete"  # of sessions and links
FORMER_KEYS = HOME / "cles-precedentes"  # those that a planned change retains
OWNER = HOME / OWNER_FILE  # absent, France
FRANCE = "France"
SCHEMES = ("postgresql", "postgres", "sqlite")


SERVER_FILE, LEAVING = "serveur.txt", " (s’arrête)"  # where it is served, locked meanwhile; asked to stop


def served_address() -> str:
    """Return the address at which this home is served, or was the last time; "" when it never was."""
    try:
        return (HOME / SERVER_FILE).read_text("utf-8").strip().removesuffix(LEAVING)
    except OSError:
        return ""


def database_url() -> str:
    """Return the address of the database, '' for the file of the home folder: an empty variable, as files of
    settings leave them, says nothing.
    """
    return os.environ.get("DATABASE_URL", "").strip()


def is_database_url(url: str) -> bool:
    """Check that an address leads to a database of ours.

    « sqlite:/// » and « sqlite:///:memory: » name no file: their tables would be made in memory, and lost.
    """
    try:
        parts = urlsplit(url)
        named = parts.path.strip("/") not in ("", ":memory:") and (parts.port is None or parts.port > 0)
    except ValueError:  # a port that is no number, a bracket that is not closed
        return False
    return parts.scheme in SCHEMES and named


OUR_WORDS = ("prepare=", "pgbouncer=")  # of the address of a database


def libpq_url(url: str) -> str:
    """Return an address of PostgreSQL as its own library reads it, without the words that are ours.

    >>> libpq_url("postgresql:///maillage?prepare=non&sslmode=require"), libpq_url("postgresql://a@b/c")
    ('postgresql:///maillage?sslmode=require', 'postgresql://a@b/c')
    """
    before, _, words = url.partition("?")
    remaining = "&".join(word for word in words.split("&") if not word.startswith(OUR_WORDS))
    return f"{before}?{remaining}" if remaining else before


def database_file(url: str) -> Path | None:
    """Return the file of a database on SQLite, that of the home folder for '', None on another engine."""
    if not url:
        return DATABASE
    import dj_database_url

    return Path(str(dj_database_url.parse(url)["NAME"])).resolve() if url.startswith("sqlite:") else None


def check_database_url() -> None:
    """Refuse an address that leads to no database of ours, in words that hold nothing of its password."""
    url = database_url()
    if url and not is_database_url(url):
        raise Refused(
            "DATABASE_URL n’est pas l’adresse d’une base.",
            why="Elle commence par postgresql:// ou sqlite:///, et nomme une base ou un fichier.",
            do=(
                "Écrivez-la ainsi : postgresql://maillage:MOT-DE-PASSE@localhost/maillage, les signes du mot"
                " de passe en %XX. Retirez-la pour garder la base dans MAILLAGE_HOME."
            ),
        )


def has_database() -> bool:
    """Return True for a home where a platform was brought up: its database is named, or its file is there."""
    return bool(database_url()) or DATABASE.exists()


def country_name() -> str:
    """Return the name of the country that is served, as its backups remember it."""
    return country().name


def country() -> Country:
    """Return the country that is served, as its home and its database remember it."""
    if not COUNTRY:
        return Country(FRANCE)
    folder = country_folder(COUNTRY)
    return Country(folder.name, "" if _is_bundled(folder) else str(folder))


def owner() -> Country | None:
    """Return the country that took this home, None when none has."""
    lines = lines_of(OWNER)
    return Country(*lines[:2]) if lines else None


def folders() -> list[str]:
    """Return where the folder of this home's country has been, the latest first."""
    return lines_of(OWNER)[1:]


def own() -> None:
    """Write in this home which country it is that of, without forgetting where its folder was."""
    name, folder = country()
    lines = [name, *dict.fromkeys([folder, *folders()])] if folder else [name]
    if lines_of(OWNER) != lines:
        write_whole(OWNER, "\n".join(lines))


def write_key() -> None:
    """Write a new key of sessions and links, which its owner alone reads."""
    write_whole(KEY, secrets.token_urlsafe(48), mode=0o600)


def retain_key() -> None:
    """Write today's key before the former ones, to open what it made once another is written."""
    write_whole(FORMER_KEYS, "\n".join([KEY.read_text("utf-8"), *lines_of(FORMER_KEYS)]), mode=0o600)


def ensure_key() -> None:
    """Write the key of sessions and links where there is none, in a folder made for it."""
    HOME.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not KEY.exists():
        write_key()
