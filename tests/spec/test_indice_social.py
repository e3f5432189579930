"""L’indice de précarité sociale dit, pour chaque zone, de combien elle s’écarte de la moyenne des zones."""

from types import SimpleNamespace

import numpy as np
import pytest

from maillage.engine import social_index
from maillage.engine.classes import ranks
from maillage.kernel.errors import Refused
from maillage.studies.diagnosis.zoning import Zone
from maillage.studies.need import social

title = "L’indice de précarité sociale"


def built(t: dict, sign: list[float], weight: list[float]) -> social_index.Index:
    names = [name for name in t if name != "zone"]
    return social_index.build(np.column_stack([t[name] for name in names]), np.array(sign), np.array(weight))


def of_zones(monkeypatch, values: list[float], weights: dict[str, float]) -> social.Social:
    """Return the index of zones where every variable has these values."""
    places = np.full(len(values), "iris"), np.ones(len(values), dtype=bool)
    monkeypatch.setattr(social, "_values", lambda *_: np.array(values))
    monkeypatch.setattr(social, "_known_at", lambda *_: places)
    zones = [Zone(str(k), str(k), np.array([k])) for k in range(len(values))]
    return social.index_of(zones, None, None, weights=weights)


def test_a_negative_weight_turns_a_variable_round(monkeypatch):
    """Le même poids, au signe près : chaque zone s’écarte d’autant, de l’autre côté."""
    names = [variable.id for variable in social.VARIABLES]
    weights = {name: float(name == "rsa") for name in names}
    one = of_zones(monkeypatch, [4.0, 5, 6], {**weights, "rsa": 2.0})
    other = of_zones(monkeypatch, [4.0, 5, 6], {**weights, "rsa": -2.0})
    assert one.index.index == pytest.approx([-0.2, 0, 0.2])
    assert other.index.index == pytest.approx([0.2, 0, -0.2])


def test_one_zone_alone_leaves_no_variable_out(monkeypatch):
    """Une seule zone : rien à comparer, mais aucune variable n’est « la même pour toutes les zones »."""
    assert of_zones(monkeypatch, [4.0], {}).left_out == ()


def test_a_variable_is_known_where_it_is_for_half_of_those_whom_a_filter_keeps(monkeypatch):
    """Deux quartiers de 100 et 60 habitants, le RSA connu du premier seul : une zone où le filtre garde surtout le
    second ne le connaît pas.
    """
    fractions = np.array([10.0, np.nan]), np.array([50.0, np.nan])
    monkeypatch.setattr(social, "_fraction", lambda *_: fractions)
    rsa = next(each for each in social.VARIABLES if each.id == "rsa")
    frame = SimpleNamespace(population=np.array([100.0, 60.0]))

    def found(*kept: float) -> float:
        zone = Zone("1", "1", np.array([0, 1]))
        return float(social._values(rsa, [zone], frame, None, np.array(kept))[0])

    assert [found(1.0, 0.1), found(1.0, 1.0)] == [20.0, 20.0]
    assert np.isnan(found(0.1, 1.0))


def test_a_part_of_a_commune_borrows_what_is_known_of_the_commune(spec, monkeypatch):
    """Un revenu connu par commune ne classe pas les quartiers d’une ville : un quartier n’a pas d’indice à lui si rien
    d’autre n’y est connu. Une zone qui réunit presque toute la commune, oui.
    """

    def index(t: dict) -> list[str]:
        n = len(t["zone"])
        frame = SimpleNamespace(
            area=np.array([f"{code}{k}" for k, code in enumerate(t["commune"])]),
            commune=np.array(t["commune"]),
            published=np.array(t["commune"]),
            population=t["habitants"],
        )
        medians = SimpleNamespace(aligned=lambda *_: t["revenu"])
        monkeypatch.setattr(social, "_values", lambda *_: t["revenu"])
        weights = {name: float(name == "revenu") for name in social.BY_ID}
        zones = [Zone(name, name, np.array([k])) for k, name in zip(range(n), t["zone"], strict=True)]
        index_ = social.index_of(zones, frame, SimpleNamespace(filosofi=medians), weights=weights)
        return [why or "indice" for why in index_.no_index]

    spec(
        """
        zone        | commune | habitants | revenu
        ------------+---------+-----------+-------
        Ville, nord | ville   |       900 |  19000
        Ville, sud  | ville   |      1100 |  19000
        Bourg       | bourg   |       950 |  21000
        Bourg, gare | bourg   |        50 |  21000
        Village     | village |       300 |  24000
        """,
        index,
        [social.BORROWED, social.BORROWED, "indice", social.BORROWED, "indice"],
    )


def test_a_gap_is_relative_to_the_mean_of_zones(spec):
    """L’écart d’une zone est sa distance à la moyenne simple des zones, en part de cette moyenne."""
    spec(
        """
        zone | RSA
        -----+----
        A    |   4
        B    |   5
        C    |   6
        """,
        lambda t: built(t, [1], [1]).gaps[:, 0],
        [-0.2, 0, 0.2],
    )


def test_a_high_income_turns_the_sign(spec):
    """Une variable qui éloigne la précarité, comme le revenu, compte à l’envers."""
    spec(
        """
        zone | revenu
        -----+-------
        A    |  18000
        B    |  22000
        """,
        lambda t: built(t, [-1], [1]).index,
        [0.1, -0.1],
    )


def test_weights_say_what_counts_more(spec):
    """L’indice est la moyenne des écarts, pondérée par les poids."""
    spec(
        """
        zone | RSA | HLM
        -----+-----+----
        A    |   4 |  30
        B    |   6 |  10
        """,
        lambda t: built(t, [1, 1], [3, 1]).index,
        [(3 * -0.2 + 0.5) / 4, (3 * 0.2 - 0.5) / 4],
    )


def test_a_variable_is_counted_once(spec):
    """Un poids nul retire la variable, sans toucher aux autres."""
    spec(
        """
        zone | RSA | HLM
        -----+-----+----
        A    |   4 |  30
        B    |   6 |  10
        """,
        lambda t: built(t, [1, 1], [1, 0]).index,
        [-0.2, 0.2],
    )


def test_an_institution_does_not_carry_the_index(spec):
    """Un écart est borné entre −100 % et +150 % : une prison ou un foyer ne porte pas tout l’indice."""
    spec(
        """
        zone | AAH
        -----+----
        A    |   1
        B    |   1
        C    |   1
        D    |  97
        """,
        lambda t: built(t, [1], [1]).gaps[:, 0],
        [-0.96, -0.96, -0.96, 1.5],
    )


def test_a_missing_value_is_left_out_of_the_mean(spec):
    """Une valeur inconnue (secret statistique) ne compte ni dans la moyenne des zones ni dans l’indice de
    la zone.
    """
    spec(
        """
        zone | RSA | HLM
        -----+-----+----
        A    |   4 |  30
        B    |     |  10
        C    |   6 |  20
        """,
        lambda t: built(t, [1, 1], [1, 1]).index,
        [(-0.2 + 0.5) / 2, -0.5, (0.2 + 0) / 2],
    )


def test_under_half_of_the_variables_there_is_no_index(spec):
    """Une zone dont moins de la moitié des variables sont connues n’a pas d’indice."""
    spec(
        """
        zone | RSA | HLM | AAH
        -----+-----+-----+----
        A    |   4 |  30 |   3
        B    |   6 |  10 |   4
        C    |     |     |   2
        """,
        lambda t: np.isnan(built(t, [1, 1, 1], [1, 1, 1]).index).astype(float),
        [0, 0, 1],
    )


def test_one_zone_alone_has_no_gap(spec):
    """Une zone seule n’a pas d’écart : l’indice est relatif à un périmètre."""
    spec(
        """
        zone | RSA
        -----+----
        A    |   4
        """,
        lambda t: np.isnan(built(t, [1], [1]).index).astype(float),
        [1],
    )


def test_rank_one_is_the_most_precarious(spec):
    """Le rang 1 est la zone la plus précaire ; deux indices égaux partagent le meilleur rang."""
    spec(
        """
        indice
        ------
          0.2
          0.5
          0.5
         -0.1
        """,
        lambda t: ranks(t["indice"]),
        [3, 1, 1, 4],
    )


def test_a_variable_that_does_not_exist_says_which_do():
    """Un poids pour une variable inconnue est refusé, avec celles qui existent."""
    with pytest.raises(Refused) as caught:
        social._chosen({"rsa": 1.0, "pauvrete": 1.0})
    assert caught.value.what == "La variable « pauvrete » n’existe pas dans l’indice social."
    assert caught.value.do == f"Choisissez parmi : {', '.join(social.BY_ID)}."
    assert [variable.id for variable in social._chosen({"rsa": 0.0, "demandeurs": 1.0})][-1] == "demandeurs"


def test_a_variable_of_one_zone_is_left_out_in_the_singular(monkeypatch):
    """Une variable connue pour moins de la moitié des zones est écartée, et dit pour combien."""
    left = of_zones(monkeypatch, [4.0, np.nan, np.nan], {}).left_out
    assert {why for _, why in left} == {"connue pour 1\xa0zone sur 3 seulement"}
