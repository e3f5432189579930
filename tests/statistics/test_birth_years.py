"""A question on the year of birth is read as an age: tables, crossings and weights."""

import csv
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from maillage.manage import main
from maillage.questionnaires.questionnaire import Question, Questionnaire
from maillage.sources.survey import answers, birth_years

FORM = Questionnaire(
    id="q",
    title="Essai",
    kind="inhabitants",
    items=(Question(name="q1", kind="integer", label={"fr": "Votre année de naissance ?"}),),
)
LINES = [f"r{k},{1940 + k % 60},2021-0{1 + k % 9}-05" for k in range(120)]


def read(header: str) -> answers.Answers:
    return answers.parse("\n".join([header, *LINES]).encode(), "reponses.csv")


@pytest.mark.parametrize(
    ("header", "questionnaire", "expected"),
    [
        ("id,q1,end", FORM, "81"),
        ("id,annee_naissance,end", None, "81"),
        ("id,naissance_annee,jour", None, "1940"),
        ("id,annee_naissance,jour", None, "86"),
    ],
)
def test_a_year_of_birth_is_the_age_in_the_year_of_the_survey(header, questionnaire, expected):
    ages = birth_years.read_as_ages(read(header), questionnaire, this_year=2026)
    assert ages.table[header.split(",")[1]][0] == expected
    year = 2021 if "end" in header else 2026
    assert (f"est lue comme un âge, celui de {year}" in " ".join(ages.notes)) == (expected != "1940")


def test_counted_takes_a_year_of_birth_for_an_age_where_no_other_question_asks_it():
    assert FORM.counted() == {"q1": "age"}
    own = Question(name="age", kind="integer", label={"fr": "Votre âge ?"})
    both = Questionnaire(id="q", title="", items=(*FORM.items, own))
    assert both.counted() == {"age": "age"}


def test_weights_by_age_are_made_from_years_of_birth(tmp_path: Path):
    """Une enquête qui demande l’année de naissance se redresse par classe d’âge."""
    (tmp_path / "reponses.csv").write_text("\n".join(["id,annee_naissance,end", *LINES]))
    margins = "variable,modalite,effectif\nannee_naissance,15-39,5000\nannee_naissance,40+,5000\n"
    (tmp_path / "marges.csv").write_text(margins)
    names = ("reponses.csv", "marges.csv", "poids.csv")
    responses, margins_path, weights_path = (str(tmp_path / name) for name in names)
    assert (
        main.main(["enquete", "ponderer", responses, "--marges", margins_path, "--sortie", weights_path]) == 0
    )
    rows = list(csv.DictReader(Path(weights_path).read_text("utf-8").splitlines()))
    weights = np.array([float(row["poids"]) for row in rows])
    ages = np.array([2021 - 1940 - k % 60 for k in range(120)])
    assert weights[ages < 40].sum() == pytest.approx(weights[ages >= 40].sum())
    assert date.today().year > 2021, "the file is older than today"
