"""maillage verifier-journal: the chain of the journal, walked from its first line."""

import argparse
import json

from maillage.kernel.errors import Refused


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(given: argparse.Namespace) -> int:
    from maillage.config.bootstrap import ready

    ready()
    from maillage.apps.accounts import queries

    lines, found = queries.broken()
    if given.json:
        print(json.dumps({"lignes": lines, "rupture": found and {"ligne": found.line, "raison": found.why}}))
    if found is not None:
        raise Refused(
            f"Le journal a été changé à la ligne {found.line}, du {found.at:%d/%m/%Y à %H:%M} : {found.why}.",
            why=(
                "Chaque ligne porte l’empreinte de celle qui la précède : celles d’après ne prouvent plus"
                " rien."
            ),
            do="Comparez avec une sauvegarde d’avant cette date, et cherchez qui a écrit dans la base.",
        )
    if not given.json:
        print(f"Le journal est entier : {lines} ligne{'s' * (lines > 1)}.")
    return 0
