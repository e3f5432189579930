"""maillage transferer: every row from one database to another, each compared once there."""

import argparse
import os
import time
from pathlib import Path

from maillage.kernel.errors import Refused
from maillage.manage.deploy import home
from maillage.manage.words import print_comparison, print_json

SQLITE = "sqlite"  # the database of the home folder
RUNNING = 60  # seconds since the last sign of `maillage servir`


def arguments(parser: argparse.ArgumentParser) -> None:
    words = (
        "postgresql://compte@ordinateur/base, sqlite:///fichier, ou « sqlite » pour celle de MAILLAGE_HOME"
    )
    parser.add_argument(
        "--depuis",
        metavar="ADRESSE",
        help=f"la base à transférer, celle qui sert si rien n’est dit : {words}",
    )
    parser.add_argument("--vers", metavar="ADRESSE", required=True, help="une base vide, dite de même")
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    source = home.database_url() if options.depuis is None else _address("--depuis", options.depuis)
    target = _address("--vers", options.vers)
    file = home.database_file(source)
    if source == target or (file and file == home.database_file(target)):
        raise Refused(
            "Les deux adresses sont celles d’une même base.",
            why="--depuis dit d’où l’on part (la base qui sert, si rien n’est dit), et --vers où l’on va.",
            do="Donnez à --vers l’adresse d’une autre base, vide.",
        )
    if file and not file.is_file():
        raise Refused(
            f"La base à transférer n’existe pas : {file}.",
            why="Aucun fichier n’a ce nom.",
            do="Corrigez l’adresse donnée à --depuis, ou le dossier MAILLAGE_HOME.",
        )
    os.environ["DATABASE_URL"] = source
    ready()
    from django.conf import settings

    from maillage.manage.backups import backup, scratch, trial_database

    _check_stopped(settings.HEARTBEAT)
    start = time.monotonic()
    with scratch.folder(scratch.EXERCISE) as folder:
        path = folder / "base.zip"
        backup.save(path, rows_only=True)
        compared = trial_database.fill(path, {"DATABASE_URL": target})
    seconds = round(time.monotonic() - start, 1)
    is_complete = all(each.is_equal for each in compared)
    if options.json:
        tables = {
            each.label: {"lignes": each.after[0], "empreinte": each.after[1], "egale": each.is_equal}
            for each in compared
        }
        print_json({"entiere": is_complete, "secondes": seconds, "tables": tables})
        return 0 if is_complete else 1
    print_comparison(compared, "avant", "après", digests=True)
    if not is_complete:
        print("Des tables diffèrent : ne servez pas la nouvelle base. L’ancienne n’a pas changé.")
        return 1
    print(f"{sum(each.after[0] for each in compared)} lignes transférées et comparées, en {seconds} s.")
    print(
        "Donnez maintenant cette adresse à DATABASE_URL, puis relancez le service."
        if target
        else "Retirez maintenant DATABASE_URL, puis relancez le service."
    )
    print("L’ancienne base n’a pas changé : gardez-la jusqu’à ce que la nouvelle ait sa première sauvegarde.")
    return 0


def _address(option: str, typed: str) -> str:
    """Return the address of a database as DATABASE_URL takes it, empty for that of the home folder."""
    address = "" if typed.strip() == SQLITE else typed.strip()
    if address and not home.is_database_url(address):
        raise Refused(
            f"{option} n’est pas suivi de l’adresse d’une base.",
            why="Elle commence par postgresql:// ou sqlite:///, et nomme une base ou un fichier.",
            do="Écrivez postgresql://compte@ordinateur/base, sqlite:///fichier, ou sqlite.",
        )
    return address


def _check_stopped(heartbeat: Path) -> None:
    """Refuse while the platform runs: what is written meanwhile would stay behind."""
    if heartbeat.exists() and time.time() - heartbeat.stat().st_mtime < RUNNING:
        raise Refused(
            "La plateforme tourne encore.",
            why="Ce qui s’y écrirait pendant le transfert resterait dans l’ancienne base.",
            do=f"Arrêtez le service (systemctl stop maillage), attendez {RUNNING} secondes, puis relancez.",
        )
