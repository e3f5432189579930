"""Whoever writes may be killed at any moment, and many may write at once: nothing half done, nothing
refused.
"""

import contextlib
import http.client
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.databases.conftest import python, report_of
from tests.support import shared
from tests.support.profile import times
from tests.support.served import platform
from tests.support.speed import PATIENCE, until

KILLS, WRITERS = times(10, 30), times(12, 20)
SECRET = "a" * 32  # a mark against forged forms, chosen by the visitor's own browser


@pytest.mark.complete
@pytest.mark.slow("kills a writer thirty times in the complete profile")
def test_a_writer_killed_again_and_again_leaves_nothing_half_done(tmp_path):
    report = report_of("kills", KILLS, home=tmp_path)
    assert report["faults"] == []
    assert report["inside"] > 0, "kills fell in the middle of transactions"
    assert all(report["rows"].values()), report["rows"]


SCENERY = f"""
import json
from maillage.manage.deploy.bootstrap import ready
ready()
from datetime import date
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from maillage.apps.platform.accounts.models import User
from maillage.apps.directory.intake.actions import quick_actions
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.platform.messages import actions
from tests.databases.kills import SHEET
lieu = quick_actions.add({{**SHEET, "nom": "Le Lien"}}, by="essai", at=timezone.localtime())
keys = []
for n in range({WRITERS}):
    user = User.objects.create_user(f"u{{n}}@exemple.fr", None, name=f"U{{n}}", is_demonstration=True)
    Membership.objects.create(user=user, role="gestionnaire", structure=lieu.structure, since=date(2020, 1, 1))
    visit = SessionStore()
    visit[SESSION_KEY], visit[BACKEND_SESSION_KEY] = str(user.pk), "maillage.manage.sign_in.adapter.Backend"
    visit[HASH_SESSION_KEY] = user.get_session_auth_hash()
    visit.save()
    keys.append(visit.session_key)
actions.put(channel="email", to="a@exemple.fr", subject="S", text="T", key="essai", at=timezone.now())
print(json.dumps([lieu.slug, keys]))
"""
COUNTS = """
import json
from maillage.manage.deploy.bootstrap import ready
ready()
from maillage.apps.directory.places.models import Proposal
from maillage.apps.platform.messages.models import Message, Stop
from maillage.apps.people.persons.models import Consent, Person
from tests.databases import kills
born = Person.objects.filter(born=1950).count()
print(json.dumps([kills.half_done(), born, Consent.objects.count(), Proposal.objects.count(), Stop.objects.count()]))
"""


PUT = """
from maillage.manage.deploy.bootstrap import ready
ready()
from django.utils import timezone
from maillage.apps.platform.messages import actions
actions.put(channel="email", to="a@exemple.fr", subject="Ensuite", text="T", key="ensuite", at=timezone.now())
"""


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[tuple[Path, subprocess.Popen, int]]:
    """The platform as `maillage servir` starts it: its home, where served.txt is what it says, its process, its port."""
    home = shared.served(tmp_path_factory.mktemp("servie"))
    with (home / "served.txt").open("w") as output:
        streams = {"stdout": output, "stderr": output}
        with platform(shared.environment(home), **streams) as (server, address):
            yield home, server, int(address.rpartition(":")[2])


@pytest.mark.complete
@pytest.mark.slow("a whole server, and twenty people in the complete profile")
def test_many_people_write_at_once_and_none_is_refused(served):
    home, _, port = served
    done = python("-c", SCENERY, home=home)
    assert done.returncode == 0, done.stderr[-2000:]
    slug, keys = json.loads(done.stdout)
    with ThreadPoolExecutor(WRITERS) as pool:

        def post(key: str, address: str, **fields: str) -> str:
            """Send a form as a browser does; return where it leads."""
            headers = {
                "Cookie": f"sessionid={key}; csrftoken={SECRET}",
                "Content-Type": "application/x-www-form-urlencoded",
            }
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
            connection.request("POST", address, urlencode(fields | {"csrfmiddlewaretoken": SECRET}), headers)
            answer = connection.getresponse()
            assert answer.status == 302, (address, answer.status, answer.read()[-500:])
            return str(answer.headers["Location"])

        def write(n: int) -> None:
            key = keys[n]
            card = post(key, "/espace/personnes/nouvelle/", prenom=f"Ali {n}", langue="fr", joindre="none")
            assert card.startswith("/espace/personnes/")
            post(key, f"{card}accord/", pour="keep", comment="read", reponse="oui")
            post(key, f"{card}corriger/", prenom="Ali", naissance="1950", langue="fr", joindre="none")
            post(key, f"/lieux/{slug}/signaler/", sur="horaires", texte="Fermé le lundi")
            post(key, "/espace/messages/refus/", channel="sms", to=f"06 12 34 56 {n:02d}")

        list(pool.map(write, range(WRITERS)))
    assert "locked" not in (home / "served.txt").read_text()
    done = python("-c", COUNTS, home=home)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == [[], *[WRITERS] * 4]


def children(pid: int) -> dict[int, str]:
    """Return the programs that a process started, by number."""
    command_by_pid = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if status.read_text().rpartition(")")[2].split()[1] == str(pid):
                command_by_pid[int(status.parent.name)] = (
                    (status.parent / "cmdline").read_text().replace("\0", " ")
                )
    return command_by_pid


@pytest.mark.complete
@pytest.mark.slow("a whole server, killed")
def test_the_scheduler_starts_again_when_killed_and_leaves_with_the_server(served):
    home, server, _ = served

    def scheduler_pids() -> list[int]:
        return [
            pid for pid, words in children(server.pid).items() if "maillage.manage.deploy.scheduler" in words
        ]

    until(scheduler_pids)
    first = scheduler_pids()[0]
    os.kill(first, signal.SIGKILL)
    until(lambda: scheduler_pids() not in ([], [first]))
    assert python("-c", PUT, home=home).returncode == 0
    until(lambda: any("Ensuite" in path.read_text() for path in (home / "messages").glob("*.eml")))
    started = children(server.pid)
    assert len(started) == 4  # the pages, what is quick, what is slow, what is due
    os.kill(server.pid, signal.SIGKILL)
    until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))


# What was written, for the kills to say anything.
SIGNED = {"mandat.prepared", "mandat.signed", "mandat.withdrawn", "act.noted"}


@pytest.mark.complete
@pytest.mark.slow("kills whoever signs thirty times in the complete profile")
def test_whoever_signs_stops_and_notes_acts_may_be_killed_at_any_moment(database, tmp_path):
    kills = times(20, 20 if database else 30)  # what a second engine changes shows soon
    report = report_of("signing", kills, home=tmp_path, database=database)
    assert report["faults"] == []
    assert report["inside"] > 0, "kills fell in the middle of transactions"
    assert set(report["rows"]) >= SIGNED, report["rows"]


def test_two_who_sign_and_stop_at_once_leave_one_answer(database, tmp_path):
    report = report_of("signing", "together", home=tmp_path, database=database)
    assert report["faults"] == 0, report
    assert report.get("signed", 0) + report.get("declined", 0) == 12


@pytest.mark.complete
@pytest.mark.slow("kills whoever imports, erases and changes keys, twenty times each in the complete profile")
@pytest.mark.parametrize("work", ["importing", "erasing", "rotating"])
def test_nothing_is_lost_nor_done_twice_whenever_a_long_work_is_killed(work, tmp_path):
    kills = times(5, 20)
    report = report_of("turning", work, kills, home=tmp_path)
    assert report["faults"] == []
    assert report["inside"] > 0 and report["done"] > 0
