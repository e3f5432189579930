"""Note a fact of a procedure of a person, correct it, take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from maillage.apps.directory.places.models import Structure
from maillage.apps.people.mandats.queries.catalogue import label_of
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.referrals.droits import access
from maillage.apps.referrals.droits.models import Fact
from maillage.apps.referrals.droits.queries import checklists, lines
from maillage.apps.referrals.droits.rules import facts
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """A fact of a procedure to note. until: a date of the letter; paper: key, of a paper gathered."""

    procedure: str
    kind: str
    on: date
    until: date | None = None
    paper: str = ""
    words: str = ""


@transaction.atomic
def tell(
    person: Person,
    telling: Telling,
    *,
    by: User | None,
    at: datetime,
    was: str | None = None,
    structure: Structure | None = None,
    source: str = "",
) -> Fact:
    """Tell something of a procedure of a person, once: the same thing told twice is one.

    was: the stamp of the line that was read, None when nothing was; Refused when somebody told something
    meanwhile. structure: on whose behalf, by default the first that helps the person; source: what else told
    it, such as a referral, once for each; by: None for a place without an account, that answers by its link.
    """
    row = people.lock(person)
    acting = structure or _acting(by, row)
    _check(row, telling, acting, at)
    facts_of_line = list(
        Fact.objects.filter(
            person=row, structure=acting, procedure=telling.procedure, struck_at=None
        ).order_by("pk")
    )
    words = _words(telling, acting)
    if (same_fact := _same_fact(facts_of_line, telling, words)) is not None:
        return same_fact
    if source and (former_fact := Fact.objects.filter(source=source).first()) is not None:
        return former_fact
    if by is not None and was is not None and was != _stamp(by, row, telling.procedure):
        raise _meanwhile(row, telling.procedure)
    fact = Fact.objects.create(
        person=row,
        structure=acting,
        by=by,
        procedure=telling.procedure,
        kind=telling.kind,
        on=telling.on,
        until=telling.until,
        paper=telling.paper,
        words=words,
        at=at,
        source=source,
        example=row.example,
    )
    record_event("droit.told", fact, by=by, at=at)
    people.touch(row, at=at)
    return fact


def _acting(by: User | None, person: Person) -> Structure:
    """Return the structure on whose behalf a user helps a person; Refused when there is none."""
    structures = access.helping(by, person) if by is not None else []
    if not structures:
        raise _not_noted(
            "Votre structure ne suit pas cette personne.",
            "Demandez-lui de montrer sa carte, puis recommencez.",
        )
    return structures[0]


def _check_agreed(person: Person) -> None:
    if not lines.follows(person):
        raise _not_noted(
            "La personne n’a pas dit oui pour que ses démarches soient suivies.",
            "Lisez-lui la phrase, et notez sa réponse sur cette page.",
        )


def _check(person: Person, telling: Telling, structure: Structure, at: datetime) -> None:
    _check_agreed(person)
    if not label_of(telling.procedure) or not facts.follows(telling.procedure):
        raise _not_noted("Cette démarche n’est pas dans la liste.", "Choisissez-en une autre.")
    if wrong := facts.wrong_dates(telling.kind, telling.on, telling.until, timezone.localdate(at)):
        raise _not_noted(wrong, "Corrigez la date, puis recommencez.")
    papers = checklists.of_procedure(structure, telling.procedure).papers
    if (telling.kind == facts.PAPER) != (telling.paper in papers):
        raise _not_noted(
            "Ce papier n’est plus dans la liste de cette démarche.", "Rechargez la page : la liste a changé."
        )
    refuse_secrets(telling.words)


def _words(telling: Telling, structure: Structure) -> str:
    """Return the stored words: the paper, as it was called that day, or the note."""
    if telling.kind == facts.PAPER:
        papers = checklists.of_procedure(structure, telling.procedure).papers
        return line(papers[telling.paper], facts.LONGEST)
    return line(telling.words, facts.LONGEST)


def _same_fact(rows: Sequence[Fact], telling: Telling, words: str) -> Fact | None:
    """Return the fact that already says so, unless the line was begun again or left since. A note that says
    nothing more is the same; a paper is known by its key.
    """
    note = words if telling.kind != facts.PAPER else ""
    turns = [
        each.pk for each in rows if each.kind in (facts.AGAIN, facts.STOPPED) and each.kind != telling.kind
    ]
    for row in reversed(rows):
        if turns and row.pk < max(turns):
            continue
        row_values = (row.kind, row.on, row.until, row.paper)
        if row_values == (telling.kind, telling.on, telling.until, telling.paper) and note in ("", row.words):
            return row
    return None


def _stamp(by: User, person: Person, procedure: str) -> str:
    return lines.stamp(access.facts_for(by, person).filter(procedure=procedure, struck_at=None))


def _meanwhile(person: Person, procedure: str) -> Refused:
    last = Fact.objects.filter(person=person, procedure=procedure).select_related("by", "struck_by")
    row = last.order_by("-pk").first()
    author = str(row.struck_by or row.by or "") if row is not None else ""
    return _not_noted(
        f"{author or 'Quelqu’un'} a noté autre chose pendant que la page était ouverte.",
        "Lisez ce qui a changé, puis notez la suite si elle manque encore.",
    )


@transaction.atomic
def strike(fact: Fact, *, by: User, at: datetime) -> Fact:
    """Take back what was told by mistake: it stays readable, and the line forgets it."""
    row = _lock(fact, by)
    if row.struck_at is not None:
        return row
    row.struck_at, row.struck_by = at, by
    row.save(update_fields=["struck_at", "struck_by"])
    record_event("droit.struck", row, by=by, at=at)
    people.touch(row.person, at=at)
    return row


@transaction.atomic
def restore(fact: Fact, *, by: User, at: datetime) -> Fact:
    """Put back what was struck, unless a correction stands for it."""
    row = _lock(fact, by)
    if row.struck_at is None:
        return row
    if Fact.objects.filter(corrects=row, struck_at=None).exists():
        raise Refused(
            "Rien n’a été remis.", why="Une correction le remplace.", do="Annulez d’abord la correction."
        )
    row.struck_at, row.struck_by = None, None
    row.save(update_fields=["struck_at", "struck_by"])
    record_event("droit.restored", row, by=by, at=at)
    return row


@transaction.atomic
def correct(fact: Fact, *, on: date, until: date | None, by: User, at: datetime) -> Fact:
    """Correct the dates of a fact: the former one is struck and stays readable, another stands for it."""
    row = _lock(fact, by)
    if row.struck_at is not None:
        raise Refused(
            "Rien n’a été corrigé.",
            why="Ce fait est annulé, ou déjà corrigé.",
            do="Rechargez la page pour lire ce qui a changé.",
        )
    if (row.on, row.until) == (on, until):
        raise Refused(
            "La démarche n’a pas été corrigée.", why="Les dates sont les mêmes.", do="Corrigez-en une."
        )
    if wrong := facts.wrong_dates(row.kind, on, until, timezone.localdate(at)):
        raise _not_noted(wrong, "Corrigez la date, puis recommencez.")
    row.struck_at, row.struck_by = at, by
    row.save(update_fields=["struck_at", "struck_by"])
    corrected = Fact.objects.create(
        person=row.person,
        structure=row.structure,
        by=by,
        procedure=row.procedure,
        kind=row.kind,
        on=on,
        until=until,
        paper=row.paper,
        words=row.words,
        at=row.at,
        corrects=row,
        example=row.example,
    )
    record_event("droit.corrected", corrected, by=by, at=at)
    people.touch(row.person, at=at)
    return corrected


def _lock(fact: Fact, by: User) -> Fact:
    """Return a fact as it is now, under the lock of the person; Refused when the user does not see it, or
    when the person agrees no more.
    """
    person = people.lock(fact.person)
    _check_agreed(person)
    row = access.facts_for(by, person).select_for_update(of=("self",)).filter(pk=fact.pk).first()
    if row is None:
        raise _not_noted("Ce fait est celui d’une autre structure.", "Demandez-lui de le corriger.")
    return row


@transaction.atomic
def forget(person: Person, *, at: datetime, structure: int | None = None) -> int:
    """Delete what was told of the procedures of a person being erased; return how many facts. structure: that
    noted them; None for all.
    """
    facts = Fact.objects.filter(person=person)
    if structure is not None:
        facts = facts.filter(structure=structure)
    for pk in facts.values_list("pk", flat=True):
        outbox.forget(about=f"droit-{pk}-", at=at)
    return facts.delete()[0]


def record_view(
    person: Person, *, by: User, structure: int | None, at: datetime, verb: str = "droit.seen"
) -> None:
    """Record that a user opened the rights of a person, or printed them."""
    journal.record(by=by, verb=verb, row=person, at=at, structure=structure)


def record_event(verb: str, row: Fact, *, by: User | None, at: datetime) -> None:
    journal.record(
        by=by, verb=verb, row=row.person, at=at, structure=row.structure_id, words=label_of(row.procedure)
    )


def _not_noted(why: str, do: str) -> Refused:
    return Refused("Rien n’a été noté.", why=why, do=do)
