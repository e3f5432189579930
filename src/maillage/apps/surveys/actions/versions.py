"""The versions of a questionnaire: the one nobody answered is changed in place, any other makes a new one."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from maillage.apps.accounts import actions as journal
from maillage.apps.accounts.models import User
from maillage.apps.surveys.actions.write import check_run, held
from maillage.apps.surveys.models import Survey, Version
from maillage.reference.answering import check
from maillage.reference.questionnaire import Questionnaire


@transaction.atomic
def write(survey: Survey, questionnaire: Questionnaire, *, by: User | None, at: datetime) -> Version:
    """Keep a questionnaire as the survey's last version, and return it.

    In place while the survey is prepared and nobody answered; else as a new version: devices may already ask the former one.
    Unchanged, it stays as it is. Refused when the questionnaire does not hold together.
    """
    check_run(by, survey.territory)
    check(questionnaire)
    row = held(survey)
    last = row.versions.first()
    number = 1 if last is None else last.number + (row.state != "draft" or last.answers.exists())
    definition = _plain({**questionnaire.data(), "version": str(number)})
    if last is not None and _plain({**last.definition, "version": ""}) == _plain({**definition, "version": ""}):
        return last
    if last is not None and last.number == number:
        last.definition, last.made_at, last.by = definition, at, by
        last.save(update_fields=["definition", "made_at", "by"])
        made = last
    else:
        made = Version.objects.create(survey=row, number=number, definition=definition, made_at=at, by=by)
    journal.record(by=by, verb="survey.written", row=row, at=at, words=f"version {number}")
    return made


def _plain(definition: Mapping[str, Any]) -> Any:
    """Return a definition as JSON reads it back: tuples are lists there."""
    return json.loads(json.dumps(definition))
