"""The rights to report a problem of the site, and to read the reports."""

from django.http import HttpRequest

from maillage.apps.platform.accounts.access import once_more

RUN = "network.run"  # of the administration of the platform
PROBLEMS_AN_HOUR = 10  # from one connection


def may_report(request: HttpRequest) -> bool:
    """Return True if a visitor may report one more problem this hour."""
    return once_more(request, "problemes", PROBLEMS_AN_HOUR)
