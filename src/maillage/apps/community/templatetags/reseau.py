"""Parts of the network for pages of any feature: the discussion under an object, resources beside it."""

from typing import Any

from django import template

from maillage.apps.community import access
from maillage.apps.community.queries import discussions, related_resources
from maillage.apps.platform.accounts.access import rights_of

register = template.Library()


@register.inclusion_tag("community/discussions/_of.html", takes_context=True)
def discussion(context: template.Context, kind: str, row: int) -> dict[str, Any]:
    """Return the context of the discussion of a page; empty for a reader outside the network."""
    user = context["request"].user
    if not rights_of(user).any(*access.MEMBERS):
        return {"kind": ""}
    n_questions, unanswered = discussions.count_of(kind, row)
    return {"kind": kind, "row": row, "asked": n_questions, "unanswered": unanswered}


@register.inclusion_tag("community/_beside.html", takes_context=True)
def resources_beside(context: template.Context, about: str, *keys: str) -> dict[str, Any]:
    """Return the shared resources that fit what a page is about: `about` says of what its keys are, among
    those of `queries.related_resources.THEMES`; nothing for who is not of the network.
    """
    user = context["request"].user
    if not rights_of(user).any(*access.MEMBERS):
        return {"rows": []}
    rows = related_resources.for_page(about, [str(key) for key in keys])
    return {"rows": rows, "id": "-".join((about, *map(str, keys)))}
