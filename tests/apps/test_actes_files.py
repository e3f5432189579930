"""Acts written for others and read back; the load of a territory: counted once, protected, nobody named."""

import csv
import io
import tracemalloc
from datetime import date, timedelta

import pytest

from maillage.apps.agenda.actions import planning, seats
from maillage.apps.agenda.rules import workshops as agenda
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.actions import acts as actes_actions
from maillage.apps.people.actes.actions import reading
from maillage.apps.people.actes.forms import files
from maillage.apps.people.actes.forms.filters import AssumptionForm
from maillage.apps.people.actes.models import Act
from maillage.apps.people.actes.queries import activities as own
from maillage.apps.people.actes.queries import lists
from maillage.apps.people.actes.queries import load as loads
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.referrals.orientations.queries import activities
from maillage.kernel.errors import Refused
from maillage.kernel.estimate import Estimate, Withheld
from maillage.reference import procedures
from tests.conftest import account
from tests.support.acts import AT, draft, stored
from tests.support.places import place

pytestmark = pytest.mark.django_db
TODAY = AT.date()
YEAR = (date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def library(lieu):
    return lieu.structure


@pytest.fixture
def andrei(aidant, library):
    return people.welcome(by=aidant, structure=library, nickname="M. Andrei", at=AT)


def coop(structures=None) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(activities.coop(structures, *YEAR))))


def served(lieu, person, *, minutes=60, procedure="travail", at=AT) -> Orientation:
    """Return a referral step at which somebody was helped."""
    path = Path.objects.create(person=person, made_at=at, origin="person")
    return Orientation.objects.create(
        path=path, person=person, lieu=lieu, lieu_name=lieu.name, to_structure=lieu.structure, need="formation",
        procedure=procedure, minutes=minutes, served_at=at, sent_at=at, prepared_at=at, changed_at=at, origin="person",
        level_after="autonome", state="served",
    )  # fmt: skip


def test_an_act_is_an_individual_activity_of_the_coop(aidant, library, andrei):
    actes_actions.note(
        draft(kind=rules.DEMONSTRATED, procedure="impots"), by=aidant, structure=library, person=andrei, at=AT
    )
    (row,) = coop()
    assert list(row) == list(agenda.COOP_COLUMNS)
    assert (row["type"], row["date"], row["duree"], row["type_lieu"]) == (
        *("individuel", "2026-11-23", "15", "lieu_activite"),
    )
    assert (row["thematiques"], row["autonomie"]) == ("argent_impots", "partiellement_autonome")
    assert (row["suivis"], row["anonymes"], row["accompagnements"]) == ("1", "0", "1")
    assert "Andrei" not in activities.coop(None, *YEAR)


def test_each_theme_of_the_coop_is_written_and_read_under_its_own_key(aidant, library):
    families = {family.coop: key for key, family in procedures.families().items()}
    key_by_theme = families | {key: key for key in procedures.themes()}
    assert len(key_by_theme) == 30
    assert {key: own.themes_of([key]) for key in key_by_theme.values()} == {
        key: (theme,) for theme, key in key_by_theme.items()
    }


def test_several_themes_of_an_act_are_all_declared_and_counted_together(aidant, library):
    actes_actions.note(
        draft(procedure="courrier-lu", more="|email|boite-mail|"), by=aidant, structure=library, at=AT
    )
    (row,) = coop()
    assert row["thematiques"] == "papiers_elections_citoyennete|email"
    (total,) = activities.totals(None, *YEAR, by_theme=True)
    assert (total.themes, total.n) == (("papiers_elections_citoyennete", "email"), 1)


def test_workshops_steps_and_acts_stand_in_one_table(aidant, library, lieu):
    values = {"title": "Mail", "subject": "mail", "level": "debutant", "lieu": lieu, "capacity": 4}
    values |= {"starts_at": AT + timedelta(days=1), "ends_at": AT + timedelta(days=1, hours=2)}
    workshop = planning.plan(by=aidant, structure=library, values=values, at=AT)
    seat = seats.book(workshop=workshop, name="Fatou", by=aidant, channel="counter", at=AT)
    type(seat).objects.update(came=True)
    step = served(lieu, None)
    act = actes_actions.note(draft(), by=aidant, structure=library, at=AT)
    rows = {row["id"]: row["type"] for row in coop()}
    assert rows == {
        f"atelier-{workshop.pk}": "collectif",
        f"orientation-{step.pk}": "individuel",
        str(act.uid): "individuel",
    }
    assert coop([library.pk + 1000]) == []


@pytest.mark.parametrize(
    ("procedure", "step", "days", "is_same_act"),
    [
        ("actualisation", "travail", 0, True),
        ("actualisation", "autre", 0, True),
        ("actualisation", "sante", 0, False),
        ("actualisation", "travail", 1, False),
        ("prime-activite", "argent", 0, True),
        ("email", "mail", 0, True),
        ("bureautique", "mail", 0, False),
    ],
)
def test_an_act_that_a_referral_step_tells_is_counted_once(
    aidant, library, lieu, andrei, procedure, step, days, is_same_act
):
    served(lieu, andrei, procedure=step, at=AT - timedelta(days=days))
    actes_actions.note(draft(procedure=procedure), by=aidant, structure=library, person=andrei, at=AT)
    actes_actions.note(draft(procedure=procedure), by=aidant, structure=library, at=AT)
    assert len(coop()) == 2 + (not is_same_act)


def test_struck_and_invented_acts_are_not_declared(aidant, library):
    act = actes_actions.note(draft(), by=aidant, structure=library, at=AT)
    actes_actions.note(draft(), by=aidant, structure=library, at=AT, example=True)
    actes_actions.strike(act, by=aidant, at=AT)
    assert coop() == []


def again(format: str, text: str) -> tuple[int, files.Contents]:
    """Take in a file, some rows at a time; return how many acts are new, and all that it held."""
    new, rows, faults, n_skipped, read = 0, [], [], 0, 0.0
    for part in files.read(io.BytesIO(text.encode()), format, today=TODAY):
        new += reading.take_in(part.rows, source=format, at=AT)
        assert part.read > read
        rows, faults, n_skipped, read = (
            [*rows, *part.rows],
            [*faults, *part.faults],
            n_skipped + part.n_other_rows,
            part.read,
        )
    return new, files.Contents(rows, faults, n_skipped, read)


@pytest.mark.parametrize("format", files.FORMATS)
def test_what_was_written_is_read_back_and_read_again_changes_nothing(aidant, library, lieu, format):
    noted_act = actes_actions.note(draft(precision="Avec son fils"), by=aidant, structure=library, at=AT)
    actes_actions.note(
        draft(kind=rules.DEMONSTRATED, minutes=30, where=rules.DISTANCE), by=aidant, structure=library, at=AT
    )
    texts = {
        files.COOP: activities.coop(None, *YEAR),
        files.MAILLAGE: lists.table(own.of_period(None, *YEAR)),
    }
    assert again(format, texts[format])[0] == 0
    before = list(Act.objects.order_by("uid").values_list("uid", "kind", "minutes", "where", "on_day"))
    Act.objects.all().delete()
    new, contents = again(format, texts[format])
    assert (new, contents.faults, contents.n_other_rows) == (2, [], 0)
    assert (
        list(Act.objects.order_by("uid").values_list("uid", "kind", "minutes", "where", "on_day")) == before
    )
    assert again(format, texts[format])[0] == 0
    assert Act.objects.get(uid=noted_act.uid).precision == ""
    assert list(Act.objects.order_by("where").values_list("where", "lieu")) == [
        (rules.DISTANCE, None),
        (rules.ON_SITE, lieu.pk),
    ]


def test_a_struck_act_stays_struck_in_our_own_table(aidant, library):
    act = actes_actions.note(draft(), by=aidant, structure=library, at=AT)
    actes_actions.strike(act, by=aidant, at=AT)
    text = lists.table(own.of_period(None, *YEAR))
    Act.objects.all().delete()
    again(files.MAILLAGE, text)
    assert Act.objects.get().struck_at is not None


@pytest.mark.parametrize(
    ("column", "value", "cure"),
    [
        ("date", "23/11/2026", "2026-11-23"),
        ("heure", "dix heures", "09:30"),
        ("structure", "Inconnue", "nom exact"),
        ("nature", "fait", "a_sa_place"),
        ("demarche", "inconnue", "famille"),
        ("minutes", "0", "720"),
        ("ou", "dehors", "domicile"),
        ("fin", "fini", "en_attente"),
        ("id", "", "ne change pas"),
        ("a_regulariser_avant", "0001-01-01T00:00:00", "export"),
        ("date", "2098-01-01", "jour de l’acte"),
        ("date", "0001-01-01", "2026-11-23"),
        ("commune", "=1+1", "38185"),
        ("minutes", "²", "720"),
    ],
)
def test_wrong_row_is_reported_with_its_cell_and_the_rest_is_read(aidant, library, column, value, cure):
    for _ in range(2):
        actes_actions.note(draft(), by=aidant, structure=library, at=AT)
    rows = list(csv.DictReader(io.StringIO(lists.table(own.of_period(None, *YEAR)))))
    Act.objects.all().delete()
    rows[1][column] = value
    out = io.StringIO()
    writer = csv.DictWriter(out, lists.COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    new, reading = again(files.MAILLAGE, out.getvalue())
    (fault,) = reading.faults
    assert (new, fault.line, fault.column, fault.value) == (1, 3, column, value)
    assert cure in fault.cure


def test_unknown_activities_are_reported_and_workshops_skipped(library):
    head = "id,type,date,duree,type_lieu,structure,thematiques"
    name = library.name
    text = "\n".join(
        (
            head,
            f"a,individuel,2026-11-23,20,domicile,{name},email|logement",
            f"b,individuel,2026-11-23,20,domicile,{name},crochet",
            f"c,individuel,2026-11-23,20,autre,{name},logement",
            f"d,collectif,2026-11-23,120,lieu_activite,{name},email",
            f"orientation-3,individuel,2026-11-23,20,lieu_activite,{name},logement",
        )
    )
    new, contents = again(files.COOP, text)
    assert (new, contents.n_other_rows, [fault.column for fault in contents.faults]) == (
        1,
        2,
        ["thematiques", "type_lieu"],
    )
    act = Act.objects.get()
    assert (act.subjects, act.where) == (["logement", "email"], "home")


HEAD = "id,type,date,duree,type_lieu,structure,thematiques"


def test_duplicate_number_is_reported_with_its_first_line(library):
    rows = [f"a,individuel,2026-11-0{day},20,domicile,{library.name},logement" for day in (2, 3)]
    new, contents = again(files.COOP, "\n".join((HEAD, *rows)))
    (fault,) = contents.faults
    assert (new, fault.line, fault.column) == (1, 3, "id")
    assert "ligne 2" in fault.reason
    assert Act.objects.get().on_day == date(2026, 11, 2)


def test_duplicate_number_is_reported_across_parts_of_a_long_file(library, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 10)
    rows = [f"{n},individuel,2026-11-02,20,domicile,{library.name},logement" for n in range(95)]
    new, contents = again(files.COOP, "\n".join((HEAD, *rows, rows[3])))
    assert (new, contents.read, [fault.line for fault in contents.faults]) == (95, 1.0, [97])
    assert "ligne 5" in contents.faults[0].reason
    assert Entry.objects.filter(verb="act.read").count() == 95
    assert again(files.COOP, "\n".join((HEAD, *rows)))[0] == 0


def test_too_long_file_is_refused_before_storage(library, monkeypatch):
    monkeypatch.setattr(files, "MOST_ROWS", 20)
    rows = [f"{n},individuel,2026-11-02,20,domicile,{library.name},logement" for n in range(21)]
    with pytest.raises(Refused, match="Rien n’en a été gardé") as refused:
        again(files.COOP, "\n".join((HEAD, *rows)))
    assert "plus de 20 lignes" in refused.value.why
    assert not Act.objects.exists()
    assert again(files.COOP, "\n".join((HEAD, *rows[:20])))[0] == 20


def test_truncated_file_is_refused_before_storage(library, monkeypatch):
    monkeypatch.setattr(files, "AT_ONCE", 10)
    rows = [f"{n},individuel,2026-11-02,20,domicile,{library.name},logement" for n in range(50)]
    for end in (b"\xc3", b'"' + b"x" * 200_000):
        with pytest.raises(Refused, match="pas lisible"):
            list(files.read(io.BytesIO("\n".join((HEAD, *rows, "")).encode() + end), files.COOP, today=TODAY))
    assert not Act.objects.exists()


def test_what_a_file_takes_in_memory_does_not_follow_its_length(db):
    """Rows that are not acts are read as the others are: only what is kept of them is measured."""

    def peak(n: int) -> int:
        rows = (f"{k},collectif,2026-11-02,20,lieu_activite,Nulle part,logement" for k in range(n))
        file = io.BytesIO("\n".join((HEAD, *rows)).encode())
        tracemalloc.start()
        try:
            assert sum(part.n_other_rows for part in files.read(file, files.COOP, today=TODAY)) == n
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1_000)  # what is read once for all
    few, many = peak(2_000), peak(6_000)  # two parts: one is let go when the next is read
    assert many - few < 4_000 * 64, "a number takes 8 bytes; a row held, a thousand"


def test_a_name_that_two_structures_wear_is_nobody_s(library):
    place("ailleurs", {"nom": library.name, "pivot": "21380185500015"})
    new, contents = again(files.COOP, f"{HEAD}\na,individuel,2026-11-02,20,domicile,{library.name},logement")
    assert (new, [fault.column for fault in contents.faults]) == (0, ["structure"])


def test_hostile_cell_is_reported_short_and_escaped(library):
    wrong = "\x1b[2J" + "x" * 5_000
    _, contents = again(files.COOP, f"{HEAD}\na,{wrong},2026-11-02,20,domicile,{library.name},logement")
    (fault,) = contents.faults
    assert len(fault.value) <= files.MAX_QUOTED
    assert "\x1b" not in fault.value


def test_a_quote_left_open_in_a_long_file_is_refused(db):
    csv.field_size_limit(10**9)  # as a library does for the whole process
    with pytest.raises(Refused, match="guillemet"):
        files.read(io.BytesIO(f'{HEAD}\n"{"x" * 200_000}'.encode()), files.COOP, today=TODAY)


def test_a_quote_left_open_swallows_no_row_without_a_word(library):
    rows = [f"{n},individuel,2026-11-02,20,domicile,{library.name},logement" for n in range(4)]
    rows[1] = rows[1].replace("logement", '"logement')
    with pytest.raises(Refused, match="à partir de la ligne 3"):
        again(files.COOP, "\n".join((HEAD, *rows)))


def test_a_fault_names_the_line_of_its_row_after_blank_ones_and_cells_on_two_lines(library):
    name = library.name
    rows = [
        f"a,individuel,2026-11-02,20,domicile,{name},logement",
        "",
        ",,,,,,",
        f'b,individuel,2026-11-02,20,domicile,"{name}\n",logement',
        f"c,individuel,2026-11-02,900,domicile,{name},logement",
    ]
    _, contents = again(files.COOP, "\n".join((HEAD, *rows)))
    assert [(fault.line, fault.column) for fault in contents.faults] == [(7, "duree")]


def test_row_longer_than_header_is_reported_and_the_rest_is_read(library):
    row = f"individuel,2026-11-02,20,domicile,{library.name},logement"
    new, contents = again(files.COOP, f"{HEAD}\na,{row}\nb,{row},oui\nc,{row},,\n")
    (fault,) = contents.faults
    assert (new, fault.line, fault.column, fault.value) == (2, 3, "n° 8", "oui")


def test_duplicate_column_is_refused(library):
    with pytest.raises(Refused, match="deux fois la colonne duree"):
        again(files.COOP, f"{HEAD},duree\na,individuel,2026-11-02,20,domicile,{library.name},logement,30")


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", "é".encode("latin-1"), b""])
def test_what_is_no_table_of_that_format_is_refused(content, db):
    with pytest.raises(Refused):
        files.read(io.BytesIO(content), files.MAILLAGE, today=TODAY)


# --------------------------------------------------------------------------------------------------------- the load


def many(structure, n: int, **more) -> None:
    for _ in range(n):
        stored(draft(**more), structure=structure)


def in_month(month: int, structure, n: int, **more) -> None:
    many(structure, n, done_at=AT.replace(month=month), **more)


def read_load(structures=None, since=YEAR[0], until=YEAR[1]) -> loads.Load:
    return loads.load(structures, since, until, loads.assumptions())


def sums(load: loads.Load) -> list[tuple[int, int]]:
    """Return the acts and the minutes that each table of a load adds up to, then those in place."""
    tables = [[row.total for row in rows] for rows in (load.months, load.kinds)]
    cells = [(sum(each.n for each in totals), sum(each.minutes for each in totals)) for totals in tables]
    return [*cells, (load.cost.acts, load.cost.minutes) if load.cost else (0, 0)]


@pytest.mark.parametrize("n", [1, 4, 10])
def test_a_month_of_few_acts_is_not_the_difference_of_two_periods(library, n):
    """The acts of April were those of a load to April, less those of a load to March, minutes included."""
    for month in (1, 2, 3):
        in_month(month, library, 40, kind=rules.PLACE)
    in_month(4, library, n, kind=rules.PLACE, minutes=47)
    to_march, to_april = (read_load(until=date(2026, month, 30)) for month in (3, 4))
    for (before, _), (after, minutes) in zip(sums(to_march), sums(to_april), strict=True):
        assert (after - before) % 11 == 0 and after <= 120 + n
        assert minutes % 60 == 0
    assert to_april.n - to_march.n in (0, 11)
    from_february, from_march = (read_load(since=date(2026, month, 1)) for month in (2, 3))
    assert (from_february.n - from_march.n) % 11 == 0


def test_a_commune_of_few_acts_is_not_the_difference_of_two_territories(library):
    nearby_structure = place(
        "corenc", {"code_insee": "38126", "nom": "Corenc", "pivot": "21380126500011"}
    ).structure
    many(library, 50, kind=rules.PLACE)
    many(nearby_structure, 4, kind=rules.PLACE, minutes=47)
    both, one = read_load(frozenset({"38185", "38126"})), read_load(frozenset({"38185"}))
    assert (both.n, one.n) == (44, 44)
    assert [n for n, _ in sums(both)] == [n for n, _ in sums(one)] == [44, 44, 44]


def test_few_acts_are_published_nowhere_on_the_page(library):
    many(library, 30, minutes=20)
    many(library, 4, kind=rules.DEMONSTRATED)
    many(library, 20, kind=rules.PLACE)
    load = read_load()
    (month,) = load.months
    cell_by_kind = dict(zip(rules.KINDS, month.cells, strict=True))
    assert cell_by_kind["shown"] == loads.Cell(None, None)
    assert cell_by_kind["together"] == loads.Cell(22, 420), "440 minutes, to the hour"
    assert (month.total.n, load.n, load.cost.acts) == (33, 33, 11)
    assert [row.total.n for row in load.kinds] == [33]


def test_structure_type_without_published_acts_is_not_named(library):
    """That somebody came there is already a small count."""
    social = place("sls", {"nom": "SLS", "typologie": ["CMS"]}).structure
    many(library, 30)
    many(social, 5)
    assert [row.label for row in read_load().kinds] == [
        row.label for row in read_load(frozenset({"38185"})).kinds
    ]
    assert len(read_load().kinds) == 1


def test_a_month_whose_acts_wait_for_their_lot_is_not_listed(library):
    in_month(2, library, 10)
    in_month(3, library, 1)
    load = read_load()
    assert [(row.label, row.total.n) for row in load.months] == [("mars 2026", 11)]
    assert read_load(until=date(2026, 2, 28)).months == []


def test_invented_acts_are_counted_one_by_one(library):
    many(library, 30, kind=rules.PLACE)
    for kind, n in ((rules.PLACE, 3), (rules.DEMONSTRATED, 1)):
        for _ in range(n):
            stored(draft(kind=kind, minutes=7), structure=library, example=True)
    load = read_load()
    (month,) = load.months
    assert (load.examples, load.n, load.least) == (True, 4, 0)
    assert dict(zip(rules.KINDS, month.cells, strict=True))["shown"] == loads.Cell(1, 7)
    assert (load.cost.acts, load.cost.minutes, load.cost.people) == (3, 21, 3)


def test_what_falls_on_social_workers_is_a_share_with_its_interval(library):
    social = place("sls", {"nom": "SLS", "typologie": ["CMS"]}).structure
    assert social.kind in loads.SOCIAL_WORK
    many(library, 33)
    many(social, 22)
    share = read_load().social
    assert isinstance(share, Estimate)
    assert (share.value, share.n, share.method) == (40.0, 55, "actes")
    assert share.low < 40 < share.high
    many(social, 5)
    assert read_load().social.n == 55, "a few more wait for their lot"
    Act.objects.filter(structure=social).delete()
    many(social, 5)
    assert isinstance(read_load().social, Withheld)


def test_the_cost_of_learning_follows_what_the_reader_assumes(library, andrei):
    many(library, 12, kind=rules.PLACE, minutes=30)
    Act.objects.update(person=andrei)
    many(library, 10, kind=rules.PLACE, minutes=30)
    stated = read_load().cost
    assert (stated.acts, stated.minutes, stated.people) == (22, 660, 11)
    assert (stated.assumed, stated.alone, stated.together, stated.breakeven) == (110, 330, 55, 6)
    changed = loads.load(None, *YEAR, loads.Assumptions(10, 60, 3)).cost
    assert (changed.assumed, changed.alone, changed.together, changed.breakeven) == (220, 660, 220, 6)
    assert read_load(since=date(2025, 1, 1), until=date(2025, 12, 31)).cost is None


def test_many_acts_for_one_person_do_not_say_how_few_they_are(library, andrei):
    """« Apprendre à chaque personne (1) » le disait."""
    many(library, 30, kind=rules.PLACE)
    Act.objects.update(person=andrei)
    assert read_load().cost is None


def test_another_territory_is_not_counted(library):
    many(library, 20)
    assert read_load(frozenset({"38185"})).n == 11
    assert read_load(frozenset({"59350"})).n == 0


@pytest.mark.parametrize(
    ("form_data", "counted"),
    [
        ({}, (date(2025, 11, 1), date(2026, 10, 31))),
        ({"du": "2026-03-12", "au": "2026-05-02"}, (date(2026, 3, 1), date(2026, 5, 31))),
        ({"du": "2026-05-02", "au": "2026-03-12"}, (date(2026, 3, 1), date(2026, 5, 31))),
        ({"du": "2026-11-03", "au": "2026-11-20"}, (date(2026, 10, 1), date(2026, 10, 31))),
        ({"du": "2026-02-01", "au": "2031-01-01"}, (date(2026, 2, 1), date(2026, 10, 31))),
    ],
)
def test_a_load_counts_whole_months_that_are_over(form_data, counted):
    """Two periods that differ by a day would differ by the acts of a few."""
    assert AssumptionForm(form_data).period(date(2026, 11, 20), timedelta(days=365))[:2] == counted


def test_the_page_of_the_load_says_its_period_its_method_and_its_assumptions(client, library, monkeypatch):
    many(library, 25, kind=rules.PLACE)
    monkeypatch.setattr("maillage.apps.people.actes.views.load.timezone.localdate", lambda: date(2027, 1, 15))
    client.force_login(account("coordination", "coordination", territory="38"))
    page = client.get(
        "/espace/actes/charge/?du=2026-01-01&au=2026-12-31&place=10&apprendre=60&places=3"
    ).content.decode()
    for words in (
        "22 actes",
        "par lots de",
        "1er janvier 2026",
        "/methodes/actes/",
        'value="60"',
        "Deux craintes reviennent",
        'href="/espace/enquetes/"',
    ):
        assert words in page
