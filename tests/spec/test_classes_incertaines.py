"""Une classe incertaine ne se dit pas comme un fait : on compte en fourchette, on ne nomme que le très probable."""

import numpy as np

from maillage.engine import classes
from maillage.reports.territory import certainty
from maillage.studies.diagnosis.results import Spread, is_firm

title = "Dire une classe incertaine"


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("**", "")


def test_each_class_has_its_chances(spec):
    """Les chances d’une classe sont la part des tirages qui y mettent la zone ; sans classe, aucune chance n’est dite."""
    spec(
        """
        tirage 1 | tirage 2 | tirage 3 | tirage 4
        ---------+----------+----------+---------
               4 |        4 |        3 |        4
               0 |        1 |        0 |        1
        """,
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
    """Sous 8 chances sur 10, une zone n’est ni nommée ni prescrite."""
    spec(
        """
        zone    | forte ou très forte | très forte
        --------+---------------------+-----------
        Aubière |                0.98 |       0.84
        Bost    |                0.85 |       0.40
        Celle   |                0.79 |       0.35
        """,
        lambda t: named(t, "commune"),
        (
            "Précarité numérique, très probablement (8 chances sur 10 ou plus), dans la"
            " classe « très élevée » : Aubière. Dans la classe « élevée » ou « très élevée » : Bost."
        ),
    )


def test_nobody_is_named_when_nobody_is_likely(spec):
    """Quand aucune zone ne passe le seuil, la phrase le dit, sans nom."""
    spec(
        """
        zone  | forte ou très forte | très forte
        ------+---------------------+-----------
        Celle |                0.79 |       0.35
        """,
        lambda t: named(t, "quartier"),
        "Aucun quartier n’est assez sûrement dans une classe élevée pour être nommé : il y faut 8 chances sur 10 ou"
        " plus.",
    )


def crossing_notes(t: dict) -> list[str]:
    rows = zip(t["basse"], t["haute"], t["nommées"], strict=True)
    return [
        plain(certainty.crossing(Spread(0.0, low, high), 22, "zone", names.split()))
        for low, high, names in rows
    ]


def test_crossing_note_counts_zones_with_one_side_unknown(spec):
    """« Sur 48 » quand le territoire a 76 quartiers : la phrase dit pourquoi, et de combien."""
    spec(
        """
        sans place
        ----------
                28
                 1
                 0
        """,
        lambda t: [plain(certainty.uncrossed(int(n), "quartier")) for n in t["sans place"]],
        [
            "Pour 28 autres quartiers, l’un des deux n’est pas connu.",
            "Pour 1 autre quartier, l’un des deux n’est pas connu.",
            "",
        ],
    )


def test_members_are_counted_with_an_interval_and_prescriptions_wait(spec):
    """Les zones sûres d’abord, par leur nom ; leur nombre possible ensuite, par une fourchette.

    L’aide n’est prescrite que là où le cumul des difficultés est très probable.
    """
    spec(
        """
        basse | haute | nommées
        ------+-------+--------
          2.0 |   6.4 | Sud Nord
          5.0 |   9.0 | A B C D E
          0.0 |   1.0 |
          0.0 |   0.0 |
        """,
        crossing_notes,
        [
            (
                "Sud et Nord ont très probablement une précarité numérique et une précarité sociale élevées."
                " Face à la France, de 2 à 7 zones sur 22 ont les deux élevées."
                " « Très probablement » : 8 chances sur 10 ou plus."
            ),
            (
                "A, B, C et 2 autres ont très probablement une précarité numérique et une précarité sociale"
                " élevées. Face à la France, de 5 à 9 zones sur 22 ont les deux élevées."
                " « Très probablement » : 8 chances sur 10 ou plus."
            ),
            (
                "Aucune zone n’a assez sûrement une précarité numérique et une précarité sociale élevées pour être"
                " nommée. Face à la France, jusqu’à 1 zone sur 22 a les deux élevées : avant d’y choisir une aide,"
                " vérifiez sur place."
            ),
            "Aucune zone ne réunit ici une précarité numérique élevée et une précarité sociale élevée.",
        ],
    )


def test_residents_of_zones_have_the_step_of_any_number_of_people(spec):
    """Combien d’habitants dans les zones qui cumulent : le pas est au plus le quart de la demi-fourchette, comme pour
    tout nombre de personnes. Une fourchette sans largeur est un seul nombre, arrondi.
    """
    spec(
        """
        basse   | haute   | habitants
        --------+---------+----------
        0.0625  | 0.1130  | 67298000
        0.345   | 0.465   |  1675000
        0.127   | 0.226   |   116000
        0.04564 | 0.04564 |   134400
        """,
        lambda t: [
            plain(certainty.residents(Spread(0.0, low, high), people))
            for low, high, people in zip(t["basse"], t["haute"], t["habitants"], strict=True)
        ],
        [
            "de 4 200 000 à 7 800 000 habitants, soit de 6 à 12 %",
            "de 560 000 à 780 000 habitants, soit de 34 à 47 %",
            "de 14 000 à 27 000 habitants, soit de 12 à 23 %",
            "environ 6 100 habitants, soit environ 4,6 %",
        ],
    )


def test_the_page_says_what_classes_compare(spec):
    """Une classe compare à la France : le découpage ne la change pas."""
    spec(
        """
        zone
        ---------
        commune
        quartier
        """,
        lambda t: [plain(certainty.compared(unit)) for unit in t["zone"]],
        [
            (
                "Chaque commune est classée face à la France métropolitaine, dont chaque classe réunit un"
                " cinquième des habitants."
            ),
            (
                "Chaque quartier est classé face à la France métropolitaine, dont chaque classe réunit un"
                " cinquième des habitants."
            ),
        ],
    )


def test_the_page_says_that_all_zones_are_in_one_class(spec):
    """Un territoire dont toutes les zones sont dans la même classe : la carte est d’une couleur, la phrase dit pourquoi."""
    spec(
        """
        zone     | classe      | combien
        ---------+-------------+--------
        commune  | très élevée |      12
        quartier | basse       |       7
        """,
        lambda t: [
            plain(certainty.same_class(label, int(n), unit))
            for unit, label, n in zip(t["zone"], t["classe"], t["combien"], strict=True)
        ],
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
    """Ne sont nommées premières possibles que des zones très probablement de classe « très élevée » ; on dit si d’autres
    peuvent l’être.
    """
    spec(
        """
        très probables | peuvent être premières
        ---------------+-----------------------
        Cilaos Salazie |                      2
        Cilaos         |                      3
        """,
        lambda t: [
            plain(certainty.leaders(names.split(), int(n), "commune"))
            for names, n in zip(t["très probables"], t["peuvent être premières"], strict=True)
        ],
        [
            ("Cilaos et Salazie peuvent avoir la part la plus forte : les fourchettes se recouvrent."),
            (
                "3 communes peuvent avoir la part la plus forte : les fourchettes se recouvrent. Très probablement"
                " (8 chances sur 10 ou plus) dans la classe « très élevée » : Cilaos."
                " D’autres, moins sûrement dans cette classe, peuvent aussi l’avoir."
            ),
        ],
    )


def test_a_table_gives_the_chances_of_what_is_not_sure(spec):
    """Dans un tableau, une case incertaine porte ses chances."""
    spec(
        """
        case     | chances
        ---------+--------
        les deux |    0.62
        les deux |    0.97
        """,
        lambda t: [
            plain(certainty.label(name, odds)) for name, odds in zip(t["case"], t["chances"], strict=True)
        ],
        ["les deux (62 % de chances)", "les deux"],
    )
