"""Ce qui sort de l’annuaire par des pages : données, dossier à publier, flux, annuaire à imprimer."""

import csv
import io
import json
import re
import zipfile
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maillage.apps.directory.intake.actions import importing
from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Change, Import, Source
from maillage.apps.directory.places.queries import exports, news, paper, scope
from maillage.apps.site.structures.forms.network import GroupForm
from maillage.apps.territories.forms import TerritoryField, candidates
from maillage.apps.territories.models import Perimeter
from maillage.publishing.directory.formats import loss
from tests.support.lieux import lieu, offering

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
ECHIROLLES = {
    "commune": "Échirolles",
    "code_insee": "38151",
    "code_postal": "38130",
    "latitude": 45.1436,
    "longitude": 5.7183,
}
PARIS = {
    "commune": "Paris",
    "code_insee": "75111",
    "code_postal": "75011",
    "latitude": 48.8594,
    "longitude": 2.3765,
}
ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(autouse=True)
def _no_memory(db):
    cache.clear()


def text(client, address, status=200, **params):
    response = client.get(address, params)
    assert response.status_code == status, response.content[:300]
    return response.content.decode()


def body(response) -> bytes:
    return b"".join(response.streaming_content)


# ------------------------------------------------------------------------------------------------------- page


def test_every_format_is_offered_with_its_size_and_what_it_loses(client):
    lieu("a")
    page = text(client, "/donnees/")
    for name, file in exports.FILES.items():
        assert f'href="/donnees/{name}"' in page
        size = len(body(client.get(f"/donnees/{name}")))
        assert f"{max(size // 1000, 1)} ko" in page
        for sentence in loss.loss_sentences(file.format):
            assert sentence[:40].split("«")[0].strip() in page.replace("\u00a0", " ")


@pytest.mark.both_databases
def test_each_source_states_its_licence_and_share_alike(client):
    lieu("a")
    other = Source.objects.create(name="Mairie", licence="Licence Ouverte 2.0")
    moved = lieu("b")
    moved.source = other
    moved.save()
    page = text(client, "/donnees/")
    assert "sous licence ODbL" in page
    assert "publiez-la sous la même licence" in page
    assert "Licence Ouverte 2.0" in page
    moved.source.lieux.exclude(pk=moved.pk).delete()
    Source.objects.exclude(pk=other.pk).get().lieux.all().delete()
    assert "sous licence ODbL" not in text(client, "/donnees/")


@pytest.mark.both_databases
def test_source_without_licence_is_labelled(client):
    place = lieu("a")
    place.source.licence = ""
    place.source.save()
    assert "Demandez au producteur avant de réutiliser" in text(client, "/donnees/")


def test_a_territory_is_chosen_by_code_by_name_or_by_perimeter(client):
    lieu("a")
    lieu("b", sheet=ECHIROLLES)
    lieu("c", sheet=PARIS)
    Perimeter.objects.create(
        slug="mon-perimetre",
        name="Mon périmètre",
        code="38",
        reason="r",
        zones="code_zone,nom_zone,code\nz,Z,38151\n",
        file_name="z",
    )
    for territory, n in (
        ("38", 2),
        ("Isère", 2),
        ("Grenoble", 1),
        ("200040715", 2),
        ("mon-perimetre", 1),
        ("75056", 1),
        ("", 3),
        ("france", 3),
    ):
        page = text(client, "/donnees/", territoire=territory)
        assert re.search(rf'id="fichiers">{n} lieu', page), territory
    assert "plusieurs territoires vont" in text(client, "/donnees/", status=404, territoire="Saint-Denis")
    assert "aucun territoire ne s’appelle ainsi" in text(client, "/donnees/", status=404, territoire="zzzqqq")


def test_a_perimeter_of_a_longer_name_takes_that_of_no_territory(client):
    lieu("a")
    lieu("b", sheet=ECHIROLLES)
    for slug, name in (("voisins", "Grenoble et ses voisins"), ("isere-sud", "Isère, sud")):
        zones = "code_zone,nom_zone,code\nz,Z,38151\n"
        Perimeter.objects.create(slug=slug, name=name, code="38", reason="r", zones=zones, file_name="z")
    for typed, name in (
        ("Grenoble", "Grenoble"),
        ("isere", "Isère"),
        ("grenoble voisins", "Grenoble et ses voisins"),
        ("Isère, sud", "Isère, sud"),
    ):
        chosen_scope, _ = scope.typed(typed)
        assert chosen_scope is not None and chosen_scope.name == name, typed
    assert candidates("Isère")[0] == ("38", "Isère, département")
    assert "isere-sud" not in dict(candidates("Isère"))
    field = TerritoryField()
    assert [field.clean(each) for each in ("grenoble voisins", "Grenoble", "38")] == [
        "voisins",
        "38185",
        "38",
    ]
    with pytest.raises(ValidationError, match="Plusieurs territoires s’appellent « Saint-Denis »"):
        field.clean("Saint-Denis")
    assert field.clean("Saint-Denis (97411)") == "97411", "chosen among the suggestions"
    assert "data-suggestions" in field.widget.attrs
    for typed in ("Lannion-Trégor Communauté", "CA Lannion-Trégor Communauté", "lannion tregor"):
        assert field.clean(typed) == "200065928", "the title of its page, its official name, its words"
    assert scope.typed("Communauté de communes Grand-Figeac")[0].code == "200067361"
    assert GroupForm.base_fields["territoire"].clean("Isère, sud") == "isere-sud"
    assert GroupForm.base_fields["territoire"].clean("") == ""
    Perimeter.objects.filter(slug="isere-sud").update(name="Isère")
    assert [code for code, _ in candidates("Isère")] == ["isere-sud", "38"]


@pytest.mark.both_databases
def test_a_territory_without_places_says_what_to_do(client):
    lieu("a")
    page = text(client, "/donnees/", territoire="29")
    assert "Aucun lieu ici pour l’instant" in page
    assert 'href="/carte/"' in page


# ------------------------------------------------------------------------------------------------------ files


@pytest.mark.both_databases
def test_a_file_holds_the_places_of_its_territory(client):
    lieu("a")
    lieu("b", sheet=ECHIROLLES)
    lieu("c", sheet=PARIS)
    lieu("caché", state=rules.EXCLUDED)

    def ids(address):
        return [row["id"] for row in csv.DictReader(io.StringIO(body(client.get(address)).decode()))]

    assert ids("/donnees/lieux.csv") == ["a", "b", "c"]
    assert ids("/donnees/lieux.csv?territoire=38") == ["a", "b"]
    assert ids("/donnees/tableau.csv?territoire=38151") == ["b"]
    points = json.loads(body(client.get("/donnees/lieux.geojson?territoire=75")))["features"]
    assert [each["id"] for each in points] == ["c"]
    assert [row["id"] for row in json.loads(body(client.get("/donnees/lieux.json")))] == ["a", "b", "c"]


def test_archives_hold_what_the_command_writes(client):
    lieu("a")
    with zipfile.ZipFile(io.BytesIO(body(client.get("/donnees/data-inclusion.zip")))) as archive:
        assert archive.namelist() == ["services.json", "structures.json"]
    with zipfile.ZipFile(io.BytesIO(body(client.get("/donnees/hsds.zip")))) as archive:
        names = archive.namelist()
    assert "organization.json" in names
    assert any(name.startswith("csv/") for name in names)
    assert not any(name.endswith(".zip") for name in names)


def test_a_file_is_made_once_then_again_when_a_place_changes(client, settings, monkeypatch):
    place = lieu("a")
    calls = []
    real = exports.written
    monkeypatch.setattr(
        exports, "written", lambda *arguments, **more: calls.append(1) or real(*arguments, **more)
    )
    first = client.get("/donnees/lieux.csv")
    before = body(first)
    assert body(client.get("/donnees/lieux.csv")) == before
    assert len(calls) == 1
    assert client.get("/donnees/lieux.csv", headers={"If-None-Match": first["ETag"]}).status_code == 304
    sheets.edit(place, {"nom": "Un autre nom"}, by="la structure", at=timezone.now())
    assert "Un autre nom" in body(client.get("/donnees/lieux.csv")).decode()
    assert len(calls) == 2
    assert len(list((settings.HOME / "exports").iterdir())) == 1, "files of the former state are gone"


def test_a_file_that_does_not_exist_is_not_found(client):
    assert client.get("/donnees/lieux.xls").status_code == 404
    assert client.get("/donnees/lieux.csv?territoire=zzz").status_code == 404


def test_a_map_of_another_site_may_read_the_points(client):
    lieu("a")
    assert client.get("/donnees/lieux.geojson")["Access-Control-Allow-Origin"] == "*"


def test_too_many_files_are_refused_for_the_hour(client, monkeypatch):
    lieu("a")
    monkeypatch.setattr(access, "ANSWERS_AN_HOUR", 1)
    assert client.get("/donnees/lieux.csv").status_code == 200
    assert client.get("/donnees/lieux.json").status_code == 429
    assert client.get("/donnees/lieux.csv").status_code == 200, "a file already made costs nothing"


# ---------------------------------------------------------------------------------------------------- publish

GOOD = {
    "producteur": "213 801 855 00015",
    "nom": "Ville de Grenoble",
    "territoire": "Grenoble",
    "frequence": "monthly",
}


def test_the_folder_to_publish_says_the_licence_of_its_sources(client, coordinator):
    lieu("a")
    client.force_login(coordinator)
    answer = client.post("/espace/annuaire/publier/", GOOD)
    assert answer["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        names = archive.namelist()
        about = json.loads(archive.read("publier.json"))
    on = timezone.localdate().isoformat()
    assert f"{on}_21380185500015_lieux-de-mediation-numerique_Grenoble.csv" in names
    assert "rapport.csv" in names
    assert about["license"] == "odc-odbl", (
        "what a source shares alike is never published under another licence"
    )
    assert (about["zone"], about["frequency"]) == ("fr:commune:38185", "monthly")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"producteur": "21380185500016"}, "Ce numéro ne va pas"),
        ({"territoire": "Saint-Denis"}, "Écrivez le code"),
        ({"territoire": "zzzqqq"}, "Aucun territoire ne s’appelle ainsi"),
        ({"territoire": "Brest"}, "aucun lieu ne peut être publié"),
    ],
)
def test_unpublishable_form_is_refused_and_input_is_preserved(client, coordinator, changed, words):
    lieu("a")
    client.force_login(coordinator)
    answer = client.post("/espace/annuaire/publier/", {**GOOD, **changed})
    page = answer.content.decode()
    assert words in page
    assert "Ville de Grenoble" in page


# ------------------------------------------------------------------------------------------------------- feed


def feed_of(client, **params):
    return ElementTree.fromstring(client.get("/flux/lieux.atom", params).content)


def entries(client, **params):
    feed = feed_of(client, **params)
    return [
        (entry.findtext("a:title", namespaces=ATOM), entry.findtext("a:summary", namespaces=ATOM))
        for entry in feed.findall("a:entry", ATOM)
    ]


def changed(place, before, at, **more):
    return Change.objects.create(
        lieu=place,
        verb="edit",
        at=at,
        by="claire@exemple.fr",
        before=before,
        after=sheets.snapshot(place),
        **more,
    )


@pytest.mark.both_databases
def test_the_feed_tells_what_came_changed_or_ended_never_who(client):
    a = lieu("a")
    changed(a, None, AT)
    b = lieu("b", sheet=ECHIROLLES)
    changed(b, None, AT)
    sheets.edit(
        b, {"telephone": ["+33476000001"]}, by="claire@exemple.fr", at=datetime(2026, 4, 1, tzinfo=UTC)
    )
    sheets.set_state(
        a, rules.ENDED, by="claire@exemple.fr", at=datetime(2026, 5, 1, tzinfo=UTC), reason="Déménagement"
    )
    assert entries(client) == [
        ("Lieu fermé pour de bon : Lieu a (Grenoble)", "Ce lieu n’accueille plus."),
        ("Lieu modifié : Lieu b (Échirolles)", "A changé : téléphone."),
    ]
    assert entries(client, territoire="38151") == [
        ("Lieu modifié : Lieu b (Échirolles)", "A changé : téléphone.")
    ]
    assert b"claire" not in client.get("/flux/lieux.atom").content


def test_a_feed_is_read_whatever_was_pasted_in_a_name(client):
    """PowerPoint colle un signe que XML interdit : un nom de lieu ne ferme pas le flux de tous."""
    pasted = lieu("a", sheet={**ECHIROLLES, "nom": "Lieu\x0b ]]><script>\ufffe"})
    changed(pasted, None, AT)
    sheets.set_state(pasted, rules.ENDED, by="claire@exemple.fr", at=AT, reason="Déménagement")
    (entry,) = entries(client)
    assert entry[0] == "Lieu fermé pour de bon : Lieu ]]><script> (Échirolles)"


def test_the_feed_and_its_entries_are_the_same_at_another_address(client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    changed(lieu("a"), None, AT)

    def numbers(host: str) -> list[str | None]:
        feed = ElementTree.fromstring(client.get("/flux/lieux.atom", headers={"host": host}).content)
        return [each.text for each in feed.iter(f"{{{ATOM['a']}}}id")]

    entry_ids = numbers("maillage.exemple.fr")
    assert entry_ids == numbers("autre.exemple.org")
    assert len(entry_ids) == 2 and not any("exemple" in each for each in entry_ids if each)


def test_what_only_professionals_read_is_no_news(client):
    a = lieu("a")
    changed(a, None, AT)
    sheets.edit(a, {"notes": "à rappeler"}, by="x", at=datetime(2026, 4, 1, tzinfo=UTC))
    sheets.confirm(a, by="x", at=datetime(2026, 4, 2, tzinfo=UTC))
    assert entries(client) == [
        ("Nouveau lieu : Lieu a (Grenoble)", "Ce lieu vient d’entrer dans l’annuaire.")
    ]


def test_a_place_taken_out_leaves_the_feed(client):
    a = lieu("a")
    changed(a, None, AT)
    sheets.set_state(a, rules.EXCLUDED, by="x", at=AT, reason="hors champ")
    assert entries(client) == []


@pytest.mark.parametrize(
    ("was", "title"),
    [
        (rules.MERGED, "Fiche de nouveau à part"),  # it never closed
        (rules.EXCLUDED, "Lieu revenu dans l’annuaire"),
        (rules.ENDED, "Lieu de nouveau ouvert"),
    ],
)
def test_a_place_published_again_says_what_it_was(client, was, title):
    a = lieu("a")
    changed(a, {**sheets.snapshot(a), "state": was}, AT)
    assert [entry_title for entry_title, _ in entries(client)] == [f"{title} : Lieu a (Grenoble)"]


def test_the_feed_is_atom_and_knows_its_own_address(client):
    lieu("a")
    feed = ElementTree.fromstring(client.get("/flux/lieux.atom?territoire=38").content)
    links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
    assert links["self"] == "http://testserver/flux/lieux.atom?territoire=38"
    assert feed.findtext("a:title", namespaces=ATOM) == "Lieux d’aide au numérique, Isère"
    assert client.get("/flux/lieux.atom?territoire=zzz").status_code == 404


TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"


@pytest.mark.both_databases
def test_older_news_follow_page_after_page_each_place_once(client, monkeypatch):
    monkeypatch.setattr(news, "LATEST", 2)
    for k, slug in enumerate("abcde"):
        changed(lieu(slug, east=50 * k), None, datetime(2026, 4, 1 + k // 2, tzinfo=UTC))
    address, titles = "/flux/lieux.atom?territoire=38", []
    while address:
        feed = ElementTree.fromstring(client.get(address).content)
        titles.append([each.text[-12] for each in feed.findall("a:entry/a:title", ATOM)])
        links = {link.get("rel"): link.get("href") for link in feed.findall("a:link", ATOM)}
        assert links["self"] == f"http://testserver{address.removeprefix('http://testserver')}"
        address = links.get("next")
    assert titles == [["e", "d"], ["c", "b"], ["a"]]
    assert client.get("/flux/lieux.atom?avant=hier").status_code == 404


@pytest.mark.both_databases
def test_the_feed_takes_back_its_news_of_a_place_taken_out(client):
    lieux = [lieu(slug) for slug in "abc"]
    row = Import.objects.create(source=lieux[0].source, file_name="f", started_at=AT, state=rules.DONE)
    for each in lieux:
        changed(each, None, AT, within=row if each.slug == "c" else None)
    entry_ids = {each.text for each in feed_of(client).findall("a:entry/a:id", ATOM)}
    later = datetime(2026, 5, 1, tzinfo=UTC)
    sheets.set_state(lieux[0], rules.EXCLUDED, by="x", at=later, reason="hors champ")
    sheets.set_state(lieux[1], rules.ENDED, by="x", at=later, reason="fermé")  # which is news of it
    importing.take_back(row, by="x", at=later)
    removed = {each.get("ref"): each.get("when")[:10] for each in feed_of(client).findall(TOMBSTONE)}
    assert removed.keys() == {each for each in entry_ids if "/" in each and "b/" not in each}
    assert "2026-05-01" in removed.values()
    assert not any("a/" in each.get("ref") for each in feed_of(client, territoire="75").findall(TOMBSTONE))


@pytest.mark.parametrize(
    "address", ["/donnees/", "/donnees/lieux.csv", "/flux/lieux.atom", "/annuaire/38185/"]
)
def test_a_list_makes_as_many_queries_for_twenty_places_as_for_one(client, address):
    def count_queries():
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len([query for query in queries.captured_queries if "directory_" in query["sql"]])

    changed(lieu("p"), None, AT)
    one = count_queries()
    for k in range(20):
        changed(lieu(f"p{k:02}", east=50 * k), None, AT)
    assert count_queries() == one <= 8


# ------------------------------------------------------------------------------------------------------ paper


def test_the_page_lists_places_by_quarter_with_needs_and_map(client):
    lieu("a", sheet={**offering(wifi={}, formation={"niveau": ["beginner"]}), "telephone": ["+33476001122"]})
    lieu("b", east=3_000)
    for k in range(4):
        lieu(f"c{k}", east=60 * k)
    page = text(client, "/annuaire/38185/")
    assert "Les lieux, par quartier" in page
    assert "Je cherche du wifi" in page
    assert "Pour débuter." in page
    assert "04 76 00 11 22" in page
    assert '<svg class="fig carte' in page
    assert page.count('<li id="lieu-') == 6
    assert 'href="/annuaire/38185.pdf"' in page


def test_a_larger_territory_is_listed_by_commune(client):
    lieu("a")
    lieu("b", sheet=ECHIROLLES)
    page = text(client, "/annuaire/38/")
    assert re.findall(r'class="titre-3" id="g\d+">([^<]+)<', page) == ["Échirolles", "Grenoble"]


def test_a_perimeter_is_listed_by_its_zones(client):
    zones = "code_zone,nom_zone,code\nS,Le sud,38151\nV,La ville,38185\n"
    Perimeter.objects.create(
        slug="mon-perimetre", name="Mon périmètre", code="38", reason="r", zones=zones, file_name="z"
    )
    lieu("a")
    lieu("b", sheet=ECHIROLLES)
    page = text(client, "/annuaire/mon-perimetre/")
    assert re.findall(r'class="titre-3" id="g\d+">([^<]+)<', page) == ["Le sud", "La ville"]


def test_an_old_or_undated_sheet_is_to_confirm(client):
    lieu("a", sheet={"date_maj": ""})
    lieu("b", sheet={"date_maj": "2020-01-01"})
    lieu("c", confirmed_on=timezone.localdate())
    page = text(client, "/annuaire/38185/")
    assert page.count('class="a-confirmer"') == 2
    assert "Confirmé ce mois-ci" in page


def test_an_empty_territory_says_what_to_do(client):
    page = text(client, "/annuaire/29019/")
    assert "Aucun lieu ici pour l’instant" in page
    assert 'href="/carte/"' in page
    for name in ("29019.pdf", "29019/affiche.pdf", "29019/depliant.pdf"):
        assert "aucun lieu de ce territoire" in text(client, f"/annuaire/{name}", status=404)


def test_an_unknown_territory_is_not_found(client):
    for name in ("zzz/", "zzz.pdf", "zzz/affiche.pdf", "zzz/depliant.pdf"):
        assert client.get(f"/annuaire/{name}").status_code == 404


def test_oversized_book_is_refused(client, monkeypatch):
    lieu("a")
    lieu("b")
    monkeypatch.setattr(paper, "MOST", 1)
    assert "ce livret serait trop épais" in text(client, "/annuaire/38/")
    assert "trop épais" in text(client, "/annuaire/38.pdf", status=400)


def test_a_page_of_many_places_leads_to_the_book(client, monkeypatch):
    """Une page de mille lieux pèserait deux mégaoctets : le livret se lit en PDF, un lieu se cherche sur la carte."""
    lieu("a")
    lieu("b")
    monkeypatch.setattr(paper, "MOST_ON_PAGE", 1)
    page = text(client, "/annuaire/38/")
    assert "2 lieux où se faire aider" in page
    assert 'href="/annuaire/38.pdf"' in page
    assert "lieu-1" not in page


def test_documents_are_pdf_made_once(client, monkeypatch):
    lieu("a", sheet=offering(wifi={}))
    calls = []
    real = paper.make_document
    monkeypatch.setattr(paper, "make_document", lambda *arguments: calls.append(1) or real(*arguments))
    for name in ("38185.pdf", "38185/affiche.pdf", "38185/depliant.pdf"):
        first = client.get(f"/annuaire/{name}")
        assert (first.status_code, first["Content-Type"], first.content[:5]) == (
            200,
            "application/pdf",
            b"%PDF-",
        )
        assert client.get(f"/annuaire/{name}").content == first.content
    assert len(calls) == 3


def test_too_many_documents_are_refused_for_the_hour(client, monkeypatch):
    lieu("a")
    monkeypatch.setattr(access, "PAPERS_AN_HOUR", 1)
    assert client.get("/annuaire/38185/affiche.pdf").status_code == 200
    refused = client.get("/annuaire/38185/depliant.pdf")
    assert refused.status_code == 429
    assert "ETag" not in refused
    assert client.get("/annuaire/38185/affiche.pdf").status_code == 200


def test_a_poster_shows_the_places_nearest_to_where_it_hangs(client):
    for k in range(12):
        lieu(f"p{k:02}", east=200 * k)
    book = paper.directory(scope.of("38185"), on=timezone.localdate())
    from maillage.apps.directory.places.queries import where

    spot = where.find("Teisseire, Grenoble").spot
    near = [entry.slug for entry in paper._of_poster(book, spot)]
    assert near[:2] == ["p00", "p01"]
    assert len(near) == 8
    assert client.get("/annuaire/38185/affiche.pdf?ou=Teisseire, Grenoble&taille=a3").status_code == 200
    assert "Nous ne savons pas où" in text(client, "/annuaire/38185/affiche.pdf", status=404, ou="zzzqqq")


def test_the_addresses_have_names():
    assert reverse("data") == "/donnees/"
    assert reverse("paper", args=["38"]) == "/annuaire/38/"
    assert reverse("paper_book", args=["38"]) == "/annuaire/38.pdf"
    assert reverse("feed") == "/flux/lieux.atom"
