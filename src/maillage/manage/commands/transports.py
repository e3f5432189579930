"""maillage transports: timetables of public transport, loaded once, by which ways are then counted."""

import argparse
import sys
from datetime import date

from maillage.kernel.errors import Refused
from maillage.kernel.progress import steps
from maillage.manage.words import print_json, typed_path
from maillage.reference.travel import MOMENTS
from maillage.words.dates import in_words
from maillage.words.wording import listing, number

CARD = {
    "empreinte": "digest",
    "fichiers": "files",
    "producteurs": "producers",
    "licence": "licence",
    "debut": "first",
    "fin": "last",
    "jours": "days",
    "arrets": "n_stops",
    "courses": "n_trips",
    "arrets_sur_demande": "n_on_call",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="geste", required=True, metavar="GESTE")
    load = verbs.add_parser("charger", help="charge des horaires GTFS à la place des précédents")
    load.add_argument("fichiers", type=typed_path, nargs="+", metavar="GTFS.zip")
    load.add_argument("--licence", default="", help="celle de ces horaires, redite partout où ils servent")
    load.add_argument("--json", action="store_true", help="écrit la fiche des horaires en JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.manage.deploy.home import HOME
    from maillage.sources import streets, timetables
    from maillage.statistics.offer import transit

    for path in options.fichiers:
        if not path.is_file():
            raise Refused(
                f"{path.name} : ce fichier n’existe pas, ou est un dossier.",
                why="Les horaires se chargent d’archives GTFS (.zip), une par réseau.",
                do="Vérifiez le chemin et le nom, extension comprise.",
            )
    today = date.today()
    loaded = timetables.load(options.fichiers, HOME, licence=options.licence, today=today, progress=steps)
    doubts = [
        *timetables.doubts(loaded, len(options.fichiers), today),
        *transit.stops_off_streets(loaded, streets.loaded(HOME)),
    ]
    if options.json:
        print_json({key: getattr(loaded, name) for key, name in CARD.items()} | {"avertissements": doubts})
        return 1 if doubts else 0
    print(
        f"{number(loaded.n_stops)} arrêts, {number(loaded.n_trips)} courses, {listing(loaded.producers)}."
        f" Horaires valables du {in_words(date.fromisoformat(loaded.first))} au"
        f" {in_words(date.fromisoformat(loaded.last))}."
    )
    for moment, day in zip(MOMENTS, loaded.days, strict=True):
        if day:
            print(f"Pour {moment.label} : les horaires du {in_words(date.fromisoformat(day))}.")
    print("« En transports en commun » se choisit à la page des manques, et avec diagnostic --acces.")
    for doubt in doubts:
        print(doubt, file=sys.stderr)
    return 1 if doubts else 0
