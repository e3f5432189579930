"""Run by bench/searching.py in a home and a database of its own: fill, search, compare."""

import json
import os
import random
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from maillage.manage.deploy.bootstrap import ready

ready()

from django.db import connection
from django.db.models import Q

from maillage.apps.agenda.models import Workshop
from maillage.apps.community.models import Meeting, Post, Resource
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.models import Lieu, Source, Structure
from maillage.apps.people.persons.access import people_for
from maillage.apps.people.persons.models import Following, Person
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.search import actions, queries
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.statistics.zones.territories import gazetteer

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
# Out of a hundred objects: how many of each.
SHARES = {
    "people": 40,
    "orientations": 15,
    "lieux": 20,
    "workshops": 10,
    "resources": 5,
    "posts": 8,
    "meetings": 2,
}
SUBJECTS = (
    "déclarer ses impôts", "écrire un mail", "ouvrir un compte ameli", "acheter un billet de train",
    "choisir un mot de passe", "demander la prime d’activité", "prendre rendez-vous à la préfecture",
    "envoyer une photographie", "reconnaître une arnaque", "renouveler sa carte grise",
)  # fmt: skip
KINDS = ("Bibliothèque", "Médiathèque", "Maison des habitants", "Centre social", "Espace numérique", "Mairie")
SYLLABLES = ("ma", "ri", "lo", "na", "sou", "fa", "ti", "ben", "cé", "ya", "ga", "do", "lé", "vi", "ra", "ju")
NEEDS = ("formation", "accompagnement")
STRUCTURES, TEAMS = 400, 8  # of which a helper has eight
CHUNK = 2_000


def main() -> None:
    chance = random.Random(1)
    total = int(os.environ["OBJECTS"])
    user = fill(total, chance)
    actions.rebuild()
    connection.cursor().execute("analyze")  # as the engine does by itself within a minute
    typed = [search_typed(chance) for _ in range(int(os.environ["SEARCHES"]))]
    for text in typed[:10]:
        queries.find(user, text)
    times, spent = [], []
    for text in typed:
        before, start = time.process_time(), time.perf_counter()
        queries.find(user, text)
        times.append(time.perf_counter() - start)
        spent.append(time.process_time() - before)
    times.sort()
    spent.sort()
    alone = []
    for text in ("impots", "mediatheque", "mail"):
        start = time.perf_counter()
        naive(user, text)
        alone.append(time.perf_counter() - start)
    p95 = int(0.95 * len(times))
    print(
        json.dumps(
            {
                "p50": times[len(times) // 2],
                "p95": times[p95],
                "cpu": spent[p95],
                "naive": sorted(alone)[1],
                "n": len(times),
                "objects": total,
            }
        )
    )


def name(chance: random.Random) -> str:
    """Return a made first name: some thousands of them, as in a département."""
    return "".join(chance.choice(SYLLABLES) for _ in range(chance.choice((2, 2, 3)))).capitalize()


def search_typed(chance: random.Random) -> str:
    """Return a typed search: a name, a place, a subject, two words; one in three with a fault."""
    ways: tuple[Callable[[], str], ...] = (
        lambda: name(chance),
        lambda: chance.choice(KINDS),
        lambda: f"{chance.choice(KINDS)} {chance.choice(('Grenoble', 'Fontaine', 'Vizille'))}",
        lambda: chance.choice(SUBJECTS),
        lambda: chance.choice(("impots", "mail", "ameli prime", "train", "atelier", "arnaque mail")),
    )
    text = chance.choice(ways)()
    if chance.random() < 1 / 3 and len(text) > 4:
        at = chance.randrange(1, len(text) - 2)
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    return text


def fill(total: int, chance: random.Random) -> User:
    """Write the objects, and return a helper of some structures who sees their share."""
    n = {kind: total * share // 100 for kind, share in SHARES.items()}
    communes = [each for each in gazetteer() if each.kind == "commune" and each.code.startswith("38")]
    user = User.objects.create(email="aidant@exemple.fr", name="Aidant")
    source = Source.objects.create(name="Réseau")
    structures = Structure.objects.bulk_create(
        Structure(
            key=f"s{k}", name=f"{chance.choice(KINDS)} {chance.choice(communes).name} {k}", code_insee="38185"
        )
        for k in range(min(STRUCTURES, total))
    )
    Membership.objects.bulk_create(
        Membership(user=user, role="aidant", structure=each, since=date(2020, 1, 1))
        for each in structures[:TEAMS]
    )
    lieux = Lieu.objects.bulk_create(
        (_lieu(k, chance, source, structures, communes) for k in range(n["lieux"])), batch_size=CHUNK
    )
    people = Person.objects.bulk_create(
        (
            Person(
                code=f"{k:08d}",
                picture="lune",
                nickname=name(chance),
                born=1930 + k % 70,
                made_at=AT,
                active_at=AT,
            )
            for k in range(n["people"])
        ),
        batch_size=CHUNK,
    )
    Following.objects.bulk_create(
        (Following(person=each, structure=chance.choice(structures), since=AT) for each in people),
        batch_size=CHUNK,
    )
    path = Path.objects.create(made_at=AT, origin="professional")
    Orientation.objects.bulk_create(
        (
            Orientation(
                path=path, person=chance.choice(people), need=chance.choice(NEEDS),
                lieu=(to := chance.choice(lieux)),
                lieu_name=to.name, to_structure_id=to.structure_id, from_structure=chance.choice(structures),
                origin="professional", state="sent", prepared_at=AT, sent_at=AT, changed_at=AT, position=k,
            )
            for k in range(n["orientations"])
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    Workshop.objects.bulk_create(
        (
            Workshop(
                title=f"Atelier : {chance.choice(SUBJECTS)}", structure=chance.choice(structures),
                lieu=chance.choice(lieux),
                subject="mail", format="ponctuel", level="debutant", commune="38185", capacity=8,
                starts_at=AT + timedelta(hours=k), ends_at=AT + timedelta(hours=k + 2), made_at=AT,
                changed_at=AT,
                published_at=AT,
            )
            for k in range(n["workshops"])
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    resources = Resource.objects.bulk_create(
        (
            Resource(
                structure=chance.choice(structures), title=f"Fiche {k} : {chance.choice(SUBJECTS)}",
                about="Six écrans en grand", format="sheet", level="start", public="all", author="Nous",
                licence="cc-by", token=f"r{k}", at=AT,
            )
            for k in range(n["resources"])
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    Post.objects.bulk_create(
        (
            Post(
                kind="resource", row=chance.choice(resources).pk,
                words=f"Comment {chance.choice(SUBJECTS)} avec {name(chance)} ?",
                structure=chance.choice(structures), token=f"p{k}", at=AT,
            )
            for k in range(n["posts"])
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    Meeting.objects.bulk_create(
        (
            Meeting(
                structure=chance.choice(structures), kind="meeting",
                title=f"Réunion : {chance.choice(SUBJECTS)}",
                commune="38185", token=f"m{k}", made_at=AT, changed_at=AT,
            )
            for k in range(n["meetings"])
        ),
        batch_size=CHUNK,
    )  # fmt: skip
    return user


def _lieu(
    k: int, chance: random.Random, source: Source, structures: list[Structure], communes: list[Any]
) -> Lieu:
    where = chance.choice(communes)
    title = f"{chance.choice(KINDS)} {chance.choice(communes).name}"
    return Lieu(
        slug=f"lieu-{k}", source=source, identifier=str(k), structure=chance.choice(structures), name=title,
        code_insee=where.code,
        sheet={"nom": title, "commune": where.name, "adresse": f"{k % 90} rue de la Paix"},
    )  # fmt: skip


def naive(user: User, text: str) -> int:
    """Return how many rows hold a word, each text read by the database: no accent forgiven, no fault."""
    matches = [
        *people_for(user).filter(nickname__icontains=text)[:5],
        *Lieu.objects.filter(Q(name__icontains=text) | Q(sheet__icontains=text))[:5],
        *Workshop.objects.filter(title__icontains=text)[:5],
        *Resource.objects.filter(Q(title__icontains=text) | Q(about__icontains=text))[:5],
        *Post.objects.filter(words__icontains=text)[:5],
        *Meeting.objects.filter(title__icontains=text)[:5],
        *Orientation.objects.filter(lieu_name__icontains=text)[:5],
    ]
    counts: int = sum(
        rows.count()
        for rows in (
            people_for(user).filter(nickname__icontains=text),
            Lieu.objects.filter(Q(name__icontains=text) | Q(sheet__icontains=text)),
            Workshop.objects.filter(title__icontains=text),
            Resource.objects.filter(Q(title__icontains=text) | Q(about__icontains=text)),
            Post.objects.filter(words__icontains=text),
            Meeting.objects.filter(title__icontains=text),
            Orientation.objects.filter(lieu_name__icontains=text),
        )
    )
    total: int = counts + len(matches)
    return total


if __name__ == "__main__":
    main()
