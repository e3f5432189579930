"""A backup of an older version, brought to this one: its tables as they were, its rows, then the migrations.

    python -m maillage.manage.backups.backup_upgrade BACKUP NEW < secret keys, one a line

Done in an empty database of the same engine (`trial_database.py`): what a migration moves from a column
that is no more is moved as it would have been by an upgrade.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from maillage.kernel.errors import Refused


@contextmanager
def brought_up(path: Path, keys: list[bytes]) -> Iterator[Path]:
    """Make a backup of the rows of this version from one of an older version; Refused when it cannot be."""
    from maillage.manage.backups import trial_database

    with trial_database.place() as environment:
        upgraded = Path(environment["MAILLAGE_HOME"]) / "base.zip"
        words = trial_database.run(
            "maillage.manage.backups.backup_upgrade", path, upgraded, keys=keys, environment=environment
        )
        if not upgraded.exists():
            raise Refused(
                f"{path} vient d’une version plus ancienne, et n’a pas pu être mise à jour.",
                why=words or "Le programme qui la met à jour s’est arrêté.",
                do="Restaurez-la avec la version qui l’a écrite, puis lancez maillage migrer avec celle-ci.",
            )
        yield upgraded


def targets(loader: Any, migrations: list[str]) -> list[tuple[str, str]]:
    """Return where each app stood: the last migrations that a backup names, today's for other programs."""
    applied = {tuple(each.split(".", 1)) for each in migrations}
    apps = {app for app, _ in applied}
    nodes = loader.graph.node_map
    last = [key for key in applied if key in nodes and not _goes_on(nodes[key], applied)]
    own_apps = {
        app for app, name in nodes if loader.graph.nodes[app, name].__module__.startswith("maillage.")
    }
    other_leaves = [key for key in loader.graph.leaf_nodes() if key[0] not in apps and key[0] not in own_apps]
    return sorted([*last, *other_leaves])


def _goes_on(node: Any, applied: set[Any]) -> bool:
    """Recognise a migration followed by an applied one of the same app."""
    return any(child.key in applied and child.key[0] == node.key[0] for child in node.children)


def bring_up(path: Path, upgraded: Path, keys: list[bytes]) -> None:
    """Write a backup of this version from an older one, in the empty database of this process."""
    from django.core.management import call_command
    from django.db import connection, transaction
    from django.db.migrations.loader import MigrationLoader

    from maillage.manage.backups import backup, rows
    from maillage.manage.deploy import tables

    with backup.opened(path, keys=keys) as archive:
        manifest = json.loads(archive.read(backup.MANIFEST))
        former = tables.create_former_tables(
            connection, targets(MigrationLoader(connection), manifest["migrations"])
        )
        models = {each._meta.label_lower: each for each in former.get_models(include_auto_created=True)}
        with transaction.atomic():
            for label, names, some in backup.saved_rows(archive, manifest, models):
                rows.Insertion(models[label], names).add(some)
        rows.reset_sequences(list(models.values()))
    call_command("migrate", interactive=False, verbosity=0)
    backup.save(upgraded, rows_only=True)


if __name__ == "__main__":
    from django.db import DatabaseError

    from maillage.manage.deploy.bootstrap import connected

    secrets = [bytes.fromhex(key) for key in sys.stdin.read().split()]
    try:
        with connected():
            bring_up(Path(sys.argv[1]), Path(sys.argv[2]), secrets)
    except Refused as refused:
        print(" ".join(refused.sentences))
    except (DatabaseError, ValueError, KeyError) as error:
        print(f"{type(error).__name__} : {str(error).splitlines()[0]}")
