"""An empty database gets every table at once, as the models say them.

Migrations bring a database that holds something from one day to the next. Applied one after the other to
nothing, they make and undo what nobody ever wrote: ten seconds of an old computer. What the models do not say
(triggers, indexes of the search) is in operations that are not `elidable`, which are run here too, in their
order. tests/databases/test_tables.py compares both ways on each engine.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.apps import apps
from django.apps.registry import Apps
from django.conf import settings
from django.core.management import call_command
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration, RunPython, operations
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import StateApps

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.web import locks

LOCK = 20_010_425  # any number that nothing else locks in a database of PostgreSQL


def update(connection: BaseDatabaseWrapper) -> None:
    """Bring a database to the present, empty or not: of two processes that start together, one waits."""
    with _one_at_a_time(connection):
        if create_tables(connection):
            return
        check_version(connection)
        if pending(connection):
            call_command("migrate", interactive=False, verbosity=0)
        if lost := missing(connection):
            raise Refused(
                f"Des tables manquent à la base : {', '.join(lost[:3])}.",
                why="Elle est abîmée, ou une mise à jour y est restée à moitié.",
                do="Restaurez la dernière sauvegarde (maillage restaurer FICHIER) dans une base vide.",
            )


@contextmanager
def _one_at_a_time(connection: BaseDatabaseWrapper) -> Iterator[None]:
    if connection.vendor == "postgresql":
        with locks.separate_transaction() as cursor:
            cursor.execute("select pg_advisory_xact_lock(%s)", [LOCK])
            yield
    else:
        folder = os.open(settings.HOME, os.O_RDONLY)
        try:
            with steps.at("Attente d’un autre Maillage, qui prépare les tables de cette base"):
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the tables of this version that a database which says it is up to date does not have."""
    return sorted(_own_tables(connection).difference(connection.introspection.table_names()))


def _own_tables(connection: BaseDatabaseWrapper) -> set[str]:
    return {model._meta.db_table for model in apps.get_models() if model._meta.can_migrate(connection)}


FORMER_APPS = frozenset[str]()  # apps of a former version: their migrations are not those of a later one


@cache
def known() -> frozenset[tuple[str, str]]:
    """Return the migrations of this version, by app and name; read from its files once."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return frozenset(loader.disk_migrations)


def later(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the migrations that a later version made here, and that this one does not know."""
    last: dict[str, str] = {}
    for app, name in sorted(known()):
        last[app] = name
    return sorted(
        f"{app}.{name}"
        for app, name in MigrationRecorder(connection).applied_migrations()
        if app not in FORMER_APPS and name[:4] > last.get(app, "")[:4]
    )


def check_version(connection: BaseDatabaseWrapper) -> None:
    """Refuse a database that a later version made its own."""
    if newer := later(connection):
        raise Refused(
            f"Une version plus récente de Maillage a déjà servi cette base ({newer[0]}).",
            why=(
                "Celle-ci ne connaît pas tout ce qui y est gardé : elle y écrirait mal, et ses sauvegardes"
                " n’en auraient qu’une partie. Rien n’a été changé."
            ),
            do=(
                "Lancez cette version-là, ou une plus récente. Pour revenir à celle-ci : une base vide (une"
                " autre DATABASE_URL, ou maillage.sqlite3 renommé), puis maillage restaurer, avec une"
                " sauvegarde d’avant."
            ),
        )


def pending(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the migrations that this version has and the database has not, as `app.name`, in their order."""
    if known() <= MigrationRecorder(connection).applied_migrations().keys():
        return []  # without drawing how hundreds of them depend on each other
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def breaking(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the changes of the pending migrations that the version before cannot live with, in French: it
    must be stopped first. Adding a table, a column that may stay empty or an index is not.
    """
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not executor.loader.applied_migrations:
        return []  # nobody works there yet
    breaks = []
    for migration, _ in plan:
        new_models = {
            each.name_lower for each in migration.operations if isinstance(each, operations.CreateModel)
        }
        for operation in migration.operations:
            on = getattr(operation, "model_name_lower", "")
            if on not in new_models and (words := _breaks(operation)):
                breaks.append(f"{migration.app_label}.{migration.name} {words}")
    return breaks


def _breaks(operation: operations.base.Operation) -> str:
    match operation:
        case operations.DeleteModel():
            return f"retire la table {operation.name}"
        case operations.RemoveField():
            return f"retire la colonne {operation.model_name}.{operation.name}"
        case operations.RenameModel():
            return f"renomme la table {operation.old_name}"
        case operations.RenameField():
            return f"renomme la colonne {operation.model_name}.{operation.old_name}"
        case operations.AddField() if not _may_be_left_out(operation.field):
            return f"ajoute la colonne {operation.model_name}.{operation.name}, que l’ancienne ne remplit pas"
    return ""


def _may_be_left_out(field: Any) -> bool:
    return bool(field.null or field.many_to_many or field.has_db_default())


def create_tables(connection: BaseDatabaseWrapper) -> bool:
    """Give an empty database every table, and write that each migration was applied: all of it, or nothing.

    Returns False, and writes nothing, when the database has one of these tables already; those of others,
    such as an extension of PostgreSQL makes, change nothing.
    """
    own_tables = _own_tables(connection) | {MigrationRecorder.Migration._meta.db_table}
    if own_tables.intersection(connection.introspection.table_names()):
        return False
    loader = MigrationLoader(connection)
    _create(connection, apps, _in_order(loader, loader.graph.leaf_nodes()))
    return True


def create_former_tables(connection: BaseDatabaseWrapper, targets: Iterable[tuple[str, str]]) -> StateApps:
    """Give an empty database the tables of a former version, as its last migrations leave them, and return
    its models.
    """
    loader, targets = MigrationLoader(connection), list(targets)
    former = loader.project_state(targets).apps
    _create(connection, former, _in_order(loader, targets))
    return former


def _create(connection: BaseDatabaseWrapper, models: Apps, migrations: list[Migration]) -> None:
    recorder = MigrationRecorder(connection)
    with connection.schema_editor(atomic=True) as editor:
        for model in models.get_models():
            if model._meta.can_migrate(connection):
                editor.create_model(model)
        # The keys and indexes that Django leaves to the end: what comes next may need them.
        while editor.deferred_sql:
            editor.execute(editor.deferred_sql.pop(0), None)
        for migration in migrations:
            for operation in _table_functions(migration):
                operation.code(models, editor)  # type: ignore[arg-type]  # the tables of today are those of its end
        editor.create_model(recorder.Migration)
        rows = [recorder.Migration(app=each.app_label, name=each.name) for each in migrations]
        recorder.migration_qs.bulk_create(rows)


def _in_order(loader: MigrationLoader, targets: Iterable[tuple[str, str]]) -> list[Migration]:
    """Return every migration up to the last ones, after those it depends on."""
    keys = dict.fromkeys(key for last in sorted(targets) for key in loader.graph.forwards_plan(last))
    return [loader.graph.nodes[key] for key in keys]


def _table_functions(migration: Migration) -> list[RunPython]:
    """Return the functions of one of our migrations that change tables; those that change rows are marked
    `elidable`.
    """
    if not migration.__module__.startswith("maillage."):
        return []
    return [each for each in migration.operations if isinstance(each, RunPython) and not each.elidable]
