"""Boards as their groups read them, journeys to draw, votes counted, and the figures beside a profile."""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse

from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.models import Study
from maillage.apps.platform.accounts.access import rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import Hit, SearchKind
from maillage.apps.steering.codesign import access, rules
from maillage.apps.steering.codesign.models import (
    Card,
    Cause,
    DraftAction,
    Group,
    Level,
    Participant,
    Session,
)
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import HouseError
from maillage.kernel.estimate import Estimate
from maillage.kernel.names import plain
from maillage.publishing import journey as maps
from maillage.publishing.page import charts
from maillage.publishing.territory.gaps import UNASKED
from maillage.publishing.territory.mission import WORKSHOP, MissionStep
from maillage.publishing.territory.reading import Reading
from maillage.reference.codesign import KINDS, causes, obstacles, questions, stages, trades
from maillage.words import dates, wording

DIGITAL = "en difficulté avec Internet"
MODEST = "ont aussi peu de revenus"
HELPED = ("assistance", "libre_acces_accompagne")  # the first that the census tells of


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the board: the cards of a kind at a stage, the most voted first."""

    stage: str
    kind: str
    label: str
    cards: tuple[Card, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """A stage of the board. level: what the group said of it, None yet."""

    id: str
    title: str
    level: Level | None
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class ZoneFigure:
    """A figure of the zone of a profile: an estimate, its interval, what it counts. drawn: what its bar
    draws, None when it is withheld.
    """

    value: str
    between: str
    label: str
    drawn: Estimate | None = None
    bar: str = ""


@dataclass(frozen=True, slots=True)
class Portrait:
    """The figures of a profile’s territory. name: of the zone or of the territory; note: source, year and
    what they count; contradicted: what was published against the first of them.
    """

    name: str
    figures: tuple[ZoneFigure, ...]
    note: str
    contradicted: tuple[str, ...]
    place: str


@dataclass(frozen=True, slots=True)
class TickedCause:
    """A cause, and how many groups ticked it."""

    id: str
    says: str
    groups: int


def cards_of(group: Group) -> QuerySet[Card]:
    """Return the cards of a group, withdrawn ones left out, each with its votes and draft."""
    cards = _standing_cards().filter(group=group)
    return cards.select_related("draft", "beside").prefetch_related("votes")


def _standing_cards() -> QuerySet[Card]:
    cards = Card.objects.filter(withdrawn_at=None)
    return cards.annotate(n_votes=Count("votes")).order_by("-n_votes", "pk")


def board(group: Group) -> tuple[Column, ...]:
    """Return the board of a group, stage by stage."""
    cards, levels = list(cards_of(group)), {each.stage: each for each in group.levels.all()}
    return tuple(
        Column(
            id,
            title,
            levels.get(id),
            tuple(
                Cell(id, kind, label, tuple(c for c in cards if c.stage == id and c.kind == kind))
                for kind, label in KINDS.items()
            ),
        )
        for id, title in stages().items()
    )


def withdrawn(group: Group) -> QuerySet[Card]:
    """Return the cards that a group withdrew, the latest first."""
    return Card.objects.filter(group=group, withdrawn_at__isnull=False).order_by("-withdrawn_at")


def journey(group: Group) -> maps.Journey:
    """Return the board of a group, as a journey map draws it."""
    session, members = group.session, list(group.members.all())
    cast = Participant.objects.filter(session=session, voted_at__isnull=False).count()
    members_text = wording.count(len(members), "personne")
    crafts = wording.count(len({each.trade for each in members}), "métier")
    voices = f" {wording.count(cast, 'bulletin')} de {session.votes_each} voix au plus." if cast else ""
    return maps.Journey(
        title=group.title,
        profile=" ".join(
            each.rstrip(".") + "." for each in (group.who, group.equipment, group.skills) if each
        ),
        note=wording.spaced(
            f"« {session.title} », {dates.in_words(session.held_on)}, groupe {group.number} : {members_text},"
            f" {crafts}."
            f"{voices} {group.name} n’existe pas : ce profil est inventé."
        ),
        stages=tuple(
            maps.Stage(
                column.title,
                column.level.today if column.level else "",
                column.level.then if column.level else "",
                tuple(
                    maps.Card(
                        card.kind,
                        card.words,
                        vars(card)["n_votes"],
                        channel=card.channel,
                        voters=frozenset(each.participant_id for each in card.votes.all()),
                    )
                    for cell in column.cells
                    for card in cell.cards
                ),
            )
            for column in board(group)
        ),
    )


def journeys_of(place: str) -> list[maps.Journey]:
    """Return the journeys that the groups of a territory wrote in workshops that are over, the oldest first;
    a group that said nothing of any stage has none.
    """
    groups = Group.objects.filter(session__place=place, session__closed_at__isnull=False)
    written = [journey(each) for each in groups.select_related("session").order_by("session__held_on", "pk")]
    return [each for each in written if not each.is_blank]


def workshops_of(places: Collection[str]) -> tuple[MissionStep, ...]:
    """Return the workshops of some places that are over, the oldest first, as steps of a mission."""
    sessions = Session.objects.filter(place__in=places, closed_at__isnull=False).order_by("held_on", "pk")
    return tuple(
        MissionStep(
            kind=WORKSHOP,
            on=session.held_on,
            n=1,
            attendees=f"{wording.count(session.n_seats, 'participant')} à « {session.title} »"
            if session.n_seats
            else "",
            words=wording.counts((session.n_ballots, "bulletin")),
        )
        for session in sessions.annotate(
            n_seats=Count("participants"), n_ballots=Count("participants__voted_at")
        )
    )


def closed_of(place: str) -> tuple[tuple[MissionStep, ...], tuple[maps.Journey, ...]]:
    """Return the workshops of a territory that are over, and the journeys that their groups wrote."""
    places = territories.same_places(place)
    return workshops_of(places), tuple(each for slug in places for each in journeys_of(slug))


def choices(session: Session) -> list[tuple[Group, list[tuple[str, list[Card]]]]]:
    """Return the cards that a participant chooses among, group by group, stage by stage."""
    rows = (
        Card.objects.filter(group__session=session, withdrawn_at=None, kind__in=rules.VOTED)
        .select_related("group")
        .order_by("group__number", "pk")
    )
    out = []
    for group in session.groups.all():
        own = [card for card in rows if card.group_id == group.pk]
        parts = [(title, [card for card in own if card.stage == id]) for id, title in stages().items()]
        out.append((group, [(title, cards) for title, cards in parts if cards]))
    return out


def ticked(session: Session) -> list[tuple[str, list[TickedCause]]]:
    """Return the causes that groups ticked under their obstacle: the obstacle that most named first, then the
    most ticked.
    """
    n = Counter(Cause.objects.filter(group__session=session).values_list("cause", flat=True))
    causes_by_obstacle: dict[str, list[TickedCause]] = {}
    for id, many in n.most_common():
        causes_by_obstacle.setdefault(causes()[id].obstacle, []).append(
            TickedCause(id, causes()[id].says, many)
        )
    heaviest = sorted(
        causes_by_obstacle, key=lambda obstacle: -sum(cause.groups for cause in causes_by_obstacle[obstacle])
    )
    return [(obstacles()[id], causes_by_obstacle[id]) for id in heaviest]


@dataclass(frozen=True, slots=True)
class ChosenCard:
    """A card that somebody voted for. groups: the numbers of those that wrote it."""

    words: str
    kind: str
    n_votes: int
    groups: tuple[int, ...]


def votes_by_card(sessions: Collection[int]) -> dict[int, int]:
    """Return the votes of each standing card of some workshops, those for the same card of another of their
    groups included: a ballot counts once for them all.
    """
    cards = Card.objects.filter(withdrawn_at=None, group__session__in=sessions)
    rows = list(cards.select_related("group").prefetch_related("votes"))
    voters: dict[tuple[object, ...], set[int]] = {}
    for card in rows:
        voters.setdefault(_same_card(card), set()).update(each.participant_id for each in card.votes.all())
    return {card.pk: len(voters[_same_card(card)]) for card in rows}


def _same_card(card: Card) -> tuple[object, ...]:
    return card.group.session_id, card.kind, card.channel, plain(card.words)


def chosen_cards(session: Session) -> list[ChosenCard]:
    """Return the cards of a workshop that somebody voted for, the most voted first: the same words of two
    groups are one card, with the ballots of both.
    """
    n_votes = votes_by_card([session.pk])
    groups_by_card: dict[tuple[object, ...], list[Card]] = {}
    for card in _standing_cards().filter(group__session=session).select_related("group"):
        groups_by_card.setdefault(_same_card(card), []).append(card)
    chosen = [
        ChosenCard(
            cards[0].words,
            cards[0].get_kind_display(),
            n_votes[cards[0].pk],
            tuple(sorted({card.group.number for card in cards})),
        )
        for cards in groups_by_card.values()
        if n_votes[cards[0].pk]
    ]
    return sorted(chosen, key=lambda card: -card.n_votes)


def drafts(session: Session) -> list[DraftAction]:
    """Return the actions that a workshop proposes, dropped ones last, those whose lever has most votes first,
    each with what its plan made of it.
    """
    votes = votes_by_card([session.pk])
    rows = DraftAction.objects.filter(session=session).select_related("lever__group", "obstacle", "action")
    for row in (proposed := list(rows)):
        vars(row)["n_votes"] = votes.get(row.lever_id, 0)
    return sorted(proposed, key=lambda row: (row.state, -vars(row)["n_votes"], row.at, row.pk))


@dataclass(frozen=True, slots=True)
class Seating:
    """A group as the leader of its workshop follows it. lacks: the trades that its table needs, in words;
    cards: those of its board, the most voted first.
    """

    group: Group
    lacks: str
    people: list[Participant]
    cards: list[Card]


def table(session: Session) -> list[Seating]:
    """Return the groups of a workshop, with their participants and the cards of their boards."""
    people = list(Participant.objects.filter(session=session))
    cards = list(_standing_cards().filter(group__session=session))
    return [
        Seating(
            group,
            rules.lacking([person.trade for person in seated]),
            seated,
            [card for card in cards if card.group_id == group.pk],
        )
        for group in session.groups.all()
        for seated in [[person for person in people if person.group_id == group.pk]]
    ]


def question(session: Session) -> str:
    """Return the question of a workshop in words, "" when it has none."""
    workshop_question = questions().get(session.question)
    return workshop_question.says if workshop_question else ""


def zones(place: str) -> list[tuple[str, str]]:
    """Return the zones of the latest study of a territory, each with its commune, by commune; none without a
    study.
    """
    study = dossiers.latest(place)
    if study is None or dossiers.is_lost(study):
        return []
    try:
        rows = dossiers.reading(study).zones
    except HouseError:
        return []
    zones = sorted((row.place, row.name, row.code, row.full_name) for row in rows if not row.is_outside)
    return [(code, full_name) for _, _, code, full_name in zones]


def portrait(group: Group) -> Portrait | None:
    """Return the figures of the zone of a profile, else those of the territory; None without a study."""
    study = dossiers.latest(group.session.place)
    if study is None or dossiers.is_lost(study):
        return None
    try:
        reading = dossiers.reading(study)
    except HouseError:
        return None
    known = reading.definition
    note = (
        f"Estimation selon « {known.label} » ({known.universe}). Le vrai nombre est entre les bornes 90 fois"
        " sur 100, si les taux publiés sont justes ici."
    )
    zone_row = next((row for row in reading.zones if row.code == group.zone), None)
    need, both = _drawn(study, zone_row.code if zone_row else "")
    if zone_row is None:
        head = reading.headline
        figures = [ZoneFigure(head.value or "", head.between, DIGITAL, need)]
        if not reading.withheld:
            figures.append(ZoneFigure(reading.both.value or "", reading.both.between, MODEST, both))
    else:
        poor = wording.people(both) if isinstance(both, Estimate) else None
        figures = [
            ZoneFigure(
                zone_row.people or "", zone_row.between if zone_row.people else zone_row.reason, DIGITAL, need
            ),
            *([ZoneFigure(poor.value or "", poor.span, MODEST, both)] if poor else []),
            *_without_help(reading, zone_row.code),
        ]
    name = zone_row.full_name if zone_row else reading.territory.name
    known_figures = [each for each in figures if each.value or each.between]
    top = max((each.drawn.high for each in known_figures if each.drawn), default=0.0)
    barred = tuple(replace(each, bar=_bar(each, top)) for each in known_figures)
    contradictions = () if reading.withheld else reading.contradicted
    return Portrait(name, barred, note, contradictions, study.place)


def _drawn(study: Study, zone: str) -> tuple[Estimate | None, Estimate | None]:
    """Return the people in need, and those who are poor too, of a zone or of all; None: withheld."""
    stored_study = json.loads((dossiers.folder(study) / "etude.json").read_bytes())
    of = next((each for each in stored_study["zones"] if each["code"] == zone), stored_study["besoins"])
    need, both = (_estimate(of.get(name) or {}) for name in ("precarite_numerique", "cumul"))
    return need, both


def _estimate(of: Mapping[str, Any]) -> Estimate | None:
    if of.get("valeur") is None:
        return None
    return Estimate(
        value=of["valeur"],
        low=of["bas"],
        high=of["haut"],
        unit="personnes",
        universe=of["univers"],
        n=of["n"],
        method=of["methode"],
    )


def _bar(of: ZoneFigure, top: float) -> str:
    """Return the bar of a figure, on one scale for all; no tick where only its bounds are told."""
    if of.drawn is None:
        return ""
    return charts.small_bar(of.drawn, top=top, id="rayures", tick=bool(of.value))


def _without_help(reading: Reading, code: str) -> list[ZoneFigure]:
    """Return how many of a zone have nowhere within reach to be helped; a range when places do not say."""
    offer = reading.offer_of(code)
    known = {each.id: each for each in offer.lines if each.state != UNASKED} if offer else {}
    line = next((known[id] for id in HELPED if id in known), None)
    if line is None:
        return []
    value, between = (
        (line.missing, line.missing_between) if line.missing_between else ("", line.missing_about)
    )
    return [
        ZoneFigure(
            value,
            between,
            "sans lieu à portée où quelqu’un aide",
            line.missing_drawn if value or between else None,
        )
    ]


def trade_words(ids: Iterable[str]) -> str:
    """Return the trades of a group in words."""
    return wording.listing([trades()[each].says for each in ids if each in trades()])


# ----------------------------------------------------------------------------------- the search of the space


def _sessions(user: Visitor) -> QuerySet[Session]:
    return access.sessions_for(user) if rights_of(user).any(access.LEADS) else Session.objects.none()


def _session_hit(row: Session, user: Visitor) -> Hit:
    return Hit(row.title, dates.in_words(row.held_on), reverse("codesign_session", args=[row.pk]))


SEARCH_KINDS = (
    SearchKind(
        id="co-construction",
        label="Ateliers de co-construction",
        icon="puzzle",
        model="codesign.session",
        rows=_sessions,
        indexed=Session.objects.all,
        words=lambda row: (row.title, f"{row.objective} {row.operator}"),
        hit=_session_hit,
    ),
)
