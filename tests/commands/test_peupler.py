"""`maillage peupler`: a made country, the same each time, where nobody real is, and told as made."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.actions import record
from maillage.apps.platform.accounts.models import Entry
from maillage.apps.platform.accounts.queries import broken
from maillage.apps.surveys.models import Survey
from maillage.manage.country import making
from tests.support import programs, shared
from tests.support.programs import CLI

SMALL = {
    "structures": 12,
    "aidants": 30,
    "personnes": 60,
    "orientations": 120,
    "apprenants": 400,
    "actes": 40,
    "ateliers": 25,
    "enquetes": 2,
    "reponses": 50,
    "messages": 20,
    "journal": 10,
}
WORDS = [word for name, n in SMALL.items() for word in (f"--{name}", str(n))]
DRAWN = (
    *("19238", "87085", "78172", "33143", "59214", "54498"),
    *("70550", "80021", "13069", "06006", "85191", "51579"),
)
# What the pages of the country say of it, read by a program that knows the platform.
READ = """
import json, sys
from maillage.manage.deploy.bootstrap import ready
ready()
from django.db.models import Count
from django.apps import apps
from django.db import connection
from maillage.apps.platform.accounts.models import User
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.referrals.orientations.models import Orientation
connection.check_constraints()
from django.utils import timezone
from maillage.manage.deploy import scheduler
erased = {done.name: dict(done.counts) for done in scheduler.run(timezone.now())}
of = {m._meta.label_lower: m for m in apps.get_models() if m.__module__.startswith("maillage.")}
marked = {name: m for name, m in of.items() if any(f.name == "example" for f in m._meta.fields) and "indicators" not in name}
print(json.dumps({
    "rows": {name: m._default_manager.count() for name, m in of.items()},
    "unmarked": [name for name, m in marked.items() if m._default_manager.filter(example=False).exists()],
    "unknown": [f"{name}.{f.name}: {value}" for name, m in of.items() for f in m._meta.concrete_fields if f.choices
        for value in set(m._default_manager.order_by().values_list(f.name, flat=True)) - {None, "", *dict(f.flatchoices)}],
    "accounts": User.objects.filter(is_demonstration=False).count(),
    "names": sorted(set(Structure.objects.filter(key__startswith="fabrique-").values_list("name", flat=True)))[:3],
    "codes": list(Structure.objects.order_by("pk").values_list("code_insee", flat=True)),
    "lieux": list(Lieu.objects.order_by("pk").values_list("name", flat=True)),
    "states": dict(Orientation.objects.order_by().values_list("state").annotate(n=Count("pk"))),
    "erased": erased,
    "moments": [str(at) for at in Orientation.objects.order_by("pk").values_list("sent_at", flat=True)[:3]],
}))
"""


def run(home, *words, **more):
    return programs.run(*words, environment=shared.environment(home) | more)


def peupler(home, *words, **more):
    return run(home, *CLI, "peupler", *words, **more)


def read(home):
    done = run(home, "-c", READ)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.complete
@pytest.mark.slow("starts the platform four times, and reads a census")
def test_country_has_the_requested_size(tmp_path):
    home = shared.furnish(tmp_path / "a")
    done = peupler(home, *WORDS)
    assert done.returncode == 0, done.stderr
    assert "Pays fabriqué, où rien n’est vrai" in done.stdout
    counts = read(home)
    rows = counts["rows"]
    assert rows["directory.structure"] == rows["directory.lieu"] == 12
    assert rows["accounts.user"] == rows["memberships.membership"] == rows["volunteers.aidant"] == 30
    assert rows["people.person"] == 400
    assert rows["people.following"] == rows["people.consent"] == 60
    assert rows["orientations.orientation"] == rows["orientations.event"] == 120
    assert rows["learning.fact"] == 2 * 400
    assert rows["agenda.seat"] == 25 * 8
    assert rows["surveys.answer"] == 50
    assert rows["outbox.message"] == 20
    assert counts["states"] == {"closed": 84, "served": 12, "accepted": 12, "sent": 12}
    assert tuple(counts["codes"]) == DRAWN, "another country than last time"
    erased = counts["erased"]
    assert not erased["personnes_oubliees"]["lignes"], "a country that erases on time has nothing late"
    assert not erased["orientations"]["oubliees"]
    assert not erased["ateliers"].get("noms_effaces")
    assert counts["unmarked"] == []
    assert counts["unknown"] == [], "a word that no page knows"
    assert counts["accounts"] == 0
    assert all("fabriquée" in name for name in counts["names"])
    assert all("(fabriqué)" in name for name in counts["lieux"])
    again = peupler(home, *WORDS)
    assert again.returncode == 2
    assert "Il y en a déjà un dans cette base" in again.stderr
    verified = run(home, *CLI, "verifier-journal")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.django_db
def test_no_line_of_the_journal_is_dated_before_the_former(home):
    """Un pays se fabrique dans une base qui a déjà un journal, et d’autres écrivent pendant ce temps."""
    at = timezone.now()
    country = making.Country(making.Size.part(0.0001), at)
    structure = Structure.objects.create(key="s", name="Une structure", code_insee="38185")
    record(by=None, verb="structure.seen", row=structure, at=at + timedelta(minutes=2))
    country.pour_answers()
    record(by=None, verb="structure.seen", row=structure, at=at + timedelta(minutes=5))
    country.pour_journal()
    dates = list(Entry.objects.order_by("pk").values_list("at", flat=True))
    assert len(dates) > 5
    assert dates == sorted(dates)
    assert broken() == (len(dates), None)
    assert Survey.objects.first().made_at < at - timedelta(days=29), "its page still says since when it asks"


@pytest.mark.complete
@pytest.mark.slow("starts the platform four times")
def test_no_country_is_made_where_people_are(tmp_path):
    home = shared.furnish(tmp_path / "a")
    refused = peupler(home, *WORDS, MAILLAGE_ENV="production", MAILLAGE_HOSTS="exemple.fr")
    assert refused.returncode == 2
    assert "MAILLAGE_ENV vaut « production »" in refused.stderr
    completed = run(home, *CLI, "administrateur", "a@exemple.fr")
    assert completed.returncode == 0, completed.stderr
    refused = peupler(home, *WORDS)
    assert refused.returncode == 2
    assert "1\xa0compte qui n’est pas d’exemple" in refused.stderr
    assert read(home)["rows"]["directory.structure"] == 0


@pytest.mark.parametrize("words", [("--taille", "beaucoup"), ("--taille", "0"), ("--structures", "0")])
def test_a_size_that_means_nothing_is_refused(maillage, words):
    answer = maillage("peupler", *words)
    assert answer.code == 2
    assert "Une taille est un nombre plus grand que zéro" in answer.err
