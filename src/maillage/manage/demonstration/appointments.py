"""The demonstration's permanences and appointments, invented: M. Andrei's mailbox, read with him, and those
of others.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from maillage.apps.platform.accounts.models import User
from maillage.manage.demonstration.stage import HELP, LEARN, Stage

WEEK = range(5)  # Monday to Friday
# Who, days from today, hour, messages read, answers sent, what was done; a name that has no card is only one.
READ = (
    ("M. Andrei", -14, 10, 2, 1, "Papiers de retraite triés"),
    ("Sandrine", -7, 14, 5, 2, "Réponse à une offre"),
    ("Joseph", -34, 11, 3, 0, "Rien d’urgent"),
)
TO_COME = (
    ("Sandrine", 1, 14, "mailbox", "Boîte mail à lire ensemble"),
    ("Denis", 1, 16, "mailbox", "Créer une boîte mail"),
    ("Mme Haddad", 2, 9, "procedure", "Courriers, avec son fils"),
)


def tell(at: datetime, accounts: Mapping[str, Any], structures: Mapping[str, Any]) -> int:
    """Open the permanences of the demonstration and give its appointments, once; return how many."""
    from django.db import transaction

    from maillage.apps.agenda.models import Appointment

    if Appointment.objects.filter(example=True, referral=None).exists() or any(
        structures.get(name) is None for name in (HELP, LEARN)
    ):
        return 0
    with transaction.atomic():
        stage = Appointments(at, accounts, structures)
        stage.open_doors()
        stage.seat_referrals()
        stage.read_mailboxes()
        stage.give()
        stage.remind()
    return int(Appointment.objects.filter(example=True).count())


def _first_name(account: User) -> str:
    return str(account).replace(",", " ").split()[0]


class Appointments(Stage):
    """The appointments of the demonstration."""

    def open_doors(self) -> None:
        """Open a permanence in each structure, published a month ago."""
        from maillage.apps.agenda.actions import permanences

        opened = self.at - timedelta(days=40)
        doors: tuple[tuple[str, str, str, list[list[Any]], list[str]], ...] = (
            (HELP, "aidant", "Vos démarches sur internet", [[n, "09:30", "11:30"] for n in WEEK], []),
            (
                LEARN,
                "formation",
                "Ma boîte mail, à deux",
                [[1, "10:00", "12:00"], [3, "14:00", "17:00"]],
                ["mailbox", "learn"],
            ),
        )
        for structure, account_name, title, hours, kinds in doors:
            helper = self.accounts[account_name]
            values = {"title": title, "lieu": self.lieu(structure), "hours": hours, "minutes": 30}
            values |= {"kinds": kinds, "helper_name": _first_name(helper), "first_on": opened.date()}
            values["helper"] = helper
            common: dict[str, Any] = {"by": helper, "at": opened}
            row = permanences.open_door(
                structure=self.structures[structure], values=values, example=True, **common
            )
            permanences.publish(row, **common)

    def seat_referrals(self) -> None:
        """Let the dates that referrals gave before the doors were opened take their slots."""
        from maillage.apps.agenda.models import Appointment
        from maillage.apps.referrals.orientations.actions import dates

        Appointment.objects.filter(example=True, referral__isnull=False, starts_at__gt=self.at).delete()
        dates.fill_in(at=self.at)

    def read_mailboxes(self) -> None:
        """Read mailboxes with people, in the past weeks, and note it."""
        from maillage.apps.agenda.actions import mailbox

        for name, days, hour, read, answered, done in READ:
            row = self._book(name, self.when(days, hour), "mailbox", "Boîte mail")
            mailbox.note(
                row,
                read=read,
                answered=answered,
                done=done,
                by=self.accounts["aidant"],
                at=row.starts_at + timedelta(minutes=30),
            )

    def give(self) -> None:
        """Give the next appointments; M. Andrei's is the one that his referral gave."""
        for name, days, hour, kind, subject in TO_COME:
            self._book(name, self.when(days, hour), kind, subject)

    def remind(self) -> None:
        """Plan what is to be said or printed: nothing leaves, as nobody of it is real."""
        from maillage.apps.agenda.queries import reminders as agenda
        from maillage.apps.people.reminders import actions as reminders_actions

        reminders_actions.plan_all(agenda.booked(self.at), agenda.of_appointment, at=self.at)

    def _person(self, name: str) -> Any:
        from maillage.apps.people.persons.models import Person

        return Person.objects.filter(example=True, nickname=name, forgotten_at=None).first()

    def _book(
        self,
        name: str,
        starts_at: datetime,
        kind: str,
        subject: str,
    ) -> Any:
        """Give an appointment a week before, with the sheet of the person if this structure follows them."""
        from maillage.apps.agenda.actions import appointments
        from maillage.apps.agenda.rules.appointments import Draft
        from maillage.apps.people.persons.access import people_for

        helper, person = self.accounts["aidant"], self._person(name)
        if person is not None and not people_for(helper).filter(pk=person.pk).exists():
            person = None
        return appointments.book(
            Draft(
                kind=kind,
                starts_at=starts_at,
                name="" if person is not None else name,
                subject=subject,
                helper_name=_first_name(helper),
            ),
            structure=self.structures[HELP],
            lieu=self.lieu(HELP),
            person=person,
            helper=helper,
            by=helper,
            at=min(self.at, starts_at - timedelta(days=7)),
            example=True,
        )
