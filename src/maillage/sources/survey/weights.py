"""The weights of a survey, as `maillage enquete ponderer` writes them: `id,poids`."""

import math
from collections.abc import Mapping
from pathlib import Path

from maillage.kernel.errors import Refused
from maillage.kernel.spreadsheet import bare
from maillage.sources.offer.forms.sheet import listed, quoted
from maillage.sources.survey import grid
from maillage.sources.survey.answers import ID, numbers
from maillage.sources.survey.grid import Grid

WEIGHT = "poids"
MOST, LEAST = 1e11, 1e-12  # persons a respondent stands for: beyond, sums of squares lose their digits
WHY = "Un poids dit combien de personnes une réponse représente : c’est un nombre, positif ou nul."
DO = "Refaites les poids avec « maillage enquete ponderer », sans retoucher le fichier."


def read(path: Path) -> Mapping[str, float]:
    """Return weights by `id`, from a CSV of any usual encoding and separator, or a workbook.

    Raises Refused, naming line, column and value, on a missing column, an `id` that is empty or given twice
    with two weights, and on a weight that is missing, negative or not a number.
    """
    return of(grid.read(path))


def of(survey_grid: Grid) -> Mapping[str, float]:
    """Return the weights that a grid holds."""
    _check_header(survey_grid)
    ids, cells = (
        [row[survey_grid.header.index(column)].strip() for row in survey_grid.rows] for column in (ID, WEIGHT)
    )
    weights: dict[str, float] = {}
    for line, respondent, cell, value in zip(
        survey_grid.lines, map(bare, ids), cells, numbers(cells).tolist(), strict=True
    ):
        where = f"{survey_grid.name}, ligne {line}, colonne"
        if not respondent:
            raise Refused(
                f"{where} {ID} : l’identifiant manque.",
                why="On ne sait pas de quelle réponse est ce poids.",
                do=DO,
            )
        if not 0 <= value <= MOST:
            what = "le poids manque" if not cell else "ce n’est pas un nombre"
            if math.isfinite(value):
                what = "un poids négatif" if value < 0 else "un poids démesuré"
            raise Refused(f"{where} {WEIGHT}, valeur « {quoted(cell)} » : {what}.", why=WHY, do=DO)
        if weights.setdefault(respondent, value) != value:
            raise Refused(
                f"{where} {ID}, valeur « {quoted(respondent)} » : cet identifiant a déjà un autre poids.",
                why="On ne saurait pas lequel appliquer.",
                do=DO,
            )
    if not weights:
        raise Refused(f"{survey_grid.name} : aucun poids sous l’en-tête.", why=WHY, do=DO)
    if 0 < math.fsum(weights.values()) < LEAST:
        raise Refused(
            f"{survey_grid.name}, colonne {WEIGHT} : tous les poids sont presque nuls.", why=WHY, do=DO
        )
    return weights


def _check_header(survey_grid: Grid) -> None:
    for column in (ID, WEIGHT):
        if column not in survey_grid.header:
            raise Refused(
                f"{survey_grid.name}, ligne 1 : la colonne « {column} » manque.",
                why=(
                    "Le fichier des poids a deux colonnes, id et poids. Colonnes lues :"
                    f" {listed([quoted(each) for each in survey_grid.header])}."
                ),
                do=DO,
            )
        if column in survey_grid.twice:
            raise Refused(
                f"{survey_grid.name}, ligne 1 : la colonne « {column} » est donnée deux fois.", why=WHY, do=DO
            )
