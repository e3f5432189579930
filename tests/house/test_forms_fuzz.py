"""Whatever is typed in a form, the page answers: each form that a page shows, public or of the space, is sent with
what no form expects. A fault of ours would be a page 500; a row that cannot be stored too.
"""

import random
from collections import Counter
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import Resolver404, resolve

from tests.house.test_growth import EVERY_ADDRESS, pages_of, public
from tests.house.test_rights import once, world
from tests.support.profile import some

__all__ = ["once", "world"]  # the rows of everybody
pytestmark = pytest.mark.django_db
NASTY = (
    *(
        "",
        " ",
        "\x00",
        "a\x00b",
        "x" * 5_000,
        "9" * 40,
        "-1",
        "0",
        "1e309",
        "NaN",
        "½",
        "٣",
        "2026-02-31",
        "31/12/9999",
    ),
    *(
        "0001-01-01",
        "25:99",
        "2026-11-23T09:00",
        "😀" * 30,
        "\u202eabc",
        "é\u0301",
        "<script>x</script>",
        "'; drop table x;--",
    ),
    *(
        "../../etc/passwd",
        "{}",
        "[]",
        "null",
        "%s %(x)s {0}",
        "=cmd|' /C calc'!A0",
        "\r\nBcc: x@exemple.fr",
        "x@exemple.fr",
    ),
    *(
        "06 12 34 56 78",
        "38185",
        "france",
        "99999999999999999999",
        "a,b;c\td",
        "https://exemple.fr/" + "a" * 3_000,
    ),
)
FILES = (
    b"",
    b"\x00\xff" * 50,
    b"a;b\n1;2\n",
    b"PK\x03\x04" + b"\x00" * 40,
    b"%PDF-1.4\n",
    b"{}",
    b"\xef\xbb\xbf",
)
# What ends the session, or asks the computer for a country: tried by their own tests.
APART = ("/deconnexion/", "/compte/")
# Of a list, each row has its own form, which the same view answers: those of two rows are sent.
ROWS = 2
# Forms that a role has sent several times. Most are reached by several roles, and what they do with what is typed
# does not depend on who typed it: each of the others sends it once, for what its own rights change.
TRIED: set[tuple[str, frozenset[str]]] = set()


class Forms(HTMLParser):
    """The forms of a page that are sent by POST: where to, and the fields of each with their values."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, list[str]], set[str]]] = []
        self._fields: dict[str, list[str]] | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = {} if told.get("method", "").lower() == "post" else None
            if self._fields is not None:
                self.found.append((told.get("action", ""), self._fields, set()))
        elif self._fields is None:
            return
        elif tag == "option" and self._select:
            self._fields[self._select].append(told.get("value", ""))
        elif tag in ("input", "select", "textarea", "button") and (name := told.get("name")):
            self._select = name if tag == "select" else ""
            self._fields.setdefault(name, [])
            if tag in ("input", "button"):
                self._fields[name].append(told.get("value", ""))
            if told.get("type") == "file":
                self.found[-1][2].add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == "select":
            self._select = ""


@pytest.mark.slow("every form of the public pages is sent several times")
def test_whatever_is_typed_on_a_public_page_it_answers(client, world):
    wrong, n = sent(client, "", list(public(world)))
    assert not wrong, "\n".join(wrong)
    assert n > 10


@pytest.mark.complete
@pytest.mark.slow("every form that a role reaches is sent several times")
@pytest.mark.parametrize("role", some(EVERY_ADDRESS, "gestionnaire", "coordination"))
def test_whatever_is_typed_in_the_space_it_answers(client, world, role):
    client.force_login(world.users[role])
    wrong, n = sent(client, role, list(pages_of(world, role)))
    assert not wrong, "\n".join(wrong)
    assert n > 10


def sent(client: Client, role: str, addresses: list[str]) -> tuple[list[str], int]:
    """Send each form of some pages, once wherever it is; return what broke, and how many forms there were.

    Each role types something else.
    """
    client.raise_request_exception = False
    alike: Counter[tuple[str, frozenset[str]]] = Counter()
    seen: dict[tuple[str, frozenset[str]], tuple[dict[str, list[str]], set[str]]] = {}
    for address in addresses:
        with transaction.atomic():
            answer = client.get(address)
            transaction.set_rollback(True)
        if answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html"):
            page = Forms()
            page.feed(answer.content.decode())
            for action, fields, files in page.found:
                to = action or address
                form = to, frozenset(fields)
                if to.startswith("/") and not to.startswith(APART) and form not in seen:
                    alike[kind := (answered_by(to), form[1])] += 1
                    if alike[kind] <= ROWS:
                        seen[form] = fields, files
    wrong = []
    for form, (fields, files) in seen.items():
        to, _ = form
        chance = random.Random(f"{role} {to}")
        attempts = 1 if form in TRIED else 3
        TRIED.add(form)
        for _attempt in range(attempts):
            values = {name: typed(name, choices, files, chance) for name, choices in fields.items()}
            if (told := broken(client, to, values)) is not None:
                wrong.append(f"{to} {values!r:.600}: {told}")
                break
    return wrong, sum(alike.values())


def answered_by(address: str) -> str:
    """Return the name of the view that answers an address; itself where none does."""
    try:
        return resolve(address.partition("?")[0]).view_name
    except Resolver404:
        return address


def typed(name: str, choices: list[str], files: set[str], chance: random.Random) -> Any:
    """Return what somebody who wishes us ill puts in a field; now and then what it holds."""
    if name in files:
        return SimpleUploadedFile(
            chance.choice(("x.csv", "x.pdf", "x.xlsx", "é\u202e.zip")), chance.choice(FILES)
        )
    return chance.choice(choices) if choices and chance.random() < 0.5 else chance.choice(NASTY)


def broken(client: Client, to: str, values: dict[str, Any]) -> str | None:
    """Send a form, and put everything back; return how it broke."""
    cookies = SimpleCookie({name: each.value for name, each in client.cookies.items()})
    try:
        with transaction.atomic():
            answer = client.post(to, values)
            transaction.set_rollback(True)
    finally:
        client.cookies = cookies
    if answer.status_code < 500:
        return None
    return f"{answer.status_code}, {getattr(answer, 'exc_info', ('', ''))[1]!r:.300}"
