"""Printed addresses: only those that others can open."""

from ipaddress import ip_address

from django.http import HttpRequest


def address(request: HttpRequest, path: str) -> str:
    """Return the full address of a page, for print; '' when only this computer, or its own network, can open
    it.
    """
    return "" if _is_local(request.get_host()) else request.build_absolute_uri(path)


def _is_local(host: str) -> bool:
    name = host.rsplit(":", 1)[0].strip("[]") if not host.endswith("]") else host.strip("[]")
    try:
        return ip_address(name).is_private
    except ValueError:
        return name == "localhost" or name.endswith((".localhost", ".local"))
