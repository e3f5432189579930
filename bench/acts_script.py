"""Run by bench/acts.py in a home and a database of its own: fill, note, compare."""

import json
import os
import random
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import uuid4

from maillage.manage.deploy.bootstrap import ready

ready()

from django.test import Client
from django.utils import timezone

from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.models import Structure
from maillage.apps.people.actes import rules
from maillage.apps.people.actes.models import Act
from maillage.apps.people.mandats.models import Autorisation, Mandat
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Following, Person
from maillage.apps.platform.accounts.models import User
from maillage.manage.requests import static
from maillage.reference import procedures


def row(structure: Structure, chance: random.Random) -> Act:
    """Return an act of last year, as it is stored."""
    at = timezone.now() - timedelta(days=chance.randint(0, 365))
    return Act(
        uid=uuid4(),
        structure=structure,
        kind=chance.choice(list(rules.KINDS)),
        procedure=chance.choice(list(procedures.procedures())),
        minutes=chance.choice(rules.MINUTES),
        where=rules.ON_SITE,
        end=rules.DONE,
        done_at=at,
        on_day=timezone.localdate(at),
        noted_at=at,
    )


def main() -> None:
    static.collect()
    chance, at = random.Random(1), timezone.now()
    structure = Structure.objects.create(key="bench", name="Bench")
    user = User.objects.create_user("bench@exemple.fr", None, is_demonstration=True)
    Membership.objects.create(
        user=user, role="aidant", structure=structure, since=timezone.localdate() - timedelta(days=9)
    )
    person = people.welcome(by=user, structure=structure, at=at)
    Act.objects.bulk_create([row(structure, chance) for _ in range(int(os.environ["ACTS"]))], batch_size=500)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user)
    typed = {"nature": "together", "demarche": "autre", "demarche_autre": "impots", "minutes": "15"}
    typed |= {"ou": "here", "fin": "done", "personne": str(person.pk)}
    times = []
    for n in range(int(os.environ["REQUESTS"]) + 3):
        start = time.perf_counter()
        answer = client.post("/espace/actes/noter/", {**typed, "uid": str(uuid4())})
        if n >= 3:  # the first ones read the templates and the references
            times.append(time.perf_counter() - start)
        assert answer.status_code == 302, answer.status_code
    _mandates(user, structure, chance, int(os.environ["MANDATES"]))
    timings: dict[str, Any] = {"pages": _pages(client)}
    bare = []
    for _ in range(min(50, len(times))):
        unsaved_row = row(structure, chance)
        start = time.perf_counter()
        unsaved_row.save()
        bare.append(time.perf_counter() - start)
    times.sort()
    timings |= {"note": times[int(0.95 * len(times))], "median": times[len(times) // 2], "bare": max(bare)}
    print(json.dumps(timings))


def _mandates(user: User, structure: Structure, chance: random.Random, n: int) -> None:
    """Store people with a mandate of one procedure each, spread over the coming half-year."""
    at, today = timezone.now(), timezone.localdate()
    persons = Person.objects.bulk_create(
        [
            Person(code=f"{k:08d}", picture="maison", nickname=f"P{k}", made_at=at, active_at=at)
            for k in range(n)
        ],
        batch_size=500,
    )
    Following.objects.bulk_create(
        [Following(person=person, structure=structure, by=user, since=at) for person in persons],
        batch_size=500,
    )
    rows = Mandat.objects.bulk_create(
        [
            Mandat(
                person=person,
                structure=structure,
                by=user,
                code=f"{k:08d}",
                token=f"banc-{k}",
                duration="semester",
                starts_on=today - timedelta(days=chance.randint(1, 200)),
                ends_on=today + timedelta(days=chance.randint(-1, 180)),
                made_at=at,
                how="touch",
                signed_at=at,
            )
            for k, person in enumerate(persons)
        ],
        batch_size=500,
    )
    keys = list(procedures.procedures())
    Autorisation.objects.bulk_create(
        [Autorisation(mandat=person, key=chance.choice(keys), label="Démarche") for person in rows],
        batch_size=500,
    )


PAGES = {
    "mandats": "/espace/mandats/",
    "mandats filtrés": "/espace/mandats/?demarche=argent&fin=90",
    "actes": "/espace/actes/?nature=together&etat=counted",
    "aujourd’hui": "/espace/",
}


def _pages(client: Client) -> dict[str, float]:
    """Return the seconds that the server takes for each page that lists, p95."""
    return {name: _p95(partial(client.get, path)) for name, path in PAGES.items()}


def _p95(ask: Callable[[], Any]) -> float:
    took = []
    for n in range(min(20, int(os.environ["REQUESTS"])) + 3):
        start = time.perf_counter()
        answer = ask()
        assert answer.status_code == 200, answer.status_code
        if n >= 3:  # the first ones read the templates
            took.append(time.perf_counter() - start)
    return sorted(took)[int(0.95 * len(took))]


if __name__ == "__main__":
    main()
