"""Appointments shared with RDV Service Public: both ways, nothing lost, nothing doubled, conflicts said."""

import hashlib
import hmac
import json
import random
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from maillage.apps.agenda import worklist
from maillage.apps.agenda.actions import appointments
from maillage.apps.agenda.actions import rdv as actions
from maillage.apps.agenda.models import Appointment, RdvAccount, RdvLink
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.agenda.rules import rdv as rdv_rules
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.platform.exchanges.models import Pull
from maillage.kernel.errors import Refused
from maillage.manage.providers import asking
from maillage.manage.providers import rdv as provider
from tests.conftest import account
from tests.support.places import place
from tests.support.rdv_api import AGENT, ORGANISATION, RdvServicePublic, serve

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 30, 9, tzinfo=UTC)
TURN = timedelta(minutes=16)
TEN, ELEVEN = "2026-12-01T10:00:00.000+01:00", "2026-12-01T11:00:00.000+01:00"
PAGE = "/espace/rendez-vous/rdv-service-public/"
NOTICES = f"/rendez-vous/rdv-service-public/{ORGANISATION}/"


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> dict[str, datetime]:
    now = {"at": AT}
    monkeypatch.setattr("django.utils.timezone.now", lambda: now["at"])
    return now


@pytest.fixture
def there(settings, clock) -> Iterator[RdvServicePublic]:
    known = RdvServicePublic()
    known.clock = lambda: clock["at"]
    server = serve(known)
    settings.SOURCES_INSIDE = True
    settings.RDV = {
        "address": f"http://127.0.0.1:{server.server_port}",
        "client_id": "maillage",
        "secret": "secret",
    }
    yield known
    server.shutdown()
    server.server_close()


@pytest.fixture
def ada(home):
    return account("ada", "aidant", structure=place("bibliotheque", {"nom": "Bibliothèque"}).structure)


def link(client, user) -> str:
    """Agree there, and come back; return the page that follows."""
    client.force_login(user)
    page = client.get(PAGE).content.decode()
    address = page.split('class="bouton plein" href="')[1].split('"')[0].replace("&amp;", "&")
    state = parse_qs(urlsplit(address).query)["state"][0]
    return client.get("/compte/rdv-service-public/", {"code": "bon-code", "state": state}, follow=True)


@pytest.fixture
def linked(client, there, ada) -> RdvAccount:
    link(client, ada)
    return RdvAccount.objects.get()


def run(at: datetime) -> dict[str, int]:
    return {key: n for key, n in provider.run_deadlines(at).items() if n}


def deliver(there, notices=None) -> list[int]:
    """Deliver the notices that wait, or some, and return the answers."""
    pending_notices, there.notices = (there.notices if notices is None else notices), []
    return [
        Client()
        .post(NOTICES, body, content_type="application/json", headers={"X-Lapin-Signature": signature})
        .status_code
        for body, signature in pending_notices
    ]


def book(ada, hour: int = 14) -> Appointment:
    draft = Draft(kind=rules.PROCEDURE, starts_at=datetime(2026, 12, 2, hour, tzinfo=UTC), name="Fatou")
    structure = RdvAccount.objects.get().structure
    return appointments.book(draft, structure=structure, by=ada, helper=ada, at=AT)


def test_an_agreement_links_an_account_and_subscribes_to_its_organisations(client, there, ada):
    page = link(client, ada).content.decode()
    assert "un changement arrive aussitôt" in page
    row = RdvAccount.objects.get()
    assert (row.user, row.agent, row.access_token) == (ada, AGENT, there.access)
    with connection.cursor() as cursor:
        cursor.execute("SELECT access_token, refresh_token FROM agenda_rdvaccount")
        assert not {there.access, there.refresh} & set(cursor.fetchone())
    assert there.endpoints[0]["target_url"].endswith(NOTICES)
    client.post(PAGE, {"geste": "arreter"})
    link(client, ada)
    assert (RdvAccount.objects.count(), len(there.endpoints)) == (1, 1)


def test_who_runs_no_organisation_there_is_read_all_the_same(client, there, ada):
    there.is_admin = False
    assert "en un quart d’heure" in link(client, ada).content.decode()
    there.put(1)
    assert run(AT) == {"new": 1}


@pytest.mark.parametrize("query", [{}, {"code": "bon-code", "state": "x.1"}, {"error": "access_denied"}])
def test_an_unexpected_agreement_links_nothing(client, there, ada, query):
    client.force_login(ada)
    client.get(PAGE)
    client.get("/compte/rdv-service-public/", query)
    assert not RdvAccount.objects.exists()


def test_nobody_links_the_structure_of_another(client, there, ada):
    other = place("maison", {"nom": "Maison"}).structure
    client.force_login(ada)
    state = parse_qs(urlsplit(client.get(PAGE).context["structures"][0][1]).query)["state"][0]
    forged = f"{state.partition('.')[0]}.{other.pk}"
    client.get("/compte/rdv-service-public/", {"code": "bon-code", "state": forged})
    assert not RdvAccount.objects.exists()


def test_an_appointment_is_read_with_a_first_name_and_nothing_else(linked, there):
    there.put(1)
    assert run(AT) == {"new": 1}
    row = Appointment.objects.get()
    assert (row.name, row.subject, row.minutes, row.channel) == ("Leila", "Aide aux démarches", 30, "rdv")
    assert (row.helper, row.structure, row.way) == (linked.user, linked.structure, rules.NO_WAY)
    stored_text = str(list(Appointment.objects.values()) + list(RdvLink.objects.values()))
    assert not [word for word in ("Untel", "leila@", "0611", "mari") if word in stored_text]
    assert run(AT + TURN) == {}
    assert Appointment.objects.count() == 1


def test_a_meeting_of_several_is_refused_once_and_says_why(client, linked, there, clock):
    there.put(1, collectif=True, max_participants_count=8)
    assert run(AT) == {"others": 1}
    assert not Appointment.objects.exists()
    client.force_login(linked.user)
    page = client.get(PAGE).content.decode()
    assert "mardi 1er décembre 2026 à 10 h, 8 places : Aide aux démarches" in page.replace("\xa0", " ")
    assert "publiez-le comme atelier" in page
    client.post(PAGE, {"geste": "vu", "lien": RdvLink.objects.get().pk})
    there.put(1, ELEVEN, collectif=True, max_participants_count=8)
    run(AT + TURN)
    assert "publiez-le comme atelier" not in client.get(PAGE).content.decode(), "said once"


def test_pages_are_read_to_the_last(linked, there):
    there.size = 2
    for id in range(1, 12):
        there.put(id, f"2026-12-{id + 1:02}T10:00:00.000+01:00")
    assert run(AT) == {"new": 8}  # four pages a turn
    assert run(AT) == {"new": 3}


@pytest.mark.parametrize(
    ("status", "state", "decided_by"),
    [
        *(("seen", "came", ""), ("noshow", "absent", "")),
        *(("excused", "cancelled", "person"), ("revoked", "cancelled", "structure")),
    ],
)
def test_statuses_go_both_ways(linked, there, ada, clock, status, state, decided_by):
    there.put(1), there.put(2, ELEVEN)
    run(AT)
    there.put(1, status=status)
    run(AT + TURN)
    row = Appointment.objects.get(rdv__remote=1)
    assert (row.state, row.cancelled_by) == (state, decided_by)
    own_row, day = Appointment.objects.get(rdv__remote=2), datetime(2026, 12, 1, 12, tzinfo=UTC)
    if state == "cancelled":
        appointments.cancel(own_row, by=ada, at=day, decided_by=decided_by)
    else:
        appointments.tick(own_row, state == "came", by=ada, at=day)
    assert run(AT + 2 * TURN) == {"sent": 1}
    assert there.rdvs[2]["status"] == status
    clock["at"] = AT + 3 * TURN
    deliver(there)
    assert run(AT + 3 * TURN) == {}


def test_what_is_moved_there_moves_here_and_is_moved_there_alone(linked, there, ada):
    there.put(1)
    run(AT)
    there.put(1, starts_at=ELEVEN, duration_in_min=45)
    assert run(AT + TURN) == {"corrected": 1}
    row = Appointment.objects.get()
    assert (row.starts_at.hour, row.minutes) == (10, 45)
    with pytest.raises(Refused, match="là-bas"):
        appointments.move(row, starts_at=row.starts_at + TURN, by=ada, at=AT)


def test_what_is_destroyed_there_is_cancelled_here(linked, there, clock):
    there.put(1), there.put(2, ELEVEN)
    run(AT)
    there.destroy(1)
    assert run(AT + TURN) == {"struck": 1}
    clock["at"] += 2 * TURN
    there.destroy(2)
    assert deliver(there)[-1] == 200
    assert set(Appointment.objects.values_list("state", flat=True)) == {rules.CANCELLED}


def test_our_hours_become_nameless_absences(linked, there, ada):
    row = book(ada)
    assert run(AT) == {"sent": 1}
    (absence,) = there.absences.values()
    assert absence == {
        "id": 900,
        "agent_id": AGENT,
        "title": f"Occupé (Maillage {row.pk})",
        "first_day": "2026-12-02",
        "start_time": "15:00",
        "end_day": "2026-12-02",
        "end_time": "15:30",
    }
    appointments.move(row, starts_at=row.starts_at + timedelta(hours=1), by=ada, at=AT)
    run(AT + TURN)
    assert there.absences[900]["start_time"] == "16:00"
    appointments.cancel(row, by=ada, at=AT)
    run(AT + 2 * TURN)
    assert (there.absences, RdvLink.objects.count()) == ({}, 0)


def test_an_absence_whose_answer_is_lost_is_made_once(linked, there, ada):
    book(ada)
    there.codes = ["cut"]
    assert run(AT) == {"echec": 1}
    assert run(AT + TURN) == {"sent": 1}
    assert len(there.absences) == 1


def test_overlapping_appointments_stay_with_a_conflict(client, linked, there, ada):
    there.put(1)
    run(AT)
    there.put(2, TEN)
    assert run(AT + TURN) == {"new": 1, "conflicts": 1}
    client.force_login(ada)
    assert "reçoit déjà quelqu’un mardi" in client.get(PAGE).content.decode().replace("\xa0", " ")
    row = RdvLink.objects.exclude(conflict="").get()
    assert "reçoit déjà" in client.get(reverse("appointment", args=[row.appointment_id])).content.decode()
    assert [line.kind for line in worklist.lines(ada, AT)] == ["rdv"]
    assert client.post(PAGE, {"geste": "vu", "lien": row.pk + 1000}).status_code == 404
    client.post(PAGE, {"geste": "vu", "lien": row.pk})
    assert "reçoit déjà" not in client.get(PAGE).content.decode()


def test_a_status_changed_on_both_sides_raises_a_conflict(linked, there, ada, clock):
    there.put(1)
    run(AT)
    clock["at"] += TURN / 2
    there.put(1, status="excused")
    day = datetime(2026, 12, 1, 12, tzinfo=UTC)
    appointments.tick(Appointment.objects.get(), False, by=ada, at=day)
    there.tell = lambda *_: None
    deliver(there)
    assert Appointment.objects.get().state == rules.CANCELLED
    assert "dans le même temps" in RdvLink.objects.get().conflict
    assert run(AT + TURN) == {}  # nothing is said there


def test_a_refused_status_comes_back_with_a_conflict(linked, there, ada):
    there.put(1)
    run(AT)
    there.refused_statuses = {"revoked"}
    appointments.cancel(Appointment.objects.get(), by=ada, at=AT)
    assert run(AT + TURN) == {"conflicts": 1, "corrected": 1}
    assert Appointment.objects.get().state == rules.BOOKED
    assert "n’a pas été pris" in RdvLink.objects.get().conflict


# --------------------------------------------------------------------------------------------------- notices


def test_notices_apply_once_whatever_their_order(linked, there, clock):
    there.put(1)
    clock["at"] += timedelta(minutes=1)
    there.put(1, status="excused")
    first, second = there.notices
    clock["at"] += timedelta(minutes=1)
    assert deliver(there, [second, first, second, first]) == [200] * 4
    assert Appointment.objects.get().state == rules.CANCELLED


def test_a_destruction_before_its_creation_wins(linked, there, clock):
    there.put(1)
    clock["at"] += timedelta(minutes=1)
    there.destroy(1)
    first, second = there.notices
    deliver(there, [second, first])
    assert not Appointment.objects.exists()


def test_a_forged_notice_is_refused(linked, there):
    there.put(1)
    (body, signature), there.notices = there.notices[0], []
    foreign_signature = rdv_rules.secret("autre", ORGANISATION)
    forged = body.replace(b"Leila", b"Louis")
    assert (
        deliver(there, [(body, ""), (body, foreign_signature), (body, "é"), (forged, signature)]) == [401] * 4
    )
    assert not Appointment.objects.exists()


def test_an_organisation_speaks_of_its_own_appointments_alone(client, linked, there, settings):
    there.put(1)
    run(AT)
    stranger = ORGANISATION + 1
    secret = rdv_rules.secret(settings.SECRET_KEY, stranger)
    for organisation in (ORGANISATION, stranger):
        data = there.rdvs[1] | {"status": "revoked", "organisation": {"id": organisation}}
        body = json.dumps({"meta": {"model": "Rdv", "event": "updated", "timestamp": str(AT)}, "data": data})
        signature = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
        client.post(
            NOTICES.replace(str(ORGANISATION), str(stranger)),
            body,
            content_type="application/json",
            headers={"X-Lapin-Signature": signature},
        )
    assert Appointment.objects.get().state == rules.BOOKED


def test_an_old_notice_replayed_is_refused(linked, there, clock):
    there.put(1)
    clock["at"] += timedelta(days=4)
    assert deliver(there) == [400]
    assert not Appointment.objects.exists()


@pytest.mark.parametrize("content", ["[]", "{}", "x", '{"meta": {"model": "Rdv"}}', "[" * 60_000])
def test_a_signed_notice_that_says_nothing_is_refused(client, linked, settings, content):
    secret = rdv_rules.secret(settings.SECRET_KEY, ORGANISATION)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"
    assert RdvAccount.objects.get().access_token, "sealed by the former key, it opens"
    signature = hmac.new(secret.encode(), content.encode(), hashlib.sha256).hexdigest()
    answer = client.post(
        NOTICES, content, content_type="application/json", headers={"X-Lapin-Signature": signature}
    )
    assert answer.status_code == 400


def test_off_nothing_leaves_and_no_notice_is_read(client, linked, there, settings):
    there.put(1)
    settings.RDV = settings.RDV | {"client_id": ""}
    there.requests.clear()
    assert run(AT) == {}
    assert deliver(there) == [404]
    assert "MAILLAGE_RDV_CLIENT" in client.get(PAGE).content.decode()
    assert not there.requests


# ---------------------------------------------------------------------------------------------------- failures


@pytest.mark.parametrize("failure", [404, 429, 500, "cut", "slow"])
def test_a_failure_waits_and_goes_on(linked, there, failure, monkeypatch):
    monkeypatch.setattr(asking, "LONGEST", 0.3)
    there.put(1)
    there.codes = [failure]
    assert run(AT) == {"echec": 1}
    assert Pull.objects.get().error
    assert run(AT + timedelta(minutes=2)) == {"new": 1}
    assert Pull.objects.get().error == []


def test_a_key_that_ends_in_the_middle_is_renewed(linked, there):
    there.put(1)
    run(AT)
    there.access = "une-autre"  # ended there before its time
    there.put(1, status="seen")
    assert run(AT + TURN) == {"corrected": 1}
    assert RdvAccount.objects.get().access_token == there.access
    there.put(2, ELEVEN)
    assert run(AT + timedelta(hours=3)) == {"new": 1}  # renewed before it ends


def test_a_revoked_agreement_stops_until_it_is_renewed(client, linked, there, ada):
    there.put(1)
    run(AT)
    there.access, there.refresh = "une-autre", "perdue"
    there.put(1, status="excused")
    assert run(AT + TURN) == {"echec": 1}
    there.requests.clear()
    assert run(AT + 10 * TURN) == {}
    assert not there.requests
    assert "refuse votre accord" in client.get(PAGE).content.decode()
    client.force_login(account("reine", "administration"))
    assert "L’accord donné là-bas est retiré" in client.get("/espace/echanges/").content.decode()
    link(client, ada)
    assert run(AT + 11 * TURN) == {"struck": 1}
    assert Appointment.objects.count() == 1


def test_names_erased_here_do_not_come_back(linked, there):
    there.put(1)
    run(AT)
    Appointment.objects.update(name="", subject="", address="", stripped_at=AT)
    there.put(1, starts_at=ELEVEN)
    run(AT + TURN)
    row = Appointment.objects.get()
    assert (row.name, row.subject, row.address) == ("", "", "")


def test_a_day_of_traffic_with_cuts_ends_the_same_on_both_sides(
    client, linked, there, ada, clock, monkeypatch
):
    chance = random.Random(58)
    there.size = 10
    follow = actions.follow

    def cut(*arguments, **more):
        counts = follow(*arguments, **more)
        if chance.random() < 0.03:
            raise KeyboardInterrupt
        return counts

    monkeypatch.setattr(provider.following, "follow", cut)
    n_made, late_notices, own_appointments = 0, [], []
    for minutes in range(0, 24 * 60, 12):
        at = clock["at"] = AT + timedelta(minutes=minutes)
        if chance.random() < 0.4:
            n_made += 1
            there.put(n_made, f"2026-12-{3 + n_made % 20:02}T{8 + n_made % 9:02}:00:00.000+01:00")
        if there.rdvs and chance.random() < 0.4:
            there.put(
                chance.choice(list(there.rdvs)), status=chance.choice(["unknown", "excused", "revoked"])
            )
        if there.rdvs and chance.random() < 0.05:
            there.destroy(chance.choice(list(there.rdvs)))
        coming = list(Appointment.objects.filter(channel=rules.RDV, state=rules.BOOKED))
        if coming and chance.random() < 0.2:
            appointments.cancel(chance.choice(coming), by=ada, at=at)
        if len(own_appointments) < 6 and chance.random() < 0.1:
            own_appointments.append(book(ada, hour=5 + len(own_appointments)))
        late_notices += there.notices
        there.notices = []
        chance.shuffle(late_notices)
        n_arriving = chance.randrange(len(late_notices) + 1)
        arriving, late_notices = late_notices[:n_arriving], late_notices[n_arriving:]
        arriving += chance.sample(arriving, min(len(arriving), 2))  # some twice, and some never
        with suppress(KeyboardInterrupt):
            deliver(there, [each for each in arriving if chance.random() < 0.8])
        there.before_answer = lambda: (
            there.put(chance.choice(list(there.rdvs)), duration_in_min=chance.choice([20, 40]))
            if there.rdvs and chance.random() < 0.1
            else None
        )
        there.codes = chance.choices([200, 200, 200, 200, 500, 429, "cut"], k=12)
        with suppress(KeyboardInterrupt):
            run(at)
    monkeypatch.setattr(provider.following, "follow", follow)
    there.codes, there.before_answer = [], lambda: None
    for hours in range(33, 60, 3):
        clock["at"] = AT + timedelta(hours=hours)
        run(clock["at"])
    status_by_remote = {
        row.rdv.remote: rdv_rules.status_of(row.state, row.cancelled_by)
        for row in Appointment.objects.filter(channel=rules.RDV, rdv__gone_at=None).select_related("rdv")
    }
    assert n_made > 30
    minutes = Appointment.objects.filter(rdv__gone_at=None, rdv__remote__gt=0).values_list(
        "rdv__remote", "minutes"
    )
    assert dict(minutes) == {id: values["duration_in_min"] for id, values in there.rdvs.items()}
    assert status_by_remote == {id: values["status"] for id, values in there.rdvs.items()}
    assert Appointment.objects.filter(channel=rules.RDV, state=rules.BOOKED).count() == sum(
        values["status"] == "unknown" for values in there.rdvs.values()
    )
    titles = sorted(absence["title"] for absence in there.absences.values())
    assert titles == sorted(f"Occupé (Maillage {row.pk})" for row in own_appointments)


def test_another_account_sees_nothing_of_it(client, linked, there):
    there.put(1)
    run(AT)
    client.force_login(account("sam", "aidant", structure=place("maison", {"nom": "Maison"}).structure))
    assert client.get(reverse("appointment", args=[Appointment.objects.get().pk])).status_code == 404
    assert client.post(PAGE, {"geste": "vu", "lien": RdvLink.objects.get().pk}).status_code == 404
    assert client.post(PAGE, {"geste": "arreter"}).status_code == 404
