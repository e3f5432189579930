"""A year of reminders: each once, never after, by the clock of its place, none after STOP;
whatever happens to who sends, and to the gateway.
"""

import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from maillage.apps.platform.messages.rules import incoming
from maillage.reference import clocks
from tests.databases.conftest import report_of
from tools.ports import free_port

QUIET = "/quiet"
SECRET = "le-secret-de-la-passerelle-locale"
PARIS = ZoneInfo("Europe/Paris")
PEOPLE, KILLS = 30, 5


@dataclass
class Gateway:
    """A gateway of SMS that fails in each way a gateway may, and hands STOP over, twice, from every ninth
    number.
    """

    clock: Path
    taken: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    stopped: dict[str, datetime] = field(default_factory=dict)  # when the platform had it, by our clock
    codes: Counter = field(default_factory=Counter)
    n_requests: int = 0
    busy: int = 0  # how many it is answering

    def __post_init__(self) -> None:
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.receive(self, content)

            def do_GET(self) -> None:
                while self.path == QUIET and gateway.busy > 1:
                    time.sleep(0.001)
                known = self.path == QUIET or self.path.rsplit("/", 1)[1] in gateway.taken
                gateway.answer(self, 200 if known else 404)

            def log_message(self, *_) -> None:
                pass

        class Server(ThreadingHTTPServer):
            """Counts whom it answers from the moment they are let in, in their order."""

            def process_request(self, *words) -> None:
                with counting:
                    gateway.busy += 1
                super().process_request(*words)

            def process_request_thread(self, *words) -> None:
                super().process_request_thread(*words)
                with counting:
                    gateway.busy -= 1

            def handle_error(self, *_) -> None:
                pass  # whoever asked died in the middle of a word

        counting = threading.Lock()
        self.server = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.port = free_port()

    @property
    def now(self) -> datetime:
        return datetime.fromisoformat(self.clock.read_text("utf-8"))

    def receive(self, handler: BaseHTTPRequestHandler, content: dict) -> None:
        self.n_requests += 1
        match self.n_requests % 12:
            case 3:
                return self.answer(handler, 503)  # later
            case 5:
                return self.answer(handler, 500)  # it took nothing, and cannot say so
            case 8:
                return self.answer(handler, 401)  # its settings are being changed
            case 10:
                time.sleep(0.05)  # slow
        self.taken.setdefault(content["reference"], []).append((self.now, content["to"]))
        if content["to"][-1] == "4" and "STOP" in content["text"]:
            for _ in range(2):
                self.hand_over(content["to"])
            self.stopped.setdefault(content["to"], self.now)
        match self.n_requests % 12:
            case 1:
                return self.answer(handler, 500)  # it took it, and says that it failed
            case 6:
                handler.close_connection = True  # it took it, and says nothing
                return None
            case 9:
                return self.answer(handler, 200, b"<html>")
        return self.answer(handler, 200)

    def answer(self, handler: BaseHTTPRequestHandler, code: int, content: bytes = b"") -> None:
        try:
            handler.send_response(code)
            handler.send_header("Content-Length", str(len(content)))
            handler.end_headers()
            handler.wfile.write(content)
        except OSError:
            pass  # whoever asked is dead

    def hand_over(self, number: str) -> None:
        """Hand a STOP over, signed again when it is refused: a day may pass between the two, here."""
        body = json.dumps({"from": number, "text": "Stop.", "id": f"recu-{number}"}).encode()
        for _ in range(5):
            signed = incoming.sign(SECRET, body, self.now)
            headers = {"Content-Type": "application/json", "X-Signature": signed}
            connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
            connection.request("POST", "/messages/recus/", body, headers)
            status = connection.getresponse().status
            connection.close()
            if status != 403:
                break
        self.codes[status] += 1

    @property
    def environment(self) -> dict[str, str]:
        address = f"http://127.0.0.1:{self.server.server_port}"
        return {
            "MAILLAGE_SMS": address,
            "MAILLAGE_SMS_STATUS": address + "/{reference}",
            "MAILLAGE_SMS_IN": "signature",
            "MAILLAGE_SMS_IN_SECRET": SECRET,
        }


@pytest.fixture
def gateway(tmp_path):
    sms_gateway = Gateway(tmp_path / "horloge")
    yield sms_gateway
    sms_gateway.server.shutdown()
    sms_gateway.server.server_close()


@pytest.mark.complete
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.slow("a year of days, and workers killed in it")
def test_a_year_of_reminders(database, gateway, tmp_path):
    words = ("reminding", PEOPLE, KILLS, gateway.port)
    report = report_of(*words, home=tmp_path, database=database, **gateway.environment)
    assert report["kills"] == KILLS
    assert set(gateway.codes) == {200}
    _each_once(gateway, report)
    _in_time(gateway, report)
    _nobody_forgotten(gateway, report)
    _no_former_hour(gateway, report)
    _none_after_stop(gateway, report)
    _ends_notified(gateway, report)


def _each_once(gateway, report) -> None:
    assert {len(each) for each in gateway.taken.values()} == {1}
    sent = {each["reference"] for each in report["reminders"] if each["state"] == "sent"}
    assert sent <= set(gateway.taken)
    assert all(
        each["state"] == "sent" for each in report["reminders"] if each["reference"] in gateway.taken
    ), "the gateway tells what it took: nothing is left in doubt"
    n_by_reminder = Counter(
        (each["row"], each["moment"]) for each in report["reminders"] if each["reference"] in gateway.taken
    )
    assert set(n_by_reminder.values()) == {1}


def _in_time(gateway, report) -> None:
    communes = {row: commune for row, _, _, commune, _ in report["appointments"]}
    for reminder in report["reminders"]:
        for at, _ in gateway.taken.get(reminder["reference"], ()):
            zone = clocks.zone(communes[reminder["row"]])
            moment, sent_at = datetime.fromisoformat(reminder["moment"]).astimezone(zone), at.astimezone(zone)
            assert at < moment
            assert sent_at.hour >= 9 or sent_at.date() == moment.date(), reminder
            assert timedelta(0) <= moment.date() - sent_at.date() <= timedelta(days=4), reminder
            phone = at.astimezone(PARIS)
            assert 8 <= phone.hour < 20 and phone.weekday() != 6, reminder


def _nobody_forgotten(gateway, report) -> None:
    """Everybody still expected is reminded, unless they had just been told, or asked for no more."""
    standing = {(each["row"], each["moment"]): each for each in report["reminders"] if not each["withdrawn"]}
    for row, state, moment, _, _ in report["appointments"]:
        reminder = standing.get((row, moment))
        if state == "cancelled":  # heard of before, or nothing leaves
            never = reminder is None or reminder["state"] == "expired" or reminder["reason"]
            assert never or reminder["reference"] in gateway.taken, reminder
            continue
        assert reminder is not None, (row, moment)
        late = reminder["state"] == "expired"
        assert reminder["reference"] in gateway.taken or reminder["reason"] in ("told", "stopped") or late, (
            reminder
        )
    assert sum(each["state"] == "expired" for each in standing.values()) < len(standing) / 2


def _no_former_hour(gateway, report) -> None:
    """A cancelled or moved appointment is announced no more from then on, even where a worker was killed that held it."""
    now = {row: (state, moment, changed) for row, state, moment, _, changed in report["appointments"]}
    for reminder in report["reminders"]:
        state, moment, changed = now[reminder["row"]]
        if state == "cancelled" or reminder["moment"] != moment:
            for at, _ in gateway.taken.get(reminder["reference"], ()):
                assert at <= datetime.fromisoformat(changed), reminder


def _none_after_stop(gateway, report) -> None:
    """Their second appointment is not told of; that they are heard is, once, or was not within two days."""
    assert report["stopped"] == sorted(gateway.stopped)
    assert len(report["stopped"]) >= 2
    number_by_reference = {
        reference: to for reference, ((_, to),) in gateway.taken.items() if to in gateway.stopped
    }
    answers = set(report["answers"])
    assert len(answers) == len(gateway.stopped)
    untold = {
        reference: state
        for reference, state in report["answers"].items()
        if reference not in number_by_reference
    }
    # A gateway that fails on Saturday evening, then twice on Monday, leaves a reassurance too late to be one.
    assert set(untold.values()) <= {"expired"} and len(untold) <= 1, untold
    taken = Counter(number_by_reference[each] for each in answers & set(number_by_reference))
    assert set(taken.values()) == {1}
    # What was on its way at the hour when the word came cannot be called back.
    late = {
        reference
        for reference, ((at, to),) in gateway.taken.items()
        if to in gateway.stopped and at > gateway.stopped[to]
    }
    assert late <= answers


def _ends_notified(gateway, report) -> None:
    """Each end of a mandate, of a right or of the delay to contest is heard of thirty and seven days before, a
    workshop on the eve, once; nothing once it is stopped, struck or given up; on the next working day when it falls on a Sunday.

    A worker killed on the last day, then a gateway that fails until the evening, may leave one untold: it is said expired.
    """
    expired = 0
    assert Counter(each["kind"] for each in report["ends"]) == {
        "mandat": 3,
        "right": 3,
        "decision": 3,
        "seat": 4,
    }
    for end in report["ends"]:
        last = datetime.fromisoformat(end["last"]).date()
        rows = [
            each
            for each in report["of_ends"]
            if (each["kind"], each["row"]) == (end["kind"], end["row"])
            and (each["reference"] in gateway.taken or each["state"] == "expired")
        ]
        assert sorted((each["days"] for each in rows), reverse=True) == end["days"], end
        for reminder in rows:
            if reminder["reference"] not in gateway.taken:
                expired += 1
                continue
            ((at, _),) = gateway.taken[reminder["reference"]]
            sent_at = at.astimezone(PARIS)
            days_before = (last - sent_at.date()).days
            assert sent_at.weekday() != 6 and 8 <= sent_at.hour < 20
            assert reminder["state"] == "sent"
            assert (
                reminder["days"] - 2 <= days_before <= reminder["days"] + (2 if reminder["days"] == 1 else 0)
            ), (end, days_before)
    assert expired <= 1, report["of_ends"]
