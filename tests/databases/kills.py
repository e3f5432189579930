"""Kill whoever writes, as often as asked, at random; after each, nothing may be half done. Prints JSON: kills
in a write, faults.

python -m tests.databases.kills KILLS: one program writes without pause, what it does drawn from `writes`; its
parent kills it and looks.
"""

import contextlib
import json
import random
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, NoReturn

from maillage.kernel.errors import Refused
from maillage.manage.deploy.bootstrap import ready
from tests.databases.killing import Writing, killed, without_end

AT = datetime(2026, 11, 25, 9, tzinfo=UTC)
SHEET = {"commune": "Grenoble", "code_postal": "38000", "code_insee": "38185", "adresse": "1 place Grenette",
         "latitude": 45.1916, "longitude": 5.7278, "courriels": ["accueil@exemple.fr"],
         "practices": {"assistance": {"state": "offered"}}}  # fmt: skip


def main() -> None:
    ready()
    scenery()
    for gesture in writes():  # what is read once is read here: those that are killed write at once
        with contextlib.suppress(Refused):
            gesture(random.Random(1), AT)
    inside, faults = killed(int(sys.argv[1]), work, half_done, longest=0.12)
    json.dump({"inside": inside, "faults": faults, "rows": rows()}, sys.stdout)


def work(turn: int, writing: Writing) -> NoReturn:
    draw, actions = random.Random(turn), writes()

    def write(n: int) -> None:
        at = AT + timedelta(minutes=turn, milliseconds=n + 1)
        with contextlib.suppress(Refused):  # drawn at random: many do not apply to the row they fall on
            draw.choice(actions)(draw, at)

    writing.watch()
    without_end(writing, write)


def scenery() -> None:
    """Two structures with their places, somebody who sends, somebody who receives, who manages."""
    from maillage.apps.directory.intake.actions import quick_actions
    from maillage.apps.directory.memberships.models import Membership
    from maillage.apps.platform.accounts.models import User

    for n, (name, role) in enumerate((("envoie", "prescripteur"), ("recoit", "gestionnaire"))):
        lieu = quick_actions.add(
            {**SHEET, "nom": f"Lieu {name}", "pivot": f"2138018550001{n}"}, by="essai", at=AT
        )
        user = User.objects.create_user(f"{name}@exemple.fr", "x", name=name)
        Membership.objects.create(user=user, role=role, structure=lieu.structure, since=date(2020, 1, 1))


def writes() -> list[Callable[[random.Random, datetime], Any]]:
    """Return the actions to draw from: real ones, of each feature."""
    from maillage.apps.directory.intake.actions import quick_actions as actions_quick_actions
    from maillage.apps.directory.memberships.actions import invitations
    from maillage.apps.directory.places.actions import sheets, signals
    from maillage.apps.directory.places.models import Lieu, Structure
    from maillage.apps.people.persons.actions import consents, forgetting
    from maillage.apps.people.persons.actions import register as people
    from maillage.apps.people.persons.models import Person
    from maillage.apps.platform.accounts.models import User
    from maillage.apps.platform.messages import actions as outbox
    from maillage.apps.referrals.orientations.actions import answers, deadlines, drafts, sending
    from maillage.apps.referrals.orientations.models import Orientation
    from maillage.apps.referrals.orientations.rules import cycle
    from maillage.manage.providers import chosen

    def sender() -> User:
        return User.objects.get(name="envoie")

    def receiver() -> User:
        return User.objects.get(name="recoit")

    def of(user: User) -> Structure:
        return Structure.objects.get(pk__in=[*user_structures(user)])

    def any_of(draw: random.Random, rows: Any) -> Any:
        n = rows.count()
        return rows.order_by("pk")[draw.randrange(n)] if n else None

    def put(draw: random.Random, at: datetime) -> None:
        key = f"essai-{draw.randrange(10**6)}"
        outbox.put(channel="email", to="a@exemple.fr", subject="S", text="T", key=key, at=at)

    def send(draw: random.Random, at: datetime) -> None:
        outbox.send_ready(at=at, providers=chosen.provider, limit=5)

    def add(draw: random.Random, at: datetime) -> None:
        actions_quick_actions.add({**SHEET, "nom": f"Lieu {draw.randrange(10**6)}"}, by="essai", at=at)

    def edit(draw: random.Random, at: datetime) -> None:
        sheets.edit(any_of(draw, Lieu.objects), {"nom": f"Nom {draw.randrange(10**6)}"}, by="essai", at=at)

    def confirm(draw: random.Random, at: datetime) -> None:
        sheets.confirm(any_of(draw, Lieu.objects), by="essai", at=at)

    def report(draw: random.Random, at: datetime) -> None:
        signals.signal(any_of(draw, Lieu.objects), about="Horaires", text="Fermé", reach="", at=at)

    def welcome(draw: random.Random, at: datetime) -> None:
        reach = {"reach": "email", "reach_value": "p@exemple.fr"} if draw.random() < 0.5 else {}
        people.welcome(by=sender(), structure=of(sender()), at=at, nickname="Ali", **reach)

    def agree(draw: random.Random, at: datetime) -> None:
        if person := any_of(draw, Person.objects.filter(forgotten_at=None)):
            purpose = draw.choice(["keep", "share", "write"])
            to = of(receiver()) if purpose == "share" else None
            consents.agree(person=person, purpose=purpose, structure=to, how="read", by=sender(), at=at)

    def correct(draw: random.Random, at: datetime) -> None:
        if person := any_of(draw, Person.objects.filter(forgotten_at=None)):
            people.correct(person, {"born": 1950 + draw.randrange(50)}, by=sender(), at=at)

    def forget(draw: random.Random, at: datetime) -> None:
        if draw.random() < 0.3 and (person := any_of(draw, Person.objects.filter(forgotten_at=None))):
            forgetting.forget(person, by=sender(), at=at)

    def refer(draw: random.Random, at: datetime) -> None:
        person = any_of(draw, Person.objects.filter(forgotten_at=None))
        lieu = Lieu.objects.filter(structure=of(receiver())).first()
        sending.send(
            drafts.prepare(
                drafts.Draft(structure=of(sender()), person=person, lieu=lieu, need="assistance"),
                by=sender(),
                at=at,
            ),
            by=sender(),
            at=at,
        )

    def answer(draw: random.Random, at: datetime) -> None:
        row = any_of(draw, Orientation.objects.exclude(state__in=("closed", "cancelled", "unsolved")))
        if row is None:
            return
        common = {"at": at, "by": receiver()}
        gesture = draw.choice(
            ["see", "accept", "refuse", "appoint", "came", "absent", "serve", "close", "cancel", "remind"]
        )
        if gesture == "refuse":
            answers.refuse(row, reason=draw.choice(list(cycle.REASONS)), words="Non", **common)
        elif gesture == "appoint":
            answers.appoint(row, when=at + timedelta(days=3), **common)
        elif gesture == "serve":
            answers.serve(row, did=["assistance"], outcome=draw.choice(list(cycle.OUTCOMES)), **common)
        else:
            act = getattr(sending, gesture, None) or getattr(answers, gesture)
            act(row, **common | ({"by": sender()} if gesture in ("cancel", "remind") else {}))

    def invite(draw: random.Random, at: datetime) -> None:
        invitations.invite(by=receiver(), role="aidant", structure=of(receiver()), for_whom="Zoé", at=at)

    def later(draw: random.Random, at: datetime) -> None:
        deadlines.run_deadlines(at=at + timedelta(days=draw.randrange(40)))

    return [put, send, add, edit, confirm, report, welcome, agree, correct, forget, refer, refer, answer, answer, answer,
            invite, later]  # fmt: skip


def user_structures(user: Any) -> list[int]:
    from maillage.apps.directory.memberships.models import Membership

    return list(Membership.objects.filter(user=user).values_list("structure_id", flat=True))


def half_done() -> list[str]:
    """Return the half-done writes: a row without those written with it."""
    from django.conf import settings
    from django.db import connection

    from maillage.apps.directory.memberships.models import Invitation
    from maillage.apps.directory.places.actions import sheets
    from maillage.apps.directory.places.models import Change, Lieu
    from maillage.apps.people.persons.models import Consent, Following, Person
    from maillage.apps.platform.accounts import queries as journal
    from maillage.apps.platform.accounts.models import Entry
    from maillage.apps.platform.messages.models import Message
    from maillage.apps.referrals.orientations.models import Event, Orientation

    faults = []

    def same(what: str, first: Any, second: Any) -> None:
        if first != second:
            faults.append(f"{what}: {first} and {second}")

    def written(start: str) -> int:
        return Entry.objects.filter(verb__startswith=start).count()

    with connection.cursor() as cursor:
        for check, sound in (("foreign_key_check", []), ("integrity_check", [("ok",)])):
            same(check, cursor.execute(f"pragma {check}").fetchall(), sound)
        words = cursor.execute("select count(*) from directory_words").fetchone()[0]
        points = cursor.execute("select count(*) from directory_points").fetchone()[0]
    same("journal", journal.broken()[1], None)
    same("places searched", (words, points), (Lieu.objects.count(),) * 2)
    last = {change.lieu_id: change.after for change in Change.objects.order_by("pk")}
    for lieu in Lieu.objects.all():
        same(f"last change of place {lieu.pk}", last.get(lieu.pk), sheets.snapshot(lieu))
    same("persons", Person.objects.count(), written("person.welcomed"))
    same("persons erased", Person.objects.exclude(forgotten_at=None).count(), written("person.forgotten"))
    same("followings", Following.objects.count(), written("person.followed"))
    same("agreements", Consent.objects.count(), written("consent.said"))
    same("invitations", Invitation.objects.count(), written("invitation.made"))
    same("events", Event.objects.count(), written("orientation."))
    ends = {event.orientation_id: event.state for event in Event.objects.order_by("pk")}
    keys = set(Message.objects.values_list("key", flat=True))
    for row in Orientation.objects.all():
        same(f"last event of referral {row.pk}", ends.get(row.pk), row.state)
        if row.channel == "email" and f"orientation-{row.pk}-1-lien" not in keys:
            faults.append(f"referral {row.pk} was sent, and nobody is told")
    numbers = {int(key.split("-")[1]) for key in keys if key.startswith("orientation-")}
    same("messages of no referral", numbers - set(ends), set())
    files = {
        path.name.split("-", 4)[-1].split(".")[0] for path in (Path(settings.HOME) / "messages").glob("[!.]*")
    }
    states = {message.digest: message.state for message in Message.objects.all()}
    same(
        "sent without a file",
        {file_id for file_id, state in states.items() if state == "sent"} - files,
        set(),
    )
    same(
        "files of messages that wait",
        {each for each in files if states.get(each) not in ("sent", "sending")},
        set(),
    )
    return faults


def rows() -> dict[str, int]:
    from maillage.apps.directory.places.models import Change
    from maillage.apps.people.persons.models import Person
    from maillage.apps.platform.accounts.models import Entry
    from maillage.apps.platform.messages.models import Message
    from maillage.apps.referrals.orientations.models import Event

    return dict(Counter({of.__name__: of.objects.count() for of in (Entry, Change, Message, Event, Person)}))


if __name__ == "__main__":
    main()
