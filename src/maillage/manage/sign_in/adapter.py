"""Adapt the sign-in library: our texts, our outbox, and no self-registration."""

from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from typing import Any

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import get_random_string

from maillage.apps.directory.memberships.actions import claims
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages import actions as outbox
from maillage.kernel.errors import Refused
from maillage.manage.requests import interrupted_posts
from maillage.manage.sign_in import openid_connect, sessions
from maillage.manage.sign_in.forms import count_attempt, owner_address, remember_address
from maillage.words.wording import spaced

CODE_LASTS = timedelta(seconds=settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT)
FRESH = 300  # seconds during which somebody who just signed in is not asked again who they are
WRONG_CODE = (
    "Ce code n’est pas le bon. Il a peut-être changé entre-temps. Lisez-le de nouveau, puis tapez-le."
)
TOO_MANY = (
    "Trop d’essais. Cette limite protège votre compte. Attendez cinq minutes, une heure au plus, puis "
    "recommencez."
)
WORDS = {
    "account_inactive": (
        "Ce compte est fermé. Il n’ouvre plus rien. Demandez à votre responsable de structure."
    ),
    "email_password_mismatch": (
        "L’adresse ou le mot de passe sont incorrects. Nous ne disons pas lequel, pour protéger les "
        "comptes. Vérifiez les deux, puis recommencez."
    ),
    "enter_current_password": (
        "Ce n’est pas votre mot de passe actuel. Rien n’a changé. Tapez celui d’aujourd’hui."
    ),
    "incorrect_code": WRONG_CODE,
    "incorrect_password": "Ce n’est pas votre mot de passe. Rien n’a changé. Tapez-le de nouveau.",
    "too_many_login_attempts": TOO_MANY,
    "rate_limited": TOO_MANY,
}
FACTOR_WORDS = {
    "incorrect_code": WRONG_CODE,
    "cannot_delete_authenticator": (
        "Ce moyen ne peut pas être retiré. Il protège votre compte. Ajoutez-en d’abord un autre."
    ),
    "cannot_generate_recovery_codes": (
        "Aucun code n’a été fait. Ils secourent un second moyen, et vous n’en avez pas. "
        "Ajoutez d’abord une application ou une clé."
    ),
}
NOTICES = {  # what is written to an account when somebody changes how it opens
    "account/email/password_changed": "Son mot de passe a été changé.",
    "account/email/password_set": "Un mot de passe lui a été donné.",
    "mfa/email/totp_activated": "Une application de codes a été ajoutée.",
    "mfa/email/totp_deactivated": "L’application de codes a été retirée.",
    "mfa/email/webauthn_added": "Une clé d’accès a été ajoutée.",
    "mfa/email/webauthn_removed": "Une clé d’accès a été retirée.",
    "mfa/email/recovery_codes_generated": "De nouveaux codes de secours ont été faits.",
    "socialaccount/email/account_connected": (
        f"Il s’ouvre maintenant aussi par {settings.FEDERATION['name']}."
    ),
}


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = DefaultAccountAdapter.error_messages | {
        code: spaced(words) for code, words in WORDS.items()
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse | None:
        """Remember the box « ordinateur partagé » until the last step; without an answer, the computer counts
        as shared.
        """
        request.session["shared"] = request.method != "POST" or "partage" in request.POST
        answer: HttpResponse | None = super().pre_login(request, user, **more)
        return answer

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count an attempt by its address and account, then as the library does; a success is not one."""
        account = credentials.get("email", "").lower()
        usage = count_attempt(request, "password", owner_address(request, account))
        try:
            usage.usage += count_attempt(request, "login_failed", account).usage
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            usage.rollback()
            raise
        self._login_failed_rl_usage.usage += usage.usage

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Count apart the failures where the owner of an account signs in: those of other addresses, however
        many, do not close its password there.
        """
        account = str(super()._get_login_attempts_cache_key(request, **credentials))
        return account + owner_address(request, credentials.get("email", "").lower())

    def logout(self, request: HttpRequest) -> None:
        way_out = openid_connect.way_out(request)
        super().logout(request)
        if way_out:
            request.session[openid_connect.OUT] = way_out

    def login(self, request: HttpRequest, user: User) -> None:
        shared = request.session.get("shared", True)
        siret = request.session.pop(openid_connect.SIRET, "")
        super().login(request, user)
        if siret:
            claims.note(user, siret, at=timezone.now())
        remember_address(request, user.email.lower())
        request.session.pop("shared", None)
        sessions.begin(request, shared=shared, at=timezone.now())
        if request.session.get(interrupted_posts.POST_KEY, {}).get("account") != user.pk:
            interrupted_posts.forget(request)  # what somebody else was writing

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        records = get_authentication_records(self.request, self.request.user)
        is_fresh = bool(records) and timezone.now().timestamp() - records[-1]["at"] < FRESH
        return not is_fresh and super().is_reauthentication_required(app=app, **more)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_home")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        if openid_connect.FEDERATION_KEY in request.session:
            return reverse("federation_out")
        address: str = super().get_logout_redirect_url(request)
        return address

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Write a message in the outbox: it is sent soon, once, and its text is erased the next day."""
        mail = self.render_mail(template_prefix, email, context)
        self._put(email, mail.subject, mail.body, never_after=timezone.now() + CODE_LASTS)

    def format_email_subject(self, subject: str) -> str:
        return str(subject)

    def send_notification_mail(self, template_prefix: str, user: User, *more: Any, **context: Any) -> None:
        """Notify an account of a change in how it signs in."""
        notice = (
            f"{NOTICES[template_prefix]}\n\nSi c’est vous, vous n’avez rien à faire.\n"
            "Si ce n’est pas vous, prévenez tout de suite votre responsable de structure."
        )
        self._put(user.email, "Votre compte Maillage a changé", spaced(notice))

    def _put(self, to: str, subject: str, text: str, **more: Any) -> None:
        now = timezone.now()
        with suppress(Refused):  # an address that no message reaches: the page says the same to everybody
            outbox.put(
                channel="email",
                to=to,
                subject=subject,
                text=text,
                key=f"compte-{get_random_string(32)}",  # each code is another message
                at=now,
                purge_on=timezone.localdate(now) + timedelta(days=1),
                **more,
            )


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth has no types
    error_messages = DefaultMFAAdapter.error_messages | {
        code: spaced(words) for code, words in FACTOR_WORDS.items()
    }

    def _get_site_name(self) -> str:
        return "Maillage"

    def build_totp_svg(self, url: str) -> str:
        drawn = BytesIO()  # on white, in the dark too: telephones read nothing else
        segno.make(url, error="m").save(drawn, kind="svg", border=3, scale=6, light="white", xmldecl=False)
        return drawn.getvalue().decode()

    def generate_authenticator_name(self, user: User, type: str) -> str:
        return f"Clé {Authenticator.objects.filter(user=user, type=type).count() + 1}"


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    """Refuse an account with a public password, once the platform serves real people."""

    def authenticate(self, request: HttpRequest, **credentials: object) -> object:
        user = super().authenticate(request, **credentials)
        return None if _known_to_all(user) else user

    def get_user(self, user_id: int) -> object:
        user = super().get_user(user_id)
        return None if _known_to_all(user) else user


def _known_to_all(user: object) -> bool:
    return settings.PRODUCTION and bool(getattr(user, "is_demonstration", False))
