"""Publish a call, apply in a pair, judge, decide with a reason, follow what was funded."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.volunteering.grants import queries, rules
from maillage.apps.volunteering.grants.models import (
    Conflict,
    FollowUp,
    GrantApplication,
    GrantCall,
    GrantDecision,
    Juror,
    Score,
)
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.words.dates import in_words


@transaction.atomic
def prepare(
    place: str, *, token: str, by: User, at: datetime, example: bool = False, **fields: Any
) -> GrantCall:
    """Write a call, which nobody reads yet; the same form sent twice makes one. Refused when its days or its
    amounts contradict each other.
    """
    if existing := journal.row_of_form(GrantCall, token, by):
        return existing
    _check(fields)
    values = {"place": place, "by": by, "at": at, "example": example, **fields}
    return journal.write_once(GrantCall, token, values, verb="grant.prepared", by=by, at=at)


def _check(fields: dict[str, Any]) -> None:
    if fields["closes_on"] < fields["opens_on"] or fields["most"] > fields["budget"]:
        raise Refused(
            "L’appel n’a pas été écrit.",
            why="Il ferme avant d’ouvrir, ou donne à un projet plus que son budget.",
            do="Corrigez les jours ou les montants.",
        )


@transaction.atomic
def publish(call: GrantCall, *, by: User, at: datetime) -> None:
    """Let everybody read a call. Refused once its last day is over."""
    if call.closes_on < timezone.localdate(at):
        raise Refused(
            "L’appel n’a pas été publié.",
            why="Son dernier jour est passé.",
            do="Préparez-en un autre, avec d’autres jours.",
        )
    if GrantCall.objects.filter(pk=call.pk, published_at=None).update(published_at=at):
        journal.record(by=by, verb="grant.published", row=call, at=at)


@transaction.atomic
def seat(call: GrantCall, account: User, *, by: User, at: datetime) -> Juror:
    """Add somebody to the jury of a call. Refused once it is decided."""
    _undecided(call)
    juror, is_new = Juror.objects.get_or_create(call=call, account=account)
    if is_new:
        journal.record(by=by, verb="grant.juror_added", row=call, at=at)
    return juror


@transaction.atomic
def unseat(juror: Juror, *, by: User, at: datetime) -> None:
    """Take somebody off the jury, with what they said."""
    _undecided(juror.call)
    call = juror.call
    juror.delete()
    journal.record(by=by, verb="grant.juror_removed", row=call, at=at)


# ----------------------------------------------------------------------------------------------- applications


@transaction.atomic
def write(
    call: GrantCall,
    *,
    social: Structure,
    digital: Structure,
    by_social: bool,
    token: str,
    by: User,
    at: datetime,
    **fields: Any,
) -> GrantApplication:
    """Write an application for two structures; the same form sent twice makes one. Refused out of the days of
    the call.
    """
    if existing := journal.row_of_form(GrantApplication, token, by):
        return existing
    _is_open(call, at)
    _no_secret(fields)
    return journal.write_once(
        GrantApplication,
        token,
        {
            "call": call,
            "social": social,
            "digital": digital,
            "written_by_social": by_social,
            "by": by,
            "at": at,
            **fields,
        },
        verb="grant.written",
        by=by,
        at=at,
        structure=(social if by_social else digital).pk,
    )


@transaction.atomic
def change(
    row: GrantApplication, *, version: int, by_social: bool | None = None, at: datetime, **fields: Any
) -> GrantApplication:
    """Change an application before it is submitted; the other structure agrees again. by_social: which of the
    two changes it, None for who answers for both. Refused when somebody changed it meanwhile: nothing of
    theirs is lost.
    """
    locked_row = GrantApplication.objects.select_for_update().get(pk=row.pk)
    _is_open(locked_row.call, at)
    _no_secret(fields)
    if locked_row.state != rules.WRITTEN or locked_row.version != version:
        raise Refused(
            "La candidature n’a pas été enregistrée.",
            why="Elle est déposée, ou quelqu’un d’autre l’a changée pendant que vous écriviez.",
            do="Copiez votre texte, rechargez la page, et réunissez les deux.",
        )
    for key, value in fields.items():
        setattr(locked_row, key, value)
    if by_social is not None:
        locked_row.written_by_social = by_social
    locked_row.version, locked_row.agreed_at = locked_row.version + 1, None
    locked_row.save()
    return locked_row


@transaction.atomic
def agree(row: GrantApplication, *, version: int | None = None, by: User, at: datetime) -> None:
    """Say yes to an application that the other structure wrote. version: the one that was read, None when
    nobody says; refused once it is another.
    """
    locked_row = GrantApplication.objects.select_for_update().get(pk=row.pk)
    _is_open(locked_row.call, at)
    if version not in (None, locked_row.version):
        raise Refused(
            "Votre accord n’a pas été noté.",
            why="L’autre structure a changé le projet depuis que vous l’avez lu.",
            do="Relisez-le, puis dites oui s’il vous convient.",
        )
    if locked_row.agreed_at is None and locked_row.state == rules.WRITTEN:
        locked_row.agreed_at = at
        locked_row.save(update_fields=["agreed_at"])
        journal.record(by=by, verb="grant.agreed", row=locked_row, at=at)


@transaction.atomic
def submit(row: GrantApplication, *, by: User, at: datetime) -> None:
    """Submit an application. Refused when it is not eligible, or late."""
    locked_row = GrantApplication.objects.select_for_update().get(pk=row.pk)
    _is_open(locked_row.call, at)
    if why := rules.ineligible(queries.pair(locked_row)):
        raise Refused(
            "La candidature n’a pas été déposée.", why=" ".join(why), do="Corrigez, puis déposez-la."
        )
    if locked_row.state == rules.WRITTEN:
        locked_row.state, locked_row.submitted_at = rules.SUBMITTED, at
        locked_row.save(update_fields=["state", "submitted_at"])
        journal.record(by=by, verb="grant.submitted", row=locked_row, at=at)


@transaction.atomic
def withdraw(row: GrantApplication, *, by: User, at: datetime) -> None:
    """Take an application back before decisions are published: what was decided of it goes."""
    _undecided(GrantCall.objects.select_for_update().get(pk=row.call_id))
    locked_row = GrantApplication.objects.select_for_update().get(pk=row.pk)
    if locked_row.state == rules.WITHDRAWN:
        return
    GrantDecision.objects.filter(application=locked_row).delete()
    locked_row.state, locked_row.submitted_at = rules.WITHDRAWN, None
    locked_row.save(update_fields=["state", "submitted_at"])
    journal.record(by=by, verb="grant.withdrawn", row=locked_row, at=at)


@transaction.atomic
def put_back(row: GrantApplication, *, by: User, at: datetime) -> None:
    """Write again an application that was taken back, while the call is open: both agree as before."""
    locked_row = GrantApplication.objects.select_for_update().get(pk=row.pk)
    _is_open(locked_row.call, at)
    if locked_row.state == rules.WITHDRAWN:
        locked_row.state = rules.WRITTEN
        locked_row.save(update_fields=["state"])
        journal.record(by=by, verb="grant.put_back", row=locked_row, at=at)


# --------------------------------------------------------------------------------------------------- the jury


@transaction.atomic
def declare(juror: Juror, row: GrantApplication, *, why: str, at: datetime) -> Conflict:
    """Declare a tie with an application: what this juror said of it goes."""
    _undecided(row.call)
    if not line(why):
        raise Refused(
            "Le lien n’a pas été déclaré.", why="Il manque lequel.", do="Dites-le en quelques mots."
        )
    Score.objects.filter(juror=juror, application=row).delete()
    conflict, _ = Conflict.objects.update_or_create(
        juror=juror, application=row, defaults={"why": line(why, 200), "at": at}
    )
    return conflict


@transaction.atomic
def score(
    juror: Juror, row: GrantApplication, *, marks: dict[str, int], words: str = "", at: datetime
) -> Score:
    """Write what a juror thinks of an application, in place of what they said before. Refused before the call
    is closed, after the decision, with a declared tie, or when a criterion has no mark.
    """
    _undecided(row.call)
    on = timezone.localdate(at)
    if queries.state(row.call, on) != rules.JUDGED or row.state != rules.SUBMITTED:
        raise Refused(
            "Votre avis n’a pas été pris.",
            why="L’appel n’est pas encore fermé, ou le projet est retiré.",
            do=f"L’examen commence après le {in_words(row.call.closes_on)}.",
        )
    if queries.has_conflict(juror, row):
        raise Refused(
            "Votre avis n’a pas été pris.",
            why="Vous avez déclaré un lien avec ce projet.",
            do="Laissez les autres jurés en juger.",
        )
    if not rules.whole_marks(marks, rules.CRITERIA):
        raise Refused(
            "Votre avis n’a pas été pris.", why="Un critère est sans réponse.", do="Répondez à chacun."
        )
    stored_score, _ = Score.objects.update_or_create(
        juror=juror, application=row, defaults={"marks": marks, "words": line(words, 600), "at": at}
    )
    return stored_score


@transaction.atomic
def decide(
    row: GrantApplication,
    *,
    granted: bool,
    amount: int,
    why: str,
    read: str | None = None,
    by: User,
    at: datetime,
) -> GrantDecision:
    """Write a decision and its reason, which both structures read. read: the mark of the one that was read,
    None when nobody says. Refused once the application is taken back, before every juror without a tie has
    judged, beyond the budget, without a reason, or in place of one that somebody wrote meanwhile.
    """
    call = GrantCall.objects.select_for_update().get(pk=row.call_id)
    _undecided(call)
    fields = {"granted": granted, "amount": amount if granted else 0, "why": line(why, 600)}
    former = GrantDecision.objects.filter(application=row).first()
    if former is not None and read not in (None, former.mark):
        if all(getattr(former, name) == value for name, value in fields.items()):
            return former  # sent twice
        raise Refused(
            "La décision n’a pas été écrite.",
            why=f"Quelqu’un vient d’en écrire une : {former.words} {former.why}",
            do="Lisez-la ; envoyée de nouveau, la vôtre prend sa place.",
        )
    is_there = call.applications.filter(pk=row.pk, state=rules.SUBMITTED).exists()
    cannot = "" if is_there else "Ce projet n’est plus déposé."
    cannot = cannot or rules.may_decide(call.jurors.count(), row.conflicts.count(), row.scores.count())
    total = [queries.total_granted(call, but=row), amount] if granted else []
    cannot = cannot or rules.spent(total, call.budget)
    if not cannot and (not line(why) or (granted and not 0 < amount <= row.amount)):
        cannot = "Il manque la raison, ou le montant accordé n’est pas entre 1 € et celui qui est demandé."
    if cannot:
        raise Refused("La décision n’a pas été écrite.", why=cannot, do="Complétez, puis recommencez.")
    decision, _ = GrantDecision.objects.update_or_create(
        application=row,
        defaults={**fields, "by": by, "at": at},
    )
    journal.record(by=by, verb="grant.decided", row=row, at=at)
    return decision


@transaction.atomic
def announce(call: GrantCall, *, by: User, at: datetime) -> None:
    """Publish the decisions of a call: they no longer change. Refused while an application waits for one, or
    has no longer the opinions it needs.
    """
    locked_call = GrantCall.objects.select_for_update().get(pk=call.pk)
    _undecided(locked_call)
    missing = sum(each.decision is None or bool(each.cannot) for each in queries.jury(locked_call))
    if missing or queries.state(locked_call, timezone.localdate(at)) != rules.JUDGED:
        raise Refused(
            "Les décisions ne sont pas publiées.",
            why="L’appel est encore ouvert."
            if not missing
            else f"Sans décision encore, ou sans les avis qu’il faut : {missing} candidature"
            f"{'s' if missing > 1 else ''}.",
            do="Écrivez une décision et sa raison pour chacune, après le dernier jour et les avis.",
        )
    locked_call.decided_at = at
    locked_call.save(update_fields=["decided_at"])
    journal.record(by=by, verb="grant.announced", row=locked_call, at=at)


@transaction.atomic
def follow(
    row: GrantApplication,
    *,
    on: date,
    words: str,
    people: int | None,
    goes_on: bool,
    by: User,
    at: datetime,
) -> FollowUp:
    """Write where a funded project stands; the same words sent twice are written once. Refused for one that
    was not funded, or of which nobody has read yet whether it is.
    """
    GrantApplication.objects.select_for_update().get(pk=row.pk)
    decisions = GrantDecision.objects.filter(application=row, application__call__decided_at__isnull=False)
    if not decisions.filter(granted=True).exists() or not line(words):
        raise Refused(
            "Le suivi n’a pas été écrit.",
            why="Ce projet n’a pas été retenu, ou il manque où il en est.",
            do="Écrivez une phrase.",
        )
    refuse_secrets(words)
    fields = {"on": on, "words": line(words, 600), "people": people, "goes_on": goes_on}
    existing = FollowUp.objects.filter(application=row, **fields).first()
    return existing or FollowUp.objects.create(application=row, **fields, by=by, at=at)


def _is_open(call: GrantCall, at: datetime) -> None:
    call = GrantCall.objects.get(pk=call.pk)  # published, or decided, perhaps a moment ago
    if queries.state(call, timezone.localdate(at)) != rules.OPEN:
        raise Refused(
            "La candidature n’a pas changé.",
            why=f"L’appel est ouvert du {in_words(call.opens_on)} au {in_words(call.closes_on)}.",
            do="Écrivez à l’organisme qui mène l’appel.",
        )


def _undecided(call: GrantCall) -> None:
    if GrantCall.objects.filter(pk=call.pk, decided_at__isnull=False).exists():
        raise Refused(
            "Rien n’a été changé.",
            why="Les décisions de cet appel sont publiées.",
            do="Suivez les projets retenus, ou préparez un autre appel.",
        )


def _no_secret(fields: dict[str, Any]) -> None:
    for value in fields.values():
        if isinstance(value, str):
            refuse_secrets(value)
