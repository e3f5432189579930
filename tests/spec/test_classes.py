"""Cinq classes pour chaque précarité, quatre cases quand on les croise, et la certitude de chaque classe."""

import numpy as np

from maillage.engine import classes, clusters

title = "Classes, cases et certitude"
NAMES = ["très faible", "faible", "moyenne", "forte", "très forte", "sans classe"]


def test_classes_are_fifths_of_zones(spec):
    """Les classes sont les cinquièmes des zones, de « très faible » à « très élevée »."""
    spec(
        """
        part
        ----
          10
          12
          13
          14
          17
        """,
        lambda t: [NAMES[c] for c in classes.classes(t["part"])],
        ["très faible", "faible", "moyenne", "forte", "très forte"],
    )


def test_equal_values_stay_together(spec):
    """Deux zones de même valeur sont toujours dans la même classe."""
    spec(
        """
        part
        ----
          10
          13
          13
          13
          17
        """,
        lambda t: [NAMES[c] for c in classes.classes(t["part"])],
        ["très faible", "faible", "faible", "faible", "très forte"],
    )


def test_an_unknown_value_has_no_class(spec):
    """Une zone sans valeur n’a pas de classe, et ne déplace pas les bornes des autres."""
    spec(
        """
        zone | part
        -----+-----
        A    |   10
        B    |   12
        C    |
        D    |   13
        E    |   14
        F    |   17
        """,
        lambda t: [NAMES[c] for c in classes.classes(t["part"])],
        ["très faible", "faible", "sans classe", "moyenne", "forte", "très forte"],
    )


def test_the_four_cells(spec):
    """Une zone est « forte » quand elle est dans les deux plus hautes classes ; croiser donne quatre
    cases.
    """
    spec(
        """
        numérique | sociale
        ----------+--------
                4 |       3
                4 |       2
                0 |       4
                1 |       1
        """,
        lambda t: [
            ["aucune", "numérique", "sociale", "les deux"][c]
            for c in classes.cells(t["numérique"], t["sociale"])
        ],
        ["les deux", "numérique", "sociale", "aucune"],
    )


def test_a_class_is_firm_when_draws_agree(spec):
    """La certitude est la part des tirages qui donnent la même classe ; sous 80 %, la carte est rayée."""
    spec(
        """
        tirage 1 | tirage 2 | tirage 3 | tirage 4
        ---------+----------+----------+---------
              10 |       10 |       10 |       10
              12 |       12 |       12 |       14
              13 |       13 |       13 |       13
              14 |       14 |       14 |       12
              17 |       17 |       17 |       17
        """,
        lambda t: classes.firmness(np.column_stack(list(t.values())), np.arange(5)),
        [1, 0.75, 1, 0.75, 1],
    )


def test_neighbours_in_the_same_case_are_gathered(spec):
    """Les zones voisines en précarité forte forment un ensemble ; une zone seule est dite à part."""
    spec(
        """
        zone | voisine
        -----+--------
           0 |       1
           1 |       2
           3 |       4
        """,
        lambda t: str(
            clusters.gather(
                np.column_stack((t["zone"], t["voisine"])).astype(int),
                np.array([True, True, False, True, False]),
            )
        ),
        "[[0, 1], [3]]",
    )
