"""Tables of crosses as clerks type them: a mark around a cross, a doubt, a title of two services."""

from datetime import date

import pytest

from maillage.sources.offer import files
from maillage.sources.offer.clean import yesno
from maillage.sources.offer.forms.read import parse
from maillage.sources.offer.read import Result

CROSSES = """Nom;Commune;Wifi;Prêt/vente;Cours;Imprimer
Médiathèque;Montbrison;(X);x;X?;oui*
Mairie;Savigneux;x ;;X;
Ressourcerie;Sauvain;;(X);;non?
Espace public numérique;Noirétable;x;X?;oui*;x (2)
France services;Boën-sur-Lignon;×;;x;x
"""


def read(text: str) -> Result:
    return files.places(parse(text.encode(), "croix.csv"), today=date(2026, 3, 2))


@pytest.fixture(scope="module")
def result() -> Result:
    return read(CROSSES)


def test_a_cross_is_yes_whatever_is_typed_around_it(result):
    services_by_place = {row.sheet["nom"]: set(row.sheet["practices"]) for row in result.rows}
    assert services_by_place == {
        "Médiathèque": {"wifi", "vente", "pret", "formation", "impression"},
        "Mairie": {"wifi", "formation"},
        "Ressourcerie": {"vente", "pret"},
        "Espace public numérique": {"wifi", "vente", "pret", "formation", "impression"},
        "France services": {"wifi", "formation", "impression"},
    }
    assert not any("precisions" in each for row in result.rows for each in row.sheet["practices"].values())


def test_a_question_mark_is_noted_as_a_doubt(result):
    doubts = {
        (row.sheet["nom"], remark.column, remark.reason.partition(",")[0])
        for row in result.rows
        for remark in row.remarks
        if "avec un doute" in remark.reason
    }
    assert doubts == {
        ("Médiathèque", "Cours", "lu oui"),
        ("Ressourcerie", "Imprimer", "lu non"),
        ("Espace public numérique", "Prêt/vente", "lu oui"),
    }


@pytest.mark.parametrize("words", ["Prêt/vente", "Vente et prêt d’ordinateurs", "Prêt + vente de matériel"])
def test_lending_and_selling_in_one_cell_keep_both_meanings(words):
    text = f"Nom;Commune;Équipement\nA;Montbrison;{words}\nB;Savigneux;Prêt\nC;Sauvain;Vente\n"
    services = [set(row.sheet["practices"]) for row in read(text).rows]
    assert services == [{"pret", "vente"}, {"pret"}, {"vente"}]


@pytest.mark.parametrize(
    ("cell", "value", "word"),
    [
        ("(X)", True, "mended"),
        ("x ", True, "read"),
        ("oui*", True, "mended"),
        ("x (2)", True, "mended"),
        ("X?", True, "doubtful"),
        ("non ?", False, "doubtful"),
    ],
)
def test_an_answer_of_yes_and_no_is_read_under_its_marks(cell, value, word):
    assert (yesno.clean(cell).value, yesno.clean(cell).word) == (value, word)
