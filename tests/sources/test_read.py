"""Files in a form known to all: every value of every official list has its destination, and what has none
is told.
"""

import json
from datetime import date

import pytest

from maillage.kernel.errors import Refused
from maillage.reference import offer
from maillage.sources import contours
from maillage.sources.offer import files, mapping, report
from maillage.sources.offer import read as read_module
from maillage.sources.offer.clean import commune, point, wording
from maillage.sources.offer.forms import read as forms

TODAY = date(2026, 11, 20)
PLACE = {"commune": "Grenoble", "code_postal": "38000", "adresse": "2 rue des Lilas"}


def result(*rows, **more):
    sheet = forms.parse(json.dumps(rows, ensure_ascii=False).encode(), "lieux.json")
    return files.places(sheet, today=TODAY, **more)


def one(row, **more):
    """The sheet of a row, and what the report says of values that went nowhere."""
    read_file = result(row, **more)
    (read,) = read_file.rows
    assert not read.refused, read.refused
    return read.sheet, {value for _, value, _ in read_file.idle}, read


# --- national schema 1.0.2
# ----------------------------------------------------------------------------------------------

OFFICIAL = {
    "id": "structure-1", "pivot": "43493312300029", "nom": "Anonymal", "commune": "Reims", "code_postal": "51100", "code_insee": "51454",
    "adresse": "12 BIS RUE DE LECLERCQ", "complement_adresse": "Le patio du bois de l'Aulne", "latitude": "43.52609", "longitude": "5.41423", "typologie": "TIERS_LIEUX|ASSO",
    "telephone": "+33180059880", "courriels": "contact@laquincaillerie.tl|responsable@laquincaillerie.tl",
    "site_web": "https://www.laquincaillerie.tl/|https://m.facebook.com/laquincaillerienumerique/", "horaires": "Mo-Fr 09:00-12:00,14:00-18:30; Sa 08:30-12:00",
    "presentation_resume": "Notre association propose des formations.", "presentation_detail": "Notre parcours d'initiation permet l'acquisition de compétences.", "source": "Hubik",
    "itinerance": "Itinérant", "structure_parente": "Pôle emploi", "date_maj": "2024-04-02",
    "services": "Maîtrise des outils numériques du quotidien|Insertion professionnelle via le numérique", "publics_specifiquement_adresses": "Jeunes|Femmes",
    "prise_en_charge_specifique": "Surdité|Illettrisme|Langues étrangères (anglais)", "frais_a_charge": "Gratuit sous condition|Payant",
    "dispositif_programmes_nationaux": "Aidants Connect|Conseillers numériques|La Croix Rouge",
    "formations_labels": "Formé à « Mon Espace Santé »|Arnia/MedNum BFC (Bourgogne-Franche-Comté)", "autres_formations_labels": "Label et la bête",
    "modalites_acces": "Se présenter|Téléphoner", "modalites_accompagnement": "Dans un atelier collectif|À distance|En autonomie|Accompagnement individuel",
    "fiche_acces_libre": "https://acceslibre.beta.gouv.fr/app/29-lampaul-plouarzel/a/bibliotheque-mediatheque/erp/mediatheque-13/", "prise_rdv": "https://www.rdv-solidarites.fr/",
}  # fmt: skip


def test_the_official_example_is_read_in_full_and_its_wrong_point_is_detected():
    """L’exemple officiel place Reims à Aix-en-Provence : tout est lu, le point est refusé."""
    sheet, idle, read = one(OFFICIAL)
    assert mapping.recognised([*OFFICIAL]).id == "lmn-1.0.2"
    assert idle == set()
    assert {r.field for r in read.remarks if r.word in ("doubtful", "refused")} == {"latitude", "longitude"}
    assert sheet["precision"] > 1000
    assert sheet["typologie"] == ["TIERS_LIEUX", "ASSO"]
    assert sheet["prise_en_charge_specifique"] == ["deafness", "illiteracy", "english"]
    assert sheet["formations_labels"] == ["mes", "arnia"]
    assert set(OFFICIAL) <= set(sheet)


NATIONAL = {
    id: [value.label for value in offer.lists()[id].values.values()]
    for id in (
        "itinerance", "services", "publics_specifiquement_adresses", "prise_en_charge_specifique",
        "frais_a_charge", "dispositif_programmes_nationaux", "formations_labels", "modalites_acces",
        "modalites_accompagnement",
    )
}  # fmt: skip


def test_the_lists_hold_the_values_of_the_schema():
    assert {id: len(values) for id, values in NATIONAL.items()} == {
        "itinerance": 2,
        "services": 9,
        "publics_specifiquement_adresses": 5,
        "prise_en_charge_specifique": 7,
        "frais_a_charge": 3,
        "dispositif_programmes_nationaux": 11,
        "formations_labels": 10,
        "modalites_acces": 6,
        "modalites_accompagnement": 4,
    }


@pytest.mark.parametrize(
    ("field", "label"), [(field, label) for field, labels in NATIONAL.items() for label in labels]
)
@pytest.mark.parametrize(
    "write", [str, str.upper, lambda text: text.replace("'", "’"), lambda text: f" {text} "]
)
def test_every_value_of_the_national_schema_is_read_however_it_is_typed(field, label, write):
    sheet, idle, read = one({**OFFICIAL, "latitude": "", "longitude": "", field: write(label)})
    value = next(each for each in offer.lists()[field].values.values() if each.label == label)
    assert sheet[field] == [value.id]
    assert idle == set()
    assert not [r for r in read.remarks if r.field == field and r.word != "read"]


@pytest.mark.parametrize(
    "label", ["Étapes numériques (La Poste)", "Étapes numériques(La Poste)", "etapes numeriques (la poste)"]
)
def test_both_spellings_of_the_official_mistake_are_read(label):
    assert one({**OFFICIAL, "formations_labels": label})[0]["formations_labels"] == ["etapes"]


def test_two_phones_odd_quotation_marks_and_typographic_apostrophes():
    sheet, _, read = one(
        {
            **OFFICIAL,
            "telephone": "+33180059880|+33180059881",
            "presentation_resume": "Le café ＂Les Liens＂",
            "modalites_acces": "Ce lieu n’accueille pas de public",
            "nom": "L’Établi",
        }
    )
    assert sheet["telephone"] == ["+33180059880", "+33180059881"]
    assert sheet["presentation_resume"] == 'Le café "Les Liens"'
    assert (sheet["modalites_acces"], sheet["nom"]) == (["closed"], "L’Établi")
    assert next(r for r in read.remarks if r.field == "presentation_resume").word == "mended"


def test_a_token_twice_and_an_empty_one_are_read_once():
    assert one({**OFFICIAL, "frais_a_charge": "|Gratuit|Gratuit|"})[0]["frais_a_charge"] == ["free"]


def test_a_label_out_of_the_list_is_another_label():
    sheet, _, read = one({**OFFICIAL, "formations_labels": "ORDI 3.0|Label maison"})
    assert (sheet["formations_labels"], sheet["autres_formations_labels"]) == (
        ["ordi"],
        ["Label et la bête", "Label maison"],
    )
    assert not [r for r in read.remarks if r.field == "formations_labels" and r.word != "read"]


def test_a_word_out_of_a_list_is_doubtful_and_stays_in_the_text_beside():
    sheet, _, read = one({**OFFICIAL, "frais_a_charge": "Gratuit|À prix libre", "services": "Poterie"})
    assert (sheet["frais_a_charge"], sheet["frais_precisions"]) == (["free"], "À prix libre")
    reason_by_field = {r.field: r.reason for r in read.remarks if r.word == "doubtful"}
    assert reason_by_field["frais_a_charge"] == "hors de la liste : À prix libre"
    assert reason_by_field["services"] == "hors de la liste : Poterie"
    assert "services" not in sheet


# --- 0.1.0 and 0.1.1
# --------------------------------------------------------------------------------------------------

NOTHING, EVERYBODY = "nulle part", "tout le monde"
V01 = {  # value: (field of the sheet, what it becomes there)
    "services": {
        "Devenir autonome dans les démarches administratives": ("services", "procedures"),
        "Réaliser des démarches administratives avec un accompagnement": ("services", "procedures"),
        "Accompagner les démarches de santé": ("services", "procedures"),
        "Prendre en main un smartphone ou une tablette": ("services", "everyday"),
        "Prendre en main un ordinateur": ("services", "everyday"),
        "Utiliser le numérique au quotidien": ("services", "everyday"),
        "Approfondir ma culture numérique": ("services", "understanding"),
        "Promouvoir la citoyenneté numérique": ("services", "understanding"),
        "Favoriser mon insertion professionnelle": ("services", "work"),
        "Créer et développer mon entreprise": ("services", "work"),
        "Accéder à une connexion internet": ("services", "access"),
        "Accéder à du matériel": ("services", "access"),
        "S'équiper en matériel informatique": ("services", "equipment"),
        "Créer avec le numérique": ("services", "leisure"),
        "Soutenir la parentalité et l'éducation avec le numérique": ("services", "parenting"),
    },
    "publics_accueillis": {
        "Seniors (+ 65 ans)": ("publics_specifiquement_adresses", "seniors"),
        "Familles/enfants": ("publics_specifiquement_adresses", "families"),
        "Jeunes (16-26 ans)": ("publics_specifiquement_adresses", "youth"),
        "Uniquement femmes": ("publics_specifiquement_adresses", "women"),
        "Adultes": NOTHING,
        "Public langues étrangères": ("prise_en_charge_specifique", "languages"),
        "Déficience visuelle": ("prise_en_charge_specifique", "sight"),
        "Surdité": ("prise_en_charge_specifique", "deafness"),
        "Personnes en situation d'illettrisme": ("prise_en_charge_specifique", "illiteracy"),
        "Handicaps mentaux : déficiences limitant les activités d'une personne": (
            "prise_en_charge_specifique",
            "mental",
        ),
        "Handicaps psychiques : troubles psychiatriques donnant lieu à des atteintes comportementales": (
            "prise_en_charge_specifique",
            "mental",
        ),
    },
    "conditions_acces": {
        "Gratuit : Je peux accéder gratuitement au lieu et à ses services": ("frais_a_charge", "free"),
        "Gratuit sous condition : La gratuité est conditionnée à des critères (situation familiale, convention avec un organisme social...)": (
            "frais_a_charge",
            "conditional",
        ),
        "Payant : L'accès au lieu et/ou à ses services est payant": ("frais_a_charge", "paid"),
        "Accepte le Pass numérique : Il est possible d'utiliser un Pass numérique pour accéder au lieu": (
            "frais_precisions",
            "Accepte le Pass numérique : Il est possible d'utiliser un Pass numérique pour accéder au lieu",
        ),
        "Adhésion : L'accès au lieu et/ou à ses services nécessite d'y adhérer": ("frais_a_charge", "paid"),
    },
    "labels_nationaux": {
        "France Services": ("dispositif_programmes_nationaux", "france-services"),
        "CNFS": ("dispositif_programmes_nationaux", "conseillers-numeriques"),
        "Aidants Connect": ("dispositif_programmes_nationaux", "aidants-connect"),
        "Grandes écoles du numérique": ("dispositif_programmes_nationaux", "gen"),
        "Point relais CAF": ("dispositif_programmes_nationaux", "caf"),
        "Point numérique CAF": ("dispositif_programmes_nationaux", "caf"),
        "Fabriques de Territoire": ("formations_labels", "fabriques"),
        "APTIC": ("autres_formations_labels", "APTIC"),
        "Relais pôle emploi": ("autres_formations_labels", "Relais pôle emploi"),
        "French Tech": ("autres_formations_labels", "French Tech"),
        "Campus connecté": ("autres_formations_labels", "Campus connecté"),
    },
    "modalites_accompagnement": {
        "Seul : j'ai accès à du matériel et une connexion": ("modalites_accompagnement", "alone"),
        "Avec de l'aide : je suis accompagné seul dans l'usage du numérique": (
            "modalites_accompagnement",
            "person",
        ),
        "Dans un atelier : j'apprends collectivement à utiliser le numérique": (
            "modalites_accompagnement",
            "group",
        ),
        "A ma place : une personne habilitée fait les démarches à ma place": (
            "modalites_accompagnement",
            "person",
        ),
    },
}
ALSO = {  # what a value says besides
    "Adhésion : L'accès au lieu et/ou à ses services nécessite d'y adhérer": (
        "frais_precisions",
        "adhésion demandée",
    ),
    "A ma place : une personne habilitée fait les démarches à ma place": (
        "acces_precisions",
        "fait à la place de la personne",
    ),
}
OLD = {
    "nom": "Le Lien",
    **PLACE,
    "courriel": "a@exemple.org",
    "cle_ban": "38185_0001",
    "labels_autres": "Label local",
}


def goes(sheet, destination):
    field, value = destination
    return value == sheet.get(field) or value in sheet.get(field, ())


def check(row, column, value, destination):
    sheet, idle, read = one({**row, column: value})
    if destination == NOTHING:
        assert idle == {value}
    elif destination == EVERYBODY:
        assert idle == set() and "publics_specifiquement_adresses" not in sheet
    else:
        assert goes(sheet, destination), sheet
        assert idle == set()
    if value in ALSO:
        assert goes(sheet, ALSO[value])
    assert not [r for r in read.remarks if r.reason.startswith("hors de la liste")]


@pytest.mark.parametrize("column", V01)
def test_the_old_lists_are_whole(column):
    assert len(V01[column]) == {"services": 15, "publics_accueillis": 11, "conditions_acces": 5, "labels_nationaux": 11, "modalites_accompagnement": 4}[column]  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value"), [(column, value) for column, values in V01.items() for value in values]
)
def test_every_value_of_0_1_has_its_destination(column, value):
    assert mapping.recognised([*OLD, column]).id == "lmn-0.1"
    check(OLD, column, value, V01[column][value])


def test_typographic_apostrophes_change_nothing():
    value = "A ma place : une personne habilitée fait les démarches à ma place".replace("'", "’")
    check(OLD, "modalites_accompagnement", value, ("modalites_accompagnement", "person"))
    check(OLD, "services", "S’équiper en matériel informatique", ("services", "equipment"))


def test_all_the_values_of_0_1_in_one_row_separated_as_it_says():
    row = {
        **OLD,
        **{column: ";".join(values) for column, values in V01.items()},
        "accessibilite": "https://acceslibre.beta.gouv.fr/x/",
    }
    sheet, idle, read = one(row)
    assert idle == {"Adultes"}
    assert len(sheet["services"]) == 8  # no old value gives the ninth, « Utilisation sécurisée du numérique »
    assert sheet["fiche_acces_libre"] == ["https://acceslibre.beta.gouv.fr/x/"]
    labels = {"APTIC", "Relais pôle emploi", "French Tech", "Campus connecté", "Label local"}
    assert set(sheet["autres_formations_labels"]) == labels
    assert not [r for r in read.remarks if r.reason.startswith("hors de la liste")]
    assert report.of(result(row))["colonnes_laissees"] == ["cle_ban"]


def test_an_accessibility_that_is_no_address_is_reported():
    _, _, read = one({**OLD, "accessibilite": "Rampe amovible"})
    assert [(r.word, r.value) for r in read.remarks if r.field == "fiche_acces_libre"] == [
        ("refused", "Rampe amovible")
    ]


# --- etalab 0.1.2
# -----------------------------------------------------------------------------------------------------

ETALAB = {
    "services": {
        "Accès à un équipement informatique": ("services", "access"),
        "Accompagnement aux démarches administratives en ligne": ("services", "procedures"),
        "Acquisition de compétences numériques": ("services", "everyday"),
        "Évaluation de compétences numériques": ("services", "everyday"),
        "Pratiquer des activités récréatives numériques": ("services", "leisure"),
        "Vente de matériel informatique": ("services", "equipment"),
        "Stockage numérique sécurisé": ("services", "safety"),
    },
    "public_cible": {
        "Tout public": EVERYBODY,
        "Allocataires": ("publics_precisions", "Allocataires"),
        "Demandeurs d'emploi": ("publics_precisions", "Demandeurs d'emploi"),
        "Étrangers": ("prise_en_charge_specifique", "languages"),
        "Familles": ("publics_specifiquement_adresses", "families"),
        "Jeunes": ("publics_specifiquement_adresses", "youth"),
        "Personnes en situation de handicap": ("publics_precisions", "Personnes en situation de handicap"),
        "Séniors": ("publics_specifiquement_adresses", "seniors"),
    },
    "modalites_acces": {
        "Accès libre": ("modalites_acces", "come"),
        "Sur inscription ou rendez-vous": ("acces_precisions", "Sur inscription ou rendez-vous"),
        "Public cible": ("acces_precisions", "Public cible"),
        "Adhérents": ("acces_precisions", "Adhérents"),
    },
    "modalites_accompagnement": {"Individuel": ("modalites_accompagnement", "person"), "Collectif": ("modalites_accompagnement", "group")},
    "en_ligne": {"Oui": ("modalites_accompagnement", "remote")},
    "tarifs": {"Gratuit": ("frais_a_charge", "free"), "Adhérent": ("frais_a_charge", "conditional"), "Payant": ("frais_a_charge", "paid")},
    "accessibilite": {
        "Handicap moteur": ("prise_en_charge_specifique", "motor"),
        "Handicap visuel": ("prise_en_charge_specifique", "sight"),
        "Handicap auditif": ("prise_en_charge_specifique", "deafness"),
        "Handicap intellectuel ou psychique": ("prise_en_charge_specifique", "mental"),
    },
    "labels": {
        "France Services": ("dispositif_programmes_nationaux", "france-services"),
        "APTIC": ("autres_formations_labels", "APTIC"),
        "Aidants Connect": ("dispositif_programmes_nationaux", "aidants-connect"),
        "Fabriques de Territoire": ("formations_labels", "fabriques"),
        "Grande École du Numérique": ("dispositif_programmes_nationaux", "gen"),
    },
    "type_lieu": {
        "Administration / Collectivité territoriale": ("typologie", "MUNI"),
        "Association": ("typologie", "ASSO"),
        "Bibliothèque / Médiathèque": ("typologie", "BIB"),
        "Commune (Ville, CCAS, Centre Culturel...)": ("typologie", "MUNI"),
        "Centre social": ("typologie", "CS"),
        "Département (UTPAS, MDS, MDSI, UTAS...)": (
            "type_origine",
            "Département (UTPAS, MDS, MDSI, UTAS...)",
        ),
        "Espace Public Numérique (EPN)": ("typologie", "EPN"),
        "Organisme de formations": ("typologie", "OF"),
        "Intercommunalité (EPCI)": ("typologie", "EPCI"),
        "La Poste": ("typologie", "LA_POSTE"),
        "Maison de quartier": ("type_origine", "Maison de quartier"),
        "Maison de Service au Public (MSAP)": ("typologie", "MSAP"),
        "Pôle Emploi": ("typologie", "FT"),
        "Point Information Médiation Multi Services (PIMMS)": ("typologie", "PIMMS"),
        "Préfecture, Sous-Préfecture": ("type_origine", "Préfecture, Sous-Préfecture"),
        "Organisme de sécurité sociale (CAF, CPAM, CARSAT, MSA...)": (
            "type_origine",
            "Organisme de sécurité sociale (CAF, CPAM, CARSAT, MSA...)",
        ),
        "Tiers-lieu / Coworking / FabLab / Hackerspace": ("typologie", "TIERS_LIEUX"),
        "Autre / Inconnu": ("typologie", "Autre"),
    },
    "itinerant": {"Oui": ("itinerance", "itinerant"), "Bibliobus itinérant": ("itinerance", "itinerant")},
}  # fmt: skip
SCHEMA_OF_2021 = {
    "nom": "Le Fil", "adresse_brut": "", "adresse_numero": "2 bis", "adresse_rue": "rue des Lilas", "adresse_code_postal": "38000", "adresse_commune": "Grenoble",
    "adresse_departement": "Isère", "statut": "Privé", "nature_juridique": "Association", "contact_facebook": "https://www.facebook.com/lefil/",
}  # fmt: skip


@pytest.mark.parametrize(
    ("column", "value"), [(column, value) for column, values in ETALAB.items() for value in values]
)
def test_every_value_of_etalab_has_its_destination(column, value):
    assert mapping.recognised([*SCHEMA_OF_2021, column]).id == "etalab-0.1.2"
    check(SCHEMA_OF_2021, column, value, ETALAB[column][value])


def test_etalab_has_an_address_in_two_columns_and_no_identifier():
    sheet, _, _ = one(SCHEMA_OF_2021)
    assert (sheet["adresse"], sheet["commune"], sheet["site_web"]) == (
        "2 bis rue des Lilas",
        "Grenoble",
        ["https://www.facebook.com/lefil/"],
    )
    assert sheet["id"]
    assert one(SCHEMA_OF_2021)[0]["id"] == sheet["id"]
    summary = report.of(result(SCHEMA_OF_2021))
    assert summary["colonnes_laissees"] == ["adresse_departement", "statut", "nature_juridique"]


# --- data·inclusion v1
# ------------------------------------------------------------------------------------------------

STRUCTURE = {
    "id": "dora--1",
    "source": "dora",
    "nom": "CCAS de Bernin",
    "date_maj": "2026-01-02",
    "horaires_accueil": "Mo-Fr 08:30-12:30; PH off",
    **PLACE,
}
SERVICE = {"structure_id": "dora--1", "id": "dora--1--a", "source": "dora", "nom": "Ateliers", "description": "Des ateliers", "date_maj": "2026-01-02", "thematiques": [], **PLACE}  # fmt: skip
DI = {
    "publics": {
        "tous-publics": EVERYBODY,
        "actifs": ("publics_precisions", "Actifs"),
        "beneficiaires-des-minimas-sociaux": ("publics_precisions", "Bénéficiaires des minimas sociaux"),
        "demandeurs-emploi": ("publics_precisions", "Demandeurs d'emploi"),
        "etudiants": ("publics_specifiquement_adresses", "students"),
        "familles": ("publics_specifiquement_adresses", "families"),
        "femmes": ("publics_specifiquement_adresses", "women"),
        "jeunes": ("publics_specifiquement_adresses", "youth"),
        "personnes-en-situation-de-handicap": ("publics_precisions", "Personnes en situation de handicap"),
        "personnes-en-situation-durgence": ("publics_precisions", "Personnes en situation d'urgence"),
        "personnes-en-situation-juridique-specifique": (
            "publics_precisions",
            "Personnes en situation juridique spécifique",
        ),
        "personnes-exilees": ("prise_en_charge_specifique", "languages"),
        "residents-qpv-frr": ("publics_precisions", "Résidents QPV FRR"),
        "seniors": ("publics_specifiquement_adresses", "seniors"),
    },
    "frais": {"gratuit": ("frais_a_charge", "free"), "payant": ("frais_a_charge", "paid")},
    "type": {
        "accompagnement": ("modalites_accompagnement", "person"),
        "atelier": ("modalites_accompagnement", "group"),
        "formation": ("modalites_accompagnement", "group"),
        "aide-financiere": NOTHING,
        "aide-materielle": NOTHING,
        "information": NOTHING,
    },
    "modes_accueil": {"a-distance": ("modalites_accompagnement", "remote"), "en-presentiel": NOTHING},
    "modes_mobilisation": {
        "envoyer-un-courriel": ("modalites_acces", "write"),
        "se-presenter": ("modalites_acces", "come"),
        "telephoner": ("modalites_acces", "call"),
        "utiliser-lien-mobilisation": ("modalites_acces", "book"),
    },
    "mobilisable_par": {"professionnels": ("modalites_acces", "prescribe"), "usagers": NOTHING},
    "thematiques": {
        "numerique--acceder-a-des-services-en-ligne": ("services", "procedures"),
        "numerique--acceder-a-une-connexion-internet": ("services", "access"),
        "numerique--acquerir-un-equipement": ("services", "equipment"),
        "numerique--maitriser-les-fondamentaux-du-numerique": ("services", "everyday"),
    },
}
NETWORKS = {
    "aidants-connect": ("dispositif_programmes_nationaux", "aidants-connect"),
    "conseillers-numeriques": ("dispositif_programmes_nationaux", "conseillers-numeriques"),
    "france-service": ("dispositif_programmes_nationaux", "france-services"),
    "grandes-ecoles-du-numerique": ("dispositif_programmes_nationaux", "gen"),
    "croix-rouge": ("dispositif_programmes_nationaux", "croix-rouge"),
    "emmaus": ("dispositif_programmes_nationaux", "emmaus-connect"),
    "caf": ("typologie", "CAF"),
    "ccas-cias": ("typologie", "CCAS"),
    "mission-locale": ("typologie", "ML"),
    "pimms-mediation": ("typologie", "PIMMS"),
    "la-poste": ("typologie", "LA_POSTE"),
    "espaces-publics-numeriques": ("typologie", "EPN"),
    "fabrique-de-territoire": ("formations_labels", "fabriques"),
    "secours-populaire": ("autres_formations_labels", "secours-populaire"),
    "french-tech": ("autres_formations_labels", "french-tech"),
}


@pytest.mark.parametrize(
    ("column", "value"), [(column, value) for column, values in DI.items() for value in values]
)
def test_every_value_of_a_service_of_data_inclusion_has_its_destination(column, value):
    assert mapping.recognised([*SERVICE, column]).id == "data-inclusion-services"
    check(SERVICE, column, value, DI[column][value])


@pytest.mark.parametrize(
    "theme",
    [
        "difficultes-administratives-ou-juridiques--accompagnement-aux-demarches-administratives",
        "mobilite--preparer-un-permis",
        "famille--garde-denfants",
    ],
)
def test_a_service_of_another_theme_is_read_only_beside_a_digital_one(theme):
    (alone,) = result({**SERVICE, "thematiques": [theme]}).rows
    assert alone.refused.startswith("d’un autre thème")
    sheet, _, _ = one({**SERVICE, "thematiques": [theme, "numerique--acquerir-un-equipement"]})
    also = ["procedures"] if theme.startswith("difficultes") else []
    assert sheet["services"] == [*also, "equipment"]


@pytest.mark.parametrize("value", NETWORKS)
def test_every_network_of_a_structure_of_data_inclusion_has_its_destination(value):
    assert mapping.recognised([*STRUCTURE, "reseaux_porteurs"]).id == "data-inclusion-structures"
    check(STRUCTURE, "reseaux_porteurs", value, NETWORKS[value])


def test_known_networks_are_not_also_written_as_labels():
    sheet, _, _ = one({**STRUCTURE, "reseaux_porteurs": ["caf", "ccas-cias", "aidants-connect", "wimoov"]})
    assert sheet["autres_formations_labels"] == ["wimoov"]
    assert (sheet["typologie"], sheet["dispositif_programmes_nationaux"]) == (
        ["CAF", "CCAS"],
        ["caf", "aidants-connect"],
    )


def test_the_services_of_one_structure_make_one_place_and_no_text_is_lost():
    rows = [
        {**SERVICE, "thematiques": ["numerique--acquerir-un-equipement"], "publics": ["demandeurs-emploi"], "publics_precisions": "Habitants du QPV",
         "conditions_acces": "Sur rendez-vous", "mobilisation_precisions": "Le matin", "mobilisable_par": ["usagers", "professionnels"], "contact_nom_prenom": "Anne Dupont"},
        {**SERVICE, "id": "dora--1--b", "thematiques": ["numerique--acceder-a-une-connexion-internet"], "publics": ["seniors"], "frais": "gratuit"},
    ]  # fmt: skip
    read_file = result(*rows)
    (read,) = read_file.accepted
    assert read.sheet["services"] == ["equipment", "access"]
    assert read.sheet["publics_precisions"] == "Habitants du QPV ; Demandeurs d'emploi"
    assert read.sheet["acces_precisions"] == "Sur rendez-vous ; Le matin"
    assert "modalites_acces" not in read.sheet  # professionals and users alike
    assert "Dupont" not in json.dumps(read.sheet)
    assert "contact_nom_prenom" in read_file.ignored


# --- France services
# --------------------------------------------------------------------------------------------------

FRANCE_SERVICES = {"id_fs": "1", "lib_fs": "France services de Bernin", "adresse": "2 rue du Lac", "code_postal": "38190", "insee_com": "38039", "lib_com": "Bernin",
                   "h_lundi": "09:00 - 12:00 / 13:30 - 17:00", "h_mardi": "09:00 - 12:00", "mail": "fs@exemple.org", "telephone": "04 76 00 00 01", "commentaire": "Sur rendez-vous"}  # fmt: skip


@pytest.mark.parametrize(
    ("cells", "itinerance"),
    [
        ({"format_fs": "Fixe"}, ["fixed"]),
        ({"format_fs": "Multisites"}, ["fixed"]),
        ({"format_fs": "Itinérante"}, ["itinerant"]),
        ({"format_fs": "Bus_équivalent"}, ["itinerant"]),
        ({"itinerance": "Oui", "format_fs": "Site principal"}, ["itinerant"]),
        ({"itinerance": "Non", "format_fs": "Antenne", "groupe": "Réseau du Lac"}, ["fixed"]),
    ],
)
def test_the_two_national_files_of_france_services_are_read(cells, itinerance):
    sheet, _, read = one({**FRANCE_SERVICES, **cells})
    assert sheet["itinerance"] == itinerance
    assert (sheet["typologie"], sheet["dispositif_programmes_nationaux"], sheet["frais_a_charge"]) == (
        ["RFS"],
        ["france-services"],
        ["free"],
    )
    comment = ' "sur rendez-vous"'  # the comment of the file
    assert sheet["horaires"]["osm"] == f"Mo 09:00-12:00,13:30-17:00{comment}; Tu 09:00-12:00{comment}"
    assert sheet.get("structure_parente") == cells.get("groupe")
    assert not [
        r
        for r in read.remarks
        if r.word in ("doubtful", "refused") and r.field not in ("latitude", "longitude")
    ]


@pytest.mark.parametrize(("answer", "ways"), [("Oui", ["call"]), ("Non", ["come"])])
def test_france_services_by_appointment_or_not(answer, ways):
    assert one({**FRANCE_SERVICES, "prise_rdv": answer})[0]["modalites_acces"] == ways


# --- words that are not quite those of the list
# -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("list_id", "typed", "slugs", "word"),
    [
        ("services", "Réaliser des démarches administratives avec un accompagnemen", ["procedures"], "mended"),
        ("services", "Devenir_autonome_dans_les_démar", ["procedures"], "mended"),
        ("services", "Compréhention du monde numérique", ["understanding"], "mended"),
        ("services", "Soutenir la parentalité et l’éducation avec le numérique. (Sur rendez-vous)", ["parenting"], "mended"),
        ("services", "Un conseiller et de l'aide aux démarches administratives chaque mardi", ["procedures"], "doubtful"),
        ("services", "numerique--prendre-en-main-un-ordinateur", ["everyday"], "read"),
        ("services", "Numérique", [], "read"),
        ("frais_a_charge", "Gratuit (si adhérent)", ["conditional"], "mended"),
        ("frais_a_charge", "Gratuit (service public)", ["free"], "doubtful"),
        ("frais_a_charge", "gratuit pour les moins de 26 ans", ["conditional"], "doubtful"),
        ("frais_a_charge", "pas gratuit", None, ""),
        ("publics_specifiquement_adresses", "toutPublic", [], "read"),
        ("publics_specifiquement_adresses", "Jeunes (15-25 ans)", ["youth"], "read"),
        *(("publics_specifiquement_adresses", ages, ["youth"], "read") for ages in ("16-25 ans", "12 à 18 ans", "moins de 26 ans", "jeunes 16-25")),
        *(("publics_specifiquement_adresses", ages, ["seniors"], "read") for ages in ("+ 60 ans", "60+", "60 ans et +", "plus de 70 ans", "pers. âgées")),
        ("publics_specifiquement_adresses", "18-60 ans", [], "read"),
        ("publics_specifiquement_adresses", "dem. d’emploi", [], "read"),
        ("prise_en_charge_specifique", "Langues étrangères", None, ""),
        ("dispositif_programmes_nationaux", "Conseillers_numériques_France_S", ["conseillers-numeriques"], "mended"),
        ("modalites_acces", "xyz", None, ""),
    ],
)  # fmt: skip
def test_a_wording_is_understood_cut_mistyped_or_inside_a_sentence_and_never_guessed(
    list_id, typed, slugs, word
):
    understood = wording.understood(list_id, typed)
    if slugs is None:
        assert understood is None
    else:
        assert ([meaning.slug for meaning in understood.meanings if meaning.slug], understood.word) == (
            slugs,
            word,
        )


@pytest.mark.parametrize(
    ("word", "practice"),
    [
        ("Wi-Fi", "wifi"),
        ("Prêt de tablettes", "pret"),
        ("Ateliers informatiques", "formation"),
        ("Cours de yoga", None),
        ("Vente de gâteaux", None),
        ("Réparation de vélos", None),
        ("Pas de wifi", None),
    ],
)
def test_what_is_understood_out_of_the_list_of_services_is_to_check(word, practice):
    sheet, _, read = one({**OFFICIAL, "services": f"Insertion professionnelle via le numérique|{word}"})
    assert sheet["services"] == ["work"]
    assert set(sheet.get("practices", {})) == ({practice} if practice else set())
    (remark,) = [r for r in read.remarks if r.field == "services"]
    assert remark.word == "doubtful" and word in remark.reason


@pytest.mark.parametrize("word", ["Personnes en situation de handicap", "Handicap", "Personnes handicapées"])
def test_a_disability_that_is_not_named_promises_no_wheelchair(word):
    sheet, _, read = one(
        {**OFFICIAL, "publics_specifiquement_adresses": f"Jeunes|{word}", "prise_en_charge_specifique": ""}
    )
    assert "prise_en_charge_specifique" not in sheet
    assert sheet["publics_precisions"] == "Personnes en situation de handicap"
    (remark,) = [r for r in read.remarks if r.field == "publics_specifiquement_adresses"]
    assert (remark.word, remark.reason) == ("doubtful", "de quel handicap il s’agit n’est pas dit")


RULES = [
    ("{practice: wifi, from: c}", "Gratuit", "offered"),
    ("{practice: wifi, from: c}", "Non", "no"),
    ("{practice: wifi, from: c}", "Prévu", "planned"),
    ("{practice: wifi, from: c}", "NSP", ""),
    ("{practice: wifi, from: c}", "En panne", ""),
    ("{practice: wifi, from: c, yesno: true}", "Gratuit", ""),
    ("{practice: wifi, from: c, yesno: true}", "x", "offered"),
    ("{practice: wifi, from: c, when: ['~wifi']}", "Wifi en projet, imprimante", "planned"),
    ("{practice: wifi, from: c, when: ['~wifi']}", "Wifi, imprimante en projet", "offered"),
    ("{practice: wifi, from: c, when: [Wifi en projet]}", "Wifi en projet", "offered"),
    ("{practice: wifi, from: c, when: ['~wifi']}", "Imprimante", ""),
]


@pytest.mark.parametrize(("rule", "cell", "state"), RULES)
def test_a_rule_of_practice_offers_only_what_is_there(rule, cell, state):
    chosen = mapping.load(f"fields: {{nom: n, commune: v}}\npractices: [{rule}]", "essai.yaml")
    (read,) = result({"n": "A", "v": "Grenoble", "c": cell}, correspondence=chosen).rows
    assert read.sheet.get("practices", {}).get("wifi", {}).get("state", "") == (
        state if state != "no" else ""
    )
    assert read.sheet.get("sans", []) == (["wifi"] if state == "no" else [])


def test_a_correspondence_leaves_out_rows_and_never_reads_the_data_of_a_person():
    text = "fields: {nom: n, commune: v}\nleave: [{from: s, when: ['~ferme'], keep: [ouvert]}]\npersonal: [p]"
    rows = [
        {"n": "A", "v": "Grenoble", "s": cell, "p": "Anne"} for cell in ("Ouvert", "Fermé en 2024", "Bof", "")
    ]
    read_file = result(*rows, correspondence=mapping.load(text, "essai.yaml"))
    assert [row.refused for row in read_file.rows] == ["", "la colonne « s » dit « Fermé en 2024 »", "", ""]
    assert [any(r.column == "s" for r in row.remarks) for row in read_file.rows] == [
        False,
        False,
        True,
        False,
    ]
    assert read_file.unread == ("p",)
    assert read_file.notes[-1] == "Données d’une personne, jamais lues : « p »."


@pytest.mark.parametrize(
    "leave", ["[{from: s, when: [a], because: b}]", "[{when: [a]}]", "[{from: [s, t], when: [a]}]", "[s]"]
)
def test_a_rule_that_leaves_out_must_be_whole(leave):
    with pytest.raises(Refused, match="leave"):
        mapping.load(f"fields: {{nom: n}}\nleave: {leave}", "essai.yaml")


@pytest.mark.parametrize(
    "name",
    [
        *("Fermé le", "Date de fermeture", "date_fermeture", "Fermeture le", "Fermé depuis le", "Clôture"),
        *("Date de fermeture effective", "Lieu fermé à partir du", "closed_at", "DateFermeture"),
    ],
)
def test_a_past_day_under_a_closing_word_leaves_a_place_out_and_dates_nothing(name):
    cells = ("", "15/04/2023", "", "2 février 2024", "20/12/2030", "jamais")
    rows = [{"nom": f"Le Fil {n}", "commune": "Voiron", name: cell} for n, cell in enumerate(cells)]
    read = result(*rows)
    refusals = [row.refused for row in read.rows]
    says = f"la colonne « {name} » dit « {{}} »".format
    assert refusals == ["", says("15/04/2023"), "", says("2 février 2024"), "", ""]
    assert not any("date_maj" in row.sheet for row in read.rows)
    doubts = [[r.word for r in row.remarks if r.column == name] for row in read.accepted]
    assert doubts == [[], [], ["doubtful"], ["doubtful"]]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"Fermé le": "03/08/2026"}, "fermé depuis ce jour-là, pour de bon ou pour un temps"),
        ({"Fermé le": "03/08/2022", "Réouverture": "bientôt"}, "peut-être rouvert depuis"),
    ],
)
def test_a_closing_that_may_be_over_keeps_the_place_with_its_mark(more, reason):
    (row,) = result({"nom": "Le Fil", "commune": "Voiron", **more}).rows
    assert not row.refused
    assert any(reason in r.reason and r.word == "doubtful" for r in row.remarks)


@pytest.mark.parametrize(
    ("name", "cell"), [("Fermeture estivale", "01/08/2022"), ("Clôture des comptes", "31/12/2022")]
)
def test_a_day_of_something_else_that_closes_leaves_nothing_out(name, cell):
    (row,) = result({"nom": "Le Fil", "commune": "Voiron", name: cell}).rows
    assert not row.refused
    assert "date_maj" not in row.sheet


# --- what a row must say
# ------------------------------------------------------------------------------------------------

MOVES = {"nom": "Le Bus", "commune": "Bernin", "itinerance": "Itinérant", "frais_a_charge": "Gratuit"}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (MOVES, "itinérant sans étape : rien ne dit où le trouver"),
        ({**MOVES, "adresse": "Place du marché"}, ""),
        ({**MOVES, "latitude": 45.2686, "longitude": 5.8646}, ""),
        ({**MOVES, "itinerance": "Itinérant|Fixe"}, ""),
        ({**MOVES, "itinerance": ""}, ""),
    ],
)
def test_a_place_that_moves_without_saying_where_is_reported(row, reason):
    row = {"adresse": "", **row}
    (read,) = result(row).rows
    assert not read.refused
    assert {r.reason for r in read.remarks if r.field == "itinerance" and r.reason} == (
        {reason} if reason else set()
    )


def test_a_place_that_moves_and_that_nothing_locates_is_refused_with_that_reason():
    (read,) = result({**MOVES, "adresse": "", "commune": ""}).rows
    assert read.refused == "itinérant sans étape : rien ne dit où le trouver"


def test_a_postal_code_of_several_communes_gives_the_largest_to_check():
    (read,) = result(
        {
            "nom": "CCAS",
            "adresse": "2 rue des Lilas",
            "code_postal": "42300",
            "frais_a_charge": "Gratuit",
            "commune": "",
        }
    ).rows
    assert (read.refused, read.sheet["commune"], read.doubtful) == ("", "Roanne", True)
    (reason,) = [remark.reason for remark in read.remarks if remark.field == "commune"]
    assert reason == "code postal 42300 partagé par 3 communes ; commune retenue : Roanne, la plus peuplée"


def test_columns_alike_but_for_accents_are_read_once_and_the_other_is_reported():
    read_file = result(
        {
            "nom": "A",
            "Commune": "Grenoble",
            "commune ": "Lyon",
            "frais_a_charge": "Gratuit",
            "adresse": "2 rue des Lilas",
        }
    )
    assert read_file.rows[0].sheet["commune"] == "Grenoble"
    assert read_file.unread == ("commune",)


def test_a_correspondence_may_join_the_hours_when_a_day_opens_and_closes():
    chosen = mapping.load(
        "fields:\n  nom: n\n  commune: v\n  horaires: {days: {Mo: [ouvre, ferme, rouvre, referme], Tu:"
        " mardi}}\n",
        "essai.yaml",
    )
    row = {
        "n": "A",
        "v": "Grenoble",
        "ouvre": "9h",
        "ferme": "12h",
        "rouvre": "14h",
        "referme": "",
        "mardi": "10h-12h",
    }
    (read,) = result(row, correspondence=chosen).rows
    assert read.sheet["horaires"]["osm"] == 'Mo 09:00-12:00 "14h"; Tu 10:00-12:00'
    assert "14h" in read.sheet["horaires"]["left"]
    assert result(row, correspondence=chosen).unread == ()


def test_a_correspondence_chooses_the_words_of_a_cell_that_a_text_keeps():
    chosen = mapping.load(
        "fields:\n  nom: n\n  commune: v\npractices:\n- practice: formation\n  from: c\n  with:\n"
        '    inscription: {from: c, gives: {"~groupe sur inscription": sur inscription, Impression: null}}\n',
        "essai.yaml",
    )
    row = {"n": "A", "v": "Grenoble", "c": 'Accompagnement en groupe sur inscription","Impression","Le mardi'}
    (read,) = result(row, correspondence=chosen).rows
    assert read.sheet["practices"]["formation"]["inscription"] == "sur inscription, Le mardi"
    (read,) = result({**row, "c": "Impression"}, correspondence=chosen).rows
    assert "inscription" not in read.sheet["practices"]["formation"]


DATASPACE = [
    {
        "id": "ds-1",
        "nom": "Médiathèque Jean-Macé",
        "adresse": {
            "numero_voie": 12,
            "repetition": "bis",
            "nom_voie": "rue des Lilas",
            "commune": "Grenoble",
            "code_postal": "38000",
            "code_insee": "38185",
        },
        "services": ["Aide aux démarches administratives"],
        "mediateurs": [{"prenom": "Ana", "nom": "Petit", "telephone": "0612345678"}],
    },
    {
        "id": "ds-2",
        "nom": "Point numérique",
        "adresse": {"numero_voie": None, "nom_voie": None, "commune": "Échirolles", "code_insee": "38151"},
        "services": [],
        "mediateurs": None,
    },
    {"id": "ds-3", "nom": "Relais", "adresse": None, "services": ["Aide aux démarches administratives"]},
]


def test_a_dataspace_address_is_read_from_its_parts_and_nobody_is():
    read_file = result(*DATASPACE)
    assert read_file.correspondence.id == "dataspace"
    first, second, third = read_file.rows
    assert first.sheet["adresse"] == "12 bis rue des Lilas"
    assert "telephone" not in first.sheet
    assert "Petit" not in json.dumps(first.sheet)
    assert not [column for column in read_file.unexplained if "Petit" in str(column)]
    assert second.sheet["commune"] == "Échirolles"

    assert third.refused  # the commune of the object before says nothing of this one


GRENOBLE, LYON = "45.1885;5.7245", "45.7640;4.8357"
LOCATIONS = {  # a commune, a postcode, an Insee code, a point, a date: the kinds of doubt that such a row leaves
    "Grenoble;38000;38185;" + GRENOBLE + ";2026-10-01": set(),
    "Grenoble;38000;38185;" + LYON + ";2026-10-01": {"Cases qui se contredisent"},
    "Grenoble;38000;69123;" + GRENOBLE + ";2026-10-01": {"Cases qui se contredisent"},
    "Grenoble;69003;38185;" + GRENOBLE + ";2026-10-01": {"Cases qui se contredisent"},
    "Grenobel;;;" + GRENOBLE + ";2026-10-01": {"Commune à confirmer"},
    "Grenoble;38000;38185;" + GRENOBLE + ";2025-05-20": {"Date ancienne"},
    "Grenoble;38000;38185;" + GRENOBLE + ";2025-05-21": set(),
    "Grenoble;38000;38185;" + LYON + ";2019-01-01": {"Cases qui se contredisent", "Date ancienne"},
    "Grenoble;38000;38185;" + GRENOBLE + ";2031-01-01": {"Cases à relire"},
    "Grenoble;38000;38185;;;2026-10-01": set(),  # without a point: counted by `unplaced_text` alone
}


def located(*rows):
    text = "Nom;Commune;Code postal;Code Insee;Latitude;Longitude;Date de mise à jour\n" + "".join(
        f"Lieu {n};{row}\n" for n, row in enumerate(rows)
    )
    return files.places(forms.parse(text.encode(), "essai.csv"), today=TODAY)


@pytest.mark.parametrize(("row", "kinds"), LOCATIONS.items())
def test_a_doubt_is_of_one_kind_whatever_the_cell_that_raises_it(row, kinds):
    assert {doubt["sorte"] for doubt in report.doubts(located(row), today=TODAY)} == kinds


def test_a_kind_counts_each_place_once_and_has_one_thing_to_do():
    read = located(*LOCATIONS)
    of_each = {doubt["sorte"]: doubt for doubt in report.doubts(read, today=TODAY)}
    for kind, doubt in of_each.items():
        assert doubt["lieux"] == sum(kind in kinds for kinds in LOCATIONS.values()), kind
        assert doubt["geste"]
    points = [
        (column, n)
        for column, reason, n in of_each["Cases qui se contredisent"]["raisons"]
        if "tombe à" in reason
    ]
    assert points == [("Latitude", 2)], "a point is two cells, and one thing to look at"
    findings = [each for each in report.findings(read)["constats"] if "tombe à" in each["raison"]]
    assert len(findings) == 2


def test_the_contours_of_a_file_of_many_places_are_drawn_together(monkeypatch):
    drawn = []
    one_by_one = contours.communes

    def counted(codes):
        drawn.append(len(codes := list(codes)))
        return one_by_one(codes)

    monkeypatch.setattr(contours, "communes", counted)
    for cache in (point.shapes, point.extent, read_module._load_once):
        cache.cache_clear()
    towns = list(commune.index().communes.values())[:: len(commune.index().communes) // 40]
    located(*(f"{town.name};;{town.code};;;2026-10-01" for town in towns))
    assert len(towns) > read_module.MANY_PLACES
    assert len(drawn) == 1, drawn


@pytest.mark.parametrize(
    ("mail", "site", "mails", "sites"),
    [
        ("https://www.x.example/a", "", None, ["https://www.x.example/a"]),
        ("contact@x.example ; www.x.example", "", ["contact@x.example"], ["http://www.x.example"]),
        ("www.x.example", "https://y.example", None, ["https://y.example", "http://www.x.example"]),
        ("www.x.example", "http://www.x.example", None, ["http://www.x.example"]),
        ("www.contact@x.example", "", ["contact@x.example"], None),
        ("x.example", "", None, None),
    ],
)
def test_a_site_among_mail_addresses_is_a_site_of_the_place(mail, site, mails, sites):
    sheet, *_ = one({**OFFICIAL, "courriels": mail, "site_web": site})
    assert (sheet.get("courriels"), sheet.get("site_web")) == (mails, sites)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("FJT", "RS_FJT"),
        ("Habitat Jeunes, foyer de jeunes travailleurs", "RS_FJT"),
        ("CADA", "CADA"),
        ("Hébergement et accueil", "Autre"),
        ("service social dép.", "DEPT"),
        ("Service social départemental", "DEPT"),
        ("Maison départementale des solidarités", "MDS"),
        ("Sous Prefecture", "PREF"),
        ("Recyclerie", "RESSOURCERIE"),
        ("Entreprise d'insertion", "EI"),
        ("Mairie", "MUNI"),
    ],
)
def test_a_type_leaves_by_its_own_code_or_by_none(words, code):
    """« Habitat Jeunes » partait comme accueil d’usagers de drogues : le premier code de son type."""
    sheet, *_ = one({"Nom": "Ici", "Commune": "Guéret", "Type de lieu": words})
    assert sheet["typologie"] == [code]
