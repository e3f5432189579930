"""Show again what was posted by a redirect to its page: Back then reads a page, and sends nothing again."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from maillage.apps.referrals.orientations import access
from maillage.apps.referrals.orientations.access import TypedPage
from maillage.apps.referrals.orientations.actions.sending import NoRoom
from maillage.kernel.errors import Refused

NUMBER = "saisie"  # in the address


def show_again(
    request: HttpRequest,
    name: str,
    at: datetime,
    *,
    refusal: Refused | None = None,
    fields: QueryDict | None = None,
) -> HttpResponse:
    """Redirect to the page of a name, which shows the posted fields again. refusal: why nothing was done;
    fields: in place of those posted.
    """
    number = access.store_typed(
        request, fields or request.POST, at, refusal=refusal, is_full=isinstance(refusal, NoRoom)
    )
    return redirect(f"{reverse(name)}?{NUMBER}={number}")


def typed_again(view: Callable[[HttpRequest, TypedPage], HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the fields posted, or those that its address shows again."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        number = request.GET.get(NUMBER) if request.method != "POST" else None
        if number is None:
            return view(request, TypedPage(request.POST, None, is_full=False))
        typed_page = access.stored_typed(request, number, timezone.now())
        if typed_page is None:
            messages.info(request, "Cette orientation est partie, ou sa saisie a plus d’une heure.")
            return redirect("orientation_new")
        return view(request, typed_page)

    return answer
