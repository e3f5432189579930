"""The tabs of a territory that features above this one bring (`settings.TERRITORY_TABS`)."""

from typing import Any

from django import template
from django.conf import settings
from django.utils.module_loading import import_string

register = template.Library()


@register.simple_tag(takes_context=True)
def later_tabs(context: dict[str, Any]) -> list[tuple[str, str, str]]:
    """Return the tabs that other features bring to the territory of a page: (id, words, address)."""
    request, place = context.get("request"), context.get("place", "")
    if request is None or not place:
        return []
    return [tab for path in settings.TERRITORY_TABS if (tab := import_string(path)(request.user, place))]
