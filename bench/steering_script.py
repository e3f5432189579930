"""Run by bench/steering.py in a home and a database of its own: fill, count, open the dashboards."""

import json
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

from maillage.manage.deploy.bootstrap import ready

ready()

from django.db import connection, transaction
from django.test import Client
from django.utils import timezone

from bench.timing import ROOT, request, served
from maillage.apps.directory.memberships.models import Membership
from maillage.apps.directory.places.actions import index, sheets
from maillage.apps.directory.places.models import Lieu, Source, Structure
from maillage.apps.learning.models import Fact, Plan
from maillage.apps.learning.queries import contents
from maillage.apps.people.actes.models import Act
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User
from maillage.apps.referrals.orientations.models import Orientation, Path
from maillage.apps.steering.indicators import actions
from maillage.apps.steering.indicators.models import DailyCount
from maillage.apps.volunteering.volunteers.models import Aidant
from maillage.kernel.table import group, total_by
from maillage.manage.country import series
from maillage.manage.country.series import moment, numbered, padded, reset_sequences
from maillage.manage.platform_study import computed
from maillage.manage.requests import static
from maillage.sources.offer import files
from maillage.sources.offer.clean import point
from maillage.sources.offer.forms import read as forms
from maillage.statistics.need import population as frames
from maillage.web import snapshots

YEARS, STEPS = 5, 2  # over which everything is spread; steps that each learner opened
DAYS = 365 * YEARS
A_DAY = 365 * YEARS * 5 // 7  # working days of these years
STATES = ("closed", "closed", "closed", "closed", "closed", "closed", "closed", "refused", "sent", "accepted")
SYLLABLES = ("ma", "ri", "lo", "na", "sou", "fa", "ti", "ben", "cé", "ya", "ga", "do", "lé", "vi", "ra", "ju")
CHUNK = 2_000
pour = partial(series.pour, example="false")  # of a country where people are, as far as its pages know


def main() -> None:
    """Fill, count everything, serve each page to somebody who coordinates; then count after a day of work."""
    static.collect()
    at, chance = timezone.now(), random.Random(1)
    size = {
        name: int(os.environ[name.upper()]) for name in ("structures", "aidants", "learners", "referrals")
    }
    territories = os.environ["PLACES"].split(",")
    people(size, at, chance)
    for place in territories:
        computed(place)
    connection.cursor().execute("analyze")
    rebuild_seconds = timed(lambda: actions.rebuild(at=at))
    naive = timed(by_hand)
    client = signed_in(at)
    with served(os.environ["MAILLAGE_HOME"], database=os.environ.get("DATABASE_URL", "")) as (port, _):
        pages = [page(name, address, client, port) for name, address in addresses(territories)]
    touch(size, at)
    day = timed(lambda: day_of_work(at))
    sys.stdout.write(
        json.dumps(
            {
                "pages": pages,
                "whole": rebuild_seconds[0],
                "whole_cpu": rebuild_seconds[1],
                "naive": naive[0],
                "day": day[0],
                "day_cpu": day[1],
                "counts": DailyCount.objects.count(),
            }
        )
    )


def addresses(territories: list[str]) -> list[tuple[str, str]]:
    """Return the dashboards, by name."""
    return [
        ("piloter", "/espace/pilotage/"),
        *((f"la boucle ({place})", f"/territoires/{place}/boucle/") for place in territories),
        *((f"les indicateurs ({place})", f"/territoires/{place}/indicateurs/") for place in territories),
        ("ce que deviennent les orientations (France)", "/espace/orientations/mesures/"),
        ("ce que donnent les apprentissages (France)", "/espace/apprendre/mesures/"),
    ]


def page(name: str, address: str, client: Client, port: int) -> dict[str, Any]:
    """Return the first time of a page, then its p95, its median, the queries that it makes."""
    headers = {"Cookie": "; ".join(f"{key}={cookie.value}" for key, cookie in client.cookies.items())}

    def ask() -> float:
        start = time.perf_counter()
        status, _, _ = request(port, "GET", address, headers=headers)
        assert status == HTTPStatus.OK, (address, status)
        return time.perf_counter() - start

    first, *times = (ask() for _ in range(1 + int(os.environ["REQUESTS"])))
    times.sort()
    client.get(address)  # what this process reads once
    with connection.execute_wrapper(queries := Queries()):
        client.get(address)
    sys.stderr.write(
        f"{name} : {times[len(times) // 2]:.3f} s, {queries.n} requêtes, première {first:.1f} s\n"
    )
    return {
        "name": name,
        "first": first,
        "p95": times[int(0.95 * len(times))],
        "median": times[len(times) // 2],
        "queries": queries.n,
    }


class Queries:
    """How many queries were made."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, execute: Callable[..., Any], *words: Any) -> Any:
        """Count one more, and make it."""
        self.n += 1
        return execute(*words)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of a work by the clock, then by our processor."""
    cpu, start = time.process_time(), time.perf_counter()
    work()
    return time.perf_counter() - start, time.process_time() - cpu


def signed_in(at: datetime) -> Client:
    """Return the browser of somebody who coordinates the country."""
    user = User.objects.create_user("banc@exemple.fr", None, is_demonstration=True)
    for role in ("coordination", "analyste"):
        Membership.objects.create(user=user, role=role, territory="france", since=at.date())
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    return client


def day_of_work(at: datetime) -> None:
    """Count again the days touched, then what somebody reads, as the clock of the platform does."""
    actions.refresh(at - timedelta(minutes=1), at=at)
    snapshots.run_deadlines(at=at + snapshots.FRESH)


def touch(size: dict[str, int], at: datetime) -> None:
    """Play a working day: as many referrals answered, plans and learners as on any other."""
    for model, field, n in (
        (Orientation, "changed_at", size["referrals"]),
        (Fact, "kept_at", size["learners"] * STEPS),
        (Plan, "answered_at", size["learners"] // 10),
        (Act, "noted_at", size["learners"] // 5),
    ):
        latest = model._default_manager.order_by("-pk").values_list("pk", flat=True)[: n // A_DAY + 1]
        model._default_manager.filter(pk__in=list(latest)).update(**{field: at})


def by_hand() -> None:
    """Count every row in Python, a count for each day and commune, and write these; then take it back."""
    n_by_count: Counter[tuple[Any, ...]] = Counter()
    rows = Orientation.objects.filter(sent_at__isnull=False).exclude(origin="relative")
    for sent, commune, came, when in rows.values_list("sent_at", "commune", "came", "served_at").iterator():
        if sent is None:
            continue
        n_by_count["sent", commune, sent.date()] += 1
        n_by_count["known", commune, sent.date()] += came is not None
        n_by_count["served", commune, sent.date()] += when is not None
    seats = dict(Structure.objects.values_list("pk", "code_insee"))
    known_people: set[int] = set()
    facts = Fact.objects.filter(person__isnull=False).order_by("at")
    for person, at, structure in facts.values_list("person", "at", "structure").iterator():
        if person not in known_people:
            known_people.add(person)
            n_by_count["learners", seats[structure], at.date()] += 1
    with transaction.atomic():
        daily_counts = [
            DailyCount(measure=m, commune=c, day=day, n=n) for (m, c, day), n in n_by_count.items()
        ]
        DailyCount.objects.bulk_create(daily_counts, batch_size=CHUNK)
        transaction.set_rollback(True)


# ---------------------------------------------------------------------------------------------------- filling


def people(size: dict[str, int], at: datetime, chance: random.Random) -> None:
    """Write the structures where people live, their places, their aidants; then whom they helped."""
    iris = frames.sources().rp2021
    codes, row = group(iris["commune"])
    weights = total_by(row, iris["pop"]).tolist()
    where = chance.choices(codes.tolist(), weights, k=size["structures"])
    Structure.objects.bulk_create(
        [
            Structure(pk=k, key=f"banc-{k}", name=f"Structure {k}", code_insee=code)
            for k, code in enumerate(where, 1)
        ],
        batch_size=CHUNK,
    )
    reset_sequences(Structure)
    places(where, chance)
    User.objects.bulk_create(
        [User(pk=k, email=f"{k}@exemple.fr", password="!") for k in range(1, size["aidants"] + 1)],
        batch_size=CHUNK,
    )
    n, day = size["structures"], at.date()
    roles = [(k, 1 + k % n, day - timedelta(days=k * 7 % DAYS)) for k in range(1, size["aidants"] + 1)]
    Membership.objects.bulk_create(
        [Membership(user_id=k, role="aidant", structure_id=s, since=on) for k, s, on in roles],
        batch_size=CHUNK,
    )
    Aidant.objects.bulk_create(
        [
            Aidant(user_id=k, structure_id=s, name=f"Aidant {k}", kind="employee", since=on, made_at=at)
            for k, s, on in roles
        ],
        batch_size=CHUNK,
    )
    helped(size, at, n)
    reset_sequences(User, Person, Path, Orientation, Fact, Plan, Act)


def places(where: list[str], chance: random.Random) -> None:
    """Write a published place for each structure, in its commune: the sheets of Isère, no more than there are
    structures, renamed.
    """
    raw = forms.read(ROOT / "data/raw/hinaura/isere.json")
    some = replace(raw, rows=raw.rows[: len(where)])
    real = [row.sheet for row in files.places(some, today=date(2026, 11, 20)).accepted]
    source, new_places = Source.objects.create(name="banc"), []
    for k, code in enumerate(where, 1):
        extent = point.extent(code)
        if extent is None:
            continue
        sheet = dict(chance.choice(real))
        sheet |= {"code_insee": code, "commune": code, "nom": "".join(chance.choices(SYLLABLES, k=5)).title()}
        sheet["latitude"] = extent.latitude + chance.uniform(-1, 1) * extent.radius / point.DEGREE / 3
        sheet["longitude"] = extent.longitude + chance.uniform(-1, 1) * extent.radius / point.DEGREE / 3
        lieu = Lieu(slug=f"l{k}", source=source, identifier=str(k), structure_id=k, sheet=sheet)
        sheets.derive(lieu)
        new_places.append(lieu)
    index.refresh(Lieu.objects.bulk_create(new_places, batch_size=CHUNK))


def helped(size: dict[str, int], at: datetime, n: int) -> None:
    """Write the people, what each learnt in a structure, plans, acts, and referrals from everywhere."""
    learners, modules = size["learners"], list(contents.modules().values())

    def stands(k: str) -> str:
        return f"1 + ({k} * 7919) % {n}"

    def moment(k: str, later: int = 0) -> str:
        return back(f"({k} * 104729) % {DAYS * 24 - 72} + 72 - {later}", at)

    seat = f"(select code_insee from directory_structure where id = {stands('k')})"
    of_k: dict[str, str] = {"structure": stands("k"), "person": "k"}
    pour(Person, learners, code=padded("k", 8), picture="'cle'", made_at=moment("k"), active_at=moment("k"))
    for m, module in enumerate(modules):
        person_expression = f"((k - 1) * {len(modules)} + {m + 1})"
        for step in range(1, min(STEPS, len(module.steps)) + 1):
            exercise = module.steps[step - 1].exercise
            pour(
                Fact, (learners - m - 1) // len(modules) + 1,
                uid=numbered(f"{person_expression} * {STEPS} + {step}"), person=person_expression,
                structure=stands(person_expression),
                module=f"'{module.id}'", version=str(module.version), step=str(step),
                kind=f"'{exercise.kind if exercise else ''}'", seconds="60 + k % 200", way="'touch'",
                state="case when k % 3 = 0 then 'done' else 'seen' end", screen="'small'",
                at=moment(person_expression), kept_at=moment(person_expression),
            )  # fmt: skip
    named = (
        "case k % 3 "
        + " ".join(f"when {k} then '{named_module.id}'" for k, named_module in enumerate(modules[:3]))
        + " end"
    )
    pour(
        Plan, learners // 10, **of_k, commune=seat, module=named, token=padded("k", 32),
        on=f"date({moment('k')})", ask_on=f"date({moment('k')})", together="'alone'", at=moment("k"),
        answer="case k % 4 when 0 then 'alone' when 1 then 'beside' when 2 then 'not_yet' else '' end",
    )  # fmt: skip
    pour(
        Act, learners // 5, **of_k, uid=numbered("k"), kind="'together'", procedure="'caf'",
        minutes="15 + k % 60", where="'here'", done_at=moment("k"), on_day=f"date({moment('k')})",
        noted_at=moment("k"),
    )  # fmt: skip
    common = {"origin": "'professional'", "commune": seat}
    pour(Path, size["referrals"], made_at=moment("k"), **common)
    state = "case k % 10 " + " ".join(f"when {k} then '{s}'" for k, s in enumerate(STATES)) + " end"
    pour(
        Orientation, size["referrals"], path="k", need="'assistance'", **common, to_structure=stands("k"),
        from_structure=stands("k"), state=state, changed_at=moment("k"), prepared_at=moment("k"),
        sent_at=moment("k"), came="case when k % 10 < 7 then k % 10 < 6 else null end",
        reason="case when k % 10 = 7 then 'full' else '' end",
        answered_at=f"case when k % 10 < 8 then {moment('k', 24)} else null end",
        met_at=f"case when k % 10 < 7 then {moment('k', 48)} else null end",
        served_at=f"case when k % 10 < 6 then {moment('k', 48)} else null end",
        outcome="case when k % 10 < 4 then 'reached' else '' end",
    )  # fmt: skip


def back(hours: str, at: datetime) -> str:
    """Return a moment so many hours before now, in the words of the database."""
    return moment(f"-({hours})", at)


if __name__ == "__main__":
    main()
