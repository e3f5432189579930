"""Les indicateurs d’un territoire : ce qui est trop récent, ce qui entre par lots, ce qui se divise."""

from datetime import date

import numpy as np

from maillage.apps.indicators import rules

title = "Les indicateurs"
DAY = date(2026, 11, 22)


def days(t) -> dict[date, tuple[int, int]]:
    return {
        date.fromisoformat(str(day)): (int(part), int(whole))
        for day, part, whole in zip(t["jour"], t["repondues"], t["envoyees"], strict=True)
    }


def test_too_recent_is_apart(spec):
    """Une orientation a besoin de temps : celles de 8 jours ou moins ne comptent ni en réponses ni en envois.

    Nous sommes le 22 novembre 2026. La réponse : répondues, envoyées, puis celles qui sont à part.
    """
    spec(
        """
        jour       | repondues | envoyees
        -----------+-----------+---------
        2026-11-12 |        30 |       40
        2026-11-13 |         5 |       10
        2026-11-14 |         1 |        9
        2026-11-21 |         0 |       20
        """,
        lambda t: [*rules.totals(rules.ripe(days(t), 8, DAY)[0]), rules.ripe(days(t), 8, DAY)[1]],
        [35, 50, 29],
    )


def test_people_enter_by_whole_batches(spec):
    """Les personnes entrent par lots de 11, jour après jour : les dernières attendent d’être assez.

    La réponse : répondues et envoyées, dans les lots entiers.
    """
    spec(
        """
        jour       | repondues | envoyees
        -----------+-----------+---------
        2026-11-01 |         4 |        6
        2026-11-02 |         3 |        5
        2026-11-03 |         9 |       10
        """,
        lambda t: list(rules.totals(rules.batched(days(t), 11))),
        [7, 11],
    )


def test_nothing_is_divided_by_zero(spec):
    """Une densité est un nombre divisé par des habitants ; sans habitants connus, elle manque, et ce n’est pas zéro."""
    spec(
        """
        structures | habitants
        -----------+----------
        12         |      4000
        0          |      4000
        12         |         0
        """,
        lambda t: [
            np.nan if (found := rules.per(n, people, 1000)) is None else found
            for n, people in zip(t["structures"], t["habitants"], strict=True)
        ],
        [3, 0, np.nan],
    )


def test_places_for_people_in_need_have_the_bounds_of_the_need(spec):
    """Plus il y a de personnes en difficulté, moins il y a de lieux pour 1 000 : la borne basse vient du haut.

    La réponse : valeur, bas, haut.
    """
    spec(
        """
        lieux | difficulte | bas  | haut
        ------+------------+------+------
        30    |      10000 | 8000 | 12000
        """,
        lambda t: list(rules.per_need(int(t["lieux"][0]), t["bas"][0], t["haut"][0], t["difficulte"][0])),
        [3, 2.5, 3.75],
    )


def test_a_territory_has_its_share_of_the_million(spec):
    """La part d’ici : son taux comparé à celui de la France, et ses 20 ans et plus comparés à ceux de la France.

    Un dixième des adultes et deux fois le taux font un cinquième. La réponse : part, bas, haut.
    """
    spec(
        """
        ou     | taux | bas | haut | adultes
        -------+------+-----+------+--------
        ici    |   30 |  24 |   36 |    5000
        France |   15 |  12 |   16 |   50000
        """,
        lambda t: list(
            rules.local_share(
                (t["taux"][0], t["bas"][0], t["haut"][0]),
                (t["taux"][1], t["bas"][1], t["haut"][1]),
                t["adultes"][0],
                t["adultes"][1],
            )
        ),
        [0.2, 0.15, 0.3],
    )
