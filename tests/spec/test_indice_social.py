"""L’indice de précarité sociale compare chaque zone à la France métropolitaine, le même dans toute étude ; le rang
relatif, lui, compare les zones d’une étude à leur moyenne.
"""

from types import SimpleNamespace

import numpy as np
import pytest

from maillage.kernel.errors import Refused
from maillage.statistics.engine import classes, social_index
from maillage.statistics.engine.classes import ranks
from maillage.statistics.need import social, social_france, social_variables
from maillage.statistics.zones.zoning import Zone

title = "L’indice de précarité sociale"


def built(t: dict, sign: list[float], weight: list[float]) -> social_index.RelativeIndex:
    names = [name for name in t if name != "zone"]
    return social_index.build(np.column_stack([t[name] for name in names]), np.array(sign), np.array(weight))


def of_zones(monkeypatch, values: list[float], weights: dict[str, float]) -> social.Social:
    """Return the index of zones where every variable has these values."""
    places = np.full(len(values), "iris"), np.ones(len(values), dtype=bool)
    monkeypatch.setattr(social, "values_of", lambda *_: np.array(values))
    monkeypatch.setattr(social, "_known_at", lambda *_: places)
    monkeypatch.setattr(social_france, "of_zones", lambda *_: SimpleNamespace(centre=np.array(values)))
    zones = [Zone(str(k), str(k), np.array([k])) for k in range(len(values))]
    return social.index_of(zones, None, None, weights=weights)


def test_a_negative_weight_turns_a_variable_round(monkeypatch):
    """Le même poids, au signe près : chaque zone s’écarte d’autant, de l’autre côté."""
    names = [variable.id for variable in social.VARIABLES]
    weights = {name: float(name == "rsa") for name in names}
    one = of_zones(monkeypatch, [4.0, 5, 6], {**weights, "rsa": 2.0})
    other = of_zones(monkeypatch, [4.0, 5, 6], {**weights, "rsa": -2.0})
    assert one.relative.index == pytest.approx([-0.2, 0, 0.2])
    assert other.relative.index == pytest.approx([0.2, 0, -0.2])


def test_without_any_weight_no_variable_counts(monkeypatch):
    """Tous les poids à zéro : aucune variable ne compte, et rien n’est écarté."""
    none = of_zones(monkeypatch, [4.0, 5], dict.fromkeys(social_variables.BY_ID, 0.0))
    assert (none.variables, none.left_out) == ((), ())
    assert np.isnan(none.relative.index).all()


def test_one_zone_alone_leaves_no_variable_out(monkeypatch):
    """Une seule zone : rien à comparer, mais aucune variable n’est « la même pour toutes les zones »."""
    assert of_zones(monkeypatch, [4.0], {}).left_out == ()


def test_a_variable_is_known_where_it_is_for_half_of_those_whom_a_filter_keeps(monkeypatch):
    """Deux quartiers de 100 et 60 habitants, le RSA connu du premier seul : une zone où le filtre garde surtout le
    second ne le connaît pas.
    """
    fractions = np.array([10.0, np.nan]), np.array([50.0, np.nan])
    monkeypatch.setattr(social_variables, "_fraction", lambda *_: fractions)
    rsa = next(each for each in social_variables.VARIABLES if each.id == "rsa")
    frame = SimpleNamespace(population=np.array([100.0, 60.0]))

    def first_value(*filter_shares: float) -> float:
        both = np.array([0, 1]), np.array([0, 0])
        return float(social_variables.values_of(rsa, *both, 1, frame, None, np.array(filter_shares))[0])

    assert [first_value(1.0, 0.1), first_value(1.0, 1.0)] == [20.0, 20.0]
    assert np.isnan(first_value(0.1, 1.0))


def indexed(monkeypatch, t: dict, zones: str = "zone") -> social_france.Indexed:
    """Return the index of zones, made of areas in communes: `commune` is the index of a commune, `écart` that of
    an area beside it, `doute` the deviation of both errors.
    """
    towns, town = np.unique(t["commune"], return_inverse=True)
    n, k = len(town), len(social_france.IDS)  # weights add up to one: a value for all is that of the index
    by_town = {
        name: np.array([t[name][town == each][0] for each in range(len(towns))])
        for name in ("indice", "doute")
    }
    mean = np.bincount(town, t["habitants"] * t["écart"]) / np.bincount(town, t["habitants"])
    monkeypatch.setattr(
        social_france,
        "expected",
        lambda: social_france.Expected(
            town=town,
            people=t["habitants"],
            is_mainland=np.ones(n, dtype=bool),
            of_town=np.outer(by_town["indice"], np.ones(k)),
            town_doubt=by_town["doute"][:, None, None] ** 2 * np.ones((k, k)),
            of_area=np.outer(t["écart"] - mean[town], np.ones(k)),
            area_doubt=np.where(np.bincount(town)[town] > 1, t["doute"], 0)[:, None, None] ** 2
            * np.ones((k, k)),
            is_town_known=np.array([True] * len(towns)),
            is_area_known=np.array([each == "oui" for each in t["connu"]]),
        ),
    )
    names, at = np.unique(t[zones], return_inverse=True)
    return social_france.of_zones(np.arange(n), at, len(names), np.ones(n), {})


AREAS = """
    zone | quartier | commune | habitants | indice | écart | doute | connu
    -----+----------+---------+-----------+--------+-------+-------+------
    A    | Nord     | ville   |      1000 |    0.5 |   0.4 |   0.3 | oui
    A    | Sud      | ville   |      1000 |    0.5 |  -0.4 |   0.3 | oui
    B    | Village  | village |      1000 |   -0.3 |     0 |   0.4 | oui
"""


def test_a_quarter_stands_around_the_index_of_its_commune(spec, monkeypatch):
    """Un quartier a l’indice de sa commune, déplacé de son écart à elle."""
    spec(AREAS, lambda t: indexed(monkeypatch, t, "quartier").centre, [0.9, 0.1, -0.3])


def test_a_whole_commune_has_its_own_index_and_its_own_error(spec, monkeypatch):
    """Les écarts de tous les quartiers d’une commune s’annulent, et leurs erreurs aussi : il reste celle de la commune."""
    spec(
        AREAS,
        lambda t: [*indexed(monkeypatch, t).centre, *indexed(monkeypatch, t).deviation],
        [0.5, -0.3, 0.3, 0.4],
    )


def test_an_index_that_may_be_on_both_sides_of_a_bound_has_both_classes():
    """La classe d’une zone a une probabilité : un indice sur une borne a une chance sur deux d’être de chaque côté."""
    odds = classes.odds(np.array([0.2, 0.2]), np.array([0.1, 0.001]), np.array([-0.5, -0.2, 0.2, 9.0]))
    assert odds[:, 2:4] == pytest.approx(np.full((2, 2), 0.5), abs=1e-4)


def test_a_part_of_a_commune_borrows_what_is_known_of_the_commune(spec, monkeypatch):
    """Un revenu connu par commune ne classe pas les quartiers d’une ville : un quartier n’a pas d’indice à lui si rien
    d’autre n’y est connu. Une zone qui réunit presque toute la commune, oui.

    zone        | commune | habitants | indice | écart | doute | connu
    ------------+---------+-----------+--------+-------+-------+------
    Bourg       | bourg   |       950 |    0.1 |     0 |   0.3 | non
    Bourg, gare | bourg   |        50 |    0.1 |     0 |   0.3 | non
    Village     | village |       300 |    0.1 |     0 |   0.3 | oui
    Ville, nord | ville   |       900 |    0.1 |     0 |   0.3 | non
    Ville, sud  | ville   |      1100 |    0.1 |     0 |   0.3 | oui
    """
    spec(
        lambda t: [why or "indice" for why in indexed(monkeypatch, t).reasons],
        ["indice", social_france.BORROWED, "indice", social_france.BORROWED, "indice"],
    )


def test_a_gap_is_relative_to_the_mean_of_zones(spec):
    """L’écart d’une zone est sa distance à la moyenne simple des zones, en part de cette moyenne.

    zone | RSA || réponse
    -----+-----++--------
    A    |   4 ||    -0.2
    B    |   5 ||       0
    C    |   6 ||     0.2
    """
    spec(lambda t: built(t, [1], [1]).gaps[:, 0])


def test_a_high_income_turns_the_sign(spec):
    """Une variable qui éloigne la précarité, comme le revenu, compte à l’envers.

    zone | revenu || réponse
    -----+--------++--------
    A    |  18000 ||     0.1
    B    |  22000 ||    -0.1
    """
    spec(lambda t: built(t, [-1], [1]).index)


def test_weights_say_what_counts_more(spec):
    """L’indice est la moyenne des écarts, pondérée par les poids.

    zone | RSA | HLM
    -----+-----+----
    A    |   4 |  30
    B    |   6 |  10
    """
    spec(lambda t: built(t, [1, 1], [3, 1]).index, [(3 * -0.2 + 0.5) / 4, (3 * 0.2 - 0.5) / 4])


def test_a_variable_is_counted_once(spec):
    """Un poids nul retire la variable, sans toucher aux autres.

    zone | RSA | HLM || réponse
    -----+-----+-----++--------
    A    |   4 |  30 ||    -0.2
    B    |   6 |  10 ||     0.2
    """
    spec(lambda t: built(t, [1, 1], [1, 0]).index)


def test_an_institution_does_not_carry_the_index(spec):
    """Un écart est borné entre −100 % et +150 % : une prison ou un foyer ne porte pas tout l’indice.

    zone | AAH || réponse
    -----+-----++--------
    A    |   1 ||   -0.96
    B    |   1 ||   -0.96
    C    |   1 ||   -0.96
    D    |  97 ||     1.5
    """
    spec(lambda t: built(t, [1], [1]).gaps[:, 0])


def test_a_missing_value_is_left_out_of_the_mean(spec):
    """Une valeur inconnue (secret statistique) ne compte ni dans la moyenne des zones ni dans l’indice de
    la zone.

    zone | RSA | HLM
    -----+-----+----
    A    |   4 |  30
    B    |     |  10
    C    |   6 |  20
    """
    spec(lambda t: built(t, [1, 1], [1, 1]).index, [(-0.2 + 0.5) / 2, -0.5, (0.2 + 0) / 2])


def test_under_half_of_the_variables_there_is_no_index(spec):
    """Une zone dont moins de la moitié des variables sont connues n’a pas d’indice.

    zone | RSA | HLM | AAH || réponse
    -----+-----+-----+-----++--------
    A    |   4 |  30 |   3 ||       0
    B    |   6 |  10 |   4 ||       0
    C    |     |     |   2 ||       1
    """
    spec(lambda t: np.isnan(built(t, [1, 1, 1], [1, 1, 1]).index).astype(float))


def test_one_zone_alone_has_no_gap(spec):
    """Une zone seule n’a pas d’écart : l’indice est relatif à un périmètre.

    zone | RSA || réponse
    -----+-----++--------
    A    |   4 ||       1
    """
    spec(lambda t: np.isnan(built(t, [1], [1]).index).astype(float))


def test_rank_one_is_the_most_precarious(spec):
    """Le rang 1 est la zone la plus précaire ; deux indices égaux partagent le meilleur rang.

    indice || réponse
    -------++--------
      0.2  ||       3
      0.5  ||       1
      0.5  ||       1
     -0.1  ||       4
    """
    spec(lambda t: ranks(t["indice"]))


def test_a_variable_that_does_not_exist_says_which_do():
    """Un poids pour une variable inconnue est refusé, avec celles qui existent."""
    with pytest.raises(Refused) as caught:
        social._chosen({"rsa": 1.0, "pauvrete": 1.0})
    assert caught.value.what == "La variable « pauvrete » n’existe pas dans l’indice social."
    assert caught.value.do == f"Choisissez parmi : {', '.join(social.BY_ID)}."
    assert [variable.id for variable in social._chosen({"rsa": 0.0, "demandeurs": 1.0})][-1] == "demandeurs"


def test_a_variable_of_one_zone_is_left_out_in_the_singular(monkeypatch):
    """Une variable connue pour moins de la moitié des zones est écartée, et dit pour combien."""
    excluded = of_zones(monkeypatch, [4.0, np.nan, np.nan], {}).left_out
    assert {why for _, why in excluded} == {"connue pour 1\xa0zone sur 3 seulement"}
