"""« Parmi les 75 ans et plus, 59 % sont concernés » et « parmi les personnes concernées, 49 % ont 75 ans
et plus » : deux parts.
"""

import pytest

from maillage.kernel.errors import Refused
from maillage.statistics.engine.conditional import both

title = "Deux parts à ne pas confondre"


def shares(t: dict) -> tuple:
    return both(
        t["concernées"][0],
        t["du groupe"][0],
        t["total concernées"][0],
        group="75 ans et plus",
        verb="n’utilisent pas Internet ou n’en maîtrisent pas les bases",
    )


def test_the_two_shares_of_one_table(spec):
    """La même case du tableau donne deux parts, selon la population au dénominateur.

    concernées | du groupe | total concernées
    -----------+-----------+-----------------
         20000 |     34000 |            40000
    """
    spec(lambda t: [share.value for share in shares(t)], [20 / 34, 0.5])


def test_each_share_says_its_own_base(spec):
    """Chaque part se dit avec sa base.

    concernées | du groupe | total concernées
    -----------+-----------+-----------------
         20000 |     40000 |            50000
    """
    spec(
        lambda t: [str(share) for share in shares(t)],
        [
            "Sur 100 personnes du groupe « 75 ans et plus », 50 n’utilisent pas Internet ou n’en maîtrisent pas les bases.",
            "Sur 100 personnes qui n’utilisent pas Internet ou n’en maîtrisent pas les bases, 40 sont du groupe « 75 ans et plus ».",
        ],
    )


@pytest.mark.parametrize(
    "compare", [lambda a, b: a < b, lambda a, b: a >= b, lambda a, b: a == b, lambda a, b: a - b]
)
def test_comparing_them_is_refused(compare):
    """Comparer ou soustraire l’une de l’autre est refusé."""
    inside, among = both(20_000, 34_000, 40_000, group="75 ans et plus", verb="sont concernées")
    with pytest.raises(Refused, match="ne se comparent pas"):
        compare(inside, among)
