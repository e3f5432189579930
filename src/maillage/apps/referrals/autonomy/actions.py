"""Store a diagnosis with the person's agreement, change it with a reason, erase it; count the rest."""

import secrets
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from maillage.apps.directory.places.models import Structure
from maillage.apps.directory.places.queries.moments import midnight
from maillage.apps.people.persons import queries as people_queries
from maillage.apps.people.persons import rules as people_rules
from maillage.apps.people.persons.actions import consents
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.accounts.rules.worklist import UNDO
from maillage.apps.platform.messages import actions as outbox
from maillage.apps.platform.messages.rules import states
from maillage.apps.referrals.autonomy import rules
from maillage.apps.referrals.autonomy.models import Bilan, SegmentChoice, Tally
from maillage.apps.referrals.autonomy.queries import overdue, segments
from maillage.apps.referrals.autonomy.queries.overdue import Overdue
from maillage.apps.referrals.autonomy.queries.quality import INVENTED
from maillage.apps.referrals.autonomy.rules import Carried
from maillage.kernel.errors import Refused
from maillage.kernel.secret_text import refuse_secrets
from maillage.kernel.typed import line
from maillage.reference import bilan
from maillage.statistics.engine import bilan as engine
from maillage.words import wording
from maillage.words.dates import in_words
from maillage.words.languages import say


@transaction.atomic
def count(kind: str, value: str, *, on: date, structure: Structure | None = None) -> None:
    """Add one to a daily count. Nothing identifies the person."""
    row, _ = Tally.objects.get_or_create(day=on, kind=kind, value=value, structure=structure)
    Tally.objects.filter(pk=row.pk).update(count=F("count") + 1)


@transaction.atomic
@journal.written_last()
def keep(
    carried: Carried,
    *,
    purpose: str,
    how: str,
    at: datetime,
    by: User | None = None,
    structure: Structure | None = None,
    person: Person | None = None,
    nickname: str = "",
) -> Bilan:
    """Store a finished diagnosis, with the agreement as it was read; repeating the request stores it once.

    purpose: PERSON, with a new card when there is none; COUNT, anonymously. by, structure: the helper; None
    for a person alone. Stored again after corrections, it takes the new answers.
    """
    if engine.next_question(carried.answers):
        raise Refused(
            say("Le bilan n’est pas gardé."),
            why=say("Il reste des questions."),
            do=say("Répondez, ou touchez « Passer ». Vos réponses sont toujours là."),
        )
    before = _before(carried, person, at)
    values = _values(carried, at) | {"structure": structure, "by": by, "at": at}
    bilan_row, new = Bilan.objects.get_or_create(
        token=carried.token, defaults={**values, "kept": rules.COUNT}
    )
    whose = bilan_row.person or person or (before.person if before is not None else None)
    if purpose == rules.PERSON and whose is not None:
        people.lock(whose)  # before their diagnosis, as who erases them
    row = (
        Bilan.objects.select_for_update(of=("self",)).select_related("person").get(pk=bilan_row.pk)
    )  # a second click waits here
    corrected = any(getattr(row, name) != values[name] for name in ("answers", "tasks"))
    if not new and not corrected and (row.kept == rules.PERSON or purpose == rules.COUNT):
        return row
    for name, value in values.items():
        setattr(row, name, value)
    if purpose == rules.PERSON:
        row.person = row.person or person or (before.person if before is not None else None)
        if row.person is None:
            row.person = people.welcome(by=by, structure=structure, at=at, nickname=nickname)
        words = say(people_rules.PURPOSES[people_rules.KEEP].words)
        consent: dict[str, Any] = {
            "how": how,
            "words": words,
            "structure": structure,
            "acting": structure and structure.pk,
        }
        consents.agree(person=row.person, purpose=people_rules.KEEP, by=by, at=at, **consent)
        row.kept, row.retest_of = rules.PERSON, before
    row.save()
    if row.kept == rules.PERSON:
        journal.record(by=by, verb="bilan.kept", row=row, at=at, structure=structure and structure.pk)
    return row


def _values(carried: Carried, at: datetime) -> dict[str, Any]:
    """Return the stored values of a diagnosis: what was declared and measured, and the rule's result that
    day.
    """
    conclusion = engine.conclude(carried.answers, carried.outcomes)
    return {
        "place": carried.place,
        "mode": carried.mode,
        "version": conclusion.version,
        "form": carried.form,
        "answers": {
            id: answer if isinstance(answer, str) else list(answer) for id, answer in carried.answers.items()
        },
        "tasks": dict(carried.tasks),
        "timings": dict(carried.timings),
        "access": conclusion.access,
        "declared": conclusion.declared,
        "observed": conclusion.observed,
        "use": conclusion.use,
        "line": conclusion.line,
        "result": conclusion.result,
        "flags": list(conclusion.flags),
        "chosen": list(carried.chosen),
        "retest_on": rules.suggested_on(timezone.localdate(at), conclusion.retest_after),
    }


def _before(carried: Carried, person: Person | None, at: datetime) -> Bilan | None:
    """Return the diagnosis that this one repeats; Refused before two weeks, or when it is another
    person's.
    """
    if carried.again is None:
        return None
    previous = Bilan.objects.select_related("person").filter(pk=carried.again, kept=rules.PERSON).first()
    if previous is None or (person is not None and previous.person_id != person.pk):
        return None
    check_again(previous, on=timezone.localdate(at))
    return previous


def check_again(previous: Bilan, *, on: date) -> None:
    """Refuse to do a diagnosis again before two weeks."""
    first = rules.again_from(timezone.localdate(previous.at))
    if on < first:
        raise Refused(
            say("C’est trop tôt pour refaire le point."),
            why=say(
                "Le dernier date de moins de {n} jours : rien n’a eu le temps de changer.",
                n=engine.RETEST_DAYS,
            ),
            do=say("Revenez à partir du {day}.", day=date_format(first, "j F Y")),
        )


@transaction.atomic
def choose(row: Bilan, chosen: Collection[str]) -> None:
    """Record what the person chose to do next."""
    Bilan.objects.filter(pk=row.pk).update(chosen=list(chosen))


@transaction.atomic
def change(diagnosis: Bilan, *, result: str, reason: str, words: str, by: User, at: datetime) -> Bilan:
    """Change the result of the rule, with a reason; the rule's own stays beside it. The same result cancels
    the change.
    """
    row = Bilan.objects.select_for_update().get(pk=diagnosis.pk)
    if result not in bilan.results() or (result != row.result and reason not in bilan.override_reasons()):
        raise Refused(
            "Le résultat n’a pas changé.",
            why="Il manque le nouveau résultat, ou la raison.",
            do="Choisissez les deux, puis recommencez.",
        )
    if reason == "other" and not words.strip() and result != row.result:
        raise Refused(
            "Le résultat n’a pas changé.",
            why="« Autre raison » demande quelques mots.",
            do="Écrivez-les, sans nom ni détail de santé.",
        )
    refuse_secrets(words)
    same = result == row.result
    row.changed_result, row.changed_reason = ("", "") if same else (result, reason)
    row.changed_words = "" if same else line(words, 300)
    row.changed_by, row.changed_at = (None, None) if same else (by, at)
    row.save(update_fields=["changed_result", "changed_reason", "changed_words", "changed_by", "changed_at"])
    journal.record(
        by=by, verb="bilan.changed", row=row, at=at, structure=row.structure_id, words=row.changed_result
    )
    return row


@transaction.atomic
def note_annex(row: Bilan, answers: Mapping[str, str], *, by: User, at: datetime) -> None:
    """Record the answers of a first appointment; only valid ones."""
    known = {
        id: value
        for id, value in answers.items()
        if id in bilan.annex() and value in {*bilan.annex()[id].options, "?"}
    }
    Bilan.objects.filter(pk=row.pk).update(annex=known)
    journal.record(by=by, verb="bilan.annex", row=row, at=at, structure=row.structure_id)


@transaction.atomic
def plan_again(row: Bilan, *, on: date | None, by: User, at: datetime) -> None:
    """Plan the next diagnosis; Refused before two weeks, or after two years."""
    last_day = timezone.localdate(row.at)
    if on is not None and not rules.again_from(last_day) <= on <= last_day + timedelta(days=730):
        raise Refused(
            "La date n’est pas enregistrée.",
            why=f"On refait le point entre {engine.RETEST_DAYS} jours et 2 ans après.",
            do=f"Choisissez une date à partir du {in_words(rules.again_from(last_day))}.",
        )
    Bilan.objects.filter(pk=row.pk).update(retest_on=on)
    journal.record(by=by, verb="bilan.planned", row=row, at=at, structure=row.structure_id)


@transaction.atomic
@journal.written_last()
def erase(row: Bilan, *, by: User | None, at: datetime) -> None:
    """Erase a whole diagnosis; after a person's last one, their agreement to keep any ends."""
    person = row.person
    if person is not None:
        people.lock(person)  # before their diagnosis, as who takes their agreement back
    journal.record(by=by, verb="bilan.erased", row=row, at=at, structure=row.structure_id)
    row.delete()
    if person is not None and not Bilan.objects.filter(person=person).exists():
        for consent in person.consents.filter(purpose=people_rules.KEEP, withdrawn_at__isnull=True):
            consents.withdraw(consent, by=by, at=at, acting=row.structure_id if by is not None else None)


@transaction.atomic
def forget(person: Person, *, structure: int | None = None) -> int:
    """Erase the diagnoses of a person; return how many still count, anonymously: those of a person who agreed
    to be counted.

    structure: only those done with it; None for all.

    Call it before their agreements end. Nothing links what remains to them: no card, no helper, no hour, no
    stored diagnosis. Invented people leave nothing: without their card they would count as real.
    """
    diagnoses = Bilan.objects.filter(person=person)
    if structure is not None:
        diagnoses = diagnoses.filter(structure=structure)
    if not people_queries.agreed(person, people_rules.COUNT):
        diagnoses.delete()
        return 0
    diagnoses.filter(INVENTED).delete()
    rows = list(diagnoses.select_for_update())
    leaving = {row.pk for row in rows}
    Bilan.objects.filter(person=person, retest_of__in=leaving).exclude(pk__in=leaving).update(retest_of=None)
    for row in rows:
        row.retest_of_id = (
            row.retest_of_id if row.retest_of_id in leaving else None
        )  # what stays with them is not theirs
        row.person = row.by = row.changed_by = row.changed_at = row.retest_on = None
        row.changed_words, row.annex, row.chosen, row.kept = "", {}, [], rules.COUNT
        row.token, row.at = secrets.token_hex(12), midnight(timezone.localdate(row.at))
        row.save()
    return len(rows)


@transaction.atomic
def remind_retests(*, by: User, at: datetime) -> list[Overdue]:
    """Write to those who help in the structures with diagnoses to repeat, in the territory that a user leads:
    how many, and no name; once a week. Refused when there are none.
    """
    structures_late = overdue.by_structure(by, at)
    if not structures_late:
        raise Refused(
            "Personne n’a été prévenu.",
            why="Aucun point n’est à refaire, ou ces lieux ont été prévenus cette semaine.",
            do="Rien : ils reviendront sur votre page s’il en reste.",
        )
    rows = Structure.objects.in_bulk([each.structure for each in structures_late])
    teams = overdue.helpers(list(rows), timezone.localdate(at))
    drafts = [
        outbox.Draft(
            channel=states.EMAIL,
            to=mail,
            subject="Des points à refaire",
            text=(
                f"Bonjour,\n\nÀ {each.name}, il est temps de refaire le point avec"
                f" {wording.count(each.n, 'personne')}. Sans cela, personne ne sait ce que l’aide a changé"
                f" pour elles.\n{settings.ADDRESS}{reverse('bilans')}\n\nLa coordination du réseau"
                " d’aide au numérique"
            ),
            key=_nudge_key(each.structure, account, at),
            send_at=at + UNDO,
            structure=each.structure,
        )
        for each in structures_late
        for account, mail in teams.get(each.structure, ())
    ]
    outbox.put_many(drafts, at=at)
    journal.record_many(
        journal.Note(by=by, verb=overdue.NUDGED, row=rows[each.structure], at=at, structure=each.structure)
        for each in structures_late
    )
    return structures_late


def _nudge_key(structure: int, account: int, at: datetime) -> str:
    return f"points-{structure}-{account}-{timezone.localtime(at):%Y-%m-%d-%H%M%S}"


@transaction.atomic
def take_back_reminder(*, by: User, at: datetime) -> int:
    """Take back what its author just told structures of the diagnoses to repeat, and return how many: nothing
    leaves. Refused once the messages may have left.
    """
    nudges = overdue.own_nudges(by, at)
    rows = Structure.objects.in_bulk([each.row for each in nudges])
    teams = overdue.helpers(list(rows), timezone.localdate(at))
    keys = [_nudge_key(pk, account, nudges[0].at) for pk, team in teams.items() for account, _ in team]
    if not rows or (keys and not outbox.cancel(*keys)):
        raise Refused(
            "Rien n’est annulé.",
            why="Les messages sont partis, ou quelqu’un les a déjà annulés.",
            do="Appelez ces lieux si vous les aviez prévenus par erreur.",
        )
    journal.record_many(
        journal.Note(by=by, verb=overdue.UNDONE, row=row, at=at, structure=row.pk) for row in rows.values()
    )
    return len(rows)


@transaction.atomic
def set_segments(
    place: str,
    chosen: Mapping[str, str],
    *,
    by: User,
    at: datetime,
    original: Mapping[str, str] | None = None,
) -> None:
    """Write which segment of studies a territory reads in some results; what is the default is not stored, so
    that it follows the rule. original: the segments read, None when unknown. Refused for a segment that
    does not exist, and in place of one that somebody else chose since.
    """
    if set(chosen) - set(bilan.results()) or set(chosen.values()) - set(bilan.segments()):
        raise Refused(
            "Les segments n’ont pas été enregistrés.",
            why="L’un d’eux n’existe pas.",
            do="Choisissez-les dans la liste, puis enregistrez.",
        )
    now = segments.chosen(place)
    for result, segment in chosen.items():
        if original and now[result] not in (original.get(result, now[result]), segment):
            raise Refused(
                "Les segments n’ont pas été enregistrés.",
                why=f"Quelqu’un d’autre vient de choisir « {bilan.segments()[now[result]]} » pour"
                f" « {bilan.results()[result].label} ».",
                do="Rechargez la page, puis choisissez de nouveau.",
            )
    own = [
        SegmentChoice(place=place, result=result, segment=segment, by=by, at=at)
        for result, segment in sorted(chosen.items())
        if segment != bilan.results()[result].segment
    ]
    stored_results = [each.result for each in own]
    SegmentChoice.objects.filter(place=place, result__in=chosen).exclude(result__in=stored_results).delete()
    SegmentChoice.objects.bulk_create(  # what somebody else writes at once is replaced, as a moment later
        own,
        update_conflicts=True,
        unique_fields=["place", "result"],
        update_fields=["segment", "by", "at"],
    )
    journal.record(by=by, verb="bilan.segments", row=by, at=at)
