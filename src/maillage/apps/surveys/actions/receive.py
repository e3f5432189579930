"""The single entry point of answers, whatever their channel: stored raw, once, acknowledged when on disk.

An answer is never refused for an odd value: a mismatch is reported beside it. It is refused when it cannot be
interpreted (no such version), or when its number is already that of another answer. It is stored, and
excluded from the results, when its respondent is outside the universe of the survey.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from maillage.apps.platform.accounts.models import User
from maillage.apps.surveys import rules
from maillage.apps.surveys.models import Answer, Place, Survey, Surveyor, Version
from maillage.apps.surveys.queries.outsiders import outsider
from maillage.kernel.typed import line
from maillage.questionnaires.questionnaire import load

NO_VERSION = "Cette version du questionnaire n’existe pas dans l’enquête."
OTHER = "Une réponse différente porte déjà ce numéro : la première est gardée, celle-ci reste où elle est."
ELSEWHERE = "Ce numéro est celui d’une réponse à une autre enquête."
SAME_FORM = "Cette feuille a déjà été saisie : son numéro est pris."


@dataclass(frozen=True, slots=True)
class Received:
    """The result of a sending. known: numbers of the answers stored, now or before; refused: number → reason;
    new: how many.
    """

    known: tuple[UUID, ...]
    refused: Mapping[UUID, str]
    new: int


def receive(
    survey: Survey,
    answers: Sequence[rules.Sent],
    *,
    at: datetime,
    surveyor: Surveyor | None = None,
    by: User | None = None,
    n_unsent: int | None = None,
    file: str = "",
) -> Received:
    """Store answers to a survey, each once. Nothing is acknowledged before it is on disk.

    surveyor: the device that sends; n_unsent: how many answers it reports as unsent. by: who typed or
    imported them; file: its name, when they come in one. The same number with another content is refused, and
    the first answer stays.
    """
    with on_disk(), transaction.atomic():
        if surveyor is not None:
            _record_contact(surveyor, n_unsent, at)
        return _store(survey, answers, at=at, surveyor=surveyor, by=by, file=file)


def _record_contact(surveyor: Surveyor, n_unsent: int | None, at: datetime) -> None:
    """Record that a device was in contact, and lock its row against another sending of the same device."""
    row = Surveyor.objects.select_for_update().get(pk=surveyor.pk)
    row.seen_at, row.waiting = at, row.waiting if n_unsent is None else n_unsent
    row.save(update_fields=["seen_at", "waiting"])


def _store(survey: Survey, answers: Sequence[rules.Sent], **facts: Any) -> Received:
    first: dict[UUID, rules.Sent] = {}
    refused: dict[UUID, str] = {}
    versions = dict(Version.objects.filter(survey=survey).values_list("number", "pk"))
    places = set(Place.objects.filter(survey=survey).values_list("pk", flat=True))
    for answer in answers:
        if answer.version not in versions:
            refused[answer.uid] = NO_VERSION
        elif first.setdefault(answer.uid, answer).digest != answer.digest:
            refused[answer.uid] = OTHER
    before = _stored_digests(first)
    # In the order of their numbers: two sendings of the same answers wait for each other, and neither for
    # ever.
    new_answers = [first[uid] for uid in sorted(first) if uid not in before]
    reasons = _outside(survey, new_answers)
    rows = [_row(survey, each, versions, places, reasons.get(each.uid, ""), **facts) for each in new_answers]
    Answer.objects.bulk_create(rows, batch_size=100, ignore_conflicts=True)
    now = _stored_digests(first) if rows else before
    known, new = [], 0
    for uid, answer in first.items():
        at_survey, digest = now.get(uid, (None, ""))
        if at_survey == survey.pk and digest == answer.digest:
            known.append(uid)
            new += uid not in before
        else:
            refused[uid] = SAME_FORM if at_survey is None else OTHER if at_survey == survey.pk else ELSEWHERE
    return Received(tuple(uid for uid in known if uid not in refused), refused, new)


def _stored_digests(uids: Mapping[UUID, Any]) -> dict[UUID, tuple[int, str]]:
    """Return, among these numbers, those of stored answers: their survey, and their digest."""
    stored = Answer.objects.filter(uid__in=list(uids)).order_by()
    return {uid: (survey, digest) for uid, survey, digest in stored.values_list("uid", "survey", "digest")}


def _outside(survey: Survey, sent: Sequence[rules.Sent]) -> dict[UUID, str]:
    """Return why some answers are outside the universe of a survey, by number."""
    numbers = {each.version for each in sent}
    versions = Version.objects.filter(survey=survey, number__in=numbers)
    tests = {each.number: outsider(survey, load(each.definition)) for each in versions}
    return {each.uid: why.reason for each in sent if (why := tests[each.version](each.values))}


def _row(
    survey: Survey,
    sent: rules.Sent,
    versions: Mapping[int, int],
    places: set[int],
    outside: str,
    *,
    at: datetime,
    surveyor: Surveyor | None,
    by: User | None,
    file: str,
) -> Answer:
    return Answer(
        uid=sent.uid,
        survey=survey,
        version_id=versions[sent.version],
        channel=sent.channel,
        place_id=sent.place if sent.place in places else None,
        surveyor=surveyor,
        language=sent.language,
        values=dict(sent.values),
        begun_at=_past(sent.begun_at, at),
        ended_at=_past(sent.ended_at, at),
        received_at=at,
        form=sent.form,
        file=file,
        initial_weight=sent.weight,
        digest=sent.digest,
        by=by,
        aside_at=at if outside else None,
        aside_why=line(outside, 200),
    )


def _past(reported_at: datetime | None, at: datetime) -> datetime | None:
    """Return a moment reported by a device, no later than now: its clock may be wrong."""
    if reported_at is None:
        return None
    return min(reported_at if timezone.is_aware(reported_at) else timezone.make_aware(reported_at), at)


@contextmanager
def on_disk() -> Iterator[None]:
    """Ensure that what is committed inside is on disk at exit, even if the power fails: SQLite waits for the
    disk only on request.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=FULL")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous=NORMAL")
