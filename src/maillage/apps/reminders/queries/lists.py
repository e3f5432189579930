"""Reminders to say or to print, in words; and those of a person, past and to come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from maillage.apps.messages.models import Message
from maillage.apps.messages.rules import states
from maillage.apps.people.models import Person
from maillage.apps.people.rules import COUNTED, DataKind
from maillage.apps.reminders.models import Refusal, Reminder
from maillage.apps.reminders.queries.occasions import Occasion, ways_to
from maillage.apps.reminders.rules import schedule, ways
from maillage.reference import clocks
from maillage.words import opening
from maillage.words.languages import FRENCH, LANGUAGES, Language, say, speaking, to_say, typed
from maillage.words.wording import spaced

CALLS, PAPERS, NOTES = "appeler", "imprimer", "savoir"
PAGE, MAX_LINES, DONE_DISPLAY = 40, 30, timedelta(days=2)


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
            ways.SPOKEN,
            "À appeler",
            "Ces personnes ne lisent pas de message. Lisez-leur la phrase, au téléphone ou par quelqu’un.",
            "Personne n’est à appeler.",
        ),
        Kind(
            PAPERS,
            ways.PRINTED,
            "À imprimer",
            "Une carte à poster, ou à donner quand la personne passe. Elle ne dit pas son nom.",
            "Rien n’est à imprimer.",
        ),
        Kind(
            NOTES,
            (ways.NOTICE,),
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
    who: str
    when: str
    number: str
    scripts: tuple[Script, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """A reminder in one line: of what, when, how, what became of it; and whether it is still to come."""

    what: str
    when: str
    how: str
    state: str
    is_ahead: bool


def to_do(readable: QuerySet[Reminder], at: datetime) -> QuerySet[Reminder]:
    """Return the reminders to say or to print, the first to take place first."""
    pending = readable.filter(
        way__in=ways.BY_HAND, done_at__isnull=True, withdrawn_at__isnull=True, moment__gt=at
    )
    return pending.order_by("moment", "pk")


def done_lately(readable: QuerySet[Reminder], at: datetime) -> QuerySet[Reminder]:
    """Return the reminders said or printed lately, the last first: a « fait » too many is taken back here."""
    return readable.filter(done_at__gt=at - DONE_DISPLAY, way__in=ways.BY_HAND).order_by("-done_at", "-pk")


def counts(readable: QuerySet[Reminder], at: datetime) -> dict[str, int]:
    """Return how much is left in each list."""
    pending_ways = list(to_do(readable, at).values_list("way", flat=True))
    return {kind.id: sum(pending_ways.count(way) for way in kind.ways) for kind in KINDS.values()}


def tasks(rows: Iterable[Reminder]) -> list[Task]:
    return [task(row) for row in rows]


def task(row: Reminder) -> Task:
    """Return a reminder as a helper gives it: in French, and in the person's language where we have it."""
    name = row.name or (str(row.person) if row.person is not None else "Sans nom")
    number = row.contact if row.way == ways.CALL else ""
    return Task(row, name, in_words(row.moment, row.kind, row.commune), number, tuple(_scripts(row, name)))


def _scripts(row: Reminder, name: str) -> list[Script]:
    if row.way not in ways.SPOKEN:
        return []
    texts = {FRENCH: row.french} | ({row.language: row.text} if row.language in LANGUAGES else {})
    return [Script(LANGUAGES[code], _script(row, name, code, text)) for code, text in texts.items()]


def _script(row: Reminder, name: str, language: str, text: str) -> str:
    with speaking(language):
        structure = typed(row.structure.name) if row.structure is not None else ""
        hello = say("Bonjour, ici {structure}.", structure=structure) if structure else say("Bonjour.")
        if row.way == ways.VIA:
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


WHOLE_DAYS = (ways.MANDAT, ways.RIGHT, ways.LETTER, ways.DECISION)


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
            row.moment > at,
        )
        for row, message in _with_messages(rows[:MAX_LINES])
    ]


def _known(person: Person) -> QuerySet[Reminder]:
    rows = Reminder.objects.filter(person=person).exclude(kind=ways.REFUSAL)
    return rows.select_related("structure", "done_by").order_by("-moment", "-pk")


def _with_messages(rows: Iterable[Reminder]) -> list[tuple[Reminder, Message | None]]:
    reminders = list(rows)
    keys = [row.key for row in reminders if row.way in ways.WRITTEN]
    sent = {message.key: message for message in Message.objects.filter(key__in=keys)}
    return [(row, sent.get(row.key)) for row in reminders]


def _state(row: Reminder, message: Message | None, at: datetime) -> str:
    if row.withdrawn_at is not None:
        return "retiré : " + ("plus rien à faire" if row.kind in WHOLE_DAYS else "le rendez-vous a changé")
    if row.way == ways.NONE:
        return row.get_reason_display()
    if row.way in ways.WRITTEN:
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
        leaves_at = schedule.leaves_at(event.moment, event.days, clocks.zone(event.commune))
        if event.person is None or leaves_at <= at:
            continue
        (way,) = ways_to([event])
        state = ways.REASONS[way.reason] or f"prévu le {_moment(leaves_at, event.commune)}"
        when = in_words(event.moment, event.kind, event.commune)
        lines.append(Line(ways.KINDS[event.kind], when, ways.WAYS[way.way], state, is_ahead=True))
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
