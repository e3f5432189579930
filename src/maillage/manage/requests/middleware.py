"""The steps of every request and every answer."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlencode, urlsplit

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import is_valid_path, reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from maillage.apps.platform.accounts.access import return_address, rights_of
from maillage.apps.platform.accounts.models import Visitor
from maillage.apps.referrals.autonomy.forms import carried
from maillage.apps.territories import queries as territories
from maillage.kernel.errors import Refused
from maillage.kernel.personal_links import is_personal
from maillage.manage.requests import interrupted_posts
from maillage.manage.sign_in import sessions
from maillage.web import filled_forms, refusals
from maillage.words.wording import spaced

Answer = Callable[[HttpRequest], HttpResponse]
SPACE = "/espace/"
PRIVATE = (SPACE, "/compte/")
PROVEN = (
    "people.see",
    "people.mine",
    "workshops.manage",
    "members.manage",
    "network.run",
    "surveys.run",
)  # sees people or what they answered, or decides who does
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class Perimeters:
    """Reads the perimeters that a page names once; what writes reads them each time."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self.answer(request)
        with territories.one_reading():
            return self.answer(request)


class Refusals:
    """Answer what no page expected to be refused, a disk that is full, two who write the same at once: a page
    that says what, why, and what to do.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page of a refusal, None for anything else, which is a fault and stays one."""
        if isinstance(error, Refused):
            return refusals.page(request, error)
        if refusals.is_disk_full(error):
            return refusals.no_room(request)
        if request.method == "POST" and refusals.is_of_two(error):
            return refusals.at_once(request, error)
        return refusals.unreachable(request) if refusals.is_unreachable(error) else None


class PostedAddresses:
    """Lead whoever opens an address of the space that only forms post to (Back, a reload, a shared link) to
    the nearest page above it: a browser would show them a blank one.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        if (
            response.status_code != HTTPStatus.METHOD_NOT_ALLOWED
            or request.method not in ("GET", "HEAD")
            or not request.path.startswith(SPACE)
            or "text/html" not in request.headers.get("Accept", "")  # a program reads the status
        ):
            return response
        above = request.path
        while above != SPACE:
            above = above.rstrip("/").rpartition("/")[0] + "/"
            if is_valid_path(above):
                break
        if request.user.is_authenticated:
            messages.info(request, "Cette adresse ne s’ouvre pas seule : voici la page d’où elle part.")
        return redirect(above)


class NoNul:
    """Refuse the NUL character, which PostgreSQL cannot store: nobody types it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            raise Http404
        if named := [
            name for name, values in request.GET.lists() if any("\x00" in value for value in values)
        ]:
            return refusals.unreadable(request, named)
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: Any, *_: object) -> None:
        """Read the posted fields once the forgery check has read them; any other body is read by its own
        page.
        """
        if getattr(view, "csrf_exempt", False):
            return
        if any("\x00" in value for _, values in request.POST.lists() for value in values):
            raise SuspiciousOperation("a NUL character was posted")


class PrivatePages:
    """Keeps out of every cache what a shared computer would show afterwards: pages of professionals, words
    said to one, and what a personal link opens; asks nothing of a device that no page needs.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        closed = any(part in request.path for part in PRIVATE) or is_personal(request.path)
        private = closed or bool(_whose(request)) or _has_message(request)
        if private and not response.has_header("Cache-Control"):
            patch_cache_control(response, private=True, no_store=True)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        return response


class Sessions:
    """End a session after inactivity, and store its interrupted post: nothing typed is lost."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        before = _whose(request)
        response = self.answer(request)
        if before and _whose(request) != before:
            carried.erase(response)  # the diagnosis that they were filling in with somebody
        return response

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> HttpResponse | None:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or SESSION_KEY not in request.session:
            return self._absent(request, view)
        at = timezone.now()
        alone = sessions.ALONE in request.headers
        if sessions.is_over(request.session, at):
            if alone:  # who comes next reads why the visit is over
                return HttpResponse(status=HTTPStatus.UNAUTHORIZED)
            return end_visit(request, interrupted_posts.of(request, request.user.pk))
        if sessions.STAY_KEY not in request.session:
            sessions.begin(request, shared=True, at=at)
        if not alone:
            sessions.note(request.session, at)
        request.ends_in = int(sessions.ends_in(request.session).total_seconds())  # type: ignore[attr-defined]  # read by pages of this request
        return None

    def _absent(self, request: HttpRequest, view: Any) -> HttpResponse | None:
        """Keep what somebody posts whose session is no more: closed elsewhere, or erased after its time. Only
        the page where they typed it says who they are; others are asked.
        """
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return None
        if (account := interrupted_posts.owner(request)) is not None:
            return end_visit(request, interrupted_posts.of(request, account))
        return redirect_to_login(return_address(request)) if request.path.startswith(PRIVATE) else None


def end_visit(request: HttpRequest, sending: dict[str, Any] | None) -> HttpResponse | None:
    """Sign out whoever is no more there, keep what was being sent, and return where to sign in again; None
    when a page was only asked for: a public one stays readable, another asks who comes.
    """
    logout(request)
    notice = (
        "Votre visite s’est terminée toute seule : cela protège les personnes. Connectez-vous de nouveau. "
    )
    if sending is not None:
        interrupted_posts.keep(request, sending)
        notice += "Ce que vous veniez d’envoyer est gardé une heure, pour vous seul."
    messages.info(request, spaced(notice.strip()))
    if request.method in ("GET", "HEAD"):
        request.COOKIES.pop(carried.COOKIE, None)
        return None
    return _to("account_login", return_address(request) if sending is None else reverse("resume"))


def page_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a post without a valid token (`CSRF_FAILURE_VIEW`): nothing of it is done. What our own page
    sent, for the account that it names and signs, is kept for that account: they signed in again in another
    tab, or their cookies were erased.
    """
    account = interrupted_posts.owner(request) if _comes_from_here(request) else None
    user_id = request.user.pk if request.user.is_authenticated else None
    is_over = user_id is None or sessions.is_over(request.session, timezone.now())
    sending = interrupted_posts.of(request, account, ended=is_over) if user_id in (None, account) else None
    if sending is None:
        context = {"other_account": account is not None and user_id not in (None, account)}
        return render(request, "403_csrf.html", context, status=HTTPStatus.FORBIDDEN)
    if is_over and (sign_in := end_visit(request, sending)) is not None:
        return sign_in
    interrupted_posts.keep(request, sending)
    return redirect("resume")


def _comes_from_here(request: HttpRequest) -> bool:
    """Return True for what a page of ours sent, as the browser says: no page of another site can."""
    sender = urlsplit(request.headers.get("Origin") or request.headers.get("Referer", ""))
    return (sender.scheme, sender.netloc) == (request.scheme, request.get_host())


class FilledForms:
    """Shows again, in the page where it was typed, what could not be sent; forgets it once it is sent."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        if request.method != "GET" or (post := self._pending(request)) is None:
            return response
        if unquote(request.get_full_path()) != unquote(post["page"]):
            return response
        html = None
        if response.status_code == HTTPStatus.OK and not response.streaming:
            html = filled_forms.filled(
                response.content.decode(),
                post["page"],
                action=post["path"],
                fields=post["fields"],
                notice=render_to_string("account/_filled.html", {"submission": post}, request),
            )
        if html is None:  # its page is no more, or asks something else
            return redirect(f"{reverse('resume')}?seul")
        response.content = html.encode()
        return response

    def process_view(self, request: HttpRequest, view: Any, *_: Any) -> None:
        if request.method == "POST" and not getattr(view, "csrf_exempt", False):
            interrupted_posts.hide_owner(request)
            post = self._pending(request)
            if post is not None and request.get_full_path() == post["path"]:
                interrupted_posts.forget(request)

    def _pending(self, request: HttpRequest) -> dict[str, Any] | None:
        if (
            settings.SESSION_COOKIE_NAME not in request.COOKIES
            or interrupted_posts.POST_KEY not in request.session
        ):
            return None
        return interrupted_posts.pending_post(request)


class SecondFactor:
    """Require a second factor, before any page of the space, of users who see people or their answers, or who
    decide who does; demonstration accounts excepted.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        if not request.path.startswith(SPACE) or not lacks_factor(request.user):
            return None
        return _to("mfa_index", request.get_full_path() if request.method in ("GET", "HEAD") else "")


def _whose(request: HttpRequest) -> str:
    """Return the account signed in, or the owner of an interrupted post; '' for a stranger."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return ""
    return str(
        request.session.get(SESSION_KEY)
        or request.session.get(interrupted_posts.POST_KEY, {}).get("account", "")
    )


def _has_message(request: HttpRequest) -> bool:
    """Return True if a page says something to whoever asked for it, once."""
    return bool(getattr(messages.get_messages(request), "used", False))


def lacks_factor(user: Visitor) -> bool:
    """Recognise an account that holds one of `PROVEN` and must first set a second factor."""
    if not user.is_authenticated or user.is_demonstration:
        return False
    return rights_of(user).any(*PROVEN) and not is_mfa_enabled(user, FACTORS)


def _to(name: str, next_address: str) -> HttpResponse:
    return redirect(f"{reverse(name)}?{urlencode({'next': next_address})}" if next_address else reverse(name))
