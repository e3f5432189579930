"""Chaque réponse compte pour autant de personnes qu’il le faut, pour que l’échantillon ressemble à la
population.
"""

import numpy as np
import pytest

from maillage.kernel.errors import Refused
from maillage.kernel.table import Table
from maillage.sources.survey import margins
from maillage.statistics.engine import variance
from maillage.statistics.survey import sample_margins, weighting

title = "Redresser une enquête"


def weighed(t: dict, wanted: str, **options: object):
    """Weigh the drawn answers on margins written `variable class people`, one a line."""
    columns = {
        name: np.array([f"{v:g}" if isinstance(v, float) else str(v) for v in values])
        for name, values in t.items()
    }
    n = len(next(iter(columns.values())))
    table = Table("reponses.csv", {"id": np.arange(1, n + 1).astype(str), **columns})
    text = "variable;modalite;effectif\n" + "\n".join(
        ";".join(line.split()) for line in wanted.strip().splitlines()
    )
    return weighting.weigh(table, margins.parse(text.encode(), "marges.csv"), **options)  # type: ignore[arg-type]


def test_a_class_over_represented_counts_for_less(spec):
    """Une seule variable : le poids d’une réponse est le nombre de personnes de sa classe, partagé entre
    celles qui répondent.

    age
    -----
    15-25
    15-25
    15-25
    26+
    """
    spec(lambda t: weighed(t, "age 15-25 200 \n age 26+ 800").weights, [200 / 3, 200 / 3, 200 / 3, 800])


def test_the_coefficient_is_the_share_of_people_over_the_share_of_answers(spec):
    """Le coefficient d’une classe : sa part de la population, divisée par sa part des réponses. Le n
    pondéré totalise les réponses.

    age
    -----
    15-25
    15-25
    26+
    26+
    """

    def coefficients(t: dict) -> dict:
        strata = weighed(t, "age 15-25 200 \n age 26+ 800").strata
        return {
            "classe": [each.name for each in strata],
            "n": [each.n for each in strata],
            "coefficient": [each.coefficient for each in strata],
            "n pondéré": [each.weighted for each in strata],
        }

    spec(
        coefficients,
        """
        classe | n | coefficient | n pondéré
        -------+---+-------------+----------
         15-25 | 2 |         0.4 |       0.8
           26+ | 2 |         1.6 |       3.2
        """,
    )


def test_two_variables_are_met_at_once(spec):
    """Deux variables : les poids donnent les deux marges à la fois.

    age   | sexe
    ------+-----
    jeune | f
    jeune | h
    jeune | h
    vieux | f
    vieux | f
    vieux | h
    """

    def sums(t: dict) -> list[float]:
        weights = weighed(t, "age jeune 300 \n age vieux 700 \n sexe f 600 \n sexe h 400").weights
        return [
            float(weights[t["age"] == "jeune"].sum()),
            float(weights[t["sexe"] == "f"].sum()),
            float(weights.sum()),
        ]

    spec(sums, [300, 600, 1000])


def test_who_did_not_say_keeps_their_share(spec):
    """Une réponse vide garde sa part de l’échantillon ; les autres classes se partagent le reste.

    sexe | rang || réponse
    -----+------++--------
    f    | 1    ||     375
    h    | 2    ||   187.5
    h    | 3    ||   187.5
         | 4    ||     250
    """
    spec(lambda t: weighed(t, "sexe f 500 \n sexe h 500").weights)


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        (
            "age 15-25 200 \n age 26-60 500 \n age 61+ 300",
            (
                "marges.csv, ligne 4, variable « age », modalité « 61+ » : 300 personnes dans la population,"
                " aucune réponse dans reponses.csv."
            ),
        ),
        (
            "age 15-25 200",
            (
                "reponses.csv, réponse « 3 », colonne age, valeur « 26-60 » : cette modalité n’est pas dans"
                " les marges de « age »"
            ),
        ),
        ("age 15-25 200 \n age 26-60 500 \n sexe f 600 \n sexe h 300", "marges.csv : les totaux diffèrent"),
    ],
)
def test_no_weight_replaces_an_answer_that_is_not_there(wanted, what):
    """Une classe sans réponse, une réponse sans classe, des totaux qui se contredisent : refusés, avec
    quoi faire.
    """
    sample = {"age": np.array(["15-25", "15-25", "26-60"]), "sexe": np.array(["f", "h", "f"])}
    with pytest.raises(Refused) as caught:
        weighed(sample, wanted)
    assert caught.value.what.startswith(what)
    assert caught.value.do


def test_bounds_nobody_can_keep_come_back_with_bounds_that_work():
    """Des bornes intenables sont refusées, avec des bornes qui conviennent."""
    sample = {"age": np.array(["15-25"] * 3 + ["26+"])}
    with pytest.raises(Refused) as caught:
        weighed(sample, "age 15-25 300 \n age 26+ 700", method="logit", bounds=(0.5, 2.0))
    assert caught.value.what.startswith(
        "« age », « 26+ » : il faudrait multiplier ses poids par 2,8, la borne haute est 2"
    )
    low, high = (
        float(text)
        for text in (
            caught.value.do.removeprefix("Bornes qui conviennent : ").rstrip(".").split(" ; ")[0].split(",")
        )
    )
    assert weighed(sample, "age 15-25 300 \n age 26+ 700", method="logit", bounds=(low, high)).gap < 1e-9


def test_unequal_weights_cost_answers(spec):
    """Des poids inégaux coûtent des réponses : quatre réponses, dont une compte pour trois des autres, en
    valent trois.

    poids
    -----
        1
        1
        1
        3
    """
    spec(lambda t: len(t["poids"]) / variance.kish(t["poids"]), 3)


def test_a_class_with_few_answers_would_better_join_its_neighbour(spec):
    """Une classe sous le plus petit nombre de réponses est proposée à sa voisine ; celle qui l’atteint tout
    juste reste.

    Le plus petit nombre de réponses d’une classe est ici 10. Une classe où personne n’est recensé n’est pas
    proposée.

    classe | personnes | réponses
    -------+-----------+---------
    15-25  |       200 |        9
    26-49  |       300 |       10
    50-64  |       300 |       30
    65-79  |       200 |        0
    80+    |         0 |        0
    """

    def call(t: dict) -> list[str]:
        classes = zip(t["classe"].tolist(), t["personnes"].tolist(), strict=True)
        margin = margins.Margin(
            "age", tuple(margins.Category(name, people, (name,)) for name, people in classes)
        )
        merges = sample_margins.merges(margin, [int(n) for n in t["réponses"]], thin=10)
        return [f"{' et '.join(merge.names)} : {merge.reason}" for merge in merges]

    spec(call, ["50-64 et 65-79 : aucune réponse", "15-25 et 26-49 : 9 réponses seulement"])


def test_people_who_study_join_no_level_of_diploma():
    """« En études » n’est pas un diplôme : ni proposée avec « Brevet », ni l’inverse."""
    names = ("En études", "Brevet", "CAP ou BEP", "Bac")
    margin = margins.Margin("diplome", tuple(margins.Category(name, 100.0, (name,)) for name in names))
    assert sample_margins.proposal(margin, 0, [3, 4, 30, 30]) == "une autre classe"
    assert sample_margins.proposal(margin, 1, [3, 4, 30, 30]) == "« CAP ou BEP »"
