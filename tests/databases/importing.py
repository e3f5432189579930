"""Say what the directory holds, import a file through the command, and be killed by the system after a
statement, if asked.

python importing.py FILE [STATEMENT]: one line of JSON for what was there, then what the command prints.
"""

import json
import os
import signal
import sys

from maillage.config.bootstrap import ready


def main() -> None:
    file, statement = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    ready()
    from django.db import connection

    from maillage.cli.main import main as maillage

    print(json.dumps(held(connection)), flush=True)

    def killed(execute, sql, *given):
        answer = execute(sql, *given)
        if statement in sql.lower().replace('"', ""):
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    if statement:
        connection.execute_wrappers.append(killed)
    sys.exit(maillage(["offre", "importer", file, "--source", "Réseau", "--json"]))


def held(connection) -> dict[str, int | str]:
    """Return how many rows each table of the directory holds, and what its sheets say, in a few
    characters.
    """
    from hashlib import sha256

    from maillage.apps.directory.models import Change, Import, Lieu, Pair, Source, Structure

    sheets = [[lieu.identifier, lieu.sheet, lieu.origins] for lieu in Lieu.objects.order_by("identifier")]
    rows = {of.__name__: of.objects.count() for of in (Change, Import, Lieu, Pair, Source, Structure)}
    with connection.cursor() as cursor:
        for table in ("directory_words", "directory_points", "directory_facets"):
            cursor.execute(f"select count(*) from {table}")
            rows[table] = cursor.fetchone()[0]
    return {**rows, "sheets": sha256(json.dumps(sheets, sort_keys=True).encode()).hexdigest()[:12]}


if __name__ == "__main__":
    main()
