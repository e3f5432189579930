"""The sign-in form, with the box of shared computers."""

from allauth.account.forms import LoginForm
from django.http import HttpRequest, HttpResponse

from maillage.config import sessions


class SignInForm(LoginForm):  # type: ignore[misc]
    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in; when the session ends is said by the box, not by the library."""
        response = super().login(request, redirect_url=redirect_url)
        if sessions.KEPT in request.session:
            sessions.count_again(request.session)
        return response
