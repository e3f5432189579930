"""Tell what happens to a procedure, correct it, take it back; write to another helper; lists of papers."""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.directory.models import Structure
from maillage.apps.droits import access
from maillage.apps.droits.models import Fact, LocalChecklist
from maillage.apps.droits.queries import checklists, lines, persons
from maillage.apps.droits.rules import facts
from maillage.apps.mandats.queries import label_of
from maillage.apps.messages import actions as outbox
from maillage.apps.people import actions as people
from maillage.apps.people.models import Person
from maillage.apps.reminders.actions import planning as reminders
from maillage.apps.reminders.queries.occasions import Occasion
from maillage.apps.reminders.rules import ways
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.words.languages import say
from maillage.words.opening import date_text

MOST_PAPERS, LONGEST_PAPER, LONGEST_LETTER = 20, 120, 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What is told of a procedure. until: a date of the letter; paper: key, of a paper gathered."""

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
    held = list(
        Fact.objects.filter(
            person=row, structure=acting, procedure=telling.procedure, struck_at=None
        ).order_by("pk")
    )
    if (same := _same(held, telling)) is not None:
        return same
    if source and (told := Fact.objects.filter(source=source).first()) is not None:
        return told
    if by is not None and was is not None and was != _stamp(by, row, telling.procedure):
        raise _meanwhile(row, telling.procedure)
    made = Fact.objects.create(
        person=row,
        structure=acting,
        by=by,
        procedure=telling.procedure,
        kind=telling.kind,
        on=telling.on,
        until=telling.until,
        paper=telling.paper,
        words=_words(telling, acting),
        at=at,
        source=source,
        example=row.example,
    )
    _record("droit.told", made, by=by, at=at)
    people.touch(row, at=at)
    return made


def _acting(by: User | None, person: Person) -> Structure:
    """Return the structure on whose behalf a user helps a person; Refused when there is none."""
    found = access.helping(by, person) if by is not None else []
    if not found:
        raise _not_told(
            "Votre structure ne suit pas cette personne.",
            "Demandez-lui de montrer sa carte, puis recommencez.",
        )
    return found[0]


def _check(person: Person, telling: Telling, structure: Structure, at: datetime) -> None:
    if not lines.follows(person):
        raise _not_told(
            "La personne n’a pas dit oui pour que ses démarches soient suivies.",
            "Lisez-lui la phrase, et notez sa réponse sur cette page.",
        )
    if not label_of(telling.procedure) or not facts.follows(telling.procedure):
        raise _not_told("Cette démarche n’est pas dans la liste.", "Choisissez-en une autre.")
    if wrong := facts.wrong_dates(telling.kind, telling.on, telling.until, timezone.localdate(at)):
        raise _not_told(wrong, "Corrigez la date, puis recommencez.")
    asked = checklists.of_procedure(structure, telling.procedure).papers
    if (telling.kind == facts.PAPER) != (telling.paper in asked):
        raise _not_told(
            "Ce papier n’est plus dans la liste de cette démarche.", "Rechargez la page : la liste a changé."
        )
    refuse_secrets(telling.words)


def _words(telling: Telling, structure: Structure) -> str:
    """Return what is kept in words: the paper, as it was called that day, or the note."""
    if telling.kind == facts.PAPER:
        papers = checklists.of_procedure(structure, telling.procedure).papers
        return line(papers[telling.paper], facts.LONGEST)
    return line(telling.words, facts.LONGEST)


def _same(held: Sequence[Fact], telling: Telling) -> Fact | None:
    """Return the fact that already says so, unless the line was begun again or left since."""
    turns = [
        each.pk for each in held if each.kind in (facts.AGAIN, facts.STOPPED) and each.kind != telling.kind
    ]
    for row in reversed(held):
        if turns and row.pk < max(turns):
            continue
        if (row.kind, row.on, row.until, row.paper) == (
            *(telling.kind, telling.on),
            *(telling.until, telling.paper),
        ):
            return row
    return None


def _stamp(by: User, person: Person, procedure: str) -> str:
    return lines.stamp(access.facts_for(by, person).filter(procedure=procedure, struck_at=None))


def _meanwhile(person: Person, procedure: str) -> Refused:
    last = Fact.objects.filter(person=person, procedure=procedure).select_related("by", "struck_by")
    row = last.order_by("-pk").first()
    who = str(row.struck_by or row.by or "") if row is not None else ""
    return _not_told(
        f"{who or 'Quelqu’un'} a noté autre chose pendant que la page était ouverte.",
        "Lisez ce qui a changé, puis notez la suite si elle manque encore.",
    )


# ------------------------------------------------------------------------------------------------- afterwards


@transaction.atomic
def strike(fact: Fact, *, by: User, at: datetime) -> Fact:
    """Take back what was told by mistake: it stays readable, and the line forgets it."""
    row = _lock(fact, by)
    if row.struck_at is not None:
        return row
    row.struck_at, row.struck_by = at, by
    row.save(update_fields=["struck_at", "struck_by"])
    _record("droit.struck", row, by=by, at=at)
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
            "Rien n’a été remis.", why="Une correction le remplace.", do="Rayez d’abord la correction."
        )
    row.struck_at, row.struck_by = None, None
    row.save(update_fields=["struck_at", "struck_by"])
    _record("droit.restored", row, by=by, at=at)
    return row


@transaction.atomic
def correct(fact: Fact, *, on: date, until: date | None, by: User, at: datetime) -> Fact:
    """Correct the dates of a fact: the former one is struck and stays readable, another stands for it."""
    row = _lock(fact, by)
    if row.struck_at is not None:
        raise Refused(
            "Rien n’a été corrigé.",
            why="Ce fait est rayé, ou déjà corrigé.",
            do="Rechargez la page pour lire ce qui a changé.",
        )
    if (row.on, row.until) == (on, until):
        raise Refused("Rien n’a changé.", why="Les dates sont les mêmes.", do="Corrigez-en une.")
    if wrong := facts.wrong_dates(row.kind, on, until, timezone.localdate(at)):
        raise _not_told(wrong, "Corrigez la date, puis recommencez.")
    row.struck_at, row.struck_by = at, by
    row.save(update_fields=["struck_at", "struck_by"])
    made = Fact.objects.create(
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
    _record("droit.corrected", made, by=by, at=at)
    people.touch(row.person, at=at)
    return made


def _lock(fact: Fact, by: User) -> Fact:
    """Return a fact as it is now, under the lock of the person; Refused when the user does not see it."""
    person = people.lock(fact.person)
    row = access.facts_for(by, person).select_for_update(of=("self",)).filter(pk=fact.pk).first()
    if row is None:
        raise _not_told("Ce fait est celui d’une autre structure.", "Demandez-lui de le corriger.")
    return row


# --------------------------------------------------------------------------------------------- another helper


def letter_to(person: Person, fact: int, *, by: User) -> lines.OtherHelper:
    """Return who told a fact, as somebody a user may write to; Refused when they follow the same procedure
    no more, or when the person does not want it told.
    """
    found = next((each for each in lines.other_helpers(by, person) if each.fact.pk == fact), None)
    if found is None or found.fact.by is None or not found.fact.by.is_active:
        raise Refused(
            "Le message n’est pas parti.",
            why="Cet aidant ne suit plus cette démarche.",
            do="Rechargez la page pour voir qui la suit.",
        )
    return found


@transaction.atomic
def write_to(other: lines.OtherHelper, text: str, *, by: User, at: datetime) -> None:
    """Write to another helper about the procedure that both follow. The person is not named: the link opens
    their rights, to those who follow them.
    """
    fact, said = other.fact, text.strip()
    refuse_secrets(said)
    link = f"{settings.ADDRESS}{reverse('droits', args=[fact.person_id])}"
    outbox.put(
        channel="email",
        to=fact.by.email if fact.by else "",
        subject="Une démarche que nous suivons tous les deux",
        text=f"{by} vous écrit au sujet d’une démarche que vous suivez tous les deux :\n\n{said}\n\n{link}"
        f"\n\nPour répondre : {by.email}",
        key=f"droit-{fact.pk}-lettre-{by.pk}-{int(at.timestamp())}",
        at=at,
        structure=fact.structure_id,
    )
    _record("droit.letter", fact, by=by, at=at)


# -------------------------------------------------------------------------------------------- lists of papers


@transaction.atomic
def write_checklist(
    *,
    procedure: str,
    papers: Sequence[str],
    source: str,
    seen_on: date,
    by: User,
    at: datetime,
    structure: Structure | None = None,
    territory: str = "",
) -> LocalChecklist:
    """Write the list of papers of a structure or a territory, in place of its former one, which stays
    readable. A paper that keeps its words keeps its key: what was gathered stays gathered.
    """
    words = list(dict.fromkeys(said for each in papers if (said := line(each, LONGEST_PAPER))))
    if not label_of(procedure) or not facts.follows(procedure):
        raise _not_listed("Cette démarche n’existe pas.", "Choisissez-en une dans la liste.")
    if not words or len(words) > MOST_PAPERS:
        raise _not_listed(
            "Il n’y a aucun papier." if not words else f"Il y a plus de {MOST_PAPERS} papiers.",
            "Écrivez un papier par ligne.",
        )
    if not line(source, 200) or seen_on > timezone.localdate(at):
        raise _not_listed(
            "Il manque d’où vient la liste, ou le jour où elle a été lue est à venir.",
            "Écrivez la page ou le papier de l’organisme, et le jour où vous l’avez lu.",
        )
    refuse_secrets(source, *words)
    owner = {"structure": structure, "territory": territory, "procedure": procedure, "retired_at": None}
    former = LocalChecklist.objects.select_for_update().filter(**owner).first()
    known = {said: key for key, said in (former.papers if former else ())}
    known |= {said: key for key, said in checklists.of_procedure(structure, procedure).papers.items()}
    if former is not None:
        former.retired_at = at
        former.save(update_fields=["retired_at"])
    made = LocalChecklist.objects.create(
        structure=structure,
        territory=territory,
        procedure=procedure,
        papers=_keyed(words, known),
        source=line(source, 200),
        seen_on=seen_on,
        by=by,
        at=at,
    )
    journal.record(
        by=by,
        verb="checklist.written",
        row=made,
        at=at,
        structure=structure and structure.pk,
        words=label_of(procedure),
    )
    return made


def _keyed(words: Sequence[str], known: dict[str, str]) -> list[list[str]]:
    """Return the papers with a key each: the one they had, or one made of their words."""
    taken = {known[said] for said in words if said in known}
    found = []
    for said in words:
        key = known.get(said, "")
        n = 1
        while not key:
            made = f"{slugify(said)[:34] or 'papier'}{f'-{n}' if n > 1 else ''}"
            key, n = ("" if made in taken else made), n + 1
        taken.add(key)
        found.append([key, said])
    return found


@transaction.atomic
def retire_checklist(row: LocalChecklist, *, by: User, at: datetime) -> None:
    """Go back to the list of the territory, or to the common one."""
    if LocalChecklist.objects.filter(pk=row.pk, retired_at=None).update(retired_at=at):
        words = label_of(row.procedure)
        journal.record(
            by=by, verb="checklist.retired", row=row, at=at, structure=row.structure_id, words=words
        )


# -------------------------------------------------------------------------------------------- dates that come


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Write to the helper who told of a right, once thirty and once seven days before its date; return how
    many were written. The person is not named.
    """
    today = timezone.localdate(at)
    done: Counter[str] = Counter()
    for reminder in persons.to_remind(today):
        done["droits_rappeles"] += _remind(reminder, at=at)
    return done


@transaction.atomic
def _remind(reminder: persons.Reminder, *, at: datetime) -> bool:
    """Write one reminder, that never leaves after its date. An invalid address blocks nothing."""
    fact, day = reminder.fact, reminder.day
    link = f"{settings.ADDRESS}{reverse('droits', args=[fact.person_id])}"
    over = timezone.make_aware(datetime.combine(day + timedelta(days=1), datetime.min.time()))
    _remind_person(reminder, over, at=at)
    with suppress(Refused):
        outbox.put(
            channel="email",
            to=fact.by.email if fact.by else "",
            subject="Une démarche a une date qui approche",
            text=f"Pour une personne que vous aidez, une démarche a une date : {label_of(fact.procedure)},"
            f" avant le {date_text(day)}.\nOù elle en est : {link}",
            key=reminder.key,
            at=at,
            never_after=over,
            structure=fact.structure_id,
        )
        _record("droit.reminded", fact, by=None, at=at)
        return True
    return False


def _remind_person(reminder: persons.Reminder, over: datetime, *, at: datetime) -> None:
    """Remind the person, by what reaches them, without naming the procedure."""
    fact = reminder.fact
    occasion = Occasion(
        kind=ways.RIGHT,
        row=fact.pk,
        days=reminder.days,
        moment=over,
        subject=lambda: say("Une démarche à refaire"),
        text=lambda: say(
            "Rappel : une de vos démarches est à faire avant le {end}. Venez voir la personne qui vous aide.",
            end=date_text(reminder.day),
        ),
        structure=fact.structure_id,
        person=fact.person,
        language=fact.person.language,
        example=fact.example,
    )
    reminders.plan([occasion], at=at)


# ------------------------------------------------------------------------------------------------- forgetting


@transaction.atomic
def forget(person: Person, *, at: datetime) -> int:
    """Delete what was told of the procedures of a person being erased; return how many facts.

    Call it in the transaction of `people.actions.forget`, before it.
    """
    for pk in Fact.objects.filter(person=person).values_list("pk", flat=True):
        outbox.forget(about=f"droit-{pk}-", at=at)
    return Fact.objects.filter(person=person).delete()[0]


# ------------------------------------------------------------------------------------------------ the journal


def record_view(
    person: Person, *, by: User, structure: int | None, at: datetime, verb: str = "droit.seen"
) -> None:
    """Record that a user opened the rights of a person, or printed them."""
    journal.record(by=by, verb=verb, row=person, at=at, structure=structure)


def _record(verb: str, row: Fact, *, by: User | None, at: datetime) -> None:
    journal.record(
        by=by, verb=verb, row=row.person, at=at, structure=row.structure_id, words=label_of(row.procedure)
    )


def _not_told(why: str, do: str) -> Refused:
    return Refused("Rien n’a été noté.", why=why, do=do)


def _not_listed(why: str, do: str) -> Refused:
    return Refused("La liste n’a pas été enregistrée.", why=why, do=do)
