"""Every route of the platform, and an address that a route answers."""

import re
from collections.abc import Iterator, Mapping

from django.urls import URLPattern, get_resolver

DEFAULTS = {  # by converter, but for those that an address reads before it looks for a row
    **dict.fromkeys(("str", "slug", "path"), "x"),
    "int": "1",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "cle": "0" * 20,
    **dict.fromkeys(("str:place", "str:commune"), "99999"),
    "str:name": "x.svg",
    "str:form": "svg",
    "str:token": "x" * 32,
    "slug:report": "plan",
    "str:edition": "mai",
    "str:file": "plan.pdf",
    "slug:form": "pdf",
    "slug:id": "X1",
    "slug:part": "1",
    "slug:code": "uk",
}


def routes(entries=None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield each route with its name."""
    for entry in get_resolver().url_patterns if entries is None else entries:
        if isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.name
        else:
            yield from routes(entry.url_patterns, prefix + str(entry.pattern))


def address_of(route: str, values: Mapping[str, str] | None = None) -> str:
    """Return an address of a route. values: by parameter; the others name no row."""

    def fill(parameter: re.Match[str]) -> str:
        by_parameter = DEFAULTS | dict(values or {})
        return by_parameter.get(parameter[1]) or by_parameter[parameter[1].split(":")[0]]

    return "/" + re.sub(r"<([^>]+)>", fill, route)
