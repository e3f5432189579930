"""Referrals as their pages read them: the name that was agreed, the wait, the possible gestures."""

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils import timezone

from maillage.apps.directory.memberships import access as memberships
from maillage.apps.directory.memberships.rules import ROLES
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries import places
from maillage.apps.people.persons import rules as persons
from maillage.apps.people.persons.models import Consent
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.messages import queries as outbox
from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.models import Orientation
from maillage.apps.referrals.orientations.queries import lists, timeline
from maillage.apps.referrals.orientations.queries.timeline import Line, Shared
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference import offer
from maillage.words import opening
from maillage.words.dates import SHORT_MONTHS
from maillage.words.wording import count, lower_first, spaced

RECEIVER, SENDER = cycle.RECEIVER, cycle.SENDER
SOMEBODY = "Une personne"
WITHOUT_NAME = "Une personne sans nom"
DAYTIME = (7, 21)  # hours between which somebody is expected, unless whoever gives the appointment means it
UNUSUAL_HOUR = "Oui, c’est bien ce jour et cette heure"  # what to tick, for a moment that looks like a slip


@dataclass(frozen=True, slots=True)
class Gesture:
    """A gesture. verb: of the table of the life, '' for a link; anchor: where on its page."""

    verb: str
    words: str
    icon: str
    anchor: str = ""
    filled: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a list. need: as precisely as may be known; practice: the one requested; tag, tone: the state
    in words; waits: how long, or when; late: overdue.
    """

    orientation: Orientation
    name: str
    born: str
    need: str
    practice: str
    by: str
    tag: str
    tone: str
    waits: str
    late: bool
    strong: bool
    elsewhere: bool
    quick_actions: Sequence[Gesture]

    @property
    def inside(self) -> str:
        return lower_first(self.need)


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """A referral as one side reads it. facts: what it may know; sees: what the place sees, in a sentence."""

    row: Row
    facts: Sequence[tuple[str, str]]
    sees: str
    dated: Sequence[tuple[str, Line]]
    deadline_text: str
    appointment: str
    place: str
    phones: Sequence[places.Phone]
    sender_phones: Sequence[places.Phone]
    verbs: frozenset[str]
    done: Sequence[str]


def received(user: Visitor, at: datetime, *, start: int = 0, section: str = "") -> lists.Page:
    """Return a page of the referrals received, its rows as they are read."""
    return _as_read(lists.received(user, at, start=start, section=section), RECEIVER, at)


def sent(user: Visitor, at: datetime, *, start: int = 0, section: str = "") -> lists.Page:
    return _as_read(lists.sent(user, at, start=start, section=section), SENDER, at)


def _as_read(page: lists.Page, side: str, at: datetime) -> lists.Page:
    elsewhere = helped_elsewhere([row for section in page.sections for row in section.rows])
    sections = []
    for section in page.sections:
        rows = [
            row_of(row, side, at, section=section.id, elsewhere=row.pk in elsewhere) for row in section.rows
        ]
        sections.append(replace(section, rows=rows))
    return replace(page, sections=sections)


def row_of(row: Orientation, side: str, at: datetime, *, section: str = "", elsewhere: bool = False) -> Row:
    """Return a referral as a line of a list."""
    tag, tone = _tag(row, side, section)
    waits, late, strong = _waits(row, at, section)
    is_born_known = _still_followed(row) if side == SENDER else "born" in row.readable
    born = row.person.born if row.person is not None and is_born_known else None
    return Row(
        orientation=row,
        name=name_of(row, side),
        born=f"année {born}" if born else "",
        need=need_of(row, side),
        practice=row.need_text,
        by=by_of(row) if side == RECEIVER else row.lieu_name or "Pas encore de lieu",
        tag=tag,
        tone="ferme" if late and row.state in cycle.UNANSWERED else tone,
        waits=waits,
        late=late,
        strong=strong,
        elsewhere=elsewhere,
        quick_actions=_possible_actions(row, side, at, section),
    )


def name_of(row: Orientation, side: str) -> str:
    """Return the name that a side may use for the person: for the place, their nickname if shared."""
    if row.person is None:
        return WITHOUT_NAME if side == SENDER else SOMEBODY
    if side == SENDER:
        return str(row.person) if _still_followed(row) else SOMEBODY
    return row.person.nickname if "nickname" in row.readable and row.person.nickname else SOMEBODY


def _still_followed(row: Orientation) -> bool:
    """Return True if the structure that sends still follows the person (`access.FOLLOWED`)."""
    return getattr(row, "followed", True)


def need_of(row: Orientation, side: str) -> str:
    """Return the request, as precisely as this side may know."""
    if side == SENDER or "procedure" in row.readable:
        procedure = row.procedure_words or (row.get_procedure_display() if row.procedure else "")
        if procedure:
            return f"{procedure[:1].upper()}{procedure[1:]}"
    return f"{row.need_text[:1].upper()}{row.need_text[1:]}"


def by_of(row: Orientation) -> str:
    """Return the sender's label: the structure and the helper, or a relative."""
    structure = row.from_structure.name if row.from_structure else ""
    helper = row.sender.name.partition(",")[0] if row.sender else ""
    unnamed = {cycle.RELATIVE: "Un proche", cycle.SELF: "La personne elle-même"}
    return ", ".join(filter(None, (structure, helper))) or unnamed.get(row.origin, "Un professionnel")


TAGS: Mapping[str, tuple[str, str]] = {
    cycle.DRAFT: ("Pas encore envoyée", ""),
    cycle.ACCEPTED: ("Acceptée", "ouvert"),
    cycle.APPOINTED: ("Rdv pris", "prune"),
    cycle.CAME: ("Présence", "ouvert"),
    cycle.ABSENT: ("Absence", "bientot"),
    cycle.SERVED: ("Aidée", "ouvert"),
    cycle.REFUSED: ("Refusée", "ferme"),
    cycle.REDIRECTED: ("Autre lieu proposé", "bientot"),
    cycle.EXPIRED: ("Sans réponse", "ferme"),
    cycle.CLOSED: ("Terminée", ""),
    cycle.CANCELLED: ("Annulée", ""),
    cycle.UNSOLVED: ("Sans solution", "bientot"),
}


def _tag(row: Orientation, side: str, section: str) -> tuple[str, str]:
    if section == "unknown":
        return "Suite inconnue", ""
    if row.state == cycle.SENT:
        return ("Reçue", "bientot") if side == RECEIVER else ("Envoyée", "bientot")
    if row.state == cycle.VIEWED:
        return f"Vue le {timezone.localdate(row.seen_at).day}" if row.seen_at else "Vue", "bientot"
    return TAGS[row.state]


def _waits(row: Orientation, at: datetime, section: str) -> tuple[str, bool, bool]:
    """Return how long a person has waited or when they come, if it is overdue, and if it comes first."""
    on = timezone.localdate(at)
    local = row.local_appointment
    if row.state == cycle.APPOINTED and local is not None and section != "unknown":
        on = row.day(at)
        if local.date() == on:
            return opening.clock(local), False, True
        if 0 < (local.date() - on).days < 7:
            hour = opening.clock(local).replace(" h", "\u00a0h").replace("h ", "h\u00a0")
            return f"{lower_first(opening.DAYS[local.weekday()])} {hour}", False, False
        return short(local.date(), on), False, False
    since = {cycle.APPOINTED: row.appointment_at, cycle.DRAFT: row.prepared_at}.get(row.state)
    if row.state in (*cycle.UNANSWERED, cycle.EXPIRED):
        since = row.sent_at
    days = (on - timezone.localdate(since or row.changed_at)).days
    late = days_late(row, on) > 0 or row.state == cycle.EXPIRED
    return days_in_words(days), late, late or section == "unknown"


def days_in_words(days: int) -> str:
    """Return how many days ago something was.

    >>> days_in_words(0), days_in_words(1), days_in_words(8)
    ('aujourd’hui', '1\\xa0jour', '8\\xa0jours')
    """
    return count(days, "jour") if days > 0 else "aujourd’hui"


def short(day: date, on: date) -> str:
    """Return a date in a few letters, its year when it is another.

    >>> short(date(2026, 11, 12), date(2026, 11, 20)), short(date(2025, 5, 1), date(2026, 11, 20))
    ('12 nov.', '1er mai 2025')
    """
    first = "1er" if day.day == 1 else str(day.day)
    return f"{first} {SHORT_MONTHS[day.month - 1]}{'' if day.year == on.year else f' {day.year}'}"


READ_AGAIN = (Gesture("", "Relire", "eye"),)
FOLLOW_UP = "dire-la-suite"  # the fold of a page where the outcome of a referral is given
SAY_RESULT = (Gesture("", "Indiquer le résultat", "pencil", FOLLOW_UP),)
TO_RECEIVE: Mapping[str, Sequence[Gesture]] = {
    **dict.fromkeys(
        cycle.UNANSWERED,
        (Gesture("accept", "Accepter", "check"), Gesture("", "Autre…", "chevron-down", "repondre")),
    ),
    cycle.ACCEPTED: (Gesture("", "Donner une date", "calendar-plus", "date"),),
    cycle.APPOINTED: (
        Gesture("came", "Présence", "user-check", filled=True),
        Gesture("absent", "Absence", "user-x"),
    ),
    cycle.CAME: SAY_RESULT,
    cycle.ABSENT: (Gesture("", "Autre date", "calendar-plus", "date"),),
}
OTHERWISE = Gesture("", "Autre…", "chevron-down", "suite")
TO_SEND: Mapping[str, Sequence[Gesture]] = {
    cycle.DRAFT: (
        Gesture("continue", "Reprendre", "arrow-right", filled=True),
        Gesture("cancel", "Effacer", "trash-2"),
    ),
    **dict.fromkeys((*cycle.BACK, cycle.ABSENT), (Gesture("again", "Autre lieu", "search"), OTHERWISE)),
    **dict.fromkeys(cycle.UNANSWERED, (Gesture("remind", "Relancer", "bell"), OTHERWISE)),
    cycle.SERVED: (Gesture("close", "C’est lu, terminer", "check"),),
}


def _possible_actions(row: Orientation, side: str, at: datetime, section: str) -> Sequence[Gesture]:
    """Return the main action expected of a side, and its alternative."""
    if side == SENDER:
        is_spoken = row.channel in cycle.MESSENGER_BY_CHANNEL and row.state in cycle.RUNNING
        if is_spoken and row.state != cycle.ABSENT:
            return (Gesture("", "Noter la suite", "pencil", "repondre"),)
        return TO_SEND.get(row.state, READ_AGAIN)
    if section == "unknown":
        return SAY_RESULT
    if is_early(row, at):
        return (Gesture("", "Changer la date", "calendar", "date"),)
    return TO_RECEIVE.get(row.state, READ_AGAIN)


def is_early(row: Orientation, at: datetime) -> bool:
    """Return True if the appointment is still to come: attendance is not known yet."""
    return row.state == cycle.APPOINTED and (row.appointment_at is None or row.appointment_at > at)


def verbs(row: Orientation, side: str) -> frozenset[str]:
    return frozenset(verb for verb in cycle.MOVES if cycle.allowed(verb, row.state, side))


def detail(row: Orientation, side: str, at: datetime) -> Detail:
    """Return a referral as one side reads it: what is shared for the place, everything for the sender."""
    if side == SENDER and not _still_followed(row):
        row = copy(row)  # as it is read, not as it is kept
        row.shared = [name for name in row.shared if name not in cycle.OF_PERSON]
    facts = shared(row, everything=side == SENDER and _still_followed(row))
    on = timezone.localdate(at)
    # Its preparation is for the sender alone.
    lines = [line for line in timeline.timeline(row, side) if side == SENDER or line.verb != "prepare"]
    return Detail(
        row=row_of(row, side, at, elsewhere=row.pk in helped_elsewhere([row])),
        facts=[(TITLES[fact.name], fact.words) for fact in facts],
        sees=_sees(row),
        dated=[(short(timezone.localdate(line.at), on), line) for line in lines],
        deadline_text=_late_words(row, at),
        appointment=appointment(row),
        place=places.full_address(row.lieu.sheet) if row.lieu is not None else "",
        phones=places.phones(row.lieu.sheet) if row.lieu is not None else (),
        sender_phones=phones_of(row),
        verbs=verbs(row, side),
        done=[offer.practices()[id].need_text for id in row.did if id in offer.practices()],
    )


TITLES = {
    "nickname": "Prénom",
    "born": "Année de naissance",
    "language": "Langue",
    "procedure": "Demande",
    "availability": "Peut venir",
    "reach": "La joindre",
    "result": "Bilan",
    "note": "Mot pour vous",
}


SHORT = {
    "nickname": "prénom",
    "born": "année de naissance",
    "language": "langue",
    "procedure": "démarche",
    "availability": "disponibilités",
    "reach": "comment la joindre",
    "result": "bilan",
    "note": "un mot",
}


def shared(row: Orientation, *, everything: bool = False) -> list[Shared]:
    """Return the fields that a place may read, in plain words; `everything`: as if all were shared."""
    if everything:
        row = copy(row)
        row.shared, row.agreed_with = list(cycle.SHARED), None
    fields = [each for each in timeline.shared(row) if not _says_nothing(row, each.name)]
    return [
        replace(each, words=each.words[:1].upper() + each.words[1:]) if each.name == "language" else each
        for each in fields
    ]


def _says_nothing(row: Orientation, name: str) -> bool:
    """Return True if a shared value carries no information: French, or a person who cannot be reached."""
    if name == "language":
        return row.language == "fr"
    return name == "reach" and row.person is not None and row.person.reach == persons.NONE


def _sees(row: Orientation) -> str:
    """Return the sentence that tells the person which fields the place sees."""
    sections = [SHORT[each.name] for each in shared(row)]
    if row.person is not None and not row.is_suspended:
        chosen = f"elle a choisi : {', '.join(sections)}" if sections else "elle n’a rien choisi de plus"
        return spaced(f"besoin, toujours dit ; {chosen}. Rien d’autre.")
    why = "elle n’a pas donné son nom"
    if row.is_suspended:
        why = "le reste est caché depuis que le lieu a changé de structure"
    return spaced(f"{', '.join(['besoin', *sections])}. Rien d’autre : {why}.")


def _late_words(row: Orientation, at: datetime) -> str:
    """Return since when an answer is expected, '' when nothing is late."""
    late = days_late(row, timezone.localdate(at))
    return f"La réponse est attendue depuis {count(late, 'jour')}." if late > 0 else ""


def days_late(row: Orientation, on: date) -> int:
    """Return for how many days an answer has been overdue, 0 when it is not."""
    if row.state not in cycle.UNANSWERED or row.sent_at is None:
        return 0
    sent = timezone.localdate(row.sent_at)
    awaited = row.answer_by or cycle.answer_by(sent, cycle.expires_on(sent))
    return max((on - awaited).days, 0)


def appointment(row: Orientation) -> str:
    """Return when somebody is expected, in full: “mardi 24 novembre 2026 à 14 h”; '' without a date."""
    return timeline.moment(row.local_appointment) if row.local_appointment is not None else ""


def phones_of(row: Orientation) -> Sequence[places.Phone]:
    """Return the telephone of whoever sends, by the sheet of a place of their structure."""
    if row.from_structure is None:
        return ()
    structure_lieux = Lieu.objects.filter(structure=row.from_structure, state="published")
    structure_lieux = structure_lieux.order_by("name", "pk")
    return next((phones for lieu in structure_lieux[:5] if (phones := places.phones(lieu.sheet))), ())[:1]


def helped_elsewhere(rows: Iterable[Orientation]) -> set[int]:
    """Return the referrals whose person is helped elsewhere for the same procedure, and agreed to show it."""
    known = [row for row in rows if row.person_id and row.procedure and row.state in cycle.RUNNING]
    if not known:
        return set()
    of = {row.person_id for row in known}
    running = Orientation.objects.filter(person__in=of, state__in=cycle.RUNNING).exclude(procedure="")
    pairs = list(running.values_list("pk", "person", "procedure"))
    double = {
        row.pk
        for row in known
        for pk, person, procedure in pairs
        if pk != row.pk and (person, procedure) == (row.person_id, row.procedure)
    }
    if not double:
        return set()
    agreed: dict[int | None, bool] = {}
    for consent in Consent.objects.filter(person__in=of, purpose=persons.SHOW):  # the last said comes first
        agreed.setdefault(consent.person_id, consent.given and consent.withdrawn_at is None)
    return {row.pk for row in known if row.pk in double and agreed.get(row.person_id)}


def informed(row: Orientation, *, side: str) -> str:
    """Return the sentence on those notified of the last action: “M. Diallo reçoit un e-mail.”

    It follows the outbox alone: many actions write to nobody, or to one of the two.
    """
    last = row.events.order_by("-pk").first()
    keys = [f"orientation-{row.pk}-{to}-{last.pk}" for to in ("geste", "personne")] if last else []
    leaving = outbox.leaving(keys) if keys else {}
    parts = []
    for key, channel in sorted(leaving.items()):  # whoever sends first
        what = "un SMS" if channel == "sms" else "un e-mail"
        if "-geste-" in key and row.sender is not None:
            parts.append(f"{row.sender.name.partition(',')[0] or 'Qui a orienté'} reçoit {what}.")
        elif "-personne-" in key:
            named = name_of(row, side) if side == SENDER or "nickname" in row.readable else "La personne"
            parts.append(f"{named} reçoit {what}.")
    return " ".join(parts)


def informed_of(rows: Sequence[Orientation]) -> str:
    """Return the sentence on those notified of several actions: “3 professionnels reçoivent un e-mail.”"""
    last = {row.pk: row.events.order_by("-pk").values_list("pk", flat=True).first() for row in rows}
    leaving = outbox.leaving(
        f"orientation-{pk}-{to}-{event}" for pk, event in last.items() for to in ("geste", "personne")
    )
    senders = {row.sender_id for row in rows if f"orientation-{row.pk}-geste-{last[row.pk]}" in leaving}
    n_people = sum("-personne-" in key for key in leaving)
    parts = []
    if senders:
        verb = "reçoivent" if len(senders) > 1 else "reçoit"
        parts.append(f"{count(len(senders), 'professionnel')} {verb} un e-mail par personne.")
    if n_people:
        people = count(n_people, "personne concernée", "personnes concernées")
        parts.append(f"{people} {'reçoivent' if n_people > 1 else 'reçoit'} un message.")
    return " ".join(parts) or "Personne ne reçoit de message."


def doubt(row: Orientation, when: datetime) -> tuple[str, str]:
    """Return the field of an appointment (local, naive) that may be a slip, and why; '' when none."""
    if row.urgent_before is not None and when.date() > row.urgent_before:
        before = "cela ne peut pas attendre jusque-là"
        if "availability" in row.readable:  # the date itself is the person's to tell
            before = f"à faire avant le {opening.date_text(row.urgent_before)}"
        return (
            "jour",
            f"C’est après la date : {before}. Choisissez un jour plus tôt, ou cochez « {UNUSUAL_HOUR} ».",
        )
    if row.lieu is not None and places.is_closed(row.lieu, when):
        warning = f"La fiche dit que le lieu est fermé le {timeline.moment(when)}."
        return "jour", f"{warning} Changez le jour ou l’heure, ou cochez « {UNUSUAL_HOUR} »."
    if not DAYTIME[0] <= when.hour < DAYTIME[1]:
        warning = f"C’est tôt ou tard : le {timeline.moment(when)}."
        return "heure", f"{warning} Changez l’heure, ou cochez « {UNUSUAL_HOUR} »."
    return "", ""


def ways_to_tell(row: Orientation, on: date) -> list[tuple[str, str]]:
    """Return the ways to reach the place of a draft that its sheet and accounts allow, the best first."""
    sheet = row.lieu.sheet if row.lieu is not None else {}
    mail = timeline.mail_of(row.lieu)
    phone = next(iter(places.phones(sheet)), None)
    ways = [("email", f"Par e-mail, avec un lien personnel, à {mail}")] if mail else []
    answering = [id for id, role in ROLES.items() if access.ANSWER in role.rights]
    team = memberships.team_roles(on).filter(role__in=answering)
    if row.lieu is not None and team.filter(structure=row.lieu.structure_id).exists():
        ways.append(("space", "Par son espace Maillage : le lieu y répond déjà"))
    if phone is not None:
        ways.append(("phone", f"Par téléphone, maintenant, au {phone.words}"))
    if not mail:
        ways.append(("email", "Par e-mail, avec un lien personnel, à l’adresse que le lieu vous donne"))
    return [*ways, ("card", "Par la carte seulement : la personne la montre en arrivant")]


ICONS = {
    "prepare": "pencil",
    "send": "send",
    "see": "eye",
    "accept": "check",
    "refuse": "x",
    "redirect": "corner-up-right",
    "appoint": "calendar-plus",
    "move": "calendar",
    "came": "user-check",
    "absent": "user-x",
    "serve": "heart-handshake",
    "close": "circle-check",
    "cancel": "x",
    "expire": "clock",
    "remind": "bell",
    "ask_again": "link",
    "unsolved": "flag",
    "follow": "share-2",
    "lose": "circle-x",
    "strip": "lock",
}


def path_of(row: Orientation, user: Visitor) -> list[Orientation]:
    return list(access.orientations_for(user).filter(path=row.path_id).order_by("position"))
