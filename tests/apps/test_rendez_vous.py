"""Permanences, appointments and mailbox meetings: given, taken alone, moved, cancelled, told, erased."""

import re
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.urls import reverse
from icalendar import Calendar

from maillage.apps.agenda import access
from maillage.apps.agenda import worklist as agenda_worklist
from maillage.apps.agenda.actions import appointments, deadlines, links, mailbox, permanences, series
from maillage.apps.agenda.actions import recalls as recall_actions
from maillage.apps.agenda.models import Appointment, Closure, MailboxRecord, Permanence
from maillage.apps.agenda.queries import appointment_book, recalls
from maillage.apps.agenda.queries import permanences as doors
from maillage.apps.agenda.queries.search_kinds import SEARCH_KINDS
from maillage.apps.agenda.rules import appointments as rules
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.people.actes.models import Act
from maillage.apps.people.persons.actions import forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.orientations.queries import copies
from maillage.apps.referrals.orientations.queries.people import traces
from maillage.kernel.errors import Refused
from tests.conftest import account
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("leaves")]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)  # a Friday, ten o’clock in Paris
TUESDAY = date(2026, 11, 24)
NINE = datetime(2026, 11, 24, 8, tzinfo=UTC)  # in Paris
HALF, DAY = timedelta(minutes=30), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """Pages read the clock: for them it is the day of these tests, or the moment a test says."""
    now = {"at": AT}
    monkeypatch.setattr("django.utils.timezone.now", lambda: now["at"])
    return now


@pytest.fixture
def karim(library):
    return account("karim", "aidant", structure=library.structure)


@pytest.fixture
def fatou(karim, library):
    return people.welcome(by=karim, structure=library.structure, nickname="Fatou", at=AT)


def values(lieu, **more):
    defaults = {"title": "Mes démarches", "lieu": lieu, "hours": [[1, "09:00", "10:30"]], "minutes": 30}
    return {**defaults, "first_on": date(2026, 11, 3), **more}


@pytest.fixture
def opened(karim, library):
    return permanences.open_door(by=karim, structure=library.structure, values=values(library), at=AT)


@pytest.fixture
def published(opened, karim):
    return permanences.publish(opened, by=karim, at=AT)


def book(permanence, **more):
    draft = {"kind": rules.PROCEDURE, "starts_at": NINE, "name": "Denis"}
    context = {name: more.pop(name) for name in ("by", "person", "at") if name in more}
    return appointments.book(
        Draft(**draft | more),
        structure=permanence.structure,
        permanence=permanence,
        **{"by": None, "at": AT} | context,
    )


def hours(permanence, on=TUESDAY):
    return [f"{each.starts_at:%H:%M}" for each in doors.free_slots(permanence, on, on, AT)]


# --------------------------------------------------------------------------------------------------- opened


def test_a_double_click_opens_one_permanence(opened, karim, library):
    again = {"by": karim, "structure": library.structure, "at": AT + timedelta(seconds=2)}
    assert permanences.open_door(**again, values=values(library)) == opened
    assert Entry.objects.filter(verb="permanence.opened").count() == 1
    other = permanences.open_door(**again, values=values(library, hours=[[2, "09:00", "10:30"]]))
    assert other != opened
    assert permanences.open_door(**again | {"at": AT + timedelta(hours=1)}, values=values(library)) != opened


# --------------------------------------------------------------------------------------------------- booked


def test_a_slot_is_booked_once_and_the_next_stays_free(opened, karim, fatou):
    assert hours(opened) == ["09:00", "09:30", "10:00"]
    appointment = book(opened, by=karim, person=fatou)
    assert (appointment.minutes, appointment.lieu, appointment.seat) == (30, opened.lieu, 0)
    assert hours(opened) == ["09:30", "10:00"]
    with pytest.raises(Refused, match="vient de prendre cette heure"):
        book(opened, by=karim)
    assert Entry.objects.filter(verb="appointment.booked").count() == 1


def test_two_seats_receive_two_people_at_once(opened, karim):
    permanences.change(opened, {"seats": 2}, by=karim, at=AT)
    assert [book(opened, by=karim).seat, book(opened, by=karim, name="Nadia").seat] == [0, 1]
    with pytest.raises(Refused, match="vient de prendre"):
        book(opened, by=karim, name="Youssef")


def test_what_is_sent_twice_counts_once(opened, karim):
    key = "a" * 32
    assert book(opened, by=karim, key=key) == book(opened, by=karim, key=key)
    with pytest.raises(Refused, match="déjà servi"):
        book(opened, by=karim, key=key, starts_at=NINE + HALF)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"name": ""}, "manque un prénom"),
        ({"name": "mot de passe : Soleil38"}, "un mot de passe"),
        ({"starts_at": NINE + timedelta(minutes=10)}, "n’est pas ouverte à cette heure"),
        ({"starts_at": NINE + timedelta(days=800)}, "plus d’un an"),
        ({"kind": "fete"}, "pour quoi"),
        ({"way": rules.EMAIL, "contact": "karim@exemple.fr"}, "d’un professionnel"),
    ],
)
def test_what_cannot_be_is_refused(opened, karim, more, why):
    with pytest.raises(Refused, match=why):
        book(opened, by=karim, **more)
    assert not Appointment.objects.exists()


def test_nobody_is_expected_twice_at_one_moment(opened, karim, fatou, library):
    book(opened, by=karim, person=fatou)
    draft = Draft(kind=rules.LEARN, starts_at=NINE + timedelta(minutes=10))
    with pytest.raises(Refused, match="a déjà un rendez-vous"):
        appointments.book(draft, structure=library.structure, by=karim, person=fatou, at=AT)
    other = Draft(kind=rules.LEARN, starts_at=NINE, name="Nadia")
    appointments.book(other, structure=library.structure, by=karim, helper=karim, at=AT)
    with pytest.raises(Refused, match="reçoit déjà quelqu’un"):
        appointments.book(other, structure=library.structure, by=karim, helper=karim, at=AT)


@pytest.mark.both_databases
def test_a_helper_busy_elsewhere_has_no_free_slot(opened, karim, library):
    permanences.change(opened, {"helper": karim}, by=karim, at=AT)
    home = Draft(kind=rules.PROCEDURE, starts_at=NINE + HALF, name="Mme Haddad", where=rules.HOME)
    appointment = appointments.book(home, structure=library.structure, by=karim, helper=karim, at=AT)
    assert (appointment.where, appointment.lieu) == (rules.HOME, None)
    opened.refresh_from_db()
    assert hours(opened) == ["09:00", "10:00"]


def test_another_structure_gives_and_sees_nothing(client, opened, fatou, karim):
    stranger = account("leila", "aidant", structure=place("maison").structure)
    with pytest.raises(Refused, match="ne recevez personne"):
        book(opened, by=stranger)
    appointment = book(opened, by=karim, person=fatou)
    client.force_login(stranger)
    for address in ("", "geste/"):
        assert client.get(f"/espace/rendez-vous/{appointment.pk}/{address}").status_code in (404, 405)
    assert client.get(f"/espace/rendez-vous/permanences/{opened.pk}/").status_code == 404
    with pytest.raises(Refused, match="n’est pas celui de votre structure"):
        appointments.cancel(appointment, by=stranger, at=AT)


@pytest.mark.both_databases
def test_a_volunteer_sees_only_what_they_give_or_hold(client, opened, karim, library):
    ali = account("ali", "benevole", structure=library.structure)
    own_appointment, other = (
        book(opened, by=ali, name="Youssef"),
        book(opened, by=karim, starts_at=NINE + HALF),
    )
    assert list(access.appointments_for(ali)) == [own_appointment]
    client.force_login(ali)
    assert client.get(f"/espace/rendez-vous/{other.pk}/").status_code == 404
    assert client.get(f"/espace/rendez-vous/{own_appointment.pk}/").status_code == 200


# ----------------------------------------------------------------------------------------------- by the person


@pytest.mark.both_databases
def test_a_missing_hour_is_an_error_of_the_title_and_of_each_day(client, published):
    page = client.post(f"/rendez-vous/{published.pk}/", {"prenom": "Mira"}).content.decode()
    assert re.search(r"<title>\s*Erreur\s", page)
    assert 'id="quand-erreur"' in page
    assert page.count("<fieldset") == page.count('aria-describedby="quand-erreur"') > 0


def test_a_person_takes_an_hour_with_a_first_name_and_gives_it_back(client, published):
    page = client.get(f"/rendez-vous/{published.pk}/").content.decode()
    moment = re.findall(r'name="quand"\s+value="([^"]+)"', page)[0]
    sent = {"quand": moment, "prenom": "Mira", "cle": "b" * 32}
    answer = client.post(f"/rendez-vous/{published.pk}/", sent)
    assert answer.status_code == 302
    assert client.post(f"/rendez-vous/{published.pk}/", sent).url == answer.url  # a double click
    appointment = Appointment.objects.get()
    assert (appointment.name, appointment.channel, appointment.contact) == ("Mira", rules.LINK, "")
    address = answer.url.partition("?")[0]
    link_page = client.get(answer.url).content.decode()
    assert "Mardi 24 novembre 2026" in link_page
    assert "Je ne peux pas venir" in link_page
    client.post(address, {"geste": "rendre"})
    appointment.refresh_from_db()
    assert (appointment.state, appointment.cancelled_by, appointment.sequence) == (
        rules.CANCELLED,
        rules.PERSON,
        1,
    )
    assert hours(published)[0] == "09:00"
    client.post(address, {"geste": "reprendre"})
    appointment.refresh_from_db()
    assert appointment.state == rules.BOOKED


def test_an_hour_taken_meanwhile_does_not_come_back(client, published, karim):
    appointment = book(published, channel=rules.LINK)
    link = access.link_of_appointment(appointment)
    appointments.cancel(appointment, token=link, at=AT)
    book(published, by=karim, name="Nadia")
    with pytest.raises(Refused, match="vient de prendre"):
        appointments.put_back(appointment, token=link, at=AT)


@pytest.mark.both_databases
def test_who_receives_hears_that_somebody_does_not_come(published, karim):
    """Notified once, without a name; taken back unsent when the person comes after all, else contradicted."""
    appointment = book(published, by=karim, name="Nadia", channel=rules.LINK)
    link = access.link_of_appointment(appointment)
    for _ in range(2):
        appointment, _ = appointments.cancel(appointment, token=link, at=AT)
    message = Message.objects.get(subject="Une personne ne viendra pas")
    assert (message.to, message.state) == (karim.email, "waiting")
    assert "Nadia" not in message.text and f"/espace/rendez-vous/{appointment.pk}/" in message.text
    appointment, _ = appointments.put_back(appointment, token=link, at=AT)
    message.refresh_from_db()
    assert message.state == "cancelled"
    appointment, _ = appointments.cancel(appointment, token=link, at=AT)
    Message.objects.filter(subject=message.subject, state="waiting").update(state="sent", sent_at=AT)
    appointments.put_back(appointment, token=link, at=AT)
    assert Message.objects.get(subject="Une personne vient finalement").to == karim.email


@pytest.mark.both_databases
def test_who_left_the_structure_does_not_hear_that_somebody_does_not_come(published, karim, library):
    zora = account("zora", "aidant", structure=library.structure)
    permanences.change(published, {"helper": zora}, by=karim, at=AT)
    appointment = book(published, by=karim, name="Nadia", channel=rules.LINK)
    Membership.objects.filter(user=zora).update(until=AT.date() - DAY)
    appointments.cancel(appointment, token=access.link_of_appointment(appointment), at=AT)
    assert Message.objects.get(subject="Une personne ne viendra pas").to == karim.email, "who gave it hears"


@pytest.mark.both_databases
def test_nobody_writes_to_whoever_noted_the_absence(published, karim):
    appointment = book(published, by=karim, name="Nadia")
    appointments.cancel(appointment, by=karim, at=AT, decided_by=rules.PERSON)
    assert not Message.objects.filter(subject="Une personne ne viendra pas").exists()


@pytest.mark.parametrize("after", ["9999-12-31", "0001-01-01", "demain"])
def test_a_day_that_no_calendar_has_shows_the_next_hours(client, published, after):
    answer = client.get(f"/rendez-vous/{published.pk}/", {"apres": after})
    assert answer.status_code == 200
    assert "9 h 30" in answer.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_the_link_of_another_opens_nothing(client, published):
    appointment = book(published)
    assert client.get(f"/rendez-vous/le-mien/{appointment.key}/").status_code == 404
    with pytest.raises(Refused, match="n’est pas celui de ce rendez-vous"):
        appointments.cancel(appointment, token="x" * 32, at=AT)


def test_a_permanence_that_is_not_published_is_nobody_s(client, opened, published, karim):
    permanences.hide(published, by=karim, at=AT)
    assert client.get(f"/rendez-vous/{opened.pk}/").status_code == 404
    opened.refresh_from_db()
    with pytest.raises(Refused, match="On ne peut pas prendre rendez-vous sur cette page"):
        book(opened, channel=rules.LINK)


@pytest.mark.both_databases
def test_the_sheet_of_the_place_and_the_list_show_the_next_hour(client, published):
    for address in ("/lieux/bibliotheque/", "/rendez-vous/", "/rendez-vous/?ou=Grenoble"):
        page = client.get(address, follow=True).content.decode()
        assert "Mes démarches" in page, address
        assert "mardi 24 novembre 2026 à 9\u202fh" in page.replace("\u00a0", "\u202f").replace(
            " h", "\u202fh"
        )
    assert "Mes démarches" not in client.get("/rendez-vous/?ou=Lyon").content.decode()


# ------------------------------------------------------------------------------------------ moved, cancelled


def sent_subjects():
    return list(Message.objects.exclude(state="cancelled").order_by("pk").values_list("subject", flat=True))


@pytest.mark.both_databases
def test_only_who_left_a_contact_receives_a_message(opened, karim):
    phone = {"way": rules.PHONE, "contact": "+33612345678"}
    appointment = book(opened, by=karim, **phone)
    _, done = appointments.move(appointment, starts_at=NINE + HALF, permanence=opened, by=karim, at=AT)
    assert (done.reached, done.to_call) == (1, ())
    _, done = appointments.cancel(appointment, by=karim, at=AT, reason="Réunion")
    assert done.reached == 1
    texts = [each.text for each in Message.objects.order_by("pk")]
    assert "Annulé : votre rendez-vous" in texts[-1]
    assert "9 h 30" in texts[-1].replace("\u00a0", " ").replace("\u202f", " ")
    assert all(each.never_after is not None for each in Message.objects.all())
    silent = book(opened, by=karim, name="Mme Haddad")
    assert appointments.cancel(silent, by=karim, at=AT)[1].to_call == ("Mme Haddad",)


@pytest.mark.both_databases
def test_one_more_meeting_is_written_in_the_singular(client, opened, karim):
    client.force_login(karim)
    sent = {"qui": "Bob", "pour": rules.PROCEDURE, "quand": NINE.isoformat(), "rythme": "14", "fois": "2"}
    page = client.post(f"/espace/rendez-vous/donner/?permanence={opened.pk}", sent, follow=True)
    assert "Et 1 autre ensuite" in page.content.decode()
    page_text = client.get(f"/espace/rendez-vous/{Appointment.objects.first().pk}/").content.decode()
    assert ">1 autre<" in page_text
    assert "(une démarche)" not in page_text  # said once


def test_an_appointment_after_the_role_of_whoever_receives_says_so(client, opened, karim):
    Membership.objects.filter(user=karim).update(until=NINE.date())
    Permanence.objects.filter(pk=opened.pk).update(helper=karim)
    client.force_login(karim)
    address, sent = f"/espace/rendez-vous/donner/?permanence={opened.pk}", {"pour": rules.PROCEDURE}
    for name, more, n in (("Bob", {}, 0), ("Ana", {"rythme": "14", "fois": "2"}, 1)):
        sent |= {"qui": name, "quand": (NINE + n * HALF).isoformat()}
        page = client.post(address, sent | more, follow=True).content.decode()
        assert page.count("Karim n’aura plus de rôle ici") == n


@pytest.mark.both_databases
def test_whom_no_message_reaches_in_time_is_to_call(opened, karim):
    sunday = datetime(2026, 11, 22, 10, tzinfo=UTC)  # an SMS waits for Monday, at eight
    phone = {"way": rules.PHONE, "contact": "+33612345678", "starts_at": sunday + 4 * HALF}
    appointment = appointments.book(
        Draft(kind=rules.PROCEDURE, name="Zoé", **phone), structure=opened.structure, by=karim, at=sunday
    )
    done = appointments.cancel(appointment, by=karim, at=sunday)[1]
    assert (done.reached, done.to_call) == (0, ("Zoé",))
    outbox.stop(channel="sms", to="+33612345678", by=None, at=AT)
    stopped = book(opened, by=karim, way=rules.PHONE, contact="+33612345678")
    assert appointments.cancel(stopped, by=karim, at=AT)[1].to_call == ("Denis",)


def test_who_was_cancelled_hears_that_the_appointment_stands_again(opened, karim):
    appointment = book(opened, by=karim, way=rules.PHONE, contact="+33612345678")
    appointment, _ = appointments.cancel(appointment, by=karim, at=AT, reason="Malade")
    assert sent_subjects() == ["Votre rendez-vous est annulé"]
    with pytest.raises(Refused, match="Le lieu a annulé"):
        appointments.put_back(appointment, token=access.link_of_appointment(appointment), at=AT)
    assert appointments.put_back(appointment, by=karim, at=AT)[1].reached == 1
    assert sent_subjects() == ["Votre rendez-vous"]  # what had not left yet, to stay at home, is kept back


@pytest.mark.both_databases
def test_who_cancels_by_phone_receives_no_message(opened, karim):
    appointment = book(opened, by=karim, way=rules.PHONE, contact="+33612345678")
    appointments.cancel(appointment, by=karim, at=AT, decided_by=rules.PERSON)
    appointment.refresh_from_db()
    assert appointment.cancelled_by == rules.PERSON
    assert sent_subjects() == []  # the one that was waiting is taken back too


def test_a_moved_appointment_frees_its_slot(opened, karim):
    appointment = book(opened, by=karim)
    appointments.move(appointment, starts_at=NINE + HALF, permanence=opened, by=karim, at=AT)
    assert hours(opened) == ["09:00", "10:00"]
    with pytest.raises(Refused, match="déjà ce jour et cette heure"):
        appointments.move(appointment, starts_at=NINE + HALF, permanence=opened, by=karim, at=AT)
    appointment.refresh_from_db()
    assert (appointment.state, appointment.cancelled_at, appointment.sequence) == (rules.BOOKED, None, 1)


@pytest.mark.both_databases
def test_days_that_close_move_or_cancel_who_was_expected(opened, karim):
    expected = [book(opened, by=karim, name=name, starts_at=NINE + n * HALF) for n, name in enumerate("AB")]
    _, done = permanences.close(
        opened, first_on=TUESDAY, last_on=TUESDAY, by=karim, at=AT, move=True, reason="Inventaire"
    )
    assert (done.moved, done.cancelled, done.notified.to_call) == (2, 0, ("A", "B"))
    assert [each.starts_at for each in Appointment.objects.order_by("pk")] == [
        NINE + 7 * DAY,
        NINE + 7 * DAY + HALF,
    ]
    assert hours(opened) == []
    _, done = permanences.close(
        opened, first_on=TUESDAY + 7 * DAY, last_on=TUESDAY + 8 * DAY, by=karim, at=AT
    )
    assert done.cancelled == 2
    permanences.reopen(Closure.objects.first(), by=karim, at=AT)
    assert hours(opened) == ["09:00", "09:30", "10:00"]
    assert {each.refresh_from_db() or each.state for each in expected} == {rules.CANCELLED}


def test_a_double_click_closes_the_same_days_once(opened, karim):
    book(opened, by=karim)
    days = {"first_on": TUESDAY, "last_on": TUESDAY, "reason": "Réunion", "by": karim}
    closure, done = permanences.close(opened, **days, at=AT)
    again, then = permanences.close(opened, **days, at=AT + timedelta(seconds=2))
    assert (again, done.cancelled, then.cancelled) == (closure, 1, 0)
    assert Closure.objects.count() == 1


def test_days_already_past_do_not_close(opened, karim):
    yesterday = AT.date() - DAY
    with pytest.raises(Refused, match="déjà passés"):
        permanences.close(opened, first_on=yesterday, last_on=yesterday, by=karim, at=AT)
    permanences.close(opened, first_on=yesterday, last_on=AT.date(), by=karim, at=AT)


def test_who_is_reached_by_message_hears_the_new_hours(opened, karim):
    row = book(opened, by=karim, way=rules.PHONE, contact="+33612345678")
    permanences.change(opened, {"hours": [[1, "14:00", "15:00"]]}, by=karim, at=AT)
    done = permanences.rearrange(opened, by=karim, at=AT)
    assert (done.moved, done.notified.reached, done.to_say) == (1, 1, ())
    row.refresh_from_db()
    assert row.starts_at == NINE + 10 * HALF, "the same day, in the new hours"
    assert "14 h" in Message.objects.latest("pk").text.replace("\u00a0", " ")


@pytest.mark.both_databases
def test_a_permanence_that_ended_leaves_the_public_list(client, clock, published, karim):
    permanences.change(published, {"until_on": TUESDAY}, by=karim, at=AT)
    clock["at"] = NINE
    assert "Mes démarches" in client.get("/rendez-vous/").content.decode()
    clock["at"] = NINE + DAY
    assert "Mes démarches" not in client.get("/rendez-vous/").content.decode()


@pytest.mark.both_databases
def test_days_close_even_when_somebody_is_expected_twice(opened, karim, fatou):
    book(opened, by=karim, person=fatou)
    book(opened, by=karim, person=fatou, starts_at=NINE + 7 * DAY)
    _, done = permanences.close(opened, first_on=TUESDAY, last_on=TUESDAY, by=karim, at=AT, move=True)
    assert (done.moved, done.cancelled) == (1, 0)
    assert Appointment.objects.order_by("pk").first().starts_at == NINE + 7 * DAY + HALF


def test_a_stopped_permanence_gives_nothing_more(client, published, karim):
    appointment = book(published)
    row, done = permanences.stop(published, by=karim, at=AT)
    assert (done.cancelled, hours(row)) == (1, [])
    appointment.refresh_from_db()
    assert appointment.cancelled_by == rules.STRUCTURE
    assert client.get(f"/rendez-vous/{published.pk}/").status_code == 404
    own_page = f"/rendez-vous/le-mien/{access.link_of_appointment(appointment)}/"
    assert f"/rendez-vous/{published.pk}/" not in client.get(own_page).content.decode(), (
        "nothing is left there"
    )
    permanences.resume(row, by=karim, at=AT)
    assert client.get(f"/rendez-vous/{published.pk}/").status_code == 200
    assert f"/rendez-vous/{published.pk}/" in client.get(own_page).content.decode()


def test_a_name_shared_by_several_places_offers_a_choice(client, published):
    page = (
        client.get("/rendez-vous/?ou=Saint-Denis")
        .content.decode()
        .replace("\xa0", " ")
        .replace("\u202f", " ")
    )
    assert "Autour de quel endroit ?" in page and "n’est pas connu" not in page
    (address,) = re.findall(r'href="(\?ou=Saint-Denis[^"]*R%C3%A9union)"', page)
    assert (
        "Aucune permanence ne prend de rendez-vous ici"
        in client.get(f"/rendez-vous/{address}").content.decode()
    )
    assert "n’est pas connu" in client.get("/rendez-vous/?ou=Zzyzx").content.decode()


def test_the_list_of_permanences_goes_on_to_the_last(client, published, karim, library, monkeypatch):
    monkeypatch.setattr(doors, "PAGE", 2)
    for title in ("Deuxième", "Troisième"):
        other = permanences.open_door(
            by=karim, structure=library.structure, values=values(library, title=title), at=AT
        )
        permanences.publish(other, by=karim, at=AT)
    first = client.get("/rendez-vous/?ou=Grenoble").content.decode()
    assert "Deuxième" in first and "Troisième" not in first
    assert 'href="?ou=Grenoble&amp;page=2"' in first and "Voir la suite (1)" in first
    last = client.get("/rendez-vous/?ou=Grenoble&page=2").content.decode()
    assert "Troisième" in last and "Deuxième" not in last and "Voir la suite" not in last
    assert 'href="?ou=Grenoble"' in last


def test_a_permanence_out_of_any_lieu_stays_there_when_another_thing_is_changed(client, karim, library):
    """As the draft of two structures that have yet to agree on the place."""
    there = {"address": "À convenir avec la mairie", "commune": "38185"}
    row = permanences.open_door(by=karim, structure=library.structure, values=values(None, **there), at=AT)
    client.force_login(karim)
    page = f"/espace/rendez-vous/permanences/{row.pk}/modifier/"
    form = client.get(page).context["form"]
    sent = {"titre": "Les papiers", "lieu": form["lieu"].value(), "duree": "30", "a_la_fois": "1"}
    sent |= {"rythme": "1", "du": "2026-11-03", "de_1_0": "09:00", "a_1_0": "10:30"}
    assert client.post(page, sent).status_code == 302
    row.refresh_from_db()
    assert (row.title, row.lieu, row.address) == ("Les papiers", None, "À convenir avec la mairie")
    client.post(page, sent | {"lieu": library.pk})
    row.refresh_from_db()
    assert (row.lieu, row.address) == (library, "")


def test_another_helper_is_named_to_the_public(client, published, karim, library):
    zora = account("zora", "aidant", structure=library.structure)
    client.force_login(karim)
    page = f"/espace/rendez-vous/permanences/{published.pk}/modifier/"
    sent = {"titre": "Mes démarches", "lieu": library.pk, "duree": "30", "a_la_fois": "1", "rythme": "1"}
    sent |= {"du": "2026-11-03", "de_1_0": "09:00", "a_1_0": "10:30"}
    for helper, typed, read in ((karim, "", "Karim"), (zora, None, "Zora"), (zora, "Mme Z.", "Mme Z.")):
        proposed_name = client.get(page).context["form"].initial["nom"]
        client.post(page, sent | {"aidant": helper.pk, "nom": proposed_name if typed is None else typed})
        published.refresh_from_db()
        assert published.helper_name == read
    assert client.get(page).context["form"].initial["nom"] == "Mme Z."


def test_a_permanence_is_found_where_its_reader_may_open_it(client, opened, karim, library):
    (kind,) = (each for each in SEARCH_KINDS if each.id == "permanences")
    ines = account("ines", "prescripteur", structure=library.structure)
    url_by_reader = {}
    for reader in (karim, ines):
        client.force_login(reader)
        url_by_reader[reader] = kind.hit(opened, reader).url
        assert client.get(url_by_reader[reader]).status_code == 200
    assert url_by_reader == {
        karim: f"/espace/rendez-vous/permanences/{opened.pk}/",
        ines: "/espace/rendez-vous/",
    }


def test_hours_that_change_name_who_is_left_out(client, opened, karim):
    book(opened, by=karim)
    permanences.change(opened, {"hours": [[2, "09:00", "10:30"]]}, by=karim, at=AT)
    client.force_login(karim)
    page = client.get(f"/espace/rendez-vous/permanences/{opened.pk}/").content.decode()
    assert "Attendus hors des heures" in page
    sent = {"geste": "replacer"}
    page = client.post(
        f"/espace/rendez-vous/permanences/{opened.pk}/geste/", sent, follow=True
    ).content.decode()
    assert "À prévenir vous-même : Denis, mercredi 25 novembre 2026 à 9 h." in page.replace("\u00a0", " ")
    assert "Attendus hors des heures" not in page
    with pytest.raises(Refused, match="avant le début"):
        permanences.change(opened, {"hours": [[2, "12:00", "10:30"]]}, by=karim, at=AT)


# -------------------------------------------------------------------------------------------------- who came


def test_attendance_is_noted_in_one_touch_from_the_day_itself(client, clock, opened, karim):
    appointment = book(opened, by=karim)
    with pytest.raises(Refused, match="n’a pas encore eu lieu"):
        appointments.tick(appointment, True, by=karim, at=AT)
    clock["at"] = NINE
    client.force_login(karim)
    client.post("/espace/rendez-vous/clore/", {"jour": "2026-11-24", "absente": appointment.pk})
    appointment.refresh_from_db()
    assert appointment.state == rules.ABSENT
    client.post("/espace/rendez-vous/clore/", {"jour": "2026-11-24", "rien": appointment.pk})
    appointment.refresh_from_db()
    assert appointment.state == rules.BOOKED


def test_a_day_ends_when_every_attendance_is_noted(client, clock, opened, karim):
    first, second = book(opened, by=karim), book(opened, by=karim, name="Nadia", starts_at=NINE + HALF)
    client.force_login(karim)
    before = client.get("/espace/rendez-vous/?jour=2026-11-24").content.decode()
    assert "Toutes les présences sont notées" not in before, "nobody has come yet"
    client.logout()
    clock["at"] = NINE + 4 * HALF
    client.force_login(karim)
    appointments.tick(first, True, by=karim, at=clock["at"])
    page = client.post(
        "/espace/rendez-vous/clore/", {"jour": "2026-11-24", "geste": "clore"}, follow=True
    ).content.decode()
    assert "Nadia" in page
    assert "n’est pas close" in page
    client.post("/espace/rendez-vous/clore/", {"jour": "2026-11-24", "geste": "clore-absentes"})
    second.refresh_from_db()
    assert second.state == rules.ABSENT
    assert (
        "Toutes les présences sont notées"
        in client.get("/espace/rendez-vous/?jour=2026-11-24").content.decode()
    )


def test_a_full_day_hides_nothing_of_what_comes_next(opened, karim, monkeypatch):
    monkeypatch.setattr(appointment_book, "MOST_COMING", 2)
    for n in range(3):
        book(opened, by=karim, starts_at=NINE + n * HALF)
    book(opened, by=karim, name="Nadia", starts_at=NINE + 7 * DAY)
    ((_, lines),) = appointment_book.coming(karim, TUESDAY, NINE)
    assert [each.appointment.called for each in lines] == ["Nadia"]


def test_ending_a_day_says_nothing_of_who_comes_as_a_volunteer(client, clock, opened, karim):
    met = appointments.book(
        Draft(kind=rules.VOLUNTEER, starts_at=NINE, name="Hélène"), structure=opened.structure, at=AT
    )
    clock["at"] = NINE + 4 * HALF
    client.force_login(karim)
    page = client.post("/espace/rendez-vous/clore/", {"jour": "2026-11-24", "geste": "clore"}, follow=True)
    assert "On ne sait pas" not in page.content.decode()
    client.post("/espace/rendez-vous/clore/", {"jour": "2026-11-24", "geste": "clore-absentes"})
    met.refresh_from_db()
    assert met.state == rules.BOOKED


def test_ending_a_day_keeps_what_a_colleague_just_noted(opened, karim):
    first = book(opened, by=karim)
    read_before = list(Appointment.objects.all())
    appointments.tick(first, True, by=karim, at=NINE + HALF)
    assert permanences.end_day(read_before, {}, by=karim, at=NINE + DAY, is_rest_absent=True) == 0
    first.refresh_from_db()
    assert first.state == rules.CAME


def test_a_day_is_not_over_while_somebody_is_expected(client, clock, opened, karim):
    book(opened, by=karim)
    clock["at"] = NINE - 2 * HALF
    client.force_login(karim)
    page = client.post("/espace/rendez-vous/clore/", {"jour": "2026-11-24", "geste": "clore"}, follow=True)
    page_text = page.content.decode().replace("\u00a0", " ")
    assert "est close" not in page_text
    assert "personne n’est venu. 1 personne est attendue encore" in page_text


def test_an_appointment_of_yesterday_without_a_word_is_to_complete(client, clock, opened, karim):
    book(opened, by=karim)
    clock["at"] = NINE + DAY
    client.force_login(karim)
    assert "Présences ou absences" in client.get("/espace/rendez-vous/").content.decode()


# --------------------------------------------------------------------------------- no slot left, called back


def no_slot_lines(user, at=AT):
    return [line for line in agenda_worklist.lines(user, at) if line.kind == "no-slot"]


def test_the_coordination_hears_of_a_permanence_without_a_free_slot(published, coordinator, karim):
    assert not no_slot_lines(coordinator)
    permanences.change(published, {"until_on": TUESDAY}, by=karim, at=AT)
    for n in range(3):
        book(published, starts_at=NINE + n * HALF, name=f"Denis {n}")
    (line,) = no_slot_lines(coordinator)
    assert "plus aucun créneau libre d’ici un mois" in line.words
    assert "Denis" not in f"{line}"
    assert not no_slot_lines(account("nord", "coordination", territory="59"))
    assert not no_slot_lines(karim)
    appointments.cancel(Appointment.objects.first(), by=karim, at=AT)
    assert not no_slot_lines(coordinator)


def test_a_permanence_that_is_over_or_not_published_is_no_full_one(opened, coordinator, karim):
    permanences.change(opened, {"until_on": TUESDAY}, by=karim, at=AT)
    for n in range(3):
        book(opened, starts_at=NINE + n * HALF, name=f"Denis {n}", by=karim)
    assert not no_slot_lines(coordinator)
    permanences.publish(opened, by=karim, at=AT)
    assert len(no_slot_lines(coordinator)) == 1
    assert not no_slot_lines(coordinator, AT + timedelta(days=9))


@pytest.fixture
def met(opened, karim, fatou):
    row = book(opened, by=karim, person=fatou)
    return appointments.tick(row, True, by=karim, at=NINE)


def test_a_person_without_news_is_called_back_a_month_later(met, karim, fatou, client, clock):
    assert not recalls.pending_recalls(karim, NINE + 29 * DAY)
    (recall,) = recalls.pending_recalls(karim, NINE + 31 * DAY)
    assert (recall.person, recall.last_on) == (fatou, TUESDAY)
    assert not recalls.pending_recalls(karim, NINE + 80 * DAY)
    clock["at"] = NINE + 31 * DAY
    client.force_login(karim)
    assert "Fatou" in client.get(reverse("recalls")).content.decode()
    client.post(reverse("recalls"), {"personne": fatou.pk, "suite": "news"})
    assert not recalls.pending_recalls(karim, NINE + 31 * DAY)
    assert Entry.objects.filter(verb="person.recalled").count() == 1
    with pytest.raises(Refused, match="n’est plus à rappeler"):
        recall_actions.settle(fatou, "news", by=karim, at=NINE + 31 * DAY)


def test_who_has_a_date_or_an_act_since_is_not_called_back(met, opened, karim, fatou):
    later = NINE + 31 * DAY
    Act.objects.create(
        uid=uuid4(), structure=opened.structure, by=karim, person=fatou, kind="with", procedure="sante",
        minutes=15, where="place", done_at=NINE + 10 * DAY, on_day=TUESDAY, noted_at=NINE,
    )  # fmt: skip
    assert not recalls.pending_recalls(karim, later)
    Act.objects.all().delete()
    assert recalls.pending_recalls(karim, later)
    book(opened, by=karim, person=fatou, starts_at=NINE + timedelta(days=35), at=later)
    assert not recalls.pending_recalls(karim, later)


def test_a_stranger_to_the_structure_calls_nobody_back(met, fatou, client, clock):
    clock["at"] = NINE + 31 * DAY
    stranger = account("autre", "aidant", structure=place("ailleurs", {"nom": "Ailleurs"}).structure)
    assert not recalls.pending_recalls(stranger, clock["at"])
    client.force_login(stranger)
    assert client.post(reverse("recalls"), {"personne": fatou.pk, "suite": "news"}).status_code == 404


# ------------------------------------------------------------------------------------------------- mailboxes


@pytest.mark.both_databases
def test_three_months_of_mailbox_meetings(client, clock, opened, karim, fatou):
    """Every other week at the same hour, over a closed day; each time noted; then nobody looks for a month."""
    draft = Draft(kind=rules.MAILBOX, starts_at=NINE)
    permanences.close(
        opened, first_on=date(2026, 12, 22), last_on=date(2026, 12, 24), by=karim, at=AT, reason="Congés"
    )
    plan = series.plan(
        draft,
        every=14,
        times=6,
        structure=opened.structure,
        permanence=opened,
        person=fatou,
        by=karim,
        at=AT,
    )
    days = [f"{appointment.starts_at.astimezone(appointment.zone):%d/%m %H:%M}" for appointment in plan.rows]
    assert days == ["24/11 09:00", "08/12 09:00", "05/01 09:00", "19/01 09:00", "02/02 09:00"]
    assert [day for day, _ in plan.skipped] == [date(2026, 12, 22)]
    client.force_login(karim)
    clock["at"] = plan.rows[0].starts_at
    assert [appointment.late for appointment in appointment_book.mailboxes(karim, clock["at"]).boxes] == [
        False
    ], "followed for four days"
    for n, appointment in enumerate(plan.rows):
        clock["at"] = appointment.starts_at + HALF
        client.force_login(karim)  # a session lasts a week
        sent = {"geste": "boite", "lus": 3 + n, "repondus": 1, "fait": "Papiers de la Caf triés"}
        assert client.post(f"/espace/rendez-vous/{appointment.pk}/geste/", sent).status_code == 302
        (box,) = appointment_book.mailboxes(karim, clock["at"]).boxes
        assert box.looked_on == appointment.starts_at.astimezone(appointment.zone).date()
    assert [appointment.late for appointment in appointment_book.mailboxes(karim, clock["at"]).boxes] == [
        False
    ]
    assert "Regardées il y a peu" in client.get("/espace/rendez-vous/boites/").content.decode()
    clock["at"] += 30 * DAY
    client.force_login(karim)
    page = client.get("/espace/rendez-vous/boites/").content.decode()
    assert "Fatou" in page
    assert "il y a 30" in page.replace("\u00a0", " ")
    assert MailboxRecord.objects.count() == 5


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"read": 1, "answered": 2}, "plus de réponses"),
        ({"done": "mdp: Soleil38"}, "un mot de passe"),
        ({"next_on": date(2026, 1, 1)}, "déjà passée"),
        ({"read": 5000}, "de 0 à"),
    ],
)
def test_a_record_holds_counts_and_no_secret(opened, karim, fatou, more, why):
    row = book(opened, by=karim, person=fatou, kind=rules.MAILBOX)
    with pytest.raises(Refused, match=why):
        mailbox.note(row, **{"read": 3, "answered": 1} | more, by=karim, at=NINE)
    assert not MailboxRecord.objects.exists()


@pytest.mark.both_databases
def test_the_next_time_is_booked_moved_and_taken_back(client, clock, opened, karim, fatou):
    """Written in a record, it is an appointment at the same hour; corrected, it moves; undone, it is cancelled."""
    row = book(opened, by=karim, person=fatou, kind=rules.MAILBOX)
    clock["at"] = NINE + HALF
    client.force_login(karim)
    address = f"/espace/rendez-vous/{row.pk}/geste/"
    sent = {"geste": "boite", "lus": 3, "repondus": 1, "prochaine": "2026-12-08"}
    assert client.post(address, sent).status_code == 302
    record = MailboxRecord.objects.get()
    booked = record.next
    assert (booked.starts_at, booked.permanence, booked.person) == (NINE + 14 * DAY, opened, fatou)
    assert "mardi 8 décembre 2026" in client.get(f"/espace/rendez-vous/{row.pk}/").content.decode()
    client.post(address, sent)
    assert Appointment.objects.count() == 2, "sent twice, it is booked once"
    client.post(address, sent | {"prochaine": "2026-12-15"})
    booked.refresh_from_db()
    assert (Appointment.objects.count(), booked.starts_at) == (2, NINE + 21 * DAY)
    client.post(address, {"geste": "sans-suite"})
    booked.refresh_from_db()
    assert booked.state == rules.CANCELLED
    client.post(address, {"geste": "avec-suite"})
    client.post(address, sent | {"prochaine": ""})
    booked.refresh_from_db()
    assert booked.state == rules.CANCELLED


def test_a_next_time_that_is_not_free_gives_its_reason_and_the_record_stays(
    client, clock, opened, karim, fatou
):
    row = book(opened, by=karim, person=fatou, kind=rules.MAILBOX)
    noted = mailbox.note(row, read=1, answered=0, next_on=date(2026, 12, 9), by=karim, at=NINE + HALF)
    assert (noted.next, noted.why) == (None, "La permanence n’est pas ouverte à cette heure.")
    clock["at"] = NINE + HALF
    client.force_login(karim)
    page = client.get(f"/espace/rendez-vous/{row.pk}/").content.decode()
    assert f"pour=mailbox&amp;jour=2026-12-09&amp;personne={fatou.pk}" in page


def test_the_next_time_of_somebody_is_never_that_of_a_namesake(opened, karim):
    first, namesake = (
        book(
            opened, by=karim, name="Marie", kind=rules.MAILBOX, starts_at=NINE + n * HALF, series=f"{n}" * 32
        )
        for n in range(2)
    )
    fortnight = 14 * DAY
    other = book(
        opened,
        by=karim,
        name="Marie",
        kind=rules.MAILBOX,
        starts_at=NINE + HALF + fortnight,
        series=namesake.series,
    )
    noted = mailbox.note(first, read=1, answered=0, next_on=date(2026, 12, 8), by=karim, at=NINE + HALF)
    assert noted.next is not None
    assert noted.next != other
    assert (noted.next.starts_at, noted.next.series) == (NINE + fortnight, first.series)
    again = mailbox.note(first, read=2, answered=0, next_on=date(2026, 12, 8), by=karim, at=NINE + HALF)
    assert again.next == noted.next
    assert (
        mailbox.note(namesake, read=1, answered=0, next_on=date(2026, 12, 8), by=karim, at=NINE + DAY).next
        == other
    )
    mailbox.note(first, read=2, answered=0, by=karim, at=NINE + DAY)
    other.refresh_from_db()
    assert other.state == rules.BOOKED, "what one takes back is one’s own"


def test_who_has_a_card_does_not_take_the_next_time_of_who_has_none(opened, karim, fatou):
    with_card = book(opened, by=karim, person=fatou, kind=rules.MAILBOX, starts_at=NINE + 98 * DAY)
    past = book(opened, by=karim, name="Denis", kind=rules.MAILBOX)
    deadlines.run_deadlines(at=NINE + 92 * DAY)  # their first name is erased
    noted = mailbox.note(past, read=1, answered=0, next_on=date(2027, 3, 2), by=karim, at=NINE + 92 * DAY)
    assert noted.next != with_card


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(2028, 3, 1)])
def test_a_next_time_is_within_what_an_appointment_may_be(opened, karim, fatou, day):
    row = book(opened, by=karim, person=fatou, kind=rules.MAILBOX)
    with pytest.raises(Refused, match="dans plus d’un an"):
        mailbox.note(row, read=1, answered=0, next_on=day, by=karim, at=NINE + HALF)


def test_what_is_written_once_names_were_erased_is_erased_too(client, opened, karim, fatou):
    missed = book(opened, by=karim, name="Denis", kind=rules.MAILBOX)
    appointments.tick(missed, False, by=karim, at=NINE + DAY)
    late = NINE + 92 * DAY
    assert deadlines.run_deadlines(at=late)["rendez_vous_effaces"] == 1
    mailbox.note(missed, read=1, answered=0, done="Papiers triés", by=karim, at=late)
    deadlines.run_deadlines(at=late)
    assert MailboxRecord.objects.get().done == ""
    appointments.tick(missed, False, by=karim, at=late)
    moved, _ = appointments.move(missed, starts_at=late + 6 * DAY, permanence=opened, by=karim, at=late)
    assert (
        client.get(reverse("appointment_mine", args=[access.link_of_appointment(moved)])).status_code == 200
    )
    appointments.cancel(moved, by=karim, at=late, reason="Denis est malade")
    assert deadlines.run_deadlines(at=late)["rendez_vous_effaces"] == 0
    assert deadlines.run_deadlines(at=late + 98 * DAY)["rendez_vous_effaces"] == 1
    moved.refresh_from_db()
    assert (moved.cancel_reason, moved.token) == ("", "")


@pytest.mark.both_databases
def test_the_book_of_mailboxes_turns_its_pages_in_the_database(
    client, clock, opened, karim, library, monkeypatch, django_assert_max_num_queries
):
    monkeypatch.setattr(appointment_book, "PAGE", 2)
    persons = [
        people.welcome(by=karim, structure=library.structure, nickname=f"N{n}", at=AT) for n in range(5)
    ]
    for n, person in enumerate(persons):
        draft = Draft(kind=rules.MAILBOX, starts_at=AT - timedelta(days=27 - n))
        when = AT - timedelta(days=40) if n == 4 else AT
        row = appointments.book(draft, structure=library.structure, by=karim, person=person, at=when)
        if n < 3:
            mailbox.note(row, read=1, answered=0, by=karim, at=AT)
    later = AT + timedelta(days=4)
    mailbox_book = appointment_book.mailboxes(karim, later)
    assert (mailbox_book.n, mailbox_book.n_late, mailbox_book.page.paginator.num_pages) == (5, 3, 3)
    names = [
        str(each.person)
        for n in (1, 2, 3)
        for each in appointment_book.mailboxes(karim, later, number=n).boxes
    ]
    assert names == ["N4", "N0", "N1", "N2", "N3"], "never looked at counts from its first meeting"
    late = appointment_book.mailboxes(karim, later, appointment_book.LATE)
    assert [each.late for each in late.boxes] == [True, True]
    assert appointment_book.late_mailboxes(karim, later) == 3
    with django_assert_max_num_queries(12):
        appointment_book.mailboxes(karim, later, appointment_book.UNPLANNED, 2)
    clock["at"] = later
    client.force_login(karim)
    page = client.get("/espace/rendez-vous/boites/?voir=tard").content.decode()
    assert "Page 1 sur 2" in page


# --------------------------------------------------------------------------------------------------- a series


@pytest.mark.both_databases
def test_a_series_is_cancelled_whole_and_put_back_with_one_message(client, opened, karim, fatou):
    draft = Draft(kind=rules.MAILBOX, starts_at=NINE, way="email", contact="fatou@exemple.fr")
    plan = series.plan(
        draft,
        every=7,
        times=4,
        structure=opened.structure,
        permanence=opened,
        person=fatou,
        by=karim,
        at=AT,
    )
    client.force_login(karim)
    second = plan.rows[1]
    page = client.get(f"/espace/rendez-vous/{second.pk}/").content.decode()
    assert "4 rendez-vous à venir seront annulés" in page.replace("\u00a0", " ")
    address = f"/espace/rendez-vous/{second.pk}/geste/"
    client.post(address, {"geste": "annuler-serie", "raison": "Karim est absent"})
    assert {each.state for each in Appointment.objects.all()} == {rules.CANCELLED}
    assert sent_subjects() == ["Vos rendez-vous sont annulés"], "once, for the four"
    book(opened, by=karim, starts_at=plan.rows[2].starts_at)
    client.post(address, {"geste": "remettre-serie"})
    states = [Appointment.objects.get(pk=each.pk).state for each in plan.rows]
    assert states == [rules.BOOKED, rules.BOOKED, rules.CANCELLED, rules.BOOKED]
    assert sent_subjects() == ["Vos rendez-vous"], "what had not left is kept back"
    assert "Leur nombre : 3." in Message.objects.latest("pk").text.replace("\u00a0", " ")


def test_a_series_that_is_over_is_not_cancelled(opened, karim, fatou):
    plan = series.plan(
        Draft(kind=rules.LEARN, starts_at=NINE),
        every=7,
        times=2,
        structure=opened.structure,
        person=fatou,
        by=karim,
        at=AT,
    )
    with pytest.raises(Refused, match="plus de rendez-vous à venir"):
        series.cancel(plan.rows[0], by=karim, at=AT + 60 * DAY)
    alone = book(opened, by=karim, starts_at=NINE + HALF)
    with pytest.raises(Refused, match="plus de rendez-vous à venir"):
        series.cancel(alone, by=karim, at=AT)


# ------------------------------------------------------------------------------------------------- calendars


@pytest.mark.both_databases
def test_a_calendar_leaves_out_closed_days_and_holidays_and_never_names_who_comes(
    client, published, karim, library
):
    permanences.change(published, {"hours": [[4, "09:00", "12:00"]]}, by=karim, at=AT)  # Fridays
    permanences.close(published, first_on=date(2026, 12, 4), last_on=date(2026, 12, 4), by=karim, at=AT)
    book(published, by=karim, name="Fatou", starts_at=datetime(2026, 11, 27, 8, tzinfo=UTC))
    answer = client.get(f"/rendez-vous/structures/{library.structure.pk}.ics")
    assert b"Fatou" not in answer.content
    assert max(len(line) for line in answer.content.split(b"\r\n")) <= 75
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert event["RRULE"]["FREQ"] == ["WEEKLY"]
    off = {each.dt.date() for each in event["EXDATE"].dts}
    assert {date(2026, 12, 4), date(2026, 12, 25), date(2027, 1, 1)} <= off
    assert date(2026, 11, 27) not in off
    assert event["DTSTART"].dt.utcoffset() == timedelta(hours=1)
    permanences.stop(published, by=karim, at=AT)
    (after,) = Calendar.from_ical(client.get(f"/rendez-vous/{published.pk}/permanence.ics").content).walk(
        "VEVENT"
    )
    assert (after["UID"], after["STATUS"]) == (event["UID"], "CANCELLED")
    assert after["SEQUENCE"] > event["SEQUENCE"]


def test_one_s_own_calendar_says_when_it_is_cancelled(client, published, karim):
    appointment = book(published)
    address = reverse("appointment_calendar", args=[access.link_of_appointment(appointment)])
    before = Calendar.from_ical(client.get(address).content).walk("VEVENT")[0]
    appointments.cancel(appointment, by=karim, at=AT)
    after = Calendar.from_ical(client.get(address).content).walk("VEVENT")[0]
    assert (before["STATUS"], after["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert (before["UID"], before["SEQUENCE"] + 1) == (after["UID"], after["SEQUENCE"])
    assert "Denis" not in client.get(address).content.decode()


# ---------------------------------------------------------------------------------------------------- overseas


def test_a_place_overseas_lives_by_its_own_clock(client, karim, library):
    reunion = place("saint-denis", {"nom": "Case numérique", "code_insee": "97411", "commune": "Saint-Denis"})
    marie = account("marie", "gestionnaire", structure=reunion.structure)
    row = permanences.open_door(by=marie, structure=reunion.structure, values=values(reunion), at=AT)
    permanences.publish(row, by=marie, at=AT)
    (first, *_) = doors.free_slots(row, TUESDAY, TUESDAY, AT)
    assert first.starts_at.astimezone(UTC).hour == 5
    appointment = book(row, by=marie, starts_at=first.starts_at)
    page_text = client.get(
        f"/rendez-vous/le-mien/{access.link_of_appointment(appointment)}/"
    ).content.decode()
    assert re.search(r">9[\s\u00a0\u202f]h<", page_text)


@pytest.mark.both_databases
def test_nine_o_clock_in_noumea_is_not_the_day_before(client, library):
    """In Paris it is eleven in the evening of the eve."""
    noumea = place("noumea", {"nom": "Case", "code_insee": "98818", "commune": "Nouméa"})
    marie = account("marie", "gestionnaire", structure=noumea.structure)
    denis = people.welcome(by=marie, structure=noumea.structure, nickname="Denis", at=AT)
    plan = series.plan(
        Draft(kind=rules.MAILBOX, starts_at=datetime(2026, 11, 23, 22, tzinfo=UTC), commune="98818"),
        every=7,
        times=2,
        structure=noumea.structure,
        lieu=noumea,
        person=denis,
        by=marie,
        at=AT,
    )
    client.force_login(marie)
    row, other = plan.rows
    page_text = client.get(f"/espace/rendez-vous/{row.pk}/").content.decode()
    assert "?jour=2026-11-24" in page_text
    assert "Mardi 24 novembre 2026" in page_text
    assert "mardi 1er décembre 2026" in page_text, other.starts_at
    assert "mardi 24 novembre" in client.get("/espace/rendez-vous/boites/").content.decode()
    assert "24 novembre 2026" in client.get(f"/espace/personnes/{denis.pk}/").content.decode()
    row.way, row.contact = rules.PHONE, "+33612345678"
    row.save()
    page_text = client.get(f"/espace/rendez-vous/{row.pk}/").content.decode().replace("\u00a0", " ")
    assert "06 12 34 56 78" in page_text


# ---------------------------------------------------------------------------------------------------- pages


def test_an_appointment_is_booked_from_the_page_of_the_day(client, opened, karim, fatou):
    client.force_login(karim)
    page = client.get("/espace/rendez-vous/?jour=2026-11-24").content.decode()
    assert "Mes démarches" in page
    query = urlencode({"permanence": opened.pk, "quand": NINE.astimezone().isoformat()})
    assert client.get(f"/espace/rendez-vous/donner/?{query}").status_code == 200
    sent = {"permanence": opened.pk, "personne": fatou.pk, "pour": rules.PROCEDURE, "cle": "c" * 32}
    assert client.post("/espace/rendez-vous/donner/", sent).status_code == 400
    sent["quand"] = NINE.isoformat()
    assert client.post("/espace/rendez-vous/donner/", sent).status_code == 302
    appointment = Appointment.objects.get()
    assert (appointment.person, appointment.channel, appointment.starts_at) == (fatou, rules.COUNTER, NINE)
    assert "Fatou" in client.get("/espace/rendez-vous/?jour=2026-11-24").content.decode()
    assert client.get(f"/espace/rendez-vous/{appointment.pk}/").status_code == 200


@pytest.mark.both_databases
def test_a_day_skipped_in_a_series_says_why(client, opened, karim):
    permanences.close(opened, first_on=TUESDAY + 7 * DAY, last_on=TUESDAY + 7 * DAY, by=karim, at=AT)
    book(opened, by=karim, name="Nadia", starts_at=NINE + 14 * DAY)
    client.force_login(karim)
    sent = {"qui": "Bob", "pour": rules.PROCEDURE, "quand": NINE.isoformat(), "rythme": "7", "fois": "4"}
    page = client.post(f"/espace/rendez-vous/donner/?permanence={opened.pk}", sent, follow=True)
    assert (
        "Sautés : 1er décembre 2026 (la permanence n’est pas ouverte à cette heure) ; 8 décembre 2026 (quelqu’un vient"
        " de prendre cette heure)."
    ) in page.content.decode().replace("\xa0", " ").replace("\u202f", " ")


def test_a_card_that_nobody_has_is_not_a_first_name(client, opened, karim):
    client.force_login(karim)
    sent = {"qui": "4TRX-8XHB", "pour": rules.PROCEDURE, "quand": NINE.isoformat()}
    answer = client.post(f"/espace/rendez-vous/donner/?permanence={opened.pk}", sent)
    assert answer.status_code == 400
    assert "Aucune carte n’a ce code" in answer.content.decode()
    assert not Appointment.objects.exists()
    assert "Personne n’a" in client.get("/espace/rendez-vous/boites/").content.decode()


def test_an_appointment_at_home_is_typed_with_its_hour(client, karim, library):
    client.force_login(karim)
    sent = {"qui": "Mme Haddad", "pour": rules.DEVICE, "jour": "2026-11-26", "heure": "14:15", "ou": "home"}
    answer = client.post("/espace/rendez-vous/donner/", {**sent, "minutes": 60, "rythme": "14", "fois": "3"})
    assert answer.status_code == 302
    rows = list(Appointment.objects.all())
    assert [f"{each.starts_at.astimezone(each.zone):%d/%m %H:%M}" for each in rows] == [
        "26/11 14:15",
        "10/12 14:15",
        "24/12 14:15",
    ]
    assert {(each.where, each.minutes, each.lieu) for each in rows} == {("home", 60, None)}
    assert len({each.series for each in rows}) == 1


@pytest.mark.parametrize("year", ["0001", "0026", "9999"])
def test_a_mistyped_year_is_refused_with_its_reason(client, karim, library, opened, year):
    """A slip of a digit is no page of errors: neither here, nor in the calendar that the public reads."""
    client.force_login(karim)
    reason = f"L’année {int(year)} n’est pas possible. Corrigez la date."
    sent = {"qui": "Léa", "pour": rules.DEVICE, "jour": f"{year}-12-31", "heure": "14:15", "ou": "home"}
    answer = client.post("/espace/rendez-vous/donner/", {**sent, "minutes": 60})
    assert answer.status_code == 400 and reason in answer.content.decode()
    sent = {"titre": "Connectée", "lieu": library.pk, "duree": 30, "a_la_fois": 1, "rythme": 1}
    sent |= {"du": "2026-11-23", "de_1_0": "09:00", "a_1_0": "12:00"}
    for name in ("du", "au"):
        typed = {**sent, name: f"{year}-12-31"}
        answer = client.post("/espace/rendez-vous/permanences/nouvelle/", typed)
        assert answer.status_code == 400 and reason in answer.content.decode(), name
    closing = {"geste": "fermer", "ferme_du": f"{year}-12-31", "alors": "annuler", "raison": "Travaux"}
    client.post(f"/espace/rendez-vous/permanences/{opened.pk}/geste/", closing)
    assert not Closure.objects.exists()


@pytest.mark.both_databases
def test_a_permanence_is_opened_published_and_closed_from_its_pages(client, karim, library):
    client.force_login(karim)
    sent = {"titre": "Connectée", "lieu": library.pk, "duree": 30, "a_la_fois": 1, "rythme": 1}
    sent |= {"du": "2026-11-23", "de_1_0": "09:00", "a_1_0": "12:00", "feries": "on"}
    assert client.post("/espace/rendez-vous/permanences/nouvelle/", {**sent, "a_1_0": ""}).status_code == 400
    answer = client.post("/espace/rendez-vous/permanences/nouvelle/", sent)
    assert answer.status_code == 302
    address = answer.url
    for geste in ("publier", "cacher", "publier"):
        assert client.post(f"{address}geste/", {"geste": geste}).status_code == 302
    closing = {"geste": "fermer", "ferme_du": "2026-12-01", "alors": "annuler", "raison": "Travaux"}
    assert client.post(f"{address}geste/", closing).status_code == 302
    page = client.get(address).content.decode()
    assert "Travaux" in page
    assert client.get(f"{address}modifier/").content.decode().count("09:00") >= 1
    changed = client.post(f"{address}modifier/", {**sent, "titre": "Autrement"})
    assert changed.status_code == 302
    closed = Closure.objects.get()
    client.post(f"{address}geste/", {"geste": "rouvrir", "fermeture": closed.pk})
    assert not Closure.objects.exists()


# ------------------------------------------------------------------------------------------- copied, erased


@pytest.mark.both_databases
def test_a_person_takes_their_appointments_away_and_erases_them(opened, karim, fatou):
    past = book(opened, by=karim, person=fatou, kind=rules.MAILBOX, subject="Boîte mail")
    mailbox.note(past, read=2, answered=1, done="Papiers triés", by=karim, at=NINE)
    book(opened, by=karim, person=fatou, starts_at=NINE + 7 * DAY)
    copy = copies.of_person(fatou)["rendez_vous"]
    assert [each["en_quelques_mots"] for each in copy] == ["Boîte mail", ""]
    assert copy[0]["boite_regardee"]["messages_lus"] == 2
    forgetting.forget(fatou, by=karim, at=NINE + DAY)
    appointments_after = list(Appointment.objects.order_by("starts_at"))
    assert [(each.person, each.subject, each.token) for each in appointments_after] == [(None, "", "")] * 2
    assert [each.state for each in appointments_after] == [rules.CAME, rules.CANCELLED]
    noted = MailboxRecord.objects.get()
    assert (noted.person, noted.done, noted.read) == (None, "", 2)
    with pytest.raises(Refused, match="la personne est effacée"):
        appointments.put_back(appointments_after[-1], by=karim, at=NINE + DAY)


def test_names_are_erased_three_months_later(opened, karim):
    appointment = book(opened, by=karim, way=rules.PHONE, contact="+33612345678", subject="Caf")
    assert deadlines.run_deadlines(at=NINE + rules.RETENTION)["rendez_vous_effaces"] == 0
    assert deadlines.run_deadlines(at=NINE + rules.RETENTION + HALF)["rendez_vous_effaces"] == 1
    appointment.refresh_from_db()
    assert (appointment.name, appointment.contact, appointment.subject, appointment.token) == ("", "", "", "")
    assert appointment.called == "Sans nom"


def test_a_person_reads_who_gave_and_moved_their_appointments(opened, karim, fatou):
    appointment = book(opened, by=karim, person=fatou)
    appointments.move(appointment, starts_at=NINE + HALF, permanence=opened, by=karim, at=AT)
    trace_words = [(each.author, each.words) for each in traces(fatou)]
    assert ("Karim", "a donné un rendez-vous") in trace_words
    assert ("Karim", "a déplacé un rendez-vous") in trace_words


@pytest.mark.both_databases
def test_after_another_key_a_reminder_carries_a_link_that_opens(client, published, settings):
    row, removed = book(published), book(published, starts_at=NINE + HALF, name="Zoé")
    former = access.link_of_appointment(row)
    assert links.renew(at=AT) == 0, "the key is the one that made them"
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"
    assert (access.link_of_appointment(row), links.renew(at=AT)) == (former, 0), "a planned change"
    settings.SECRET_KEY_FALLBACKS = []
    Appointment.objects.filter(pk=removed.pk).update(token="")
    lost = reverse("appointment_mine", args=[access.link_of_appointment(row)])
    assert client.get(lost).status_code == 404
    assert links.renew(at=AT) == 1
    assert client.get(lost).status_code == 200
    assert client.get(reverse("appointment_mine", args=[former])).status_code == 404
    assert Appointment.objects.get(pk=removed.pk).token == "", "a link that was taken away stays so"
    assert links.renew(at=AT) == 0
    settings.SECRET_KEY = "a third one"
    assert links.renew(at=AT + 30 * DAY) == 0, "what is over keeps what it had"
