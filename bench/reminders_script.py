"""Run by bench/reminders.py in a home and a database of its own: plan many reminders, then send some by two
workers to a gateway of ours.
"""

import json
import multiprocessing
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from maillage.manage.deploy.bootstrap import ready

ready()

from django.conf import settings
from django.db import connection, connections, transaction

from maillage.apps.agenda.models import Appointment
from maillage.apps.agenda.queries import reminders as agenda
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons.models import Consent, Person
from maillage.apps.people.reminders import actions as reminders_actions
from maillage.apps.people.reminders.models import Reminder
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.models import Message
from maillage.manage.providers import chosen

REMINDERS, SENT = (int(os.environ[name]) for name in ("REMINDERS", "SENT"))
AGREED_AT = datetime(2026, 11, 2, 9, tzinfo=UTC)
TEN = datetime(2026, 11, 24, 9, tzinfo=UTC)  # a Tuesday
EVE = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
WORKERS = 2
FEW = 100  # times fewer are planned one by one: the time of all is deduced

TAKEN: Counter[str] = Counter()


class Gateway(BaseHTTPRequestHandler):
    """Takes every message, and counts each."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        TAKEN[content["reference"]] += 1
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    settings.SENDING |= {"SMS": f"http://127.0.0.1:{server.server_port}"}
    _world()
    connection.cursor().execute("analyze")  # as the engine does by itself within a minute
    first = agenda.of_appointment(Appointment.objects.select_related("person")[0])
    first.text(), first.link()  # words and addresses are read once
    took = {"planned": _seconds(_plan)}
    assert Reminder.objects.count() == Message.objects.count() == REMINDERS
    took["one_by_one"] = FEW * _seconds(_one_by_one)
    Message.objects.filter(pk__gt=Message.objects.order_by("pk")[SENT - 1].pk).delete()
    took["sent"] = _by_two(_send, server)
    assert Message.objects.filter(state="sent", attempts=1).count() == SENT
    assert len(TAKEN) == SENT and set(TAKEN.values()) == {1}, "each once"
    took["bare"] = _by_two(_hand, server)
    server.server_close()
    print(json.dumps(took))


def _world() -> None:
    structure = Structure.objects.create(key="banc", name="Le Lien", code_insee="38185")
    at = {"made_at": AGREED_AT, "active_at": AGREED_AT}
    everybody = Person.objects.bulk_create(
        Person(code=f"{k:08d}", picture="chat", reach="phone", reach_value=f"06 12 {_pairs(k)}", **at)
        for k in range(REMINDERS)
    )
    Consent.objects.bulk_create(
        Consent(person=person, purpose="write", given=True, how="read", words="x", at=AGREED_AT)
        for person in everybody
    )
    Appointment.objects.bulk_create(
        Appointment(
            **{"key": f"{k}", "structure": structure, "person": person, "kind": "procedure", "minutes": 30},
            **{
                "where": "here",
                "commune": "38185",
                "channel": "counter",
                "made_at": AGREED_AT,
                "changed_at": AGREED_AT,
            },
            starts_at=TEN + timedelta(seconds=k % 3600),
        )
        for k, person in enumerate(everybody)
    )


def _pairs(k: int) -> str:
    return f"{k // 10_000:02d} {k // 100 % 100:02d} {k % 100:02d}"


def _plan() -> None:
    while reminders_actions.plan_all(agenda.booked(EVE), agenda.of_appointment, at=EVE):
        pass


def _one_by_one() -> None:
    """Plan a few as one would write it first: a look at each person, a row, a message."""
    rows = Appointment.objects.select_related("person", "structure")[: max(REMINDERS // FEW, 1)]
    for row in rows:
        with transaction.atomic():
            person = row.person
            if person is None:
                continue
            if people.agreed(person, "write") and not Reminder.objects.filter(row=-row.pk).exists():
                appointment = agenda.of_appointment(row)
                Reminder.objects.create(
                    kind=appointment.kind,
                    row=-row.pk,
                    days=1,
                    moment=row.starts_at,
                    way="sms",
                    person=person,
                    structure=row.structure,
                    planned_at=EVE,
                    purge_on=EVE.date(),
                )
                outbox.put(
                    channel="sms",
                    to=person.reach_value,
                    subject=appointment.subject(),
                    at=EVE,
                    text=f"{appointment.text()}\n{appointment.link()}",
                    key=f"banc-{row.pk}",
                    never_after=row.starts_at,
                )


def _send() -> None:
    while outbox.send_ready(at=EVE, providers=chosen.provider, limit=200)["sent"]:
        pass


def _hand() -> None:
    """Hand as many messages to the same gateway, with nothing around."""
    rows = list(Message.objects.values_list("to", "text", "key")[: SENT // WORKERS])
    for to, text, key in rows:
        connection = HTTPConnection("127.0.0.1", int(settings.SENDING["SMS"].rsplit(":", 1)[1]))
        body = json.dumps({"to": to, "text": text, "reference": key}).encode()
        connection.request("POST", "/", body, {"Content-Type": "application/json"})
        connection.getresponse().read()
        connection.close()


def _by_two(work: Callable[[], None], server: ThreadingHTTPServer) -> float:
    """Return the seconds that two processes take to do it, the gateway served by this one."""
    connections.close_all()
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=work) for _ in range(WORKERS)]
    start = time.perf_counter()
    for each in workers:
        each.start()
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    for each in workers:
        each.join()
        assert each.exitcode == 0
    took = time.perf_counter() - start
    server.shutdown()
    serving.join()
    return took


def _seconds(work: Callable[[], None]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
