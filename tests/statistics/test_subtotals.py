"""Subtotals of a study: by commune, département and région, from the draws of its zones."""

import csv
import json
from dataclasses import replace

import numpy as np
import pytest

from maillage.kernel.estimate import Estimate, Withheld
from maillage.publishing.territory import presentation, sentences, study_json
from maillage.statistics.diagnosis import diagnosis
from maillage.statistics.diagnosis.request import Inside, Request, model_of
from maillage.statistics.need import population
from maillage.statistics.study import Study
from maillage.statistics.zones import zoning
from tests.support.studies import request_of, studied

REDON = "243500741"  # 31 communes in three départements and two régions, two of them cut in quarters


@pytest.fixture(scope="module")
def request_():
    return request_of(REDON)


@pytest.fixture(scope="module")
def model(request_):
    return model_of(request_)


@pytest.fixture(scope="module")
def d(request_, model):
    return diagnosis.diagnose(request_, model=model)


def of_level(d, level):
    return [one for one in d.subtotals if one.level == level]


@pytest.mark.parametrize(("level", "n"), [("commune", 31), ("departement", 3), ("region", 2)])
def test_subtotals_add_up_to_the_territory_at_each_level(d, level, n):
    diagnosed = of_level(d, level)
    assert len(diagnosed) == n
    assert sum(one.need.value for one in diagnosed) == pytest.approx(d.need.value)
    assert sum(one.population for one in diagnosed) == pytest.approx(d.population)
    assert sum(one.need_share.value for one in diagnosed) == pytest.approx(1.0)
    assert sorted(code for one in diagnosed for code in one.zones) == sorted(r.zone.code for r in d.zones)


def test_the_interval_of_a_commune_is_that_of_the_sum_of_its_zones(d):
    (redon,) = (one for one in of_level(d, "commune") if one.code == "35236")
    zones = [d.zone(code).need for code in redon.zones]
    assert len(zones) == 4
    assert redon.need.value == pytest.approx(sum(zone.value for zone in zones))
    summed = sum(zone.low for zone in zones), sum(zone.high for zone in zones)
    assert summed[0] < redon.need.low < redon.need.high < summed[1], "quarters do not err all together"


def test_zones_cut_across_communes_give_the_same_subtotals(request_, model, d):
    """Deux zones dessinées au travers des communes : chaque commune garde son besoin, tirage par tirage."""
    iris = population.sources().rp2021
    lines = ["code_zone,nom_zone,code"]
    lines += [
        f"Z{k % 2},Zone {k % 2},{iris['iris'][row]}" for k, row in enumerate(request_.zoning.rows.tolist())
    ]
    cut = zoning.from_file("\n".join(lines).encode(), name="z.csv", territory=request_.territory, iris=iris)
    request = Request(territory=request_.territory, zoning=cut, definition=request_.definition, n_draws=20)
    mixed = diagnosis.diagnose(request, model=model)
    for one, other in zip(d.subtotals, mixed.subtotals, strict=True):
        assert (one.code, one.population) == (other.code, pytest.approx(other.population))
        assert (other.need.value, other.need.low) == (
            pytest.approx(one.need.value),
            pytest.approx(one.need.low),
        )
    assert sentences.count_of_zones(mixed).replace("\xa0", " ") == "31 communes en 2 zones"


def test_a_territory_whose_communes_are_its_zones_has_no_subtotal_by_commune():
    diagnosed = studied("200000800", n_draws=8)
    assert diagnosed.subtotals == ()
    assert {sentences.unit_of_zone(diagnosed, r) for r in diagnosed.zones} == {"commune"}


def test_a_part_that_the_filter_leaves_out_is_withheld_with_its_share(request_, model):
    iris = population.sources().rp2021
    inside = Inside(
        id="x", label="Redon", share=(iris["commune"] == "35236").astype(float), source="", doubt=""
    )
    diagnosed = diagnosis.diagnose(
        Request(
            territory=request_.territory,
            zoning=request_.zoning,
            definition=request_.definition,
            n_draws=20,
            inside=inside,
        ),
        model=model,
    )
    (loire,) = (one for one in diagnosed.subtotals if one.code == "44")
    assert isinstance(loire.need, Withheld)
    rows = {row["code"]: row for row in study_json.document(diagnosed)["sous_totaux"]}
    assert rows["44"]["part_du_besoin"] is None
    assert rows["35"]["precarite_numerique"]["valeur"] == pytest.approx(diagnosed.need.value)


def test_a_territory_across_departements_and_regions_says_it(d):
    (sentence,) = sentences.across(d)
    assert sentence.replace("\xa0", " ").startswith(
        "Ce territoire est sur 3 départements et 2 régions : **Ille-et-Vilaine**"
    )
    assert "**Loire-Atlantique**" in sentence
    (first,) = sentences.largest_commune(d)
    assert "**Redon**" in first


def test_a_set_of_communes_is_never_called_quarters(d):
    """31 communes, dont deux sont découpées en 6 quartiers ; chacune garde son nom."""
    assert sentences.unit_of(d) == "zone"
    assert sentences.count_of_zones(d).replace("\xa0", " ") == "31 communes, dont 2 découpées en 6 quartiers"
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    assert {row.code for row in read.towns} == {"35236", "44067"}
    sentence = " ".join(
        (read.where_sentence, read.crossing_sentence, read.leaders_sentence, *read.class_sentences)
    )
    assert "quartier" not in sentence


def test_a_file_prints_what_pages_print_and_no_more(d):
    """Une valeur trop incertaine n’a que ses bornes, au tableau comme à l’écran ; personne n’a de décimales."""
    by_code = {row["code"]: row for row in study_json.document(d)["zones"]}
    rows = list(csv.DictReader(study_json.table(d).decode().splitlines()))
    hidden = 0
    for row in rows:
        figures = {
            "precarite_numerique": by_code[row["code"]]["precarite_numerique"],
            "cumul": by_code[row["code"]]["cumul"],
        }
        for name, f in figures.items():
            assert (row[name] == "") == bool(f.get("fourchette_seule"))
            hidden += row[name] == ""
            assert row[f"{name}_bas"] == str(round(f["bas"]))
    assert hidden, "the territory has a value that stands only between its bounds"
    numbers = [
        cell for row in rows for cell in row.values() if "." in cell and cell.replace(".", "").isdigit()
    ]
    assert max(len(cell.partition(".")[2]) for cell in numbers) <= 3


def test_the_table_of_subtotals_has_a_row_for_the_whole_first(d):
    first, *rest = csv.DictReader(study_json.subtotals_table(d).decode().splitlines())
    assert (first["maille"], first["code"], first["n_zones"]) == ("territoire", REDON, "35")
    assert [row["code"] for row in rest] == [one.code for one in d.subtotals]
    assert json.loads(study_json.encode(study_json.document(d)))["sous_totaux"][0]["code"] == rest[0]["code"]
    assert all(isinstance(one.need, Estimate) for one in d.subtotals)
    assert np.isclose(
        sum(float(row["part_du_besoin"]) for row in rest if row["maille"] == "region"), 1, atol=0.002
    )


def test_zones_of_a_file_keep_their_own_lines(d):
    """Un découpage à soi n’est pas replié sous ses communes : elles sont dans un tableau à part."""
    read = presentation.present(Study(d, None, (), (), None), fingerprint="")
    drawn = replace(read, zones=tuple(replace(zone, unit="zone") for zone in read.zones))
    assert drawn.towns == ()
    assert len([row for row in drawn.subtotals if row.level == "commune"]) == 31
