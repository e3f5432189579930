"""Paper forms: printed with their numbers, typed once, typed twice, reconciled."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.surveys import rules
from maillage.apps.surveys.actions.receive import receive
from maillage.apps.surveys.actions.write import check_run
from maillage.apps.surveys.models import Answer, SecondEntry, Survey, Version
from maillage.apps.surveys.queries import paper
from maillage.kernel.errors import Refused

SHEETS = uuid.UUID("6d1f2c1e-5f0e-5c55-9a0b-6f6e1f0a7c11")  # makes the numbers of sheets: each is kept once


@transaction.atomic
def printed(survey: Survey, *, last: int, by: User, at: datetime) -> None:
    """Record the number of the last form printed, so that numbering continues from it."""
    check_run(by, survey.territory)
    journal.record(by=by, verb=paper.PRINTED, row=survey, at=at, words=str(last))


def enter(
    survey: Survey,
    version: Version,
    *,
    form: str,
    values: Mapping[str, str],
    by: User,
    at: datetime,
    place: int | None = None,
) -> Answer:
    """Store the first typing of a form, and return it. Refused without a number, or when already typed."""
    check_run(by, survey.territory)
    if not form:
        raise Refused(
            "La feuille n’a pas été enregistrée.",
            why="Son numéro manque, ou porte autre chose que des chiffres et des lettres.",
            do="Tapez le numéro écrit en haut de la feuille.",
        )
    uid = uuid.uuid5(SHEETS, f"{survey.pk}:{form}")
    sent = rules.Sent(
        uid=uid,
        version=version.number,
        channel="paper",
        values=dict(values),
        place=place,
        form=form,
        ended_at=at,
    )
    if paper.sheet(survey, form) is not None or uid not in receive(survey, [sent], at=at, by=by).known:
        raise Refused(
            f"La feuille n° {form} n’a pas été enregistrée.",
            why="Elle a déjà été saisie : son numéro est pris.",
            do="Vérifiez le numéro. Pour la contrôler, choisissez « Seconde saisie ».",
        )
    return Answer.objects.get(uid=uid)


@transaction.atomic
def second(
    survey: Survey, version: Version, *, form: str, values: Mapping[str, str], by: User, at: datetime
) -> SecondEntry:
    """Store the second typing of a form, and return it: reconciled at once when both agree.

    Refused for a form never typed, typed twice already, or first typed with another version's questions.
    """
    check_run(by, survey.territory)
    answer = Answer.objects.select_for_update().filter(survey=survey, form=form).first() if form else None
    if answer is None:
        raise Refused(
            "La seconde saisie n’a pas été enregistrée.",
            why=f"La feuille n° {form or '…'} n’a pas encore de première saisie.",
            do="Vérifiez le numéro, ou choisissez « Première saisie ».",
        )
    if SecondEntry.objects.filter(answer=answer).exists():
        raise Refused(
            "La seconde saisie n’a pas été enregistrée.",
            why=f"La feuille n° {form} a déjà été saisie deux fois.",
            do="Passez à la feuille suivante.",
        )
    if answer.version_id != version.pk:
        raise Refused(
            "La seconde saisie n’a pas été enregistrée.",
            why=(
                f"La première est faite avec la version {answer.version.number} du questionnaire, celle-ci"
                f" avec la {version.number}."
            ),
            do=f"Choisissez la version {answer.version.number} au-dessus de la feuille.",
        )
    same = {k: v for k, v in answer.values.items() if v} == {k: v for k, v in values.items() if v}
    row = SecondEntry.objects.create(
        answer=answer, values=dict(values), typed_at=at, by=by, settled_at=at if same else None
    )
    journal.record(by=by, verb="answer.typed_twice", row=answer, at=at)
    return row


@transaction.atomic
def settle(survey: Survey, answer: Answer, seconds: Collection[str], *, by: User, at: datetime) -> Answer:
    """Settle the differences of a form, read again: `seconds` are the questions where the second typing is
    right.

    The answer then matches the form. Refused when there is nothing left to settle.
    """
    check_run(by, survey.territory)
    locked_answer = Answer.objects.select_for_update().get(pk=answer.pk, survey=survey)
    row = SecondEntry.objects.select_for_update().filter(answer=locked_answer, settled_at=None).first()
    if row is None:
        raise Refused(
            "La feuille n’a pas été modifiée.",
            why="Les deux saisies de cette feuille sont déjà d’accord.",
            do="Rechargez la liste des différences.",
        )
    values = dict(locked_answer.values)
    for name in seconds:
        if row.values.get(name, "") == values.get(name, ""):
            continue
        if row.values.get(name):
            values[name] = row.values[name]
        else:
            values.pop(name, None)
    locked_answer.values = values
    locked_answer.save(update_fields=["values"])
    row.settled_at = at
    row.save(update_fields=["settled_at"])
    journal.record(by=by, verb="answer.settled", row=locked_answer, at=at, words=", ".join(sorted(seconds)))
    return locked_answer
