"""The automatic tasks: papers past their date are erased, files that nothing names are removed."""

from collections import Counter
from contextlib import suppress
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from maillage.apps.people.documents import queries, rules
from maillage.apps.people.documents.actions import storing
from maillage.apps.people.documents.models import Paper
from maillage.kernel.errors import Refused


def run_deadlines(*, at: datetime) -> Counter[str]:
    """Erase the papers whose date is past, or that no structure keeps any more; return how many, and how many
    files were left behind.
    """
    done: Counter[str] = Counter()
    today = timezone.localdate(at)
    is_expired = Q(expires_on__lt=today) | Q(structure__isnull=True)
    for row in Paper.objects.filter(is_expired, erased_at=None).select_related("person"):
        with suppress(Refused):  # erased meanwhile
            how = rules.EXPIRED if row.expires_on < today else rules.NOBODY
            storing.erase(row, by=None, at=at, how=how)
            done["papiers_effaces"] += 1
    done["fichiers_orphelins"] = sweep(at=at)
    return done


def sweep(*, at: datetime) -> int:
    """Remove the files that no paper names, once they are old enough not to be on their way; return how
    many.
    """
    if not queries.folder().is_dir():
        return 0
    before = (at - rules.orphan_age()).timestamp()
    old = [path for path in queries.folder().iterdir() if path.is_file() and path.stat().st_mtime < before]
    named = set(
        Paper.objects.filter(name__in=[path.name for path in old], erased_at=None).values_list(
            "name", flat=True
        )
    )
    orphans = [path for path in old if path.name not in named]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)
