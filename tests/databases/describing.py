"""Make every table of a database, and print what is there then, a line of JSON for each database.

python -m tests.databases.describing now|former-at-once|former-by-migrations
now: as the platform does when it starts; former-*: those of a former version, at once or migration after migration,
and then in the SQLite of the home folder too, as far as this version afterwards: what it takes to know the models of each
migration is asked once for both.
"""

import gc
import json
import re
import sys
from contextlib import nullcontext
from typing import Any

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState
from django.db.models import Field
from django.db.transaction import atomic

from maillage.manage.deploy import bootstrap, tables
from maillage.manage.deploy.home import DATABASE

BEFORE = "0003"  # of the plans: a former version, whose backups are restored (tests/commands/test_backups.py)
POSTGRESQL = """
select 'column', table_name || '.' || column_name,
       concat_ws(' ', data_type, character_maximum_length, numeric_precision, is_nullable, column_default,
                 is_identity, is_generated, generation_expression)
  from information_schema.columns where table_schema = 'public'
union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
  from pg_constraint where connamespace = 'public'::regnamespace
union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
union all select 'trigger', tgname, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
union all select 'function', proname, prosrc from pg_proc where pronamespace = 'public'::regnamespace
order by 1, 2, 3
"""
SQLITE = "select type, name, coalesce(sql, '') from sqlite_master order by 1, 2"
WORD = re.compile(r"[\w%.]+|[^\s\w]")


def former(loader: MigrationLoader) -> list[tuple[str, str]]:
    """Return where a version before this one stood."""
    return [
        ("plans", loader.get_migration_by_prefix("plans", BEFORE).name) if key[0] == "plans" else key
        for key in loader.graph.leaf_nodes()
    ]


def clone(field: Any) -> Any:
    """Return a new field of a model that a migration makes again, as Django does; what the field is made of is read
    once, and not each time that a model it is related to changes: a fifth of the time of all the migrations.
    """
    if "made_of" not in vars(field):
        vars(field)["made_of"] = field.deconstruct()[2:]
    words, named = vars(field)["made_of"]
    return type(field)(*words, **named)


def main(way: str) -> None:
    gc.set_threshold(100_000, 50, 100)  # each migration makes thousands of classes again: a fifth of its time
    Field.clone = clone  # type: ignore[method-assign]
    with bootstrap.connected() as connection:
        databases = [connection]
        if way == "now":
            bootstrap.ready()
        elif way == "former-at-once":
            tables.create_former_tables(connection, former(MigrationLoader(connection)))
        else:
            if connection.vendor != "sqlite":
                databases.append(_second_connection())
            executor = MigrationExecutor(connection)
            executor.migrate(former(executor.loader))
        for each in databases:
            describe(each)
        if way == "former-by-migrations":
            executor = MigrationExecutor(connection)
            executor.migrate(executor.loader.graph.leaf_nodes())


def _second_connection() -> BaseDatabaseWrapper:
    """Have each migration applied to the SQLite of the home folder too, as it is to the first; return it."""
    unset = dict.fromkeys(("USER", "PASSWORD", "HOST", "PORT"), "")
    connections.settings["beside"] = {
        **connections["default"].settings_dict, **unset, "OPTIONS": {},
        "ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE,
    }  # fmt: skip
    second = connections["beside"]
    recorder = MigrationRecorder(second)
    recorder.ensure_schema()

    def apply(migration: Migration, state: ProjectState, editor: Any) -> ProjectState:
        with second.schema_editor(atomic=migration.atomic) as other:
            for operation in migration.operations:
                before = state.clone()
                operation.state_forwards(migration.app_label, state)
                for schema_editor in (editor, other):
                    alone = operation.atomic or (migration.atomic and operation.atomic is not False)
                    with (
                        nullcontext()
                        if schema_editor.atomic_migration or not alone
                        else atomic(schema_editor.connection.alias)
                    ):
                        operation.database_forwards(migration.app_label, schema_editor, before, state)
        recorder.record_applied(migration.app_label, migration.name)
        return state

    Migration.apply = apply  # type: ignore[assignment, method-assign]
    return second


def describe(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
        constraints = cursor.fetchall()
        cursor.execute("select app, name from django_migrations")
        applied = sorted(cursor.fetchall())
    # In a table of SQLite, the order of the columns and the case of the words change nothing.
    rows = [
        (kind, name, " ".join(sorted(WORD.findall(text.lower()))) if kind == "table" else text)
        for kind, name, text in constraints
    ]
    print(json.dumps({"tables": rows, "migrations": applied}))


if __name__ == "__main__":
    main(sys.argv[1])
