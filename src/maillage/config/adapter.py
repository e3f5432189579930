"""Accounts are opened by the network, not by passers-by; the demonstration's opens nothing in production."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from django.conf import settings
from django.http import HttpRequest


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """Refuses the account whose password everybody knows, once the platform serves real people."""

    def authenticate(self, request: HttpRequest, **credentials: object) -> object:
        user = super().authenticate(request, **credentials)
        return None if _known_to_all(user) else user

    def get_user(self, user_id: int) -> object:
        user = super().get_user(user_id)
        return None if _known_to_all(user) else user


def _known_to_all(user: object) -> bool:
    return settings.PRODUCTION and bool(getattr(user, "is_demonstration", False))
