"""The database is stopped while people work: the page says so and what to do, and answers again once it is
back.
"""

import json

import pytest

from tests.support import programs, shared
from tools import postgresql

ASKING = """
import json, sys
from pathlib import Path
from tools import postgresql
from maillage.manage.deploy.bootstrap import ready
ready()
from django.test import Client
from django.db import close_old_connections
from maillage.apps.platform.accounts.models import User
user = User.objects.create_user("a@exemple.fr", "x", is_demonstration=True)
known, visitor = (Client(raise_request_exception=False, headers={"host": "localhost"}) for _ in "ab")
known.force_login(user)
from django.utils import timezone
from maillage.apps.learning import access
from maillage.apps.learning.actions import groups
card = access.token(groups.alone(nickname="P", at=timezone.now()))
told = []
def ask(moment):
    for who, client, address in (
        ("visitor", visitor, "/carte/"), ("account", known, "/espace/"), ("program", visitor, "/api/v1/structures"),
    ):
        close_old_connections()  # as a server does before each request; the client of the tests does not
        answer = client.get(address)
        told.append([moment, who, answer.status_code, answer.headers.get("Retry-After", ""),
                     answer.headers.get("Content-Type", "").partition(";")[0], answer.content.decode(errors="replace")
                     if "html" in answer.headers.get("Content-Type", "") or "problem" in answer.headers.get("Content-Type", "")
                     else ""])
    close_old_connections()
    device = visitor.post("/apprendre/synchroniser/", data=json.dumps({"carte": card, "faits": []}), content_type="application/json")
    told.append([moment, "device", device.status_code, device.headers.get("Retry-After", ""),
                 device.headers.get("Content-Type", "").partition(";")[0], ""])
ask("before")
for moment, then in (("gone", postgresql.interrupt), ("back", postgresql.run_again)):
    then(Path(sys.argv[1]))
    ask(moment)
print(json.dumps(told))
"""


@pytest.mark.complete
@pytest.mark.slow("starts a server of PostgreSQL, stops it and starts it again")
@pytest.mark.skipif(not postgresql.binaries(), reason=postgresql.ABSENT)
def test_a_stopped_database_is_reported_and_comes_back(tmp_path):
    folder = postgresql.start()
    try:
        home = shared.statics(tmp_path)
        own = shared.environment(home, postgresql.address(folder))
        done = programs.run("-c", ASKING, folder, environment=own)
        assert done.returncode == 0, done.stderr[-3000:]
    finally:
        postgresql.stop(folder)
    answer_of = {(moment, client): rest for moment, client, *rest in json.loads(done.stdout.splitlines()[-1])}
    for client, page in (("visitor", "text/html"), ("account", "text/html"), ("program", "application/problem+json"),
                      ("device", "application/problem+json")):  # fmt: skip
        assert answer_of["before", client][0] < 500
        status, again, kind, text = answer_of["gone", client]
        assert (status, again, kind) == (503, "60", page), client
        if client != "device":
            assert "Maillage ne joint plus sa base de données." in text
            assert "Réessayez dans une minute." in text
        assert answer_of["back", client][0] == answer_of["before", client][0], "it answers as before"
