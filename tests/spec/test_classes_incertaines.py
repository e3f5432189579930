"""Une classe incertaine ne se dit pas comme un fait : on compte en fourchette, on ne nomme que le probable."""

import numpy as np

from maillage.publishing.territory import certainty
from maillage.statistics.diagnosis.results import Spread, is_firm
from maillage.statistics.engine import classes

title = "Dire une classe incertaine"


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("**", "")


def test_each_class_has_its_chances(spec):
    """Les chances d’une classe sont la part des tirages qui y mettent la zone ; sans classe, aucune chance n’est dite.

    tirage 1 | tirage 2 | tirage 3 | tirage 4
    ---------+----------+----------+---------
           4 |        4 |        3 |        4
           0 |        1 |        0 |        1
    """
    spec(
        lambda t: classes.membership(np.column_stack(list(t.values())).astype(int)).ravel(),
        [0, 0, 0, 0.25, 0.75, 0.5, 0.5, 0, 0, 0],
    )


def named(t: dict, unit: str) -> str:
    """Return the sentence on zones whose chances are drawn: in two classes, in the strongest."""
    at_top, below = [], []
    for name, strong, strongest in zip(t["zone"], t["forte ou très forte"], t["très forte"], strict=True):
        if is_firm(strongest):
            at_top.append(name)
        elif is_firm(strong):
            below.append(name)
    return plain(certainty.strongest(at_top, below, unit))


def test_only_likely_members_are_named(spec):
    """Sous 8 chances sur 10, une zone n’est ni nommée ni prescrite.

    zone    | forte ou très forte | très forte
    --------+---------------------+-----------
    Aubière |                0.98 |       0.84
    Bost    |                0.85 |       0.40
    Celle   |                0.79 |       0.35
    """
    spec(
        lambda t: named(t, "commune"),
        (
            "Précarité numérique, probablement (8 chances sur 10 ou plus), dans la"
            " classe « très élevée » : Aubière. Dans la classe « élevée » ou « très élevée » : Bost."
        ),
    )


def test_nobody_is_named_when_nobody_is_likely(spec):
    """Quand aucune zone ne passe le seuil, la phrase le dit, sans nom.

    zone  | forte ou très forte | très forte
    ------+---------------------+-----------
    Celle |                0.79 |       0.35
    """
    spec(
        lambda t: named(t, "quartier"),
        "Face à la France, aucun quartier n’a sûrement une précarité numérique élevée (8 chances sur 10 ou plus).",
    )


def crossing_notes(t: dict) -> list[str]:
    rows = zip(t["basse"], t["haute"], t["nommées"], strict=True)
    return [
        plain(certainty.crossing(Spread(0.0, low, high), 22, "zone", names.split()))
        for low, high, names in rows
    ]


def test_crossing_note_counts_zones_with_one_side_unknown(spec):
    """« Sur 48 » quand le territoire a 76 quartiers : la phrase dit pourquoi, et de combien.

    sans place || réponse
    -----------++---------------------------------------------------------
            28 || Pour 28 autres quartiers, l’un des deux n’est pas connu.
             1 || Pour 1 autre quartier, l’un des deux n’est pas connu.
             0 ||
    """
    spec.rows(lambda n: plain(certainty.uncrossed(int(n), "quartier")))


def test_members_are_counted_with_an_interval_and_prescriptions_wait(spec):
    """Les zones sûres d’abord, par leur nom ; leur nombre possible ensuite, par une fourchette.

    L’aide n’est prescrite que là où le cumul des difficultés est probable.

    basse | haute | nommées
    ------+-------+--------
      2.0 |   6.4 | Sud Nord
      5.0 |   9.0 | A B C D E
      0.0 |   1.0 |
      0.0 |   0.0 |
    """
    spec(
        crossing_notes,
        [
            (
                "Sud et Nord ont probablement une précarité numérique et une précarité sociale élevées."
                " Face à la France, de 2 à 7 zones sur 22 ont les deux élevées."
                " « Probablement » : 8 chances sur 10 ou plus."
            ),
            (
                "A, B, C et 2 autres ont probablement une précarité numérique et une précarité sociale"
                " élevées. Face à la France, de 5 à 9 zones sur 22 ont les deux élevées."
                " « Probablement » : 8 chances sur 10 ou plus."
            ),
            (
                "Face à la France, jusqu’à 1 zone sur 22 a une précarité numérique et une précarité sociale"
                " élevées, sans qu’on sache laquelle. Avant d’y choisir une aide, vérifiez sur place."
            ),
            "Aucune zone ne réunit ici une précarité numérique élevée et une précarité sociale élevée.",
        ],
    )


def test_residents_of_zones_have_the_step_of_any_number_of_people(spec):
    """Combien d’habitants dans les zones qui cumulent : le pas est au plus le quart de la demi-fourchette, comme pour
    tout nombre de personnes, et plus fin là où un nombre ferait une autre part que celle écrite. Une fourchette sans
    largeur est un seul nombre, arrondi ; celle qui couvre la moitié des habitants ne dit rien.

    basse   | haute   | habitants || réponse
    --------+---------+-----------++-----------------------------------------------------
    0.0625  | 0.1130  | 67298000  || de 4 200 000 à 7 800 000 habitants, soit de 6 à 12 %
    0.345   | 0.465   |  1675000  || de 560 000 à 780 000 habitants, soit de 34 à 47 %
    0.127   | 0.226   |   116000  || de 14 000 à 27 000 habitants, soit de 12 à 23 %
    0.04564 | 0.04564 |   134400  || environ 6 100 habitants, soit environ 4,6 %
    0.069   | 0.549   |   100259  || de 6 000 à 56 000 habitants, soit de 6 à 55 %
    0.0     | 0.33    |   120000  || au plus 40 000 habitants, soit au plus 33 %
    0.731   | 1.0     |    73353  || au moins 53 000 habitants, soit au moins 73 %
    0.061   | 0.759   |   100259  || on ne sait pas combien d’habitants
    """
    spec.rows(lambda low, high, people: plain(certainty.residents(Spread(0.0, low, high), people)))


def test_the_page_says_what_classes_compare(spec):
    """Une classe compare à la France : le découpage ne la change pas.

    zone      || réponse
    ----------++------------------------------------------------------------------------------------------------------------------
    commune   || Chaque commune est classée face à la France métropolitaine, dont chaque classe réunit un cinquième des habitants.
    quartier  || Chaque quartier est classé face à la France métropolitaine, dont chaque classe réunit un cinquième des habitants.
    """
    spec.rows(lambda unit: plain(certainty.compared(unit)))


def test_the_page_says_that_all_zones_are_in_one_class(spec):
    """Un territoire dont toutes les zones sont dans la même classe : la carte est d’une couleur, la phrase dit pourquoi.

    zone     | classe      | combien
    ---------+-------------+--------
    commune  | très élevée |      12
    quartier | basse       |       7
    """
    spec.rows(
        lambda unit, label, n: plain(certainty.same_class(label, int(n), unit)),
        [
            (
                "Les 12 communes sont toutes dans la même classe, « très élevée ». Leur rang sur ce territoire les"
                " départage peu : les fourchettes se recouvrent."
            ),
            (
                "Les 7 quartiers sont tous dans la même classe, « basse ». Leur rang sur ce territoire les départage"
                " peu : les fourchettes se recouvrent."
            ),
        ],
    )


def test_who_may_be_first_agrees_with_the_classes(spec):
    """Ne sont nommées premières possibles que des zones probablement de classe « très élevée » ; on dit si d’autres
    peuvent l’être.

    probables | peuvent être premières
    ---------------+-----------------------
    Cilaos Salazie |                      2
    Cilaos         |                      3
    """
    spec.rows(
        lambda names, n: plain(certainty.leaders(names.split(), int(n), "commune")),
        [
            ("Cilaos et Salazie peuvent avoir la part la plus forte : les fourchettes se recouvrent."),
            (
                "3 communes peuvent avoir la part la plus forte : les fourchettes se recouvrent. Probablement"
                " (8 chances sur 10 ou plus) dans la classe « très élevée » : Cilaos."
                " D’autres, moins sûrement dans cette classe, peuvent aussi l’avoir."
            ),
        ],
    )


def test_a_table_gives_the_chances_of_what_is_not_sure(spec):
    """Dans un tableau, une case peu sûre porte ses chances ; sous 60 chances sur 100, elle n’est pas nommée.

    case     | chances || réponse
    ---------+---------++---------------------------
    les deux |    0.62 || les deux (62 % de chances)
    les deux |    0.97 || les deux
    les deux |    0.28 || incertaine
    """
    spec.rows(lambda name, odds: plain(certainty.label(name, odds)))
