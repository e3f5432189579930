"""Follow the links of a running installation as somebody would, and say those that lead nowhere or make wait.

`python -m tests.support.crawl EMAIL…`: the space of each account, or the public pages for "". A page of each address
is enough: two rows of a list have the same links.
"""

import os
import sys
from collections import deque
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin, urlsplit

from tests.support.speed import processor, slowness

MOST = 300  # pages
LIMIT = 0.5  # seconds of a processor for a page, as on the machine that limits are thought for


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href") if tag == "a" else None
        if address:
            self.found.append(address)


def faults(email: str = "") -> list[str]:
    """Return the links that answer neither a page nor a way to one, each with the page that holds it; and the
    pages that take longer than LIMIT once what all pages share has been read.
    """
    from django.test import Client
    from django.urls import Resolver404, resolve

    from maillage.apps.platform.accounts.models import User

    client = Client()
    if email:
        client.force_login(User.objects.get(email=email))
    start = "/espace/" if email else "/"
    visited_routes: set[tuple[str, str]] = set()
    pending_pages, wrong = deque([(start, "")]), []
    while pending_pages and len(visited_routes) < MOST:
        address, holder = pending_pages.popleft()
        parts = urlsplit(address)
        try:
            route = resolve(parts.path).route
        except Resolver404:
            wrong.append(f"{address} (no such address), from {holder}")
            continue
        key = (route, "&".join(sorted(each.split("=")[0] for each in parts.query.split("&") if each)))
        if key in visited_routes:
            continue
        visited_routes.add(key)
        before = processor()
        response = client.get(address)
        if processor() - before > LIMIT and (spent := _again(client, address)) > LIMIT:
            wrong.append(f"{address} ({spent:.2f} s of a processor), from {holder}")
        if response.status_code in (301, 302):
            pending_pages.append((urljoin(address, response["Location"]), address))
        elif response.status_code != 200:
            wrong.append(f"{address} ({response.status_code}), from {holder}")
        elif _is_followed(response, address, email):
            links = _Links()
            links.feed(response.content.decode())
            pending_pages.extend((each, address) for each in _inside(links.found, address))
    return wrong


def _again(client: Any, address: str) -> float:
    """Return the seconds that a page takes the second time, as on the machine that limits are thought for."""
    before = processor()
    client.get(address)
    return (processor() - before) / slowness()


def _is_followed(response: Any, address: str, email: str) -> bool:
    """Return True for a page whose links are followed: of the public site, or of the space with an account."""
    is_page = response.get("Content-Type", "").startswith("text/html") and not response.streaming
    return is_page and address.startswith("/espace/") == bool(email)


def _inside(addresses: list[str], holder: str) -> list[str]:
    """Return the addresses of this site, without what follows the hash; files are asked by other tests."""
    absolute_urls = (urlsplit(urljoin(holder, each))._replace(fragment="") for each in addresses)
    return [
        each.geturl()
        for each in absolute_urls
        if not each.scheme and not each.netloc and each.path.startswith("/") and "." not in each.path
    ]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "maillage.manage.settings")
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    plain = "django.contrib.staticfiles.storage.StaticFilesStorage"  # names are not collected here
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": plain}}
    import django

    django.setup()
    print("\n".join(each for email in sys.argv[1:] for each in faults(email)))
