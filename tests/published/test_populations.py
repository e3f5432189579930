"""Les habitants du recensement de 2021 : nos sommes d’IRIS sont les populations que l’Insee publie.

Le fichier par IRIS est arrondi à l’unité. La somme de n lignes s’écarte donc du nombre publié d’à peu près la
racine de
n / 12 : on accepte trois fois cela, et une personne au moins.
"""

from math import sqrt

import numpy as np
import pytest
from pytest import approx

from maillage.kernel.table import group, total_by
from maillage.reference.definitions import DEFAULT, definition
from maillage.sources import cog, rp2018
from maillage.sources.read import select
from maillage.statistics.engine.ages import SIX
from maillage.statistics.need import national
from maillage.statistics.need import population as frames
from maillage.statistics.zones import territories

FRANCE = 67_408_052  # populations légales 2021, France hors Mayotte : somme des dix-sept régions publiées
LEVELS = ("iris", "commune", "epci", "departement", "region")
COLUMNS = {"ensemble": "pop", "0-19": "pop_0_19", "65+": "pop_65p"}
CLASSES = ("0-14", "15-29", "30-44", "45-59", "60-74", "75+")
# Îles que leur situation dispense d’appartenir à une intercommunalité.
ALONE = {"22016", "29083", "29155", "85113"}


def rounding(rows: int) -> float:
    return max(1.0, 3 * sqrt(rows / 12))


@pytest.fixture(scope="module")
def iris():
    return frames.sources().rp2021


def test_every_published_population_is_the_sum_of_its_iris(iris, published):
    """Régions, départements, intercommunalités et communes : la somme des IRIS est la population publiée,
    à l’arrondi.
    """
    compared = 0
    for row in published("populations_2021"):
        if row["mesure"] not in COLUMNS:
            continue
        inside = iris[row["niveau"]] == row["code"]
        n_people = iris[COLUMNS[row["mesure"]]][inside].sum()
        assert n_people == approx(float(row["valeur"]), abs=rounding(int(inside.sum()))), row
        compared += 1
    assert compared >= 60


def test_the_gazetteer_shows_the_published_population(published):
    """La population affichée d’un territoire est la population publiée, à l’arrondi des IRIS près."""
    gazetteer = territories.gazetteer()
    for row in published("populations_2021"):
        if row["mesure"] != "ensemble":
            continue
        code = f"R{row['code']}" if row["niveau"] == "region" else row["code"]
        territory = gazetteer.get(code)
        rows = territories.rows_of(territory, frames.sources().rp2021)
        assert territory.population == approx(float(row["valeur"]), abs=rounding(len(rows))), row


def test_the_seventeen_regions_make_the_country(iris, published):
    """Les dix-sept régions publiées font 67 408 052 habitants ; nos IRIS aussi, à l’arrondi près."""
    regions = [row for row in published("populations_2021") if row["niveau"] == "region"]
    assert sum(int(row["valeur"]) for row in regions) == FRANCE
    assert {row["code"] for row in regions} == set(iris["region"].tolist())
    assert iris["pop"].sum() == approx(FRANCE, abs=rounding(len(iris)))


def test_ages_of_the_country_are_the_published_ones(iris, place):
    """Les classes d’âge publiées pour la France (POP3, 2021) sont les sommes des IRIS, à l’arrondi près."""
    table = select("insee-pop3-2021", "select age, people::double as people from raw")
    people = dict(zip(table["age"].tolist(), table["people"].tolist(), strict=True))
    assert sum(people.values()) == approx(
        55_559_017, abs=len(people) / 2
    )  # l’ensemble publié ; les lignes sont arrondies
    within = rounding(len(iris))
    assert iris["pop_65p"].sum() == approx(people["65-79"] + people["80+"], abs=within)
    assert iris["pop_20_64"].sum() == approx(
        sum(people[age] for age in ("20-24", "25-39", "40-54", "55-64")), abs=within
    )
    assert iris["pop_0_19"].sum() == approx(FRANCE - sum(people.values()) + people["15-19"], abs=within)
    # Nos quinze ans et plus sont ajustés, pas lus : à mille personnes près sur 55 millions.
    assert place.frame.adults.sum() == approx(55_559_017, abs=2_000)


def test_every_iris_belongs_to_a_commune_of_today(iris):
    """Aucun habitant ne disparaît par un ancien code : chaque commune publiée mène à une commune
    d’aujourd’hui, jamais à un
    arrondissement."""
    communes = cog.communes()
    today = set(communes["code"][communes["parent"] == ""].tolist())
    assert set(iris["commune"].tolist()) <= today
    assert np.array_equal(cog.current(iris["published"]), iris["commune"])
    assert (iris["departement"] != "").all()
    assert (iris["region"] != "").all()


def test_former_codes_keep_their_residents(iris):
    """Les communes fusionnées depuis le recensement sont comptées dans la nouvelle, intercommunalité
    comprise.
    """
    communes = cog.communes()
    former = ~np.isin(iris["published"], communes["code"])
    assert former.any()
    assert iris["pop"][former].sum() > 50_000  # les ignorer se verrait
    assert (iris["epci"][former] != "").all()
    assert (iris["commune"][former] != iris["published"][former]).all()
    for new in np.unique(iris["commune"][former]).tolist():
        inside = iris["commune"] == new
        parts = np.unique(iris["published"][inside])
        assert len(parts) >= 1
        assert territories.gazetteer().get(new).population == iris["pop"][inside].sum()


def test_only_four_islands_are_outside_any_intercommunalite(iris):
    """Hors intercommunalité : quatre communes insulaires, et personne d’autre."""
    assert set(iris["commune"][iris["epci"] == ""].tolist()) == ALONE


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_adds_up_to_the_country(level, iris):
    """À chaque niveau, la même France : les quatre îles hors intercommunalité y tiennent leur propre
    ligne.
    """
    table = national.estimate(level, definition(DEFAULT), n_draws=4)
    assert table["population"].sum() == approx(iris["pop"].sum(), abs=1e-6)
    assert table["whole"] == approx(table["population"], abs=1e-6)
    if level == "epci":
        assert sum(len(code) == 5 for code in table["code"].tolist()) == 4
    assert len(set(table["code"].tolist())) == len(table)


def test_arrondissements_make_their_commune(iris):
    """Les arrondissements de Paris, Lyon et Marseille restent lisibles seuls et font leur commune."""
    gazetteer = territories.gazetteer()
    communes = cog.communes()
    for parent in ("75056", "69123", "13055"):
        parts = communes["code"][communes["parent"] == parent].tolist()
        assert sum(gazetteer.get(code).population for code in parts) == gazetteer.get(parent).population


def test_the_census_of_2018_keeps_its_residents_through_mergers():
    """Les communes du RP2018 fusionnées depuis sont additionnées : le total des habitants ne change pas."""
    raw = select(
        "insee-rp2018-communes",
        "select sum(pop_tot)::double as pop, sum(pop_non_scol_15p)::double as adults from raw",
    )
    table = rp2018.communes()
    assert table["pop"].sum() == approx(float(raw["pop"][0]), rel=1e-12)
    assert table["not_studying"].sum() == approx(float(raw["adults"][0]), rel=1e-12)


def test_the_residents_of_every_area_are_its_ages(place):
    """Un IRIS garde sa population exacte : ses âges ajustés font ses habitants."""
    frame = place.frame
    assert np.abs(frame.ages.sum(axis=1) - frame.population).max() < 1e-6
    assert np.abs(frame.ages[:, 1:].sum(axis=1) - frame.adults).max() < 1e-6
    names, at = group(frame.commune)
    assert total_by(at, frame.population, len(names)).sum() == approx(frame.population.sum(), abs=1e-6)


def ages_of(place, level: str, code: str) -> dict[str, float]:
    inside = getattr(place.frame, level) == code
    bins = place.frame.ages[inside].sum(axis=0)
    classes = {name: float(bins[list(members)].sum()) for name, members in zip(CLASSES, SIX, strict=True)}
    return {
        **classes,
        "15+": float(place.frame.adults[inside].sum()),
        "15+ en logement ordinaire": float(place.frame.universe[inside].sum()),
    }


# Ce qui nous inquiéterait, en part de l’effectif publié. Les âges fins sont ajustés depuis des recensements
# plus anciens
# et le profil national : ils se trompent davantage là où la population est jeune et change vite.
AGE_BOUNDS = {
    ("245901160", "0-14"): 0.02,
    ("245901160", "15-29"): 0.02,
    ("245901160", "30-44"): 0.04,
    ("245901160", "45-59"): 0.04,
    ("245901160", "60-74"): 0.05,
    ("245901160", "75+"): 0.08,
    ("200033090", "0-14"): 0.03,
    ("200033090", "15-29"): 0.08,
    ("200033090", "30-44"): 0.18,
    ("200033090", "45-59"): 0.08,
    ("200033090", "60-74"): 0.30,
    ("200033090", "75+"): 0.05,
    ("245701206", "15+"): 0.01,
    ("245701206", "15+ en logement ordinaire"): 0.02,
    ("50394", "15+"): 0.03,
}


def test_fine_ages_stay_near_the_published_ones(place, published):
    """Quatre territoires dont l’Insee publie les âges de 2021 : Valenciennes à 5 % près, 75 ans et plus à 8
    %.

    La CC Plaines et Monts de France, très jeune et en forte croissance, dit la limite de la méthode : ses
    30-44 ans sont
    sous-estimés de 13 %, ses 60-74 ans surestimés de 22 %, parce que ses petites communes prennent le profil
    national
    entre 20 et 64 ans.
    """
    compared = set()
    for row in published("populations_2021"):
        key = (row["code"], row["mesure"])
        if key not in AGE_BOUNDS:
            continue
        n_people = ages_of(place, row["niveau"], row["code"])[row["mesure"]]
        assert n_people == approx(float(row["valeur"]), rel=AGE_BOUNDS[key]), (row["nom"], row["mesure"])
        compared.add(key)
    assert compared == set(AGE_BOUNDS)
