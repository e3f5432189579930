"""maillage enquete: weights, tables and the synthesis of a survey. Each verb has its own module:
`arguments` and `run`.
"""

import argparse
import importlib
from types import ModuleType

VERBS = {
    "questionnaire": "donne les questionnaires prêts, et écrit l’un d’eux en XLSForm",
    "ponderer": "calcule le poids de chaque réponse, pour que l’échantillon ressemble à la population",
    "tabuler": "donne le tableau d’une question : parts pondérées, intervalles, petits effectifs masqués",
    "retrouver": "dit si un pourcentage publié peut venir d’un effectif, et par quelle règle d’arrondi",
    "synthese": "écrit le document des résultats : HTML, PDF, DOCX, tableaux CSV",
}


def arguments(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="geste", required=True, metavar="GESTE")
    for verb, help_ in VERBS.items():
        _module(verb).arguments(
            verbs.add_parser(verb, help=help_, description=help_[0].upper() + help_[1:] + ".")
        )


def run(options: argparse.Namespace) -> int:
    return int(_module(options.geste).run(options) or 0)


def _module(verb: str) -> ModuleType:
    return importlib.import_module(f"maillage.manage.surveys.{verb}")
