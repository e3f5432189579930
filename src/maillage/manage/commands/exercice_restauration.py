"""maillage exercice-restauration: a backup restored aside, compared, timed, and erased."""

import argparse
import time
from pathlib import Path

from maillage.kernel.errors import Refused
from maillage.manage.words import print_comparison, print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "fichier", metavar="FICHIER", type=Path, help="une sauvegarde, ou le dossier dont prendre la dernière"
    )
    parser.add_argument(
        "--cle", metavar="FICHIER", type=Path, help="le fichier des clés, si elle est scellée"
    )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.conf import settings

    from maillage.manage.backups import backup, keys, trial_database

    path = (_last(options.fichier) if options.fichier.is_dir() else options.fichier).resolve()
    secrets = keys.secrets(options.cle)
    start = time.monotonic()
    backup.check(path, keys=secrets)
    checked = time.monotonic()
    with trial_database.place() as environment:
        compared = trial_database.fill(path, environment, keys=secrets)
    seconds = {"lecture": round(checked - start, 1), "restauration": round(time.monotonic() - checked, 1)}
    is_complete = all(each.is_equal for each in compared)
    if is_complete:
        settings.LAST_RESTORATION.touch()
    if options.json:
        tables = {each.label: {"lignes": each.after[0], "egale": each.is_equal} for each in compared}
        print_json({"sauvegarde": str(path), "entiere": is_complete, "secondes": seconds, "tables": tables})
        return 0 if is_complete else 1
    print_comparison(compared, "sauvegarde", "restaurée")
    print(
        f"{path} : {sum(each.after[0] for each in compared)} lignes, relue en {seconds['lecture']} s,"
        f" restaurée à part et comparée en {seconds['restauration']} s. La base qui a servi est effacée."
    )
    print("Tout y est." if is_complete else "Des tables diffèrent : cette sauvegarde ne rendrait pas tout.")
    return 0 if is_complete else 1


def _last(folder: Path) -> Path:
    from maillage.manage.commands.sauvegarder import dated

    if not (backups := dated(folder)):
        raise Refused(
            f"Aucune sauvegarde dans {folder}.",
            why="On y cherche les fichiers qu’écrit « maillage sauvegarder --dossier ».",
            do="Donnez le chemin d’une sauvegarde.",
        )
    return backups[-1]
