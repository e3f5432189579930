"""Occasions to come, as each feature hands them over, and those to remind of now. Reminders to say or to
print, in words; and those of a person, past and to come.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from maillage.apps.people.persons import rules as people
from maillage.apps.people.persons.models import Consent, Person
from maillage.apps.people.persons.rules import COUNTED, DataKind
from maillage.apps.people.reminders import rules
from maillage.apps.people.reminders.models import Refusal, Reminder
from maillage.apps.people.reminders.rules import Way
from maillage.apps.platform.messages import queries as messages
from maillage.apps.platform.messages.models import Message
from maillage.apps.platform.messages.rules import addresses, states
from maillage.reference import clocks
from maillage.web import bulk
from maillage.words import opening
from maillage.words.languages import FRENCH, LANGUAGES, Language, say, speaking, to_say, typed
from maillage.words.wording import spaced

AT_ONCE = 2000  # events planned in one transaction
PAPER = (people.NONE, people.LETTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """An event that somebody is reminded of.

    kind, row: what it is, one of `ways.KINDS`, and its number; days: how long before; moment: when it takes
    place. person: None without a card. reach, contact: what they left for this event alone, '' when their
    sheet says how to reach them. is_notified: they just heard of it. example: nobody real is to hear of it.
    subject, text: say it in the language spoken; link: what a message adds, which nobody reads aloud.
    """

    kind: str
    row: int
    days: int
    moment: datetime
    subject: Callable[[], str]
    text: Callable[[], str]
    link: Callable[[], str] = str
    structure: int | None
    commune: str = ""
    person: Person | None = None
    name: str = ""
    reach: str = ""
    contact: str = ""
    language: str = "fr"
    is_notified: bool = False
    example: bool = False


def to_remind(kind: str, at: datetime, *, moment: str, commune: str, on_paper: Q) -> Q:
    """Return the events to remind of now, by the time of their place, that nobody was reminded of: on the
    eve; days before for those who are reminded on paper.

    moment, commune: the fields of the event that say when and where.
    """
    soon = Q(**{f"{moment}__gt": at})
    by_eve, by_post = (_before(at, days, moment, commune) for days in (rules.EVE, rules.POSTED))
    return soon & (by_eve | by_post & on_paper) & Q(~Exists(_reminded(kind, moment)))


def on_paper(**nothing: str) -> Q:
    """Return the events of persons who are reminded on paper. nothing: the field of what they left for the
    event alone, and its value when they left nothing.
    """
    return Q(**nothing, person__reach__in=PAPER)


def days_before(person: Person | None, reach: str) -> int:
    """Return how long before somebody is reminded. reach: how to reach them, as they said for the event
    alone.
    """
    return rules.POSTED if not reach and person is not None and person.reach in PAPER else rules.EVE


def is_recent(since: datetime | None, moment: datetime, days: int, commune: str) -> bool:
    """Return True for an event given, or moved, on the very day of its reminder or later: they just heard of
    it. What is reminded on paper is printed all the same.
    """
    zone = clocks.zone(commune)
    day = rules.leaves_at(moment, days, zone).date()
    return since is not None and days == rules.EVE and since.astimezone(zone).date() >= day


def _before(at: datetime, days: int, moment: str, commune: str) -> Q:
    """Return the events that are due, by the time of their place."""
    elsewhere, overseas = Q(), Q()
    for start in clocks.OVERSEAS:
        there = Q(**{f"{commune}__startswith": start})
        elsewhere |= there
        overseas |= there & Q(**{f"{moment}__lt": rules.horizon(at, days, clocks.zone(start))})
    return overseas | ~elsewhere & Q(**{f"{moment}__lt": rules.horizon(at, days, clocks.zone(""))})


def _reminded(kind: str, moment: str) -> QuerySet[Reminder]:
    return Reminder.objects.filter(
        kind=kind, row=OuterRef("pk"), moment=OuterRef(moment), withdrawn_at__isnull=True
    )


def agreed_among(persons: Sequence[Person]) -> set[int]:
    """Return which of these persons agree today to be written to: the last answer of each decides."""
    pks = bulk.among(person.pk for person in persons)
    answers = Consent.objects.filter(person__in=pks, purpose=people.WRITE)
    last: dict[int, bool] = {}
    for person, agreed, withdrawn in answers.order_by("at", "pk").values_list(
        "person", "given", "withdrawn_at"
    ):
        last[person] = agreed and withdrawn is None
    return {person for person, yes in last.items() if yes}


def refused_among(persons: Sequence[Person]) -> set[int]:
    """Return which of these persons want no reminder."""
    pks = [person.pk for person in persons]
    refusals = Refusal.objects.all()
    if refusals.count() > AT_ONCE:  # else reading them all takes less than asking for each
        refusals = refusals.filter(person__in=bulk.among(pks))
    return set(pks) & set(refusals.values_list("person", flat=True))


def ways_to(occasions: Sequence[Occasion]) -> list[Way]:
    """Return how each is reminded: by what they left for the event, else by what their sheet says; by hand
    where no message of that kind leaves this computer.
    """
    known = [each.person for each in occasions if each.person is not None]
    agreed, refused = agreed_among(known), refused_among(known)
    chosen = []
    for occasion in occasions:
        pk = occasion.person.pk if occasion.person is not None else None
        if occasion.is_notified:
            chosen.append(Way(rules.NONE, reason=rules.JUST_NOTIFIED))
        elif occasion.reach:
            chosen.append(rules.way_of(occasion.reach, occasion.contact, agreed=True, refused=pk in refused))
        elif occasion.person is not None:
            reach, value = occasion.person.reach, occasion.person.reach_value
            chosen.append(rules.way_of(reach, value, agreed=pk in agreed, refused=pk in refused))
        else:
            chosen.append(Way(rules.NONE, reason=rules.UNREACHABLE))
    stopped = messages.stopped_among((way.way, way.contact) for way in chosen if way.way in rules.WRITTEN)
    leaving = {way for way in rules.WRITTEN if messages.leaves(way)}
    return [
        Way(rules.NONE, reason=rules.STOPPED)
        if stopped and way.way in rules.WRITTEN and (way.way, addresses.same(way.way, way.contact)) in stopped
        else way
        if way.way in leaving
        else rules.by_hand(way)
        for way in chosen
    ]


CALLS, PAPERS, NOTES = "appeler", "imprimer", "savoir"
MAX_LINES, DONE_DISPLAY = 30, timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the lists: its ways, its title, what it asks, what it says when it is empty."""

    id: str
    ways: tuple[str, ...]
    title: str
    hint: str
    nothing: str


KINDS = {
    kind.id: kind
    for kind in (
        Kind(
            CALLS,
            rules.SPOKEN,
            "À appeler",
            "Ces personnes ne lisent pas de message. Lisez-leur la phrase, au téléphone ou par quelqu’un.",
            "Personne n’est à appeler.",
        ),
        Kind(
            PAPERS,
            rules.PRINTED,
            "À imprimer",
            "Une carte à poster, ou à donner quand la personne passe. Elle ne dit pas son nom.",
            "Rien n’est à imprimer.",
        ),
        Kind(
            NOTES,
            (rules.NOTICE,),
            "À savoir",
            "Ce que des personnes ont répondu à nos messages.",
            "Personne n’a demandé l’arrêt des messages.",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Script:
    """Text to read aloud, in one language."""

    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """A reminder that a helper gives: to whom, how, in which words."""

    row: Reminder
    recipient: str
    when: str
    number: str
    scripts: tuple[Script, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A reminder in one line: its subject, moment, channel and outcome. is_ahead: still to be given."""

    what: str
    when: str
    how: str
    state: str
    is_ahead: bool


def to_do(readable: QuerySet[Reminder], at: datetime) -> QuerySet[Reminder]:
    """Return the reminders to say or to print, the first to take place first."""
    pending = readable.filter(
        way__in=rules.BY_HAND, done_at__isnull=True, withdrawn_at__isnull=True, moment__gt=at
    )
    return pending.order_by("moment", "pk")


def done_lately(readable: QuerySet[Reminder], at: datetime) -> QuerySet[Reminder]:
    """Return the reminders said or printed lately, the last first: a « fait » too many is taken back here."""
    return readable.filter(done_at__gt=at - DONE_DISPLAY, way__in=rules.BY_HAND).order_by("-done_at", "-pk")


def counts(readable: QuerySet[Reminder], at: datetime) -> dict[str, int]:
    """Return how much is left in each list."""
    pending_ways = list(to_do(readable, at).values_list("way", flat=True))
    return {kind.id: sum(pending_ways.count(way) for way in kind.ways) for kind in KINDS.values()}


def tasks(rows: Iterable[Reminder]) -> list[Task]:
    return [task(row) for row in rows]


def task(row: Reminder) -> Task:
    """Return a reminder as a helper gives it: in French, and in the person's language where we have it."""
    name = row.name or (str(row.person) if row.person is not None else "Sans nom")
    number = row.contact if row.way == rules.CALL else ""
    return Task(row, name, in_words(row.moment, row.kind, row.commune), number, tuple(_scripts(row, name)))


def _scripts(row: Reminder, name: str) -> list[Script]:
    if row.way not in rules.SPOKEN:
        return []
    texts = {FRENCH: row.french} | ({row.language: row.text} if row.language in LANGUAGES else {})
    return [Script(LANGUAGES[code], _script(row, name, code, text)) for code, text in texts.items()]


def _script(row: Reminder, name: str, language: str, text: str) -> str:
    with speaking(language):
        structure = typed(row.structure.name) if row.structure is not None else ""
        hello = say("Bonjour, ici {structure}.", structure=structure) if structure else say("Bonjour.")
        if row.way == rules.VIA:
            request = say("Pouvez-vous dire ceci à {name} ?", name=typed(name))
            return spaced(f"{hello} {request} {text}")
        return spaced(f"{hello} {text} {say('Vous pourrez venir ?')}")


def in_words(moment: datetime, kind: str, commune: str) -> str:
    """Return when an event takes place, by the clock of its commune: a day, and its hour unless the whole day
    counts.
    """
    local = moment.astimezone(clocks.zone(commune))
    if kind in WHOLE_DAYS:
        return opening.date_text((local - timedelta(minutes=1)).date())
    day = f"{opening.weekday(local.weekday())} {opening.date_text(local.date())}"
    return say("{day} à {hour}", day=day, hour=opening.clock(local))


WHOLE_DAYS = (rules.MANDAT, rules.RIGHT, rules.LETTER, rules.DECISION)


# ------------------------------------------------------------------------------------------------ of a person


def refusal(person: Person) -> Refusal | None:
    """Return since when a person wants no reminder; None when they take them."""
    return Refusal.objects.filter(person=person).select_related("by").first()


def of_person(person: Person, at: datetime, *, structures: frozenset[int]) -> list[Line]:
    """Return the reminders of a person, the latest first, on behalf of these structures."""
    rows = _known(person).filter(structure__in=structures)
    return [
        Line(
            row.get_kind_display(),
            in_words(row.moment, row.kind, row.commune),
            row.get_way_display(),
            _state(row, message, at),
            row.way in rules.BY_HAND and not row.done_at and not row.withdrawn_at and row.moment > at,
        )
        for row, message in _with_messages(rows[:MAX_LINES])
    ]


def _known(person: Person) -> QuerySet[Reminder]:
    rows = Reminder.objects.filter(person=person).exclude(kind=rules.REFUSAL)
    return rows.select_related("structure", "done_by").order_by("-moment", "-pk")


def _with_messages(rows: Iterable[Reminder]) -> list[tuple[Reminder, Message | None]]:
    reminders = list(rows)
    keys = [row.key for row in reminders if row.way in rules.WRITTEN]
    sent = {message.key: message for message in Message.objects.filter(key__in=keys)}
    return [(row, sent.get(row.key)) for row in reminders]


def _state(row: Reminder, message: Message | None, at: datetime) -> str:
    if row.withdrawn_at is not None:
        return "retiré : " + ("plus rien à faire" if row.kind in WHOLE_DAYS else "le rendez-vous a changé")
    if row.way == rules.NONE:
        return row.get_reason_display()
    if row.way in rules.WRITTEN:
        if message is None:
            return "exemple : rien n’est parti"
        if message.state == states.SENT and message.sent_at is not None:
            if message.provider not in states.LEAVING:
                return "écrit sur cet ordinateur : rien n’est parti"
            return f"parti le {_moment(message.sent_at, row.commune)}"
        return f"{message.get_state_display()}. {message.why}".strip()
    if row.done_at is not None:
        return f"fait le {_moment(row.done_at, row.commune)}"
    return "à faire" if row.moment > at else "pas fait à temps"


def _moment(at: datetime, commune: str) -> str:
    local = at.astimezone(clocks.zone(commune))
    return f"{opening.date_text(local.date(), year=False)} à {opening.clock(local)}"


def to_come(occasions: Iterable[Occasion], at: datetime) -> list[Line]:
    """Return the reminders to come of a person, and their moment, by the sheet as it is today."""
    lines = []
    for event in sorted(occasions, key=lambda occasion: occasion.moment):
        leaves_at = rules.leaves_at(event.moment, event.days, clocks.zone(event.commune))
        if event.person is None or leaves_at <= at:
            continue
        (way,) = ways_to([event])
        state = rules.REASONS[way.reason] or f"prévu le {_moment(leaves_at, event.commune)}"
        when = in_words(event.moment, event.kind, event.commune)
        lines.append(Line(rules.KINDS[event.kind], when, rules.WAYS[way.way], state, is_ahead=True))
    return lines


def copy(person: Person, at: datetime) -> list[dict[str, Any]]:
    """Return the stored reminders of a person, for their own copy."""
    reminders = [
        {
            "de_quoi": row.get_kind_display(),
            "pour_le": row.moment.astimezone(clocks.zone(row.commune)).isoformat(),
            "commune": row.commune,
            "jours_avant": row.days,
            "comment": row.get_way_display(),
            "etat": _state(row, message, at),
            "au_nom_de": row.structure.name if row.structure is not None else "",
            "prenom_donne": row.name,
            "numero_ou_par_qui": row.contact or (message.to if message is not None else ""),
            "langue": row.language,
            "objet": row.subject or (message.subject if message is not None else ""),
            "texte": row.text or (message.text if message is not None else ""),
            "texte_en_francais": row.french,
            "prevu_le": row.planned_at.isoformat(),
            "mots_effaces_le": row.purge_on.isoformat(),
            "fait_le": row.done_at.isoformat() if row.done_at is not None else "",
            "fait_par": str(row.done_by or ""),
            "retire_le": row.withdrawn_at.isoformat() if row.withdrawn_at is not None else "",
        }
        for row, message in _with_messages(_known(person))
    ]
    no = refusal(person)
    if no is not None:
        refused = {
            "de_quoi": "Plus aucun rappel",
            "prevu_le": no.at.isoformat(),
            "fait_par": str(no.by or ""),
        }
        return [refused | {"etat": "demandé"}, *reminders]
    return reminders


PERSONAL_DATA = (
    DataKind(
        id="rappels",
        title=to_say("Vos rappels"),
        why=to_say("Pour vous rappeler un jour, ou ne plus rien vous rappeler."),
        until=to_say("Les mots : un mois après. Le reste : deux ans après la dernière aide."),
        fate=COUNTED,
        models=("reminders.Reminder", "reminders.Refusal"),
        rows=lambda person: copy(person, timezone.now()),
    ),
)
