"""Cinq classes pour chaque précarité, quatre cases quand on les croise, et la certitude de chaque classe."""

import numpy as np

from maillage.engine import classes, clusters

title = "Classes, cases et certitude"
NAMES = ["très faible", "faible", "moyenne", "forte", "très forte", "sans classe"]


def test_classes_are_fifths_of_the_residents_of_france(spec):
    """Une classe compare à la France métropolitaine : un cinquième de ses habitants vit dans chacune, et le découpage de
    l’étude n’y change rien. Ici, un pays de cinq communes : la plus grande tient trois cinquièmes des habitants.
    """
    spec(
        """
        part | habitants
        -----+----------
          10 |       200
          12 |       100
          14 |       600
          16 |        50
          17 |        50
        """,
        lambda t: classes.fifths(t["part"], t["habitants"]),
        [10, 14, 14, 14],
    )


def test_bounds_of_each_draw_move_with_the_country(spec):
    """À chaque tirage, les bornes suivent le taux du pays : un doute que tout le pays partage ne change la classe de
    personne.
    """
    spec(
        """
        part | borne 1 | borne 2 | borne 3 | borne 4
        -----+---------+---------+---------+--------
          15 |      12 |      14 |      16 |      18
          18 |      15 |      17 |      19 |      21
          18 |      12 |      14 |      16 |      18
        """,
        lambda t: [
            NAMES[c]
            for c in classes.drawn(t["part"][None], np.array([t[f"borne {k}"] for k in range(1, 5)]))[0]
        ],
        ["moyenne", "moyenne", "forte"],
    )


def test_relative_classes_are_fifths_of_zones(spec):
    """Les classes relatives, celles des études d’un seul périmètre, sont les cinquièmes des zones."""
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


def test_a_zone_is_in_the_likeliest_of_the_four_cells(spec):
    """La case d’une zone est la plus probable des quatre, d’après les chances de chaque précarité d’être élevée, en
    pour cent ; puis ses chances.
    """
    names = ("aucune", "numérique", "sociale", "les deux")

    def call(t):
        cells, odds = classes.likeliest_cells(t["numérique"] / 100, t["sociale"] / 100)
        return [f"{names[c]}, {100 * p:.0f} %" for c, p in zip(cells, odds, strict=True)]

    spec(
        """
        numérique | sociale
        ----------+--------
               48 |     100
               52 |     100
               90 |      40
               30 |      20
        """,
        call,
        ["sociale, 52 %", "les deux, 52 %", "numérique, 54 %", "aucune, 56 %"],
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
