"""Freezing an edition of a report: its files kept as they are handed in, their digest in the journal."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from maillage.apps.accounts.models import User
from maillage.apps.dossiers.actions import seal_edition
from maillage.apps.dossiers.models import Study
from maillage.apps.pilotage.queries import reports
from maillage.reports.page import folder


def freeze(study: Study, report: str, name: str, *, by: User, at: datetime) -> Path:
    """Write a report on the territory of a study in each form it has, under the name of an edition, and
    return its folder. Refused when that name is taken: what was frozen is never written again.
    """
    frozen = folder.edition_folder(Path(settings.HOME), study.place, report, folder.edition_name(name))
    if folder.is_taken(frozen):
        raise folder.taken(frozen)  # said before it is written, which takes seconds
    about, files = reports.whole(study, report, timezone.localdate(at), name=frozen.name)
    folder.freeze(frozen, files, about)
    seal_edition(frozen, by=by, at=at)
    return frozen
