"""Les habitants d’une région n’expliquent pas tout : ce qu’on en publie, et une enquête, disent le reste."""

from dataclasses import replace

import numpy as np
import pytest

from maillage.kernel.errors import Refused
from maillage.reference import regional
from maillage.reference.definitions import definition
from maillage.reference.files import read_yaml
from maillage.reference.published_rates import published
from maillage.statistics.engine import evidence
from maillage.statistics.need import model as need_model
from maillage.statistics.need import regions
from tests.support.shared import ROOT

title = "Les régions : taux publiés, enquête, désaccord"
PAGE = (ROOT / "docs/methods/besoins.md").read_text("utf-8")


def test_what_is_measured_draws_an_effect_and_narrows_it(spec):
    """Un écart mesuré à 0,10 près, là où l’on en attendait autant : on n’en croit que la moitié, et le doute
    tombe de 0,10 à 0,07.

    écart attendu | mesuré | à tant près
    --------------+--------+------------
             0.10 |   0.20 |        0.10
    """
    spec(
        lambda t: [
            round(float(value), 2)
            for value in _one(t["écart attendu"][0], t["mesuré"][0], t["à tant près"][0])
        ],
        [0.10, 0.07],
    )


def _one(spread, observed, error):
    mean, covariance = evidence.posterior(
        np.array([spread**2]), np.ones((1, 1)), np.array([observed]), np.array([error])
    )
    return mean[0], covariance[0, 0] ** 0.5


def test_two_sources_that_disagree_widen_the_interval(spec):
    """Deux mesures d’une même région, à 0,15 près l’une de l’autre : d’accord, la fourchette reste ; à trois
    fois cette distance, elle est trois fois plus large. Une seule mesure n’élargit rien.

    taux publié | enquête | à tant près || réponse
    ------------+---------+-------------++--------
           0.00 |    0.10 |        0.15 ||       1
           0.00 |   -0.45 |        0.15 ||       3
           0.00 |         |        0.15 ||       1
    """
    spec(lambda t: evidence.disagreement(t["taux publié"], t["enquête"], t["à tant près"]))


def one_country(**rates: float) -> tuple:
    """Deux régions de même taille, une outre-mer : 2 % des uns, 30 % des autres, 16 % attendus partout."""
    known = replace(
        regional.evidence(),
        rates=tuple(
            regional.RegionalRate(code, rate, rate - 0.005, rate + 0.005) for code, rate in rates.items()
        ),
        zones=(),
    )
    names = np.array(["A", "B", "C"])
    cells = np.array([[500.0, 500.0], [500.0, 500.0], [50.0, 50.0]])
    return known, names, names, np.arange(3), cells, np.array([0.02, 0.30]), np.array([True, True, False])


def test_a_published_rate_is_found_again_by_the_cells_that_its_effect_moves(spec):
    """L’écart d’une région déplace chacune de ses cellules : il est celui qui redonne le taux publié une fois
    les cellules additionnées. Lu sur le taux lui-même, il en manquerait un tiers.

    publié || réponse
    -------++--------
      0.12 ||    0.12
      0.15 ||    0.15
      0.16 ||    0.16
      0.25 ||    0.25
    """
    _, _, _, _, cells, rates, _ = one_country()

    def found_again(t):
        effects = [
            regions.measured(regional.RegionalRate("A", rate, rate - 0.005, rate + 0.005), cells[0], rates)[0]
            for rate in t["publié"].tolist()
        ]
        return [round(float(regions.moved(rates, effect).mean()), 6) for effect in effects]

    spec(found_again)


def share(region, known):
    """Return the share of a région that the model gives when this evidence is all that is known."""
    place, chosen = need_model.country(), definition(known.definition)
    law = regions.law(need_model.regional_measures(place, known), need_model.spreads().region)
    rows = np.flatnonzero(place.frame.region == region)
    draws = need_model.model(chosen, place=place, known=law).draws(rows)["need"]
    return draws.sum(axis=0, dtype=np.float64).mean() / place.frame.universe[rows].sum()


@pytest.mark.parametrize("region", [rate.region for rate in regional.evidence().rates])
def test_the_rate_of_a_region_is_found_again_when_nothing_else_is_known_of_it(region):
    """À 0,15 point pour un taux imprimé au point, à proportion pour les autres : dans les quartiers de la région,
    donc une fois le modèle passé.
    """
    rate = next(each for each in regional.evidence().rates if each.region == region)
    alone = replace(regional.evidence(), rates=(rate,), zones=())
    assert share(region, alone) == pytest.approx(rate.rate, abs=0.15 * (rate.high - rate.low))


def test_the_rate_of_auvergne_rhone_alpes_is_not_all_that_is_known_of_it():
    """L’enquête parle de toutes les régions publiées ; une de ses zones est l’Auvergne-Rhône-Alpes même, et l’éloigne
    de son taux de ce que dit la page.
    """
    place, known = need_model.country(), regional.evidence()
    measures = need_model.regional_measures(place)
    at = place.region_names.tolist().index("84")
    rated = ~np.isnan(measures.effects)
    assert measures.parts.sum(axis=0)[rated] == pytest.approx(1)
    (zone,) = np.flatnonzero(measures.shares[:, at] > 0.99)
    without_zone = tuple(np.delete(np.array(known.zones, dtype=object), zone))
    rate = next(each for each in known.rates if each.region == "84")
    sources = (replace(known, rates=(rate,), zones=()), replace(known, zones=without_zone), known)
    shares = [f"{100 * share('84', known_part):.1f} %".replace(".", ",") for known_part in sources]
    words = "par son seul taux, {} avec le total du pays, {} avec le Centre-Est de l’enquête"
    assert f"donne {shares[0]} {words.format(*shares[1:])}" in PAGE
    assert known.zones[zone].name == "Centre-Est"


def test_regional_gains_are_balanced_by_other_regions():
    """Le total national est connu à part : une région au-dessus met les autres au-dessous."""
    law = regions.law(regions.measures(*one_country(A=0.18)), 0.10)
    assert law.mean[0] > 0.05
    assert law.mean[1] == pytest.approx(-law.mean[0], abs=1e-3)
    assert law.mean[2] == 0  # outre-mer : ses taux portent déjà son écart


def test_another_year_keeps_most_of_an_effect_and_doubts_more():
    law = regions.law(regions.measures(*one_country(A=0.18)), 0.10)
    same, other = (law.draws(1, 500, carried=carried)[0] for carried in (False, True))
    assert 0.7 * same.mean() < other.mean() < same.mean()
    assert other.std() > same.std()


def test_regional_rates_that_contradict_the_national_one_are_refused():
    """La moitié du pays à 30 % ne laisserait que 2 % à l’autre, où les habitants en laissent attendre 16."""
    with pytest.raises(
        Refused, match="contredisent le taux national : ils laisseraient aux autres régions 2,0 %"
    ):
        regions.measures(*one_country(A=0.30))
    with pytest.raises(Refused, match="contredisent"):
        regions.measures(*one_country(A=0.30, B=0.30))
    assert regions.measures(*one_country(A=0.16, B=0.16)).effects[0] == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"year": 2021}, "est de 2021, les autres de 2019"),
        ({"definition": "jamais-connecte-credoc"}, "suit une autre définition, donc un autre champ"),
        ({"rate": 119}, "est impossible"),
        ({"low": 13}, "est impossible"),
    ],
)
def test_a_rate_of_another_year_or_universe_is_refused(changed, words):
    """Un taux d’une autre année ferait passer une évolution pour un écart entre régions ; un autre champ compte
    d’autres personnes.
    """
    raw = read_yaml(regional.FILE)
    first, *other_rates = published()
    with pytest.raises(Refused, match=words) as caught:
        regional.read(raw, [replace(first, **changed), *other_rates])
    assert "Île-de-France" in caught.value.what


def test_corse_is_between_the_two_sources_that_contradict_each_other():
    """Un quart selon l’Insee, 15 % selon une enquête directe de la Collectivité : la fourchette de 2019 va de
    l’un à l’autre, le centre ne choisit pas.
    """
    place = need_model.country()
    measures = need_model.regional_measures(place)
    law = regions.law(measures, 0.10)
    at = place.region_names.tolist().index("94")
    drawn = law.draws(1, 500, carried=False)[at]
    low = measures.effects[at] - 1.645 * measures.effect_error[at]
    assert np.percentile(drawn, 5) == pytest.approx(low, abs=0.01)
    rate = next(rate for rate in regional.evidence().rates if rate.region == "94")
    assert (rate.contested, rate.low, rate.high) == (True, 0.15, 0.25)
