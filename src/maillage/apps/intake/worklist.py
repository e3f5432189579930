"""What files of places ask of somebody today: those dropped and not imported yet."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.rules.worklist import DIRECTORY, MOST, Line
from maillage.apps.intake.queries import pending
from maillage.words.wording import count

IMPORTS = "directory.import"


def lines(user: Any, at: datetime) -> Iterable[Line]:
    """Return the files that wait to be read or imported, the latest first."""
    if not rights_of(user).any(IMPORTS):
        return
    for each in pending.everything(user)[:MOST]:
        yield Line(
            kind="pending-file",
            group=DIRECTORY,
            title=each.name,
            words=f"{count(each.n_rows, 'ligne')} déposées, pas encore importées.",
            since=timezone.localdate(datetime.fromisoformat(each.at)),
            url=reverse("import_waiting", args=[each.key]),
            gesture="Finir l’import",
            icon="upload",
        )
