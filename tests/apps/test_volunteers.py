"""Volunteers: from a gap to a mission, met, supervised, hours; nobody alone with papers or codes."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar

from maillage.apps.agenda.actions import appointments
from maillage.apps.agenda.actions.appointments import Spot
from maillage.apps.agenda.models import Appointment
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.people.persons import access as people
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.platform.messages.models import Message
from maillage.apps.volunteering.volunteers import access
from maillage.apps.volunteering.volunteers.actions import hours, meetings, missions, sessions, team
from maillage.apps.volunteering.volunteers.forms import missions as missions_forms
from maillage.apps.volunteering.volunteers.models import (
    Aidant,
    Attestation,
    Engagement,
    Hours,
    Mission,
    Volunteer,
)
from maillage.apps.volunteering.volunteers.queries import missions as queries
from maillage.apps.volunteering.volunteers.rules import missions as rules
from maillage.kernel.errors import Refused
from maillage.manage.deploy.scheduler import run
from tests.conftest import account
from tests.support.places import place
from tests.support.volunteers import proposed, supervised

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("leaves")]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TODAY = date(2026, 11, 20)
TUESDAY = datetime(2026, 11, 24, 13, tzinfo=UTC)  # two o’clock in Grenoble


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The hour as pages read it."""

    def at(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    at(AT)
    return at


@pytest.fixture
def karim(library):
    return account("karim", "formation", shown="Karim", structure=library.structure)


@pytest.fixture
def denise(library):
    return account("denise", "benevole", shown="Denise", structure=library.structure)


GAP = queries.GapRow(
    place="38185",
    place_name="Grenoble",
    zone="Z1",
    zone_name="Teisseire",
    line="assistance",
    label="Aide aux démarches",
    about="environ 400 personnes",
    between="entre 300 et 500",
    reason="aucun lieu",
    source="Hinaura, 2026",
    on=TODAY,
    rank=(0, 1, -300.0, -400.0),
)


def read(answer) -> str:
    """Return a page, its spaces those that are typed."""
    return answer.content.decode().replace("\u00a0", " ")


def typed(**more):
    defaults = {"prenom": "Hélène", "commune": "Grenoble", "demi_journees": ["1-am"], "savoir": ["listen"]}
    return {**defaults, "langues": ["fr", "it"], "jeton": "j", **more}


def test_a_gap_becomes_a_mission_that_keeps_its_figure(client, monkeypatch, library, karim):
    monkeypatch.setattr(queries, "gaps_around", lambda structure: [GAP])
    client.force_login(karim)
    assert "environ 400 personnes" in client.get("/espace/benevoles/").content.decode()
    page = client.get("/espace/benevoles/missions/nouvelle/", {"manque": GAP.key}).content.decode()
    assert "Être à côté, le temps d’une démarche" in page
    form_data = {
        "titre": "Être à côté",
        "lieu": str(library.pk),
        "personnes": "1",
        "manque": GAP.key,
        "jeton": "j",
    }
    dates = {"commence": "2026-11-20", "jusque": "2027-05-20", "utile": ["procedures"]}
    for _ in range(2):
        client.post("/espace/benevoles/missions/nouvelle/", {**form_data, **dates})
    (row,) = Mission.objects.all()
    assert (row.gap["between"], row.gap["on"]) == ("entre 300 et 500", "2026-11-20")
    public = read(client.get(f"/benevoles/missions/{row.pk}/"))
    assert "Teisseire : environ 400 personnes" in public
    assert "entre 300 et 500" in public


def test_two_who_take_a_mission_down_do_not_put_it_back(client, library, karim):
    row = proposed(library.structure, at=AT - DAY).mission
    client.force_login(karim)
    address = f"/espace/benevoles/missions/{row.pk}/"
    for was, is_closed in (("", True), ("", True), ("1", False), ("1", False)):
        client.post(address, {"geste": "clore", "etait": was})
        row.refresh_from_db()
        assert (row.closed_at is not None) is is_closed, was


def test_a_volunteer_goes_from_a_proposal_to_attested_hours(client, clock, library, karim):
    row = proposed(library.structure, at=AT - DAY).mission
    client.post("/benevoles/proposer/", {**typed(), "mission": row.pk})
    page = client.post("/benevoles/proposer/", {**typed(), "mission": row.pk}, follow=True).content.decode()
    assert "La structure a votre proposition" in page
    volunteer = Volunteer.objects.get(name="Hélène")
    engaged = volunteer.engagements.get()
    own_page = f"/benevoles/moi/{volunteer.code}/"
    client.force_login(karim)
    address = f"/espace/benevoles/{engaged.pk}/"
    geste = f"{address}geste/"
    where = {"ou": str(library.pk), "avec": str(karim.pk)}
    client.post(geste, {"geste": "rencontrer", "jour": "2026-11-21", "heure": "10:00", **where})
    assert "Première rencontre : samedi 21 novembre 2026 à 10 h" in read(client.get(own_page))
    client.post(geste, {"geste": "rencontre-faite"})
    assert "Je ne suis jamais seul avec ses papiers" in client.get(address).content.decode()
    assert client.get(f"{address}charte/").content.startswith(b"%PDF")
    client.post(geste, {"geste": "signer", "encadre": str(karim.pk), "signee": "2026-11-20", "compte": ""})
    engaged.refresh_from_db()
    assert (engaged.state, engaged.supervisor, engaged.aidant.kind) == (rules.ACTIVE, karim, "volunteer")
    for _ in range(2):
        client.post(
            own_page,
            {"geste": "heures", "ligne": engaged.pk, "jour": "2026-11-20", "heures": "1,5", "jeton": "h"},
        )
    (noted,) = Hours.objects.all()
    assert (noted.minutes, noted.confirmed_at) == (90, None)
    with pytest.raises(Refused, match="Aucune heure n’est confirmée"):
        hours.attest(engaged, by=None, at=AT)
    client.post(f"/espace/benevoles/heures/{noted.pk}/", {"geste": "confirmer"})
    client.post(own_page, {"geste": "attester", "ligne": engaged.pk})
    paper = Attestation.objects.get()
    assert client.get(f"{own_page}attestation-{paper.pk}.pdf").content.startswith(b"%PDF")
    assert "1 h 30" in read(client.get(f"/attestation/{paper.code}/"))
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {"volunteer.proposed", "volunteer.met", "volunteer.started", "hours.confirmed"} <= verbs


def test_a_contact_is_read_once_a_meeting_has_its_day(client, library, karim):
    engaged = proposed(library.structure, at=AT, contact="+33612345678", way="phone")
    client.force_login(karim)
    address = f"/espace/benevoles/{engaged.pk}/"
    assert "+33612345678" not in client.get(address).content.decode()
    meetings.plan(engaged, meets_at=AT + DAY, by=karim, at=AT)
    assert "+33612345678" in client.get(address).content.decode()
    missions.decline(engaged, by=karim, at=AT)
    assert "+33612345678" not in client.get(address).content.decode(), "nobody is to be met any more"


def test_a_contact_is_not_read_by_saying_no(client, library, karim):
    engaged = proposed(library.structure, at=AT, contact="+33612345678", way="phone")
    missions.decline(engaged, by=karim, at=AT)
    client.force_login(karim)
    answer = client.get(f"/espace/benevoles/{engaged.pk}/")
    assert answer.status_code == 200
    assert "+33612345678" not in answer.content.decode()


# ------------------------------------------------------------------------------------------- the first meeting


@pytest.fixture
def nadia(library, karim):
    """Somebody whom Karim is to meet on Tuesday at two, and who left an address."""
    row = proposed(library.structure, at=AT, name="Nadia", contact="nadia@exemple.fr", way="email")
    return meetings.plan(row, meets_at=TUESDAY, spot=Spot(lieu=library), by=karim, at=AT)


def outbox(to: str) -> list[str]:
    return list(Message.objects.filter(to=to).exclude(state="cancelled").values_list("text", flat=True))


def test_a_first_meeting_is_a_line_of_the_agenda_of_both(client, nadia, library, karim):
    (mail_text,) = outbox("nadia@exemple.fr")
    assert "mardi 24 novembre 2026 à 14 h" in mail_text.replace("\u00a0", " ")
    page_text = read(client.get(f"/benevoles/moi/{nadia.volunteer.code}/"))
    assert "Première rencontre : mardi 24 novembre 2026 à 14 h" in page_text
    assert "Bibliothèque" in page_text and "Avec : Karim" in page_text
    (link,) = set(re.findall(r'href="(/rendez-vous/[^"]+\.ics)"', page_text))
    (event,) = Calendar.from_ical(client.get(link).content).walk("VEVENT")
    assert (event.decoded("dtstart"), str(event["location"]).split(",")[0]) == (TUESDAY, "Bibliothèque")
    client.force_login(karim)
    day = read(client.get("/espace/rendez-vous/?jour=2026-11-24"))
    assert "Nadia" in day and "Être à côté" in day
    assert client.get(f"/espace/benevoles/rencontres/{nadia.appointment_id}/").url.endswith(f"/{nadia.pk}/")
    stranger = account("leila", "aidant", structure=place("autre", {"nom": "Autre"}).structure)
    client.force_login(stranger)
    assert client.get(f"/espace/benevoles/rencontres/{nadia.appointment_id}/").status_code == 404


def test_who_comes_to_a_first_meeting_is_reminded_on_the_eve(nadia):
    run(TUESDAY - timedelta(hours=30))
    assert [text for text in outbox("nadia@exemple.fr") if text.startswith("Rappel")] == []
    run(TUESDAY - timedelta(hours=20))
    (reminder,) = [text for text in outbox("nadia@exemple.fr") if text.startswith("Rappel")]
    assert "Bibliothèque" in reminder


def test_a_meeting_moved_from_the_agenda_moves_on_the_page_of_the_volunteer(client, nadia, karim):
    appointments.move(nadia.appointment, starts_at=TUESDAY + DAY, by=karim, at=AT)
    assert "mercredi 25 novembre 2026 à 14 h" in read(client.get(f"/benevoles/moi/{nadia.volunteer.code}/"))


def test_a_meeting_takes_another_place_at_the_same_hour(client, nadia, karim):
    client.force_login(karim)
    address = f"/espace/benevoles/{nadia.pk}/"
    same = {"geste": "rencontrer", "jour": "2026-11-24", "heure": "14:00", "avec": str(karim.pk)}
    page = read(client.post(f"{address}geste/", {**same, "ou": "ailleurs", "adresse": ""}))
    assert "Il manque l’adresse" in page
    client.post(f"{address}geste/", {**same, "ou": "ailleurs", "adresse": "12 place Grenette"})
    assert "12 place Grenette" in read(client.get(f"/benevoles/moi/{nadia.volunteer.code}/"))
    client.post(f"{address}geste/", {**same, "ou": "distance"})
    assert "À distance" in read(client.get(f"/benevoles/moi/{nadia.volunteer.code}/"))
    assert Appointment.objects.get().sequence == 2


def test_a_volunteer_cancels_a_meeting_and_comes_after_all(client, nadia, karim):
    own_page = f"/benevoles/moi/{nadia.volunteer.code}/"
    client.post(own_page, {"geste": "pas-venir", "ligne": nadia.pk})
    assert "Vous ne venez pas" in read(client.get(own_page))
    assert any("annulé par la personne" in text for text in outbox(karim.email))
    client.force_login(karim)
    assert "Annulée par la personne" in read(client.get(f"/espace/benevoles/{nadia.pk}/"))
    assert "annulée par la personne : un autre jour ?" in read(client.get("/espace/"))
    client.post(own_page, {"geste": "revenir", "ligne": nadia.pk})
    assert "On vous attend" in read(client.get(own_page))


def test_a_structure_cancels_a_meeting_puts_it_back_and_the_volunteer_hears_of_it(client, nadia, karim):
    client.force_login(karim)
    gesture, own_page = f"/espace/benevoles/{nadia.pk}/geste/", f"/benevoles/moi/{nadia.volunteer.code}/"
    client.post(gesture, {"geste": "annuler-rencontre"})
    assert "Rencontre annulée par la structure" in read(client.get(own_page))
    assert any("Ne vous déplacez pas" in text for text in outbox("nadia@exemple.fr"))
    page = read(client.post(own_page, {"geste": "revenir", "ligne": nadia.pk}, follow=True))
    assert "Le lieu a annulé ce rendez-vous" in page
    client.post(gesture, {"geste": "remettre-rencontre"})
    assert "On vous attend" in read(client.get(own_page))


def test_a_volunteer_proposes_another_moment_that_the_structure_accepts(client, nadia, karim):
    own_page = f"/benevoles/moi/{nadia.volunteer.code}/"
    form_data = {"geste": "autre-moment", "ligne": nadia.pk, "heure": "09:30"}
    assert "passé" in read(client.post(own_page, {**form_data, "jour": "2026-11-19"}, follow=True))
    assert "déjà le jour" in read(
        client.post(own_page, {**form_data, "jour": "2026-11-24", "heure": "14:00"}, follow=True)
    )
    client.post(own_page, {**form_data, "jour": "2026-11-26"})
    assert "Vous proposez un autre moment : jeudi 26 novembre 2026 à 9 h 30" in read(client.get(own_page))
    assert any("jeudi 26 novembre 2026" in text for text in outbox(karim.email))
    client.force_login(karim)
    assert "Propose un autre moment : jeudi 26 novembre 2026 à 9 h 30" in read(client.get("/espace/"))
    for _ in range(2):  # a double click accepts once
        page = read(client.post(f"/espace/benevoles/{nadia.pk}/geste/", {"geste": "accepter"}, follow=True))
    assert "ne propose plus d’autre moment" in page
    nadia.appointment.refresh_from_db()
    assert nadia.appointment.starts_at == datetime(2026, 11, 26, 8, 30, tzinfo=UTC)
    assert "Vous proposez" not in read(client.get(own_page))


def test_who_did_not_come_gets_another_day(client, clock, nadia, karim):
    clock(TUESDAY + DAY)
    client.force_login(karim)
    assert "La personne est-elle venue ?" not in read(client.get("/espace/"))  # its mission asks, once
    client.post(f"/espace/benevoles/{nadia.pk}/geste/", {"geste": "absent"})
    assert "N’est pas venue" in read(client.get(f"/espace/benevoles/{nadia.pk}/"))
    row = meetings.plan(nadia, meets_at=TUESDAY + 3 * DAY, by=karim, at=TUESDAY + DAY)
    assert (row.appointment.state, row.state) == ("booked", rules.MEETING)


def test_a_meeting_confirmed_before_its_day_expects_nobody(nadia, karim):
    row = meetings.confirm(nadia, by=karim, at=AT)
    assert (row.state, Appointment.objects.get().state) == (rules.CHARTER, "cancelled")


def test_who_withdraws_or_is_erased_leaves_no_name_in_the_agenda(client, nadia):
    own_page = f"/benevoles/moi/{nadia.volunteer.code}/"
    client.post(own_page, {"geste": "renoncer", "ligne": nadia.pk})
    assert Appointment.objects.get().state == "cancelled"
    client.post(own_page, {"geste": "effacer", "confirme": "oui"})
    row = Appointment.objects.get()
    assert (row.name, row.subject, row.contact, row.token) == ("", "", "", "")


def test_who_is_erased_leaves_no_name_on_a_meeting_that_another_replaced(client, nadia, karim):
    own_page = f"/benevoles/moi/{nadia.volunteer.code}/"
    client.post(own_page, {"geste": "pas-venir", "ligne": nadia.pk})
    meetings.plan(nadia, meets_at=TUESDAY + 7 * DAY, by=karim, at=AT)
    assert Appointment.objects.exclude(name="").count() == 2
    namesake = proposed(nadia.mission.structure, at=AT, token="autre", name=nadia.volunteer.name)
    namesake_meeting = meetings.plan(namesake, meets_at=TUESDAY + 9 * DAY, by=karim, at=AT).appointment
    meetings.cancel(namesake, by=None, at=AT)
    client.post(own_page, {"geste": "effacer", "confirme": "oui"})
    assert list(Appointment.objects.exclude(name="")) == [namesake_meeting]


def test_the_page_of_another_does_not_open_from_a_form_that_served(client, library):
    """On a shared computer, whoever goes back to a form that was sent is somebody else."""
    mission = proposed(library.structure, at=AT).mission
    first, again = (client.post("/benevoles/proposer/", typed(mission=mission.pk)) for _ in range(2))
    assert first.url == again.url and Volunteer.objects.filter(name="Hélène").count() == 1
    other = client.post("/benevoles/proposer/", typed(prenom="Omar", mission=mission.pk))
    assert other.url != first.url
    assert client.post("/benevoles/proposer/", typed(prenom="Omar", mission=mission.pk)).url == other.url
    assert mission.engagements.filter(volunteer__name="Omar").count() == 1


def test_the_form_of_another_account_is_another_mission(library, karim):
    hall = place("mairie", {"nom": "Mairie", "pivot": "21380185500015"}).structure
    leila = account("leila", "formation", structure=hall)
    values = {"title": "Être à côté", "starts_on": TODAY, "ends_on": TODAY + DAY}
    library_missions = [
        missions.publish(library.structure, values, token="j", by=karim, at=AT) for _ in range(2)
    ]
    hall_mission = missions.publish(hall, {**values, "title": "Accueillir"}, token="j", by=leila, at=AT)
    assert library_missions[0] == library_missions[1] != hall_mission
    assert (hall_mission.structure, hall_mission.title) == (hall, "Accueillir")


def test_proposing_for_a_mission_closed_meanwhile_is_refused(client, library, karim):
    mission = proposed(library.structure, at=AT).mission
    missions.close(mission, by=karim, at=AT)
    assert (
        "n’attend plus personne" in client.get(f"/benevoles/proposer/?mission={mission.pk}").content.decode()
    )
    answer = client.post("/benevoles/proposer/", typed(mission=mission.pk))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Cette mission n’attend plus personne" in page and "Hélène" in page
    assert not Volunteer.objects.filter(name="Hélène").exists()
    assert client.post("/benevoles/proposer/", typed()).status_code == 302, "or for none"


def test_a_mission_that_has_all_its_people_looks_for_nobody(client, library, karim):
    row = supervised(None, library.structure, by=karim, at=AT)
    assert queries.opened(TODAY).count() == 0
    assert f"/benevoles/missions/{row.mission_id}/" not in read(client.get("/benevoles/"))
    page = read(client.get(f"/benevoles/missions/{row.mission_id}/"))
    assert "n’attend plus personne" in page and "Je me propose" not in page
    answer = client.post("/benevoles/proposer/", typed(mission=row.mission_id))
    assert answer.status_code == 400 and "assez de personnes y sont déjà" in read(answer)
    late = missions.propose({"name": "Hélène"}, token="tard", at=AT)
    with pytest.raises(Refused, match="n’attend plus personne"):
        missions.engage(late, row.mission, by=None, at=AT)
    assert missions.engage(late, row.mission, by=karim, at=AT).state == rules.PROPOSED, "who welcomes decides"
    client.force_login(karim)
    assert "1 en mission sur 1" in read(client.get("/espace/benevoles/"))
    missions.end(row, by=karim, at=AT)
    assert [each.pk for each in queries.opened(TODAY)] == [row.mission_id], "it looks for somebody again"


def test_a_proposal_already_answered_by_a_colleague_is_no_404(client, library, karim):
    engaged = proposed(library.structure, at=AT)
    client.force_login(karim)
    missions.decline(engaged, by=karim, at=AT)
    form_data = {"geste": "rencontrer", "jour": "2026-11-21", "heure": "10:00", "ou": str(library.pk)}
    page = client.post(f"/espace/benevoles/{engaged.pk}/geste/", form_data, follow=True)
    assert page.status_code == 200
    assert "Quelqu’un a déjà noté la suite : pas donné suite" in read(page)
    assert client.post(f"/espace/benevoles/{engaged.pk}/geste/", {"geste": "autre"}).status_code == 404


def test_hours_taken_off_twice_give_a_notice(client, library, karim):
    row = supervised(None, library.structure, by=karim, at=AT)
    noted = [
        hours.note(row, on=TODAY, minutes=60, token=token, by=None, at=AT, volunteer=True) for token in "ab"
    ]
    client.force_login(karim)
    for notice in ("Ces heures ne comptent plus", "Cette page était restée"):
        form_data = {"geste": "oter", "sur": row.pk}
        page = client.post(f"/espace/benevoles/heures/{noted[0].pk}/", form_data, follow=True)
        assert (page.status_code, notice in read(page)) == (200, True)
    for notice in ("Ces heures sont retirées", "Cette page était restée"):
        form_data = {"geste": "oter", "ligne": noted[1].pk}
        page = client.post(f"/benevoles/moi/{row.volunteer.code}/", form_data, follow=True)
        assert (page.status_code, notice in read(page)) == (200, True)
    for act in (hours.confirm, hours.remove):
        with pytest.raises(Refused):
            act(noted[0], by=karim, at=AT)


def test_an_attestation_does_not_count_hours_taken_off(library, karim):
    row = supervised(None, library.structure, by=karim, at=AT)
    first, later = (
        hours.note(row, on=TODAY, minutes=60, token=token, by=karim, at=AT + k * DAY / 24)
        for k, token in enumerate("ab")
    )
    paper = hours.attest(row, by=karim, at=AT + DAY / 48)
    Attestation.objects.filter(pk=paper.pk).update(minutes=60)  # as it was before the second hour
    hours.remove(later, by=karim, at=AT + DAY / 12)
    paper.refresh_from_db()
    assert paper.withdrawn_at is None, "it never counted it"
    hours.remove(first, by=karim, at=AT + DAY / 12)
    paper.refresh_from_db()
    assert paper.withdrawn_because == "Des heures ont été retirées après coup."


def test_a_mission_that_is_over_does_not_start(library, karim):
    row = proposed(library.structure, at=AT)
    row = meetings.plan(row, meets_at=AT + DAY, by=karim, at=AT)
    row = meetings.confirm(row, by=karim, at=AT)
    after = AT + 181 * DAY
    with pytest.raises(Refused, match="Son dernier jour, le 19 mai 2027, est passé"):
        missions.sign(row, supervisor=karim, signed_on=TODAY, by=karim, at=after)
    row = missions.sign(row, supervisor=karim, signed_on=TODAY, by=karim, at=AT)
    missions.end(row, by=karim, at=AT + 2 * DAY)
    with pytest.raises(Refused, match="est passé"):
        missions.resume(row, by=karim, at=after)


def test_papers_open_on_the_first_day_of_a_mission(library, karim, denise):
    row = proposed(library.structure, at=AT)
    Mission.objects.update(starts_on=TODAY + 10 * DAY)
    row = meetings.plan(row, meets_at=AT + DAY, by=karim, at=AT)
    row = meetings.confirm(row, by=karim, at=AT)
    row = missions.sign(row, supervisor=karim, signed_on=TODAY, account=denise, by=karim, at=AT)
    days = (TODAY, row.starts_on - DAY, row.starts_on)
    supervisors = [access.supervisor_of(denise, library.structure.pk, day) for day in days]
    assert supervisors == [None, None, karim]
    with pytest.raises(Refused, match="La mission n’a pas commencé"):
        hours.note(row, on=TODAY, minutes=60, token="x", by=karim, at=AT)


def test_hours_from_a_page_that_served_are_refused_and_not_lost(client, library, karim, denise):
    row = supervised(denise, library.structure, by=karim, at=AT)
    other = supervised(denise, library.structure, by=karim, at=AT, token="autre")
    client.force_login(denise)
    address, sent = "/espace/benevoles/ma-mission/", {"jour": "2026-11-20", "heures": "2", "jeton": "h"}
    for _ in range(2):
        client.post(address, {"mission": row.pk, **sent}, follow=True)
    assert Hours.objects.count() == 1
    page = client.post(address, {"mission": other.pk, **sent}, follow=True).content.decode()
    assert "Cette page a déjà servi" in page
    assert "Vos heures sont notées" not in page
    with pytest.raises(Refused, match="a déjà servi"):
        hours.note(row, on=TODAY, minutes=30, token="h", by=karim, at=AT)


def test_each_mission_has_its_own_form_of_hours(client, library, karim, denise):
    first = supervised(denise, library.structure, by=karim, at=AT)
    mission = missions.publish(
        library.structure,
        {"title": "Réparer", "starts_on": TODAY, "ends_on": TODAY + 90 * DAY},
        token="r",
        by=karim,
        at=AT,
    )
    second = missions.engage(first.volunteer, mission, by=None, at=AT)
    second = meetings.plan(second, meets_at=AT + DAY, by=karim, at=AT)
    second = meetings.confirm(second, by=karim, at=AT)
    second = missions.sign(second, supervisor=karim, signed_on=TODAY, by=karim, at=AT)
    client.force_login(denise)
    for address in ("/espace/benevoles/ma-mission/", f"/benevoles/moi/{first.volunteer.code}/"):
        page = client.get(address).content.decode()
        tokens = re.findall(r'name="jeton" value="([^"]+)"', page)
        ids = re.findall(r' id="([^"]+)"', page)
        assert len(set(tokens)) == 2
        assert len(ids) == len(set(ids)), "a label names one field"
    form_data = {"mission": second.pk, "jour": "2026-11-20", "heures": "trop", "jeton": "x"}
    wrong = client.post("/espace/benevoles/ma-mission/", form_data)
    assert (wrong.status_code, wrong.content.decode().count("Ce nombre n’est pas reconnu")) == (400, 1)
    assert client.post("/espace/benevoles/ma-mission/", form_data | {"mission": 0}).status_code == 404


def test_who_volunteers_again_is_of_the_team_again(library, karim):
    row = supervised(None, library.structure, by=karim, at=AT)
    missions.end(row, by=karim, at=AT)
    team.leave(row.aidant, by=karim, at=AT)
    mission = proposed(library.structure, at=AT, token="autre").mission
    again = missions.engage(row.volunteer, mission, by=None, at=AT)
    meetings.plan(again, meets_at=AT + DAY, by=karim, at=AT)
    meetings.confirm(again, by=karim, at=AT)
    again = missions.sign(again, supervisor=karim, signed_on=TODAY, by=karim, at=AT)
    assert (again.aidant, again.aidant.until) == (row.aidant, None)


def test_an_attestation_of_hours_that_another_replaced_does_not_come_back(library, karim):
    row = supervised(None, library.structure, by=karim, at=AT)
    hours.note(row, on=TODAY, minutes=60, token="a", by=karim, at=AT)
    first = hours.attest(row, by=karim, at=AT)
    hours.note(row, on=TODAY, minutes=60, token="b", by=karim, at=AT)
    second = hours.attest(row, by=karim, at=AT)
    with pytest.raises(Refused, match="Une autre a été donnée depuis"):
        sessions.restore(first, by=karim, at=AT)
    sessions.withdraw(second, because="Erreur", by=karim, at=AT)
    assert sessions.restore(first, by=karim, at=AT).withdrawn_at is None


def test_volunteers_still_active_do_not_delay_the_erasure_of_the_rest(monkeypatch, library, karim):
    monkeypatch.setattr(missions, "AT_ONCE", 1)
    old = proposed(library.structure, at=AT - 100 * DAY, token="ancien").volunteer
    ended = supervised(None, library.structure, by=karim, at=AT - 95 * DAY, token="finie")
    missions.end(ended, by=karim, at=AT - 94 * DAY)
    assert missions.run_deadlines(at=AT)["benevoles_effaces"] == 1
    assert list(Volunteer.objects.all()) == [ended.volunteer]
    assert not Volunteer.objects.filter(pk=old.pk).exists()


def test_no_step_is_skipped(library, karim):
    row = proposed(library.structure, at=AT)
    with pytest.raises(Refused, match="étape"):
        meetings.confirm(row, by=karim, at=AT)
    with pytest.raises(Refused, match="étape"):
        missions.sign(row, supervisor=karim, signed_on=TODAY, by=karim, at=AT)
    with pytest.raises(Refused, match="déjà passé"):
        meetings.plan(row, meets_at=AT - DAY, by=karim, at=AT)


def test_nobody_supervises_themself_nor_without_seeing_the_persons(library, karim, denise):
    row = proposed(library.structure, at=AT)
    row = meetings.plan(row, meets_at=AT + DAY, by=karim, at=AT)
    row = meetings.confirm(row, by=karim, at=AT)
    elsewhere = account("leila", "aidant", structure=place("autre", {"nom": "Autre"}).structure)
    for supervisor in (denise, elsewhere):
        with pytest.raises(Refused, match="Il faut que quelqu’un d’autre"):
            missions.sign(row, supervisor=supervisor, signed_on=TODAY, account=denise, by=karim, at=AT)
    with pytest.raises(Refused, match="Ce compte n’agit pas"):
        missions.sign(row, supervisor=karim, signed_on=TODAY, account=elsewhere, by=karim, at=AT)


def test_a_structure_takes_no_account_by_which_another_is_helped(library, karim, denise):
    first = supervised(denise, library.structure, by=karim, at=AT)
    other = place("autre", {"nom": "Autre"}).structure
    leila = account("leila", "formation", structure=other)
    bob = account("bob", "benevole", structure=other)
    second = missions.engage(first.volunteer, proposed(other, at=AT, token="b").mission, by=None, at=AT)
    second = meetings.plan(second, meets_at=AT + DAY, by=leila, at=AT)
    second = meetings.confirm(second, by=leila, at=AT)
    with pytest.raises(Refused, match="déjà un autre compte"):
        missions.sign(second, supervisor=leila, signed_on=TODAY, account=bob, by=leila, at=AT)
    first.volunteer.refresh_from_db()
    assert first.volunteer.user == denise
    people.check_supervised(denise, library.structure.pk, TODAY, "Ce papier ne s’ouvre pas.")
    assert not access.own_engagements(bob).exists()
    assert missions.sign(second, supervisor=leila, signed_on=TODAY, by=leila, at=AT).state == rules.ACTIVE


def test_papers_and_codes_are_closed_to_a_volunteer_without_supervisor(library, karim, denise):
    structure = library.structure

    def closed(on: date = TODAY) -> bool:
        try:
            people.check_supervised(denise, structure.pk, on, "Ce papier ne s’ouvre pas.")
        except Refused:
            return True
        return False

    assert closed()
    row = supervised(denise, structure, by=karim, at=AT)
    assert not closed()
    assert closed(row.mission.ends_on + DAY)
    missions.end(row, by=karim, at=AT)
    assert closed()
    missions.resume(row, by=karim, at=AT)
    assert not closed()
    Membership.objects.filter(user=karim).update(until=TODAY - DAY)
    assert closed()
    people.check_supervised(karim, structure.pk, TODAY, "")


def test_a_mission_without_supervisor_is_reported_to_the_structure(client, library, karim, denise):
    samia = account("samia", "aidant", shown="Samia", structure=library.structure)
    row = supervised(denise, library.structure, by=samia, at=AT)
    client.force_login(karim)
    assert "Personne n’en répond" not in client.get("/espace/benevoles/").content.decode()
    Membership.objects.filter(user=samia).delete()
    assert "Personne n’en répond" in client.get("/espace/benevoles/").content.decode()
    address = f"/espace/benevoles/{row.pk}/geste/"
    alone = client.post(address, {"geste": "encadrer", "encadre": str(denise.pk)})
    assert (alone.status_code, 'hors-papier" open>' in alone.content.decode()) == (400, True), "seen at once"
    client.post(address, {"geste": "encadrer", "encadre": str(karim.pk)})
    assert access.supervisor_of(denise, library.structure.pk, TODAY) == karim


def test_a_volunteer_with_an_account_notes_hours_to_confirm(client, library, karim, denise):
    row = supervised(denise, library.structure, by=karim, at=AT)
    client.force_login(denise)
    assert "Karim" in client.get("/espace/benevoles/ma-mission/").content.decode()
    client.post(
        "/espace/benevoles/ma-mission/",
        {"mission": row.pk, "jour": "2026-11-20", "heures": "2", "jeton": "h"},
    )
    assert Hours.objects.get().confirmed_at is None
    assert client.get("/espace/benevoles/").status_code == 404
    client.force_login(karim)
    page = read(client.get(f"/espace/benevoles/{row.pk}/"))
    assert "2 h à confirmer" in page


@pytest.mark.parametrize(
    ("on", "minutes", "why"),
    [
        (TODAY - DAY, 60, "hors de la mission"),
        (TODAY + DAY, 60, "hors de la mission"),
        (TODAY, 601, "plus de dix heures"),
    ],
)
def test_hours_are_of_the_mission_and_of_a_day(library, karim, on, minutes, why):
    row = supervised(None, library.structure, by=karim, at=AT)
    with pytest.raises(Refused, match=why):
        hours.note(row, on=on, minutes=minutes, token="x", by=karim, at=AT)


def test_a_later_attestation_of_hours_replaces_the_former(library, karim):
    row = supervised(None, library.structure, by=karim, at=AT)
    hours.note(row, on=TODAY, minutes=60, token="a", by=karim, at=AT)
    first = hours.attest(row, by=karim, at=AT)
    assert hours.attest(row, by=karim, at=AT) == first
    hours.note(row, on=TODAY, minutes=30, token="b", by=karim, at=AT)
    second = hours.attest(row, by=karim, at=AT)
    first.refresh_from_db()
    assert (second.minutes, first.withdrawn_because) == (90, "Remplacée par une plus récente.")


# ---------------------------------------------------------------------------------------------------- matching


def offer(**values) -> rules.Offer:
    return rules.Offer(**{key: frozenset(value) for key, value in values.items()})


def need(**values) -> rules.Need:
    need_sets = {key: frozenset(value) for key, value in values.items()}
    return rules.Need(**need_sets, starts_on=TODAY, ends_on=TODAY + 100 * DAY)


def test_a_mission_that_is_over_is_proposed_to_nobody():
    assert rules.match(need(), offer(), km=1.0, on=TODAY + 101 * DAY) is None


def test_unsaid_half_days_missing_skills_and_an_unknown_distance_exclude_nobody():
    match = rules.match(need(half_days=["1-am"], skills=["repair"]), offer(), km=None, on=TODAY)
    assert match.reasons == (
        "Distance inconnue",
        "Les demi-journées sont à convenir",
        "À apprendre ensemble : réparer, remettre en état",
    )


def test_a_structure_invites_whom_a_mission_suits(client, library, karim):
    mission = proposed(library.structure, at=AT).mission
    far = {"name": "Zébulon", "commune": "59350", "contact": "loin@exemple.fr", "way": "email"}
    missions.propose(far, token="loin", at=AT)
    near = missions.propose({**far, "name": "Ici", "commune": "38185"}, token="ici", at=AT)
    client.force_login(karim)
    page = client.get(f"/espace/benevoles/missions/{mission.pk}/").content.decode()
    assert "Ici" in page
    assert "Zébulon" not in page
    assert "loin@exemple.fr" not in page
    client.post(f"/espace/benevoles/missions/{mission.pk}/", {"benevole": near.pk})
    assert Engagement.objects.filter(volunteer=near, mission=mission).exists()


def test_a_volunteer_near_a_structure_is_listed_before_any_mission(client, library, karim):
    client.force_login(karim)
    assert "Personne ne s’est encore proposé" in read(client.get("/espace/benevoles/"))
    for name, commune in (("Zébulon", "59350"), ("Jeanne", "38151")):
        missions.propose(
            {"name": name, "commune": commune, "way": "email", "contact": f"{name}@exemple.fr"},
            token=name,
            at=AT,
        )
    for path in ("/espace/", "/espace/benevoles/"):
        page = read(client.get(path))
        assert "Jeanne" in page and "proposée" in page and "près de vous" in page
        assert "Zébulon" not in page and "@exemple.fr" not in page and "encore proposé" not in page
    missions.publish(
        library.structure,
        {"title": "Lire", "commune": "38185", "starts_on": TODAY, "ends_on": TODAY + DAY},
        token="lire",
        by=karim,
        at=AT,
    )
    assert "Jeanne" not in read(client.get("/espace/")), "the mission says whom it suits"


# ----------------------------------------------------------------------------------------- public page, erasing


@pytest.mark.parametrize("words", ["Appelez le 06 12 34 56 78", "a.martin@exemple.fr"])
def test_a_mission_gives_no_number_to_everybody(library, karim, words):
    values = {"title": "x", "words": words, "starts_on": TODAY, "ends_on": TODAY + DAY}
    with pytest.raises(Refused, match="un numéro ou une adresse"):
        missions.publish(library.structure, values, token="x", by=karim, at=AT)


def test_a_robot_and_a_flood_are_stopped(client, library, monkeypatch):
    monkeypatch.setattr(access, "PROPOSALS_AN_HOUR", 2)
    assert client.post("/benevoles/proposer/", typed(site="http://x")).status_code == 429
    for n in range(3):
        last = client.post("/benevoles/proposer/", typed(jeton=f"j{n}"))
    assert last.status_code == 429
    assert Volunteer.objects.count() <= 2


def test_hostile_words_are_only_words(client, library):
    page = client.post(
        "/benevoles/proposer/", typed(prenom="<script>x</script>"), follow=True
    ).content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


def test_a_volunteer_takes_a_copy_withdraws_and_erases_everything(client, library, karim):
    row = supervised(None, library.structure, by=karim, at=AT)
    hours.note(row, on=TODAY, minutes=60, token="a", by=karim, at=AT)
    paper = hours.attest(row, by=karim, at=AT)
    own_page = f"/benevoles/moi/{row.volunteer.code}/"
    copy = client.get(f"{own_page}copie.json").json()
    assert copy["missions"][0]["heures"] == [{"le": "2026-11-20", "minutes": 60, "confirmees": True}]
    assert copy["missions"][0]["attestations"][0]["code"] == paper.code
    client.post(own_page, {"geste": "renoncer", "ligne": row.pk})
    row.refresh_from_db()
    assert row.state == rules.ENDED
    client.post(own_page, {"geste": "effacer"})
    assert Volunteer.objects.exists()
    client.post(own_page, {"geste": "effacer", "confirme": "oui"})
    assert not Volunteer.objects.exists() and not Hours.objects.exists() and not Aidant.objects.exists()
    assert client.get(f"/attestation/{paper.code}/").status_code == 404
    assert client.get(own_page).status_code == 404


def test_who_is_met_by_nobody_is_erased_in_three_months_and_the_rest_after_a_year(library, karim):
    never = proposed(library.structure, at=AT, token="jamais").volunteer
    ended = supervised(None, library.structure, by=karim, at=AT, token="finie")
    runs = supervised(None, library.structure, by=karim, at=AT, token="court")
    missions.end(ended, by=karim, at=AT)

    def after(days: int) -> set[Volunteer]:
        done = [each for each in run(AT + days * DAY) if each.name == "benevoles_oublies"]
        assert not done[0].error
        return set(Volunteer.objects.all())

    assert after(91) == {never, ended.volunteer, runs.volunteer}
    assert after(93) == {ended.volunteer, runs.volunteer}
    assert after(368) == {runs.volunteer}
    assert after((runs.mission.ends_on - TODAY).days + 366) == {runs.volunteer}
    assert after((runs.mission.ends_on - TODAY).days + 367) == set(), "nobody said it was over"


def test_who_is_expected_at_a_first_meeting_is_not_erased_before(library, karim):
    row = proposed(library.structure, at=AT)
    meetings.plan(row, meets_at=AT + 120 * DAY, by=karim, at=AT)
    assert missions.run_deadlines(at=AT + 119 * DAY)["benevoles_effaces"] == 0
    assert missions.run_deadlines(at=AT + 121 * DAY)["benevoles_effaces"] == 1


def test_missions_near_a_commune_are_looked_for_among_all(client, library):
    near = proposed(library.structure, at=AT).mission
    Mission.objects.bulk_create(
        Mission(
            structure=library.structure,
            title=f"Loin {n}",
            commune="59350",
            starts_on=TODAY,
            ends_on=TODAY + DAY,
            token=f"loin-{n}",
            made_at=AT + DAY,
        )
        for n in range(301)
    )
    page = read(client.get("/benevoles/?ou=Grenoble"))
    assert near.title in page and "Loin" not in page
    assert "1 mission à moins de 15 km" in page
    assert "Et 262 autres" in read(client.get("/benevoles/"))


def test_wrong_codes_are_counted(client, monkeypatch):
    monkeypatch.setattr(access, "CODES_AN_HOUR", 2)
    for n in range(2):
        assert client.post("/benevoles/mon-code/", {"code": f"2222-22{n + 22}"}).status_code == 404
    assert client.post("/benevoles/mon-code/", {"code": "2222-2299"}).status_code == 429


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("1h30", 90), ("1 h 20", 80), ("2h", 120), ("1,5", 90), ("1h75", None), ("11h", None)],
)
def test_hours_are_read_as_people_write_them(typed, minutes):
    form = missions_forms.HoursForm({"jour": "2026-11-20", "heures": typed, "jeton": "a"})
    assert (form.minutes if form.is_valid() else None) == minutes


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("0,1", "un quart d’heure. Écrivez par exemple 0,25"),
        ("11", "dix heures au plus"),
        ("abc", "par exemple 1,5"),
    ],
)
def test_hours_out_of_bounds_are_refused_in_words(typed, reason):
    form = missions_forms.HoursForm({"jour": "2026-11-20", "heures": typed, "jeton": "a"})
    (words,) = form.errors["heures"]
    assert reason in words
