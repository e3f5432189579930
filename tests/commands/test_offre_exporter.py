"""maillage offre exporter : chaque format, sur les vrais recensements, jugé par ceux qui le lisent."""

import csv
import io
import json
import re
import zipfile
from datetime import date

import pytest
from data_inclusion.schema.v1 import Service, Structure
from frictionless import Resource, Schema

from maillage.apps.directory.places.queries.exports import zipped
from maillage.kernel.names import plain
from maillage.kernel.spreadsheet import bare
from maillage.publishing.directory.formats import table as our_table
from maillage.publishing.directory.formats.published import Published
from maillage.reference import standards
from maillage.reference.cards import cards
from maillage.reference.offer import UNKNOWN_PIVOT
from maillage.sources.offer import files
from maillage.sources.offer.forms import read as forms
from tests.support import programs
from tests.support.programs import CLI
from tests.support.shared import environment, furnish

pytestmark = pytest.mark.complete  # each of them reads what five commands wrote
FORMATS = {
    "lmn-1.0.2": "lieux.csv",
    "data-inclusion-1": "di",
    "hsds-3": "hsds",
    "geojson": "lieux.geojson",
    "csv": "tableau.csv",
}
ON = date(2026, 11, 20)
CENSUSES = {"Hinaura": "hinaura-isere", "Les Assembleurs": "assembleurs-maubeuge"}
IGNORED = ("source", "date_maj")  # what the contract lets a round trip change


@pytest.fixture(scope="module")
def homes(tmp_path_factory):
    """A directory of the two real censuses, made by the commands: (run, home)."""

    def run(home, *words):
        return programs.run(*CLI, *words, environment=environment(home), country=True)

    home = furnish(tmp_path_factory.mktemp("annuaire"))
    for source, card in CENSUSES.items():
        done = run(home, "offre", "importer", cards()[card].file, "--source", source, "--json")
        assert done.returncode in (0, 1), done.stderr
    return run, home


@pytest.fixture(scope="module")
def exported(homes, tmp_path_factory):
    """Export once in each format: format → (path written, standard error)."""
    run, home = homes
    folder = tmp_path_factory.mktemp("exports")
    export_by_format = {}
    for name, file in FORMATS.items():
        done = run(home, "offre", "exporter", "--format", name, "--sortie", folder / file)
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
        export_by_format[name] = (folder / file, done.stderr)
    return export_by_format


def rows(path):
    if path.suffix == ".json":
        return json.loads(path.read_text("utf-8"))
    reader = csv.DictReader(io.StringIO(path.read_text("utf-8")))
    return [{name: bare(cell) for name, cell in row.items()} for row in reader]


@pytest.mark.complete
@pytest.mark.slow("the judge of the national schema reads every row")
def test_the_national_file_is_valid_for_its_own_judge(exported):
    path, _ = exported["lmn-1.0.2"]
    # The schema as its producer wrote it, but for the patterns of lists: they are not anchored.
    schema = json.loads(json.dumps(standards.lmn()))
    report = Resource(
        path=str(path.name), basepath=str(path.parent), format="csv", schema=Schema.from_descriptor(schema)
    ).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "note"])[:5]


def test_every_place_is_in_the_national_file_or_reported(exported):
    path, errors = exported["lmn-1.0.2"]
    left_out = [line for line in errors.splitlines() if "colonne exigée" in line]
    assert len(rows(path)) + len(left_out) == 371
    assert {row["pivot"] for row in rows(path)} >= {UNKNOWN_PIVOT}


def test_a_sheet_without_a_date_bears_the_day_it_came(exported):
    """Trois fiches d’Isère n’ont aucune date : elles sortent quand même, à la date de leur import."""
    path, errors = exported["lmn-1.0.2"]
    assert "date de mise à jour" not in errors
    assert all(row["date_maj"] for row in rows(path))


def test_data_inclusion_accepts_every_row(exported):
    folder, _ = exported["data-inclusion-1"]
    structures = json.loads((folder / "structures.json").read_text("utf-8"))
    services = json.loads((folder / "services.json").read_text("utf-8"))
    assert len(structures) == len(services) > 360
    for row, model in [*((r, Structure) for r in structures), *((r, Service) for r in services)]:
        model(**{name: value for name, value in row.items() if name in model.model_fields})


def test_hsds_writes_the_same_tables_as_objects_and_as_csv(exported):
    folder, _ = exported["hsds-3"]
    with zipfile.ZipFile(folder / "hsds-3.0.zip") as archive:
        csv_tables = {
            name: list(csv.DictReader(io.StringIO(archive.read(name).decode())))
            for name in archive.namelist()
        }
    for name, schema in standards.hsds().items():
        objects = json.loads((folder / f"{name}.json").read_text("utf-8"))
        assert [each["id"] for each in objects] == [each["id"] for each in csv_tables[schema["path"]]], name
    assert len(json.loads((folder / "location.json").read_text("utf-8"))) >= 371


def test_geojson_puts_longitude_first(exported):
    collection = json.loads(exported["geojson"][0].read_text("utf-8"))
    points = [each["geometry"]["coordinates"] for each in collection["features"] if each["geometry"]]
    assert len(collection["features"]) == 371
    assert all(-5 < x < 10 and 41 < y < 52 for x, y in points)


def test_our_table_says_every_place(exported):
    exported_rows = rows(exported["csv"][0])
    assert len(exported_rows) == 371
    assert len({row["id"] for row in exported_rows}) == 371
    assert not re.search('(^|[,"])[=@]', exported["csv"][0].read_text("utf-8"), re.MULTILINE)


def test_our_table_and_hsds_come_back_as_they_left(exported):
    """Tableau : les mêmes fiches, mot pour mot. HSDS : ce que le standard sait porter."""
    places_by_format = {
        kind: files.places(forms.read(exported[kind][0]), today=ON) for kind in ("csv", "hsds-3")
    }
    table = {row["id_origine"]: row for row in rows(exported["csv"][0])}
    sheets = [row.sheet for row in places_by_format["csv"].accepted]
    assert (places_by_format["csv"].correspondence.id, len(sheets), places_by_format["csv"].unread) == (
        "maillage",
        371,
        (),
    )
    again = published([{**sheet, "date_maj": table[sheet["id"]]["date_maj"]} for sheet in sheets], table)
    assert {row["id_origine"]: row for row in again} == {
        id: {name: cell for name, cell in row.items() if cell and name != "doublons"}
        for id, row in table.items()
    }
    assert (places_by_format["hsds-3"].correspondence.id, places_by_format["hsds-3"].unread) == ("hsds", ())
    places = {row.sheet["nom"]: row.sheet for row in places_by_format["hsds-3"].accepted}
    by_name = {sheet["nom"]: sheet for sheet in sheets}
    assert len(places_by_format["hsds-3"].accepted) >= 369  # two have neither an address nor a point
    for field in ("telephone", "services", "frais_a_charge", "site_web"):
        assert [n for n in places if set(places[n].get(field, ())) != set(by_name[n].get(field, ()))] == [], (
            field
        )
    states = [
        {n: {k: v["state"] for k, v in s[n].get("practices", {}).items()} for n in places}
        for s in (places, by_name)
    ]
    assert states[0] == states[1]


def published(sheets, table):
    """The rows of our table for sheets read from it; what the publication adds is that of the row."""
    published_sheets = [
        Published(
            row["id"],
            sheet,
            row["structure_id"],
            row["structure"],
            date.fromisoformat(row["date_maj"]),
            None,
            row["source"],
        )
        for sheet in sheets
        for row in [table[sheet["id"]]]
    ]
    return [{name: cell for name, cell in row.items() if cell} for row in our_table.rows(published_sheets)[1]]


@pytest.mark.slow("imports and exports in processes of their own")
def test_what_leaves_comes_back_the_same(homes, exported, tmp_path):
    """Export → import chez un autre → export : mêmes lignes, mot pour mot, sauf la source et la date."""
    run, _ = homes
    name = "data-inclusion-1"
    first, _ = exported[name]
    other = furnish(tmp_path / "autre")
    imported_file = tmp_path / "di.zip"  # as the page gives it
    imported_file.write_bytes(zipped(first))
    taken = run(other, "offre", "importer", imported_file, "--source", "Aller-retour", "--json")
    assert taken.returncode == 0, taken.stderr
    assert json.loads(taken.stdout)["refuses"] == 0
    second = tmp_path / f"retour{first.suffix}"
    again = run(other, "offre", "exporter", "--format", name, "--sortie", second)
    assert again.returncode == 0, again.stderr

    def rows_by_table(path):
        paths = [path] if path.is_file() else sorted(path.glob("*.json"))
        tables = {each.stem if path.is_dir() else "": rows(each) for each in paths}
        return {
            (table, row["id"]): {
                k: plain(v) if (table, k) == ("", "structure") else v  # the case of one of its places
                for k, v in row.items()
                if k not in IGNORED
            }
            for table, many in tables.items()
            for row in many
        }

    assert rows_by_table(second) == rows_by_table(first)


@pytest.fixture
def exporter(maillage, db, tmp_path):
    """Export an empty directory to a file of a folder."""

    def run(format, *words, file="lieux"):
        options = ("--format", format, "--sortie", tmp_path / file)
        return maillage("offre", "exporter", *options, *words), tmp_path / file

    return run


def test_empty_directory_is_reported(exporter):
    answer, path = exporter("csv", file="vide.csv")
    assert (answer.code, rows(path)) == (0, [])
    assert "Aucun lieu" in answer.err


def test_an_area_that_no_file_draws_narrows_nothing_and_says_why(exporter):
    answer, path = exporter("csv", "--qpv", "oui", file="t.csv")
    assert answer.code == 2
    assert "Le filtre « qpv » ne peut rien répondre." in answer.err
    assert "Aucun contour n’a été déposé ici" in answer.err
    assert not path.exists()


def test_a_folder_that_cannot_be_written_and_an_unknown_format_are_refused(exporter, tmp_path):
    (tmp_path / "fichier").write_text("x")
    for format in ("geojson", "xls"):
        answer, _ = exporter(format, file="fichier/lieux.geojson")
        assert (answer.code, len(answer.err.strip().splitlines())) == (2, 3)
