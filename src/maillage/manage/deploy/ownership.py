"""The owner of a home and of a database, read before anything is written there and before Django is set up.

A database tells its country itself: on PostgreSQL, another home folder may ask for it.
"""

import contextlib
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from maillage.kernel.errors import Refused
from maillage.manage.deploy import home
from maillage.manage.deploy.home import Country
from maillage.reference.files import COUNTRIES

# An older base does not have the folder of its country, or not even the table.
MARKS = ("select name, folder from country_databaseowner", "select name from country_databaseowner")
# A database filled before it told its country has no such row, and France alone had accounts.
FILLED = "select exists (select 1 from accounts_user)"
PATIENCE = 10  # seconds for the computer of a database to answer


def claim() -> None:
    """Write the owner of this home, the first time; Refused when it, or the database, is that of another
    country: its accounts and its backups would be mixed with ours. Nothing is written then.
    """
    home.check_database_url()
    own_country = home.country()
    served = home.DATABASE.exists() or home.KEY.exists()  # its base on PostgreSQL, a home has its key alone
    owner = home.owner() or (Country(home.FRANCE) if served else None)
    if owner and not _same(owner, own_country, home.folders()):
        former, wanted = _in_words(owner, own_country)
        raise Refused(
            f"Le dossier {home.HOME} est celui de : {former}.",
            why=f"MAILLAGE_PAYS demande : {wanted}. Deux pays dans un dossier mêleraient leurs sauvegardes.",
            do="Donnez à chacun le sien par MAILLAGE_HOME, ou laissez Maillage le choisir d’après le pays.",
        )
    base_owner = database_owner()
    if base_owner and not _same(base_owner, own_country, home.folders()):
        former, wanted = _in_words(base_owner, own_country)
        moved = (
            " Si son dossier a été déplacé, donnez par MAILLAGE_HOME la maison qu’il avait."
            if base_owner.name == own_country.name
            else ""
        )
        raise Refused(
            f"La base {'de DATABASE_URL' if home.database_url() else home.DATABASE} est celle de : {former}.",
            why=f"MAILLAGE_PAYS demande : {wanted}. Deux pays dans une base mêleraient leurs sauvegardes.",
            do=(
                "Donnez à chacun sa base par DATABASE_URL, ou nommez ce pays par MAILLAGE_PAYS, vide pour la"
                f" France.{moved} Rien n’a été changé."
            ),
        )
    if home.COUNTRY:
        home.own()


def _same(owner: Country, requested: Country, before: Sequence[str]) -> bool:
    """Recognise one country in two: of one name, in one folder, or in one that was moved since.

    A folder was moved when this home remembers it elsewhere (`before`), where nothing is left.
    """
    if owner.name != requested.name or owner.folder == requested.folder:
        return owner == requested
    if not owner.folder:  # written by the name alone: that of one of ours, else of whoever asks first
        return not (COUNTRIES / requested.name).is_dir()
    return owner.folder in before and not Path(owner.folder).is_dir()


def _in_words(owner: Country, requested: Country) -> tuple[str, str]:
    """Return two countries in words, and where they are when their names do not tell them apart."""
    if owner.name != requested.name:
        return owner.name, requested.name
    first, second = (f"{name}, dans {folder or COUNTRIES / name}" for name, folder in (owner, requested))
    return first, second


def database_owner() -> Country | None:
    """Return the country of the database, None when it has none yet, or does not answer: that is told
    later.
    """
    url = home.database_url()
    if url.startswith("postgres"):
        import psycopg

        named = home.libpq_url(url)
        with (
            contextlib.suppress(psycopg.Error),
            psycopg.connect(named, autocommit=True, connect_timeout=PATIENCE) as connection,
        ):
            return _owner(connection.execute, psycopg.Error)
        return None
    path = home.database_file(url)
    with contextlib.suppress(sqlite3.Error):
        if path is not None and path.is_file():
            with contextlib.closing(sqlite3.connect(path)) as base:
                return _owner(base.execute, sqlite3.Error)
    return None


def _owner(execute: Callable[[str], Any], error: type[Exception]) -> Country | None:
    for mark in MARKS:
        with contextlib.suppress(error):
            if row := execute(mark).fetchone():
                return Country(*map(str, row))
    with contextlib.suppress(error):
        return Country(home.FRANCE) if execute(FILLED).fetchone()[0] else None
    return None
