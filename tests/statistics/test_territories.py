"""The gazetteer makes a commune when it is asked for: the same one, alone or among all."""

import re

import numpy as np
import pytest

from maillage.sources import cog, rp2021
from maillage.statistics.need import population
from maillage.statistics.zones.territories import WITH_ARTICLE, Gazetteer, gazetteer, rows_of
from maillage.words.wording import at

CODES = ("38185", "75056", "69381", "2A004", "97608", "200040715", "38", "R84", "france")


@pytest.fixture(scope="module")
def tables():
    return cog.communes(), cog.former(), rp2021.iris()


def test_a_territory_is_the_same_alone_or_among_all(tables):
    alone, listed = Gazetteer(*tables), Gazetteer(*tables)
    among = {each.code: each for each in listed}
    for code in CODES:
        assert code in alone
        assert alone.get(code) == among[code] == listed.get(code)
    assert [each.code for each in alone] == list(among)
    assert len(among) > 36_000
    assert "99999" not in alone


def test_the_order_does_not_depend_on_earlier_requests(tables):
    queried = Gazetteer(*tables)
    queried.get("95680")
    queried.find("38000")
    assert [each.code for each in queried][:3] == [each.code for each in Gazetteer(*tables)][:3]
    assert list(queried)[-1].code == "france"


@pytest.mark.parametrize(
    ("code", "of_name"),
    [
        ("38", "de l’Isère"),
        ("06", "des Alpes-Maritimes"),
        ("R32", "des Hauts-de-France"),
        ("R44", "du Grand Est"),
        ("49", "de Maine-et-Loire"),
        ("R94", "de Corse"),
        ("974", "de La Réunion"),
        ("86", "de la Vienne"),
        ("38544", "de Vienne"),
        ("38151", "d’Échirolles"),
        ("76351", "du Havre"),
        ("200040715", "de Grenoble-Alpes-Métropole"),
        ("200065886", "de Loire Forez Agglomération"),
        ("243500782", "de la communauté d’agglomération du Pays de Saint Malo"),
        ("200030658", "de la communauté de communes du Trièves"),
        ("france", "de la France"),
    ],
)
def test_a_territory_takes_its_own_article_after_de(code, of_name):
    assert gazetteer().get(code).of_name == of_name


def test_no_name_keeps_its_article_or_its_vowel_apart():
    for territory in gazetteer():
        name = territory.long_name
        assert not re.match(r"d[eu] (?:[AEIOUÀÂÉÈÊÎÔŒ]|Les? )", territory.of_name), name
        assert not re.match(r"à Les? ", at(name)), name
        if territory.kind == "commune" and name.startswith(("Le ", "Les ")):
            assert territory.of_name.startswith(("du ", "des ")), name
            assert at(name).startswith(("au ", "aux ")), name


def test_every_name_with_an_article_is_one_of_a_departement_or_of_a_region():
    known = {each.name for each in gazetteer() if each.kind in ("departement", "region")}
    named = [name for names in WITH_ARTICLE.values() for name in names]
    assert set(named) <= known
    assert len(named) == len(set(named))


def test_an_etablissement_public_territorial_is_found_and_holds_its_communes():
    """Les onze couvrent le Grand Paris sans Paris ; on les trouve par leur nom, et une commune dit le sien."""
    known = gazetteer()
    iris = population.sources().rp2021
    (plaine,) = known.find("plaine commune")
    assert (plaine.code, plaine.kind, plaine.n_communes) == ("200057867", "ept", 8)
    assert known.get("93066").within[0] == ("200057867", "Plaine Commune")
    communes = set(iris["commune"][rows_of(plaine, iris)].tolist())
    assert {"93001", "93066"} < communes
    assert len(communes) == plaine.n_communes
    rows = np.concatenate([rows_of(one, iris) for one in known if one.kind == "ept"])
    metropolis = rows_of(known.get("200054781"), iris)
    assert np.setdiff1d(metropolis, rows).tolist() == np.flatnonzero(iris["commune"] == "75056").tolist()
    assert len(rows) == len(np.unique(rows))


def test_an_epci_over_two_departements_names_both():
    assert gazetteer().get("200059228").place == "Essonne (91) et Seine-et-Marne (77)"
    assert gazetteer().get("200068989").place == "Côtes-d’Armor (22)"
