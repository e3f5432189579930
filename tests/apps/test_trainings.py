"""Those who help: trained from the catalogue to an attestation that an outsider checks; counted, protected."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from maillage.apps.agenda.actions import seats
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.queries import exports, public
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.platform.messages.models import Message
from maillage.apps.volunteering.volunteers import worklist
from maillage.apps.volunteering.volunteers.actions import missions, sessions, team
from maillage.apps.volunteering.volunteers.models import Aidant, Attestation, Enrolment, OwnTraining, Session
from maillage.apps.volunteering.volunteers.queries import agenda as of_agenda
from maillage.apps.volunteering.volunteers.queries import catalogue, indicators
from maillage.apps.volunteering.volunteers.queries import team as queries
from maillage.apps.volunteering.volunteers.rules import trainings as rules
from maillage.kernel import codes
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
STARTS = datetime(2026, 12, 3, 8, tzinfo=UTC)
AFTER = datetime(2026, 12, 3, 17, tzinfo=UTC)
KEY = "faire-a-la-place"


@pytest.fixture
def clock(monkeypatch):
    """The hour as pages read it."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    at(AT)
    return at


@pytest.fixture
def karim(library):
    return account("karim", "formation", shown="Karim Benali", structure=library.structure)


@pytest.fixture
def leila(hall):
    return account("leila", "aidant", shown="Leïla Noé", structure=hall.structure)


def planned(lieu, by, *, capacity: int = 2) -> Session:
    values = {"starts_at": STARTS, "ends_at": STARTS + timedelta(hours=3), "capacity": capacity, "lieu": lieu}
    return sessions.plan(catalogue.item(KEY), structure=lieu.structure, values=values, by=by, at=AT)


def helper(lieu, by, name: str = "Fanny Roche", **values) -> Aidant:
    return team.add(lieu.structure, {"name": name, "kind": "salaried", **values}, by=by, at=AT)


def attested(lieu, karim, aidant) -> Attestation:
    session = planned(lieu, karim)
    row = sessions.enrol(session, aidant, by=karim, at=AT)
    sessions.tick(session, {row.pk: True}, by=karim, at=AFTER)
    return sessions.attest(session, by=karim, at=AFTER)[0]


def test_a_training_goes_from_the_catalogue_to_an_attestation(client, clock, library, hall, karim, leila):
    client.force_login(karim)
    assert "Faire à la place, sans prendre la place" in client.get("/espace/formations/").content.decode()
    page = client.get(f"/espace/formations/{KEY}/").content.decode()
    assert "Module 201" in page
    typed = {"jour": "2026-12-03", "heure": "09:00", "fin": "12:00", "places": "2", "lieu": str(library.pk)}
    client.post(f"/espace/formations/{KEY}/", {**typed, "niveau": "confirmed"})
    session = Session.objects.get()
    assert (session.workshop.kind, session.workshop.minutes) == ("training", 180)
    client.force_login(leila)
    client.post("/espace/formations/equipe/comptes/", {"structure": hall.structure.pk})
    aidant = Aidant.objects.get(user=leila)
    address = f"/espace/formations/sessions/{session.pk}/"
    client.post(address, {"qui": [str(aidant.pk)]})
    client.post(address, {"qui": [str(aidant.pk)]})
    assert Enrolment.objects.count() == Seat.objects.count() == 1
    assert queries.aidants(Aidant.objects.all(), AT)[0].standing == "planned"
    clock(AFTER)
    client.force_login(karim)
    client.post(f"{address}geste/", {"geste": "appel", f"venu-{Enrolment.objects.get().pk}": "1"})
    client.post(f"{address}geste/", {"geste": "attester"})
    client.post(f"{address}geste/", {"geste": "attester"})
    (row,) = Attestation.objects.all()
    assert (row.name, row.valid_until, row.minutes) == ("Leïla Noé", date(2028, 12, 3), 180)
    client.force_login(leila)
    paper = client.get(f"/espace/formations/attestations/{row.pk}/")
    assert paper.content.startswith(b"%PDF")
    assert queries.aidants(Aidant.objects.all(), AFTER)[0].standing == "current"
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"training.planned", "training.joined", "attestation.given", "aidant.added"} <= verbs


def test_an_outsider_checks_a_code_and_learns_no_name(client, clock, library, karim):
    row = attested(library, karim, helper(library, karim))
    clock(AFTER)
    page = client.post("/attestation/", {"code": row.code.lower()}, follow=True).content.decode()
    assert "Cette attestation est vraie" in page
    assert "Bibliothèque" in page
    assert "Fanny" not in page
    address = f"/attestation/{codes.in_halves(row.code)}/"
    assert "est bien le nom écrit" in client.post(address, {"nom": "ROCHE fanny"}).content.decode()
    assert "n’est pas le nom écrit" in client.post(address, {"nom": "Fanny"}).content.decode()
    clock(datetime(2029, 1, 1, tzinfo=UTC))
    assert "vraie, mais finie" in client.get(address).content.decode()
    sessions.withdraw(row, because="Erreur de nom.", by=karim, at=AFTER)
    page = client.get(address).content.decode()
    assert "a été retirée" in page
    assert "Erreur de nom" not in page


def test_codes_are_not_tried_one_after_the_other(client, clock, monkeypatch):
    monkeypatch.setattr("maillage.apps.volunteering.volunteers.access.CODES_AN_HOUR", 2)
    for n in range(2):
        assert client.get(f"/attestation/2222-22{n + 22}/").status_code == 404
    assert client.get("/attestation/2222-2299/").status_code == 429


def test_a_name_is_not_guessed_one_after_the_other(client, clock, library, karim, monkeypatch):
    monkeypatch.setattr("maillage.apps.volunteering.volunteers.access.CODES_AN_HOUR", 2)
    row = attested(library, karim, helper(library, karim))
    clock(AFTER)
    for n in range(2):
        client.post(f"/attestation/{row.code}/", {"nom": f"Nom {n}"})
    assert client.post(f"/attestation/{row.code}/", {"nom": "Fanny Roche"}).status_code == 429


def test_attestations_wait_for_the_end_and_for_somebody_who_came(library, karim):
    session = planned(library, karim)
    row = sessions.enrol(session, helper(library, karim), by=karim, at=AT)
    with pytest.raises(Refused, match="La session n’est pas finie"):
        sessions.attest(session, by=karim, at=AT)
    with pytest.raises(Refused, match="Personne n’est noté présent"):
        sessions.attest(session, by=karim, at=AFTER)
    sessions.tick(session, {row.pk: True}, by=karim, at=AFTER)
    (attestation,) = sessions.attest(session, by=karim, at=AFTER)
    assert sessions.attest(session, by=karim, at=AFTER) == []
    sessions.tick(session, {row.pk: False}, by=karim, at=AFTER)
    attestation.refresh_from_db()
    assert attestation.withdrawn_at is not None
    sessions.tick(session, {row.pk: True}, by=karim, at=AFTER)
    attestation.refresh_from_db()
    assert attestation.withdrawn_at is None, "there after all"
    assert Attestation.objects.count() == 1


def test_an_attestation_follows_who_came_as_the_agenda_notes_it(library, karim):
    session = planned(library, karim)
    row = sessions.enrol(session, helper(library, karim), by=karim, at=AT)
    sessions.tick(session, {row.pk: True}, by=karim, at=AFTER)
    (attestation,) = sessions.attest(session, by=karim, at=AFTER)
    for came, in_force in ((False, False), (True, True)):
        seats.tick(session.workshop, {row.seat_id: came}, by=karim, at=AFTER)
        assert missions.run_deadlines(at=AFTER)["attestations_suivies"] == 1
        assert missions.run_deadlines(at=AFTER)["attestations_suivies"] == 0
        attestation.refresh_from_db()
        assert (attestation.withdrawn_at is None) is in_force
    seats.tick(session.workshop, {row.seat_id: False}, by=karim, at=AFTER)
    missions.run_deadlines(at=AFTER)
    with pytest.raises(Refused, match="notée absente"):
        sessions.restore(attestation, by=karim, at=AFTER)


def test_an_attestation_withdrawn_by_hand_stays_withdrawn(client, clock, library, karim):
    session = planned(library, karim)
    first, second = (
        sessions.enrol(session, helper(library, karim, name), by=karim, at=AT)
        for name in ("Fanny", "Youssef")
    )
    sessions.tick(session, {first.pk: True}, by=karim, at=AFTER)
    (withdrawn,) = sessions.attest(session, by=karim, at=AFTER)
    sessions.withdraw(withdrawn, because="Partie à midi", by=karim, at=AFTER)
    sessions.tick(session, {first.pk: True, second.pk: True}, by=karim, at=AFTER)
    (other,) = sessions.attest(session, by=karim, at=AFTER)
    withdrawn.refresh_from_db()
    assert (other.aidant, withdrawn.withdrawn_because) == (second.aidant, "Partie à midi")
    clock(AFTER)
    client.force_login(karim)
    page = client.get(f"/espace/formations/sessions/{session.pk}/").content.decode()
    assert f"/espace/formations/attestations/{withdrawn.pk}/" in page, "put back from here"


def test_a_double_click_adds_plans_and_notes_once(client, clock, library, karim):
    client.force_login(karim)
    helper_fields = {
        "structure": library.structure.pk,
        "titre": "Écouter",
        "organisme": "Le Moulin",
        "pour": ["relatives"],
    }
    helper_fields |= {"heures": "7", "mois": "24", "source": "Sa page, 2026"}
    aidant = helper(library, karim)
    away = {"titre": "PSC1", "organisme": "Croix-Rouge", "niveau": "confirmed", "obtenue": "2026-01-10"}
    session = {"structure": library.structure.pk, "jour": "2026-12-03", "heure": "09:00", "fin": "12:00"}
    session |= {"places": "10", "lieu": str(library.pk), "niveau": "confirmed"}
    for _ in range(2):
        for address, typed in (
            ("/espace/formations/ajouter/", helper_fields),
            (f"/espace/formations/{KEY}/", session),
            (f"/espace/formations/equipe/{aidant.pk}/", away),
        ):
            assert client.post(address, typed).status_code == 302, address
    assert [each.objects.count() for each in (OwnTraining, Session, Workshop, Attestation)] == [1] * 4
    clock(AT + timedelta(minutes=1))
    client.post(f"/espace/formations/{KEY}/", session)
    assert Session.objects.count() == 2, "another one, meant"


def test_enrolling_several_names_who_has_a_seat_and_who_waits(client, clock, library, karim):
    session = planned(library, karim)
    rows = [helper(library, karim, name) for name in ("Ana", "Bob", "Chloé")]
    client.force_login(karim)
    address = f"/espace/formations/sessions/{session.pk}/"
    page = client.post(address, {"qui": [row.pk for row in rows]}, follow=True).content.decode()
    assert "les places sont gardées pour Ana, Bob." in page
    assert "sur la liste d’attente, Chloé." in page


def test_who_is_erased_frees_their_seat_and_is_written_to_no_more(library, karim, leila):
    session = planned(library, karim)
    aidant = team.add(library.structure, {"name": "Leïla", "kind": "salaried"}, user=leila, by=None, at=AT)
    first, _, third = (
        sessions.enrol(session, each, by=karim, at=AT)
        for each in (aidant, helper(library, karim, "Bob"), helper(library, karim, "Chloé"))
    )
    assert Message.objects.filter(to=leila.email).exclude(state="cancelled").exists()
    team.erase(aidant, by=karim, at=AT)
    first.seat.refresh_from_db()
    third.seat.refresh_from_db()
    assert (first.seat.status, first.seat.name, first.seat.contact, third.seat.status) == (
        *("cancelled", "", ""),
        "booked",
    )
    assert not Message.objects.filter(to=leila.email, state="waiting").exists()


def test_a_sheet_read_before_another_was_noted_takes_nobody_s_attestation_away(client, clock, library, karim):
    session = planned(library, karim)
    fanny, youssef = (
        sessions.enrol(session, helper(library, karim, name), by=karim, at=AT)
        for name in ("Fanny", "Youssef")
    )
    clock(AFTER)
    sessions.tick(session, {fanny.pk: True}, by=karim, at=AFTER)
    sessions.attest(session, by=karim, at=AFTER)
    client.force_login(karim)
    address = f"/espace/formations/sessions/{session.pk}/geste/"
    client.post(address, {"geste": "appel", f"venu-{youssef.pk}": "0"})  # a page without Fanny’s answer
    assert dict(session.enrolments.values_list("aidant__name", "seat__came")) == {
        "Fanny": True,
        "Youssef": False,
    }
    assert Attestation.objects.get().withdrawn_at is None
    page_text = client.post(address, {"geste": "appel"}, follow=True).content.decode()
    assert "Personne n’est noté présent ou absent" in page_text
    assert Entry.objects.filter(verb="workshop.ticked").count() == 2


def test_an_attestation_has_the_day_of_its_place(client, clock, home, karim):
    papeete = place("papeete", {"nom": "Mairie", "code_insee": "98735", "commune": "Papeete"})
    rosa = account("rosa", "formation", structure=papeete.structure)
    morning = datetime(2026, 12, 4, 5, tzinfo=UTC)  # seven in the evening there, on the 3rd
    values = {"starts_at": morning, "ends_at": morning + timedelta(hours=2), "capacity": 2, "lieu": papeete}
    item = catalogue.item(KEY)
    session = sessions.plan(item, structure=papeete.structure, values=values, by=rosa, at=AT)
    row = sessions.enrol(session, helper(papeete, rosa), by=rosa, at=AT)
    noon = datetime(2026, 12, 3, 22, tzinfo=UTC)  # on the day itself, before it begins
    clock(noon)
    client.force_login(rosa)
    assert f"venu-{row.pk}" in client.get(f"/espace/formations/sessions/{session.pk}/").content.decode()
    sessions.tick(session, {row.pk: True}, by=rosa, at=noon)
    (attestation,) = sessions.attest(session, by=rosa, at=morning + timedelta(hours=3))
    assert (attestation.begins_on, attestation.obtained_on, attestation.valid_until) == (
        date(2026, 12, 3),
        date(2026, 12, 3),
        rules.add_months(date(2026, 12, 3), item.months),
    )


def test_the_third_of_two_seats_waits_and_takes_the_seat_freed(library, karim):
    session = planned(library, karim)
    rows = [sessions.enrol(session, helper(library, karim, f"Aidant {n}"), by=karim, at=AT) for n in range(3)]
    assert [row.seat.status for row in rows] == ["booked", "booked", "waiting"]
    sessions.give_up(rows[0], by=karim, at=AT)
    rows[2].seat.refresh_from_db()
    assert rows[2].seat.status == "booked"
    again = sessions.enrol(session, rows[0].aidant, by=karim, at=AT)
    assert (again.pk, again.seat.status) == (rows[0].pk, "waiting")


def test_another_structure_neither_enrols_our_team_nor_reads_its_names(
    client, clock, library, hall, karim, leila
):
    session = planned(library, karim)
    aidant = helper(library, karim)
    sessions.enrol(session, aidant, by=karim, at=AT)
    with pytest.raises(Refused):
        sessions.enrol(session, helper(library, karim, "Autre Nom"), by=leila, at=AT)
    client.force_login(leila)
    page = client.get(f"/espace/formations/sessions/{session.pk}/").content.decode()
    assert "Fanny" not in page
    assert "1 inscrit en tout" in page
    assert (
        client.post(f"/espace/formations/sessions/{session.pk}/geste/", {"geste": "appel"}).status_code == 404
    )
    assert client.get(f"/espace/formations/equipe/{aidant.pk}/").status_code == 404


def test_trainings_are_of_the_agenda_and_not_of_what_the_public_sees(client, clock, library, karim):
    session = planned(library, karim)
    assert not public.to_come(AT).exists()
    assert planned(library, karim) == session, "a double click"
    client.force_login(karim)
    page = client.get(f"/espace/ateliers/{session.workshop_id}/").content.decode()
    assert "Émargement" in page and f'"/ateliers/{session.workshop_id}/' not in page, "nobody reads it there"
    (line,) = of_agenda.sessions(AT, AFTER)
    assert (line.kind, line.url) == ("training", f"/espace/formations/sessions/{session.pk}/")
    row = sessions.enrol(session, helper(library, karim), by=karim, at=AT)
    sessions.tick(session, {row.pk: True}, by=karim, at=AFTER)
    assert exports.of_structures(None, date(2026, 12, 1), date(2026, 12, 31)) == []
    Workshop.objects.update(kind="workshop")
    assert len(exports.of_structures(None, date(2026, 12, 1), date(2026, 12, 31))) == 1


def test_a_training_of_a_body_is_added_with_its_source(client, clock, karim, leila):
    client.force_login(karim)
    typed = {
        "titre": "Aidants Connect",
        "organisme": "Un organisme",
        "pour": ["social"],
        "heures": "7",
        "mois": "12",
    }
    assert client.post("/espace/formations/ajouter/", typed).status_code == 400
    client.post("/espace/formations/ajouter/", {**typed, "source": "Sa plaquette de 2026"})
    client.force_login(leila)
    page = client.get("/espace/formations/?pour=social").content.decode()
    assert "Aidants Connect" in page
    assert "Aidants Connect" not in client.get("/espace/formations/?pour=relatives").content.decode()
    (row,) = catalogue.OwnTraining.objects.all()
    assert client.post(f"/espace/formations/plus-{row.pk}/retirer/").status_code == 404
    client.force_login(karim)
    for _ in range(2):
        client.post(f"/espace/formations/plus-{row.pk}/retirer/", {"etait": ""})
    assert "Aidants Connect" not in client.get("/espace/formations/").content.decode()


def test_a_training_followed_elsewhere_is_noted_without_code(client, clock, library, karim):
    row = helper(library, karim)
    client.force_login(karim)
    typed = {"titre": "Aidants Connect", "organisme": "Un organisme", "niveau": "confirmed"}
    form_data = {**typed, "obtenue": "2026-10-01", "valable": "2026-12-01"}
    client.post(f"/espace/formations/equipe/{row.pk}/", form_data)
    (attestation,) = Attestation.objects.all()
    assert (attestation.code, attestation.structure_id) == ("", library.structure.pk)
    assert queries.aidants(Aidant.objects.all(), AT)[0].standing == "ending"
    assert client.get(f"/espace/formations/attestations/{attestation.pk}/").status_code == 400
    with pytest.raises(Refused, match="à venir"):
        team.declare(row, {"title": "x", "body": "x", "obtained_on": date(2027, 1, 1)}, by=karim, at=AT)


def test_an_aidant_is_copied_put_back_and_erased(client, clock, library, karim):
    aidant = helper(library, karim)
    row = attested(library, karim, aidant)
    client.force_login(karim)
    address = f"/espace/formations/equipe/{aidant.pk}/"
    assert client.get(f"{address}copie.json").json()["attestations"][0]["code"] == row.code
    for _ in range(2):  # by two, from the same page
        client.post(f"{address}geste/", {"geste": "partir", "etait": ""})
        assert queries.team(karim, None, AT) == []
    assert '<input type="hidden" name="etait" value="1">' in client.get(address).content.decode()
    client.post(f"{address}geste/", {"geste": "partir", "etait": "1"})
    assert len(queries.team(karim, None, AT)) == 1
    client.post(f"{address}geste/", {"geste": "effacer"})
    assert Aidant.objects.exists()
    client.post(f"{address}geste/", {"geste": "effacer", "confirme": "oui"})
    assert not Attestation.objects.exists()
    assert Seat.objects.get().name == ""
    assert client.get(f"/attestation/{row.code}/").status_code == 404


# ---------------------------------------------------------------------------------------------------- figures


def many(library, karim, n: int, **values) -> None:
    known = Aidant.objects.count()
    for k in range(n):
        helper(library, karim, f"Aidant {known + k}", **values)


def test_small_counts_of_a_territory_are_withheld_and_not_those_of_ones_own(clock, library, karim):
    many(library, karim, 12, frame="framed")
    many(library, karim, 4, frame="none")
    by_id = {each.id: each for each in indicators.report(None, AT).rows}
    assert (by_id["unframed"].value, by_id["unframed"].part) == ("", None)
    assert by_id["unframed"].denominator == 16
    own = indicators.report(None, AT, own=frozenset({library.structure.pk}))
    own_row_by_id = {each.id: each for each in own.rows}
    assert (own_row_by_id["unframed"].part, own_row_by_id["unframed"].denominator) == (4, 16)
    many(library, karim, 8, frame="none")
    many(library, karim, 3, frame="unknown")
    by_id = {each.id: each for each in indicators.report(None, AT).rows}
    unframed = by_id["unframed"]
    assert (unframed.value, unframed.unknown) == ("50\u00a0%", None)
    assert (unframed.part, unframed.denominator) == (None, None), "27 less 24 would tell the three"
    many(library, karim, 8, frame="unknown")
    by_id = {each.id: each for each in indicators.report(None, AT).rows}
    unframed = by_id["unframed"]
    assert (unframed.part, unframed.denominator, unframed.unknown) == (12, 24, 11)


def test_a_few_relatives_are_not_revealed_by_subtraction(client, clock, library, karim):
    many(library, karim, 12, frame="framed")
    for k in range(3):
        helper(library, karim, f"Proche {k}", kind="relative")
    report = indicators.report(None, AT)
    by_id = {each.id: each for each in report.rows}
    assert (report.n, by_id["trained"].denominator, by_id["relatives"].denominator) == (12, 12, None)
    client.force_login(account("nora", "coordination", territory="38"))
    page = " ".join(client.get("/espace/formations/chiffres/").content.decode().split())
    assert "12 aidants notés, proches à part" in page and "15" not in page.split("<h2", 1)[0].split("<h1")[1]
    assert "Parmi les proches inscrits" in page


def count(id: str, part: int, total: int, unknown: int = 0, separate: int = 0) -> rules.Count:
    return rules.Count(id, part, total, unknown, separate)


def indicator_by_id(monkeypatch, *rows) -> dict[str, indicators.Indicator]:
    monkeypatch.setattr(indicators.rules, "counts", lambda aidants, today: rows)
    return {each.id: each for each in indicators.report(None, AT).rows}


@pytest.mark.parametrize(
    ("trained", "planned", "are_published"),
    [
        (40, 15, [True, False]),  # 60 less 40 less 15: five have neither
        (30, 15, [True, True]),
        (45, 15, [True, True]),  # nobody has neither
    ],
)
def test_the_few_who_have_no_training_are_not_revealed_by_subtraction(
    db, monkeypatch, trained, planned, are_published
):
    indicators_found = indicator_by_id(
        monkeypatch, count("trained", trained, 60), count("planned", planned, 60), count("relatives", 0, 0)
    )
    assert [indicators_found[id].part is not None for id in ("trained", "planned")] == are_published


@pytest.mark.parametrize(("volunteers", "is_published"), [(5, False), (11, True), (0, True)])
def test_the_few_volunteers_of_a_team_are_not_revealed_by_subtraction(
    db, monkeypatch, volunteers, is_published
):
    """60 aidants, 55 salariés : cinq sont bénévoles."""
    paid = 60 - volunteers
    indicators_found = indicator_by_id(
        monkeypatch,
        count("trained", 30, 60),
        count("planned", 0, 60),
        count("turnover", 20, paid, 0, volunteers),
    )
    assert (
        (indicators_found["turnover"].denominator is not None)
        == (indicators_found["turnover"].part is not None)
        == is_published
    )
    assert indicators_found["turnover"].value, "the share alone tells nothing of them"


def test_aidants_put_together_by_the_database_are_counted_as_one_by_one(library, karim):
    today = AT.date()
    ends = [None, *(today + timedelta(days=n) for n in (-400, -1, 0, 1, 89, 90, 91, 92, 900))]
    days_around_risk = {
        rules.add_months(today, rules.RISK_MONTHS) + timedelta(days=n) for n in (-1, 0, 1, 400)
    }
    contracts = [today + timedelta(days=n) for n in (-400, -1, 0, 1)] + sorted(days_around_risk)
    for k, until in enumerate(ends):
        for kind in ("salaried", "relative"):
            row = helper(library, karim, f"{kind} {k}", kind=kind)
            Attestation.objects.create(
                aidant=row, structure=library.structure, name=row.name, title="Une formation", minutes=60,
                begins_on=today, obtained_on=today, valid_until=until, made_at=AT,
            )  # fmt: skip
    for k, end in enumerate(contracts):
        helper(library, karim, f"Contrat {k}", contract="fixed", contract_ends_on=end)
    rows = Aidant.objects.all()
    one_by_one = Counter(queries.as_helper(each.aidant, each.standing) for each in queries.aidants(rows, AT))
    together = queries.helpers(rows, AT)
    assert rules.counts(together, today) == rules.counts(one_by_one, today)
    standings = [
        sorted(each.standing for each in aidant_counter.elements())
        for aidant_counter in (together, one_by_one)
    ]
    assert standings[0] == standings[1]
    assert len(together) < len(one_by_one)


def test_figures_are_a_page_and_a_table(client, clock, library, karim):
    many(library, karim, 3, contract="fixed", contract_ends_on=date(2027, 1, 31))
    helper(library, karim, "Samia", kind="relative", supported_by=karim)
    client.force_login(karim)
    page = client.get("/espace/formations/chiffres/").content.decode()
    assert "3 sur 3\u00a0: salariés et conseillers dont on connaît le contrat" in page
    rows = list(
        csv.DictReader(io.StringIO(client.get("/espace/formations/chiffres.csv").content.decode("utf-8-sig")))
    )
    figure_by_label = {row["indicateur"]: (row["part"], row["sur"]) for row in rows}
    assert figure_by_label["Risque de départ"] == ("3", "3")
    assert figure_by_label["Proches soutenus"] == ("1", "1")


def test_the_name_of_a_team_is_refused_twice_and_with_a_secret(library, karim):
    helper(library, karim)
    with pytest.raises(Refused, match="porte déjà ce nom"):
        helper(library, karim, "fanny roche")
    with pytest.raises(Refused):
        helper(library, karim, "mot de passe : Grenoble38!")


def test_the_end_of_a_contract_is_read_by_whoever_manages_the_team(client, clock, library, karim):
    manager = account("manager", "gestionnaire", structure=library.structure)
    row = helper(library, karim, "Fanny Roche", contract="fixed", contract_ends_on=date(2027, 1, 31))
    address = f"/espace/formations/equipe/{row.pk}/"
    readers = []
    for user in (karim, manager):
        client.force_login(user)
        copied = client.get(f"{address}copie.json").json()
        pages = {
            "home": any(each.kind == "aidant-ending" for each in worklist.lines(user, timezone.localtime())),
            "team": "Contrat fini" in client.get("/espace/formations/equipe/").content.decode(),
            "sheet": "2027-01-31" in client.get(address).content.decode(),
            "copy": copied["fin_du_contrat"] == "2027-01-31",
        }
        readers.append(pages)
    assert [set(pages.values()) for pages in readers] == [{False}, {True}], readers
    client.force_login(karim)
    client.post(address, {"nom": "Fanny R.", "statut": "salaried", "cadre": "none", "contrat": "unknown"})
    row.refresh_from_db()
    assert (row.name, row.contract) == ("Fanny R.", "fixed"), "nor written by another"


def test_a_team_is_added_to_and_corrected_by_its_structure(client, clock, library):
    client.force_login(account("manager", "gestionnaire", structure=library.structure))
    form_data = {
        "nom": "Fanny Roche",
        "statut": "salaried",
        "cadre": "none",
        "contrat": "fixed",
        "fin": "2027-01-31",
    }
    page = client.post("/espace/formations/equipe/", form_data, follow=True).content.decode()
    assert "Sans cadre écrit" in page
    assert "Contrat fini le 31 janvier 2027" in page
    row = Aidant.objects.get()
    address = f"/espace/formations/equipe/{row.pk}/"
    assert client.get(address).status_code == 200
    client.post(address, {**form_data, "cadre": "framed", "statut": "volunteer"})
    row.refresh_from_db()
    assert (row.frame, row.contract, row.contract_ends_on) == ("framed", "unknown", None)


def test_a_contract_ends_soon_within_six_months_and_not_before_today():
    def soon(day: date) -> bool:
        row = rules.Helper(kind="adviser", standing="none", frame="none", contract="fixed", ends_on=day)
        return rules.ends_soon(row, date(2026, 11, 22))

    assert [
        soon(day) for day in (date(2026, 11, 21), date(2026, 11, 22), date(2027, 5, 22), date(2027, 5, 23))
    ] == [*(False, True, True, False)]
    assert timezone.localdate(AT) == date(2026, 11, 20)


def test_an_aidant_enrols_themselves_and_is_noted_in_their_team(client, clock, library, hall, karim):
    session = planned(library, karim)
    worker = account("diallo", "prescripteur", shown="M. Diallo", structure=hall.structure)
    address = f"/espace/formations/sessions/{session.pk}/"
    client.force_login(worker)
    assert "M’inscrire" in client.get(address).content.decode()
    for _ in range(2):
        client.post(f"{address}geste/", {"geste": "moi", "structure": hall.structure.pk})
    (enrolment,) = Enrolment.objects.all()
    assert (enrolment.aidant.user, enrolment.aidant.structure) == (worker, hall.structure)
    page = client.get(address).content.decode()
    assert "M. Diallo" in page and "M’inscrire" not in page
    sent = {"geste": "moi", "structure": library.structure.pk}
    assert client.post(f"{address}geste/", sent).status_code == 404
    with pytest.raises(Refused):
        team.add_oneself(library.structure, by=worker, at=AT)
