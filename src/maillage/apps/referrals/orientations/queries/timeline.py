"""The timeline of a referral: each side reads what it may, and no more."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel import Locale
from django.utils import timezone

from maillage.apps.directory.places.models import Lieu
from maillage.apps.platform.messages.rules import addresses
from maillage.apps.referrals.orientations.models import Event, Orientation
from maillage.apps.referrals.orientations.rules import cycle
from maillage.reference import bilan, clocks
from maillage.words import opening
from maillage.words.languages import say, typed
from maillage.words.wording import lower_first, of


def mail_of(lieu: Lieu | None) -> str:
    """Return the e-mail address of a place, '' when its sheet has none that receives mail."""
    first = next(iter(lieu.sheet.get("courriels", ())), "") if lieu is not None else ""
    return addresses.read("email", str(first))


def place_mail(row: Orientation) -> str:
    """Return the e-mail address that a referral is sent to: the one that the place gave, else its sheet's."""
    return row.place_mail or mail_of(row.lieu)


def first_mail(row: Orientation) -> str:
    """Return the key of the message that carries its link to a place."""
    return f"orientation-{row.pk}-{row.links}-lien"


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the timeline. more: what was said; note: what one side keeps to itself."""

    at: datetime
    verb: str
    state: str
    author: str
    words: str
    more: str = ""
    note: str = ""

    @property
    def sentence(self) -> str:
        """Return the line as one sentence, with one full stop: what was typed may have its own."""
        sentence = f"{self.author} {self.words}{f' : {self.more}' if self.more else ''}"
        return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def timeline(orientation: Orientation, side: str) -> list[Line]:
    """Return the events, oldest first, as one side reads them: a note is for the side, and the team, that
    wrote it; the person reads none.
    """
    return timelines([orientation], side)[orientation.pk]


def timelines(orientations: Iterable[Orientation], side: str) -> dict[int, list[Line]]:
    """Return the timelines of several referrals at once, by their number."""
    lines_by_referral: dict[int, list[Line]] = {row.pk: [] for row in orientations}
    rows = list(
        Event.objects.filter(orientation__in=lines_by_referral).select_related(
            "by", "orientation__from_structure"
        )
    )
    elsewhere = _written_elsewhere(rows) if side == cycle.RECEIVER else frozenset()
    for event in rows:
        lines_by_referral[event.orientation_id].append(_line(event, side, private=event.pk not in elsewhere))
    return lines_by_referral


def _written_elsewhere(events: Sequence[Event]) -> frozenset[int]:
    """Return the events of when another structure ran the place: its team wrote them for itself."""
    current_events: dict[int, list[int]] = {}  # by referral, the events since it last changed hands
    by: dict[int, list[tuple[int | None, list[int]]]] = {}
    for event in events:
        if event.verb == "follow" and event.content.get("left") is not None:
            by.setdefault(event.orientation_id, []).append(
                (event.content["left"], current_events.pop(event.orientation_id, []))
            )
        else:
            current_events.setdefault(event.orientation_id, []).append(event.pk)
    now = {event.orientation_id: event.orientation.to_structure_id for event in events}
    return frozenset(pk for id, spans in by.items() for ran, pks in spans if ran != now[id] for pk in pks)


def _line(event: Event, side: str, *, private: bool) -> Line:
    professional = side in (cycle.SENDER, cycle.RECEIVER)
    reason = cycle.REASONS.get(event.content.get("reason", ""))
    if professional:
        words = str(event.content.get("words", "")) if private else ""
        more = " ; ".join(filter(None, (reason.label if reason else "", words)))
    else:
        more = say(reason.plain) if reason else ""
    return Line(
        at=event.at,
        verb=event.verb,
        state=event.state,
        author=author_of(event) if professional else _part(event),
        words=say(cycle.MOVES[event.verb].label),
        more=more,
        note=event.note if professional and event.side == side and private else "",
    )


def sentence(event: Event) -> str:
    """Return an event in a sentence: “Bibliothèque Barnave a refusé le 20 novembre 2026 à 14 h 03 :
    complet.”
    """
    when = timezone.localtime(event.at)
    reason = cycle.REASONS.get(event.content.get("reason", ""))
    more = f" : {lower_first(reason.label)}" if reason else ""
    if moment_text := str(event.content.get("when", "")):
        zone = clocks.zone(event.orientation.place_commune)
        more = f" : {moment(datetime.fromisoformat(moment_text).astimezone(zone))}"
    day, hour = opening.date_text(when.date()), opening.clock(when)
    return f"{author_of(event)} {cycle.MOVES[event.verb].label} le {day} à {hour}{more}".rstrip(".") + "."


def moment(local: datetime) -> str:
    """Return a local time in full: “mardi 24 novembre 2026 à 14 h”."""
    day = f"{lower_first(opening.DAYS[local.weekday()])} {opening.date_text(local.date())}"
    return f"{day} à {opening.clock(local)}"


def author_of(event: Event) -> str:
    """Return the author of an event: an account by its name, a link by its place; the place for what it
    decided, with the account that was told of it.
    """
    name = event.by.name if event.by is not None else ""
    if _is_of_place(event):
        return f"{_part(event)} (noté par {name})" if name else _part(event)
    return name or _part(event)


def _is_of_place(event: Event) -> bool:
    """Return True if whoever sent noted what a place decided, which only speaks."""
    return event.side == cycle.SENDER and event.verb in cycle.BY_PLACE


def at_the_door(row: Orientation | None) -> str:
    """Return the French sentence that the person says when they come in, on their card and in messages."""
    if row is not None and row.from_structure is not None:
        return f"Je viens de la part {of(row.from_structure.name)}."
    return "On m’a conseillé de venir ici."


def side_name(row: Orientation, side: str, *, sender: str, person: str) -> str:
    """Return the name of a side, '' for nobody; outside French, kept apart by its signs. sender, person:
    words for those without a name.
    """
    names = {
        cycle.RECEIVER: typed(row.lieu_name) or say("Le lieu"),
        cycle.SENDER: typed(row.from_structure.name) if row.from_structure is not None else sender,
        cycle.PERSON: person,
    }
    return names.get(side, "")


def holder(row: Orientation) -> str:
    """Return the name of the next to act; '' for nobody."""
    return side_name(row, row.held_by, sender="La structure qui oriente", person="La personne")


def _part(event: Event) -> str:
    side = cycle.RECEIVER if _is_of_place(event) else event.side
    sender, person = say("La structure qui oriente"), say("La personne")
    return side_name(event.orientation, side, sender=sender, person=person) or "Maillage"


@dataclass(frozen=True, slots=True)
class Shared:
    """Field that a person agreed to share with a place. name: of `cycle.SHARED`; words: its value."""

    name: str
    words: str

    @property
    def label(self) -> str:
        return cycle.SHARED[self.name]


def shared(orientation: Orientation) -> Sequence[Shared]:
    """Return the fields that the place may read of the person and of their need."""
    shared_fields = [
        Shared(name, _shared_text(orientation, name)) for name in cycle.SHARED if name in orientation.readable
    ]
    return [each for each in shared_fields if each.words]


def _shared_text(row: Orientation, name: str) -> str:
    person = row.person
    if name == "procedure":
        label = row.get_procedure_display() if row.procedure else ""
        return " : ".join(filter(None, (label, row.procedure_words)))
    if name == "availability":
        before = f"avant le {opening.date_text(row.urgent_before)}" if row.urgent_before else ""
        return " ; ".join(filter(None, (row.availability, before)))
    if name == "note":
        return row.note
    if name == "result":
        return bilan.results()[row.result].label if row.result in bilan.results() else ""
    if name == "language":
        return str(Locale("fr").languages.get(row.language, row.language))
    if person is None:
        return ""
    if name == "reach":
        return " : ".join(filter(None, (person.get_reach_display(), person.reach_value)))
    return str(person.nickname if name == "nickname" else person.born or "")
