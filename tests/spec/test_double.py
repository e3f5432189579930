"""Les personnes en précarité numérique et sociale sont une partie des premières, jamais un nombre à ajouter."""

import numpy as np

from maillage.statistics.engine import overlap, rates

title = "Deux précarités à la fois"


def test_whatever_the_link_the_overlap_has_bounds(spec):
    """Quel que soit le lien entre les deux, le cumul est au plus la plus petite des deux, et au moins leur
    somme moins la population.

    numérique | modestes | population
    ----------+----------+-----------
           40 |      120 |        300
          200 |      150 |        300
    """
    spec(
        lambda t: np.column_stack(overlap.bounds(t["numérique"], t["modestes"], t["population"])).ravel(),
        [0, 40, 50, 150],
    )


def test_the_two_households_average_to_the_published_rate(spec):
    """Un taux se partage entre ménages modestes et autres : leur moyenne redonne le taux, leur lien est le
    rapport de cotes choisi.

    taux | part modeste | rapport
    -----+--------------+--------
      20 |           40 |       2
    """

    def call(t: dict) -> list[float]:
        outside, inside = (
            part[0, 0]
            for part in rates.split_by_household(
                t["taux"][None] / 100, t["part modeste"] / 100, np.array([t["rapport"][0]])
            )
        )
        share = t["part modeste"][0] / 100
        odds = inside / (1 - inside) / (outside / (1 - outside))
        return [100 * (share * inside + (1 - share) * outside), odds]

    spec(call, [20, 2])
