"""The lines of a person: what was told of each procedure, by whom, and where it stands."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.learning.models import Plan
from maillage.apps.people.actes.models import Act
from maillage.apps.people.mandats.queries import catalogue as mandats
from maillage.apps.people.persons import queries as people
from maillage.apps.people.persons import rules as purposes
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User, Visitor
from maillage.apps.referrals.droits import access
from maillage.apps.referrals.droits.models import Fact
from maillage.apps.referrals.droits.queries import checklists
from maillage.apps.referrals.droits.queries.checklists import Requirements
from maillage.apps.referrals.droits.rules import facts, line
from maillage.apps.referrals.droits.rules.facts import Statement
from maillage.apps.referrals.droits.rules.line import Standing
from maillage.reference import procedures
from maillage.web import bulk

# The procedures proposed where nothing is noted yet.
FIRST = ("complementaire-sante", "prime-activite", "carte-identite")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing told, with who told it. fact, act, plan: what it comes from, one of the three."""

    kind: str
    on: date
    at: datetime
    structure: int
    by: User | None
    fact: Fact | None = None
    act: Act | None = None
    plan: Plan | None = None

    @property
    def words(self) -> str:
        """The fact, in French."""
        return facts.FACTS[self.kind]


@dataclass(frozen=True, slots=True)
class OtherHelper:
    """Somebody else who follows the same procedure. fact: the last they told of it."""

    procedure: str
    label: str
    fact: Fact
    since: date
    is_same_structure: bool

    @property
    def author(self) -> str:
        """Their name, and their structure when it is another."""
        named = str(self.fact.by) if self.fact.by is not None else ""
        return ", ".join(
            filter(None, (named, "" if self.is_same_structure and named else self.fact.structure.name))
        )


@dataclass(frozen=True, slots=True)
class Line:
    """One procedure of a person. entries: what was told, oldest first; stamp: sent back with a gesture, so
    that what another told meanwhile is not lost.
    """

    procedure: str
    label: str
    operator: str
    standing: Standing
    requirements: Requirements
    entries: Sequence[Entry]

    @property
    def stamp(self) -> str:
        return stamp(each.fact for each in self.entries if each.fact is not None)


def stamp(rows: Iterable[Fact]) -> str:
    """Return the version of a line: its standing facts."""
    return "-".join(str(pk) for pk in sorted(row.pk for row in rows))


def follows(person: Person) -> bool:
    return people.agreed(person, purposes.TRACK)


def lines(user: Visitor, person: Person, today: date) -> list[Line]:
    """Return the procedures of a person as a user’s structures know them: what presses first, what nobody
    knows last; those not followed any more are left out.
    """
    structures = access.helping(user, person)
    return _drawn(person, structures, checklists.requirements(structures[0] if structures else None), today)


def one(user: Visitor, person: Person, procedure: str, today: date) -> Line | None:
    """Return one procedure as it is known, followed or not; None when nobody knows such a procedure."""
    structures = access.helping(user, person)
    label = mandats.label_of(procedure)
    if not structures or not label or not facts.follows(procedure):
        return None
    entries = _entries([person], structures)[person.pk, procedure]
    return _line(procedure, entries, checklists.requirements(structures[0]), today)


def _drawn(
    person: Person, structures: Sequence[Structure], known: Mapping[str, Requirements], today: date
) -> list[Line]:
    lines = [
        _line(procedure, entries, known, today)
        for (_, procedure), entries in _entries([person], structures).items()
    ]
    followed = [each for each in lines if each.standing.state != line.STOPPED]
    return sorted(followed, key=lambda row: (*line.order(row.standing), row.label.casefold()))


def former(user: Visitor, person: Person, today: date) -> list[Line]:
    """Return the procedures of a person that are not followed any more."""
    structures = access.helping(user, person)
    known = checklists.requirements(structures[0] if structures else None)
    rows = [_line(key, entries, known, today) for (_, key), entries in _entries([person], structures).items()]
    return [each for each in rows if each.standing.state == line.STOPPED]


def pressing(
    persons: Sequence[Person], structures: Sequence[Structure], today: date
) -> list[tuple[Person, Line]]:
    """Return the urgent lines of some persons, the nearest date first, in one reading."""
    known = checklists.requirements(structures[0] if structures else None)
    named = {each.pk: each for each in persons}
    drawn = [
        (named[pk], _line(procedure, entries, known, today))
        for (pk, procedure), entries in _entries(persons, structures).items()
    ]
    urgent = [each for each in drawn if line.presses(each[1].standing, today)]
    return sorted(
        urgent, key=lambda pair: (pair[1].standing.deadline or today, *line.order(pair[1].standing))
    )


def of_everybody(person: Person, today: date) -> list[Line]:
    """Return the procedures of a person from all that anybody told of them, for the person alone."""
    structures = list(Structure.objects.filter(pk__in=person.followings.values("structure")).order_by("pk"))
    noting = Fact.objects.filter(person=person).values("structure")
    extra = Structure.objects.filter(pk__in=noting).exclude(pk__in=[each.pk for each in structures])
    return _drawn(person, [*structures, *extra], checklists.requirements(None), today)


# ------------------------------------------------------------------------------------------- what was told


Entries = dict[tuple[int, str], list[Entry]]


def _entries(persons: Sequence[Person], structures: Sequence[Structure]) -> Entries:
    """Return the facts noted by some structures about some persons, by person and procedure, the oldest
    first.
    """
    entries: Entries = defaultdict(list)
    in_scope: dict[str, Any] = {"person__in": persons, "structure__in": structures}
    for fact in Fact.objects.filter(struck_at=None, **in_scope).select_related("by", "structure"):
        entries[fact.person_id, fact.procedure].append(
            Entry(fact.kind, fact.on, fact.at, fact.structure_id, fact.by, fact=fact)
        )
    common = checklists.requirements(None)
    for act in Act.objects.filter(struck_at=None, **in_scope).select_related("by"):
        at_once = act.procedure in common and common[act.procedure].at_once
        statement = facts.of_act(act.kind, act.end, act.on_day, at_once=at_once)
        if statement is not None and act.person_id is not None and facts.follows(act.procedure):
            entry = Entry(statement.kind, statement.on, act.noted_at, act.structure_id, act.by, act=act)
            entries[act.person_id, act.procedure].append(entry)
    for plan in bulk.seldom(Plan.objects.filter(module__in=facts.TAUGHT, **in_scope).select_related("by")):
        answered = timezone.localdate(plan.answered_at) if plan.answered_at else None
        statement = facts.of_plan(plan.answer, timezone.localdate(plan.at), answered)
        if plan.person_id is not None and plan.structure_id is not None:
            entry = Entry(
                statement.kind,
                statement.on,
                plan.answered_at or plan.at,
                plan.structure_id,
                plan.by,
                plan=plan,
            )
            entries[plan.person_id, facts.TAUGHT[plan.module]].append(entry)
    for rows in entries.values():
        rows.sort(key=lambda entry: (entry.at, entry.fact.pk if entry.fact else 0))
    return entries


def _line(procedure: str, entries: Sequence[Entry], known: Mapping[str, Requirements], today: date) -> Line:
    statements = [
        Statement(
            kind=entry.kind,
            on=entry.on,
            n=n,
            until=entry.fact.until if entry.fact else None,
            paper=entry.fact.paper if entry.fact else "",
        )
        for n, entry in enumerate(entries)
    ]
    requirements = known.get(procedure, Requirements(None))
    common = procedures.procedures().get(procedure)
    return Line(
        procedure,
        mandats.label_of(procedure) or "Démarche retirée",
        common.operator if common else "",
        line.standing(statements, requirements.rule, today),
        requirements,
        sorted(entries, key=lambda entry: entry.on),
    )


# ---------------------------------------------------------------------------------- who else follows the same


def other_helpers(user: Visitor, person: Person) -> list[OtherHelper]:
    """Return the other helpers of the procedures that a user's structures follow: colleagues; and those of
    other structures that still help the person, with the person's agreement.
    """
    structures = [each.pk for each in access.helping(user, person)]
    rows = Fact.objects.filter(person=person, struck_at=None, by__isnull=False, source="")
    rows = rows.exclude(kind=facts.PAPER)
    helper_facts = list(rows.select_related("by", "structure").order_by("at", "pk"))
    own_procedures = {row.procedure for row in helper_facts if row.structure_id in structures}
    may_show = people.agreed(person, purposes.SHOW)
    still = set(person.followings.filter(ended_at=None).values_list("structure", flat=True))
    helpers: dict[tuple[str, int, int], OtherHelper] = {}
    for row in helper_facts:
        if row.procedure not in own_procedures or row.by_id == user.pk or row.structure_id not in still:
            continue
        if row.structure_id not in structures and not may_show:
            continue
        key = (row.procedure, row.structure_id, row.by_id or 0)
        since = helpers[key].since if key in helpers else timezone.localdate(row.at)
        label = mandats.label_of(row.procedure)
        helpers[key] = OtherHelper(row.procedure, label, row, since, row.structure_id in structures)
    active = [
        each for each in helpers.values() if each.fact.kind != facts.STOPPED and access.still_reads(each.fact)
    ]
    return sorted(active, key=lambda helper: (helper.label.casefold(), helper.since))


def known_procedures(structure: Structure | None) -> list[tuple[str, list[mandats.Choice]]]:
    """Return the procedures that may be followed, family by family."""
    return [(label, choices) for _, label, choices in mandats.by_family(structure) if choices]
