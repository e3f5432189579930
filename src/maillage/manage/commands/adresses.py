"""maillage adresses: the addresses of a département, loaded once, to place lieux without a network."""

import argparse
import sys

from maillage.kernel.errors import Refused
from maillage.manage.commands.offre import count
from maillage.manage.words import print_json, typed_path


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="geste", required=True, metavar="GESTE")
    load = verbs.add_parser("charger", help="charge un fichier d’adresses (BAN, CSV, tel quel ou en .gz)")
    load.add_argument("fichier", type=typed_path, metavar="FICHIER")
    load.add_argument("--json", action="store_true", help="écrit les décomptes en JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.home import HOME
    from maillage.sources.offer import addresses

    if not options.fichier.is_file():
        raise Refused(
            f"{options.fichier.name} : ce fichier n’existe pas, ou est un dossier.",
            why="Les adresses se chargent d’un fichier à la fois, un par département.",
            do="Vérifiez le chemin et le nom, extension comprise.",
        )
    loaded = addresses.load(options.fichier, HOME / addresses.FOLDER)
    if options.json:
        print_json(
            {
                "adresses": loaded.numbers,
                "voies": loaded.streets,
                "departements": list(loaded.departements),
                "laissees": loaded.left_out,
            }
        )
    else:
        where = ", ".join(loaded.departements)
        print(
            f"{count(loaded.numbers, 'adresse chargée', 'adresses chargées')},"
            f" {count(loaded.streets, 'voie', 'voies')}, département {where}."
            f" {count(loaded.left_out, 'ligne laissée', 'lignes laissées')}."
        )
        print("Les prochains imports situent les lieux sans coordonnées par leur adresse.")
    if loaded.first_left:
        print(f"La première ligne refusée, {loaded.first_left}.", file=sys.stderr)
    return 1 if loaded.first_left else 0
