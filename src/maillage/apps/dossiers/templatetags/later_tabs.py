"""The tabs of a territory that features above this one bring."""

from collections.abc import Callable
from typing import Any

from django import template

from maillage.apps.platform.accounts.models import Visitor
from maillage.web.hooks import Hook

# Tabs of the rooms above: a user and a place give an identifier, words and an address.
TABS: Hook[Callable[[Visitor, str], tuple[str, str, str] | None]] = Hook()
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
    return [tab for tab_of in TABS if (tab := tab_of(request.user, place))]
