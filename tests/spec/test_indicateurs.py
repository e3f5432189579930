"""Les indicateurs d’un territoire : ce qui est trop récent, ce qui entre par lots, ce qui se divise."""

from datetime import date
from typing import Any

import numpy as np
import pytest

from maillage.apps.steering.indicators import rules

title = "Les indicateurs"
DAY = date(2026, 11, 22)


def days(t) -> dict[date, tuple[int, int]]:
    return {
        date.fromisoformat(str(day)): (int(part), int(total))
        for day, part, total in zip(t["jour"], t["repondues"], t["envoyees"], strict=True)
    }


def test_too_recent_is_apart(spec):
    """Une orientation a besoin de temps : celles de 8 jours ou moins ne comptent ni en réponses ni en envois.

    Nous sommes le 22 novembre 2026. La réponse : répondues, envoyées, puis celles qui sont à part.

    jour       | repondues | envoyees
    -----------+-----------+---------
    2026-11-12 |        30 |       40
    2026-11-13 |         5 |       10
    2026-11-14 |         1 |        9
    2026-11-21 |         0 |       20
    """
    spec(
        lambda t: [*rules.totals(rules.ripe(days(t), 8, DAY)[0]), rules.ripe(days(t), 8, DAY)[1]],
        [35, 50, 29],
    )


def test_people_enter_by_whole_batches(spec):
    """Les personnes entrent par lots de 11, jour après jour : les dernières attendent d’être assez.

    La réponse : répondues et envoyées, dans les lots entiers.

    jour       | repondues | envoyees
    -----------+-----------+---------
    2026-11-01 |         4 |        6
    2026-11-02 |         3 |        5
    2026-11-03 |         9 |       10
    2026-11-04 |         0 |        1
    2026-11-05 |         2 |       10
    """
    spec(lambda t: list(rules.totals(rules.batched(days(t), 11))), [16, 22])


def test_nothing_is_divided_by_zero(spec):
    """Une densité est un nombre divisé par des habitants ; sans habitants connus, elle manque, et ce n’est pas zéro.

    structures | habitants || réponse
    -----------+-----------++--------
    12         |      4000 ||       3
    0          |      4000 ||       0
    12         |         0 ||
    """
    spec.rows(lambda n, people: np.nan if (ratio := rules.per(n, people, 1000)) is None else ratio)


def test_places_for_people_in_need_have_the_bounds_of_the_need(spec):
    """Plus il y a de personnes en difficulté, moins il y a de lieux pour 1 000 : la borne basse vient du haut.

    La réponse : valeur, bas, haut.

    lieux | difficulte | bas  | haut
    ------+------------+------+------
    30    |      10000 | 8000 | 12000
    """
    spec(
        lambda t: list(rules.per_need(int(t["lieux"][0]), t["bas"][0], t["haut"][0], t["difficulte"][0])),
        [3, 2.5, 3.75],
    )


@pytest.mark.parametrize(
    ("receiving", "sized", "places", "expected_words"),
    [
        (0, 0, 0, "Aucun lieu de ce territoire n’indique aider ou former."),
        (1, 0, 0, "Le seul lieu qui aide ou forme ne dit pas combien de personnes il reçoit par semaine."),
        (7, 0, 0, "Aucun des 7 lieux qui aident ou forment ne dit combien de personnes il reçoit par semaine."),
        (7, 1, 12, "Au moins 12 places par semaine : 1 lieu sur 7 le dit."),
        (7, 3, 40, "Au moins 40 places par semaine : 3 lieux sur 7 le disent."),
        (2, 2, 40, "40 places par semaine, dites par 2 lieux."),
    ],
)  # fmt: skip
def test_what_the_network_receives_is_known_in_part_or_unknown_and_never_zero(
    receiving, sized, places, expected_words
):
    """La capacité du réseau : ce que disent les lieux qui aident ou forment. Un lieu qui se tait n’est pas un zéro.

    Tant qu’un lieu se tait, le nombre est un minimum ; si tous se taisent, il manque.
    """
    capacity = rules.Capacity(receiving=receiving, sized=sized, places=places)
    assert capacity.words.replace("\xa0", " ") == expected_words
    assert (capacity.n_places is None) is (sized == 0)


def test_a_territory_has_its_share_of_the_million(spec):
    """La part d’ici : son taux comparé à celui de la France, et ses 20 ans et plus comparés à ceux de la France.

    Un dixième des adultes et deux fois le taux font un cinquième. La réponse : part, bas, haut.

    ou     | taux | bas | haut | adultes
    -------+------+-----+------+--------
    ici    |   30 |  24 |   36 |    5000
    France |   15 |  12 |   16 |   50000
    """
    spec(
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


def test_alert_is_raised_beyond_chance_alone(spec):
    """Une part n’alerte que si son dernier mois s’écarte de tous ceux d’avant plus que le hasard ne le ferait.

    Quatre mois de 40 cas à 80 %, puis un mois. Plus on regarde de parts à la fois, plus il en faut pour alerter.

    part | cas | parts vues || réponse
    -----+-----+------------++--------
    40   | 40  | 1          || Baisse
    70   | 40  | 1          ||
    63   | 40  | 1          || Baisse
    63   | 40  | 40         ||
    98   | 100 | 1          || Hausse
    60   | 11  | 1          ||
    """

    def call(percent, n, looks):
        year = [rules.Point(date(2026, month, 1), 80.0, n=40) for month in range(1, 5)]
        last = rules.Point(date(2026, 5, 1), percent, n=int(n))
        move = rules.moved([*year, last], int(looks))
        return "" if move is None else move.words.partition(" ")[0]

    spec.rows(call)


def test_no_alert_from_two_months_nor_from_withheld_months():
    """Deux mois dits ne font pas une habitude ; un mois masqué ne compte pas, et ne se devine pas."""
    january = rules.Point(date(2026, 1, 1), 80.0, n=200)
    march = rules.Point(date(2026, 3, 1), 10.0, n=200)
    assert rules.moved([january, march], 1) is None
    assert rules.moved([january, rules.Point(date(2026, 2, 1), None), march], 1) is None


def test_territory_within_the_limits_has_no_side(spec):
    """Autour de la part commune, chacun a ses limites : larges quand il a peu de cas.

    C’est le même 20 % : avec 10 cas, le hasard suffit ; avec 100, non.

    territoire | oui | cas || réponse
    -----------+-----+-----++--------
    A          | 300 | 500 ||       0
    B          | 290 | 500 ||       0
    C          | 2   | 10  ||       0
    D          | 20  | 100 ||      -1
    """

    def call(t: dict[str, Any]) -> list[int]:
        rows = zip(t["territoire"].tolist(), t["oui"].astype(int), t["cas"].astype(int), strict=True)
        funnel = rules.funnel([(name, int(part), int(n_cases)) for name, part, n_cases in rows])
        assert funnel is not None
        return [place.side for place in funnel[1]]

    spec(call)
    assert rules.funnel([("A", 1, 10), ("B", 9, 10)]) is None, "two make no crowd"
    assert rules.funnel([("A", 1, 10), ("B", 9, 10), ("C", 0, 0)]) is None
