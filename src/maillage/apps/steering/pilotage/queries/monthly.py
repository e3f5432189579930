"""The activity report of a month, as the PDF that goes with its e-mail."""

import re
from datetime import date, timedelta

from maillage.apps.platform.accounts.models import User
from maillage.apps.steering.pilotage import access
from maillage.apps.steering.pilotage.models import MonthlyReport
from maillage.apps.steering.pilotage.queries import activity_report
from maillage.publishing.page import pdf
from maillage.publishing.territory import activity as report_words

KEY = re.compile(r"rapport-du-mois-(\d+)-(\d{4})-(\d{2})")


def key(user: User, month: date) -> str:
    """Return the key of the message about a month, by its first day."""
    return f"rapport-du-mois-{user.pk}-{month:%Y-%m}"


def attachment(message_key: str, on: date) -> tuple[str, bytes, str] | None:
    """Return the name, the content and the type of the file that goes with a message, written when it leaves:
    nothing waits in the outbox. None for another message, and for an account that chose it no more, or no
    longer reads any structure.
    """
    match = KEY.fullmatch(message_key)
    if match is None:
        return None
    number, year, month = map(int, match.groups())
    chosen = MonthlyReport.objects.filter(user=number, user__is_active=True).select_related("user").first()
    structures = access.structures_of(chosen.user) if chosen else []
    if not structures:
        return None
    since = date(year, month, 1)
    until = (since + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    title = structures[0].name if len(structures) == 1 else ""
    report = activity_report.latest(structures, since=since, until=until, title=title)
    content = pdf.dossier(report_words.document(report, on=on), on=on)
    return f"activite-{since:%Y-%m}.pdf", content, "application/pdf"
