"""Run by bench/drills.py in a home and a database of its own: make a country and open its sessions; later,
look for what was acknowledged.
"""

import io
import json
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

from maillage.manage.deploy.bootstrap import ready

ready()

from django.apps import apps
from django.conf import settings
from django.test import Client
from django.utils import timezone

from bench.drills import VISITS
from maillage.apps.learning import access
from maillage.apps.learning.actions import groups
from maillage.apps.learning.models import Fact
from maillage.apps.learning.queries import contents
from maillage.apps.platform.accounts.models import User
from maillage.manage.commands.demo import DOMAIN
from maillage.manage.main import main as maillage

CARDS = 40  # devices: one card sends so much a day


def prepare() -> str:
    """Make the country; return its rows, a session of each role, cards and what their devices send."""
    with redirect_stdout(io.StringIO()):
        maillage(["demo", "--sans-calcul"])
        if maillage(["peupler", "--taille", os.environ["SHARE"]]) != 0:
            raise SystemExit(1)
    rows = sum(
        model._default_manager.count()
        for model in apps.get_models()
        if model.__module__.startswith("maillage.")
    )
    cookies = {}
    for role in filter(None, VISITS):
        client = Client(headers={"host": "localhost"})
        client.force_login(User.objects.get(email=f"{role}@{DOMAIN}"))
        cookies[role] = f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
    now = timezone.now()
    module = next(iter(contents.own_modules().values()))
    fact = {"module": module.id, "version": module.version, "etape": 1, "etat": "done"}
    cards = [access.token(groups.alone(nickname="Épreuve", at=now)) for _ in range(CARDS)]
    return json.dumps({"rows": rows, "cookies": cookies, "cards": cards, "fact": fact})


def look() -> str:
    """Return how many of the facts that were acknowledged are nowhere."""
    sent = json.loads(Path(settings.HOME, "recus.json").read_text("utf-8"))
    stored_uids = {str(uid) for uid in Fact.objects.values_list("uid", flat=True).iterator()}
    return str(sum(1 for uid in sent if uid not in stored_uids))


if __name__ == "__main__":
    sys.stdout.write({"prepare": prepare, "look": look}[sys.argv[1]]())
