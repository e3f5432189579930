"""maillage deplacer-base: every row from one engine to the other, each compared once there."""

import argparse
import os
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from maillage.cli.words import print_comparison, print_json
from maillage.kernel.errors import Refused

RUNNING = 60  # seconds since the last sign of `maillage servir`


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "vers",
        metavar="VERS",
        help="une base vide : postgresql://compte@ordinateur/base, ou « sqlite » pour le dossier de Maillage",
    )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(given: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    target = _target(given.vers)
    ready()
    from django.conf import settings

    from maillage.config import aside, backup

    _check_stopped(settings.HEARTBEAT)
    start = time.monotonic()
    with TemporaryDirectory(dir=settings.HOME, prefix=aside.PREFIX) as folder:
        path = Path(folder) / "base.zip"
        backup.save(path, rows_only=True)
        compared = aside.fill(path, {"DATABASE_URL": target})
    seconds = round(time.monotonic() - start, 1)
    whole = all(each.is_equal for each in compared)
    if given.json:
        tables = {
            each.label: {"lignes": each.after[0], "empreinte": each.after[1], "egale": each.is_equal}
            for each in compared
        }
        print_json({"entiere": whole, "secondes": seconds, "tables": tables})
        return 0 if whole else 1
    print_comparison(compared, "avant", "après", digests=True)
    if not whole:
        print("Des tables diffèrent : ne servez pas la nouvelle base. L’ancienne n’a pas changé.")
        return 1
    print(f"{sum(each.after[0] for each in compared)} lignes déplacées et comparées, en {seconds} s.")
    print(
        "Donnez maintenant cette adresse à DATABASE_URL, puis relancez le service."
        if target
        else "Ôtez maintenant DATABASE_URL, puis relancez le service."
    )
    print("L’ancienne base n’a pas changé : gardez-la jusqu’à ce que la nouvelle ait sa première sauvegarde.")
    return 0


def _target(typed: str) -> str:
    """Return the address of the new database, empty for SQLite; Refused when it is the one in use."""
    current = os.environ.get("DATABASE_URL", "")
    target = "" if typed == "sqlite" else typed
    if target and not target.startswith(("postgresql://", "postgres://")):
        raise Refused(
            f"« {typed} » n’est pas l’adresse d’une base.",
            why="On passe de SQLite à PostgreSQL, ou de PostgreSQL à SQLite.",
            do="Écrivez postgresql://compte@ordinateur/base, ou sqlite.",
        )
    if target == current:
        raise Refused(
            "Cette base est celle qui sert déjà.",
            why="DATABASE_URL dit d’où l’on part, et la commande dit où l’on va.",
            do="Donnez l’adresse d’une autre base, vide.",
        )
    return target


def _check_stopped(heartbeat: Path) -> None:
    """Refuse while the platform runs: what is written meanwhile would stay behind."""
    if heartbeat.exists() and time.time() - heartbeat.stat().st_mtime < RUNNING:
        raise Refused(
            "La plateforme tourne encore.",
            why="Ce qui s’y écrirait pendant le déplacement resterait dans l’ancienne base.",
            do=f"Arrêtez le service (systemctl stop maillage), attendez {RUNNING} secondes, puis relancez.",
        )
