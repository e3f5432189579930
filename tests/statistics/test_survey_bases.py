"""The base of a published question never tells how many few people are."""

import re
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from maillage.kernel.estimate import Estimate, Withheld
from maillage.kernel.table import Table
from maillage.publishing.page.blocks import Columns, Grid
from maillage.publishing.survey import cards as survey_cards
from maillage.publishing.survey import charts
from maillage.publishing.survey import document as survey_document
from maillage.publishing.survey.findings import Line, QuestionAnswers
from maillage.questionnaires.questionnaire import Choice, Group, Question, Questionnaire
from maillage.statistics.survey import protection
from maillage.statistics.survey.samples import sample
from maillage.statistics.survey.tabulation import of_sample

CHOICES = {"oui": "Oui", "non": "Non"}


def cards(few: int, towns: int = 2, by: str = ""):
    """Return the cards of a form asked of 100 people, of which `few` are asked a second question. by:
    crossed by it.
    """
    lists = {
        "ouinon": tuple(Choice(name=name, label={"fr": label}) for name, label in CHOICES.items()),
        "ville": tuple(Choice(name=f"v{k}", label={"fr": f"Ville {k}"}) for k in range(towns)),
    }
    items = (
        Question(name="equipe", kind="one", label={"fr": "Êtes-vous équipé ?"}, choices="ouinon"),
        Question(
            name="raison",
            kind="one",
            label={"fr": "Faute d’argent ?"},
            choices="ouinon",
            relevant="${equipe} = 'non'",
        ),
        Question(name="ville", kind="one", label={"fr": "Où habitez-vous ?"}, choices="ville"),
    )
    rows = Table(
        "r.csv",
        {
            "id": np.arange(100).astype(str),
            "equipe": np.array(["non"] * few + ["oui"] * (100 - few)),
            "raison": np.array(["oui"] * few + [""] * (100 - few)),
            "ville": np.array([f"v{k % 2}" for k in range(100)]),
        },
    )
    return {
        card.answers.name: card
        for card in survey_cards.every(
            sample(rows, Questionnaire(id="f", title="F", lists=lists, items=items)), by=by
        )
    }


def test_a_question_put_to_a_few_people_does_not_print_how_many():
    card = cards(few=3)["raison"]
    text = survey_document.base(card, "brut")
    assert "nombre de réponses non publié" in text
    assert not {"3", "97"} & set(text.replace(".", " ").replace(",", " ").split()), text
    (one, *_) = survey_document.rows([card], computed="brut")
    assert one["base"] == ""
    assert "97" not in " ".join(card.notes)


def test_what_a_few_wrote_instead_of_an_answer_is_not_published():
    """« fax », tapé par une personne là où il fallait choisir : qui a les réponses le lit, et personne d’autre."""
    question = Question(name="equipe", kind="one", label={"fr": "équipé ?"}, choices="ouinon")
    lists = {"ouinon": tuple(Choice(name=name, label={"fr": label}) for name, label in CHOICES.items())}
    form = Questionnaire(id="f", title="F", kind="inhabitants", lists=lists, items=(question,))
    values = np.array(["oui"] * 40 + ["non"] * 30 + ["fax"])
    answers = sample(Table("r.csv", {"id": np.arange(71).astype(str), "equipe": values}), form)
    for inside in (False, True):
        (card,) = survey_cards.every(answers, inside=inside)
        text = survey_document.base(card, "brut")
        assert "ne sont pas des réponses de cette question" in text
        assert ("fax" in text) is inside


def test_a_question_put_to_many_prints_its_base():
    card = cards(few=40)["raison"]
    assert "n = 40" in survey_document.base(card, "brut")
    assert survey_document.rows([card], computed="brut")[0]["base"] == 40


def tables_of_conditional_question(equipe: list[str], raison: list[str]):
    """Return the table of a question put to those who do not say « oui », among 192 people or more."""
    lists = {"ouinon": tuple(Choice(name=name, label={"fr": label}) for name, label in CHOICES.items())}
    items = tuple(
        Question(name=name, kind="one", label={"fr": name}, choices="ouinon", relevant=when)
        for name, when in (("equipe", ""), ("raison", "${equipe} != 'oui'"))
    )
    rows = Table(
        "r.csv",
        {
            "id": np.arange(len(equipe)).astype(str),
            "equipe": np.array(equipe),
            "raison": np.array(raison),
        },
    )
    withheld = sample(rows, Questionnaire(id="f", title="F", kind="inhabitants", lists=lists, items=items))
    return {name: of_sample(withheld, name) for name in ("equipe", "raison")}


def test_who_says_nothing_is_counted_as_the_base_gives_it():
    """192 réponses, n = 186 : écrire « moins de 11 » ne cacherait pas que six n’ont rien dit."""
    tables = tables_of_conditional_question(
        ["non"] * 90 + ["oui"] * 96 + ["nsp"] * 6, ["oui"] * 90 + [""] * 96 + ["non"] * 6
    )
    assert tables["equipe"].notes[0] == "Hors de la base : 6 répondants sans réponse."
    assert set(tables["equipe"].unsaid.values()) == {None}
    kinds = tables_of_conditional_question(
        ["non"] * 90 + ["oui"] * 90 + ["nsp"] * 12 + ["refus"] * 4,
        ["oui"] * 90 + [""] * 90 + ["non"] * 16,
    )
    # Twelve who do not know, beside sixteen in all, would say that four refuse.
    assert kinds["equipe"].notes[0] == "Hors de la base : 16 répondants sans réponse."
    many = tables_of_conditional_question(
        ["non"] * 90 + ["oui"] * 90 + ["nsp"] * 12, ["oui"] * 90 + [""] * 90 + ["non"] * 12
    )
    assert many["equipe"].notes[0] == "Hors de la base : 12 ne savent pas."


def test_the_few_eligible_are_not_deduced_from_the_silent():
    """Cinq « non » et vingt silences sont interrogés : « 160 n’avaient pas à y répondre » dirait les « oui »."""
    tables = tables_of_conditional_question(
        ["non"] * 5 + ["oui"] * 160 + ["nsp"] * 20, ["oui"] * 5 + [""] * 160 + ["non"] * 20
    )
    assert [row.n for row in tables["equipe"].rows] == [None, None]
    assert not tables["raison"].is_base_public
    assert not {"160", "25"} & set(" ".join(tables["raison"].notes).replace(".", "").split())


def test_an_answer_that_nobody_gave_leads_to_the_question_all_the_same():
    """Les treize qui répondent disent « oui », et les silencieux sont interrogés : « 13 n’avaient pas à y répondre »
    dirait que personne n’a dit « non ».
    """
    tables = tables_of_conditional_question(
        ["oui"] * 13 + ["nsp"] * 27, [""] * 13 + ["oui"] * 14 + ["non"] * 13
    )
    assert [row.n for row in tables["equipe"].rows] == [None, None]
    assert not tables["raison"].is_base_public
    assert "13" not in " ".join(tables["raison"].notes)


def test_many_withheld_answers_take_one_line():
    card = cards(few=40, towns=30)["ville"]
    grid = survey_document.table(card, "brut")
    assert [row[0].text[:16] for row in grid.rows][1:] == ["Non publiées : V"]
    assert grid.rows[1][0].text.count(",") < 6  # the CSV names every one of them
    assert "Ville 29" not in survey_document.chart(card, id="x").svg


def _texts(document):
    return [
        text
        for chapter in document.chapters
        for outer in chapter.blocks
        for block in (outer.blocks if isinstance(outer, Columns) else (outer,))
        if isinstance(block, Grid)
        for row in block.rows
        for cell in row
        for text in (cell.text, cell.mark)
    ]


def test_annexes_hold_every_answer_in_two_columns_and_no_name_of_a_variable():
    all_cards = cards(few=40, towns=2)
    form = Questionnaire(id="f", title="F", lists={}, items=())
    results = survey_cards.results(
        list(all_cards.values()), title="T", questionnaire=form, n=100, weighted=False, on=date(2026, 11, 28)
    )
    document = survey_document.document(results)
    annex = next(each for each in document.chapters if each.short.startswith("Annexe : question"))
    assert [block.kind for block in annex.blocks] == ["text", "text", "columns"]
    assert not [each for each in document.chapters if each.short.endswith("Chaque question")], "a line alone"
    for card in (all_cards["equipe"], all_cards["ville"]):
        for row in survey_document.table(card, "brut").rows:
            assert {cell.text for cell in row[:2]} <= set(_texts(document))
            assert any(text.startswith(row[2].text) for text in _texts(document))
    assert not {"equipe", "raison", "ville"} & set(_texts(document))


def test_a_ranking_where_everybody_cites_everything_draws_no_full_bars():
    lines = tuple(
        Line(
            name=name,
            label=name,
            figure=Estimate(value=100.0, low=93.0, high=100.0, unit="pourcent", universe="", n=40, method=""),
        )
        for name in ("a", "b")
    )
    question = QuestionAnswers(
        name="rang.cite", label="Priorités", lines=lines, n=40, universe="", weighted=False
    )
    other = replace(
        question,
        name="autre",
        lines=[replace(line, figure=replace(line.figure, value=50.0, low=30.0)) for line in lines],
    )
    card, second = (survey_document.Card(answers=each) for each in (question, other))
    form = Questionnaire(id="f", title="F", lists={}, items=())
    results = survey_cards.results(
        [card, second], title="T", questionnaire=form, n=40, weighted=False, on=date(2026, 11, 28)
    )
    annex = next(
        each
        for each in survey_document.document(results).chapters
        if each.short.startswith("Annexe : question")
    )
    *_, columns = annex.blocks
    grid, text = columns.blocks
    assert len(grid.rows) == 2
    assert "Chaque réponse est citée par tous" in text.text


def test_a_group_left_out_of_a_crossed_table_is_named():
    card = cards(few=3, by="equipe")["ville"]
    assert [group.label for group in card.groups] != ["Oui", "Non"]
    assert any(note.startswith("Groupes non montrés") and "Non" in note for note in card.notes), card.notes


def test_questions_are_read_by_the_parts_of_the_questionnaire():
    form = Questionnaire(
        id="f",
        title="Essai",
        items=(
            Question(name="seule", kind="one", label={"fr": "Seule ?"}),
            Group(
                name="g",
                label={"fr": "Vos appareils"},
                items=(Question(name="a", kind="one", label={"fr": "A ?"}),),
            ),
        ),
    )
    cards = [
        survey_document.Card(
            answers=QuestionAnswers(name=name, label=f"{name} ?", lines=[], n=0, universe="", weighted=False)
        )
        for name in ("seule", "a")
    ]
    chapters = survey_document.themes(form, cards, "brut")
    assert [chapter.title for chapter in chapters] == ["Vos appareils", "Autres questions"]
    assert all(chapter.folds for chapter in chapters)
    assert [chapter.title for chapter in survey_document.themes(form, cards[:1], "brut")] == [
        "Question par question"
    ]


def test_a_crossed_question_with_nothing_to_show_says_it_in_one_line():
    withheld = Withheld(reason="Moins de 11 répondants.", unit="pourcent", universe="", n=24, method="m")
    line = Line(
        name="oui",
        label="Oui",
        figure=Estimate(value=50, low=40, high=60, unit="pourcent", universe="", n=64, method="m"),
    )
    answers = QuestionAnswers(name="q", label="Q ?", lines=[line], n=64, universe="", weighted=False)
    group = survey_document.Group(
        label="Jeunes", n=24, lines=[Line(name="oui", label="Oui", figure=withheld)]
    )
    card = survey_document.Card(answers=answers, by="age", by_label="Âge", groups=[group])
    last = survey_document.card_blocks(card, "brut", id="q")[-1]
    assert last.kind == "callout"
    assert "Jeunes (n\xa0=\xa024)" in last.text
    both = survey_document.Card(
        answers=answers,
        by="age",
        by_label="Âge",
        groups=[group, survey_document.Group(label="Âgés", n=40, lines=[line])],
    )
    grid = survey_document.crossed(both)
    assert [row[0].text for row in grid.rows] == ["Âgés"]
    assert "Aucun chiffre publié pour : Jeunes" in grid.note


def test_a_small_chart_whose_bars_are_nearly_all_withheld_counts_them():
    withheld = Withheld(reason="Moins de 11 répondants.", unit="pourcent", universe="", n=24, method="m")
    figure = Estimate(value=50, low=40, high=60, unit="pourcent", universe="", n=64, method="m")
    bars = [charts.Bar(label=name, figure=figure if name == "A" else withheld) for name in "ABC"]
    drawn = charts.multiples([("Jeunes", bars)], id="x", label="")
    assert "2 réponses non publiées" in drawn.replace("\xa0", " ")
    assert "retenu" not in drawn
    assert charts.multiples([("Jeunes", bars[:2])], id="x", label="").count("retenu") == 1


def test_a_document_has_no_empty_chapter():
    results = survey_cards.results(
        [],
        title="t",
        questionnaire=Questionnaire(id="f", title="t"),
        n=0,
        weighted=False,
        on=date(2026, 11, 20),
    )
    assert all(chapter.blocks for chapter in survey_document.document(results).chapters)


@pytest.mark.parametrize(
    ("kind", "public"),
    [
        ("professionals", "leurs collègues"),
        ("structures", "leur fiche publique"),
        ("inhabitants", "personnes qui"),
    ],
)
def test_each_kind_of_survey_says_whom_its_rule_protects(kind, public):
    assert public in protection.words(kind)
    assert max(len(each.split()) for each in re.split(r"[.;] ", protection.words(kind))) < 45
    assert protection.short_words(kind).count(".") == 2 and len(protection.short_words(kind).split()) < 30
