"""Un contour suit le milieu d’une rue, un point d’adresse se pose sur le trottoir ou dans la cour. À moins de 30 mètres
d’une limite, ni l’un ni l’autre ne disent de quel côté s’ouvre la porte.
"""

from math import cos, radians

import pytest

from maillage.statistics.offer.districts import Contours, Point
from tests.support.areas import METRES_A_DEGREE, square
from tests.support.lieux import TEISSEIRE

title = "Un lieu dans un quartier prioritaire, ou non"


def at(east: float, doubt: float = 0.0) -> Point:
    lat, lon = TEISSEIRE
    return Point(lon + east / (METRES_A_DEGREE * cos(radians(lat))), lat, doubt)


def test_a_place_near_an_edge_is_neither_in_nor_out(spec):
    """À moins de 30 mètres d’une limite, ou du doute de son point, un lieu n’est dit ni dedans ni dehors.

    Le quartier est un carré de 600 mètres de côté ; le lieu est à tant de mètres à l’est de son milieu, son point
    connu à tant de mètres près. La réponse est celle que tous les filtres lisent.

    metres | a_pres_de || réponse
    -------+-----------++--------
         0 |         0 || oui
       260 |         0 || oui
       280 |         0 || limite
       320 |         0 || limite
       340 |         0 || non
       260 |        60 || limite
       340 |        60 || limite
       400 |        60 || non
    """
    districts = Contours(["Teisseire"], [square()])
    spec.rows(lambda metres, doubt: districts.standings([at(metres, doubt)])[0].status)


@pytest.mark.parametrize(("east", "district"), [(-300, "Ouest"), (300, "Est")])
def test_the_border_of_two_communes_is_no_edge_of_a_district(east, district):
    """La limite de deux communes n’est pas celle d’un quartier, que le fichier officiel dessine dans chacune."""
    districts = Contours(["Ouest", "Est"], [square(east=-300), square(east=300)])
    assert districts.standings([at(0)])[0].status == "oui"
    assert districts.standings([at(east)])[0].district == district
    assert districts.standings([at(590)])[0].status == "limite"
