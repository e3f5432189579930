"""Words of modules and words of the interface on one page, each marked with its own language."""

import re
from typing import Any

from django import template
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from maillage.apps.learning.queries import contents
from maillage.apps.learning.rules import SCRIPT_SENTENCES
from maillage.modules.format import Module
from maillage.words import languages
from maillage.words.languages import FRENCH

register = template.Library()
# A mail, alone or between signs, and a site: as `escape` writes them.
ADDRESS = re.compile(
    r"(?:&lt;)?[A-Za-z0-9][\w.+-]*@[\w.-]*\w(?:&gt;)?"
    r"|(?:https?://)?(?:[A-Za-z0-9-]+\.)+(?:example|fr|com|org|net)\b(?:/[\w./-]*\w)?",
    re.ASCII,
)


def _attributes(code: str, direction: str) -> SafeString:
    return format_html(' lang="{}" dir="{}"', code, direction)


FRENCH_ATTRIBUTES = _attributes(FRENCH, languages.LANGUAGES[FRENCH].direction)


@register.simple_tag(takes_context=True)
def text(context: template.Context, words: object) -> SafeString:
    """Write words of a module; those left in French inside a translation are marked as such."""
    tongue = context.get("tongue")
    if tongue and words in tongue.untranslated:
        return format_html("<span{}>{}</span>", FRENCH_ATTRIBUTES, words)
    return with_addresses(words)


@register.filter
def with_addresses(words: object) -> SafeString:
    """Write words with their addresses isolated, each left to right."""
    return mark_safe(ADDRESS.sub(r'<bdi dir="ltr">\g<0></bdi>', escape(words)))


@register.simple_tag(takes_context=True)
def words_language(context: template.Context, words: object) -> SafeString:
    """Write the attributes of an element whose name is words of a module left in French in a translation."""
    tongue = context.get("tongue")
    return FRENCH_ATTRIBUTES if tongue and words in tongue.untranslated else mark_safe("")


@register.simple_tag(takes_context=True)
def interface_language(context: template.Context) -> SafeString:
    """Write the attributes of interface words that stand inside a module written in another language."""
    tongue, reader = context.get("tongue"), languages.spoken()
    if reader.code == (tongue.language if tongue else FRENCH):
        return mark_safe("")
    return _attributes(reader.code, reader.direction)


@register.simple_tag(takes_context=True)
def module_language(context: template.Context) -> SafeString:
    """Write the attributes of an element that holds words of a module, when they are not in the language of
    the page.
    """
    tongue = context.get("tongue")
    if languages.spoken().code == (tongue.language if tongue else FRENCH):
        return mark_safe("")
    return _attributes(tongue.language, tongue.direction) if tongue else FRENCH_ATTRIBUTES


@register.simple_tag
def module_title(module: Module) -> SafeString:
    """Write the title of another module, in the reader's language where somebody translated it, alone or
    with the whole module.
    """
    return _translated(module, "title")


@register.simple_tag
def module_aim(module: Module) -> SafeString:
    """Write the aim of another module, in the reader's language where the module is translated."""
    return _translated(module, "aim")


def _translated(module: Module, name: str) -> SafeString:
    """Write a text of another module in a span with its language."""
    reader, french = languages.spoken(), getattr(module, name)
    tongue = contents.translated(module.id, reader.code)
    text = getattr(tongue.module, name) if tongue else languages.say(french)
    is_french = text in tongue.untranslated if tongue else text == french
    attributes = FRENCH_ATTRIBUTES if is_french else _attributes(reader.code, reader.direction)
    return format_html("<span{}>{}</span>", attributes, text)


@register.inclusion_tag("learning/_module_link.html")
def module_link(module: Module, *, progress: bool = True) -> dict[str, Any]:
    """Write the card that leads to a module, in the reader's language where the module is translated into it.

    progress: with its length, and how far this device went.
    """
    reader = languages.spoken()
    tongue = contents.translated(module.id, reader.code)
    card = tongue.module if tongue else module
    # A French aim under a title in the reader's language is a line that the reader cannot read.
    is_aim_read = card.aim not in tongue.untranslated if tongue else reader.is_french
    return {"m": card, "tongue": tongue, "is_aim_read": is_aim_read, "progress": progress}


@register.simple_tag(takes_context=True)
def same_language(context: template.Context, mark: str = "?") -> str:
    """Write what an address carries so that the next page is in the same language, when it was chosen for
    this module alone.
    """
    requested_language, reader = context["request"].GET.get("langue"), context["request"].language.code
    tongue = context.get("tongue")
    module_language_code = tongue.language if tongue else FRENCH
    is_module_alone = requested_language == module_language_code and requested_language != reader
    return f"{mark}langue={requested_language}" if is_module_alone else ""


@register.simple_tag
def script_sentences() -> SafeString:
    """Write the sentences that scripts say, by their French, for a page in another language."""
    if languages.spoken().is_french:
        return mark_safe("")
    by_french = {french: languages.say(french) for french in SCRIPT_SENTENCES}
    return template.defaultfilters.json_script(by_french, "phrases")
