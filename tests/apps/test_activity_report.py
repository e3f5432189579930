"""The activity report: what is counted once, what is withheld, who reads it."""

import csv
import random
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from itertools import combinations
from unittest import mock
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.sql.compiler import cursor_iter
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.people.actes.models import Act
from maillage.apps.people.persons.models import Person
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.referrals.orientations.queries import activities
from maillage.apps.referrals.orientations.rules import cycle
from maillage.apps.steering.pilotage.queries import activity_report
from maillage.manage.country import series
from maillage.publishing.page import html
from maillage.publishing.territory import activity as activity_document
from maillage.web import bulk
from maillage.words.dates import in_words
from tests.conftest import account
from tests.support.places import place

pytestmark = pytest.mark.django_db
PAGE = "/espace/pilotage/activite/"
SINCE, UNTIL = date(2026, 1, 1), date(2026, 6, 30)
SENT = datetime(2026, 3, 2, 10, tzinfo=UTC)
DAY = "'2026-03-02 10:00:00'"
PERIOD = {"du": "2026-01-01", "au": "2026-06-30"}


@pytest.fixture
def structures(home):
    return [
        Structure.objects.create(key=f"s-{name}", name=name, code_insee=commune)
        for name, commune in (("Le Pimms", "38185"), ("La Ruche", "38185"), ("Ailleurs", "59350"))
    ]


def act(structure: Structure, n: int = 1, *, day: date = date(2026, 3, 2), **fields) -> None:
    at = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    defaults = {"kind": "together", "procedure": "caf_rsa", "minutes": 30, "where": "here", **fields}
    for _ in range(n):
        Act.objects.create(
            uid=uuid4(), structure=structure, done_at=at, on_day=day, noted_at=at, commune="38185", **defaults
        )


def report(structures, **more):
    return activity_report.report(structures, since=SINCE, until=UNTIL, title="Ici", **more)


def test_structures_of_one_name_are_distinguished_by_commune(structures, django_assert_num_queries):
    twins = [Structure.objects.create(key=f"t-{k}", name="La Ruche") for k in range(2)]
    place("ruche", {"code_insee": "38151"})
    Lieu.objects.update(structure=twins[0])
    with django_assert_num_queries(1):
        names = activity_report.names_of([*structures, *twins])
    assert list(names.values()) == [
        "Le Pimms",
        "La Ruche, Grenoble",
        "Ailleurs",
        "La Ruche, Échirolles",
        "La Ruche",
    ]
    with django_assert_num_queries(0):
        assert activity_report.names_of(structures)[structures[1].pk] == "La Ruche"


def test_time_and_help_are_added_structure_by_structure(structures):
    act(structures[0], 12)
    act(structures[1], 11, minutes=45)
    act(structures[0], 5, day=date(2026, 7, 1))
    activity = report(structures[:2], funder="le Département")
    assert [(row.name, row.individual, row.hours, row.helped) for row in activity.rows] == [
        ("La Ruche", 11, "8\xa0h", 11),
        ("Le Pimms", 11, "6\xa0h", 11),
    ], "by lots of eleven, to the hour"
    assert (activity.total.individual, activity.total.minutes, activity.total.helped) == (22, 840, 22)
    assert not activity.examples
    own = report(structures[:2], is_complete=True)
    assert [(row.name, row.individual, row.hours, row.helped) for row in own.rows] == [
        ("La Ruche", 11, "8\xa0h\xa015", 11),
        ("Le Pimms", 12, "6\xa0h", 12),
    ]
    assert (own.total.individual, own.total.minutes, own.total.helped) == (23, 855, 23)


def test_lines_stand_in_the_order_of_the_alphabet_whatever_the_accents(structures):
    for name in ("Zone libre", "Écoute", "emmaüs", "Dom’aide"):
        act(Structure.objects.create(key=f"s-{name}", name=name, code_insee="38185"), 11)
    activity = activity_report.report(list(Structure.objects.all()), since=SINCE, until=UNTIL)
    assert [row.name for row in activity.rows] == ["Dom’aide", "Écoute", "emmaüs", "Zone libre"]


def test_the_head_counts_the_structures_that_noted_something_and_the_notes_those_that_did_not(structures):
    act(structures[0], 12)
    activity = activity_report.report(structures[:3], since=SINCE, until=UNTIL)
    assert activity.title == "1\xa0structure sur 3 de l’annuaire"
    assert any(
        each.startswith("2\xa0structures de l’annuaire n’ont rien noté")
        for each in activity_document.notes(activity)
    )
    alone = activity_report.report(structures[:1], since=SINCE, until=UNTIL, title="La Ruche")
    assert alone.title == "La Ruche"
    assert not any("rien noté" in each for each in activity_document.notes(alone))


def test_the_report_of_many_structures_is_the_latest_counted_and_says_when(structures, monkeypatch):
    monkeypatch.setattr(activity_report, "MANY", 2)
    period = {"since": SINCE, "until": UNTIL}
    act(structures[0], 12)
    first = activity_report.latest(structures, **period)
    act(structures[0], 10)
    again = activity_report.latest(structures, **period, funder="le Département")
    assert (first.total.individual, again.total.individual, again.funder) == (11, 11, "le Département")
    [moment] = [each for each in activity_document.notes(again) if each.startswith("Compté le ")]
    assert in_words(timezone.localdate()) in moment
    assert first.title == "1\xa0structure sur 3 de l’annuaire"
    assert activity_report.latest(structures[:2], **period).total.individual == 22, "few: counted just now"
    own = activity_report.latest(structures, **period, is_complete=True)
    assert (own.total.individual, own.counted) == (22, ""), "what they noted themselves"
    other = Structure.objects.create(key="s-other", name="Loin", code_insee="29019")
    act(other, 11)
    assert activity_report.latest([*structures, other], **period).total.individual == 11, "of all: not yet"
    assert activity_report.latest(structures, **period).total.individual == 22, "of three: another answer"


def test_what_a_report_reads_does_not_follow_the_number_of_rows(structures):
    """Chaque acte se cherche parmi les orientations servies : une fois, par sa personne, sa structure et son jour."""
    people = series.pour(
        Person, 8_000, code=series.padded("k", 8), picture="'chat'", made_at=DAY, active_at=DAY
    )
    path = Path.objects.create(made_at=datetime(2026, 3, 2, tzinfo=UTC), origin="professional")
    spent: list[int] = []
    for first, n in ((0, 1_000), (1_000, 7_000)):
        helped = {"person": f"{people} + {first} + k", "minutes": "30", "example": "false"}
        series.pour(
            Orientation, n, path=str(path.pk), position=f"{first} + k", need="'formation'", origin="'professional'",
            state="'served'", to_structure=str(structures[0].pk), sent_at=DAY, changed_at=DAY, prepared_at=DAY,
            served_at=DAY, **helped,
        )  # fmt: skip
        series.pour(
            Act, n, uid=series.numbered(f"{first} + k"), structure=str(structures[0].pk), kind="'together'",
            procedure="'caf_rsa'", where="'here'", done_at=DAY, on_day="'2026-03-02'", noted_at=DAY, **helped,
        )  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            activity = report(structures[:1], is_complete=True)
        spent.append(len(queries))
        assert activity.total.individual == first + n, "an act that a referral tells is told once"
        with CaptureQueriesContext(connection), rows_read() as read:
            report(structures[:1])
        spent.append(read[0])
    assert spent[:2] == spent[2:], "eight times as many rows: the database adds, as many lines come back"
    assert spent[1] < 20


@contextmanager
def rows_read():
    """Count the lines that the database hands over."""
    read, real = [0], cursor_iter

    def counted(cursor, *arguments):
        for rows in real(cursor, *arguments):
            read[0] += len(rows)
            yield rows

    with mock.patch("django.db.models.sql.compiler.cursor_iter", counted):
        yield read


def test_what_is_added_by_the_database_is_what_the_table_of_the_coop_lists(structures):
    """Ateliers, étapes et actes de toute sorte : les sommes sont celles des lignes, une aide contée deux fois n’en fait qu’une."""
    whom = [
        Person.objects.create(code=f"p{k}", picture="chat", made_at=SENT, active_at=SENT) for k in range(3)
    ]
    path = Path.objects.create(made_at=SENT, origin="professional")
    for position, (person_index, procedure, minutes, day) in enumerate(
        (
            (0, "argent", 20, 2),
            (1, "", 15, 2),
            (2, "travail", 40, 2),
            (None, "mail", 10, 3),
            (0, "argent", None, 4),
        )
    ):
        Orientation.objects.create(
            path=path, position=position, need="formation", origin="professional", state="served", minutes=minutes,
            person=None if person_index is None else whom[person_index], procedure=procedure, to_structure=structures[0], sent_at=SENT,
            changed_at=SENT, prepared_at=SENT, served_at=datetime(2026, 3, day, 23, 30, tzinfo=UTC),
        )  # fmt: skip
    for person_index, procedure, where, day in (
        (0, "rsa", 0, 2), (0, "rsa", 0, 3), (0, "rsa", 1, 3), (1, "compte-ameli", 0, 3), (2, "rsa", 0, 3),
        (None, "rsa", 0, 3), (0, "carte-identite", 0, 3),
    ):  # fmt: skip
        act(
            structures[where],
            day=date(2026, 3, day),
            person=None if person_index is None else whom[person_index],
            procedure=procedure,
        )
    for k, anonymous in enumerate((0, 4, 6)):
        row = Workshop.objects.create(
            structure=structures[k % 2], title="Ses papiers", subject="demarches" if k else "commencer", format="group",
            level="beginner", starts_at=SENT, ends_at=SENT + timedelta(minutes=90), capacity=8, anonymous=anonymous,
            made_at=SENT, changed_at=SENT,
        )  # fmt: skip
        for n in range(2 * k):
            Seat.objects.create(workshop=row, learner=f"{k}{n}", came=n > 0, status="booked", booked_at=SENT)
    lines = activities.activities(None, SINCE, UNTIL)
    for by_theme in (False, True):
        listed: dict = {}
        for pk, line in lines:
            which = tuple(line["thematiques"].split("|")) if by_theme else pk
            key = (which, line["type"], line["date"][:7])
            known = listed.get(key, (0, 0, 0))
            added = (1, int(line["duree"]), int(line["accompagnements"]))
            listed[key] = tuple(map(sum, zip(known, added, strict=True)))
        totals: dict = {}
        for cell in activities.totals(None, SINCE, UNTIL, by_theme=by_theme):
            key = (cell.themes if by_theme else cell.structure, cell.kind, f"{cell.month:%Y-%m}")
            known = totals.get(key, (0, 0, 0))
            added = (cell.n, cell.minutes, cell.helped)
            totals[key] = tuple(map(sum, zip(known, added, strict=True)))
        assert totals == listed
        assert sum(n for n, *_ in totals.values()) == 4 + 5 + 2, (
            "two acts are told by a step, a workshop had nobody"
        )


def test_few_acts_are_reported_by_complete_lots_only(structures):
    act(structures[0], 20)
    act(structures[0], procedure="carte-identite", minutes=45)
    act(structures[1], 3)
    activity = report(structures[:2])
    assert [(row.name, row.individual, row.minutes, row.helped) for row in activity.rows] == [
        ("Le Pimms", 11, 360, 11)
    ], "whose three acts would be told is not in the list"
    assert (activity.total.individual, activity.total.helped) == (22, 22)
    assert [(each.name, each.individual) for each in activity.themes] == [("Démarches administratives", 22)]
    own = report(structures[:2], is_complete=True)
    assert [(row.individual, row.minutes) for row in own.rows] == [(3, 90), (21, 645)]
    assert any("par lots de 11" in each for each in activity_document.notes(activity))
    assert not any("lots" in each for each in activity_document.notes(own))
    Act.objects.exclude(structure=structures[1]).delete()
    few = report(structures[:2])
    assert (few.rows, few.themes, few.outcomes, few.total.is_timed) == ((), (), {}, False)
    assert few.sentence == (
        "Il y a trop peu à compter du 1er janvier 2026 au 30 juin 2026 : moins de 11 aides individuelles, et"
        " aucun atelier."
    )
    untitled = activity_report.report(structures[:2], since=SINCE, until=UNTIL)
    assert untitled.title == "2\xa0structures de l’annuaire", (
        "« aucune structure sur 2 » says what nobody knows"
    )


def test_no_two_reports_differ_by_a_few(client, structures):
    """Quels que soient les jours et la structure demandés, deux rapports diffèrent de personne, ou de onze aides au moins."""
    chance = random.Random(7)
    for structure, most in zip(structures[:2], (9, 30), strict=True):
        for day in range(0, 330, 5):
            on = date(2025, 9, 1) + timedelta(days=day)
            procedure = chance.choice(("rsa", "carte-identite", "compte-ameli"))
            act(
                structure,
                chance.randrange(most) // 8,
                day=on,
                procedure=procedure,
                minutes=chance.randrange(5, 90),
            )
    for month in range(1, 7):
        for outcome in chance.choices((*cycle.OUTCOMES, ""), k=chance.randrange(12)):
            path = Path.objects.create(made_at=SENT, origin="professional")
            Orientation.objects.create(
                path=path, position=0, need="formation", origin="professional", state="served", outcome=outcome,
                to_structure=structures[0], sent_at=SENT, changed_at=SENT, prepared_at=SENT, minutes=20,
                served_at=datetime(2026, month, 9, tzinfo=UTC),
            )  # fmt: skip
    client.force_login(account("lea", "coordination", territory="38"))
    counted: defaultdict[tuple[str, ...], dict[tuple[str, ...], tuple[int, int]]] = defaultdict(dict)
    for begins in ("2025-10-01", "2025-12-14", "2026-03-02", "2026-03-03"):
        for ends in ("2026-03-24", "2026-04-01", "2026-05-31", "2026-06-12"):
            for chosen in ("", *(str(each.pk) for each in structures[:2])):
                sent = {"du": begins, "au": ends, "structure": chosen}
                answer = client.get("/espace/pilotage/activite.csv", sent)
                assert answer.status_code == 200
                for line in csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))):
                    name = (line["partie"], line["structure"], line["libelle"])
                    time = int(line["minutes"] or 0)
                    for column in ("aides_individuelles", "aides_donnees", "orientations"):
                        key = (*name, column) if line["partie"] == "structure" else (*name, column, chosen)
                        counted[key][begins, ends] = (int(line[column] or 0), time)
    assert len(counted) > 12, "themes, outcomes, lines"
    for key, cells_by_period in counted.items():
        cells_by_period = {(b, e): cells_by_period.get((b, e), (0, 0)) for b, e in cells_by_period}
        for (n, time), (other, other_time) in combinations(cells_by_period.values(), 2):
            assert n == other or abs(n - other) >= 11, key
            if key[3] == "aides_individuelles" and n == other == 0:
                assert time == other_time == 0, key
            assert not time % 60 and not other_time % 60
    cells_by_structure = {
        key[-1]: cells_by_period
        for key, cells_by_period in counted.items()
        if key[0] == "ensemble" and key[3] == "aides_individuelles"
    }
    for period, (n, _) in cells_by_structure[""].items():
        assert all(not (n - cells_by_structure[pk][period][0]) % 11 for pk in cells_by_structure if pk)


def test_invented_activity_is_labelled_and_never_mixed(structures):
    act(structures[0], 3, example=True)
    activity = report(structures)
    assert (activity.examples, activity.total.individual, activity.total.helped) == (True, 3, 3)
    act(structures[0], 12)
    activity = report(structures)
    assert (activity.examples, activity.total.individual) == (True, 3)
    assert "Noté pour de vrai, à part : 11 activités." in (
        note.replace("\xa0", " ") for note in activity_document.notes(activity)
    )
    activity = report(structures[1:])
    assert (activity.examples, activity.real_text) == (False, "")


def parts_of(client, **sent) -> dict[str, list[dict[str, str]]]:
    content = client.get("/espace/pilotage/activite.csv", {**PERIOD, **sent}).content.decode("utf-8-sig")
    parts: dict[str, list[dict[str, str]]] = defaultdict(list)
    for each in csv.DictReader(StringIO(content)):
        parts[each["partie"]].append(each)
    return parts


def test_each_part_of_the_table_has_its_total_or_says_why_not(client, structures):
    """Le CSV n’avait ni le total des suites, ni celui des montants, et ne disait pas pourquoi les thèmes n’en ont pas."""
    act(structures[0], 20)
    act(structures[1], 15)
    act(structures[2], 8)
    for outcome, n in ((cycle.REACHED, 22), ("", 12), (cycle.DROPPED, 3)):
        for _ in range(n):
            path = Path.objects.create(made_at=SENT, origin="professional")
            Orientation.objects.create(
                path=path, position=0, need="formation", origin="professional", state="served", outcome=outcome,
                to_structure=structures[0], sent_at=SENT, changed_at=SENT, prepared_at=SENT, served_at=SENT,
            )  # fmt: skip
    client.force_login(account("lea", "coordination", territory="france"))
    parts = parts_of(client)
    (total_row,), rows = parts["ensemble"], parts["structure"]
    page = client.get(PAGE, PERIOD).content.decode()
    assert '<th scope="row">Ensemble</th>' in page and "il peut dépasser la somme des lignes" in page
    summed = sum(int(each["aides_individuelles"]) for each in rows)
    assert int(total_row["aides_individuelles"]) - summed >= 11, "the rest of several structures makes a lot"
    assert "il peut dépasser la somme des lignes" in total_row["motif"]
    (themes,) = parts["ensemble des thèmes"]
    assert themes["motif"].startswith("Pas de total") and not themes["aides_individuelles"]
    (outcomes,) = parts["ensemble des suites"]
    referrals_by_outcome = {each["libelle"]: each["orientations"] for each in parts["suite"]}
    assert referrals_by_outcome["effet inconnu"] == "11" and "" in referrals_by_outcome.values()
    assert int(outcomes["orientations"]) == sum(int(n or 0) for n in referrals_by_outcome.values()), (
        "what is hidden is in no total, and cannot be subtracted"
    )
    assert outcomes["motif"].startswith("au moins")
    assert "ensemble des actions financées" not in parts


def test_the_amounts_of_a_funder_add_up_without_what_was_dropped(structures):
    def funded(title: str, euros: int | None, **more) -> activity_document.FundedAction:
        return activity_document.FundedAction(title, "en cours", euros, "", "", "", **more)

    funded_report = replace(
        report(structures),
        funder="la Ville",
        actions=(funded("Un", 4_000), funded("Deux", 1_500), funded("Trois", 900, dropped=True)),
    )
    assert funded_report.funded_total == "5\xa0500\xa0€"
    assert "5\xa0500\xa0€" in html.dossier(activity_document.document(funded_report, on=UNTIL)).decode()
    last = activity_report.table(funded_report)[-1]
    assert (last["partie"], last["montant_euros"], last["motif"]) == (
        "ensemble des actions financées", 5_500, "",
    )  # fmt: skip
    unsaid = replace(funded_report, actions=(*funded_report.actions, funded("Quatre", None)))
    assert unsaid.funded_total == "au moins 5\xa0500\xa0€"
    assert activity_report.table(unsaid)[-1]["motif"] == "au moins : 1\xa0action sans montant"
    assert replace(funded_report, actions=funded_report.actions[:1]).funded_total == "", (
        "one amount is its own total"
    )


def test_a_period_without_anything_says_so(structures):
    activity = report(structures, is_complete=True)
    assert activity.sentence == "Aucune activité n’est notée du 1er janvier 2026 au 30 juin 2026."
    assert (activity.rows, activity.themes, activity.outcomes) == ((), (), {})


def test_empty_directory_is_reported_with_what_to_do(structures):
    """Un financeur d’un territoire sans fiche : rien n’y a été compté, ce qui n’est pas « trop peu »."""
    activity = activity_report.report([], since=SINCE, until=UNTIL)
    assert activity.title == "Aucune structure de l’annuaire"
    assert activity.sentence.startswith("L’annuaire n’a encore aucune structure ici")
    page = html.dossier(activity_document.document(activity, on=UNTIL)).decode()
    assert (
        "Importez une liste de lieux" in page and ", ou moins de 11" not in page and "Moins de 11" not in page
    )
    (row,) = activity_report.table(activity)
    assert (row["structure"], row["motif"]) == ("Ensemble", "annuaire vide ici")


def test_what_a_structure_hands_over_is_protected_and_what_it_reads_is_whole(client, structures):
    act(structures[0], 14)
    act(structures[0], 1, procedure="carte-identite", minutes=45)
    client.force_login(account("max", "gestionnaire", structure=structures[0]))
    own = client.get(PAGE, {**PERIOD, "du": "2026-03-02"}).content.decode()
    assert "15\xa0aides individuelles, 7\xa0h\xa045 de travail" in own and "du 2 mars 2026" in own
    assert "Ici, vos propres actes" in own
    handed = client.get(PAGE, {**PERIOD, "du": "2026-03-02", "pour": "la Région"}).content.decode()
    assert "11\xa0aides individuelles" in handed and "du 1er mars 2026" in handed
    assert "Compté par mois entiers et finis" in handed and "Ici, vos propres actes" not in handed
    table = client.get("/espace/pilotage/activite.csv", {**PERIOD, "du": "2026-03-02"}).content.decode()
    assert table.startswith("structure,aides_individuelles,ateliers,minutes,aides_donnees,motif,partie,")
    assert ",thème,Démarches administratives,,,,,,2026-03-01,2026-06-30,non" in table, (
        "its period, its themes"
    )
    assert "Le Pimms,11,0,360,11,," in table and ",15," not in table and "Papiers" not in table
    client.force_login(account("lea", "coordination", territory="38"))
    read = client.get(PAGE, {**PERIOD, "structure": structures[0].pk}).content.decode()
    assert "11\xa0aides individuelles" in read, "who did not note it reads lots"


def test_no_day_to_come_nor_month_that_lasts_is_counted(client, structures):
    today = timezone.localdate()
    act(structures[0], 12, day=today)
    later = (today + timedelta(days=40)).isoformat()
    client.force_login(account("max", "gestionnaire", structure=structures[0]))
    own = client.get(PAGE, {"du": today.isoformat(), "au": later}).content.decode()
    assert "compté jusqu’à aujourd’hui" in own and f"au {in_words(today)}" in own and "12\xa0aides" in own
    never = client.get(PAGE, {"du": later, "au": later})
    assert never.status_code == 400 and "n’a pas commencé" in never.content.decode()
    client.force_login(account("lea", "coordination", territory="38"))
    read = client.get(PAGE, {"du": today.isoformat(), "au": later})
    assert read.status_code == 400 and "Aucun mois de cette période n’est fini." in read.content.decode()
    before = today.replace(day=1) - timedelta(days=1)
    read = client.get(PAGE, {"du": before.replace(day=1).isoformat(), "au": later}).content.decode()
    assert f"au {in_words(before)}" in read and "12\xa0aides" not in read


def test_account_reads_reports_of_its_own_structures(client, structures):
    pimms, ruche, _ = structures
    for each in structures:
        act(each, 12)
    client.force_login(account("lea", "coordination", territory="38"))
    page = client.get(PAGE, PERIOD).content.decode()
    assert "Le Pimms" in page and "La Ruche" in page and "Ailleurs" not in page
    client.force_login(account("max", "gestionnaire", structure=ruche))
    page = client.get(PAGE, PERIOD).content.decode()
    assert "La Ruche" in page and "Le Pimms" not in page
    assert client.get(PAGE, {**PERIOD, "structure": pimms.pk}).status_code == 400
    table = client.get("/espace/pilotage/activite.csv", PERIOD).content.decode()
    assert "La Ruche" in table and "Le Pimms" not in table
    client.force_login(account("aide", "aidant", structure=ruche))
    assert client.get(PAGE).status_code == 404


def test_many_structures_are_turned_page_by_page_and_one_is_named(client, structures, monkeypatch):
    """Of nine thousand structures, nobody unfolds the list, and nobody waits for three megabytes."""
    for each in structures[:2]:
        act(each, 12)
    monkeypatch.setattr("maillage.apps.steering.pilotage.views.PAGE", 1)
    monkeypatch.setattr("maillage.apps.steering.pilotage.forms.CHOICES", 1)
    client.force_login(account("lea", "coordination", territory="38"))
    first = client.get(PAGE, PERIOD).content.decode()
    assert "<select" not in first and "Page 1 sur 2" in first
    assert "La Ruche" in first and "Le Pimms" not in first
    assert "22" in first.split("</h2>")[0], "the sentence is of all of them"
    assert "Le Pimms" in client.get(PAGE, {**PERIOD, "page": "2"}).content.decode()
    assert client.get("/espace/pilotage/activite.csv", PERIOD).content.decode().count("La Ruche") == 1
    assert client.get(PAGE, {"page": "2"}).status_code == 200, "a page alone is of the usual period"
    for typed in ("pimms", "Le Pimms", str(structures[0].pk)):
        named = client.get(PAGE, {**PERIOD, "structure": typed}).content.decode()
        assert "Le Pimms" in named and "La Ruche" not in named
    both = client.get(PAGE, {**PERIOD, "structure": "l"})
    assert both.status_code == 400 and "2 structures ont ces mots" in both.content.decode()
    page_text = both.content.decode()
    assert "Choisissez-en une." in page_text and page_text.count("<option") == 4, "each may be clicked"
    assert f'<option value="{structures[0].pk}">Le Pimms</option>' in page_text
    again = client.get(PAGE, {**PERIOD, "structure": str(structures[0].pk)}).content.decode()
    assert "Le Pimms" in again and "<select" not in again
    monkeypatch.setattr("maillage.apps.steering.pilotage.forms.MOST_OFFERED", 1)
    both = client.get(PAGE, {**PERIOD, "structure": "l"}).content.decode()
    assert "Écrivez le nom en entier." in both and "<select" not in both
    nobody = client.get(PAGE, {**PERIOD, "structure": "Ailleurs"})
    assert nobody.status_code == 400 and "Aucune structure n’a ces mots" in nobody.content.decode()


def test_the_report_is_handed_as_a_table_and_a_document(client, structures):
    act(structures[0], 12)
    client.force_login(account("max", "gestionnaire", structure=structures[0]))
    sent = {**PERIOD, "pour": "le Département de l’Isère"}
    page = client.get(PAGE, sent).content.decode()
    assert "pour le Département de l’Isère" in page
    assert "et pas seulement ce que le Département de l’Isère finance." in page
    assert "pas seulement" not in client.get(PAGE, PERIOD).content.decode(), "made for nobody in particular"
    pdf = client.get("/espace/pilotage/activite.pdf", sent)
    assert pdf["Content-Type"] == "application/pdf"
    assert pdf.content.startswith(b"%PDF")
    assert client.get("/espace/pilotage/activite.exe", sent).status_code == 404


def test_what_became_of_those_helped_has_its_total_and_its_shares(structures):
    """128 « orientations aidées » en quatre lignes, sans total ni part."""
    outcome_report = replace(report(structures), outcomes={"abouti": 97, "effet inconnu": 31})
    assert outcome_report.outcome_total == "128"
    assert [each.share for each in outcome_report.outcome_lines] == ["76\xa0%", "24\xa0%"]
    drawn = html.dossier(activity_document.document(outcome_report, on=UNTIL)).decode()
    assert activity_document.TOTAL in drawn and "128" in drawn and "76\xa0%" in drawn
    few = replace(outcome_report, outcomes={"abouti": 97, "effet inconnu": None})
    assert few.outcome_total == "au moins 97"
    assert [each.share for each in few.outcome_lines] == ["", ""], "a share would tell those that are a few"
    assert [each.share for each in replace(outcome_report, outcomes={"abouti": 10}).outcome_lines] == [""]


@pytest.mark.parametrize(
    ("sent", "error_text"),
    [
        ({"du": "2026-06-30", "au": "2026-01-01"}, "La période finit avant de commencer."),
        ({"du": "2010-01-01", "au": "2026-01-01"}, "Trois ans au plus."),
        ({"du": "hier", "au": "2026-01-01"}, "Cette date n’existe pas."),
    ],
)
def test_a_period_that_has_no_sense_is_refused(client, structures, sent, error_text):
    client.force_login(account("max", "gestionnaire", structure=structures[0]))
    response = client.get(PAGE, sent)
    assert response.status_code == 400
    assert error_text in response.content.decode()
    for form in ("pdf", "csv"):
        answer = client.get(f"/espace/pilotage/activite.{form}", sent)
        assert answer.status_code == 400
        assert error_text in answer.content.decode(), "in the words of the page"
        assert f'action="{PAGE}"' in answer.content.decode(), "and corrected there"


PLANNED = "select current_setting('plan_cache_mode')"


@pytest.mark.both_databases
def test_a_report_is_planned_for_its_own_structures_and_days():
    """PostgreSQL plans what is asked eight times for any values: three seconds a page, from the ninth on."""
    if connection.vendor != "postgresql":
        with CaptureQueriesContext(connection) as queries, bulk.planned_for_its_values():
            assert len(queries) == 0
        return
    with connection.cursor() as cursor:
        with CaptureQueriesContext(connection) as queries:
            activity_report.report(
                [place("centre").structure], since=date(2026, 1, 1), until=date(2026, 1, 31)
            )
        first, *_, last = (
            each["sql"].lower() for each in queries if "plan_cache_mode" in each["sql"].lower()
        )
        assert (first, last) == (
            "set local plan_cache_mode = force_custom_plan",
            "reset plan_cache_mode",
        )
        assert cursor.execute(PLANNED).fetchone() == ("auto",)
        with pytest.raises(ZeroDivisionError), bulk.planned_for_its_values():
            assert cursor.execute(PLANNED).fetchone() == ("force_custom_plan",)
            raise ZeroDivisionError
        assert cursor.execute(PLANNED).fetchone() == ("auto",)
