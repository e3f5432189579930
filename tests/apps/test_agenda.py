"""Workshops and courses: planned, published, filled, ticked, told; by whom, and for how long names are kept."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from icalendar import Calendar

from maillage.apps.accounts.models import Entry, User
from maillage.apps.agenda import access, rules
from maillage.apps.agenda.actions import due, forgetting, planning, seats
from maillage.apps.agenda.models import Seat, Workshop
from maillage.apps.agenda.queries import public
from maillage.apps.messages.models import Message
from maillage.apps.orientations.actions import forgetting as everywhere
from maillage.apps.people import actions as people
from maillage.kernel.errors import Refused
from tests.apps.places import place
from tests.conftest import with_role

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, 9, tzinfo=UTC)  # a Friday, ten o’clock in Paris
MONDAY = datetime(2026, 11, 23, 13, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def _no_count():
    caches["counts"].clear()


@pytest.fixture
def library(home):
    return place("bibliotheque", {"nom": "Bibliothèque"})


@pytest.fixture
def hall(home):
    return place("maison", {"nom": "Maison des habitants", "code_insee": "38151", "commune": "Échirolles"})


@pytest.fixture
def karim(library):
    user = User.objects.create_user("karim@exemple.fr", "x", name="Karim", is_demonstration=True)
    return with_role(user, "formation", structure=library.structure)


@pytest.fixture
def leila(hall):
    user = User.objects.create_user("leila@exemple.fr", "x", name="Leïla", is_demonstration=True)
    return with_role(user, "aidant", structure=hall.structure)


def said(lieu, /, **more):
    held = {"title": "Ma boîte mail", "subject": "mail", "level": "debutant", "lieu": lieu, "capacity": 2}
    return {**held, "starts_at": MONDAY, "ends_at": MONDAY + 2 * HOUR, **more}


@pytest.fixture
def planned(karim, library):
    return planning.plan(by=karim, structure=library.structure, values=said(library), at=AT)


@pytest.fixture
def workshop(planned, karim):
    planning.publish(planned, by=karim, at=AT)
    planned.refresh_from_db()
    return planned


@pytest.fixture
def course(karim, library):
    meetings = [{"starts_at": MONDAY + 7 * n * DAY, "ends_at": MONDAY + 7 * n * DAY + 2 * HOUR} for n in range(5)]
    made = planning.plan_course(by=karim, structure=library.structure, values=said(library), meetings=meetings, at=AT)
    planning.publish(made.workshops.first(), by=karim, at=AT)
    return made


def book(workshop, name="Fatou", **more):
    return seats.book(**{"workshop": workshop, "name": name, "at": AT} | more)


def statuses(workshop):
    return list(workshop.seats.values_list("name", "status"))


# --------------------------------------------------------------------------------------------------------------- planned


def test_a_workshop_is_planned_seen_by_its_structure_then_published(client, planned, karim):
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
        planning.plan(by=karim, structure=library.structure, values=said(library, **values), at=AT)


def test_nobody_plans_for_another_structure(leila, library):
    with pytest.raises(Refused, match="au nom de cette structure"):
        planning.plan(by=leila, structure=library.structure, values=said(library), at=AT)


def test_a_workshop_that_is_over_or_cancelled_is_not_published(planned, karim):
    with pytest.raises(Refused, match="déjà passé"):
        planning.publish(planned, by=karim, at=MONDAY + DAY)
    planning.cancel(planned, by=karim, at=AT)
    with pytest.raises(Refused, match="annulé"):
        planning.publish(planned, by=karim, at=AT)


def test_the_format_of_a_course_follows_from_its_hours(course, karim, library):
    assert (course.format, course.workshops.count()) == ("court", 5)
    assert list(course.workshops.values_list("rank", flat=True)) == [1, 2, 3, 4, 5]
    long = [{"starts_at": MONDAY + n * DAY, "ends_at": MONDAY + n * DAY + 3 * HOUR} for n in range(5)]
    made = planning.plan_course(by=karim, structure=library.structure, values=said(library), meetings=long, at=AT)
    assert made.format == "long"
    with pytest.raises(Refused, match="de 2 à 40 séances"):
        planning.plan_course(by=karim, structure=library.structure, values=said(library), meetings=long[:1], at=AT)


def test_a_changed_day_is_told_to_those_who_come_and_another_title_is_not(workshop, karim):
    book(workshop, way="email", contact="fatou@exemple.fr")
    book(workshop, "Paul")
    told = planning.change(workshop, {"title": "Le mail"}, by=karim, at=AT)
    assert (told.reached, told.to_call) == (0, ())
    told = planning.change(workshop, {"starts_at": MONDAY + HOUR}, by=karim, at=AT)
    assert (told.reached, told.to_call) == (1, ("Paul",))
    workshop.refresh_from_db()
    assert workshop.sequence == 2
    text = Message.objects.get(key__contains="-change-").text
    assert "Ce sera lundi 23 novembre 2026 à 15 h" in text
    assert "/ateliers/ma-place/" in text


def test_fewer_seats_than_people_is_refused_and_more_go_to_those_who_wait(workshop, karim):
    for name in ("Fatou", "Paul", "Irina"):
        book(workshop, name)
    with pytest.raises(Refused, match="2 personnes ont déjà leur place"):
        planning.change(workshop, {"capacity": 1}, by=karim, at=AT)
    planning.change(workshop, {"capacity": 3}, by=karim, at=AT)
    assert statuses(workshop) == [("Fatou", "booked"), ("Paul", "booked"), ("Irina", "booked")]


def test_a_cancelled_workshop_is_told_and_keeps_its_page(client, workshop, karim):
    book(workshop, way="phone", contact="+33639980001")
    told = planning.cancel(workshop, by=karim, at=AT, reason="L’animateur est malade.")
    assert told.reached == 1
    text = Message.objects.get(key__endswith="-annule").text
    assert "Ne vous déplacez pas" in text
    assert "malade" in text
    page = client.get(f"/ateliers/{workshop.pk}/").content.decode()
    assert "Cet atelier est annulé" in page
    with pytest.raises(Refused, match="annulé"):
        book(workshop, "Paul")


def test_a_course_is_cancelled_from_today_on_or_one_meeting_alone(course, karim):
    first = course.workshops.first()
    planning.cancel(first, by=karim, at=AT)
    assert course.workshops.filter(cancelled_at__isnull=False).count() == 1
    planning.cancel(course.workshops.last(), by=karim, at=MONDAY + 8 * DAY, whole=True)
    assert list(course.workshops.filter(cancelled_at__isnull=True).values_list("rank", flat=True)) == [2]


def test_a_workshop_is_hidden_until_somebody_registers(workshop, karim):
    planning.hide(workshop, by=karim, at=AT)
    workshop.refresh_from_db()
    assert workshop.published_at is None
    planning.publish(workshop, by=karim, at=AT)
    book(workshop)
    with pytest.raises(Refused, match="personnes sont inscrites"):
        planning.hide(workshop, by=karim, at=AT)


# ----------------------------------------------------------------------------------------------------------------- seats


def test_a_full_workshop_makes_people_wait_and_a_freed_seat_goes_to_the_first(workshop):
    first = book(workshop)
    book(workshop, "Paul")
    waits = book(workshop, "Irina", way="email", contact="irina@exemple.fr")
    book(workshop, "Youssef", at=AT + HOUR)
    assert waits.status == "waiting"
    given, told = seats.give_up([first], at=AT + HOUR, token=access.link_of(first))
    assert ([seat.name for seat in given], told.reached) == (["Fatou"], 1)
    assert dict(statuses(workshop)) == {
        "Fatou": "cancelled",
        "Paul": "booked",
        "Irina": "booked",
        "Youssef": "waiting",
    }
    assert "Une place est libre pour vous" in Message.objects.get(key__contains="-libre-").text


def test_whoever_comes_back_waits_behind_the_others(workshop):
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


@pytest.mark.parametrize(("more", "why"), [({"at": MONDAY}, "déjà commencé"), ({"name": " "}, "manque un prénom")])
def test_registering_closes_when_it_starts_and_asks_for_a_name_alone(workshop, more, why):
    with pytest.raises(Refused, match=why):
        book(workshop, **more)


def test_nobody_registers_where_one_just_comes(karim, library):
    values = said(library, drop_in=True)
    row = planning.plan(by=karim, structure=library.structure, values=values, at=AT, format=rules.OPEN)
    planning.publish(row, by=karim, at=AT)
    with pytest.raises(Refused, match="sans s’inscrire"):
        book(row)
    assert book(row, by=karim, channel="counter").status == "booked"


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
    theirs = list(Seat.objects.filter(learner=fatou.learner))
    seats.give_up(theirs, at=AT, token=access.link_of(fatou))
    assert Seat.objects.filter(name="Irina", status="booked").count() == 5


def test_a_course_that_began_is_joined_at_the_counter_alone(course, karim):
    second = course.workshops.get(rank=2)
    with pytest.raises(Refused, match="déjà commencé"):
        book(second, at=MONDAY + DAY)
    book(second, by=karim, at=MONDAY + DAY, channel="counter")
    assert Seat.objects.filter(name="Fatou").count() == 4


def test_a_person_known_by_their_card_is_told_only_if_they_agreed(workshop, karim, library):
    person = people.welcome(
        by=karim, structure=library.structure, at=AT, nickname="Rosa", reach="phone", reach_value="06 39 98 00 02"
    )
    seat = book(workshop, "", by=karim, channel="counter", person=person)
    assert seat.name == "Rosa"
    assert not Message.objects.exists()
    assert book(workshop, "", by=karim, channel="counter", person=person).pk == seat.pk
    people.agree(person=person, purpose="write", how="read", by=karim, at=AT)
    planning.cancel(workshop, by=karim, at=AT)
    assert Message.objects.get().to == "+33639980002"


# ------------------------------------------------------------------------------------------------------------ attendance


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
    values = said(library, partner=hall.structure)
    row = planning.plan(by=karim, structure=library.structure, values=values, at=AT)
    seat = book(row, by=leila, channel="phone")
    seats.tick(row, {seat.pk: True}, by=leila, at=MONDAY)
    planning.report(row, words="Tout le monde a ouvert sa boîte.", by=leila, at=MONDAY + HOUR)
    with pytest.raises(Refused):
        planning.change(row, {"title": "Autre"}, by=leila, at=AT)


def test_why_somebody_stops_and_what_was_proposed_are_kept_and_taken_back(workshop, karim):
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


def test_a_report_waits_for_the_workshop(workshop, karim):
    with pytest.raises(Refused, match="pas encore commencé"):
        planning.report(workshop, words="x", by=karim, at=AT)


def test_who_came_once_goes_on_in_a_course_as_the_same_learner(workshop, course, karim):
    seat = book(workshop)
    seats.tick(workshop, {seat.pk: True}, by=karim, at=MONDAY)
    made = seats.carry_on([seat], to=course.workshops.get(rank=2), by=karim, at=MONDAY + HOUR)
    assert [each.learner for each in made] == [seat.learner]
    assert Seat.objects.filter(learner=seat.learner).count() == 5


# ------------------------------------------------------------------------------------------------------------------- due


def test_the_eve_is_told_once_to_those_who_left_a_way(workshop):
    book(workshop, way="email", contact="fatou@exemple.fr")
    book(workshop, "Paul")
    eve = datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert due.due(at=eve - 3 * HOUR)["rappels"] == 0
    assert due.due(at=eve)["rappels"] == 1
    assert due.due(at=eve + HOUR)["rappels"] == 0
    text = Message.objects.get(key__contains="-veille-").text
    assert text.startswith("C’est demain : Ma boîte mail, lundi 23 novembre 2026 à 14 h. Lieu : Bibliothèque")
    assert Seat.objects.filter(reminded_at__isnull=False).count() == 2


def test_who_gives_up_is_not_reminded_and_a_new_day_is_reminded_again(workshop, karim):
    seat = book(workshop, way="email", contact="fatou@exemple.fr")
    eve = datetime(2026, 11, 22, 9, tzinfo=UTC)
    due.due(at=eve)
    planning.change(workshop, {"starts_at": MONDAY + DAY, "ends_at": MONDAY + DAY + HOUR}, by=karim, at=eve + HOUR)
    assert due.due(at=eve + DAY)["rappels"] == 1
    seats.give_up([seat], at=eve + DAY + HOUR, token=access.link_of(seat))
    assert Message.objects.filter(key__contains="-veille-1", state="cancelled").count() == 1


def test_a_message_speaks_the_language_of_who_registered(workshop):
    book(workshop, way="email", contact="andrei@exemple.fr", language="ro")
    message = Message.objects.get()
    assert (message.language, "Votre place" in message.text) == ("ro", False)


def test_nobody_is_told_about_people_who_were_invented(karim, library):
    row = planning.plan(by=karim, structure=library.structure, values=said(library), at=AT, example=True)
    book(row, by=karim, channel="phone", way="email", contact="x@exemple.fr")
    assert not Message.objects.exists()


def test_names_are_erased_after_three_months_and_counts_stay(workshop, karim):
    seat = book(workshop, way="email", contact="fatou@exemple.fr")
    seats.tick(workshop, {seat.pk: True}, by=karim, at=MONDAY)
    seats.note(seat, by=karim, at=MONDAY, because="other", words="déménage")
    assert due.due(at=MONDAY + 90 * DAY)["noms_effaces"] == 0
    later = MONDAY + timedelta(days=92)
    assert due.due(at=later)["noms_effaces"] == 1
    seat.refresh_from_db()
    assert (seat.name, seat.contact, seat.way, seat.stopped_words) == ("", "", "none", "")
    assert (seat.came, seat.stopped_because) == (True, "other")
    assert due.due(at=later)["noms_effaces"] == 0


def test_erasing_a_person_strips_their_seats_and_frees_those_to_come(workshop, karim, library):
    person = people.welcome(by=karim, structure=library.structure, at=AT, nickname="Rosa")
    book(workshop, "", by=karim, channel="counter", person=person)
    book(workshop, "Paul")
    book(workshop, "Irina")
    everywhere.forget(person, by=karim, at=AT)
    assert not Seat.objects.filter(person=person).exists()
    assert sorted(statuses(workshop)) == [("", "cancelled"), ("Irina", "booked"), ("Paul", "booked")]
    assert forgetting.forget(person, at=AT) == 0


# ---------------------------------------------------------------------------------------------------------------- public


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


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    """Pages read the clock: for them it is the day of these tests."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("06 39 98 00 01", ("phone", "+33639980001")),
        ("04 76 00 11 22", ("phone", "+33476001122")),
        ("a@exemple.fr", ("email", "a@exemple.fr")),
        ("", ("none", "")),
    ],
)
def test_a_contact_is_never_asked_and_read_as_it_is_typed(client, workshop, typed, read):
    client.post(f"/ateliers/{workshop.pk}/", {"prenom": "Fatou", "contact": typed})
    assert workshop.seats.values_list("way", "contact").get() == read


def test_what_cannot_be_read_is_asked_again_and_what_was_typed_stays(client, workshop):
    answer = client.post(f"/ateliers/{workshop.pk}/", {"prenom": "Fatou", "contact": "mon voisin"})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Ce contact ne se lit pas" in page
    assert 'value="Fatou"' in page
    assert client.post(f"/ateliers/{workshop.pk}/", {"prenom": ""}).status_code == 400


def test_a_stranger_does_not_take_all_the_seats(client, workshop):
    Workshop.objects.filter(pk=workshop.pk).update(capacity=100)
    for n in range(access.BOOKINGS_AN_HOUR):
        assert client.post(f"/ateliers/{workshop.pk}/", {"prenom": f"N{n}"}).status_code == 302
    assert client.post(f"/ateliers/{workshop.pk}/", {"prenom": "Un de trop"}).status_code == 429


def test_a_guessed_link_opens_nothing(client, workshop):
    assert client.get(f"/ateliers/ma-place/{'0' * 32}/").status_code == 404


def test_the_list_filters_by_place_subject_level_language_and_free_seats(workshop, karim, library, hall):
    far = place("lille", {"nom": "Lille", "code_insee": "59350", "latitude": 50.63, "longitude": 3.06})
    for values in (said(hall, subject="demarches", language="ar"), said(far, level="avance", capacity=1)):
        row = planning.plan(by=karim, structure=library.structure, values=values, at=AT)
        planning.publish(row, by=karim, at=AT)
    book(row)

    def titles(**asked):
        return [shown.workshop.lieu.slug for shown in public.find(public.Asked(**asked), AT).rows]

    assert titles() == ["bibliotheque", "maison", "lille"]
    assert titles(subject="demarches") == titles(language="ar") == ["maison"]
    assert titles(level="avance") == ["lille"]
    assert titles(free=True) == ["bibliotheque", "maison"]
    assert titles(spot=public.where.of_code("38185")) == ["bibliotheque", "maison"]
    assert titles(spot=public.where.of_code("59")) == ["lille"]
    assert titles(lieu=hall) == ["maison"]
    assert public.find(public.Asked(), MONDAY + DAY).total == 0


def test_a_course_is_listed_once_by_its_first_meeting(course):
    (shown,) = public.find(public.Asked(), AT).rows
    assert (shown.workshop.rank, shown.format) == (1, "Parcours de 5 séances")
    assert public.find(public.Asked(), MONDAY + DAY).total == 0


@pytest.mark.parametrize("rows", [1, 20])
def test_the_list_makes_as_many_queries_for_many_as_for_one(client, karim, library, rows, django_assert_max_num_queries):
    for n in range(rows):
        row = planning.plan(by=karim, structure=library.structure, values=said(library, title=f"A{n}"), at=AT)
        planning.publish(row, by=karim, at=AT)
    with django_assert_max_num_queries(6):
        assert client.get("/ateliers/").status_code == 200


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
    title = "Mail; écrire, « lire »\\ et trier : une très longue phrase pour passer soixante-quinze octets, oui"
    planning.change(workshop, {"title": title}, by=karim, at=AT)
    answer = client.get("/ateliers.ics")
    assert answer["Content-Type"].startswith("text/calendar")
    assert b"Fatou" not in answer.content
    assert b"\r\n" in answer.content
    assert max(map(len, answer.content.split(b"\r\n"))) <= 75
    read = Calendar.from_ical(answer.content)
    (event,) = read.walk("VEVENT")
    assert event["SUMMARY"] == title
    assert event["UID"] == f"atelier-{workshop.pk}@localhost"
    assert (event["STATUS"], int(event["SEQUENCE"])) == ("CONFIRMED", 1)
    assert event["DTSTART"].dt == MONDAY
    assert str(event["DTSTART"].params["TZID"]) == "Europe/Paris"
    assert read.walk("VTIMEZONE")
    assert tuple(event["GEO"].to_ical().split(";")) == ("45.1916", "5.7278")


def test_a_structures_calendar_keeps_what_was_cancelled(client, workshop, karim, library):
    planning.cancel(workshop, by=karim, at=AT)
    content = client.get(f"/ateliers/structures/{library.structure_id}.ics").content
    (event,) = Calendar.from_ical(content).walk("VEVENT")
    assert event["STATUS"] == "CANCELLED"
    assert client.get("/ateliers.ics").content.count(b"VEVENT") == 0


def test_a_course_goes_whole_in_a_calendar(client, course):
    first = course.workshops.first()
    content = client.get(f"/ateliers/{first.pk}/atelier.ics").content
    assert len(Calendar.from_ical(content).walk("VEVENT")) == 5


def test_the_poster_says_what_when_where(client, workshop):
    page = client.get(f"/ateliers/{workshop.pk}/affiche/").content.decode()
    assert "lundi 23 novembre 2026" in page
    assert "Bibliothèque" in page
