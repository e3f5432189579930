"""Files of addresses: the bases of this installation, the file being loaded, the areas without one."""

import json
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Lieu
from maillage.apps.directory.places.queries.places import located
from maillage.sources.offer import addresses
from maillage.sources.offer.clean import commune

RUNNING, DONE, FAILED = "running", "done", "failed"
MOST_AREAS = 12  # départements without a base that the page names


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """The last file of addresses dropped on the site. share: of the file that is read, from 0 to 1; error:
    its three sentences; note: the first line refused, "" when none is.
    """

    name: str = ""
    status: str = ""
    share: float = 0.0
    n: int = 0
    error: tuple[str, ...] = ()
    note: str = ""

    @property
    def is_alive(self) -> bool:
        return self.status == RUNNING


def folder() -> Path:
    """Return the folder of the bases."""
    return Path(settings.HOME) / addresses.FOLDER


def loading() -> Loading:
    """Return the progress of the last file dropped."""
    with suppress(OSError, ValueError):
        return Loading(**json.loads((folder() / "avancement.json").read_text("utf-8")))
    return Loading()


def bases() -> list[addresses.Base]:
    """List the bases of this installation."""
    return addresses.bases(folder())


def missing_areas() -> list[tuple[str, int]]:
    """List the départements without a base that have published lieux at the centre of their commune, and the
    number of these lieux, the most first.
    """
    known = {code for base in bases() for code in base.departements}
    published = Lieu.objects.filter(state=rules.PUBLISHED).exclude(code_insee="")
    unplaced = published.exclude(pk__in=published.filter(located()).values("pk"))
    n_by_area = Counter(commune.departement(code) for code in unplaced.values_list("code_insee", flat=True))
    return [(area, n) for area, n in n_by_area.most_common() if area not in known][:MOST_AREAS]
