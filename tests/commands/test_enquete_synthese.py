"""maillage enquete synthese: a document and its tables from files nobody prepared; what they say is what
tabuler says.
"""

import csv
import json
import re
from pathlib import Path

import pypdfium2
import pytest
from pytest import approx

from tests.support import editable

MAUBEUGE = Path(__file__).parents[2] / "data/raw/maillage/enquetes/maubeuge-structures.csv"


@pytest.fixture
def synthese(maillage, files):
    folder, _, _ = files

    def run(*words, answers="reponses.csv"):
        options = ("--questionnaire", folder / "formulaire.xlsx", "--sortie", folder / "sortie")
        return maillage("enquete", "synthese", folder / answers, *options, *words)

    return run


def test_a_document_in_three_forms_and_a_table_for_each_question(synthese, files):
    folder = files[0] / "sortie"
    answer = synthese("--poids", files[0] / "poids.csv", "--par", "age")
    assert answer.code == 0
    assert "redressés" in answer.out
    page = (folder / "synthese.html").read_text("utf-8")
    edited, printed = ((folder / f"synthese.{form}").read_bytes() for form in ("docx", "pdf"))
    editable.compare(edited, page.encode(), printed)
    editable.check_access(edited)
    assert page.count('role="img"') >= 4, "a question is drawn once, with its words"
    assert {path.stem for path in (folder / "tableaux").iterdir()} == {
        "age",
        "aise",
        "equipement",
        "aide",
        "satisfait",
    }
    assert (folder / "variables.csv").read_text("utf-8").startswith("nom,question,sorte,reponses")
    assert "comparaisons regardées ensemble" in page  # each cross says how many looks it took


def test_the_tables_say_what_the_command_of_tables_says(synthese, maillage, files):
    folder, weights = files[0], files[0] / "poids.csv"
    synthese("--poids", weights)
    form = ("--questionnaire", folder / "formulaire.xlsx", "--poids", weights)
    answer = maillage("enquete", "tabuler", folder / "reponses.csv", *form, "--question", "aise", "--json")
    line_by_answer = {line["modalite"]: line for line in json.loads(answer.out)["lignes"]}
    with (folder / "sortie" / "tableaux" / "aise.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["modalite"] for row in rows] == list(line_by_answer)
    for row in rows:
        line = line_by_answer[row["modalite"]]
        assert row["calcul"] == "redressé"
        assert float(row["part"]) == approx(
            line["part"], abs=0.5
        )  # redressée : écrite comme elle est imprimée
        assert float(row["part"]).is_integer()
        assert int(row["effectif"]) == line["n"]


def test_without_weights_the_document_says_that_it_is_raw(synthese):
    answer = synthese()
    assert answer.code == 0
    assert re.search(r"Chiffres bruts\. (Aucun constat|1\xa0constat|\d+\xa0constats)\. ", answer.out)


def test_a_file_without_any_question_of_the_form_is_refused(synthese, files):
    (files[0] / "autre.csv").write_text("id,couleur\n1,rouge\n2,bleu\n", encoding="utf-8")
    answer = synthese(answers="autre.csv")
    assert answer.code == 2
    assert "aucune question" in answer.err
    assert "Vérifiez" in answer.err


def test_words_that_pretend_to_be_code_stay_words(synthese, files):
    """Un titre ne devient ni balise ni commande du document, et un mot sans fin ne sort pas de la page."""
    hostile = (
        '#image("/etc/passwd") $x$ *gras* [lien](javascript:alert(1)) <script>alert(1)</script>'
        f" {'très' * 60}"
    )
    assert synthese("--titre", hostile).code == 0
    page = (files[0] / "sortie" / "synthese.html").read_text("utf-8")
    assert "<script>alert(1)" not in page
    assert 'href="javascript' not in page
    document = pypdfium2.PdfDocument(files[0] / "sortie" / "synthese.pdf")
    assert "#image(" in document[0].get_textpage().get_text_bounded()
    for sheet in document:
        text = sheet.get_textpage()
        assert all(text.get_charbox(k)[2] <= sheet.get_width() for k in range(text.count_chars()))


def test_a_survey_of_structures_says_once_whether_its_universe_is_known(maillage, tmp_path):
    maillage("enquete", "questionnaire", "structures", "--vers", tmp_path / "s.xlsx")
    options = ("--questionnaire", tmp_path / "s.xlsx", "--sortie", tmp_path / "sortie")
    unknown = "On ne sait pas combien il y a de structures en tout"
    known = "L’intervalle tient compte de ce qu’il y a 96 structures en tout."
    invited = ("--interrogees", "96")  # who was asked is not who exists
    for words, present, absent in (
        (invited, unknown, known), ((*invited, "--univers", "96"), known, unknown)
    ):  # fmt: skip
        assert maillage("enquete", "synthese", MAUBEUGE, *options, *words).code == 0
        page = (tmp_path / "sortie" / "synthese.html").read_text("utf-8").replace("\xa0", " ")
        assert (page.count(present), page.count(absent)) == (1, 0)
    assert "66 réponses pour 96 structures interrogées : 69 % ont répondu." in page
