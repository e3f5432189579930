"""Signing in through another service (OpenID Connect), such as ProConnect: off unless the environment names
one.

It opens no account: it opens the one that already carries the verified address it answers. Every token it
gives is verified with its published keys, signed answers about the person included. Nothing of these answers
is kept, but the SIRET of an employer when the installation asks for it.
"""

from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
from allauth.account.models import EmailAddress
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.internal.flows.email_authentication import wipe_password
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from jwt.types import Options
from requests import RequestException

from maillage.apps.platform.accounts.models import User
from maillage.words.wording import spaced

ALGORITHMS = ["RS256", "ES256", "PS256"]  # signed with a key that only the other service holds
LEEWAY = 60  # seconds between two clocks
CHANCE = 43  # letters of a value that nobody guesses
FEDERATION_KEY, OUT, SIRET = "federation", "way_out", "siret"


def _app() -> SocialApp:
    """Return the service named by the environment; Http404 when none is."""
    named = settings.FEDERATION
    if not named["issuer"]:
        raise Http404
    return SocialApp(
        provider=OpenIDConnectProvider.id,
        provider_id=urlsplit(
            named["issuer"]
        ).netloc,  # another service tomorrow has other people under the same numbers
        name=named["name"],
        client_id=named["client_id"],
        secret=named["secret"],
        settings={"server_url": named["issuer"], "verified_email": named["sure_email"]},
    )


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth has no types
    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> "Provider":
        return Provider(request, app=_app())

    def generate_state_param(self, state: dict[str, Any]) -> str:
        return get_random_string(CHANCE)

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Open the account linked to this number, else the one whose address the service verified."""
        if sociallogin.is_existing:
            return
        sure = {address.email.casefold() for address in sociallogin.email_addresses if address.verified}
        user = User.objects.filter(email__in=sure, is_active=True).first()
        if user is None:
            context = {"unknown": True, "federation": settings.FEDERATION["name"]}
            page = render(request, "socialaccount/authentication_error.html", context, status=403)
            raise ImmediateHttpResponse(page)
        # Whoever opened this account may have typed the address of somebody else: their password stops
        # opening it.
        wipe_password(request, user, user.email)
        sociallogin.connect(request, user)


class Provider(OpenIDConnectProvider):  # type: ignore[misc]  # allauth has no types
    def get_scope(self) -> list[str]:
        """Ask who it is and the address; the SIRET of the employer too, when the installation wants it."""
        return ["openid", "email", *(["siret"] if settings.FEDERATION["siret"] else [])]

    def get_auth_params(self) -> dict[str, str]:
        return {"acr_values": settings.FEDERATION["acr"]} if settings.FEDERATION["acr"] else {}

    def get_oauth2_adapter(self, request: HttpRequest) -> "Exchange":
        return Exchange(request)

    def extract_email_addresses(self, data: dict[str, Any]) -> list[EmailAddress]:
        """Return the address, verified only when the service says so by a true, and by no word."""
        addresses: list[EmailAddress] = super().extract_email_addresses(data)
        for address in addresses:
            address.verified = address.verified is True
        return addresses

    def extract_extra_data(self, data: dict[str, Any]) -> dict[str, Any]:
        return {}

    def redirect(self, request: HttpRequest, process: str, next_url: str | None = None) -> HttpResponse:
        nonce = get_random_string(CHANCE)
        params = {**self.get_auth_params(), "nonce": nonce}
        to_service: HttpResponse = super().redirect(
            request, process, next_url=next_url, auth_params=params, nonce=nonce
        )
        return to_service


class Exchange(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth has no types
    """The conversation with the service, each answer verified; OAuth2Error when one is not what it should
    be.
    """

    nonce = ""

    def __init__(self, request: HttpRequest) -> None:
        super().__init__(request, _app().provider_id)

    def get_provider(self) -> Provider:
        return Provider(self.request, app=_app())

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("federation_back"))

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        if config.get("issuer", "").rstrip("/") != settings.FEDERATION["issuer"].rstrip("/"):
            raise OAuth2Error("the service answers under another name")
        return config

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **kwargs: Any
    ) -> SocialLogin:
        signed = kwargs["response"].get("id_token", "")
        identity = self._verified(signed, require=["iss", "aud", "exp", "sub"])
        if not self.nonce or identity.get("nonce") != self.nonce:
            raise OAuth2Error("the answer is not the one to this question")
        if (levels := settings.FEDERATION["acr"].split()) and identity.get("acr") not in levels:
            raise OAuth2Error("the person showed less than what is asked")
        person = self._fetch_user_info(token.token)
        if person.get("sub") != identity["sub"]:
            raise OAuth2Error("the two answers speak of two persons")
        if end := self.openid_config.get("end_session_endpoint"):
            request.session[FEDERATION_KEY] = {"end": end, "id_token": signed}
        if settings.FEDERATION["siret"]:
            request.session[SIRET] = str(person.get("siret") or "")[:20]  # until the sign-in is over
        return self.get_provider().sociallogin_from_response(
            request, {"userinfo": person, "id_token": identity}
        )

    def _fetch_user_info(self, access_token: str) -> dict[str, Any]:
        response = self._get(self.profile_url, Authorization=f"Bearer {access_token}")
        if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/jwt":
            unsigned: dict[str, Any] = response.json()
            return unsigned
        return self._verified(response.text.strip(), require=["sub"])

    def _verified(self, token: str, *, require: list[str]) -> dict[str, Any]:
        """Return the claims of a token, once its signature and its audience are verified."""
        try:
            keys = jwt.PyJWKSet.from_dict(self._get(self.openid_config["jwks_uri"]).json())
            kid = jwt.get_unverified_header(token).get("kid")
            key = next(key for key in keys.keys if kid in (None, key.key_id))
            options: Options = {"require": require, "verify_aud": False, "verify_iss": False}
            claims = jwt.decode(token, key, algorithms=ALGORITHMS, leeway=LEEWAY, options=options)
        except (jwt.PyJWTError, StopIteration, ValueError, KeyError) as error:
            raise OAuth2Error("a signature is not that of the service") from error
        made_by, made_for = (
            claims.get("iss", self.openid_config["issuer"]),
            claims.get("aud", settings.FEDERATION["client_id"]),
        )
        audience = [made_for] if isinstance(made_for, str) else made_for
        if made_by != self.openid_config["issuer"] or settings.FEDERATION["client_id"] not in audience:
            raise OAuth2Error("the answer was made by another, or for another")
        return claims

    def _get(self, url: str, **headers: str) -> Any:
        with Adapter().get_requests_session() as session:
            response = session.get(url, headers=headers)
        response.raise_for_status()
        return response


class Back(OAuth2CallbackView):  # type: ignore[misc]  # allauth has no types
    def _get_state(self, request: HttpRequest, provider: Provider) -> tuple[Any, HttpResponse | None]:
        state, response = super()._get_state(request, provider)
        self.adapter.nonce = (state or {}).get("nonce", "")
        return state, response


@require_safe
@never_cache
def enter(request: HttpRequest) -> HttpResponse:
    """Send somebody to the service; not when another site asks for it."""
    provider = Provider(request, app=_app())
    if request.user.is_authenticated or request.headers.get("Sec-Fetch-Site") == "cross-site":
        return redirect("account_login")
    try:
        return provider.redirect(request, AuthProcess.LOGIN, next_url=get_next_redirect_url(request))
    except (RequestException, OAuth2Error, ValueError) as error:
        refusal: HttpResponse = render_authentication_error(request, provider, exception=error)
        return refusal


@require_safe
@never_cache
def back(request: HttpRequest) -> HttpResponse:
    """Read the answer of the service."""
    answer: HttpResponse = Back.adapter_view(Exchange(request))(request)
    return answer


@require_safe
def back_to_sign_in(request: HttpRequest) -> HttpResponse:
    """Come back to the other ways of signing in."""
    messages.info(
        request, spaced(f"Vous avez quitté {settings.FEDERATION['name']} avant la fin. Rien n’a changé.")
    )
    return redirect("account_login")


def way_out(request: HttpRequest) -> str:
    """Return the address that ends the session of the service too, empty when it was not used or has none."""
    federation = request.session.get(FEDERATION_KEY)
    if not federation:
        return ""
    parameters = {
        "id_token_hint": federation["id_token"],
        "state": get_random_string(CHANCE),
        "post_logout_redirect_uri": request.build_absolute_uri("/"),
    }
    return f"{federation['end']}?{urlencode(parameters)}"


@require_safe
@never_cache
def out(request: HttpRequest) -> HttpResponse:
    """Say that the service still knows the person on this computer, and how to leave it."""
    address = request.session.pop(OUT, "")
    if not address:
        return redirect("home")
    context = {"address": address, "federation": settings.FEDERATION["name"]}
    return render(request, "socialaccount/out.html", context)
