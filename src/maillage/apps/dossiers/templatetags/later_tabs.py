"""The tabs of a territory that features above this one bring (`settings.TERRITORY_TABS`)."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.module_loading import import_string

register = template.Library()


@register.simple_tag(takes_context=True)
def later_tabs(context: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the tabs that other features bring to the territory of a page: (id, words, address)."""
    return tabs_of(context, context.get("place", ""))


@register.simple_tag(takes_context=True)
def tabs_of(context: dict[str, Any], place: str) -> list[tuple[str, str, str]]:
    """Return the tabs that other features bring to a territory, as the user of a page sees them."""
    request = context.get("request")
    if request is None or not place:
        return []
    return [tab for path in settings.TERRITORY_TABS if (tab := import_string(path)(request.user, place))]
