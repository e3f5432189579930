"""Ce que toutes les réponses de l’interface pour les programmes ont en commun, d’où qu’elles viennent."""

import gzip
import json

import pytest
from django.core.cache import cache

from maillage.apps.dossiers.models import Study
from maillage.manage.requests import programs
from tests.support.lieux import lieu

pytestmark = pytest.mark.django_db
STUDY = "/api/v1/territoires/38151/etude"


@pytest.fixture(autouse=True)
def _fresh(db):
    cache.clear()


def described(client):
    return client.get("/api/v1/openapi.json").json()["paths"]


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("structures", "exclure_doublons"),
        ("services", "thematiques"),
        ("search/services", "lat"),
        ("sources", ""),
    ],
)
def test_a_parameter_that_the_address_does_not_have_is_refused_with_those_it_has(client, address, known):
    response = client.get(f"/api/v1/{address}", {"taille": "3", "champs": "nom"})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    problem = response.json()
    assert [fault["parametre"] for fault in problem["errors"]] == ["champs", "taille"]
    assert known in problem["detail"]
    assert (known in problem["connus"]) == bool(known)
    assert response["Access-Control-Allow-Origin"] == "*"


def test_a_study_is_not_computed_for_a_parameter_that_does_not_exist(client, home):
    assert client.get(STUDY, {"definitions": "x"}).status_code == 400
    assert not Study.objects.exists()
    assert client.get(STUDY, {"poids_rsa": "2"}).status_code == 202


def test_every_address_of_the_document_knows_its_own_parameters(client):
    for address, operations in described(client).items():
        names = [each["name"] for each in operations["get"].get("parameters", ()) if each["in"] == "query"]
        assert list(programs.known_parameters(address.lstrip("/"))) == names, address
        assert "400" in operations["get"]["responses"], address


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "QUERY", "TRACE"])
@pytest.mark.parametrize("address", ["/api/v1/structures", STUDY, "/api/v1/nulle-part"])
def test_a_method_that_does_not_read_is_refused_as_a_problem(enforcing_client, method, address):
    response = enforcing_client.generic(method, address)
    assert (response.status_code, response["Content-Type"]) == (405, "application/problem+json")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


@pytest.fixture
def enforcing_client():
    from django.test import Client

    return Client(enforce_csrf_checks=True)  # as a browser is answered: the forgery check wrote a page


def test_no_answer_sets_a_cookie_nor_opens_a_session(client, home):
    from django.contrib.sessions.models import Session

    assert client.get(STUDY).status_code == 202
    assert not client.cookies
    assert not Session.objects.exists()


def test_no_cache_keeps_the_answer_of_a_computation_under_way(client, home):
    response = client.get(STUDY)
    assert (response.status_code, response["Cache-Control"]) == (202, "no-store")


def test_whoever_signed_in_reads_what_everybody_does(client, coordinator):
    lieu("a")
    client.force_login(coordinator)
    response = client.get("/api/v1/structures")
    assert response["Cache-Control"] == "public, max-age=300"
    assert "RateLimit" not in response


@pytest.mark.parametrize(
    "address", ["openapi.json", "sources", "doc/frais", "structures", "structures/maillage--a"]
)
def test_each_answer_has_a_tag_that_spares_the_next_one(client, address):
    lieu("a")
    tag = client.get(f"/api/v1/{address}")["ETag"]
    again = client.get(f"/api/v1/{address}", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == tag
    assert client.get(f"/api/v1/{address}", headers={"If-None-Match": '"autre"'}).status_code == 200


def test_each_answer_says_how_many_the_hour_still_allows(client, monkeypatch):
    monkeypatch.setattr(programs.access, "ANSWERS_AN_HOUR", 2)
    answers = [client.get("/api/v1/sources") for _ in range(3)]
    assert [response.status_code for response in answers] == [200, 200, 429]
    assert [response["RateLimit"].split(";")[:2] for response in answers] == [
        ['"heure"', "r=1"],
        ['"heure"', "r=0"],
        ['"heure"', "r=0"],
    ]
    assert answers[0]["RateLimit-Policy"] == '"heure";q=2;w=3600'
    assert answers[2]["RateLimit"].endswith(f";t={answers[2]['Retry-After']}")
    assert "RateLimit" in answers[0]["Access-Control-Expose-Headers"]


# ------------------------------------------------------------------------------------------------ territories


def read(client, address, **params):
    response = client.get(f"/api/v1/territoires/38151/{address}", params)
    assert response.status_code == 200, response.content
    return response


def test_the_need_of_a_territory_is_short_and_readable_alone(client, study):
    response = read(client, "besoin")
    assert len(response.content) <= 5_000
    content, study_json = response.json(), json.loads(b"".join(read(client, "etude").streaming_content))
    assert content["besoins"] == {name: study_json["besoins"][name] for name in content["besoins"]}
    figure = content["besoins"]["precarite_numerique"]
    assert figure["bas"] <= figure["valeur"] <= figure["haut"]
    assert figure["n"] and figure["univers"] and figure["unite"]
    assert content["intervalle"]["niveau"] == 0.9
    assert content["source"]["annee"] == 2021
    assert content["source"]["producteur"] == "Insee"
    assert all(each["titre"] and each["millesime"] for each in content["donnees"]) and content["donnees"]
    assert content["territoire"] == study_json["territoire"]


def test_zones_are_read_by_the_fields_that_are_named(client, study):
    content = read(client, "zones", champs="nom,cumul").json()
    assert {tuple(zone) for zone in content["zones"]} == {("code", "nom", "cumul")}
    assert "precarite_numerique" in read(client, "zones").json()["zones"][0]
    refused = client.get("/api/v1/territoires/38151/zones", {"champs": "nom,age_du_maire"})
    assert refused.status_code == 422
    assert "age_du_maire" in refused.json()["detail"]
    assert [fault["parametre"] for fault in refused.json()["errors"]] == ["champs"]


@pytest.mark.parametrize("address", ["etude", "besoin", "zones"])
def test_the_tag_of_a_study_spares_reading_it_again(client, study, address):
    tag = read(client, address)["ETag"]
    path = f"/api/v1/territoires/38151/{address}"
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_a_whole_study_is_sent_small_and_its_weak_tag_is_known_again(client, study):
    response = client.get(STUDY, headers={"Accept-Encoding": "gzip"})
    sent = b"".join(response.streaming_content)
    assert response["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(sent))["territoire"]["code"] == "38151"
    assert client.get(STUDY, headers={"If-None-Match": response["ETag"]}).status_code == 304


@pytest.mark.both_databases
def test_the_loop_of_a_territory_is_read_by_programs_as_by_anybody(client, study):
    content = read(client, "boucle").json()
    assert content["territoire"]["code"] == "38151"
    assert {"besoin", "offre", "plan"} <= content["zones"][0].keys()
    assert len(content["zones"]) == len(read(client, "zones").json()["zones"])


def test_a_territory_without_a_study_has_no_loop_and_says_how_to_get_one(client, home):
    refused = client.get("/api/v1/territoires/38151/boucle")
    assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")
    assert "/api/v1/territoires/38151/etude" in refused.json()["detail"]
    assert not Study.objects.exists()


@pytest.mark.both_databases
def test_each_indicator_of_a_territory_has_its_value_or_a_reason(client, home):
    content = read(client, "indicateurs", mois="3").json()
    assert all(each["valeur"] is not None or each["motif"] for each in content["indicateurs"])
    assert {"formule", "source", "univers", "date"} <= content["indicateurs"][0].keys()
    refused = client.get("/api/v1/territoires/38151/indicateurs", {"mois": "7"})
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("address", ["etude", "besoin", "zones", "boucle", "indicateurs"])
def test_a_territory_that_nobody_knows_is_a_problem_everywhere(client, home, address):
    refused = client.get(f"/api/v1/territoires/38999/{address}")
    assert (refused.status_code, refused["Content-Type"]) == (404, "application/problem+json")
