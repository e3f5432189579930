"""Tables of a survey: who is counted, what is withheld whatever one subtracts, what two editions give
together.
"""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest import approx

from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate, Withheld
from maillage.publishing.gallery.surveys import plates
from maillage.publishing.survey import cards, document
from maillage.questionnaires.questionnaire import Choice, Group, National, Question, Questionnaire
from maillage.sources.survey.answers import NONE_TICKED
from maillage.statistics.engine import chance, proportions
from maillage.statistics.survey import differences as survey_differences
from maillage.statistics.survey import samples, tabulation
from maillage.statistics.survey.columns import Reader
from maillage.statistics.survey.protection import PERSONS, rule_of
from maillage.statistics.survey.samples import Weights, sample
from maillage.statistics.survey.tables import counted
from maillage.statistics.survey.tabulation import of_sample
from maillage.statistics.survey.withholding import ANY
from tests.support.profile import times
from tests.support.tabulating import EASE, FORM, choices, people, question_of, table, tabulate

# ----------------------------------------------------------------------------------------------------- counts


def test_missing_answers_stay_out_of_the_base():
    answers = table(aide=["oui"] * 20 + ["non"] * 30 + ["nsp"] * 7 + ["Ne sait pas"] * 5 + ["refus"] * 3)
    tabulated = tabulate(answers, FORM, "aide")
    assert tabulated.n == 50
    assert set(tabulated.unsaid.values()) == {None}  # 12 beside 15 in all would say that three refuse
    assert tabulated.row("oui").percent == approx(40)
    assert tabulated.row("oui").n == 20
    assert tabulated.row("oui").figure.universe == "personnes interrogées, ayant répondu"
    assert "Hors de la base : 15 répondants sans réponse." in tabulated.notes


def test_the_form_of_another_may_call_it_otherwise():
    other_choices = (
        *choices("oui", "non"),
        Choice(name="99", label={"en": "Don’t know"}),
        Choice(name="98", label={"fr": "Refuse"}),
    )
    answers = table(aide=["oui"] * 20 + ["non"] * 30 + ["99"] * 12 + ["98"] * 13)
    tabulated = tabulate(answers, replace(FORM, lists={**FORM.lists, "oui": other_choices}), "aide")
    assert tabulated.n == 50
    assert tabulated.unsaid == {"nsp": 12, "refus": 13, "blank": 0}
    assert [row.category for row in tabulated.rows] == ["oui", "non"]
    assert tabulated.row("oui").percent == approx(40)


def test_ineligible_respondents_are_not_of_the_universe():
    """La condition est celle du groupe ; une réponse restée d’avant, alors que la question n’est plus
    posée, ne compte pas.
    """
    answers = table(
        aide=["oui"] * 40 + ["non"] * 20,
        content=["oui"] * 25 + ["non"] * 12 + [""] * 3 + ["oui"] * 5 + [""] * 15,
    )
    tabulated = tabulate(answers, FORM, "content")
    assert tabulated.n == 37
    assert tabulated.unsaid["blank"] is None
    assert tabulated.universe == "personnes aidées"
    assert any("20 répondants n’avaient pas à y répondre" in note for note in tabulated.notes)


def test_labels_and_misspelt_answers():
    answers = table(aise=["Plutot"] * 30 + ["tres"] * 20 + ["pluto", "zzz"])
    tabulated = tabulate(answers, FORM, "aise")
    assert tabulated.n == 52, "who answered a word that is no step of the scale answered"
    assert tabulated.row("plutot").n == 30
    assert any("« pluto » (1 fois, peut-être « plutot »)" in note for note in tabulated.notes)


def test_an_answer_out_of_the_list_stays_in_the_base():
    """Trente structures sur quarante répondaient autre chose : la première réponse avait 100 %."""
    answers = table(aide=["oui"] * 20 + ["non"] * 20 + ["en partie"] * 30 + ["seulement en ligne"] * 10)
    tabulated = tabulate(answers, FORM, "aide")
    assert tabulated.n == 80
    assert tabulated.row("oui").percent == approx(25)
    assert tabulated.row("hors_liste").percent == approx(50)


def test_every_question_but_a_ranking_counts_answers_out_of_its_list_in_its_base():
    """« moyen » quittait la base de l’aisance (344), « peut-être » restait dans celle d’une autre (352)."""
    columns = {"aise": ["plutot"] * 30 + ["tres"] * 14 + ["moyen"] * 36, "aide": ["oui"] * 44 + ["bof"] * 36}
    for question, known in (("aise", "plutot"), ("aide", "oui")):
        tabulated = tabulate(table(**columns), FORM, question, least=None)
        assert tabulated.n == 80
        assert tabulated.row("hors_liste").percent == approx(45)
        assert tabulated.row(known).percent < 60


def test_the_two_ends_of_a_scale_are_grouped_without_the_answers_out_of_its_list():
    answers = table(aise=["pas"] * 20 + ["peu"] * 20 + ["plutot"] * 20 + ["tres"] * 20 + ["moyen"] * 20)
    grouped = [row.grouped for row in tabulate(answers, FORM, "aise").rows if row.grouped]
    assert ("plutot", "tres") in grouped and not [each for each in grouped if "hors_liste" in each]


def test_ticks_all_left_are_none_of_the_answers():
    """Cinq cases « Non » faisaient « une autre réponse, hors de la liste », ou « je ne m’informe pas »."""
    tabulated = tabulate(table(aide=["oui"] * 40 + ["non"] * 20 + [NONE_TICKED] * 20), FORM, "aide")
    assert tabulated.row("aucune_case").percent == approx(25)
    assert tabulated.row("hors_liste") is None
    assert not [note for note in tabulated.notes if NONE_TICKED in note]


def test_ties_of_a_ranking_share_their_rank():
    """Y-040 : deux premières priorités ex æquo."""
    tabulated = tabulate(table(prio=["tel=ordi rien"] * 30 + ["tel ordi"] * 20), FORM, "prio", least=None)
    assert tabulated.row("tel").percent == approx(100)
    assert tabulated.row("ordi").percent == approx(60)
    ranks = {each.category: (each.value, each.n) for each in tabulated.measures}
    assert ranks["tel"] == (approx((30 * 1.5 + 20) / 50), 50)
    assert ranks["rien"] == (approx(3), 30)


def test_a_choice_that_nobody_ranks_has_no_rank_and_those_who_answered_are_somebody():
    """I-038 : « Rang moyen non publiée : Personne n’a répondu », sous une question que 61 structures ont classée."""
    answers = table(prio=["tel ordi"] * 30)
    sampled = sample(answers, FORM)
    tabulated = of_sample(sampled, "prio", least=None)
    why = {each.category: each.why for each in tabulated.measures}
    assert why["rien"] == "Aucune réponse ne classe ce choix : il n’a pas de rang."
    notes = cards.card(sampled, tabulated).notes
    assert "Rang moyen, Rien : aucune réponse ne classe ce choix : il n’a pas de rang" in notes
    few = of_sample(sample(table(prio=["tel ordi"] * 30 + ["tel ordi rien"] * 3), FORM), "prio")
    (hidden,) = [each.why for each in few.measures if each.category == "rien"]
    assert hidden and "Aucune réponse" not in hidden, "nothing tells nobody from a few"
    nobody = of_sample(sample(answers, FORM), "prio")
    assert [each.why for each in nobody.measures if each.category == "rien"] == [hidden]


def test_a_plate_says_what_its_document_does_not_print():
    plate = next(each for each in plates() if each.id == "priorites")
    assert "Personne n’a répondu" not in plate.source
    assert re.search(r"Rang moyen, [^:]+ non publié : le document publié n’imprime pas", plate.source)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["43"], ["toutes les valeurs"]),
        (["40"] * 400, ["toutes les valeurs"]),
        (["1"] * 30 + ["2"] * 30 + ["7"], ["moins de 2", "2 ou plus"]),
        (["1"] * 3 + ["2"] * 30 + ["3"] * 30 + ["1e308"], ["moins de 3", "3 ou plus"]),
        (["1"] * 30 + ["2"] * 30, ["1", "2"]),
    ],
)
def test_the_list_of_numbers_does_not_tell_what_a_few_or_all_answered(values, expected):
    tabulated = tabulate(table(annees=values), FORM, "annees")
    assert [row.label for row in tabulated.rows] == expected
    assert {each.value is None for each in tabulated.measures} == {len(expected) == 1}
    crossed = tabulate(
        table(annees=values, aide=["oui", "non"] * (len(values) // 2) + ["oui"] * (len(values) % 2)),
        FORM,
        "aide",
        by="annees",
    )
    assert list(dict.fromkeys(row.by_label for row in crossed.rows)) == expected


def test_a_table_of_too_many_cells_is_refused():
    places = Questionnaire(
        id="lieux",
        title="Lieux",
        kind="inhabitants",
        lists={"lieu": choices(*(f"lieu{k}" for k in range(402))), "oui": choices("oui", "non")},
        items=(question_of("aide", choices="oui"), question_of("lieu", choices="lieu")),
    )
    answers = table(aide=["oui", "non"] * 50, lieu=["lieu1"] * 60 + ["lieu2"] * 40)
    with pytest.raises(Refused, match="804 cases, au plus 800"):
        tabulate(answers, places, "aide", by="lieu")


def test_figures_that_are_nobodys_keep_every_value():
    assert [row.label for row in tabulate(table(annees=["43", "44"]), FORM, "annees", least=None).rows] == [
        "43",
        "44",
    ]


def test_numbers_by_classes_with_mean_and_median():
    years = list(range(15, 90)) * 2
    tabulated = tabulate(table(annees=years), FORM, "annees")
    assert [row.label for row in tabulated.rows] == [
        "moins de 20",
        "20 à 39",
        "40 à 59",
        "60 à 79",
        "80 ou plus",
    ]
    assert sum(row.n for row in tabulated.rows if row.n) <= 150
    mean, median = tabulated.measures
    assert mean.value == approx(np.mean(years))
    assert mean.low < mean.value < mean.high
    assert median.low <= median.value == 52 <= median.high
    chosen = tabulate(table(annees=years), FORM, "annees", classes={"annees": [30, 60]})
    assert [(row.label, row.n) for row in chosen.rows] == [
        ("moins de 30", 30),
        ("30 à 59", 60),
        ("60 ou plus", 60),
    ]


def test_a_mean_of_a_few_and_that_of_nobody_are_withheld_in_the_same_words():
    """Cinq adultes donnent un nombre ; aucun des vingt anciens."""
    years = [*range(20, 60), *range(20, 25), *["nsp"] * 20]
    answers = table(annees=years, age=people({"jeune": 40, "adulte": 5, "ancien": 20}))
    measures = tabulate(answers, FORM, "annees", by="age").measures
    why = {each.by: each.why for each in measures if each.measure == "mean"}
    assert why["adulte"] == why["ancien"] == PERSONS.suppression_reason


def test_a_question_that_nobody_answers_says_so():
    tabulated = tabulate(table(annees=["nsp"] * 20), FORM, "annees")
    assert {each.why for each in tabulated.measures} == {"Personne n’a répondu à cette question."}


def test_round_steps_go_by_ten_too():
    tabulated = tabulate(table(annees=list(range(51))), FORM, "annees", least=None)
    assert [row.label for row in tabulated.rows] == [
        "moins de 10",
        "10 à 19",
        "20 à 29",
        "30 à 39",
        "40 à 49",
        "50 ou plus",
    ]


def test_a_class_that_nobody_is_in_is_written_as_one_of_its_numbers():
    """Ce qu’un tel nombre fait demander ensuite se lit du questionnaire, sans réponse."""
    reader = samples.sample(table(annees=[70] * 30), FORM).reader
    column = reader.column("annees", classes=[30, 60])
    assert [float(reader.written(column, part)) for part in range(3)] == [29, 30, 70]


def test_a_column_that_is_missing_is_named_with_the_nearest_one():
    with pytest.raises(Refused, match="la colonne « aise » manque ; la plus proche est « aises »"):
        tabulate(table(aises=["pas"] * 30), FORM, "aise")


def test_dates_in_three_ways():
    tabulated = tabulate(
        table(jour=["2026-03-05"] * 20 + ["06/03/2026"] * 10 + ["7.4.2026"] * 30 + ["hier"]), FORM, "jour"
    )
    assert [(row.label, row.n) for row in tabulated.rows] == [("mars 2026", 30), ("avril 2026", 30)]
    assert any("« hier »" in note for note in tabulated.notes)


def test_a_scale_tells_its_two_worst_and_two_best():
    tabulated = tabulate(table(aise=people({"pas": 20, "peu": 30, "plutot": 25, "tres": 40})), FORM, "aise")
    worst, best = [row for row in tabulated.rows if row.grouped]
    assert (worst.label, worst.n, worst.percent) == ("Pas ou peu", 50, approx(100 * 50 / 115))
    assert best.n == 65


def test_simple_plans_have_wilson_weighted_ones_do_not():
    answers = table(aide=people({"oui": 81, "non": 182}))
    plain = tabulate(answers, FORM, "aide").row("oui").figure
    assert [plain.low, plain.high] == approx([100 * bound for bound in proportions.wilson(81 / 263, 263)])
    weights = Weights(values=np.where(answers["aide"] == "oui", 2.0, 1.0))
    yes_row = tabulate(answers, FORM, "aide", weights=weights).row("oui")
    assert yes_row.percent == approx(100 * 162 / 344)
    assert yes_row.figure.high - yes_row.figure.low > plain.high - plain.low
    assert yes_row.n == 81


def test_an_impossible_request_is_refused():
    answers = table(aise=["pas"] * 30)
    for question, options, what in (
        ("aisé", {}, "la plus proche est « aise »"),
        ("mot", {}, "réponse libre"),
        ("age", {}, "la colonne « age » manque"),
        ("aise", {"least": 4}, "ne peut pas être 4"),
        ("aise", {"where": {"aise": ["nul"]}}, "ne garde personne"),
        ("aise", {"by": "aise"}, "croisée avec elle-même"),
        ("aise", {"weights": Weights(values=np.full(30, -1.0))}, "est -1"),
    ):
        with pytest.raises(Refused, match=what) as caught:
            tabulate(answers, FORM, question, **options)
        assert caught.value.do
    with pytest.raises(Refused, match="aucune réponse"):
        tabulate(table(aise=[]), FORM, "aise")


def test_nobody_one_respondent_everybody_alike():
    nobody = tabulate(table(aise=["", "nsp"]), FORM, "aise")
    assert nobody.n == 0
    assert all(isinstance(row.figure, Withheld) and "Personne" in row.reason for row in nobody.rows)
    one = tabulate(table(aise=["pas"]), FORM, "aise", least=None)
    assert (one.row("pas").figure.low, one.row("pas").figure.high) == approx((27.0, 100), abs=1)
    assert any("Un seul répondant" in note for note in one.notes)
    alike = tabulate(
        table(aise=["tres"] * 40), FORM, "aise", weights=Weights(values=np.tile([1.0, 3], 20)), least=None
    )
    low = alike.row("tres").figure.low
    assert low == approx(100 * 0.05 ** (1.25 / 40), abs=1e-6), "Clopper and Pearson on n over Kish's effect"
    assert any("Tous ont donné la même réponse" in note for note in alike.notes)


def test_many_numbers_in_one_class_are_not_one_answer():
    """Huit âges différents tiennent dans une classe ; quarante réponses pareilles et masquées ne se disent pas."""
    form = replace(FORM, items=(Question(name="ans", kind="integer", label={"fr": "Âge ?"}), *FORM.items))
    answers = table(ans=["23", "47", "27", "31", "52", "66", "19", "80"])
    ages, ages_inside = (tabulate(answers, form, "ans", inside=inside) for inside in (False, True))
    hidden = tabulate(table(aise=["tres"] * 40), FORM, "aise")
    assert hidden.row("tres").n is None
    assert not any("Tous ont donné" in note for each in (ages, ages_inside, hidden) for note in each.notes)


def test_a_table_that_is_not_made_again_says_where_to_read_it():
    """Sept réponses de plus : le tableau ne donne aucun chiffre, et ne dit pas qu’il garde ceux d’avant."""
    first = tabulate(table(aise=["pas"] * 30 + ["tres"] * 30), FORM, "aise")
    then = (counted(first.counts(), 1),)
    second = tabulate(table(aise=["pas"] * 37 + ["tres"] * 30), FORM, "aise", before=then)
    assert second.is_previous
    assert not second.is_base_public
    assert any("n’est pas refait, et se lit dans l’édition précédente" in note for note in second.notes)
    sampled = samples.sample(table(aise=["pas"] * 37 + ["tres"] * 30), FORM)
    text = document.base(cards.card(sampled, second), "brut")
    assert text.count("n’est pas refait") == 1, "said once, as the reason or as the note"


# ------------------------------------------------------------------------------------------------- disclosure


def test_a_filter_does_not_give_those_it_leaves_out():
    """Filtrer 185 personnes sur 192 dirait, par soustraction, les réponses des sept autres."""
    answers = table(
        aise=people({"pas": 60, "tres": 132}), age=["jeune"] * 180 + ["adulte"] * 5 + ["ancien"] * 7
    )
    tabulated = tabulate(answers, FORM, "aise", where={"age": ["jeune", "adulte"]})
    assert tabulated.n == 185
    assert all(row.n is None and isinstance(row.figure, Withheld) for row in tabulated.rows)
    assert "Question age ? : Jeune ou Adulte" in tabulated.universe


def test_a_filter_says_what_the_cross_says():
    random = chance.generator(1, "test")
    answers = table(aise=random.choice(EASE, 300), age=random.choice(["jeune", "adulte", "ancien"], 300))
    weights = Weights(values=random.uniform(1, 3, 300))
    crossed = tabulate(answers, FORM, "aise", by="age", weights=weights)
    filtered = tabulate(answers, FORM, "aise", where={"age": ["jeune"]}, weights=weights)
    for row in filtered.rows:
        twin = crossed.row(row.category, "jeune")
        assert (row.n, row.percent) == (twin.n, approx(twin.percent))
        assert "Jeune" in row.figure.universe
        if row.n is not None:
            assert (row.figure.low, row.figure.high) == (approx(twin.figure.low), approx(twin.figure.high))
    assert any(row.n for row in filtered.rows)
    assert filtered.n == int(((answers["age"] == "jeune") & (answers["aise"] != "")).sum())


def test_groups_that_overlap_are_protected_one_by_one():
    answers = table(
        eq=["tel ordi"] * 60 + ["tel"] * 60 + ["rien"] * 40,
        aide=(["oui"] * 30 + ["non"] * 30) * 2 + ["oui"] * 20 + ["non"] * 20,
    )
    tabulated = tabulate(answers, FORM, "aide", by="eq")
    assert [(group.by, group.n) for group in tabulated.groups] == [("tel", 120), ("ordi", 60), ("rien", 40)]
    assert tabulated.row("oui", "ordi").n == 30
    assert any("plusieurs groupes" in note for note in tabulated.notes)


def edition(counts):
    return tabulate(table(aise=people(counts)), FORM, "aise"), table(aise=people(counts))


def test_a_second_edition_with_few_more_answers_keeps_the_first():
    first, _ = edition({"pas": 30, "peu": 40, "plutot": 30, "tres": 50})
    before = (counted(first.counts()),)
    second = tabulate(
        table(aise=people({"pas": 31, "peu": 42, "plutot": 30, "tres": 50})), FORM, "aise", before=before
    )
    assert all(isinstance(row.figure, Withheld) for row in second.rows)
    assert "moins de 11 réponses ont changé" in second.notes[0]


def test_a_second_edition_does_not_give_the_newcomers_by_subtraction():
    first, _ = edition({"pas": 30, "peu": 40, "plutot": 30, "tres": 50})
    before = (counted(first.counts()),)
    second = tabulate(
        table(aise=people({"pas": 33, "peu": 60, "plutot": 52, "tres": 75})), FORM, "aise", before=before
    )
    count_by_answer = {row.category: row.n for row in second.rows if not row.grouped}
    assert count_by_answer["pas"] is None
    assert list(count_by_answer.values()).count(None) >= 2
    assert second.row("pas").reason == PERSONS.suppression_reason


def test_eleven_newcomers_to_an_answer_are_enough():
    first, _ = edition({"pas": 21, "peu": 30, "plutot": 32, "tres": 20})
    before = (counted(first.counts()),)
    for come, published in ((10, None), (11, 41)):
        now = {"pas": 34, "peu": 30 + come, "plutot": 32, "tres": 60}
        second = tabulate(table(aise=people(now)), FORM, "aise", before=before)
        assert second.row("peu").n == published, come


def test_a_second_edition_does_not_say_what_all_newcomers_ticked_nor_left():
    then = ["tel"] * 40 + ["ordi"] * 40
    first = tabulate(table(eq=then), FORM, "eq")
    for come, published in (
        (["tel"] * 12, (False, False)),  # all of twelve, and none of them
        (["tel"] * 15 + ["ordi"] * 15, (True, True)),
        (["tel ordi"] * 5 + ["tel"] * 20, (False, False)),
        ([], (True, True)),
    ):
        second = tabulate(table(eq=[*then, *come]), FORM, "eq", before=(counted(first.counts()),))
        is_published = {row.category: row.n is not None for row in second.rows}
        assert (is_published["tel"], is_published["ordi"]) == published, come


def test_a_third_edition_is_read_against_both():
    """Beaucoup de réponses de plus que la première, trois de plus que la deuxième : c’est la deuxième qui
    retient.
    """
    first, _ = edition({"pas": 30, "peu": 40, "plutot": 30, "tres": 50})
    second, _ = edition({"pas": 60, "peu": 80, "plutot": 60, "tres": 90})
    counts = {"pas": 61, "peu": 82, "plutot": 60, "tres": 90}
    for before in ((first, second), (second, first)):
        earlier_counts = [counted(each.counts()) for each in before]
        third = tabulate(table(aise=people(counts)), FORM, "aise", before=earlier_counts)
        assert all(row.n is None for row in third.rows)


def test_a_second_edition_of_the_same_answers_says_the_same():
    counts = {"pas": 30, "peu": 40, "plutot": 30, "tres": 50}
    first, answers = edition(counts)
    again = tabulate(answers, FORM, "aise", before=(counted(first.counts()),))
    assert [row.n for row in again.rows] == [row.n for row in first.rows]


@given(
    st.lists(st.integers(0, 60), min_size=4, max_size=4), st.lists(st.integers(0, 40), min_size=4, max_size=4)
)
@settings(max_examples=times(8, 20), deadline=None)
def test_two_editions_never_tell_of_a_few(old, more):
    first, _ = edition(dict(zip(EASE, old, strict=True)) | {"nsp": 1})
    now = {name: a + b for name, a, b in zip(EASE, old, more, strict=True)} | {"nsp": 1}
    second = tabulate(table(aise=people(now)), FORM, "aise", before=(counted(first.counts()),))
    if sum(more) == 0:
        return
    for row in second.rows:
        then = first.row(row.category)
        if row.n is not None and then.n is not None:
            assert row.n - then.n >= 11


def test_imprecise_shares_are_withheld():
    """Onze répondants très inégaux : le coefficient de variation dépasse un tiers."""
    answers = table(aide=people({"oui": 12, "non": 120}))
    values = np.ones(132)
    values[0] = 40
    yes_row = tabulate(answers, FORM, "aide", weights=Weights(values=values)).row("oui")
    assert isinstance(yes_row.figure, Withheld)
    assert yes_row.reason == PERSONS.suppression_reason
    assert yes_row.n == 12
    work = tabulate(answers, FORM, "aide", weights=Weights(values=values), inside=True).row("oui")
    assert work.unpublished.startswith("Trop imprécis")
    fragile = tabulate(answers, FORM, "aide").row("oui")
    assert fragile.fragile
    assert isinstance(fragile.figure, Estimate)


# ------------------------------------------------------------------------------------------------ differences


def two_groups(first, second, n=150):
    helped = people({"oui": first, "non": n - first}) + people({"oui": second, "non": n - second}) * 2
    return table(aide=helped, age=["jeune"] * n + ["adulte"] * n + ["ancien"] * n)


def test_groups_are_compared_and_many_looks_counted():
    sampled = samples.sample(two_groups(30, 75), FORM)
    gaps = survey_differences.between_groups(sampled, tabulation.of_sample(sampled, "aide", by="age"))
    pair = next(each for each in gaps.pairs if each.category == "oui")
    assert (pair.one, pair.other, pair.points) == ("Jeune", "Adulte", approx(-30))
    assert pair.way == "less"
    assert pair.survives
    assert "comparaisons regardées ensemble" in gaps.note
    assert all(each.p_looked >= each.p for each in gaps.pairs)


def test_a_share_withheld_is_not_compared():
    gaps = survey_differences.between(
        tabulate(table(aide=people({"oui": 8, "non": 90})), FORM, "aide"),
        tabulate(table(aide=people({"oui": 40, "non": 90})), FORM, "aide"),
        names=("ici", "là"),
    )
    assert not gaps.pairs
    assert gaps.n_suppressed == 2
    assert "masquées" in gaps.note


def test_a_national_figure_stands_beside_and_the_way_is_computed():
    """Y-026 : le sens de la comparaison se calcule."""
    national = National(
        choice="pas peu", percent=27, universe="15 ans ou plus", year=2021, producer="Insee", title="T", url="u", quote="q", difference="d"
    )  # fmt: skip
    question = question_of("aise", choices="ease", scale="ease", national=(national,))
    form = Questionnaire(id="n", title="N", lists=FORM.lists, items=(question,))
    sampled = samples.sample(table(aise=people({"pas": 40, "peu": 40, "plutot": 60, "tres": 60})), form)
    (comparison,) = survey_differences.beside_national(sampled, tabulation.of_sample(sampled, "aise"))
    assert (comparison.percent, comparison.points, comparison.way) == (approx(40), approx(13), "more")
    sampled = samples.sample(table(aise=people({"pas": 30, "peu": 26, "plutot": 72, "tres": 72})), form)
    (comparison,) = survey_differences.beside_national(sampled, tabulation.of_sample(sampled, "aise"))
    assert comparison.way == "close"


def test_what_inhabitants_say_beside_what_structures_believe():
    """E-018 : le même sujet, deux enquêtes, deux univers dits."""
    structures_form = Questionnaire(
        id="s",
        title="S",
        kind="structures",
        lists=FORM.lists,
        items=(question_of("vu", choices="oui", topic="aide"),),
    )
    one = samples.sample(table(aide=people({"oui": 60, "non": 132})), FORM)
    other = samples.sample(table(vu=people({"oui": 45, "non": 21})), structures_form)
    (gap,) = survey_differences.perception(one, other, names=("habitants", "structures"))
    assert gap.topic == "aide"
    assert [each.way for each in gap.differences.pairs] == ["less", "more"]
    assert any("On ne parle pas des mêmes" in sentence for sentence in gap.differ)


def test_a_question_without_any_choice_has_an_empty_table():
    form = replace(FORM, lists={**FORM.lists, "age": ()})
    empty = tabulate(table(age=[""] * 30, aise=[EASE[0]] * 30), form, "age")
    assert (empty.n, empty.rows) == (0, ())


def test_one_respondent_is_written_in_the_singular():
    """Pour qui tient les réponses : « 1 répondant n’avait pas », « 1 ne sait pas »."""
    answers = table(aide=["oui"] * 30 + ["non"], content=["oui"] * 28 + ["nsp", "", ""])
    tabulated = tabulate(answers, FORM, "content", inside=True)
    assert "Hors de la base : 1 ne sait pas, 1 n’a rien répondu." in tabulated.notes
    assert "La question n’a pas été posée à tous : 1 répondant n’avait pas à y répondre." in tabulated.notes


def test_a_condition_reads_labels_as_it_reads_names():
    """Un tableur écrit les libellés : qui a répondu « Oui » était bien à interroger ensuite, et « < 30 »
    n’est pas « > 30 ».
    """
    answers = table(aide=["Oui"] * 40 + ["Non"] * 20, content=["Oui"] * 25 + ["Non"] * 15 + [""] * 20)
    tabulated = tabulate(answers, FORM, "content")
    assert tabulated.n == 40
    assert any("20 répondants n’avaient pas à y répondre" in note for note in tabulated.notes)
    ages = (Choice(name="a", label={"fr": "< 30 ans"}), Choice(name="b", label={"fr": "> 30 ans"}))
    form = replace(FORM, lists={**FORM.lists, "age": ages})
    assert tabulate(table(age=["< 30 ans"] * 30 + ["> 30 ans"] * 20), form, "age").row("a").n == 30


def test_repeated_answers_are_counted_once_and_noted():
    form = replace(
        FORM, items=(Group(name="appareils", repeat=True, items=(question_of("eq", "many", choices="eq"),)),)
    )
    answers = table(eq=["tel"] * 30 + ["ordi"] * 20, **{"eq#2": ["ordi"] * 3 + [""] * 47})
    tabulated = tabulate(answers, form, "eq")
    assert tabulated.row("ordi").n == 20
    assert any(
        "3 répondants l’ont dite plusieurs fois : la première est comptée" in note for note in tabulated.notes
    )


def test_what_margins_impose_has_no_interval_and_says_so():
    """Weights calibrated on ages leave no doubt on ages, and on nothing else, nor on ages by something
    else.
    """
    pairs = people({("jeune", "oui"): 30, ("jeune", "non"): 20, ("ancien", "oui"): 20, ("ancien", "non"): 30})
    answers = table(age=[age for age, _ in pairs], aide=[aide for _, aide in pairs])
    codes = (np.array([int(age == "ancien") for age, _ in pairs]),)
    values = np.where(codes[0] == 0, 6.0, 14.0)
    weights = Weights(values=values, initial=np.full(100, 10.0), codes=codes, variables=("age",))
    note = "Cette répartition est celle des marges : le redressement l’impose, et elle n’a pas d’intervalle."
    ages, aide = (tabulate(answers, FORM, name, weights=weights, least=None) for name in ("age", "aide"))
    assert ages.row("jeune").share.fixed
    assert ages.row("jeune").percent == approx(30)
    assert note in ages.notes
    assert not aide.row("oui").share.fixed
    assert note not in aide.notes
    crossed = tabulate(answers, FORM, "age", by="aide", weights=weights, least=None)
    assert note not in crossed.notes
    other = Weights(values=values, initial=np.full(100, 10.0), codes=codes, variables=("aide",))
    assert note not in tabulate(answers, FORM, "age", weights=other, least=None).notes
    sampled = sample(answers, FORM, weights)
    for name, bounds in (("age", {("", "")}), ("aide", None)):
        lines = document.rows([cards.card(sampled, of_sample(sampled, name))], computed="redressé")
        bounds_of_lines = {(line["bas"], line["haut"]) for line in lines}
        assert bounds_of_lines == bounds if bounds else ("", "") not in bounds_of_lines


def test_a_margin_that_some_leave_unanswered_is_imposed_on_the_rest():
    """Sex set by the margins, six people who do not say: the shares of the others are those of the margins."""
    sex = np.array(["jeune"] * 60 + ["ancien"] * 40 + ["nsp"] * 6)
    codes = np.select([sex == "jeune", sex == "ancien"], [0, 1], 2)
    values = np.array([500 / 60, 500 / 40, 10.0])[codes]
    weights = Weights(values=values, initial=np.full(106, 10.0), codes=(codes,), variables=("age",))
    tabulated = tabulate(table(age=sex), FORM, "age", weights=weights, least=None)
    assert all(tabulated.row(name).share.fixed for name in ("jeune", "ancien"))
    assert tabulated.row("jeune").figure.low == tabulated.row("jeune").figure.high == approx(50)


def test_only_crossed_tables_have_groups_to_compare():
    sampled = samples.sample(two_groups(30, 75), FORM)
    with pytest.raises(Refused, match="n’est pas croisé"):
        survey_differences.between_groups(sampled, tabulation.of_sample(sampled, "aide"))
    with pytest.raises(Refused, match="aucune réponse en commun"):
        survey_differences.between(
            tabulation.of_sample(sampled, "aide"), tabulation.of_sample(sampled, "age"), names=("ici", "là")
        )


def test_groups_of_one_sample_are_apart_and_the_note_counts_the_looks():
    """Three groups and two answers: six comparisons; two groups alike, the third apart from both."""
    sampled = samples.sample(two_groups(30, 75), FORM)
    gaps = survey_differences.between_groups(sampled, tabulation.of_sample(sampled, "aide", by="age"))
    assert len(gaps.pairs) == 6
    assert gaps.n_suppressed == 0
    assert gaps.note.startswith(
        "6 comparaisons regardées ensemble : 4 sortent du hasard prise une à une, 4 une fois"
    )
    alike = next(each for each in gaps.pairs if (each.one, each.other) == ("Adulte", "Ancien"))
    assert (alike.points, alike.way) == (0, "close")
    assert alike.p == 1
    assert not alike.survives
    words = [survey_differences.in_words(each) for each in gaps.pairs if each.category == "oui"]
    assert words[0].startswith("Oui : moins souvent dans « Jeune » que dans « Adulte » (−30 points, de −")
    assert words[2].startswith("Oui : sans écart que l’enquête permette de voir (0 point,")
    other = next(each for each in gaps.pairs if each.category == "non" and each.one == "Jeune")
    assert survey_differences.in_words(other).startswith("Non : plus souvent dans « Jeune » que")


def test_numbers_that_few_gave_are_compared_by_the_classes_of_their_table():
    """Six répondants ont 3 appareils ou plus : le tableau les réunit à d’autres, la comparaison aussi."""
    years = ["0"] * 60 + ["1"] * 60 + ["2"] * 60 + ["3"] * 5 + ["7"]
    answers = table(
        annees=years,
        aide=(people({"oui": 20, "non": 40}) + people({"oui": 40, "non": 20})) + ["oui", "non"] * 33,
    )
    sampled = samples.sample(answers, FORM)
    for name, by in (("aide", "annees"), ("annees", "aide")):
        crossed = tabulation.of_sample(sampled, name, by=by)
        gaps = survey_differences.between_groups(sampled, crossed)
        published = {(row.category, row.by) for row in crossed.rows if row.share is not None}
        assert {each.category for each in gaps.pairs} == {name for name, _ in published}
        assert not gaps.note.startswith("Aucune comparaison")
    assert [each.groups for each in cards.every(sampled, by="annees")]


def test_groups_that_share_people_are_compared_as_linked():
    """Cent soixante ont un téléphone, autant un ordinateur, cent vingt les deux, et la moitié de chacun dit oui :
    la corrélation est 120 / 160, et l’intervalle de l’écart celui de deux parts ainsi liées (Zou et Donner).
    """
    kinds = {"tel": 40, "ordi": 40, "tel ordi": 120}
    answers = table(eq=people(kinds), aide=["oui", "non"] * 100)
    sampled = samples.sample(answers, FORM)
    crossed = tabulation.of_sample(sampled, "aide", by="eq")
    gaps = survey_differences.between_groups(sampled, crossed)
    pair = next(
        each for each in gaps.pairs if (each.category, each.one, each.other) == ("oui", "Tel", "Ordi")
    )
    low, high = next(row for row in crossed.rows if (row.category, row.by) == ("oui", "tel")).share.interval()
    half = 100 * (high - low) / 2 * (2 - 2 * 120 / 160) ** 0.5
    assert (pair.low, pair.high) == (approx(-half, rel=1e-3), approx(half, rel=1e-3))


def test_one_comparison_alone_says_so():
    names = ("ici", "là")
    one, other = (tabulate(table(aide=people({"oui": k, "non": 90})), FORM, "aide") for k in (40, 30))
    alone = survey_differences.between(replace(one, rows=one.rows[:1]), other, names=names)
    assert (len(alone.pairs), alone.n_suppressed) == (1, 0)
    assert alone.note.startswith("Une seule comparaison regardée.")
    assert alone.pairs[0].p_looked == alone.pairs[0].p


def test_a_national_figure_of_several_answers_stands_beside_those_who_gave_one_of_them():
    """Answers that add up: who ticked both counts once; an answer that the question lacks leaves the
    figure out.
    """
    known = {
        "percent": 50,
        "universe": "u",
        "year": 2021,
        "producer": "P",
        "title": "T",
        "url": "u",
        "quote": "q",
    }
    both, lacking = (National(choice=choice, difference="d", **known) for choice in ("tel ordi", "tel drone"))
    question = question_of("eq", "many", choices="eq", national=(both, lacking))
    form = Questionnaire(id="n", title="N", lists=FORM.lists, items=(question,))
    answers = table(eq=people({"tel": 30, "tel ordi": 40, "ordi": 30, "rien": 100}))
    sampled = samples.sample(answers, form)
    (comparison,) = survey_differences.beside_national(sampled, tabulation.of_sample(sampled, "eq"))
    assert (comparison.percent, comparison.n, comparison.way) == (approx(50), 200, "close")
    assert comparison.label == "Tel ou Ordi"
    low, high = (100 * bound for bound in proportions.wilson(0.5, 200))
    assert [comparison.low, comparison.high] == approx([low, high], abs=0.5)
    weighted = samples.sample(
        answers, form, weights=Weights(values=np.where(answers["eq"] == "rien", 3.0, 1.0))
    )
    (comparison,) = survey_differences.beside_national(weighted, tabulation.of_sample(weighted, "eq"))
    assert (comparison.percent, comparison.way) == (approx(25), "less")


def test_two_surveys_say_what_keeps_their_questions_apart():
    structures_form = Questionnaire(
        id="s",
        title="S",
        lists={**FORM.lists, "oui": choices("oui", "peut-etre")},
        items=(question_of("aide", "many", choices="oui", topic="aide", universe="structures"),),
    )
    one = samples.sample(table(aide=people({"oui": 60, "non": 132})), FORM)
    other = samples.sample(table(aide=people({"oui": 45, "peut-etre": 21})), structures_form)
    (gap,) = survey_differences.perception(one, other, names=("habitants", "structures"))
    differences = " ".join(gap.differ)
    assert "structures (structures)" in differences
    assert "Réponses proposées d’un seul côté : non, peut-etre." in differences
    assert "L’une permet plusieurs réponses, l’autre une seule" in differences
    assert "ne sont pas dites pareil" not in differences
    assert survey_differences.perception(one, one, names=("a", "b"))[-1].differ == ()


def test_one_find_among_many_looks_is_written_in_the_singular():
    def wave(pas, n_each):
        return tabulate(
            table(aise=people({"pas": pas, "peu": n_each, "plutot": n_each, "tres": n_each})),
            FORM,
            "aise",
        )

    gaps = survey_differences.between(wave(60, 44), wave(30, 54), names=("2026", "2024"))
    assert [each.significant for each in gaps.pairs] == [True, False, False, False]
    assert gaps.note.startswith(
        "4 comparaisons regardées ensemble : 1 sort du hasard prise une à une, 1 une fois"
    )


@pytest.mark.parametrize(("n", "few"), [(0, False), (1, True), (10, True), (11, False)])
def test_a_question_put_to_all_but_a_few_tells_of_them(n, few):
    answers = table(aide=["oui"] * 20 + ["non"] * n, content=["oui"] * 20 + [""] * n)
    reader = Reader(answers, FORM)
    assert reader.leaves_few(reader.column("content"), 11) is few


def test_a_class_that_is_computed_says_what_the_question_says_and_what_the_platform_computes_is_none():
    """Publiées à part, deux façons de dire l’âge se soustraient ; un calcul sans réponses n’est pas une question."""
    form = replace(
        FORM,
        items=(
            *FORM.items,
            question_of("classe", "calculate", choices="age"),
            question_of("calcul", "calculate"),
        ),
    )
    ages = people({"jeune": 30, "adulte": 30, "ancien": 30})
    rules = samples.sample(table(age=ages, classe=ages, calcul=ages), form).withholding(
        rule_of("inhabitants"), {}
    )
    assert rules.tied(("age", ANY)) == (("age", ANY), ("classe", ANY))


def test_classes_of_age_hold_their_last_year_whole():
    """De 15 à 29 ans : jusqu’au jour des 30 ans, où la classe suivante commence."""
    form = replace(FORM, lists={**FORM.lists, "age": choices("15-29", "30-59", "60+", "autre")})
    ages = people({"15-29": 30, "30-59": 30, "60+": 30, "autre": 30})
    rules = samples.sample(table(age=ages), form).withholding(rule_of("inhabitants"), {})
    assert rules.variable("age").spans == ((15, 30), (30, 60), (60, 121), None)
