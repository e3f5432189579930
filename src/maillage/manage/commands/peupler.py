"""maillage peupler: a made country, to see how the platform does at that size."""

import argparse
from dataclasses import fields, replace
from typing import TYPE_CHECKING

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.words import print_json

if TYPE_CHECKING:
    from maillage.manage.country.making import Size

WORDS = {
    "structures": "structures, avec un lieu chacune",
    "aidants": "comptes d’aidants, que personne n’ouvre",
    "personnes": "personnes suivies par une structure",
    "orientations": "orientations",
    "apprenants": "personnes qui apprennent",
    "actes": "actes d’aide",
    "ateliers": "ateliers, un sur cinq à venir",
    "enquetes": "enquêtes",
    "reponses": "réponses, en tout",
    "messages": "messages partis",
    "journal": "lignes du journal",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    from maillage.manage.country.making import Size

    parser.add_argument(
        "--taille",
        default="1",
        metavar="PART",
        help="part d’un pays de cent départements : 0,1 pour un dixième (1 par défaut)",
    )
    for field in fields(Size):
        parser.add_argument(
            f"--{field.name}", type=int, metavar="N", help=f"{WORDS[field.name]} ({field.default} pour 1)"
        )
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    size = _size(options)
    from maillage.manage.deploy.bootstrap import ready

    ready()
    from django.utils import timezone

    from maillage.manage import settings
    from maillage.manage.country import making

    making.check(production=settings.PRODUCTION)
    n_by_name = making.make(size, at=timezone.localtime(), progress=steps)
    if options.json:
        print_json(n_by_name)
        return 0
    print("Pays fabriqué, où rien n’est vrai :")
    for name, n in n_by_name.items():
        print(f"  {n} {WORDS[name]}")
    print("Chaque ligne est marquée comme un exemple. Pour s’en défaire, effacez cette base.")
    return 0


def _size(options: argparse.Namespace) -> "Size":
    """Return the size typed: that of a share of a country, but for what is said."""
    from maillage.manage.country.making import Size

    try:
        share = float(options.taille.replace(",", "."))
    except ValueError:
        share = 0.0
    typed_sizes = {each.name: getattr(options, each.name) for each in fields(Size)}
    if not 0 < share <= 100 or any(n is not None and n < 1 for n in typed_sizes.values()):
        raise Refused(
            "Aucun pays n’a été fabriqué.",
            why="Une taille est un nombre plus grand que zéro, 100 au plus ; le reste, un au moins.",
            do="Tapez par exemple « maillage peupler --taille 0,1 », ou « --structures 900 ».",
        )
    return replace(Size.part(share), **{name: n for name, n in typed_sizes.items() if n is not None})
