"""What the pages of a module in another language may call: which words are in it, which are left in
French.
"""

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from maillage.words.languages import FRENCH

register = template.Library()
LEFT = mark_safe(' lang="fr" dir="ltr"')


@register.simple_tag(takes_context=True)
def text(context: template.Context, words: object) -> SafeString:
    """Return words of a module; on a page in another language, those left in French are marked as such."""
    tongue = context.get("tongue")
    if tongue and words in tongue.left:
        return format_html("<span{}>{}</span>", LEFT, words)
    return escape(words)


@register.simple_tag(takes_context=True)
def in_french(context: template.Context) -> SafeString:
    """Return the attributes of words of ours on a page in another language."""
    return LEFT if context.get("tongue") else mark_safe("")


@register.simple_tag(takes_context=True)
def in_its_language(context: template.Context, first: str = "") -> SafeString:
    """Return the attributes of what holds the words of a module."""
    tongue = context.get("tongue")
    return format_html(' lang="{}" dir="{}"', tongue.language, tongue.direction) if tongue else mark_safe("")


@register.simple_tag(takes_context=True)
def same_language(context: template.Context, mark: str = "?") -> str:
    """Return what an address carries so that the next page is in the same language, chosen for this module or
    for all pages.
    """
    tongue, request = context.get("tongue"), context["request"]
    if tongue is None and request.GET.get("langue") != FRENCH:
        return ""
    return f"{mark}langue={tongue.language if tongue else FRENCH}"
