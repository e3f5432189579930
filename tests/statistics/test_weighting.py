"""Weights of a survey: margins of the census, merges, what is said of classes and limits."""

from dataclasses import replace

import numpy as np
import pytest

from maillage.kernel.errors import Refused
from maillage.kernel.table import Table
from maillage.questionnaires.questionnaire import Choice
from maillage.sources.survey import margins
from maillage.sources.survey.margins import Category, Margin
from maillage.statistics.engine import variance
from maillage.statistics.need import model
from maillage.statistics.need import population as frames
from maillage.statistics.survey import census_margins, sample_margins, weighting
from maillage.statistics.survey.age_classes import class_starts
from maillage.statistics.survey.census_margins import AVAILABLE, in_question_classes, margins_of
from maillage.statistics.zones.territories import gazetteer, rows_of

METROPOLE, MAUBEUGE = "200040715", "200043396"


def answers(**columns):
    n = len(next(iter(columns.values())))
    return Table(
        "reponses",
        {"id": np.arange(1, n + 1).astype(str)} | {k: np.array(v, dtype=str) for k, v in columns.items()},
    )


def margin(variable, **totals):
    return Margin(variable, tuple(Category(name, float(total), (name,)) for name, total in totals.items()))


def test_margins_read_who_lives_where_and_no_more(monkeypatch):
    def described(*_: object) -> None:
        raise AssertionError("what estimates need was read, for a count")

    monkeypatch.setattr(model, "_country", described)
    assert [each.variable for each in margins_of(MAUBEUGE, ("age", "sexe"))] == ["age", "sexe"]
    monkeypatch.undo()
    assert model.country().frame is model.country_frame(), "read once for both"


def test_post_stratification_gives_the_coefficients_of_the_requirement():
    sample = answers(age=["jeune"] * 6 + ["vieux"] * 4)
    result = weighting.weigh(sample, [margin("age", jeune=2000, vieux=8000)])
    young, old = result.strata
    assert (young.coefficient, old.coefficient) == pytest.approx((0.2 / 0.6, 0.8 / 0.4))
    assert (young.weighted, old.weighted) == pytest.approx((2, 8))
    assert young.weighted + old.weighted == pytest.approx(result.n)
    assert result.weights[:6] == pytest.approx(np.full(6, 2000 / 6))
    assert result.design_effect == pytest.approx(variance.kish(result.weights))
    assert result.n_effective == pytest.approx(10 / result.design_effect)


def test_margins_of_the_census_have_one_total_and_say_their_source():
    margins = margins_of(METROPOLE, tuple(AVAILABLE))
    assert {each.variable for each in margins} == set(AVAILABLE)
    for margin in margins:
        assert margin.total == pytest.approx(margins[0].total, rel=1e-12)
        assert margin.source
        assert margin.year
        assert margin.note
        assert all(category.total >= 0 for category in margin.categories)
    communes = next(each for each in margins if each.variable == "commune")
    assert len(communes.categories) == 49


def test_census_ages_take_their_share_of_a_class_cut_in_two():
    uncut, cut = (margins_of(MAUBEUGE, ("age",), starts=starts)[0] for starts in ((15, 25, 30), (15, 26)))
    before, between = uncut.categories[0].total, uncut.categories[1].total
    assert cut.categories[0].total == pytest.approx(before + between / 5)
    assert sum(each.total for each in cut.categories) == pytest.approx(uncut.total)


def test_a_sample_of_ages_in_years_meets_the_census():
    chance = np.random.default_rng(5)
    sample = answers(
        age=chance.integers(15, 90, 192).astype(str), sexe=chance.choice(["femme", "homme"], 192)
    )
    result = weighting.weigh(sample, margins_of(MAUBEUGE, ("age", "sexe")))
    assert result.gap < 1e-9
    assert result.weights.sum() == pytest.approx(result.margins[0].total)
    assert result.n_effective < 192


@pytest.mark.parametrize(
    ("code", "variables", "words"),
    [
        ("38001", ("pcs",), "la profession n’y est pas connue"),
        (METROPOLE, ("revenu",), "ne donne pas « revenu »"),
        ("99999", ("age",), "99999"),
    ],
)
def test_what_the_census_does_not_say_is_refused(code, variables, words):
    with pytest.raises(Refused, match=words):
        margins_of(code, variables)


@pytest.mark.parametrize("starts", [(), (10, 30), (30, 15), (15, 15), (15, 80)])
def test_classes_of_age_that_do_not_follow_are_refused(starts):
    with pytest.raises(Refused, match="classes d’âge"):
        margins_of(METROPOLE, ("age",), starts=starts)


def test_classes_of_age_are_those_that_a_question_asks():
    questions = [
        Choice(name=name, label={"fr": label})
        for name, label in (
            ("a", "Moins de 30 ans"),
            ("b", "30 à 59 ans"),
            ("c", "60 à 79 ans"),
            ("d", "80 ans et plus"),
            ("nsp", "Ne sait pas"),
        )
    ]
    (ages,) = margins_of(METROPOLE, ("age",), starts=class_starts(questions))
    ages = in_question_classes(ages, questions)
    assert [each.name for each in ages.categories] == [
        "15-29 ans",
        "30-59 ans",
        "60 ans et plus",
    ]  # the census says nothing past 75
    assert sample_margins.sample_margin(answers(age=["a", "b", "c", "d", "nsp"]), ages).counts == (1, 1, 2)
    sexes = [
        Choice(name="1", label={"fr": "Féminin"}),
        Choice(name="2", label={"fr": "Un homme"}),
        Choice(name="3", label={"fr": "Autre"}),
    ]
    margin_sample = sample_margins.sample_margin(
        answers(sexe=["1", "2", "2", "3"]), in_question_classes(margins_of(METROPOLE, ("sexe",))[0], sexes)
    )
    assert (margin_sample.counts, margin_sample.unknown) == ((1, 2), {"3": 1})


@pytest.mark.parametrize("names", [("jeune", "vieux"), ("15-29", "40-59"), ("15-29", "vieux"), ()])
def test_answers_that_are_no_classes_of_age_leave_those_of_the_house(names):
    assert class_starts([Choice(name=name, label={}) for name in names]) == ()


def test_classes_made_one_keep_their_people_answers_and_the_form_of_an_age():
    ages = margins_of(METROPOLE, ("age",), starts=(15, 30, 45, 60, 75))[0]
    merged = sample_margins.merged(ages, ["60-74 ans", "75 ans et plus"])
    assert [each.name for each in merged.categories] == [
        "15-29 ans",
        "30-44 ans",
        "45-59 ans",
        "60 ans et plus",
    ]
    assert merged.total == pytest.approx(ages.total)
    assert merged.categories[-1].span == (60, 120)
    assert {"60-74", "75+"} <= set(merged.categories[-1].values)
    assert sample_margins.merged(ages, ["15-29 ans", "30-44 ans"]).categories[0].name == "15-44 ans"
    assert (
        sample_margins.merged(ages, ["15-29 ans", "30-44 ans"], into="jeunes").categories[0].name == "jeunes"
    )


@pytest.mark.parametrize("names", [["15-29 ans"], ["15-29 ans", "inconnue"], []])
def test_a_merge_of_one_class_or_of_an_unknown_one_is_refused(names):
    ages = margins_of(METROPOLE, ("age",), starts=(15, 30, 45))[0]
    with pytest.raises(Refused):
        sample_margins.merged(ages, names)


def test_empty_and_thin_classes_are_merged_until_none_is_left():
    ages = margins_of(METROPOLE, ("age",), starts=(15, 30, 45, 60, 75))[0]
    mended, merges = sample_margins.mended(ages, [40, 30, 0, 2, 9], thin=5)
    assert all("aucune réponse" in merge.reason or "seulement" in merge.reason for merge in merges)
    assert mended.total == pytest.approx(ages.total)
    expected = {"15-29 ans": 40, "30-44 ans": 30}
    assert [each.name for each in mended.categories][:1] == list(expected)[:1]
    counts = {"15-29": 40, "30-44": 30, "45-59": 0, "60-74": 2, "75+": 9}
    for each in mended.categories:
        assert sum(n for value, n in counts.items() if value in each.values) >= 5


def test_communes_without_answers_become_the_rest():
    communes = margins_of(METROPOLE, ("commune",))[0]
    counts = [12 if each.name in ("Grenoble", "Échirolles", "Meylan") else 0 for each in communes.categories]
    mended, merges = sample_margins.mended(communes, counts)
    assert len(mended.categories) == 3
    assert sum(sample_margins.OTHER_CLASSES in each.name for each in mended.categories) == 1
    assert len(merges) == 47
    assert mended.total == pytest.approx(communes.total)


def test_gathered_merges_thin_communes_with_their_neighbours():
    """Trédarzec allait avec Trédrez-Locquémeau, à trente kilomètres : les noms se suivent, non les communes."""
    communes = margins_of(METROPOLE, ("commune",))[0]
    counts = [
        12 if each.name in ("Grenoble", "Échirolles", "Meylan", "Vif") else 0 for each in communes.categories
    ]
    gathered = sample_margins.gathered(communes, counts)
    assert gathered.total == pytest.approx(communes.total)
    members = {each.name.partition(" et ")[0]: {*each.values} for each in gathered.categories}
    assert list(members) == ["Échirolles", "Saint-Martin-d’Hères", "Grenoble", "Vif"]
    assert "Claix" in members["Échirolles"] and {"Meylan", "Corenc"} <= members["Saint-Martin-d’Hères"]
    assert "Sassenage" in members["Grenoble"] and "Le Gua" in members["Vif"]


def test_gathered_leaves_no_thin_age():
    ages = margins_of(METROPOLE, ("age",), starts=(15, 30, 45, 60))[0]
    gathered = sample_margins.gathered(ages, [3, 9, 2, 9])
    assert [each.name for each in gathered.categories] == ["15-59 ans", "60 ans et plus"]


def test_what_answers_hold_of_a_margin_is_counted():
    margin_sample = sample_margins.sample_margin(
        answers(age=["a", "a", "b", "", "nsp", "z"]), margin("age", a=1, b=2, c=3)
    )
    assert (margin_sample.counts, margin_sample.silent, margin_sample.unknown) == ((2, 1, 0), 2, {"z": 1})


def test_the_place_of_collection_is_named_as_beyond_the_weights():
    sample = answers(age=["a", "b"])
    weighed = weighting.weigh(sample, [margin("age", a=1, b=2)], places={"Marché": 3, "PIMMS": 1})
    assert any("2 lieux" in each and "« Marché » en donne 75,0 %" in each for each in weighed.limits)


def test_a_weighting_does_not_depend_on_the_order_of_answers():
    chance = np.random.default_rng(2)
    columns = {"age": chance.choice(["a", "b", "c"], 60), "sexe": chance.choice(["f", "h"], 60)}
    wanted = [margin("age", a=100, b=300, c=200), margin("sexe", f=310, h=290)]
    order = chance.permutation(60)
    result = weighting.weigh(answers(**columns), wanted, method="logit")
    moved = weighting.weigh(answers(**columns).take(order), wanted, method="logit")
    assert moved.weights == pytest.approx(result.weights[order], rel=1e-10)


def test_a_class_at_fault_is_named_as_its_variable_is_read():
    answers = Table("r", {"id": np.arange(4).astype(str), "classe_age": np.array(["j", "j", "j", "v"])})
    ages = Margin(
        "classe_age", (Category("jeune", 300.0, ("j",)), Category("vieux", 700.0, ("v",))), label="Âge"
    )
    with pytest.raises(Refused, match="« Âge », « vieux »"):
        weighting.weigh(answers, (ages,), method="logit", bounds=(0.5, 2.0))


def test_a_class_that_ends_at_fifteen_is_of_eligible_people():
    classes = [Choice(name=name, label={}) for name in ("10-15", "16-29", "30+")]
    assert class_starts(classes) == (15, 16, 30)
    assert class_starts([Choice(name="9-14", label={}), *classes[1:]]) == (16, 30)


def test_a_merge_is_proposed_with_its_cost_when_no_cap_meets_the_margins():
    """Neuf personnes de 75 ans et plus, au coefficient 6 : aucun plafond n’y peut rien, réunir deux classes, si."""
    sample = answers(age=["15-29"] * 133 + ["60-74"] * 50 + ["75+"] * 9)
    margins = [margin("age", **{"15-29": 26_000, "60-74": 45_000, "75+": 29_000})]
    (warning,) = weighting.weigh(sample, margins).warnings
    for words in (
        "9 réponses comptent pour plus de 4 poids moyens, jusqu’à 6,2",
        "fait 16 fois",
        "Aucun plafond",
    ):
        assert words in warning
    assert "Réunir « 75+ » et « 60-74 » ramène le plus grand poids à 2,4" in warning
    assert "« 75+ » compterait pour 11,3 % au lieu de 29,0 %" in warning


def test_a_cap_is_proposed_with_its_cost_when_the_margins_leave_room():
    """Deux variables : celles qui pèsent à la fois par l’une et par l’autre sont coupées, d’autres portent le reste."""
    age = ["jeune"] * 150 + ["vieux"] * 50
    sexe = ["f"] * 110 + ["h"] * 40 + ["f"] * 46 + ["h"] * 4
    margins = [margin("age", jeune=60, vieux=40), margin("sexe", f=55, h=45)]
    (warning,) = weighting.weigh(answers(age=age, sexe=sexe), margins).warnings
    assert "4 réponses comptent pour plus de 4 poids moyens, jusqu’à 5" in warning
    assert (
        "Un plafond de 4 tient encore les marges : les 200 réponses en valent 129 au lieu de 124." in warning
    )
    assert not weighting.weigh(answers(age=age, sexe=sexe), margins, trim=4).warnings
    tight = [margin("age", jeune=40, vieux=60), margin("sexe", f=35, h=65)]
    assert "Retirer « sexe »" in weighting.weigh(answers(age=age, sexe=sexe), tight).warnings[0]


def test_respondents_of_one_age_are_refused_beside_the_ages_of_the_census():
    """Personne ne répond à la place des autres âges."""
    with pytest.raises(Refused, match="« vieux » : 8 000 personnes dans la population, aucune réponse"):
        weighting.weigh(answers(age=["jeune"] * 40), [margin("age", jeune=2000, vieux=8000)])


def test_margins_of_two_years_are_refused_together():
    """L’âge de 2013 et le sexe de 2021 ne comptent pas la même population."""
    sample = answers(age=["jeune", "vieux"] * 20, sexe=["f", "h"] * 20)
    with pytest.raises(Refused, match="les totaux diffèrent"):
        weighting.weigh(sample, [margin("age", jeune=2000, vieux=8000), margin("sexe", f=5300, h=5100)])


@pytest.mark.parametrize(
    ("by", "years", "starts"),
    [
        (1.0, "", ()),
        (0.97, "2021", ()),
        (0.9, "", ("Les marges de l’enquête comptent",)),
        (1.1, "", ("Les marges de l’enquête comptent",)),
        (1.0, "2011", ("Les marges de l’enquête disent l’année 2011",)),
        (0.9, "2011", ("Les marges de l’enquête comptent", "Les marges de l’enquête disent l’année 2011")),
    ],
)
@pytest.mark.parametrize("first", [15, 18])
def test_margin_doubts_name_other_people_and_another_year(by, years, starts, first):
    """Comparées au recensement des mêmes âges : des marges de 18 ans et plus ne manquent pas des plus jeunes."""
    rows = rows_of(gazetteer().get("38185"), frames.sources().rp2021)
    (ages,) = census_margins.margins_of("38185", ("age",), starts=(first, 30, 60))
    by_age = model.country_frame().ages[rows].sum(axis=0)
    people = by_age[1:].sum() if first == 15 else by_age[1] * 2 / 5 + by_age[2:].sum()
    text = "variable,modalite,effectif,année\n" + "".join(
        f"age,{each.name},{by * people * each.total / ages.total:.0f},{years}\n" for each in ages.categories
    )
    supplied = margins.parse(text.encode(), "marges.csv")
    spans, year = census_margins.ages_of(supplied), census_margins.stated_year(supplied)
    assert spans == (first, 120)
    doubts = census_margins.margin_doubts(supplied[0].total, spans, year, rows)
    assert len(doubts) == len(starts)
    assert all(text.startswith(start) for text, start in zip(doubts, starts, strict=True))


@pytest.mark.parametrize(
    ("counts", "pairs"),
    [
        ((30, 0, 40, 50, 60, 20, 12), {("Sans diplôme ou CEP", "Brevet")}),
        ((30, 0, 0, 50, 60, 20, 12), {("Sans diplôme ou CEP", "Brevet"), ("CAP ou BEP", "Baccalauréat")}),
        ((30, 20, 40, 50, 60, 0, 12), {("Bac + 2", "Bac + 3 ou plus")}),
    ],
)
def test_an_empty_diploma_joins_the_one_beside_it(counts, pairs):
    (diplomas,) = margins_of(METROPOLE, ("diplome",))
    assert {merge.names for merge in sample_margins.merges(diplomas, counts)} == pairs


def test_an_empty_age_joins_the_one_beside_it_though_some_say_none():
    (ages,) = margins_of(METROPOLE, ("age",), starts=(15, 30, 60))
    silent = replace(ages, categories=(*ages.categories, margins.Category("sans réponse", 10.0, ("",))))
    (merge,) = sample_margins.merges(silent, (40, 0, 50, 30))
    assert merge.names == tuple(each.name for each in ages.categories[:2])
