"""Run by bench/acts.py in a home and a database of its own: fill, note, compare."""

import json
import os
import random
import time
from datetime import timedelta
from uuid import uuid4

from maillage.config.bootstrap import ready

ready()

from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from maillage.apps.accounts.models import User
from maillage.apps.actes import rules
from maillage.apps.actes.models import Act
from maillage.apps.directory.models import Structure
from maillage.apps.memberships.models import Membership
from maillage.apps.people import actions as people
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
        where=rules.HERE,
        end=rules.DONE,
        done_at=at,
        on_day=timezone.localdate(at),
        noted_at=at,
    )


def main() -> None:
    call_command("collectstatic", interactive=False, verbosity=0)
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
    bare = []
    for _ in range(min(50, len(times))):
        held = row(structure, chance)
        start = time.perf_counter()
        held.save()
        bare.append(time.perf_counter() - start)
    times.sort()
    told = {"note": times[int(0.95 * len(times))], "median": times[len(times) // 2], "bare": max(bare)}
    print(json.dumps(told))


if __name__ == "__main__":
    main()
