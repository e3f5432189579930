"""Zones as clerks write them: titles, merged cells, codes or names, IRIS, several sheets, one column a zone."""

import io

import openpyxl
import pytest

from maillage.kernel.errors import Refused
from maillage.statistics.need import population as frames
from maillage.statistics.zones import zone_files
from maillage.statistics.zones.territories import gazetteer

LOIRE_FOREZ, SAINT_MALO = "200065886", "243500782"


def read(content: bytes, name: str = "zones.csv", code: str = LOIRE_FOREZ) -> zone_files.ZoneFile:
    return zone_files.read(content, name=name, territory=gazetteer().get(code), iris=frames.sources().rp2021)


def areas(zone_file: zone_files.ZoneFile) -> dict[str, tuple[str, ...]]:
    return {zone.name: zone.areas for zone in zone_file.zones}


def workbook(sheets: dict[str, list[list[object]]], merged: dict[str, str] | None = None) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
        for span in (merged or {}).get(title, "").split():
            sheet.merge_cells(span)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


PLAIN = {"Plaine": ("Montbrison", "Savigneux"), "Montagne": ("Noirétable", "Sauvain")}
MERGED_SHEETS = {
    "Lisez-moi": [["Découpage validé en bureau"]],
    "Population": [
        ["Code INSEE", "Libellé", "Habitants", "Femmes"],
        *([code, "…", 1, 1] for code in ("42147", "42299", "42159", "42298")),
    ],
    "Zones": [
        ["Bassins de vie 2026", None, None],
        ["Bassin de vie", "Code INSEE", "Observations"],
        ["Plaine", 42147, None],
        [None, 42299, "à confirmer"],
        ["Montagne", 42159, None],
        [None, 42298, None],
    ],
}
FORMS = {
    "names in a CSV of Excel": (
        "Zones du territoire;;\nSecteur;Commune;Avis\nPlaine;MONTBRISON;\nPlaine;Savigneux;\n"
        "Montagne;Noiretable;oui\nMontagne;sauvain;\nTOTAL;4;\n".encode("cp1252")
    ),
    "merged cells, and other sheets": workbook(MERGED_SHEETS, {"Zones": "A1:C1 A3:A4 A5:A6"}),
    "each zone written once": b"Zone,Code\nPlaine,42147\n,42299\nMontagne,42159\n,42298\n",
    "a sheet for each zone": workbook({name: [["Commune"], *([town] for town in towns)] for name, towns in PLAIN.items()}),
    "a column for each zone": "Plaine;Montagne\nMontbrison;Noirétable\nSavigneux;Sauvain\n".encode(),
    "several communes in a cell": ("Pôle;Communes\nPlaine;Montbrison et Savigneux\nMontagne;Noirétable, Sauvain\n".encode()),
    "code and name in a cell": b"Zone;Commune\nPlaine;42147 - Montbrison\nPlaine;Savigneux (42299)\nMontagne;42159\nMontagne;42298\n",
    "no names of columns": b"Plaine;42147\nPlaine;42299\nMontagne;42159\nMontagne;42298\n",
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_zones_are_read_whatever_the_form_of_the_table(form):
    zone_file = read(FORMS[form], "zones")
    assert areas(zone_file) == PLAIN
    assert not zone_file.faults and not zone_file.in_two_zones
    assert "Boën-sur-Lignon" in zone_file.left_out


def test_zones_may_be_made_of_iris():
    zone_file = read(b"zone;iris;quartier\n1;352880101;a\n2;352880102;b\n", code=SAINT_MALO)
    names = list(areas(zone_file).items())
    assert [name for name, _ in names] == ["Zone 1", "Zone 2"]
    assert all(area.endswith("(Saint-Malo)") for _, (area,) in names)


def test_a_former_commune_is_read_as_the_commune_of_today_with_a_note():
    zone_file = read("Zone;Commune\nNord;Saint-Thurin\nNord;L'Hôpital sous Rochefort\n".encode())
    assert areas(zone_file) == {"Nord": ("Solore-en-Forez", "Vêtre-sur-Anzon")}
    assert "« Saint-Thurin », commune fusionnée, est lue Vêtre-sur-Anzon (42245)" in zone_file.notes[0]


REFUSED = """Zone;Code;Commune
Nord;42147;Montbrison
Sud;42147;Montbrison
Sud;;Feurs
Sud;42600;
Sud;42299;Noirétable
Sud;;Atlantide
Sud;;
Sud;42159;Noirétable
"""


def test_a_wrong_line_is_left_out_with_its_reason_alone():
    zone_file = read(REFUSED.encode())
    assert areas(zone_file) == {"Sud": ("Noirétable",)}
    assert zone_file.in_two_zones == ("Montbrison",)
    assert [(fault.line, fault.column, fault.value) for fault in zone_file.faults] == [
        (3, "Code", "42147"),
        (4, "Commune", "Feurs"),
        (5, "Code", "42600"),
        (6, "Code", "42299, Noirétable"),
        (7, "Commune", "Atlantide"),
        (8, "Commune", ""),
    ]
    reasons = [fault.reason for fault in zone_file.faults]
    assert reasons[0] == "déjà dans la zone Nord (ligne 2)"
    assert "n’est pas une commune" in reasons[1] and "code postal" in reasons[2]
    assert "deux communes différentes" in reasons[3]
    assert all(fault.do.endswith(".") for fault in zone_file.faults)


def test_a_name_with_a_slip_is_read_with_a_note():
    zone_file = read("Zone;Commune\nNord;Montbrisson\nNord;Boën\n".encode())
    assert areas(zone_file) == {"Nord": ("Boën-sur-Lignon", "Montbrison")}
    assert len(zone_file.notes) == 2


@pytest.mark.parametrize("content", [b"a;b\n1;2\n", b"Commune;Habitants\nMontbrison;3\nSauvain;4\n"])
def test_a_table_without_zones_is_refused_with_its_columns(content):
    with pytest.raises(Refused, match="aucune colonne ne donne"):
        read(content)


def test_two_zones_whose_names_give_one_code_stay_two():
    zone_file = read(
        "Zone;Commune\nSecteur de la plaine du Forez;42147\nSecteur de la plaine de Boën;42019\n".encode()
    )
    assert len({zone.code for zone in zone_file.zoning.zones}) == 2
