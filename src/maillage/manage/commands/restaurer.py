"""maillage restaurer: put a backup back, verified first, where nobody is served meanwhile."""

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import TextIO

from maillage.kernel.errors import Refused
from maillage.words.wording import count

RESTORING = "(une restauration est en cours)"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("fichier", metavar="FICHIER", type=Path, help="la sauvegarde à lire")
    parser.add_argument(
        "--cle", metavar="FICHIER", type=Path, help="le fichier des clés, si elle est scellée"
    )


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.conf import settings
    from django.utils import timezone

    from maillage.apps.agenda.actions import links
    from maillage.apps.dossiers import actions
    from maillage.apps.surveys.actions import targets
    from maillage.manage.backups import backup, keys

    with _alone() or nullcontext():
        counts = backup.restore(options.fichier.resolve(), keys=keys.secrets(options.cle))
        settings.LAST_RESTORATION.touch()
        actions.resume()
        actions.publish_again_after_a_stop()
        counts_text = f"{count(counts['lignes'], 'ligne')}, {count(counts['fichiers'], 'fichier')}"
        print(f"Restauré depuis {options.fichier} : {counts_text}")
        targets.renew()
        if changed := links.renew(at=timezone.now()):
            renewed = (
                "lien de place ou de rendez-vous est refait",
                "liens de places et de rendez-vous sont refaits",
            )
            print(f"La clé de cet ordinateur est autre : {count(changed, *renewed)}.")
            print("Ceux donnés avant ne s’ouvrent plus ; les prochains rappels portent les nouveaux.")
        print(f"Ce qui était là avant est gardé dans {counts['avant']}")
        if n := len(counts["perdus"]):
            lost = count(n, "renvoi perdu : sa ligne", "renvois perdus : leurs lignes")
            print(f"sauf {lost}, dans « ecartees.jsonl » de ce fichier.")
    return 0


def _alone() -> TextIO | None:
    """Keep servers out of the home for the time of a restoration; Refused while one serves it. None where
    nothing can be locked.
    """
    from maillage.manage.commands.servir import hold_home

    try:
        return hold_home(RESTORING)
    except Refused as refused:
        raise Refused(
            "La plateforme tourne encore.",
            why="Ce qui s’y écrirait pendant la restauration serait perdu, et ne serait dans aucune copie.",
            do="Arrêtez-la (systemctl stop maillage, ou Ctrl+C là où elle tourne), puis relancez.",
        ) from refused
