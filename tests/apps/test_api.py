"""L’interface pour les programmes : les formes de data·inclusion v1, en lecture seule, et ce qu’elle
refuse.
"""

import json
from datetime import UTC, date, datetime

import pytest
from data_inclusion.schema import v1
from django.core.cache import cache
from django.utils import timezone

from maillage.apps.directory.places import access, rules
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Change, Lieu, Pair
from maillage.apps.directory.places.queries import api
from maillage.sources.offer.clean.point import extent
from tests.support.lieux import GRENOBLE, lieu, offering

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHAPAREILLAN = {
    "commune": "Chapareillan",
    "code_insee": "38075",
    "code_postal": "38530",
    "latitude": 45.4608,
    "longitude": 5.9843,
}
MONTMELIAN = {
    "commune": "Montmélian",
    "code_insee": "73171",
    "code_postal": "73800",
    "latitude": 45.5027,
    "longitude": 6.0532,
}
LYON = {
    "commune": "Lyon",
    "code_insee": "69383",
    "code_postal": "69003",
    "latitude": 45.7600,
    "longitude": 4.8500,
}


@pytest.fixture(autouse=True)
def _fresh(db):
    cache.clear()
    api._lines.cache_clear()


def get(client, address, **params):
    response = client.get(f"/api/v1/{address}", params)
    return response.status_code, json.loads(response.content)


def ids(client, address, **params):
    status, page = get(client, address, **params)
    assert status == 200, page
    service_ids = [item.get("service", item)["id"] for item in page["items"]]
    assert page["size"] == len(service_ids)
    return [id.removeprefix("maillage--") for id in service_ids]


def pair(first: Lieu, second: Lieu, **more) -> Pair:
    return Pair.objects.create(
        first=first, second=second, score=0.99, reasons=["même SIRET"], **{"sure": True, **more}
    )


# ----------------------------------------------------------------------------------------------------- shapes


def test_a_page_is_the_envelope_of_data_inclusion(client):
    for slug in "abc":
        lieu(slug)
    status, page = get(client, "structures", size=2)
    assert status == 200
    assert {k: page[k] for k in ("total", "page", "size", "pages")} == {
        "total": 3,
        "page": 1,
        "size": 2,
        "pages": 2,
    }
    assert ids(client, "structures", size=2, page=2) == ["c"]
    assert ids(client, "structures", size=2, page=3) == []
    assert get(client, "services")[1]["size"] == 3, "size says how many elements the page holds"


def test_an_empty_directory_is_an_empty_page(client):
    expected = {"items": [], "total": 0, "page": 1, "size": 0, "pages": 0}
    assert get(client, "structures") == (200, expected)
    assert get(client, "search/services", code_commune="38185") == (200, expected)


FULL = {
    "pivot": "21380185500015",
    "telephone": ["+33476001122", "3949"],
    "courriels": ["accueil@exemple.fr"],
    "site_web": ["https://exemple.fr/"],
    "horaires": {"osm": "Mo-Fr 09:00-12:00"},
    "services": ["everyday", "access"],
    "publics_specifiquement_adresses": ["youth"],
    "frais_a_charge": ["paid"],
    "frais_precisions": "5 € l’heure",
    "modalites_acces": ["come", "call"],
    "modalites_accompagnement": ["person", "remote"],
    "dispositif_programmes_nationaux": ["france-services"],
    "presentation_detail": "Un lieu pour apprendre. " * 12,
    "notes": "réservé aux professionnels",
}


def test_every_element_is_accepted_by_the_package_of_data_inclusion(client):
    lieu("bare", sheet={"date_maj": "2025-01-01"})
    lieu("full", sheet=FULL)
    structures = get(client, "structures")[1]["items"]
    services = get(client, "services")[1]["items"]
    for row in structures:
        v1.Structure(**{k: v for k, v in row.items() if k in v1.Structure.model_fields})
        assert set(row) == {*v1.Structure.model_fields, "adresse_certifiee", "score_qualite", "doublons"} - {
            "_di_surrogate_id"
        }
    for row in services:
        v1.Service(**{k: v for k, v in row.items() if k in v1.Service.model_fields})
        assert set(row) == {*v1.Service.model_fields, "adresse_certifiee", "score_qualite"}
    assert "réservé" not in json.dumps([structures, services], ensure_ascii=False)


def test_what_openapi_promises_is_what_is_answered(client):
    """Chaque réponse se lit avec la forme déclarée, sans champ de trop ni champ absent."""
    from maillage.apps.directory.places.forms import api as shapes

    pair(lieu("a", sheet=FULL), lieu("b"))
    answers = {
        "structures": shapes.Structures,
        "services": shapes.Services,
        "search/services": shapes.Results,
        "structures/maillage--a": shapes.DetailedStructure,
        "services/maillage--a": shapes.DetailedService,
    }
    for address, shape in answers.items():
        status, content = get(client, address)
        assert status == 200
        assert json.loads(shape(**content).model_dump_json()) == content, address


def test_openapi_says_what_differs_and_where_a_study_is(client):
    status, schema = get(client, "openapi.json")
    assert status == 200
    assert set(schema["paths"]) >= {
        "/api/v1/structures",
        "/api/v1/structures/{code}",
        "/api/v1/services",
        "/api/v1/services/{code}",
        "/api/v1/search/services",
        "/api/v1/sources",
        "/api/v1/territoires/{code}/etude",
        *(f"/api/v1/doc/{name}" for name in DOCS),
    }
    study = schema["paths"]["/api/v1/territoires/{code}/etude"]["get"]
    assert {p["name"] for p in study["parameters"]} >= {"code", "definition", "filtre", "acces", "poids_rsa"}
    assert {
        status for status, description in study["responses"].items() if "problem" in str(description)
    } == {"400", "404", "422", "429"}
    assert "Problem" in schema["components"]["schemas"]
    listing = schema["paths"]["/api/v1/services"]["get"]
    assert {p["name"] for p in listing["parameters"]} >= {
        "thematiques",
        "publics",
        "score_qualite_minimum",
        "page",
        "size",
    }
    assert set(listing["responses"]) == {"200", "400", "422", "429"}
    assert all("post" not in methods and "delete" not in methods for methods in schema["paths"].values())
    for words in ("aucun jeton", "600 réponses", "CORS", "RFC 9457"):
        assert words in schema["info"]["description"]


DOCS = {
    "frais": v1.Frais,
    "modes-accueil": v1.ModeAccueil,
    "modes-mobilisation": v1.ModeMobilisation,
    "personnes-mobilisatrices": v1.PersonneMobilisatrice,
    "publics": v1.Public,
    "reseaux-porteurs": v1.ReseauPorteur,
    "thematiques": v1.Thematique,
    "types-services": v1.TypeService,
}


def test_the_lists_of_values_are_those_of_data_inclusion(client):
    for name, values in DOCS.items():
        assert get(client, f"doc/{name}") == (200, values.as_dict_list()), name


def test_sources_name_who_collected_and_under_which_licence(client):
    lieu("a")
    status, (source,) = get(client, "sources")
    assert status == 200
    assert source["slug"] == get(client, "structures")[1]["items"][0]["source"]
    assert "Un réseau (ODbL)" in source["description"]


# ---------------------------------------------------------------------------------------------------- details


def test_a_structure_says_its_services_and_a_service_its_structure(client):
    lieu("a", sheet=FULL)
    structure = get(client, "structures/maillage--a")[1]
    service = get(client, "services/maillage--a")[1]
    assert structure["services"] == [{k: v for k, v in service.items() if k != "structure"}]
    assert service["structure"]["id"] == service["structure_id"] == structure["id"]


@pytest.mark.parametrize("id", ["maillage--nope", "a", "maillage--", "dora--a", "maillage--parti"])
def test_an_unknown_identifier_is_a_problem_in_french(client, id):
    lieu("a")
    lieu("parti", state=rules.EXCLUDED)
    for kind in ("structures", "services"):
        response = client.get(f"/api/v1/{kind}/{id}")
        assert response.status_code == 404
        assert response["Content-Type"] == "application/problem+json"
        assert json.loads(response.content)["status"] == 404
        assert "plus publié" in json.loads(response.content)["detail"]


# ---------------------------------------------------------------------------------------------------- filters


@pytest.fixture
def four():
    """Four places in three départements, each offering something else."""
    lieu("grenoble", sheet=FULL)
    lieu(
        "chapareillan",
        sheet={
            **CHAPAREILLAN,
            "services": ["equipment"],
            "frais_a_charge": ["free"],
            "prise_en_charge_specifique": ["motor"],
        },
    )
    lieu(
        "montmelian",
        sheet={**MONTMELIAN, "services": ["procedures"], "publics_specifiquement_adresses": ["seniors"]},
    )
    lieu("lyon", sheet={**LYON, "modalites_accompagnement": ["group"], "typologie": ["CCAS"]})


def test_a_filter_keeps_what_it_says(client, four):
    for address, params, expected in [
        ("structures", {}, "chapareillan grenoble lyon montmelian"),
        ("structures", {"code_departement": "38"}, "chapareillan grenoble"),
        ("structures", {"slug_departement": "savoie"}, "montmelian"),
        ("structures", {"code_region": "84"}, "chapareillan grenoble lyon montmelian"),
        ("structures", {"slug_region": "bretagne"}, ""),
        ("structures", {"slug_region": "auvergne-rhone-alpes", "code_departement": "59"}, ""),
        ("structures", {"code_commune": "38185"}, "grenoble"),
        ("structures", {"code_commune": "69123"}, "lyon"),  # Lyon and its arrondissements
        ("structures", {"reseaux_porteurs": ["ccas-cias", "france-service"]}, "grenoble lyon"),
        ("structures", {"reseaux_porteurs[]": "ccas-cias"}, "lyon"),
        ("structures", {"sources": "maillage"}, "chapareillan grenoble lyon montmelian"),
        ("structures", {"sources[]": ["dora", "soliguide"]}, ""),
        ("services", {"thematiques": "numerique--acquerir-un-equipement"}, "chapareillan grenoble"),
        ("services", {"thematiques[]": "numerique"}, "chapareillan grenoble montmelian"),
        ("services", {"thematiques": "difficultes-administratives-ou-juridiques"}, "montmelian"),
        ("services", {"frais": "payant"}, "grenoble"),
        ("services", {"frais[]": ["payant", "gratuit"]}, "chapareillan grenoble"),
        ("services", {"publics": "seniors"}, "lyon montmelian"),  # Lyon is for everybody
        ("services", {"publics": ["seniors", "tous-publics"]}, "chapareillan grenoble lyon montmelian"),
        ("services", {"recherche_public": "handicap"}, "chapareillan"),
        ("services", {"recherche_public": "Séniors"}, "montmelian"),
        ("services", {"modes_accueil": "a-distance"}, "grenoble"),
        ("services", {"types": "atelier"}, "lyon"),
        ("services", {"types": ["atelier", "accompagnement"]}, "grenoble lyon"),
        ("services", {"score_qualite_minimum": "0.9"}, "grenoble"),
        ("services", {"frais": "payant", "code_departement": "73"}, ""),
    ]:
        assert ids(client, address, **params) == expected.split(), params


@pytest.mark.parametrize(
    ("address", "params", "parameter"),
    [
        ("structures", {"size": 10_001}, "size"),
        ("structures", {"size": 0}, "size"),
        ("structures", {"page": "deux"}, "page"),
        ("structures", {"code_region": "99"}, "code_region"),
        ("structures", {"slug_departement": "isère"}, "slug_departement"),
        ("structures", {"code_commune": "99999"}, "code_commune"),
        ("structures", {"exclure_doublons": "peut-être"}, "exclure_doublons"),
        ("structures", {"reseaux_porteurs": "amis"}, "reseaux_porteurs"),
        ("services", {"frais": "cher"}, "frais"),
        ("services", {"thematiques[]": "cuisine"}, "thematiques"),
        ("services", {"score_qualite_minimum": "2"}, "score_qualite_minimum"),
        ("search/services", {"lat": "45"}, "lat, lon"),
        ("search/services", {"lon": "5", "code_commune": "38185"}, "lat, lon"),
        ("search/services", {"lat": "95", "lon": "5"}, "lat"),
        ("structures", {"page": "2", "curseur": ""}, "page"),
        ("services", {"page": "2", "modifie_depuis": "2026-11-30"}, "page"),
        ("search/services", {"code_commune": "38000"}, "code_commune"),
    ],
)
def test_a_value_that_means_nothing_is_refused_by_its_name(client, address, params, parameter):
    response = client.get(f"/api/v1/{address}", params)
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    problem = json.loads(response.content)
    assert [fault["parametre"] for fault in problem["errors"]] == [parameter]
    assert problem["title"] == "La demande ne se comprend pas."
    assert parameter in problem["detail"]
    assert "ETag" not in response


# ----------------------------------------------------------------------------------------------------- search


def test_a_search_by_commune_goes_from_the_nearest_and_keeps_to_its_zone(client, four):
    """Montmélian est à dix kilomètres de Chapareillan, mais sa zone d’éligibilité est la Savoie."""
    _, page = get(client, "search/services", code_commune="38075")
    assert [(item["service"]["id"], item["distance"]) for item in page["items"]] == [
        ("maillage--chapareillan", 2),
        ("maillage--grenoble", 37),
    ]
    assert page["items"][0]["service"]["structure"]["nom"] == "Lieu chapareillan"
    assert ids(client, "search/services", code_commune="73171") == ["montmelian"]


def test_a_search_by_point_asks_no_zone(client, four):
    assert ids(client, "search/services", lat="45.46", lon="5.98") == [
        "chapareillan",
        "montmelian",
        "grenoble",
    ]


def test_beyond_fifty_kilometres_only_what_answers_at_a_distance_remains(client):
    lieu("loin", sheet={**LYON, "code_insee": "38199", "modalites_accompagnement": ["remote"]})
    lieu("sur-place", sheet={**LYON, "code_insee": "38199"})
    services = get(client, "search/services", code_commune="38185")[1]["items"]
    assert [item["service"]["id"] for item in services] == ["maillage--loin"]


@pytest.mark.both_databases
def test_a_place_without_a_point_is_found_in_its_own_commune_last_and_without_distance(client):
    lieu("ici")
    nowhere = lieu("nulle-part")
    sheets.edit(nowhere, {"latitude": None, "longitude": None}, by="x", at=AT)
    services = get(client, "search/services", code_commune="38185")[1]["items"]
    assert [(item["service"]["id"], item["distance"]) for item in services] == [
        ("maillage--ici", 2),
        ("maillage--nulle-part", None),
    ]
    assert ids(client, "search/services", code_commune="38421") == ["ici"]


def test_a_point_known_to_the_commune_only_serves_to_search_and_is_not_published(client):
    centre = extent("38185")
    lieu("a", sheet={"precision": 5_000, "latitude": centre.latitude, "longitude": centre.longitude})
    (item,) = get(client, "search/services", code_commune="38185")[1]["items"]
    assert item["distance"] is not None
    assert item["service"]["latitude"] is None


def test_a_search_without_a_place_is_a_list(client, four):
    page = get(client, "search/services", frais="payant")[1]
    assert [(item["service"]["id"], item["distance"]) for item in page["items"]] == [
        ("maillage--grenoble", None)
    ]


# ---------------------------------------------------------------------------------------------------- doubles


@pytest.mark.both_databases
def test_only_sure_pairs_are_doubles_and_the_best_described_stays(client):
    a, b, c, d = lieu("a"), lieu("b", sheet=FULL), lieu("c"), lieu("d")
    pair(a, b)
    pair(b, c)
    pair(c, d, sure=False)
    listed = {item["id"]: item["doublons"] for item in get(client, "structures")[1]["items"]}
    assert listed["maillage--b"] == [{"source": "maillage", "id": f"maillage--{slug}"} for slug in "ac"]
    assert listed["maillage--d"] == []
    assert ids(client, "structures", exclure_doublons="true") == ["b", "d"]
    assert ids(client, "search/services", exclure_doublons="strict") == ["b", "d"]
    assert [each["id"] for each in get(client, "structures/maillage--a")[1]["doublons"]] == ["maillage--b"]


def test_a_pair_that_was_decided_is_no_double(client):
    pair(lieu("a"), lieu("b"), state=rules.DECLINED)
    assert ids(client, "structures", exclure_doublons="true") == ["a", "b"]


def test_what_is_not_published_is_nowhere(client):
    lieu("a", state=rules.EXCLUDED)
    lieu("b", state=rules.ENDED)
    assert (
        ids(client, "structures")
        == ids(client, "services")
        == ids(client, "search/services", code_commune="38185")
        == []
    )


def test_a_sheet_without_a_date_bears_the_day_it_came(client):
    undated = lieu("a", sheet={"date_maj": ""})
    Change.objects.create(lieu=undated, verb="import", at=AT, by="Réseau", after=sheets.snapshot(undated))
    Change.objects.create(lieu=undated, verb="edit", at=datetime(2026, 6, 1, tzinfo=UTC), by="x", after={})
    assert get(client, "structures")[1]["items"][0]["date_maj"] == "2026-03-02"


@pytest.mark.both_databases
def test_a_sheet_that_the_schema_would_refuse_stays_out(client):
    lieu("court", sheet={"nom": "X."})
    lieu("bon")
    assert ids(client, "structures") == ids(client, "services") == ["bon"]
    assert get(client, "structures/maillage--court")[0] == 404


# ---------------------------------------------------------------------------------------------------- serving


@pytest.mark.parametrize("n", [1, 20])
def test_a_page_makes_as_many_queries_for_many_places_as_for_one(client, n):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    for k in range(n):
        lieu(f"p{k:02}", **({"sheet": offering(wifi={})} if k % 2 else {}))
    for address in ("structures", "services", "search/services?code_commune=38185"):
        client.get(f"/api/v1/{address}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/api/v1/{address}").status_code == 200
        reading = [q for q in queries.captured_queries if "directory_" in q["sql"]]
        assert len(reading) == 8, address  # the state of the directory, asked twice (6), pairs, places


def test_nothing_is_sent_again_until_something_changes(client):
    place = lieu("a")
    first = client.get("/api/v1/structures")
    tag = first["ETag"]
    assert client.get("/api/v1/structures", headers={"If-None-Match": tag}).status_code == 304
    assert (
        client.get("/api/v1/structures", headers={"If-Modified-Since": first["Last-Modified"]}).status_code
        == 304
    )
    sheets.edit(place, {"adresse": "2 rue Paul Cocat"}, by="la structure", at=timezone.now())
    again = client.get("/api/v1/structures", headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert json.loads(again.content)["items"][0]["adresse"] == "2 rue Paul Cocat"


@pytest.mark.both_databases
def test_error_is_never_cached(client):
    lieu("a")
    tag = client.get("/api/v1/structures")["ETag"]
    absent = client.get("/api/v1/structures/maillage--b")
    assert "ETag" not in absent
    assert "Last-Modified" not in absent
    assert tag


def test_any_site_may_read_and_none_may_write(client):
    lieu("a")
    response = client.get(
        "/api/v1/structures", headers={"Origin": "https://ailleurs.fr", "Authorization": "Bearer x"}
    )
    assert response["Access-Control-Allow-Origin"] == "*"
    ahead = client.options("/api/v1/structures", headers={"Origin": "https://ailleurs.fr"})
    assert ahead.status_code == 204
    assert "Authorization" in ahead["Access-Control-Allow-Headers"]
    assert client.head("/api/v1/structures").status_code == 200
    for method in (client.post, client.put, client.delete, client.patch):
        refused = method("/api/v1/structures")
        assert (refused.status_code, refused["Content-Type"]) == (405, "application/problem+json")
        assert "GET" in refused["Allow"]


@pytest.mark.parametrize("address", ["inconnu", "structures/a/b/c", "territoires/x/y"])
def test_unknown_address_returns_a_problem_to_programs(client, address):
    response = client.get(f"/api/v1/{address}")
    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert response.json()["title"] == "Cette adresse n’existe pas."
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("address", ["/api/v1", "/api/v1/"])
def test_the_root_of_the_interface_leads_to_its_document(client, address):
    """La page la donne pour l’adresse des lieux : un programme y recevait une page d’erreur en HTML."""
    assert client.get(address, follow=True).json()["openapi"].startswith("3.")


def test_a_character_of_no_text_is_refused_by_its_parameter(client):
    response = client.get("/api/v1/structures", {"sources": ["LocalChecklist", "a\x00b"], "page": 1})
    assert (response.status_code, response["Content-Type"]) == (422, "application/problem+json")
    assert [fault["parametre"] for fault in response.json()["errors"]] == ["sources"]
    assert client.get("/annuaire/", {"q": "a\x00b"}).status_code == 404


def test_the_document_says_errors_as_they_are_sent(client):
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    kinds = {
        (status[0], kind)
        for path in paths.values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        for kind in answer.get("content", {})
    }
    assert kinds == {("2", "application/json"), ("4", "application/problem+json")}


def test_a_shared_cache_may_keep_the_data_whatever_the_browser_sends(client):
    lieu("a")
    client.cookies["langue"] = "uk"
    response = client.get("/api/v1/structures", headers={"Accept-Encoding": "gzip"})
    assert response["Cache-Control"] == "public, max-age=300"
    assert "cookie" not in response.get("Vary", "").casefold()
    assert "cookie" in client.get("/").get("Vary", "").casefold()


def test_too_many_requests_are_refused_for_the_hour(client, coordinator, monkeypatch):
    monkeypatch.setattr(access, "ANSWERS_AN_HOUR", 2)
    assert [client.get("/api/v1/sources").status_code for _ in range(4)] == [200, 200, 429, 429]
    refused = client.get("/api/v1/structures")
    assert refused["Content-Type"] == "application/problem+json"
    assert 0 < int(refused["Retry-After"]) <= 3_600
    assert refused["Access-Control-Allow-Origin"] == "*"
    client.force_login(coordinator)
    assert client.get("/api/v1/sources").status_code == 200, "whoever signed in is known, and not counted"


def test_a_page_is_sent_small(client):
    for k in range(20):
        lieu(f"p{k:02}")
    assert client.get("/api/v1/structures", headers={"Accept-Encoding": "gzip"})["Content-Encoding"] == "gzip"


def test_no_page_of_the_interface_calls_outside(client):
    assert client.get("/api/v1/docs").status_code == 404
    assert client.get("/api/v1/").url == "/api/v1/openapi.json"


def test_the_zone_of_a_place_is_its_departement():
    assert GRENOBLE["code_insee"].startswith("38")
    stored_lieu = lieu("a")
    (line,) = api.lines(date(2026, 11, 20))
    assert (line.pk, line.departement, line.zone) == (stored_lieu.pk, "38", ("38",))


@pytest.mark.both_databases
def test_a_place_merged_into_another_is_read_there_until_they_are_taken_apart(client):
    surviving_lieu, merged_lieu = lieu("garde"), lieu("parti")
    Lieu.objects.filter(pk=merged_lieu.pk).update(state=rules.MERGED, merged_into=surviving_lieu)
    for shape in ("structures", "services"):
        response = client.get(f"/api/v1/{shape}/maillage--{merged_lieu.slug}")
        assert (response.status_code, response["Location"]) == (
            302,
            f"/api/v1/{shape}/maillage--{surviving_lieu.slug}",
        )
