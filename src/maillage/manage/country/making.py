"""A made country: as many structures, aidants, people, referrals as asked, by the same draw each time. Every
row says that it is an example; structures and accounts by their names.
"""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from maillage.kernel.errors import Refused
from maillage.words.wording import count

YEARS = 5  # over which what is never erased is spread
HOURS = 365 * YEARS * 24
# What is erased two years after the last gesture: in a country that erases on time, none of it is older.
RETAINED = 690 * 24
FRESH = 72  # hours: nothing is newer, so that what follows an act is past too
DOMAIN = "fabrique.maillage.example"
# One row in so many belongs to a structure of the demonstration: who signs in there finds full lists.
NEARBY = 53
STEPS = 2  # that each learner opened
GROUP, SEATS = 10, 8  # people in a group, seats in a workshop
SURVEYED = "200040715"  # the territory of the surveys: that of the demonstration
SENTENCES = 16  # different answers to a survey, given over and over
LARGEST = 0.15  # the part of all the answers that the first survey holds
LINES = 2_000  # of the journal, written at once
# Of ten referrals: seven over, one served, and the others on their way.
STATES = (*["closed"] * 7, "served", "accepted", "sent")
MEETING = 2  # hours
REAL = ("compte qui n’est pas", "comptes qui ne sont pas")


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """The number of rows of each sort: those of a country of a hundred départements by default."""

    structures: int = 9_000
    aidants: int = 30_000
    personnes: int = 200_000
    orientations: int = 400_000
    apprenants: int = 1_000_000
    actes: int = 200_000
    ateliers: int = 37_500
    enquetes: int = 40
    reponses: int = 200_000
    messages: int = 100_000
    journal: int = 100_000

    @classmethod
    def part(cls, share: float) -> "Size":
        """Return the country at a share of its size, a structure at least."""
        return cls(**{each.name: max(round(share * int(str(each.default))), 1) for each in fields(cls)})


def check(*, production: bool) -> None:
    """Refuse to make a country where real people are, or where one was made."""
    from maillage.apps.directory.places.models import Structure
    from maillage.apps.platform.accounts.models import User
    from maillage.manage.country.structures import PREFIX

    elsewhere = "Donnez un MAILLAGE_HOME neuf, ou un DATABASE_URL vide, et recommencez."
    if production:
        raise Refused(
            "Aucun pays n’a été fabriqué.",
            why="MAILLAGE_ENV vaut « production » : l’inventé s’y mêlerait à ce qui concerne des personnes.",
            do=elsewhere,
        )
    if n := User.objects.filter(is_demonstration=False).count():
        raise Refused(
            "Aucun pays n’a été fabriqué.",
            why=f"Cette base a {count(n, *REAL)} d’exemple : elle sert à quelqu’un.",
            do=elsewhere,
        )
    if Structure.objects.filter(key__startswith=PREFIX).exists():
        raise Refused(
            "Aucun pays n’a été fabriqué.",
            why="Il y en a déjà un dans cette base : deux ne se distingueraient plus.",
            do=elsewhere,
        )


def make(size: Size, *, at: datetime, progress: Callable[[str, float], None]) -> Mapping[str, int]:
    """Write a country, whole or not at all; return how many rows of each sort. progress: called with the
    sort being written and its share done.
    """
    from django.db import transaction

    from maillage.apps.steering.indicators.actions import rebuild
    from maillage.manage.country import series

    with transaction.atomic():
        country = Country(size, at)
        country.stand(progress)
        for words, pour in (
            ("Aidants", country.pour_aidants),
            ("Personnes", country.pour_people),
            ("Orientations", country.pour_referrals),
            ("Apprentissages", country.pour_learning),
            ("Actes", country.pour_acts),
            ("Ateliers", country.pour_workshops),
            ("Enquêtes", country.pour_answers),
            ("Messages", country.pour_messages),
            ("Journal", country.pour_journal),
        ):
            progress(words, 0)
            pour()
        series.reset_sequences(*country.poured)
    series.analyse()
    progress("Comptes des indicateurs", 0)
    rebuild(at=at)
    return {each.name: getattr(size, each.name) for each in fields(size)}


class Country:
    """A country being written, and the numbers of its rows that other rows name."""

    def __init__(self, size: Size, at: datetime) -> None:
        from maillage.apps.directory.memberships.models import Membership
        from maillage.apps.directory.places.models import Structure
        from maillage.manage.country import series

        self.size, self.at, self.series = size, at, series
        self.first = series.last_number(Structure)
        seated = (
            Membership.objects.filter(structure__isnull=False).order_by("structure").values_list("structure")
        )
        self.nearby = [str(pk) for (pk,) in seated.distinct()]
        self.poured: set[Any] = {Structure}
        self.people = 0

    def stand(self, progress: Callable[[str, float], None]) -> None:
        """Write the structures and their places."""
        from maillage.manage.country import structures

        chance = random.Random(1)  # noqa: S311, the same country each time
        structures.pour(
            self.size.structures,
            first=self.first,
            at=self.at,
            chance=chance,
            progress=lambda share: progress("Structures et lieux", share),
        )

    def into(self, model: Any, n: int, **columns: str) -> int:
        """Pour rows of a model; return the number after which they begin."""
        self.poured.add(model)
        return self.series.pour(model, n, **columns)

    # What a row says of the others, from its number.

    def structure(self, k: str) -> str:
        """Return the structure of a row."""
        own = f"{self.first} + 1 + ({k} * 7919) % {self.size.structures}"
        if not self.nearby:
            return own
        near = self.series.cycle(f"({k}) / {NEARBY}", self.nearby)
        return f"case when ({k}) % {NEARBY} = 0 then {near} else {own} end"

    def person(self, k: str) -> str:
        """Return somebody whom a structure follows, that of the same number."""
        return f"{self.people} + {self.number(k)}"

    def number(self, k: str) -> str:
        return f"(1 + ({k} - 1) % {self.size.personnes})"

    def past(self, k: str, later: int = 0, *, hours: int = HOURS) -> str:
        """Return a moment of the last years, the same for a number; later: hours after it."""
        return self.series.moment(f"{later} - {FRESH} - ({k} * 104729) % {hours - FRESH}", self.at)

    def lately(self, later: int = 0) -> str:
        """Return a moment at which what is still kept was done."""
        return self.past("k", later, hours=RETAINED)

    @staticmethod
    def hours_to(workshop: str) -> str:
        """Return in how many hours a workshop begins: one in five is to come."""
        over = f"-24 - ({workshop} * 104729) % {HOURS - FRESH}"
        return f"case when {workshop} % 5 = 0 then 24 + ({workshop} * 7) % 2000 else {over} end"

    def is_stripped(self, workshop: str) -> str:
        """Return the condition of a workshop past the day when its names are erased."""
        from maillage.apps.agenda.rules.workshops import RETENTION

        return f"({self.hours_to(workshop)}) < {-MEETING - RETENTION // timedelta(hours=1)}"

    @staticmethod
    def commune(structure: str) -> str:
        return f"(select code_insee from directory_structure where id = {structure})"  # noqa: S608, ours

    @staticmethod
    def place(structure: str, column: str = "id") -> str:
        """Return the first place of a structure, or one of its columns."""
        own = f"directory_lieu where structure_id = {structure} order by id limit 1"
        return f"(select {column} from {own})"  # noqa: S608, our own names

    def pour_aidants(self) -> None:
        """Write accounts that nobody opens, each with a role: who manages first, then who helps."""
        from maillage.apps.directory.memberships.models import Membership
        from maillage.apps.platform.accounts.models import User
        from maillage.apps.volunteering.volunteers.models import Aidant

        n, sql = self.size.structures, self.series
        name = "'Aidant fabriqué ' || k"
        users = self.into(
            User,
            self.size.aidants,
            email=f"k || '@{DOMAIN}'",
            name=name,
            password="'!'",  # noqa: S106, no password opens it
            is_demonstration="true",
        )
        roles = sql.cycle(f"(k - 1) / {n}", sql.texts(("gestionnaire", "aidant", "aidant", "formation")))
        member = {"user": f"{users} + k", "structure": f"{self.first} + 1 + (k - 1) % {n}"}
        since = f"date({self.past('k')})"
        self.into(Membership, self.size.aidants, role=roles, since=since, **member)
        self.into(
            Aidant,
            self.size.aidants,
            name=name,
            kind="'salaried'",
            since=since,
            made_at=self.past("k"),
            **member,
        )

    def pour_people(self) -> None:
        """Write cards, and who follows the first of them with their agreement."""
        from maillage.apps.people.persons.models import Consent, Following, Person
        from maillage.apps.people.persons.rules import PICTURES, PURPOSES

        size, sql = self.size, self.series
        self.people = self.into(
            Person,
            max(size.personnes, size.apprenants),
            code=sql.padded("k", 8),
            picture=sql.cycle("k", sql.texts(PICTURES)),
            born="1935 + k % 70",
            made_at=self.lately(),
            active_at=self.lately(24),
        )
        followed = {"person": f"{self.people} + k", "structure": self.structure("k")}
        self.into(Following, size.personnes, since=self.lately(), **followed)
        words = sql.quoted(PURPOSES["keep"].words)
        self.into(
            Consent,
            size.personnes,
            purpose="'keep'",
            given="true",
            how="'read'",
            words=words,
            at=self.lately(),
            **followed,
        )

    def pour_referrals(self) -> None:
        """Write a referral a path, of somebody that a structure follows, to another structure."""
        from maillage.apps.referrals.orientations.models import Event, Orientation, Path

        n, sql = self.size.orientations, self.series
        sender, receiver = self.structure(self.number("k")), self.structure("(k * 31 + 7)")
        common = {"origin": "'professional'", "commune": self.commune(sender), "person": self.person("k")}
        paths = self.into(Path, n, made_at=self.lately(), structure=sender, **common)
        answered = f"case when k % 10 < 9 then {self.lately(24)} else null end"
        met = f"case when k % 10 < 8 then {self.lately(48)} else null end"
        over = f"case when k % 10 < 7 then {self.lately(49)} else null end"
        rows = self.into(
            Orientation,
            n,
            path=f"{paths} + k",
            need="'assistance'",
            from_structure=sender,
            to_structure=receiver,
            lieu=self.place(receiver),
            lieu_name=f"coalesce({self.place(receiver, 'name')}, '')",
            state=sql.cycle("k", sql.texts(STATES)),
            held_by="case when k % 10 < 7 then '' else 'receiver' end",
            prepared_at=self.lately(),
            sent_at=self.lately(),
            changed_at=self.lately(49),
            answered_at=answered,
            met_at=met,
            served_at=met,
            ended_at=over,
            came="case when k % 10 < 8 then true else null end",
            outcome="case when k % 10 < 6 then 'reached' when k % 10 = 6 then 'partial' else '' end",
            minutes="case when k % 10 < 8 then 15 + k % 60 else null end",
            **common,
        )
        self.into(
            Event,
            n,
            orientation=f"{rows} + k",
            at=self.lately(),
            verb="'send'",
            side="'sender'",
            state="'sent'",
        )

    def pour_learning(self) -> None:
        """Write what each learner opened, plans, and groups."""
        from maillage.apps.learning.models import Fact, Group, Member, Plan
        from maillage.apps.learning.queries import contents

        n, sql = self.size.apprenants, self.series
        modules = list(contents.modules().values())
        for m, module in enumerate(modules):
            learner = f"((k - 1) * {len(modules)} + {m + 1})"
            for step in range(1, min(STEPS, len(module.steps)) + 1):
                exercise = module.steps[step - 1].exercise
                self.into(
                    Fact,
                    (n - m - 1) // len(modules) + 1 if n > m else 0,
                    uid=sql.numbered(f"{learner} * {STEPS} + {step}"),
                    person=f"{self.people} + {learner}",
                    structure=self.structure(learner),
                    module=sql.quoted(module.id),
                    version=str(module.version),
                    step=str(step),
                    kind=sql.quoted(exercise.kind if exercise else ""),
                    state="case when k % 3 = 0 then 'done' else 'seen' end",
                    seconds="60 + k % 200",
                    way="'touch'",
                    screen="'small'",
                    at=self.past(learner),
                    kept_at=self.past(learner),
                )
        self.into(
            Plan,
            n // 10,
            person=f"{self.people} + k",
            structure=self.structure("k"),
            commune=self.commune(self.structure("k")),
            module=sql.cycle("k", [sql.quoted(each.id) for each in modules[:3]]),
            token=sql.padded("k", 32),
            on=f"date({self.past('k')})",
            ask_on=f"date({self.past('k', 240)})",
            together="'alone'",
            answer=sql.cycle("k", sql.texts(("alone", "beside", "not_yet", ""))),
            at=self.past("k"),
        )
        groups = self.into(
            Group,
            n // 200,
            structure=self.structure("k"),
            title="'Groupe fabriqué ' || k",
            code=sql.padded("k", 8),
            at=self.past("k"),
        )
        self.into(
            Member,
            n // 200 * GROUP,
            group=f"{groups} + 1 + (k - 1) / {GROUP}",
            person=f"{self.people} + k",
            at=self.past("k"),
        )

    def pour_acts(self) -> None:
        """Write acts of help for people that a structure follows."""
        from maillage.apps.people.actes.models import Act

        structure, sql = self.structure(self.number("k")), self.series
        self.into(
            Act,
            self.size.actes,
            uid=sql.numbered("k"),
            structure=structure,
            lieu=self.place(structure),
            commune=self.commune(structure),
            person=self.person("k"),
            kind=sql.cycle("k", sql.texts(("together", "shown"))),
            procedure=sql.cycle("k", sql.texts(("caf", "impots", "compte-ameli"))),
            minutes="15 + k % 60",
            where="'here'",
            end="'done'",
            done_at=self.past("k"),
            on_day=f"date({self.past('k')})",
            noted_at=self.past("k", 1),
        )

    def pour_workshops(self) -> None:
        """Write workshops, one in five to come, and the seats of each."""
        from maillage.apps.agenda.models import Seat, Workshop

        n, sql, structure = self.size.ateliers, self.series, self.structure("k")
        hours = self.hours_to("k")
        rows = self.into(
            Workshop,
            n,
            structure=structure,
            lieu=self.place(structure),
            commune=self.commune(structure),
            kind="'workshop'",
            title="'Atelier fabriqué ' || k",
            subject=sql.cycle("k", sql.texts(("commencer", "internet", "mail"))),
            format="'ponctuel'",
            level="'debutant'",
            starts_at=sql.moment(hours, self.at),
            ends_at=sql.moment(f"{MEETING} + {hours}", self.at),
            capacity=str(SEATS),
            price="'free'",
            published_at=sql.moment(f"-200 + {hours}", self.at),
            made_at=sql.moment(f"-200 + {hours}", self.at),
            changed_at=sql.moment(f"-200 + {hours}", self.at),
            stripped_at=f"case when {self.is_stripped('k')} then {sql.moment('-1', self.at)} else null end",
        )
        of = f"(1 + (k - 1) / {SEATS})"
        self.into(
            Seat,
            n * SEATS,
            workshop=f"{rows} + {of}",
            learner=sql.padded("k", 32),
            name=f"case when {self.is_stripped(of)} then '' else 'Personne ' || k end",
            way="'none'",
            channel="'counter'",
            status="'booked'",
            booked_at=self.past("k"),
            token=f"case when {self.is_stripped(of)} then '' else {sql.padded('k', 64)} end",
        )

    def pour_answers(self) -> None:
        """Write surveys around Grenoble, the first with more answers than the others."""
        from maillage.apps.surveys.actions import campaigns
        from maillage.apps.surveys.models import Answer, Survey
        from maillage.apps.surveys.queries.places import fitted
        from maillage.manage.demonstration.survey import sample_answers
        from maillage.reference.surveys import banks

        n, sql, base = self.size.enquetes, self.series, 0
        form = fitted(banks()["habitants"], SURVEYED)
        begun = self.at - timedelta(days=30)
        words = [json.dumps(each, ensure_ascii=False) for each in sample_answers(form, SENTENCES, begun)]
        values = sql.cycle("k", [sql.document(each) for each in words])
        for row in range(n):
            survey = campaigns.prepare(
                by=None,
                title=f"Enquête fabriquée {row + 1}",
                territory=SURVEYED,
                questionnaire=form,
                at=self.now(),
                example=True,
                universe="habitants de 15 ans et plus",
                target=1_000,
                opens_on=begun.date(),
            )
            # The journal says when it was made, after what it had already; the page, since when it asks.
            survey = campaigns.open_survey(survey, by=None, at=self.now())
            Survey.objects.filter(pk=survey.pk).update(made_at=begun)
            largest = round(LARGEST * self.size.reponses) if n > 1 else self.size.reponses
            many = largest if row == 0 else (self.size.reponses - largest) // (n - 1)
            self.into(
                Answer,
                many,
                uid=sql.numbered(f"{base} + k"),
                survey=str(survey.pk),
                version=str(survey.versions.get().pk),
                channel="'street'",
                values=values,
                ended_at=sql.moment("-1 - k % 600", self.at),
                received_at=sql.moment("- (k % 600)", self.at),
                digest=sql.padded("k", 64),
            )
            base += many

    def pour_messages(self) -> None:
        """Write messages that left long ago, their content erased."""
        from maillage.apps.platform.messages.models import Message

        structure = self.structure("k")
        self.into(
            Message,
            self.size.messages,
            channel="'email'",
            key="'fabrique-' || k",
            structure=structure,
            commune=self.commune(structure),
            made_at=self.past("k"),
            due_at=self.past("k"),
            sent_at=self.past("k", 1),
            purge_on=f"date({self.past('k', 48)})",
            state="'sent'",
            attempts="1",
        )

    def now(self) -> datetime:
        """Return when the next line of the journal is written: making a country takes minutes, others write
        meanwhile, and no line is dated before the former.
        """
        from maillage.apps.platform.accounts.models import Entry

        former = Entry.objects.order_by("-pk").values_list("at", flat=True).first()
        return max(self.at, former) if former else self.at

    def pour_journal(self) -> None:
        """Write lines of the journal by the way that writes them all: each holds the digest of the former."""
        from maillage.apps.directory.places.models import Structure
        from maillage.apps.platform.accounts.actions import Note, record_many

        at = self.now()
        for start in range(0, self.size.journal, LINES):
            numbers = range(start, min(start + LINES, self.size.journal))
            rows = [Structure(pk=self.first + 1 + k % self.size.structures) for k in numbers]
            record_many(
                Note(by=None, verb="structure.seen", row=row, at=at, structure=row.pk) for row in rows
            )
