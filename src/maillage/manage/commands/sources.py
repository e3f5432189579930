"""maillage sources: every figure the engine uses, and where it comes from."""

import argparse

from maillage.manage.words import print_json
from maillage.publishing.territory.provenance import figures


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    all_figures = figures()
    if options.json:
        print_json(all_figures)
        return 0
    for figure in all_figures:
        value = f" = {figure['valeur']}" if figure["valeur"] is not None else ""
        print(
            f"{figure['id']}{value}\n  {figure['libelle']} ({figure['producteur']}, {figure['annee']})\n "
            f" Doute : {figure['doute']}\n"
        )
    return 0
