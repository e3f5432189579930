"""Ce qu’aucun poids ne peut réparer est refusé, avec ce qui ne va pas, pourquoi, et ce qui conviendrait."""

from typing import Any

import numpy as np
import pytest

from maillage.kernel.errors import Refused
from maillage.kernel.table import Table
from maillage.sources.survey.answers import WEIGHT
from maillage.sources.survey.margins import parse
from maillage.statistics.survey import samples, weight_bounds, weighting

title = "Quand une enquête ne se redresse pas"

AGES = "age jeune 300 \n age vieux 700"


def table(t: dict[str, Any]) -> Table:
    columns = {
        name: np.array([f"{v:g}" if isinstance(v, float) else str(v) for v in values])
        for name, values in t.items()
    }
    columns = {
        name: np.array([str(v).replace("rien", "") for v in column]) for name, column in columns.items()
    }
    n = len(next(iter(columns.values())))
    return Table("reponses.csv", {"id": np.arange(1, n + 1).astype(str), **columns})


def weigh(t: dict[str, Any], margins: str = AGES, **options: Any) -> weighting.Weighting:
    text = "variable;modalite;effectif\n" + "\n".join(
        ";".join(line.split()) for line in margins.strip().splitlines()
    )
    return weighting.weigh(table(t), parse(text.encode(), "marges.csv"), **options)


def what(t: dict[str, Any], margins: str = AGES, **options: Any) -> str:
    try:
        weigh(t, margins, **options)
    except Refused as refused:
        assert refused.why.endswith(".")
        assert refused.do.endswith(".")
        return refused.what.replace("\xa0", " ")
    return "redressée"


def test_weights_to_start_from_are_positive_numbers(spec):
    """Un poids initial est un nombre positif : on dit la première réponse qui n’en a pas, et combien sont
    dans ce cas.

    Le poids initial de la deuxième réponse ; les deux autres ont 2.

    poids
    ------
    2
    rien
    beaucoup
    -1
    0
    1e-300
    1e300
    """

    def call(weight):
        return what({"age": np.array(["jeune", "vieux", "vieux"]), WEIGHT: np.array(["2", weight, "2"])})

    spec.rows(
        call,
        [
            "redressée",
            *(
                f"reponses.csv, réponse « 2 », colonne poids_initial, valeur « {value} » : {why}."
                for value, why in (
                    ("", "la case est vide"),
                    ("beaucoup", "ce n’est pas un nombre"),
                    ("-1", "un poids négatif"),
                    ("0", "un poids nul"),
                    ("1e-300", "un poids nul ou presque"),
                    ("1e300", "un poids démesuré"),
                )
            ),
        ],
    )
    both = {"age": np.array(["jeune", "vieux"]), WEIGHT: np.array(["0", "-1"])}
    assert what(both).endswith("un poids nul (2 réponses sont dans ce cas).")


def test_weights_to_start_from_are_moved_as_little_as_possible(spec):
    """Les poids initiaux gardent leurs rapports dans une classe : deux fois plus reste deux fois plus.

    age   | poids || réponse
    ------+-------++--------
    jeune |     1 ||     100
    jeune |     2 ||     200
    vieux |     5 ||     700
    """

    def call(t: dict[str, Any]) -> list[float]:
        return [float(weight) for weight in weigh({"age": t["age"], WEIGHT: t["poids"]}).weights]

    spec(call)
    answers = table({"age": np.array(["jeune", "vieux", "vieux"])})
    margins = parse(b"variable;modalite;effectif\nage;jeune;300\nage;vieux;700", "m.csv")
    weights, codes = weighting.calibrated(answers, margins)
    assert weights.tolist() == [1000 / 3] * 3
    assert [code.tolist() for code in codes] == [[0, 1, 1]]


def test_what_no_weight_can_mend(spec):
    """Sans réponse remplie, sans la variable des marges, ou dans une classe où personne ne vit, on refuse.

    La colonne des réponses, ce qu’elle dit pour trois personnes.

    colonne | réponses          | jeunes
    --------+-------------------+-------
    age     | jeune vieux vieux |    300
    ages    | jeune vieux vieux |    300
    age     | rien rien rien    |    300
    age     | vieux jeune vieux |      0
    age     | vieux vieux vieux |      0
    """

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for column, answer_words, people in zip(*(values.tolist() for values in t.values()), strict=True):
            answers = {column: np.array(answer_words.split())}
            out.append(what(answers, f"age jeune {people:.0f} \n age vieux 700"))
        return out

    spec(
        call,
        [
            "redressée",
            (
                "reponses.csv : la variable « age » des marges n’est pas une colonne des réponses ; la plus"
                " proche est « ages »."
            ),
            "reponses.csv, colonne age : aucune réponse n’est remplie.",
            (
                "reponses.csv, réponse « 2 », colonne age, valeur « jeune » : les marges disent qu’il n’y a"
                " personne dans cette classe (effectif 0)."
            ),
            "redressée",
        ],
    )
    nothing = Table("reponses.csv", {"id": np.array([], dtype=str), "age": np.array([], dtype=str)})
    margins = parse(b"variable;modalite;effectif\nage;jeune;300", "m.csv")
    for answers, some, words in (
        (nothing, margins, "reponses.csv : aucune réponse."),
        (table({"age": np.array(["jeune"])}), (), "Aucune marge n’est donnée."),
    ):
        try:
            weighting.weigh(answers, some)
        except Refused as refused:
            assert refused.what == words
        else:
            raise AssertionError(words)


def test_bounds_and_ceilings_are_possible_ones(spec):
    """Des bornes encadrent 1, la première positive et plus petite ; un plafond dépasse un poids moyen.

    Quatre réponses, deux jeunes pour 300 personnes, deux vieux pour 700.

    basse | haute | plafond
    ------+-------+--------
      0.3 |     3 |
        0 |     3 |
       -1 |     3 |
        3 |   0.3 |
        1 |     3 |
      0.3 |     1 |
          |       |       1
          |       |       2
    """
    answers = {"age": np.array(["jeune", "jeune", "vieux", "vieux"])}

    def call(low, high, trim):
        bounds = None if np.isnan(low) else (float(low), float(high))
        return what(answers, method="raking", bounds=bounds, trim=None if np.isnan(trim) else float(trim))

    spec.rows(
        call,
        [
            "redressée",
            "redressée",
            (
                "Les bornes « -1,3 » ne conviennent pas : la première doit être positive et plus petite que"
                " la seconde."
            ),
            (
                "Les bornes « 3,0.3 » ne conviennent pas : la première doit être positive et plus petite que"
                " la seconde."
            ),
            "Les bornes « 1,3 » n’encadrent pas 1.",
            "Les bornes « 0.3,1 » n’encadrent pas 1.",
            "Le plafond « 1 » ne convient pas.",
            "redressée",
        ],
    )


def test_one_answer_carries_everybody_and_says_so():
    """Une seule réponse porte toute la population : c’est dit, aucun chiffre ne peut en être tiré."""
    weighting = weigh({"age": np.array(["jeune"])}, "age jeune 300", thin=0)
    assert weighting.warnings == (
        "Une seule réponse porte toute la population : aucun chiffre ne peut en être tiré.",
    )
    assert weighting.weights.tolist() == [300]


def test_every_answer_of_a_table_has_a_weight(spec):
    """Chaque réponse d’un tableau a un poids positif ou nul, et l’un d’eux au moins compte.

    1    | 2    || réponse
    -----+------++-------------------------------------------------------------------------------------------------------
    2    | 3    || 2 3
    0    | 3    || 0 3
    2    | rien || reponses.csv, colonne id, valeur « 2 » : cette réponse n’a pas de poids.
    rien | rien || reponses.csv, colonne id, valeur « 1 » : cette réponse n’a pas de poids (2 réponses sont dans ce cas).
    2    | -1   || reponses.csv : le poids de la réponse n° 2 est -1.
    nan  | -1   || reponses.csv : le poids de la réponse n° 1 est nan (2 réponses sont dans ce cas).
    0    | 0    || reponses.csv : tous les poids sont nuls.
    """
    answers = table({"age": np.array(["jeune", "vieux"])})

    def call(t: dict[str, Any]) -> list[str]:
        out = []
        for one, two in zip(t["1"].tolist(), t["2"].tolist(), strict=True):
            weights = {id: float(w) for id, w in (("1", one), ("2", two)) if w != "rien"}
            try:
                out.append(" ".join(f"{w:g}" for w in samples.weights_by_id(answers, weights)))
            except Refused as refused:
                out.append(refused.what)
        return out

    spec(call)


def test_unreachable_ceiling_is_refused_with_a_reachable_one():
    """Un plafond trop bas est refusé avec un plafond qui convient et qui coupe, sous le plus grand poids sans
    plafond ; quand il n’y en a pas, le refus n’en propose aucun.
    """
    age = ["jeune"] * 150 + ["vieux"] * 50
    sexe = ["f"] * 110 + ["h"] * 40 + ["f"] * 46 + ["h"] * 4
    answers = {"age": np.array(age), "sexe": np.array(sexe)}
    margins = "age jeune 60 \n age vieux 40 \n sexe f 55 \n sexe h 45"
    with pytest.raises(Refused) as caught:
        weigh(answers, margins, trim=1.5)
    refused = caught.value
    assert refused.what == "Le plafond de 1.5 poids moyens ne peut pas être tenu."
    work = float(refused.do.removeprefix("Un plafond de ").removesuffix(" convient."))
    free = weigh(answers, margins).weights
    assert 1.5 < work < free.max() / free.mean()
    assert weigh(answers, margins, trim=work).weights.max() <= work * free.mean() * (1 + 1e-3)

    alone = {"age": np.array(["jeune"] + ["vieux"] * 9)}
    with pytest.raises(Refused) as caught:
        weigh(alone, "age jeune 500 \n age vieux 500", trim=2.0)
    assert "Sans plafond, le plus grand poids en fait 5." in caught.value.why
    assert caught.value.do == "Réunissez les classes les plus minces, ou retirez le plafond."


def test_many_unknown_answers_are_to_be_put_in_classes(spec):
    """Huit classes dans les marges : jusqu’à seize réponses inconnues, on les corrige une à une ; au-delà, ce sont
    sans doute des nombres à ranger en classes.

    inconnues || réponse
    ----------++---------
           12 || Corrigez
           16 || Corrigez
           17 || Rangez
    """
    margins = "\n".join(f"age classe{k} 100" for k in range(8))

    def advice(t: dict[str, Any]) -> list[str]:
        out = []
        for n in t["inconnues"].astype(int):
            ages = [f"classe{k}" for k in range(8)] + [f"{20 + k} ans" for k in range(n)]
            with pytest.raises(Refused) as caught:
                weigh({"age": np.array(ages)}, margins)
            out.append(caught.value.do.split()[0])
        return out

    spec(advice)


def test_bounds_that_would_work_are_written_for_a_page_too():
    """Sur une page, les bornes qui conviennent se lisent dans le conseil ; sans aucune, le conseil reste."""
    for work, end in (([(0.5, 2.0)], "Bornes qui conviennent : 0,5 à 2."), ([], "Réunissez des classes.")):
        refused = weight_bounds.BoundsRefused(
            "Trop serré", why="Parce que.", do="Réunissez des classes.", bounds=(0.9, 1.1), work=work
        )
        assert refused.on_page().do == end
