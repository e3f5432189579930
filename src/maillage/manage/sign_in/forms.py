"""The forms of signing in: the box of shared computers, and what one address may attempt on an account."""

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm, RequestLoginCodeForm
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.base.forms import AuthenticateForm
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from maillage.manage.sign_in import sessions

# Of one account from one address: less than ACCOUNT_RATE_LIMITS lets an account take from everywhere, so that
# nobody closes it to its owner from one place. Accounts never opened from an address share one count there:
# it tries no password on all. The others have their own: who mistypes closes no colleague's.
ONE_ADDRESS_LIMITS = {
    "login_failed": "10/5m/key,20/h/key",
    "password": "10/5m/key",
    "request_login_code": "5/h/key",
}
OWNER_ADDRESS_SECONDS = 30 * 24 * 3600


def count_attempt(request: HttpRequest, action: str, account: str) -> ratelimit.RateLimitUsage:
    """Count one more attempt on an account from the address of a request; a ValidationError refuses it."""
    usage = ratelimit.consume(
        request,
        app="maillage",
        action=action,
        config=ONE_ADDRESS_LIMITS,
        key=f"{ratelimit.get_ip(request)} {account}",
    )
    if usage is None:
        raise get_adapter().validation_error("too_many_login_attempts")
    return usage


def remember_address(request: HttpRequest, account: str) -> None:
    """Remember, sealed, that an account was just opened from the address of a request."""
    cache.set(_address_key(request, account), 1, OWNER_ADDRESS_SECONDS)


def owner_address(request: HttpRequest, account: str) -> str:
    """Return the sealed address of a request, '' unless the account was opened from it in thirty days."""
    key = _address_key(request, account)
    return key if cache.get(key) else ""


def _address_key(request: HttpRequest, account: str) -> str:
    return salted_hmac("owner-address", f"{ratelimit.get_ip(request)} {account}").hexdigest()


class SignInForm(LoginForm):  # type: ignore[misc]  # allauth has no types
    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in; when the session ends is said by the box, not by the library."""
        response: HttpResponse = super().login(request, redirect_url=redirect_url)
        if sessions.STAY_KEY in request.session:
            sessions.count_again(request.session)
        return response


class CodeForm(RequestLoginCodeForm):  # type: ignore[misc]  # allauth has no types
    def clean_email(self) -> str:
        count_attempt(context.request, "request_login_code", self.cleaned_data["email"].lower())
        return str(super().clean_email())


class FactorForm(AuthenticateForm):  # type: ignore[misc]  # allauth has no types
    def clean_code(self) -> str:
        usage = count_attempt(context.request, "login_failed", str(self.user.pk))
        code = str(super().clean_code())
        usage.rollback()
        return code
