"""Tables of another shape than a row per place: read as they are meant, or refused with the right reason."""

import io
from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.styles import Font

from maillage.kernel.errors import Refused
from maillage.sources.offer import files
from maillage.sources.offer.clean import phone
from maillage.sources.offer.forms import read as forms
from maillage.sources.offer.read import Result

ON = date(2026, 11, 30)
HEADER = ("Nom", "Adresse", "Code postal", "Commune", "Téléphone")
# Made places of Nièvre and Cher.
PLACES = (
    ("Médiathèque Jean-Jaurès", "17 place Saint-Étienne", "58000", "Nevers", "03 86 00 00 01"),
    ("Relais numérique du Marché", "5 place du Marché", "58200", "Cosne-Cours-sur-Loire", "03 86 00 00 02"),
    ("France Services Decize", "3 avenue de Verdun", "58300", "Decize", "03 86 00 00 03"),
    ("Centre social de la Chancellerie", "4 rue du Moulon", "18000", "Bourges", "02 48 00 00 04"),
)
NAMES = [place[0] for place in PLACES]


def table(*rows, separator: str = ";") -> str:
    return "".join(separator.join(map(str, row)) + "\n" for row in rows)


def places(content: str | bytes, name: str = "lieux.csv") -> Result:
    return files.places(
        forms.parse(content.encode() if isinstance(content, str) else content, name), today=ON
    )


def names(result: Result) -> list[str]:
    return [row.sheet["nom"] for row in result.accepted]


def hours(result: Result) -> list[str | None]:
    return [(row.sheet.get("horaires") or {}).get("osm") for row in result.accepted]


# ------------------------------------------------------------------------------- a row per day, per service


def test_a_row_per_opening_day_is_one_place_with_its_week():
    rows = [(*place, day, "9h-12h / 14h-17h") for place in PLACES for day in ("Lundi", "mardi", "Jeudi")]
    result = places(table((*HEADER, "Jour", "Horaires"), *rows))
    assert (names(result), result.united) == (NAMES, 8)
    assert set(hours(result)) == {"Mo-Tu,Th 09:00-12:00,14:00-17:00"}


def test_two_rows_of_one_day_are_its_morning_and_its_afternoon():
    spans = (("Lundi", "09:00", "12:00"), ("Lundi", "14:00", "17:30"), ("Mercredi", "09:00", "12:00"))
    rows = [(*place, *span) for place in PLACES for span in spans]
    result = places(table((*HEADER, "Jour", "Ouverture", "Fermeture"), *rows))
    assert names(result) == NAMES
    assert set(hours(result)) == {"Mo 09:00-12:00,14:00-17:30; We 09:00-12:00"}


def test_a_place_written_once_over_its_days_is_read_on_each():
    rows = [
        (*(place if not rank else ("",) * 5), day, "9h-12h")
        for place in PLACES
        for rank, day in enumerate(("lundi", "mardi", "mercredi"))
    ]
    result = places(table((*HEADER, "Jour", "Horaires"), *rows))
    assert (names(result), result.n_refused) == (NAMES, 0)
    assert set(hours(result)) == {"Mo-We 09:00-12:00"}
    assert any(note.startswith("Ligne sous un lieu écrit une seule fois") for note in result.notes)


def test_a_row_per_service_is_one_place_with_its_services():
    services = ("Aide aux démarches", "Prêt d’ordinateur", "Wifi")
    rows = [
        (*(place if not rank else ("",) * 5), service)
        for place in PLACES
        for rank, service in enumerate(services)
    ]
    result = places(table((*HEADER, "Service"), *rows))
    assert names(result) == NAMES
    first = result.accepted[0].sheet
    assert (first["services"], set(first["practices"])) == (["procedures"], {"pret", "wifi"})


def test_a_place_that_says_one_day_is_left_as_it_is():
    rows = [
        (*place, day, "9h-12h")
        for place, day in zip(PLACES, ("lundi", "mardi", "jeudi", "lundi"), strict=True)
    ]
    result = places(table((*HEADER, "Jour", "Horaires"), *rows))
    assert (names(result), result.united) == (NAMES, 0)


# ------------------------------------------------------------------------------------ on its side, in blocks


def test_a_table_on_its_side_is_read_column_by_column():
    result = places(
        table(*zip((*HEADER, "Horaires"), *((*place, "lun-ven 9h-12h") for place in PLACES), strict=True))
    )
    assert (names(result), set(hours(result))) == (NAMES, {"Mo-Fr 09:00-12:00"})
    assert result.accepted[0].sheet["telephone"] == ["+33386000001"]
    assert "Tableau couché, une colonne par lieu : il est lu colonne par colonne." in result.notes


def test_a_table_on_its_side_in_a_workbook_under_a_title():
    workbook = Workbook()
    for row in (("Lieux du réseau",), (), *zip(HEADER, *PLACES, strict=True)):
        workbook.active.append(row)
    out = io.BytesIO()
    workbook.save(out)
    assert names(places(out.getvalue(), "lieux.xlsx")) == NAMES


BLOCKS = {
    "a name and a value on each row": [
        line for place in PLACES for line in (*zip(HEADER, place, strict=True), ())
    ],
    "without a blank line": [line for place in PLACES for line in zip(HEADER, place, strict=True)],
    "the name of the place over its block": [
        line
        for place in PLACES
        for line in (
            (place[0], ""),
            *((f"{name} :", cell) for name, cell in zip(HEADER[1:], place[1:], strict=True)),
            (),
        )
    ],
    "a text of lines": [
        line
        for place in PLACES
        for line in (
            (place[0],),
            *((f"{name} : {cell}",) for name, cell in zip(HEADER[1:], place[1:], strict=True)),
            (),
        )
    ],
    "under a title": [
        ("Annuaire des lieux 2026",),
        (),
        *(line for place in PLACES for line in (*zip(HEADER, place, strict=True), ())),
    ],
}


@pytest.mark.parametrize("rows", BLOCKS.values(), ids=BLOCKS)
def test_a_block_per_place_is_a_place(rows):
    result = places(table(*rows))
    assert (names(result), result.n_refused) == (NAMES, 0)
    assert next(row.sheet["telephone"] for row in result.accepted) == ["+33386000001"]
    assert any(note.startswith("Un bloc par lieu") for note in result.notes)


def test_a_line_inside_a_block_goes_on_with_the_one_above():
    rows = [
        ("Nom", "Mairie"),
        ("Adresse", "2 rue Haute"),
        ("", "bâtiment B"),
        ("Code postal", "58000"),
        ("Commune", "Nevers"),
    ]
    assert [row.sheet["adresse"] for row in places(table(*rows)).accepted] == ["2 rue Haute bâtiment B"]


def test_blocks_that_name_nothing_are_refused_with_their_cure():
    rows = [line for place in PLACES for line in ((place[0],), (place[1],), (f"{place[2]} {place[3]}",), ())]
    with pytest.raises(Refused, match="plusieurs lignes, sans dire ce qu’est chacune") as refused:
        places(table(*rows))
    assert "Adresse : 12 rue de la Paix" in refused.value.do


# ------------------------------------------------------------------------------------------- a header far down


@pytest.mark.parametrize(
    "above", ["", "Note {} : tenu par le service, merci de ne rien changer", "Compte rendu du 3 mars;;"]
)
def test_a_header_on_line_forty_is_found_by_the_names_of_its_columns(above):
    content = "".join(above.format(n) + "\n" for n in range(39)) + table(HEADER, *PLACES)
    result = places(content)
    assert names(result) == NAMES
    assert [row.line for row in result.rows] == [41, 42, 43, 44]
    assert not above or any("L’en-tête est à la ligne 40" in note for note in result.notes)


def test_a_usual_table_keeps_its_first_header():
    rows = [*PLACES, ("Nom", "Adresse", "Code postal", "Commune", "Téléphone")]
    assert names(places(table(("Lieu", "Où", "CP", "Ville", "Tél"), *rows)))[:4] == NAMES


# ------------------------------------------------------------------------------------------------- Lambert 93


@pytest.mark.parametrize(
    "cell",
    [
        "714900 6655300",
        "714900,5 ; 6655300,2",
        "X=714900 Y=6655300",
        "POINT (714900 6655300)",
        "714 900 / 6 655 300",
    ],
)
def test_lambert_93_in_one_cell_is_a_point(cell):
    content = table((*HEADER, "Coordonnées"), *((*place, f'"{cell}"') for place in PLACES[:1]))
    (row,) = places(content).accepted
    assert (row.sheet["latitude"], row.sheet["longitude"]) == pytest.approx((46.996, 3.196), abs=0.01)


@pytest.mark.parametrize("cell", ["58000 1234567", "0386000001 0386000002", "123456 123456"])
def test_two_numbers_of_another_kind_are_no_point(cell):
    content = table((*HEADER, "Références"), *((*place, cell) for place in PLACES))
    assert "Références" in places(content).unread


# ------------------------------------------------------------------------------------------------ crossed out


def crossed_out(*crossed: tuple[int, int]) -> bytes:
    """Return a workbook of the places, cells struck through by their row and their column from 0."""
    workbook = Workbook()
    sheet = workbook.active
    for row in (HEADER, *PLACES):
        sheet.append(row)
    for row, column in crossed:
        sheet.cell(row + 1, column + 1).font = Font(strike=True, bold=True)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def test_a_row_crossed_out_is_left_with_its_line_and_its_cure():
    result = places(crossed_out(*((2, column) for column in range(5))), "lieux.xlsx")
    assert names(result) == [NAMES[0], *NAMES[2:]]
    (fault,) = result.faults
    assert (fault.line, fault.value) == (3, NAMES[1])
    assert "retirez le barré" in fault.do


def test_a_cell_crossed_out_leaves_its_row_with_a_note():
    result = places(crossed_out((2, 1), (3, 4)), "lieux.xlsx")
    assert names(result) == NAMES
    assert any(
        note.startswith("Ligne dont une partie est barrée") and "2 fois" in note for note in result.notes
    )


def test_a_header_crossed_out_is_still_the_header():
    assert names(places(crossed_out(*((0, column) for column in range(5))), "lieux.xlsx")) == NAMES


# --------------------------------------------------------------------------------------- a mobile beside a name


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("06 12 34 56 78 (Marie)", None),
        ("Marie Durand 06 98 76 54 32", None),
        ("Marie Durand : 03 86 00 00 01 ou 06 98 76 54 32", ["+33386000001"]),
        ("06 98 76 54 32", ["+33698765432"]),
        ("Accueil : 06 12 34 56 78", ["+33612345678"]),
        ("Conseiller numérique : 06 12 34 56 78", ["+33612345678"]),
        ("Mairie de Decize 06 12 34 56 78", ["+33612345678"]),
        ("06 12 34 56 78 (lundi matin)", ["+33612345678"]),
        ("Marie Durand 03 86 00 00 01", ["+33386000001"]),
    ],
)
def test_a_mobile_beside_a_name_is_not_published(cell, numbers):
    result = phone.clean(cell)
    assert result.value == numbers
    if numbers is None or len(numbers) < cell.count(" ou ") + 1:
        assert "à côté d’un nom" in result.reason
