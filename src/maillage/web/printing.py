"""Printed addresses: only those that others can open."""

from django.http import HttpRequest
from django.http.request import split_domain_port

from maillage.web.hosts import is_public


def address(request: HttpRequest, path: str) -> str:
    """Return the full address of a page, for print; '' when only this computer, or its own network, can open
    it.
    """
    host = split_domain_port(request.get_host())[0].strip("[]")
    return request.build_absolute_uri(path) if is_public(host) else ""
