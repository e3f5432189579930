"""maillage definitions: what may be counted."""

import argparse

from maillage.cli.words import print_json
from maillage.reference.definitions import offered


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(given: argparse.Namespace) -> int:
    if given.json:
        print_json(
            [
                {
                    "id": d.id,
                    "libelle": d.label,
                    "univers": d.universe,
                    "producteur": d.producer,
                    "annee": d.year,
                    "source": d.title,
                    "url": d.url,
                    "citation": d.quote,
                    "n": d.n,
                    "n_publie": d.n_known,
                    "doute": d.doubt,
                }
                for d in offered()
            ]
        )
        return 0
    for d in offered():
        print(f"{d.id}\n  {d.label}. Champ : {d.universe}.\n  {d.producer}, {d.year}. {d.title}\n  Doute : {d.doubt}\n")
    return 0
