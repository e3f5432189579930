"""maillage exercice-restauration: a backup restored aside, compared, timed, and erased."""

import argparse
import time
from pathlib import Path

from maillage.cli.words import print_comparison, print_json
from maillage.kernel.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "fichier", metavar="FICHIER", type=Path, help="une sauvegarde, ou le dossier dont prendre la dernière"
    )
    parser.add_argument(
        "--cle", metavar="FICHIER", type=Path, help="le fichier des clés, si elle est scellée"
    )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(given: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    ready()
    from maillage.config import backup, keys, trial_database

    path = (_last(given.fichier) if given.fichier.is_dir() else given.fichier).resolve()
    secrets = keys.secrets(given.cle)
    start = time.monotonic()
    backup.check(path, keys=secrets)
    checked = time.monotonic()
    with trial_database.place() as environment:
        compared = trial_database.fill(path, environment, keys=secrets)
    seconds = {"lecture": round(checked - start, 1), "restauration": round(time.monotonic() - checked, 1)}
    whole = all(each.is_equal for each in compared)
    if given.json:
        tables = {each.label: {"lignes": each.after[0], "egale": each.is_equal} for each in compared}
        print_json({"sauvegarde": str(path), "entiere": whole, "secondes": seconds, "tables": tables})
        return 0 if whole else 1
    print_comparison(compared, "sauvegarde", "restaurée")
    print(
        f"{path} : {sum(each.after[0] for each in compared)} lignes, relue en {seconds['lecture']} s,"
        f" restaurée à part et comparée en {seconds['restauration']} s. La base qui a servi est effacée."
    )
    print("Tout y est." if whole else "Des tables diffèrent : cette sauvegarde ne rendrait pas tout.")
    return 0 if whole else 1


def _last(folder: Path) -> Path:
    from maillage.cli.commands.sauvegarder import dated

    if not (found := dated(folder)):
        raise Refused(
            f"Aucune sauvegarde dans {folder}.",
            why="On y cherche les fichiers qu’écrit « maillage sauvegarder --dossier ».",
            do="Donnez le chemin d’une sauvegarde.",
        )
    return found[-1]
