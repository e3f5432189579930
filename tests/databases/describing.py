"""Make every table of an empty database, at once or migration after migration, and print what is there then.

python -m tests.databases.describing at-once|by-migrations
"""

import gc
import json
import re
import sys

from maillage.config import bootstrap, tables

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


def main(way: str) -> None:
    gc.set_threshold(100_000, 50, 100)  # each migration makes thousands of classes again: a fifth of its time
    if way == "by-migrations":
        tables.create_tables = lambda connection: False
    bootstrap.ready()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(SQLITE if connection.vendor == "sqlite" else POSTGRESQL)
        found = cursor.fetchall()
        cursor.execute("select app, name from django_migrations")
        applied = sorted(cursor.fetchall())
    # In a table of SQLite, the order of the columns and the case of the words change nothing.
    rows = [
        (kind, name, " ".join(sorted(WORD.findall(text.lower()))) if kind == "table" else text)
        for kind, name, text in found
    ]
    print(json.dumps({"tables": rows, "migrations": applied}))


if __name__ == "__main__":
    main(sys.argv[1])
