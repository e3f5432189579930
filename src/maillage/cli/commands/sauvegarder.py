"""maillage sauvegarder: everything, in one file; or one more in a folder, where the oldest are removed."""

import argparse
import re
from pathlib import Path

from maillage.kernel.errors import Refused

DATED = re.compile(r"maillage-\d{8}-\d{6}\.zip")


def arguments(parser: argparse.ArgumentParser) -> None:
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "fichier",
        metavar="FICHIER",
        type=Path,
        nargs="?",
        help="la sauvegarde à écrire, par exemple maillage.zip",
    )
    where.add_argument(
        "--dossier", metavar="DOSSIER", type=Path, help="un dossier où en écrire une de plus, à son heure"
    )
    parser.add_argument(
        "--garder", metavar="N", type=int, help="combien en garder dans ce dossier ; toutes par défaut"
    )


def run(given: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    _check(given)
    ready()
    from django.conf import settings
    from django.utils import timezone

    from maillage.config import backup

    path = given.fichier or given.dossier / f"maillage-{timezone.localtime():%Y%m%d-%H%M%S}.zip"
    counts = backup.save(path.resolve())
    settings.LAST_BACKUP.touch()
    print(f"Sauvegarde écrite et relue : {path} ({counts['lignes']} lignes, {counts['fichiers']} fichiers)")
    if counts["papiers"]:
        print(
            f"{counts['papiers']} papiers de personnes y sont, chiffrés. La clé qui les ouvre n’y est pas :"
            " gardez-la ailleurs, et pas avec cette sauvegarde."
        )
    if given.garder:
        for old in _older(given.dossier, given.garder):
            old.unlink()
            print(f"Sauvegarde effacée, plus ancienne que les {given.garder} dernières : {old}")
    return 0


def _check(given: argparse.Namespace) -> None:
    if given.garder is not None and (given.garder < 1 or given.dossier is None):
        raise Refused(
            f"--garder {given.garder} n’a pas de sens ici.",
            why="Ce nombre dit combien de sauvegardes datées restent dans un dossier : 1 ou plus.",
            do="Écrivez par exemple : maillage sauvegarder --dossier /var/backups/maillage --garder 14.",
        )


def _older(folder: Path, kept: int) -> list[Path]:
    """Return the dated backups of a folder but the last ones: nothing else that is there is touched."""
    dated = sorted(path for path in folder.iterdir() if DATED.fullmatch(path.name))
    return dated[:-kept]
