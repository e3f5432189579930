"""The tab of the indicators: public, as every figure in it is protected."""

from typing import Any

from django.urls import reverse


def tab(user: Any, place: str) -> tuple[str, str, str]:
    """Return the tab of the indicators on the pages of a territory."""
    return "indicateurs", "Indicateurs", reverse("indicators", args=[place])
