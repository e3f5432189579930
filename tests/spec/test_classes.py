"""Cinq classes pour chaque précarité, quatre cases quand on les croise, et la certitude de chaque classe."""

import numpy as np

from maillage.statistics.engine import classes, clusters

title = "Classes, cases et certitude"
NAMES = ["très faible", "faible", "moyenne", "forte", "très forte", "sans classe"]


def test_classes_are_fifths_of_the_residents_of_france(spec):
    """Une classe compare à la France métropolitaine : un cinquième de ses habitants vit dans chacune, et le découpage de
    l’étude n’y change rien. Ici, un pays de cinq communes : la plus grande tient trois cinquièmes des habitants.

    part | habitants
    -----+----------
      10 |       200
      12 |       100
      14 |       600
      16 |        50
      17 |        50
    """
    spec(lambda t: classes.fifths(t["part"], t["habitants"]), [10, 14, 14, 14])


def test_bounds_of_each_draw_move_with_the_country(spec):
    """À chaque tirage, les bornes suivent le taux du pays : un doute que tout le pays partage ne change la classe de
    personne.

    part | borne 1 | borne 2 | borne 3 | borne 4 || réponse
    -----+---------+---------+---------+---------++--------
      15 |      12 |      14 |      16 |      18 || moyenne
      18 |      15 |      17 |      19 |      21 || moyenne
      18 |      12 |      14 |      16 |      18 || forte
    """
    spec(
        lambda t: [
            NAMES[c]
            for c in classes.drawn(t["part"][None], np.array([t[f"borne {k}"] for k in range(1, 5)]))[0]
        ]
    )


def test_relative_classes_are_fifths_of_zones(spec):
    """Les classes relatives, celles des études d’un seul périmètre, sont les cinquièmes des zones.

    part || réponse
    -----++------------
      10 || très faible
      12 || faible
      13 || moyenne
      14 || forte
      17 || très forte
    """
    spec(lambda t: [NAMES[c] for c in classes.classes(t["part"])])


def test_equal_values_stay_together(spec):
    """Deux zones de même valeur sont toujours dans la même classe.

    part || réponse
    -----++------------
      10 || très faible
      13 || faible
      13 || faible
      13 || faible
      17 || très forte
    """
    spec(lambda t: [NAMES[c] for c in classes.classes(t["part"])])


def test_an_unknown_value_has_no_class(spec):
    """Une zone sans valeur n’a pas de classe, et ne déplace pas les bornes des autres.

    zone | part || réponse
    -----+------++------------
    A    |   10 || très faible
    B    |   12 || faible
    C    |      || sans classe
    D    |   13 || moyenne
    E    |   14 || forte
    F    |   17 || très forte
    """
    spec(lambda t: [NAMES[c] for c in classes.classes(t["part"])])


def test_the_four_cells(spec):
    """Une zone est « forte » quand elle est dans les deux plus hautes classes ; croiser donne quatre cases.

    numérique | sociale || réponse
    ----------+---------++----------
            4 |       3 || les deux
            4 |       2 || numérique
            0 |       4 || sociale
            1 |       1 || aucune
    """
    spec(
        lambda t: [
            ["aucune", "numérique", "sociale", "les deux"][c]
            for c in classes.cells(t["numérique"], t["sociale"])
        ]
    )


def test_a_zone_is_in_the_likeliest_of_the_four_cells(spec):
    """La case d’une zone est la plus probable des quatre, d’après les chances de chaque précarité d’être élevée, en
    pour cent ; puis ses chances.

    numérique | sociale || réponse
    ----------+---------++----------------
           48 |     100 || sociale, 52 %
           52 |     100 || les deux, 52 %
           90 |      40 || numérique, 54 %
           30 |      20 || aucune, 56 %
    """
    names = ("aucune", "numérique", "sociale", "les deux")

    def call(t):
        cells, odds = classes.likeliest_cells(t["numérique"] / 100, t["sociale"] / 100)
        return [f"{names[c]}, {100 * p:.0f} %" for c, p in zip(cells, odds, strict=True)]

    spec(call)


def test_neighbours_in_the_same_case_are_gathered(spec):
    """Les zones voisines en précarité forte forment un ensemble ; une zone seule est dite à part.

    zone | voisine
    -----+--------
       0 |       1
       1 |       2
       3 |       4
    """
    spec(
        lambda t: str(
            clusters.gather(
                np.column_stack((t["zone"], t["voisine"])).astype(int),
                np.array([True, True, False, True, False]),
            )
        ),
        "[[0, 1], [3]]",
    )
