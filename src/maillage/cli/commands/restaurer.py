"""maillage restaurer: put a backup back, verified first."""

import argparse
from pathlib import Path


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("fichier", metavar="FICHIER", type=Path, help="la sauvegarde à lire")
    parser.add_argument(
        "--cle", metavar="FICHIER", type=Path, help="le fichier des clés, si elle est scellée"
    )


def run(given: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    ready()
    from django.utils import timezone

    from maillage.apps.agenda.actions import links
    from maillage.apps.dossiers import actions
    from maillage.apps.surveys.actions import targets
    from maillage.config import backup, keys

    counts = backup.restore(given.fichier.resolve(), keys=keys.secrets(given.cle))
    actions.resume()
    actions.publish_again_after_a_stop()
    print(f"Restauré depuis {given.fichier} : {counts['lignes']} lignes, {counts['fichiers']} fichiers")
    targets.renew()
    if changed := links.renew(at=timezone.now()):
        print(
            f"La clé de cet ordinateur est autre : {changed} liens de places et de rendez-vous sont refaits."
        )
        print("Ceux donnés avant ne s’ouvrent plus ; les prochains rappels portent les nouveaux.")
    print(f"Ce qui était là avant est gardé dans {counts['avant']}")
    return 0
