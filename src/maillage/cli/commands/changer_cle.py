"""maillage changer-cle: another key for sessions and links, when the one before was seen."""

import argparse
import os

from maillage.kernel.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    del parser  # nothing to choose


def run(options: argparse.Namespace) -> int:
    del options
    if os.environ.get("MAILLAGE_SECRET_KEY"):
        raise Refused(
            "La clé n’a pas été changée.",
            why="Elle vient du réglage MAILLAGE_SECRET_KEY, que cette commande n’écrit pas.",
            do="Donnez une autre valeur à MAILLAGE_SECRET_KEY, puis relancez la plateforme.",
        )
    from maillage.config import home

    home.write_key()
    print("La clé est changée. Relancez la plateforme : jusque-là, l’ancienne sert encore.")
    print("Chacun se reconnectera. Les liens déjà donnés ne s’ouvriront plus :")
    print(
        "les prochains rappels en portent de nouveaux. Ceux des enquêteurs, tirés au sort, s’ouvrent encore."
    )
    return 0
