"""Live a year of reminders, its clock ours: appointments booked, moved and cancelled, mandates and rights that
end, workshops, workers killed while they send, people who answer STOP; and say in JSON what became of each.

python -m tests.databases.reminding PEOPLE KILLS PORT: the settings name the gateway; what it hands over is posted to PORT.
"""

import json
import mmap
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from urllib.request import urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server
from zoneinfo import ZoneInfo

from maillage.manage.deploy.bootstrap import ready

BEGINS, ENDS = date(2026, 3, 2), date(2027, 3, 1)
CHANGES = (date(2026, 3, 29), date(2026, 10, 25))  # the two Sundays when clocks change in Europe
PLACES = (("38185", "Europe/Paris"), ("97411", "Indian/Reunion"), ("97105", "America/Guadeloupe"))
AUTUMN = CHANGES[1]
BEFORE_AN_END = (30, 7)  # days
HOURS = (5, 8, 13, 17)  # UTC, at which somebody looks at what is due
CLOCK = Path(os.environ["MAILLAGE_HOME"]) / "horloge"


def main() -> None:
    n, kills, port = (int(word) for word in sys.argv[1:])
    ready()
    from django.utils import timezone

    timezone.now = lambda: datetime.fromisoformat(CLOCK.read_text("utf-8"))
    from django.db import connections

    from maillage.apps.agenda.actions import appointments, deadlines
    from maillage.apps.agenda.models import Appointment
    from maillage.apps.agenda.rules.appointments import Draft
    from maillage.apps.people.mandats.actions import deadlines as mandates
    from maillage.apps.people.persons.actions import consents
    from maillage.apps.people.persons.actions import register as people
    from maillage.apps.people.reminders.models import Reminder
    from maillage.apps.platform.accounts.models import User
    from maillage.apps.platform.messages import actions as outbox
    from maillage.apps.platform.messages.models import Message, Stop
    from maillage.apps.referrals.droits.actions import deadlines as rights
    from maillage.manage.providers import chosen
    from tests.conftest import with_role
    from tests.support.places import place

    begun = mmap.mmap(-1, 1)

    class Watched:
        """Carries messages as the gateway does, and says when it begins."""

        def __init__(self, real) -> None:
            self.real, self.name, self.status, self.cost = real, real.name, real.status, real.cost

        def send(self, message) -> str:
            begun[0] = 1
            return self.real.send(message)

    def look(at: datetime) -> None:
        """Do all that is due at a moment."""
        for each in (deadlines, mandates, rights):
            each.run_deadlines(at=at)
        while outbox.send_ready(at=at, providers=lambda channel: Watched(chosen.provider(channel)))["sent"]:
            pass

    def killed(at: datetime) -> tuple[bool, bool]:
        """Have a worker do it, killed as it sends; return whether it was sending, and whether it did all of it."""
        begun[0], ended, status = 0, 0, 0
        connections.close_all()
        if not (pid := os.fork()):
            try:
                look(at)
            except BaseException:
                os._exit(1)
            os._exit(0)
        while not begun[0] and not ended:
            time.sleep(0.001)
            ended, status = os.waitpid(pid, os.WNOHANG)
        if not ended:
            time.sleep(draw.uniform(0.0, 0.01))
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        # Hours pass at the next word: what the dead worker handed over is taken, or lost, by then.
        urlopen(f"{os.environ['MAILLAGE_SMS']}/quiet", timeout=60).close()
        return not ended, bool(ended) and status == 0

    CLOCK.write_text(datetime.combine(BEGINS, datetime.min.time(), UTC).isoformat(), "utf-8")
    served = _serve(port)
    draw = random.Random(29)
    lieu = place("annee", {"nom": "Le Lien"})
    structure = lieu.structure
    leila = with_role(
        User.objects.create_user("annee@exemple.fr", "x", name="Leila"), "aidant", structure=structure
    )
    start = timezone.now()
    booked, steps = [], []
    for k in range(n):
        person = people.welcome(
            by=leila,
            structure=structure,
            at=start,
            reach="phone",
            reach_value=f"06 39 98 {k // 100:02d} {k % 100:02d}",
        )
        consents.agree(person=person, purpose="write", how="read", by=leila, at=start)
        moment, code = _moment(draw, k)
        draft = Draft(kind="procedure", starts_at=moment, commune=code)
        row = appointments.book(draft, structure=structure, by=leila, person=person, at=start)
        booked.append(row)
        when = moment - draw.choice((timedelta(hours=20), timedelta(days=3), timedelta(hours=2)))
        if k % 5 == 1:
            steps.append((when, "move", row, moment + timedelta(days=draw.choice((1, 2, 7)))))
        elif k % 10 == 4:  # whose number answers STOP: they are expected once more, and hear nothing of it
            again = Draft(kind="procedure", starts_at=moment + timedelta(days=21), commune=code)
            booked.append(appointments.book(again, structure=structure, by=leila, person=person, at=start))
        elif k % 5 == 2:
            steps.append((when, "cancel", row, None))
    ends = _ends(structure, leila, start) + _workshops(lieu, leila, start)
    for each in ends:
        steps += [(when, "do", do, None) for when, do in each.steps]
    steps.sort(key=lambda step: step[0])
    days = (
        {BEGINS + timedelta(days=k) for k in range((ENDS - BEGINS).days)}
        if n > FEW
        else _days_of(booked, steps) | {day for each in ends for day in each.days}
    )
    n_kills_to_come = kills
    for day in sorted(days):
        for hour in HOURS:
            at = datetime(day.year, day.month, day.day, hour, 5, tzinfo=UTC)
            while steps and steps[0][0] <= at:
                when, verb, row, moment = steps.pop(0)
                CLOCK.write_text(when.isoformat(), "utf-8")
                if verb == "do":
                    row(when)
                elif verb == "move":
                    appointments.move(row, starts_at=moment, by=leila, at=when)
                else:
                    appointments.cancel(row, by=leila, at=when)
            CLOCK.write_text(at.isoformat(), "utf-8")
            sending, done = killed(at) if n_kills_to_come else (False, False)
            n_kills_to_come -= sending
            if not done:
                look(at)
            connections.close_all()
    os.kill(served, signal.SIGKILL)
    messages = {message.key: message for message in Message.objects.all()}
    json.dump(
        {
            "kills": kills - n_kills_to_come,
            "appointments": [
                [row.pk, row.state, row.starts_at.isoformat(), row.commune, row.changed_at.isoformat()]
                for row in Appointment.objects.order_by("pk")
            ],
            "reminders": [
                {
                    "row": row.row,
                    "moment": row.moment.isoformat(),
                    "reason": row.reason,
                    "withdrawn": row.withdrawn_at is not None,
                    "reference": messages[row.key].digest if row.key in messages else "",
                    "state": messages[row.key].state if row.key in messages else "",
                }
                for row in Reminder.objects.filter(kind="appointment").order_by("pk")
            ],
            "ends": [
                {"kind": each.kind, "row": each.row, "last": each.last.isoformat(), "days": each.days_before}
                for each in ends
            ],
            "of_ends": [
                {
                    "kind": row.kind,
                    "row": row.row,
                    "days": row.days,
                    "reference": messages[row.key].digest if row.key in messages else "",
                    "state": messages[row.key].state if row.key in messages else "",
                }
                for row in Reminder.objects.exclude(kind="appointment").order_by("pk")
            ],
            "answers": {m.digest: m.state for m in messages.values() if m.purpose == "answer"},
            "stopped": sorted(Stop.objects.values_list("to", flat=True)),
        },
        sys.stdout,
    )


FEW = 60


@dataclass
class End:
    """Something else that people are reminded of. last: its last day, or that of the workshop; days_before:
    how long before they are to hear of it; steps: what is done to it, when.
    """

    kind: str
    last: date
    days_before: tuple[int, ...]
    steps: list[tuple[datetime, Callable[[datetime], object]]] = field(default_factory=list)
    row: int = 0

    @property
    def days(self) -> set[date]:
        """The days when something may happen."""
        all_days = {when.date() for when, _ in self.steps}
        longest = (2,) if self.kind == "seat" else BEFORE_AN_END
        all_days |= {self.last - timedelta(days=n - k) for n in longest for k in range(4)}
        return all_days | {self.last + timedelta(days=k) for k in (0, 1)}


def _ends(structure, leila, start: datetime) -> list[End]:
    """Return mandates, rights and decisions to contest whose reminders fall on the Sunday when clocks change,
    and one of each that is stopped between its two reminders.
    """
    from maillage.apps.people.mandats.actions import stopping
    from maillage.apps.people.mandats.models import Mandat
    from maillage.apps.referrals.droits.actions import telling
    from maillage.apps.referrals.droits.models import Fact
    from maillage.apps.referrals.droits.rules import facts
    from tests.support.mandats import signed_mandat

    def sign(end: End, person, at: datetime) -> None:
        end.row = signed_mandat(person, structure, leila, at=at).pk

    def write_down(end: End, person, at: datetime) -> None:
        until = date(ENDS.year, 1, end.last.day)  # asked for again two months before its end at the latest
        right = telling.Telling(
            procedure="complementaire-sante", kind=facts.OBTAINED, on=at.date(), until=until
        )
        end.row = telling.tell(person, right, by=leila, at=at).pk

    def refuse(end: End, person, at: datetime) -> None:
        answer = telling.Telling(
            procedure="logement-social", kind=facts.REFUSED, on=at.date(), until=end.last
        )
        end.row = telling.tell(person, answer, by=leila, at=at).pk

    def stop(end: End, at: datetime) -> None:
        stopping.withdraw(Mandat.objects.get(pk=end.row), by=None, at=at)

    def strike(end: End, at: datetime) -> None:
        telling.strike(Fact.objects.get(pk=end.row), by=leila, at=at)

    ends = []
    for k, (n, stopped) in enumerate(((7, False), (30, False), (7, True))):
        last = AUTUMN + timedelta(days=n)
        notices = (30,) if stopped else BEFORE_AN_END
        mandate, right, decision = (End(each, last, notices) for each in ("mandat", "right", "decision"))
        signers = [_person(structure, leila, start, each) for each in (k, 10 + k, 40 + k)]
        begun = last + timedelta(days=1)  # six months before: the eve of the same day is the last
        mandate.steps.append(
            (_noon(begun.replace(month=begun.month - 6)), partial(sign, mandate, signers[0]))
        )
        right.steps.append((_noon(last - timedelta(days=60)), partial(write_down, right, signers[1])))
        decision.steps.append((_noon(last - timedelta(days=60)), partial(refuse, decision, signers[2])))
        if stopped:
            between = _noon(last - timedelta(days=20))
            mandate.steps.append((between, partial(stop, mandate)))
            for each in (right, decision):
                each.steps.append((between, partial(strike, each)))
        ends += [mandate, right, decision]
    return ends


def _workshops(lieu, leila, start: datetime) -> list[End]:
    """Return the seats of a workshop on the day after each change of clocks: one stays, one is given up."""
    from maillage.apps.agenda.actions import planning, seats

    def give_up(seat, at: datetime) -> None:
        seats.give_up([seat], at=at, by=leila)

    ends = []
    for n, sunday in enumerate(CHANGES):
        day = sunday + timedelta(days=1)
        begins = datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo("Europe/Paris"))
        values = {
            "title": "Ma boîte mail",
            "subject": "mail",
            "level": "debutant",
            "lieu": lieu,
            "capacity": 4,
        }
        values |= {"starts_at": begins, "ends_at": begins + timedelta(hours=2)}
        workshop = planning.plan(by=None, structure=lieu.structure, values=values, at=start)
        planning.publish(workshop, by=None, at=start)
        for k in range(2):
            person = _person(lieu.structure, leila, start, 20 + 10 * n + k)
            seat = seats.book(workshop=workshop, name=f"Zoé {k}", at=start, by=leila, person=person)
            end = End("seat", day, () if k else (1,), row=seat.pk)
            if k:
                end.steps.append((_noon(day - timedelta(days=4)), partial(give_up, seat)))
            ends.append(end)
    return ends


def _person(structure, leila, start: datetime, k: int):
    """Return somebody whose number never answers STOP, who agrees to be written to and followed."""
    from maillage.apps.people.persons.actions import consents
    from maillage.apps.people.persons.actions import register as people

    person = people.welcome(
        by=leila, structure=structure, at=start, reach="phone", reach_value=f"06 39 98 90 {k:02d}"
    )
    for purpose in ("write", "track"):
        consents.agree(person=person, purpose=purpose, how="read", by=leila, at=start)
    return person


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 10, tzinfo=UTC)


def _moment(draw: random.Random, k: int) -> tuple[datetime, str]:
    """Return when an appointment is, by the time of its place: on each day around a change of clocks, then on
    any day.
    """
    code, zone = PLACES[k % len(PLACES)]
    day = (
        CHANGES[k // 6 % 2] + timedelta(days=k % 6 - 2)
        if k < 24
        else BEGINS + timedelta(days=draw.randrange(12, (ENDS - BEGINS).days - 12))
    )
    return datetime(day.year, day.month, day.day, draw.randrange(9, 18), 30, tzinfo=ZoneInfo(zone)), code


def _days_of(booked, steps) -> set[date]:
    """Return the days when something may happen."""
    moments = [row.starts_at for row in booked] + [each[3] for each in steps if each[3] is not None]
    return {moment.date() + timedelta(days=k) for moment in moments for k in (-4, -3, -2, -1, 0, 1)}


def _serve(port: int) -> int:
    """Serve the platform from a process of its own, for what the gateway hands over; return its number."""
    from django.db import connections

    connections.close_all()
    if pid := os.fork():
        return pid

    class Silent(WSGIRequestHandler):
        def log_message(self, *_) -> None:
            pass

    from maillage.manage.deploy.wsgi import application

    make_server("127.0.0.1", port, application, handler_class=Silent).serve_forever()
    os._exit(0)


if __name__ == "__main__":
    main()
