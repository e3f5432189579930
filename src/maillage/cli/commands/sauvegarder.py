"""maillage sauvegarder: everything, in one file."""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "fichier", metavar="FICHIER", type=Path, help="la sauvegarde à écrire, par exemple maillage.zip"
    )


def run(given: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    ready()
    from django.conf import settings

    from maillage.config import backup

    counts = backup.save(given.fichier.resolve())
    settings.LAST_BACKUP.touch()
    print(
        f"Sauvegarde écrite et relue : {given.fichier} ({counts['lignes']} lignes, {counts['fichiers']}"
        " fichiers)"
    )
    if counts["papiers"]:
        print(
            f"{counts['papiers']} papiers de personnes y sont, chiffrés. La clé qui les ouvre n’y est pas :"
            " gardez-la ailleurs, et pas avec cette sauvegarde."
        )
    return 0
