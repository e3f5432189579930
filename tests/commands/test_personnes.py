"""maillage personnes: a file taken in once, its agreement declared, its faults told by line."""

import pytest

from maillage.apps.people.persons.models import Person
from tests.conftest import account
from tests.support import coop_workbooks
from tests.support.places import place

pytestmark = pytest.mark.django_db


@pytest.fixture
def words(tmp_path):
    structure = place("bibliotheque").structure
    account("aidant", "aidant", shown="Leïla", structure=structure)
    path = tmp_path / "b.xlsx"
    rows = (("Petit", "Louise", 1948), ("Diallo", "Awa", "hier"))
    path.write_bytes(coop_workbooks.beneficiaries(*rows).getvalue())
    return (
        *("personnes", "importer", path, "--format", "coop-xlsx", "--structure", structure.name),
        *("--par", "aidant@exemple.fr"),
    )


def test_a_file_is_taken_in_once_and_its_faults_are_printed(maillage, words):
    for sentence in ("1 personne de plus, 0 déjà suivie\n", "0 personne de plus, 1 déjà suivie\n"):
        answer = maillage(*words, "--accord-declare")
        assert (answer.code, answer.out) == (1, sentence)
        assert "b.xlsx, ligne 6, colonne Année de naissance, « hier » : cette année" in answer.err
    assert [person.nickname for person in Person.objects.all()] == ["Louise P."]


def test_nothing_is_taken_in_without_an_agreement_or_somebody_who_declares_it(maillage, words):
    answer = maillage(*words)
    assert (answer.code, "--accord-declare" in answer.err) == (2, True)
    answer = maillage(*words[:-1], "personne@exemple.fr", "--accord-declare")
    assert (answer.code, "aucun compte" in answer.err) == (2, True)
    elsewhere = place("ailleurs", {"nom": "Ailleurs", "pivot": "21380185500015"}).structure
    account("autre", "aidant", structure=elsewhere)
    answer = maillage(*words[:-1], "autre@exemple.fr", "--accord-declare")
    assert answer.code == 2
    assert not Person.objects.exists()


def test_a_fault_names_its_cell_and_a_complete_row_names_none(maillage, words, tmp_path):
    """« ligne 4, colonne , «  » » ne menait à aucune case."""
    path = tmp_path / "c.csv"
    path.write_text("Nom;Prénom;Année de naissance\nPetit;Luc;1950\nPetit;Luc;1950\nPetit;;1950\n")
    answer = maillage("personnes", "importer", path, "--format", "csv", *words[5:], "--accord-declare")
    assert "c.csv, ligne 3 : même personne que la ligne 2" in answer.err
    assert "c.csv, ligne 4, colonne Prénom, case vide : il manque" in answer.err
