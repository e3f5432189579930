"""The outbox: what is put in it, what leaves, when, once; what a person decides; who sees what."""

import email
import email.policy
import json
import threading
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from zipfile import ZipFile

import pytest
from aiosmtpd.controller import Controller
from django.db import connection, transaction
from django.utils import timezone

from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.messages import access, actions, queries
from maillage.apps.platform.messages.models import Message, Stop
from maillage.apps.platform.messages.rules import sending, states
from maillage.kernel.errors import Refused
from maillage.manage.backups import backup
from maillage.manage.deploy import scheduler
from maillage.manage.providers import chosen, gateway
from maillage.manage.providers.smtp import Smtp
from tests.conftest import with_role
from tools.ports import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday, 13 h in Paris


def put(key="k", **more) -> Message:
    defaults = {
        "channel": "email",
        "to": "ali@exemple.fr",
        "subject": "Votre demande",
        "text": "Bonjour",
        "at": AT,
    }
    return actions.put(**defaults | {"key": key} | more)


class Provider:
    """Carries messages in memory, and fails as it is told."""

    name, leaves = "smtp", True

    def __init__(self, *answers, status=sending.UNKNOWN):
        self.answers, self.known, self.taken = list(answers), status, []

    def send(self, message):
        answer = self.answers.pop(0) if self.answers else None
        if answer:
            raise answer
        self.taken.append(message.reference)
        return "id-1"

    def status(self, message):
        if isinstance(self.known, Exception):
            raise self.known
        return self.known

    def cost(self, message):
        return 1


def send(provider, at=AT, **more):
    return +actions.send_ready(at=at, providers=lambda channel: provider, **more)


def now(message: Message) -> Message:
    return Message.objects.get(pk=message.pk)


# ---------------------------------------------------------------------------------------------------- putting


def test_a_rolled_back_act_leaves_no_message():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        put()
        raise ZeroDivisionError
    assert not Message.objects.exists()


def test_the_same_key_twice_is_the_same_message():
    first = put(text="Premier")
    again = put(text="Second", to="autre@exemple.fr")
    assert (again.pk, again.text, again.to, Message.objects.count()) == (
        first.pk,
        "Premier",
        "ali@exemple.fr",
        1,
    )


@pytest.mark.parametrize(
    ("channel", "to", "why"),
    [
        ("email", "ali", "pas écrite comme une adresse"),
        ("email", "ali@exemple.fr\nBcc: x@exemple.fr", "pas écrite comme une adresse"),
        ("sms", "04 76 00 00 01", "mobile"),
        ("letter", "", "vide"),
    ],
)
def test_an_address_that_receives_nothing_is_refused_in_three_sentences(channel, to, why):
    with pytest.raises(Refused) as refused:
        put(channel=channel, to=to)
    assert why in refused.value.why
    assert all(sentence.endswith(".") for sentence in refused.value.sentences)
    assert not Message.objects.exists()


def test_an_empty_text_is_refused():
    with pytest.raises(Refused, match="vide"):
        put(text=" \x00 ")


def test_nothing_hidden_stays_in_a_subject_or_a_text():
    message = put(subject="Demande\r\nBcc: x@exemple.fr\u202e", text="Un\r\ndeux\x00\u202etrois")
    assert (message.subject, message.text) == ("Demande Bcc: x@exemple.fr", "Un\ndeuxtrois")


@pytest.mark.parametrize(
    ("more", "end"),
    [
        ({"channel": "sms"}, "à 9 h. Pour ne plus en recevoir, répondez STOP."),
        ({"channel": "sms", "language": "en"}, "à 9 h. To receive no more, reply STOP."),
        ({"channel": "sms", "purpose": states.ANSWER}, "à 9 h."),
        ({"channel": "email", "to": "ali@exemple.fr"}, "à 9 h."),
    ],
)
def test_where_answers_are_read_each_sms_says_how_to_have_no_more(settings, more, end):
    sms_fields = {"to": "06 12 34 56 78", "text": "Votre rendez-vous, à 9 h."} | more
    assert put("before", **sms_fields).text.endswith("à 9 h."), "nobody would read the STOP"
    settings.SENDING = settings.SENDING | {"SMS_IN": "signature"}
    assert put(**sms_fields).text.endswith(end)
    if sms_fields["channel"] == states.SMS:
        with pytest.raises(Refused, match="vide"):
            put("empty", **sms_fields | {"text": " "})


def test_an_sms_that_could_not_leave_before_night_waits_for_the_morning():
    message = put(channel="sms", to="06 12 34 56 78")
    assert (
        send(Provider(), at=datetime(2026, 11, 20, 19, 30, tzinfo=UTC)) == {}
    )  # 20 h 30: nobody looked before
    assert (now(message).due_at, now(message).attempts) == (datetime(2026, 11, 21, 7, tzinfo=UTC), 0)


def test_cancelled_messages_do_not_leave_and_those_that_left_stay_so():
    first, second = put("a"), put("b")
    provider = Provider()
    assert send(provider, limit=1) == {states.SENT: 1}
    assert actions.cancel("a", "b") == 1
    assert send(provider) == {}
    assert (now(first).state, now(second).state) == (states.SENT, states.CANCELLED)


# ---------------------------------------------------------------------------------------------------- sending


def test_a_message_leaves_once_and_its_row_says_so():
    message, provider = put(), Provider()
    assert send(provider) == {states.SENT: 1}
    assert send(provider) == {}
    row = now(message)
    assert (row.state, row.attempts, row.provider, row.provider_id) == (states.SENT, 1, "smtp", "id-1")
    assert timedelta(0) <= row.sent_at - AT < timedelta(seconds=5)
    assert len(provider.taken) == 1


LINK = "https://exemple.fr/orientation/0123456789abcdef0123456789abcdef/"


def test_a_personal_link_is_clear_in_what_leaves_alone(home, settings):
    put(text=f"Ouvrez ce lien :\n{LINK}", send_at=timezone.now() + timedelta(days=1))
    with connection.cursor() as cursor:
        cursor.execute("select text from outbox_message")
        stored = cursor.fetchone()[0]
    assert LINK.split("/")[-2] not in stored and stored.startswith("Ouvrez ce lien :\nhttps://exemple.fr/")
    backup.save(home / "copie.zip")
    with ZipFile(home / "copie.zip") as file:
        content = b"".join(map(file.read, file.namelist()))
    assert LINK.split("/")[-2].encode() not in content and b"https://exemple.fr/orientation/~" in content
    backup.restore(home / "copie.zip")
    message = Message.objects.get()
    assert message.text.endswith(LINK)
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "une-autre-cle-" * 5
    assert Message.objects.get().text.endswith(LINK), "a planned change"
    settings.SECRET_KEY_FALLBACKS = []
    provider = Provider()
    assert send(provider, at=timezone.now() + timedelta(days=2)) == {states.FAILED: 1}
    assert (provider.taken, now(message).reason) == ([], "sealed")


def test_message_scheduled_later_is_not_sent_yet():
    put(send_at=AT + timedelta(hours=1))
    provider = Provider()
    assert send(provider) == {}
    assert send(provider, at=AT + timedelta(hours=1)) == {states.SENT: 1}


def test_attempts_are_spaced_then_a_person_is_notified():
    message, at, delays = put(), AT, []
    provider = Provider(*[sending.NotNow("busy", 451)] * 6)
    for _ in range(5):
        assert send(provider, at=at) == {states.QUEUED: 1}
        assert now(message).why == "Le serveur d’envoi demande d’attendre. Réponse 451."
        delays.append(round((now(message).due_at - at).total_seconds() / 60))
        assert send(provider, at=now(message).due_at - timedelta(seconds=1)) == {}
        at = now(message).due_at
    assert send(provider, at=at) == {states.FAILED: 1}
    assert delays == [1, 5, 30, 120, 480]
    assert queries.for_somebody(Message.objects.all()).count() == 1
    assert provider.taken == []


def test_an_address_refused_for_ever_is_not_tried_again():
    message = put()
    assert send(Provider(sending.Never("refused", 550))) == {states.FAILED: 1}
    assert (now(message).attempts, now(message).code) == (1, 550)


def test_when_nobody_answers_the_other_messages_are_not_tried_for_nothing():
    put("a")
    other = put("b")
    provider = Provider(sending.Down("unreachable"))
    assert send(provider) == {states.QUEUED: 1}
    assert now(other).attempts == 0
    assert send(provider) == {states.SENT: 1}


def test_a_message_never_leaves_after_its_link_expired():
    message = put(never_after=AT + timedelta(minutes=3))
    provider = Provider(sending.NotNow("busy"))
    assert send(provider) == {states.QUEUED: 1}
    assert send(provider, at=AT + timedelta(minutes=3)) == {states.EXPIRED: 1}
    assert (now(message).state, provider.taken) == (states.EXPIRED, [])
    assert "heure limite" in now(message).why


def test_message_whose_answer_was_lost_is_flagged_and_never_resent_automatically():
    message = put()
    provider = Provider(sending.Unsure("no-answer"))
    assert send(provider) == {states.SENDING: 1}
    assert send(provider, at=AT + timedelta(minutes=1)) == {}
    assert send(provider, at=AT + timedelta(minutes=3)) == {states.DOUBTFUL: 1}
    assert send(provider, at=AT + timedelta(days=2)) == {}
    assert (now(message).state, now(message).why) == (states.DOUBTFUL, "La réponse du serveur s’est perdue.")
    assert provider.taken == []


def claimed(message: Message) -> Message:
    """Leave a message as a program killed while it sends does."""
    lease_end = AT + states.LEASE
    Message.objects.filter(pk=message.pk).update(
        state=states.SENDING, attempts=1, tried_at=AT, lease_until=lease_end, provider="smtp"
    )
    return message


@pytest.mark.parametrize(
    ("known", "state", "taken"),
    [
        (sending.SENT, states.SENT, 0),
        (sending.UNKNOWN, states.DOUBTFUL, 0),
        (sending.ABSENT, states.SENT, 1),
        (sending.REPEATABLE, states.SENT, 1),
    ],
)
def test_a_killed_sending_is_settled_by_what_the_provider_knows(known, state, taken):
    message, provider = claimed(put()), Provider(status=known)
    assert send(provider, at=AT + states.LEASE - timedelta(seconds=1)) == {}  # its sender may still be there
    send(provider, at=AT + states.LEASE)
    send(provider, at=AT + states.LEASE + timedelta(minutes=2))
    assert (now(message).state, len(provider.taken)) == (state, taken)


@pytest.mark.parametrize(
    ("known", "state"),
    [
        (sending.SENT, states.SENT),
        (sending.UNKNOWN, states.DOUBTFUL),
        (sending.ABSENT, states.CANCELLED),
        (sending.REPEATABLE, states.DOUBTFUL),
    ],
)
def test_what_is_withdrawn_while_a_killed_sender_holds_it_never_leaves_later(known, state):
    message, provider = claimed(put()), Provider(status=known)
    assert actions.cancel("k") == 0, "it may be arriving"
    for minutes in (10, 13, 60, 600):
        send(provider, at=AT + timedelta(minutes=minutes))
    assert (now(message).state, provider.taken) == (state, [])


@pytest.mark.parametrize("refusal", [sending.NotNow("busy"), sending.Never("refused")])
def test_what_is_withdrawn_while_it_is_sent_is_not_tried_again(refusal):
    message = put()

    class Withdrawn(Provider):
        def send(self, sent):
            actions.cancel("k")
            return super().send(sent)

    assert send(Withdrawn(refusal)) == {states.CANCELLED: 1}
    assert (now(message).state, now(message).reason) == (states.CANCELLED, "withdrawn")


def test_unresponsive_provider_is_queried_for_a_day():
    message, provider = claimed(put()), Provider(status=sending.NotNow("unreachable"))
    at = AT + states.LEASE
    while now(message).state == states.SENDING:
        send(provider, at=at)
        at += timedelta(hours=2)
    assert now(message).state == states.DOUBTFUL
    assert at - AT > timedelta(days=1)


def test_another_provider_is_not_queried_about_foreign_messages():
    message = claimed(put())
    Message.objects.update(provider="console")
    send(Provider(status=sending.ABSENT), at=AT + states.LEASE)
    assert now(message).state == states.DOUBTFUL


def test_message_with_a_lost_answer_is_never_reported_as_surely_unsent():
    message = claimed(put(never_after=AT + timedelta(hours=1)))
    provider = Provider(sending.NotNow("busy"), status=sending.REPEATABLE)
    send(provider, at=AT + states.LEASE)
    assert (now(message).state, now(message).unsure) == (states.QUEUED, True)
    send(provider, at=AT + timedelta(hours=1))
    assert now(message).state == states.DOUBTFUL


def test_who_sent_knows_better_than_who_doubted():
    """Un programme resté figé pendant l’envoi revient après le délai : ce qu’il sait l’emporte."""
    message = put()

    class Frozen(Provider):
        def send(self, sent):
            # Meanwhile another program settles what is held too long.
            self.meanwhile = send(Provider(), at=AT + states.LEASE + timedelta(minutes=1))
            return super().send(sent)

    frozen = Frozen()
    assert send(frozen) == {states.SENT: 1}
    assert frozen.meanwhile == {states.DOUBTFUL: 1}
    assert now(message).state == states.SENT


def test_internal_error_leaves_the_message_in_doubt_and_leaks_no_data(caplog):
    message = put()
    send(Provider(ValueError("ali@exemple.fr")))
    send(Provider(), at=AT + states.LEASE)
    assert now(message).state == states.DOUBTFUL
    assert "ali@" not in caplog.text


# ------------------------------------------------------------------------------------------------------- stop


def test_address_that_stopped_receives_nothing_more(coordinator):
    queued_message = put("before", to="Ali@exemple.fr")
    row = actions.stop(channel="email", to=" ali@EXEMPLE.fr ", by=coordinator, at=AT)
    after = put("after")
    provider = Provider()
    assert send(provider) == {}
    assert {now(queued_message).state, now(after).state} == {states.CANCELLED}
    assert now(after).why == "Cette adresse a demandé à ne plus recevoir de message."
    with pytest.raises(Refused, match="ne plus recevoir"):
        actions.resend(after, by=coordinator, at=AT)
    actions.allow(row, by=coordinator, at=AT)
    actions.resend(after, by=coordinator, at=AT)
    assert send(provider) == {states.SENT: 1}
    assert list(Entry.objects.values_list("verb", flat=True)) == [
        "address.stopped",
        "address.allowed",
        "message.resent",
    ]


def test_stop_received_while_writing_is_respected_at_sending():
    message = put(channel="sms", to="06 12 34 56 78")
    Stop.objects.create(channel="sms", to="+33612345678", at=AT)  # committed before the message was seen
    provider = Provider()
    assert send(provider) == {}
    assert (now(message).state, provider.taken) == (states.CANCELLED, [])


# ------------------------------------------------------------------------------------------- what one decides


def test_a_doubtful_message_is_resent_by_a_person_under_another_reference(coordinator):
    message = claimed(put())
    send(Provider(), at=AT + states.LEASE)
    first = now(message).reference
    actions.resend(message, by=coordinator, at=AT + timedelta(hours=1))
    provider = Provider()
    assert send(provider, at=AT + timedelta(hours=1)) == {states.SENT: 1}
    assert provider.taken == [f"{first}-1"]
    with pytest.raises(Refused, match="parti"):
        actions.resend(message, by=coordinator, at=AT)


def test_a_message_whose_time_is_over_is_not_resent(coordinator):
    message = put(never_after=AT + timedelta(hours=1))
    send(Provider(sending.Never("refused", 550)))
    with pytest.raises(Refused, match="heure limite"):
        actions.resend(message, by=coordinator, at=AT + timedelta(hours=2))


def test_a_double_click_holds_a_message_once(coordinator):
    message = put()
    actions.hold(message, by=coordinator, at=AT)
    with pytest.raises(Refused, match="déjà parti"):
        actions.hold(message, by=coordinator, at=AT)
    assert send(Provider()) == {}


def test_content_and_address_are_erased_the_row_stays(home):
    message = put(purge_on=date(2026, 12, 1))
    assert done(AT).counts["partis"] == 1
    files = list((home / "messages").iterdir())
    assert len(files) == 1
    assert actions.forget_old(at=AT, erase=chosen.forget) == 0
    assert actions.forget_old(at=datetime(2026, 12, 1, 3, tzinfo=UTC), erase=chosen.forget) == 1
    row = now(message)
    assert (row.to, row.subject, row.text, row.masked) == ("", "", "", "adresse effacée")
    assert list((home / "messages").iterdir()) == []
    assert put().pk == message.pk  # its key still stands: it is not written again
    assert send(Provider(), at=AT + timedelta(days=60)) == {}


def test_who_is_erased_leaves_nothing_in_the_outbox(home):
    sent, other = put("orientation-1-personne-1"), put("orientation-12-personne-1")
    done(AT)
    queued_message = put("orientation-1-personne-2")
    assert actions.forget(about="orientation-1-", at=AT) == 2
    actions.forget_old(at=AT, erase=chosen.forget)
    assert {(now(each).state, now(each).to, now(each).text) for each in (sent, queued_message)} == {
        (states.SENT, "", ""),
        (states.CANCELLED, "", ""),
    }
    assert now(other).to == "ali@exemple.fr"
    assert len(list((home / "messages").iterdir())) == 1


def test_what_was_written_to_who_was_erased_is_not_sent_again(home, coordinator):
    failed = put("orientation-1-personne-1")
    send(Provider(sending.Never("refused", 550)))
    queued_message = put("orientation-1-personne-2")
    actions.forget(about="orientation-1-", at=AT)
    for message in (failed, queued_message):
        with pytest.raises(Refused, match="effacé"):
            actions.resend(now(message), by=coordinator, at=AT)
    actions.forget_old(at=AT, erase=chosen.forget)
    assert {(now(message).to, now(message).text) for message in (failed, queued_message)} == {("", "")}


def test_deadlines_of_a_restored_backup_need_a_person(home):
    put("a"), put("b", send_at=timezone.now() + timedelta(days=9))
    backup.save(home / "copie.zip")
    assert send(Provider(), at=timezone.now()) == {states.SENT: 1}
    backup.restore(home / "copie.zip")
    assert queries.ready_to_send(timezone.now() + timedelta(days=1)).count() == 0
    assert dict(Message.objects.values_list("key", "state")) == {"a": states.DOUBTFUL, "b": states.QUEUED}


# ---------------------------------------------------------------------------------------------- the providers


def done(at):
    """Do what is due, and return what the outbox did of it."""
    return next(each for each in scheduler.run(at) if each.name == "messages")


def test_without_settings_messages_are_files_and_nothing_leaves(home):
    put("a", language="ar", text="مرحبا علي\n\nhttps://exemple.fr/a?b=1&c=2")
    put("b", channel="sms", to="06 12 34 56 78")
    put("c", channel="letter", to="Jeanne\n1 rue du Lac\n38000 Grenoble")
    assert done(AT).counts["partis"] == 3
    files = sorted(
        path.name.split("-", 3)[3].split("-")[0] + path.suffix for path in (home / "messages").iterdir()
    )
    assert files == ["email.eml", "letter.txt", "sms.txt"]
    assert {path.stat().st_mode & 0o777 for path in (home / "messages").iterdir()} == {0o600}
    assert [queries.leaves(channel) for channel in states.CHANNELS] == [False, False, False]
    mail = email.message_from_bytes(
        next((home / "messages").glob("*.eml")).read_bytes(), policy=email.policy.default
    )
    page = mail.get_body(("html",)).get_content()
    assert '<html lang="ar" dir="rtl">' in page
    assert '<a href="https://exemple.fr/a?b=1&amp;c=2">' in page
    assert mail["Auto-Submitted"] == "auto-generated"
    assert "src=" not in page


def test_a_file_written_twice_is_one_file(home):
    message = put()
    scheduler.run(AT)
    Message.objects.update(state=states.SENDING, lease_until=AT, sent_at=None)  # killed before it was marked
    scheduler.run(AT + states.LEASE)
    assert now(message).state == states.SENT
    assert len(list((home / "messages").iterdir())) == 1


class Inbox:
    """A mail server's own answers: what it takes, and what it says to whom."""

    def __init__(self):
        self.taken, self.recipient, self.data = [], "250 OK", "250 taken"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server, session, envelope):
        if self.data == "hang up":
            server.transport.abort()
            return ""
        if self.data.startswith("250"):
            self.taken.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.data


@pytest.fixture
def inbox(settings):
    """A real mail server of ours, and the platform told of it."""
    handler = Inbox()
    port = free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.SENDING = settings.SENDING | {
        "SMTP": f"smtp://127.0.0.1:{port}",
        "SENDER": "مayage <a@reseau.example>",
    }
    handler.controller = controller
    yield handler
    if controller.server:
        controller.stop()


def send_here(at=AT):
    return +actions.send_ready(at=at, providers=chosen.provider)


def test_a_mail_leaves_by_a_real_server(inbox):
    message = put(subject="رد على طلبك", text="Bonjour <Ali> & co\n\nhttps://exemple.fr/x.")
    assert queries.leaves("email")
    assert send_here() == {states.SENT: 1}
    (mail,) = inbox.taken
    assert (mail["Subject"], mail["To"]) == ("رد على طلبك", "ali@exemple.fr")
    assert mail["From"].addresses[0].addr_spec == "a@reseau.example"
    assert mail["Message-ID"] == f"<{message.digest}@reseau.example>" == now(message).provider_id
    assert mail.get_body(("plain",)).get_content().splitlines() == [
        "Bonjour <Ali> & co",
        "",
        "https://exemple.fr/x.",
    ]
    page = mail.get_body(("html",)).get_content()
    assert "Bonjour &lt;Ali&gt; &amp; co" in page
    assert '<a href="https://exemple.fr/x">https://exemple.fr/x</a>.' in page


@pytest.mark.parametrize(
    ("recipient", "data", "state", "reason"),
    [
        ("450 later", "250", states.QUEUED, "busy"),
        ("550 unknown", "250", states.FAILED, "refused"),
        ("250 OK", "451 later", states.QUEUED, "busy"),
        ("250 OK", "554 no", states.FAILED, "refused"),
        ("250 OK", "hang up", states.SENDING, "no-answer"),
    ],
)
def test_what_a_mail_server_answers_is_understood(inbox, recipient, data, state, reason):
    message = put()
    inbox.recipient, inbox.data = recipient, data
    assert send_here() == {state: 1}
    assert now(message).reason == reason
    assert inbox.taken == []


def test_unreachable_mail_server_accepted_nothing(inbox):
    message = put()
    inbox.controller.stop()
    assert send_here() == {states.QUEUED: 1}
    assert now(message).reason == "unreachable"


@pytest.mark.parametrize(
    ("bad_settings", "what"),
    [
        ({"SMTP": "serveur"}, "MAILLAGE_SMTP n’est pas reconnu"),
        ({"SMTP": "smtp://nom:secret@mail.exemple.fr", "SENDER": "a@b.fr"}, "en clair"),
        ({"SMTP": "smtps://mail.exemple.fr"}, "MAILLAGE_SENDER"),
        ({"SMTP": "smtps://mail.exemple.fr", "SENDER": "a@b.fr\nBcc: x@y.fr"}, "MAILLAGE_SENDER"),
        ({"SMS": "http://passerelle.exemple.fr/sms"}, "chiffré"),
        ({"SMS": "https://p.exemple.fr", "SMS_STATUS": "https://p.exemple.fr/x"}, "de quel message"),
        ({"SMS": "https://p.exemple.fr", "SMS_TOKEN": "a\nb"}, "MAILLAGE_SMS_TOKEN"),
        ({"MESSAGES": "pigeon"}, "pigeon"),
    ],
)
def test_settings_that_make_no_sense_are_refused_at_once(settings, bad_settings, what):
    settings.SENDING = settings.SENDING | bad_settings
    with pytest.raises(Refused, match=what) as refused:
        chosen.check()
    assert "secret" not in str(refused.value)


def test_misconfigured_channel_does_not_stop_the_rest(settings, home, caplog):
    settings.SENDING = settings.SENDING | {"SMS": "http://passerelle.exemple.fr"}
    put("a")
    put("b", channel="sms", to="06 12 34 56 78")
    assert send_here() == {states.SENT: 1}
    assert "MAILLAGE_SMS" in caplog.text


def test_a_password_goes_encrypted_or_not_at_all():
    read = Smtp.read("smtp+tls://moi%40exemple.fr:a%2Fb@mail.exemple.fr", sender="a@b.fr").options
    assert (read["port"], read["use_tls"], read["use_ssl"]) == (587, True, False)
    assert (read["username"], read["password"]) == ("moi@exemple.fr", "a/b")


@contextmanager
def served(*answers):
    """A real gateway: each answer is a code, (code, seconds before it), or « hang up »; what it took is
    kept.
    """
    queued_answers, received_requests = list(answers), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            received_requests.append((content, dict(self.headers)))
            answer = queued_answers.pop(0) if queued_answers else 201
            if answer == "hang up":
                self.connection.close()
                return
            code, seconds = answer if isinstance(answer, tuple) else (answer, 0)
            time.sleep(seconds)
            self._answer(code, {"id": f"sms-{len(received_requests)}"})

        def do_GET(self):
            reference = self.path.rsplit("/", 1)[1]
            self._answer(200 if any(c["reference"] == reference for c, _ in received_requests) else 404, {})

        def _answer(self, code, content):
            response_body = json.dumps(content).encode()
            self.send_response(code)
            self.send_header("Content-Length", str(len(response_body)))
            if code == 302:
                self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(response_body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", received_requests
    finally:
        server.shutdown()
        server.server_close()


def sms(settings, address, **more):
    settings.SENDING = (
        settings.SENDING | {"SMS": f"{address}/sms", "SMS_TOKEN": "jeton", "SMS_SENDER": "Maillage"} | more
    )
    return put(channel="sms", to="06 12 34 56 78", text="C’est demain à 9 h")


def test_a_busy_gateway_is_tried_again_and_takes_the_message_once(settings):
    with served(503, 200) as (address, received_requests):
        message = sms(settings, address)
        assert send_here() == {states.QUEUED: 1}
        assert send_here(AT + timedelta(minutes=2)) == {states.SENT: 1}
    assert len(received_requests) == 2
    content, headers = received_requests[1]
    reference = message.reference
    assert content == {
        "to": "+33612345678",
        "text": "C'est demain à 9 h",
        "reference": reference,
        "from": "Maillage",
    }
    assert (headers["Idempotency-Key"], headers["Authorization"]) == (message.reference, "Bearer jeton")
    row = now(message)
    assert (row.provider_id, row.units, row.attempts) == ("sms-2", 1, 2)
    assert queries.sent_since(Message.objects.all(), AT) == [("SMS", 1, 1)]


def test_a_gateway_that_times_out_leaves_a_doubt_that_a_person_settles(settings, monkeypatch):
    monkeypatch.setattr(gateway, "PATIENCE", 0.3)
    with served((200, 1)) as (address, received_requests):
        message = sms(settings, address)
        assert send_here() == {states.SENDING: 1}
        assert send_here(AT + timedelta(minutes=3)) == {states.DOUBTFUL: 1}
        assert send_here(AT + timedelta(days=1)) == {}
        assert len(received_requests) == 1
    assert now(message).why == "La réponse du serveur s’est perdue."


@pytest.mark.parametrize("lost", ["hang up", 500, 502, 504])
def test_gateway_that_reports_accepted_messages_is_queried(settings, lost):
    with served(lost) as (address, received_requests):
        message = sms(settings, address, SMS_STATUS=address + "/sms/{reference}")
        assert send_here() == {states.SENDING: 1}
        assert send_here(AT + timedelta(minutes=3)) == {states.SENT: 1}
        assert len(received_requests) == 1
    assert now(message).sent_at - AT < timedelta(seconds=5)


def test_gateway_that_drops_a_second_message_of_one_key_receives_it_again(settings):
    with served("hang up", 200) as (address, received_requests):
        sms(settings, address, SMS_ONCE="1")
        assert send_here() == {states.SENDING: 1}
        assert send_here(AT + timedelta(minutes=3)) == {states.QUEUED: 1}
        assert send_here(AT + timedelta(minutes=6)) == {states.SENT: 1}
    assert len({headers["Idempotency-Key"] for _, headers in received_requests}) == 1


@pytest.mark.parametrize(
    ("code", "state", "reason"),
    [
        (400, states.FAILED, "refused"),
        (401, states.QUEUED, "settings"),
        (302, states.QUEUED, "settings"),
        (429, states.QUEUED, "busy"),
    ],
)
def test_what_a_gateway_answers_is_understood(settings, code, state, reason):
    with served(code) as (address, received_requests):
        message = sms(settings, address)
        assert send_here() == {state: 1}
        assert len(received_requests) == 1  # a redirection is not followed: the token goes to one address
    assert (now(message).reason, now(message).code) == (reason, code)


def test_unreachable_gateway_accepted_nothing(settings):
    with served() as (address, _):
        pass
    message = sms(settings, address)
    assert send_here() == {states.QUEUED: 1}
    assert now(message).reason == "unreachable"


# ------------------------------------------------------------------------------------------------ what is due


def fails(at):
    raise ValueError("ali@exemple.fr")


def test_failing_job_does_not_stop_the_rest_and_leaks_no_data(home, monkeypatch, caplog):
    put()
    monkeypatch.setattr(scheduler, "WORKS", (("casse", fails), *scheduler.WORKS))
    broken, *other_jobs = scheduler.run(AT)
    assert broken.error == "ValueError"
    assert [each.counts["partis"] for each in other_jobs if each.name == "messages"] == [1]
    assert "ali@" not in caplog.text
    assert "ValueError" in caplog.text


# --------------------------------------------------------------------------------------------------- the page


@pytest.fixture
def administrator(db):
    return with_role(
        User.objects.create_user("admin@exemple.fr", "un-mot-de-passe-long", is_demonstration=True),
        "administration",
    )


@pytest.fixture
def structure(db):
    from maillage.apps.directory.places.models import Structure

    return Structure.objects.create(key="a", name="Le Lien", code_insee="38185")


def manager(structure):
    user = User.objects.create_user(
        f"m{structure.pk}@exemple.fr", "un-mot-de-passe-long", is_demonstration=True
    )
    return with_role(user, "gestionnaire", structure=structure)


def test_the_page_says_what_waits_what_failed_and_why_without_addresses(client, administrator):
    failed, queued_message, doubtful = (
        put("a", subject="Perdu"),
        put("b", subject="Plus tard"),
        put("c", subject="Peut-être"),
    )
    Message.objects.filter(pk=failed.pk).update(
        state=states.FAILED, reason="refused", code=550, attempts=1, tried_at=AT
    )
    Message.objects.filter(pk=doubtful.pk).update(
        state=states.DOUBTFUL, reason="no-answer", attempts=1, tried_at=AT
    )
    client.force_login(administrator)
    page = client.get("/espace/messages/").content.decode()
    for words in (
        "Perdu",
        "Plus tard",
        "Peut-être",
        "Réponse 550",
        "La réponse du serveur",
        "a•••@exemple.fr",
        "rien ne part",
    ):
        assert words in page
    assert "ali@exemple.fr" not in page
    assert queued_message.text not in page
    assert "messages pas partis, ou à vérifier" in client.get("/espace/").content.decode()
    for kind in queries.KINDS:
        assert client.get(f"/espace/messages/liste/{kind}/").status_code == 200


def test_an_empty_outbox_says_so(client, administrator):
    client.force_login(administrator)
    page = client.get("/espace/messages/").content.decode()
    assert "Rien n’attend." in page
    assert "Aucun message ici" in client.get("/espace/messages/liste/partis/").content.decode()
    assert client.get("/espace/messages/liste/inconnu/").status_code == 404


def test_page_buttons_send_again_or_cancel(client, administrator):
    failed, queued_message = put("a"), put("b")
    Message.objects.filter(pk=failed.pk).update(state=states.FAILED, attempts=6, tried_at=AT)
    client.force_login(administrator)
    answer = client.post(f"/espace/messages/{failed.pk}/", {"geste": "renvoyer"}, follow=True)
    assert "repart dans la file" in answer.content.decode()
    client.post(f"/espace/messages/{queued_message.pk}/", {"geste": "ne-pas-envoyer"})
    again = client.post(f"/espace/messages/{queued_message.pk}/", {"geste": "ne-pas-envoyer"}, follow=True)
    assert "déjà parti" in again.content.decode()
    assert (now(failed).state, now(queued_message).state) == (states.QUEUED, states.CANCELLED)
    assert client.post(f"/espace/messages/{queued_message.pk}/", {"geste": "lire"}).status_code == 404
    verbs = list(Entry.objects.values_list("verb", "by"))
    assert verbs == [("message.resent", administrator.pk), ("message.held", administrator.pk)]


def test_several_messages_are_sent_again_at_once_and_each_refusal_says_why(client, administrator):
    rows = [put(key) for key in "abc"]
    Message.objects.update(state=states.FAILED, attempts=6, tried_at=AT)
    Message.objects.filter(pk=rows[2].pk).update(never_after=AT - timedelta(days=1))
    client.force_login(administrator)
    section = client.get("/espace/messages/liste/pas-partis/").content.decode()
    assert section.count('form="plusieurs"') == 3 and "Les renvoyer" in section
    form_data = {"section": "pas-partis", "geste": "renvoyer"}
    answer = client.post(
        "/espace/messages/plusieurs/", form_data | {"cochee": [r.pk for r in rows]}, follow=True
    )
    page = answer.content.decode()
    assert "2 messages repartent dans la file" in unbroken(page)
    assert "Sans changement, 1 message : Son heure limite est passée" in unbroken(page)
    assert [now(row).state for row in rows] == [states.QUEUED, states.QUEUED, states.FAILED]
    none = client.post("/espace/messages/plusieurs/", form_data, follow=True).content.decode()
    assert "aucun message n’était coché" in none
    for wrong in ({"geste": "lire"}, {"section": "ailleurs"}):
        assert client.post("/espace/messages/plusieurs/", form_data | wrong).status_code == 404


def test_what_was_withdrawn_is_sent_again_by_nobody(client, structure, coordinator):
    """Un rappel d’un rendez-vous annulé enverrait quelqu’un pour rien ; un accord retiré reste retiré."""
    failed = put("rappel-1", structure=structure.pk)
    send(Provider(sending.Never("refused", 550)))
    queued_message = put("rappel-2", structure=structure.pk)
    assert actions.cancel("rappel-1", "rappel-2") == 1
    assert (now(failed).state, now(queued_message).state) == (states.FAILED, states.CANCELLED)
    for message in (failed, queued_message):
        with pytest.raises(Refused, match="plus lieu d’être"):
            actions.resend(now(message), by=coordinator, at=AT)
    client.force_login(manager(structure))
    for section in ("pas-partis", "annules"):
        page = client.get(f"/espace/messages/liste/{section}/").content.decode()
        assert "Il n’a plus lieu d’être." in page and "Renvoyer<span" not in page
    actions.hold(now(failed), by=coordinator, at=AT)
    assert now(failed).state == states.CANCELLED


def test_several_messages_leave_those_of_another_structure_as_they_are(client, structure):
    foreign_message = put("b", structure=structure.pk + 1)
    own_message = put("a", structure=structure.pk)
    client.force_login(manager(structure))
    section_id = next(kind.id for kind in queries.KINDS.values() if states.QUEUED in kind.states)
    form_data = {
        "section": section_id,
        "geste": "ne-pas-envoyer",
        "cochee": [own_message.pk, foreign_message.pk, "x"],
    }
    client.post("/espace/messages/plusieurs/", form_data)
    assert (now(own_message).state, now(foreign_message).state) == (states.CANCELLED, states.QUEUED)


def unbroken(page: str) -> str:
    return page.replace("\u00a0", " ")


def test_the_messages_of_another_structure_do_not_exist(client, structure):
    from maillage.apps.directory.places.models import Structure

    other = Structure.objects.create(key="b", name="Ailleurs", code_insee="59392")
    own_message, foreign_message, nobodys = (
        put("a", structure=structure.pk),
        put("b", structure=other.pk),
        put("c"),
    )
    user = manager(structure)
    assert set(access.messages_for(user)) == {own_message}
    client.force_login(user)
    assert client.get("/espace/messages/").status_code == 200
    for message in (foreign_message, nobodys):
        assert client.post(f"/espace/messages/{message.pk}/", {"geste": "ne-pas-envoyer"}).status_code == 404
        assert now(message).state == states.QUEUED


@pytest.mark.both_databases
@pytest.mark.parametrize("territory", ["200040715", "38"])  # 49 communes, and more than a short list
def test_a_territory_runs_the_messages_of_its_communes(territory):
    local_message, elsewhere = put("a", commune="38185"), put("b", commune="59392")
    user = User.objects.create_user("t@exemple.fr", "un-mot-de-passe-long")
    with_role(user, "coordination", territory=territory)
    assert set(access.messages_for(user)) == {local_message}
    assert elsewhere not in access.messages_for(user)
    assert access.messages_for(user).filter(state=states.QUEUED).count() == 1


def test_who_manages_nobody_has_no_messages(client, structure):
    message = put(structure=structure.pk)
    user = with_role(
        User.objects.create_user("a@exemple.fr", "un-mot-de-passe-long", is_demonstration=True),
        "aidant",
        structure=structure,
    )
    assert client.get("/espace/messages/").status_code == 302
    assert client.post(f"/espace/messages/{message.pk}/", {"geste": "ne-pas-envoyer"}).status_code == 302
    client.force_login(user)
    for address in ("", "liste/partis/", "refus/", f"{message.pk}/", "refus/1/"):
        assert client.get(f"/espace/messages/{address}").status_code == 404


def test_a_stop_is_noted_by_a_manager_and_read_by_the_administration(client, structure, administrator):
    client.force_login(manager(structure))
    page = client.post("/espace/messages/refus/", {"channel": "sms", "to": "04 76 00 00 01"})
    assert page.status_code == 400
    assert "ne peut pas recevoir de SMS" in page.content.decode()
    done = client.post("/espace/messages/refus/", {"channel": "sms", "to": "06 12 34 56 78"}, follow=True)
    assert "+336 •• •• •• 78" in done.content.decode()
    assert "Refus gardés" not in done.content.decode()
    row = Stop.objects.get()
    assert client.post(f"/espace/messages/refus/{row.pk}/").status_code == 404
    client.force_login(administrator)
    assert "+336 •• •• •• 78" in client.get("/espace/messages/refus/").content.decode()
    client.post(f"/espace/messages/refus/{row.pk}/")
    assert not Stop.objects.exists()


def test_command_sends_scheduled_messages_and_counts_them(home, capsys, transactional_db):
    from maillage.manage.main import main

    put(at=timezone.now())
    assert main(["echeances", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["messages"]["partis"] == 1
    assert main(["echeances"]) == 0
    assert "messages : rien à faire" in capsys.readouterr().out


def test_a_message_written_on_this_computer_is_not_listed_as_sent(client):
    """« Rien ne part », then « Partis (42) » and « Tout ce qui devait partir est parti »."""
    put()
    provider = Provider()
    assert send(provider) == {states.SENT: 1}
    for name, listed in (("files", "ecrits"), ("smtp", "partis")):
        Message.objects.update(provider=name)
        counted = queries.counts(Message.objects.all())
        assert [id for id, n in counted.items() if n] == [listed]
        assert queries.section(Message.objects.all(), listed, "1")[0].total == 1
