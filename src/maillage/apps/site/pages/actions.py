"""Problems of the site: reported, settled, erased in time."""

from datetime import datetime, timedelta

from django.utils.http import url_has_allowed_host_and_scheme

from maillage.apps.site.pages.models import ProblemReport
from maillage.kernel.personal_links import masked

SETTLED_RETENTION = timedelta(days=30)  # time to take it back
RETENTION = timedelta(days=365)  # unread, it says nothing any more of today's site


def report(
    page: str, text: str, *, reach: str, at: datetime, language: str = "", proposed: str = ""
) -> ProblemReport:
    """Store the report on a page, once for as long as it waits: the page that thanks may be loaded
    again. page: its path, as the browser gave it; reach: '' when missing; language, proposed: of a
    sentence badly translated.
    """
    path = page.split("?", maxsplit=1)[0].split("#", maxsplit=1)[0].strip()
    is_own_path = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    fields = {
        "page": masked(path)[:300] if is_own_path else "",
        "text": text.strip(),
        "reach": reach.strip(),
        "language": language,
        "proposed": proposed.strip() if language else "",
    }
    same = ProblemReport.objects.filter(**fields, closed_at=None).first()
    return same or ProblemReport.objects.create(**fields, at=at)


def settle(row: ProblemReport, *, at: datetime) -> None:
    """Take a report off the list of those to read; settled once is settled."""
    ProblemReport.objects.filter(pk=row.pk, closed_at=None).update(closed_at=at)


def reopen(row: ProblemReport) -> None:
    ProblemReport.objects.filter(pk=row.pk).update(closed_at=None)


def forget_old(at: datetime) -> int:
    """Erase what was settled a month ago, and what nobody read in a year; return how many."""
    settled = ProblemReport.objects.filter(closed_at__lte=at - SETTLED_RETENTION).delete()[0]
    return settled + ProblemReport.objects.filter(at__lte=at - RETENTION).delete()[0]
