"""Versions of a questionnaire: one without answers is changed in place, any other makes a new one."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from maillage.apps.platform.accounts import actions as journal
from maillage.apps.platform.accounts.models import User
from maillage.apps.surveys.actions.write import check_run, lock
from maillage.apps.surveys.models import Survey, Version
from maillage.questionnaires.answering import check
from maillage.questionnaires.questionnaire import Questionnaire


@transaction.atomic
def write(survey: Survey, questionnaire: Questionnaire, *, by: User | None, at: datetime) -> Version:
    """Store a questionnaire as the survey's last version, and return it.

    In place while the survey is prepared and has no answer; else as a new version: devices may be using the
    former one. Unchanged, nothing is written. Refused when the questionnaire is inconsistent.
    """
    check_run(by, survey.territory)
    check(questionnaire)
    row = lock(survey)
    last = row.versions.first()
    number = 1 if last is None else last.number + (row.state != "draft" or last.answers.exists())
    definition = _plain({**questionnaire.data(), "version": str(number)})
    if last is not None and _plain({**last.definition, "version": ""}) == _plain(
        {**definition, "version": ""}
    ):
        return last
    if last is not None and last.number == number:
        last.definition, last.made_at, last.by = definition, at, by
        last.save(update_fields=["definition", "made_at", "by"])
        version = last
    else:
        version = Version.objects.create(survey=row, number=number, definition=definition, made_at=at, by=by)
    journal.record(by=by, verb="survey.written", row=row, at=at, words=f"version {number}")
    return version


def _plain(definition: Mapping[str, Any]) -> Any:
    """Return a definition as it comes back from JSON, where tuples are lists."""
    return json.loads(json.dumps(definition))
