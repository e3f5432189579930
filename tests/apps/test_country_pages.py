"""A site for another country: its territories, its directory, its sources, and what says that it is France's."""

import csv
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest
from django.apps import apps

from maillage.apps.platform.country import queries, rules
from maillage.reference.files import PROJECT
from maillage.statistics.country import card as cards
from maillage.statistics.country import diagnosis
from tests.support.profile import some

pytestmark = pytest.mark.django_db
SAMPLE = PROJECT / "data" / "pays" / "exemple"
PAGES = {
    "accueil": "/",
    "recherche": "/territoires/?q=nord",
    "pays": "/territoires/pays/",
    "district": "/territoires/district-N01/?definition=etendue",
    "secteur": "/territoires/area-0N0100/",
    "carte": "/carte/?q=cours&ou=Nord-Plaine+1",
    "lieu": "/lieux/L01/",
    "donnees": "/donnees/",
    "sources": "/sources/",
}


@pytest.fixture(scope="session")
def counted(tmp_path_factory) -> Path:
    """The sample country, counted once for all tests."""
    folder = tmp_path_factory.mktemp("pays")
    diagnosis.prepare(SAMPLE, folder / "pays")
    return folder


@pytest.fixture
def site(client, counted, settings):
    """A browser on the site of the sample country."""
    settings.HOME = counted
    settings.ROOT_URLCONF = "maillage.manage.country_urls"
    return client


@pytest.mark.parametrize("name", some(PAGES, "accueil"))
def test_each_page_answers_and_leads_nowhere_else_than_the_site(site, name):
    page = site.get(PAGES[name]).content.decode()
    assert "<h1" in page
    links = {each for each in re.findall(r'href="(/[^"#?]*)', page) if not each.startswith("/statique/")}
    assert len(links) > 4
    assert [each for each in links if site.get(each).status_code != 200] == []


def test_a_territory_has_its_figure_its_interval_its_zones_and_what_is_missing(site):
    page = site.get("/territoires/pays/").content.decode()
    page_text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page)).replace("\xa0", " ")
    assert "environ 36 800" in page_text
    assert "entre 34 800 et 38 600" in page_text
    assert "Province de l’Est 12 700 11 900 – 13 500 32 %" in page_text
    assert "Nord-Plaine 2, secteur 8 environ 940 personnes de plus" in page_text
    assert 'data-zone="province-N"' in page
    assert "15 % de ces personnes ont un lieu à moins de 1 500 m à vol d’oiseau" in page_text


def test_a_search_opens_the_only_territory_that_it_may_mean(site):
    answer = site.get("/territoires/?q=province+sud&aller=1")
    assert answer.status_code == 302
    assert answer["Location"] == "/territoires/province-S/"
    assert site.get("/territoires/?q=N01&aller=1")["Location"] == "/territoires/district-N01/"
    assert "Aucun territoire ne porte ce nom" in site.get("/territoires/?q=zzz").content.decode()


def test_the_table_of_a_territory_adds_up_to_it(site):
    rows = list(csv.DictReader(io.StringIO(site.get("/territoires/pays/zones.csv").content.decode())))
    assert [row["niveau"] for row in rows] == ["pays", "province", "province", "province"]
    assert sum(float(row["valeur"]) for row in rows[1:]) == pytest.approx(float(rows[0]["valeur"]), rel=1e-6)


def test_a_wider_definition_counts_more(site):
    country = queries.country()
    usual, wide = (country.territories(each.id)["pays"].need.value for each in country.pack.definitions)
    assert wide > usual
    page = site.get("/territoires/pays/?definition=etendue").content.decode()
    assert "renoncent au moins une fois par an" in page


def test_directory_is_searched_by_words_and_territory(site):
    def names(address: str) -> list[str]:
        return re.findall(r'<a href="/lieux/[^"]+">([^<]+)</a>', site.get(address).content.decode())

    everything = names("/carte/")
    assert len(everything) == 18
    assert names("/carte/?q=mediatheque") == [each for each in everything if each.startswith("Médiathèque")]
    north = names("/carte/?ou=province-N")
    assert len(north) == 11
    assert set(north) < set(everything)
    assert names("/carte/?ou=ailleurs") == []


@pytest.mark.parametrize("days", ["Mo-Fr,PH", "PH,Mo-Fr", "Mo-Fr,SH,PH"])
def test_a_holiday_among_the_days_of_a_rule_opens_nothing_by_the_calendar_of_france(days):
    """Le 15 août est férié en France, pas partout : ce samedi-là reste un samedi, et la règle reste lue."""
    saturday, monday = datetime(2026, 8, 15, 10), datetime(2026, 8, 17, 10)
    pack = cards.read(SAMPLE)
    assert queries.hours(pack, f"{days} 09:00-17:00", saturday).state == "closed"
    assert queries.hours(pack, f"{days} 09:00-17:00", monday).state == "open"


def test_a_sheet_tells_hours_by_the_holidays_of_its_country(site, monkeypatch):
    def at(day: int) -> str:
        moment = datetime(2026, 11, day, 9, tzinfo=UTC)  # eleven o’clock there
        monkeypatch.setattr("maillage.apps.platform.country.views.timezone.now", lambda: moment)
        return site.get("/lieux/L01/").content.decode()

    assert "Ouvert jusqu’à 18" in at(24)
    assert "Fête des Lumières, le 30 novembre 2026" in at(24)
    assert "Aujourd’hui, Fête des Lumières : appelez avant" in at(30)
    assert "Ouvert jusqu’à" not in at(30)
    # A holiday of France alone closes nothing: the reader of hours knows no other.
    assert "11 novembre" not in at(11)
    assert "Ouvert jusqu’à 18" in at(11)


@pytest.mark.parametrize(
    ("address", "feature"), [("/bilan/", "autonomy"), ("/espace/", "worklist"), ("/methodes/", "site")]
)
def test_an_address_of_france_says_why_it_is_not_here(site, address, feature):
    answer = site.get(address)
    assert answer.status_code == 404
    assert rules.reason(feature) in answer.content.decode()


def test_an_address_of_nobody_is_only_absent(site):
    for address in ("/nulle/part/", "/territoires/38185/", "/lieux/absent/", "/donnees/absent.csv"):
        answer = site.get(address)
        assert answer.status_code == 404
        assert "Cette page n’existe pas" in answer.content.decode(), address


def test_every_feature_says_what_is_frances_in_it():
    app_names = {each.label for each in apps.get_app_configs() if "maillage.apps" in each.name}
    assert app_names - {"country"} == set(rules.FRANCE_ONLY)
    page = (PROJECT / "docs" / "autres-pays.md").read_text("utf-8")
    assert [each for each in rules.FRANCE_ONLY.values() if each not in page] == []


def test_the_pages_of_france_know_nothing_of_another_country(client):
    page = client.get("/carte/").content.decode()
    assert "Faire le point" in page
    assert "Ce qui n’est pas encore ici" not in page


def test_a_country_whose_places_nobody_gave_says_that_it_is_not_known(client, tmp_path, settings):
    folder = copytree(SAMPLE, tmp_path / "exemple")
    (folder / "places.csv").unlink()
    diagnosis.prepare(folder, tmp_path / "pays")
    settings.HOME, settings.ROOT_URLCONF = tmp_path, "maillage.manage.country_urls"
    page = re.sub(r"\s+", " ", client.get("/territoires/pays/").content.decode())
    assert "on ne sait pas qui en a un à portée" in page
    assert "On ne le sait pas : personne n’a encore donné les lieux de ce pays." in page
    assert "de ces personnes ont un lieu" not in page
    (country_row, *_) = csv.DictReader(io.StringIO(client.get("/donnees/pays.csv").content.decode()))
    assert country_row["part_avec_un_lieu"] == ""
