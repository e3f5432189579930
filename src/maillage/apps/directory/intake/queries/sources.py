"""Sources of places: how many each gives, when its file was last read, what waits of it."""

from django.db.models import Count, Max, Q, QuerySet

from maillage.apps.directory.intake.queries import pending
from maillage.apps.directory.intake.queries.pending import PendingFile
from maillage.apps.directory.places import rules
from maillage.apps.directory.places.models import Source
from maillage.apps.platform.accounts.models import Visitor

HISTORY = 30  # imports of a source named on its page


def sources() -> QuerySet[Source]:
    """Return the sources by name. n_lieux: their published places; last_at: their last import."""
    published = Count("lieux", filter=Q(lieux__state=rules.PUBLISHED), distinct=True)
    return Source.objects.annotate(n_lieux=published, last_at=Max("imports__started_at")).order_by("name")


def failing() -> QuerySet[Source]:
    """Return the sources whose file could not be read again, and which somebody wants read."""
    return Source.objects.exclude(address="").exclude(error=[]).order_by("read_at", "pk")


def pending_files(user: Visitor, source: Source) -> list[PendingFile]:
    """Return the files of a source that wait to be imported."""
    return [pending_file for pending_file in pending.everything(user) if pending_file.source == source.name]
