"""Whatever is typed in a form, the page answers: each form that a page shows, public or of the space, is sent with
what no form expects. A fault of ours would be a page 500; a row that cannot be stored too.
"""

import random
from collections import Counter
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from tests.support import html_forms
from tests.support.matrix import EVERY_ADDRESS, answered_by, pages_of, public
from tests.support.profile import some
from tests.support.speed import within

pytestmark = pytest.mark.django_db
NASTY = (
    *("", " ", "\x00", "a\x00b", "x" * 5_000, "9" * 40, "-1", "0", "1e309", "NaN", "½", "٣", "2026-02-31", "31/12/9999"),
    *("0001-01-01", "25:99", "2026-11-23T09:00", "😀" * 30, "\u202eabc", "é\u0301", "<script>x</script>", "'; drop table x;--"),
    *("../../etc/passwd", "{}", "[]", "null", "%s %(x)s {0}", "=cmd|' /C calc'!A0", "\r\nBcc: x@exemple.fr", "x@exemple.fr"),
    *("06 12 34 56 78", "38185", "france", "99999999999999999999", "a,b;c\td", "https://exemple.fr/" + "a" * 3_000),
)  # fmt: skip
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
SKIPPED_PREFIXES = ("/deconnexion/", "/compte/")
# Of a list, each row has its own form, which the same view answers: those of two rows are sent.
ROWS = 2
# Forms that a role has sent several times. Most are reached by several roles, and what they do with what is typed
# does not depend on who typed it: each of the others sends it once, for what its own rights change.
TRIED: set[tuple[str, frozenset[str]]] = set()


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
    fields_by_form: dict[tuple[str, frozenset[str]], tuple[dict[str, list[str]], set[str]]] = {}
    for address in addresses:
        with transaction.atomic():
            answer = client.get(address)
            transaction.set_rollback(True)
        if answer.status_code == 200 and answer.get("Content-Type", "").startswith("text/html"):
            for read in html_forms.forms(answer.content.decode(), address):
                to, fields = read.action, dict[str, list[str]]()
                for each in read.fields:
                    fields.setdefault(each.name, []).extend(each.choices)
                form = to, frozenset(fields)
                if to.startswith("/") and not to.startswith(SKIPPED_PREFIXES) and form not in fields_by_form:
                    alike[kind := (answered_by(to), form[1])] += 1
                    if alike[kind] <= ROWS:
                        fields_by_form[form] = fields, read.names("file")
    wrong = []
    for form, (fields, files) in fields_by_form.items():
        to, _ = form
        chance = random.Random(f"{role} {to}")
        attempts = 1 if form in TRIED else 3
        TRIED.add(form)
        for _attempt in range(attempts):
            values = {name: typed(name, choices, files, chance) for name, choices in fields.items()}
            if (failure := broken(client, to, values)) is not None:
                wrong.append(f"{to} {values!r:.600}: {failure}")
                break
    return wrong, sum(alike.values())


def typed(name: str, choices: list[str], files: set[str], chance: random.Random) -> Any:
    """Return a hostile value for a field; now and then one of its own choices."""
    if name in files:
        return SimpleUploadedFile(
            chance.choice(("x.csv", "x.pdf", "x.xlsx", "é\u202e.zip")), chance.choice(FILES)
        )
    return chance.choice(choices) if choices and chance.random() < 0.5 else chance.choice(NASTY)


def broken(client: Client, to: str, values: dict[str, Any]) -> str | None:
    """Send a form, and put everything back; return how it broke."""
    cookies = SimpleCookie({name: morsel.value for name, morsel in client.cookies.items()})
    try:
        with transaction.atomic():
            answer = client.post(to, values)
            transaction.set_rollback(True)
    finally:
        client.cookies = cookies
    if answer.status_code < 500:
        return None
    return f"{answer.status_code}, {getattr(answer, 'exc_info', ('', ''))[1]!r:.300}"


def parts(*contents: bytes, boundary: bytes = b"x") -> bytes:
    return b"".join(b"--%b\r\n%b\r\n" % (boundary, each) for each in contents) + b"--%b--\r\n" % boundary


FIELD, FILE = (
    b'Content-Disposition: form-data; name="f"\r\n',
    b'Content-Disposition: form-data; name="f"; filename="a"\r\n',
)
POSTED_PARTS = {
    "a thousand files": parts(*[FILE + b"\r\n1"] * 1000),
    "six thousand fields": parts(*[FIELD + b"\r\n1"] * 6000),
    "no end": parts(FIELD + b"\r\n1")[:-6],
    "no boundary": b"x" * 100_000,
    "a name of megabytes": parts(b"Content-Disposition: form-data; name=" + b"a" * 3_000_000 + b"\r\n\r\n1"),
    "thousands of headers": parts(FIELD + b"X-A: b\r\n" * 50_000 + b"\r\n1"),
    "empty lines": b"\r\n" * 1_000_000,
    "parts in a part": parts(
        FIELD + b"Content-Type: multipart/mixed; boundary=y\r\n\r\n" + parts(FILE, boundary=b"y")
    ),
    "cut base64": parts(FILE + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"A" * 1_000_001),
    "a name that climbs": parts(FILE.replace(b'"a"', b'"../../../a"') + b"\r\n1"),
    "an unknown alphabet": parts(
        b"Content-Disposition: form-data; name*=utf-9'x'%ff; filename*=z''%00\r\n\r\n1"
    ),
}


def test_a_form_in_too_many_parts_or_cut_anywhere_costs_nothing(client):
    client.get("/signaler/")  # what is read once is read here
    for kind, body in POSTED_PARTS.items():
        with within(1.0):
            page = client.generic("POST", "/signaler/", body, content_type="multipart/form-data; boundary=x")
        assert page.status_code in (200, 400), kind
