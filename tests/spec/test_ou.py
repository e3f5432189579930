"""Où vivent les personnes concernées se dit contre la population : concentrées, ou réparties comme les habitants."""

import re
from types import SimpleNamespace

import numpy as np
import pytest

from maillage.publishing.territory import certainty, sentences
from maillage.reference.parameters import number
from maillage.statistics.diagnosis.results import Where
from maillage.statistics.diagnosis.where import where

title = "Où vivent ces personnes"


def answer_of(t: dict, doubt: float = 0.0) -> Where:
    """Return the answer on drawn zones. doubt: of each number, from draw to draw, as a share of it."""
    noise = np.random.default_rng(1).standard_normal((len(t["zone"]), 400))
    need = np.nan_to_num(t["concernées"])[:, None] * np.exp(doubt * noise)
    published = ~np.isnan(t["concernées"])
    adults = t["15 ans et plus"] if "15 ans et plus" in t else t["habitants"]
    return where([str(zone) for zone in t["zone"]], need, t["habitants"], adults, published=published)


def read(t: dict, doubt: float = 0.0) -> str:
    answer = answer_of(t, doubt)
    names = ", ".join(
        f"{zone.code} ({zone.need:.0%} du besoin, {zone.residents:.0%} des habitants)"
        for zone in answer.zones
    )
    return f"{answer.verdict} ; en plus de leur part : {names or 'aucune'}".replace("%", " %")


def test_the_largest_zones_are_not_named_for_their_size(spec):
    """A et B réunissent la moitié des personnes concernées, et la moitié des habitants : rien n’y est concentré.

    zone | habitants | concernées
    -----+-----------+-----------
    A    |      6000 |        960
    B    |      4000 |        640
    C    |      3000 |        480
    D    |      3000 |        480
    E    |      2000 |        320
    F    |      2000 |        320
    """
    spec(read, "reparti ; en plus de leur part : aucune")


def test_a_zone_is_named_when_it_surely_has_more_than_its_share(spec):
    """La part du besoin dépasse la part des habitants dans 95 tirages sur 100 ou plus, si petite que soit la zone.

    zone | habitants | concernées
    -----+-----------+-----------
    A    |      6000 |        900
    B    |      4000 |        640
    C    |      1000 |        240
    D    |      9000 |       1420
    """
    spec(
        lambda t: read(t, doubt=0.1), "reparti ; en plus de leur part : C (8 % du besoin, 5 % des habitants)"
    )


def test_what_some_draws_deny_is_not_named(spec):
    """Les mêmes zones, quatre fois moins sûres : C n’est plus nommée.

    zone | habitants | concernées
    -----+-----------+-----------
    A    |      6000 |        900
    B    |      4000 |        640
    C    |      1000 |        240
    D    |      9000 |       1420
    """
    spec(lambda t: read(t, doubt=0.4), "reparti ; en plus de leur part : aucune")


def test_a_sure_surplus_too_small_to_decide_on_is_not_named(spec):
    """De 25 à 26 % des personnes concernées pour 23 % des habitants : l’écart est sûr, et ne change aucune décision.

    zone | habitants | concernées
    -----+-----------+-----------
    A    |      2330 |        258
    B    |      4000 |        387
    C    |      3670 |        355
    """
    spec(lambda t: read(t, doubt=0.01), "reparti ; en plus de leur part : aucune")


def test_neither_children_nor_care_homes_make_a_surplus(spec):
    """C a peu d’enfants : plus que sa part d’habitants, pas plus que sa part des 15 ans et plus, elle n’est pas nommée.

    zone | habitants | 15 ans et plus | concernées
    -----+-----------+----------------+-----------
    A    |      6000 |           4800 |        770
    B    |      4000 |           3200 |        510
    C    |      1000 |            980 |        155
    D    |      9000 |           7200 |       1150
    """
    spec(read, "reparti ; en plus de leur part : aucune")


def test_the_need_is_concentrated_where_half_of_it_lives_with_few_residents(spec):
    """On dit « concentré » quand la moitié des personnes concernées vit chez moins de 40 % des habitants.

    zone | habitants | concernées
    -----+-----------+-----------
    A    |      3000 |        900
    B    |      3000 |        800
    C    |      7000 |        900
    D    |      7000 |        800
    """
    spec(
        read,
        (
            "concentre ; en plus de leur part : A (26 % du besoin, 15 % des habitants),"
            " B (24 % du besoin, 15 % des habitants)"
        ),
    )


def test_half_of_the_need_has_its_share_of_residents(spec):
    """La phrase donne toujours la part d’habitants qui vit là où vit la moitié des personnes concernées : 50 % si tout
    est réparti de même.

    zone | habitants | concernées
    -----+-----------+-----------
    A    |      2000 |        300
    B    |      2000 |        300
    C    |      4000 |        400
    """
    spec(lambda t: round(answer_of(t).half.value, 3), round((2000 + 2000 * 200 / 300) / 8000, 3))


def test_a_surplus_is_never_printed_as_a_range_that_holds_the_share():
    """« Sûrement plus que sa part » : la fourchette imprimée l’exclut, avec les décimales qu’il faut."""
    rng, printed = np.random.default_rng(7), []
    for _ in range(200):
        residents = rng.integers(300, 9_000, rng.integers(2, 30)).astype(float)
        centre = residents * np.exp(0.25 * rng.standard_normal(len(residents)))
        need = centre[:, None] * np.exp(rng.choice([0.05, 0.15]) * rng.standard_normal((len(residents), 400)))
        published = np.ones(len(residents), bool)
        answer = where(
            [str(i) for i in range(len(residents))], need, residents, residents, published=published
        )
        text = sentences.together(answer)
        if text:
            printed.append([float(x.replace(",", ".")) for x in re.findall(r"\d[\d,]*", text)])
    assert len(printed) > 100 and all(low > share for low, _, share in printed)


@pytest.mark.parametrize(
    ("low", "residents", "text"),
    [
        (0.1256, 0.1255, ""),
        (0.1310, 0.1255, " En tout : de 13,1 à 14,4 % des personnes concernées, pour 12,6 % des habitants."),
    ],
)
def test_a_surplus_of_a_hundredth_of_a_point_is_not_printed(low, residents, text):
    need, zones = SimpleNamespace(low=low, high=0.1431), [SimpleNamespace(residents=residents)]
    assert sentences.together(SimpleNamespace(need=need, zones=zones)).replace("\xa0", " ") == text


def test_one_zone_is_compared_with_nothing(spec):
    """Une seule zone qui a un chiffre : on ne sait pas où, et on le dit.

    zone | habitants | concernées
    -----+-----------+-----------
    A    |      2000 |        300
    B    |        40 |
    """
    spec(read, "inconnu ; en plus de leur part : aucune")


def test_shares_are_printed_as_ranges_or_as_one_number(spec):
    """Bornes vers l’extérieur ; au dixième sous 10 % ; un seul nombre quand rien ne les écarte.

    basse  | haute  || réponse
    -------+--------++---------------
    0.127  | 0.226  || de 12 à 23 %
    0.0031 | 0.0042 || de 0,3 à 0,5 %
    0.109  | 0.109  || environ 11 %
    """
    spec.rows(lambda low, high: certainty.percents(low, high).replace("\xa0", " "))


def test_the_thresholds_are_parameters(spec):
    """95 tirages sur 100 et un cinquième de plus pour nommer, 40 % des habitants pour dire « concentré ».

    paramètre    | seuil || réponse
    -------------+-------++--------
    beyond_doubt | 0.95  ||    0.95
    least_surplus | 1.2  ||    1.2
    concentrated | 0.40  ||     0.4
    """
    spec.rows(lambda name: number(f"protection/{name}"))
