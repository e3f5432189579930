"""The tab of the pictures: public, as the page of the territory."""

from typing import Any

from django.urls import reverse


def tab(user: Any, place: str) -> tuple[str, str, str]:
    """Return the tab of the pictures on the pages of a territory."""
    return "images", "Images à partager", reverse("images", args=[place])
