"""maillage diagnostic: the files of the contract, and nothing half-written."""

import csv
import errno
import html
import json
import re
import tempfile
from collections.abc import Iterator

import pytest

from maillage.kernel.estimate import Estimate
from maillage.publishing.territory import edition
from maillage.words import wording

FIGURE = {"valeur", "bas", "haut", "unite", "univers", "n", "methode"}
TOP = {
    "version",
    "territoire",
    "definition",
    "besoins",
    "zones",
    "discordances",
    "sources",
    "avertissements",
}
ESTIMATE = {
    "value": "valeur",
    "low": "bas",
    "high": "haut",
    "unit": "unite",
    "universe": "univers",
    "method": "methode",
}
CLASSES = {"tres_forte", "forte", "moyenne", "faible", "tres_faible"}


@pytest.fixture(scope="session")
def study(grenoble):
    return json.loads((grenoble / "etude.json").read_text("utf-8"))


def test_every_file_of_the_contract_is_written(grenoble, study):
    for name in ("dossier.html", "dossier.pdf", "zones.csv", "zones.geojson", "etude.json"):
        assert (grenoble / name).stat().st_size > 1_000
    sheets = {path.stem for path in (grenoble / "fiches").glob("*.pdf")}
    assert sheets == {zone["code"] for zone in study["zones"]}


def test_the_study_has_the_keys_of_the_contract(study):
    assert study.keys() >= TOP
    assert study["version"] == 1
    assert study["territoire"].keys() >= {"code", "nom", "type", "population", "millesime_geographique"}
    assert study["definition"].keys() >= {"id", "libelle", "univers", "population_univers"}
    assert study["besoins"].keys() >= {"precarite_numerique", "precarite_sociale", "cumul", "niveaux"}
    assert set(study["besoins"]["niveaux"]) == {
        "exclusion",
        "precarite_forte",
        "precarite_faible",
        "autonomie",
    }
    for source in study["sources"]:
        assert source.keys() >= {"id", "producteur", "titre", "millesime", "licence"}
    assert all(isinstance(text, str) and text for text in study["avertissements"])


def figures(study):
    besoins = study["besoins"]
    yield from (
        besoins["precarite_numerique"],
        besoins["precarite_sociale"],
        besoins["cumul"],
        *besoins["niveaux"].values(),
    )
    for zone in study["zones"]:
        yield from (
            zone["precarite_numerique"],
            zone["taux_precarite_numerique"],
            zone["cumul"],
            *zone["niveaux"].values(),
        )


def test_every_figure_travels_with_its_interval_unit_universe_n_and_method(study):
    for figure in figures(study):
        assert figure.keys() >= FIGURE
        assert figure["unite"] in ("personnes", "pourcent")
        assert figure["bas"] <= figure["valeur"] <= figure["haut"]
        assert figure["n"] > 0


def read(row: dict) -> Estimate:
    return Estimate(**{name: row[key] for name, key in ESTIMATE.items()}, n=row["n"] or 0)


def every_figure(node: object) -> Iterator[dict]:
    """Give each figure of a study, wherever it is."""
    if isinstance(node, dict):
        if node.keys() >= {"valeur", "bas", "haut", "unite", "methode"}:
            yield node
        for each in node.values():
            yield from every_figure(each)
    elif isinstance(node, list):
        for each in node:
            yield from every_figure(each)


def test_each_estimate_that_the_dossier_tells_is_in_the_study(grenoble, study):
    """Its value and its interval, rounded once: a text says no number that its files do not hold."""
    tags = re.compile(r"<[^>]+>|\s+")
    text = tags.sub(" ", html.unescape((grenoble / "dossier.html").read_text("utf-8")))
    printed = set(re.findall(r"environ [\d ]+ personnes \(entre [\d ]+ et [\d ]+\)", text))
    known = {
        tags.sub(" ", wording.people(read(row)).in_full)
        for row in every_figure(study)
        if row["unite"] == "personnes" and row["valeur"] is not None
    }
    assert len(printed) >= 2
    assert printed - known == set()


def test_the_largest_zones_read_in_the_dossier_as_in_the_files(grenoble, study):
    page = html.unescape((grenoble / "dossier.html").read_text("utf-8")).replace("\xa0", " ")
    rows = [re.sub(r"<[^>]+>", " ", row) for row in re.findall(r"<tr.*?</tr>", page, flags=re.DOTALL)]
    largest = sorted(study["zones"], key=lambda zone: -zone["precarite_numerique"]["valeur"])[:12]
    assert f"Les {len(study['zones']) - 12} autres : tableau des zones, joint à l’étude." in page
    for zone in largest:
        people = wording.people(read(zone["precarite_numerique"]))
        share = wording.rate(read(zone["taux_precarite_numerique"]))
        expected_cells = (zone["nom"], people.value or "—", people.low, people.high, share.value or share.low)
        assert any(all(str(word).replace("\xa0", " ") in row for word in expected_cells) for row in rows), (
            expected_cells
        )


def test_every_method_of_a_figure_has_its_page(study):
    from maillage.reference.files import METHODS

    assert {figure["methode"] for figure in figures(study)} <= {path.stem for path in METHODS.glob("*.md")}


def test_zones_add_up_to_the_territory(study):
    for key in ("precarite_numerique", "cumul"):
        total = sum(zone[key]["valeur"] for zone in study["zones"])
        assert total == pytest.approx(study["besoins"][key]["valeur"], rel=1e-9)
    assert sum(zone["population"] for zone in study["zones"]) == study["territoire"]["population"]


def test_intervals_do_not_add_up(study):
    """La fourchette du total est plus étroite que la somme des fourchettes."""
    widths = sum(z["precarite_numerique"]["haut"] - z["precarite_numerique"]["bas"] for z in study["zones"])
    total = study["besoins"]["precarite_numerique"]
    assert total["haut"] - total["bas"] < widths


def test_both_precarities_are_a_part_of_each(study):
    for zone in [study["besoins"], *study["zones"]]:
        assert zone["cumul"]["valeur"] <= zone["precarite_numerique"]["valeur"]


def test_classes_ranks_and_offer_are_those_of_the_contract(study):
    for zone in study["zones"]:
        assert zone["classe_numerique"] in CLASSES
        assert zone["classe_sociale"] in CLASSES
        assert zone["offre"] is None
        assert zone["manques"] == []
    for rank in ("rang_numerique", "rang_social"):
        assert sorted(zone[rank] for zone in study["zones"])[0] == 1


def test_a_zoning_of_ones_own_is_named_and_tells_what_it_leaves_out(study):
    assert study["territoire"]["code"] == "200040715"
    assert study["territoire"]["nom"] == "22 zones de Grenoble-Alpes-Métropole"
    assert any(
        "32\xa0communes et 72\xa0483\xa0habitants en sont absents" in text for text in study["avertissements"]
    )


def test_the_table_is_flat_utf8_and_whole(grenoble, study):
    raw = (grenoble / "zones.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(raw.decode("utf-8").splitlines()))
    assert len(rows) == len(study["zones"])
    by_code = {row["code"]: row for row in rows}
    for zone in study["zones"]:
        row = by_code[zone["code"]]
        assert float(row["precarite_numerique"]) == round(zone["precarite_numerique"]["valeur"])
        assert float(row["precarite_numerique_bas"]) <= float(row["precarite_numerique_haut"])


def test_the_map_file_has_one_feature_for_each_zone(grenoble, study):
    collection = json.loads((grenoble / "zones.geojson").read_text("utf-8"))
    assert collection["type"] == "FeatureCollection"
    assert {f["properties"]["code"] for f in collection["features"]} == {
        zone["code"] for zone in study["zones"]
    }
    assert all(f["geometry"]["type"] in ("Polygon", "MultiPolygon") for f in collection["features"])


@pytest.mark.parametrize(
    ("code", "kind", "zones"),
    [("59392", "commune", "iris"), ("R94", "region", "departement")],
)
def test_zones_by_default(maillage, tmp_path, code, kind, zones):
    assert maillage("diagnostic", code, "--sortie", tmp_path).code == 0
    study = json.loads((tmp_path / "etude.json").read_text("utf-8"))
    assert study["territoire"]["type"] == kind
    lengths = {len(zone["code"]) for zone in study["zones"]}
    assert lengths == ({9} if zones == "iris" else {2})


AIMED_AT = "les jeunes <b>sans emploi</b> & leurs familles"


@pytest.fixture(scope="module")
def own_words(tmp_path_factory):
    """The words of a study of few zones, with rates and a public of one’s own."""
    rates = tmp_path_factory.mktemp("taux") / "taux.csv"
    rates.write_text(
        "indicateur,annee,champ,ventilation,modalite,valeur,source,citation\n"
        "sans_smartphone,2023,15 ans et plus,ensemble,,13,Baromètre 2023,« 13 % »\n",
        "utf-8",
    )
    options = ("--public-vise", f" {AIMED_AT} ", "--publics", "accompagnants, cumul", "--definition")
    return ["diagnostic", "05001", *options, str(rates), "--sortie"]


@pytest.fixture(scope="module")
def of_ones_own(tmp_path_factory, own_words):
    """The folder of that study."""
    from maillage.manage.main import main

    folder = tmp_path_factory.mktemp("propre")
    assert main([*own_words, str(folder)]) == 0
    return folder


def test_the_same_command_twice_gives_the_same_bytes(maillage, of_ones_own, own_words, tmp_path):
    assert maillage(*own_words, tmp_path).code == 0
    for name in ("etude.json", "zones.csv", "zones.geojson"):
        assert (tmp_path / name).read_bytes() == (of_ones_own / name).read_bytes()


def test_study_classes_zones_against_france_alone_under_five(of_ones_own):
    study = json.loads((of_ones_own / "etude.json").read_text("utf-8"))
    assert len(study["zones"]) < 5
    for zone in study["zones"]:
        assert zone["classe_numerique"] and zone["classe_sociale"]
        assert zone["classe_numerique_relative"] is None and zone["classe_sociale_relative"] is None
        assert zone["motif_classes"]


def test_a_rates_file_is_a_definition(of_ones_own):
    study = json.loads((of_ones_own / "etude.json").read_text("utf-8"))
    assert study["definition"]["id"] == "fichier-taux"


def test_study_names_its_public_in_the_words_of_the_user(of_ones_own):
    study = json.loads((of_ones_own / "etude.json").read_text("utf-8"))
    assert study["public_vise"] == {"texte": AIMED_AT, "publics": ["cumul", "accompagnants"]}
    page = (of_ones_own / "dossier.html").read_text("utf-8")
    assert "les jeunes &lt;b&gt;sans emploi&lt;/b&gt; &amp; leurs familles" in page
    assert "<b>sans emploi" not in page


def test_a_filter_says_its_share_and_its_doubt(maillage, tmp_path):
    marks = tmp_path / "mes-quartiers.csv"
    marks.write_text("code,part\n381510101,100\n381510102,50\n", "utf-8")
    assert maillage("diagnostic", "38151", "--filtre", marks, "--sortie", tmp_path / "s").code == 0
    study = json.loads((tmp_path / "s/etude.json").read_text("utf-8"))
    inside = {zone["code"]: zone["part_dans_le_filtre"] for zone in study["zones"]}
    assert inside["381510101"] == pytest.approx(1)
    assert inside["381510102"] == pytest.approx(0.5)
    assert inside["381510103"] == 0
    assert any("mes-quartiers" in text for text in study["avertissements"])
    # Zero residents would be a figure: nothing is known there, and no sheet is made of it.
    (excluded_zone,) = [zone for zone in study["zones"] if zone["code"] == "381510103"]
    assert (
        excluded_zone["population"],
        excluded_zone["part_communes_moins_2000"],
        excluded_zone["espace"],
    ) == (None, None, None)
    with (tmp_path / "s/zones.csv").open(encoding="utf-8") as file:
        rows = {row["code"]: row for row in csv.DictReader(file)}
    assert rows["381510103"]["population"] == ""
    assert float(rows["381510102"]["population"]) > 0
    outside = {each["code"] for each in study["zones"] if each["population"] is None}
    assert {path.stem for path in (tmp_path / "s/fiches").iterdir()} == set(inside) - outside
    page = (tmp_path / "s/dossier.html").read_text("utf-8")
    assert f"Hors du filtre, sans chiffre ni fiche : {len(outside)} zones." in page.replace("\xa0", " ")
    assert 'href="#zone-' not in page


def test_a_perimeter_of_a_site_is_refused_with_the_way_to_study_it(maillage, tmp_path):
    answer = maillage("diagnostic", "agglomeration-grenobloise", "--sortie", tmp_path)
    assert answer.code == 2
    what, why, do = answer.err.splitlines()
    assert "agglomeration-grenobloise" in what
    assert "n’est lu que par ce site" in why
    assert "--zones" in do
    assert "site" not in maillage("diagnostic", "zzzz", "--sortie", tmp_path).err


def test_a_filter_is_in_the_name_of_what_it_counts(maillage, tmp_path):
    answer = maillage("diagnostic", "200040715", "--filtre", "petites-communes", "--sortie", tmp_path)
    assert "Grenoble-Alpes-Métropole (communes de moins de 2 000 habitants)" in answer.out
    study = json.loads((tmp_path / "etude.json").read_text("utf-8"))
    assert "communes de moins de 2 000 habitants" in study["territoire"]["nom"]
    assert study["filtre"]["doute"]
    excluded_zones = [zone for zone in study["zones"] if zone["part_dans_le_filtre"] == 0]
    rows = list(csv.DictReader((tmp_path / "zones.csv").open(encoding="utf-8")))
    assert {row["filtre"] for row in rows} == {study["filtre"]["libelle"]}
    out = [row for row in rows if float(row["part_dans_le_filtre"]) == 0]
    assert {row["precarite_numerique"] for row in out} == {""}
    assert all(row["motif"] for row in out)
    assert excluded_zones
    assert "Hors du filtre : aucun de ses habitants n’est compté." in {
        z["precarite_numerique"]["motif"] for z in excluded_zones
    }


@pytest.mark.parametrize("is_whole", [True, False])
def test_a_second_study_of_a_folder_leaves_nothing_of_the_first(tmp_path, is_whole):
    """Its sheets go, unless none was asked for this time; what somebody put beside them stays."""
    first, second = tmp_path / "étude", tmp_path / "à part"
    for folder, code in ((first, "384850101"), (second, "383170000")):
        (folder / "fiches").mkdir(parents=True)
        (folder / "etude.json").write_text(code)
        (folder / f"fiches/{code}.pdf").write_text(code)
    (first / "fiches/notes.txt").write_text("à moi")
    moved = edition._put_in_place(second, first, replaces_all=is_whole)
    assert moved == [first / "etude.json", first / "fiches/383170000.pdf"]
    assert (first / "etude.json").read_text() == "383170000"
    sheets = {path.stem for path in (first / "fiches").glob("*.pdf")}
    assert sheets == {"383170000"} | ({"384850101"} if not is_whole else set())
    assert (first / "fiches/notes.txt").read_text() == "à moi"


# -------------------------------------------------------------------------------------------------- bad input


def three_lines(answer):
    assert answer.code == 2
    assert answer.out == ""
    lines = answer.err.strip().splitlines()
    assert len(lines) == 3, answer.err
    assert "Traceback" not in answer.err
    return lines


@pytest.mark.parametrize(
    ("words", "what", "do"),
    [
        (("38999",), "Aucun territoire n’a le code « 38999 ».", "Essayez "),
        (("14485",), "14485 n’existe plus", "Recommencez avec "),
        (("maubeuge",), "maubeuge", "59392"),
        (("38485", "--definition", "inconnue"), "« inconnue »", ""),
        (("38485", "--zones", "absent.csv"), "absent.csv", ""),
        (("38485", "--poids", "richesse=2"), "richesse", ""),
        (("38485", "--public-vise", "é" * 301), "--public-vise a 301 signes.", "Raccourcissez-le."),
        (("38485", "--publics", "cumul,martiens"), "Le public « martiens » n’est pas dans la liste.", "accompagnants"),
        (("38185", "--filtre", "qpv"), "", "qpv-communes"),
    ],
)  # fmt: skip
def test_what_nobody_knows_is_refused_with_what_is_known(maillage, tmp_path, words, what, do):
    refusal, _, advice = three_lines(maillage("diagnostic", *words, "--sortie", tmp_path / "s"))
    assert what in refusal
    assert do in advice
    assert not (tmp_path / "s").exists()


def test_a_wrong_zone_file_writes_nothing(maillage, tmp_path):
    zones = tmp_path / "zones.csv"
    zones.write_text("code_zone,nom_zone,code\nN,Nord,38382\nS,Sud,38382\n", "utf-8")
    what, *_ = three_lines(maillage("diagnostic", "200040715", "--zones", zones, "--sortie", tmp_path / "s"))
    assert "ligne 3, colonne code, valeur « 38382 »" in what
    assert not (tmp_path / "s").exists()


def test_a_folder_that_is_a_file(maillage, tmp_path):
    (tmp_path / "s").write_text("déjà là")
    what, *_ = three_lines(maillage("diagnostic", "38485", "--sortie", tmp_path / "s"))
    assert "ne peut pas recevoir les fichiers" in what
    assert (tmp_path / "s").read_text() == "déjà là"


def test_a_folder_where_nobody_writes(maillage):
    what, _, do = three_lines(maillage("diagnostic", "38485", "--sortie", "/proc/maillage"))
    assert "ne peut pas recevoir les fichiers" in what
    assert "où vous pouvez écrire" in do


def test_a_full_disk_leaves_no_half_file(maillage, tmp_path, monkeypatch):
    real = tempfile.NamedTemporaryFile

    def full(*args, **options):
        file = real(*args, **options)
        if str(options.get("prefix", "")).startswith(".dossier.pdf"):

            def write(data):
                file.file.write(data[: len(data) // 2])
                raise OSError(errno.ENOSPC, "No space left on device")

            file.write = write
        return file

    monkeypatch.setattr("maillage.kernel.disk.tempfile.NamedTemporaryFile", full)
    what, _, do = three_lines(maillage("diagnostic", "38485", "--sortie", tmp_path))
    assert "dossier.pdf n’a pas été écrit : le disque est plein" in what
    assert do.startswith("Libérez de la place")
    assert not list(tmp_path.glob(".*"))
    assert not (tmp_path / "dossier.pdf").exists()


def test_a_commune_nobody_lives_in(maillage, tmp_path):
    assert maillage("diagnostic", "55039", "--sortie", tmp_path).code == 0
    study = json.loads((tmp_path / "etude.json").read_text("utf-8"))
    need = study["besoins"]["precarite_numerique"]
    assert need["valeur"] is None
    assert need["motif"]


def test_a_filter_that_keeps_nobody_writes_nothing(maillage, tmp_path):
    """Grenoble n’a pas moins de 2 000 habitants ; et ces quartiers-là sont à Échirolles."""
    marks = tmp_path / "mes-quartiers.csv"
    marks.write_text("code,part\n381510101,100\n", "utf-8")
    for chosen in ("petites-communes", marks):
        answer = maillage("diagnostic", "38185", "--filtre", chosen, "--sortie", tmp_path / "s")
        what, why, do = three_lines(answer)
        assert "ne garde personne ici" in what
        assert why == "Aucun habitant de Grenoble n’y répond : tout serait à zéro."
        assert "filtre" in do
        assert not (tmp_path / "s").exists()
