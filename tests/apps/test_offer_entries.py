"""The devices, repairs and publics of a place: read by everybody, filtered, counted."""

import json
from datetime import date

import pytest

from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import published
from maillage.apps.directory.places.queries.search import Wanted, search
from maillage.sources.offer import files
from maillage.sources.offer.forms import read as forms
from tests.support.places import place

pytestmark = pytest.mark.django_db
OFFERED = {"state": "offered"}
ROW = {
    "id": "a1",
    "nom": "Bibliothèque Barnave",
    "commune": "Grenoble",
    "code_postal": "38000",
    "adresse": "1 place Grenette",
    "latitude": 45.1916,
    "longitude": 5.7278,
}


def text(client, address: str) -> str:
    return " ".join(client.get(address).content.decode().replace("\xa0", " ").split())


def test_a_sale_says_whether_devices_are_new_or_not_and_is_found_by_it(client):
    place("solidura", {"nom": "Solidura", "practices": {"vente": {**OFFERED, "etats": ["refurbished"]}}})
    place("neuf", {"nom": "Au neuf", "practices": {"vente": {**OFFERED, "etats": ["new"]}}})
    assert "Remis en état" in text(client, "/lieux/solidura/")
    assert "Neuf" in text(client, "/lieux/neuf/")
    map_page = text(client, "/carte/?ou=France&besoin=vente&occasion=1")
    assert "Solidura" in map_page
    assert "Au neuf" not in map_page
    counts = search(Wanted()).facets
    assert (counts["pratique:vente:refurbished"], counts["pratique:vente:new"]) == (1, 1)


def test_a_repair_at_home_or_by_oneself_is_written_and_filtered(client):
    repair = {"reparation": {**OFFERED, "auto_reparation": True, "a_domicile": True}}
    place("cafe", {"nom": "L’atelier", "practices": repair})
    place("aide", {"nom": "Allô numérique", "practices": {"assistance": {**OFFERED, "a_domicile": True}}})
    page = text(client, "/lieux/cafe/")
    assert "On répare soi-même, avec de l’aide." in page
    assert "On vient chez vous." in page
    assert "L’atelier" in (own := text(client, "/carte/?ou=France&soi_meme=1"))
    assert "Allô numérique" not in own
    home = text(client, "/carte/?ou=France&domicile=1")
    assert "L’atelier" in home
    assert "Allô numérique" in home


def test_a_place_that_does_not_wish_to_be_named_for_repairs_is_named_nowhere(client, coordinator):
    practices = {"reparation": {**OFFERED, "discret": True}, "wifi": OFFERED}
    lieu = place("repair-cafe", {"nom": "Repair café", "practices": practices})
    assert "Réparation" not in text(client, "/lieux/repair-cafe/").split("<main")[1].split("</main>")[0]
    assert "Repair café" not in text(client, "/carte/?ou=France&besoin=reparation")
    assert "Repair café" in text(client, "/carte/?ou=France&besoin=wifi")
    row = published.of(published.published().get(pk=lieu.pk))
    assert [*row.sheet["practices"]] == ["wifi"], "nor in the files that everybody takes"
    client.force_login(coordinator)
    form = text(client, "/espace/annuaire/lieux/repair-cafe/pratiques/reparation/")
    assert "ne veut pas être cité comme lieu de réparation" in form
    assert Lieu.objects.get().sheet["practices"] == practices


def test_fragile_publics_are_public_and_who_is_trained_only_among_professionals(client, coordinator):
    lieu = place(
        "csapa", {"publics_fragiles": ["illettrisme", "addictions"], "publics_fragiles_equipe": ["wishing"]}
    )
    public_page = text(client, "/lieux/csapa/")
    assert "Accueille les personnes : qui lisent peu" in public_page
    assert "qui ont une addiction" in public_page
    assert "publics_fragiles_equipe" not in published.of(published.published().get(pk=lieu.pk)).sheet
    client.force_login(coordinator)
    page = text(client, "/espace/annuaire/lieux/csapa/")
    assert "Équipe formée à accueillir ces publics" in page
    assert "Souhaite être formée" in page


def test_telephones_and_plans_are_an_offer_of_their_own_with_or_without_help(client):
    sold = {**OFFERED, "materiel": ["Cartes SIM", "Forfaits"], "avec_aide": True, "etats": ["second_hand"]}
    place("connect", {"nom": "Connexions", "practices": {"telephonie": sold}})
    place("muet", {"nom": "Autre lieu", "practices": {"wifi": OFFERED}})
    page = text(client, "/lieux/connect/")
    assert "Téléphone et forfait à petit prix" in page
    assert "Avec quelqu’un pour apprendre à s’en servir." in page
    map_page = text(client, "/carte/?ou=France&besoin=telephonie")
    assert "Connexions" in map_page
    assert "Autre lieu" not in map_page
    assert search(Wanted()).facets["pratique:telephonie:avec_aide"] == 1
    for word in ("forfait", "carte+sim"):
        map_page = text(client, f"/carte/?mot={word}")
        assert "Connexions" in map_page and "Autre lieu" not in map_page


def test_the_problems_of_a_wifi_are_written_and_counted(client):
    for slug in ("a", "b"):
        place(slug, {"practices": {"wifi": {**OFFERED, "soucis": ["namesakes", "cuts"]}}})
    page = text(client, "/lieux/a/")
    assert "À savoir : deux personnes du même nom ne peuvent pas s’inscrire" in page
    assert search(Wanted()).facets["pratique:wifi:cuts"] == 2


def test_what_a_course_teaches_and_for_whom_is_written_and_counted(client):
    """H-012, H-021 à H-023 : ce qu’on y apprend, et qui est accueilli, sur la page du lieu."""
    taught = {**OFFERED, "objets": ["basics", "procedures"]}
    place("cours", {"publics_fragiles": ["sans_domicile", "mobilite"], "practices": {"formation": taught}})
    page = text(client, "/lieux/cours/")
    assert "On y apprend : les gestes de base" in page
    assert "Accueille les personnes : sans domicile" in page
    assert "qui se déplacent difficilement" in page
    assert search(Wanted()).facets["pratique:formation:basics"] == 1


@pytest.mark.parametrize("words", ["Cartes SIM", "Forfaits solidaires", "Téléphonie"])
def test_a_file_that_names_telephony_is_read(words):
    sheet = forms.parse(json.dumps([{**ROW, "services": words}]).encode(), "lieux.json")
    (row,) = files.places(sheet, today=date(2026, 11, 20), source="Réseau").rows
    assert row.sheet["practices"]["telephonie"]["state"] == "offered"


def test_where_a_team_goes_out_of_its_walls_is_written_and_filtered(client, coordinator):
    place("mdh", {"nom": "Maison des habitants", "hors_les_murs_ou": ["district", "outside"]})
    place("muet", {"nom": "Autre lieu", "hors_les_murs": True})
    page = text(client, "/lieux/mdh/")
    assert "L’équipe vient aussi ailleurs : dans un quartier prioritaire ; sur un marché" in page
    assert "L’équipe vient aussi ailleurs" not in text(client, "/lieux/muet/")
    map_page = text(client, "/carte/?ou=France&quartier=1")
    assert "Maison des habitants" in map_page
    assert "Autre lieu" not in map_page
    client.force_login(coordinator)
    form = text(client, "/espace/annuaire/lieux/mdh/")
    assert "Où, hors de ses murs" in form
    assert "Quartier prioritaire (QPV)" in form


def test_internet_in_the_lodgings_of_a_landlord_is_written_filtered_and_linked(client):
    practice = {**OFFERED, "logements": True, "avec_aide": True, "frais_precisions": "5 euros par mois"}
    place("bailleur", {"nom": "Un bailleur", "practices": {"telephonie": practice}})
    place("boutique", {"nom": "Une boutique", "practices": {"telephonie": OFFERED}})
    assert "Internet arrive dans les logements." in text(client, "/lieux/bailleur/")
    assert "?besoin=telephonie&amp;logement=1" in client.get("/connexions/").content.decode()
    map_page = text(client, "/carte/?ou=France&besoin=telephonie&logement=1")
    assert "Un bailleur" in map_page
    assert "Une boutique" not in map_page
