"""Classes of files met at producers: one small file each, in tests/files/offre/classes, and what must be read of it."""

import csv
import io
import json
import zipfile
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from maillage.kernel.errors import Refused
from maillage.sources.offer import files, report
from maillage.sources.offer.forms import read as forms
from maillage.sources.offer.read import Result
from tests.support.speed import within

CLASSES = Path("tests/files/offre/classes")
ON = date(2026, 11, 20)


def places(name: str, content: bytes | None = None) -> Result:
    """Return the reading of one of the files, or of the same content written otherwise."""
    sheet = forms.read(CLASSES / name) if content is None else forms.parse(content, name)
    return files.places(sheet, today=ON)


def values_of(result: Result, field: str) -> list:
    return [row.sheet.get(field) for row in result.accepted]


# The class of file: a file of CLASSES, the text of a table or the rows of a JSON; then what must be read of it.
# osm: the hours; practices: those named; refused: why each row is; note: a part of a note of the import.
READ = {
    "the spot of a weekly visit is its name and its day goes with its hours": ("permanences.tsv", {
        "nom": ["Mairie annexe", "Maison pour tous", "Médiathèque"],
        "structure_parente": ["CIAS des Collines", "CIAS des Collines", "Ville d’Haubourdin"],
        "osm": ["Mo,Th 09:00-12:00", "Tu 14:00-17:00", "We[1] 13:30-16:30"],
    }),
    "kinds all different are names when nothing else is": (
        "Endroit prêté;Commune\nMairie annexe;Loos\nMaison pour tous;Loos\nMédiathèque;Loos\n",
        {"nom": ["Mairie annexe", "Maison pour tous", "Médiathèque"]},
    ),
    "days under short names are a week": ("abreges_ouv_ferm.csv", {"osm": ["Th 09:00-12:00,14:00-17:00; Fr 08:30-12:00", "Th 14:00-17:00; Fr off"], "unread": ()}),
    "days under glued names are a week": ("jours_colles.csv", {"osm": ["Mo-Fr 09:00-17:30", "Tu,Th 14:00-18:00"], "unread": ()}),
    "a language is no friday and french is the one read": ("langues.json", {
        "nom": ["Espace Matabiau", "Cabanis"], "osm": ["Mo,Tu 09:00-12:00", None], "ignored": ("label.en",),
    }),
    "the choices of a form go under their question": ("choix_de_formulaire.csv", {
        "nom": ["Cyber de Crest", "Bibliothèque de Die"], "practices": [["wifi"], ["libre_acces"]], "n_refused": 0,
    }),
    "a row of one choice each is no second header": (
        "Nom,Commune,Wifi,,Scan\nA,Vif,oui,Salle 1,non\n,,oui,Salle 2,\nB,Vif,oui,Salle 2,non\n", {"n_read": 3},
    ),
    "telephones and mails are found in an address and in a column of both": ("coordonnees_en_bloc.csv", {
        "adresse": ["5 rue Scatisse", "Place Schuman", "12 rue Faïta"], "commune": ["Nîmes", "Nîmes", "Alès"],
        "telephone": [["+33466000001"], ["+33466000002", "+33466000003"], None],
        "courriels": [["accueil@relais.example"], ["cyber@nimes.example"], ["mine@ales.example"]],
    }),
    "a text protected from a spreadsheet by an equal sign is that text": ("egal_guillemets.csv", {
        "nom": ["Cyber de la Dombes", 'Le "Fil"'], "code_postal": ["01000", "01100"], "telephone": [["+33474000001"], ["+33474000002"]],
    }),
    "sums under another name are no price": ("Nom;Commune;Subvention\nA;Vif;5000 €\nB;Vif;12 000 €\n", {"frais_a_charge": [None, None]}),
    "a numbered question about paying is one of price": (
        "1. Nom ?;2. Commune ?;3. Vos services sont-ils payants ?\nA;Vif;Non\nB;Vif;Oui\nC;Vif;\n", {"frais_a_charge": [["free"], ["paid"], None]},
    ),
    "a remark of one closing does not limit the hours": (
        "Nom;Commune;Lundi;Commentaire\nA;Vif;9h-12h;fermeture exceptionnelle le 24/12/2026\nB;Vif;9h-12h;\n",
        {"osm": ["Mo 09:00-12:00"] * 2, "fermetures": [[{"du": "2026-12-24", "au": "2026-12-24"}], None]},
    ),
    "a cross is closed where every day is either hours or a cross": (
        "jours_barres.tsv", {"osm": ["Mo 09:00-12:00; We 14:00-17:00; Tu off", "Tu 09:00-12:00; Mo,We off"]},
    ),
    "a cross is unknown elsewhere": (
        "NOM\tVILLE\tLUNDI\tMARDI\nA\tDole\t9h-12h\tX\nB\tDole\t\t9h-12h\n",
        {"osm": ['Mo 09:00-12:00; Tu unknown "« x », ouvert ou fermé"', "Tu 09:00-12:00"]},
    ),
    "a column called like a practice says it in words and prices": ("materiel_en_mots.csv", {
        "practices": [["impression", "libre_acces", "wifi"], ["wifi"], ["impression", "libre_acces", "wifi"]],
        "sans": [None, ["libre_acces", "impression"], None], "frais_a_charge": [None] * 3,  # free scanning is not a free place
    }),
    "days stand with the hours whatever these are called": ("plage_horaire.csv", {"osm": ["Tu,We,Fr 14:00-18:00", "Mo-Fr 09:00-12:00,13:30-17:30"]}),
    "one tick under hours takes nothing from a column of hours": (
        "Nom;Commune;Horaires;Ouvert le samedi 9h-12h\nA;Vif;lundi 9h-12h;oui\nB;Vif;mardi 14h-17h;non\n", {"osm": ["Mo 09:00-12:00", "Tu 14:00-17:00"]},
    ),
    "ticks under hours are those hours": ("heures_en_nom.csv", {"osm": ['Tu 10:00-12:00; Sa unknown "le matin"', "We 14:00-17:00"], "unread": ()}),
    "a denial of one practice concerns no other": ("negations.csv", {
        "sans": [None, None, None, ["wifi", "impression", "formation"]], "practices": [["wifi"], ["impression"], ["formation", "wifi"], []],
    }),
    "a name that is a kind is a name beside a column of kinds": ("codes_insee.csv", {"nom": ["Médiathèque", "France services"], "code_insee": ["01053", "2A004"]}),
    "a country or a legal form is no opening hour": ("pays.csv", {"horaires": [None] * 3, "ignored": ("Pays",)}),
    "a row of another country is left out even when its town has a namesake": ("pays_voisins.csv", {
        "commune": ["Thonon-les-Bains", "Pointe-à-Pitre", "Saint-Julien-en-Genevois"],
        "refused": ["hors de France : la colonne « Code pays » dit « CH »", "hors de France : la colonne « Code pays » dit « BE »"],
    }),
    "a town and its postal code are believed before the country": (
        "Nom,CP,Ville,Pays\nA,74100,Annemasse,Suisse\nB,,Valence,Espagne\nC,38000,Grenoble,France\n",
        {"nom": ["A", "C"], "remark": "lieu gardé en France, mais la colonne « Pays » dit « Suisse »"},
    ),
    "a general directory is known by its categories": ("repertoire_social.csv", {
        "nom": ["Ateliers ordinateur", "Ateliers informatiques adaptés"], "note": "Lignes d’un autre thème que le numérique, laissées de côté : 4.",
    }),
    "a note under a table is no place": ("note_en_pied.csv", {"nom": ["Cyber du Port", "Espace Brèche"]}),
    "names glued together or led by a form are understood": ("noms_colles.csv", {
        "nom": ["Le Relais", "Atelier des Ormes", "Espace du Drac"], "osm": ["Mo 09:00-12:00", "Tu 14:00-17:00", "Th 09:00-17:00"],
        "frais_a_charge": [["free"], ["paid"], ["free"]], "practices": [["pret", "wifi"], ["wifi"], ["pret"]],
    }),
    "a yes or no under a glued name is a practice": (
        "Nom,Commune,Pretdetablettes\nLe Relais,Échirolles,oui\nEspace du Drac,Grenoble,non\nLa Grange,Meylan,oui\n", {"practices": [["pret"], [], ["pret"]]},
    ),
    "a question that holds a whole address gives its three parts": ("question_adresse.csv", {
        "adresse": ["6 rue du Four", "12 avenue du Vercors", "3 place de la Gare"], "code_postal": ["38130", "38600", "38000"],
        "commune": ["Échirolles", "Fontaine", "Grenoble"],
    }),
    "closed places are left out whatever the wording of the column": ("lieux_fermes.csv", {"n_accepted": 3, "n_refused": 2}),
    "a flag under a day is that day’s and its times are read": ("ouvert_par_jour.json", {
        "osm": ["Mo 09:00-12:00; Fr 14:00-17:30", "Mo 08:30-12:00,13:30-17:00", "Tu 10:00-19:00; Fr 09:00-12:00"],
    }),
    "a commune merged downwards is that of each of its rows": ("communes_fusionnees.xlsx", {
        "commune": ["Grenoble", "Grenoble", "Grenoble", "Fontaine"], "note": "Cellules fusionnées en hauteur",
    }),
    "null bytes in cells cost nobody a row": ("octets_nuls.csv", {"nom": ["Le Relais", "Atelier des Ormes", "Espace du Drac"], "note": "Octets nuls"}),
    "services of another theme are left out and counted": ("services_de_sante.json", {
        "nom": ["Atelier numérique"], "n_refused": 2, "note": "Lignes d’un autre thème que le numérique, laissées de côté : 2.",
    }),
    "each result of a search is read out of its envelope": ("enveloppe_de_recherche.json", {
        "id": ["s2", "s4"], "note": "Éléments lus dans leur enveloppe « service ».",
    }),
    "the street is found in whichever line of the address holds it": (
        "Structure,Adresse 1,Adresse 2,Adresse 3,CP,Ville\nCAF du Rhône,Bâtiment B,24 rue Riboud,,69003,Lyon\n"
        "Centre social,12 rue Paul Bert,2e étage,porte gauche,69003,Lyon\nLe Nid,,5 cours Gambetta,,69003,Lyon\n"
        "La Ruche,Résidence du Parc,,,69003,Lyon\n",
        {"adresse": ["24 rue Riboud", "12 rue Paul Bert", "5 cours Gambetta", "Résidence du Parc"], "complement_adresse": ["Bâtiment B", "2e étage - porte gauche", None, None]},
    ),
    "a complement that no number tells stays where it is": (
        "Structure,Adresse,Complément d’adresse,CP,Ville\nLe Nid,Résidence du Parc,rue Riboud,69003,Lyon\n",
        {"adresse": ["Résidence du Parc"], "complement_adresse": ["rue Riboud"]},
    ),
    "numbered telephones and types are left to their fields": (
        "Nom,Commune,Tel1,Tel2,Type 1,Type 2\nA,Grenoble,0476000001,0676000002,CCAS,Association\nB,Meylan,0476000003,,Médiathèque,\n"
        "C,Grenoble,0476000001,0676000002,CCAS,Association\nD,Meylan,0476000003,,Médiathèque,\n",
        {"telephone": [["+33476000001", "+33676000002"], ["+33476000003"]] * 2, "typologie": [["CCAS", "ASSO"], ["BIB"]] * 2, "practices": [[]] * 4},
    ),
    "an empty commune among repeated ones is unknown": ("Nom,Commune\nA,Grenoble\nB,\nC,Grenoble\nD,Meylan\n", {"nom": ["A", "C", "D"], "n_refused": 1}),
    "themes of workshops close no place": (
        "Nom,Commune,Ateliers proposés\nA,Grenoble,Santé en ligne\nB,Grenoble,Emploi\nC,Grenoble,Logement\nD,Grenoble,Budget et impôts\n", {"n_accepted": 4},
    ),
    "two themes beside digital ones make no general directory": (
        "Nom,Commune,Thème\nA,Grenoble,Numérique\nB,Grenoble,Emploi\nC,Meylan,Numérique\nD,Meylan,Santé\n", {"n_accepted": 4},
    ),
    "a header on two rows is put together": ("en_tete_double.csv", {
        "osm": ["Mo 09:00-12:00; Tu,Th 09:00-12:00,14:00-17:00", "Mo,Th 14:00-17:00; Tu,We 09:00-12:00", "Tu 15:00-18:00; We 10:00-12:00"],
        "commune": ["Mens", "Clelles", "Mens"], "note": "deux lignes, 4 et 5",  # their postcode is in their name
    }),
    "places alike under a header with gaps are rows": (
        "Nom,Wifi,,Commune,Prêt,\nRelais,oui,oui,Grenoble,non,non\nGrange,oui,oui,Grenoble,non,non\nPasserelle,oui,oui,Grenoble,non,non\n", {"n_read": 3},
    ),
    "accesses glued to the name of a column are practices": ("mots_colles.csv", {
        "practices": [["libre_acces"], ["libre_acces"], ["pret"]], "services": [["access"], ["access", "procedures"], ["procedures"]],
    }),
    "days and hours of a list are put together": ("jours_en_liste.json", {"osm": ["Mo 09:00-12:00; Tu 14:00-17:30", "We 10:00-18:00", None]}),
    "days and hours apart are put together": ("jours_a_part.csv", {
        "osm": ["Mo,Tu,Th 09:00-12:00,14:00-18:00", "We,Sa 14:00-18:00", "Mo-Fr 08:30-12:00", 'Tu[1] unknown "10h"'],
    }),
    "an opening and a closing are put together": ("ouvre_et_ferme.csv", {"osm": ["Mo 09:00-12:00; Tu 09:00-17:00", "Tu 14:00-18:00"]}),
    "answers to a questionnaire are put together": ("questionnaire.csv", {"osm": ['Mo,Th 14:00-17:00 "hors vacances scolaires"', 'unknown "sur rendez-vous"']}),
    "the column of one day cut short is not the week": ("nom;ville;ouv_lun\nA;Vif;9h-12h\nB;Vif;9h-12h\n", {"horaires": [None] * 2, "unread": ("ouv_lun",)}),
    "labels in the text of a web page are columns too": (
        "Titre\tContenu\tVille\n" + "".join(
            f"Lieu {n}\t<p>Adresse : {n} rue Basse<br/>Horaires : mardi 9h-12h</p><p>Caf&eacute; offert</p>\tNiort\n" for n in (4, 12)
        ),
        {"adresse": ["4 rue Basse", "12 rue Basse"], "osm": ["Tu 09:00-12:00"] * 2},
    ),
    "a description made of labelled lines is a small table": ("fiches_en_texte.geojson", {
        "adresse": ["3 place Grenette", "12 rue des Arts", "4 rue X"], "osm": ["Tu 14:00-17:00", "Mo 09:00-12:00", "Sa 10:00-17:00"],
        "telephone": [["+33476000001"], ["+33476000002"], None],
        "presentation_detail": ["Wifi et impression", None, "Mail : m@exemple.example"], "note": "lignes « Adresse », « Tél », « Horaires »",
    }),
    "a line that a column says already stays in its text": (
        [{"nom": f"Lieu {n}", "commune": "Grenoble", "telephone": "0476000001", "description": f"Tél : 047600000{n}"} for n in range(2, 5)],
        {"telephone": [["+33476000001"]] * 3, "presentation_detail": [f"Tél : 047600000{n}" for n in range(2, 5)]},
    ),
    "days at the head of lines are hours not columns": (
        [{"nom": f"Lieu {n}", "commune": "Grenoble", "horaires": "Lundi : 9h-12h\nMardi : 14h-17h"} for n in range(3)],
        {"osm": ["Mo 09:00-12:00; Tu 14:00-17:00"] * 3},
    ),
    "a title row gives its commune to the places under it": ("lignes_de_titre.csv", {"commune": ["Grenoble", "Grenoble", "Fontaine"], "n_read": 5}),
    "numbered days and hours are a week and the street is the one with streets": ("jours_numerotes.csv", {
        "osm": ["Mo 09:00-12:00; Th 14:00-17:00", "Tu 10:00-12:30", "We 13:30-18:00; Sa 10:00-12:00"],
        "adresse": ["5 rue de Larmor", "1 rue Jean-Paul Sartre", "3 rue de Kervam"],
    }),
}  # fmt: skip


def read_of(result: Result, what: str) -> Any:
    """Return the values read of a file, under their name in the table."""
    if what == "osm":
        return [(each or {}).get("osm") for each in values_of(result, "horaires")]
    if what == "practices":
        return [sorted(each or {}) for each in values_of(result, "practices")]
    if what == "refused":
        return [row.refused for row in result.rows if row.refused]
    if what == "n_accepted":
        return len(result.accepted)
    if what in ("unread", "ignored", "n_read", "n_refused"):
        return getattr(result, what)
    return values_of(result, what)


@pytest.mark.parametrize(("source", "expected"), READ.values(), ids=READ)
def test_a_class_of_file_is_read(source, expected):
    if not isinstance(source, str):
        result = places("x.json", json.dumps(source).encode())
    elif "\n" in source:
        result = places("x.tsv" if "\t" in source else "x.csv", source.encode())
    else:
        result = places(source)
    expected = dict(expected)
    note, remark = expected.pop("note", ""), expected.pop("remark", "")
    assert {what: read_of(result, what) for what in expected} == expected
    assert any(note in each for each in result.notes) or not note
    assert any(each.reason == remark for row in result.accepted for each in row.remarks) or not remark


@pytest.mark.parametrize(
    ("typed", "price", "note_beside"),
    [
        ("2 €", ["paid"], "2 €"),
        ("5€/an", ["paid"], "5€/an"),
        ("20 euros la séance", ["paid"], "20 euros la séance"),
        ("entre 5 et 10€ selon QF", ["paid"], "entre 5 et 10€ selon QF"),
        ("0 €", ["free"], None),
        ("0,00 €", ["free"], None),
        ("0 € ou 5 €", None, "0 € ou 5 €"),
        ("2", None, "2"),
        ("Gratuit", ["free"], None),
    ],
)
def test_a_sum_of_money_is_a_price(typed, price, note_beside):
    result = places("x.csv", f"Nom;Commune;Tarif\nA;Vif;{typed}\nB;Vif;payant\nC;Vif;gratuit\n".encode())
    assert values_of(result, "frais_a_charge")[0] == price
    assert values_of(result, "frais_precisions")[0] == note_beside


def test_closings_of_a_year_are_separate_and_those_of_every_year_go_with_the_hours():
    result = places("fermetures.csv")
    assert [each and each["osm"] for each in values_of(result, "horaires")] == [
        "Tu-Sa 10:00-18:00",
        "Tu-Sa 10:00-18:00; Dec 24-Jan 01 off",
        "Tu-Sa 10:00-18:00; Aug 01-Aug 31 off",
        "Tu-Sa 10:00-18:00",
        None,
    ]
    assert values_of(result, "fermetures") == [
        [{"du": "2026-08-03", "au": "2026-08-21"}],
        None,
        None,
        [{"du": "2026-07-20", "au": "2026-08-24"}],
        [{"du": "2026-08-03", "au": "2026-08-14"}],
    ]
    assert result.accepted[3].sheet["horaires"]["left"] == "fermeture : 3 semaines en août"
    assert result.unread == ()


def test_a_cell_of_two_towns_stays_at_the_first_to_check():
    result = places("deux_communes.csv")
    assert values_of(result, "commune") == ["Gap", "Embrun", "Briançon", "Chorges"]
    reasons = [[r.reason for r in row.remarks if r.field == "commune"] for row in result.accepted]
    assert reasons[0] == [
        "« Gap / Veynes » nomme 2 communes : lieu rattaché à la première, ajoutez une ligne pour Veynes"
    ]
    assert [row.doubtful for row in result.accepted] == [
        len(many) > 0 and "nomme 2" in many[0] for many in reasons
    ]


def test_a_name_is_guessed_from_the_column_called_so_and_never_from_remarks():
    """France services, 2020 : « lib_france_services » nomme les lieux ; « REMARQUES.CDC » parle de mairies."""
    result = places("france_services_2020.csv")
    assert len(result.accepted) == result.n_read == 12
    assert values_of(result, "nom")[:3] == [
        "Valserhône",
        "Saint-Trivier-de-Courtes",
        "Thiérache Sambre et Oise",
    ]


@pytest.mark.parametrize(
    ("header", "rows", "named"),
    [
        (  # the place, among the names of other things
            "nom_dep;libelle_epci;nom_espace_numerique;nom_referent;remarques",
            (
                "Isère;CC du Haut;Point Cyb;Jeanne Durand;Mairie : à rappeler",
                "Isère;CC du Bas;Le 36;Ali Benali;",
            ),
            ["Point Cyb", "Le 36"],
        ),
        (
            "observations;libelle_commune;libelle_voie;libelle_point_accueil;libelle_type",
            (
                "Mairie contactée;Crolles;rue du Lac;Point A;Commune",
                "CCAS à revoir;Voiron;rue Haute;Le Relais;Commune",
            ),
            ["Point A", "Le Relais"],
        ),
        ("commentaire", ("Mairie contactée le 12", "CCAS à revoir"), []),  # refused: nothing names its places
    ],
)
def test_the_name_of_a_place_is_not_that_of_something_else(header, rows, named):
    cells = "\n".join(f"{row};38920;1 rue de la Paix" for row in rows)
    result = places("x.csv", f"{header};code postal;adresse\n{cells}\n".encode())
    assert values_of(result, "nom") == named


def test_a_remark_that_a_place_is_no_more_is_a_doubt():
    result = places("remarques.csv")
    assert values_of(result, "nom") == ["Le Garros", "La Hourre", "Pradoulin", "Verdun"]
    assert [row.refused for row in result.rows if row.refused] == [
        "la colonne « remarques » dit « Fermé définitivement depuis mars 2024 »",
        "la colonne « remarques » dit « en projet pour 2027 »",
    ]
    is_flagged = [any("sa remarque" in remark.reason for remark in row.remarks) for row in result.accepted]
    assert is_flagged == [False, True, False, False]


def test_the_foot_of_a_table_is_no_place():
    result = places("total_en_pied.tsv")
    assert values_of(result, "nom") == ["Bibliothèque Ampère", "CCAS de Fontaine", "Total Espace Jeunes"]
    assert [row.refused for row in result.rows if row.refused] == [
        "« Sous-total » est le total du tableau, pas un lieu",
        "« TOTAL : 3 structures » est le total du tableau, pas un lieu",
    ]
    assert not any(row.remarks for row in result.rows if row.refused)  # its cells ask nothing


@pytest.mark.parametrize("total", ["TOTAL;45;", ";;Total général", ";TOTAL;45"])
def test_the_foot_of_a_table_is_known_by_its_word_in_any_column(total):
    result = places(
        "x.csv", f"commune;nom;passages\nCrolles;Point A;20\nVoiron;Point B;25\n{total}\n".encode()
    )
    assert values_of(result, "nom") == ["Point A", "Point B"]
    assert result.n_refused == 1 and not result.refused_places
    assert "est le total du tableau" in result.rows[-1].refused


def test_a_place_closed_for_good_since_a_day_is_left_out_and_one_that_will_close_stays():
    result = places("fermes_depuis.csv")
    assert values_of(result, "nom") == ["Bibliothèque Ampère", "MJC Sud", "Le Quai"]
    (refused_row,) = [row for row in result.rows if row.refused]
    assert refused_row.refused == "la colonne « date de fermeture définitive » dit « 31/12/2024 »"
    assert [
        [remark.value for remark in row.remarks if remark.reason == "lieu gardé : il doit fermer ce jour-là"]
        for row in result.accepted
    ] == [[], [], ["30/06/2027"]]


def test_a_day_with_its_end_alone_is_open_and_a_part_of_a_month_closes_no_other():
    result = places("horaires_d_agence.csv")
    assert [each["osm"] for each in values_of(result, "horaires")] == [
        'Mo-Th 08:30-12:00,13:30-17:00; Fr unknown "jusqu’à 16 h"',
        'Mo-Fr 08:00-12:00 "fermeture 2 semaines en août"',
        'We 14:00-16:30 "un mercredi sur deux, hors vacances"',
    ]
    assert all(row.doubtful for row in result.accepted[:2])


def test_services_in_numbered_columns_are_read_and_codes_are_to_explain():
    result = places("prestations_numerotees.csv")
    assert [sorted(each or {}) for each in values_of(result, "practices")] == [
        ["formation", "pret"],
        ["formation", "libre_acces", "wifi"],
        ["assistance"],
    ]
    assert values_of(result, "services")[2] == ["procedures"]
    summary = report.of(result)
    assert (summary["disent_leur_offre"], summary["gardes"]) == (3, 3)
    (column_to_explain,) = summary["colonnes_a_preciser"]
    assert column_to_explain["colonne"] == "codes_prestations"
    assert {each["valeur"]: each["fois"] for each in column_to_explain["valeurs"]} == {
        "AUT-FOR-ACC": 1,
        "AUT-FOR": 1,
        "ACC": 1,
    }


def test_identifiers_and_numbers_are_not_to_explain():
    summary = report.of(places("enveloppe_de_recherche.json"))
    assert summary["colonnes_a_preciser"] == []


def test_the_landline_of_a_desk_goes_under_contact_and_a_person_never():
    assert values_of(places("contact_du_guichet.csv"), "telephone") == [
        ["+33476000001"],
        ["+33476000002"],
        ["+33476000003"],
    ]
    for contact in ("06 12 00 00 01", "Jeanne Martin 04 76 00 00 01"):
        content = (CLASSES / "contact_du_guichet.csv").read_text("utf-8").replace("04 76 00 00 01", contact)
        assert values_of(places("x.csv", content.encode()), "telephone") == [None] * 3


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("is_open", "non"),
        ("Is Active", "No"),
        ("Lieu ouvert au public", "non"),
        ("Le lieu est-il toujours ouvert ?", "non"),
        ("currently open", "FALSE"),
        ("is_closed", "oui"),
        ("Structure fermée", "oui"),
        ("isDeleted", "true"),
    ],
)
def test_a_status_in_another_tongue_or_in_a_phrase(name, closed):
    other = {"non": "oui", "oui": "non", "No": "Yes", "FALSE": "TRUE", "true": "false"}[closed]
    rows = [
        ("Le Relais", "Échirolles", other),
        ("La Grange", "Meylan", closed),
        ("Espace du Drac", "Grenoble", other),
    ]
    content = "\n".join(["Nom;Commune;" + name, *map(";".join, rows)])
    assert values_of(places("x.csv", content.encode()), "nom") == ["Le Relais", "Espace du Drac"]


@pytest.mark.parametrize("name", ["Ouvert le samedi", "Ouvert le soir", "Accès ouvert aux adhérents"])
def test_an_opening_on_a_day_or_to_some_closes_no_place(name):
    content = (
        f"Nom;Commune;{name}\nLe Relais;Échirolles;oui\nLa Grange;Meylan;non\nEspace du Drac;Grenoble;oui\n"
    )
    assert len(places("x.csv", content.encode()).accepted) == 3


def test_a_postcode_of_several_communes_takes_the_one_that_is_named_else_the_largest_to_check():
    result = places("code_postal_partage.csv")
    assert values_of(result, "commune")[0] == "Vif"
    assert values_of(result, "commune")[2:] == ["Saint-Georges-de-Commiers", "Grenoble"]
    remarks = [next(r for r in row.remarks if r.field == "commune") for row in result.accepted]
    assert {each.word for each in remarks} == {"doubtful"}
    assert "code postal 38450 partagé par 5 communes" in remarks[1].reason


@pytest.mark.parametrize(
    ("town", "code", "commune"),
    [
        ("CHÂTEAU CHINON", "58120", "Château-Chinon (Ville)"),  # two neighbours of that name: the larger
        ("Château-Chinon", "", "Château-Chinon (Ville)"),
        ("GOUX-LES-USIERS", "25520", "Val-d’Usiers"),  # merged, and its former name is not known
        ("St Martin", "25520", "Val-d’Usiers"),  # five of that name, all elsewhere: the largest of the code
        ("La Poste", "25520", "Val-d’Usiers"),
        ("", "25520", "Val-d’Usiers"),
    ],
)
def test_a_wrong_name_in_a_shared_postcode_never_refuses_its_row(town, code, commune):
    """Un nom ancien, partagé ou faux ne refuse pas une ligne que l’absence de nom garderait."""
    result = places("x.csv", f"nom;adresse;code postal;commune\nA;2 grande rue;{code};{town}\n".encode())
    assert values_of(result, "commune") == [commune]
    remarks = {remark.field: remark for remark in result.accepted[0].remarks}
    assert (remarks["commune"].word, remarks["code_insee"].word) == ("doubtful", "doubtful")
    assert f" ; commune retenue : {commune}, la " in remarks["commune"].reason


@pytest.mark.parametrize("name", ["departement.csv", "departement_des_voisins.csv"])
def test_a_commune_whose_name_is_shared_is_that_of_the_departement(name):
    result = places(name)
    assert (len(result.accepted), values_of(result, "code_insee")[0]) == (5, "38169")
    assert "département 38" in next(r for r in result.accepted[0].remarks if r.field == "commune").reason


def test_a_commune_only_at_the_end_of_an_address_or_of_a_name_is_to_check():
    """A street, a saint or nothing names no commune: those are refused, and nothing is guessed."""
    rows = {
        "PIN": ("12 bis rue Jean Jaurès 59600 Maubeuge", "Maubeuge"),
        "EPN": ("3 rue Haute 59460 Jeumont", "Jeumont"),
        "Bibliothèque": ("Pl. du Gal de Gaulle, LOUVROIL", "Louvroil"),
        "Repair café": ("Salle des fêtes Ferrière-la-Grande", "Ferrière-la-Grande"),
        "Mairie de Hautmont": ("", "Hautmont"),
        "Médiathèque - Feignies": ("", "Feignies"),
        "Atelier": ("12 rue de Maubeuge", None),
        "Foyer": ("rue Jeumont", None),
        "Cyber Saint-Denis": ("", None),
        "Accueil de jour": ("5 place de la République", None),
    }
    text = "Nom;Adresse\n" + "".join(f"{name};{address}\n" for name, (address, _) in rows.items())
    result = places("lieux.csv", text.encode())
    assert {row.sheet["nom"]: row.sheet["commune"] for row in result.accepted} == {
        name: town for name, (_, town) in rows.items() if town
    }
    remark_by_name = {
        row.sheet["nom"]: next(r for r in row.remarks if r.field == "commune") for row in result.accepted
    }
    assert {remark_by_name[name].word for name in list(rows)[2:6]} == {"doubtful"}
    assert remark_by_name["Bibliothèque"].reason.endswith(
        "celle que nomme « Pl. du Gal de Gaulle, LOUVROIL »"
    )


def test_a_file_without_a_header_loses_no_place():
    result = places("sans_entete.csv")
    assert values_of(result, "nom")[0] == "Le Relais"
    assert (len(result.accepted), values_of(result, "commune")[0]) == (5, "Échirolles")
    assert any("la première ligne ressemble à un lieu" in note for note in result.notes)


def test_yes_is_no_name_and_the_parts_of_an_address_are_one_street():
    result = places("noms_impossibles.json")
    assert values_of(result, "nom") == ["Le Relais", "Espace du Drac", "La Grange"]
    assert values_of(result, "adresse")[0] == "4 rue des Lilas"


def test_rows_joined_are_counted():
    summary = report.of(places("services_d_un_lieu.csv"))
    assert [summary[key] for key in ("lus", "gardes", "refuses", "reunis")] == [5, 3, 0, 2]


def test_two_places_of_one_name_and_address_keep_their_number_in_any_order():
    text = (CLASSES / "deux_points_d_un_port.csv").read_text("utf-8")
    header, first, second, *rest = text.splitlines()
    swapped = "\n".join([header, *rest, second, first])
    one, other = (
        {r.sheet["id"]: r.sheet["telephone"] for r in places("x.csv", t.encode()).accepted}
        for t in (text, swapped)
    )
    assert one == other
    assert len(one) == 3


def test_a_structure_none_of_whose_services_is_digital_is_left_out_with_them():
    def service(id: str, structure: str, theme: str) -> dict:
        return {"id": id, "structure_id": structure, "nom": "Un service", "description": "", "date_maj": "2026-01-05", "source": "demo", "thematiques": [theme], "lien_source": ""}  # fmt: skip

    def structure(id: str, commune: str) -> dict:
        return {"id": id, "nom": f"Structure {id}", "commune": commune, "description": "", "date_maj": "2026-01-05", "source": "demo", "adresse": "1 rue Haute"}  # fmt: skip

    document = {
        "structures": [structure("a", "Grenoble"), structure("b", "Meylan"), structure("c", "Échirolles")],
        "services": [
            service("1", "a", "numerique--acquerir-un-equipement"),
            service("2", "b", "sante--acces-aux-soins"),
            service("3", "a", "sante--acces-aux-soins"),
        ],
    }
    result = places("export.json", json.dumps(document).encode())
    assert values_of(result, "nom") == ["Structure a", "Structure c"]


def test_identifiers_written_like_themes_leave_no_row_out():
    services = [
        {"id": f"dora--{n}f3", "source": "dora", "structure_id": f"dora--s{n}", "nom": f"Atelier {n}", "commune": town, "adresse": "1 rue Haute", "thematiques": [theme]}
        for n, (town, theme) in enumerate([("Grenoble", "numerique--acquerir-un-equipement"), ("Meylan", "sante--acces-aux-soins"), ("Échirolles", "illettrisme--etre-oriente")])
    ]  # fmt: skip
    result = places("recherche.json", json.dumps(services).encode())
    assert (values_of(result, "nom"), result.n_refused) == (["Atelier 0"], 2)
    for source in ("ville", "sante"):
        csv = f"référence;nom;commune\n{source}--a1;Espace Un;Grenoble\n{source}--a2;Espace Deux;Meylan\n"
        assert values_of(places("lieux.csv", csv.encode()), "nom") == ["Espace Un", "Espace Deux"]


def test_nested_services_of_another_directory_in_hsds_are_places_with_all_they_say():
    result = places("services_hsds.json")
    (one, other) = (row.sheet for row in result.accepted)
    assert (one["nom"], one["structure_parente"]) == ("Le Relais", "Association du Relais")
    assert (one["adresse"], one["commune"]) == ("4 rue des Lilas", "Échirolles")
    assert one["telephone"] == ["+33476000001"]
    assert one["horaires"]["osm"] == "Mo,Tu 09:00-12:00; Fr 14:00-17:30"
    assert one["frais_a_charge"] == ["free"]
    assert one["langues"] == ["arabe"]
    assert "practices" not in one  # « physical » is a kind of location, not a loan
    assert other["practices"]["wifi"]["state"] == "offered"
    assert result.unread == ()


def test_one_table_of_hsds_says_what_is_missing():
    content = b'[{"id": "s", "organization_id": "o", "name": "Un service", "status": "active"}]'
    with pytest.raises(Refused, match="une seule table d’un export HSDS"):
        places("service.json", content)


def test_a_yes_or_no_instead_of_a_text_is_refused_and_costs_no_row():
    sound = {"nom": "Espace du Drac", "adresse": "4 rue des Lilas", "structure_parente": "Ville de Grenoble"}
    rows = [{"nom": "Le Relais", "adresse": True, "structure_parente": False}, sound]
    result = places("oui.json", json.dumps([{**row, "commune": "Grenoble"} for row in rows]).encode())
    assert values_of(result, "nom") == ["Le Relais", "Espace du Drac"]
    assert values_of(result, "adresse") == [None, "4 rue des Lilas"]
    assert values_of(result, "structure_parente") == [None, "Ville de Grenoble"]
    remarks = {(r.field, r.word, r.value) for r in result.rows[0].remarks if "oui ou non" in r.reason}
    assert remarks == {("adresse", "refused", "oui"), ("structure_parente", "refused", "non")}


def test_refusals_by_the_thousand_take_no_longer_than_good_rows():
    """Reading each near name anew would take a hundred times as long."""

    def table(commune: str) -> bytes:
        lines = (f"Lieu {i},{commune.format(i * 7919 % 99991)},{i} rue de rien\n" for i in range(2_000))
        return ("Nom,Commune,Adresse\n" + "".join(lines)).encode()

    places("x.csv", table("Ailleurs{}"))  # communes, their outlines and what names are near, read once
    with within(4):
        result = places("x.csv", table("Quelque{}part"))
    assert result.n_refused > 1_900


def test_an_import_tells_its_first_findings_refused_rows_first():
    findings = report.findings(places("services_de_sante.json"))
    assert findings["constats_total"] > 2
    assert [each["mot"] for each in findings["constats"][:2]] == ["refusé", "refusé"]
    assert set(findings["constats"][0]) == {"ligne", "colonne", "valeur", "mot", "raison"}


def test_a_point_to_check_is_listed_once():
    findings = report.findings(places("x.csv", "Nom,Commune\nLe Relais,Échirolles\n".encode()))["constats"]
    assert sum(each["raison"].startswith("pas de coordonnées") for each in findings) == 1


def test_a_workbook_of_a_million_empty_rows_is_read():
    """Compressed as no tool does, they shrink a thousand times: that alone is no reason to refuse them."""
    book, out = io.BytesIO(), io.BytesIO()
    workbook = Workbook()
    for row in (["Nom", "Commune"], ["Le Relais", "Échirolles"], ["Espace du Drac", "Grenoble"]):
        workbook.active.append(row)
    workbook.save(book)
    with zipfile.ZipFile(book) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            part = archive.read(name)
            if name.endswith("sheet1.xml"):
                part = part.replace(b"</sheetData>", b'<row s="1"/>' * 1_000_000 + b"</sheetData>")
            copy.writestr(name, part)
    assert len(out.getvalue()) < 100_000
    assert values_of(places("million.xlsx", out.getvalue()), "nom") == ["Le Relais", "Espace du Drac"]


def test_a_damaged_archive_of_hsds_is_refused_wherever_it_is_damaged():
    """Cut or altered at any place: a sentence, never a fault of the program."""
    tables = {
        name: json.dumps([{"id": str(n), "organization_id": "o", "name": f"Aide {n}"} for n in range(40)])
        for name in ("service", "location", "service_at_location", "organization")
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in tables.items():
            archive.writestr(f"{name}.json", text)
    archive_bytes = buffer.getvalue()
    refused = 0
    for at in range(0, len(archive_bytes), 7):
        for content in (
            archive_bytes[:at],
            archive_bytes[:at]
            + bytes(b ^ 0xFF for b in archive_bytes[at : at + 9])
            + archive_bytes[at + 9 :],
        ):
            try:
                forms.parse(content, "export.zip")
            except Refused:
                refused += 1
    assert refused > len(archive_bytes) // 7


HSDS = {
    "organization": [["id", "name"], ["o", "Réseau des aidants ; Isère"], ["", ""]],
    "service": [["id", "organization_id", "name", "status"], ["s", "o", "Prêt d’un écran", "active"]],
    "location": [["id", "name", "latitude", "longitude"], ["l", "Médiathèque", "45.18", "5.72"]],
    "service_at_location": [["id", "service_id", "location_id"], ["sl", "s", "l"]],
    "address": [["id", "location_id", "address_1", "city"], ["a", "l", "3, rue de l’Église", "Échirolles"]],
    "phone": [["id", "location_id", "number"]],  # a header alone
}
DATA_INCLUSION = {
    "structures": [
        ["id", "source", "date_maj", "nom", "commune", "code_postal", "adresse"],
        ["d--1", "d", "2026-11-02", "Médiathèque d’Échirolles", "Échirolles", "38130", "3, rue de l’Église"],
    ],
    "services": [
        ["id", "source", "structure_id", "nom", "description", "type", "thematiques"],
        ["d--s1", "d", "d--1", "Accueil", "Pour démarrer ; sans rendez-vous", "accompagnement", "numerique"],
    ],
}


def archive_of(tables, *, separator=",", encoding="utf-8", first="") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, rows in tables.items():
            text = io.StringIO(first, newline="")
            text.seek(0, io.SEEK_END)
            csv.writer(text, delimiter=separator).writerows(rows)
            archive.writestr(f"{name}.csv", text.getvalue().encode(encoding))
    return content.getvalue()


@pytest.mark.parametrize("tables", [HSDS, DATA_INCLUSION])
@pytest.mark.parametrize(
    "written",
    [
        {"separator": ";", "encoding": "cp1252"},
        {"separator": ";", "encoding": "cp1252", "first": "sep=;\r\n"},
        {"separator": "\t", "encoding": "utf-16"},
    ],
)
def test_tables_that_a_spreadsheet_wrote_again_are_read_alike(tables, written):
    """Semicolons and Windows accents: what a spreadsheet in French saves under « CSV »."""
    plain = {
        name: [[cell.replace("’", "'") for cell in row] for row in rows] for name, rows in tables.items()
    }
    written_again, expected = (places("export.zip", archive_of(plain, **how)) for how in (written, {}))
    assert [row.sheet for row in written_again.accepted] == [row.sheet for row in expected.accepted] != []
    assert "Échirolles" in values_of(written_again, "commune")


def test_a_row_of_a_table_that_does_not_hold_together_is_reported():
    tables = HSDS | {"phone": [["id", "location_id", "number"], ["p", "l", "0476000000", "de trop"]]}
    result = places("export.zip", archive_of(tables))
    (note_left_out,) = [note for note in result.notes if "laissée de côté" in note]
    assert "phone.csv, ligne 2" in note_left_out
    assert values_of(result, "telephone") == [None]


def test_numbered_columns_of_one_name_are_understood_together():
    result = places("types_numerotes.csv")
    assert [sorted(each) for each in values_of(result, "practices")] == [
        ["assistance", "libre_acces", "wifi"],
        ["formation", "impression", "pret", "wifi"],
        ["libre_acces"],
        ["formation", "libre_acces", "wifi"],
        ["reparation", "vente"],
    ]
    assert values_of(result, "adresse")[0] == "12 RUE DES CORDIERS"  # « typvoie », « libvoie »
    assert (result.unread, result.unexplained) == ((), ())


def test_a_commune_written_once_over_its_places_applies_to_them_to_check():
    result = places("commune_une_fois.csv")
    assert values_of(result, "commune") == ["Vienne", "Vienne", "Pont-Évêque", "Chasse-sur-Rhône"]
    (doubt,) = (r for row in result.rows for r in row.remarks if "ligne au-dessus" in r.reason)
    assert (doubt.field, doubt.word) == ("commune", "doubtful")


def test_a_general_directory_keeps_its_digital_places_and_counts_the_rest():
    result = places("tous_services.csv")
    assert values_of(result, "nom") == ["La Cyber-base", "CCAS"]
    assert "Lignes d’un autre thème que le numérique, laissées de côté : 4." in result.notes
    assert all(row.refused.startswith("d’un autre thème") for row in result.rows if row.refused)


@pytest.mark.parametrize(
    "other",
    [
        {"jour": "lundi", "de": "09:00"},  # opens, never closes
        {"jour": "lundi", "lieu": "Mairie", "de": "09:00", "a": "12:00"},  # says something else
        {"date": "2026-03-02", "de": "09:00", "a": "12:00"},  # no day of the week
    ],
)
def test_a_list_that_is_no_week_is_left_as_it_is(other):
    rows = [{"nom": f"Lieu {n}", "commune": "Grenoble", "ouverture": [other]} for n in range(3)]
    sheet = forms.parse(json.dumps(rows).encode(), "x.json")
    assert any(column.startswith("ouverture.0.") for column in sheet.columns)


@pytest.mark.parametrize(
    ("names", "osm"),
    [
        ("ouv_lun;ouv_mar;ouv_mer", "Mo 09:00-12:00; Tu 14:00-17:00; We off"),
        ("Lun matin;Lun AM;Mar matin", "Mo 09:00-12:00,14:00-17:00"),
        ("Accueil lundi;Accueil mardi;Accueil mercredi", "Mo 09:00-12:00; Tu 14:00-17:00; We off"),
        ("Tél. lun;Tél. mar;Tél. mer", None),  # hours of the telephone
    ],
)
def test_days_that_columns_cut_short_or_say_after_a_same_word_are_each_their_day(names, osm):
    result = places(
        "x.csv", f"nom;ville;{names}\nA;Vif;9h-12h;14h-17h;fermé\nB;Vif;9h-12h;14h-17h;fermé\n".encode()
    )
    assert [(each or {}).get("osm") for each in values_of(result, "horaires")] == [osm] * 2


MORNING = {"debut": "09:00", "fin": "12:00"}
AFTERNOON = {"debut": "14:00", "fin": "17:00"}


@pytest.mark.parametrize(
    ("week", "osm"),
    [
        ([{"jour": "Lundi", "plages": [MORNING, AFTERNOON]}, {"jour": "Jeudi", "plages": []}], "Mo 09:00-12:00,14:00-17:00"),
        ([{"jour": "lundi", **MORNING}, {"jour": "jeudi", "ouvert": False, **AFTERNOON}], "Mo 09:00-12:00; Th off"),
        ([{"jour": "lundi", **MORNING, "commentaire": "sur rdv"}], 'Mo 09:00-12:00 "sur rendez-vous"'),
        ([{"jour": "lundi", "horaire": "9h-12h", "fermé": False}], "Mo 09:00-12:00"),
    ],
)  # fmt: skip
def test_a_list_of_days_is_read_with_its_slots_its_closed_days_and_its_comments(week, osm):
    rows = [{"nom": f"Lieu {n}", "ville": "Vif", "ouverture": week} for n in range(3)]
    assert [each["osm"] for each in values_of(places("x.json", json.dumps(rows).encode()), "horaires")] == [
        osm
    ] * 3


def test_the_first_day_of_a_list_that_is_not_understood_is_not_the_week():
    week = [{"jour": day, **MORNING, "pour": "les familles"} for day in ("lundi", "mardi")]
    rows = [{"nom": f"Lieu {n}", "ville": "Vif", "ouverture": week} for n in range(3)]
    result = places("x.json", json.dumps(rows).encode())
    assert not any((each or {}).get("osm") for each in values_of(result, "horaires"))
    assert {"ouverture.0.fin", "ouverture.1.debut"} <= set(result.unread)


@pytest.mark.parametrize(
    ("header", "first"),
    [
        ("Association;Où ?;Quand ?;Pour qui ?;Combien ?", "La Boussole"),
        ("Notre équipe;Où ?;Quand ?;Pour qui ?;Combien ?", "La Boussole"),  # no name says it: the first text
        ("Point d'accueil;Adresse 1;Quand ?;Pour qui ?;Combien ?", "Siège"),
    ],
)
def test_columns_named_by_questions_are_read_and_the_first_text_is_the_name(header, first):
    rows = f"{first};Mairie, 38450 Vif;mardi 9h-12h;Seniors;Gratuit\nLe Fil;2 rue Basse 38450 Vif;;Jeunes;Payant\n"
    result = places("x.csv", f"{header}\n{rows}".encode())
    assert values_of(result, "nom") == [first, "Le Fil"]
    assert values_of(result, "horaires")[0]["osm"] == "Tu 09:00-12:00"
    assert values_of(result, "publics_specifiquement_adresses") == [["seniors"], ["youth"]]
    assert values_of(result, "frais_a_charge") == [["free"], ["paid"]]


@pytest.mark.parametrize("days", ["Lundi;Mardi", "Horaires;Etage"])
def test_hours_that_a_remark_limits_are_not_firm(days):
    remarks = (
        "Semaines impaires",
        "L’après-midi sur RDV uniquement",
        "Fermé la semaine du 15 août",
        "Sans rendez-vous",
        "Sur RDV",
    )
    first = "mardi 9h-12h;2" if "Etage" in days else ";9h-12h"
    rows = "".join(f"Lieu {n};Vif;{first};{remark}\n" for n, remark in enumerate(remarks))
    result = places("x.csv", f"nom;ville;{days};Remarques\n{rows}".encode())
    limited = 'Tu 09:00-12:00 "une remarque du fichier limite ces heures"'
    assert [each["osm"] for each in values_of(result, "horaires")] == [
        *[limited] * 3,
        "Tu 09:00-12:00",
        'Tu 09:00-12:00 "sur rendez-vous"',
    ]
    assert [
        any(remark.field == "horaires" and remark.word == "doubtful" for remark in row.remarks)
        for row in result.accepted
    ] == [True] * 3 + [False] * 2


def test_a_whole_row_in_one_cell_is_no_sure_name():
    cells = (
        "Tremplin - 10 avenue Maginot, 01000 Bourg-en-Bresse - 04 74 22 22 22",
        "Le Fil, 01000 Bourg-en-Bresse, lundi 9h-12h",
        "Bureau 24h, 01 Bourg-en-Bresse",
    )
    result = places(
        "x.csv", ("Lieu|Commune\n" + "".join(f"{each}|Bourg-en-Bresse\n" for each in cells)).encode()
    )
    assert [
        any(remark.field == "nom" and remark.word == "doubtful" for remark in row.remarks)
        for row in result.accepted
    ] == [True, True, False]


def test_ticks_and_hours_that_nothing_reads_are_to_explain():
    result = places(
        "x.csv", "nom;ville;horaires;Impôts;Sas;Postes\nA;Vif;9h-12h;✔;08:15;12\nB;Vif;;;08:45;8\n".encode()
    )
    assert dict(result.unexplained) == {"Impôts": (("✔", 1),), "Sas": (("08:15", 1), ("08:45", 1))}


def test_a_path_of_json_is_not_the_tag_of_another_format():
    rows = [{"name": f"Lieu {n}", "city": "Vif", "contact": {"phone": f"04 76 00 00 0{n}"}} for n in range(3)]
    result = places("x.json", json.dumps(rows).encode())
    assert result.correspondence.id != "osm"
    assert values_of(result, "licence") == [None] * 3  # not that of OpenStreetMap
    tagged = [
        {"name": row["name"], "addr:city": "Vif", "contact:phone": row["contact"]["phone"]} for row in rows
    ]
    assert values_of(places("x.json", json.dumps(tagged).encode()), "licence") == ["ODbL-1.0"] * 3


def test_whoever_refuses_to_be_on_the_map_is_left_out_and_no_name_is_read():
    result = places("questionnaire.csv")
    assert [row.sheet["nom"] for row in result.rows if row.refused] == ["Association X"]
    assert "Dupont" not in json.dumps([row.sheet for row in result.accepted])


AT = time  # cells of a workbook: a time, the fraction of the day it is kept as, or what somebody typed
MO_TO_FIVE = "Mo 09:30-17:00; Tu off"
EDGES = [
    ("Lundi ouverture", "Lundi fermeture", "Mardi ouverture", "Mardi fermeture"),
    ("Jours", "De", "À"),
    ("Lundi matin début", "Lundi matin fin", "Lundi après-midi début", "Lundi après-midi fin"),
    ("Lundi", "Mardi"),
]


@pytest.mark.parametrize(
    ("names", "cells", "osm"),
    [
        (EDGES[0], [(AT(9), AT(12), 0.375, 0.5), (0.375, 0.5, "9h", "12h")], "Mo,Tu 09:00-12:00"),
        (EDGES[0], [("9h30", AT(12, 30), None, None), (0.3958333333, "12h30", None, None)], "Mo 09:30-12:30"),
        (EDGES[0], [(0.39583, AT(17), "fermé", "fermé"), ("9h30", 0.7083333, "fermé", None)], MO_TO_FIVE),
        (EDGES[1], [("samedi", AT(9), AT(12)), ("Samedi", 0.375, 0.5), ("samedi", "9h", "12h")], "Sa 09:00-12:00"),
        (EDGES[2], [(0.375, 0.5, "14h", 0.75), (AT(9), "12h", AT(14), AT(18))], "Mo 09:00-12:00,14:00-18:00"),
        (EDGES[3], [("0,375 - 0,5", "fermé"), ("9h-12h", "fermé")], "Mo 09:00-12:00; Tu off"),
    ],
)  # fmt: skip
def test_hours_of_a_workbook_are_read_as_times_fractions_and_texts_together(names, cells, osm):
    book = Workbook()
    book.active.append(["Nom", "Adresse", "Code postal", "Commune", *names])
    for n, row in enumerate((*cells, *cells), 1):
        book.active.append([f"Lieu {n}", f"{n} rue des Lilas", "38130", "Échirolles", *row])
    out = io.BytesIO()
    book.save(out)
    result = places("heures.xlsx", out.getvalue())
    assert [hours["osm"] for hours in values_of(result, "horaires")] == [osm] * (2 * len(cells))
    assert result.unread == ()
