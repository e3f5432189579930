"""Bringing the platform up: settings, database, tables, static files."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from maillage.kernel.disk import reason
from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def ready() -> None:
    """Set Django up and bring the database to the present; Refused when it cannot be opened or written."""
    from django.core.management import call_command

    with connected() as connection:
        from maillage.apps.platform.country import actions as country
        from maillage.manage.deploy import home, tables

        tables.update(connection)
        wait_aloud(connection)
        # One that was taken by the name alone, or from where the folder was: claim() agreed to it.
        country.own_database(*home.country(), former=["", *home.folders()])
        call_command("createcachetable", verbosity=0)


PATIENCE = 600  # seconds that a command waits for whoever writes; the demonstration takes minutes
LOOK = 2  # seconds that SQLite waits in silence: nothing is shown meanwhile


def wait_aloud(connection: "BaseDatabaseWrapper") -> None:
    """Let the statements of a command wait for another process that writes in a base of SQLite, saying so."""
    if connection.vendor == "sqlite" and _wait_for_writer not in connection.execute_wrappers:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout={1000 * LOOK}")
        connection.execute_wrappers.append(_wait_for_writer)


def _wait_for_writer(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Run a statement again as long as another process writes: out of a transaction, nothing of it was done.
    Refused when that lasts.
    """
    from django.db import OperationalError

    until, n_tries = time.monotonic() + PATIENCE, 0
    with ExitStack() as step:
        while True:
            try:
                return execute(sql, params, many, context)
            except OperationalError as error:
                if LOCKED not in str(error) or context["connection"].in_atomic_block:
                    raise
                if time.monotonic() >= until:
                    raise _occupied() from error
                if not n_tries:
                    step.enter_context(steps.at("Attente d’un autre Maillage, qui écrit dans cette base"))
                n_tries += 1


def _occupied() -> Refused:
    return Refused(
        "La base de données est occupée par un autre Maillage.",
        why=(
            "Il y écrit depuis longtemps : une démonstration qui se prépare, un import, une restauration. Un"
            " seul écrit à la fois."
        ),
        do="Attendez qu’il ait fini, puis relancez la commande : rien n’est à moitié écrit.",
    )


@contextmanager
def connected() -> Iterator["BaseDatabaseWrapper"]:
    """Set Django up and give its database as it is; Refused when it cannot be opened or written."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.manage.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.db.utils import Error

    from maillage.manage.deploy.ownership import claim

    os.umask(0o077)  # the database and the backups hold accounts
    try:
        claim()
        django.setup()
        from django.db import connection

        yield connection
    except (OSError, ValueError, Error, ImproperlyConfigured) as error:
        raise _refusal(error) from error


NO_RIGHT = "42501"  # insufficient_privilege, in the codes of PostgreSQL


HALF = ("malformed", "already exists", "duplicate column", "no such table", "no such column", "relation")
LOCKED = "database is locked"
# What PostgreSQL and SQLite say in English, in the order in which it is looked for.
FRENCH_ERRORS = {
    "Connection refused": "à l’adresse dite, rien n’écoute",
    "No such file or directory": "PostgreSQL ne tourne pas sur cet ordinateur",
    "failed to resolve host": "son ordinateur n’a pas de nom connu du réseau",
    "timeout": "son ordinateur ne répond pas",
    "password authentication failed": "le mot de passe n’est pas celui de ce compte",
    "no password supplied": "ce compte a un mot de passe, et l’adresse n’en dit pas",
    'role "': "ce compte de PostgreSQL n’existe pas",
    "does not exist": "le serveur tourne, et n’a pas de base de ce nom",
    "unable to open database file": "le fichier ne s’ouvre pas",
    "file is not a database": "ce fichier n’est pas une base SQLite",
    "disk is full": "le disque est plein",
    "readonly database": "ce compte n’a pas le droit d’y écrire",
    LOCKED: "un autre programme l’occupe depuis une minute",
    "pg_hba.conf": "PostgreSQL n’admet pas ce compte depuis cet ordinateur (pg_hba.conf)",
    "unsupported startup parameter": "PgBouncer est devant elle, terminez l’adresse par ?pgbouncer=oui",
    "starting up": "PostgreSQL démarre encore, réessayez dans une minute",
    "shutting down": "PostgreSQL s’arrête",
    "too many clients": "toutes les connexions de PostgreSQL sont prises",
    "remaining connection slots": "toutes les connexions de PostgreSQL sont prises",
    "disk I/O error": "le disque est plein, ou s’abîme",
}


def in_french(error: Exception) -> str:
    """Return the error of a database that does not answer, in French where it is known."""
    first_line = str(error).partition("\n")[0]
    return next((french for english, french in FRENCH_ERRORS.items() if english in first_line), first_line)


def not_answered(error: Exception) -> Refused:
    """Return the message for a statement that a database did not run."""
    if LOCKED in str(error):
        return _occupied()
    return Refused(
        f"La base de données n’a pas pu être lue ou écrite : {in_french(error)}.",
        why="C’est ce qu’elle a répondu ; sans elle, la commande ne peut pas finir.",
        do=(
            "Vérifiez la place et l’adresse DATABASE_URL, puis relancez la commande : rien n’est à moitié"
            " écrit."
        ),
    )


def _refusal(error: Exception) -> Refused:
    if LOCKED in str(error):
        return _occupied()
    if getattr(error.__cause__, "sqlstate", "") == NO_RIGHT:
        return Refused(
            "Ce compte de PostgreSQL n’a pas le droit de faire des tables dans cette base.",
            why="Depuis PostgreSQL 15, seul le propriétaire d’une base y fait des tables.",
            do=(
                "Faites-la avec son propriétaire : createdb -O maillage maillage. Ou, dans une base qui"
                " existe : alter database maillage owner to maillage."
            ),
        )
    if isinstance(error, OSError) and error.errno is not None:
        where = f" ({error.filename})" if error.filename else ""
        return Refused(
            f"Le dossier de Maillage ne sert pas : {reason(error)}{where}.",
            why="Sa base, sa clé et ses fichiers y sont : celui que dit MAILLAGE_HOME, ou « var » du projet.",
            do="Donnez par MAILLAGE_HOME un dossier où ce compte écrit, ou corrigez les droits de celui-là.",
        )
    if any(words in str(error) for words in HALF):
        first_line = str(error).splitlines()[0]
        return Refused(
            f"La base est abîmée, ou une mise à jour y est restée à moitié : {first_line}.",
            why="Ses tables ne sont pas celles qu’elle annonce.",
            do="Restaurez la dernière sauvegarde (maillage restaurer FICHIER) dans une base vide.",
        )
    return Refused(
        f"La base de données ne répond pas : {in_french(error)}.",
        why="Le dossier MAILLAGE_HOME ou l’adresse DATABASE_URL ne permet pas de l’ouvrir.",
        do="Vérifiez ces deux variables, et les droits d’écriture du dossier.",
    )
