"""maillage rues: the streets of OpenStreetMap, loaded once, along which every distance is then counted."""

import argparse
import sys
from datetime import date

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.words import print_json, typed_path
from maillage.words.dates import in_words
from maillage.words.wording import number

CARD = {
    "empreinte": "digest",
    "fichier": "file",
    "date": "day",
    "autour": "perimeter",
    "croisements": "n_nodes",
    "troncons": "n_edges",
    "kilometres": "kilometres",
    "part_isolee": "isolated_share",
    "producteur": "producer",
    "licence": "licence",
    "relief": "tiles",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="geste", required=True, metavar="GESTE")
    load = verbs.add_parser("charger", help="charge un extrait d’OpenStreetMap à la place du précédent")
    load.add_argument("fichier", type=typed_path, metavar="FICHIER.osm.pbf")
    load.add_argument(
        "--autour",
        metavar="CODE",
        default="",
        help="ne garde que les rues d’un territoire et de vingt kilomètres autour",
    )
    load.add_argument(
        "--relief",
        type=typed_path,
        nargs="+",
        default=(),
        metavar="N45E000.hgt",
        help="des tuiles d’altitudes (SRTM) : à pied, une montée ralentit",
    )
    load.add_argument("--json", action="store_true", help="écrit la fiche de l’extrait en JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.commands.diagnostic import territory_of
    from maillage.manage.deploy.home import HOME
    from maillage.sources import streets
    from maillage.statistics.need import population as frames
    from maillage.statistics.zones.territories import rows_of

    if not options.fichier.is_file():
        raise Refused(
            f"{options.fichier.name} : ce fichier n’existe pas, ou est un dossier.",
            why="Les rues se chargent d’un extrait d’OpenStreetMap, au format .osm.pbf.",
            do="Vérifiez le chemin et le nom, extension comprise.",
        )
    box = None
    if options.autour:
        iris = frames.sources().rp2021
        communes = set(iris["commune"][rows_of(territory_of(options.autour), iris)].tolist())
        box = streets.box_around(options.autour, communes)
    loaded = streets.load(
        options.fichier,
        HOME,
        box=box,
        perimeter=options.autour,
        tiles=options.relief,
        progress=steps,
    )
    doubts = streets.doubts(loaded, date.today())
    if options.json:
        print_json({key: getattr(loaded, name) for key, name in CARD.items()} | {"avertissements": doubts})
        return 1 if doubts else 0
    day = f", données du {in_words(date.fromisoformat(loaded.day))}" if loaded.day else ""
    print(
        f"{number(loaded.kilometres)} km de rues, {number(loaded.n_nodes)} croisements,"
        f" {loaded.producer} ({loaded.licence}){day}."
    )
    print("Les prochains diagnostics comptent leurs distances par ces rues.")
    for doubt in doubts:
        print(doubt, file=sys.stderr)
    return 1 if doubts else 0
