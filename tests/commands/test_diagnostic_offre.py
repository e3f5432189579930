"""maillage diagnostic --offre: the offer and its gaps in the files of a study."""

import csv
import json
import math
import re
from dataclasses import replace

import pytest

from maillage.manage.commands.diagnostic import census_of
from maillage.manage.main import main
from maillage.reference.cards import cards
from maillage.sources import streets
from tests.support.printed import blank_shares, reader_figures
from tests.support.street import network

CODE = "38151"
LINES = {
    *("wifi", "libre_acces_autonome", "libre_acces_accompagne", "formation"),
    *("equipement_solidaire", "reparation", "assistance", "orientation"),
}
FIGURE = {"valeur", "bas", "haut", "unite", "univers", "n", "methode"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Échirolles, fifteen quarters, with the real census of Isère."""
    folder = tmp_path_factory.mktemp("offre")
    offre = str(cards()["hinaura-isere"].file)
    assert main(["diagnostic", CODE, "--offre", offre, "--sortie", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def study(folder):
    return json.loads((folder / "etude.json").read_text("utf-8"))


def test_the_offer_has_the_keys_of_the_contract(study):
    for zone in study["zones"]:
        assert set(zone["offre"]) == LINES
        assert all(n is None or (isinstance(n, int) and n >= 0) for n in zone["offre"].values())
        for missing in zone["manques"]:
            assert missing.keys() >= {"offre", "raison"}
            assert missing["offre"] in LINES


def test_the_reader_s_part_with_an_offer_has_eight_pages_of_forty_figures_at_most(folder):
    figures = reader_figures(folder / "dossier.pdf")
    assert len(figures) <= 8
    assert max(figures) <= 40, figures
    assert max(blank_shares(folder / "dossier.pdf")) < 0.5, "no half of a page is blank"


def test_the_table_of_the_offer_says_its_margin_its_field_and_its_source(folder, study):
    page = (folder / "dossier.html").read_text("utf-8")
    (table,) = re.findall(r"<table[^>]*>\s*<caption>Chaque sorte d’offre.*?</table>(?:.*?</p>)?", page, re.S)
    assert "Part à portée" in re.findall(r"<th[^>]*>([^<]+)</th>", table)
    row = next(r for r in re.findall(r"<tr>(.*?)</tr>", table, re.S) if "Aide aux démarches" in r)
    part = study["offre"]["portee"]["assistance"]["part_a_portee"]
    cells = [
        re.sub(r"<[^>]+>", "", each).replace("\xa0", " ") for each in re.findall(r"<td.*?</td>", row, re.S)
    ]
    low, high = math.floor(part["bas"]), math.ceil(part["haut"])
    assert f"{low} – {high} %" in cells[-2:]
    assert "15 ans et plus" in table
    assert "90 fois sur 100" in page.replace("\xa0", " "), "said once, by the guide of the first page"
    assert "calculs Maillage" in table


def test_places_are_counted_once(study):
    """Chaque lieu d’une zone est dans le total ; la somme des zones est le total, sauf là où l’on ne sait pas."""
    for line, total in study["offre"]["offre"].items():
        if total is not None:
            assert sum(zone["offre"][line] or 0 for zone in study["zones"]) == total
    unassigned = sum(each["lieux"] for each in study["offre"]["lieux_sans_zone"])
    assert sum(zone["lieux"] or 0 for zone in study["zones"]) + unassigned == study["offre"]["lieux"] > 5
    assert all(zone["lieux_a_situer"] >= unassigned for zone in study["zones"])
    assert 0 < study["offre"]["lieux_muets"] < study["offre"]["lieux"]


def test_people_are_estimated_with_their_interval_and_add_up(study):
    """Une fourchette sans valeur dit pourquoi ; une valeur est entre ses bornes, et s’additionne."""
    need = study["besoins"]["precarite_numerique"]["valeur"]
    for line, total in study["offre"]["portee"].items():
        for key in ("a_portee", "hors_de_portee"):
            figures = [zone["portee"][line][key] for zone in study["zones"]]
            for figure in (total[key], *figures):
                assert figure.keys() >= FIGURE
                assert (figure["valeur"] is None) == ("motif" in figure)
                if figure["valeur"] is not None:
                    assert figure["bas"] <= figure["valeur"] <= figure["haut"]
            parts = [figure["valeur"] for figure in figures]
            if None not in (total[key]["valeur"], *parts):
                assert sum(parts) == pytest.approx(total[key]["valeur"])
        if total["a_portee"]["valeur"] is not None:
            assert total["a_portee"]["valeur"] + total["hors_de_portee"]["valeur"] == pytest.approx(need)


def test_what_a_census_did_not_ask_is_a_missing_datum_and_never_a_gap(study):
    assert study["offre"]["donnees_manquantes"] == ["orientation"]
    assert study["offre"]["offre"]["orientation"] is None
    for zone in study["zones"]:
        assert zone["offre"]["orientation"] is None
        assert all(missing["offre"] != "orientation" for missing in zone["manques"])
    assert any("donnée manquante" in text for text in study["avertissements"])


def test_what_no_place_of_a_census_mentions_has_no_figure_anywhere(folder, study):
    """Ni « 0 [0 ; 0] », ni tout le besoin : rien, et pourquoi."""
    for zone in (*study["zones"], study["offre"]):
        for figures in (zone["portee"]["orientation"], *(p["orientation"] for p in zone["publics"].values())):
            for key in ("a_portee", "hors_de_portee", "part_a_portee"):
                assert [figures[key][bound] for bound in ("valeur", "bas", "haut")] == [None] * 3
                assert figures[key]["motif"]
    for row in csv.DictReader((folder / "zones.csv").open(encoding="utf-8")):
        assert {row[f"hors_de_portee_orientation{end}"] for end in ("", "_bas", "_haut")} == {""}
        assert "Orientation : ce recensement n’en dit rien" in row["motif"].replace("Réparation et ", "")
    assert not (folder / "carte-manque-orientation.svg").exists()


def test_silent_places_are_reported_and_bound_the_gap(study):
    """Un lieu muet n’est pas une absence : le compte est vide plutôt que nul, et le nombre une fourchette."""
    for zone in study["zones"]:
        assert not {m["offre"] for m in zone["manques"] if m["regle"].startswith("sans-")} & set(
            zone["offre_inconnue"]
        )
        for line in zone["offre_inconnue"]:
            assert zone["offre"][line] is None
    reach = study["offre"]["portee"]["libre_acces_accompagne"]
    assert study["offre"]["accompagnement_inconnu"] > 0
    assert reach["hors_de_portee"]["valeur"] is None
    assert "ne disent pas" in reach["hors_de_portee"]["motif"]
    assert reach["hors_de_portee"]["bas"] < reach["hors_de_portee"]["haut"]


def test_each_line_is_measured_in_several_ways_and_for_each_public(study):
    offer = study["offre"]
    line = offer["portee"]["formation"]
    assert 0 < line["plus_proche"]["bas"] <= line["plus_proche"]["metres"] <= line["plus_proche"]["haut"]
    assert line["offre_pour_1000"]["base"] in ("lieux", "places")
    assert line["offre_pour_1000"]["unite"].endswith("pour 1 000 personnes concernées")
    for way in ("part_chemins_sinueux", "part_a_portee", "part_chemins_directs"):
        assert line[way]["bas"] <= line[way]["haut"]
    assert line["part_chemins_sinueux"]["bas"] <= line["part_chemins_directs"]["bas"]
    young, old = (offer["publics"][public]["formation"]["besoin"] for public in ("youth", "seniors"))
    assert 0 < young["valeur"] < old["valeur"] < study["besoins"]["precarite_numerique"]["valeur"]
    for zone in study["zones"]:
        assert zone["publics"].keys() == offer["publics"].keys()


def test_residents_within_reach_are_those_of_the_census_quarter_by_quarter(study):
    """n compte les habitants recensés ; les quartiers lus ont leur propre nom, et s’additionnent."""
    zones, reach = study["zones"], study["offre"]["portee"]
    for line in LINES:
        for key in ("habitants_a_portee", "part_habitants_a_portee"):
            figures = [zone["portee"][line][key] for zone in zones]
            assert [figure["n_quartiers"] for figure in figures] == [1] * 15
            assert reach[line][key]["n_quartiers"] == 15
            assert [figure["n"] for figure in figures] == [round(zone["population"]) for zone in zones]
            assert abs(reach[line][key]["n"] - sum(zone["population"] for zone in zones)) < 15
        for key in ("besoin", "a_portee", "hors_de_portee"):
            assert "n_quartiers" not in reach[line][key]
            assert reach[line][key]["n"] == study["definition"]["n"]


def test_lists_name_their_rule_and_zones_of_the_study(study):
    codes = {zone["code"] for zone in study["zones"]}
    assert study["offre"]["listes"]
    for each in study["offre"]["listes"]:
        assert each["phrase"].endswith(".")
        assert set(each["zones"]) <= codes


def test_the_table_carries_the_offer(folder, study):
    rows = list(csv.DictReader((folder / "zones.csv").open(encoding="utf-8")))
    by_code = {zone["code"]: zone for zone in study["zones"]}
    for row in rows:
        count = by_code[row["code"]]["offre"]["wifi"]
        assert row["offre_wifi"] == ("" if count is None else str(count))
        away = by_code[row["code"]]["portee"]["wifi"]["hors_de_portee"]
        is_hidden = away["valeur"] is None or away.get("fourchette_seule", False)
        assert row["hors_de_portee_wifi"] == ("" if is_hidden else str(round(away["valeur"])))


def test_the_dossier_tells_the_offer_and_its_doubt(folder):
    page = (folder / "dossier.html").read_text("utf-8").replace("\xa0", " ")
    assert "Ce qui est à portée de marche" in page
    assert "ne précisent pas leur offre" in page


@pytest.mark.complete
def test_the_need_is_the_same_with_or_without_an_offer(study, tmp_path):
    assert main(["diagnostic", CODE, "--sortie", str(tmp_path)]) == 0
    alone = json.loads((tmp_path / "etude.json").read_text("utf-8"))
    assert alone["offre"] is None
    assert alone["besoins"] == study["besoins"]
    assert all(zone["offre"] is None and zone["manques"] == [] for zone in alone["zones"])


def test_study_counts_its_refused_and_unplaced_rows(tmp_path, capsys):
    """Deux lieux belges sans coordonnées sont refusés : le dossier le dit, il ne fait pas comme s’ils n’étaient pas."""
    (tmp_path / "lieux.csv").write_text(
        "nom,commune,code_insee,adresse,latitude,longitude,services\n"
        "Maison A,Échirolles,38151,1 rue de la Paix,45.1440,5.7180,Aide aux démarches\n"
        "Maison belge,Erquelinnes,,Rue de Mons 1,,,Aide aux démarches\n"
        "Maison de Mons,Mons (Belgique),BE7000,Grand Place,,,Formation\n"
        ",Échirolles,38151,2 rue de la Paix,,,Formation\n",
        "utf-8",
    )
    code = main(["diagnostic", CODE, "--offre", str(tmp_path / "lieux.csv"), "--sortie", str(tmp_path / "s")])
    assert code == 1
    assert "lieux.csv : 3 lignes refusées" in capsys.readouterr().err.replace("\xa0", " ")
    study = json.loads((tmp_path / "s/etude.json").read_text("utf-8"))
    assert study["offre"]["lieux"] == 1
    (warning,) = [text for text in study["avertissements"] if "du fichier" in text and "nulle part" in text]
    assert warning.startswith("3\xa0lignes du fichier ne sont comptées nulle part")
    assert warning.endswith("Maison belge, Maison de Mons, ligne 5.")
    assert main(["offre", "verifier", str(tmp_path / "lieux.csv")]) == 1
    assert "« Erquelinnes » n’est pas une commune de France" in capsys.readouterr().out


def test_census_of_a_file_comes_with_the_streets_of_this_computer(tmp_path, monkeypatch):
    monkeypatch.setattr("maillage.manage.deploy.home.HOME", tmp_path)
    places = cards()["hinaura-isere"].file
    assert census_of(places)[0].streets is None
    streets.store(network(([(5.70, 45.10), (5.71, 45.10)], {"highway": "residential"})), tmp_path, file="x")
    census, _ = census_of(places)
    assert census.streets == streets.loaded(tmp_path)
    assert census.digest != replace(census, streets=None).digest
