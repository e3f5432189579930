"""maillage changer-cle: another key for sessions and links, when the one before was seen, or grew old."""

import argparse
import os

from maillage.kernel.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    former = parser.add_mutually_exclusive_group()
    former.add_argument(
        "--garder-ancienne",
        action="store_true",
        help="un changement prévu : l’ancienne ouvre encore ce qu’elle a fait, personne ne se reconnecte",
    )
    former.add_argument(
        "--retirer-ancienne", action="store_true", help="finit ce changement : l’ancienne n’ouvre plus rien"
    )


def run(options: argparse.Namespace) -> int:
    if os.environ.get("MAILLAGE_SECRET_KEY"):
        raise Refused(
            "La clé n’a pas été changée.",
            why="Elle vient du réglage MAILLAGE_SECRET_KEY, que cette commande n’écrit pas.",
            do=(
                "Donnez une autre valeur à MAILLAGE_SECRET_KEY, puis relancez la plateforme. Pour que"
                " l’ancienne ouvre encore, mettez-la dans MAILLAGE_FORMER_SECRET_KEYS."
            ),
        )
    from maillage.manage.deploy import home

    if options.garder_ancienne:
        home.ensure_key()
        home.retain_key()
        home.write_key()
        print("La clé est changée. Relancez la plateforme : l’ancienne ouvre encore sessions et liens.")
        print("Dans un mois : maillage changer-cle --retirer-ancienne, puis relancez.")
        return 0
    home.FORMER_KEYS.unlink(missing_ok=True)
    if options.retirer_ancienne:
        print("L’ancienne clé est retirée. Relancez la plateforme : jusque-là, elle sert encore.")
        return 0
    home.write_key()
    print("La clé est changée. Relancez la plateforme : jusque-là, l’ancienne sert encore.")
    print("Chacun se reconnectera. Les liens déjà donnés ne s’ouvriront plus :")
    print(
        "les prochains rappels en portent de nouveaux. Ceux des enquêteurs, tirés au sort, s’ouvrent encore."
    )
    print("Les systèmes prévenus ont un autre secret : donnez-le-leur (page Échanges).")
    return 0
