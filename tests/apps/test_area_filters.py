"""Chaque liste de lieux se restreint aux quartiers prioritaires, de la même façon ; ce qu’on ne sait pas n’est jamais « non »."""

import csv
import io
import json
import zipfile
from datetime import UTC, date, datetime
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillage.apps.directory.places.actions import index, sheets
from maillage.apps.directory.places.models import Change
from maillage.apps.directory.places.queries import districts
from maillage.apps.directory.places.queries.districts import district
from maillage.apps.steering.indicators import rules
from maillage.apps.steering.indicators.queries.ground import ground
from maillage.apps.steering.indicators.queries.values import values
from maillage.apps.territories import actions
from maillage.apps.territories.models import District, Marking
from maillage.manage.deploy import bootstrap
from maillage.manage.main import main
from maillage.sources import contours as contours_source
from tests.support.areas import contours, drop, square, teisseire
from tests.support.lieux import lieu

pytestmark = pytest.mark.django_db

AT, ON = datetime(2026, 11, 20, 9, tzinfo=UTC), date(2026, 11, 20)
VENON = {"commune": "Venon", "code_insee": "38533", "code_postal": "38610"}  # no priority district
MEASURES = ("dedans", "limite", "dehors", "sans-point")


@pytest.fixture
def places():
    """One place in the district, one at its edge, one outside, one whose point nobody knows."""
    return [
        lieu("dedans"),
        lieu("limite", east=290),
        lieu("dehors", east=900),
        lieu("sans-point", sheet={"latitude": None, "longitude": None}),
    ]


def statuses() -> dict[str, list[str]]:
    """Return the indexed statuses of each place, by its number."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select facet, lieu from directory_facets where facet like 'qpv:%' and facet <> 'qpv:commune'"
            " order by 1, 2"
        )
        statuses_by_place: dict[str, list[str]] = {}
        for facet, number in cursor.fetchall():
            statuses_by_place.setdefault(facet.removeprefix("qpv:"), []).append(number)
        return statuses_by_place


def test_each_place_is_in_or_out_or_nobody_says(places, coordinator):
    assert statuses() == {}
    teisseire(coordinator)
    inside, edge, outside, nowhere = (each.pk for each in places)
    assert statuses() == {"oui": [inside], "limite": [edge], "non": [outside], "inconnu": [nowhere]}
    statements = [district(each) for each in places]
    assert [each.sentence for each in statements if each] == [
        "Dans un quartier prioritaire : Teisseire.",
        "Peut-être dans un quartier prioritaire : Teisseire.",
        "Hors des quartiers prioritaires.",
        "On ne sait pas s’il est dans un quartier prioritaire.",
    ]
    assert all("qp2024.geojson, génération 2024, déposé en 20" in each.source for each in statements if each)


@pytest.mark.both_databases
def test_another_file_another_point_or_no_file_says_it_anew(places, coordinator):
    dropped_file = teisseire(coordinator)
    inside, _, outside, _ = places
    drop(coordinator, contours(("QN03899M", "Teisseire", square(80, east=900))))
    assert statuses()["oui"] == [outside.pk]
    sheets.edit(inside, {"longitude": outside.longitude}, by="essai", at=dropped_file.created_at)
    assert statuses()["oui"] == [inside.pk, outside.pk]
    assert index.rebuild() == 4
    assert statuses()["oui"] == [inside.pk, outside.pk]
    actions.drop_marking(by=coordinator, marking=Marking.objects.get())
    assert (statuses(), District.objects.count()) == ({}, 0)


def test_a_file_without_commune_codes_draws_the_communes_near_it_alone(coordinator, monkeypatch):
    n_codes: list[int] = []
    drawn = contours_source.communes
    monkeypatch.setattr(contours_source, "communes", lambda codes: n_codes.append(len(codes)) or drawn(codes))
    teisseire(coordinator)
    assert 0 < n_codes[0] < 6_000, "of the thirty-five thousand of the country"


def test_a_file_dropped_again_is_the_last_one_and_says_when(places, coordinator):
    """Dropped again under its name, it kept the day of the first time, and came after a file dropped since."""
    teisseire(coordinator)
    elsewhere = contours(("QN03898M", "Ailleurs", square(80, east=900)))
    drop(coordinator, elsewhere, slug="qpv-essai")
    Marking.objects.update(created_at=datetime(2024, 6, 1, tzinfo=UTC))
    teisseire(coordinator)
    statement = district(places[0])
    assert statement.sentence == "Dans un quartier prioritaire : Teisseire."
    assert f"déposé en {timezone.localdate().year}" in statement.source


def test_a_file_of_another_departement_says_nothing_of_this_one(places, coordinator):
    drop(coordinator, contours(("QN05901M", "Sous-le-Bois", square(near=(50.2706, 3.9450)))))
    assert list(statuses()) == ["inconnu"]
    statement = district(places[0])
    assert statement is not None
    assert statement.limit == "Les contours déposés ne disent rien de son département."
    elsewhere = district(lieu("venon", sheet=VENON | {"latitude": None, "longitude": None}))
    assert (elsewhere.sentence, elsewhere.limit) == ("Hors des quartiers prioritaires.", "")
    teisseire(coordinator, 300)  # a second file, of the same name: it takes the place of the first
    assert statuses()["oui"] == [places[0].pk]


def test_two_files_each_speak_of_their_departement(places, coordinator):
    teisseire(coordinator)
    far = contours(("QN05901M", "Sous-le-Bois", square(near=(50.2706, 3.9450))))
    drop(coordinator, far, slug="qpv-nord", file_name="nord.geojson")
    assert statuses()["oui"] == [places[0].pk]


@pytest.mark.both_databases
def test_old_sensitive_areas_are_distinct_from_priority_districts(places, coordinator, client):
    content = contours(("3801010", "Teisseire", square()), code="CODE_ZUS", name="NOM_ZUS")
    dropped_file = drop(coordinator, content, slug="zus", file_name="zus.geojson")
    assert (dropped_file.kind, dropped_file.label, dropped_file.generation) == (
        "zus",
        "Zones urbaines sensibles (ZUS)",
        "",
    )
    assert statuses() == {}
    page = client.get("/carte/?zus=oui").content.decode()
    assert "Lieu dedans" in page
    assert "Lieu dehors" not in page
    assert "Aucun contour" in client.get("/carte/?qpv=oui").content.decode()


def test_both_kinds_of_area_in_one_file_are_refused(coordinator):
    mixed = json.loads(contours(("QN03899M", "A", square())))
    mixed["features"] += json.loads(contours(("38", "B", square()), code="code_zus"))["features"]
    with pytest.raises(Exception, match="sont mêlés"):
        drop(coordinator, json.dumps(mixed).encode())


# ------------------------------------------------------------------------------------------------------- search


@pytest.mark.parametrize(
    ("choice", "name"),
    [("oui", "dedans"), ("limite", "limite"), ("non", "dehors"), ("inconnu", "sans-point")],
)
def test_the_search_shows_the_places_of_each_answer_and_no_other(client, places, coordinator, choice, name):
    teisseire(coordinator)
    page = client.get("/carte/", {"qpv": choice}).content.decode()
    assert [each for each in MEASURES if f"Lieu {each}" in page] == [name]
    assert "génération 2024" in page
    assert "1 à la limite, 1 dont on ne sait pas" in page


def test_the_search_near_a_place_counts_those_it_cannot_place(client, places, coordinator):
    teisseire(coordinator)
    page = client.get("/carte/", {"ou": "Teisseire, Grenoble", "qpv": "oui"}).content.decode()
    assert "Lieu dedans" in page
    assert "1 à la limite, 0 dont on ne sait pas" in page  # one without a point is at no distance


def test_without_contours_places_are_narrowed_by_their_commune(client, places, coordinator):
    lieu("venon", sheet=VENON)
    page = client.get("/carte/?qpv=commune").content.decode()
    assert [each for each in (*MEASURES, "venon") if f"Lieu {each}" in page] == list(MEASURES)
    assert "ANCT, quartiers prioritaires de 2024, liste par commune." in page
    answer = client.get("/donnees/tableau.csv?qpv=commune")
    assert names(b"".join(answer.streaming_content)) == sorted(f"Lieu {each}" for each in MEASURES)
    assert client.get("/api/v1/structures?qpv=commune").json()["total"] == len(MEASURES)
    assert client.get("/api/v1/structures?zus=commune").status_code == 422
    teisseire(coordinator)
    assert "Lieu dehors" in client.get("/carte/?qpv=commune").content.decode()


def test_places_written_before_the_list_are_narrowed_once_migrated(client, places):
    with connection.cursor() as cursor:
        cursor.execute("delete from directory_facets where facet = 'qpv:commune'")
    assert "Lieu dedans" not in client.get("/carte/?qpv=commune").content.decode()
    migration = import_module("maillage.apps.directory.places.migrations.0014_commune_districts_facet")
    migration.write(apps, SimpleNamespace(connection=connection))
    assert "Lieu dedans" in client.get("/carte/?qpv=commune").content.decode()


def test_without_contours_only_the_commune_is_a_choice_and_asking_for_another_says_why(client, places):
    choices = client.get("/carte/?montrer=30").content.decode()
    assert "Dans une commune qui en a un" in choices
    assert "Dans le périmètre" not in choices
    page = client.get("/carte/?qpv=oui").content.decode()
    assert "Aucun contour de quartiers n’a été déposé ici" in page
    assert "Lieu dedans" not in page
    assert "Dans le périmètre" not in client.get("/donnees/").content.decode()
    for address in ("/donnees/tableau.csv?qpv=oui", "/donnees/?qpv=oui", "/annuaire/38185/?qpv=oui"):
        answer = client.get(address)
        assert answer.status_code == 400
        assert "Aucun contour n’a été déposé ici" in answer.content.decode()
    refused = client.get("/api/v1/structures?qpv=oui")
    assert refused.status_code == 422
    assert "Aucun contour n’a été déposé ici" in refused.json()["detail"]


def test_a_search_without_the_filter_reads_one_table_more(client, places, coordinator):
    """Le fichier déposé, sans rien demander de lui, coûte la lecture de son empreinte et, une fois, de ses contours."""

    def queries() -> int:
        client.get("/carte/?ou=Grenoble")
        with CaptureQueriesContext(connection) as captured_queries:
            client.get("/carte/?ou=Grenoble")
        return len(captured_queries)

    before = queries()
    teisseire(coordinator)
    assert queries() == before


# ------------------------------------------------------------------------------------------------------ exports


def names(content: bytes) -> list[str]:
    return sorted(row["nom"] for row in csv.DictReader(io.StringIO(content.decode())))


def test_every_file_of_data_is_narrowed_and_named_for_it(client, places, coordinator):
    unfiltered_file = b"".join(client.get("/donnees/lieux.csv").streaming_content)
    teisseire(coordinator)
    assert b"".join(client.get("/donnees/lieux.csv").streaming_content) == unfiltered_file
    answer = client.get("/donnees/lieux.csv?qpv=oui")
    assert 'filename="maillage-france-qpv-oui-lieux.csv"' in answer["Content-Disposition"]
    assert names(b"".join(answer.streaming_content)) == ["Lieu dedans"]
    answer = client.get("/donnees/lieux.csv?territoire=38185&qpv=inconnu")
    assert 'filename="maillage-38185-qpv-inconnu-lieux.csv"' in answer["Content-Disposition"]
    assert names(b"".join(answer.streaming_content)) == ["Lieu sans-point"]
    drawn = json.loads(b"".join(client.get("/donnees/lieux.geojson?qpv=oui").streaming_content))
    assert [each["properties"]["nom"] for each in drawn["features"]] == ["Lieu dedans"]
    packed = b"".join(client.get("/donnees/data-inclusion.zip?qpv=non").streaming_content)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        structures_json = archive.read("structures.json").decode()
    assert "Lieu dehors" in structures_json
    assert "Lieu dedans" not in structures_json


def test_another_file_of_contours_makes_the_files_of_data_again(client, places, coordinator):
    teisseire(coordinator)
    first = client.get("/donnees/lieux.csv?qpv=oui")
    drop(coordinator, contours(("QN03899M", "Ailleurs", square(80, east=900))))
    second = client.get("/donnees/lieux.csv?qpv=oui", headers={"if-none-match": first["ETag"]})
    assert names(b"".join(second.streaming_content)) == ["Lieu dehors"]


@pytest.mark.both_databases
def test_the_page_of_data_and_the_paper_directory_keep_the_choice(client, places, coordinator):
    teisseire(coordinator)
    page = client.get("/donnees/?territoire=38185&qpv=oui").content.decode()
    assert "/donnees/lieux.csv?territoire=38185&amp;qpv=oui" in page
    assert "/annuaire/38185/?qpv=oui" in page
    assert "1 lieu" in page.replace("\u00a0", " ")
    paper = client.get("/annuaire/38185/?qpv=oui").content.decode()
    assert "Quartier prioritaire (QPV) : dans le périmètre" in paper
    assert "Lieu dedans" in paper
    assert "Lieu dehors" not in paper
    assert "/annuaire/38185.pdf?qpv=oui" in paper


def test_a_value_that_means_nothing_is_refused_not_guessed(client, places, coordinator):
    teisseire(coordinator)
    assert client.get("/donnees/lieux.csv?qpv=1").status_code == 400
    assert client.get("/api/v1/services?qpv=1").status_code == 422
    assert "Lieu dehors" in client.get("/carte/?qpv=1").content.decode()  # as any value of a menu


# ---------------------------------------------------------------------------------------------------- programs


@pytest.mark.parametrize("address", ["structures", "services"])
def test_a_program_asks_for_the_places_of_the_districts(client, places, coordinator, address):
    assert client.get(f"/api/v1/{address}").json()["total"] == 4
    teisseire(coordinator)
    assert client.get(f"/api/v1/{address}").json()["total"] == 4
    for choice in districts.CHOICES:
        page = client.get(f"/api/v1/{address}?qpv={choice}").json()
        assert page["total"] == 1
    near = client.get("/api/v1/search/services?code_commune=38185&qpv=oui").json()
    assert near["total"] == 1


@pytest.mark.both_databases
def test_the_command_writes_the_places_of_the_districts(places, coordinator, tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "ready", lambda: None)  # the database of the test is ready
    teisseire(coordinator)
    out = tmp_path / "tableau.csv"
    arguments = ["offre", "exporter", "--format", "csv", "--sortie", str(out)]
    assert main(arguments) == 0
    unfiltered_file = out.read_bytes()
    assert main([*arguments, "--qpv", "oui"]) == 0
    assert names(out.read_bytes()) == ["Lieu dedans"]
    assert names(unfiltered_file) == sorted(each.name for each in places)


@pytest.mark.both_databases
def test_the_feed_and_the_points_of_the_map_are_those_of_the_districts(client, places, coordinator):
    for place in places:
        Change.objects.create(
            lieu=place, verb="import", at=AT, by="essai", before=None, after=sheets.snapshot(place)
        )
    assert client.get("/flux/lieux.atom?qpv=oui").status_code == 400  # no contour answers
    assert client.get("/carte/points.json?qpv=oui").status_code == 400
    teisseire(coordinator)
    feed = client.get("/flux/lieux.atom?territoire=38185&qpv=oui").content.decode()
    assert [each for each in MEASURES if f"Lieu {each}" in feed] == ["dedans"]
    assert "quartier prioritaire (QPV) : dans le périmètre" in feed.replace("Quartier", "quartier")
    assert "territoire=38185&amp;qpv=oui" in feed  # its own address narrows it again
    points = client.get("/carte/points.json?qpv=non").json()["lieux"]
    assert [row[1] for row in points] == ["Lieu dehors"]
    assert "&amp;qpv=non" in client.get("/carte/?ou=Grenoble&qpv=non").content.decode()


@pytest.mark.both_databases
def test_the_indicators_count_the_places_of_the_districts(places, coordinator):
    def read_measure():
        return next(each for each in values(ground("38185", on=ON)) if each.definition.id == "lieux-qpv")

    assert read_measure().value is None
    assert "Aucun contour" in read_measure().reason
    teisseire(coordinator)
    measure = read_measure()
    assert (measure.value, measure.denominator, measure.kind) == (1, 2, rules.PARTLY)
    assert tuple(each.replace("\xa0", " ") for each in measure.exclusions) == (
        "1 lieu trop près de la limite, à part.",
        "1 lieu dont on ne sait pas, à part.",
    )
    nowhere = next(each for each in values(ground("59", on=ON)) if each.definition.id == "lieux-qpv")
    assert (nowhere.value, nowhere.reason) == (
        None,
        "On ne sait d’aucun lieu s’il est dans un quartier prioritaire.",
    )


# ---------------------------------------------------------------------------------------------------- the space


@pytest.mark.both_databases
def test_a_working_list_is_narrowed_to_the_districts(client, places, coordinator):
    client.force_login(coordinator)
    assert (
        "Quartier prioritaire (QPV)" not in client.get("/espace/annuaire/liste/a-confirmer/").content.decode()
    )
    teisseire(coordinator)
    page = client.get("/espace/annuaire/liste/a-confirmer/").content.decode()
    assert "Quartier prioritaire (QPV)" in page
    with CaptureQueriesContext(connection) as all_of_them:
        client.get("/espace/annuaire/liste/a-confirmer/")
    with CaptureQueriesContext(connection) as narrowed:
        page = client.get("/espace/annuaire/liste/a-confirmer/?qpv=oui").content.decode()
    assert [each for each in MEASURES if f"Lieu {each}" in page] == ["dedans"]
    assert len(narrowed) <= len(all_of_them)
