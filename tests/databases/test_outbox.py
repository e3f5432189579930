"""Whatever happens to who sends, no message leaves twice, and none that nobody tried is lost: on SQLite
and PostgreSQL.
"""

import json
import threading
import time
from collections import Counter
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from aiosmtpd.controller import Controller

from tests.databases.conftest import report_of
from tests.support.profile import times
from tools.ports import free_port


class Servers:
    """A mail server and a gateway of SMS that count what they take; the second tells, when asked, what it
    took.
    """

    def __init__(self) -> None:
        self.mails, self.texts = Counter(), Counter()
        servers = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                content = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                time.sleep(0.004)
                servers.texts[content["reference"]] += 1
                time.sleep(0.004)
                self._answer(200)

            def do_GET(self) -> None:
                self._answer(200 if servers.texts[self.path.rsplit("/", 1)[1]] else 404)

            def _answer(self, code: int) -> None:
                try:
                    self.send_response(code)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass  # whoever asked is dead

            def log_message(self, *_) -> None:
                pass

        self.gateway = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.gateway.serve_forever, daemon=True).start()
        self.port = free_port()
        self.mail = Controller(self, hostname="127.0.0.1", port=self.port)
        self.mail.start()

    async def handle_DATA(self, server, session, envelope) -> str:
        head = BytesParser().parsebytes(envelope.content, headersonly=True)
        self.mails[head["Message-ID"].strip("<>").partition("@")[0]] += 1
        time.sleep(0.008)
        return "250 taken"

    @property
    def environment(self) -> dict[str, str]:
        address = f"http://127.0.0.1:{self.gateway.server_port}"
        return {
            "MAILLAGE_SMTP": f"smtp://127.0.0.1:{self.port}",
            "MAILLAGE_SENDER": "Maillage <a@reseau.example>",
            "MAILLAGE_SMS": address,
            "MAILLAGE_SMS_STATUS": address + "/{reference}",
        }

    def stop(self) -> None:
        self.mail.stop()
        self.gateway.shutdown()
        self.gateway.server_close()


@pytest.fixture
def servers():
    mail_servers = Servers()
    yield mail_servers
    mail_servers.stop()


def sent(servers, home, database, *words) -> dict:
    return report_of("outbox", *words, home=home, database=database, **servers.environment)


def test_several_workers_at_once_send_each_message_once(database, servers, tmp_path):
    n = 100
    rows = sent(servers, tmp_path, database, "together", n, 4)["rows"]
    assert Counter((state, attempts) for _, state, attempts in rows.values()) == {("sent", 1): n}
    assert servers.mails + servers.texts == dict.fromkeys(rows, 1)


@pytest.mark.complete
@pytest.mark.slow("twenty workers killed in the complete profile")
def test_a_worker_killed_again_and_again_sends_nothing_twice_and_loses_nothing(database, servers, tmp_path):
    kills = times(10, 10 if database else 20)  # what a second engine changes shows soon
    report = sent(servers, tmp_path, database, "killed", 100 + 5 * (kills - 10), kills)
    rows = report["rows"]
    assert report["held"] > 0, "kills fell where it hurts"
    taken = servers.mails + servers.texts
    assert set(taken.values()) == {1}
    for digest, (channel, state, _) in rows.items():
        if channel == "sms":  # the gateway tells what it took: nothing is left in doubt
            assert (state, taken[digest]) == ("sent", 1)
        else:  # a mail server does not: what was cut is shown to a person, the rest left
            assert state in ("sent", "doubtful")
            assert taken[digest] == 1 or state == "doubtful"
    assert sum(state == "doubtful" for _, state, _ in rows.values()) <= report["held"]
