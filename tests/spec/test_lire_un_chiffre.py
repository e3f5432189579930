"""Un chiffre arrive avec sa fourchette, arrondi comme elle le mérite."""

from dataclasses import replace

import numpy as np

from maillage.kernel.estimate import Estimate, Withheld, from_draws
from maillage.publishing.territory import certainty, ranges
from maillage.statistics.offer import silence
from maillage.words import fractions, rounding, wording

title = "Lire un chiffre"


def estimate(value: float, low: float, high: float) -> Estimate:
    return Estimate(
        value=value,
        low=low,
        high=high,
        unit="personnes",
        universe="15 ans et plus",
        n=10_000,
        method="besoins",
    )


def people_texts(t: dict) -> list[str]:
    rows = zip(t["estimation"], t["basse"], t["haute"], strict=True)
    return [wording.people(estimate(*map(float, row))).about.replace("\xa0", " ") for row in rows]


def test_one_step_for_the_value_and_its_bounds(spec):
    """Le pas d’arrondi est le plus grand de 1-2-5 × 10ⁿ qui tient quatre fois dans la demi-fourchette.

    demi-fourchette || réponse
    ----------------++--------
               5000 ||    1000
                810 ||     200
                 40 ||      10
                  3 ||       1
    """
    spec.rows(lambda x: rounding.step(x))


def test_value_is_rounded_to_the_nearest_step_as_environ(spec):
    """La valeur va au pas le plus proche, et se dit « environ ».

    estimation |  basse |  haute || réponse
    -----------+--------+--------++-------------------------
         40376 |  34924 |  46012 || environ 40 000 personnes
          4856 |   4230 |   5610 || environ 4 900 personnes
           362 |    261 |    458 || environ 360 personnes
    """
    spec(people_texts)


def test_bounds_go_outwards(spec):
    """Les bornes s’arrondissent vers l’extérieur : la promesse de 90 chances sur 100 ne baisse jamais.

    estimation |  basse |  haute
    -----------+--------+-------
         40376 |  34924 |  46012
    """
    spec(
        lambda t: wording.people(estimate(40376, t["basse"][0], t["haute"][0])).between.replace("\xa0", " "),
        "entre 34 000 et 47 000",
    )


def test_a_loose_interval_has_no_single_value(spec):
    """Quand la demi-fourchette dépasse le tiers de la valeur, seule la fourchette est montrée.

    estimation | basse | haute || réponse
    -----------+-------+-------++--------------------------
            60 |    30 |   110 || entre 30 et 110 personnes
    """
    spec(people_texts)


def test_a_withheld_figure_tells_why(spec):
    """Un chiffre retenu n’est jamais un zéro ni un vide : il dit pourquoi.

    adultes
    -------
         38
    """
    spec(
        lambda t: (
            wording.people(
                Withheld(
                    reason="Trop peu d’habitants pour une estimation.",
                    unit="personnes",
                    universe="15 ans et plus",
                    n=10_000,
                    method="besoins",
                )
            ).about
        ),
        "Trop peu d’habitants pour une estimation.",
    )


def test_the_value_is_the_mean_of_draws_and_bounds_their_centiles(spec):
    """La valeur est la moyenne des tirages ; les bornes, leurs 5e et 95e centiles.

    tirage
    ------
        10
        20
        30
        40
        50
    """
    spec(
        lambda t: [
            getattr(from_draws(t["tirage"], unit="personnes", universe="", n=1, method="besoins"), k)
            for k in ("value", "low", "high")
        ],
        [30, 12, 48],
    )


def test_draws_add_up_and_intervals_do_not(spec):
    """Deux zones s’additionnent tirage par tirage : la fourchette du total n’est pas la somme des
    fourchettes.

    zone A | zone B
    -------+-------
        10 |     50
        20 |     40
        30 |     30
        40 |     20
        50 |     10
    """
    spec(lambda t: [np.ptp(t["zone A"]) + np.ptp(t["zone B"]), np.ptp(t["zone A"] + t["zone B"])], [80, 0])


def test_shares_are_written_as_everyday_fractions(spec):
    """Une part se dit aussi « 1 personne sur 8 » quand cette fraction donne le pourcentage montré à côté ; « environ »
    quand elle en donne un autre, dans la fourchette ; « près de » ou « un peu plus de » quand toute la fourchette est
    d’un côté. Sans fraction simple à deux points et demi, rien : 45 % n’est pas 1 personne sur 2.

    part | bas  | haut | decimales || réponse
    -----+------+------+-----------++--------------------------------
    13.1 | 11   | 15   | 0         || 1 personne sur 8
    13.4 | 11   | 15   | 0         || 1 personne sur 8
    18.2 | 16   | 20   | 0         || environ 1 personne sur 6
    18.4 | 14   | 23   | 0         || environ 1 personne sur 6
    15.4 | 15.1 | 15.8 | 1         || un peu plus de 1 personne sur 7
    48   | 44   | 53   | 0         || environ 1 personne sur 2
    48   | 47   | 49   | 0         || près de 1 personne sur 2
    45   | 41   | 49   | 0         ||
    65   | 60   | 70   | 0         || environ 2 personnes sur 3
    90   | 88   | 92   | 0         || 9 personnes sur 10
    0.4  | 0.2  | 0.6  | 0         || moins de 1 personne sur 100
    """
    spec.rows(lambda x, low, high, decimals: fractions.one_in(x, low, high, decimals=int(decimals)))


def test_count_and_its_share_follow_one_rule(spec):
    """Un nombre et la part qu’il fait d’un tout connu suivent une seule règle : un point pour les deux, ou une
    fourchette pour les deux. Le tout est ici de 1 000 personnes.

    estimation | basse | haute || réponse
    -----------+-------+-------++--------------------
           260 |   240 |   280 || 260 / 26 %
           110 |    60 |   170 || 60 – 170 / 6 – 17 %
    """

    def both(t):
        out = []
        for row in zip(t["estimation"], t["basse"], t["haute"], strict=True):
            figure = estimate(*map(float, row))
            count, part = wording.people(figure), wording.share_of(figure, 1000)
            out.append(f"{count.value or count.span} / {part.value or part.span}".replace("\xa0", " "))
        return out

    spec(both)


def test_a_share_has_one_sign_in_a_sentence():
    """Une part porte un signe « % » et un seul, qu’elle soit un point, une fourchette seule ou une extrémité."""
    for value, low, high in ((45, 41, 48), (2, 0.1, 9), (100, 100, 100), (0, 0, 0), (50, 0, 100)):
        figure = replace(estimate(value, low, high), unit="pourcent")
        for share_text in (wording.rate(figure).about, ranges.share(figure).about):
            bare = share_text.replace("\xa0", " ")
            assert bare.count("%") == 1, bare
            assert bare.endswith(" %"), bare
    silent = silence.Between(
        low=10.0,
        high=70.0,
        unit="pourcent",
        universe="15 ans et plus",
        reason="Des lieux se taisent.",
        n=3,
        method="portee",
    )
    assert ranges.share(silent).about.replace("\xa0", " ") == "entre 10 et 70 %"


def test_those_who_go_without_are_never_printed_over_those_concerned():
    """1 850 personnes au plus sont concernées : la borne de celles qui n’ont rien ne s’arrondit pas à 2 000."""
    need = Estimate(value=1551, low=1254, high=1848.3, unit="personnes", universe="", n=1, method="m")
    most = ranges.printed_most(need)
    assert (wording.people(need).high.replace("\xa0", " "), most) == ("1 850", 1850)
    untold = {"reason": "Des lieux se taisent.", "unit": "personnes", "universe": "", "n": 1, "method": "m"}
    silent = silence.Between(low=0, high=1848.3, **untold)
    assert ranges.people(silent, most=most).high.replace("\xa0", " ") == "1 850"
    assert ranges.people(silent).high.replace("\xa0", " ") == "2 000"
    assert ranges.printed_most(Withheld(**untold)) is None


def test_all_and_nobody_are_not_written_when_some_draws_deny(spec):
    """« 100 % » et « 0 % » d’une part à portée ne se disent que si aucun tirage ne dit autre chose.

    part   | bas    | haut   || réponse
    -------+--------+--------++-------------
     99.99 |  99.93 | 100    || plus de 99 %
     99.83 |  99.54 |  99.99 || plus de 99 %
    100    | 100    | 100    || 100 %
      0.4  |   0.3  |   0.45 || moins de 1 %
      0    |   0    |   0    || 0 %
    """
    spec(
        lambda t: [
            ranges.share(replace(estimate(*row), unit="pourcent")).value
            for row in zip(t["part"], t["bas"], t["haut"], strict=True)
        ]
    )


def test_chances_under_the_floor_are_not_printed_as_the_floor():
    """Des chances sous le plancher ne s’écrivent jamais comme lui : 79,6 chances sur 100 donnent 79 %."""
    assert certainty.label("sociale", 0.796).replace("\xa0", " ") == "sociale (79 % de chances)"
    assert certainty.label("sociale", 0.8) == "sociale"
    assert certainty.label("sociale", 0.644).replace("\xa0", " ") == "sociale (64 % de chances)"
