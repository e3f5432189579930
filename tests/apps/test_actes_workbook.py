"""The activities of the Coop's workbook: written as the Coop writes them, read whatever was done to them."""

import io
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest
from openpyxl import Workbook, load_workbook

from maillage.apps.agenda.actions import planning, seats
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.actions import acts as actes_actions
from maillage.apps.people.actes.actions import reading
from maillage.apps.people.actes.forms import files
from maillage.apps.people.actes.models import Act
from maillage.apps.referrals.orientations.queries import activities
from maillage.kernel.errors import Refused
from maillage.publishing import coop_workbook
from maillage.reference import coop
from tests.support import coop_workbooks
from tests.support.acts import AT, draft
from tests.support.coop_workbooks import ACTIVITY, HEADERS

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
TODAY = AT.date()
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
FIRST_LINE = len(coop_workbooks.ABOVE) + 2  # of the table, under its header


@pytest.fixture
def library(lieu):
    return lieu.structure


def taken_in(file: io.BytesIO, structure) -> tuple[int, list[files.Contents]]:
    """Take a workbook in; return how many acts are new, and what was read."""
    new, parts = 0, []
    for part in files.read(file, files.COOP_BOOK, today=TODAY, structure=structure):
        new += reading.take_in(part.rows, source=files.SOURCES[files.COOP_BOOK], at=AT)
        parts.append(part)
    return new, parts


def written(structure) -> io.BytesIO:
    out = io.BytesIO()
    rows = activities.of_workbook([structure.pk], *YEAR)
    since, until = YEAR
    about = coop_workbook.Export(owner=structure.name, since=since, until=until, at=AT)
    coop_workbook.write(out, rows, about)
    out.seek(0)
    return out


def test_activities_are_written_under_the_columns_of_the_coop_one_row_a_person(aidant, library, lieu):
    act = actes_actions.note(draft(more="|email|"), by=aidant, structure=library, at=AT)
    values = {"title": "=Mail", "subject": "mail", "level": "debutant", "lieu": lieu, "capacity": 4}
    values |= {"starts_at": AT + timedelta(days=1), "ends_at": AT + timedelta(days=1, hours=2)}
    workshop = planning.plan(by=aidant, structure=library, values=values, at=AT)
    for name in ("Fatou", "Marc"):
        seat = seats.book(workshop=workshop, name=name, by=aidant, channel="counter", at=AT)
        type(seat).objects.filter(pk=seat.pk).update(came=True)
    sheet = load_workbook(written(library))["Activités"]
    lines = list(sheet.iter_rows(values_only=True))
    assert [line[:2] for line in lines[:10]] == [
        ("Informations export", None),
        ("Nom", library.name),
        ("Prénom", "-"),
        ("Rôle", "-"),
        ("Total", 3),
        ("Date d’export", "23/11/2026"),
        ("Heure d’export", "09:41"),
        (None, None),
        ("Filtres", None),
        ("Période", "01/01/2026 - 31/12/2026"),
    ]
    at = next(rank for rank, line in enumerate(lines) if line[0] == "Date")
    assert lines[at] == coop.ACTIVITY_COLUMNS
    first, *workshop_rows = (dict(zip(coop.ACTIVITY_COLUMNS, line, strict=True)) for line in lines[at + 1 :])
    assert {name: value for name, value in first.items() if value is not None} == {
        "Date": datetime(2026, 11, 23),
        "Enregistré le": "23/11/2026 à 10:41",
        "Type": "Accompagnement individuel",
        "Participants": 1,
        "Canaux d’accompagnement": "Lieu d’activité",
        "Nom du lieu": lieu.name,
        "Adresse": "1 place Grenette",
        "Commune": "Grenoble",
        "Code postal": "38000",
        "Code Insee": "38185",
        "Durée (min)": 15,
        "Thématique(s) d’accompagnement": "Social - Santé\nE-mail",
        "Nom de la démarche administrative": "Prime d’activité",
        "Niveau d’autonomie (ou de l’atelier)": "1/3",
        "Genre du bénéficiaire": "Non communiqué",
        "Tranche d’âge du bénéficiaire": "Non communiqué",
        "Statut du bénéficiaire": "Non communiqué ou hétérogène",
        "ID CRA": str(act.uid),
    }
    participants = [
        (row["Type"], row["Participants"], row["Nom de l’atelier"], row["ID CRA"]) for row in workshop_rows
    ]
    number = f"atelier-{workshop.pk}"
    assert participants == [("Atelier collectif", f"{n}/2", "=Mail", number) for n in (1, 2)]
    title = sheet.cell(at + 3, coop.ACTIVITY_COLUMNS.index("Nom de l’atelier") + 1)
    assert title.data_type == "s"


def test_no_text_of_a_workbook_is_a_formula_nor_is_a_row_lost(aidant, library, monkeypatch):
    actes_actions.note(draft(), by=aidant, structure=library, at=AT)
    Structure.objects.filter(pk=library.pk).update(name="=HYPERLINK(1)")
    library.refresh_from_db()
    owner = load_workbook(written(library))["Activités"]["B2"]
    assert (owner.value, owner.data_type) == ("=HYPERLINK(1)", "s")
    monkeypatch.setattr(coop_workbook, "MAX_LINES", 22)
    with pytest.raises(Refused, match="pas été écrit"):
        written(library)


def test_what_both_can_say_comes_back_from_a_workbook_and_twice_changes_nothing(aidant, library, lieu):
    drafts = [
        draft(procedure="rsa", more="|impots|email|"),
        draft(procedure="logement", where=rules.DISTANCE, minutes=90),
        draft(procedure="bureautique", kind=rules.DEMONSTRATED, where=rules.HOME),
    ]
    for each in drafts:
        actes_actions.note(each, by=aidant, structure=library, at=AT)
    file = written(library)
    columns = ("uid", "structure", "kind", "procedure", "more", "minutes", "where", "lieu", "on_day")
    before = list(Act.objects.order_by("uid").values_list(*columns))
    assert taken_in(file, library)[0] == 0
    Act.objects.all().delete()
    new, (part,) = taken_in(file, library)
    assert (new, part.faults, part.n_other_rows) == (3, [], 0)
    assert list(Act.objects.order_by("uid").values_list(*columns)) == before


def test_a_workbook_of_the_coop_is_read_without_anybody_s_name(library):
    new, (part,) = taken_in(coop_workbooks.activities({}), library)
    assert (new, part.faults, part.n_other_rows, part.notes) == (1, [], 0, [])
    act = Act.objects.get()
    assert (str(act.uid), act.structure, act.person, act.precision) == (
        *(ACTIVITY["ID CRA"], library, None, ""),
    )
    assert (act.on_day, act.minutes, act.kind, act.where, act.commune) == (
        *(date(2026, 11, 2), 45, rules.TOGETHER, rules.HOME, "38126"),
    )
    assert (act.procedure, act.more) == ("social", "|email|")


CHANGED = (  # by a spreadsheet, or by hand
    ("Date", "02/11/2026", {"on_day": date(2026, 11, 2)}),
    ("Date", "2026-11-02", {"on_day": date(2026, 11, 2)}),
    ("Durée (min)", "1 h 30", {"minutes": 90}),
    ("Durée (min)", "45 min", {"minutes": 45}),
    ("Durée (min)", timedelta(hours=1, minutes=30), {"minutes": 90}),
    ("Code Insee", 1053, {"commune": "01053"}),
    ("Type", "accompagnement individuel ", {"minutes": 45}),
    ("Canaux d’accompagnement", "Autre lieu", {"where": rules.ON_SITE, "lieu": None}),
    ("Canaux d’accompagnement", "A distance", {"where": rules.DISTANCE}),
    ("Niveau d’autonomie (ou de l’atelier)", datetime(2026, 3, 2), {"kind": rules.DEMONSTRATED}),
    ("Niveau d’autonomie (ou de l’atelier)", None, {"kind": rules.TOGETHER}),
    (
        "Thématique(s) d’accompagnement",
        "E-mail\r\n\nLogement",
        {"procedure": "logement", "more": "|email|"},
    ),
    ("Thématique(s) d’accompagnement", "Papiers - Élections Citoyenneté", {"procedure": "papiers"}),
    ("Nom de la démarche administrative", "RSA\nautre chose", {"procedure": "rsa", "more": "|email|"}),
)


def test_cells_changed_by_a_spreadsheet_are_read(library):
    rows = [{"ID CRA": str(UUID(int=n)), column: value} for n, (column, value, _) in enumerate(CHANGED)]
    new, (part,) = taken_in(coop_workbooks.activities(*rows), library)
    assert (new, part.faults) == (len(CHANGED), [])
    for n, (column, value, expected) in enumerate(CHANGED):
        act = Act.objects.get(uid=UUID(int=n))
        assert {name: getattr(act, name) for name in expected} == expected, (column, value)


WRONG = (
    ("Date", "mardi", "23/11/2026"),
    ("Date", 46328, "23/11/2026"),
    ("Type", "Démarche", "« Atelier collectif »"),
    ("Canaux d’accompagnement", "Dehors", "« À domicile »"),
    ("Durée (min)", "une heure", "720"),
    ("Durée (min)", 900, "720"),
    ("Code Insee", "=1+1", "38185"),
    ("Thématique(s) d’accompagnement", "Crochet", "« Logement »"),
    ("Thématique(s) d’accompagnement", None, "« Logement »"),
    ("Thématique(s) d’accompagnement", "\n".join(list(coop.theme_labels().values())[:7]), "6 au plus"),
    ("Niveau d’autonomie (ou de l’atelier)", "4/3", "« 3/3 »"),
    ("ID CRA", None, "ne change pas"),
)


def test_wrong_cells_are_reported_in_the_words_of_the_workbook(library):
    rows = [{"ID CRA": f"n° {n}", column: value} for n, (column, value, _) in enumerate(WRONG)]
    workbook = load_workbook(coop_workbooks.activities(*rows, {"ID CRA": "good"}))
    for cells in workbook["Activités"].iter_rows(min_row=FIRST_LINE):
        for cell in cells:
            if cell.data_type == "f":  # a text, as somebody typed it after an apostrophe
                cell.data_type = "s"
    new, (part,) = taken_in(coop_workbooks.saved(workbook), library)
    assert new == 1
    for n, ((column, value, cure), fault) in enumerate(zip(WRONG, part.faults, strict=True)):
        assert (fault.sheet, fault.line, fault.column) == ("Activités", FIRST_LINE + n, column)
        assert cure in fault.cure, (column, value)
        assert fault.value in " ".join(str(value or "").split())


def test_cells_merged_downwards_are_read_on_each_row_and_reported(library):
    line, other = FIRST_LINE, FIRST_LINE + 1
    file = coop_workbooks.activities({"ID CRA": "a"}, {"ID CRA": "b"}, merged=[f"A{line}:A{other}"])
    new, (part,) = taken_in(file, library)
    assert (new, set(Act.objects.values_list("on_day", flat=True))) == (2, {date(2026, 11, 2)})
    assert "fusionnées" in part.notes[0]


def test_what_the_cells_do_not_show_is_reported(library):
    workbook = load_workbook(coop_workbooks.activities({"ID CRA": "a"}, {"ID CRA": "b"}, {"ID CRA": "c"}))
    sheet = workbook["Activités"]
    sheet.cell(FIRST_LINE, HEADERS.index("Durée (min)") + 1).value = "=20+5"  # saved without its result
    sheet.merge_cells(start_row=FIRST_LINE + 1, end_row=FIRST_LINE + 1, start_column=1, end_column=4)
    sheet.append(list(HEADERS))  # of a second export, pasted under the first
    sheet.append([{**ACTIVITY, "ID CRA": "d"}.get(name) for name in HEADERS])
    new, (part,) = taken_in(coop_workbooks.saved(workbook), library)
    assert (new, [(fault.line, fault.column) for fault in part.faults]) == (
        *(2, [(FIRST_LINE, "Durée (min)"), (FIRST_LINE + 1, "Type")]),
    )
    assert ["fusionnées" in part.notes[0], "sans son résultat" in part.notes[1]] == [True, True]


def test_each_sheet_that_has_the_table_is_read(library):
    headers = HEADERS[::-1]
    row = {**ACTIVITY, "ID CRA": "b", "Durée (min)": 0}
    march = [headers, [row.get(name) for name in headers]]
    file = coop_workbooks.activities({}, sheets={"Mars": march, "Notes": [["à faire"], ["appeler"]]})
    new, (part,) = taken_in(file, library)
    (fault,) = part.faults
    assert (new, fault.sheet, fault.line, fault.column) == (1, "Mars", 2, "Durée (min)")
    assert part.notes == ["Feuilles laissées, sans ce tableau : « Notes »."]


def test_workshops_are_passed_over_however_many_rows_they_have(library):
    rows = [{"Type": "Atelier collectif", "Participants": f"{n}/3", "ID CRA": "w"} for n in (1, 2, 3)]
    new, (part,) = taken_in(coop_workbooks.activities(*rows, {"ID CRA": "a"}), library)
    assert (new, part.n_other_rows, part.faults) == (1, 3, [])


HEADERS_REFUSED = (
    (
        [name.replace("Durée (min)", "Durée en min") for name in HEADERS],
        "il manque « Durée (min) »",
        "redonnez à la colonne « Durée en min » le nom « Durée (min) »",
    ),
    ([name for name in HEADERS if name != "Type"], "il manque « Type »", "toutes ses colonnes"),
    ([*HEADERS, "ID CRA"], "« ID CRA » est donnée deux fois", "qu’une"),
    (["Nom", "Prénom", "Téléphone"], "aucune feuille n’a ce tableau", "tel que La Coop l’a donné"),
)


def test_a_changed_header_is_refused_with_its_cure(library):
    for headers, what, cure in HEADERS_REFUSED:
        with pytest.raises(Refused) as refused:
            taken_in(coop_workbooks.activities({}, headers=headers), library)
        assert what in refused.value.what
        assert cure in refused.value.do
    assert not Act.objects.exists()


def test_what_is_no_workbook_or_nobody_s_is_refused(library):
    for file in (io.BytesIO(b"Date,Type\n"), io.BytesIO(b"PK\x03\x04abc"), coop_workbooks.saved(Workbook())):
        with pytest.raises(Refused):
            taken_in(file, library)
    with pytest.raises(Refused, match="pas été lu") as refused:
        files.read(coop_workbooks.activities({}), files.COOP_BOOK, today=TODAY)
    assert "--structure" in refused.value.do
