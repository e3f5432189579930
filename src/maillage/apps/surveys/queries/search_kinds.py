"""Search entries of surveys: those that one runs."""

from django.urls import reverse

from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.platform.search.rules import Hit, SearchKind
from maillage.apps.surveys import access
from maillage.apps.surveys.models import Survey


def _hit(row: Survey, user: Visitor) -> Hit:
    return Hit(row.title, row.get_state_display(), reverse("survey", args=[row.pk]))


SEARCH_KINDS = (
    SearchKind(
        id="enquetes",
        label="Enquêtes",
        icon="clipboard-check",
        model="surveys.survey",
        rows=access.surveys_for,
        indexed=Survey.objects.all,
        words=lambda row: (row.title, f"{row.aim} {row.universe}"),
        hit=_hit,
    ),
)
