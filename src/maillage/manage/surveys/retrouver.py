"""maillage enquete retrouver: may a published percentage come from so many answers, and two ways lead to
one share?
"""

import argparse

from maillage.manage.words import print_json

RULES = {"both": "les_deux", "nearest": "au_plus_proche", "down": "troncature", "": "aucune"}


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pourcentage", metavar="POURCENTAGE", help="tel qu’il est imprimé : 28, ou 10,5")
    parser.add_argument("effectif", metavar="N", help="le nombre de réponses dont il serait la part")
    parser.add_argument(
        "--autre",
        metavar="CHEMIN",
        default="",
        help=(
            "un autre chemin vers la même part : « 40x10,5 » est 10,5 %% de 40 %% ; POURCENTAGE peut s’écrire"
            " ainsi aussi"
        ),
    )
    parser.add_argument("--json", action="store_true", help="écrit la réponse en JSON")


def run(options: argparse.Namespace) -> int:
    from maillage.kernel.typed import whole_number
    from maillage.publishing.survey import published_figure as published

    if options.autre:
        return _compared(options)
    result = published.origin_of(options.pourcentage, whole_number(options.effectif, most=published.MOST))
    if options.json:
        print_json(
            {
                "pourcentage": result.percent,
                "n": result.n,
                "regle": RULES[result.rule],
                "effectifs_au_plus_proche": list(result.nearest),
                "effectifs_par_troncature": list(result.down),
                "bases_proches": list(result.bases),
            }
        )
    else:
        print(result.sentence)
    return 0


def _compared(options: argparse.Namespace) -> int:
    from maillage.kernel.typed import whole_number
    from maillage.publishing.survey import published_figure as published

    result = published.compared(
        options.pourcentage, options.autre, whole_number(options.effectif, most=published.MOST)
    )
    if options.json:
        ways = [
            {
                "parts": [percent for percent, _ in way.percents],
                "effectifs_au_plus_proche": list(way.nearest),
                "effectifs_par_troncature": list(way.down),
            }
            for way in result.ways
        ]
        print_json({"n": result.n, "chemins": ways, "d_accord": result.agree})
    else:
        print("\n".join(result.sentences))
    return 0
