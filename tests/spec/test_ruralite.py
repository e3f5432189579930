"""Rural, périurbain, urbain : une règle qui se recompte à la main, et les pages où elle se lit."""

import csv

import numpy as np
import pytest

from maillage.publishing.territory import atlas, evaluation, presentation, study_json, zone_sheet
from maillage.statistics.diagnosis import filters, profile
from maillage.statistics.diagnosis.results import Diagnosis
from maillage.statistics.engine.cells import AGE_OF, AGES
from maillage.statistics.need import model, rurality
from maillage.statistics.study import Study
from tests.support.studies import studied

title = "Rural, périurbain, urbain"


def test_a_commune_is_rural_periurban_or_urban_by_its_residents_and_its_epci(spec):
    """Rural : moins de 2 000 habitants, où que ce soit. Périurbain : de 2 000 à 9 999, à moins de 1 500 au km², quand
    l’intercommunalité a une commune de 20 000 ou plus. Urbain : les autres, bourgs compris. Les quartiers d’une
    commune s’additionnent.

    commune   | interco | habitants | km2 || réponse
    ----------+---------+-----------+-----++-----------
    village   | A       |      1999 |   1 || rural
    ceinture  | A       |      2000 |   2 || periurbain
    banlieue  | A       |      9999 |   7 || periurbain
    faubourg  | A       |      9000 |   6 || urbain
    ville     | A       |     12000 |  20 || urbain
    ville     | A       |      9000 |  20 || urbain
    bourg     | B       |      4000 |  20 || urbain
    hameau    | B       |       300 |  20 || rural
    ile       |         |      5000 |  20 || urbain
    """
    spec(
        lambda t: rurality.of(
            t["commune"],
            np.where(t["interco"] == "", "", t["interco"]),
            t["habitants"],
            dict(zip(t["commune"].tolist(), t["km2"].tolist(), strict=True)),
        ).tolist()
    )


@pytest.fixture(scope="module")
def creuse() -> Diagnosis:
    return studied("23", n_draws=50)


def test_the_kinds_of_space_hold_every_resident_of_the_country_once(spec):
    """22 % des habitants vivent dans une commune de moins de 2 000 habitants, 11 % dans le périurbain.

    espace     || réponse
    -----------++--------
    rural      ||      22
    periurbain ||      11
    urbain     ||      67
    """
    frame = model.country().frame

    def shares(kind):
        return round(100 * float(frame.population[rurality.kinds() == kind].sum() / frame.population.sum()))

    spec.rows(shares)


def test_each_of_the_four_factors_adds_up(creuse):
    """H-024 : âge, diplôme, niveau de vie, lieu de vie : chacun réunit toutes les personnes, et toutes les concernées."""
    need = creuse.need.value
    for family in ("age", "diplome", "niveau_de_vie", "espace"):
        rows = [row for row in creuse.profile if row.breakdown == family]
        assert sum(row.people for row in rows) == pytest.approx(creuse.universe, rel=1e-3), family
        assert sum(row.concerned for row in rows) == pytest.approx(need, rel=2e-3), family


def test_age_shares_use_the_rates_of_the_drawn_zones(creuse):
    """Ce qu’une petite commune ajoute avant 75 ans, et non après, se lit dans la part de chaque âge."""
    m, rows = creuse.model, creuse.request.zoning.rows
    outcome, small = m.outcomes["need"], m.country.rural[rows]
    aged = np.resize(AGES.index("75+") == AGE_OF, outcome.counts.shape[1])
    counts = outcome.counts[rows].astype(np.float64)
    need_by_age = np.zeros(len(aged))
    for of_space, rates in ((small, outcome.rural), (~small, outcome.rates)):
        need_by_age += counts[of_space].sum(axis=0) * rates.mean(axis=0)
    need_by_age = profile._brought(counts.sum(axis=0), need_by_age[None], np.array([creuse.need.value]))[0]
    (share_75_or_more,) = [row.part.value for row in creuse.profile if row.group == "75+"]
    assert share_75_or_more == pytest.approx(need_by_age[aged].sum() / need_by_age.sum(), abs=0.002)


def test_the_chart_of_what_weighs_has_bars_for_where_people_live(creuse):
    """Le schéma des facteurs montre le lieu de vie, et ne dit donc pas qu’il lui manque."""
    read = presentation.present(Study(creuse, None, (), (), None), fingerprint="")
    chart = evaluation.factors(read)
    bars = [
        label
        for label in ("Moins de 2 000 habitants", "Villes, bourgs compris")
        if label in chart.svg.replace("\xa0", " ")
    ]
    assert len(bars) == 2
    assert "faute de" not in chart.words
    (place,) = [row for row in read.context if row.label.startswith("Dans une commune")]
    assert chart.words.endswith(f"{place.label} : {place.local_share} ici, {place.country} en France.")


def test_the_share_of_small_communes_is_the_same_everywhere(creuse, monkeypatch):
    """Le tableau « Le territoire et la France », etude.json, zones.csv et la fiche disent la même part."""
    (row,) = [row for row in creuse.context if row.id == "ruralite"]
    document = study_json.document(creuse)["zones"]
    people = sum(zone["population"] for zone in document)
    by_zone = sum(zone["part_communes_moins_2000"] * zone["population"] for zone in document) / people
    assert row.local_share == pytest.approx(by_zone, abs=1e-3)
    assert row.local_share > row.country + 0.4
    lines = list(csv.DictReader(study_json.table(creuse).decode().splitlines()))
    assert {line["espace"] for line in lines} == {"rural", "urbain"}
    assert [float(line["part_communes_moins_2000"]) for line in lines] == [r.rural for r in creuse.zones]
    assert any("2\u00a0000 habitants" in x.label for x in presentation.context(creuse))
    village = next(r for r in creuse.zones if r.space == rurality.RURAL)
    (comparison_row,) = [x for x in zone_sheet.comparison(creuse, village) if "(rural)" in x.label]
    assert (comparison_row.here_value, comparison_row.reference_value) == (1.0, pytest.approx(by_zone))


def test_the_map_of_spaces_tells_each_zone(creuse):
    """La carte « Espace » est là dès que deux espaces se côtoient ; chaque zone dit le sien."""
    assert atlas.has_layer(creuse, "espace")
    for r in creuse.zones:
        assert atlas.title(r, "espace").split(" : ")[1].startswith(("rural,", "urbain,"))
        assert atlas.kind(r, "espace") in ("c1", "c2", "c4")


def test_a_filter_for_each_kind_of_space():
    """Trois filtres, qui se partagent tous les habitants, chacun avec sa règle dans son doute."""
    space_filters = [filters.built_in()[id]() for id in filters.OF_KIND]
    assert np.array_equal(sum(each.share for each in space_filters), np.ones(len(space_filters[0].share)))
    assert all(rurality.RULE in each.doubt for each in space_filters)
