"""Answers imported from a file, each stored once, by its number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.surveys import rules
from maillage.apps.surveys.actions import versions
from maillage.apps.surveys.actions.receive import receive
from maillage.apps.surveys.actions.write import check_run, lock
from maillage.apps.surveys.models import Answer, Survey
from maillage.apps.surveys.queries.answers import edition_with
from maillage.kernel.errors import Refused
from maillage.kernel.typed import line
from maillage.questionnaires.questionnaire import Questionnaire

AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Imported:
    """The result of an import. new: stored now; known: stored before; refused: number → reason."""

    new: int
    known: int
    refused: Mapping[UUID, str]


def keep(
    survey: Survey,
    sent: Sequence[rules.Sent],
    *,
    by: User | None,
    at: datetime,
    file: str = "",
    form: Questionnaire | None = None,
    reading: Mapping[str, Any] | None = None,
) -> Imported:
    """Store the answers of a file in a survey; those already stored are not counted again. file: its name;
    form: the questionnaire that has taken its classes of age, written first; reading: what was chosen of its
    columns and values, for the next file.
    """
    check_run(by, survey.territory)
    if form is not None:
        version = versions.write(survey, form, by=by, at=at)
        sent = [replace(each, version=version.number) for each in sent]
    if reading is not None:
        Survey.objects.filter(pk=survey.pk).update(file_reading=reading)
    new, known, refused = 0, 0, dict[UUID, str]()
    for start in range(0, len(sent), AT_ONCE):
        received = receive(survey, sent[start : start + AT_ONCE], at=at, by=by, file=line(file, 120))
        new, known = new + received.new, known + len(received.known) - received.new
        refused |= received.refused
    journal.record(by=by, verb="answers.imported", row=survey, at=at, words=f"{new} réponses")
    return Imported(new, known, refused)


@transaction.atomic
@journal.written_last()
def undo(survey: Survey, brought: datetime, *, by: User | None, at: datetime) -> int:
    """Erase the answers that a file brought at a moment, and return how many; Refused once an edition has
    published them.
    """
    check_run(by, survey.territory)
    rows = Answer.objects.filter(survey=lock(survey), received_at=brought, surveyor=None)
    if not rows:
        raise Refused(
            "Rien n’est annulé.",
            why="Aucune réponse de cet import n’est encore là.",
            do="Revenez aux réponses de l’enquête.",
        )
    if edition := edition_with(survey, brought):
        raise Refused(
            "L’import n’est pas annulé.",
            why=f"Une édition publiée compte déjà ces réponses : l’édition {edition}.",
            do="Écartez les réponses une par une, avec une raison.",
        )
    n = rows.count()
    journal.record(by=by, verb="answers.import_undone", row=survey, at=at, words=f"{n} réponses")
    rows.delete()
    return n
