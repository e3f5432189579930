"""Ce qu’un annuaire comme le nôtre exporte, qu’un autre importe, puis exporte : les mêmes lignes."""

import csv
import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage.apps.directory.places import rules
from maillage.publishing.directory.formats import every, loss
from maillage.publishing.directory.formats.published import Published
from maillage.reference import offer
from maillage.reference.cards import cards
from maillage.reference.sheet import STATES
from maillage.sources.offer import files, mapping
from maillage.sources.offer.forms import read as forms
from tests.support.profile import times

ON = date(2026, 11, 20)
FILES = {
    loss.LMN: "lieux.csv",
    loss.CSV: "tableau.csv",
    loss.XLSX: "tableau.xlsx",
    loss.GEOJSON: "lieux.geojson",
}
FILES |= {loss.DATA_INCLUSION: "inclusion", loss.HSDS: "hsds", loss.DATASPACE: "dataspace.json"}
# What the contract lets a round trip change, and what each counts by all it knows.
CHANGES = ("source", "score_qualite")

# Values as sheets hold them once read: no cleaner has anything left to mend.
TEXT = st.sampled_from(
    [
        "Uniquement le matin.",
        "Au fond de la cour, « escalier B » ; sonnez.\n- Apportez un courrier\n- et vos codes",
        "Un mot : puis un autre",
        "Publics : tous",
    ]
)
LINE = st.sampled_from(["Au fond de la cour", "Bâtiment B", "Fond d’aide aux familles"])
BY_KIND: dict[str, st.SearchStrategy[Any]] = {
    "key": st.sampled_from(["lieu-1", "12", "38 / é"]),
    "pivot": st.sampled_from(["43493312300029", "W381000123"]),
    "name": st.sampled_from(["Le Relais des Halles", "Médiathèque Jean-Macé"]),
    "line": LINE,
    "text": TEXT,
    "street": st.sampled_from(["12 rue des Lilas", "3 bis place du Marché"]),
    "kinds": st.lists(st.sampled_from(["ASSO", "BIB", "MJC", "CCAS"]), min_size=1, unique=True),
    "phone": st.lists(
        st.sampled_from(["+33476000001", "+33476000002", "+33680000001"]), min_size=1, unique=True
    ),
    "mail": st.lists(st.sampled_from(["a@le-lien.fr", "b@le-lien.fr"]), min_size=1, unique=True),
    "site": st.lists(st.sampled_from(["https://a.fr/", "https://b.fr/?x=1"]), min_size=1, unique=True),
    "lines": st.lists(st.sampled_from(["arabe", "anglais", "turc"]), min_size=1, unique=True),
    "hours": st.fixed_dictionaries(
        {"osm": st.sampled_from(["Mo-Fr 09:00-12:00", "Mo[1] 10:00-12:00", "Tu,Th 09:00-12:00; PH off"])},
        optional={"text": st.just("le matin"), "left": st.just("sauf en août")},
    ),
    "yesno": st.booleans(),
    "whole": st.integers(1, 50),
    "closures": st.just([{"du": "2026-12-24", "au": "2027-01-02", "motif": "congés"}]),
}
WHERE = {
    "commune": "Grenoble",
    "code_postal": "38000",
    "code_insee": "38185",
    "latitude": 45.188613,
    "longitude": 5.724517,
}
EXCLUDED_FIELDS = {*WHERE, "id", "nom", "date_maj", "source", "itinerance", "notes"}


def some(field: offer.Field) -> st.SearchStrategy[Any]:
    if field.kind == "list":
        values = list(offer.lists()[field.list].values)
        return st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)
    return BY_KIND[field.kind]


PRACTICE = st.fixed_dictionaries(
    {"state": st.sampled_from(list(STATES))},
    optional={name: some(field) for name, field in offer.conditions().items() if not field.private},
)
SHEETS = st.fixed_dictionaries(
    {**{name: st.just(value) for name, value in WHERE.items()}, "date_maj": st.just("2026-05-02")}
    | {"id": BY_KIND["key"], "nom": BY_KIND["name"]},
    optional={
        name: some(f) for name, f in offer.fields().items() if name not in EXCLUDED_FIELDS and not f.private
    }
    | {"practices": st.dictionaries(st.sampled_from(list(offer.practices())), PRACTICE, min_size=1)},
)


def published(sheet: dict[str, Any]) -> Published:
    """Un lieu tel que l’annuaire le publie, sous l’adresse et la structure qu’il lui donne."""
    key, name = rules.structure_key(sheet)
    return Published(
        id=rules.address_of(str(sheet["id"]), sheet),
        sheet=sheet,
        structure_id=rules.public_structure(key),
        structure_name=name,
        updated_on=date.fromisoformat(sheet["date_maj"]),
        confirmed_on=None,
        source="Un territoire",
    )


def written(format: str, sheets: list[dict[str, Any]], folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    every.write(format, folder / FILES[format], [published(sheet) for sheet in sheets], on=ON)
    return folder / FILES[format]


def read(path: Path) -> list[dict[str, Any]]:
    places_read = files.places(forms.read(path), today=ON, source="Un autre territoire")
    assert set(places_read.unread) <= {"id (2)"}  # a map numbers its objects beside what they say
    return [dict(row.sheet) for row in places_read.accepted]


def rows(path: Path) -> dict[str, list[dict[str, Any]]]:
    if path.is_dir():
        return {each.stem: json.loads(each.read_text("utf-8")) for each in sorted(path.glob("*.json"))}
    if path.suffix == ".geojson":
        return {"": json.loads(path.read_text("utf-8"))["features"]}
    if path.suffix == ".json":
        return {"": json.loads(path.read_text("utf-8"))}
    if path.suffix == ".xlsx":
        heads, *lines = openpyxl.load_workbook(path, read_only=True).worksheets[0].iter_rows(values_only=True)
        return {"": [dict(zip(heads, map(str, line), strict=True)) for line in lines]}
    return {"": list(csv.DictReader(path.open(encoding="utf-8", newline="")))}


def compared(path: Path) -> dict[str, list[str]]:
    """Les lignes d’un export, sans leur ordre ni celui de leurs listes, ni ce qui peut changer."""
    return {
        name: sorted(json.dumps(_plain(row), sort_keys=True, ensure_ascii=False) for row in table_rows)
        for name, table_rows in rows(path).items()
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(child) for name, child in value.items() if name not in CHANGES}
    return sorted(map(str, value)) if isinstance(value, list) else value


@pytest.mark.slow("each example is written, read, and written again")
@pytest.mark.parametrize("format", FILES)
@given(sheet=SHEETS)
@settings(
    max_examples=times(10, 15),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_what_another_directory_imports_leaves_it_the_same(tmp_path_factory, format, sheet):
    folder = tmp_path_factory.mktemp("tour")
    if format in (
        loss.LMN,
        loss.GEOJSON,
        loss.DATASPACE,
    ):  # no place without a street, in the national schema
        sheet = {"adresse": "12 rue des Lilas", **sheet}
    if format == loss.GEOJSON:  # a map names what its places say alone: one word of the schema gives it away
        sheet = {"modalites_acces": ["call"], **sheet}
    first = written(format, [sheet], folder / "ici")
    second = written(format, read(first), folder / "ailleurs")
    assert compared(second) == compared(first)


@pytest.mark.parametrize(
    "more",
    [
        {"telephone": ["+33476000001"], "courriels": ["a@le-lien.fr"], "prise_rdv": ["https://a.fr/"]},
        {"modalites_acces": ["prescribe"], "courriels": ["a@le-lien.fr"], "avant_de_venir": "Sonnez."},
        {"modalites_acces": ["come", "prescribe"]},
        {"dispositif_programmes_nationaux": ["france-services"]},
        {"frais_a_charge": ["free", "paid"], "frais_precisions": "2 € la séance"},
        {"latitude": 45.2, "longitude": 5.7},  # of few figures, and that of the place
    ],
)
def test_a_round_trip_through_data_inclusion_adds_no_fact(tmp_path, more):
    """Un téléphone ne dit pas que l’on appelle pour venir : rien n’y est écrit que la fiche ne dise."""
    sheet = {**WHERE, "id": "lieu-1", "nom": "Le Relais", "date_maj": "2026-05-02", **more}
    (again,) = read(written(loss.DATA_INCLUSION, [sheet], tmp_path / "tour"))
    changed = {name for name in {*sheet, *again} - {"id", "source"} if sheet.get(name) != again.get(name)}
    assert not changed


DISPLACED = ("acces_precisions", "avant_de_venir")  # sentences of other fields, told among these


@pytest.mark.slow("a real census is written and read")
def test_the_page_of_formats_counts_what_a_round_trip_changes(tmp_path):
    """Les 310 lieux de l’Isère, écrits en data·inclusion puis relus : case par case, la page dit ce qui diffère."""
    census = files.places(forms.read(cards()["hinaura-isere"].file), today=ON, source="Un territoire")
    sheets = {
        rules.address_of(str(row.sheet["id"]), row.sheet): {"date_maj": "2026-05-02", **row.sheet}
        for row in census.accepted
    }
    again = {
        sheet["id"]: sheet for sheet in read(written(loss.DATA_INCLUSION, [*sheets.values()], tmp_path / "d"))
    }
    pairs = [
        (name, sheet.get(name), again[id].get(name))
        for id, sheet in sheets.items()
        for name in {*sheet, *again[id]} - {"id", "source", "sans"}
    ]
    counts = {
        "cases": len(pairs),
        "perdues": sum(after is None for _, before, after in pairs),
        "changées": sum(None not in pair[1:] and pair[1] != pair[2] for pair in pairs),
        "ajoutées": sum(before is None for _, before, after in pairs),
    }
    page = (Path(__file__).parents[2] / "docs/methods/formats.md").read_text("utf-8")
    measured = re.search(
        r"(\d[\d ]*) cases relues : (\d+) perdues, (\d+) changées, (\d+) ajoutées", page.replace("\xa0", " ")
    )
    assert measured is not None
    assert [int(number.replace(" ", "")) for number in measured.groups()] == list(counts.values())
    assert {name for name, before, _ in pairs if before is None} <= {*DISPLACED}


@pytest.mark.parametrize("format", ["hsds", "maillage"])
def test_each_practice_has_a_column_that_is_read(format):
    text = Path(mapping.__file__).with_name("mappings").joinpath(f"{format}.yaml").read_text("utf-8")
    assert [each for each in offer.practices() if f"from: pratique_{each}," not in text] == []


def test_a_place_without_a_street_keeps_where_it_is_in_hsds(tmp_path):
    """Le standard veut une adresse entière ou aucune : le reste est dit en attributs, et revient."""
    sheet = {
        **WHERE,
        "id": "lieu-1",
        "nom": "Le Relais",
        "date_maj": "2026-05-02",
        "complement_adresse": "Bât. B",
    }
    del sheet["code_insee"]
    (again,) = read(written(loss.HSDS, [sheet], tmp_path / "ici"))
    assert {name: again[name] for name in ("commune", "code_postal", "complement_adresse")} == {
        "commune": "Grenoble",
        "code_postal": "38000",
        "complement_adresse": "Bât. B",
    }
