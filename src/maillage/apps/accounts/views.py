"""The door of professional pages."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse

from maillage.apps.accounts.access import rights_of
from maillage.apps.accounts.models import User


def holding(*rights: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Open a page to whoever holds one of these rights somewhere: a stranger signs in, for others the page does not exist."""

    def door(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not rights_of(request.user).any(*rights):
                raise Http404
            return view(request, *args, **kwargs)

        return answer

    return door


def who(request: HttpRequest) -> User:
    """Return the account behind a door: a page that `holding` opens knows somebody."""
    return cast(User, request.user)
