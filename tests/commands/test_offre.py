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

from tests.support.profile import some
from tests.support.speed import PATIENCE, within

REAL = Path(__file__).parents[1] / "files" / "offre"
REAL_FILES = sorted(path.name for path in REAL.glob("*.*") if path.suffix != ".md")


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


def ods(*rows):
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{names}:office:1.0" xmlns:table="{names}:table:1.0"'
        f' xmlns:text="{names}:text:1.0">'
        "<office:body><office:spreadsheet><table:table"
        f' table:name="Lieux">{cells}</table:table></office:spreadsheet></office:body>'
        "</office:document-content>"
    )
    manifest = f'<manifest:manifest xmlns:manifest="{names}:manifest:1.0"></manifest:manifest>'
    entries = ("content.xml", content), ("META-INF/manifest.xml", manifest)
    return zipped(("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), *entries)


def feature(geometry, **properties):
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def collection(*features):
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


SQUARE = {
    "type": "Polygon",
    "coordinates": [[[5.70, 45.18], [5.74, 45.18], [5.74, 45.20], [5.70, 45.20], [5.70, 45.18]]],
}
LOCKED = bytes.fromhex("D0CF11E0A1B11AE1")


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
    return Fault(
        name,
        file,
        content,
        code,
        (expected_words,) if isinstance(expected_words, str) else expected_words,
        n_accepted,
        rows,
    )


FAULTS = (
    # files that hold no table: nothing can be done
    f("empty", "x.csv", b"", 2, "le fichier est vide"),
    f("blank", "x.csv", b" \n\n \t\n", 2, "vide"),
    f("a header alone", "x.csv", csv().encode(), 2, "aucune ligne de données"),
    f("noise", "x.csv", random.Random(1).randbytes(5000), 2, "x.csv", rows=33),
    f("a picture", "x.csv", b"\x89PNG\r\n\x1a\n" + bytes(100), 2, "image PNG"),
    f("a PDF document", "lieux.xlsx", b"%PDF-1.7\n", 2, "document PDF"),
    f("a web page", "x.csv", b"<!doctype html><table><tr><td>nom</td></tr></table>", 2, "page web"),
    f("an XML document", "x.xml", b"<?xml version='1.0'?><lieux/>", 2, "document XML"),
    f("a SQLite database", "x.csv", b"SQLite format 3\x00" + bytes(100), 2, "base SQLite"),
    f("an archive of photos", "x.xlsx", zipped(("a.jpg", "x"), ("b.jpg", "y")), 2, "x.xlsx"),
    f("a workbook cut in the middle", "x.xlsx", xlsx(*table(A, B))[:2000], 2, "x.xlsx"),
    f("a locked workbook", "x.xlsx", LOCKED + bytes(5000), 2, "x.xlsx"),
    f("an empty workbook", "x.xlsx", xlsx(), 2, "toutes les feuilles sont vides"),
    f("a workbook to its last corner", "x.xlsx", xlsx(*table(A), touch=lambda b: b.active.cell(1048576, 16384, "x")), 2, "1 048 576 lignes"),
    f("null bytes", "x.csv", bad(nom="Biblio\x00thèque"), 0, "Octets nuls", 2),
    f("a zip bomb", "x.xlsx", zipped(("[Content_Types].xml", "x"), ("xl/workbook.xml", "x"), ("xl/worksheets/sheet1.xml", "<r/>" * 30_000_000)), 2, "x.xlsx"),
    f("JSON cut short", "x.json", b'[{"nom": "A"}, {"nom": ', 2, ("x.json", "colonne")),
    f("JSON nested without end", "x.json", b"[" * 5000 + b"]" * 5000, 2, "niveaux"),
    f("JSON of words", "x.json", b'["Grenoble", "Gap"]', 2, "pas un objet"),
    f("a number", "x.json", b"42", 2, "ni une liste"),
    f("an empty list", "x.json", b"[]", 2, "la liste est vide"),
    f("five thousand columns", "x.csv", (",".join(f"c{n}" for n in range(5000)) + "\n" + "," * 4999 + "x\n").encode(), 2, "colonnes"),
    f("no column for the name", "x.csv", csv(A, B, header=["commune", "code_postal"]).encode(), 2, ("le lieu n’a pas de nom", "ligne 2"), rows=2),
    f("no column for the place", "x.csv", csv(A, B, header=["nom", "telephone"]).encode(), 2, ("rien ne dit où est le lieu", "ligne 2"), rows=2),
    f("a diary", "x.csv", b"jour;texte\nlundi;il pleut\nmardi;il neige\n", 2, "n’a pas de nom", rows=2),
    # rows that cannot be kept: the others are
    f("no name", "x.csv", bad(nom=""), 1, "n’a pas de nom", 1),
    f("a name of strokes", "x.csv", bad(nom="---"), 1, "n’a pas de nom", 1),
    f("no place", "x.csv", bad(commune="", code_postal="", latitude="", longitude="", adresse=""), 1, ("Bibliothèque Barnave", "rien ne dit où est le lieu"), 1),
    f("a commune that is not", "x.csv", bad(commune="Trifouillis-les-Oies", code_postal="", latitude="", longitude=""), 1, ("Trifouillis-les-Oies", "n’est pas une commune"), 1),
    f("a postal code of many communes", "x.csv", bad(commune="", code_postal="42300", latitude="", longitude=""), 0, "partagé par 3 communes", 2),
    f("a place that moves nowhere", "x.json", as_json({**A, "itinerance": "Itinérant", "commune": "", "code_postal": "", "adresse": "", "latitude": "", "longitude": ""}, B), 1, "itinérant sans étape", 1),
    f("a row too long", "x.csv", (csv(A, B) + ",".join(["x"] * 30) + "\n").encode(), 1, ("ligne 4", "30 cases"), 2),
    f("a quote left open", "x.csv", (csv(A, B) + 'c,"Café,Grenoble\n').encode(), 1, ("ligne 4", "guillemet"), 2),
    f("a line of JSON broken", "x.jsonl", b"\n".join([json.dumps(A).encode(), b'{"nom": ', json.dumps(B).encode()]), 1, ("ligne 2",), 2),
    f("a line of two million characters", "x.csv", (csv(A, B) + "c," + "x" * 2_000_000 + "\n").encode(), 1, "caractères", 2),
    f("an element that is no object", "x.json", as_json(A, "Gap", B), 1, "pas un objet", 2),
    # what is read all the same, and told
    f("windows letters", "x.csv", csv(A, B).encode("cp1252"), 0, "", 2),
    f("UTF-16", "x.csv", csv(A, B).encode("utf-16"), 0, "", 2),
    f("a mark of order", "x.csv", b"\xef\xbb\xbf" + csv(A, B).encode(), 0, "", 2),
    f("two encodings in one file", "x.csv", csv(A).encode() + csv(B, header=HEADER).split("\n", 1)[1].replace("Maison", "Médiathèque").encode("cp1252"), 0, "", 2),
    f("letters read wrongly once", "x.csv", bad(nom="BibliothÃ¨que"), 0, "caractères réparés", 2),
    f("null bytes in JSON", "x.json", as_json({**A, "nom": "Biblio\x00thèque"}, B), 0, "Caractère nul", 2),
    f("semicolons in the header, commas below", "x.csv", (";".join(HEADER) + "\n" + csv(A, B).split("\n", 1)[1]).encode(), 0, ("Pas de noms de colonnes", "Laissé au-dessus"), 2),
    f("semicolons", "x.csv", csv(A, B, separator=";").encode(), 0, "point-virgule", 2),
    f("tabs", "x.txt", csv(A, B, separator="\t").encode(), 0, "tabulation", 2),
    f("a title above", "x.csv", ("Recensement 2026,,\n\n" + csv(A, B)).encode(), 0, "L’en-tête est à la ligne 3", 2),
    f("two lines of header", "x.csv", (csv() + csv(A, B)).encode(), 0, "identique à l’en-tête", 2),
    f("the header again in the middle", "x.csv", (csv(A) + csv(B)).encode(), 0, "identique à l’en-tête", 2),
    f("two columns of one name", "x.csv", csv(A, B, header=[*HEADER, "nom"]).encode(), 0, ("nom (2)", "en double"), 2),
    f("a row too short", "x.csv", (csv(A, B) + "c,Café,Grenoble\n").encode(), 0, "plus courte que l’en-tête", 3),
    f("Mac line ends", "x.csv", csv(A, B, end="\r").encode(), 0, "", 2),
    f("line breaks in a cell", "x.csv", bad(adresse="1 place Grenette\nBâtiment B"), 0, "retour à la ligne", 2),
    f("formulas", "x.csv", bad(nom='=HYPERLINK("http://x.fr";"Ici")'), 0, "Formule gardée comme texte", 2),
    f("a command in a cell", "x.csv", bad(nom="=cmd|' /C calc'!A0"), 0, "Formule gardée comme texte", 2),
    f("errors of a spreadsheet", "x.csv", bad(adresse="#REF!", telephone="#N/A"), 0, "Cellule en erreur", 2),
    f("SQL", "x.csv", bad(nom="Robert'); DROP TABLE directory_lieu;--"), 0, "", 2),
    f("a script", "x.csv", bad(nom="Café<script>alert(1)</script>"), 0, "HTML retiré", 2),
    f("emoji and letters from right to left", "x.csv", bad(nom="🖥️ مكتبة الحي"), 0, "", 2),
    f("an inverted word", "x.csv", bad(nom="Café \u202eecnarF"), 0, "caractères invisibles", 2),
    f("a name of ten thousand letters", "x.csv", bad(nom="Bibliothèque " * 770), 0, "150 caractères gardés au plus", 2),
    f("pivot of zeros", "x.csv", bad(pivot="00000000000000"), 0, "", 2),
    f("pivot cut by a spreadsheet", "x.csv", bad(pivot="2,13802E+13"), 0, ("2,13802E+13", "un tableur a coupé"), 2),
    f("pivot mistyped", "x.csv", bad(pivot="21380185500016"), 0, "21380185500016", 2),
    f("day counted by a spreadsheet", "x.csv", bad(date_maj="46032"), 0, "nombre de jours d’un tableur", 2),
    f("day that no month has", "x.csv", bad(date_maj="31/02/2026"), 0, "31/02/2026", 2),
    f("day to come", "x.csv", bad(date_maj="2099-01-01"), 0, "2099-01-01", 2),
    f("day of the beginning of time", "x.csv", bad(date_maj="01/01/1970"), 0, "avant 2000", 2),
    f("point in the sea", "x.csv", bad(latitude="43.0", longitude="-8.0"), 0, ("tombe à", "centre de la commune"), 2),
    f("point at zero", "x.csv", bad(latitude="0", longitude="0"), 0, "au large de l’Afrique", 2),
    f("point out of the globe", "x.csv", bad(latitude="999", longitude="5.72"), 0, "hors du globe", 2),
    f("half a point", "x.csv", bad(longitude=""), 0, "qu’une des deux coordonnées", 2),
    f("point the wrong way round", "x.csv", bad(latitude="5.7278", longitude="45.1916"), 0, "inversées", 2),
    f("point in metres", "x.csv", bad(latitude="6457740", longitude="914090"), 0, "converti du système", 2),
    f("point with commas", "x.csv", bad(latitude="45,1916", longitude="5,7278"), 0, "virgule décimale", 2),
    f("point in words", "x.csv", bad(latitude="au fond", longitude="à gauche"), 0, "n’est pas un point", 2),
    f("postal code without its zero", "x.csv", bad(commune="Bourg-en-Bresse", code_postal="1000", latitude="46.2052", longitude="5.2255"), 0, "le zéro de tête manquait", 2),
    f("postal code of another commune", "x.csv", bad(code_postal="05000"), 0, ("05000", "à vérifier"), 2),
    f("commune mistyped", "x.csv", bad(commune="Grenobel", latitude="", longitude=""), 0, "Grenobel", 2),
    f("commune merged", "x.csv", bad(commune="Saint-Bernard-du-Touvet", code_postal="38660", latitude="", longitude=""), 0, "Plateau-des-Petites-Roches", 2),
    f("telephone too short", "x.csv", bad(telephone="04 76"), 0, "04 76", 2),
    f("telephone of a spreadsheet", "x.csv", bad(telephone="476001122"), 0, "", 2),
    f("mail without a domain", "x.csv", bad(courriel="contact(at)exemple"), 0, "contact(at)exemple", 2),
    f("site that is a sentence", "x.json", as_json({**A, "site_web": "pas de site pour le moment"}, B), 0, "pas de site pour le moment", 2),
    f("hours that overlap", "x.csv", bad(horaires="Lundi 9h-12h et 11h-14h"), 0, "horaires", 2),
    f("hours that end before they begin", "x.csv", bad(horaires="Lundi 18h-9h"), 0, "horaires", 2),
    f("hours that are not", "x.csv", bad(horaires="quand il fait beau"), 0, "quand il fait beau", 2),
    f("words out of the lists", "x.csv", bad(services="Poterie", frais_a_charge="À prix libre"), 0, ("hors de la liste : Poterie", "hors de la liste : À prix libre"), 2),
    f("a list half escaped", "x.csv", bad(services='Accès internet et matériel informatique""|"Aide aux démarches administratives'), 0, "", 2),
    f("a list as JSON", "x.csv", bad(services='["Aide aux démarches administratives", "Poterie"]'), 0, "hors de la liste : Poterie", 2),
    f("a place that moves without stops", "x.json", as_json({**A, "itinerance": "Itinérant", "adresse": "", "latitude": "", "longitude": ""}, B), 0, "itinérant sans étape", 2),
    f("a negative capacity", "x.json", as_json({**A, "capacite": "-5"}, B), 0, "-5 n’est pas entre", 2),
    f("identifiers given twice", "x.csv", bad(id="b"), 0, "deux lignes portent le même identifiant", 2),
    f("one place typed twice", "x.csv", csv(A, A, header=HEADER[1:]).encode(), 0, "deux lignes disent le même lieu", 2),
    f("a letter out of proportion", "x.csv", bad(id="x" * 5000), 0, "", 2),
    f("merged cells", "x.xlsx", xlsx(*table(A, B), touch=lambda b: b.active.merge_cells("C2:C3")), 0, "fusionnées", 2),
    f("a workbook of two sheets", "x.xlsx", xlsx(*table(A, B), touch=lambda b: b.create_sheet("Notes").append(["x"])), 0, "Notes", 2),
    f("numbers where codes were", "x.xlsx", xlsx(*table({**A, "commune": "Bourg-en-Bresse", "code_postal": 1000, "latitude": 46.2052, "longitude": 5.2255}, B)), 0, "le zéro de tête manquait", 2),
    f("an ODS document", "x.ods", ods(*table(A, B)), 0, "", 2),
    f("a map of polygons", "x.geojson", collection(feature(SQUARE, nom="Le Carré", commune="Grenoble", frais_a_charge="Gratuit")), 0, "centre de son rectangle", 1),
    f("a map without points", "x.geojson", collection(feature(None, nom="Sans point", commune="Grenoble", frais_a_charge="Gratuit")), 0, "sans géométrie", 1),
    f("a line of JSON for each place", "x.jsonl", b"\n".join(json.dumps(row).encode() for row in (A, B)), 0, "Un objet JSON par ligne", 2),
    f("a list inside an object", "x.json", json.dumps({"total": 2, "data": [A, B]}).encode(), 0, "Liste lue : « data »", 2),
    f("nested objects", "x.json", as_json({"nom": "A", "adresse": {"commune": "Grenoble", "rue": "1 place Grenette"}}), 0, "", 1),
    f("a form with another name", "lieux.csv", as_json(A, B), 0, "", 2),
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


def test_there_are_enough_faults_and_each_has_its_name():
    assert len(FAULTS) > 100
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


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


def test_two_gigabytes_are_refused_at_once_in_little_memory(tmp_path):
    """Un fichier de 2 Gio d’une seule ligne : refusé en moins de 20 s, dans 1,5 Gio de mémoire."""
    path = tmp_path / "lieux.csv"
    with path.open("wb") as file:
        file.write(b"nom,commune\n")
        file.truncate(2 * 2**30)
    limited = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 * 2**29, 3 * 2**29))\n"
        "from maillage.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    with within(20):
        done = subprocess.run(
            [sys.executable, "-c", limited, "offre", "verifier", str(path)],
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
    assert done.returncode == 2
    assert "lieux.csv : le fichier pèse 2 048 Mio" in done.stderr
    assert len(done.stderr.splitlines()) == 3


@pytest.mark.parametrize(
    "name",
    ["a zip bomb", "a workbook to its last corner", "JSON nested without end", "five thousand columns"],
)
def test_bombs_take_neither_memory_nor_time(tmp_path, name):
    fault = next(each for each in FAULTS if each.name == name)
    (tmp_path / fault.file).write_bytes(fault.content)
    limited = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (3 * 2**29, 3 * 2**29))\n"
        "from maillage.cli.main import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    command = [sys.executable, "-c", limited, "offre", "verifier", str(tmp_path / fault.file)]
    with within(20):
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 2, done.stderr
    assert fault.expected_words[0] in done.stderr


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
    from maillage.apps.directory.models import Lieu

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


# One in six, whatever the fault: that each is told is tried of all of them above.
UNREAD = [each for each in FAULTS if each.code == 2][::6]
READ = [each for each in FAULTS if each.code != 2][::6]


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
    from maillage.apps.directory.models import Lieu

    imported([A, B, {**A, "id": "held", "nom": "Centre social", "adresse": "3 rue Thiers"}])
    before = stored()["held"]
    code, counts, _ = imported(fault.content, fault.file)
    assert (code, counts["refuses"] > 0) == (fault.code, fault.code == 1)
    assert stored()["held"] == before
    assert set(stored()) >= {"a", "b"}
    assert Lieu.objects.get(identifier="held").missing_since_id is not None


def test_commands_and_scripts_in_cells_are_only_text(imported):
    imported(
        [
            {**A, "nom": "Robert'); DROP TABLE directory_lieu;--"},
            {**B, "nom": "Café <script>alert(1)</script>"},
        ]
    )
    assert {name for name, _, _ in stored().values()} == {"Robert'); DROP TABLE directory_lieu;--", "Café"}


def test_letters_of_any_script_are_stored(imported):
    imported([{**A, "nom": "🖥️ مكتبة الحي"}])
    assert stored()["a"][0] == "🖥️ مكتبة الحي"


def test_another_source_does_not_touch_the_places_of_the_first(imported):
    imported([A, B])
    before = stored()
    code, counts, _ = imported(
        [
            {
                **A,
                "id": "z",
                "nom": "Ailleurs",
                "commune": "Gap",
                "code_postal": "05000",
                "latitude": "",
                "longitude": "",
            }
        ],
        source="Ville",
    )
    assert (code, counts["crees"]) == (0, 1)
    assert {id: stored()[id] for id in before} == before


def test_same_place_in_two_sources_is_proposed_as_a_duplicate(imported):
    imported([A])
    assert imported([{**A, "id": "z"}], source="Ville")[1]["doublons_proposes"] == 1


@pytest.mark.parametrize("name", some(REAL_FILES, REAL_FILES[0], REAL_FILES[-1]))
def test_real_files_are_imported_whole_and_twice_change_nothing(imported, name):
    content = (REAL / name).read_bytes()
    code, counts, _ = imported(content, name)
    assert (code == 1) == (counts["refuses"] > 0)
    assert counts["crees"] > 0.9 * counts["lus"]
    again = imported(content, name)[1]
    assert (again["crees"], again["modifies"], again["inchanges"]) == (0, 0, counts["crees"])
