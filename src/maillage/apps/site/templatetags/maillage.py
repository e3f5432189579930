"""The tags and filters of templates: icons, strong words, terms of the glossary."""

import re
from collections.abc import Iterable, Mapping, Sized
from datetime import datetime
from functools import cache
from urllib.parse import parse_qsl, quote

from django import template
from django.conf import settings
from django.core.signing import Signer
from django.template import defaultfilters, defaulttags
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.templatetags import tz
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils import translation
from django.utils.html import conditional_escape, escape, format_html, format_html_join
from django.utils.safestring import SafeData, SafeString, mark_safe

from maillage.apps.accounts.access import OWNER
from maillage.apps.directory.queries import places
from maillage.apps.territories.queries import ZoneAreas
from maillage.kernel.personal_links import masked
from maillage.reference import clocks
from maillage.reference.files import ASSETS
from maillage.reference.glossary import terms
from maillage.reports.page import drawings
from maillage.reports.page.charts import hatch
from maillage.reports.page.logo import logo as mark
from maillage.words import languages, wording
from maillage.words import rich as rich_text

MOST_STROKES = 30
register = template.Library()
register.filter("spaced", wording.spaced)


class PageNode(URLNode):
    """The address of a page that takes nothing: found once by a process, where a frame names eighty."""

    def render(self, context: template.Context) -> str:
        site = get_urlconf() or settings.ROOT_URLCONF
        try:
            address = _page(self.view_name.resolve(context), site, get_script_prefix())
        except NoReverseMatch:
            if self.asvar is None:
                raise
            address = ""
        if self.asvar:
            context[self.asvar] = address
            return ""
        return address


class TokenNode(defaulttags.CsrfTokenNode):
    """The token of a form, and the account that its page is shown to: what is typed comes back to nobody else
    (`config/interrupted_posts.py`).
    """

    def render(self, context: template.Context) -> str:
        user = getattr(context.get("request"), "user", None)
        if user is None or not user.is_authenticated:
            return super().render(context)
        owner = Signer(salt=OWNER).sign(user.pk)
        return super().render(context) + format_html(
            '<input type="hidden" name="{}" value="{}">', OWNER, owner
        )


@register.tag
def csrf_token(parser: Parser, token: Token) -> TokenNode:
    """Return the node of the hidden fields of a form that is posted."""
    return TokenNode()


@register.tag
def url(parser: Parser, token: Token) -> URLNode:
    """Return the node that writes an address, as Django's own tag does."""
    node = defaulttags.url(parser, token)
    if node.args or node.kwargs:
        return node
    return PageNode(node.view_name, [], {}, node.asvar)


@cache
def _page(name: str, site: str, prefix: str) -> str:
    """Return the address of a page of a site; prefix: where the site is served."""
    return conditional_escape(reverse(name))


@register.filter
def typeset(value: object) -> object:
    """Return a text that a page is given, whose quotes and units end no line alone; markup and anything else
    as it is. The loader of templates asks for it of every value that is read as words.
    """
    return wording.cohesive(value) if type(value) is str else value


TYPED = re.compile(f"{languages.TYPED}([^{languages.POP}]*){languages.POP}")
POINTING = ("arrow-left", "arrow-right", "chevron-right", "log-in", "log-out", "send", "list")  # mirrored


@cache
def _icon(name: str) -> str:
    text = (ASSETS / "icons" / f"{name}.svg").read_text("utf-8")
    body = text[text.index(">", text.index("<svg")) + 1 :]
    turns = " sens" if name in POINTING else ""
    # A size of its own: a browser too old for our style sheets would draw it as wide as its screen.
    size = 'width="20" height="20" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
    return f'<svg class="icone{turns}" {size} aria-hidden="true" focusable="false">{body}'


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon of ours, always beside a word."""
    return mark_safe(_icon(name))


@register.simple_tag
def drawing(name: str) -> SafeString:
    """Return a drawing of ours, always beside its words; the page asks for `site/dessins.css`."""
    return mark_safe(
        drawings.read(name).replace("<svg", '<svg class="dessin" aria-hidden="true" focusable="false"', 1)
    )


@register.simple_tag
def logo() -> SafeString:
    return mark_safe(mark().replace("<svg", '<svg width="32" height="32"', 1))


@register.simple_tag
def hatching() -> SafeString:
    """Return the pattern that means “possible”, once a page."""
    return mark_safe(
        f'<svg class="fig hors" width="0" height="0" aria-hidden="true"><defs>{hatch("rayures")}</defs></svg>'
    )


@register.filter
def strokes(n: int) -> SafeString:
    """Return a small stitch for each of a count of votes, 30 at most: the number is written beside."""
    drawn = min(n, MOST_STROKES)
    path = "".join(
        f"M{12 * k + 1} 1c0 6 1 9 4 10 3-1 4-4 4-10-3 1-4 3-4 6 0-3-1-5-4-6Z" for k in range(drawn)
    )
    return mark_safe(
        f'<svg viewBox="0 0 {12 * drawn} 12" width="{12 * drawn}" height="12" aria-hidden="true">'
        f'<path d="{path}"/></svg>'
    )


@register.filter
def in_words(text: str, lead: str = "") -> str:
    """Return a range of a table as a sentence says it."""
    return wording.in_words(text, lead)


@register.filter
def of(name: object) -> str:
    """Return « de » before the name of somebody, of a place or of a structure."""
    return wording.of(str(name))


@register.filter
def at(name: object) -> str:
    """Return « à » before the name of somebody, of a place or of a structure."""
    return wording.at(str(name))


@register.filter
def full_stop(text: str) -> str:
    """Return a title that opens a sentence, closed by a full stop where no mark of its own ends it."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


@register.filter
def elision(name: object, word: str) -> str:
    """Return a word that ends in e, « que » say, before a name."""
    return wording.elision(word, str(name))


PHONE = re.compile(r"(?<!\d)0[1-9](?:[ \u00a0]\d\d){4}(?!\d)")


@register.filter
def with_phones(text: str) -> SafeString:
    """Return a sentence in which a French telephone number calls when it is touched."""
    pieces, end = [], 0
    for number in PHONE.finditer(text):
        dialled = "+33" + "".join(filter(str.isdigit, number[0]))[1:]
        pieces.append(escape(text[end : number.start()]))
        pieces.append(format_html('<a href="tel:{}">{}</a>', dialled, number[0]))
        end = number.end()
    return mark_safe("".join([*pieces, escape(text[end:])]))


@register.filter
def rich(text: str) -> SafeString:
    return SafeString(rich_text.html(text))


@register.simple_tag
def spoken() -> languages.Language:
    return languages.spoken()


@register.simple_tag(name="languages")
def all_languages() -> list[languages.Language]:
    return list(languages.LANGUAGES.values())


@register.simple_tag(takes_context=True)
def in_another(context: template.Context, code: str) -> str:
    """Return the address of this page in another language."""
    query = context["request"].GET.copy()
    query["lang"] = code
    return f"?{query.urlencode()}"


@register.simple_tag
def contact() -> str:
    """Return the e-mail of who keeps this installation, '' when they gave none."""
    return str(settings.CONTACT)


@register.simple_tag(takes_context=True)
def problem_link(context: template.Context) -> str:
    """Return where a problem of this page is told; a page opened by a personal link is not named whole."""
    request = context.get("request")
    page = f"?page={quote(masked(request.path))}" if request is not None else ""
    return f"{reverse('problem_report')}{page}"


@register.simple_tag(name="trans")
def translated(
    text: str, plural: str = "", language: languages.Language | None = None, **values: object
) -> SafeString:
    """Return a sentence of ours in the language of the page, or in another. One written in the template may
    hold marks; a
    value may not."""
    if language is not None:
        with languages.speaking(language.code):
            return translated(text, plural, **values)
    if not isinstance(text, SafeData):
        return escape(_in_language(text, plural, values))
    return mark_safe(
        _in_language(
            text, plural, {k: v if isinstance(v, int) else conditional_escape(v) for k, v in values.items()}
        )
    )


@register.filter(name="trans")
def translated_words(text: str) -> str:
    """Return words of ours in the language of the page; those of a person, that no catalogue holds, as
    they are.
    """
    words = _in_language(text, "", {})
    return mark_safe(words) if isinstance(text, SafeData) else words


def _in_language(text: str, plural: str, values: Mapping[str, object]) -> str:
    words = languages.say(text, plural, **values)
    return wording.spaced(words) if languages.spoken().is_french else words


@register.simple_tag
def french() -> SafeString:
    """Return the attributes of an element that stays in French on a page of another language."""
    return mark_safe("" if languages.spoken().is_french else ' lang="fr" dir="ltr"')


@register.filter(name="french")
def untranslated(text: object) -> str:
    """Return words that stay in French, marked as such on a page of another language: a name, an address,
    a telephone.
    """
    if languages.spoken().is_french or not text:
        return str(text)
    return format_html('<bdi lang="fr" dir="ltr">{}</bdi>', text)


@register.filter
def our_words(text: str) -> str:
    """Return words of ours in the language of the page; marked as French when no catalogue holds them:
    those of an error.
    """
    words = _in_language(text, "", {})
    return untranslated(words) if words == text else words


@register.filter
def mixed(text: str) -> str:
    """Return a sentence whose parts in French, kept apart by `typed`, are marked as such."""
    if languages.spoken().is_french:
        return text
    return mark_safe(TYPED.sub(r'<bdi lang="fr" dir="ltr">\1</bdi>', conditional_escape(text)))


@register.filter
def proposals(names: Iterable[object] | None) -> SafeString:
    """Return the choices that a field proposes as one types, hundreds of them, written at once."""
    return mark_safe("".join(f'<option value="{escape(str(name))}"></option>\n' for name in names or ()))


@register.filter
def drawn(svg: str) -> SafeString:
    """Return a drawing made by reports, which escapes every word it writes."""
    return mark_safe(svg)


FIRST = re.compile(r"(?<!\d)1 (?=[^\W\d]{3})")  # the first of a month, not one o’clock (« 1 h »)
ON_THE_HOUR = re.compile(r"(?<=\d[ \u00a0]h)[ \u00a0]00\b")


@register.filter(name="date", expects_localtime=True)
def dated(value: object, arg: str | None = None) -> str:
    """Return a date as Django writes it; in French, the first of a month is « 1er », ten o’clock « 10 h »."""
    date_text = str(defaultfilters.date(value, arg))
    if translation.get_language() != languages.FRENCH:
        return date_text
    return ON_THE_HOUR.sub("", FIRST.sub("1er ", date_text, count=1))


@register.filter
def place_time(moment: datetime, commune: str) -> datetime:
    """Return a moment in the time of its place, which `date` writes as it is. commune: code of the place."""
    return tz.do_timezone(moment, clocks.zone(commune))


@register.filter
def contact_text(value: str) -> str:
    """Return how to reach somebody, as one reads it: a telephone by pairs of digits, an e-mail as it is.

    >>> contact_text("+33612345678").replace(chr(160), " "), contact_text("x@exemple.fr")
    ('06 12 34 56 78', 'x@exemple.fr')
    """
    return places.phones({"telephone": [value]})[0].words if value.startswith("+") else value


@register.filter
def pluralize(value: object, arg: str = "s") -> str:
    """Return the ending that a count asks for, as French does: the plural begins at two, nothing is
    singular.
    """
    try:
        many = abs(float(value)) >= 2  # type: ignore[arg-type]
    except (TypeError, ValueError):
        many = len(value) >= 2 if isinstance(value, Sized) else False
    return defaultfilters.pluralize(2 if many else 1, arg)


@register.filter
def get(mapping: dict[str, object], key: str) -> object:
    return mapping.get(key)


@register.simple_tag
def term(key: str, words: str = "") -> SafeString:
    """Return words that open their definition: a link to the glossary, a bubble where the browser allows."""
    definition = terms()[key]
    return format_html(
        '<a class="terme" href="/glossaire/#{}" data-definition="{}">{}</a>',
        key,
        definition.definition,
        words or definition.term.lower(),
    )


@register.filter
def figure(value: object) -> str:
    """Return a number, or several, as written in French."""
    if isinstance(value, list | tuple):
        return " ; ".join(figure(each) for each in value)
    if not isinstance(value, int | float):
        return str(value)
    decimals = len(f"{value:.4f}".rstrip("0").split(".")[1])
    return wording.number(value, decimals)


@register.filter
def weight_of(size: int) -> str:
    """Return the size of a file in words."""
    return f"{size / 1_000_000:.1f} Mo".replace(".", ",") if size > 900_000 else f"{max(size // 1000, 1)} ko"


@register.simple_tag(takes_context=True)
def keep(context: template.Context, *replaced: str) -> SafeString:
    """Return the hidden fields that keep what a page was asked, but for the names that a form asks again."""
    pairs = parse_qsl(context.get("query", ""))
    retained = [(name, value) for name, value in pairs if not any(name.startswith(each) for each in replaced)]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', retained)


@register.simple_tag(takes_context=True)
def address(context: template.Context, name: str, value: str, *dropped: str) -> str:
    """Return the address of this page with one parameter changed, and others dropped; "" takes it off."""
    query_params = context["request"].GET.copy()
    for each in (name, *dropped):
        query_params.pop(each, None)
    if value:
        query_params[name] = value
    return f"?{query_params.urlencode()}"


@register.simple_tag
def area_words(areas: ZoneAreas, code: str) -> str:
    """Return the words on a zone and a kind of area (QPV), "" when it holds none."""
    return areas.words(code)


@register.simple_tag
def swatch(*kind: object) -> SafeString:
    """Return the small square of a legend. kind: the parts of its class of style, or "hachures"."""
    name = "".join(str(part) for part in kind)
    hatch = "".join(
        f'<path class="{each}" d="M-2 12L12 -2"/>' for each in ("motif-doute", "motif-doute-trait")
    )
    return format_html(
        '<svg class="fig carre" width="16" height="16" viewBox="0 0 10 10" aria-hidden="true">'
        '<rect class="{}" width="10" height="10"/>{}</svg>',
        "m1" if name == "hachures" else name,
        mark_safe(hatch if name == "hachures" else ""),
    )


@register.simple_tag(takes_context=True)
def sort_header(context: template.Context, key: str, words: str) -> SafeString:
    """Return the header of a column that sorts, keeping what the page was asked."""
    chosen = context["sort"] == key
    rises = key in ("nom", "precarite")
    retained = [("carte", context["layer"]), ("zones", "toutes" if context["whole"] else "")]
    address = "&".join(
        [part for part in (context["query"],) if part]
        + [f"tri={key}"]
        + [f"{k}={v}" for k, v in retained if v]
    )
    return format_html(
        '<th scope="col"{}{}><a href="?{}#zones">{}{}</a></th>',
        mark_safe("" if rises else ' class="droite"'),
        mark_safe(f' aria-sort="{"ascending" if rises else "descending"}"' if chosen else ""),
        address,
        words,
        mark_safe(" " + _icon("arrow-up" if rises else "arrow-down")) if chosen else "",
    )
