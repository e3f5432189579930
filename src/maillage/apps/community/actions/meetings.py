"""Propose a meeting, vote its dates, choose one, write its minutes, and follow what was decided."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from maillage.apps.community.models import Ballot, Decision, Meeting, MeetingDate, Vote
from maillage.apps.community.rules import meetings as rules
from maillage.apps.directory.places.models import Lieu, Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.web.withdrawal import is_done


@dataclass(frozen=True, kw_only=True)
class Draft:
    """Values of a proposed meeting.

    about: its agenda, "" for the one that its kind proposes. partners: who else is asked to come, in words.
    dates: one is chosen at once, several are voted. is_over: it already took place: noted, so
    that it counts.
    """

    title: str
    kind: str
    about: str = ""
    partners: str = ""
    lieu: Lieu | None = None
    address: str = ""
    commune: str
    minutes: int
    dates: Collection[datetime]
    token: str
    is_over: bool = False


@transaction.atomic
def propose(
    structure: Structure | None, draft: Draft, *, by: User, at: datetime, example: bool = False
) -> Meeting:
    """Propose a meeting; the same token twice is the same meeting. structure None: the coordination convenes.
    Refused for dates that nobody could keep, or a secret.
    """
    if existing := journal.row_of_form(Meeting, draft.token, by):
        return existing
    refuse_secrets(draft.title, draft.about, draft.partners, draft.address)
    check = rules.check_past if draft.is_over else rules.check_dates
    dates = check(draft.dates, minutes=draft.minutes, at=at)
    lieu = draft.lieu
    return journal.write_once(
        Meeting,
        draft.token,
        {
            "structure": structure,
            "title": line(draft.title, 160),
            "kind": draft.kind,
            "about": draft.about.strip() or rules.agenda(draft.kind),
            "partners": line(draft.partners, 300),
            "lieu": lieu,
            "address": "" if lieu else line(draft.address, 200),
            "commune": lieu.code_insee if lieu and lieu.code_insee else draft.commune,
            "minutes": draft.minutes,
            "starts_at": dates[0] if len(dates) == 1 else None,
            "by": by,
            "made_at": at,
            "changed_at": at,
            "example": example,
        },
        verb="meeting.noted" if draft.is_over else "meeting.proposed",
        by=by,
        at=at,
        structure=structure and structure.pk,
        write_related=lambda row: MeetingDate.objects.bulk_create(
            MeetingDate(meeting=row, starts_at=each) for each in dates
        ),
    )


@transaction.atomic
def vote(meeting: Meeting, answers: Mapping[int, str], *, by: User, at: datetime) -> int:
    """Answer the proposed dates, by their numbers; answered again, the last answer counts, and each account
    counts once. Return how many dates are answered. Refused once a date is chosen, or the meeting cancelled.
    """
    locked = lock(meeting)
    if locked.cancelled_at or locked.starts_at is not None:
        raise Refused(
            "Votre réponse n’a pas été notée.",
            why="Cette réunion est annulée." if locked.cancelled_at else "Sa date est déjà choisie.",
            do="Rechargez la page pour la lire.",
        )
    known_answers = {
        each.pk: answers[each.pk] for each in locked.dates.all() if answers.get(each.pk) in rules.ANSWERS
    }
    if not known_answers:
        raise Refused(
            "Votre réponse n’a pas été notée.",
            why="Aucune date n’a de réponse.",
            do="Choisissez oui, si besoin ou non pour au moins une date.",
        )
    for number, answer in known_answers.items():
        Vote.objects.update_or_create(date_id=number, by=by, defaults={"answer": answer, "at": at})
    _record(locked, "meeting.voted", by=by, at=at)
    return len(known_answers)


@transaction.atomic
def choose(meeting: Meeting, option: MeetingDate, *, by: User, at: datetime) -> Meeting:
    """Choose one of the proposed dates; Refused when it is past, when the meeting is cancelled, or when
    another was chosen meanwhile.
    """
    locked = lock(meeting)
    if locked.starts_at == option.starts_at and not locked.cancelled_at:
        return locked
    if locked.cancelled_at or locked.starts_at is not None or option.starts_at <= at:
        raise Refused(
            "La date n’a pas été choisie.",
            why="La réunion est annulée."
            if locked.cancelled_at
            else "Une autre l’est déjà."
            if locked.starts_at
            else "Elle est passée.",
            do="Rechargez la page. Pour changer une date choisie, remettez d’abord le vote.",
        )
    return _dated(locked, option.starts_at, "meeting.dated", by=by, at=at)


@transaction.atomic
def reopen_vote(meeting: Meeting, *, by: User, at: datetime) -> Meeting:
    """Put the vote back, the date having been chosen too early; Refused once the meeting took place."""
    locked = lock(meeting)
    if locked.starts_at is not None and locked.starts_at <= at:
        raise Refused(
            "Le vote n’a pas été remis.",
            why="La réunion a déjà eu lieu.",
            do="Proposez-en une autre.",
        )
    return _dated(locked, None, "meeting.vote_reopened", by=by, at=at)


@transaction.atomic
def cancel(meeting: Meeting, *, reason: str = "", was: bool | None = None, by: User, at: datetime) -> Meeting:
    """Cancel a meeting without minutes, or hold it after all. was: what was read."""
    refuse_secrets(reason)
    locked = lock(meeting)
    if is_done(locked.cancelled_at, was):
        return locked
    if locked.record and not locked.cancelled_at:
        raise Refused(
            "La réunion n’a pas été annulée.",
            why="Son compte rendu est écrit : elle a eu lieu.",
            do="Corrigez le compte rendu s’il le faut.",
        )
    locked.cancelled_at = None if locked.cancelled_at else at
    locked.cancel_reason = line(reason, 300) if locked.cancelled_at else ""
    locked.sequence, locked.changed_at = locked.sequence + 1, at
    locked.save(update_fields=["cancelled_at", "cancel_reason", "sequence", "changed_at"])
    _record(locked, "meeting.cancelled" if locked.cancelled_at else "meeting.put_back", by=by, at=at)
    return locked


@transaction.atomic
def write_minutes(
    meeting: Meeting, *, text: str, present: int | None, version: str, by: User, at: datetime
) -> Meeting:
    """Write the minutes of a meeting. version: the stamp of the text that was changed; Refused when somebody
    else wrote meanwhile, before it started, for a secret, or without a word.
    """
    refuse_secrets(text)
    locked = lock(meeting)
    if locked.starts_at is None or locked.starts_at > at or locked.cancelled_at:
        raise _unwritten("La réunion n’a pas encore eu lieu.", "Revenez quand elle a commencé.")
    if not text.strip():
        raise _unwritten("Il est vide.", "Écrivez ce qui s’est dit, en quelques lignes.")
    if version != stamp(locked):
        raise _unwritten(
            "Quelqu’un l’a écrit pendant ce temps. Votre texte est encore dans la page, le sien au-dessus.",
            "Reprenez ce qui manque, puis enregistrez de nouveau.",
        )
    locked.record, locked.present = text.strip(), present
    locked.recorded_at = locked.changed_at = at
    locked.save(update_fields=["record", "present", "recorded_at", "changed_at"])
    _record(locked, "meeting.recorded", by=by, at=at)
    return locked


def stamp(meeting: Meeting) -> str:
    """Return which state of the minutes a page shows."""
    return meeting.recorded_at.isoformat() if meeting.recorded_at else ""


@transaction.atomic
def decide(
    meeting: Meeting,
    *,
    words: str,
    leads: str = "",
    pilot: Structure | None = None,
    until_on: date | None = None,
    vote_until: date | None = None,
    token: str,
    by: User,
    at: datetime,
) -> Decision:
    """Note what a meeting decided; with who does it, it is a task, and needs a day. The same token twice is
    the same decision; with vote_until, the network votes it until that day. Refused before the meeting
    started, without words, without its pilot or its day.
    """
    if existing := journal.row_of_form(Decision, token, by):
        return existing
    refuse_secrets(words)
    locked = lock(meeting)
    today = timezone.localdate(at)
    if locked.starts_at is None or locked.starts_at > at or locked.cancelled_at:
        raise _undecided("La réunion n’a pas encore eu lieu.", "Revenez quand elle a commencé.")
    if not line(words):
        raise _undecided("Elle est vide.", "Écrivez ce qui a été décidé.")
    if leads == rules.STRUCTURE and pilot is None:
        raise _undecided("Il manque quelle structure s’en charge.", "Écrivez son nom.")
    if leads and until_on is None:
        raise _undecided("Il manque pour quand.", "Donnez un jour : une tâche sans date s’oublie.")
    for day in (until_on if leads else None, vote_until):
        if day is not None:
            rules.check_day(day, on=today)
    return journal.write_once(
        Decision,
        token,
        {
            "meeting": locked,
            "words": line(words, 400),
            "leads": leads,
            "pilot": pilot if leads == rules.STRUCTURE else None,
            "until_on": until_on if leads else None,
            "vote_until": vote_until,
            "by": by,
            "at": at,
        },
        verb="decision.noted",
        by=by,
        at=at,
        structure=pilot.pk if pilot and leads == rules.STRUCTURE else None,
    )


@transaction.atomic
def cast(decision: Decision, answer: str, *, by: User, at: datetime) -> Ballot:
    """Vote a decision; voted again, the last answer counts, and each account counts once. Refused when it is
    not put to the vote, or no longer.
    """
    locked = Decision.objects.select_for_update().get(pk=decision.pk)
    if locked.vote_until is None or locked.vote_until < timezone.localdate(at) or answer not in rules.BALLOTS:
        raise Refused(
            "Votre vote n’est pas noté.",
            why="Cette décision n’est pas à voter, ou ne l’est plus.",
            do="Rechargez la page pour lire le résultat.",
        )
    ballot, _ = Ballot.objects.update_or_create(decision=locked, by=by, defaults={"answer": answer, "at": at})
    journal.record(by=by, verb="decision.voted", row=locked, at=at)
    return ballot


@transaction.atomic
def finish(decision: Decision, *, was: bool | None = None, by: User, at: datetime) -> Decision:
    """Say that a task is done, or that it is not after all. was: whether it was done when it was read."""
    locked = Decision.objects.select_for_update().get(pk=decision.pk)
    if is_done(locked.done_at, was):
        return locked
    locked.done_at, locked.done_by = (None, None) if locked.done_at else (at, by)
    locked.save(update_fields=["done_at", "done_by"])
    verb = "decision.done" if locked.done_at else "decision.reopened"
    journal.record(by=by, verb=verb, row=locked, at=at, structure=locked.pilot_id)
    return locked


@transaction.atomic
@journal.written_last()
def erase(decision: Decision, *, by: User, at: datetime) -> None:
    """Erase a decision noted by mistake; Refused once its task is done."""
    locked = Decision.objects.select_for_update().get(pk=decision.pk)
    if locked.done_at is not None:
        raise Refused(
            "La décision n’a pas été effacée.",
            why="Sa tâche est faite : on en perdrait la trace.",
            do="Dites d’abord qu’elle n’est pas faite.",
        )
    journal.record(by=by, verb="decision.erased", row=locked, at=at, structure=locked.pilot_id)
    locked.delete()


def lock(meeting: Meeting) -> Meeting:
    """Return a meeting that nobody else changes before this transaction ends."""
    return Meeting.objects.select_for_update().get(pk=meeting.pk)


def _dated(locked: Meeting, starts_at: datetime | None, verb: str, *, by: User, at: datetime) -> Meeting:
    locked.starts_at, locked.changed_at, locked.sequence = starts_at, at, locked.sequence + 1
    locked.save(update_fields=["starts_at", "changed_at", "sequence"])
    _record(locked, verb, by=by, at=at)
    return locked


def _record(row: Meeting, verb: str, *, by: User, at: datetime) -> None:
    journal.record(by=by, verb=verb, row=row, at=at, structure=row.structure_id)


def _unwritten(why: str, do: str) -> Refused:
    return Refused("Le compte rendu n’a pas été enregistré.", why=why, do=do)


def _undecided(why: str, do: str) -> Refused:
    return Refused("La décision n’a pas été notée.", why=why, do=do)
