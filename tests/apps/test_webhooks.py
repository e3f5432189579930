"""Other systems told of what happens: surely, once, in order, signed, and never the name of anybody."""

import json
import random
import re
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection

from maillage.apps.agenda.models import Workshop
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Change, Deletion
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.platform.exchanges import actions, rules, worklist
from maillage.apps.platform.exchanges.models import Delivery, Webhook
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.orientations.rules import cycle
from maillage.kernel.errors import Refused
from maillage.manage.providers import outgoing, webhooks
from tests.conftest import account
from tests.support.lieux import lieu
from tools.ports import free_port

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = Path(__file__).parents[2] / "docs/methods/webhooks.md"


class Receiver:
    """Another system on this computer: what it answers, and what it was sent."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.wait = 0.0
        self.taken: list[tuple[dict[str, str], bytes]] = []

    @property
    def events(self) -> list[dict]:
        return [event for _, body in self.taken for event in json.loads(body)["evenements"]]


@pytest.fixture
def receiver(settings) -> Iterator[Receiver]:
    settings.SOURCES_INSIDE = settings.WEBHOOKS = True
    known = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(known.wait)
            code = known.codes.pop(0) if known.codes else 204
            if code == 0:  # the answer is lost, once the body was read
                known.taken.append((dict(self.headers), body))
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if code < 300:
                known.taken.append((dict(self.headers), body))
            self.send_response(code)
            if code == 302:
                self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/ailleurs")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    known.address = f"http://127.0.0.1:{server.server_port}/entrant"  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield known
    server.shutdown()
    server.server_close()


@pytest.fixture
def administrator(db):
    return account("reine", "administration")


@pytest.fixture
def hook(receiver, administrator) -> Webhook:
    return actions.register(
        name="Portail", address=receiver.address, kinds=list(rules.KINDS), by=administrator, at=AT
    )


def tell(verb: str, at: datetime = AT) -> None:
    """Write the line of a gesture in the journal."""
    journal.record(by=None, verb=verb, row=Workshop(pk=7), at=at)


def run(at: datetime = AT) -> dict[str, int]:
    return dict(actions.run_deadlines(at=at))


def test_events_of_the_journal_arrive_once_in_order(receiver, hook):
    tell("orientation.send")
    tell("person.seen")
    tell("orientation.accept")
    assert run() == {"reçu": 1}
    assert run() == {}
    tell("workshop.cancelled")
    run(AT + timedelta(seconds=15))
    assert [event["type"] for event in receiver.events] == [
        "orientation.envoyee",
        "orientation.acceptee",
        "atelier.annule",
    ]
    assert set(receiver.events[0]) == {"cle", "type", "instant", "objet"}
    assert receiver.events[0]["objet"] == {"type": "orientation", "id": "7"}


def test_an_event_of_a_place_holds_its_public_address_alone(receiver, hook):
    row = lieu(name="Médiathèque", state="published")
    row.contact = "Mme Untel"
    now = datetime.now(UTC)
    sheets.write(row, sheets.snapshot(row) | {"state": "draft"}, verb="publish", by="Leïla", at=now)
    run(now)
    run(now + timedelta(seconds=15))
    (event,) = receiver.events
    assert (event["type"], event["objet"]["id"]) == ("lieu.modifie", f"maillage--{row.slug}")
    assert event["objet"]["adresse"].endswith(f"/api/v1/structures/maillage--{row.slug}")
    assert b"Le\xc3\xafla" not in receiver.taken[0][1]
    row.state = "closed"
    sheets.write(row, sheets.snapshot(row) | {"state": "published"}, verb="close", by="x", at=now)
    Deletion.objects.create(slug="ancien")
    run(now + timedelta(minutes=1))
    assert [event["type"] for event in receiver.events[1:]] == ["lieu.retire", "lieu.retire"]


def test_a_change_committed_late_arrives_and_no_other_comes_twice(receiver, hook):
    """On PostgreSQL a long import is committed after the changes of others, which have higher numbers."""
    row = lieu(name="Médiathèque", state="published")
    Change.objects.all().delete()
    state = {"state": "published"}
    start = datetime.now(UTC) + timedelta(minutes=30)
    written = {"lieu": row, "verb": "edit", "at": start, "by": "x", "before": state, "after": state}
    for minutes, at in (
        (0, 1),
        (4, 0),
        (9, 5),
        (30, 29),
    ):  # (when it is run, when the new row says it was made)
        Change.objects.create(**written, written_at=start + timedelta(minutes=at))
        run(start + timedelta(minutes=minutes))
    keys = [event["cle"] for event in receiver.events]
    assert len(keys) == len(set(keys)) == 4


def test_twenty_thousand_lines_leave_in_lots(receiver, hook):
    for _ in range(450):
        tell("orientation.send")
    assert run() == {"reçu": 3}
    assert [len(json.loads(body)["evenements"]) for _, body in receiver.taken] == [200, 200, 50]


@pytest.mark.parametrize("code", [302, 401, 403, 404, 429, 500])
def test_a_refused_delivery_retries_later_each_time_before_the_next(receiver, hook, code):
    receiver.codes = [code] * 3
    tell("orientation.send")
    assert run() == {"en_attente": 1}
    tell("orientation.accept")
    assert run(AT + timedelta(seconds=30)) == {}  # a minute first
    assert run(AT + timedelta(seconds=61)) == {"en_attente": 1}
    assert run(AT + timedelta(minutes=3)) == {}  # then five
    assert run(AT + timedelta(minutes=7)) == {"en_attente": 1}
    first = hook.deliveries.earliest("pk")
    assert (first.attempts, first.why) == (3, f"Le serveur a répondu {code}.")
    assert receiver.taken == []
    assert run(AT + timedelta(minutes=40)) == {"reçu": 2}
    assert [event["type"] for event in receiver.events] == ["orientation.envoyee", "orientation.acceptee"]


def test_an_answer_cut_in_the_middle_sends_again_under_the_same_number(receiver, hook):
    receiver.codes = [0]
    tell("orientation.send")
    run()
    run(AT + timedelta(minutes=2))
    numbers = [headers["webhook-id"] for headers, _ in receiver.taken]
    assert len(numbers) == 2
    assert len(set(numbers)) == 1


def test_a_process_killed_while_it_sends_loses_and_doubles_nothing(receiver, hook, monkeypatch):
    tell("orientation.send")

    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(actions.POSTER, "only", lambda: killed)
        with pytest.raises(KeyboardInterrupt):
            run()
    assert run(AT + timedelta(minutes=1)) == {}  # claimed: it may still be sent
    assert run(AT + timedelta(minutes=6)) == {"reçu": 1}
    assert len(receiver.events) == 1


def test_a_day_of_events_with_cuts_loses_and_doubles_nothing(receiver, hook, monkeypatch):
    chance = random.Random(57)
    post = webhooks.post

    def cut(*arguments) -> int:
        died = chance.random()
        if died < 0.05:  # before the body leaves
            raise KeyboardInterrupt
        code = post(*arguments)
        if died > 0.95:  # once it was taken
            raise KeyboardInterrupt
        return code

    monkeypatch.setattr(actions.POSTER, "only", lambda: cut)
    verbs = [*rules.KIND_BY_VERB, "person.seen", "act.noted"]
    for minutes in range(0, 24 * 60, 15):
        for _ in range(chance.randrange(4)):
            tell(chance.choice(verbs), AT + timedelta(minutes=minutes))
        receiver.codes = chance.choices([204, 204, 204, 500, 429, 404, 0], k=20)
        with suppress(KeyboardInterrupt):
            run(AT + timedelta(minutes=minutes))
    receiver.codes = []
    for hours in range(24, 72):
        with suppress(KeyboardInterrupt):
            run(AT + timedelta(hours=hours))
    lot_by_number = {headers["webhook-id"]: json.loads(body) for headers, body in receiver.taken}
    assert len(lot_by_number) < len(receiver.taken), "some lots came twice, under their number"
    keys = [event["cle"] for lot in lot_by_number.values() for event in lot["evenements"]]
    lines = Entry.objects.filter(verb__in=rules.KIND_BY_VERB).order_by("pk")
    assert keys == [f"ligne-{pk}" for pk in lines.values_list("pk", flat=True)]


def test_a_slow_answer_is_cut(receiver, hook, monkeypatch):
    monkeypatch.setattr(webhooks, "LONGEST", 0.2)
    receiver.wait = 5.0  # seconds
    tell("orientation.send")
    run()
    assert hook.deliveries.get().reason in ("unreachable", "no-answer")


@pytest.fixture
def encrypted(settings, tmp_path, monkeypatch) -> Iterator[str]:
    """Give the https address of a server on this computer that answers letter by letter, for three seconds."""
    settings.SOURCES_INSIDE = True
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    start = datetime.now(UTC) - timedelta(days=1)
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, start, start + timedelta(days=2))
    names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    certificate = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (tmp_path / "x.pem").write_bytes(certificate.public_bytes(pem) + secret)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "x.pem")
    trusting = ssl.create_default_context(cafile=str(tmp_path / "x.pem"))
    monkeypatch.setattr(ssl, "create_default_context", lambda: trusting)
    listening = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        with suppress(OSError):
            while True:
                caller, _ = listening.accept()
                with suppress(OSError), context.wrap_socket(caller, server_side=True) as called:
                    for letter in "HTTP/1.1 204 No Content\r\nX-Long: " + "x" * 25 + "\r\n\r\n":
                        called.sendall(letter.encode())
                        time.sleep(0.05)

    threading.Thread(target=answer, daemon=True).start()
    yield f"https://127.0.0.1:{listening.getsockname()[1]}/"
    listening.close()


def test_an_encrypted_answer_that_drips_is_cut_too(encrypted, monkeypatch):
    assert webhooks.post(encrypted, b"{}", {}) == 204
    monkeypatch.setattr(webhooks, "LONGEST", 0.5)
    with pytest.raises(rules.Unanswered):
        webhooks.post(encrypted, b"{}", {})


def test_two_processes_send_a_delivery_once(receiver, hook):
    tell("orientation.send")
    actions.collect(hook, at=AT)
    Webhook.objects.update(next_try_at=AT + rules.LEASE)  # another one has it
    assert run() == {}
    assert receiver.taken == []


def test_an_address_silent_for_a_day_stops_with_a_message_then_loses_nothing(receiver, hook, administrator):
    receiver.codes = [500] * 50
    at = AT
    while Webhook.objects.filter(stopped_at=None).exists():
        tell("orientation.send", at)
        run(at)
        at += timedelta(hours=1)
        assert at < AT + timedelta(days=3)
    assert timedelta(hours=23) < at - AT < timedelta(hours=48)
    (line,) = worklist.lines(administrator, at)
    assert line.title == "Portail"
    assert "ne prévient plus" in Message.objects.get().text
    run(at)  # stopped: nothing leaves
    tell("orientation.accept", at)
    receiver.codes = []
    n_events = Entry.objects.filter(verb__startswith="orientation").count()
    actions.retry(hook, by=administrator, at=at)
    run(at)
    keys = [event["cle"] for event in receiver.events]
    assert len(keys) == len(set(keys)) == n_events
    assert not list(worklist.lines(administrator, at))


def test_an_answer_410_stops_the_address(receiver, hook):
    receiver.codes = [410]
    tell("orientation.send")
    run()
    assert Webhook.objects.get().stopped_at is not None


def test_nothing_leaves_before_the_administrator_of_the_server_says_so(receiver, hook, settings):
    settings.WEBHOOKS = False
    tell("orientation.send")
    assert run() == {}
    assert not Delivery.objects.exists()


INSIDE = ("https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x", "https://169.254.169.254/x")


@pytest.mark.parametrize(
    "address",
    ["http://exemple.fr/x", "https://nom:secret@exemple.fr/x", "ftp://exemple.fr/", "https:///x", *INSIDE],
)
def test_an_address_that_is_no_public_one_is_refused(administrator, address):
    with pytest.raises(Refused):
        actions.register(name="x", address=address, kinds=["lieu.modifie"], by=administrator, at=AT)


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_of_the_network_is_never_called(address):
    with pytest.raises(rules.Unanswered, match="forbidden"):
        webhooks.post(address, b"", {})


def test_a_name_that_leads_inside_by_another_protocol_is_never_called(monkeypatch):
    monkeypatch.setattr(
        outgoing.socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", ("64:ff9b::a00:1", 443, 0, 0))]
    )
    with pytest.raises(rules.Unanswered, match="forbidden"):
        webhooks.post("https://exemple.fr/x", b"", {})


def test_every_verb_of_a_kind_is_a_verb_of_the_journal():
    written = {f"orientation.{move}" for move in cycle.MOVES} | {
        f"workshop.{verb}" for verb in ("published", "changed", "cancelled")
    }
    assert set(rules.KIND_BY_VERB) <= written
    assert set(rules.KIND_BY_VERB.values()) | {rules.PLACE_CHANGED, rules.PLACE_REMOVED} == set(rules.KINDS)


def test_the_page_tells_every_kind():
    text = PAGE.read_text()
    assert [kind for kind in rules.KINDS if f"`{kind}`" not in text] == []


def test_no_row_holds_the_secret(hook):
    with connection.cursor() as cursor:
        cursor.execute("select * from exchanges_webhook")
        assert hook.secret not in str(cursor.fetchall())


# ------------------------------------------------------------------------------------------------- the receiver


@pytest.fixture
def copied(tmp_path, hook) -> Iterator[tuple[int, Path]]:
    """Run the receiver that the page gives to copy; give its port and its file."""
    (script,) = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (tmp_path / "reception.py").write_text(script)
    port = free_port()
    arguments = [sys.executable, str(tmp_path / "reception.py"), str(port), str(tmp_path / "recus.jsonl")]
    process = subprocess.Popen(arguments, env={"SECRET": hook.secret}, stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.1)
    yield port, tmp_path / "recus.jsonl"
    process.terminate()
    process.wait()


def post(port: int, headers: dict[str, str], body: bytes) -> int:
    connection_to_it = HTTPConnection("127.0.0.1", port, timeout=10)
    connection_to_it.request("POST", "/", body, headers)
    return connection_to_it.getresponse().status


def test_a_receiver_that_has_the_former_secret_receives_while_the_key_is_changed(copied, hook, settings):
    port, file = copied
    Webhook.objects.update(address=f"http://127.0.0.1:{port}/")
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another one"
    now = datetime.now(UTC)
    tell("orientation.send", now)
    assert run(now) == {"reçu": 1}
    assert len(file.read_text().splitlines()) == 1


def test_the_receiver_of_the_page_refuses_forged_replayed_and_double(copied, hook, administrator):
    port, file = copied
    Webhook.objects.update(address=f"http://127.0.0.1:{port}/")
    now = datetime.now(UTC)
    tell("orientation.send", now)
    assert run(now) == {"reçu": 1}
    row = Delivery.objects.get()
    actions.replay(hook, row.pk, by=administrator, at=now)
    assert run(now) == {"reçu": 1}  # answered, and not written twice
    (line,) = file.read_text().splitlines()
    assert json.loads(line)["evenements"][0]["type"] == "orientation.envoyee"

    def signed(id: str, at: datetime, body: bytes, secret: str = hook.secret) -> dict[str, str]:
        seconds = int(at.timestamp())
        return {
            "webhook-id": id,
            "webhook-timestamp": str(seconds),
            "webhook-signature": rules.signature(secret, id, seconds, body),
        }

    body = b'{"id":"a","evenements":[]}'
    forged = rules.secret("another key", hook.pk, 0)
    assert post(port, signed("a", now, body, forged), body) == 401
    assert post(port, signed("a", now, body) | {"webhook-id": "b"}, body) == 401
    assert post(port, signed("a", now, body), body + b" ") == 401
    assert post(port, signed("a", now - timedelta(minutes=6), body), body) == 400  # copied, and sent later
    assert post(port, signed("a", now - timedelta(minutes=2), body), body) == 204  # out of order
    actions.change_secret(hook, by=administrator, at=now)
    assert post(port, signed("c", now, body, Webhook.objects.get().secret), body) == 401
    assert len(file.read_text().splitlines()) == 2


# -------------------------------------------------------------------------------------------------- the pages


def test_an_administrator_opens_an_address_reads_its_answers_and_sends_again(client, receiver, administrator):
    client.force_login(administrator)
    sent = {"name": "Portail", "address": receiver.address, "kinds": ["orientation.envoyee"]}
    answer = client.post("/espace/echanges/", sent)
    row = Webhook.objects.get()
    assert answer["Location"] == f"/espace/echanges/{row.pk}/"
    assert client.post("/espace/echanges/", sent).status_code == 400  # a button pressed twice
    receiver.codes = [404]
    tell("orientation.send")
    run(datetime.now(UTC))
    page = client.get(f"/espace/echanges/{row.pk}/").content.decode()
    assert "Le serveur a répondu 404." in page
    assert row.secret in page
    client.post(f"/espace/echanges/{row.pk}/", {"geste": "relancer"})
    run(datetime.now(UTC))
    assert len(receiver.taken) == 1
    client.post(f"/espace/echanges/{row.pk}/", {"geste": "rejouer", "envoi": str(row.deliveries.get().pk)})
    run(datetime.now(UTC))
    assert len(receiver.taken) == 2
    client.post(f"/espace/echanges/{row.pk}/", {"geste": "arreter"})
    assert "Arrêté à la main" in client.get("/espace/echanges/").content.decode()
    assert client.post(f"/espace/echanges/{row.pk}/", {"geste": "autre"}).status_code == 404
    client.post(f"/espace/echanges/{row.pk}/", {"geste": "retirer"})
    assert not Webhook.objects.exists()
