"""Run by bench/learning.py in a home and a database of its own: fill, then ask a server of it as devices
would.
"""

import json
import os
import random
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http import HTTPStatus
from uuid import uuid4

from maillage.manage.deploy.bootstrap import ready

ready()

from django.utils import timezone

from bench.timing import request
from maillage.apps.learning import access
from maillage.apps.learning.actions import groups, progress
from maillage.apps.learning.models import Fact
from maillage.apps.learning.queries import contents
from maillage.apps.learning.rules import Fact as FactRow
from maillage.apps.people.persons.models import Person
from maillage.manage.requests import static
from maillage.modules import reading as module_reading

SECONDS = int(os.environ["SECONDS"])  # of people learning
TOGETHER = 64  # connections at once


def fill() -> None:
    """Make the pages ready, and the learners, each with some progress."""
    static.collect()
    at, ids = timezone.now(), list(contents.modules())
    for n in range(int(os.environ["LEARNERS"])):
        person = groups.alone(nickname=f"P{n}", at=at)
        fact_rows = [FactRow(str(uuid4()), ids[n % len(ids)], 1, step, "seen") for step in range(1, 6)]
        progress.keep(person, fact_rows, at=at)


def ask(port: int, path: str, body: bytes | None = None) -> float:
    """Ask the server for something; return how many seconds it took."""
    start = time.perf_counter()
    headers = {"Content-Type": "application/json"} if body else {}
    status, _, _ = request(port, "POST" if body else "GET", path, body=body, headers=headers)
    assert status == HTTPStatus.OK, (path, status)
    return time.perf_counter() - start


def people_learn(port: int, chance: random.Random) -> list[float]:
    """Let people open steps at the pace they do, for some seconds, whatever the server answers; return the
    seconds of each.
    """
    pages = [
        f"/apprendre/{id}/{n}/" for id, m in contents.modules().items() for n in range(1, len(m.steps) + 1)
    ]
    pace = int(os.environ["EVERY"]) / int(os.environ["LEARNERS"])
    for page in chance.sample(pages, min(40, len(pages))):
        ask(port, page)
    waited = []
    with ThreadPoolExecutor(TOGETHER) as pool:
        end = time.perf_counter() + SECONDS
        while time.perf_counter() < end:
            waited.append(pool.submit(ask, port, chance.choice(pages)))
            time.sleep(pace)
    return sorted(each.result() for each in waited)


def fact(chance: random.Random, ids: list[str]) -> dict[str, object]:
    module = chance.choice(ids)
    return {
        "uid": str(uuid4()),
        "module": module,
        "version": 1,
        "etape": chance.randint(1, len(contents.modules()[module].steps)),
        "etat": "done",
    }


def sending(token: str, facts: list[dict[str, object]]) -> bytes:
    return json.dumps({"carte": token, "faits": facts}).encode()


def main(port: int) -> None:
    chance, ids = random.Random(1), list(contents.modules())
    times = people_learn(port, chance)
    read = partial(
        module_reading.read,
        module_reading.OWN_MODULES / "02-tenir-la-souris" / module_reading.FILE,
        frozenset(),
    )
    start = time.perf_counter()
    read()
    naive = time.perf_counter() - start + times[int(0.95 * len(times))]
    people = list(Person.objects.order_by("pk")[: int(os.environ["DEVICES"])])
    bodies = [
        sending(access.token(seconds_alone), [fact(chance, ids) for _ in range(int(os.environ["FACTS"]))])
        for seconds_alone in people
    ]
    before, start = Fact.objects.count(), time.perf_counter()
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(partial(ask, port, "/apprendre/synchroniser/"), bodies))
        took = time.perf_counter() - start
        n_stored = Fact.objects.count() - before
        list(
            pool.map(partial(ask, port, "/apprendre/synchroniser/"), bodies)
        )  # the answer was lost: all is sent again
    doubled = Fact.objects.count() - before - n_stored
    alone = min(200, 2 * len(people) * int(os.environ["FACTS"]))
    some = [sending(access.token(people[0]), [fact(chance, ids)]) for _ in range(alone)]
    start = time.perf_counter()
    with ThreadPoolExecutor(TOGETHER) as pool:
        list(pool.map(partial(ask, port, "/apprendre/synchroniser/"), some))
    seconds_alone = (time.perf_counter() - start) / len(some)
    sent = len(people) * int(os.environ["FACTS"])
    print(
        json.dumps(
            {
                "step": times[int(0.95 * len(times))],
                "step_median": times[len(times) // 2],
                "step_naive": naive,
                "asked": len(times),
                "sync": took,
                "sync_naive": seconds_alone * sent,
                "kept": n_stored,
                "lost": sent - n_stored,
                "doubled": doubled,
            }
        )
    )


if __name__ == "__main__":
    fill() if sys.argv[1] == "fill" else main(int(sys.argv[1]))
