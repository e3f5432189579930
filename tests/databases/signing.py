"""Kill whoever signs, stops and notes acts, as often as asked, at random; after each, nothing may be half done.

python -m tests.databases.signing KILLS: one program writes without pause, forked from this one, which kills it
and looks. Prints JSON: kills in a transaction, rows, faults. With `together` in place of a number, two helpers
answer at once.
"""

import contextlib
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any, NoReturn
from uuid import UUID

from maillage.kernel.errors import Refused
from maillage.manage.deploy.bootstrap import ready
from tests.databases.killing import Writing, killed, without_end
from tests.support.speed import PATIENCE

AT = datetime(2026, 11, 9, 9, tzinfo=UTC)
KEYS = ("prime-activite", "impots", "retraite", "actualisation", "social")
PEOPLE = 6


def main() -> None:
    ready()
    scenery()
    if sys.argv[1] == "together":
        json.dump(together(), sys.stdout)
        return
    for gesture in writes():  # what is read once is read here: those that are killed write at once
        with contextlib.suppress(Refused):
            gesture(random.Random(1), AT)
    last_line = (0, "")

    def look() -> list[str]:
        nonlocal last_line
        last_line, broken = lines_after(last_line)
        return broken + half_done()

    inside, faults = killed(int(sys.argv[1]), work, look, longest=0.12)
    json.dump({"inside": inside, "faults": faults + inconsistencies(), "rows": rows()}, sys.stdout)


def work(turn: int, writing: Writing) -> NoReturn:
    draw, actions = random.Random(turn), writes()

    def write(n: int) -> None:
        at = AT + timedelta(minutes=turn, milliseconds=n + 1)
        with contextlib.suppress(Refused):  # many gestures do not apply to the row they fall on
            draw.choice(actions)(draw, at)

    writing.watch()
    without_end(writing, write)


def scenery() -> None:
    """A structure, its helper, and people who may be written to."""
    from maillage.apps.people.persons.actions import consents
    from maillage.apps.people.persons.actions import register as people
    from maillage.apps.platform.accounts.models import User
    from tests.conftest import with_role
    from tests.support.places import place

    structure = place("signer", {"nom": "Signer", "pivot": "21380185500099"}).structure
    leila = with_role(
        User.objects.create_user("signer@exemple.fr", "x", name="Leïla"), "aidant", structure=structure
    )
    for n in range(PEOPLE):
        person = people.welcome(
            by=leila,
            structure=structure,
            nickname=f"P{n}",
            reach="email",
            reach_value=f"p{n}@exemple.fr",
            at=AT,
        )
        consents.agree(person=person, purpose="write", how="read", by=leila, at=AT)


def writes() -> list[Callable[[random.Random, datetime], Any]]:
    """Return the actions to draw from: every gesture on a mandate and on an act."""
    from maillage.apps.directory.places.models import Structure
    from maillage.apps.people.actes import rules
    from maillage.apps.people.actes.actions import acts as actes_actions
    from maillage.apps.people.actes.models import Act
    from maillage.apps.people.mandats.actions import deadlines, preparing, signing, stopping
    from maillage.apps.people.mandats.models import Mandat
    from maillage.apps.people.mandats.rules import frame
    from maillage.apps.people.persons.actions import forgetting
    from maillage.apps.people.persons.actions import register as people
    from maillage.apps.people.persons.models import Person
    from maillage.apps.platform.accounts.models import User
    from tests.support.mandats import STROKES, signed_mandat, terms_digest

    leila, structure = User.objects.get(name="Leïla"), Structure.objects.get(name="Signer")

    def any_of(draw: random.Random, rows: Any) -> Any:
        numbers = list(rows.order_by("-pk").values_list("pk", flat=True)[:30])
        return rows.model.objects.get(pk=draw.choice(numbers)) if numbers else None

    def person(draw: random.Random) -> Person:
        return any_of(draw, Person.objects.filter(forgotten_at=None))

    def prepare(draw: random.Random, at: datetime) -> None:
        preparing.prepare(
            person=person(draw),
            structure=structure,
            keys=draw.sample(KEYS, 2),
            duration=draw.choice(list(frame.MONTHS)),
            emergency=draw.random() < 0.2,
            by=leila,
            at=at,
            token=f"{at:%H%M%S%f}-{draw.random()}",
        )

    def sign(draw: random.Random, at: datetime) -> None:
        if row := any_of(draw, Mandat.objects.filter(signed_at=None)):
            how = draw.choice(list(frame.HOW))
            signature = signing.Signing(
                how=how,
                read_digest=terms_digest(row, at),
                strokes=STROKES,
                photograph=b"\xff\xd8" * 2000,
                witness="Paul",
            )
            signing.sign(row, signature, by=leila, at=at)

    def sign_new(draw: random.Random, at: datetime) -> None:
        prepare(draw, at)
        sign(draw, at)

    def of_running(gesture: Callable[..., Any]) -> Callable[[random.Random, datetime], Any]:
        def run(draw: random.Random, at: datetime) -> None:
            if row := any_of(draw, Mandat.objects.filter(signed_at__isnull=False, stripped_at=None)):
                gesture(draw, row, at)

        return run

    def withdraw(draw: random.Random, row: Mandat, at: datetime) -> None:
        stopping.withdraw(row, by=draw.choice([leila, None]), at=at)

    def revoke(draw: random.Random, row: Mandat, at: datetime) -> None:
        stopping.revoke(draw.choice(list(row.authorisations.all())), by=leila, at=at)

    def renew(draw: random.Random, row: Mandat, at: datetime) -> None:
        preparing.renew(row, by=leila, at=at, token=f"{at:%H%M%S%f}-{draw.random()}")
        sign(draw, at)

    def decline(draw: random.Random, at: datetime) -> None:
        if row := any_of(draw, Mandat.objects.filter(signed_at=None)):
            signing.decline(row, by=leila, at=at)

    def remind(draw: random.Random, at: datetime) -> None:
        deadlines.run_deadlines(at=at + timedelta(days=draw.choice((155, 176))))

    def note(draw: random.Random, at: datetime) -> None:
        noted_act = rules.Draft(
            uid=UUID(int=draw.getrandbits(128)),
            kind=draw.choice([rules.PLACE, rules.PLACE, rules.TOGETHER]),
            procedure=draw.choice(KEYS),
            minutes=15,
            where=rules.ON_SITE,
            end=rules.DONE,
            done_at=at,
            urgent=draw.random() < 0.5,
        )
        actes_actions.note(noted_act, by=leila, structure=structure, person=person(draw), at=at)

    def of_act(
        gesture: Callable[..., Any], rows: Any = Act.objects
    ) -> Callable[[random.Random, datetime], Any]:
        def run(draw: random.Random, at: datetime) -> None:
            if row := any_of(draw, rows.all()):
                gesture(row, by=leila, at=at)

        return run

    def correct(row: Act, *, by: User, at: datetime) -> None:
        actes_actions.correct(row, {"minutes": 1 + at.microsecond // 1000 % 600}, by=by, at=at)

    def forget(draw: random.Random, at: datetime) -> None:
        if draw.random() < 0.3:
            removed = person(draw)
            forgetting.forget(removed, by=leila, at=at)
            people.welcome(by=leila, structure=structure, nickname=removed.nickname, at=at)

    stops = [of_running(withdraw), of_running(revoke), of_running(renew), decline, remind, forget]
    changes = [of_act(each) for each in (correct, actes_actions.strike, actes_actions.restore)]

    def regularise(draw: random.Random, at: datetime) -> None:
        """Have the person sign first, as they do: drawn apart, both seldom meet."""
        waits = Act.objects.filter(regularised_at=None, person__forgotten_at=None).exclude(outside="")
        if row := any_of(draw, waits.exclude(person=None)):
            token = f"{row.pk}-{at:%H%M%S%f}-{draw.random()}"
            signed_mandat(row.person, structure, leila, row.procedure, at=at, token=token)
            actes_actions.regularise(row, by=leila, at=at)

    changes.append(regularise)
    return [sign_new, sign_new, sign, note, note, *stops, *changes]


ROUNDS = 12


def together() -> dict[str, int]:
    """Let two helpers answer one draft at once, then note an act while it is stopped; return how often each
    came first, and `faults`: both, neither, or an act allowed after the stop.
    """
    from django.db import connection

    from maillage.apps.directory.places.models import Structure
    from maillage.apps.people.actes.actions import acts as actes_actions
    from maillage.apps.people.actes.models import Act
    from maillage.apps.people.mandats.actions import signing, stopping
    from maillage.apps.people.mandats.models import Mandat, Signature
    from maillage.apps.people.persons.models import Person
    from maillage.apps.platform.accounts.models import Entry, User
    from tests.support.acts import draft
    from tests.support.mandats import by_touch, drafted

    leila, structure = User.objects.get(name="Leïla"), Structure.objects.get(name="Signer")
    outcomes: Counter[str] = Counter(faults=0)

    def both(*actions: Callable[[], Any]) -> list[bool]:
        gate = Barrier(len(actions))

        def run(gesture: Callable[[], Any]) -> bool:
            try:
                gate.wait(timeout=PATIENCE)
                gesture()
            except Refused:
                return False
            finally:
                connection.close()
            return True

        with ThreadPoolExecutor(len(actions)) as pool:
            return list(pool.map(run, actions))

    for n in range(ROUNDS):
        at = AT + timedelta(minutes=n)
        person = Person.objects.order_by("pk")[n % PEOPLE]
        mandate = drafted(person, structure, leila, "impots", at=at, token=f"ensemble-{n}")
        yes = by_touch(mandate, at)
        signed, declined = both(
            lambda row=mandate, yes=yes, at=at: signing.sign(row, yes, by=leila, at=at),
            lambda row=mandate, at=at: signing.decline(row, by=leila, at=at),
        )
        row = Mandat.objects.filter(pk=mandate.pk).first()
        is_signed = row is not None and row.signed_at is not None
        drawn = Signature.objects.filter(mandat=mandate.pk).exists()
        lines = Entry.objects.filter(row=mandate.pk, verb__in=("mandat.signed", "mandat.declined")).count()
        outcomes["signed" if signed else "declined"] += 1
        outcomes["faults"] += (signed, declined) not in ((True, False), (False, True))
        outcomes["faults"] += not (is_signed == drawn == signed and lines == 1)
        if row is None:
            continue
        noted_act = draft(uid=UUID(int=n), kind="place", procedure="impots", done_at=at)
        noted, stopped = both(
            lambda noted_act=noted_act, at=at, to=person: actes_actions.note(
                noted_act, by=leila, structure=structure, person=to, at=at
            ),
            lambda row=row, at=at: stopping.withdraw(row, by=None, at=at),
        )
        stop = Entry.objects.get(row=row.pk, verb="mandat.withdrawn").pk
        acted = Act.objects.filter(uid=noted_act.uid).first()
        outcomes["noted" if noted else "refused"] += 1
        outcomes["faults"] += not stopped or noted != (acted is not None)
        if acted is not None:
            outcomes["faults"] += Entry.objects.get(row=acted.pk, verb="act.noted").pk > stop
    return outcomes


def lines_after(last_line: tuple[int, str]) -> tuple[tuple[int, str], list[str]]:
    """Return the end of the journal, and where the lines written after an end do not follow."""
    from maillage.apps.platform.accounts.models import Entry
    from maillage.apps.platform.accounts.rules import journal

    number, digest = last_line
    lines = Entry.objects.filter(pk__gt=number).order_by("pk").values_list(*journal.Line._fields)
    for line in map(journal.Line._make, lines):
        if line.previous != digest or line.digest != journal.expected(line):
            return (line.pk, line.digest), [f"line {line.pk} does not follow"]
        number, digest = line.pk, line.digest
    return (number, digest), []


def half_done() -> list[str]:
    """Return the half-done writes: a row without those written with it."""
    from django.db.models import Count

    from maillage.apps.people.actes.models import Act, Revision
    from maillage.apps.people.mandats.models import Mandat, Signature
    from maillage.apps.platform.accounts.models import Entry
    from maillage.apps.platform.messages.models import Message

    faults = []

    def same(what: str, first: Any, second: Any) -> None:
        if first != second:
            faults.append(f"{what}: {first} and {second}")

    def written(verb: str) -> set[int]:
        return set(Entry.objects.filter(verb=verb).values_list("row", flat=True))

    def those(**conditions: Any) -> set[int]:
        return set(Mandat.objects.filter(**conditions).values_list("pk", flat=True))

    there, stripped = those(), those(stripped_at__isnull=False)
    same("mandates without a procedure", those(authorisations=None), set())
    same("prepared", there - written("mandat.prepared"), set())
    same("declined", written("mandat.declined") & there, set())
    same("signed", those(signed_at__isnull=False), written("mandat.signed"))
    same("signed without words", those(signed_at__isnull=False, words="", stripped_at=None), set())
    same("stopped", those(withdrawn_at__isnull=False) - stripped, written("mandat.withdrawn") - stripped)
    same("stripped", stripped, written("mandat.forgotten"))
    same("regularised", those(regularised_at__isnull=False), written("mandat.regularised"))
    drawn = set(Signature.objects.values_list("mandat", flat=True))
    same("images", drawn, those(how__in=("touch", "paper"), stripped_at=None))
    pending = Message.objects.filter(key__startswith="mandat-", state="waiting").values_list("key", flat=True)
    same("reminders of what is stopped", {int(k.split("-")[1]) for k in pending} & those(withdrawn_at__isnull=False), set())  # fmt: skip
    acts = set(Act.objects.values_list("pk", flat=True))
    same("acts", acts, written("act.noted") | written("act.outside"))
    lines = dict(Entry.objects.filter(kind="actes.act").order_by().values_list("row").annotate(n=Count("pk")))
    changes = dict(Revision.objects.order_by().values_list("act").annotate(n=Count("pk")))
    same("changes of acts", lines, changes)
    ends = dict(Revision.objects.filter(verb__in=("noted", "struck", "restored")).order_by("pk").values_list("act", "verb"))  # fmt: skip
    struck = set(Act.objects.filter(struck_at__isnull=False).values_list("pk", flat=True))
    same("struck", {pk for pk, verb in ends.items() if verb == "struck"}, struck)
    alone = Act.objects.filter(kind="place", mandat=None, outside="", person__forgotten_at=None)
    same("in their place without a mandate", alone.count(), 0)
    return faults


def inconsistencies() -> list[str]:
    """Return the inconsistencies in the end: the chain, the proof of each mandate, the file."""
    from django.db import connection

    from maillage.apps.people.mandats.models import Mandat
    from maillage.apps.people.mandats.queries import proofs
    from maillage.apps.platform.accounts import queries as journal

    faults = [str(broken)] if (broken := journal.broken()[1]) else []
    signed = Mandat.objects.filter(signed_at__isnull=False, stripped_at=None)
    faults += [f"the proof of mandate {row.pk}" for row in signed if not proofs.agrees_with_proof(row)]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for check, sound in (("foreign_key_check", []), ("integrity_check", [("ok",)])):
                if cursor.execute(f"pragma {check}").fetchall() != sound:
                    faults.append(check)
    return faults


def rows() -> dict[str, int]:
    """Return how many lines of the journal each gesture wrote."""
    from maillage.apps.platform.accounts.models import Entry

    verbs = Entry.objects.filter(verb__regex=r"^(mandat|act)\.").values_list("verb", flat=True)
    return dict(Counter(verbs))


if __name__ == "__main__":
    main()
