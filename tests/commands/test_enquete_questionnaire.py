"""maillage enquete questionnaire: the ready questionnaires, had from the terminal as from the space."""

from maillage.pipeline.survey import xlsform
from maillage.reference.surveys import banks


def test_the_ready_questionnaires_are_listed(maillage):
    said = maillage("enquete", "questionnaire")
    assert said.code == 0
    assert [line.split(" : ")[0] for line in said.out.splitlines()] == [*banks()]


def test_one_is_written_as_a_form_that_is_read_back(maillage, tmp_path):
    path = tmp_path / "structures.xlsx"
    said = maillage("enquete", "questionnaire", "structures", "--vers", path)
    assert (said.code, "est écrit" in said.out) == (0, True)
    read = xlsform.read(path.read_bytes(), path.name).questionnaire
    asked = [each.name for each in banks()["structures"].questions() if each.takes_answer]
    assert [each.name for each in read.questions() if each.takes_answer] == asked


def test_an_unknown_one_is_refused_with_those_there_are(maillage, tmp_path):
    said = maillage("enquete", "questionnaire", "mairies", "--vers", tmp_path / "x.xlsx")
    assert said.code == 2
    assert "habitants" in said.err
    assert not [*tmp_path.iterdir()]
