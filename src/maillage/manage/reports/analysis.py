"""Tables for analysts, written as Parquet files or as a schema of PostgreSQL that one account may read."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
from django.db import connection, transaction
from psycopg import sql

from maillage.apps.steering.indicators.queries.analysis import TABLES, AnalysisTable
from maillage.kernel.disk import write_whole
from maillage.kernel.errors import Refused

SCHEMA = "sans_personne"


def write_files(folder: Path) -> dict[str, int]:
    """Write each table as a Parquet file of a folder, made when missing; return the rows of each."""
    folder.mkdir(parents=True, exist_ok=True)
    n_rows = {}
    with TemporaryDirectory() as scratch, duckdb.connect() as database:
        for table in TABLES:
            lines, written = Path(scratch) / f"{table.id}.json", Path(scratch) / f"{table.id}.parquet"
            n_rows[table.id] = _write_lines(table, lines)
            types = {name: column.type for name, column in table.columns.items()}
            typed = f"read_json('{lines}', format = 'newline_delimited', columns = {types})"
            database.sql(f"from {typed}").write_parquet(str(written))
            write_whole(folder / written.name, written.read_bytes())
    return n_rows


def _write_lines(table: AnalysisTable, path: Path) -> int:
    n_rows = 0
    with path.open("w", encoding="utf-8") as out:
        for row in table.rows():
            out.write(json.dumps(dict(zip(table.columns, row, strict=True)), default=str) + "\n")
            n_rows += 1
    return n_rows


def write_schema(reader: str) -> dict[str, int]:
    """Write each table in a schema of its own, anew, that an account may read and nothing else of the base;
    return the rows of each. Copies and not views: no change of the platform’s tables waits for them, and no
    question reaches the rows of persons through them.

    Refused on another engine, and for an account that does not exist or reads a table of the platform.
    """
    if connection.vendor != "postgresql":
        raise Refused(
            "Le schéma n’a pas été écrit.",
            why="La base est SQLite, un seul fichier : l’ouvrir donne tout à lire, personnes comprises.",
            do="Écrivez des fichiers Parquet : « maillage analyse --sortie DOSSIER ».",
        )
    _check_reader(reader)
    n_rows = {}
    schema, account = sql.Identifier(SCHEMA), sql.Identifier(reader)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql.SQL("drop schema if exists {} cascade").format(schema))
        cursor.execute(sql.SQL("create schema {}").format(schema))
        for table in TABLES:
            n_rows[table.id] = _write_table(cursor, table)
        cursor.execute(sql.SQL("grant usage on schema {} to {}").format(schema, account))
        cursor.execute(sql.SQL("grant select on all tables in schema {} to {}").format(schema, account))
    return n_rows


def _write_table(cursor, table: AnalysisTable) -> int:  # type: ignore[no-untyped-def]  # Django types no cursor
    name = sql.Identifier(SCHEMA, table.id)
    columns = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(about.type))
        for column, about in table.columns.items()
    )
    cursor.execute(sql.SQL("create table {} ({})").format(name, columns))
    cursor.execute(sql.SQL("comment on table {} is {}").format(name, sql.Literal(table.label)))
    for column, about in table.columns.items():
        of_table = sql.Identifier(SCHEMA, table.id, column)
        cursor.execute(sql.SQL("comment on column {} is {}").format(of_table, sql.Literal(about.label)))
    rows = list(table.rows())  # read before: the connection answers nothing else while it copies
    with cursor.copy(sql.SQL("copy {} from stdin").format(name)) as copy:
        for row in rows:
            copy.write_row(row)
    return len(rows)


def _check_reader(reader: str) -> None:
    """Refuse an account that is not there, or that reads more than what is written for it."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", [reader])
        if cursor.fetchone() is None:
            raise Refused(
                f"Le compte « {reader} » n’existe pas dans PostgreSQL.",
                why="La lecture n’est donnée qu’à un compte nommé, jamais à tous.",
                do=f"Créez-le d’abord : create role {reader} login password '…';",
            )
        cursor.execute(
            "select count(*) from pg_class c where relnamespace = current_schema()::regnamespace and relkind"
            " in ('r', 'p', 'v', 'm') and has_any_column_privilege(%s, c.oid, 'select')",
            [reader],
        )
        (n_readable,) = cursor.fetchone()
    if n_readable:
        raise Refused(
            f"Le schéma n’a pas été écrit : « {reader} » lit déjà {n_readable} tables de la plateforme.",
            why="Un compte d’analyse ne doit pouvoir atteindre la ligne de personne.",
            do="Donnez un compte sans autre droit : create role analyste login password '…';",
        )
