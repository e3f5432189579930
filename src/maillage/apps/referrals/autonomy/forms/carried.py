"""Diagnosis carried from screen to screen: one signed cookie of the browser, erased with its window.

Its signature holds two hours. The server keeps nothing of it.

diagnosis = carried.read(request)
response = redirect("bilan_result")
carried.write(response, diagnosis.measured("T1", outcome="passed", seconds=12, misses=1))
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from maillage.apps.referrals.autonomy.rules import Carried

COOKIE = "bilan"
HOURS = 2
SALT = "maillage.bilan"


def read(request: HttpRequest) -> Carried:
    """Return the diagnosis under way in this browser; an empty one when there is none, or when it is
    damaged.
    """
    try:
        values = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=HOURS * 3600)
    except signing.BadSignature:
        return Carried()
    return Carried.from_plain(values)


def write(response: HttpResponse, carried: Carried) -> None:
    """Leave the diagnosis under way to the browser, with this answer."""
    text = signing.dumps(carried.to_plain(), salt=SALT, compress=True)
    response.set_cookie(COOKIE, text, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def erase(response: HttpResponse) -> None:
    """Erase the diagnosis from the browser."""
    response.delete_cookie(COOKIE, samesite="Lax")
