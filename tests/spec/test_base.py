"""Un rapport donne un nombre et une part : de quelle population parle-t-il ?"""

import pytest

from maillage.kernel.errors import Refused
from maillage.statistics.engine.base import Base, applied, common, implied

title = "Quelle population est derrière un chiffre"


def bases(t: dict) -> list[tuple[float, float]]:
    rows = zip(t["nombre"], t["part"], t["arrondi à"], strict=True)
    return [implied(count, share / 100, count_step=step) for count, share, step in rows]


def test_a_count_and_its_share_bound_the_base(spec):
    """44 000 personnes (au millier) pour 19 % : la base est entre 228 947 et 234 211 habitants.

    nombre | part | arrondi à
    -------+------+----------
     44000 |   19 |      1000
    """
    spec(lambda t: [round(x) for x in bases(t)[0]], [228947, 234211])


def test_several_counts_narrow_the_base(spec):
    """Plusieurs lignes du même tableau resserrent la base ; elle doit convenir à toutes.

    nombre | part | arrondi à
    -------+------+----------
     16000 |    7 |      1000
     44000 |   19 |      1000
     32000 |   14 |      1000
    """
    spec(lambda t: [round(x) for x in common(bases(t))], [228947, 232143])


def test_common_base_is_none_when_none_fits(spec):
    """Quand aucune base ne convient, on le dit au lieu d’en choisir une.

    nombre | part | arrondi à
    -------+------+----------
     16000 |    7 |      1000
     90000 |   19 |      1000
    """
    spec(lambda t: str(common(bases(t))), "None")


def test_a_share_of_adults_is_not_applied_to_everybody():
    """Une part mesurée à partir de 15 ans ne s’applique pas à tous les habitants."""
    with pytest.raises(Refused, match="à partir de 15 ans ne s’applique pas"):
        applied(0.15, of=15, to=Base("tous les habitants", 100_000, 0))


def test_a_share_of_unknown_age_says_so_and_goes_on(spec):
    """Quand l’étude n’imprime pas l’âge de sa part, chaque base est calculée, aucune n’est choisie pour elle.

    habitants || réponse
    ----------++---------
       377004 || 26390.28
       315085 || 22055.95
    """
    spec.rows(lambda people: applied(0.07, of=None, to=Base("base", people, None)))
