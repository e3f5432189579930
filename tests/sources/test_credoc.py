"""The Baromètre du numérique, person by person: what each cell becomes, and what is told of a row that does not read."""

import csv
import gzip
import io

import numpy as np
import pytest

from maillage.kernel.errors import BrokenSource, Refused
from maillage.reference.cards import cards
from maillage.sources import credoc


def lines(*changes: dict[str, str]) -> bytes:
    """Return the header of the shipped file and its first person of 2022, once for each change of cells."""
    with gzip.open(cards()[credoc.CARD].file, "rt", encoding="utf-8", newline="") as file:
        person = next(row for row in csv.DictReader(file) if row["ANNEE"] == "2022")
    out = io.StringIO()
    writer = csv.DictWriter(out, list(person))
    writer.writeheader()
    writer.writerows({**person, **change} for change in changes)
    return out.getvalue().encode()


def test_the_shipped_file_reads_whole():
    persons = credoc.persons()
    credoc.check(persons)
    assert len(persons) == 37_195
    assert persons["weight"].dtype == np.float64
    assert persons["age"].dtype == np.int64
    assert sorted(set(persons["year"].tolist())) == list(credoc.WAVES)


def test_no_question_no_answer_and_no_are_distinct():
    persons = credoc.persons()
    use = persons["internet_use"]
    before = persons["year"] < 2015
    assert set(use[before].tolist()) == {""}
    assert set(use[~before].tolist()) == {"daily", "weekly", "rarely", "never", "unknown"}
    assert np.sum(use == "unknown") == 41
    assert np.sum(persons["connection_at_home"] == "unknown") == 31
    assert np.sum(persons["living_standard"] == "unknown") == 11_209


def test_the_mode_of_collection_is_known_from_2020_only():
    persons = credoc.persons()
    mixed = persons["year"] >= 2020
    assert set(persons["mode"][mixed].tolist()) == {"web", "phone"}
    assert set(persons["mode"][~mixed].tolist()) == {""}


def test_every_published_answer_has_its_own_code():
    for variable in credoc.VARIABLES.values():
        assert len(set(variable.codes.values())) == len(variable.codes), variable.name
        assert "" not in variable.codes.values()


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("ANNEE", "2021", "les vagues vont de 2007 à 2022, sans 2021"),
        ("ANNEE", "", "les vagues vont de 2007 à 2022, sans 2021"),
        ("POND", "-1", "un poids est un nombre entre 0"),
        ("POND", "nan", "un poids est un nombre entre 0"),
        ("POND", "1,2", "un poids est un nombre entre 0"),
        ("POND", "1e9", "un poids est un nombre entre 0"),
        ("AGE", "9", "un âge est un nombre entier, de 12 à 110 ans"),
        ("AGE", "quarante", "un âge est un nombre entier, de 12 à 110 ans"),
        ("AGE", "²", "un âge est un nombre entier, de 12 à 110 ans"),
        ("AGE", "15", "la personne a 15 ans"),
        ("SEXE", "", "la case est vide, or la vague 2022 posait cette question à tous"),
        ("AGGLO5", "Rurales", "réponse inconnue ; celles du fichier publié : Communes rurales, "),
        ("ZEAT", "Nord", "la vague 2022 ne posait pas cette question"),
        ("INTERNET", "oui", "réponse inconnue"),
        ("RECUEIL", "", "la case est vide"),
    ],
)
def test_a_row_that_does_not_read_is_reported_and_the_rest_is_retained(column, value, reason):
    reading = credoc.read(lines({}, {column: value}, {}), name="barometre.csv")
    assert len(reading.persons) == 2
    (fault,) = reading.faults
    column_at_fault = "DIPL5" if reason == "la personne a 15 ans" else column
    assert fault.what.startswith(f"barometre.csv, ligne 3, colonne {column_at_fault}, valeur « ")
    assert reason in fault.what
    assert fault.why
    assert fault.do


def test_a_question_for_some_may_be_empty():
    reading = credoc.read(lines({"US_ADMI": ""}, {"MAITRNUM": ""}), name="barometre.csv")
    assert not reading.faults
    assert reading.persons["online_procedures"][0] == ""


def test_a_missing_column_refuses_the_file():
    with pytest.raises(Refused, match="la colonne « POND » manque"):
        credoc.read(lines({}).replace(b"POND", b"POIDS"), name="barometre.csv")


def test_a_wave_that_lost_its_persons_is_refused():
    persons = credoc.persons()
    with pytest.raises(BrokenSource, match="published 37,195"):
        credoc.check(persons.take(persons["year"] != 2014))
    with pytest.raises(BrokenSource, match="wave 2014"):
        credoc.check(persons.adding(weight=np.where(persons["year"] == 2014, 2.0, persons["weight"])))
