"""Bringing the platform up: settings, database, tables, static files."""

import os

from maillage.kernel.errors import Refused


def ready() -> None:
    """Set Django up and bring the database to the present; Refused when it cannot be opened or written."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.config.settings")
    import django
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import call_command
    from django.db.utils import Error

    os.umask(0o077)  # the database and the backups hold accounts
    try:
        django.setup()
        from django.db import connection

        from maillage.config import tables

        tables.update(connection)
        call_command("createcachetable", verbosity=0)
    except (OSError, ValueError, Error, ImproperlyConfigured) as error:
        raise Refused(
            f"La base de données ne répond pas : {str(error).splitlines()[0]}.",
            why="Le dossier MAILLAGE_HOME ou l’adresse DATABASE_URL ne permet pas de l’ouvrir.",
            do="Vérifiez ces deux variables, et les droits d’écriture du dossier.",
        ) from error
