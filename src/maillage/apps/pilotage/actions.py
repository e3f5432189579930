"""Freezing an edition of a report: its files kept as they are handed in, their digest in the journal."""

from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from maillage.apps.accounts.models import User
from maillage.apps.dossiers import queries as dossiers
from maillage.apps.dossiers.actions import seal_edition
from maillage.apps.dossiers.models import Study
from maillage.apps.pilotage.queries import reports
from maillage.reports.page import folder
from maillage.reports.territory.fingerprint import fingerprint


def freeze(study: Study, report: str, name: str, *, by: User, at: datetime) -> Path:
    """Write a report on the territory of a study in each form it has, under the name of an edition, and
    return its folder. Refused when that name is taken: what was frozen is never written again.
    """
    frozen = folder.edition_folder(Path(settings.HOME), study.place, report, folder.edition_name(name))
    if folder.holds_anything(frozen):
        raise folder.taken(frozen)  # said before it is written, which takes seconds
    on = timezone.localdate(at)
    files = {f"{report}.{form}": content for form, content in reports.whole(study, report, on).items()}
    about = fingerprint(dossiers.reading(study), report, on=on, edition=frozen.name)
    folder.freeze(frozen, files, about)
    seal_edition(frozen, by=by, at=at)
    return frozen
