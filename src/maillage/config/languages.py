"""The language of a page: the one that its reader chose, where the page is translated; French everywhere
else.

What a browser says it prefers is not followed: a page given to somebody reads as the one who gives it saw it.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import escape_leading_slashes

from maillage.words import languages

COOKIE, ASKED = "langue", "lang"  # “/carte/?lang=uk”, on a poster or in a link
YEAR = 31_536_000
# The pages whose every sentence is marked, by the name of their address. The others stay in French, and say
# so.
TRANSLATED = frozenset(
    {
        *(
            "home",
            "privacy",
            "problem_report",
            "find",
            "find_suggestions",
            "lieu",
            "lieu_print",
            "lieu_report",
        ),
        "connections",
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


class Languages:
    """Answers in the language chosen."""

    def __init__(self, answer: Callable[[HttpRequest], HttpResponse]) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method == "GET" and ASKED in request.GET:
            return _choose(request)
        code = request.COOKIES.get(COOKIE, languages.FRENCH)
        language = languages.LANGUAGES.get(code, languages.LANGUAGES[languages.FRENCH])
        request.language = language  # type: ignore[attr-defined]
        # As long as no address is found, whoever chose a language reads it: that of a page that does not
        # exist.
        with translation.override(language.code), languages.speaking(language.code):
            response = self.answer(request)
            response.headers.setdefault("Content-Language", languages.spoken().code)
        if response.headers.get("Content-Type", "").startswith("text/html"):
            patch_vary_headers(response, ["Cookie"])
        return response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Go back to French for a page that is not translated."""
        if request.resolver_match and request.resolver_match.url_name not in TRANSLATED:
            translation.activate(languages.FRENCH)
            languages.speak(languages.FRENCH)


def _choose(request: HttpRequest) -> HttpResponse:
    """Keep a language for a year, and come back to the same page."""
    query = request.GET.copy()
    code = query.pop(ASKED)[-1]
    path = escape_leading_slashes(request.path)
    response = HttpResponseRedirect(f"{path}?{query.urlencode()}" if query else path)
    if code == languages.FRENCH:
        response.delete_cookie(COOKIE, samesite="Lax")
    elif code in languages.LANGUAGES:
        response.set_cookie(
            COOKIE, code, max_age=YEAR, samesite="Lax", httponly=True, secure=request.is_secure()
        )
    return response
