"""Reminders: each once, by what reaches the person, never after; said, printed, stopped, erased."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from maillage.apps.agenda.actions import appointments, deadlines
from maillage.apps.agenda.queries import reminders as agenda
from maillage.apps.agenda.rules.appointments import Draft
from maillage.apps.people.persons.actions import consents, forgetting
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders import queries as reminders_queries
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.people.reminders.access import reminders_for
from maillage.apps.people.reminders.models import Refusal, Reminder
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages import queries as messages
from maillage.apps.platform.messages.models import Message, Received, Stop
from maillage.apps.platform.messages.rules import incoming
from maillage.apps.referrals.orientations.actions import agreements
from maillage.apps.referrals.orientations.queries import copies
from maillage.kernel.errors import Refused
from maillage.manage.providers import mail
from maillage.web import bulk
from tests.conftest import with_role
from tests.layout import flat
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases, pytest.mark.usefixtures("leaves")]
PARIS = ZoneInfo("Europe/Paris")
AT = datetime(2026, 11, 16, 9, tzinfo=UTC)  # a Monday
TEN = datetime(2026, 11, 24, 10, tzinfo=PARIS)  # the Tuesday of the week after
EVE = datetime(2026, 11, 23, 9, tzinfo=PARIS)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SECRET = "un-secret-assez-long-pour-signer"
NUMBER = "06 39 98 12 34"


@pytest.fixture
def structure():
    return place("lien", {"nom": "Le Lien"}).structure


@pytest.fixture
def leila(structure):
    return with_role(
        User.objects.create_user("leila@exemple.fr", name="Leila", is_demonstration=True),
        "aidant",
        structure=structure,
    )


@pytest.fixture
def receives(settings):
    settings.SENDING = settings.SENDING | {"SMS_IN": "signature", "SMS_IN_SECRET": SECRET}


def welcome(leila, structure, reach="phone", value=NUMBER, *, agrees=True, **more):
    person = people.welcome(
        by=leila, structure=structure, at=AT, nickname="Andrei", reach=reach, reach_value=value, **more
    )
    if agrees:
        consents.agree(person=person, purpose="write", how="read", by=leila, at=AT)
    return person


def book(leila, structure, person=None, at=AT, **draft):
    values = {"kind": "procedure", "starts_at": TEN, "commune": "38185", "subject": "RSA"} | draft
    return appointments.book(Draft(**values), structure=structure, by=leila, person=person, at=at)


def run(at=EVE) -> int:
    return deadlines.run_deadlines(at=at)["rappels"]


def sent():
    return Message.objects.filter(purpose="reminder").order_by("pk")


# ---------------------------------------------------------------------------------------------------- planning


def test_an_appointment_is_reminded_once_on_its_eve_without_its_subject(leila, structure):
    book(leila, structure, welcome(leila, structure, language="ro"))
    assert [run(EVE - HOUR), run(), run(EVE + HOUR), run(TEN)] == [0, 1, 0, 0]
    (message,) = sent()
    assert (message.channel, message.to, message.never_after) == ("sms", "+33639981234", TEN)
    assert message.language == "fr", "the language said for the appointment"
    text = message.text.replace("\u00a0", " ")
    assert text.startswith("Rappel : vous avez rendez-vous mardi 24 novembre 2026 à 10 h. Lieu : Le Lien")
    assert "RSA" not in text and "STOP" not in text


def test_a_reminder_that_can_be_answered_says_how(leila, structure, receives):
    book(leila, structure, welcome(leila, structure))
    run()
    assert sent().get().text.endswith("Pour ne plus en recevoir, répondez STOP.")


@pytest.mark.parametrize(
    ("reach", "value", "agrees", "way", "contact", "reason"),
    [
        ("phone", "04 76 00 00 01", True, "call", "04 76 00 00 01", ""),
        ("email", "andrei@exemple.fr", True, "email", "", ""),
        ("via", "sa fille Maria", False, "none", "", "disagreed"),
    ],
)
def test_each_is_reminded_by_what_reaches_them(leila, structure, reach, value, agrees, way, contact, reason):
    book(leila, structure, welcome(leila, structure, reach, value, agrees=agrees))
    run()
    row = Reminder.objects.get()
    assert (row.way, row.contact, row.reason) == (way, contact, reason)
    assert sent().count() == (way == "email")
    assert bool(row.text) == (way in ("call", "via"))


BY_PHONE = ("phone", NUMBER, "sms", "call")
BY_MAIL = ("email", "andrei@exemple.fr", "email", "print")


@pytest.mark.parametrize(
    ("provider", "ways_of", "agrees", "stopped"),
    [
        *((provider, ways_of, True, False) for provider in (True, False) for ways_of in (BY_PHONE, BY_MAIL)),
        (True, BY_PHONE, False, False),
        (True, BY_PHONE, True, True),
        (True, BY_MAIL, True, True),
    ],
)
def test_nobody_counts_as_reached_unless_a_message_leaves(
    leila, structure, settings, provider, ways_of, agrees, stopped
):
    reach, value, channel, otherwise = ways_of
    if not provider:
        settings.SENDING = settings.SENDING | {"SMS": "", "SMTP": ""}
    person = welcome(leila, structure, reach=reach, value=value, agrees=agrees)
    if stopped:
        outbox.stop(channel=channel, to=value, by=leila, at=AT)
    row = book(leila, structure, person)
    announced = [line.how for line in reminders_queries.to_come([agenda.of_appointment(row)], AT)]
    run()
    way = "none" if not agrees or stopped else channel if provider else otherwise
    assert Reminder.objects.get().way == way
    assert announced == [reminders_rules.WAYS[way]], "what the sheet announces is what is done"
    assert sent().exists() is (way == channel)
    _, outcome = appointments.move(row, starts_at=TEN + DAY, by=leila, at=EVE + HOUR)
    assert (outcome.reached, outcome.to_call) == ((1, ()) if way == channel else (0, (row.called,)))


@pytest.mark.parametrize(("reach", "value"), [("none", ""), ("letter", "1 rue du Lac")])
def test_who_is_reminded_on_paper_has_a_week_for_it(leila, structure, reach, value):
    book(leila, structure, welcome(leila, structure, reach, value))
    week = datetime(2026, 11, 17, 9, tzinfo=PARIS)
    assert [run(week - HOUR), run(week), run()] == [0, 1, 0]
    row = Reminder.objects.get()
    assert (row.way, row.contact, row.days) == ("print", value, 7)
    assert "http" not in row.text


def test_who_has_no_card_is_reminded_by_what_they_left(leila, structure):
    book(leila, structure, name="Paul", way="phone", contact=NUMBER)
    book(leila, structure, name="Zoé", starts_at=TEN + HOUR)
    assert run() == 1
    assert sorted(Reminder.objects.values_list("way", "reason")) == [("none", "unreachable"), ("sms", "")]


def test_who_just_booked_is_not_reminded(leila, structure):
    book(leila, structure, welcome(leila, structure), at=EVE - HOUR)
    assert run() == 0
    assert Reminder.objects.get().reason == "told"


def test_an_appointment_moved_or_cancelled_takes_its_reminder_along(leila, structure):
    row = book(leila, structure, welcome(leila, structure))
    run()
    appointments.move(row, starts_at=TEN + DAY, by=leila, at=EVE + HOUR)
    assert sent().get().state == "cancelled"
    assert run(EVE + DAY) == 1
    appointments.cancel(row, by=leila, at=EVE + DAY)
    assert set(sent().values_list("state", flat=True)) == {"cancelled"}
    assert not Reminder.objects.filter(withdrawn_at=None).exists()


def test_a_received_reminder_is_neither_withdrawn_nor_sent_again(leila, structure):
    row = book(leila, structure, welcome(leila, structure))
    run()
    Message.objects.filter(purpose="reminder").update(state="sent", sent_at=EVE)
    reminders_actions.withdraw("appointment", [row.pk], at=EVE)
    assert run(EVE + HOUR) == 0
    assert Reminder.objects.get().withdrawn_at is None


def test_an_event_moved_back_to_its_first_hour_is_reminded_again(leila, structure):
    row = book(leila, structure, welcome(leila, structure))
    run()
    reminders_actions.withdraw("appointment", [row.pk], at=EVE)
    assert run(EVE + HOUR) == 1
    assert list(sent().values_list("state", flat=True)) == ["cancelled", "waiting"]


class Killed(BaseException):
    """A worker that is killed: nothing in the code catches it."""


class Carrier:
    """A gateway whose first sender is killed, that then tells what became of it, and takes what follows."""

    name, leaves = "sms", True

    def __init__(self, known):
        self.known, self.taken = known, []

    def send(self, message):
        if message.attempts == 1 and message.never_after == TEN and not message.key.endswith("-1"):
            raise Killed
        self.taken.append(message.never_after)
        return ""

    def status(self, message):
        return self.known

    def cost(self, message):
        return 1


@pytest.fixture
def claimed_by_a_killed_worker(leila, structure):
    """An appointment whose reminder was being sent when its worker was killed; and a function running the deadlines."""

    def start(known):
        row, provider = book(leila, structure, welcome(leila, structure)), Carrier(known)
        Message.objects.all().delete()
        run()
        with pytest.raises(Killed):
            outbox.send_ready(at=EVE, providers=lambda channel: provider)

        def look(at):
            n = run(at)
            outbox.send_ready(at=at, providers=lambda channel: provider)
            return n

        return row, provider, look

    return start


@pytest.mark.parametrize("known", ["absent", "left"])
def test_what_moves_while_a_killed_worker_holds_its_reminder_says_no_former_hour(
    leila, claimed_by_a_killed_worker, known
):
    row, provider, look = claimed_by_a_killed_worker(known)
    reminders_actions.withdraw("appointment", [row.pk], at=EVE + HOUR)
    type(row).objects.update(starts_at=TEN + DAY)
    for hours in (1, 2, 3, 24, 25):
        look(EVE + hours * HOUR)
    assert provider.taken == [TEN + DAY]
    standing = list(Reminder.objects.filter(withdrawn_at=None).values_list("moment", "is_recalled"))
    assert standing == ([(TEN, False)] if known == "left" else []) + [(TEN + DAY, False)]


@pytest.mark.parametrize(("known", "times"), [("absent", 1), ("left", 0), ("unknown", 0)])
def test_an_appointment_put_back_is_reminded_once_whoever_was_killed(
    claimed_by_a_killed_worker, known, times
):
    row, provider, look = claimed_by_a_killed_worker(known)
    reminders_actions.withdraw("appointment", [row.pk], at=EVE + HOUR / 12)
    assert look(EVE + HOUR / 10) == 0, "nobody knows yet whether it left"
    assert [look(EVE + hours * HOUR) for hours in (1, 2, 3)] == [0, times, 0]
    assert provider.taken == [TEN] * times


def test_overseas_is_reminded_by_its_own_clock(leila, structure):
    reunion = ZoneInfo("Indian/Reunion")
    moment = datetime(2026, 11, 24, 10, tzinfo=reunion)
    book(leila, structure, welcome(leila, structure), starts_at=moment, commune="97411")
    nine = datetime(2026, 11, 23, 9, tzinfo=reunion)
    assert [run(nine - HOUR), run(nine)] == [0, 1]


def test_many_are_planned_in_few_queries(leila, structure, django_assert_max_num_queries):
    for n in range(30):
        book(leila, structure, welcome(leila, structure, value=f"06 39 98 10 {n:02d}"))
    Person.objects.update(nickname="")  # called by their card
    with django_assert_max_num_queries(40):
        assert run() == 30
    assert sent().count() == 30


def test_rows_written_at_once_are_those_written_one_by_one_and_refuse_a_secret(leila, structure):
    person = welcome(leila, structure)
    row = {"kind": "right", "days": 7, "moment": TEN, "person_id": person.pk, "structure_id": None}
    row |= {"way": "call", "planned_at": AT, "purge_on": TEN.date(), "name": 'Zoé « d’été » {\\",é}'}
    alone = Reminder.objects.create(row=1, **row)
    bulk.insert(Reminder, [{"row": number, **row} for number in (1, 2, 3)])
    inserted = Reminder.objects.exclude(pk=alone.pk).order_by("row")
    assert [each.row for each in inserted] == [2, 3], "what stands already stays"
    fields = [each.attname for each in Reminder._meta.concrete_fields if each.name not in ("id", "row")]
    alone.refresh_from_db()
    assert all(getattr(each, name) == getattr(alone, name) for each in inserted for name in fields)
    with pytest.raises(Refused):
        bulk.insert(Reminder, [{"row": 4, **row, "name": "mot de passe : Soleil38"}])


@pytest.mark.parametrize("names", [["", "l’été", ""], ["", "un\x1fdeux", "\x1e"], ["NULL", "{}", "a,b"]])
def test_rows_written_at_once_keep_any_text_and_what_is_none(leila, structure, names):
    person = welcome(leila, structure)
    row = {"kind": "right", "days": 7, "moment": TEN, "way": "call", "planned_at": AT, "purge_on": TEN.date()}
    people_of = [None, person.pk, None]
    bulk.insert(
        Reminder,
        [
            {"row": n, "text": text, "person_id": pk, "structure_id": None, **row}
            for n, (text, pk) in enumerate(zip(names, people_of, strict=True))
        ],
    )
    assert list(Reminder.objects.order_by("row").values_list("text", "person")) == list(
        zip(names, people_of, strict=True)
    )


# ------------------------------------------------------------------------------------------------ no more of it


def test_a_person_who_wants_no_reminder_has_none_until_they_say_otherwise(leila, structure):
    person = welcome(leila, structure)
    book(leila, structure, person)
    run()
    reminders_actions.refuse(person, by=leila, at=EVE)
    reminders_actions.refuse(person, by=leila, at=EVE)
    assert sent().get().state == "cancelled"
    assert run(EVE + HOUR) == 0
    assert Reminder.objects.get(withdrawn_at=None).reason == "refused"
    reminders_actions.accept(person, by=leila, at=EVE)
    assert not Refusal.objects.exists()
    verbs = Entry.objects.filter(row=person.pk, verb__startswith="reminders.").values_list("verb", flat=True)
    assert list(verbs) == ["reminders.refused", "reminders.accepted"]


def test_what_was_to_say_of_a_day_that_is_past_is_not_taken_back(leila, structure):
    person = welcome(leila, structure, "none", "")
    book(leila, structure, person)
    run()
    reminders_actions.refuse(person, by=leila, at=TEN + HOUR)
    assert Reminder.objects.get().withdrawn_at is None, "it was not done in time"


def test_a_consent_withdrawn_takes_back_what_waits(leila, structure):
    person = welcome(leila, structure)
    book(leila, structure, person)
    run()
    agreements.withdraw(person.consents.get(), by=leila, at=EVE)
    run(EVE + HOUR)
    assert sent().get().state == "cancelled"
    assert Reminder.objects.get(withdrawn_at=None).reason == "disagreed"


def receive(client, text="STOP", number="+33639981234", id="m1", at=None, secret=SECRET, **headers):
    import json

    body = json.dumps({"from": number, "text": text, "id": id}).encode()
    proof = {"X-Signature": incoming.sign(secret, body, at or datetime.now(UTC))} | headers
    return client.post("/messages/recus/", body, content_type="application/json", headers=proof)


def test_a_stop_is_obeyed_answered_once_and_copied_to_who_helps(client, leila, structure, receives):
    person = welcome(leila, structure, language="ro")
    book(leila, structure, person)
    run()
    assert [receive(client, id=f"m{n}").status_code for n in (1, 1, 2)] == [200, 200, 200]
    assert Stop.objects.get().to == "+33639981234"
    assert sent().get().state == "cancelled"
    answer = Message.objects.get(purpose="answer")
    assert (answer.state, answer.to) == ("waiting", "+33639981234")
    notice = Reminder.objects.get(way="notice")
    assert (notice.person, notice.structure) == (person, structure)
    client.force_login(leila)
    page = flat(client.get("/espace/rappels/?quoi=savoir").content.decode())
    assert "A répondu STOP à un SMS" in page and "Andrei" in page
    later = book(leila, structure, person, starts_at=TEN + 2 * DAY)
    run(EVE + 2 * DAY)
    assert Reminder.objects.get(row=later.pk, kind="appointment").reason == "stopped"
    (stop_row,) = [
        each for each in copies.of_person(person)["rappels"] if each["etat"].startswith("La personne")
    ]
    assert stop_row["de_quoi"] == "Rendez-vous"


def test_the_answer_to_a_stop_leaves_though_nothing_else_does(leila, structure):
    outbox.stop(channel="sms", to=NUMBER, by=None, at=AT)
    common = {"channel": "sms", "to": NUMBER, "subject": "x", "text": "x", "at": AT}
    assert outbox.put(**common, key="a").state == "cancelled"
    assert outbox.put(**common, key="b", purpose="answer").state == "waiting"
    outbox.stop(channel="sms", to=NUMBER, by=None, at=AT)
    assert Message.objects.get(key="b").state == "waiting"


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"secret": "un-autre-secret-aussi-long-que-lui"}, 403),
        ({"at": datetime(2026, 1, 1, tzinfo=UTC)}, 403),
        ({"X-Signature": ""}, 403),
        ({"X-Signature": "t=9" * 900}, 403),
        ({"id": ""}, 400),
        ({"number": ""}, 400),
        ({"text": "Je viens"}, 200),
        ({"number": "+33639980000"}, 200),
        ({"number": "n’importe quoi"}, 200),
    ],
)
def test_what_is_forged_replayed_unreadable_or_unknown_stops_nothing(
    client, leila, structure, receives, more, status
):
    welcome(leila, structure)
    response = receive(client, **more)
    assert (response.status_code, response.content) == (status, b"")
    assert not Stop.objects.exists() and not Message.objects.exists()


def test_a_gateway_proves_for_five_minutes_by_a_secret_of_twenty_signs():
    body = b"from=33639981234&text=STOP&id=1"

    def proves(way: str, secret: str, headers: dict[str, str], at: datetime = AT) -> bool:
        try:
            return incoming.read(way, secret, incoming.Post("", headers, body, at)).id == "1"
        except incoming.Forged:
            return False

    by_token = [proves("jeton", "s" * n, {"authorization": f"Bearer {'s' * n}"}) for n in (19, 20)]
    signed = {"x-signature": incoming.sign(SECRET, body, AT)}
    late = [proves("signature", SECRET, signed, AT + timedelta(seconds=n)) for n in (-301, -300, 300, 301)]
    assert (by_token, late) == ([False, True], [False, True, True, False])


def test_nothing_received_is_stored_but_a_digest_and_not_for_long(client, leila, structure, receives):
    welcome(leila, structure)
    receive(client, "Je viens", id="m-33639981234")
    row = Received.objects.get()
    assert "33639981234" not in row.digest
    outbox.forget_old(at=row.at + 31 * DAY, erase=lambda message: None)
    assert not Received.objects.exists()


def test_without_a_gateway_that_answers_there_is_no_such_address(client):
    assert client.post("/messages/recus/").status_code == 404


def test_a_token_or_twilio_prove_as_well(client, leila, structure, settings):
    import base64
    import hashlib
    import hmac

    welcome(leila, structure)
    settings.SENDING = settings.SENDING | {"SMS_IN": "jeton", "SMS_IN_SECRET": SECRET}
    fields = {"msisdn": "33639981234", "text": "Stop", "messageId": "v1"}
    wrong = {"Authorization": "Bearer autre"}
    assert client.post("/messages/recus/", fields, headers=wrong).status_code == 403
    good = {"Authorization": f"Bearer {SECRET}"}
    body = "msisdn=33639981234&text=Bonjour&messageId=v1"
    form = "application/x-www-form-urlencoded"
    assert client.post("/messages/recus/", body, content_type=form, headers=good).status_code == 200
    settings.SENDING = settings.SENDING | {"SMS_IN": "twilio"}
    signed_text = f"{settings.ADDRESS}/messages/recus/BodySTOPFrom+33639981234MessageSidSM1"
    signature = base64.b64encode(
        hmac.new(SECRET.encode(), signed_text.encode(), hashlib.sha1).digest()
    ).decode()
    body = "MessageSid=SM1&From=%2B33639981234&Body=STOP"
    for proof, status in ((signature[:-2] + "A=", 403), (signature, 200)):
        headers = {"X-Twilio-Signature": proof}
        response = client.post("/messages/recus/", body, content_type=form, headers=headers)
        assert response.status_code == status
    assert Stop.objects.get().to == "+33639981234"


def test_a_mail_is_refused_in_one_gesture_that_reading_does_not_make(client, leila, structure, settings):
    settings.ADDRESS = "https://aide.exemple.fr"
    book(leila, structure, welcome(leila, structure, "email", "andrei@exemple.fr"))
    run()
    email = mail.mail(sent().get(), sender="Maillage <a@exemple.fr>", at=AT)
    address = email.extra_headers["List-Unsubscribe"].strip("<>")
    assert email.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in email.body
    path = address.removeprefix(settings.ADDRESS)
    assert "a•••@exemple.fr" in client.get(path).content.decode()
    assert not Stop.objects.exists()
    form = "application/x-www-form-urlencoded"
    assert client.post(path, "List-Unsubscribe=One-Click", content_type=form).status_code == 200
    assert Stop.objects.get().to == "andrei@exemple.fr"
    assert Reminder.objects.get(way="notice").text.startswith("Ne veut plus d’e-mails")
    assert client.post(path[:-3] + "xx/").status_code == 404
    assert messages.by_refusal_token("9:x") is None


# -------------------------------------------------------------------------------------------- said, and printed


def test_what_a_helper_says_is_listed_done_and_taken_back(client, leila, structure):
    person = welcome(leila, structure, "phone", "04 76 00 00 01")
    book(leila, structure, person, language="ar")
    run()
    client.force_login(leila)
    page = "/espace/rappels/"
    row = Reminder.objects.get()
    Reminder.objects.update(moment=datetime.now(UTC) + DAY)
    list_page = flat(client.get(page).content.decode())
    assert "04 76 00 00 01" in list_page and 'dir="rtl"' in list_page
    assert "Bonjour, ici Le Lien. Rappel : vous avez rendez-vous" in list_page.replace("\u00a0", " ")
    client.post(f"{page}{row.pk}/", {"geste": "fait"})
    row.refresh_from_db()
    assert row.done_by == leila
    assert "Personne n’est à appeler" in flat(client.get(page).content.decode())
    client.post(f"{page}{row.pk}/", {"geste": "pas-fait"})
    row.refresh_from_db()
    assert row.done_at is None
    Reminder.objects.update(withdrawn_at=AT)
    page_text = flat(client.post(f"{page}{row.pk}/", {"geste": "fait"}, follow=True).content.decode())
    assert "ce qu’il annonçait a changé" in page_text


def test_recalls_open_on_the_first_list_that_has_somebody(client, leila, structure):
    person = welcome(leila, structure, "none", "")
    book(leila, structure, person, language="ro")
    run()
    Reminder.objects.update(moment=datetime.now(UTC) + DAY)
    client.force_login(leila)
    assert "<title>À imprimer" in flat(client.get("/espace/rappels/").content.decode())
    assert "<title>À appeler" in flat(client.get("/espace/rappels/?quoi=appeler").content.decode())
    page = flat(client.get(f"/espace/personnes/{person.pk}/rappels/").content.decode())
    assert "À faire" in page and page.index("À faire") < page.index("Ce qui a été fait")


def test_a_call_about_a_date_that_moved_since_is_not_to_make_again(leila, structure):
    """« Pas fait » put the former date back in the list of those to call."""
    appointment = book(leila, structure, welcome(leila, structure, "phone", "04 76 00 00 01"))
    run()
    row = Reminder.objects.get()
    reminders_actions.mark_done(row, by=leila, at=EVE)
    appointments.cancel(appointment, by=leila, at=EVE + HOUR, reason="Grève")
    run(EVE + HOUR)
    row.refresh_from_db()
    assert (row.done_by, row.withdrawn_at) == (leila, None), "it was said"
    reminders_actions.mark_undone(row, by=leila, at=EVE + 2 * HOUR)
    assert not reminders_queries.to_do(Reminder.objects.all(), EVE + 2 * HOUR).exists()
    row.refresh_from_db()
    assert (row.done_at, row.withdrawn_at, row.is_recalled) == (None, EVE + 2 * HOUR, False)


def test_a_stop_is_stored_as_long_as_it_is_listed(client, leila, structure, receives):
    from maillage.apps.people.reminders.actions import forget_old

    welcome(leila, structure)
    receive(client)
    row = Reminder.objects.get(way="notice")
    last = row.moment - HOUR
    forget_old(at=last)
    (task,) = reminders_queries.to_do(Reminder.objects.all(), last)
    assert "A répondu STOP" in task.french
    assert forget_old(at=last + 2 * DAY) == 1


def test_a_card_is_printed_in_the_language_of_the_person_without_their_name(client, leila, structure):
    book(leila, structure, welcome(leila, structure, "none", ""), language="ro")
    run()
    Reminder.objects.update(moment=datetime.now(UTC) + DAY)
    client.force_login(leila)
    for address in (f"/espace/rappels/{Reminder.objects.get().pk}/carte/", "/espace/rappels/cartes/"):
        card_text = flat(client.get(address).content.decode())
        assert "Memento: aveți programare" in card_text and "Andrei" not in card_text


def test_another_structure_sees_none_of_it(client, leila, structure):
    book(leila, structure, welcome(leila, structure, "none", ""))
    run()
    other = place("ailleurs", {"nom": "Ailleurs"}).structure
    stranger = with_role(
        User.objects.create_user("z@exemple.fr", name="Zoé", is_demonstration=True), "aidant", structure=other
    )
    client.force_login(stranger)
    assert client.get(f"/espace/rappels/{Reminder.objects.get().pk}/carte/").status_code == 404
    assert "Andrei" not in client.get("/espace/rappels/?quoi=imprimer").content.decode()


def test_a_volunteer_and_another_structure_that_helps_see_no_reminder_of_a_helper(client, leila, structure):
    person = welcome(leila, structure, "none", "")
    book(leila, structure, person)
    run()
    other = place("ailleurs", {"nom": "Ailleurs", "pivot": "21380185500015"}).structure
    karim, zoe = (
        with_role(
            User.objects.create_user(f"{role}@exemple.fr", is_demonstration=True), role, structure=where
        )
        for role, where in (("benevole", structure), ("aidant", other))
    )
    people.follow(person=person, structure=other, by=zoe, at=AT)
    assert not reminders_for(karim).exists()
    assert not reminders_for(zoe).exists()
    people.meet(person=person, structure=structure, by=karim, at=AT)
    assert reminders_for(karim).get().person == person


# ------------------------------------------------------------------------------------------------------- erased


def test_erasing_a_person_leaves_nothing_of_their_reminders(leila, structure):
    person = welcome(leila, structure, "via", "sa fille Maria")
    book(leila, structure, person)
    run()
    reminders_actions.refuse(person, by=leila, at=EVE)
    forgetting.forget(person, by=leila, at=EVE)
    row = Reminder.objects.get()
    assert (row.person, row.name, row.contact, row.text, row.french) == (None, "", "", "", "")
    assert not Refusal.objects.exists()


def test_what_helpers_read_is_erased_a_month_after(leila, structure):
    from maillage.apps.people.reminders.actions import forget_old

    book(leila, structure, welcome(leila, structure, "via", "sa fille Maria"))
    run()
    assert forget_old(at=TEN + 29 * DAY) == 0
    assert forget_old(at=TEN + 31 * DAY) == 1
    assert (Reminder.objects.get().contact, Reminder.objects.get().text) == ("", "")


def test_the_sheet_says_what_is_to_come_what_was_done_and_stops_it(client, leila, structure):
    now = datetime.now(UTC)
    person = welcome(leila, structure)
    book(leila, structure, person, at=now, starts_at=now + 10 * DAY)
    client.force_login(leila)
    page = f"/espace/personnes/{person.pk}/rappels/"
    page_text = flat(client.get(page).content.decode())
    assert "Par SMS. Prévu le" in page_text and "Aucun rappel jusqu’ici" in page_text
    client.post(page, {"geste": "plus"})
    page_text = flat(client.get(page).content.decode())
    assert "La personne ne veut plus de rappel." in page_text
    assert "elle n’en veut plus" in flat(client.get(f"/espace/personnes/{person.pk}/").content.decode())
    client.post(page, {"geste": "encore"})
    run(now + 9 * DAY + 23 * HOUR)
    assert "En attente" in flat(client.get(page).content.decode())
    assert client.post(page, {"geste": "autre"}).status_code == 404
