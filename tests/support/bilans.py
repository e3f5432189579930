"""Autonomy diagnoses: walked in the browser, or stored."""

import re
from datetime import timedelta

from django.core import signing
from django.utils import timezone

from maillage.apps.referrals.autonomy import actions, rules
from maillage.apps.referrals.autonomy.forms import carried
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.statistics.engine import bilan as engine
from tests.support.personas import AURELIE, SANDRINE


def browser_state(client) -> Carried:
    """Return the state stored in the browser."""
    cookie = client.cookies.get("bilan")
    if cookie is None or not cookie.value:
        return Carried()
    return Carried.from_plain(signing.loads(cookie.value, salt=carried.SALT))


def stored_diagnosis(answers=AURELIE, *, days_ago=0, person=None, **more) -> Bilan:
    """Keep a diagnosis for a person."""
    return actions.keep(
        Carried(mode="self", answers=answers, token=f"t{Bilan.objects.count()}", ended=True),
        purpose=rules.PERSON,
        how="click",
        at=timezone.now() - timedelta(days=days_ago),
        person=person,
        **more,
    )


def walk(client, answers, mode="self"):
    """Answer all the questions as a browser without script does; return the last answer of the server."""
    response = client.post("/bilan/", {"mode": mode})
    while (match := re.fullmatch(r"/bilan/question/(\w+)/", response.url)) is not None:
        page = client.get(response.url)
        vu = re.search(r'name="vu" value="([^"]+)"', page.content.decode())[1]
        answer = answers.get(match[1], "-")
        data = {"vu": vu} | (
            {"passer": "1"}
            if answer == "-"
            else {"ne-sais-pas": "1"}
            if answer == "?"
            else {"reponse": answer}
        )
        response = client.post(response.url, data)
    return response


EVERY_ANSWER = {
    "X1": "no",
    "A1": ["smartphone"],
    "A2": "mine",
    "A3": "box",
    "U1": "little",
    "U2": "easy",
    "U3": "helped",
    "U4": "rarely",
    "U5": "helped",
    "U6": "leave",
    "U7": ["nothing"],
    "M1": ["rights"],
    "M2": "learn",
    "O1": "easy",
    "O2": ["nothing"],
    "O3": "none",
    "O4": "relative",
}
CARRIED = Carried(mode="self", answers=EVERY_ANSWER)


def timed(seconds: int, answers=SANDRINE) -> dict[str, int]:
    """Return timings that add up to some seconds."""
    path = engine.path(answers)
    return {id: seconds // len(path) + (k < seconds % len(path)) for k, id in enumerate(path)}
