"""The stored diagnoses: those of a person with their changes, those to repeat."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from maillage.apps.people.persons import access as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.referrals.autonomy import access, rules
from maillage.apps.referrals.autonomy.models import Bilan
from maillage.apps.referrals.autonomy.queries import overdue, segments
from maillage.apps.referrals.autonomy.rules import Progress, ResultText
from maillage.reference import bilan
from maillage.reference.bilan import Option, Question
from maillage.statistics.engine import bilan as engine
from maillage.statistics.engine.bilan import Conclusion
from maillage.web import bulk

LISTED = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A stored diagnosis for a professional. result, rule: the result in force, and the rule's own."""

    row: Bilan
    text: ResultText
    result: bilan.Result
    rule: bilan.Result
    line: bilan.Line
    access: bilan.Level
    use: bilan.Level
    declared: bilan.Level
    observed: bilan.Level | None
    segment: str
    segment_source: str
    coop: str
    flags: Sequence[bilan.Flag]
    answers: Sequence[tuple[Question, Sequence[Option]]]
    annex: Sequence[tuple[Question, str]]
    reason: str
    again_from: date
    in_play: bool


def concluded(row: Bilan) -> Conclusion:
    """Return the rule's result on the day of the diagnosis, as stored."""
    return Conclusion(
        version=row.version,
        access=row.access,
        declared=row.declared,
        observed=row.observed,
        use=row.use,
        line=row.line,
        result=row.result,
        face=bilan.lines()[row.line].face,
        provisional=row.line == "L1",
        flags=tuple(row.flags),
        retest_after=0,
    )


def sheet(row: Bilan, among: segments.Choices | None = None) -> Sheet:
    """Return a diagnosis with all its words. among: what every territory chose, to read several at once."""
    conclusion = concluded(row)
    result = bilan.results()[row.final_result]
    read_as = segments.of_commune(row.place or (row.structure.code_insee if row.structure else ""), among)
    outcomes = {id: str(task.get("outcome", "")) for id, task in row.tasks.items()}
    questions = [bilan.questions()[id] for id in engine.path(row.answers)]
    return Sheet(
        row=row,
        text=rules.result_text(row.answers, outcomes, conclusion),
        result=result,
        rule=bilan.results()[row.result],
        line=bilan.lines()[row.line],
        access=bilan.accesses()[row.access],
        use=bilan.uses()[row.use],
        declared=bilan.uses()[row.declared],
        observed=bilan.uses()[row.observed] if row.observed else None,
        segment=read_as.labels[result.id],
        segment_source=read_as.source,
        coop=bilan.coop_levels()[result.coop[row.use]],
        flags=[bilan.flags()[id] for id in row.flags],
        answers=[(question, rules.chosen_answers(row.answers, question)) for question in questions],
        annex=[(question, str(row.annex.get(id, ""))) for id, question in bilan.annex().items()],
        reason=bilan.override_reasons().get(row.changed_reason, ""),
        again_from=rules.again_from(timezone.localdate(row.at)),
        in_play=rules.in_play(conclusion),
    )


def progress(row: Bilan) -> Progress | None:
    """Return the progress since the previous diagnosis, None when there is none."""
    before = row.retest_of
    if before is None:
        return None
    return rules.progress(before.answers, before.use, before.access, row.answers, concluded(row))


def of_person(person: Person) -> list[tuple[Bilan, Progress | None]]:
    """Return the diagnoses of a person, latest first, each with what changed since the one it repeats."""
    rows = Bilan.objects.filter(person=person).select_related("retest_of", "structure", "by")
    return [(row, progress(row)) for row in rows]


def latest(person: Person) -> Bilan | None:
    return Bilan.objects.filter(person=person).first()


def recent(user: Visitor) -> list[Bilan]:
    """Return the latest diagnoses a user may read."""
    return list(access.bilans_for(user).select_related("person", "structure")[:LISTED])


def to_repeat(user: Visitor, on: date) -> list[Bilan]:
    """Return the diagnoses due to be repeated, the first LISTED of them."""
    rows = overdue.retests(access.bilans_for(user), on).select_related("person", "structure")
    return bulk.seldom(rows.order_by("retest_on", "pk")[:LISTED])


def persons(user: Visitor) -> list[Person]:
    """Return the persons met last, to begin with one of them."""
    return list(people.people_for(user).order_by("-active_at", "-pk")[:LISTED])


def n_to_repeat(user: Visitor, on: date, first: Sequence[Bilan]) -> int:
    """Return how many diagnoses are due to be repeated. first: as `to_repeat` returned them."""
    return len(first) if len(first) < LISTED else overdue.retests(access.bilans_for(user), on).count()
