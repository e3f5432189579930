"""maillage territoires: find a territory by its name, code or postcode."""

import argparse

from maillage.kernel.errors import Refused
from maillage.manage.words import print_json


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("texte", metavar="TEXTE", nargs="+", help="un nom, un code ou un code postal")
    parser.add_argument("--json", action="store_true", help="écrit un document JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.statistics.zones.territories import KIND_LABELS, gazetteer

    matches = gazetteer().find(" ".join(options.texte))
    if options.json:
        print_json(
            [
                {
                    "code": t.code,
                    "nom": t.name,
                    "type": t.kind,
                    "population": t.population,
                    "dans": [{"code": code, "nom": name} for code, name in t.within],
                }
                for t in matches
            ]
        )
        return 0 if matches else 2
    if not matches:
        raise Refused(
            f"Aucun territoire ne ressemble à « {' '.join(options.texte)} ».",
            why=(
                "La recherche ignore les accents, les tirets et les majuscules, et propose les orthographes"
                " voisines."
            ),
            do="Essayez une partie du nom, un code postal, ou le code officiel.",
        )
    for t in matches:
        place = ", ".join(name for _, name in t.within[-2:])
        print(
            f"{t.code:<10} {t.name} ({KIND_LABELS[t.kind]}{', ' + place if place else ''})"
            f" {f'{t.population} habitants' if t.population else 'hors du champ'}"
        )
    return 0
