"""Fill the empty database of this process from a backup, and print what it holds then, as JSON.

    python -m maillage.manage.backups.filling FILE < secret keys, one a line

Run by manage/backups/trial_database.py: a process has one database.
"""

import json
import sys
from pathlib import Path

from maillage.kernel.errors import Refused


def run(path: Path, keys: list[bytes]) -> int:
    """Fill the database; print its counts and digests, or why it was not filled."""
    from django.db import DatabaseError

    from maillage.manage.deploy.bootstrap import ready

    try:
        ready()
        from maillage.manage.backups import backup, rows

        filled = next((each for each in rows.tables() if each._base_manager.exists()), None)
        if filled is not None:
            print(f"Elle n’est pas vide : la table {filled._meta.db_table} a des lignes.")
            return 1
        with backup.opened(path, keys=keys) as archive:
            backup.load(archive, json.loads(archive.read(backup.MANIFEST)))
    except Refused as refused:
        print(" ".join(refused.sentences))
        return 1
    except (DatabaseError, ValueError) as error:
        print(str(error).splitlines()[0])
        return 1
    json.dump(rows.digests(), sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(run(Path(sys.argv[1]), [bytes.fromhex(line) for line in sys.stdin.read().split()]))
