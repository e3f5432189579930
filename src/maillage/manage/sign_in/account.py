"""The account page: who one is, how one signs in, where one is signed in, what one may do."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account.forms import ChangePasswordForm, SetPasswordForm
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.views import LoginView, PasswordChangeView
from allauth.mfa.base.views import IndexView
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.views import ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from maillage.apps.directory.memberships import access as memberships
from maillage.apps.platform.accounts.access import account_of
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import queries as outbox
from maillage.manage.requests import interrupted_posts
from maillage.manage.requests.middleware import lacks_factor
from maillage.manage.sign_in import sessions
from maillage.words.wording import spaced

AFTER = "after_factor"
CODE_OPENS = 900  # seconds during which a code received stands for the password that was lost


def own(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Keep this page from shared accounts: nobody may change what everyone signs in with."""

    @login_required
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if account_of(request).is_demonstration:
            notice = (
                "Rien n’a été changé. Ce compte d’exemple sert à tout le monde : s’il changeait, plus"
                " personne n’y entrerait. Essayez avec un compte à vous."
            )
            messages.warning(request, spaced(notice))
            return redirect("account_home")
        return view(request, *args, **kwargs)

    return guarded


class SignIn(LoginView):  # type: ignore[misc]  # allauth has no types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        by_mail = outbox.leaves("email")
        return {
            **context,
            "federation": _federation(),
            "by_code": by_mail or not settings.PRODUCTION,
            "by_mail": by_mail,
            "has_accounts": User.objects.exists(),
        }


class Factors(IndexView):  # type: ignore[misc]  # allauth has no types
    """The second factors; why one is required, when it is."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        wanted = self.request.GET.get("next", "")
        if wanted and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
            self.request.session[AFTER] = wanted
        context = super().get_context_data(**kwargs)
        lacks_one = lacks_factor(self.request.user)
        return {
            **context,
            "is_asked": lacks_one,
            "after": "" if lacks_one else self.request.session.pop(AFTER, ""),
        }


class _ClosesElsewhere:
    """End the sessions on other devices once a factor is added: they must sign in with it."""

    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]  # allauth has no types
        sessions.end(self.request.user, timezone.now(), but=self.request.session.session_key)  # type: ignore[attr-defined]  # of the view that it is mixed in
        return response


class AddApplication(_ClosesElsewhere, ActivateTOTPView):  # type: ignore[misc]  # allauth has no types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        secret = context["form"].secret
        return {
            **context,
            "secret": " ".join(secret[k : k + 4] for k in range(0, len(secret), 4)),
        }  # copied by hand


class AddKey(_ClosesElsewhere, AddWebAuthnView):  # type: ignore[misc]  # allauth has no types
    pass


class RecoveryCodes(ViewRecoveryCodesView):  # type: ignore[misc]  # allauth has no types
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "after": self.request.session.pop(AFTER, "")}


class Password(PasswordChangeView):  # type: ignore[misc]  # allauth has no types
    """Change one's password; whoever just came by a code received lost it, and is not asked for it."""

    def get_form_class(self) -> Any:
        return SetPasswordForm if _came_by_code(self.request) else ChangePasswordForm


def _came_by_code(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return any(record["method"] == "code" and time.time() - record["at"] < CODE_OPENS for record in records)


def _federation() -> str:
    return settings.FEDERATION["name"] if settings.FEDERATION["issuer"] else ""


@require_safe
@login_required
def account(request: HttpRequest) -> HttpResponse:
    """The page of an account."""
    now = timezone.now()
    current_roles = (
        memberships.current(timezone.localdate(now))
        .filter(user=account_of(request))
        .select_related("structure")
    )
    factors = Authenticator.objects.filter(user=request.user)
    context = {
        "stays": sessions.open_of(account_of(request), now, current_key=request.session.session_key),
        "roles": [
            {
                "label": each.get_role_display(),
                "over": memberships.over(each),
                "plain": memberships.plain(each),
                "until": each.until,
            }
            for each in current_roles
        ],
        "factors": [factor.type for factor in factors],
        "lacks_factor": lacks_factor(request.user),
        "federation": _federation(),
        "claims": memberships.own_claims(account_of(request)) if _federation() else [],
        "is_federated": SocialAccount.objects.filter(user=request.user).exists(),
        "by_code": outbox.leaves("email") or not settings.PRODUCTION,
        "came_by_code": _came_by_code(request),
    }
    return render(request, "account/home.html", context)


@require_POST
@login_required
def end(request: HttpRequest) -> HttpResponse:
    """End one session, or all of them, this one included."""
    current_key, now = request.session.session_key, timezone.now()
    if name := request.POST.get("connexion", ""):
        if not sessions.end(account_of(request), now, name=name, but=current_key):
            raise Http404
        messages.success(
            request, spaced("Cette connexion est fermée. Sur l’autre appareil, tout redemande qui vous êtes.")
        )
        return redirect("account_home")
    sessions.end(account_of(request), now, but=current_key)
    logout(request)
    messages.success(request, spaced("Vous êtes déconnecté partout, sur cet appareil aussi."))
    return redirect("account_login")


@require_POST
@login_required
def device(request: HttpRequest) -> HttpResponse:
    """Record if others use this device."""
    shared = "partage" in request.POST
    sessions.choose(request.session, shared=shared)
    notice = (
        "Sur cet appareil, la visite se termine seule après 30 minutes."
        if shared
        else "Vous restez connecté sur cet appareil, 7 jours au plus."
    )
    messages.success(request, spaced(notice))
    return redirect("account_home")


@require_safe
def presence(request: HttpRequest) -> HttpResponse:
    """Record that the user is still there: any request does so. nginx asks it before a large file is read."""
    return HttpResponse(status=204 if request.user.is_authenticated else 403)


@require_safe
@login_required
def resume(request: HttpRequest) -> HttpResponse:
    """Give back what could not be sent: in the page where it was typed, else here."""
    post = interrupted_posts.pending_post(request)
    if post is None:
        return redirect("space")
    if "seul" not in request.GET:
        return redirect(post["page"])
    typed_values = [value for _, value in post["fields"] if value.strip()]
    return render(request, "account/resume.html", {"submission": post, "shown": typed_values})


@require_POST
@login_required
def forget(request: HttpRequest) -> HttpResponse:
    """Discard the interrupted post."""
    post = interrupted_posts.pending_post(request)
    interrupted_posts.forget(request)
    messages.success(request, spaced("Ce qui était gardé est effacé."))
    return redirect(post["page"] if post else "space")
