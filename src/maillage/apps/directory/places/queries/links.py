"""Personal links: how a code is written, parsed however it is typed, what it opens and allows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from maillage.apps.directory.places.models import Lieu
from maillage.kernel import codes

STRUCTURE = "la structure"
# How the history tells what leaves the sheet itself as it was: a code was made, its structure was renamed.
LINK, RENAMED = "lien personnel", "structure renommée"
# What tells a place from another, and where it is: a person of the network looks before it changes.
AWAITED = (
    *("nom", "pivot", "adresse", "complement_adresse", "code_postal", "commune", "code_insee"),
    *("latitude", "longitude"),
)


@dataclass(frozen=True, slots=True)
class Closure:
    """Days when a place is closed, both included, and why."""

    first: date
    last: date
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Correction:
    """A structure's correction of its sheet. values: fields as the sheet stores them, None to withdraw one.

    practices: only those that changed, with their new state. rest: everything else on the sheet is confirmed
    as it is.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    practices: Mapping[str, str] = field(default_factory=dict)
    closure: Closure | None = None
    rhythm: int | None = None
    text: str = ""
    rest: bool = False


def by_code(text: str) -> Lieu | None:
    """Return the place that a code opens, None when it opens none; a merged place gives its survivor."""
    code = codes.read(text)
    lieu = Lieu.objects.select_related("structure", "source").filter(code=code).first() if code else None
    while lieu is not None and lieu.merged_into_id:
        lieu = Lieu.objects.select_related("structure", "source").get(pk=lieu.merged_into_id)
    return lieu
