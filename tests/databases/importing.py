"""Import files through the command one after the other, each in a process that the system kills after a
statement if asked, and say what the directory held before.

python importing.py STEPS FILE: STEPS is a file of JSON, [content, statement] for each import. Prints a line of
JSON for each: how it ended, what was there before, what the command counted. Each is a fork of one process
that has read the country and checked a file: reading them nine times would take longer than what they do.
"""

import json
import os
import signal
import sys
import tempfile
import traceback
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

import psycopg

from maillage.manage.deploy.bootstrap import ready


def main() -> None:
    steps, file = map(Path, sys.argv[1:])
    ready()
    from django.db import connection, connections

    from maillage.manage.main import main as maillage

    words = ["offre", "importer", str(file), "--source", "Réseau", "--json"]
    contents = json.loads(steps.read_text("utf-8"))
    file.write_text(contents[0][0], "utf-8")
    with redirect_stdout(sys.stderr):
        maillage(["offre", "verifier", str(file)])
    for content, statement in contents:
        file.write_text(content, "utf-8")
        before = rows_by_table(connection)
        connections.close_all()
        with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
            if not (pid := os.fork()):
                os.dup2(output.fileno(), sys.stdout.fileno())
                watch(connection, statement)
                leave(lambda: maillage(words))
            code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
            output.seek(0)
            print(json.dumps([code, before, json.loads(output.read() or "null")]), flush=True)


def watch(connection, statement: str) -> None:
    """Have the system kill this process after a statement, if any."""

    def done(sql: str) -> None:
        if statement in sql.lower().replace('"', ""):
            os.kill(os.getpid(), signal.SIGKILL)

    def killed(execute, sql, *statement):
        answer = execute(sql, *statement)
        done(sql)
        return answer

    @contextmanager
    def copied(cursor, sql, *statement, **more):
        with copy(cursor, sql, *statement, **more) as rows:
            yield rows
        done(sql.replace("copy ", "into ", 1))  # rows that PostgreSQL takes as a file go by no wrapper

    if statement:
        connection.execute_wrappers.append(killed)
        copy, psycopg.Cursor.copy = psycopg.Cursor.copy, copied


def leave(run) -> None:
    """End a fork with the code that a call returns, and nothing of what its parent would do."""
    code = 70
    try:
        code = run()
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def rows_by_table(connection) -> dict[str, int | str]:
    """Return how many rows each table of the directory holds, and what its sheets say, in a few
    characters.
    """
    from hashlib import sha256

    from maillage.apps.directory.places.models import Change, Import, Lieu, Pair, Source, Structure

    sheets = [[lieu.identifier, lieu.sheet, lieu.origins] for lieu in Lieu.objects.order_by("identifier")]
    rows = {of.__name__: of.objects.count() for of in (Change, Import, Lieu, Pair, Source, Structure)}
    with connection.cursor() as cursor:
        for table in ("directory_words", "directory_points", "directory_facets"):
            cursor.execute(f"select count(*) from {table}")
            rows[table] = cursor.fetchone()[0]
    return {**rows, "sheets": sha256(json.dumps(sheets, sort_keys=True).encode()).hexdigest()[:12]}


if __name__ == "__main__":
    main()
