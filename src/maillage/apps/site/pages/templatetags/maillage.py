"""The tags and filters of templates: icons, strong words, terms of the glossary."""

import re
from collections.abc import Callable, Iterable, Mapping, Sized
from contextlib import suppress
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
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

from maillage.apps.directory.places.queries import places
from maillage.apps.platform.accounts.access import OWNER
from maillage.apps.territories.queries import ZoneAreas
from maillage.kernel.personal_links import masked
from maillage.modules.format import Module
from maillage.publishing.page import drawings
from maillage.publishing.page.blocks import UNSURE_SWATCH
from maillage.publishing.page.charts import hatch
from maillage.publishing.page.logo import logo as mark
from maillage.reference import clocks
from maillage.reference.files import ASSETS
from maillage.reference.glossary import terms
from maillage.web.recordings import book_address
from maillage.words import languages, wording
from maillage.words import rich as rich_text
from maillage.words.languages import to_say

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
    (`manage/requests/interrupted_posts.py`).
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


register.simple_tag(languages.comma)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon of ours, always beside a word."""
    return mark_safe(_icon(name))


@register.inclusion_tag("site/_table_forms.html")
def table_forms(*address: str) -> dict[str, str]:
    """Return the other forms of a table, beside the link of its CSV. address: its pieces, query included."""
    joined = "".join(address).rstrip("?&")
    return {"address": f"{joined}{'&' if '?' in joined else '?'}tableur="}


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


class Door(NamedTuple):
    """One of the four entries of the public menu. is_open: the page is behind it."""

    label: str
    icon: str
    address: str
    is_open: bool


# The page that a door opens, and how the addresses behind it begin.
DOORS = (
    (
        to_say("Être aidé"),
        "hand-helping",
        "find",
        ("/carte/", "/lieux/", "/ateliers/", "/aider-un-proche/", "/bilan/", "/connexions/", "/coffres/"),
    ),
    (to_say("Apprendre"), "graduation-cap", "learning", ("/apprendre/",)),
    (to_say("Ma carte"), "id-card", "card", ("/ma-carte/",)),
    (
        to_say("Chiffres"),
        "chart-column",
        "search",
        ("/territoires/", "/verifier/", "/comparer/", "/galerie/", "/methodes/", "/sources/", "/donnees/"),
    ),
)


@register.simple_tag(takes_context=True)
def doors(context: template.Context) -> list[Door]:
    """Return the entries of the public menu."""
    path = context["request"].path
    return [
        Door(label, icon_name, reverse(page), path.startswith(behind))
        for label, icon_name, page, behind in DOORS
    ]


class Tool(NamedTuple):
    """An entry of the menu of the space. behind: how the addresses behind it begin; rank: its place among
    those that a phone keeps under the thumb; may_use: who has it, by their rights.
    """

    label: str
    icon: str
    page: str
    behind: tuple[str, ...]
    rank: int
    may_use: Callable[[Mapping[str, bool]], bool]


BOOKED = ("/espace/rendez-vous/", "/espace/apprendre/")
N_TOOLS_IN_BAR = 2  # between the page of the day and the search
TOOLS = (
    Tool(
        "Personnes",
        "users",
        "people",
        ("/espace/personnes/", "/espace/bilans/", "/espace/mandats/", "/espace/papiers/"),
        1,
        lambda may: may["people"],
    ),
    Tool(
        "Orientations",
        "send",
        "orientations",
        ("/espace/orientations/",),
        2,
        lambda may: may["people"] or may["orientations_answer"],
    ),
    Tool(
        "Ateliers",
        "calendar",
        "workshops_space",
        ("/espace/ateliers/", *BOOKED),
        3,
        lambda may: may["workshops_manage"],
    ),
    Tool(
        "Rendez-vous",
        "calendar",
        "appointments",
        BOOKED,
        3,
        lambda may: may["people"] and not may["workshops_manage"],
    ),
    Tool(
        "Enquêtes",
        "clipboard-check",
        "surveys",
        ("/espace/enquetes/",),
        6,
        lambda may: may["surveys_run"] and not may["network_run"],
    ),
    Tool(
        "Territoires",
        "map",
        "search",
        ("/territoires/",),
        5,
        lambda may: may["territory_edit"] or may["measures_see"],
    ),
    Tool(
        "Annuaire",
        "list",
        "directory",
        ("/espace/annuaire/", "/espace/recensement/"),
        4,
        lambda may: may["directory_edit"] and not may["people"],
    ),
    Tool("Réseau", "share-2", "network", ("/espace/reseau/",), 7, lambda may: may["network"]),
    Tool(
        "Installation",
        "wrench",
        "installation",
        ("/espace/installation/",),
        0,
        lambda may: may["network_run"],
    ),
)


@register.simple_tag(takes_context=True)
def tools(context: template.Context, *, in_bar: bool = False) -> list[Door]:
    """Return the entries of the menu of the space for its reader; in_bar: those that a phone keeps."""
    path, may = context["request"].path, template.Variable("may").resolve(context)
    role_tools = [tool for tool in TOOLS if tool.may_use(may)]
    if in_bar:
        role_tools = sorted(role_tools, key=lambda tool: tool.rank)[:N_TOOLS_IN_BAR]
    entries = []
    for tool in role_tools:
        with suppress(NoReverseMatch):  # a site of another country has not every feature
            entries.append(Door(tool.label, tool.icon, reverse(tool.page), path.startswith(tool.behind)))
    return entries


@register.simple_tag(takes_context=True)
def recordings(context: template.Context) -> str:
    """Return the address of the recordings of a page, '' when nothing of it was recorded."""
    module, tongue, request = context.get("module"), context.get("tongue"), context.get("request")
    if isinstance(module, Module):
        return book_address(tongue.language if tongue else languages.FRENCH, module.id)
    page = request.resolver_match if request is not None else None
    return book_address(languages.spoken().code, page.url_name or "") if page else ""


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
    text: str, plural: str = "", language: languages.Language | None = None, **values: Any
) -> SafeString:
    """Return a sentence of ours in the language of the page, or in another, which it then declares where a
    catalogue holds it. One written in the template may hold marks; a value may not.
    """
    if language and language != languages.spoken():
        with languages.speaking(language.code):
            words = translated(text, plural, None, **values)
        if words == conditional_escape(text):  # no catalogue holds it: a name
            return words
        return format_html("<span{}>{}</span>", _declared(language), words)
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


def _declared(language: languages.Language) -> SafeString:
    """Return the attributes of an element in another language than what stands around."""
    return format_html(' lang="{}" dir="{}"', language.code, language.direction)


class FrameNode(template.Node):
    """The head or the foot of a page, in its reader's language, whatever that of the page."""

    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: template.Context) -> SafeString:
        language = getattr(context.get("request"), "language", None)
        if not language or language == languages.spoken() or template.Variable("at_work").resolve(context):
            return self.nodelist.render(context)
        with (
            translation.override(language.code),
            languages.speaking(language.code),
            context.push(frame_language=_declared(language)),
        ):
            return self.nodelist.render(context)


@register.tag
def frame(parser: Parser, token: Token) -> FrameNode:
    """Write what stands around a page in its reader's language; `frame_language` declares it."""
    nodelist = parser.parse(("endframe",))
    parser.delete_first_token()
    return FrameNode(nodelist)


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
def dated(value: date | str | None, arg: str | None = None) -> str:
    """Return a date as Django writes it; in French, the first of a month is « 1er », ten o’clock « 10 h »."""
    date_text = str(defaultfilters.date(value, arg))
    if translation.get_language() == "ro":
        return date_text.lower()  # months and days have no capital there
    if translation.get_language() != languages.FRENCH:
        return date_text
    return ON_THE_HOUR.sub("", FIRST.sub("1er ", date_text, count=1))


@register.filter
def place_time(moment: datetime, commune: str) -> datetime:
    """Return a moment in the time of its place, which `date` writes as it is. commune: code of the place."""
    local: datetime = tz.do_timezone(moment, clocks.zone(commune))
    return local


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
        many = abs(float(value)) >= 2  # type: ignore[arg-type]  # what is no number is refused, and caught
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
    """Return the small square of a legend. kind: the parts of its class of style, "hachures" after it for a
    hatched one.
    """
    name, is_hatched, _ = "".join(str(part) for part in kind).partition(UNSURE_SWATCH)
    hatch = "".join(
        f'<path class="{each}" d="M-2 12L12 -2"/>' for each in ("motif-doute", "motif-doute-trait")
    )
    return format_html(
        '<svg class="fig carre" width="16" height="16" viewBox="0 0 10 10" aria-hidden="true">'
        '<rect class="{}" width="10" height="10"/>{}</svg>',
        name.rstrip() or "m1",
        mark_safe(hatch if is_hatched else ""),
    )


@register.simple_tag(takes_context=True)
def sort_header(context: template.Context, key: str, words: str) -> SafeString:
    """Return the header of a column that sorts, keeping what the page was asked."""
    chosen = context["sort"] == key
    rises = key in ("nom", "precarite")
    retained = [("carte", context["layer"]), ("zones", "toutes" if context["is_complete"] else "")]
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
