"""The tab of the pictures: public, as the page of the territory."""

from django.urls import reverse

from maillage.apps.platform.accounts.models import Visitor
from maillage.words.languages import to_say


def tab(user: Visitor, place: str) -> tuple[str, str, str]:
    """Return the tab of the pictures on the pages of a territory."""
    return "images", to_say("Images à partager"), reverse("images", args=[place])
