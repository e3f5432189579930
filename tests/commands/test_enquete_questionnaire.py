"""maillage enquete questionnaire: the ready questionnaires, had from the terminal as from the space."""

from maillage.reference.surveys import banks
from maillage.sources.survey import xlsform


def test_the_ready_questionnaires_are_listed(maillage):
    answer = maillage("enquete", "questionnaire")
    assert answer.code == 0
    assert [line.split(" : ")[0] for line in answer.out.splitlines()] == [*banks()]


def test_one_is_written_as_a_form_that_is_read_back(maillage, tmp_path):
    path = tmp_path / "structures.xlsx"
    answer = maillage("enquete", "questionnaire", "structures", "--vers", path)
    assert (answer.code, "est écrit" in answer.out) == (0, True)
    read = xlsform.read(path.read_bytes(), path.name).questionnaire
    question_names = [each.name for each in banks()["structures"].questions() if each.takes_answer]
    assert [each.name for each in read.questions() if each.takes_answer] == question_names


def test_an_unknown_one_is_refused_with_those_there_are(maillage, tmp_path):
    answer = maillage("enquete", "questionnaire", "mairies", "--vers", tmp_path / "x.xlsx")
    assert answer.code == 2
    assert "habitants" in answer.err
    assert not [*tmp_path.iterdir()]
