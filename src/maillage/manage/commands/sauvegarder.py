"""maillage sauvegarder: everything, in one file; or one more in a folder, where the oldest are removed."""

import argparse
import re
from pathlib import Path

from maillage.kernel.errors import Refused
from maillage.words.wording import count

DATED = re.compile(r"maillage-\d{8}-\d{6}\.zip(\.age)?")
MAX_PRINTED = 20  # lost references that are named


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
    where.add_argument(
        "--faire-cle",
        metavar="FICHIER",
        type=Path,
        help="écrit une clé neuve pour chiffrer les sauvegardes, et s’arrête",
    )
    parser.add_argument(
        "--pour-cle",
        metavar="age1…",
        action="append",
        help="chiffre pour cette clé publique ; se répète (par défaut MAILLAGE_BACKUP_KEYS)",
    )
    parser.add_argument(
        "--garder", metavar="N", type=int, help="combien en garder dans ce dossier ; toutes par défaut"
    )


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    _check(options)
    if options.faire_cle:
        return _make_key(options.faire_cle)
    ready()
    from django.conf import settings
    from django.utils import timezone

    from maillage.manage.backups import backup, keys

    recipients = keys.recipients(options.pour_cle or settings.BACKUP_KEYS)
    name = f"maillage-{timezone.localtime():%Y%m%d-%H%M%S}.zip{'.age' if recipients else ''}"
    path = options.fichier or options.dossier / name
    for unfinished in backup.erase_unfinished(path.resolve().parent):
        print(f"Reste d’une sauvegarde interrompue, effacé : {unfinished}")
    lost: list[str] = []
    counts = backup.save(
        path.resolve(), recipients=recipients, tell=lambda lost_rows: lost.extend(lost_rows.words)
    )
    settings.LAST_BACKUP.write_text(f"{path.stat().st_size}\n", "ascii")
    counts_text = f"{count(counts['lignes'], 'ligne')}, {count(counts['fichiers'], 'fichier')}"
    print(f"Sauvegarde écrite et relue : {path} ({counts_text})")
    if recipients:
        print("Elle est chiffrée : seule la clé secrète l’ouvre. Gardez cette clé hors de cet ordinateur.")
    if counts["papiers"]:
        papers = count(counts["papiers"], "papier y est, chiffré", "papiers y sont, chiffrés")
        print(
            f"{papers}. La sauvegarde ne contient pas la clé qui les ouvre : gardez-la ailleurs, et pas "
            f"avec cette sauvegarde."
        )
    if lost:
        _print_lost(lost, path)
    if options.garder:
        retained_words = "la dernière" if options.garder == 1 else f"les {options.garder} dernières"
        for old in _older(path, options.garder):
            old.unlink(missing_ok=True)
            print(f"Sauvegarde effacée, qui n’est pas {retained_words} : {old}")
    return 1 if lost else 0


def _print_lost(lost: list[str], path: Path) -> None:
    """Print the rows that no base would take back, and the way to mend it."""
    print(f"{count(len(lost), 'renvoi de la base est perdu', 'renvois de la base sont perdus')} :")
    for words in lost[:MAX_PRINTED]:
        print(f"  {words}")
    if len(lost) > MAX_PRINTED:
        print(f"  et {count(len(lost) - MAX_PRINTED, 'autre')}")
    print(
        "Ces lignes, telles qu’elles étaient, sont dans son fichier « ecartees.jsonl ». Tout le reste y est."
    )
    print(
        "Un disque s’est abîmé, ou la base a été changée à la main. Pour la réparer, la plateforme arrêtée :"
        f" maillage restaurer {path}"
    )


def _check(options: argparse.Namespace) -> None:
    if options.garder is not None and (options.garder < 1 or options.dossier is None):
        raise Refused(
            f"--garder {options.garder} n’a pas de sens ici.",
            why="Ce nombre dit combien de sauvegardes datées restent dans un dossier : 1 ou plus.",
            do="Écrivez par exemple : maillage sauvegarder --dossier /var/backups/maillage --garder 14.",
        )


def _make_key(path: Path) -> int:
    from maillage.manage.backups import keys

    public = keys.make(path)
    print(f"Clé secrète écrite dans {path} : mettez-la ailleurs, en deux lieux.")
    print("Perdue, plus aucune sauvegarde chiffrée pour elle ne s’ouvre.")
    print(f"Clé publique, à donner à MAILLAGE_BACKUP_KEYS : {public}")
    return 0


def dated(folder: Path) -> list[Path]:
    """Return the dated backups of a folder, the oldest first; nothing else that is there."""
    return sorted(path for path in folder.iterdir() if DATED.fullmatch(path.name))


def _older(newest: Path, n_stored: int) -> list[Path]:
    """Return the backups beyond those to keep; never the one just made, whatever day the others say."""
    older = [each for each in dated(newest.parent) if each != newest]
    return older[: len(older) - (n_stored - 1)] if len(older) >= n_stored else []
