"""maillage analyse: files for analysts, and what is refused on SQLite."""

import pytest

from maillage.apps.steering.indicators.queries import analysis

pytestmark = pytest.mark.django_db


def test_one_file_a_table_and_their_rows(maillage, home, tmp_path):
    answer = maillage("analyse", "--sortie", tmp_path / "tables")
    assert (answer.code, answer.err) == (0, "")
    assert {path.stem for path in (tmp_path / "tables").iterdir()} == {each.id for each in analysis.TABLES}
    assert len(answer.out.splitlines()) == len(analysis.TABLES)


@pytest.mark.parametrize(("words", "reason"), [((), "où les écrire"), (("--lecteur", "x"), "SQLite")])
def test_tables_need_somewhere_to_go(maillage, home, words, reason):
    answer = maillage("analyse", *words)
    assert answer.code == 2
    assert reason in answer.err
