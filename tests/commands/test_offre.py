"""maillage offre: what it says of bad files, and what it never loses."""

import io
import json
import random
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

import openpyxl
import pytest

from tests.support.speed import PATIENCE, within

REAL = Path(__file__).parents[1] / "files" / "offre"
REAL_FILES = ("aix_en_provence.json", "bfc_ternum.csv")  # each of them is read in tests/sources/test_propose


# --- files as people make them
# ------------------------------------------------------------------------------------------

A = {
    "id": "a", "nom": "Bibliothèque Barnave", "commune": "Grenoble", "code_postal": "38000", "adresse": "1 place Grenette", "latitude": "45.1916", "longitude": "5.7278",
    "telephone": "04 76 00 11 22", "courriel": "a@exemple.org", "date_maj": "2026-01-10", "horaires": "Mo-Fr 09:00-12:00", "frais_a_charge": "Gratuit",
    "services": "Accès internet et matériel informatique", "pivot": "21380185500015",
}  # fmt: skip
B = {**A, "id": "b", "nom": "Maison des habitants", "adresse": "10 rue Henri Le Chatelier", "latitude": "45.187", "longitude": "5.706", "telephone": "04 76 21 29 09", "pivot": ""}  # fmt: skip
HEADER = list(A)


def csv(*rows, separator=",", header=HEADER, end="\n"):
    def cell(text):
        quoted = any(sign in text for sign in (separator, '"', "\n"))
        return '"' + text.replace('"', '""') + '"' if quoted else text

    lines = [header, *([str(row.get(name, "")) for name in header] for row in rows)]
    return end.join(separator.join(map(cell, line)) for line in lines) + end


def bad(**cells):
    """Two rows: one with these cells, and a good one."""
    return csv({**A, **cells}, B).encode()


def as_json(*rows):
    return json.dumps(rows, ensure_ascii=False).encode()


def xlsx(*rows, touch=lambda book: None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    touch(book)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def table(*rows):
    return [HEADER, *([row.get(name, "") for name in HEADER] for row in rows)]


def zipped(*entries):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in entries:
            archive.writestr(name, text)
    return content.getvalue()


def feature(geometry, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


SQUARE = {
    "type": "Polygon",
    "coordinates": [[[5.70, 45.18], [5.74, 45.18], [5.74, 45.20], [5.70, 45.20], [5.70, 45.18]]],
}


@dataclass(frozen=True)
class Fault:
    """A faulty file: exit code of `verifier`, words that it prints, rows that it accepts."""

    name: str
    file: str
    content: bytes = field(repr=False)
    code: int
    expected_words: tuple[str, ...]
    n_accepted: int = 0
    rows: int = 0
    """Rows that are read and all refused: the report names each; 0 for a file that holds no table."""


def f(name, file, content, code, expected_words, n_accepted=0, rows=0):
    expected_words = (expected_words,) if isinstance(expected_words, str) else expected_words
    return Fault(name, file, content, code, expected_words, n_accepted, rows)


# One of each sort: what cleaners and readers say of each cell and each form is tried in tests/sources.
FAULTS = (
    # files that hold no table: nothing can be done
    f("empty", "x.csv", b"", 2, "le fichier est vide"),
    f("noise", "x.csv", random.Random(1).randbytes(5000), 2, "x.csv", rows=33),
    f("a picture", "x.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), 2, "image PNG"),
    f("JSON cut short", "x.json", b'[{"nom": "A"}, {"nom": ', 2, ("x.json", "colonne")),
    f("no column for the name", "x.csv", csv(A, B, header=["commune", "code_postal"]).encode(), 2, ("le lieu n’a pas de nom", "ligne 2"), rows=2),
    f("no column for the place", "x.csv", csv(A, B, header=["nom", "telephone"]).encode(), 2, ("rien ne dit où est le lieu", "ligne 2"), rows=2),
    # rows that cannot be kept: the others are
    f("a name of strokes", "x.csv", bad(nom="---"), 1, "n’a pas de nom", 1),
    f("no place", "x.csv", bad(commune="", code_postal="", latitude="", longitude="", adresse=""), 1, ("Bibliothèque Barnave", "rien ne dit où est le lieu"), 1),
    f("a commune that is not", "x.csv", bad(commune="Trifouillis-les-Oies", code_postal="", latitude="", longitude=""), 1, ("Trifouillis-les-Oies", "n’est pas une commune"), 1),
    f("a row too long", "x.csv", (csv(A, B) + ",".join(["x"] * 30) + "\n").encode(), 1, ("ligne 4", "30 cases"), 2),
    f("a line of JSON broken", "x.jsonl", b"\n".join([json.dumps(A).encode(), b'{"nom": ', json.dumps(B).encode()]), 1, ("ligne 2",), 2),
    # what is read all the same, and told
    f("windows letters", "x.csv", csv(A, B).encode("cp1252"), 0, "", 2),
    f("two encodings in one file", "x.csv", csv(A).encode() + csv(B, header=HEADER).split("\n", 1)[1].replace("Maison", "Médiathèque").encode("cp1252"), 0, "", 2),
    f("semicolons in the header, commas below", "x.csv", (";".join(HEADER) + "\n" + csv(A, B).split("\n", 1)[1]).encode(), 0, ("Pas de noms de colonnes", "Laissé au-dessus"), 2),
    f("line breaks in a cell", "x.csv", bad(adresse="1 place Grenette\nBâtiment B"), 0, "retour à la ligne", 2),
    f("SQL", "x.csv", bad(nom="Robert'); DROP TABLE directory_lieu;--"), 0, "", 2),
    f("a name of ten thousand letters", "x.csv", bad(nom="Bibliothèque " * 770), 0, "150 caractères gardés au plus", 2),
    f("point in the sea", "x.csv", bad(latitude="43.0", longitude="-8.0"), 0, ("tombe à", "centre de la commune"), 2),
    f("words out of the lists", "x.csv", bad(services="Poterie", frais_a_charge="À prix libre"), 0, ("hors de la liste : Poterie", "hors de la liste : À prix libre"), 2),
    f("a list half escaped", "x.csv", bad(services='Accès internet et matériel informatique""|"Aide aux démarches administratives'), 0, "", 2),
    f("a place that moves without stops", "x.json", as_json({**A, "itinerance": "Itinérant", "adresse": "", "latitude": "", "longitude": ""}, B), 0, "itinérant sans étape", 2),
    f("identifiers given twice", "x.csv", bad(id="b"), 0, "deux lignes portent le même identifiant", 2),
    f("one place typed twice", "x.csv", csv(A, A, header=HEADER[1:]).encode(), 0, "deux lignes disent le même lieu", 2),
    f("a workbook of two sheets", "x.xlsx", xlsx(*table(A, B), touch=lambda b: b.create_sheet("Notes").append(["x"])), 0, "Notes", 2),
    f("a map of polygons", "x.geojson", collection(feature(SQUARE, nom="Le Carré", commune="Grenoble", frais_a_charge="Gratuit")), 0, "centre de son rectangle", 1),
    f("a list inside an object", "x.json", json.dumps({"total": 2, "data": [A, B]}).encode(), 0, "Liste lue : « data »", 2),
)  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_bad_file_is_reported_and_its_good_rows_are_accepted(maillage, tmp_path, fault):
    path = tmp_path / fault.file
    path.write_bytes(fault.content)
    answer = maillage("offre", "verifier", path, "--json")
    assert answer.code == fault.code, answer.err + answer.out[:2000]
    printed = answer.err + answer.out
    for words in fault.expected_words:
        assert words in printed, printed[:3000]
    if fault.code == 2 and not fault.rows:
        assert answer.out == ""
    else:
        report = json.loads(answer.out)
        assert (report["gardes"], report["refuses"] > 0) == (fault.n_accepted, fault.code != 0)
        assert report["refuses"] == fault.rows or not fault.rows
        assert report["lus"] == report["gardes"] + report["refuses"]
    lines = answer.err.splitlines()
    assert len(lines) == (0 if fault.code == 0 else 3), answer.err
    if lines:
        assert fault.file in lines[0]
        assert "Traceback" not in answer.err


COUNTRIES = [
    {"Nom": name, "Adresse": f"{n} rue des Lilas", "Code postal": "38130", "Commune": "Échirolles", "Pays": "FR", "Forme juridique": "SA"}
    for n, name in enumerate(("Le Relais", "Le Fil", "Le Pont"), 1)
]  # fmt: skip
COLUMNS = list(COUNTRIES[0])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("lieux.csv", csv(*COUNTRIES, header=COLUMNS).encode()),
        ("lieux.xlsx", xlsx(COLUMNS, *(list(row.values()) for row in COUNTRIES))),
        (
            "lieux.json",
            as_json(
                *({**row, "lieu": {"country": "FR", "address": {"countryCode": "fr"}}} for row in COUNTRIES)
            ),
        ),
    ],
)
def test_a_country_or_a_legal_form_is_no_opening_hours(maillage, tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    answer = maillage("offre", "verifier", path, "--json")
    assert answer.code == 0, answer.err
    report = json.loads(answer.out)
    assert report["gardes"] == 3
    assert "horaires" not in {column["champ"] for column in report["colonnes"]}
    countries = ["Pays", "lieu.country", "lieu.address.countryCode"] if name.endswith("json") else ["Pays"]
    assert (report["colonnes_laissees"], report["colonnes_non_lues"]) == (countries, ["Forme juridique"])


# --- correspondences that cannot be followed
# ------------------------------------------------------------------------------

BROKEN = {
    "not YAML": ("fields: {nom: [", ("est illisible", "ligne 1")),
    "a list": ("- nom\n- commune\n", ("il manque la clé « fields »",)),
    "empty": ("", ("il manque la clé « fields »",)),
    "an unknown key": ("fields: {nom: nom}\nchamps: {}\n", ("clé inconnue : champs",)),
    "an unknown field": ("fields: {nom: nom, code_poste: cp}\n", ("champ inconnu : code_poste",)),
    "an unknown way to read": ("fields: {nom: {de: nom}}\n", ("le champ nom attend",)),
    "a value out of the list": ("fields: {frais_a_charge: {from: tarif, gives: {Gratuit: libre}}}\n", ("frais_a_charge", "« libre »", "free")),
    "an unknown practice": ("fields: {nom: nom}\npractices: [{practice: couture}]\n", ("pratique inconnue : couture",)),
    "an unknown format to extend": ("extends: lmn-9\nfields: {nom: nom}\n", ("lmn-9",)),
    "a part that is no number": ("fields: {latitude: {from: geom, split: ',', part: un}}\n", ("latitude", "part")),
    "a word that YAML reads as yes": ("fields: {frais_a_charge: {from: gratuit, gives: {yes: free}}}\n", ("frais_a_charge", "entre guillemets")),
    "columns in a mapping": ("fields: {nom: {from: {colonne: nom}}}\n", ("le champ nom",)),
    "days that are none": ("fields: {horaires: {days: {Lundi: lundi}}}\n", ("horaires", "Lundi")),
    "fields that are words": ("fields: nom\n", ("il manque la clé « fields »",)),
    "columns that are nothing": ("fields: {nom: null}\n", ("le champ nom attend",)),
    "practices that are words": ("fields: {nom: nom}\npractices: wifi\n", ("pratique",)),
    "a condition that no practice has": ("fields: {nom: nom}\npractices: [{practice: wifi, from: wifi, with: {couleur: c}}]\n", ("champ inconnu : couleur",)),
    "Python objects": ("fields: {nom: !!python/object/apply:os.system [echo]}\n", ("est illisible",)),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_correspondence_that_cannot_be_followed_names_the_key_at_fault(maillage, tmp_path, name):
    text, expected_words = BROKEN[name]
    (tmp_path / "x.csv").write_text(csv(A, B))
    (tmp_path / "a.yaml").write_text(text)
    answer = maillage(
        "offre", "verifier", tmp_path / "x.csv", "--correspondance", tmp_path / "a.yaml", "--json"
    )
    assert (answer.code, answer.out) == (2, "")
    assert len(answer.err.splitlines()) == 3
    assert "a.yaml" in answer.err.splitlines()[0]
    for words in expected_words:
        assert words in answer.err


def test_a_correspondence_of_another_file_says_which_columns_it_read(maillage, tmp_path):
    (tmp_path / "x.csv").write_text(csv(A, B))
    (tmp_path / "a.yaml").write_text("fields: {nom: Raison sociale, commune: Ville}\n")
    answer = maillage("offre", "verifier", tmp_path / "x.csv", "--correspondance", tmp_path / "a.yaml")
    assert answer.code == 2
    assert "n’a pas de nom" in answer.err.splitlines()[0]
    assert "non lues : id, nom, commune" in answer.err.splitlines()[1]


# --- files that are not there, or too large
# -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "expected_words"),
    [
        (("offre", "verifier", "absent.csv"), "absent.csv"),
        (("offre", "verifier", "."), "dossier"),
        (("offre", "verifier", ""), "chemin donné est vide"),
        (("offre", "importer", "absent.csv", "--source", "X"), "absent.csv"),
        (("offre", "importer", "x.csv"), "--source"),
        (("offre", "doublons", "absent.csv"), "absent.csv"),
        (("offre", "verifier", "x.csv", "--correspondance", "absent.yaml"), "absent.yaml"),
        (("offre", "envoyer", "x.csv"), "choix inconnu"),
        (("offre",), "il manque"),
    ],
)
def test_missing_file_is_refused_in_three_lines(maillage, tmp_path, monkeypatch, words, expected_words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text(csv(A, B))
    answer = maillage(*words)
    assert (answer.code, answer.out) == (2, "")
    assert len(answer.err.splitlines()) == 3
    assert expected_words in answer.err


def huge(path):
    """Write a file of 2 GB of one line."""
    with path.open("wb") as file:
        file.write(b"nom,commune\n")
        file.truncate(2 * 2**30)


def bomb(path):
    """Write a workbook that swells a thousand times."""
    sheets = ("xl/workbook.xml", "x"), ("xl/worksheets/sheet1.xml", "<r/>" * 30_000_000)
    path.write_bytes(zipped(("[Content_Types].xml", "x"), *sheets))


@pytest.mark.parametrize(
    ("name", "write", "what"),
    [("lieux.csv", huge, "lieux.csv : le fichier pèse 2 048 Mio"), ("x.xlsx", bomb, "x.xlsx")],
)
def test_huge_file_is_refused_in_little_memory(tmp_path, name, write, what):
    """Refusé en moins de 20 s, dans 1,5 Gio de mémoire."""
    write(tmp_path / name)
    limited = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 * 2**29, 3 * 2**29))\n"
        "from maillage.manage.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", limited, "offre", "verifier", str(tmp_path / name)]
    with within(20):
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2, done.stderr
    assert what in done.stderr
    assert len(done.stderr.splitlines()) == 3


# --- what a person reads, and what a program reads
# ------------------------------------------------------------------------


def test_a_report_for_a_person_names_columns_values_and_rows(maillage, tmp_path):
    path = tmp_path / "lieux.csv"
    path.write_text(
        csv(
            {**A, "nom": "", "Couleur": "bleu"},
            {**B, "services": "Poterie", "Couleur": "vert"},
            header=[*HEADER, "Couleur"],
        )
    )
    answer = maillage("offre", "verifier", path)
    assert answer.code == 1
    assert answer.out.startswith("lieux.csv : lu comme « Schéma national")
    assert "2 lignes lues, 1 gardée dont 1 à vérifier, 1 refusée." in answer.out
    assert "Colonnes que rien ne lit : Couleur." in answer.out
    assert "1 fois, à vérifier : hors de la liste : Poterie" in answer.out
    assert "ligne 2, sans nom : refusée, le lieu n’a pas de nom." in answer.out
    what, why, do = answer.err.splitlines()
    assert what == "lieux.csv, ligne 2 : le lieu n’a pas de nom."
    assert "Les bonnes lignes sont gardées" in why
    assert "verifier" in do


def test_first_refused_row_is_detailed_and_the_rest_counted(maillage, tmp_path):
    path = tmp_path / "x.csv"
    nowhere = {**A, "commune": "Trifouillis", "code_postal": "", "latitude": "", "longitude": ""}
    path.write_text(csv(B, nowhere, {**A, "id": "c", "nom": ""}, {**A, "id": "d", "nom": ""}))
    answer = maillage("offre", "verifier", path)
    what = answer.err.splitlines()[0]
    assert what.startswith("x.csv, ligne 3, « Bibliothèque Barnave » : rien ne dit où est le lieu")
    assert "colonne commune, « Trifouillis » : « Trifouillis » n’est pas une commune" in what
    assert what.endswith("et 2 autres lignes.")


@pytest.mark.parametrize(
    ("commune", "postal", "cells"),
    [
        (
            "Saint-Aubin",
            "",
            ["colonne commune, « Saint-Aubin » : 10 communes s’appellent", "écrivez le code postal"],
        ),
        ("", "38999", ["colonne code_postal, « 38999 » : aucune commune connue n’a ce code postal"]),
        ("Trifouillis", "38999", ["colonne commune, « Trifouillis »", "colonne code_postal, « 38999 »"]),
    ],
)
def test_a_row_that_is_nowhere_names_each_cell_that_does_not_say_where(
    maillage, tmp_path, commune, postal, cells
):
    path = tmp_path / "x.csv"
    nowhere = {**A, "commune": commune, "code_postal": postal, "latitude": "", "longitude": "", "adresse": ""}
    path.write_text(csv(nowhere, B))  # first: an empty commune is that of the line above
    report = json.loads(maillage("offre", "verifier", path, "--json").out)
    (refusal,) = [line["refus"] for line in report["lignes"] if line["refus"]]
    assert refusal.startswith("rien ne dit où est le lieu : ")
    assert all(cell in refusal for cell in cells), refusal
    assert "ni commune connue" not in refusal


def test_as_a_user_runs_it_json_is_alone_on_standard_output(process, tmp_path):
    (tmp_path / "x.csv").write_text(csv(A, {**B, "nom": ""}))
    answer = process("offre", "verifier", "x.csv", "--json")
    assert answer.code == 1
    assert json.loads(answer.out)["gardes"] == 1
    assert len(answer.err.splitlines()) == 3
    answer = process("offre", "verifier", "absent.csv", "--json")
    assert (answer.code, answer.out) == (2, "")
    answer = process("offre", "doublons", "x.csv", "--json")
    assert answer.code == 1
    assert json.loads(answer.out) == []


def test_duplicates_are_looked_for_in_files_of_any_form_and_numbered_by_row(maillage, tmp_path):
    (tmp_path / "a.csv").write_text(csv({**B, "nom": ""}, A))
    (tmp_path / "b.json").write_bytes(
        as_json({**A, "id": "z", "nom": "Bibliothèque BARNAVE", "telephone": "0476001122"}, B)
    )
    answer = maillage("offre", "doublons", tmp_path / "a.csv", tmp_path / "b.json", "--json")
    assert answer.code == 1
    (pair,) = json.loads(answer.out)
    assert (pair["a"], pair["b"], pair["decision"]) == (2, 1, "meme")
    assert "a.csv, ligne 2" in answer.err.splitlines()[0]


def test_what_is_sure_comes_before_what_a_person_must_look_at(maillage, tmp_path):
    far = {**A, "id": "z", "adresse": "40 rue Haute", "telephone": "", "latitude": "", "longitude": ""}
    (tmp_path / "a.csv").write_text(csv(A, {**A, "id": "y"}, far))
    answer = maillage("offre", "doublons", tmp_path / "a.csv")
    lines = answer.out.splitlines()
    sure, doubtful = lines.index("Le même lieu :"), lines.index("À vérifier, les plus ressemblants d’abord :")
    assert sure < doubtful and any("1 = 2" in line for line in lines[sure:doubtful])
    assert "meme" not in answer.out and "a_voir" not in answer.out


def test_the_total_of_a_table_is_no_fault_of_its_file(maillage, tmp_path):
    (tmp_path / "a.csv").write_text("commune;nom;passages\nGrenoble;Le Relais;20\nTOTAL;45;\n")
    answer = maillage("offre", "verifier", tmp_path / "a.csv")
    assert (answer.code, answer.err) == (0, "")
    assert "« TOTAL » est le total du tableau" in answer.out


# --- importing
# --------------------------------------------------------------------------------------------------------

KINDS = ("crees", "modifies", "inchanges", "refuses", "reunis")  # every row is one of them
COUNTS = ["lus", *KINDS, "a_verifier", "doublons_proposes", "disent_leur_offre", "constats", "constats_total"]


@pytest.fixture
def imported(maillage, tmp_path, db):
    """Import rows or bytes, and return (exit code, counts or None, standard error)."""

    def run(content, file="lieux.json", source="Réseau"):
        path = tmp_path / file
        path.write_bytes(content if isinstance(content, bytes) else as_json(*content))
        answer = maillage("offre", "importer", path, "--source", source, "--json")
        counts = json.loads(answer.out) if answer.out else None
        if counts is not None:
            assert list(counts) == COUNTS
            assert counts["lus"] == sum(counts[kind] for kind in KINDS)
            assert len(counts["constats"]) == min(counts["constats_total"], 50)
        assert len(answer.err.splitlines()) == (3 if answer.code else 0), answer.err
        return answer.code, counts, answer.err

    return run


def test_tables_exported_under_the_name_of_a_zip_are_one(imported, maillage, tmp_path):
    imported([A, B])
    for format, table in (("hsds-3", "location.json"), ("data-inclusion-1", "structures.json")):
        path = tmp_path / f"{format}.ZIP"
        assert maillage("offre", "exporter", "--format", format, "--sortie", path).code == 0
        with zipfile.ZipFile(path) as archive:
            assert table in archive.namelist()
    folder = tmp_path / "dossier"
    maillage("offre", "exporter", "--format", "hsds-3", "--sortie", folder)
    assert (folder / "hsds-3.0.zip").is_file()


def test_a_file_refused_whole_still_prints_its_json(maillage, tmp_path):
    path = tmp_path / "nulle_part.csv"
    path.write_text("nom,commune\nLe Relais des Ondes,Zzyzx\nLa Bobine,Qwrt\n")
    checked = maillage("offre", "verifier", path, "--json")
    output = json.loads(checked.out)
    assert (checked.code, output["lus"], output["gardes"], output["refuses"]) == (2, 2, 0, 2)
    taken = maillage("offre", "importer", path, "--source", "Réseau", "--json")
    counts = json.loads(taken.out)
    assert list(counts) == COUNTS
    assert (taken.code, counts["lus"], counts["crees"], counts["refuses"]) == (2, 2, 0, 2)
    assert [each["ligne"] for each in counts["constats"]] == [2, 3]
    assert "aucun lieu" in taken.err


def stored():
    from maillage.apps.directory.places.models import Lieu

    return {lieu.identifier: (lieu.name, lieu.state, lieu.sheet) for lieu in Lieu.objects.all()}


def test_an_import_says_what_it_did_and_twice_changes_nothing(imported):
    counts = {**dict.fromkeys(COUNTS, 0), "lus": 2, "disent_leur_offre": 2, "constats": []}
    assert imported([A, B])[:2] == (0, {**counts, "crees": 2})
    before = stored()
    assert imported([A, B])[:2] == (0, {**counts, "inchanges": 2})
    assert stored() == before
    assert imported([{**A, "telephone": "04 76 00 11 33"}, B])[:2] == (
        0,
        {**counts, "modifies": 1, "inchanges": 1},
    )


def test_good_rows_of_a_bad_file_are_imported_and_refused_rows_reported(imported):
    code, counts, errors = imported([A, {**B, "nom": ""}])
    assert (code, counts["crees"], counts["refuses"]) == (1, 1, 1)
    assert errors.splitlines()[0] == "lieux.json, ligne 2 : le lieu n’a pas de nom."
    assert set(stored()) == {"a"}


# A few, whatever the fault: that each is reported is tried of all of them above.
UNREAD = [each for each in FAULTS if each.code == 2][::4]
READ = [each for each in FAULTS if each.code != 2][::5]


@pytest.mark.parametrize("fault", UNREAD, ids=lambda fault: fault.name)
def test_a_file_that_cannot_be_read_takes_nothing_away(imported, fault):
    imported([A, B])
    before = stored()
    code, counts, errors = imported(fault.content, fault.file)
    assert code == 2
    assert (counts["lus"], counts["refuses"]) == (fault.rows, fault.rows) if fault.rows else counts is None
    assert fault.file in errors
    assert stored() == before


COME_BACK = ("crees", "modifies", "inchanges", "absents")


def test_a_file_that_loses_or_gains_its_identifiers_tells_the_same_places(imported):
    def changed_counts(counts):
        return {name: counts[name] for name in COME_BACK if counts.get(name)}

    imported([A, B])
    before = stored()
    assert changed_counts(imported(csv(B, A, header=HEADER[1:]).encode(), "x.csv")[1]) == {"inchanges": 2}
    assert stored() == before
    moved = {**A, "telephone": "04 76 00 11 99"}
    assert changed_counts(imported(csv(moved, B, header=HEADER[1:]).encode(), "x.csv")[1]) == {
        "modifies": 1,
        "inchanges": 1,
    }
    named = csv(A, B, header=HEADER[1:]).encode()
    assert changed_counts(imported(named, "x.csv", source="Ville")[1]) == {"crees": 2}
    assert changed_counts(imported([{**A, "id": "n1"}, {**B, "id": "n2"}], source="Ville")[1]) == {
        "inchanges": 2
    }


def test_places_of_one_name_and_address_need_identifiers_to_be_distinct(imported):
    imported([A, {**A, "id": "twin", "telephone": "04 76 00 00 01"}])
    counts = imported(csv(A, header=HEADER[1:]).encode(), "x.csv")[1]
    assert (counts["crees"], set(stored()) >= {"a", "twin"}) == (1, True)


@pytest.mark.parametrize("fault", READ, ids=lambda fault: fault.name)
def test_a_bad_file_that_can_be_read_keeps_what_it_no_longer_says(imported, fault):
    """Un lieu absent d’une version plus récente reste, marqué absent : une personne décidera."""
    from maillage.apps.directory.places.models import Lieu

    imported([A, B, {**A, "id": "held", "nom": "Centre social", "adresse": "3 rue Thiers"}])
    before = stored()["held"]
    code, counts, _ = imported(fault.content, fault.file)
    assert (code, counts["refuses"] > 0) == (fault.code, fault.code == 1)
    assert stored()["held"] == before
    assert set(stored()) >= {"a", "b"}
    assert Lieu.objects.get(identifier="held").missing_since_id is not None


def test_commands_scripts_and_any_letters_in_cells_are_only_text(imported):
    imported(
        [
            {**A, "nom": "Robert'); DROP TABLE directory_lieu;--"},
            {**B, "nom": "Café <script>alert(1)</script>"},
            {**B, "id": "c", "nom": "🖥️ مكتبة الحي"},
        ]
    )
    names = {name for name, _, _ in stored().values()}
    assert names == {"Robert'); DROP TABLE directory_lieu;--", "Café", "🖥️ مكتبة الحي"}


def test_another_source_adds_its_places_and_proposes_the_same_ones_as_duplicates(imported):
    imported([A, B])
    before = stored()
    elsewhere = {**A, "id": "y", "nom": "Ailleurs", "commune": "Gap", "code_postal": "05000"}
    code, counts, _ = imported(
        [{**elsewhere, "latitude": "", "longitude": ""}, {**A, "id": "z"}], source="Ville"
    )
    assert (code, counts["crees"], counts["doublons_proposes"]) == (0, 2, 1)
    assert {id: stored()[id] for id in before} == before


@pytest.mark.parametrize("name", REAL_FILES)
def test_real_files_are_imported_whole_and_twice_change_nothing(imported, name):
    content = (REAL / name).read_bytes()
    code, counts, _ = imported(content, name)
    assert (code == 1) == (counts["refuses"] > 0)
    assert counts["crees"] > 0.9 * counts["lus"]
    again = imported(content, name)[1]
    assert (again["crees"], again["modifies"], again["inchanges"]) == (0, 0, counts["crees"])


def test_a_proposal_is_written_then_corrected_and_a_partial_one_is_completed(maillage, tmp_path):
    (tmp_path / "x.csv").write_text(
        "appellation;ville;voirie;tel fixe\nMJC du Port;Grenoble;2 rue des Lilas;0476000001\n", "utf-8"
    )
    proposal, partial = tmp_path / "p.yaml", tmp_path / "partielle.yaml"
    answer = maillage("offre", "verifier", tmp_path / "x.csv", "--proposition", proposal)
    assert answer.code == 2  # nobody guesses that « appellation » is a name
    text = proposal.read_text("utf-8")
    assert "commune: ville" in text
    proposal.write_text(text.replace("fields:\n", "fields:\n  nom: appellation\n"), "utf-8")
    partial.write_text("id: la-mienne\ntitle: La mienne\nfields: {nom: appellation}\n", "utf-8")
    corrected, completed = (
        maillage("offre", "verifier", tmp_path / "x.csv", "--correspondance", each, "--json")
        for each in (proposal, partial)
    )
    assert [json.loads(each.out)["gardes"] for each in (corrected, completed)] == [1, 1]
    assert "« ville » → commune" in str(json.loads(completed.out)["notes"])
