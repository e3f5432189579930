"""The language of a page: the one that its reader chose, else the first that their browser asks for, where
the page is translated; French everywhere else.

A choice is kept by a cookie, and by the links of the page as long as no cookie came back.
"""

import re
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import escape_leading_slashes
from django.utils.translation.trans_real import parse_accept_lang_header

from maillage.words import languages

COOKIE, LANGUAGE_PARAMETER = "langue", "lang"  # “/carte/?lang=uk”, on a poster or in a link
YEAR = 31_536_000
# The pages whose every sentence is marked, by the name of their address. The others stay in French, and say
# so.
TRANSLATED = frozenset(
    {
        *(
            "home",
            "offline",
            "about",
            "privacy",
            "problem_report",
            "site_plan",
            "find",
            "find_suggestions",
            "lieu",
            "lieu_print",
            "lieu_report",
            "embed",
        ),
        "connections",
        *("search", "suggestions"),
        *(
            "bilan",
            "bilan_question",
            "bilan_answers",
            "bilan_stop",
            "bilan_tasks",
            "bilan_task",
            "bilan_result",
        ),
        *("bilan_print", "bilan_keep", "bilan_unkeep", "bilan_card", "bilan_again"),
        *(
            "relative",
            "relative_questions",
            "relative_advice",
            "relative_places",
            "relative_chosen",
            "relative_card",
        ),
        *("learning", "learning_offline", "learning_path", "module", "module_sheet", "module_step"),
        *("learning_card", "learning_card_new", "learning_erase", "learning_join"),
        *("workshops", "workshop", "workshop_poster", "seat", "unsubscribe"),
        *("permanences_public", "permanence_public", "appointment_mine"),
        *("volunteers_public", "mission_public", "volunteer_propose", "volunteer_ask", "volunteer_page"),
        *("attestation_ask", "attestation_check", "join", "join_apply", "join_sent", "join_follow"),
        *("mailbox_guide", "mailbox_paper", "mailbox_safety", "safes"),
        *("card", "card_follow", "card_kept", "card_withdraw", "card_cancel", "card_forget", "card_print"),
        *("card_secret", "card_bilan", "card_seats", "card_mandates", "card_seen", "card_absent"),
        *("card_correct", "card_leave", "card_rights", "card_mandate_stop"),
    }
)


FORM, POSTED = re.compile(rb"<form\b[^>]*>"), re.compile(rb"\bmethod=.post\b")
LINK = re.compile(rb'(<(?:a|area|form)\b[^>]*?\s(?:href|action)="(?:/(?!/)|\?))([^"#]*)')


class Languages:
    """Answers in the language chosen, or preferred."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        address = request.GET.get(LANGUAGE_PARAMETER, "")
        is_known, has_cookie = address in languages.LANGUAGES, COOKIE in request.COOKIES
        if request.method == "GET" and LANGUAGE_PARAMETER in request.GET and (has_cookie or not is_known):
            return _choose(request)
        code = address if is_known else preferred(request)
        language = languages.LANGUAGES[code]
        request.language = language  # type: ignore[attr-defined]  # read by pages of this request
        # As long as no address is found, whoever chose a language reads it: that of a page that does not
        # exist.
        with translation.override(code), languages.speaking(code):
            response = self.answer(request)
            response.headers.setdefault("Content-Language", languages.spoken().code)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie", "Accept-Language"])
        if is_known:
            _keep(response, request, code)
            if not has_cookie:
                _carry(response, code)
        return response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Go back to French for a page that is not translated."""
        if request.resolver_match and request.resolver_match.url_name not in TRANSLATED:
            translation.activate(languages.FRENCH)
            languages.speak(languages.FRENCH)


def preferred(request: HttpRequest) -> str:
    """Return the code of the language chosen before, else of the first of ours that the browser asks for."""
    code = request.COOKIES.get(COOKIE, "")
    if code in languages.LANGUAGES:
        return code
    header = request.headers.get("Accept-Language", "")
    codes = (code.partition("-")[0] for code, _ in parse_accept_lang_header(header))
    return next((code for code in codes if code in languages.LANGUAGES), languages.FRENCH)


def _choose(request: HttpRequest) -> HttpResponse:
    """Keep a language for a year, and come back to the same page."""
    query = request.GET.copy()
    code = query.pop(LANGUAGE_PARAMETER)[-1]
    path = escape_leading_slashes(request.path)
    response = HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)
    if code in languages.LANGUAGES:
        _keep(response, request, code)
    return response


def _keep(response: HttpResponse, request: HttpRequest, code: str) -> None:
    response.set_cookie(COOKIE, code, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure())


def _carry(response: HttpResponse, code: str) -> None:
    """Write the language into the links, the forms and the redirection of an answer: a browser that refuses
    cookies keeps it from page to page.
    """
    parameter = urlencode({LANGUAGE_PARAMETER: code})
    location = response.headers.get("Location", "")
    if location.startswith("/") and f"{LANGUAGE_PARAMETER}=" not in location:
        path, mark, anchor = location.partition("#")
        response.headers["Location"] = f"{path}{'&' if '?' in path else '?'}{parameter}{mark}{anchor}"
    if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
        return

    def with_language(link: re.Match[bytes]) -> bytes:
        start, rest = link.groups()
        if f"{LANGUAGE_PARAMETER}=".encode() in rest or rest.startswith(settings.STATIC_URL[1:].encode()):
            return link.group()
        has_query = b"?" in rest or start.endswith(b"?")
        return start + rest + (b"&amp;" if has_query else b"?") + parameter.encode()

    def with_field(form: re.Match[bytes]) -> bytes:
        """A form that asks writes its own address: it needs a field."""
        field = f'<input type="hidden" name="{LANGUAGE_PARAMETER}" value="{code}">'.encode()
        return form.group() + (b"" if POSTED.search(form.group()) else field)

    response.content = FORM.sub(with_field, LINK.sub(with_language, response.content))
