"""Whose home and whose database these are, read before anything is written there and before Django is set up.

A database tells its country itself: on PostgreSQL, another home folder may ask for it.
"""

import contextlib
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from maillage.config import home
from maillage.kernel.errors import Refused

MARK = "select name from country_databaseowner"
# A database filled before it told its country has no such row, and France alone had accounts.
FILLED = "select exists (select 1 from accounts_user)"


def claim() -> None:
    """Say whose home this is, the first time; Refused when it, or the database, is that of another country:
    its accounts and its backups would be mixed with ours. Nothing is written then.
    """
    home.check_database_url()
    ours = home.country_name()
    served = home.DATABASE.exists() or home.KEY.exists()  # its base on PostgreSQL, a home has its key alone
    owner = home.owner() or (home.FRANCE if served else "")
    if owner and owner != ours:
        raise Refused(
            f"Le dossier {home.HOME} est celui de : {owner}.",
            why=f"MAILLAGE_PAYS demande : {ours}. Deux pays dans un dossier mêleraient leurs sauvegardes.",
            do="Donnez à chacun le sien par MAILLAGE_HOME, ou laissez Maillage le choisir d’après le pays.",
        )
    theirs = database_owner()
    if theirs and theirs != ours:
        raise Refused(
            f"La base {'de DATABASE_URL' if home.database_url() else home.DATABASE} est celle de : {theirs}.",
            why=f"MAILLAGE_PAYS demande : {ours}. Deux pays dans une base mêleraient leurs sauvegardes.",
            do=(
                "Donnez à chacun sa base par DATABASE_URL, ou nommez ce pays par MAILLAGE_PAYS, vide pour la"
                " France. Rien n’a été changé."
            ),
        )
    if home.COUNTRY:
        home.own()


def database_owner() -> str:
    """Return the country of the database, '' when it has none yet, or does not answer: that is told later."""
    url = home.database_url()
    if url.startswith("postgres"):
        import psycopg

        with contextlib.suppress(psycopg.Error), psycopg.connect(url, autocommit=True) as connection:
            return _owner(connection.execute, psycopg.Error)
        return ""
    path = _file(url)
    with contextlib.suppress(sqlite3.Error):
        if path.is_file():
            with contextlib.closing(sqlite3.connect(path)) as base:
                return _owner(base.execute, sqlite3.Error)
    return ""


def _file(url: str) -> Path:
    if not url:
        return home.DATABASE
    import dj_database_url

    return Path(str(dj_database_url.parse(url)["NAME"]))


def _owner(execute: Callable[[str], Any], error: type[Exception]) -> str:
    with contextlib.suppress(error):  # the table is not there before version 0.3
        if row := execute(MARK).fetchone():
            return str(row[0])
    with contextlib.suppress(error):
        return home.FRANCE if execute(FILLED).fetchone()[0] else ""
    return ""
