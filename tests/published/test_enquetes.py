"""Les enquêtes publiées (documents 000, 001, 003, 004), refaites sur des réponses fabriquées, de la lecture
au tableau.

Chaque chiffre de enquetes.csv est retrouvé par la règle d’arrondi qui y est écrite, ou dit impossible ; la
page
docs/methods/enquetes-publiees.md porte les mêmes tables.
"""

import csv
import json
import re
from datetime import date

import numpy as np
import pytest

from maillage.kernel.estimate import Estimate
from maillage.questionnaires.answering import complete
from maillage.reference.cards import cards
from maillage.sources.survey import answers, xlsform
from maillage.statistics.engine.proportions import possible
from tests.published import reproduction
from tools import published_surveys

ROWS = published_surveys.figures()
CANNOT = {  # ceux des documents 000, 001, 003 et 004, puis ceux du document 002
    "FIG-003-38", "FIG-003-63", "FIG-003-83", "FIG-003-93", "FIG-003-94", "FIG-004-15", "FIG-004-23", "FIG-004-25",
    "FIG-002-26", "FIG-002-37", "FIG-002-38",
}  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_a_published_figure_comes_back_by_its_rule(row):
    """Le pourcentage imprimé sort du calcul, par la règle qui est écrite à côté."""
    it, printed = published_surveys.again(row), float(row["publie"])
    match row["attendu"]:
        case "count":
            assert it.n == printed
        case "about":
            assert it.percent == pytest.approx(printed, abs=5)
        case "none":
            assert it.rule == ""
        case "nearest":
            assert it.rule in ("nearest", "both")
        case rule:
            assert it.rule == rule


def test_every_main_figure_of_the_inhabitants_is_published_with_its_interval():
    """192 réponses pour 99 000 habitants : tout ce que le document de 2021 imprime se publie de nouveau."""
    of_inhabitants = [
        row for row in ROWS if row["enquete"] == "maubeuge-habitants" and row["attendu"] != "none"
    ]
    assert len(of_inhabitants) == 19
    for row in of_inhabitants:
        (printed,) = published_surveys.published(row)
        assert isinstance(printed.figure, Estimate), row["id"]
        assert printed.n == published_surveys.again(row).n
        assert printed.figure.low < printed.figure.value < printed.figure.high
        assert printed.figure.value == pytest.approx(published_surveys.again(row).percent)


def test_one_rule_for_all_the_inhabitants():
    """Toutes les parts d’habitants reviennent au plus proche, et aucune structure n’a besoin d’une
    troisième règle.
    """
    rules = {row["attendu"] for row in ROWS if row["enquete"] == "maubeuge-habitants"}
    assert rules == {"nearest", "about", "none"}
    assert sum(row["attendu"] == "down" for row in ROWS if row["enquete"] == "maubeuge-structures") == 8 + 1


def test_the_satisfied_come_back_only_once_weighted():
    """98 % ne sort ni de 30 ni de 31 personnes ; il sort de leurs poids."""
    assert not possible(98, 30).rule
    assert not possible(98, 31).rule
    row = next(row for row in ROWS if row["id"] == "FIG-003-38")
    table, weights = published_surveys.read("maubeuge-habitants")
    happy = reproduction.says(table["satisfaction"], row["reponses"].split())
    base = reproduction.among(table, {}, "satisfaction")
    assert reproduction.reproduce(happy, base, 98).rule == ""
    assert reproduction.reproduce(happy, base, 98, weights=weights).rule


@pytest.mark.parametrize(
    ("printed", "n", "rule"),
    [
        (39, 66, "both"),
        (11, 66, "nearest"),
        (50, 49, ""),
        (58, 49, ""),
        (44, 49, "down"),
        (46, 49, "down"),
        (65, 129, "both"),
    ],
)
def test_which_base_a_printed_figure_may_have(printed, n, rule):
    """Ce que la page dit des bases perdues."""
    assert possible(printed, n).rule == rule


def test_possible_bases_of_strasbourg():
    """129 convient, mais aussi 85, 91, 95, 97 et tout nombre à partir de 99."""
    printed = [float(row["publie"]) for row in ROWS if row["enquete"] == "strasbourg-structures" and row["document"] == "000"
               and row["attendu"] not in ("about", "count") and row["question"] != "themes"]  # fmt: skip
    possible_bases = [n for n in range(20, 200) if all(possible(value, n).nearest for value in printed)]
    assert possible_bases == [85, 91, 95, 97, *range(99, 200)]


@pytest.mark.parametrize("name", published_surveys.BANKS)
def test_made_answers_are_answers_to_our_questionnaires(name):
    """Chaque réponse fabriquée passe les règles du questionnaire : question connue, choix offert, suite
    logique.
    """
    form = published_surveys.questionnaire(name)
    table = answers.read(published_surveys.FOLDER / f"{name}.csv").table
    question_by_name = {question.name: question for question in form.questions()}
    for column in set(table.columns) - {"id", "origine"}:
        assert column in question_by_name, column
        offered = {choice.name for choice in form.choices(question_by_name[column])}
        typed_words = {word for value in table[column].tolist() for word in value.split()}
        assert not offered or typed_words <= offered, column
    assert set(table["origine"].tolist()) == {"fabriqué"}


@pytest.mark.parametrize("name", published_surveys.BANKS)
def test_skipped_questions_have_no_answer(name):
    """Les sauts du questionnaire sont respectés : ni raison sans manque, ni satisfaction sans aide."""
    form = published_surveys.questionnaire(name)
    for row in answers.read(published_surveys.FOLDER / f"{name}.csv").table.rows():
        values = {
            question: value for question, value in row.items() if question not in ("id", "origine") and value
        }
        done = complete(form, values, date(2021, 11, 30))
        assert not done.faults, row["id"]
        assert not done.dropped, row["id"]


def test_the_files_are_those_the_program_makes():
    """Relancer le programme donne les mêmes octets."""
    for name, content in published_surveys.files().items():
        assert (published_surveys.FOLDER / name).read_bytes() == content, name


def test_every_made_file_says_so():
    """Les cartes d’origine disent que les réponses sont fabriquées."""
    survey_cards = [card for id, card in cards().items() if id.startswith("maillage-enquete-")]
    assert len(survey_cards) == 5
    for card in survey_cards:
        assert "fabriqué pour correspondre aux marges publiées" in card.title
        assert "Personne n’a donné ces réponses." in card.doubt


def test_the_page_holds_these_tables():
    """Les tables de la page sont celles du calcul."""
    text = published_surveys.PAGE.read_text("utf-8")
    assert published_surveys.page(text) == text


def test_the_page_explains_each_figure_that_cannot_come_back():
    """Huit chiffres, onze avec le document 002 : ni plus, ni moins."""
    rows = dict(
        re.findall(
            r"^\| (FIG-\d{3}-\d+) \|(.*)\|$", published_surveys.PAGE.read_text("utf-8"), flags=re.MULTILINE
        )
    )
    assert set(rows) == CANNOT
    assert sum(id.split("-")[1] != "002" for id in rows) == 8
    assert all(len(table_row.split("|")[1].split()) > 4 for table_row in rows.values())
    none = {row["id"] for row in ROWS if row["attendu"] == "none"}
    assert none <= CANNOT


def test_the_commands_give_the_published_figures_back(tmp_path, capsys):
    """De bout en bout : maillage enquete ponderer, puis tabuler, sur les fichiers du produit."""
    from maillage.manage.main import main

    form, weights = tmp_path / "habitants.xlsx", tmp_path / "poids.csv"
    form.write_bytes(xlsform.write(published_surveys.questionnaire("maubeuge-habitants")))
    people = str(published_surveys.FOLDER / "maubeuge-habitants.csv")
    margins = str(published_surveys.FOLDER / "maubeuge-marges.csv")
    assert main(["enquete", "ponderer", people, "--marges", margins, "--sortie", str(weights)]) == 0
    with weights.open(encoding="utf-8") as file:
        assert sum(float(row["poids"]) for row in csv.DictReader(file)) == pytest.approx(99_094.7, abs=0.1)
    percent_by_answer = {}
    for question in ("equipement", "aisance", "critere"):
        capsys.readouterr()
        words = [
            people,
            "--questionnaire",
            str(form),
            "--poids",
            str(weights),
            "--question",
            question,
            "--json",
        ]
        assert main(["enquete", "tabuler", *words]) == 0
        output = json.loads(capsys.readouterr().out)
        assert output["n"] == 192
        percent_by_answer |= {(question, line["modalite"]): line["part"] for line in output["lignes"]}
    for key, printed in {
        ("equipement", "smartphone"): 63,
        ("equipement", "ordinateur"): 47,
        ("equipement", "aucun"): 8,
        ("aisance", "pas_du_tout"): 14,
        ("critere", "gratuite"): 41,
        ("critere", "proximite"): 22,
    }.items():
        assert reproduction.rule(percent_by_answer[key], printed) in ("nearest", "both"), key


def test_a_base_of_nobody_is_refused():
    with pytest.raises(ValueError, match="nobody"):
        reproduction.reproduce(np.array([True]), np.array([False]), 50)
