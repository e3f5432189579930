"""The rights of one person: for their own page, their copy, their sheet; what presses for a helper."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats.queries.catalogue import label_of
from maillage.apps.people.persons import rules as purposes
from maillage.apps.people.persons.models import Consent, Person
from maillage.apps.people.reminders import rules as reminders_rules
from maillage.apps.people.reminders.models import Reminder
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.droits import access
from maillage.apps.referrals.droits.models import Fact
from maillage.apps.referrals.droits.queries import checklists, lines
from maillage.apps.referrals.droits.queries.lines import Line
from maillage.apps.referrals.droits.rules import facts, line
from maillage.words.languages import say, to_say, typed

# What the journal says of the line of somebody’s rights, as the person reads it too.
VERBS = {
    "droit.seen": to_say("a ouvert ses droits"),
    "droit.printed": to_say("a imprimé ses droits"),
    "droit.told": to_say("a noté où en est une démarche"),
    "droit.struck": to_say("a annulé un fait d’une démarche"),
    "droit.restored": to_say("a remis un fait d’une démarche"),
    "droit.corrected": to_say("a corrigé un fait d’une démarche"),
    "droit.reminded": to_say("a rappelé la date d’une démarche"),
    "droit.letter": to_say("a écrit à un autre aidant"),
}


# The facts that hold a date to act before, and what somebody is reminded of by each.
OF_FACTS: Mapping[str, str] = {
    facts.OBTAINED: reminders_rules.RIGHT,
    facts.NOTIFIED: reminders_rules.LETTER,
    facts.REFUSED: reminders_rules.DECISION,
    facts.LOST: reminders_rules.DECISION,
}
DATED = tuple(OF_FACTS)
DENIALS = (facts.REFUSED, facts.LOST)


@dataclass(frozen=True, slots=True)
class OwnLine:
    """A procedure as the person reads it: its name, in French; where it stands, in their language, and what
    they may do; `state` as in `line.STATES`; deadline: the last day to do something, if any.
    """

    label: str
    tag: str
    state: str
    deadline: date | None
    more: str = ""


@dataclass(frozen=True, slots=True)
class Own:
    """The rights of a person in their own words: what presses, the rest, and each procedure."""

    pressing: str
    rest: str
    lines: list[OwnLine]


def for_card(person: Person, today: date) -> Own | None:
    """Return the rights of a person, for them to read in the language spoken now, from all that anybody told;
    None when they do not agree to be followed, or nothing is told.
    """
    if not lines.follows(person):
        return None
    rows = lines.of_everybody(person, today)
    if not rows:
        return None
    pressing, rest = line.headline([each.standing for each in rows], today)
    return Own(
        pressing,
        rest,
        [
            OwnLine(
                typed(e.label),
                e.standing.tag,
                e.standing.state,
                e.standing.deadline,
                _more(e.standing, today),
            )
            for e in rows
        ],
    )


def _more(standing: line.Standing, today: date) -> str:
    """Return until when a person may ask for another look at a decision; '' when they may not."""
    if standing.state not in line.DENIED or standing.deadline is None:
        return ""
    return say(
        "Vous pouvez demander que cette décision soit revue, avant le {day}.",
        day=line.day_text(standing.deadline, today),
    )


def summary(user: Visitor, person: Person, today: date) -> tuple[str, str] | None:
    """Return the sentence above the lines as a user’s structures know them; None without any."""
    rows = lines.lines(user, person, today)
    return line.headline([each.standing for each in rows], today) if rows else None


def counts(rows: list[Line]) -> list[tuple[str, int]]:
    """Return how many procedures stand in each state, in words: all that is shown without an agreement."""
    n_by_state = Counter(each.standing.state for each in rows)
    return [(words, n_by_state[state]) for state, words in line.STATES.items() if n_by_state[state]]


# ----------------------------------------------------------------------------------------------- what presses


def deadlines(user: Visitor, today: date) -> list[tuple[Person, Line]]:
    """Return the rights at risk or to renew, the letters to answer and the decisions that may be contested
    of the persons that a user helps, the nearest date first.
    """
    followings = access.followings_for(user)  # thousands of them, of a few structures
    structures = Structure.objects.filter(pk__in=followings.order_by().values("structure")).order_by("pk")
    dated = Fact.objects.filter(
        person=OuterRef("pk"),
        structure__in=structures,
        struck_at=None,
        kind__in=DATED,
    )
    followed = Person.objects.filter(Exists(dated), pk__in=followings.values("person"))
    persons = agreeing(list(followed))
    return lines.pressing(persons, list(structures), today) if persons else []


def agreeing(persons: list[Person], purpose: str = purposes.TRACK) -> list[Person]:
    """Return, of some persons, those who agree today to a purpose: that their procedures be followed."""
    agreed: dict[int, bool] = {}
    rows = Consent.objects.filter(person__in=persons, purpose=purpose)
    for each in rows:  # the last said comes first
        agreed.setdefault(each.person_id, each.given and each.withdrawn_at is None)
    return [each for each in persons if agreed.get(each.pk)]


@dataclass(frozen=True, slots=True)
class NearDate:
    """A date to remind of: of the fact that holds it, so many days before; key: of the helper's message."""

    fact: Fact
    day: date
    days: int
    key: str


def to_remind(today: date) -> list[NearDate]:
    """Return the dates that are near, and that nobody was reminded of yet.

    The dates are read first, without drawing any line: few are near, and this is asked often.
    """
    dated = Fact.objects.filter(_may_be_near(today), struck_at=None, example=False)
    near: dict[int, date] = {}
    for row in dated.only("pk", "kind", "procedure", "on", "until"):
        day = _deadline(row)
        if day is not None and 0 <= (day - today).days <= max(line.REMINDERS):
            near[row.pk] = day
    days = {
        pk: min(each for each in line.REMINDERS if (day - today).days <= each) for pk, day in near.items()
    }
    keys = {pk: f"droit-{pk}-rappel-{days[pk]}" for pk in near}
    written = set(Message.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    planned = set(
        Reminder.objects.filter(kind__in=OF_FACTS.values(), row__in=near).values_list("row", "days")
    )
    unsent = [pk for pk in near if keys[pk] not in written and (pk, days[pk]) not in planned]
    rows = Fact.objects.filter(pk__in=unsent).select_related("person", "structure", "by").order_by("pk")
    return [
        NearDate(row, near[row.pk], days[row.pk], keys[row.pk])
        for row in rows
        if _presses(row, near[row.pk], today)
    ]


def _may_be_near(today: date) -> Q:
    """Return the facts whose date may be near; all those whose date is, and a few more: months are counted
    of 28 and of 31 days.
    """
    known = checklists.everybody()
    last = today + timedelta(days=max(line.REMINDERS))
    latest = last + timedelta(days=31 * max(each.rule.closes or 0 for each in known.values()))
    near = Q(kind__in=(facts.NOTIFIED, *DENIALS), until__range=(today, last))
    near |= Q(kind=facts.OBTAINED, until__range=(today, latest))
    for procedure, requirements in known.items():
        if requirements.rule.appeal is not None:
            since = today - timedelta(days=31 * requirements.rule.appeal)
            near |= Q(kind__in=DENIALS, until=None, procedure=procedure, on__gte=since)
        if requirements.rule.lasts is not None:
            span = (
                today - timedelta(days=31 * requirements.rule.lasts),
                latest - timedelta(days=28 * requirements.rule.lasts),
            )
            near |= Q(kind=facts.OBTAINED, until=None, procedure=procedure, on__range=span)
    return near


def to_withdraw(at: datetime) -> list[tuple[str, int]]:
    """Return the reminders left to say or to print whose line asks for nothing any more, by kind and number
    of fact: an answer was sent since, the fact was struck, the person disagrees.
    """
    stopped = Consent.objects.filter(
        person=OuterRef("person"), purpose=purposes.TRACK, withdrawn_at__gt=OuterRef("planned_at")
    )
    alive = Reminder.objects.filter(
        Q(person__active_at__gt=F("planned_at")) | Exists(stopped),  # elsewhere nothing changed
        kind__in=OF_FACTS.values(),
        way__in=reminders_rules.BY_HAND,
        done_at=None,
        withdrawn_at=None,
        moment__gt=at,
    )
    kinds = dict(alive.values_list("row", "kind"))
    today = timezone.localdate(at)
    rows = Fact.objects.filter(pk__in=kinds).select_related("person", "structure")
    still = {
        row.pk
        for row in rows
        if row.struck_at is None and (day := _deadline(row)) is not None and _presses(row, day, today)
    }
    return [(kind, pk) for pk, kind in kinds.items() if pk not in still]


def _deadline(row: Fact) -> date | None:
    """Return the day before which to act on a letter, a right or a decision, by the common rules."""
    if row.kind == facts.NOTIFIED:
        return row.until
    rule = checklists.common(row.procedure).rule
    return (line.deadline if row.kind == facts.OBTAINED else line.appeal_end)(row.on, row.until, rule)


def _presses(row: Fact, day: date, today: date) -> bool:
    """Check that the line of a fact is still urgent for its day: nothing sent since, the person agrees."""
    urgent = lines.pressing(agreeing([row.person]), [row.structure], today)
    return any(
        (near_line.procedure, near_line.standing.deadline) == (row.procedure, day) for _, near_line in urgent
    )


# -------------------------------------------------------------------------------------------------- one's own


def of_person(person: Person) -> list[Fact]:
    """Return all that was told of a person’s procedures, struck facts included, the latest first."""
    rows = Fact.objects.filter(person=person).select_related("by", "structure", "struck_by")
    return list(rows.order_by("-at", "-pk"))


def copy(person: Person) -> list[dict[str, Any]]:
    """Return the facts noted about a person's procedures, in French, for their own copy."""
    return [
        {
            "demarche": label_of(row.procedure),
            "ce_qui_s_est_passe": row.get_kind_display(),
            "le": row.on.isoformat(),
            "date_du_courrier": row.until.isoformat() if row.until else "",
            "papier_ou_precision": row.words,
            "note_par": str(row.by or ""),
            "structure": row.structure.name,
            "note_le": _moment(row.at),
            "vient_de": row.source,
            "corrige_un_fait_du": _moment(row.corrects.at) if row.corrects else "",
            "raye_le": _moment(row.struck_at) if row.struck_at else "",
            "raye_par": str(row.struck_by or ""),
            "personne_inventee": "oui" if row.example else "non",
        }
        for row in of_person(person)
    ]


def _moment(at: datetime) -> str:
    return timezone.localtime(at).isoformat()


PERSONAL_DATA = (
    purposes.DataKind(
        id="droits",
        title=to_say("Vos démarches"),
        why=to_say("Pour ne pas manquer une date."),
        models=("droits.Fact",),
        rows=copy,
    ),
)
