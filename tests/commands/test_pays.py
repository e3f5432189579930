"""`maillage pays`: the data of another country, checked then estimated; France written as one."""

import csv
import json
import shutil

import pytest

from maillage.reference.files import PROJECT

SAMPLE = PROJECT / "data" / "pays" / "exemple"


def test_a_country_is_read_and_told(maillage):
    answer = maillage("pays", "verifier", SAMPLE)
    assert answer.code == 0, answer.err
    assert "120 zones, 480 effectifs, 4 taux, 18 lieux. Niveaux : district, province." in answer.out
    told = json.loads(maillage("pays", "verifier", SAMPLE, "--json").out)
    assert told["areas"] == 120
    assert told["niveaux"] == ["district", "province"]


def test_a_country_is_estimated_at_a_level(maillage, tmp_path):
    out = tmp_path / "provinces.csv"
    answer = maillage("pays", "estimer", SAMPLE, "--niveau", "province", "--sortie", out)
    assert answer.code == 0, answer.err
    assert answer.out == f"Pays d’exemple : 3 lignes dans {out}\n"
    with out.open(encoding="utf-8", newline="") as file:
        east, north, south = csv.DictReader(file)
    assert (east["code"], east["zones"], east["valeur"], east["rang"]) == ("E", "40", "12714.356", "1")
    assert float(north["bas"]) < float(north["valeur"]) < float(north["haut"])
    assert south["part_avec_un_lieu"] == "0.0898776153"


def test_a_column_that_is_missing_is_told_and_nothing_is_written(maillage, tmp_path):
    folder = shutil.copytree(SAMPLE, tmp_path / "pays")
    (folder / "people.csv").write_text("area,cell\n0N0100,15-29\n", "utf-8")
    answer = maillage("pays", "estimer", folder, "--niveau", "area", "--sortie", tmp_path / "x.csv")
    assert answer.code == 2
    assert "people.csv : il manque la colonne persons." in answer.err
    assert not (tmp_path / "x.csv").exists()


def test_spark_that_is_not_installed_is_told(maillage, tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)
    words = ("--niveau", "area", "--moteur", "spark", "--sortie", tmp_path / "x.csv")
    answer = maillage("pays", "estimer", SAMPLE, *words)
    assert answer.code == 2
    assert "Spark n’est pas installé sur cet ordinateur." in answer.err
    assert "make .venv/.spark" in answer.err


@pytest.mark.complete
@pytest.mark.slow("all of France is written, then counted")
def test_france_is_a_country_like_another(maillage, tmp_path):
    from maillage.reference.definitions import DEFAULT, definition
    from maillage.studies.need import national

    assert maillage("pays", "exporter", tmp_path / "france").code == 0
    out = tmp_path / "regions.csv"
    answer = maillage("pays", "estimer", tmp_path / "france", "--niveau", "region", "--sortie", out)
    assert answer.code == 0, answer.err
    with out.open(encoding="utf-8", newline="") as file:
        found = {f"R{row['code']}": float(row["valeur"]) for row in csv.DictReader(file)}
    ours = national.estimate("region", definition(DEFAULT))
    for code, value in zip(ours["code"].tolist(), ours["value"].tolist(), strict=True):
        if not code.startswith("R0"):  # overseas has rates of its own
            assert found[code] == pytest.approx(value, rel=0.15)
