"""Workshops and courses: planned, published, filled, ticked, told; by whom, and for how long names are
kept.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from maillage.apps.agenda import access, worklist
from maillage.apps.agenda.actions import deadlines, forgetting, links, planning, seats
from maillage.apps.agenda.forms.space import PlanForm, from_workshop
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.queries import public, space
from maillage.apps.agenda.queries import words as workshop_words
from maillage.apps.agenda.rules import workshops as rules
from maillage.apps.people.persons.actions import consents
from maillage.apps.people.persons.actions import forgetting as everywhere
from maillage.apps.people.persons.actions import register as people
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.platform.messages.models import Message
from maillage.kernel.errors import Refused
from maillage.modules import outlines
from tests.conftest import account
from tests.support.languages import assert_whole, in_language
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at", "leaves")]
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)  # a Friday, ten o’clock in Paris
MONDAY = datetime(2026, 11, 23, 13, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def leila(hall):
    return account("leila", "aidant", structure=hall.structure)


def workshop_fields(lieu, /, **more):
    defaults = {"title": "Ma boîte mail", "subject": "mail", "level": "debutant", "lieu": lieu, "capacity": 2}
    return {**defaults, "starts_at": MONDAY, "ends_at": MONDAY + 2 * HOUR, **more}


@pytest.fixture
def planned(karim, library):
    return planning.plan(by=karim, structure=library.structure, values=workshop_fields(library), at=AT)


@pytest.fixture
def workshop(planned, karim):
    planning.publish(planned, by=karim, at=AT)
    planned.refresh_from_db()
    return planned


@pytest.fixture
def course(karim, library):
    meetings = [
        {"starts_at": MONDAY + 7 * n * DAY, "ends_at": MONDAY + 7 * n * DAY + 2 * HOUR} for n in range(5)
    ]
    created_course = planning.plan_course(
        by=karim, structure=library.structure, values=workshop_fields(library), meetings=meetings, at=AT
    )
    planning.publish(created_course.workshops.first(), by=karim, at=AT)
    return created_course


def book(workshop, name="Fatou", **more):
    return seats.book(**{"workshop": workshop, "name": name, "at": AT} | more)


def statuses(workshop):
    return list(workshop.seats.values_list("name", "status"))


# ---------------------------------------------------------------------------------------------------- planned


def test_draft_workshop_is_visible_to_its_structure_then_published(client, planned, karim):
    assert client.get(f"/ateliers/{planned.pk}/").status_code == 404
    assert planning.publish(planned, by=karim, at=AT) == 1
    assert planning.publish(planned, by=karim, at=AT) == 0
    assert client.get(f"/ateliers/{planned.pk}/").status_code == 200
    assert Entry.objects.filter(verb="workshop.published").count() == 1


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"ends_at": MONDAY}, "avant d’avoir commencé"),
        ({"ends_at": MONDAY + 11 * HOUR}, "plus de 10 heures"),
        ({"capacity": 0}, "au moins une place"),
        ({"lieu": None}, "où il a lieu"),
        ({"title": "  "}, "pas de titre"),
    ],
)
def test_a_workshop_that_cannot_take_place_is_refused(karim, library, values, why):
    with pytest.raises(Refused, match=why):
        planning.plan(by=karim, structure=library.structure, values=workshop_fields(library, **values), at=AT)


@pytest.mark.both_databases
def test_a_double_click_plans_one_workshop_one_course_and_seats_each_person_once(client, karim, library):
    client.force_login(karim)
    typed = {
        "titre": "Le mail",
        "sujet": "mail",
        "niveau": "debutant",
        "jour": "2026-11-26",
        "heure": "14:00",
    }
    typed |= {"fin": "16:00", "places": "8", "langue": "fr", "lieu": library.slug, "voie": "counter"}
    first, again = (client.post("/espace/ateliers/nouveau/", typed) for _ in range(2))
    assert first["Location"] == again["Location"]
    assert (
        client.post("/espace/ateliers/nouveau/", typed | {"heure": "15:00"})["Location"] != first["Location"]
    )
    course = typed | {"fois": "3", "tous_les": "7"}
    first, again = (client.post("/espace/ateliers/parcours/nouveau/", course) for _ in range(2))
    assert first["Location"] == again["Location"]
    assert Workshop.objects.count() == 2 + 3
    row = Workshop.objects.order_by("pk").first()
    key = str(client.get(f"/espace/ateliers/{row.pk}/").context["names"]["cle"].value())
    for _ in range(2):
        client.post(
            f"/espace/ateliers/{row.pk}/inscrire/", typed | {"noms": "Fatou\nFatou\nPaul", "cle": key}
        )
    assert list(row.seats.values_list("name", flat=True)) == ["Fatou", "Fatou", "Paul"]


def test_nobody_plans_for_another_structure(leila, library):
    with pytest.raises(Refused, match="au nom de cette structure"):
        planning.plan(by=leila, structure=library.structure, values=workshop_fields(library), at=AT)


@pytest.mark.both_databases
def test_a_workshop_that_is_over_or_cancelled_is_not_published(planned, karim):
    with pytest.raises(Refused, match="déjà passé"):
        planning.publish(planned, by=karim, at=MONDAY + DAY)
    planning.cancel(planned, by=karim, at=AT)
    with pytest.raises(Refused, match="annulé"):
        planning.publish(planned, by=karim, at=AT)


@pytest.mark.both_databases
def test_the_public_page_of_a_course_lists_its_meetings(client, course):
    page = client.get(f"/ateliers/{course.workshops.first().pk}/").content.decode().replace("\xa0", " ")
    assert "Toutes les séances" in page
    for meeting in course.workshops.all():
        assert (
            f"<li>{workshop_words.day(meeting)}, {workshop_words.hours(meeting)}</li>".replace("\xa0", " ")
            in page
        )


def test_the_format_of_a_course_follows_from_its_hours(course, karim, library):
    assert (course.format, course.workshops.count()) == ("court", 5)
    assert list(course.workshops.values_list("rank", flat=True)) == [1, 2, 3, 4, 5]
    long = [{"starts_at": MONDAY + n * DAY, "ends_at": MONDAY + n * DAY + 3 * HOUR} for n in range(5)]
    long_course = planning.plan_course(
        by=karim, structure=library.structure, values=workshop_fields(library), meetings=long, at=AT
    )
    assert long_course.format == "long"
    with pytest.raises(Refused, match="de 2 à 40 séances"):
        planning.plan_course(
            by=karim, structure=library.structure, values=workshop_fields(library), meetings=long[:1], at=AT
        )


def test_changed_day_notifies_attendees_and_changed_title_does_not(workshop, karim):
    book(workshop, way="email", contact="fatou@exemple.fr")
    book(workshop, "Paul")
    notices = planning.change(workshop, {"title": "Le mail"}, by=karim, at=AT)
    assert (notices.reached, notices.to_call) == (0, ())
    notices = planning.change(workshop, {"starts_at": MONDAY + HOUR}, by=karim, at=AT)
    assert (notices.reached, notices.to_call) == (1, ("Paul",))
    workshop.refresh_from_db()
    assert workshop.sequence == 2
    text = Message.objects.get(key__contains="-change-").text
    assert "Ce sera lundi 23 novembre 2026 à 15 h" in text
    assert "/ateliers/ma-place/" in text


@pytest.mark.both_databases
def test_fewer_seats_than_people_is_refused_and_more_go_to_those_who_wait(workshop, karim):
    for name in ("Fatou", "Paul", "Irina"):
        book(workshop, name)
    with pytest.raises(Refused, match="2 personnes ont déjà leur place"):
        planning.change(workshop, {"capacity": 1}, by=karim, at=AT)
    planning.change(workshop, {"capacity": 3}, by=karim, at=AT)
    assert statuses(workshop) == [("Fatou", "booked"), ("Paul", "booked"), ("Irina", "booked")]


def test_cancelled_workshop_notifies_attendees_and_keeps_its_page(client, workshop, karim):
    book(workshop, way="phone", contact="+33639980001")
    notices = planning.cancel(workshop, by=karim, at=AT, reason="L’animateur est malade.")
    assert notices.reached == 1
    text = Message.objects.get(key__endswith="-annule").text
    assert "Ne vous déplacez pas" in text
    assert "malade" in text
    page = client.get(f"/ateliers/{workshop.pk}/").content.decode()
    assert "Cet atelier est annulé" in page
    with pytest.raises(Refused, match="annulé"):
        book(workshop, "Paul")


@pytest.mark.both_databases
def test_a_course_is_cancelled_from_today_on_or_one_meeting_alone(client, course, karim):
    first = course.workshops.first()
    planning.cancel(first, by=karim, at=AT)
    assert course.workshops.filter(cancelled_at__isnull=False).count() == 1
    client.force_login(karim)
    page = client.get(f"/espace/ateliers/parcours/{course.pk}/").content.decode().replace("\xa0", " ")
    assert "4 séances, 8 h en tout" in page
    planning.cancel(course.workshops.last(), by=karim, at=MONDAY + 8 * DAY, whole_series=True)
    with pytest.raises(Refused, match="cet atelier est annulé"):  # a double click
        planning.cancel(course.workshops.last(), by=karim, at=MONDAY + 8 * DAY, whole_series=True)
    assert list(course.workshops.filter(cancelled_at__isnull=True).values_list("rank", flat=True)) == [2]


def test_what_began_is_not_cancelled_by_a_page_left_open(client, workshop, karim):
    """Attendance would be counted nowhere, and nobody notified."""
    book(workshop, "Ana", way="email", contact="ana@exemple.fr")
    Workshop.objects.update(starts_at=AT - HOUR, ends_at=AT + HOUR)
    client.force_login(karim)
    sent = {"geste": "annuler", "raison": ""}
    page = client.post(f"/espace/ateliers/{workshop.pk}/geste/", sent, follow=True).content.decode()
    assert "Cet atelier a déjà commencé." in page
    workshop.refresh_from_db()
    assert workshop.cancelled_at is None


def test_workshop_changed_to_or_from_open_door_notifies_attendees(client, workshop, karim):
    assert public.detail(public.rooms.counted(workshop)).format == ""
    planning.change(workshop, {"drop_in": True}, by=karim, at=AT)
    assert public.detail(public.rooms.counted(workshop)).format == "Permanence"
    planning.change(workshop, {"drop_in": False}, by=karim, at=AT)
    assert public.detail(public.rooms.counted(workshop)).format == ""


def test_a_cancelled_course_counts_each_person_once_and_names_each_namesake(client, course, karim):
    first = course.workshops.first()
    Workshop.objects.filter(course=course).update(capacity=4)
    book(first, "Ana", way="email", contact="ana@exemple.fr")
    for by_phone in ("Fatou", "Fatou", "Paul"):
        book(first, by_phone)
    client.force_login(karim)
    sent = {"geste": "annuler-tout", "raison": ""}
    page = client.post(f"/espace/ateliers/{first.pk}/geste/", sent, follow=True).content.decode()
    assert Message.objects.filter(key__endswith="-annule").count() == 5, "one for each meeting"
    assert "1 personne prévenue." in page.replace("\xa0", " ")
    assert "À prévenir vous-même : Fatou, Fatou et Paul." in page.replace("\xa0", " ")


@pytest.mark.both_databases
def test_a_workshop_is_hidden_until_somebody_registers(workshop, karim):
    planning.hide(workshop, by=karim, at=AT)
    workshop.refresh_from_db()
    assert workshop.published_at is None
    planning.publish(workshop, by=karim, at=AT)
    book(workshop)
    with pytest.raises(Refused, match="personnes sont inscrites"):
        planning.hide(workshop, by=karim, at=AT)


# ------------------------------------------------------------------------------------------------------ seats


@pytest.mark.both_databases
def test_a_full_workshop_makes_people_wait_and_a_freed_seat_goes_to_the_first(workshop):
    first = book(workshop)
    book(workshop, "Paul")
    waits = book(workshop, "Irina", way="email", contact="irina@exemple.fr")
    book(workshop, "Youssef", at=AT + HOUR)
    assert waits.status == "waiting"
    freed_seats, notices = seats.give_up([first], at=AT + HOUR, token=access.link_of(first))
    assert ([seat.name for seat in freed_seats], notices.reached) == (["Fatou"], 1)
    assert dict(statuses(workshop)) == {
        "Fatou": "cancelled",
        "Paul": "booked",
        "Irina": "booked",
        "Youssef": "waiting",
    }
    assert "Une place est libre pour vous" in Message.objects.get(key__contains="-libre-").text


def test_queue_elsewhere_does_not_block_a_seat(workshop, course, karim):
    first = course.workshops.first()
    for row in (workshop, first):
        book(row, "Fatou", learner="f" * 32)
        book(row, "Paul", learner="e" * 32)
        assert book(row, "Irina", learner="d" * 32).status == "waiting"
    fatou_seats = [workshop.seats.get(name="Fatou"), first.seats.get(name="Fatou")]
    seats.give_up(fatou_seats, at=AT, token=access.link_for("f" * 32, ""))
    assert workshop.seats.get(name="Irina").status == "booked"
    assert first.seats.get(name="Irina").status == "waiting"


def test_returning_person_waits_behind_the_queue(workshop):
    first = book(workshop)
    book(workshop, "Paul")
    book(workshop, "Irina")
    seats.give_up([first], at=AT, token=access.link_of(first))
    assert seats.put_back(first, by=None, at=AT + HOUR, token=access.link_of(first)).status == "waiting"


def test_a_double_click_takes_one_seat_and_another_name_takes_another(workshop):
    key = "a" * 32
    assert book(workshop, learner=key).pk == book(workshop, learner=key).pk
    assert book(workshop, "Paul", learner=key).learner != key
    assert workshop.seats.count() == 2


def test_only_the_links_owner_or_who_runs_it_gives_a_seat_up(workshop, karim, leila):
    seat, other = book(workshop), book(workshop, "Paul")
    for wrong in ({"token": access.link_of(other)}, {"token": ""}, {"by": leila}):
        with pytest.raises(Refused):
            seats.give_up([seat], at=AT, **wrong)
    with pytest.raises(Refused, match="déjà commencé"):
        seats.give_up([seat], at=MONDAY, by=karim)
    assert len(seats.give_up([seat], at=AT, by=karim)[0]) == 1
    assert seats.give_up([seat], at=AT, by=karim)[0] == []


@pytest.mark.parametrize(
    ("more", "why"), [({"at": MONDAY}, "déjà commencé"), ({"name": " "}, "manque un prénom")]
)
def test_registering_closes_when_it_starts_and_asks_for_a_name_alone(workshop, more, why):
    with pytest.raises(Refused, match=why):
        book(workshop, **more)


def test_nobody_registers_where_one_just_comes(karim, library):
    values = workshop_fields(library, drop_in=True)
    row = planning.plan(by=karim, structure=library.structure, values=values, at=AT, format=rules.OPEN)
    planning.publish(row, by=karim, at=AT)
    with pytest.raises(Refused, match="sans s’inscrire"):
        book(row)
    assert book(row, by=karim, channel="counter").status == "booked"


@pytest.mark.both_databases
def test_a_course_gives_all_its_meetings_or_makes_wait_for_all(course, karim):
    first = course.workshops.first()
    fatou = book(first)
    book(first, "Paul")
    assert book(first, "Irina").status == "waiting"
    assert Seat.objects.filter(learner=fatou.learner, status="booked").count() == 5
    assert Seat.objects.filter(name="Irina", status="waiting").count() == 5
    third = fatou.workshop.course.workshops.get(rank=3).seats.get(name="Fatou")
    seats.give_up([third], at=AT, token=access.link_of(fatou))
    assert not Seat.objects.filter(name="Irina", status="booked").exists()
    learner_seats = list(Seat.objects.filter(learner=fatou.learner))
    seats.give_up(learner_seats, at=AT, token=access.link_of(fatou))
    assert Seat.objects.filter(name="Irina", status="booked").count() == 5


@pytest.mark.both_databases
def test_a_full_meeting_cancelled_makes_nobody_wait_for_it(course, karim):
    first, second = course.workshops.get(rank=1), course.workshops.get(rank=2)
    Workshop.objects.filter(course=course).update(capacity=1)
    book(second, "Aline", by=karim, channel="counter")
    assert book(first, "Zoé").status == "waiting"
    seats.give_up(list(Seat.objects.filter(name="Aline", workshop__rank__gt=2)), at=AT, by=karim)
    planning.cancel(second, by=karim, at=AT)
    assert set(Seat.objects.filter(name="Zoé").exclude(workshop=second).values_list("status", flat=True)) == {
        "booked"
    }


def test_two_people_of_one_first_name_on_one_computer_have_two_seats(workshop):
    one = book(workshop, "Awa", learner="a" * 32, way="sms", contact="+33600000001")
    two = book(workshop, "Awa", learner="a" * 32, way="sms", contact="+33600000002")
    assert one.learner != two.learner
    assert book(workshop, "Awa", learner="a" * 32, way="sms", contact="+33600000001").pk == one.pk


@pytest.mark.both_databases
def test_whoever_comes_back_to_a_course_has_one_seat_at_each_meeting(course, karim, library):
    person = people.welcome(by=karim, structure=library.structure, at=AT, nickname="Rosa")
    second = course.workshops.get(rank=2)
    seat = book(second, "", by=karim, channel="counter", person=person)
    seats.give_up([seat], at=AT, by=karim)
    assert book(second, "", by=karim, channel="counter", person=person).pk == seat.pk
    assert list(Seat.objects.values_list("workshop__rank", "status").order_by("workshop__rank")) == [
        (rank, "booked") for rank in (2, 3, 4, 5)
    ]


@pytest.mark.both_databases
def test_whoever_waits_for_the_meetings_that_follow_waits_for_the_one_they_take_again(course, karim):
    first = course.workshops.first()
    paul, _ = book(first, "Paul"), book(first, "Fatou")
    waits = book(first, "Irina", learner="d" * 32)
    seats.give_up([waits], at=AT, by=karim)
    seats.give_up([paul], at=AT, by=karim)
    assert book(first, "Irina", learner="d" * 32).status == "waiting"
    assert set(Seat.objects.filter(name="Irina").values_list("learner", "status")) == {("d" * 32, "waiting")}


@pytest.mark.both_databases
def test_a_learner_goes_on_at_an_earlier_meeting_of_the_course_they_are_in(workshop, course, karim):
    seat = book(workshop)
    (third,) = seats.carry_on([seat], to=course.workshops.get(rank=3), by=karim, at=AT)
    (second,) = seats.carry_on([seat], to=course.workshops.get(rank=2), by=karim, at=AT)
    assert (second.workshop.rank, second.learner) == (2, third.learner)
    assert Seat.objects.filter(workshop__course=course, learner=seat.learner, status="booked").count() == 4


@pytest.mark.both_databases
def test_a_course_that_began_is_joined_at_the_counter_alone(course, karim):
    second = course.workshops.get(rank=2)
    with pytest.raises(Refused, match="déjà commencé"):
        book(second, at=MONDAY + DAY)
    book(second, by=karim, at=MONDAY + DAY, channel="counter")
    assert Seat.objects.filter(name="Fatou").count() == 4


def test_person_known_by_card_is_notified_only_with_consent(workshop, karim, library):
    person = people.welcome(
        by=karim,
        structure=library.structure,
        at=AT,
        nickname="Rosa",
        reach="phone",
        reach_value="06 39 98 00 02",
    )
    seat = book(workshop, "", by=karim, channel="counter", person=person)
    assert seat.name == "Rosa"
    assert not Message.objects.exists()
    assert book(workshop, "", by=karim, channel="counter", person=person).pk == seat.pk
    consents.agree(person=person, purpose="write", how="read", by=karim, at=AT)
    planning.cancel(workshop, by=karim, at=AT)
    assert Message.objects.get().to == "+33639980002"


# ------------------------------------------------------------------------------------------------- attendance


@pytest.mark.both_databases
def test_attendance_is_ticked_and_undone_from_the_day_itself(workshop, karim, leila):
    seat, other = book(workshop), book(workshop, "Paul")
    with pytest.raises(Refused, match="pas encore eu lieu"):
        seats.tick(workshop, {seat.pk: True}, by=karim, at=AT)
    with pytest.raises(Refused, match="n’anime pas"):
        seats.tick(workshop, {seat.pk: True}, by=leila, at=MONDAY)
    seats.tick(workshop, {seat.pk: True, other.pk: False}, by=karim, at=MONDAY, anonymous=3)
    assert list(workshop.seats.values_list("came", flat=True)) == [True, False]
    seats.tick(workshop, {seat.pk: None}, by=karim, at=MONDAY)
    seat.refresh_from_db()
    workshop.refresh_from_db()
    assert (seat.came, workshop.anonymous) == (None, 3)


def test_who_waited_and_came_takes_a_free_seat_never_one_too_many(workshop, karim):
    book(workshop)
    book(workshop, "Paul")
    waits = book(workshop, "Irina")
    with pytest.raises(Refused, match="2 places sont prises"):
        seats.tick(workshop, {waits.pk: True}, by=karim, at=MONDAY)
    planning.change(workshop, {"capacity": 3}, by=karim, at=MONDAY)
    seats.tick(workshop, {waits.pk: True}, by=karim, at=MONDAY)
    assert dict(statuses(workshop))["Irina"] == "booked"


def test_both_structures_that_run_it_tick_and_one_alone_changes_it(karim, leila, library, hall):
    values = workshop_fields(library, partner=hall.structure)
    row = planning.plan(by=karim, structure=library.structure, values=values, at=AT)
    seat = book(row, by=leila, channel="phone")
    seats.tick(row, {seat.pk: True}, by=leila, at=MONDAY)
    planning.report(row, words="Tout le monde a ouvert sa boîte.", by=leila, at=MONDAY + HOUR)
    with pytest.raises(Refused):
        planning.change(row, {"title": "Autre"}, by=leila, at=AT)


def test_reason_to_stop_and_proposal_are_stored_then_withdrawn(workshop, karim):
    seat = book(workshop)
    with pytest.raises(Refused, match="quelques mots"):
        seats.note(seat, by=karim, at=MONDAY, because="other")
    seats.note(seat, by=karim, at=MONDAY, because="too_short", then="course", then_words="celui de janvier")
    seat.refresh_from_db()
    assert (seat.get_stopped_because_display(), seat.get_next_proposed_display()) == (
        "trop court pour apprendre",
        "un parcours",
    )
    seats.note(seat, by=karim, at=MONDAY)
    seat.refresh_from_db()
    assert seat.stopped_because == seat.next_words == ""


def test_a_stale_page_takes_nothing_of_what_somebody_else_changed(client, workshop, karim, library):
    """The day that a colleague moved, and told, does not come back with a corrected title."""
    book(workshop, way="email", contact="fatou@exemple.fr")
    client.force_login(karim)
    page = f"/espace/ateliers/{workshop.pk}/modifier/"
    read = client.get(page).context["form"].initial
    form_data = typed(library, titre="Ma boîte mail", sujet="mail", places="2", lu=str(read["lu"]))
    form_data |= {"jour": "2026-11-23", "heure": "14:00", "fin": "16:00"}
    moved = form_data | {"jour": "2026-11-24"}
    assert client.post(page, moved).status_code == 302
    assert client.post(page, moved).status_code == 302, "a double click"
    stale = client.post(page, form_data | {"titre": "Le mail"})
    assert stale.status_code == 400
    assert "Quelqu’un d’autre l’a changé" in stale.content.decode()
    assert 'value="Le mail"' in stale.content.decode()
    workshop.refresh_from_db()
    assert (workshop.title, workshop.starts_at, workshop.sequence) == ("Ma boîte mail", MONDAY + DAY, 1)
    assert Message.objects.filter(key__contains="-change-").count() == 1


def test_a_refused_report_stays_in_its_field_and_takes_nothing_of_another(client, workshop, karim):
    Workshop.objects.update(starts_at=AT - HOUR, ends_at=AT)
    client.force_login(karim)
    sent = {"geste": "compte-rendu", "etait": "", "mots": "Le réseau a coupé.\r\nOn recommence."}
    address = f"/espace/ateliers/{workshop.pk}/geste/"
    assert client.post(address, sent).status_code == 302
    assert client.post(address, sent).status_code == 302, "a double click"
    other = client.post(address, sent | {"mots": "Deux postes en panne."})
    page = other.content.decode()
    assert (other.status_code, "Quelqu’un d’autre vient de l’écrire" in page) == (400, True)
    assert (
        "Deux postes en panne.</textarea>" in page and "<p>Le réseau a coupé.<br>On recommence.</p>" in page
    )
    again = other.context["workshop"].report
    secret = client.post(address, sent | {"etait": again, "mots": "Son mot de passe : Soleil38"})
    assert "Son mot de passe : Soleil38</textarea>" in secret.content.decode()
    both = "Le réseau a coupé. Deux postes en panne."
    assert client.post(address, sent | {"etait": again, "mots": both}).status_code == 302
    workshop.refresh_from_db()
    assert workshop.report == both


def test_a_report_waits_for_the_workshop(workshop, karim):
    with pytest.raises(Refused, match="pas encore commencé"):
        planning.report(workshop, words="x", by=karim, at=AT)


# -------------------------------------------------------------------------------------------------------- due


@pytest.mark.both_databases
def test_reminder_on_the_eve_is_sent_once_to_reachable_people(workshop):
    book(workshop, way="email", contact="fatou@exemple.fr")
    book(workshop, "Paul")
    eve = datetime(2026, 11, 21, 9, tzinfo=UTC)  # Monday is told on Saturday: nobody works on Sunday
    assert deadlines.run_deadlines(at=eve - 3 * HOUR)["rappels"] == 0
    assert deadlines.run_deadlines(at=eve)["rappels"] == 1
    assert deadlines.run_deadlines(at=eve + HOUR)["rappels"] == 0
    text = Message.objects.get(key__startswith="rappel-seat-").text
    assert text.startswith("Rappel : Ma boîte mail, lundi 23 novembre 2026 à 14 h. Lieu : Bibliothèque")
    assert Seat.objects.filter(reminded_at__isnull=False).count() == 2


def reminded():
    return Message.objects.filter(key__startswith="rappel-seat-")


@pytest.mark.both_databases
def test_who_gives_up_is_not_reminded_and_a_new_day_is_reminded_again(workshop, karim):
    seat = book(workshop, way="email", contact="fatou@exemple.fr")
    eve = datetime(2026, 11, 21, 9, tzinfo=UTC)
    deadlines.run_deadlines(at=eve)
    planning.change(
        workshop, {"starts_at": MONDAY + DAY, "ends_at": MONDAY + DAY + HOUR}, by=karim, at=eve + HOUR
    )
    assert set(reminded().values_list("state", flat=True)) == {"cancelled"}
    assert deadlines.run_deadlines(at=MONDAY)["rappels"] == 1
    seats.give_up([seat], at=MONDAY + HOUR, token=access.link_of(seat))
    assert reminded().filter(state="cancelled").count() == 2


def test_a_message_speaks_the_language_of_who_registered(workshop):
    book(workshop, way="email", contact="andrei@exemple.fr", language="ro")
    message = Message.objects.get()
    assert (message.language, "Votre place" in message.text) == ("ro", False)


def test_invented_people_trigger_no_notification(karim, library):
    row = planning.plan(
        by=karim, structure=library.structure, values=workshop_fields(library), at=AT, example=True
    )
    book(row, by=karim, channel="phone", way="email", contact="x@exemple.fr")
    assert not Message.objects.exists()


def test_the_seat_of_a_draft_links_to_no_page_that_nobody_reads(client, planned, karim):
    seat_url = f"/ateliers/ma-place/{access.link_of(book(planned, by=karim, channel='counter'))}/"
    page = client.get(seat_url).content.decode()
    assert "Ma boîte mail" in page and f"/ateliers/{planned.pk}/" not in page
    planning.publish(planned, by=karim, at=AT)
    assert f"/ateliers/{planned.pk}/atelier.ics" in client.get(seat_url).content.decode()


@pytest.mark.both_databases
def test_names_are_erased_after_three_months_and_counts_stay(workshop, karim):
    seat = book(workshop, way="email", contact="fatou@exemple.fr")
    seats.tick(workshop, {seat.pk: True}, by=karim, at=MONDAY)
    seats.note(seat, by=karim, at=MONDAY, because="other", words="déménage")
    assert deadlines.run_deadlines(at=MONDAY + 90 * DAY)["noms_effaces"] == 0
    later = MONDAY + timedelta(days=92)
    assert deadlines.run_deadlines(at=later)["noms_effaces"] == 1
    seat.refresh_from_db()
    assert (seat.name, seat.contact, seat.way, seat.stopped_words) == ("", "", "none", "")
    assert (seat.came, seat.stopped_because) == (True, "other")
    assert deadlines.run_deadlines(at=later)["noms_effaces"] == 0


def test_erasing_a_person_strips_their_seats_and_frees_those_to_come(workshop, karim, library):
    person = people.welcome(by=karim, structure=library.structure, at=AT, nickname="Rosa")
    book(workshop, "", by=karim, channel="counter", person=person)
    book(workshop, "Paul")
    book(workshop, "Irina")
    everywhere.forget(person, by=karim, at=AT)
    assert not Seat.objects.filter(person=person).exists()
    assert sorted(statuses(workshop)) == [("", "cancelled"), ("Irina", "booked"), ("Paul", "booked")]
    assert forgetting.forget(person, at=AT) == 0
    with pytest.raises(Refused, match="la personne est effacée"):
        seats.put_back(workshop.seats.get(name=""), by=karim, at=AT)


# ----------------------------------------------------------------------------------------------------- public


@pytest.mark.both_databases
def test_somebody_registers_with_a_first_name_and_reads_their_seat(client, workshop):
    client.get(f"/ateliers/{workshop.pk}/")
    answer = client.post(f"/ateliers/{workshop.pk}/", {"prenom": "Fatou", "contact": "", "cle": "b" * 32})
    seat = workshop.seats.get()
    assert answer.url == f"/ateliers/ma-place/{access.link_of(seat)}/?merci=1"
    page = client.get(answer.url).content.decode()
    assert "C’est noté" in page
    assert "Votre place est gardée" in page
    client.post(answer.url, {"place": seat.pk, "geste": "rendre"})
    seat.refresh_from_db()
    assert seat.status == "cancelled"
    client.post(answer.url, {"place": seat.pk, "geste": "reprendre"})
    seat.refresh_from_db()
    assert (seat.status, seat.channel, seat.way) == ("booked", "link", "none")
    Workshop.objects.update(starts_at=AT - HOUR, ends_at=AT + HOUR)
    late = client.post(answer.url, {"place": seat.pk, "geste": "rendre"}, follow=True).content.decode()
    assert "Cet atelier a déjà commencé." in late, "a page left open says why nothing changed"


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("06 39 98 00 01", ("phone", "+33639980001")),
        ("a@exemple.fr", ("email", "a@exemple.fr")),
        ("", ("none", "")),
    ],
)
def test_contact_is_optional_and_read_as_typed(client, workshop, typed, read):
    client.post(f"/ateliers/{workshop.pk}/", {"prenom": "Fatou", "contact": typed})
    assert workshop.seats.values_list("way", "contact").get() == read


def test_unreadable_workshop_is_refused_and_input_is_preserved(client, workshop):
    answer = client.post(f"/ateliers/{workshop.pk}/", {"prenom": "Fatou", "contact": "mon voisin"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Ce contact n’est pas reconnu" in page
    assert 'value="Fatou"' in page
    assert client.post(f"/ateliers/{workshop.pk}/", {"prenom": ""}).status_code == 400


@pytest.mark.both_databases
def test_a_stranger_does_not_take_all_the_seats(client, workshop, monkeypatch):
    monkeypatch.setattr(access, "BOOKINGS_AN_HOUR", 2)
    Workshop.objects.filter(pk=workshop.pk).update(capacity=100)
    for name, status in (("Fatou", 302), ("Paul", 302), ("Un de trop", 429)):
        assert client.post(f"/ateliers/{workshop.pk}/", {"prenom": name}).status_code == status
    assert workshop.seats.count() == 2


def test_a_guessed_link_opens_nothing(client, workshop):
    assert client.get(f"/ateliers/ma-place/{'0' * 32}/").status_code == 404


@pytest.mark.both_databases
def test_the_list_filters_by_place_subject_level_language_and_free_seats(workshop, karim, library, hall):
    far = place("lille", {"nom": "Lille", "code_insee": "59350", "latitude": 50.63, "longitude": 3.06})
    for values in (
        workshop_fields(hall, subject="demarches", language="ar"),
        workshop_fields(far, level="avance", capacity=1),
    ):
        row = planning.plan(by=karim, structure=library.structure, values=values, at=AT)
        planning.publish(row, by=karim, at=AT)
    book(row)

    def titles(**criteria):
        return [listed.workshop.lieu.slug for listed in public.find(public.Search(**criteria), AT).rows]

    assert titles() == ["bibliotheque", "maison", "lille"]
    assert titles(subject="demarches") == titles(language="ar") == ["maison"]
    assert titles(level="avance") == ["lille"]
    assert titles(free=True) == ["bibliotheque", "maison"]
    assert titles(spot=public.where.of_code("38185")) == ["bibliotheque", "maison"]
    assert titles(spot=public.where.of_code("59")) == ["lille"]
    assert public.any_near(public.where.of_code("59"), AT) and public.any_near(None, AT)
    assert not public.any_near(public.where.of_code("75056"), AT), "its link would lead to an empty list"
    assert titles(lieu=hall) == ["maison"]
    assert public.find(public.Search(), MONDAY + DAY).total == 0


# --------------------------------------------------------------------------- many workshops elsewhere, sooner

ELSEWHERE, N_LOCAL = 510, 23


@pytest.fixture
def many(library, hall):
    """More workshops than a page ever shows at Lille, tomorrow; then some of Grenoble and around, later."""
    far = place("lille", {"nom": "Lille", "code_insee": "59350", "latitude": 50.63, "longitude": 3.06})
    vague = place(
        "vague", {"nom": "Vague", "code_insee": "38151", "precision": 2300}
    )  # at the middle of its commune

    def row(lieu, n, **more):
        values = {
            **workshop_fields(lieu, title=f"{lieu.slug} {n}", published_at=AT, made_at=AT, changed_at=AT),
            **more,
        }
        return Workshop(structure=lieu.structure, commune=lieu.code_insee, format=rules.ONE_OFF, **values)

    soon = {"starts_at": AT + DAY, "ends_at": AT + DAY + HOUR}
    Workshop.objects.bulk_create(
        [row(far, n, **soon, subject="demarches", language="en") for n in range(ELSEWHERE)]
    )
    Workshop.objects.bulk_create([row(library, n) for n in range(N_LOCAL)])
    Workshop.objects.bulk_create(
        [row(hall, 0, subject="decouverte", language="ar", suits=["illettrisme", "fle"], capacity=1)]
    )
    Workshop.objects.bulk_create([row(vague, 0, level="avance")])
    return far


def search_workshops(**criteria):
    return public.find(public.Search(**criteria), AT)


@pytest.mark.both_databases
def test_the_workshops_of_a_town_are_all_found_whatever_comes_sooner_elsewhere(client, many, library, hall):
    grenoble = public.where.of_code("38185")
    assert (search_workshops().total, len(search_workshops().rows), search_workshops().more) == (
        ELSEWHERE + N_LOCAL + 2,
        public.PAGE,
        ELSEWHERE + N_LOCAL + 2 - 20,
    )
    near = search_workshops(spot=grenoble, limit=public.MOST)
    assert (near.total, len(near.rows), near.more) == (N_LOCAL + 1, N_LOCAL + 1, 0), (
        "no distance is told of a vague place"
    )
    assert {row.workshop.lieu.slug for row in near.rows} == {"bibliotheque", "maison"}
    assert all(row.metres is not None for row in near.rows)
    assert search_workshops(spot=public.where.of_code("38")).total == N_LOCAL + 2
    assert search_workshops(spot=public.where.of_code("59")).total == ELSEWHERE
    page = client.get("/ateliers/?ou=Grenoble").content.decode()
    assert f"{N_LOCAL + 1} ateliers à venir" in page
    assert f"({N_LOCAL + 1 - public.PAGE})" in page
    rest = client.get(f"/ateliers/?ou=Grenoble&montrer={2 * public.PAGE}").content.decode()
    assert all(f"bibliotheque {n}<" in rest for n in range(N_LOCAL))


@pytest.mark.both_databases
def test_the_workshops_of_a_place_or_a_structure_are_all_found(client, many, library, hall):
    assert (
        search_workshops(lieu=library).total,
        search_workshops(lieu=hall).total,
        search_workshops(lieu=many).total,
    ) == (N_LOCAL, 1, ELSEWHERE)
    assert search_workshops(structure=library.structure_id).total == N_LOCAL
    Workshop.objects.filter(lieu=hall).update(partner=library.structure)
    assert search_workshops(structure=library.structure_id).total == N_LOCAL + 1
    assert (search_workshops(suits="fle").total, search_workshops(suits="handicap").total) == (1, 0)
    offered_languages = set(search_workshops(subject="decouverte").languages)
    assert offered_languages == {"fr", "ar", "en"}, "what may be chosen is that of all workshops to come"
    page = client.get(f"/ateliers/?structure={library.structure_id}").content.decode()
    assert f"{N_LOCAL + 1} ateliers à venir" in page


@pytest.mark.both_databases
def test_a_free_seat_is_one_that_nobody_has_nor_waits_for(many, hall):
    full = Workshop.objects.get(lieu=hall)
    n = ELSEWHERE + N_LOCAL + 2
    book(full)
    assert search_workshops(free=True).total == n - 1
    waits = book(full, "Ali")
    Seat.objects.filter(workshop=full).exclude(pk=waits.pk).update(status=rules.CANCELLED)
    assert search_workshops(free=True).total == n - 1, "the seat that is free has somebody waiting for it"
    Workshop.objects.filter(pk=full.pk).update(drop_in=True)
    assert search_workshops(free=True).total == n


@pytest.mark.both_databases
def test_a_calendar_holds_the_workshops_of_a_town(client, many):
    for address, n in (("/ateliers.ics?ou=Grenoble", N_LOCAL + 1), ("/ateliers.ics?niveau=avance", 1)):
        assert len(Calendar.from_ical(client.get(address).content).walk("VEVENT")) == n


@pytest.mark.both_databases
def test_workshop_list_extends_to_the_last_one(client, many):
    """A page never holds more than MOST workshops: beyond, the next ones take its place."""
    total = ELSEWHERE + N_LOCAL + 2
    page_size, read = public.PAGE, set()
    for page_size in (public.MOST, public.MOST + public.PAGE, public.MOST + 2 * public.PAGE):
        some = search_workshops(limit=page_size)
        assert len(some.rows) <= public.MOST
        read |= {each.workshop.pk for each in some.rows}
        assert some.more == max(total - page_size, 0)
    assert len(read) == total
    page = client.get(f"/ateliers/?montrer={public.MOST + public.PAGE}").content.decode()
    assert f"montrer={public.MOST + 2 * public.PAGE}" in page
    assert f"({total - public.MOST - public.PAGE})" in page


@pytest.mark.parametrize("typed", ["19", "99999999999999999999"])
def test_a_page_that_is_none_is_the_first(client, many, typed):
    assert "lille 0<" in client.get(f"/ateliers/?montrer={typed}").content.decode()
    assert client.get(f"/ateliers/?structure={typed}").status_code == 200


@pytest.mark.both_databases
def test_a_course_is_listed_once_by_its_first_meeting(course):
    (row,) = public.find(public.Search(), AT).rows
    assert (row.workshop.rank, row.format) == (1, "Parcours de 5 séances")
    assert public.find(public.Search(), MONDAY + DAY).total == 0


@pytest.mark.both_databases
def test_an_empty_list_says_what_to_do(client):
    page = client.get("/ateliers/?ou=Grenoble&sujet=mail").content.decode()
    assert "Aucun atelier annoncé" in page
    assert "Enlever les filtres" in page
    assert "Nous ne trouvons pas cet endroit" in client.get("/ateliers/?ou=zzzzqq").content.decode()


def test_the_sheet_of_a_place_shows_its_next_workshops(client, workshop, library, hall):
    assert "Ma boîte mail" in client.get(f"/lieux/{library.slug}/").content.decode()
    assert "prochains ateliers" not in client.get(f"/lieux/{hall.slug}/").content.decode()


def test_calendars_read_the_workshops_and_never_who_comes(client, workshop, karim):
    book(workshop, "Fatou", way="email", contact="fatou@exemple.fr")
    title = (
        "Mail; écrire, « lire »\\ et trier : une très longue phrase pour passer soixante-quinze octets, oui"
    )
    planning.change(workshop, {"title": title}, by=karim, at=AT)
    answer = client.get("/ateliers.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert b"Fatou" not in answer.content
    assert b"\r\n" in answer.content
    assert max(map(len, answer.content.split(b"\r\n"))) <= 75
    read = Calendar.from_ical(answer.content)
    (event,) = read.walk("VEVENT")
    assert event["SUMMARY"] == title
    assert event["UID"] == f"atelier-{workshop.pk}@ateliers.maillage"
    assert (event["STATUS"], int(event["SEQUENCE"])) == ("CONFIRMED", 1)
    assert event["DTSTART"].dt == MONDAY
    assert str(event["DTSTART"].params["TZID"]) == "Europe/Paris"
    assert read.walk("VTIMEZONE")
    assert tuple(event["GEO"].to_ical().split(";")) == ("45.1916", "5.7278")


def test_no_title_adds_an_event_to_a_calendar(client, workshop):
    title = "Mail\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nATTACH:file:///etc/passwd\x0b\nEND:VALARM"
    Workshop.objects.filter(pk=workshop.pk).update(title=title)
    for address in ("/ateliers.ics", f"/ateliers/{workshop.pk}/atelier.ics"):
        (event,) = Calendar.from_ical(client.get(address).content).walk("VEVENT")
        assert "ATTACH" not in event


@pytest.mark.both_databases
def test_a_structures_calendar_keeps_what_was_cancelled(client, workshop, karim, library):
    planning.cancel(workshop, by=karim, at=AT)
    content = client.get(f"/ateliers/structures/{library.structure_id}.ics").content
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"
    assert client.get("/ateliers.ics").content.count(b"VEVENT") == 0


def test_a_structures_calendar_holds_what_is_to_come_before_what_is_over(client, workshop, library):
    """However many were over in three months: calendars drop these first, the oldest before the others."""
    row = {
        "structure": library.structure,
        "lieu": library,
        "format": rules.ONE_OFF,
        "made_at": AT,
        "changed_at": AT,
    }
    values = {**workshop_fields(library, published_at=AT), **row}
    starts = [AT - DAY - n * HOUR for n in range(public.MOST + 10)]
    Workshop.objects.bulk_create(
        [Workshop(**{**values, "starts_at": at, "ends_at": at + HOUR}) for at in starts]
    )
    content = client.get(f"/ateliers/structures/{library.structure_id}.ics").content
    start_times = [event["DTSTART"].dt for event in Calendar.from_ical(content).walk("VEVENT")]
    assert len(start_times) == public.MOST
    assert start_times == [*sorted(starts)[-public.MOST + 1 :], MONDAY]


def test_a_course_goes_whole_in_a_calendar(client, course):
    first = course.workshops.first()
    content = client.get(f"/ateliers/{first.pk}/atelier.ics").content
    assert len(Calendar.from_ical(content).walk("VEVENT")) == 5


def test_a_feed_holds_all_that_is_to_come_whatever_the_list_shows(client, karim, library):
    for n in range(public.PAGE + 2):
        row = planning.plan(
            by=karim, structure=library.structure, values=workshop_fields(library, title=f"A{n}"), at=AT
        )
        planning.publish(row, by=karim, at=AT)
    for address in ("/ateliers.ics", f"/ateliers.ics?montrer={public.PAGE}"):
        events = Calendar.from_ical(client.get(address).content).walk("VEVENT")
        assert len(events) == public.PAGE + 2


def test_the_poster_says_what_when_where(client, workshop):
    page = client.get(f"/ateliers/{workshop.pk}/affiche/").content.decode()
    assert "lundi 23 novembre 2026" in page
    assert "Bibliothèque" in page
    assert "Atelier annulé" not in page
    Workshop.objects.update(cancelled_at=AT)
    assert "Atelier annulé" in client.get(f"/ateliers/{workshop.pk}/affiche/").content.decode()


@pytest.mark.both_databases
def test_public_pages_are_whole_in_the_language_chosen(client, workshop, course, karim, library, hall):
    values = {
        "language": "ar",
        "suits": ["fle", "illettrisme", "handicap"],
        "price": "paid",
        "price_words": "2 €",
    }
    planning.change(workshop, {**values, "partner": hall.structure}, by=karim, at=AT)
    open_door = planning.plan(
        by=karim,
        structure=library.structure,
        values=workshop_fields(library, drop_in=True),
        at=AT,
        format=rules.OPEN,
    )
    planning.publish(open_door, by=karim, at=AT)
    booked_seat, other = book(workshop), book(workshop, "Paul")
    waits = book(workshop, "Irina")
    seats.give_up([other], at=AT, by=karim)
    in_course = book(course.workshops.first())
    first = course.workshops.first()
    addresses = [
        "/ateliers/",
        "/ateliers/?ou=Grenoble",
        "/ateliers/?ou=Lille&sujet=mail",
        "/ateliers/?ou=zzzzqq",
    ]
    addresses += [f"/ateliers/?lieu={library.slug}", f"/lieux/{library.slug}/"]
    addresses += [
        f"/ateliers/{row.pk}/{page}" for row in (workshop, first, open_door) for page in ("", "affiche/")
    ]
    addresses += [
        f"/ateliers/ma-place/{access.link_of(seat)}/?merci=1"
        for seat in (booked_seat, other, waits, in_course)
    ]
    for address in addresses:
        assert_whole(in_language(client, "ar", address), "ar")
    answer = client.post(f"/ateliers/{workshop.pk}/", {"prenom": "", "contact": "?"})
    assert_whole(answer, "ar")
    planning.cancel(workshop, by=karim, at=AT)
    assert_whole(client.get(f"/ateliers/{workshop.pk}/"), "ar")


# ----------------------------------------------------------------------------------------------- professional

OUTLINE = {
    "id": "boite",
    "titre": "Ma boîte",
    "format": "court",
    "sujet": "mail",
    "duree": 120,
    "places": [4, 6],
    "but": "À la fin, chacun a lu un message.",
    "public": "Tout le monde",
    "niveau": "debutant",
    "coop": ["email", "securite_numerique"],
    "avant": ["Six postes"],
    "sans_reseau": "Sur papier",
    "deroule": [
        {
            "minute": minute,
            "titre": "Accueil",
            "anime": "accueille",
            "font": "disent leur prénom",
            "module": "creer-ma-boite",
        }
        for minute in (0, 20, 60, 100)
    ],
    "piege": "Le mot de passe oublié",
    "fin": "Je montre à mon voisin",
    "co_animation": "L’un parle, l’autre circule",
    "seances": [
        {"titre": "Ouvrir", "but": "Chacun ouvre"},
        {"titre": "Écrire", "but": "Chacun écrit", "seul": 30},
    ],
}


@pytest.fixture
def outline(monkeypatch):
    outline_model = outlines.Outline.model_validate(OUTLINE)
    monkeypatch.setattr(outlines, "outlines", lambda: {outline_model.id: outline_model})
    return outline_model


def typed(lieu, /, **more):
    defaults = {
        "titre": "Ma facture",
        "sujet": "internet",
        "niveau": "debutant",
        "jour": "2026-12-01",
        "heure": "14:00",
    }
    return {**defaults, "fin": "16:00", "places": "6", "lieu": lieu.slug, "langue": "fr", **more}


@pytest.mark.both_databases
def test_a_workshop_is_planned_published_filled_ticked_and_reported_by_pages(client, karim, library):
    client.force_login(karim)
    answer = client.post("/espace/ateliers/nouveau/", typed(library))
    row = Workshop.objects.get()
    assert answer.url == f"/espace/ateliers/{row.pk}/"
    assert (row.format, row.commune, row.published_at) == ("ponctuel", "38185", None)
    page = client.get(answer.url).content.decode()
    assert "Il n’est pas encore public" in page and "Vous seul" not in page, "its structure reads it too"
    client.post(f"/espace/ateliers/{row.pk}/geste/", {"geste": "publier"})
    names = "Fatou, 06 39 98 00 01\nPaul\n\nIrina; irina@exemple.fr"
    client.post(f"/espace/ateliers/{row.pk}/inscrire/", {"noms": names, "voie": "phone"})
    assert list(row.seats.values_list("name", "way", "channel")) == [
        ("Fatou", "phone", "phone"),
        ("Paul", "none", "phone"),
        ("Irina", "email", "phone"),
    ]
    Workshop.objects.update(starts_at=AT - HOUR, ends_at=AT)
    first = row.seats.first()
    answer = client.post(f"/espace/ateliers/{row.pk}/appel/", {"venue": f"{first.pk}-oui"})
    assert answer.url.endswith(f"#place-{first.pk}")
    client.post(f"/espace/ateliers/{row.pk}/appel/", {"geste": "tous"})
    client.post(f"/espace/ateliers/{row.pk}/appel/", {"venue": f"{first.pk}-rien"})
    client.post(f"/espace/ateliers/{row.pk}/appel/", {"geste": "anonymes", "anonymes": "2"})
    assert list(row.seats.values_list("came", flat=True)) == [None, True, True]
    client.post(f"/espace/ateliers/{row.pk}/geste/", {"geste": "compte-rendu", "mots": "Le réseau a coupé."})
    page = client.get(f"/espace/ateliers/{row.pk}/").content.decode()
    assert "Le réseau a coupé." in page
    assert "2 là, 0 pas là, 1 à noter" in page


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("more", "error_text"),
    [
        ({"fin": "13:00"}, "finit avant"),
        ({"jour": ""}, "Il manque le jour"),
        ({"jour": "0001-01-01"}, "L’année 1 n’est pas possible"),
        ({"lieu": "autre", "adresse": "1 rue", "commune": "zzzz"}, "Cette commune est inconnue"),
        ({"partenaire": "Inconnue au bataillon"}, "Aucune structure"),
    ],
)
def test_invalid_course_is_refused_and_input_is_preserved(client, karim, library, more, error_text):
    client.force_login(karim)
    answer = client.post("/espace/ateliers/nouveau/", typed(library, **more))
    assert answer.status_code == 400
    assert error_text in answer.content.decode()
    assert "Ma facture" in answer.content.decode()
    assert not Workshop.objects.exists()


@pytest.mark.both_databases
def test_a_workshop_elsewhere_keeps_its_commune_and_its_partner(client, karim, library, hall):
    client.force_login(karim)
    sent = typed(
        library, lieu="autre", adresse="Marché de la Villeneuve", commune="38000", partenaire="maison des hab"
    )
    client.post("/espace/ateliers/nouveau/", sent)
    row = Workshop.objects.get()
    assert (row.lieu, row.commune, row.partner) == (None, "38185", hall.structure)


def test_an_outline_fills_the_form_and_gives_each_meeting_its_title(client, karim, library, outline):
    client.force_login(karim)
    assert "Ma boîte" in client.get("/espace/ateliers/trames/").content.decode()
    assert (
        client.get("/espace/ateliers/nouveau/?trame=boite").url
        == "/espace/ateliers/parcours/nouveau/?trame=boite"
    )
    page = client.get("/espace/ateliers/parcours/nouveau/?trame=boite").content.decode()
    assert 'value="Ma boîte"' in page
    sent = typed(library, titre="Ma boîte", trame="boite", fois="2", tous_les="7", sauter="08/12/2026")
    answer = client.post("/espace/ateliers/parcours/nouveau/", sent)
    rows = list(Workshop.objects.order_by("rank"))
    assert answer.url == f"/espace/ateliers/parcours/{rows[0].course_id}/"
    assert [(row.title, row.starts_at.day) for row in rows] == [
        ("Ma boîte : Ouvrir", 1),
        ("Ma boîte : Écrire", 15),
    ]
    assert rows[0].aim == "Chacun ouvre"


@pytest.mark.both_databases
@pytest.mark.parametrize(("ticked", "days"), [({"feries": "on"}, [18, 8, 15]), ({}, [18, 25, 1])])
def test_course_skips_public_holidays_by_default(client, karim, library, ticked, days):
    client.force_login(karim)
    assert 'name="feries" id="id_feries" checked' in " ".join(
        client.get("/espace/ateliers/parcours/nouveau/").content.decode().split()
    )
    sent = typed(library, titre="Ma boîte", jour="2026-12-18", fois="3", tous_les="7", sauter="") | ticked
    client.post("/espace/ateliers/parcours/nouveau/", sent)
    assert [row.starts_at.day for row in Workshop.objects.order_by("rank")] == days


@pytest.mark.both_databases
def test_the_facilitation_sheet_is_the_outline_with_the_day(client, karim, library, outline, planned):
    Workshop.objects.update(outline="boite")
    client.force_login(karim)
    page = client.get(f"/espace/ateliers/trames/boite/?atelier={planned.pk}").content.decode()
    assert "Lundi 23 novembre 2026" in page
    assert "disent leur prénom" in page
    assert "Le mot de passe oublié" in page
    assert client.get("/espace/ateliers/trames/inconnue/").status_code == 404


def test_the_attendance_sheet_has_names_or_none(client, karim, workshop):
    book(workshop)
    client.force_login(karim)
    assert "Fatou" in client.get(f"/espace/ateliers/{workshop.pk}/emargement/").content.decode()
    assert "Fatou" not in client.get(f"/espace/ateliers/{workshop.pk}/emargement/?anonyme=1").content.decode()


@pytest.mark.both_databases
def test_the_week_and_the_list_show_what_waits(client, karim, workshop):
    seat = book(workshop)
    client.force_login(karim)
    assert (
        "Semaine du 23 novembre 2026" in client.get("/espace/ateliers/?semaine=2026-11-25").content.decode()
    )
    Workshop.objects.update(starts_at=AT - 2 * HOUR, ends_at=AT - HOUR)
    assert "Présence à compléter" in client.get("/espace/ateliers/").content.decode()
    seats.tick(workshop, {seat.pk: True}, by=karim, at=AT)
    assert "Présence à compléter" not in client.get("/espace/ateliers/").content.decode()


@pytest.mark.both_databases
def test_three_absences_are_a_call_and_not_an_exclusion(client, course, karim):
    book(course.workshops.first())
    for n, row in enumerate(course.workshops.order_by("rank")[:3]):
        seats.tick(row, {row.seats.get().pk: False}, by=karim, at=MONDAY + 7 * n * DAY)
    (line,) = (each for each in worklist.lines(karim, MONDAY + 15 * DAY) if each.kind == "absent-learner")
    assert line.words == "Fatou : absence aux trois dernières séances."
    (call,) = space.to_call(karim, MONDAY + 15 * DAY)
    assert (call.seat.name, call.seat.status) == ("Fatou", "booked")
    seats.note(call.seat, by=karim, at=MONDAY + 15 * DAY, because="absence")
    assert space.to_call(karim, MONDAY + 15 * DAY) == []


@pytest.mark.both_databases
def test_a_course_says_on_one_line_who_came_and_who_comes_no_more(client, course, karim):
    rows = list(course.workshops.order_by("rank"))
    Workshop.objects.update(capacity=6)
    for name in ("Fatou", "Paul", "Irina"):
        book(rows[0], name)
    came = {"Fatou": [True] * 5, "Paul": [True, False, False, False, False], "Irina": [None] * 5}
    for n, row in enumerate(rows):
        ticks = {seat.pk: came[seat.name][n] for seat in row.seats.all()}
        seats.tick(row, ticks, by=karim, at=row.starts_at)
    seats.note(rows[0].seats.get(name="Paul"), by=karim, at=MONDAY, because="too_short", then="alone_with")
    course_view = space.course(course, MONDAY + 40 * DAY)
    assert course_view.line == [("inscrits", 3), ("venus une fois", 2), ("revenu", 1), ("fini", 1)]
    assert course_view.chain.unknown == 1
    assert [(each.n_leavers, each.reasons) for each in course_view.meetings][:2] == [
        (1, [("trop court pour apprendre", 1)]),
        (0, []),
    ]
    client.force_login(karim)
    page = client.get(f"/espace/ateliers/parcours/{course.pk}/").content.decode()
    assert "une aide à deux, avec un aidant" in page


@pytest.mark.both_databases
def test_what_comes_next_is_proposed_by_a_page(client, workshop, course, karim):
    seat = book(workshop)
    Workshop.objects.filter(pk=workshop.pk).update(starts_at=AT - 2 * HOUR, ends_at=AT - HOUR)
    seats.tick(workshop, {seat.pk: True}, by=karim, at=AT)
    assert [row.course for row in space.next_for(workshop, karim, AT)] == [course]
    Workshop.objects.filter(course=course).update(kind="training")
    assert space.next_for(workshop, karim, AT) == [], "what trains aidants is for nobody else"
    Workshop.objects.filter(course=course).update(kind="workshop")
    client.force_login(karim)
    sent = {"geste": "suite", "vers": course.workshops.first().pk, "place": [seat.pk]}
    client.post(f"/espace/ateliers/{workshop.pk}/geste/", sent)
    page = client.get(f"/espace/ateliers/{workshop.pk}/").content.decode()
    assert "1 personne venue ici a pris une place pour la suite" in page
    assert space.course(course, AT).came_from == 1
    Workshop.objects.filter(pk=workshop.pk).update(starts_at=AT + 90 * DAY, ends_at=AT + 90 * DAY + HOUR)
    assert space.course(course, AT + 92 * DAY).came_from == 0, (
        "who comes elsewhere afterwards came from nowhere"
    )


@pytest.mark.both_databases
def test_names_that_cannot_be_read_seat_nobody(client, workshop, karim):
    client.force_login(karim)
    sent = {"noms": "Fatou, mon voisin\nPaul", "voie": "paper"}
    answer = client.post(f"/espace/ateliers/{workshop.pk}/inscrire/", sent)
    assert answer.status_code == 400
    assert "« mon voisin » n’est pas reconnu" in answer.content.decode().replace("\xa0", " ")
    assert not workshop.seats.exists()


def test_a_card_that_nobody_has_is_not_a_first_name(client, workshop, karim):
    client.force_login(karim)
    sent = {"noms": "Paul\nK7DM-2QXA", "voie": "counter"}
    answer = client.post(f"/espace/ateliers/{workshop.pk}/inscrire/", sent)
    assert answer.status_code == 400
    assert "Aucune carte n’a le code « K7DM-2QXA »" in answer.content.decode().replace("\xa0", " ")
    assert not workshop.seats.exists()


def test_workshop_without_attendee_is_listed(client, workshop, karim):
    paul, fatou = book(workshop, "Paul"), book(workshop)
    Workshop.objects.update(starts_at=AT - 2 * HOUR, ends_at=AT - HOUR)
    client.force_login(karim)
    for ticked, missing in (({paul.pk: False}, True), ({fatou.pk: False}, False)):
        seats.tick(workshop, ticked, by=karim, at=AT)
        page = client.get("/espace/ateliers/coop/").content.decode()
        assert ("sans personne de noté" in page) is missing


def test_a_card_seats_the_person_it_belongs_to(client, workshop, karim, library):
    person = people.welcome(by=karim, structure=library.structure, at=AT, nickname="Rosa")
    client.force_login(karim)
    client.post(f"/espace/ateliers/{workshop.pk}/inscrire/", {"noms": person.card, "voie": "counter"})
    assert workshop.seats.get().person == person
    person_copy = client.get(f"/espace/personnes/{person.pk}/copie/?format=json").json()
    assert person_copy["ateliers"][0]["atelier"] == "Ma boîte mail"


@pytest.mark.both_databases
def test_seat_released_at_the_counter_stores_its_reason(client, workshop, karim):
    seat = book(workshop)
    client.force_login(karim)
    client.post(f"/espace/ateliers/places/{seat.pk}/", {"geste": "rendre"})
    seat.refresh_from_db()
    assert seat.status == "cancelled"
    client.post(f"/espace/ateliers/places/{seat.pk}/", {"geste": "reprendre"})
    client.post(
        f"/espace/ateliers/places/{seat.pk}/",
        {"arret": "unsure", "suite": "practice", "suite_mots": "le jeudi"},
    )
    seat.refresh_from_db()
    assert (seat.status, seat.stopped_because, seat.next_words) == ("booked", "unsure", "le jeudi")


@pytest.mark.both_databases
def test_the_coops_table_counts_without_naming(client, workshop, karim, library, outline):
    seat = book(workshop)
    Workshop.objects.update(starts_at=AT - 3 * HOUR, ends_at=AT - HOUR, outline="boite")
    client.force_login(karim)
    assert client.get("/espace/ateliers/coop.csv").content.decode().count("\n") == 1
    seats.tick(workshop, {seat.pk: True}, by=karim, at=AT, anonymous=4)
    head, line, _ = client.get("/espace/ateliers/coop.csv").content.decode().split("\n")
    row = dict(zip(head.split(","), line.split(","), strict=True))
    assert (row["type"], row["duree"], row["niveau_atelier"]) == ("collectif", "120", "debutant")
    assert row["thematiques"] == "email|securite_numerique"
    assert (row["accompagnements"], row["suivis"], row["anonymes"]) == ("5", "1", "4")
    assert "Fatou" not in line
    assert "1 atelier, 5 venues" in client.get("/espace/ateliers/coop/").content.decode()


def test_from_attendance_one_goes_to_the_diagnosis_again(client, workshop, karim, library):
    person = people.welcome(by=karim, structure=library.structure, at=AT, nickname="Rosa")
    rosa, paul = book(workshop, "", by=karim, channel="counter", person=person), book(workshop, "Paul")
    Workshop.objects.update(starts_at=AT - 3 * HOUR, ends_at=AT - HOUR)
    seats.tick(workshop, {rosa.pk: True, paul.pk: True}, by=karim, at=AT)
    client.force_login(karim)
    page = client.get(f"/espace/ateliers/{workshop.pk}/").content.decode()
    assert (
        page.count("/espace/bilans/personnes/") == page.count(f"/espace/bilans/personnes/{person.pk}/") == 1
    )


@pytest.mark.both_databases
def test_no_spreadsheet_runs_what_somebody_called_a_workshop(client, workshop, karim):
    book(workshop)
    Workshop.objects.update(
        starts_at=AT - 3 * HOUR, ends_at=AT - HOUR, title="=cmd|' /C calc'!A0", anonymous=4
    )
    client.force_login(karim)
    assert ",'=cmd|" in client.get("/espace/ateliers/coop.csv").content.decode()


@pytest.mark.both_databases
def test_what_another_structure_declares_is_not_missing_from_ones_own_table(
    client, karim, leila, library, hall
):
    row = planning.plan(
        by=karim, structure=library.structure, values=workshop_fields(library, partner=hall.structure), at=AT
    )
    Workshop.objects.filter(pk=row.pk).update(starts_at=AT - 3 * HOUR, ends_at=AT - HOUR)
    for user, missing in ((karim, True), (leila, False)):
        client.force_login(user)
        page = client.get("/espace/ateliers/coop/").content.decode()
        assert ("1 atelier passé sans personne de noté" in page) is missing


@pytest.mark.both_databases
@pytest.mark.parametrize("query", ["coop/?au=9999-12-31", "coop/?du=0001-01-01", "?semaine=9999-12-31"])
def test_day_out_of_any_calendar_is_ignored(client, karim, query):
    client.force_login(karim)
    assert client.get(f"/espace/ateliers/{query}").status_code == 200


def test_a_calendar_of_no_structure_does_not_exist(client, db):
    assert client.get(f"/ateliers/structures/{10**20}.ics").status_code == 404


def test_a_workshop_overseas_is_typed_and_read_in_the_time_of_its_place(client):
    noumea = place("noumea", {"nom": "Case", "code_insee": "98818", "commune": "Nouméa"})
    marie = account("marie", "gestionnaire", structure=noumea.structure)
    nine = datetime(2026, 11, 23, 22, tzinfo=UTC)
    row = planning.plan(
        by=marie,
        structure=noumea.structure,
        values=workshop_fields(noumea, starts_at=nine, ends_at=nine + timedelta(hours=2)),
        at=AT,
    )
    assert workshop_words.when(row).replace("\u00a0", " ") == "mardi 24 novembre 2026 à 9 h"
    client.force_login(marie)
    page = client.get(f"/espace/ateliers/{row.pk}/modifier/").content.decode()
    assert 'value="2026-11-24"' in page
    assert 'value="09:00"' in page
    sent = {field: value for field, value in from_workshop(row).items() if value not in (None, False)}
    form = PlanForm({**sent, "heure": "09:30", "fin": "11:00"}, user=marie, workshop=row)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["starts_at"] == nine + timedelta(minutes=30)


def test_a_monday_morning_of_noumea_is_in_its_week(client):
    noumea = place("noumea", {"nom": "Case", "code_insee": "98818", "commune": "Nouméa"})
    marie = account("marie", "gestionnaire", structure=noumea.structure)
    nine = datetime(2026, 11, 22, 22, tzinfo=UTC)  # a Sunday evening in Paris
    values = workshop_fields(noumea, starts_at=nine, ends_at=nine + timedelta(hours=2))
    planning.plan(by=marie, structure=noumea.structure, values=values, at=AT)
    week_by_day = {week: space.week(marie, datetime(2026, 11, week).date(), AT) for week in (16, 23)}
    assert [len(day.rows) for day in week_by_day[23]] == [1, 0, 0, 0, 0, 0, 0]
    assert not any(day.rows for day in week_by_day[16])


def test_a_workshop_elsewhere_stays_in_its_commune_when_another_thing_is_changed(client, karim, library):
    """The Insee code of Ordonnaz is the postcode of Prévessin-Moëns."""
    there = {"lieu": None, "address": "Salle des fêtes", "commune": "01280"}
    row = planning.plan(
        by=karim, structure=library.structure, values=workshop_fields(library, **there), at=AT
    )
    client.force_login(karim)
    page = client.get(f"/espace/ateliers/{row.pk}/modifier/").content.decode()
    assert 'value="Ordonnaz"' in page
    sent = {field: value for field, value in from_workshop(row).items() if value not in (None, False)}
    sent |= {"jour": "2026-11-24", "heure": "14:00", "fin": "16:00"}
    client.post(f"/espace/ateliers/{row.pk}/modifier/", sent)
    row.refresh_from_db()
    assert (row.starts_at, row.commune) == (MONDAY + DAY, "01280")
    client.post(f"/espace/ateliers/{row.pk}/modifier/", sent | {"commune": "38000"})
    row.refresh_from_db()
    assert row.commune == "38185"


def test_changing_the_hour_of_a_workshop_leaves_its_modules(client, karim, library):
    modules = ["mot-de-passe", "message-piege"]
    row = planning.plan(
        by=karim, structure=library.structure, values=workshop_fields(library, modules=modules), at=AT
    )
    client.force_login(karim)
    sent = {field: value for field, value in from_workshop(row).items() if value not in (None, False)}
    client.post(
        f"/espace/ateliers/{row.pk}/modifier/",
        sent | {"jour": "2026-11-24", "heure": "14:00", "fin": "16:00"},
    )
    row.refresh_from_db()
    assert (row.starts_at, row.modules) == (MONDAY + DAY, modules)
    outline = next(each for each in outlines.outlines().values() if each.modules and not each.meetings)
    client.post(
        f"/espace/ateliers/{row.pk}/modifier/", sent | {"trame": outline.id, "heure": "14:00", "fin": "16:00"}
    )
    row.refresh_from_db()
    assert row.modules == list(outline.modules)


@pytest.mark.both_databases
def test_a_name_written_once_names_were_erased_is_erased_too(workshop, karim):
    book(workshop, by=karim)
    late = MONDAY + 92 * DAY
    assert deadlines.run_deadlines(at=late)["noms_effaces"] == 1
    seat = book(workshop, name="Nadia", by=karim, at=late, contact="nadia@exemple.fr", way=rules.EMAIL)
    assert deadlines.run_deadlines(at=late)["noms_effaces"] == 1
    seat.refresh_from_db()
    assert (seat.name, seat.contact, seat.token) == ("", "", "")
    seats.note(seat, by=karim, at=late, because=rules.OTHER, words="Elle déménage")
    deadlines.run_deadlines(at=late)
    seat.refresh_from_db()
    assert seat.stopped_words == ""
    again = late + 7 * DAY
    planning.change(workshop, {"starts_at": again, "ends_at": again + HOUR}, by=karim, at=late)
    seat = book(workshop, name="Inès", by=karim, at=late)
    assert deadlines.run_deadlines(at=late)["noms_effaces"] == 0
    assert deadlines.run_deadlines(at=again + 92 * DAY)["noms_effaces"] == 1
    seat.refresh_from_db()
    assert seat.name == ""


@pytest.mark.both_databases
def test_after_another_key_the_link_of_a_seat_opens(client, workshop, karim, library, settings):
    seat = book(workshop)
    former_url = reverse("seat", args=[access.link_of(seat)])
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another one"
    assert client.get(former_url).status_code == 200, "a planned change closes nothing"
    assert reverse("seat", args=[access.link_of(seat)]) == former_url
    fields = workshop_fields(library, starts_at=MONDAY + DAY, ends_at=MONDAY + DAY + HOUR)
    later = planning.plan(by=karim, structure=library.structure, values=fields, at=AT)
    planning.publish(later, by=karim, at=AT)
    assert access.link_of(book(later, learner=seat.learner)) == access.link_of(seat), "one link for all"
    assert book(later, name="Inès").token != seat.token
    assert links.renew(at=AT) == 0
    settings.SECRET_KEY_FALLBACKS = []
    seat_url = reverse("seat", args=[access.link_of(seat)])
    assert client.get(seat_url).status_code == 404
    assert links.renew(at=AT) == 2, "the last one was made by today's key, the first were not"
    assert client.get(seat_url).status_code == 200
