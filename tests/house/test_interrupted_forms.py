"""Words typed in any form of the space come back in that form: after a session that ended, after a token
that was lost.
"""

from html.parser import HTMLParser
from urllib.parse import urljoin

import pytest
from django.test import Client

from maillage.apps.accounts.access import OWNER
from maillage.config import interrupted_posts
from tests.house.test_forms_fuzz import answered_by
from tests.house.test_growth import pages_of
from tests.house.test_rights import once, world
from tests.support.profile import some

__all__ = ["once", "world"]  # the rows of everybody
pytestmark = pytest.mark.django_db
TYPED = "Écrit avant la coupure"
SIGN_IN = ("/compte/", "/deconnexion/")  # what signs in is never kept


class Sent(HTMLParser):
    """The forms of a page as a browser sends them, and which of their fields hold words."""

    def __init__(self, html: str, address: str) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]], set[str]]] = []
        self.address = address
        self._fields: list[tuple[str, str]] | None = None
        self._area: str | None = None
        self._select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        name, kind = attributes.get("name", ""), attributes.get("type", "text")
        if tag == "form" and attributes.get("method", "").lower() == "post":
            self._fields = []
            self.forms.append(
                (urljoin(self.address, attributes.get("action") or self.address), self._fields, set())
            )
        if self._fields is None:
            return
        if tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in attributes:
            self._fields.append((self._select, attributes.get("value", "")))
        elif tag == "textarea":
            self._area = ""
            self._fields.append((name, ""))
            self.forms[-1][2].add(name)
        elif tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in attributes):
            if kind not in ("file", "submit", "image"):
                self._fields.append((name, attributes.get("value", "on" if "checked" in attributes else "")))
            if kind in ("text", "search"):
                self.forms[-1][2].add(name)

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area is not None and self._fields:
            self._fields[-1] = (self._fields[-1][0], self._area.removeprefix("\n"))
            self._area = None
        elif tag == "select":
            self._select = ""
        elif tag == "form":
            self._fields = None


@pytest.mark.slow("each form of the space with words in it is sent, and its page read again")
@pytest.mark.parametrize("role", some(["gestionnaire", "coordination"], "gestionnaire"))
def test_typed_words_come_back_in_every_form_of_the_space(world, role):
    user = world.users[role]
    reader, n, tried = Client(), 0, set()
    reader.force_login(user)
    for address in pages_of(world, role):
        answer = reader.get(address)
        if answer.status_code != 200 or not answer.get("Content-Type", "").startswith("text/html"):
            continue
        for action, fields, words in Sent(answer.content.decode(), address).forms:
            kind = answered_by(action), frozenset(words)
            secret = any(part in name for name in words for part in interrupted_posts.NAMES)
            if not words or secret or action.startswith(SIGN_IN) or kind in tried:
                continue
            tried.add(kind)
            n += 1
            typed = [(name, TYPED if name in words else value) for name, value in fields]
            assert came_back(user, address, action, typed, signed_in=n % 2 == 0) == [], (address, action)
    assert n > 20


def came_back(user, address: str, action: str, typed: list[tuple[str, str]], *, signed_in: bool) -> list[str]:
    """Send a form with a token that was lost, signed in or not; return what its page shows no more."""
    browser = Client(enforce_csrf_checks=True)
    if signed_in:
        browser.force_login(user)
    data: dict[str, list[str]] = {}
    for name, value in typed:
        data.setdefault(name, []).append(value)
    headers = {"origin": "http://testserver", "referer": f"http://testserver{address}"}
    answer = browser.post(action, data, headers=headers)
    way = "/compte/reprendre/" if signed_in else "/connexion/?next=%2Fcompte%2Freprendre%2F"
    assert answer.get("Location") == way, (address, action, typed)
    if not signed_in:
        browser.force_login(user)
    page = browser.get("/compte/reprendre/", follow=True).content.decode()
    assert "Ce formulaire n’est pas parti." in page, (address, action)
    sent = [(name, value) for name, value in typed if name not in ("csrfmiddlewaretoken", OWNER)]
    candidates = [fields for to, fields, _ in Sent(page, address).forms if to == action]
    missing = [[name for name, value in sent if (name, value) not in fields] for fields in candidates]
    return min(missing, key=len, default=["no form"])
