"""Prepare and lead a co-design workshop: groups, cards, levels, causes, votes, draft actions."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from maillage.apps.dossiers import actions as dossiers
from maillage.apps.dossiers.models import Finding
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.steering.codesign import rules
from maillage.apps.steering.codesign.models import (
    Card,
    Cause,
    DraftAction,
    Group,
    Level,
    Participant,
    Session,
    Vote,
)
from maillage.apps.steering.codesign.queries import boards as queries
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import holds_contact, line, sent_by
from maillage.reference.codesign import CHANNELS, LEVELS, causes, stages, trades
from maillage.web.overwrites import refuse_overwrites

# ----------------------------------------------------------------------------------------------- the workshop


@transaction.atomic
def prepare(
    place: str,
    *,
    title: str,
    objective: str,
    operator: str = "",
    question: str = "",
    day: date,
    votes_each: int = 4,
    groups: int = 4,
    token: str,
    by: User,
    at: datetime,
    example: bool = False,
    like: Session | None = None,
) -> Session:
    """Prepare a workshop and its groups, whose profiles are still to be written; the same form sent twice
    makes one.

    like: a workshop whose invented profiles serve again, for another operator: obstacles of one operator can
    then be told from those of all.
    """
    if former := journal.row_of_form(Session, token, by):
        return former

    def lay_tables(session: Session) -> None:
        for number in range(1, min(groups, rules.MOST_GROUPS) + 1):
            Group.objects.create(session=session, number=number, **_profile(like, number, place))

    return journal.write_once(
        Session,
        token,
        {
            "place": place,
            "title": line(title, 120),
            "objective": line(objective, 400),
            "operator": line(operator, 80),
            "question": question,
            "held_on": day,
            "votes_each": votes_each,
            "by": by,
            "at": at,
            "example": example,
        },
        verb="codesign.prepared",
        by=by,
        at=at,
        write_related=lay_tables,
    )


def _profile(like: Session | None, number: int, place: str) -> dict[str, str]:
    """Return the profile of a group: that of the same group of another workshop, its zone if it is there."""
    known = Group.objects.filter(session=like, number=number).first() if like is not None else None
    if known is None or like is None:
        return {"name": f"Profil {number}", "who": ""}
    names = ("name", "who", "equipment", "skills")
    return {name: getattr(known, name) for name in names} | {
        "zone": known.zone if like.place == place else ""
    }


@transaction.atomic
def describe(group: Group, *, original: Mapping[str, Any] | None = None, **typed: str) -> Group:
    """Write of the invented profile of a group what is typed: name, who, equipment, skills, zone. original:
    the values read by the user, to replace nothing else.
    """
    locked_group = Group.objects.select_for_update(of=("self",)).select_related("session").get(pk=group.pk)
    _open(locked_group.session)
    now = {name: getattr(locked_group, name) for name in typed}
    refuse_overwrites("Le profil n’a pas été enregistré.", now=now, original=original or {}, typed=typed)
    for name, words in typed.items():
        setattr(locked_group, name, line(words, Group._meta.get_field(name).max_length))  # type: ignore[union-attr]  # of texts, which have one
    known = dict(queries.zones(locked_group.session.place))  # empty before the first study: taken at its word
    locked_group.zone = locked_group.zone if locked_group.zone in known or not known else ""
    for words in (locked_group.who, locked_group.equipment, locked_group.skills):
        _no_person(words)
    locked_group.save()
    return locked_group


@transaction.atomic
def seat(session: Session, group: Group | None, *, trade: str, structure: str = "") -> Participant:
    """Add somebody around a table: a trade and a structure, no name."""
    locked_session = Session.objects.select_for_update().get(pk=session.pk)
    _open(locked_session)
    last = locked_session.participants.aggregate(last=Max("number"))["last"] or 0
    if trade not in trades() or locked_session.participants.count() >= rules.MOST_PARTICIPANTS:
        raise Refused(
            "Cette personne n’a pas été ajoutée.",
            why=f"Il manque son métier, ou l’atelier en compte déjà {rules.MOST_PARTICIPANTS}.",
            do="Choisissez un métier, ou retirez d’abord une personne.",
        )
    return Participant.objects.create(
        session=locked_session, group=group, number=last + 1, trade=trade, structure=line(structure, 120)
    )


def unseat(session: Session, number: int | None) -> None:
    """Take somebody off the tables, with their votes. Refused for a number that nobody has any more."""
    _open(session)
    if not session.participants.filter(Q(number=number)).delete()[0]:
        raise Refused(
            "Personne n’a été retiré.",
            why="Ce numéro n’est plus à aucune table : quelqu’un l’a retiré.",
            do="Relisez les tables de l’atelier.",
        )


@transaction.atomic
def go_to(session: Session, step: str, *, minutes: int | None = None, by: User, at: datetime) -> Session:
    """Begin a step, and its clock: `minutes`, else its usual length. Going back is possible."""
    locked_session = Session.objects.select_for_update().get(pk=session.pk)
    _open(locked_session)
    locked_session.step, locked_session.step_ends_at = (
        step,
        at + timedelta(minutes=minutes or rules.MINUTES[step]),
    )
    locked_session.save(update_fields=["step", "step_ends_at"])
    journal.record(by=by, verb="codesign.step", row=locked_session, at=at)
    return locked_session


@transaction.atomic
def close(session: Session, *, by: User, at: datetime) -> Session:
    """End a workshop: boards and ballots are only read; the causes that groups ticked enter the grid."""
    locked_session = Session.objects.select_for_update().get(pk=session.pk)
    _open(locked_session)
    locked_session.closed_at, locked_session.step_ends_at = at, None
    locked_session.save(update_fields=["closed_at", "step_ends_at"])
    for finding in _findings(locked_session):
        dossiers.note(locked_session.place, finding, by=by, at=at)
    dossiers.publish_again(locked_session.place)  # it tells who took part
    journal.record(by=by, verb="codesign.closed", row=locked_session, at=at)
    return locked_session


@transaction.atomic
def reopen(session: Session, *, by: User, at: datetime) -> Session:
    """Open a closed workshop again; what it had found is taken off the grid until it ends again."""
    locked_session = Session.objects.select_for_update().get(pk=session.pk)
    if locked_session.closed_at is None:
        return locked_session
    for finding in Finding.objects.filter(
        place=locked_session.place, source=_source(locked_session), withdrawn_at=None
    ):
        dossiers.withdraw(finding, at=at)
    locked_session.closed_at = None
    locked_session.save(update_fields=["closed_at"])
    dossiers.publish_again(locked_session.place)
    journal.record(by=by, verb="codesign.reopened", row=locked_session, at=at)
    return locked_session


def _findings(session: Session) -> list[dict[str, object]]:
    """Return the findings of the groups for the grid: one each, the most ticked cause of it."""
    out: dict[str, dict[str, object]] = {}
    n = session.groups.count()
    for ticked in chain.from_iterable(rows for _, rows in queries.ticked(session)):
        cause = causes()[ticked.id]
        words = f"{cause.says} : {ticked.groups} {'groupe' if ticked.groups == 1 else 'groupes'} sur {n}."
        out.setdefault(
            cause.finding,
            {
                "who": "workshop",
                "kind": cause.finding,
                "confirms": True,
                "words": words,
                "source": _source(session),
                "year": session.held_on.year,
            },
        )
    return list(out.values())


def _source(session: Session) -> str:
    return f"Atelier « {session.title} », n° {session.pk}"


def _open(session: Session) -> None:
    if Session.objects.filter(pk=session.pk, closed_at__isnull=False).exists():  # perhaps a moment ago
        raise Refused(
            "Rien n’a été changé.",
            why="Cet atelier est clos.",
            do="Demandez à la personne qui l’a mené de le rouvrir.",
        )


# -------------------------------------------------------------------------------------------------- the board


@transaction.atomic
def put(
    group: Group,
    *,
    stage: str,
    kind: str,
    words: str,
    trade: str = "",
    channel: str = "",
    token: str,
    at: datetime,
) -> Card:
    """Put a card on a board; the same form sent twice puts one. Refused on a closed workshop, when it is
    empty, names somebody’s secrets or contact, or when the cell is full.
    """
    token = sent_by(token, group.pk)
    if former := Card.objects.filter(token=token).first():
        return former
    _open(group.session)
    card_words = line(words, rules.LONGEST)
    _no_person(card_words)
    if not card_words or stage not in stages() or kind not in rules.KIND_LABELS:
        raise Refused(
            "La carte n’a pas été posée.",
            why="Il manque ses mots, son étape ou sa sorte.",
            do="Écrivez quelques mots, et choisissez où la poser.",
        )
    if group.cards.filter(stage=stage, withdrawn_at=None).count() >= rules.MOST_CARDS:
        raise Refused(
            "La carte n’a pas été posée.",
            why=f"Cette étape a déjà {rules.MOST_CARDS} cartes.",
            do="Réunissez celles qui disent la même chose, ou retirez-en une.",
        )
    card, _ = Card.objects.get_or_create(
        token=token,
        defaults={
            "group": group,
            "stage": stage,
            "kind": kind,
            "words": card_words,
            "trade": trade if trade in trades() else "",
            "channel": channel if channel in CHANNELS else "",
            "at": at,
        },
    )
    return card


@transaction.atomic
def type_back(group: Group, cells: Iterable[tuple[str, str, str]], *, token: str, at: datetime) -> int:
    """Put the cards of a printed board, one a line; return how many. All of them, or none."""
    n_cards = 0
    for cell in rules.typed_back(cells):
        present = set(
            group.cards.filter(stage=cell.stage, kind=cell.kind, withdrawn_at=None).values_list(
                "words", flat=True
            )
        )
        for n, words in enumerate(cell.lines):
            if words not in present:
                key = f"{token}-{cell.stage}-{cell.kind}-{n}"
                put(group, stage=cell.stage, kind=cell.kind, words=words, token=key, at=at)
                n_cards += 1
    return n_cards


@transaction.atomic
def change(
    card: Card,
    *,
    words: str,
    stage: str,
    kind: str,
    version: int,
    channel: str | None = None,
    original: Mapping[str, str] | None = None,
    at: datetime,
) -> Card:
    """Change or move a card. When somebody else changed its words meanwhile, both stay: the typed words make
    a card beside it. Refused once it has votes, which were given to its words.

    channel: None to leave it as it is. original: its words, stage, kind and channel as they were read: a
    field sent as it was read undoes no change of somebody else.
    """
    _open(card.group.session)
    locked_card = Card.objects.select_for_update().get(pk=card.pk)
    original = original or {}
    stage = locked_card.stage if stage == original.get("stage") else stage
    kind = locked_card.kind if kind == original.get("kind") else kind
    channel = locked_card.channel if channel is not None and channel == original.get("channel") else channel
    card_words = line(words, rules.LONGEST)
    card_words = locked_card.words if card_words == original.get("words") else card_words
    _no_person(card_words)
    if not card_words or stage not in stages() or kind not in rules.KIND_LABELS:
        raise Refused(
            "La carte n’a pas changé.",
            why="Il manque ses mots, son étape ou sa sorte.",
            do="Écrivez quelques mots, ou retirez la carte.",
        )
    if locked_card.version != version and locked_card.words != card_words:
        return Card.objects.create(
            group_id=locked_card.group_id,
            stage=locked_card.stage,
            kind=locked_card.kind,
            words=card_words,
            trade=locked_card.trade,
            channel=channel if channel is not None and channel in CHANNELS else locked_card.channel,
            beside=locked_card,
            token=f"{locked_card.token[:40]}-{version}-{locked_card.version}-{at:%H%M%S%f}"[:60],
            at=at,
        )
    if locked_card.words != card_words and locked_card.votes.exists():
        raise Refused(
            "La carte n’a pas changé.",
            why="Elle a déjà des voix, données à ses mots d’avant.",
            do="Posez une autre carte à côté.",
        )
    locked_card.version += locked_card.words != card_words
    locked_card.words, locked_card.stage, locked_card.kind = card_words, stage, kind
    if channel is not None:
        locked_card.channel = channel if channel in CHANNELS else ""
    locked_card.save(update_fields=["words", "stage", "kind", "channel", "version"])
    return locked_card


@transaction.atomic
def withdraw(card: Card, *, withdrawn: bool = True, at: datetime) -> None:
    """Take a card off its board, or put it back; two of a table who ask for the same both have it."""
    _open(card.group.session)
    card.withdrawn_at = Card.objects.select_for_update().get(pk=card.pk).withdrawn_at
    if bool(card.withdrawn_at) != withdrawn:
        card.withdrawn_at = at if withdrawn else None
        card.save(update_fields=["withdrawn_at"])


def place(group: Group, stage: str, **levels: str) -> None:
    """Write where the profile stands at a stage: `today`, and `then`, with the levers; "" for not said. What
    is not given stays as it is.
    """
    _open(group.session)
    if stage in stages() and set(levels.values()) <= {"", *LEVELS}:
        Level.objects.update_or_create(group=group, stage=stage, defaults=levels)


@transaction.atomic
def tick(group: Group, chosen: Collection[str], *, original: Collection[str] | None = None) -> None:
    """Write the causes that a group ticks, instead of those that its page showed ticked: what somebody of the
    table ticked meanwhile stays. original None: instead of all.
    """
    _open(group.session)
    unticked = group.causes.exclude(cause__in=chosen)
    (unticked if original is None else unticked.filter(cause__in=original)).delete()
    for id in causes():
        if id in chosen and id not in (original or ()):
            Cause.objects.get_or_create(group=group, cause=id)


def _no_person(words: str) -> None:
    refuse_secrets(words)
    if holds_contact(words):
        raise Refused(
            "Rien n’a été écrit.",
            why="Ces mots donnent un numéro ou une adresse. Un parcours ne parle de personne qui existe.",
            do="Retirez-les : inventez, ou restez dans le général.",
        )


# --------------------------------------------------------------------------------------------- votes, actions


@transaction.atomic
def vote(participant: Participant, chosen: Collection[int], *, at: datetime) -> int:
    """Cast a ballot: it replaces the one before. Return how many votes it gives. Refused out of the vote, for
    no card or more cards than votes, or for a card of another workshop.
    """
    session = Session.objects.select_for_update().get(pk=participant.session_id)
    _open(session)
    if session.step != rules.VOTE:
        raise Refused(
            "Votre bulletin n’a pas été pris.",
            why="Ce n’est pas l’heure du vote.",
            do="Attendez qu’il soit ouvert : cette page restera la vôtre.",
        )
    known = set(
        Card.objects.filter(group__session=session, withdrawn_at=None, kind__in=rules.VOTED).values_list(
            "pk", flat=True
        )
    )
    if why := rules.why_no_vote(chosen, known, session.votes_each):
        raise Refused(
            "Votre bulletin n’a pas été pris.",
            why=why,
            do=f"Choisissez une carte au moins, {session.votes_each} au plus.",
        )
    participant.votes.exclude(card__in=chosen).delete()
    Vote.objects.bulk_create(
        [Vote(participant=participant, card_id=pk) for pk in set(chosen)], ignore_conflicts=True
    )
    participant.voted_at = at
    participant.save(update_fields=["voted_at"])
    return len(set(chosen))


@transaction.atomic
def propose(
    lever: Card,
    *,
    title: str,
    pilot: str = "",
    area: str = "",
    budget: int | None = None,
    ends_on: date | None = None,
    obstacle: Card | None,
    at: datetime,
) -> DraftAction:
    """Propose an action for the plan, from a lever or a solution and the obstacle it removes. Proposed again,
    it is changed.
    """
    session = lever.group.session
    _open(session)
    for words in (title, pilot, area):
        _no_person(words)
    if lever.withdrawn_at is not None:
        raise Refused(
            "L’action n’a pas été proposée.",
            why="La carte choisie n’est plus sur le tableau : quelqu’un l’a retirée.",
            do="Remettez-la, ou choisissez un autre levier.",
        )
    if lever.kind not in rules.ANSWERS or not line(title):
        raise Refused(
            "L’action n’a pas été proposée.",
            why="Il manque ses mots, ou la carte n’est ni un levier ni une solution.",
            do="Choisissez un levier, et dites ce que l’on ferait.",
        )
    row, _ = DraftAction.objects.update_or_create(
        lever=lever,
        defaults={
            "session": session,
            "place": session.place,
            "title": line(title, 160),
            "pilot": line(pilot, 120),
            "area": line(area, 160),
            "budget": budget,
            "ends_on": ends_on,
            "obstacle": obstacle,
            "state": rules.DRAFT,
            "at": at,
        },
    )
    return row


@transaction.atomic
def drop(draft: DraftAction, *, was: bool | None = None) -> None:
    """Put a proposed action aside, or take it back when it was. was: whether it was aside when it was read:
    two who ask for the same both have it.
    """
    locked_draft = DraftAction.objects.select_for_update().get(pk=draft.pk)
    is_aside = locked_draft.state == rules.DROPPED
    if was in (None, is_aside):
        locked_draft.state = rules.DRAFT if is_aside else rules.DROPPED
        locked_draft.save(update_fields=["state"])
