"""Les exports de l’annuaire : les validateurs de ceux qui les lisent les acceptent, et une relecture rend
ce qu’on promet.
"""

import csv
import io
import json
import uuid
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jsonschema
import pytest
from data_inclusion.schema.v1 import Service, Structure
from data_inclusion.schema.v1.score_qualite import score
from frictionless import Resource, Schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.kernel.errors import Refused
from maillage.kernel.spreadsheet import bare
from maillage.publishing.directory.formats import (
    data_inclusion,
    every,
    geojson,
    hsds,
    lmn,
    loss,
    publication,
    table,
)
from maillage.publishing.directory.formats.published import Published, freshness, ordered
from maillage.reference import offer, standards
from maillage.reference.sheet import STATES
from maillage.sources.offer import files
from maillage.sources.offer import files as places_in
from maillage.sources.offer.clean.point import extent
from maillage.sources.offer.forms import read as forms
from maillage.sources.offer.forms.read import parse
from tests.support.profile import times

ROOT = Path(__file__).parents[2]
ON = date(2026, 11, 20)
ADDRESS = {
    "nom": "Le Lien",
    "commune": "Grenoble",
    "code_postal": "38000",
    "code_insee": "38185",
    "adresse": "12 rue Thiers",
}
_CENTRE = extent("38185")
assert _CENTRE is not None
CENTRE = {
    "latitude": _CENTRE.latitude,
    "longitude": _CENTRE.longitude,
    "precision": 3_900.0,
}  # nothing but the commune is known

FULL = {
    **ADDRESS,
    "id": "lieu-1",
    "pivot": "43493312300029",
    "complement_adresse": "Fond de la cour, « escalier B »",
    "latitude": 45.186123456,
    "longitude": 5.72,
    "typologie": ["TIERS_LIEUX", "ASSO", "MJC"],
    "telephone": ["3949", "+33476000001", "+33476000002"],
    "courriels": ["accueil@le-lien.fr", "direction@le-lien.fr"],
    "site_web": ["https://le-lien.fr/", "https://exemple.fr/?a=1|2"],
    "horaires": {
        "osm": "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00; PH off",
        "text": "du lundi au samedi",
    },
    "presentation_resume": "Un lieu. " * 40,
    "presentation_detail": 'Des ateliers,\ndes "cafés" et\n- du prêt ; =1+1',
    "source": "Hinaura",
    "itinerance": ["fixed", "itinerant"],
    "structure_parente": "Ville de Grenoble",
    "date_maj": "2026-05-02",
    "services": ["procedures", "everyday", "access"],
    "publics_specifiquement_adresses": ["youth", "seniors"],
    "prise_en_charge_specifique": ["illiteracy", "deafness"],
    "frais_a_charge": ["conditional"],
    "frais_precisions": "adhésion de 5 €",
    "dispositif_programmes_nationaux": ["aidants-connect", "france-services"],
    "formations_labels": ["etapes", "duplex"],
    "autres_formations_labels": ["Label et la bête"],
    "modalites_acces": ["come", "call", "prescribe"],
    "modalites_accompagnement": ["person", "remote"],
    "fiche_acces_libre": ["https://acceslibre.beta.gouv.fr/app/38-grenoble/a/association/erp/le-lien/"],
    "prise_rdv": ["https://www.rdv-solidarites.fr/"],
    "venir": "Tram A",
    "langues": ["arabe", "anglais"],
    "barrieres": ["email", "identity"],
    "fermetures": [{"du": "2026-12-24", "au": "2027-01-02", "motif": "congés"}],
    "notes": "Ne pas publier",
    "practices": {
        "wifi": {"state": "offered", "endroit": ["indoor", "outdoor"], "barrieres": ["email"]},
        "pret": {"state": "planned"},
        "formation": {
            "state": "offered",
            "prescription": True,
            "niveau": ["beginner"],
            "frais": ["free"],
            "langues": ["arabe"],
            "horaires": {"osm": "Tu 14:00-17:00"},
        },
    },
}


def place(sheet: dict[str, Any], id: str = "lieu-1", **more: Any) -> Published:
    dated = sheet.get("date_maj", "2026-05-02")
    return Published(
        **{
            "id": id,
            "sheet": sheet,
            "structure_id": "s1",
            "structure_name": "Ville de Grenoble",
            "updated_on": date.fromisoformat(dated) if dated else None,
            "confirmed_on": None,
            "source": "Hinaura",
            **more,
        }
    )


def test_a_full_place_comes_back_whole_from_our_table():
    """Chaque champ public, texte à guillemets et à formule compris, tel qu’il est parti."""
    full = {**FULL, "presentation_resume": "Un lieu.", "site_web": ["https://le-lien.fr/"]}
    text = table.text([place(full), place({**ADDRESS, "id": "lieu-2"}, id="lieu-2")])
    places_read = places_in.places(forms.parse(text.encode(), "tableau.csv"), today=ON)
    public = {name: value for name, value in full.items() if name != "notes"}
    assert places_read.accepted[0].sheet == public
    assert {**ADDRESS, "id": "lieu-2"}.items() <= places_read.accepted[1].sheet.items()
    assert places_read.unread == ()


def test_our_table_and_hsds_name_a_place_alike(tmp_path):
    """L’identifiant de la source revient des deux, même quand l’adresse de la fiche est un autre."""
    lieu = place({**ADDRESS, "id": "2226 - APTIC"}, id="mediatheque-grenoble")
    hsds.write(tmp_path, [lieu], on=ON)
    both_readings = [
        places_in.places(forms.read(tmp_path), today=ON),
        places_in.places(forms.parse(table.text([lieu]).encode(), "tableau.csv"), today=ON),
    ]
    assert [[row.sheet["id"] for row in each.accepted] for each in both_readings] == [["2226 - APTIC"]] * 2


# -------------------------------------------------------------------------------------------- schéma national


def verdict(path: Path) -> list[str]:
    """Ce que dit le validateur de référence : la sorte de chaque faute, rien si le fichier est valide."""
    resource = Resource(
        path=path.name, basepath=str(path.parent), schema=Schema.from_descriptor(standards.lmn())
    )
    return [error.type for task in resource.validate().tasks for error in task.errors]


EXAMPLE = {
    "id": "structure-1",
    "pivot": "43493312300029",
    "nom": "Anonymal",
    "commune": "Reims",
    "code_postal": "51100",
    "code_insee": "51454",
    "adresse": "12 BIS RUE DE LECLERCQ",
    "complement_adresse": "Le patio du bois de l'Aulne",
    "latitude": "43.52609",
    "longitude": "5.41423",
    "typologie": "TIERS_LIEUX|ASSO",
    "telephone": "+33180059880",
    "courriels": "contact@laquincaillerie.tl|responsable@laquincaillerie.tl",
    "site_web": "https://www.laquincaillerie.tl/|https://m.facebook.com/laquincaillerienumerique/",
    "horaires": "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00",
    "source": "Hubik",
    "itinerance": "Itinérant",
    "date_maj": "2024-04-02",
    "services": "Maîtrise des outils numériques du quotidien|Insertion professionnelle via le numérique",
    "publics_specifiquement_adresses": "Jeunes|Femmes",
    "prise_en_charge_specifique": "Surdité|Illettrisme|Langues étrangères (anglais)",
    "frais_a_charge": "Gratuit sous condition|Payant",
    "dispositif_programmes_nationaux": "Aidants Connect|Conseillers numériques|La Croix Rouge",
    "formations_labels": "Formé à « Mon Espace Santé »|Arnia/MedNum BFC (Bourgogne-Franche-Comté)",
    "autres_formations_labels": "Label et la bête",
    "modalites_acces": "Se présenter|Téléphoner",
    "modalites_accompagnement": "Dans un atelier collectif|À distance|En autonomie|Accompagnement individuel",
    "prise_rdv": "https://www.rdv-solidarites.fr/",
}


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("id", "structure-1", []),
        ("formations_labels", "Étapes numériques (La Poste)", ["constraint-error"]),
        ("formations_labels", "Étapes numériques(La Poste)", []),
        ("modalites_acces", "Ce lieu n’accueille pas de public", ["constraint-error"]),
        ("telephone", "+33180059880|+33180059881", ["constraint-error"]),
        ("telephone", "3646", ["constraint-error"]),
        ("date_maj", "12/03/2024", ["type-error"]),
        ("presentation_resume", "a" * 281, ["constraint-error"]),
        ("pivot", "00000000000000", []),
        ("latitude", "999", []),
        ("services", "", []),
        ("typologie", "texte libre", []),
        ("frais_a_charge", "Gratuit|Gratuit", []),
        ("frais_a_charge", "|Gratuit", []),
        ("frais_a_charge", "Bogus|Gratuit", ["constraint-error"]),
    ],
)
def test_the_embedded_schema_judges_as_the_published_one(tmp_path, column, value, expected):
    path = tmp_path / "lieux.csv"
    path.write_text(table_text([{**EXAMPLE, column: value}]), "utf-8")
    assert verdict(path) == expected


def table_text(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, lmn.COLUMNS, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_the_columns_and_the_lists_are_those_of_the_schema():
    assert [field["name"] for field in standards.lmn()["fields"]] == list(lmn.COLUMNS)
    for field in standards.lmn()["fields"]:
        if offer.fields()[field["name"]].kind == "list":
            spelled = [value.strict or value.label for value in offer.lists()[field["name"]].values.values()]
            escaped = [word.replace("(", r"\(").replace(")", r"\)") for word in spelled]
            listed = field["constraints"]["pattern"].removeprefix(r"(?:(?:^|\|)(").removesuffix("))+$")
            assert sorted(escaped) == sorted(listed.split("|")), field["name"]
            assert "’" not in listed


def test_the_official_example_comes_back_cell_for_cell(tmp_path):
    """Ce qui sort d’une fiche relue est ce qui y était entré."""
    again = place(read_lmn(EXAMPLE), "structure-1", updated_on=date(2024, 4, 2))
    path = tmp_path / "lieux.csv"
    assert lmn.write(path, [again], on=ON) == []
    with path.open(encoding="utf-8", newline="") as file:
        assert [{name: value for name, value in row.items() if value} for row in csv.DictReader(file)] == [
            EXAMPLE
        ]


def test_a_full_place_is_written_as_the_schema_wants_it(tmp_path):
    path = tmp_path / "lieux.csv"
    assert lmn.write(path, [place(FULL)], on=ON) == []
    assert verdict(path) == []
    content = path.read_bytes()
    assert content.startswith(b"id,pivot,nom,")
    row = next(csv.DictReader(io.StringIO(content.decode("utf-8"), newline="")))
    assert row["telephone"] == "+33476000001"
    assert row["formations_labels"] == "Étapes numériques(La Poste)|Formé à « DUPLEX » (illettrisme)"
    assert row["horaires"] == FULL["horaires"]["osm"]
    assert (row["latitude"], row["longitude"]) == ("45.186123456", "5.72")
    assert len(row["presentation_resume"]) == 280
    assert row["presentation_resume"].endswith("...")
    assert bare(row["presentation_detail"]) == FULL["presentation_detail"]
    assert row["site_web"].endswith("|https://exemple.fr/?a=1%7C2")
    lmn.write(tmp_path / "encore.csv", [place(FULL)], on=ON)
    assert (tmp_path / "encore.csv").read_bytes() == content


def test_the_json_twin_holds_the_same_words_and_no_empty_key(tmp_path):
    lmn.write(tmp_path / "lieux.json", [place({**FULL, **CENTRE})], on=ON)
    (written,) = json.loads((tmp_path / "lieux.json").read_text("utf-8"))
    assert set(written) <= set(lmn.COLUMNS)
    assert "latitude" not in written
    assert written["typologie"] == "TIERS_LIEUX|ASSO|MJC"
    (located,) = lmn.to_json(lmn.rows([place(FULL)])[0])
    assert located["latitude"] == FULL["latitude"]


@pytest.mark.parametrize(
    ("change", "column", "expected"),
    [
        ({"pivot": None}, "pivot", "00000000000000"),
        (CENTRE, "latitude", ""),
        ({"precision": 600.0}, "latitude", "45.186123456"),
        ({"horaires": {"text": "sur rendez-vous"}}, "horaires", ""),
        ({"telephone": ["3949"]}, "telephone", ""),
        ({"longitude": 0.00001}, "longitude", "0.00001"),
    ],
)
def test_what_the_schema_cannot_say_is_left_empty(change, column, expected):
    sheet = {name: value for name, value in {**FULL, **change}.items() if value is not None}
    (row,), remarks = lmn.rows([place(sheet)])
    assert row[column] == expected
    assert remarks == []


@pytest.mark.parametrize(
    ("change", "sentence", "n_rows"),
    [
        (
            {"date_maj": ""},
            "Le Lien (lieu-1) : date de mise à jour manquante, colonne exigée par le format",
            0,
        ),
        ({"nom": None}, "lieu sans nom (lieu-1) : nom manquant, colonne exigée par le format", 0),
        ({"code_postal": "3800"}, "Le Lien (lieu-1) : Code postal « 3800 » : forme refusée par le format", 0),
        (
            {"pivot": "43-49"},
            (
                "Le Lien (lieu-1) : SIRET ou RNA « 43-49 » : forme refusée par le format, remplacé par"
                " 00000000000000"
            ),
            1,
        ),
    ],
)
def test_a_place_the_schema_refuses_is_left_out_with_its_sentence(tmp_path, change, sentence, n_rows):
    sheet = {name: value for name, value in {**FULL, **change}.items() if value is not None}
    path = tmp_path / "lieux.csv"
    assert lmn.write(path, [place(sheet), place({**FULL, "id": "lieu-2"}, "lieu-2")], on=ON) == [sentence]
    with path.open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == n_rows + 1
    assert verdict(path) == []


def test_two_places_of_one_identifier_have_their_public_ones(tmp_path):
    """L’identifiant du fichier d’origine est gardé ; deux sources peuvent avoir donné le même."""
    places = [
        place({**FULL, "id": id}, public)
        for public, id in (("a", "12"), ("b", "12"), ("c", "a"), ("d", "13"))
    ]
    sentences = lmn.write(tmp_path / "lieux.csv", places, on=ON)
    with (tmp_path / "lieux.csv").open(encoding="utf-8", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["a", "b", "c", "13"]
    assert sentences[1] == "Le Lien (b) : identifiant « 12 » donné aussi à un autre lieu, remplacé par b"
    assert len(sentences) == 3
    assert verdict(tmp_path / "lieux.csv") == []


# --------------------------------------------------------------------------------------------- data·inclusion


def test_every_structure_and_service_is_valid_for_data_inclusion(tmp_path):
    places = [
        place(FULL),
        place(ADDRESS, "lieu-2"),
        place({**ADDRESS, "presentation_detail": "x" * 12_000}, "lieu-3"),
    ]
    assert data_inclusion.write(tmp_path, places, on=ON) == []
    structures = json.loads((tmp_path / "structures.json").read_text("utf-8"))
    services = json.loads((tmp_path / "services.json").read_text("utf-8"))
    own_fields = {"adresse_certifiee", "score_qualite"}
    for rows, model in ((structures, Structure), (services, Service)):
        assert len(rows) == 3
        for row in rows:
            assert set(row) == set(model.model_fields) | own_fields
            model.model_validate({name: value for name, value in row.items() if name not in own_fields})
    assert structures[0]["id"] == services[0]["structure_id"] == services[0]["id"] == "maillage--lieu-1"
    assert structures[0]["reseaux_porteurs"] == ["aidants-connect", "france-service", "mjc"]
    assert services[0]["frais_precisions"] == "sous condition : adhésion de 5 €"
    assert services[0]["zone_eligibilite"] == ["38"]
    assert (
        "Il faut être envoyé par un professionnel ; Niveau demandé : Débutant"
        in services[0]["conditions_acces"]
    )
    assert services[1]["publics"] == ["tous-publics"]
    assert services[1]["description"] == data_inclusion.SERVICE_NAME


@pytest.mark.parametrize(
    ("field", "label", "target", "expected"),
    [
        ("services", "Accès internet et matériel informatique", "thematiques", ["numerique--acceder-a-une-connexion-internet", "numerique--acquerir-un-equipement"]),
        ("services", "Acquisition de matériel informatique à prix solidaire", "thematiques", ["numerique--acquerir-un-equipement"]),
        ("services", "Aide aux démarches administratives", "thematiques", ["difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives", "numerique--acceder-a-des-services-en-ligne"]),
        ("services", "Compréhension du monde numérique", "thematiques", ["numerique--maitriser-les-fondamentaux-du-numerique"]),
        ("services", "Insertion professionnelle via le numérique", "thematiques", ["preparer-sa-candidature--organiser-ses-demarches-de-recherche-demploi", "numerique--maitriser-les-fondamentaux-du-numerique"]),
        ("services", "Loisirs et créations numériques", "thematiques", ["remobilisation--activites-sportives-et-culturelles", "numerique--maitriser-les-fondamentaux-du-numerique"]),
        ("services", "Maîtrise des outils numériques du quotidien", "thematiques", ["numerique--maitriser-les-fondamentaux-du-numerique", "numerique--acceder-a-des-services-en-ligne"]),
        ("services", "Parentalité et éducation avec le numérique", "thematiques", ["famille--soutien-a-la-parentalite-et-a-leducation", "numerique--maitriser-les-fondamentaux-du-numerique"]),
        ("services", "Utilisation sécurisée du numérique", "thematiques", ["numerique--maitriser-les-fondamentaux-du-numerique"]),
        ("publics_specifiquement_adresses", "Étudiants", "publics", ["etudiants"]),
        ("publics_specifiquement_adresses", "Familles et/ou enfants", "publics", ["familles"]),
        ("publics_specifiquement_adresses", "Femmes", "publics", ["femmes"]),
        ("publics_specifiquement_adresses", "Jeunes", "publics", ["jeunes"]),
        ("publics_specifiquement_adresses", "Seniors", "publics", ["seniors"]),
        ("prise_en_charge_specifique", "Déficience visuelle", "publics", ["personnes-en-situation-de-handicap"]),
        ("prise_en_charge_specifique", "Handicaps mentaux", "publics", ["personnes-en-situation-de-handicap"]),
        ("prise_en_charge_specifique", "Handicaps moteurs", "publics", ["personnes-en-situation-de-handicap"]),
        ("prise_en_charge_specifique", "Surdité", "publics", ["personnes-en-situation-de-handicap"]),
        ("prise_en_charge_specifique", "Langues étrangères (anglais)", "publics", ["personnes-exilees"]),
        ("prise_en_charge_specifique", "Langues étrangères (autres)", "publics", ["personnes-exilees"]),
        ("prise_en_charge_specifique", "Illettrisme", "publics", ["tous-publics"]),
        ("prise_en_charge_specifique", "Illettrisme", "publics_precisions", "Handicap, langue, lecture : Illettrisme"),
        ("frais_a_charge", "Gratuit", "frais", "gratuit"),
        ("frais_a_charge", "Gratuit sous condition", "frais", "gratuit"),
        ("frais_a_charge", "Gratuit sous condition", "frais_precisions", "sous condition"),
        ("frais_a_charge", "Payant", "frais", "payant"),
        ("modalites_acces", "Contacter par mail", "modes_mobilisation", ["envoyer-un-courriel"]),
        ("modalites_acces", "Envoyer un mail avec une fiche de prescription", "modes_mobilisation", ["envoyer-un-courriel"]),
        ("modalites_acces", "Prendre un RDV en ligne", "modes_mobilisation", ["utiliser-lien-mobilisation"]),
        ("modalites_acces", "Se présenter", "modes_mobilisation", ["se-presenter"]),
        ("modalites_acces", "Téléphoner", "modes_mobilisation", ["telephoner"]),
        ("modalites_acces", "Ce lieu n'accueille pas de public", "modes_mobilisation", None),
        ("modalites_accompagnement", "En autonomie", "type", "aide-materielle"),
        ("modalites_accompagnement", "Dans un atelier collectif", "type", "atelier"),
        ("modalites_accompagnement", "Accompagnement individuel", "type", "accompagnement"),
        ("modalites_accompagnement", "À distance", "modes_accueil", ["a-distance", "en-presentiel"]),
        ("dispositif_programmes_nationaux", "Aidants Connect", "reseaux_porteurs", ["aidants-connect"]),
        ("dispositif_programmes_nationaux", "Conseillers numériques", "reseaux_porteurs", ["conseillers-numeriques"]),
        ("dispositif_programmes_nationaux", "France Services", "reseaux_porteurs", ["france-service"]),
        ("dispositif_programmes_nationaux", "Grande école du numérique", "reseaux_porteurs", ["grandes-ecoles-du-numerique"]),
        ("dispositif_programmes_nationaux", "La Croix Rouge", "reseaux_porteurs", ["croix-rouge"]),
        ("dispositif_programmes_nationaux", "Emmaüs Connect", "reseaux_porteurs", ["emmaus"]),
        ("dispositif_programmes_nationaux", "Relais numérique (Emmaüs Connect)", "reseaux_porteurs", ["emmaus"]),
        ("dispositif_programmes_nationaux", "Point d'accès numérique CAF", "reseaux_porteurs", ["caf"]),
        ("dispositif_programmes_nationaux", "Certification PIX", "reseaux_porteurs", None),
    ],
)  # fmt: skip
def test_each_word_of_the_national_schema_has_its_word_of_data_inclusion(field, label, target, expected):
    slug = next(value.id for value in offer.lists()[field].values.values() if value.label == label)
    lieu = place({**ADDRESS, field: [slug]})
    fields = {**data_inclusion.structure(lieu, on=ON), **data_inclusion.services(lieu, on=ON)[0]}
    assert fields[target] == expected


def test_every_value_we_give_is_one_of_data_inclusion():
    known = {
        str(value)
        for name in ("thematiques", "publics", "modes_mobilisation")
        for value in values_of(Service, name)
    }
    known |= {str(value) for value in values_of(Service, "frais")} | {
        str(v) for v in values_of(Structure, "reseaux_porteurs")
    }
    exported_values = {
        di
        for each in offer.lists().values()
        for value in each.values.values()
        for di in (*value.di, value.network)
        if di
    }
    assert exported_values | set(data_inclusion.NETWORKS_BY_CODE.values()) <= known


def values_of(model: Any, name: str) -> list[Any]:
    """Les valeurs de la liste fermée d’un champ, sous ses enveloppes (ensemble, facultatif)."""
    annotations, members = [model.model_fields[name].annotation], []
    while annotations:
        kind = annotations.pop()
        members += list(kind) if isinstance(kind, type) and hasattr(kind, "__members__") else []
        annotations += getattr(kind, "__args__", ())
    return members


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"frais_a_charge": ["free", "paid"]}, ("payant", "Gratuit, Payant")),
        ({"frais_precisions": "2 € la copie"}, (None, "2 € la copie")),
        ({"frais_a_charge": ["paid"], "frais_precisions": "5 €"}, ("payant", "5 €")),
    ],
)
def test_place_with_a_paid_service_is_not_called_free(change, expected):
    (service,) = data_inclusion.services(place({**ADDRESS, **change}), on=ON)
    assert (service["frais"], service["frais_precisions"]) == expected


@pytest.mark.parametrize(
    ("sheet", "expected"),
    [
        ({"code_insee": "97411"}, ["974"]),
        ({"code_insee": "2B033"}, ["2B"]),
        ({"code_postal": "20000"}, ["2A"]),
        ({"code_postal": "20600"}, ["2B"]),
        ({}, None),
    ],
)
def test_a_service_is_for_the_departement_of_its_place(sheet, expected):
    assert (
        data_inclusion.services(place({"nom": "Le Lien", **sheet}), on=ON)[0]["zone_eligibilite"] == expected
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"nom": "LN"}, "LN (lieu-1) : nom de moins de 3 caractères, refusé par le format"),
        ({"date_maj": ""}, "Le Lien (lieu-1) : date de mise à jour manquante, champ exigé par le format"),
        (
            {"date_maj": "2026-11-21"},
            (
                "Le Lien (lieu-1) : date de mise à jour « 2026-11-21 » avant 2000 ou à venir, refusée par le"
                " format"
            ),
        ),
    ],
)
def test_a_place_data_inclusion_refuses_is_left_out_with_its_sentence(tmp_path, change, sentence):
    assert data_inclusion.write(tmp_path, [place({**ADDRESS, **change})], on=ON) == [sentence]
    assert json.loads((tmp_path / "services.json").read_text("utf-8")) == []


def test_possible_twins_are_listed_beside_a_structure():
    assert data_inclusion.duplicates(place(ADDRESS, duplicates=("lieu-9",))) == [
        {"source": "maillage", "id": "maillage--lieu-9"}
    ]


SCORED = {
    "date_maj": (
        st.integers(0, 800)
        .filter(lambda age: age != 180)
        .map(lambda age: (date.today() - timedelta(age)).isoformat())
    ),
    "description": st.sampled_from(["x" * n for n in (5, 49, 50, 199, 200, 1999, 2000, 9999)]),
    "adresse": st.sampled_from([None, "12 rue Thiers"]),
    "modes_accueil": st.sampled_from([None, ["a-distance"], ["a-distance", "en-presentiel"]]),
    "modes_mobilisation": st.sampled_from([None, ["se-presenter"], ["telephoner", "envoyer-un-courriel"]]),
    "mobilisable_par": st.sampled_from([None, ["usagers"]]),
    "publics": st.sampled_from([None, ["jeunes"]]),
    "thematiques": st.sampled_from([None, ["numerique--acquerir-un-equipement"]]),
    "courriel": st.sampled_from([None, "a@le-lien.fr"]),
    "telephone": st.sampled_from([None, "+33476000001"]),
    "lien_mobilisation": st.sampled_from([None, "https://le-lien.fr/"]),
    "frais": st.sampled_from([None, "gratuit", "payant"]),
    "frais_precisions": st.sampled_from([None, "5 €"]),
    "source": st.sampled_from(["maillage", "agefiph"]),
}


@given(st.fixed_dictionaries(SCORED))
@settings(max_examples=60, deadline=None)
def test_our_score_is_that_of_data_inclusion(service):
    official_score, criteria = score(
        Service.model_validate({**service, "structure_id": "x", "id": "x", "nom": "Un service"})
    )
    own_score, own_criteria = data_inclusion.quality(service, date.today())
    assert own_criteria == {name: round(value, 2) for name, value in criteria.items() if value is not None}
    assert own_score == official_score
    assert len(data_inclusion.missing(service, date.today())) == sum(
        value < 1 for value in own_criteria.values()
    )


@pytest.mark.parametrize(
    ("age", "expected"), [(0, 1.0), (179, 1.0), (180, 1.0), (181, 1.0), (455, 0.5), (730, 0.0), (900, 0.0)]
)
def test_a_place_of_exactly_six_months_is_still_fresh(age, expected):
    (service,) = data_inclusion.services(
        place({**ADDRESS, "date_maj": (ON - timedelta(age)).isoformat()}), on=ON
    )
    assert data_inclusion.quality(service, ON)[1]["date_maj_recente"] == expected


def test_a_service_says_what_it_lacks():
    (service,) = data_inclusion.services(place(ADDRESS), on=ON)
    assert "le prix" in data_inclusion.missing(service, ON)
    (service,) = data_inclusion.services(place({**ADDRESS, "frais_a_charge": ["free"]}), on=ON)
    assert "le prix" not in data_inclusion.missing(service, ON)


# ------------------------------------------------------------------------------------------------------- HSDS


def judged(tables: hsds.Tables) -> list[str]:
    """Les fautes de chaque objet, selon son schéma et ce que ses tables exigent."""
    faults = []
    for name, schema in standards.hsds().items():
        complete_schema = {**schema, "required": schema["required"] + schema["tabular_required"]}
        judge = jsonschema.Draft202012Validator(complete_schema, format_checker=jsonschema.FormatChecker())
        faults += [f"{name}: {error.message}" for row in tables[name] for error in judge.iter_errors(row)]
    return faults


def test_every_object_of_hsds_is_valid_and_points_to_another(tmp_path):
    moving = {**FULL, "etapes": ["Marché de Vif", "Mairie de Claix"], "nom": "Bus"}
    places = [
        place(FULL),
        place(moving, "lieu-2"),
        place({"nom": "Sans adresse", "precision": 500}, "lieu-3", structure_id="s2"),
    ]
    sentences = hsds.write(tmp_path, places, on=ON)
    assert sentences == ["Sans adresse (lieu-3) : adresse incomplète, dite en attributs"]
    tables = {name: json.loads((tmp_path / f"{name}.json").read_text("utf-8")) for name in standards.hsds()}
    assert judged(tables) == []
    assert len(tables["organization"]) == 2
    assert len(tables["location"]) == 3 + 2
    assert tables["address"][0]["state_province"] == "Isère"
    ids = [row["id"] for rows in tables.values() for row in rows]
    assert len(set(ids)) == len(ids)
    for rows in tables.values():
        for row in rows:
            assert all(uuid.UUID(row[name]) and row[name] in ids for name in row if name.endswith("_id"))


def test_an_object_with_a_made_up_field_or_a_wrong_word_is_not_valid():
    tables = hsds.tables([place(FULL)])
    assert judged({**tables, "location": [{**tables["location"][0], "quartier": "Hoche"}]}) != []
    assert judged({**tables, "service": [{**tables["service"][0], "status": "ouvert"}]}) != []
    assert judged({**tables, "phone": [{"id": "1", "number": "3949"}]}) != []


def test_two_exports_of_the_same_places_are_the_same_bytes(tmp_path):
    places = [place(FULL), place({**ADDRESS}, "lieu-2")]
    hsds.write(tmp_path / "a", places, on=ON)
    hsds.write(tmp_path / "b", places[::-1], on=ON + timedelta(1))
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert len(files) == len(standards.hsds()) + 1
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name
    with zipfile.ZipFile(tmp_path / "a" / hsds.ARCHIVE) as archive:
        assert archive.namelist() == [schema["path"] for schema in standards.hsds().values()]
        rows = list(csv.DictReader(io.StringIO(archive.read("phones.csv").decode("utf-8"))))
    assert [row["number"] for row in rows] == FULL["telephone"]


def test_practices_are_services_with_their_own_conditions():
    tables = hsds.tables([place(FULL)])
    status = {row["name"]: row["status"] for row in tables["service"]}
    assert status == {
        data_inclusion.SERVICE_NAME: "active",
        "Wifi": "active",
        "Prêt de matériel": "inactive",
        "Cours et ateliers": "active",
    }
    course = next(row for row in tables["service"] if row["name"] == "Cours et ateliers")
    (hours,) = [row for row in tables["schedule"] if row.get("service_id") == course["id"]]
    assert (hours["byday"], hours["opens_at"], hours["closes_at"]) == ("TU", "14:00", "17:00")
    assert [row["amount"] for row in tables["cost_option"] if row["service_id"] == course["id"]] == [0]


@pytest.mark.parametrize(
    ("osm", "expected"),
    [
        ("Mo,We 9:00-12:00; PH,SH off", [("MO,WE", "09:00", "12:00")]),
        ("Mo-Su 10:00-12:00; Su off", [("MO,TU,WE,TH,FR,SA", "10:00", "12:00")]),
        ("Sa-Mo 10:00-12:00", [("MO,SA,SU", "10:00", "12:00")]),
        ("09:00-12:00", [("MO,TU,WE,TH,FR,SA,SU", "09:00", "12:00")]),
        ("week 1-53/2 We 09:00-12:00", []),
        ('Tu 14:00-17:00 "sur rendez-vous"', []),
        ("Sa 22:00-02:00", []),
        ("24/7", []),
        ("", []),
    ],
)
def test_hours_become_a_week_only_when_a_week_says_them(osm, expected):
    assert hsds.weekly(osm) == expected


# ---------------------------------------------------------------------------------------------------- GeoJSON


def test_a_map_has_longitude_first_and_no_point_for_a_commune(tmp_path):
    places = [place(FULL), place({**ADDRESS, **CENTRE}, "lieu-2")]
    assert geojson.write(tmp_path / "lieux.geojson", places, on=ON) == []
    collection = json.loads((tmp_path / "lieux.geojson").read_text("utf-8"))
    first, second = collection["features"]
    assert first["id"] == "lieu-1"
    assert first["geometry"]["coordinates"] == [5.72, 45.186123]
    assert second["geometry"] is None
    assert collection["bbox"] == [5.72, 45.186123, 5.72, 45.186123]
    assert "crs" not in collection
    own_properties = {"score_qualite", "fraicheur"}
    assert set(first["properties"]) - own_properties <= set(lmn.COLUMNS)
    assert own_properties <= set(first["properties"])
    assert "bbox" not in geojson.collection([places[1]], on=ON)


@pytest.mark.parametrize(
    ("updated", "confirmed", "expected"),
    [
        ("2025-11-21", None, 3),
        ("2010-01-01", None, 1),
        ("2010-01-01", "2026-11-01", 4),
        ("", None, 0),
        ("", "2026-11-01", 4),
    ],
)
def test_freshness_has_the_degrees_of_the_national_platform(updated, confirmed, expected):
    lieu = place({"date_maj": updated}, confirmed_on=date.fromisoformat(confirmed) if confirmed else None)
    assert freshness(lieu, on=ON) == expected


@pytest.mark.parametrize(
    ("sheet", "at", "expected"),
    [
        ({"horaires": {"osm": "Mo-Fr 09:00-12:00"}}, "2026-11-20T09:30", "ouvert"),
        ({"horaires": {"osm": "Mo-Fr 09:00-12:00"}}, "2026-11-20T13:30", "ferme"),
        ({"horaires": {"osm": "Mo-Fr 09:00-12:00"}, "code_insee": "97411"}, "2026-11-20T09:30", "ferme"),
        ({"horaires": {"osm": "Mo-Fr 09:00-12:00; PH off"}}, "2026-07-14T08:30", "ferme"),
        ({"horaires": {"osm": "Mo-Fr 09:00-12:00; SH off"}}, "2026-11-20T09:30", "inconnu"),
        ({"horaires": {"osm": 'Mo 09:00-12:00 || "sur rdv"'}}, "2026-11-20T17:30", "inconnu"),
        (
            {
                "horaires": {"osm": "Mo-Fr 09:00-12:00"},
                "fermetures": [{"du": "2026-11-16", "au": "2026-11-22"}],
            },
            "2026-11-20T09:30",
            "ferme",
        ),
        ({"horaires": {"text": "le matin"}}, "2026-11-20T09:30", "inconnu"),
        ({}, "2026-11-20T09:30", "inconnu"),
    ],
)
def test_a_place_is_open_at_its_own_clock(sheet, at, expected):
    """Les moments sont en temps universel : 10 h 30 à Paris en novembre, 13 h 30 à La Réunion."""
    feature = geojson.feature(place(sheet), on=ON, at=datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert feature["properties"]["etat_ouverture"] == expected


# ---------------------------------------------------------------------------------------------------- tableau


def test_the_table_keeps_what_professionals_keep_for_themselves_out():
    columns, (row,) = table.rows([place(FULL)])
    assert "notes" not in columns
    assert "Ne pas publier" not in row.values()
    assert row["pratique_wifi"] == "proposé"
    assert row["pratique_wifi_endroit"] == "En intérieur|En plein air"
    assert row["fermetures"] == "2026-12-24/2027-01-02 : congés"
    assert set(row) <= set(columns)


# ------------------------------------------------------------------------------------------------ publication


def test_a_publication_is_a_folder_ready_to_send(tmp_path):
    producer = publication.Producer(
        "20004077500012", "la Métropole", "Grenoble-Alpes Métropole", zone="fr:epci:200040715"
    )
    places = [
        place(FULL),
        place({**FULL, "id": "lieu-2", "date_maj": "2025-01-31"}, "lieu-2"),
        place({"nom": "=1+1"}, "lieu-3"),
    ]
    sentences = publication.write(tmp_path, places, on=ON, producer=producer)
    assert len(sentences) == 3
    about = json.loads((tmp_path / "publier.json").read_text("utf-8"))
    assert (
        about["title"]
        == "Lieux de médiation numérique sur le territoire Grenoble-Alpes Métropole fournis par la Métropole"
    )
    assert (about["start"], about["end"], about["license"]) == ("2025-01-31", "2026-05-02", "lov2")
    table_name, twin = (resource["source"] for resource in about["ressources"])
    assert table_name == "2026-11-20_20004077500012_lieux-de-mediation-numerique_GrenobleAlpesMetropole.csv"
    assert {path.name for path in tmp_path.iterdir()} == {table_name, twin, "publier.json", "rapport.csv"}
    assert verdict(tmp_path / table_name) == []
    assert len(json.loads((tmp_path / twin).read_text("utf-8"))) == 2
    report = list(csv.DictReader((tmp_path / "rapport.csv").open(encoding="utf-8")))
    assert [row["field"] for row in report] == ["commune", "code_postal", "adresse"]
    assert {(row["index"], row["entryName"]) for row in report} == {("3", "'=1+1")}


def test_a_publication_without_any_place_is_refused(tmp_path):
    with pytest.raises(Refused) as caught:
        publication.write(
            tmp_path,
            [place({"nom": "Le Lien"})],
            on=ON,
            producer=publication.Producer("W381000000", "P", "T"),
        )
    assert "aucun lieu ne peut être publié" in caught.value.what
    assert list(tmp_path.iterdir()) == []


# --------------------------------------------------------------------------------------------- ce qui se perd

WORDS = (
    st.text(alphabet="abcdéè '-,.«»", min_size=6, max_size=24)
    .map(str.strip)
    .filter(lambda text: len(text) > 5)
)
LINE = st.one_of(WORDS, WORDS.map(lambda text: f"{text}|suite"))
PHONE = st.sampled_from(["+33476000001", "+33476000002", "3949", "+262262000001"])
HOURS = st.fixed_dictionaries(
    {"osm": st.sampled_from(["Mo-Fr 09:00-12:00", "Mo[1] 10:00-12:00", "Tu,Th 9:00-12:00; PH off"])},
    optional={"text": WORDS, "left": WORDS},
)
BY_KIND: dict[str, st.SearchStrategy[Any]] = {
    "key": st.just("lieu-1"),
    "pivot": st.sampled_from(["43493312300029", "W381000123", "434933123"]),
    "name": WORDS.map(lambda text: f"Le {text}a"),
    "line": WORDS,
    "text": st.one_of(WORDS, st.just("Une longue phrase. " * 20)),
    "street": WORDS,
    "commune": st.just("Grenoble"),
    "postcode": st.just("38000"),
    "insee": st.just("38185"),
    "latitude": st.sampled_from([45.18, 45.186123456]),
    "longitude": st.sampled_from([5.72, -1.5536213]),
    "kinds": st.lists(st.sampled_from(["ASSO", "BIB", "MJC", "CCAS"]), min_size=1, unique=True),
    "phone": st.lists(PHONE, min_size=1, unique=True),
    "mail": st.lists(st.sampled_from(["a@le-lien.fr", "b@le-lien.fr"]), min_size=1, unique=True),
    "site": st.lists(st.sampled_from(["https://a.fr/", "https://b.fr/?x=1|2"]), min_size=1, unique=True),
    "lines": st.lists(LINE, min_size=1, max_size=3, unique=True),
    "hours": HOURS,
    "date": st.just("2026-05-02"),
    "yesno": st.booleans(),
    "whole": st.integers(0, 50),
    "closures": st.just([{"du": "2026-12-24", "au": "2027-01-02", "motif": "congés"}, {"du": "2026-08-01"}]),
}


def some(field: offer.Field) -> st.SearchStrategy[Any]:
    if field.kind == "list":
        return st.lists(
            st.sampled_from(list(offer.lists()[field.list].values)), min_size=1, max_size=3, unique=True
        )
    return BY_KIND[field.kind]


PRACTICE = st.fixed_dictionaries(
    {"state": st.sampled_from(list(STATES))},
    optional={name: some(field) for name, field in offer.conditions().items()},
)
SHEETS = st.fixed_dictionaries(
    {name: some(offer.fields()[name]) for name in ("id", "date_maj", "nom")},
    optional={
        **{
            name: some(field)
            for name, field in offer.fields().items()
            if name not in ("id", "date_maj", "nom")
        },
        "precision": st.just(1200),
        "practices": st.dictionaries(
            st.sampled_from(list(offer.practices())), PRACTICE, min_size=1, max_size=2
        ),
    },
)


def slugs(list_id: str, words: list[str]) -> list[str]:
    return [option.slug for word in words for option in offer.lists()[list_id].meanings(word) or ()]


def read_lmn(row: dict[str, Any]) -> dict[str, Any]:
    """Relire une ligne du schéma national."""
    out: dict[str, Any] = {}
    for name, cell in row.items():
        if cell and name in offer.fields() and not (name == "pivot" and cell == offer.UNKNOWN_PIVOT):
            out[name] = read_cell(offer.fields()[name], cell)
    return out


def read_cell(field: offer.Field, cell: Any) -> Any:
    parts = str(cell).split("|")
    match field.kind:
        case "list":
            return slugs(field.list, parts)
        case "kinds" | "phone" | "mail" | "site" | "lines":
            return parts
        case "hours":
            return {"osm": cell}
        case "latitude" | "longitude":
            return float(cell)
        case "whole":
            return int(cell)
        case "yesno":
            return cell == "oui"
        case "closures":
            return [read_closure(part) for part in parts]
    return cell


def read_closure(text: str) -> dict[str, str]:
    days, _, reason = text.partition(" : ")
    start, _, end = days.partition("/")
    return {name: value for name, value in (("du", start), ("au", end), ("motif", reason)) if value}


def again_lmn(lieu: Published) -> dict[str, Any]:
    text = io.StringIO(table_text([dict(row) for row in lmn.rows([lieu])[0]]), newline="")
    return read_lmn(next(csv.DictReader(text)))


def again_geojson(lieu: Published) -> dict[str, Any]:
    (feature,) = json.loads(json.dumps(geojson.collection([lieu], on=ON)))["features"]
    west, north = (feature["geometry"] or {"coordinates": (None, None)})["coordinates"]
    return read_lmn({**feature["properties"], "longitude": west, "latitude": north})


def again_csv(lieu: Published) -> dict[str, Any]:
    (row,) = csv.DictReader(io.StringIO(table.text([lieu]), newline=""))
    cells = {name: bare(cell) for name, cell in row.items() if cell}
    out = read_own(cells, offer.fields(), "") | {"id": cells["id_origine"]}
    out["precision"] = int(cells["precision"]) if "precision" in cells else None
    states = {label: state for state, label in STATES.items()}
    practice_ids = [practice for practice in offer.practices() if f"pratique_{practice}" in cells]
    out["practices"] = {
        practice: {
            "state": states[cells[f"pratique_{practice}"]],
            **read_own(cells, offer.conditions(), f"pratique_{practice}_"),
        }
        for practice in practice_ids
    }
    return out


def read_own(cells: dict[str, str], fields: Any, prefix: str) -> dict[str, Any]:
    out = {}
    for name, field in fields.items():
        if field.kind == "hours":
            parts = {part: cells.get(f"{prefix}{name}{suffix}") for part, suffix in table.HOURS.items()}
            out[name] = {part: text for part, text in parts.items() if text}
        elif f"{prefix}{name}" in cells:
            out[name] = read_cell(field, cells[f"{prefix}{name}"])
    return {name: value for name, value in out.items() if value not in ({}, [])}


def again_data_inclusion(lieu: Published) -> dict[str, Any]:
    structure, (service,) = data_inclusion.structure(lieu, on=ON), data_inclusion.services(lieu, on=ON)
    out: dict[str, Any] = {
        "id": structure["id"].removeprefix("maillage--"),
        "pivot": structure["siret"],
        "presentation_resume": structure["description"],
        "presentation_detail": service["description"],
        "horaires": {"osm": structure["horaires_accueil"]},
        "fiche_acces_libre": [structure["accessibilite_lieu"]],
        "prise_rdv": [service["lien_mobilisation"]],
        "courriels": [structure["courriel"]],
        "telephone": [structure["telephone"]],
        "site_web": [structure["site_web"]],
        "acces_precisions": service["conditions_acces"],
        "avant_de_venir": service["mobilisation_precisions"],
        "publics_precisions": service["publics_precisions"],
        **{name: structure[name] for name in ("nom", "date_maj", "latitude", "longitude")},
        **{
            name: structure[name]
            for name in ("commune", "code_postal", "code_insee", "adresse", "complement_adresse")
        },
    }
    for name, listed in (
        ("publics_specifiquement_adresses", service["publics"]),
        ("modalites_acces", service["modes_mobilisation"]),
    ):
        out[name] = [
            v.id
            for v in offer.lists()[name].values.values()
            if v.di and v.di[0] in (listed or ()) and v.id != "prescribe"
        ]
    ways = {type: way for way, type in data_inclusion.TYPES.items()}
    remote = ["remote"] if "a-distance" in service["modes_accueil"] else []
    out["modalites_accompagnement"] = [ways[type] for type in [service["type"]] if type] + remote
    note = service["frais_precisions"] or ""
    conditional = service["frais"] == "gratuit" and note.startswith("sous condition")
    out["frais_a_charge"] = (
        ["conditional"] if conditional else {"gratuit": ["free"], "payant": ["paid"]}.get(service["frais"])
    )
    out["frais_precisions"] = note.removeprefix("sous condition").removeprefix(" : ") if conditional else note
    both = {
        name: offer.lists()[name].values.values()
        for name in ("dispositif_programmes_nationaux", "formations_labels")
    }
    owners: dict[str, list[tuple[str, str]]] = {}
    for name, values in both.items():
        for value in values:
            owners.setdefault(value.network, []).append((name, value.id))
    for name in both:
        alone = [owners[n][0] for n in structure["reseaux_porteurs"] or () if len(owners.get(n, ())) == 1]
        out[name] = [slug for owner, slug in alone if owner == name]
    return out


def again_hsds(lieu: Published) -> dict[str, Any]:
    rows = {
        name: [SimpleNamespace(**row) for row in table_rows]
        for name, table_rows in hsds.tables([lieu]).items()
    }
    get: Callable[[Any, str], Any] = lambda row, name: getattr(row, name, None)  # noqa: E731
    main, *stops = rows["location"]
    service = rows["service"][0]
    (address,) = rows["address"] or [SimpleNamespace()]
    hours = [row for row in rows["schedule"] if get(row, "location_id")]
    terms = {row.id: row.code.partition("/") for row in rows["taxonomy_term"]}
    out: dict[str, Any] = {
        "pivot": get(main, "external_identifier"),
        "nom": get(main, "name"),
        "presentation_resume": get(main, "description"),
        "venir": get(main, "transportation"),
        "latitude": get(main, "latitude"),
        "longitude": get(main, "longitude"),
        "adresse": get(address, "address_1"),
        "complement_adresse": get(address, "address_2"),
        "commune": get(address, "city"),
        "code_postal": get(address, "postal_code"),
        "presentation_detail": get(service, "description"),
        "frais_precisions": get(service, "fees_description"),
        "autres_formations_labels": (get(service, "accreditations") or "").split("|"),
        "site_web": [get(service, "url")],
        "courriels": [get(service, "email")],
        "date_maj": service.last_modified[:10],
        "telephone": [row.number for row in rows["phone"]],
        "langues": [row.name for row in rows["language"] if get(row, "location_id")],
        "fiche_acces_libre": [row.url for row in rows["accessibility"]],
        "prise_rdv": [get(row, "schedule_link") for row in hours][:1],
        "horaires": {"osm": get(hours[0], "description")} if hours else {},
        "etapes": [row.name for row in stops],
        "practices": {},
    }
    states = {status: state for state, status in hsds.STATUS.items()}
    for row in rows["attribute"]:
        field, _, slug = terms[row.taxonomy_term_id]
        if field == hsds.TABLE:
            continue  # what only a directory like ours reads: test_round_trip
        if row.link_type == "pratique":
            status = next(each.status for each in rows["service"] if each.id == row.link_id)
            out["practices"][slug] = {"state": states[status]}
        else:
            out.setdefault(field, []).append(slug)
    return out


AGAIN = {
    loss.LMN: again_lmn,
    loss.DATA_INCLUSION: again_data_inclusion,
    loss.HSDS: again_hsds,
    loss.GEOJSON: again_geojson,
    loss.CSV: again_csv,
}


def same(field: str, read_back: Any, wanted: Any) -> bool:
    """Une liste fermée n’a pas d’ordre ; tout le reste est comparé tel quel."""
    known = offer.fields().get(field)
    if known and known.kind == "list":
        return set(read_back or ()) == set(wanted)
    return bool(read_back == wanted)


@pytest.mark.parametrize("format", AGAIN)
@given(sheet=SHEETS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_export_read_back_loses_only_the_listed_fields(format, sheet):
    """Ce qui n’est pas dit perdu revient ; ce qui est dit perdu ne revient pas."""
    sheet = (
        {**ADDRESS, **sheet} if format == loss.LMN else sheet
    )  # sans adresse, le schéma national ne veut pas du lieu
    read_back = AGAIN[format](place(sheet, "mon-lieu"))
    changed = [field for field in sheet if not same(field, read_back.get(field), sheet[field])]
    assert sorted(changed) == sorted(loss.lost(format, sheet))


@given(sheet=SHEETS)
@settings(max_examples=times(15, 30), deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_place_is_valid_for_those_who_read_it(sheet):
    lieu = place(sheet)
    Structure.model_validate(data_inclusion.structure(lieu, on=ON))
    Service.model_validate(data_inclusion.services(lieu, on=ON)[0])
    assert judged(hsds.tables([lieu])) == []
    assert len(lmn.rows([place({**ADDRESS, **sheet})])[0]) == 1


def test_every_format_is_written_by_its_name(tmp_path):
    for name, format in every.FORMATS.items():
        assert every.write(name, tmp_path / name, [place(FULL)], on=ON) == []
        assert (tmp_path / name).is_dir() == format.folder


def test_places_always_come_in_the_order_of_their_ids():
    places = [place(ADDRESS, id) for id in ("c", "a", "b")]
    assert [each.id for each in ordered(places)] == ["a", "b", "c"]
    assert [row["id"] for row in lmn.rows(places)[0]] == ["a", "b", "c"]
    assert [row["id"] for row in table.rows(places)[1]] == ["a", "b", "c"]


def test_the_page_of_formats_says_what_the_code_loses():
    page = (ROOT / "docs" / "methods" / "formats.md").read_text("utf-8")
    for format, known in every.FORMATS.items():
        rows = [
            f"| {sentence} | {', '.join(labels)} |"
            for sentence, labels in loss.loss_sentences(format).items()
        ]
        section = page.split(f"## {known.label} (`{format}`)\n")[1].split("\n## ")[0]
        written = [
            line
            for line in section.splitlines()
            if line.startswith("| ") and not line.startswith("| Ce qui se perd")
        ]
        assert written == rows, "\n" + "\n".join(rows)


# --- les formats des autres, lus par l’import

LAVAL = {
    "commune": "Laval",
    "code_insee": "53130",
    "code_postal": "53000",
    "date_maj": "2024-09-01",
    "source": "dora",
}
STRUCTURES = [
    {
        **LAVAL,
        "id": "s1",
        "nom": "CCAS de Laval",
        "adresse": "10 rue de Strasbourg",
        "telephone": "+33243493300",
        "longitude": -0.769912,
        "latitude": 48.070712,
        "horaires_accueil": "Mo-Fr 08:30-12:00",
        "reseaux_porteurs": ["ccas-cias"],
    },
    {**LAVAL, "id": "s2", "nom": "Copainville", "adresse": "Rue Volney", "reseaux_porteurs": []},
]
HELP = {"structure_id": "s1", "date_maj": "2024-09-02", "description": "Aide", "frais": "gratuit"}
SERVICES = [
    {**HELP, "id": "v1", "nom": "Permanence", "thematiques": ["numerique--acceder-a-des-services-en-ligne"]},
    {
        **LAVAL,
        **HELP,
        "id": "v2",
        "nom": "Ailleurs",
        "adresse": "1 rue du Lieu",
        "courriel": "a@laval.fr",
        "publics": ["seniors"],
    },
    {**LAVAL, **HELP, "id": "v3", "nom": "Orphelin", "structure_id": "s9", "thematiques": []},
]


def imported(content: Any, name: str) -> dict[str, Any]:
    """Les fiches que donne un fichier d’un autre, par leur identifiant."""
    read = files.places(parse(json.dumps(content).encode(), name), today=ON)
    return {row.sheet["id"]: row.sheet for row in read.accepted}


def test_a_file_of_structures_and_services_gives_one_place_a_structure():
    """Le nom, l’adresse, le point, le téléphone sont ceux de la structure ; ses services ajoutent ce
    qu’elle ne dit pas.
    """
    place_by_id = imported({"structures": STRUCTURES, "services": SERVICES}, "di.json")
    assert list(place_by_id) == ["s1", "s2", "s9"]
    assert place_by_id["s1"]["nom"] == "CCAS de Laval"
    assert place_by_id["s1"]["adresse"] == "10 rue de Strasbourg"
    assert place_by_id["s1"]["telephone"] == ["+33243493300"]
    assert place_by_id["s1"]["courriels"] == ["a@laval.fr"]
    assert (place_by_id["s1"]["latitude"], place_by_id["s1"]["longitude"]) == (48.070712, -0.769912)
    assert place_by_id["s1"]["horaires"]["osm"] == "Mo-Fr 08:30-12:00"
    assert (place_by_id["s1"]["services"], place_by_id["s1"]["frais_a_charge"]) == (["procedures"], ["free"])
    assert place_by_id["s1"]["publics_specifiquement_adresses"] == ["seniors"]
    assert place_by_id["s1"]["typologie"] == ["CCAS"]


TAGS = {
    "name": "Les Champs",
    "amenity": "library",
    "addr:housenumber": "12",
    "addr:street": "Rue de la Paix",
    "addr:city": "Rennes",
    "contact:phone": "+33 2 23 40 66 00",
    "opening_hours": "Tu-Fr 12:00-19:00; PH off",
    "internet_access": "wlan",
    "wheelchair": "yes",
}
MAPS = {
    "Overpass": {
        "elements": [{"type": "way", "id": 7, "center": {"lat": 48.105123, "lon": -1.674321}, "tags": TAGS}]
    },
    "overpass-turbo": {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": "way/7",
                "properties": {"@id": "way/7", **TAGS},
                "geometry": {"type": "Point", "coordinates": [-1.674321, 48.105123]},
            }
        ],
    },
}


@pytest.mark.parametrize("content", MAPS.values(), ids=MAPS)
def test_places_of_openstreetmap_are_read_by_their_tags(content):
    sheet = imported(content, "osm")["way/7"]
    assert (sheet["nom"], sheet["adresse"], sheet["commune"]) == ("Les Champs", "12 Rue de la Paix", "Rennes")
    assert (sheet["latitude"], sheet["longitude"]) == (48.105123, -1.674321)
    assert sheet["telephone"] == ["+33223406600"]
    assert sheet["horaires"]["osm"] == TAGS["opening_hours"]
    assert (sheet["typologie"], sheet["prise_en_charge_specifique"]) == (["BIB"], ["motor"])
    assert sheet["practices"] == {"wifi": {"state": "offered"}}
    assert sheet["licence"] == "ODbL-1.0"
