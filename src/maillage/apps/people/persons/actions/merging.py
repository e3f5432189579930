"""Join two sheets of one person, separate them again, or record that they are two persons."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone

from maillage.apps.people.persons import access, queries, rules
from maillage.apps.people.persons.actions import consents, forgetting, register
from maillage.apps.people.persons.models import CardSecret, Consent, Following, PairDecision, Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import Entry, User
from maillage.apps.platform.accounts.queries import matches_seal
from maillage.kernel.errors import Refused
from maillage.words import dates

# What a sheet says when nothing was asked: the sheet that is kept takes it of the other.
BLANK: Mapping[str, Any] = {"nickname": "", "born": None, "language": "fr", "pix": None, "reach": rules.NONE}
ENDED, WITHDRAWN = "ended", "withdrawn"  # rows closed by a decision, beside those that changed hands
NOT_JOINED, NOT_SEPARATED = "Les deux fiches n’ont pas été réunies.", "La réunion n’a pas été défaite."


@transaction.atomic
@journal.written_last()
def merge(
    target: Person, other: Person, *, by: User, at: datetime, how: str = "", acting: int | None = None
) -> PairDecision:
    """Join a sheet to another of the same person: all that was of `other` is of `target`, which takes what it
    lacks; both cards open it. Undone by `undo` for thirty days.

    how: the way the person agreed, needed when the structures that follow one do not all follow the other.
    Refused for two years of birth, an invented person beside a real one, and a person whom the user no longer
    sees; nothing of it is told.
    """
    locked_target, locked_other = _locked(target, other, by=by, acting=acting, at=at, what=NOT_JOINED)
    if refused := contradiction(locked_target, locked_other):
        raise refused
    if queries.following_structures(locked_target) != queries.following_structures(locked_other):
        if how not in rules.HOW:
            raise Refused(
                NOT_JOINED,
                why="Une structure qui ne voit qu’une des fiches verrait l’autre : il faut son accord.",
                do="Lisez-lui la phrase, notez comment elle a répondu, puis recommencez.",
            )
        consents.agree(person=locked_target, purpose=rules.JOIN, how=how, by=by, at=at, acting=acting)
    decision = PairDecision.objects.create(target=locked_target, other=locked_other, same=True, by=by, at=at)
    moved_rows = _move(locked_other, locked_target, at=at)
    ended = Following.objects.filter(
        person=locked_other, ended_at=None
    )  # the kept sheet is followed there too
    moved_rows[ENDED] = list(ended.values_list("pk", flat=True))
    ended.update(ended_at=at)
    moved_rows[WITHDRAWN] = _withdraw_older(locked_target, at)
    decision.rows, decision.filled = moved_rows, _fill(locked_target, locked_other)
    decision.save(update_fields=["rows", "filled"])
    locked_target.active_at = max(at, locked_target.active_at, locked_other.active_at)
    locked_target.save()
    locked_other.merged_into = locked_target
    locked_other.save(update_fields=["merged_into"])
    _record("person.merged", locked_target, locked_other, by=by, at=at, acting=acting)
    return decision


@transaction.atomic
@journal.written_last()
def undo(decision: PairDecision, *, by: User, at: datetime, acting: int | None = None) -> Person:
    """Separate two sheets that a decision joined, and return the one that was joined: it has again what it
    had, but for what was erased since; what was done since stays with the sheet that was kept. They are of
    two persons, and no longer proposed together: whoever separates them has answered that.

    Refused after thirty days, once undone, and while the sheet that was kept is itself joined to another.
    """
    forgetting.LOCK_REFERRALS.only()(decision.target)
    target = register.lock(decision.target)
    _check_may(by, target, acting=acting, at=at, what=NOT_SEPARATED)
    row = PairDecision.objects.select_for_update().filter(pk=decision.pk, same=True, undone_at=None).first()
    if row is None or row.at + rules.JOINED_UNDO <= at:
        until = dates.in_words(timezone.localdate(decision.at + rules.JOINED_UNDO))
        raise Refused(
            NOT_SEPARATED,
            why="Elle l’est déjà." if row is None else f"Elle se défaisait jusqu’au {until}.",
            do="Si ce sont deux personnes, faites une carte à celle qui n’en a plus.",
        )
    other = Person.objects.select_for_update().get(pk=row.other_id)
    other.merged_into, other.active_at = None, at
    other.save(update_fields=["merged_into", "active_at"])
    _move(target, other, at=at, only=row.rows)
    still_follow = queries.following_structures(target)
    ended = Following.objects.filter(pk__in=row.rows[ENDED], ended_at=row.at, structure__in=still_follow)
    ended.update(ended_at=None)
    Consent.objects.filter(pk__in=row.rows[WITHDRAWN], withdrawn_at=row.at).update(withdrawn_at=None)
    for name in row.filled:
        if getattr(target, name) == getattr(other, name):
            setattr(target, name, BLANK.get(name, ""))
    if target.reach == rules.NONE:
        target.reach_value = ""
    target.save()
    row.undone_at = at
    row.save(update_fields=["undone_at"])
    PairDecision.objects.create(target=target, other=other, same=False, by=by, at=at)
    _record("person.unmerged", target, other, by=by, at=at, acting=acting)
    return other


@transaction.atomic
@journal.written_last()
def tell_apart(
    first: Person, second: Person, *, by: User, at: datetime, acting: int | None = None
) -> PairDecision:
    """Record that two sheets are of two persons: they are no longer proposed together."""
    both = _locked(first, second, by=by, acting=acting, at=at, what="Rien n’a été noté.")
    known = PairDecision.objects.filter(_of(*both), same=False, undone_at=None).first()
    if known is not None:
        return known
    decision = PairDecision.objects.create(target=both[0], other=both[1], same=False, by=by, at=at)
    _record("person.told_apart", *both, by=by, at=at, acting=acting)
    return decision


def settle(at: datetime) -> int:
    """Erase what a sheet joined to another said of its person, once they can no longer be separated: only its
    card is needed; return how many sheets.
    """
    rows = PairDecision.objects.filter(same=True, undone_at=None, at__lte=at - rules.JOINED_UNDO)
    joined = Person.objects.filter(pk__in=rows.values("other"), forgotten_at=None, merged_into__isnull=False)
    CardSecret.objects.filter(person__in=joined).delete()
    unsettled = joined.exclude(**BLANK, reach_value="")
    return unsettled.update(**BLANK, reach_value="")


def _locked(
    target: Person, other: Person, *, by: User, acting: int | None, at: datetime, what: str
) -> tuple[Person, Person]:
    """Return two persons, locked in the order of everybody; Refused when a user sees not both."""
    both = sorted((target, other), key=lambda person: person.pk)
    for person in both:
        forgetting.LOCK_REFERRALS.only()(person)
    by_number = {person.pk: register.lock(person) for person in both}
    if len(by_number) < 2:
        raise Refused(what, why="C’est deux fois la même fiche.", do="Choisissez-en une autre.")
    for person in by_number.values():
        _check_may(by, person, acting=acting, at=at, what=what)
    return by_number[target.pk], by_number[other.pk]


def _check_may(by: User, person: Person, *, acting: int | None, at: datetime, what: str) -> None:
    if not access.people_for(by).filter(pk=person.pk).exists():
        raise Refused(
            what, why="Vous ne voyez plus l’une des fiches.", do="Revenez à la liste des personnes."
        )
    access.check_supervised(by, acting, timezone.localdate(at), what)


def contradiction(target: Person, other: Person) -> Refused | None:
    """Return why two sheets cannot be of one person, as `merge` refuses them; None when nothing says so."""
    why = do = ""
    if None not in (target.born, other.born) and target.born != other.born:
        why = f"L’une est née en {target.born}, l’autre en {other.born} : ce sont peut-être deux personnes."
        do = "Demandez-lui son année de naissance, corrigez la fiche qui se trompe, puis recommencez."
    if target.example != other.example:
        why, do = "L’une des deux personnes est inventée.", "Gardez-les séparées."
    return Refused(NOT_JOINED, why=why, do=do) if why else None


def _relations() -> Iterator[tuple[str, type[models.Model], str]]:
    """Yield the models of every feature that hold rows about a person: label, model, name of the field."""
    for relation in Person._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.related_model not in (Person, PairDecision):
            model = relation.related_model
            yield model._meta.label_lower, model, relation.field.name


def _move(
    source: Person, target: Person, *, at: datetime, only: Mapping[str, Sequence[int]] | None = None
) -> dict[str, list[int]]:
    """Give the rows of a sheet to another, and return their numbers by model. only: these rows, when they are
    still there. One that the target has already, and may have once, stays.
    """
    moved_rows = defaultdict[str, list[int]](list)
    for label, model, field in _relations():
        rows = model._base_manager.filter(**{field: source})
        if only is not None:
            rows = rows.filter(pk__in=only.get(label, ()))
        for pk in rows.order_by("pk").values_list("pk", flat=True):
            try:
                with transaction.atomic():
                    model._base_manager.filter(pk=pk).update(**{field: target})
            except IntegrityError:
                continue
            moved_rows[label].append(pk)
    moved_consents = moved_rows[Consent._meta.label_lower]
    _seal_again(Consent.objects.filter(pk__in=moved_consents), source, target, at=at)
    return moved_rows


def _seal_again(answers: models.QuerySet[Consent], source: Person, target: Person, *, at: datetime) -> None:
    """Seal answers that changed hands with the secret of their new sheet; not those that were altered, which
    must go on being told.
    """
    seals = Entry.objects.filter(verb=queries.SEALED, row__in=answers.values("pk")).order_by("pk")
    words_by_answer = {entry.row: entry.words for entry in seals}
    journal.record_many(
        [
            journal.Note(
                verb=queries.SEALED, row=answer, words=journal.seal(target, answer.proof), by=None, at=at
            )
            for answer in answers
            if answer.pk in words_by_answer and matches_seal(source, answer.proof, words_by_answer[answer.pk])
        ]
    )


def _withdraw_older(person: Person, at: datetime) -> list[int]:
    """Withdraw the answers that a later one to the same question replaces, as each new answer does."""
    answered_questions, older = set[tuple[str, int | None]](), list[int]()
    for answer in Consent.objects.filter(person=person, withdrawn_at=None).order_by("-at", "-pk"):
        question = answer.purpose, answer.structure_id
        if question in answered_questions:
            older.append(answer.pk)
        answered_questions.add(question)
    Consent.objects.filter(pk__in=older).update(withdrawn_at=at)
    return older


def _fill(target: Person, other: Person) -> list[str]:
    """Give the sheet that is kept what it lacks and the other has; return the names of what it took."""
    filled = [
        name
        for name, blank in BLANK.items()
        if getattr(target, name) == blank and getattr(other, name) != blank
    ]
    if "reach" in filled:
        filled.append("reach_value")
    for name in filled:
        setattr(target, name, getattr(other, name))
    return filled


def _of(first: Person, second: Person) -> Q:
    return Q(target=first, other=second) | Q(target=second, other=first)


def _record(verb: str, target: Person, other: Person, *, by: User, at: datetime, acting: int | None) -> None:
    """Record a decision on both sheets, each by the number of the other."""
    journal.record_many(
        [
            journal.Note(verb=verb, row=row, words=f"fiche {twin.pk}", by=by, at=at, structure=acting)
            for row, twin in ((target, other), (other, target))
        ]
    )
