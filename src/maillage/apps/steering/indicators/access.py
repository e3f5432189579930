"""The tab of the indicators: public, as every figure in it is protected."""

from django.urls import reverse

from maillage.apps.platform.accounts.models import Visitor
from maillage.words.languages import to_say


def tab(user: Visitor, place: str) -> tuple[str, str, str]:
    """Return the tab of the indicators on the pages of a territory."""
    return "indicateurs", to_say("Indicateurs"), reverse("indicators", args=[place])
