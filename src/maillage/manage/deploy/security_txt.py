"""/.well-known/security.txt (RFC 9116): where whoever finds a weakness writes."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

GOOD_FOR = timedelta(days=180)  # from each reading: it never expires while it is served


@require_safe
def security_txt(request: HttpRequest) -> HttpResponse:
    """The address of the contact; there is no page when nobody gave one."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    until = (timezone.now() + GOOD_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    lines = (
        f"Contact: {_address(settings.SECURITY_CONTACT)}",
        f"Expires: {until:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: fr, en",
        f"Canonical: {settings.ADDRESS}/.well-known/security.txt",
    )
    return HttpResponse("".join(f"{line}\n" for line in lines), content_type="text/plain; charset=utf-8")


def _address(typed: str) -> str:
    return typed if ":" in typed else f"mailto:{typed}"
