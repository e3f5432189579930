"""Files that nobody described: what is proposed for them, beside what a person wrote, and what is read
without any help.
"""

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.kernel.errors import Refused
from maillage.kernel.names import plain
from maillage.reference import offer
from maillage.reference.cards import cards
from maillage.reference.sheet import practices
from maillage.sources.offer import correct, files, mapping, propose, report
from maillage.sources.offer.forms import read as forms
from maillage.sources.offer.read import read
from tests.support.profile import times

TODAY = date(2026, 11, 20)
REAL = Path(__file__).parents[1] / "files" / "offre"


def sheet(rows, name="lieux.json"):
    return forms.parse(json.dumps(rows, ensure_ascii=False).encode(), name)


def result(rows, **more):
    return files.places(sheet(rows), today=TODAY, **more)


def places(rows):
    return [dict(row.sheet) for row in result(rows).rows]


def columns(rows):
    """The proposal, as the columns of each field."""
    proposed = propose.proposed(sheet(rows))
    return {id: sorted({c for o in origins for c in o.used()}) for id, origins in proposed.fields.items()}


# --- beside a person
# ------------------------------------------------------------------------------------------------

# file: fields that a person reads there, found on the same column, not proposed; columns proposed otherwise
BY_HAND = {
    "aix_en_provence.json": (20, 20, set(), set()),
    "angers.json": (19, 17, {"publics_precisions", "prise_en_charge_specifique"}, set()),
    "bfc_ternum.csv": (17, 12, {"type_origine", "typologie", "dispositif_programmes_nationaux", "autres_formations_labels", "modalites_accompagnement"}, set()),
    "bus_france_services_charente.json": (17, 17, set(), set()),
    "etapes_numeriques_la_poste.json": (9, 9, set(), set()),
    "etapes_numeriques_la_poste_brut.json": (8, 6, {"dispositif_programmes_nationaux", "notes"}, set()),
    "le_havre.json": (27, 27, set(), set()),
    "mulhouse.json": (17, 15, {"publics_precisions", "prise_en_charge_specifique"}, set()),
    "hinaura": (20, 19, {"licence"}, set()),
    "maubeuge": (19, 19, set(), set()),
}  # fmt: skip
CARDS = {"hinaura": "hinaura-isere", "maubeuge": "maubeuge-offre"}


def real(name):
    if (REAL / name).exists():
        return forms.read(REAL / name)
    read_rows = next(card for id, card in cards().items() if name in id and "json" in card.file.suffix)
    return forms.read(read_rows.file)


def by_field(correspondence, filled):
    names_by_field = {
        id: {c for o in origins for c in o.used()} & filled for id, origins in correspondence.fields.items()
    }
    return {
        id: names for id, names in names_by_field.items() if names and id != "departement"
    }  # only tells namesakes


@pytest.mark.parametrize("name", BY_HAND)
def test_what_is_proposed_is_what_a_person_wrote(name):
    """La correspondance écrite à la main est cachée ; chaque champ proposé doit lire une colonne que la
    main lui donne.
    """
    there = real(name)
    filled = {plain(c) for c in there.columns if any(row.cells[c] for row in there.rows)}
    hand = by_field(mapping.recognised(there.columns), filled)
    proposed_names = by_field(propose.proposed(there), filled)
    agreed = {id for id in hand if proposed_names.get(id, set()) & hand[id]}
    otherwise = {id for id in proposed_names if not proposed_names[id] & hand.get(id, set())}
    assert (len(hand), len(agreed), hand.keys() - proposed_names.keys(), otherwise) == BY_HAND[name]


def test_over_ten_real_files_none_of_the_proposed_fields_is_wrong():
    n_by_hand, n_agreed = sum(each[0] for each in BY_HAND.values()), sum(each[1] for each in BY_HAND.values())
    assert (n_by_hand, n_agreed) == (173, 161)
    assert not any(each[3] for each in BY_HAND.values())


# --- shapes met elsewhere, with invented rows
# -------------------------------------------------------------------------


def test_one_address_column_holds_the_commune_and_a_point_stands_in_one_cell():
    rows = [
        {"Structure": "Mairie de Bernin", "Type": "Collectivité", "Adresse": "Mairie 38190 BERNIN", "pointgeo": "45.2686, 5.8646",
         "N° de téléphone": "04 76 00 00 01 ou 04 76 00 00 02", "Adresse e-mail": "a@exemple.org b@exemple.org", "Contact": "DUPONT Anne"},
        {"Structure": "Médiathèque du Lac", "Type": "Associatif", "Adresse": "2 rue du Lac, 38190, Crolles, Isère, Auvergne-Rhône-Alpes, FRA",
         "pointgeo": "45.2800, 5.8800", "N° de téléphone": "", "Adresse e-mail": "", "Contact": "MARTIN Luc"},
    ]  # fmt: skip
    first, second = places(rows)
    assert (first["nom"], first["commune"], first["adresse"]) == ("Mairie de Bernin", "Bernin", "Mairie")
    assert (first["latitude"], first["longitude"]) == (45.2686, 5.8646)
    assert first["telephone"] == ["+33476000001", "+33476000002"]
    assert first["courriels"] == ["a@exemple.org", "b@exemple.org"]
    assert (second["commune"], second["adresse"], second["typologie"]) == (
        "Crolles",
        "2 rue du Lac",
        ["ASSO"],
    )
    assert "DUPONT" not in json.dumps([first, second])
    assert result(rows).unread == ("Contact",)


def test_answers_of_a_survey_are_read_though_cut_and_glued():
    rows = [
        {"Nom de votre structure": "Centre social des Lilas", "Adresse de la structure": "4 Rue des Lilas, 38000, Grenoble, Isère, Auvergne-Rhône-Alpes, FRA",
         "Numéro de téléphone de la structure": 476000001, "Qu'apportez vous aux usagers ?": "Devenir_autonome_dans_les_démar,_Favoriser_mon_insertion_profes,Accéder_à_du_matériel_(accès_su",
         "Quel(s) type(s) de public accompagnez-vous ?": "Tout_public,Seniors_(+_65_ans),Personnes_en_situation_d'illett,other",
         "Autre - Quel(s) type(s) de public accompagnez-vous ?": "jeunes du quartier", "Possédez-vous des labels nationaux ou régionaux ?": "Non",
         "Horaires d'ouverture__1": "mardi 13:30-19:00\nmercredi 10:00-12:00 13:30-18:00", "CreationDate": "13/12/2022 17:51", "EditDate": "14/01/2023 09:12",
         "Creator": "mdupont", "x": "5,7243", "y": "45,1885"},
        {"Nom de votre structure": "France Services des Bois", "Adresse de la structure": "1 Rue du Bois, 38190, Bernin, Isère, Auvergne-Rhône-Alpes, FRA",
         "Numéro de téléphone de la structure": 476000002, "Qu'apportez vous aux usagers ?": "S'équiper_en_matériel_(don_vent", "Quel(s) type(s) de public accompagnez-vous ?": "Tout_public",
         "Autre - Quel(s) type(s) de public accompagnez-vous ?": "", "Possédez-vous des labels nationaux ou régionaux ?": "France_Services,Point_relais_CAF",
         "Horaires d'ouverture__1": "", "CreationDate": "13/12/2022 17:51", "EditDate": "15/01/2023 09:12", "Creator": "", "x": "5,8646", "y": "45,2686"},
    ]  # fmt: skip
    first, second = places(rows)
    assert first["services"] == ["procedures", "work", "access"]
    assert (first["publics_specifiquement_adresses"], first["prise_en_charge_specifique"]) == (
        ["seniors"],
        ["illiteracy"],
    )
    assert first["telephone"] == ["+33476000001"]
    assert first["date_maj"] == "2023-01-14"
    assert first["horaires"]["osm"] == "Tu 13:30-19:00; We 10:00-12:00,13:30-18:00"
    assert (first["latitude"], first["longitude"], first["commune"]) == (45.1885, 5.7243, "Grenoble")
    assert second["dispositif_programmes_nationaux"] == ["france-services", "caf"]
    assert second["services"] == ["equipment"]
    assert not {"Creator", "Autre - Quel(s) type(s) de public accompagnez-vous ?"} & set(columns(rows))


def test_names_of_columns_without_a_space_and_frequencies_are_read():
    def row(nom, gratuit, **more):
        return {"Nomdelastructure": nom, "Adressenumeronomdelavoie": "2 rue des Lilas", "Codepostal": 38000, "Ville": "Grenoble", "Telephone": "0476000001",
                "Adressemail": "a@exemple.org", "SiteWeb": "www.exemple.org", "NometPrenomdelapersonnereferente": "Dupont Anne", "Leshorairesdemastructure": "Lundi 9h-12h",
                "Lestarifsdemastructure": gratuit, "latitude": 45.1885, "longitude": 5.7243, "result_label": "2 Rue des Lilas", "result_score": 0.42, "result_city": "Lyon", **more}  # fmt: skip

    rows = [
        row(
            "Cyber-base",
            "Gratuit (service public)",
            Demarchesadministratives="Souvent",
            Enlibreacces="X",
            Collectivement="",
        ),
        row(
            "ADIE",
            "ACCOMPAGNEMENT GRATUIT",
            Demarchesadministratives="Pas du tout",
            Enlibreacces="",
            Collectivement="X",
        ),
        row(
            "CCAS",
            "Selon public",
            Demarchesadministratives="Exceptionnellement",
            Enlibreacces="",
            Collectivement="X",
        ),
    ]
    first, second, third = places(rows)
    assert (first["nom"], first["adresse"], first["telephone"]) == (
        "Cyber-base",
        "2 rue des Lilas",
        ["+33476000001"],
    )
    assert (first["services"], first["practices"]["assistance"]["state"]) == (["procedures"], "offered")
    assert (first["modalites_accompagnement"], second["modalites_accompagnement"]) == (["alone"], ["group"])
    assert [each.get("frais_a_charge") for each in (first, second, third)] == [["free"], ["free"], None]
    assert third["frais_precisions"] == "Selon public"
    assert "services" not in second and "services" not in third
    assert "practices" not in second and "practices" not in third
    assert first["precision"] > 0  # the geocoder was not sure
    read = result(rows)
    assert "NometPrenomdelapersonnereferente" in read.unread
    assert set(read.ignored) == {"result_label", "result_city"}
    assert ("Demarchesadministratives", "Exceptionnellement", 1) in read.idle


def test_latitude_and_longitude_called_x_and_y_the_wrong_way_round():
    rows = [
        {"Lieu": "Maison des associations", "Commune": "Bordeaux", "Coord. X": 44.8395, "Coord. Y": -0.5802},
        {"Lieu": "Médiathèque", "Commune": "Libourne", "Coord. X": 44.9153, "Coord. Y": -0.2420},
    ]
    assert [(p["latitude"], p["longitude"]) for p in places(rows)] == [(44.8395, -0.5802), (44.9153, -0.242)]


def test_metres_of_lambert_93_with_decimal_commas():
    rows = [
        {"NOM_STRUCTURE": "AMIA", "N°": 20, "ADRESSE": "rue Armand Quenard", "CP": 49650, "COMMUNE": "Allonnes", "x": "475198,121680863", "y": "6692424,50691385"},
        {"NOM_STRUCTURE": "Mairie", "N°": "4 bis", "ADRESSE": "rue des écoles", "CP": 49260, "COMMUNE": "Antoigné", "x": "463906,715184686", "y": "6669581,76917261"},
    ]  # fmt: skip
    first, second = places(rows)
    assert (first["adresse"], second["adresse"]) == ("20 rue Armand Quenard", "4 bis rue des écoles")
    assert (round(first["latitude"], 2), round(first["longitude"], 2)) == (47.29, 0.02)


def test_columns_that_all_begin_alike_and_arrays_of_a_database():
    rows = [
        {"gid": 1, "c_gid": 1, "c_nom": "La Fabrique", "c_adresse": "70 avenue de la Libération", "c_postcode": 18000, "c_city": "BOURGES", "c_mobile": "06 01 02 03 04",
         "c_telephone": "02 48 00 00 01", "c_contacts": "Dupont Anne", "c_categories_espace": '{"Centre social",EPN}', "c_fablab": "True", "c_acces_pmr": "oui", "c_formation": "oui",
         "c_formation_detail": "Pack Office", "c_lat_coor1": 47.0989, "c_long_coor1": 2.4047, "c__edit_datemaj": "2020/06/30 14:16:50.898"},
        {"gid": 3, "c_gid": 3, "c_nom": "Action numérique", "c_adresse": "1 place Sainte Beuve", "c_postcode": 45100, "c_city": "ORLEANS", "c_mobile": "",
         "c_telephone": "02 38 00 00 02", "c_contacts": "", "c_categories_espace": "{Coworking}", "c_fablab": "", "c_acces_pmr": "non", "c_formation": "non",
         "c_formation_detail": "", "c_lat_coor1": 47.8374, "c_long_coor1": 1.9359, "c__edit_datemaj": "2020/06/30 16:04:32.708"},
    ]  # fmt: skip
    first, second = places(rows)
    assert (first["commune"], second["commune"]) == ("Bourges", "Orléans")
    assert first["typologie"] == ["CS", "EPN", "TIERS_LIEUX"]
    assert first["telephone"] == ["+33601020304", "+33248000001"]
    assert first["prise_en_charge_specifique"] == ["motor"]
    assert first["practices"]["formation"] == {"state": "offered", "precisions": "Pack Office"}
    assert first["date_maj"] == "2020-06-30"
    assert "practices" not in second
    assert "prise_en_charge_specifique" not in second


def test_a_week_in_four_columns_a_day_and_a_series_of_tags():
    def row(nom, hours, tags):
        week = {}
        for day in ("lundi", "mardi", "mercredi", "jeudi"):
            edges = hours.get(day, ("", "", "", ""))
            week |= {
                day.capitalize(): "oui" if any(edges) else "",
                f"Ouverture matin (ou journée continue) {day}": edges[0],
                f"Fermeture matin {day}": edges[1],
                f"Ouverture après-midi (sauf si une seule tranche) {day}": edges[2],
                f"Fermeture après-midi {day}": edges[3],
            }
        labels = {f"Tag {n}": tag for n, tag in enumerate(tags, 1)}
        return {"Nom de l'organisation": nom, "Rue": "4 rue des Fleurs", "Code postal": "97400", "Ville": "SAINT DENIS", "Contact : nom": "DUPONT Anne",
                "Contact : email": "anne@exemple.org", "Email": "accueil@exemple.org", "Fixe": "", **week, **labels}  # fmt: skip

    tags = ["Naviguer sur le web", "Protéger ses données", "Utiliser imprimante 3D", ""]
    rows = [
        row(
            "Académie",
            {"lundi": ("08:30", "16:30", "", ""), "mardi": ("08:00", "12:00", "13:00", "20:00")},
            tags,
        ),
        row("Espace", {"jeudi": ("09:00", "12:00", "", "")}, tags[::-1]),
    ]
    first, second = places(rows)
    assert first["horaires"]["osm"] == "Mo 08:30-16:30; Tu 08:00-12:00,13:00-20:00"
    assert second["horaires"]["osm"] == "Th 09:00-12:00"
    assert set(first["services"]) == set(second["services"]) == {"everyday", "safety", "leisure"}
    assert first["courriels"] == ["accueil@exemple.org"]
    assert "anne@exemple.org" not in json.dumps([first, second])
    week = yaml.safe_load(propose.propose(sheet(rows))[0])["fields"]["horaires"]["days"]
    assert week["Mo"][:2] == ["Ouverture matin (ou journée continue) lundi", "Fermeture matin lundi"]


def test_services_publics_prices_and_equipment_in_columns_of_yes_and_no():
    def row(nom, yes):
        names = (
            "Tout public", "Jeunes (16-25 ans)", "Parents", "Gratuit", "Participation financière", "Education au numérique", "Parentalité et numérique",
            "Accompagnement aux démarches administratives dématérialisées", "Prévention des risques liés aux mauvais usages du numérique",
            "Local accessible pour les Personnes à Mobilité Réduite", "Services accessibles aux personnes déficientes auditives",
            "WI-FI ouvert au public", "Ordinateurs", "Imprimantes", "Imprimantes 3D", "Ventes de matériels informatiques reconditionnés",
        )  # fmt: skip
        return {"NOM STRUCTURE": nom, "Adresse": "12 rue de Charonne", "CODE POSTAL": "75011", "geo_point_2d": "48.8533, 2.3755",
                **{name: "Oui" if name in yes else "Non" for name in names}}  # fmt: skip

    rows = [
        row("Espace Alpha", {"Tout public", "Gratuit", "Education au numérique", "WI-FI ouvert au public", "Ordinateurs", "Imprimantes 3D",
                             "Accompagnement aux démarches administratives dématérialisées", "Services accessibles aux personnes déficientes auditives"}),
        row("Point Bêta", {"Jeunes (16-25 ans)", "Parents", "Participation financière", "Parentalité et numérique", "Imprimantes", "Ventes de matériels informatiques reconditionnés",
                           "Local accessible pour les Personnes à Mobilité Réduite", "Prévention des risques liés aux mauvais usages du numérique"}),
    ]  # fmt: skip
    first, second = places(rows)
    assert set(first["services"]) == {"procedures", "everyday", "access", "leisure"}
    assert set(first["practices"]) == {"assistance", "wifi", "libre_acces"}
    assert (first["frais_a_charge"], first["prise_en_charge_specifique"]) == (["free"], ["deafness"])
    assert "publics_specifiquement_adresses" not in first
    assert set(second["services"]) == {"safety", "parenting", "equipment"}
    assert set(second["practices"]) == {"impression", "vente"}
    assert second["publics_specifiquement_adresses"] == ["youth", "families"]
    assert (second["frais_a_charge"], second["prise_en_charge_specifique"]) == (["paid"], ["motor"])


def test_workshops_ticked_are_a_way_of_helping_and_lessons():
    ticked = {"Nom": "CCAS", "Adresse": "1 rue Haute", "Commune": "Vierzon", "Ordis": "x", "Ateliers": "oui"}
    (place, other) = places([ticked, ticked | {"Nom": "Médiathèque", "Ordis": "", "Ateliers": "non"}])
    assert set(place["practices"]) == {"libre_acces", "formation"}
    assert place["modalites_accompagnement"] == ["group"]
    assert "formation" not in other.get("practices", ())


def test_equipment_in_words_of_one_column():
    rows = [
        {
            "Lieu": "Maison pour tous",
            "Commune": "Grenoble",
            "equipements": "Imprimante multi-fonctions / Ordinateur / Tablette",
        },
        {
            "Lieu": "Médiathèque",
            "Commune": "Grenoble",
            "equipements": "Accès Internet / Wifi / Vidéoprojecteur",
        },
        {"Lieu": "Centre social", "Commune": "Grenoble", "equipements": "Aucun ordinateur"},
    ]
    first, second, third = places(rows)
    assert set(first["practices"]) == {"impression", "libre_acces"}
    assert set(second["practices"]) == {"wifi", "libre_acces"}
    assert "practices" not in third
    assert ("equipements", "Vidéoprojecteur", 1) in result(rows).idle


def test_yes_with_conditions_keeps_the_conditions():
    rows = [
        {"nom_structure": "A", "ville": "Mulhouse", "formations_ateliers": "Oui, sur inscription"},
        {"nom_structure": "B", "ville": "Mulhouse", "formations_ateliers": "Non"},
        {"nom_structure": "C", "ville": "Mulhouse", "formations_ateliers": "Non, mais en projet"},
    ]
    first, second, third = places(rows)
    assert first["practices"]["formation"] == {"state": "offered", "precisions": "sur inscription"}
    assert "practices" not in second
    assert third["practices"]["formation"]["state"] == "planned"


def test_a_price_with_a_sum_is_paid_and_a_type_may_say_that_a_place_moves():
    """« Adhésion 5 € » était à vérifier et perdait sa somme, « Itinérant » un type inconnu."""
    rows = [
        {"nom": "A", "ville": "Castres", "type": "Mairie", "prix": "Adhésion 5 €", "publics": "tout public"},
        {"nom": "B", "ville": "Castres", "type": "Itinérant", "prix": "Payant 3 €/h", "publics": "seniors"},
        {"nom": "C", "ville": "Castres", "type": "Mairie", "prix": "Gratuit", "publics": "tout public"},
    ]
    read = result(rows)
    first, second, third = (dict(row.sheet) for row in read.rows)
    assert (first["frais_a_charge"], first["frais_precisions"]) == (["paid"], "Adhésion 5 €")
    assert (second["frais_a_charge"], second["frais_precisions"]) == (["paid"], "Payant 3 €/h")
    assert third["frais_a_charge"] == ["free"]
    assert (second["itinerance"], second["type_origine"]) == (["itinerant"], "Itinérant")
    assert "itinerance" not in first
    doubts = [r.reason for row in read.rows for r in row.remarks if r.word == "doubtful"]
    assert not [reason for reason in doubts if "Adhésion" in reason or "type inconnu" in reason]
    assert read.idle == ()


def test_yes_means_the_name_of_its_column_where_the_list_has_it():
    rows = [
        {"nom": f"Lieu {n}", "ville": "Gap", "Gratuit": cell} for n, cell in enumerate(("oui", "gratuit", ""))
    ]
    assert [row.get("frais_a_charge") for row in places(rows)] == [["free"], ["free"], None]


@pytest.mark.parametrize("practice", offer.practices().values(), ids=lambda practice: practice.id)
def test_label_of_a_practice_on_our_pages_is_a_name_of_column(practice):
    for label in (practice.label, practice.need):
        (place,) = places(
            [{"Nom": "Mairie", "Commune": "Figeac", "Téléphone": "05 65 50 05 40", label: "oui"}]
        )
        assert place["practices"] == {practice.id: {"state": "offered"}}, label


def test_one_row_for_each_service_of_a_place_makes_one_place():
    def row(number, nom, adresse, service):
        return {"objectid": number, "nom_org": nom, "statut_org": "Association", "adresse": adresse, "commune": "Limoges", "tel_fixe": "05.55.00.00.01", "tel_mobile": "06 01 02 03 04",
                "site": "https://www.exemple.org/", "service": service, "public": "Tout public", "infobulle": "<div><b>Association</b> rue du Cours</div>",
                "trajet": "https://www.google.com/maps/dir/?api=1&destination=45.8,1.2", "code_postal": 87000}  # fmt: skip

    rows = [
        row(1, "Alis", "41 Avenue des Coutures, 87000 Limoges", "Accès à Internet"),
        row(2, "Alis", "41 Avenue des Coutures, 87000 Limoges", "Initiation à l'informatique"),
        row(3, "Alis", "41 Avenue des Coutures, 87000 Limoges", "Accès à un ordinateur"),
        row(4, "Interval", "1 Rue du Maréchal Juin, 87100 Limoges", "Parentalité et numérique"),
    ]
    read_rows = result(rows)
    assert [(row.sheet["nom"], row.sheet["services"]) for row in read_rows.accepted] == [
        ("Alis", ["access", "everyday"]),
        ("Interval", ["parenting"]),
    ]
    assert read_rows.accepted[0].sheet["telephone"] == ["+33555000001", "+33601020304"]
    assert read_rows.accepted[0].sheet["site_web"] == ["https://www.exemple.org/"]
    assert {"infobulle", "trajet", "objectid"} <= set(read_rows.unread)


def test_the_words_of_an_officer_for_help_are_an_offer():
    """« Aide individuelle », « accompagnement » : le lieu aide, il n’est pas muet ; l’annuaire demande de vérifier."""
    words = (
        "wifi, aide individuelle",
        "accompagnement",
        "recherche d’emploi en ligne",
        "accompagnement scolaire",
    )
    rows = [
        {"nom": f"Lieu {k}", "commune": "Saint-Omer", "code_postal": "62500", "services": text}
        for k, text in enumerate(words)
    ]
    practices_by_place = [set(practices(each)) for each in places(rows)]
    assert practices_by_place == [{"wifi", "assistance"}, {"assistance"}, {"formation"}, set()]


HELP = """Permanence d’un conseiller numérique | Permanences du conseiller numérique | Permanences numériques
Conseiller numérique | Conseillère numérique | Conseiller·ère numérique, le mardi | Conseillers numériques
Conseiller numérique France Services | CNFS | Rendez-vous avec un conseiller numérique | Médiateur numérique
Médiatrice numérique 2 fois par semaine | Médiation numérique | médiation informatique | Aidants numériques
Aidants Connect | Accompagnement numérique | Accompagnement au numérique | accompagnement des seniors au numérique
Accompagnement individuel aux outils numériques | Accompagnement à l’usage d’internet et des outils numériques
Accompagnement vers l’autonomie numérique | Aide numérique | Aide au numérique | Aide informatique
Aide à l’utilisation de l’ordinateur | aide sur smartphone | Aide à l’informatique | Assistance informatique
Soutien numérique | Appui numérique aux habitants | Conseils numériques | Aide aux démarches
Aide aux démarches en ligne | AIDE AUX DEMARCHES ADMINISTRATIVES | démarches dématérialisées"""
LESSONS = "cours d’informatique | Cours informatiques | Ateliers numériques | Initiation à l’ordinateur"
TWO = (
    "cours d’informatique et permanence d’un conseiller numérique | Médiation numérique / ateliers numériques"
)


@pytest.mark.parametrize(
    ("wordings", "expected"),
    [(HELP, {"assistance"}), (LESSONS, {"formation"}), (TWO, {"assistance", "formation"})],
)
def test_the_wordings_of_french_lists_name_their_services(wordings, expected):
    """Plusieurs mots, accents, pluriels, deux services dans une case : aucun n’est « sans effet »."""
    texts = [text.strip() for text in wordings.replace("\n", "|").split("|")]
    rows = [
        {"Nom": f"Lieu {k}", "Commune": "Saint-Omer", "Code postal": "62500", "Services proposés": text}
        for k, text in enumerate(["Accès internet", *texts])
    ]
    read = result(rows)
    by_text = dict(zip(texts, (set(practices(each.sheet)) for each in read.accepted[1:]), strict=True))
    assert {text: ids for text, ids in by_text.items() if ids != expected} == {}
    assert not read.idle


def test_words_about_something_else_name_no_service():
    texts = ("Permanence téléphonique", "Accompagnement scolaire", "Aide aux devoirs", "Point numérique")
    rows = [
        {"Nom": f"Lieu {k}", "Commune": "Saint-Omer", "Code postal": "62500", "Services proposés": text}
        for k, text in enumerate(["Accès internet", "Wifi", "Ateliers numériques", *texts])
    ]
    read = result(rows)
    assert [set(practices(each.sheet)) for each in read.accepted[3:]] == [set()] * len(texts)
    reasons = {
        remark.value: remark.reason for row in read.accepted for remark in row.remarks if remark.reason
    }
    assert reasons["Point numérique"] == "hors de la liste : Point numérique"


def test_a_word_new_to_the_mapping_of_a_former_file_is_read():
    """Le second recensement emploie d’autres mots que le premier : la correspondance gardée ne les tait pas."""
    rows = [
        {"nom": f"Lieu {k}", "commune": "Saint-Omer", "code_postal": "62500", "services": text}
        for k, text in enumerate(("wifi", "impression", "ateliers", "réparation"))
    ]
    former_mapping = propose.proposed(sheet(rows))
    second = [{**rows[0], "services": "médiation numérique, wifi"}]
    (row,) = files.places(sheet(second), today=TODAY, correspondence=former_mapping).rows
    assert set(practices(row.sheet)) == {"wifi", "assistance"}


def test_a_file_dropped_again_adds_its_new_words_and_keeps_what_was_corrected():
    """La seconde année, « vente matériel reconditionné » s’ajoute ; « borne », laissée de côté à la main, le reste."""
    before = [
        {"Nom": f"Lieu {k}", "Commune": "Guéret", "Ce que propose le lieu": offer_text}
        for k, offer_text in enumerate(("aide aux démarches, wifi", "ordinateurs en libre accès") * 2)
    ]
    new = {"Nom": "Recyclerie", "Commune": "Guéret"}
    after = [
        *before,
        {**new, "Ce que propose le lieu": "vente matériel reconditionné, prêt d’ordinateurs, atelier"},
    ]
    raw = correct.parsed(propose.propose(sheet(before))[0], "lieux")
    correct.give(raw, "Ce que propose le lieu", "services", "atelier", correct.NOTHING)
    first = correct.written(raw)
    text, why = propose.completed(raw, mapping.load(first, "lieux"), sheet(after))
    assert why
    rows = read(sheet(after), mapping.load(text, "lieux"), today=TODAY).rows
    assert rows[-1].sheet["practices"].keys() == {"vente", "pret"}
    assert rows[0].sheet["practices"].keys() == {"assistance", "wifi"}
    again = mapping.load(text, "lieux")
    assert propose.completed(correct.parsed(text, "lieux"), again, sheet(after)) == ("", []), (
        "nothing is added twice"
    )


def test_a_known_format_is_completed_by_the_columns_it_does_not_foresee():
    """Le fichier dit être au schéma 0.1, mais ses horaires, son point et ses thématiques sont ailleurs."""
    days = {f"horaires_{day}": "07:30-11:30, 12:15-16:00" for day in ("lundi", "mardi", "mercredi", "jeudi")}
    rows = [
        {"id": "1", "nom": "Espace connecté", "commune": "Nouméa", "code_postal": "98800", "adresse": "1 rue du Port", "geolocalisation": {"lon": 166.44, "lat": -22.27},
         "publics_accueillis": "Tout types de publics", "conditions_acces": "Gratuit", **days, "thematiques_proposees": "Administration en ligne\n Scolarité et parentalité\n Logement",
         "equipements": "Accès WIFI\n Impression de documents", "services": "Accompagnement individuel"},
    ]  # fmt: skip
    there = sheet(rows)
    assert mapping.recognised(there.columns).id == "lmn-0.1"
    (place,) = places(rows)
    assert place["horaires"]["osm"] == "Mo-Th 07:30-11:30,12:15-16:00"
    assert (place["latitude"], place["longitude"]) == (-22.27, 166.44)
    assert place["services"] == ["procedures", "parenting"]  # wifi says nothing of computers
    assert place["modalites_accompagnement"] == ["person"]
    assert set(place["practices"]) == {"wifi", "impression"}
    assert any("devinées" in note and "horaires_lundi" in note for note in result(rows).notes)
    correspondence = mapping.recognised(there.columns)
    assert (
        "horaires" not in files.places(there, today=TODAY, correspondence=correspondence).rows[0].sheet
    )  # what a person chose stays


def test_names_in_camel_case_and_nested_objects():
    rows = [
        {"_id": "5f0a", "structureName": "Espace Zola", "structureType": "association", "address": {"numero": "12", "street": "Cours Émile Zola", "commune": "Villeurbanne", "postcode": "69100"},
         "coord": [4.8796, 45.77], "contactPhone": "0478000001", "contactMail": "zola@exemple.org", "updatedAt": "2022-10-19T14:32:12.000Z", "publics": ["toutPublic", "jeunes1625Ans"]},
    ]  # fmt: skip
    (place,) = places(rows)
    assert (place["nom"], place["adresse"], place["typologie"]) == (
        "Espace Zola",
        "12 Cours Émile Zola",
        ["ASSO"],
    )
    assert (place["latitude"], place["longitude"]) == (45.77, 4.8796)
    assert (place["date_maj"], place["publics_specifiquement_adresses"]) == ("2022-10-19", ["youth"])


@pytest.mark.parametrize(
    ("column", "cells", "field"),
    [
        ("Site", ["Poste de Gap", "Poste de Nice"], "nom"),
        ("Site", ["https://a.exemple.org", "www.b.fr"], "site_web"),
        ("Contact", ["a@exemple.org", "b@exemple.org"], None),
        ("Date", ["2023-01-02", "2023-01-03"], "date_maj"),
        ("date de création", ["2023-01-02", "2023-01-03"], None),
        ("Date de passage", ["12/11/2026", "13/11/2026"], "date_maj"),
        ("Vérifié le", ["12/11/2026", "13/11/2026"], "date_maj"),
        ("Mis à jour le", ["12/11/2026", "13/11/2026"], "date_maj"),
        ("Date de visite", ["12/11/2026", "13/11/2026"], "date_maj"),
        ("Recensé le", ["12/11/2026", "13/11/2026"], "date_maj"),
        ("Visite de sécurité", ["12/11/2026", "13/11/2026"], None),
        ("Passage du bus", ["Lundi 9h-12h", "Mardi 9h-12h"], "horaires"),
        ("Colonne 7", ["04 76 00 00 01", "04 76 00 00 02"], "telephone"),
        ("Colonne 7", ["Lundi 9h-12h", "Mardi 9h-12h, 14h-18h"], "horaires"),
        ("Colonne 7", ["2020/06/30 14:16", "2020/07/01 15:00"], "date_maj"),
        ("Colonne 7", ["21380185500015", "26380030200014"], "pivot"),
        ("Colonne 7", ["12 rue des Lilas", "3 avenue de la Gare"], "adresse"),
        ("Capacité d'accueil", ["0_à_25", "25_à_50"], None),
        ("Montant", ["12,50", "45,20"], None),
        ("Prénom du référent", ["Anne", "Luc"], None),
        ("tarif", ["12", "15"], None),
        ("statut", ["ouvert", "fermé"], None),
        ("services", ["Chaudronnerie", "Poterie"], "services"),
        ("Observations", ["demander Mme Martin", "à revoir"], "notes"),  # what is private by default
        ("Commentaires", ["demander Mme Martin", "à revoir"], "notes"),
        ("Remarques", ["demander Mme Martin", "à revoir"], "notes"),
    ],
)
def test_a_name_is_believed_only_when_its_cells_can_be_read(column, cells, field):
    rows = [
        {"nom du lieu": f"Lieu {n}" if field != "nom" else "", "commune": "Gap", column: cell}
        for n, cell in enumerate(cells)
    ]
    if field == "nom":
        rows = [{"commune": "Gap", column: cell} for cell in cells]
    field_by_column = {c: id for id, names in columns(rows).items() for c in names}
    assert field_by_column.get(plain(column)) == field


def test_a_file_without_a_name_column_takes_the_column_that_names_structures():
    rows = [
        {"A": nom, "B": "Grenoble"}
        for nom in ("Mairie de Bernin", "Médiathèque du Lac", "Association Le Fil", "CCAS de Crolles")
    ]
    places_read = places(rows)
    assert [each["nom"] for each in places_read] == [row["A"] for row in rows]
    assert {each["commune"] for each in places_read} == {"Grenoble"}


def test_a_proposal_is_yaml_that_a_person_may_keep_and_says_why():
    rows = [
        {"Nom du lieu": "Cyber", "Ville": "Grenoble", "wi-fi": "Oui"},
        {"Nom du lieu": "Café", "Ville": "Gap", "wi-fi": "Non"},
    ]
    text, why = propose.propose(sheet(rows))
    assert yaml.safe_load(text)["fields"]["nom"] == "Nom du lieu"
    assert mapping.load(text, "proposée").fields.keys() == propose.proposed(sheet(rows)).fields.keys()
    assert {guess.column: guess.why for guess in why} == {
        "Nom du lieu": "le nom de la colonne",
        "Ville": "le nom de la colonne",
        "wi-fi": "oui ou non, et le nom de la colonne",
    }


def test_the_same_file_is_proposed_the_same_whatever_its_form():
    rows = [
        {"Nom du lieu": f"Lieu {n}", "Ville": "Grenoble", "Téléphone": "0476000001", "Tarifs": "Gratuit"}
        for n in range(4)
    ]
    text = io.StringIO()
    table = csv.DictWriter(text, list(rows[0]), delimiter=";")
    table.writeheader()
    table.writerows(rows)
    as_csv = forms.parse(text.getvalue().encode(), "lieux")
    assert propose.propose(as_csv)[0] == propose.propose(sheet(rows, "lieux"))[0]


# --- what is never taken for something else
# ---------------------------------------------------------------------------


def four(column, *cells, **more):
    """Places of Pau, one for each cell of a column."""
    return [{"Nom": f"Lieu {n}", "Adresse": f"{n} rue des Lilas", "CP": "64000", "Commune": "Pau", **more, column: cell} for n, cell in enumerate(cells, 1)]  # fmt: skip


def doubted(row, column):
    return any(r.column == column and r.word == "doubtful" for r in row.remarks)


@pytest.mark.parametrize("column", ["N°", "Numéro", "No", "N° voie"])
def test_a_number_is_never_put_before_a_street_that_has_one(column):
    assert [place["adresse"] for place in places(four(column, "1", "7", "12"))] == [
        f"{n} rue des Lilas" for n in (1, 2, 3)
    ]
    assert column in result(four(column, "1", "7", "12")).unread


def test_a_running_count_is_no_number_of_street():
    rows = [{**row, "Adresse": "rue des Lilas"} for row in four("N°", "1", "2", "3")]
    assert {place["adresse"] for place in places(rows)} == {"rue des Lilas"}
    rows = [{**row, "N° de voie": number} for row, number in zip(rows, ("12", "3 bis", "7"), strict=True)]
    assert [place["adresse"] for place in places(rows)] == [
        "12 rue des Lilas",
        "3 bis rue des Lilas",
        "7 rue des Lilas",
    ]


@pytest.mark.parametrize(
    ("column", "practice"),
    [
        ("Prêt d’ordinateurs", "pret"),
        ("Réparation d’ordinateurs", "reparation"),
        ("Vente d’ordinateurs reconditionnés", "vente"),
        ("Don d’ordinateurs", "don"),
        ("Initiation ordinateur", "formation"),
        ("Atelier tablette", "formation"),
        ("Formation", "formation"),
        ("Accès libre à un ordinateur", "libre_acces"),
        ("Accès libre", "libre_acces"),
        ("Ordinateurs", "libre_acces"),
        ("Impression (oui/non)", "impression"),
        ("Acquisition d’ordinateurs", None),
        ("Réglage de tablette", None),
        ("Cours de yoga", None),
        ("Location de salles", None),
        ("Prêt de livres", None),
        ("Formation du personnel", None),
    ],
)
def test_what_is_done_wins_over_what_it_is_done_with(column, practice):
    offered, denied, silent, planned = places(four(column, "oui", "non", "NSP", "en projet"))
    assert offered.get("practices", {}) == ({practice: {"state": "offered"}} if practice else {})
    assert denied.get("sans", []) == ([practice] if practice else [])
    assert "practices" not in silent and "sans" not in silent
    assert planned.get("practices", {}) == ({practice: {"state": "planned"}} if practice else {})
    assert (column in result(four(column, "oui", "non")).unread) == (practice is None)


@pytest.mark.parametrize(
    ("cell", "practice", "reason"),
    [
        ("oui (0,10 €/page)", {"state": "offered", "precisions": "0,10 €/page"}, ""),
        ("Oui, sur rendez-vous", {"state": "offered", "precisions": "sur rendez-vous"}, ""),
        ("prévu en 2027", {"state": "planned"}, ""),
        ("en cours de création", {"state": "planned"}, ""),
        ("bientôt", {"state": "planned"}, ""),
        ("ne sait pas", None, ""),
        ("?", None, ""),
        ("à vérifier", None, ""),
        ("oui mais en panne", None, "ne dit pas oui ou non : Imprimer, scanner"),
        ("en panne", None, "ne dit pas oui ou non : Imprimer, scanner"),
        ("Partenariat avec la mairie", None, "ne dit pas oui ou non : Imprimer, scanner"),
    ],
)
def test_one_odd_cell_does_not_leave_a_column_of_yes_and_no_unread(cell, practice, reason):
    read_rows = result(four("Imprimante", "oui", "non", "oui", cell))
    last = read_rows.rows[-1]
    assert (last.sheet.get("practices", {}).get("impression"), last.sheet.get("sans")) == (practice, None)
    assert {r.reason for r in last.remarks if r.field == "impression"} == ({reason} if reason else set())


def test_a_column_that_counts_is_not_one_of_yes_and_no():
    read_rows = result(four("Ordinateurs", "1", "0", "4", "1"))
    assert not any("practices" in row.sheet for row in read_rows.rows)
    assert read_rows.unread == ("Ordinateurs",)


def test_free_denied_or_on_conditions_is_to_check():
    read_rows = result(four("Gratuit", "oui", "non", "oui, sous conditions"))
    free, no, perhaps = (row.sheet for row in read_rows.rows)
    assert free["frais_a_charge"] == ["free"]
    assert no["frais_a_charge"] == ["paid"] and "frais_a_charge" not in perhaps
    assert (no["frais_precisions"], perhaps["frais_precisions"]) == (
        "Gratuit : non",
        "Gratuit : oui, sous conditions",
    )
    assert [doubted(row, "Gratuit") for row in read_rows.rows] == [False, True, True]
    (paid,) = places([{"Nom": "A", "Commune": "Pau", "Gratuit": "non", "Payant": "oui"}])
    assert paid["frais_a_charge"] == ["paid"]
    (conditional,) = places(
        [{"Nom": "A", "Commune": "Pau", "Gratuit": "non", "Gratuit sous condition": "oui"}]
    )
    assert conditional["frais_a_charge"] == ["conditional"]


def test_a_column_named_by_a_value_is_read_whatever_words_answer_it():
    """« Gratuit : oui, payant, adhésion », « Ateliers num. : sur RDV », « Aide aux démarches : CAF et impôts »."""
    cells = [
        ("oui", "x", "CAF et impôts"),
        ("payant", "sur RDV", "sur RDV"),
        ("oui", "oui", "non"),
        ("gratuit", "non", "oui"),
    ]
    rows = [
        {
            "Nom": f"Lieu {n}",
            "Ville": "Gap",
            "Gratuit": free,
            "Ateliers num.": course,
            "Aide aux démarches": help_,
        }
        for n, (free, course, help_) in enumerate(cells)
    ]
    read = places(rows)
    assert [each["frais_a_charge"] for each in read] == [["free"], ["paid"], ["free"], ["free"]]
    assert ["formation" in each.get("practices", {}) for each in read] == [True, True, True, False]
    assert ["assistance" in each.get("practices", {}) for each in read] == [True, True, False, True]


def test_the_price_of_the_wifi_is_not_that_of_the_place():
    read_rows = result(four("Wifi", "gratuit", "payant", "Pas de wifi", "wifi en panne"))
    free, paid, none, broken = (row.sheet for row in read_rows.rows)
    assert free["practices"] == {"wifi": {"state": "offered", "frais": ["free"]}}
    assert paid["practices"] == {"wifi": {"state": "offered", "frais": ["paid"]}}
    assert none["sans"] == ["wifi"]
    assert not {"practices", "sans", "frais_a_charge"} & broken.keys()
    assert [doubted(row, "Wifi") for row in read_rows.rows] == [False, False, False, True]


@pytest.mark.parametrize(
    ("row", "osm"),
    [
        ({"Horaires lundi": "9h-12h", "Horaires mardi": "14h-17h"}, "Mo 09:00-12:00; Tu 14:00-17:00"),
        ({"Lundi": "9h-12h"}, "Mo 09:00-12:00"),
        ({"horaires": {"lundi": "9h-12h", "mardi": "14h-17h"}}, "Mo 09:00-12:00; Tu 14:00-17:00"),
        ({"Lundi M": "9h-12h", "Lundi AM": "14h-17h"}, "Mo 09:00-12:00,14:00-17:00"),
        ({"Lundi matin": "9h-12h", "Lundi AM": "14h-17h"}, "Mo 09:00-12:00,14:00-17:00"),
        ({"Monday AM": "9h-12h", "Lundi AM": "9h-12h", "Lundi PM": "14h-17h"}, "Mo 09:00-12:00,14:00-17:00"),
        ({"Lundi (matin)": "9h-12h", "Lundi (après-midi)": "14h-17h"}, "Mo 09:00-12:00,14:00-17:00"),
        ({"h/lundi_matin": "8h-12h", "h/lundi_aprem": "14h-17h", "h/mardi_matin": "8h-12h"}, "Mo 08:00-12:00,14:00-17:00; Tu 08:00-12:00"),
        ({"Jours": "mardi, jeudi", "Matin": "9h-12h", "Après-midi": "14h-17h"}, "Tu,Th 09:00-12:00,14:00-17:00"),
        ({"Jour": "Jeudi", "Horaires": "14h-16h"}, "Th 14:00-16:00"),
        ({"Lundi-Vendredi": "9h-12h", "Samedi": "10h-12h"}, "Mo-Fr 09:00-12:00; Sa 10:00-12:00"),
        ({"Lundi et mardi": "9h-12h"}, "Mo,Tu 09:00-12:00"),
        ({"Lun": "9h-12h", "Mar": "", "Mer": "14h-17h"}, "Mo 09:00-12:00; We 14:00-17:00"),
        ({"Horaires lundi": "9h-12h", "Fermé le mercredi": "oui"}, "Mo 09:00-12:00"),
        ({"Jours d'ouverture": "du mardi au jeudi", "Heure d'ouverture": "9h00", "Heure de fermeture": "17h30"}, "Tu-Th 09:00-17:30"),
        ({"jours": "lundi, jeudi", "debut_matin": "9h", "fin_matin": "12h", "debut_aprem": "14h", "fin_aprem": "17h"}, "Mo,Th 09:00-12:00,14:00-17:00"),
        ({"jour": "mercredi", "opening_time": "09:00:00", "closing_time": "12:30:00"}, "We 09:00-12:30"),
        ({"jours": "mardi", "debut_1": "9h", "fin_1": "12h", "debut_2": "14h", "fin_2": "17h"}, "Tu 09:00-12:00,14:00-17:00"),
        ({"jour_1": "lundi", "debut_1": "9h", "fin_1": "12h", "jour_2": "mardi", "debut_2": "14h", "fin_2": "17h"}, "Mo 09:00-12:00; Tu 14:00-17:00"),
        ({"jours": "LMJ", "horaires": "9h-12h"}, "Mo,Tu,Th 09:00-12:00"),
        ({"Lundi de": "9h00", "Lundi à": "17h30", "Mardi de": "14h", "Mardi à": "18h"}, "Mo 09:00-17:30; Tu 14:00-18:00"),
        ({"lundi_debut": "8.5", "lundi_fin": "12", "mardi_debut": "13,5", "mardi_fin": "18,0"}, "Mo 08:30-12:00; Tu 13:30-18:00"),
        ({"lundi_matin_debut": "9", "lundi_matin_fin": "12", "lundi_apm_debut": "14", "lundi_apm_fin": "17"}, "Mo 09:00-12:00,14:00-17:00"),
        ({"lundi": "oui", "mardi": "non", "heure_ouverture": "9h", "heure_fermeture": "17h"}, "Mo 09:00-17:00; Tu off"),
        ({"lundi": "1", "mardi": "0", "horaires": "9h-12h"}, "Mo 09:00-12:00; Tu off"),
        ({"Horaires d'ouverture": "10h - 19h", "Jours de fermeture": "lundi"}, 'Tu-Su 10:00-19:00 "jours non précisés"; Mo off'),
        ({"Horaires vacances scolaires": "lundi 9h-12h"}, 'Mo 09:00-12:00 "vacances scolaires"'),
        ({"Horaires juillet et août": "lundi 9h-12h"}, "Jul,Aug Mo 09:00-12:00"),
    ],
)  # fmt: skip
def test_the_hours_of_a_day_are_only_that_day_s(row, osm):
    (place,) = places([{"Nom": "A", "Commune": "Pau", **row}])
    assert place["horaires"]["osm"] == osm


def test_a_day_that_opens_at_no_hour_is_closed_and_hides_no_other():
    """« fermé » in half the cells of a column does not make it something else than the hour that opens."""
    week = {"lundi_ouverture": "9h", "lundi_fermeture": "12h"}
    rows = [
        {"nom": "A", "commune": "Pau", **week, "mardi_ouverture": "14h", "mardi_fermeture": "17h"},
        {"nom": "B", "commune": "Pau", **week, "mardi_ouverture": "fermé", "mardi_fermeture": "fermé"},
    ]
    assert [place["horaires"]["osm"] for place in places(rows)] == [
        "Mo 09:00-12:00; Tu 14:00-17:00",
        "Mo 09:00-12:00; Tu off",
    ]
    never = [
        {"nom": name, "commune": "Pau", **week, "jeudi_ouverture": "fermé", "jeudi_fermeture": "fermé"}
        for name in "AB"
    ]
    assert {place["horaires"]["osm"] for place in places(never)} == {"Mo 09:00-12:00; Th off"}


def test_an_hour_that_closes_never_passes_for_one_that_opens():
    """« Lundi 12 - 17 », read from the ends of a morning and of an afternoon, would be firm and false."""
    row = {
        "lundi_matin_debut": "vers 9",
        "lundi_matin_fin": "12",
        "lundi_apm_debut": "?",
        "lundi_apm_fin": "17",
    }
    read = result([{"Nom": "A", "Commune": "Pau", **row}])
    (place,) = [each.sheet for each in read.rows]
    assert "12:00-17:00" not in str(place.get("horaires"))


def test_hours_of_a_season_are_not_those_of_the_year():
    row = {"Horaires d'été": "lundi 9h-12h", "Horaires d'hiver": "lundi 9h-17h"}
    (read,) = result([{"Nom": "A", "Commune": "Pau", **row}]).rows
    assert read.sheet["horaires"]["osm"] == 'Mo 09:00-12:00 "Horaires d\'été"'
    assert "valent seulement" in next(r.reason for r in read.remarks if r.field == "horaires")


def test_hours_without_a_day_are_to_check():
    (read,) = result([{"Nom": "A", "Commune": "Pau", "Matin": "9h-12h", "Après-midi": "14h-17h"}]).rows
    assert read.sheet["horaires"]["osm"] == 'Mo-Fr 09:00-12:00,14:00-17:00 "jours non précisés"'
    assert "aucun jour n’est écrit" in next(r.reason for r in read.remarks if r.field == "horaires")


# --- what is not an hour
# ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("Pays", ("FR", "FR", "FR")),
        ("Code", ("FR", "FR", "FR")),
        ("Forme juridique", ("SA", "SA", "SA")),
        ("Forme juridique", ("SA", "SARL", "SA")),
        ("Statut légal", ("SA HLM", "SA HLM", "SA d’économie mixte")),
        ("Langues", ("fr", "fr, ar", "fr ; th")),
        ("TVA", ("FR 12 345678901", "FR 45 345678902", "FR 67 345678903")),
        ("Région ISO", ("FR-38", "FR-26", "FR-73")),
        ("Quand", ("WE", "we", "WE")),
        ("Texte", ("dans sa salle", "comme tu veux", "on a su que fr")),
    ],
)
def test_letters_that_a_day_also_has_are_no_hours(column, cells):
    """Une heure veut un chiffre, « 24/7 », ou trois jours différents dans la colonne."""
    for place in places(four(column, *cells)):
        assert "horaires" not in place
    assert "horaires" not in columns(four(column, *cells))


@pytest.mark.parametrize(
    "cells",
    [
        ("24/7", "24/7", "24/7"),
        ("Mo-Fr 09:00-12:00", "Mo,Tu 9-12", "Sa off"),
        ("Mo-Fr", "Mo, We", "Sa"),
        ("mo tu we", "Mo tu we", "MO TU WE"),
        ("lundi 9h-12h", "mardi 14h", "mercredi 10h à 12h"),
    ],
)
def test_hours_are_known_by_their_cells_alone(cells):
    assert columns(four("Quand", *cells))["horaires"] == ["quand"]


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("Pays", ("FR", "France", "BE")),
        ("Code pays", ("FRA", "FRA", "FRA")),
        ("pays_iso", ("fr", "fr", "fr")),
        ("addr:country", ("FR", "FR", "FR")),
        ("CountryCode", ("FR", "FR", "MC")),
        ("country", ("Germany", "France", "Côte d’Ivoire")),
    ],
)
def test_a_country_is_known_and_left(column, cells):
    read_rows = result(four(column, *cells))
    assert (column in read_rows.ignored, column in read_rows.unread) == (True, False)
    assert columns(four(column, *cells)).keys() <= {"nom", "adresse", "code_postal", "commune"}


@pytest.mark.parametrize(
    ("column", "cells"), [("Pays", ("Pays de Caux",) * 3), ("Commune du pays", ("FR", "Pau", "Gan"))]
)
def test_a_pays_that_is_no_country_is_not_left(column, cells):
    assert column not in result(four(column, *cells)).ignored


def test_countries_inside_objects_are_left_too():
    """Les fiches de HSDS et de Soliguide disent le pays sous l’adresse et sous le téléphone."""
    rows = [
        {
            "name": f"Le Relais {n}",
            "addresses": [
                {"address_1": f"{n} rue des Lilas", "city": "Pau", "postal_code": "64000", "country": "FR"}
            ],
            "position": {"country": "fr", "pays": "France"},
            "phones": [{"phoneNumber": f"05 59 00 00 0{n}", "countryCode": "fr"}],
            "languages": ["fr"] if n > 1 else ["fr", "ar"],
        }
        for n in (1, 2, 3)
    ]
    read = result(rows)
    assert {"addresses.0.country", "position.country", "position.pays", "phones.0.countryCode"} <= set(
        read.ignored
    )
    for n, row in enumerate(read.rows, 1):
        assert "horaires" not in row.sheet
        assert (row.sheet["commune"], row.sheet["telephone"]) == ("Pau", [f"+3355900000{n}"])


@pytest.mark.parametrize(
    ("column", "cells", "refused"),
    [
        ("Statut", ("Ouvert", "Fermé définitivement", "En projet"), (False, True, True)),
        ("Statut", ("En activité", "Fermé temporairement", "Refusée"), (False, None, True)),
        ("État", ("ouvert", "clos", "en réflexion"), (False, True, True)),
        ("Situation", ("Ouvert au public", "Cessation d’activité", "Ouverture prochaine"), (False, True, True)),
        ("Statut de la demande", ("Validée", "En cours", "Refusée"), (False, None, True)),
        ("etatAdministratifEtablissement", ("A", "F", "A"), (False, True, False)),
        ("Actif", ("oui", "non", "NSP"), (False, True, None)),
        ("Brouillon", ("0", "1", "0"), (False, True, False)),
        ("Acceptez-vous que ces informations soient publiées ?", ("Oui", "Non", "?"), (False, True, None)),
        ("Statut", ("Association", "Mairie", "CCAS"), (False, False, False)),
        ("Statut", ("Neuf", "Usé", "Moyen"), (False, False, False)),
    ],
)  # fmt: skip
def test_closed_planned_refused_or_secret_places_are_left_out_with_the_reason(column, cells, refused):
    """None : gardé, à vérifier."""
    read_rows = result(four(column, *cells))
    assert tuple(None if doubted(row, column) else bool(row.refused) for row in read_rows.rows) == refused
    for row, cell in zip(read_rows.rows, cells, strict=True):
        assert row.refused in ("", f"la colonne « {column} » dit « {cell} »")
    if "Neuf" in cells:
        assert read_rows.unread == ("Statut",)


def test_a_register_of_companies_is_read_by_its_places():
    row = {"siren": "216404459", "nic": "00002", "siret": "21640445900002", "denominationUniteLegale": "COMMUNE DE PAU", "enseigne1Etablissement": "MEDIATHEQUE",
           "numeroVoieEtablissement": "10", "indiceRepetitionEtablissement": "B", "typeVoieEtablissement": "RUE", "libelleVoieEtablissement": "MARGUERITE LABORDE",
           "codePostalEtablissement": "64000", "libelleCommuneEtablissement": "PAU", "etatAdministratifEtablissement": "A"}  # fmt: skip
    other = {
        **row,
        "enseigne1Etablissement": "",
        "denominationUniteLegale": "CCAS DE PAU",
        "indiceRepetitionEtablissement": "",
    }
    first, second = places([row, other])
    assert (first["nom"], second["nom"]) == ("MEDIATHEQUE", "CCAS DE PAU")
    assert (first["adresse"], second["adresse"]) == (
        "10 B RUE MARGUERITE LABORDE",
        "10 RUE MARGUERITE LABORDE",
    )
    assert first["pivot"] == "21640445900002"


def test_numbers_whose_keys_are_all_false_are_reported_one_by_one():
    read_rows = result(four("SIRET", "21640445900003", "2,10701E+13"))
    assert read_rows.unread == ()
    assert [r.word for row in read_rows.rows for r in row.remarks if r.field == "pivot"] == [
        "refused",
        "refused",
    ]


# --- whose data it is
# -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "personal"),
    [
        (
            {"Référent": "Mme Fatima BENALI", "Nom": "BENALI", "Prénom": "Fatima", "Fonction": "Médiatrice", "Mail": "fatima.benali@x.fr", "Tel portable": "06 12 34 56 78"},
            {"Référent", "Nom", "Prénom", "Fonction", "Mail", "Tel portable"},
        ),
        ({"Horodateur": "05/11/2024 10:23:45", "Adresse e-mail": "accueil@x.fr"}, {"Adresse e-mail"}),
        ({"Prénom": "Anne", "Nom": "Dupont", "Email": "adupont@x.fr", "Email de la structure": "contact@x.fr"}, {"Prénom", "Nom", "Email"}),
        ({"Référent": "Anne Dupont", "Téléphone": "05 59 00 00 01", "Mail": "mairie@x.fr"}, {"Référent"}),
        ({"Référent": "Anne Dupont", "Téléphone": "06 12 34 56 78", "Mail": "mairie@x.fr"}, {"Référent", "Téléphone"}),
        ({"Prénom du référent": "Anne", "Site": "https://x.fr", "Courriel": "anne.d@x.fr"}, {"Prénom du référent", "Courriel"}),
        ({"Commentaires internes": "En arrêt maladie", "Date de naissance": "12/04/1985"}, {"Commentaires internes", "Date de naissance"}),
        ({"Responsable": "Anne Dupont", "Adresse mail": "x@free.fr"}, {"Responsable", "Adresse mail"}),
        ({"first_name": "Anne", "email": "anne.d@x.fr"}, {"first_name", "email"}),
        ({"Téléphone": "06 12 34 56 78", "Mail": "jean@x.fr"}, set()),
        ({"Médiateur": "oui", "Mail": "jean@x.fr"}, set()),
    ],
)  # fmt: skip
def test_the_data_of_a_person_are_left_out_and_named_as_such(row, personal):
    read_rows = result([{"Structure": "Le Lien", "Commune": "Pau", **row}])
    assert set(read_rows.correspondence.personal) == {plain(name) for name in personal}
    assert personal <= set(read_rows.unread)
    notes = [note for note in read_rows.notes if note.startswith("Données d’une personne")]
    assert bool(notes) == bool(personal) and all(f"« {name} »" in notes[0] for name in personal)
    assert read_rows.rows[0].sheet["nom"] == "Le Lien"


# --- several rows for a place
# -----------------------------------------------------------------------------------------


def test_rows_of_one_place_are_counted_and_their_hours_and_differences_stay():
    def row(service, day, hours, tel, **more):
        return {"Structure": "CCAS", "Adresse": "1 rue des Lilas", "CP": "56000", "Commune": "Vannes", "Service": service, "Jour": day, "Horaires": hours,
                "Téléphone": tel, "Quartier": "Nord", **more}  # fmt: skip

    rows = [
        row("Aide aux démarches administratives", "Lundi", "9h-12h", "0559000001"),
        row("Accès internet", "Jeudi", "14h-16h", "0559000002", Quartier="Sud"),
        row("Accès internet", "Lundi", "11h-13h", "0559000002"),
        {**row("Accès internet", "Samedi", "10h-12h", ""), "Structure": "EPN", "Adresse": "2 rue du Lac"},
    ]
    read_rows = result(rows)
    assert (len(read_rows.rows), read_rows.n_read, report.of(read_rows)["lus"]) == (2, 4, 4)
    assert any("Plusieurs lignes pour un même lieu : réunies (2" in note for note in read_rows.notes)
    place = read_rows.rows[0]
    assert place.sheet["horaires"]["osm"] == "Mo 09:00-12:00; Th 14:00-16:00"
    assert place.sheet["horaires"]["left"] == "Lundi 11h-13h"
    assert place.sheet["telephone"] == ["+33559000001", "+33559000002"]
    assert place.sheet["services"] == ["procedures", "access"]
    differs = {
        (r.field, r.value)
        for r in place.remarks
        if r.reason == "une autre ligne du même lieu dit autre chose"
    }
    assert differs == {("quartier", "Sud"), ("horaires", "Lundi 11h-13h")}


# --- whatever is given
# --------------------------------------------------------------------------------------------------

NAMES = st.one_of(
    st.sampled_from(["nom", "Lundi", "lat", "x", "c_nom", "a.b.0", "45.19", "Tag 1", "Tag 2", "Gratuit", "Ouverture lundi", "result_score", "?", "N°"]),
    st.text(max_size=12),
)  # fmt: skip
CELLS = st.one_of(
    st.sampled_from(["", "Oui", "non", "X", "Grenoble", "45.19", "5,72", "9h-12h", "a@b.fr", "Gratuit", "{A,B}", "[", "<b>x</b>", "12 rue du Lac", "-", "45.19, 5.72"]),
    st.text(max_size=20),
)  # fmt: skip
ODD = settings(max_examples=times(30, 60), deadline=None, suppress_health_check=[HealthCheck.too_slow])


@ODD
@given(st.lists(st.dictionaries(NAMES, CELLS, min_size=1, max_size=6), min_size=1, max_size=4))
def test_any_table_is_proposed_something_that_can_be_followed(rows):
    try:
        there = sheet(rows)
    except Refused:
        return  # no row at all
    text, _ = propose.propose(there)
    followed = files.places(there, today=TODAY, correspondence=mapping.load(text, "x"))
    assert len(followed.rows) <= len(there.rows)
    assert all(row.refused or (row.sheet["nom"] and row.sheet["id"]) for row in followed.rows)
    assert files.places(there, today=TODAY).rows  # known formats apart, completed or not


PIECES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.sampled_from(["nom", "~", "", "free", "wifi", "Mo", "oui"])),
    lambda inside: st.one_of(
        st.lists(inside, max_size=3),
        st.dictionaries(st.sampled_from([*mapping.KEYS, "practice", "when", "planned", "Mo", "nom", "frais", True]), inside, max_size=4),
    ),
    max_leaves=8,
)  # fmt: skip


@ODD
@given(
    st.dictionaries(
        st.sampled_from(["nom", "horaires", "frais_a_charge", "latitude", "typologie"]), PIECES, max_size=4
    ),
    PIECES,
    PIECES,
)
def test_any_correspondence_is_followed_or_refused(fields, practices, recognised):
    text = yaml.safe_dump(
        {"fields": fields, "practices": practices, "recognise": recognised, "ignored": recognised}
    )
    try:
        chosen = mapping.load(text, "a.yaml")
    except Refused as error:
        assert "a.yaml" in error.what
        return
    result([{"nom": "Le Lien", "Mo": "9h", "oui": "Gratuit"}], correspondence=chosen)


@pytest.mark.parametrize(
    ("rows", "columns_read"),
    [
        ([{"Coordonnées GPS": "43° 17' 42\" N, 0° 22' 15\" O"}] * 3, ["Coordonnées GPS"]),
        (
            [
                {"X_L93": "913900,5", "Y_L93": "6457900,2"},
                {"X_L93": "914 200", "Y_L93": "6 458 100"},
                {"X_L93": "0", "Y_L93": "0"},
            ],
            ["X_L93", "Y_L93"],
        ),
    ],
)
def test_points_in_degrees_or_beside_zeros_are_found(rows, columns_read):
    columns_by_field = columns(
        [{"Nom": f"Lieu {n}", "Commune": "Grenoble", **row} for n, row in enumerate(rows)]
    )
    assert sorted({*columns_by_field["latitude"], *columns_by_field["longitude"]}) == [
        plain(name) for name in columns_read
    ]


def test_a_second_phone_follows_the_first_whatever_the_order():
    row = {"Nom": "A", "Commune": "Grenoble", "Téléphone 2": "06 12 34 56 78", "Téléphone": "04 76 00 00 10"}
    assert places([row])[0]["telephone"] == ["+33476000010", "+33612345678"]


def test_partners_of_a_place_are_not_its_type():
    rows = [
        {"Nom": f"France services {n}", "Commune": "Grenoble", "CAF": "x", "CPAM": "x", "La Poste": ""}
        for n in range(4)
    ]
    assert "typologie" not in columns(rows)
    assert "typologie" in columns(
        [{key: value for key, value in row.items() if key not in ("CPAM", "La Poste")} for row in rows]
    )


def test_mobiles_of_people_are_never_read():
    rows = [
        {
            "Prénom Nom": f"Léa Durand{n}",
            "Structure": f"Ville {n}",
            "Commune": "Grenoble",
            "Téléphone pro": f"06 12 34 56 7{n}",
        }
        for n in range(4)
    ]
    assert "telephone" not in columns(rows)


def test_codes_of_communes_are_no_identifiers():
    rows = [
        {"Adresse postale [Code postal]": code, "Adresse postale [Ville]": town, "Nom": f"Espace {town}"}
        for code, town in (
            ("38000", "Grenoble"),
            ("38600", "Fontaine"),
            ("38130", "Échirolles"),
            ("38400", "Saint-Martin-d’Hères"),
        )
    ]
    columns_by_field = columns(rows)
    assert columns_by_field["code_postal"] == ["adresse postale code postal"]
    assert "id" not in columns_by_field


@pytest.mark.parametrize("name", ["EPN - FERMÉ", "MJC (fermée définitivement)", "Point info (n’existe plus)"])
def test_a_name_that_says_it_is_closed_is_to_check(name):
    (row,) = result([{"Nom": name, "Commune": "Grenoble", "Adresse": "2 rue des Lilas"}]).rows
    assert any(remark.word == "doubtful" and "fermé" in remark.reason for remark in row.remarks)
    (farm,) = result([{"Nom": "La Ferme du Pré", "Commune": "Grenoble", "Adresse": "2 rue des Lilas"}]).rows
    assert not any("fermé" in remark.reason for remark in farm.remarks)


def test_words_typed_freely_say_so_on_each_sheet_and_columns_of_yes_and_no_do_not():
    names = [{"nom du lieu": f"Lieu {n}", "commune": "Gap"} for n in range(3)]
    texts = ("Aide aux démarches, wifi", "Ateliers", "Orientation")
    free = places([{**row, "Ce qu’ils proposent": text} for row, text in zip(names, texts, strict=True)])
    closed = places([{**row, "Wifi": cell} for row, cell in zip(names, ("oui", "non", "oui"), strict=True)])
    assert [sheet.get("texte_libre") for sheet in free] == [True, True, True]
    assert not any("texte_libre" in sheet for sheet in closed)


def test_a_running_text_beside_columns_of_choices_opens_none_of_them():
    """A box that a place of Hinaura did not tick is a no, though most places also describe themselves."""
    sheets = [row.sheet for row in files.places(real("hinaura"), today=TODAY).rows]
    assert sum("presentation_detail" in sheet for sheet in sheets) > 200
    assert not any("texte_libre" in sheet for sheet in sheets)


def test_words_typed_among_services_are_read_in_the_list_that_knows_them():
    """A reader of a file counted « jeunes 16-25 », « point numérique caf » and « espace ordi » lost."""
    cells = (
        "wifi, jeunes 16-25",
        "aide démarches, point numérique caf",
        "espace ordi, accompagnement individuel",
        "oriente, formation",
        "matériel reconditionné, permanence d’un conseiller numérique",
        "impression, cotisation 20 €/an",
    )
    rows = "".join(f"Lieu {n};Grenoble;38000;{text}\n" for n, text in enumerate(cells))
    file = forms.parse(f"Nom;Ville;CP;Ce qu’on y trouve\n{rows}".encode(), "essai.csv")
    accepted = files.places(file, today=TODAY).accepted
    first, second, third, fourth, fifth, sixth = (row.sheet for row in accepted)
    assert first["publics_specifiquement_adresses"] == ["youth"]
    assert second["dispositif_programmes_nationaux"] == ["caf"]
    assert third["modalites_accompagnement"] == ["person"]
    assert "libre_acces" in third["practices"]
    assert {*fourth["practices"]} == {"orientation", "formation"}
    assert {*fifth["practices"]} == {"vente", "assistance"}
    assert "frais_a_charge" not in sixth, "a sum said of one thing is not the price of the place"


def test_coordinates_that_no_row_has_mark_none_and_are_counted_once_with_their_cure():
    head = "Nom;Ville;CP;Adresse\n"
    rows = "A;Routot;27350;1 rue Haute\nB;Routot;27350;\nC;Bourg-Achard;27310;2 rue Basse\n"
    read = files.places(forms.parse((head + rows).encode(), "essai.csv"), today=TODAY)
    assert not any(row.doubtful for row in read.accepted)
    assert report.doubts(read, today=TODAY) == []
    assert report.unplaced_text(read) == (
        "3\xa0lieux n’ont pas de coordonnées : chacun est placé au centre de sa commune. 2\xa0lieux ont une adresse :"
        " chargez les adresses du département 27 (« maillage adresses charger », ou la page « Adresses » de"
        " l’annuaire), puis importez de nouveau ce fichier. 1\xa0lieu attend son adresse."
    )
    some = head.replace("\n", ";lat;lon\n") + rows.replace("\n", ";;\n") + "D;Routot;27350;;49.3766;0.7397\n"
    read = files.places(forms.parse(some.encode(), "essai.csv"), today=TODAY)
    assert [row.doubtful for row in read.accepted] == [True, True, True, False], "here rows differ"
