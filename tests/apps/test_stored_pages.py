"""Public pages kept whole: the same as if they were made, for nobody but who has no cookie, and until what
they show changes.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import messages
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from maillage.apps.agenda.actions import planning
from maillage.apps.directory.places.actions import index
from maillage.apps.platform.accounts import actions as journal
from maillage.apps.territories.actions import correct
from maillage.manage.requests import stored_pages
from maillage.manage.requests.stored_pages import SUBJECTS_BY_PATH, StoredPages
from tests.conftest import account
from tests.support.example_rows import CELL
from tests.support.places import place

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock_at")]
NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
SOON = NOW + timedelta(days=3, hours=1)


@pytest.fixture(autouse=True)
def _stored(settings, monkeypatch):
    """Pages are stored, and the minute of the test does not end."""
    settings.STORED_PAGES = 60
    monkeypatch.setattr("maillage.manage.requests.stored_pages.time.time", lambda: 6000.0)


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Commit at the end of the context the rows written in it; rows written before are never committed."""

    def within():
        connection.run_on_commit.clear()
        return django_capture_on_commit_callbacks(execute=True)

    return within


@pytest.fixture
def karim(home):
    library = place("bibliotheque", {"nom": "Bibliothèque"})
    return account("karim", "formation", structure=library.structure), library


def planned(karim):
    by, library = karim
    common_values = {
        "title": "Écrire à Zoé",
        "subject": "mail",
        "level": "debutant",
        "lieu": library,
        "capacity": 2,
    }
    values = common_values | {"starts_at": SOON, "ends_at": SOON + timedelta(hours=2)}
    return planning.plan(by=by, structure=library.structure, values=values, at=NOW)


def queries(client, path) -> tuple[list[str], str]:
    with CaptureQueriesContext(connection) as context:
        answer = client.get(path)
    assert answer.status_code == 200
    return [each["sql"] for each in context], answer.content.decode()


@pytest.mark.parametrize("path", list(SUBJECTS_BY_PATH))
def test_a_page_is_made_once_and_is_the_one_that_would_be_made(client, settings, path):
    first = client.get(path)
    statements, again = queries(client, path)
    assert again == first.content.decode()
    assert len(statements) <= 1, "a page that is kept asks only whether it still holds"
    stored_page = client.get(path)
    assert {**stored_page.headers, "X-Request-ID": ""} == {**first.headers, "X-Request-ID": ""}
    assert not stored_page.cookies and stored_page.resolver_match.route == first.resolver_match.route
    settings.STORED_PAGES = 0
    assert client.get(path).content.decode() == again


def test_somebody_signed_in_gets_their_own_page_and_leaves_nothing_of_it(client, karim):
    nobody = client.get("/ateliers/").content.decode()
    client.force_login(karim[0])
    own_page = client.get("/ateliers/")
    assert own_page.content.decode() != nobody
    assert "no-store" in own_page["Cache-Control"] and "ETag" not in own_page
    client.logout()
    assert client.get("/ateliers/").content.decode() == nobody


def test_the_page_of_somebody_signed_in_is_stored_for_nobody(client, karim):
    client.force_login(karim[0])
    own_page = client.get("/glossaire/").content.decode()
    client.logout()
    assert client.get("/glossaire/").content.decode() != own_page
    statements, _ = queries(client, "/ateliers/")
    assert len(statements) > 1, "the first page of nobody is made"


def test_a_notice_to_one_account_reaches_nobody_else(client, rf, karim):
    client.force_login(karim[0])
    session = client.session
    request = rf.get("/")
    request.session, request.COOKIES["sessionid"] = session, session.session_key
    request._messages = messages.storage.default_storage(request)
    messages.info(request, "Ceci est pour Karim.")
    request._messages.update(None)
    session.save()
    assert "Ceci est pour Karim." in client.get("/glossaire/").content.decode()
    client.logout()
    assert "Ceci est pour Karim." not in client.get("/glossaire/").content.decode()
    assert "Ceci est pour Karim." not in Client().get("/glossaire/").content.decode()


def test_each_language_and_each_light_has_its_page(client):
    french = client.get("/").content.decode()
    for cookie, value, sign in (
        ("langue", "uk", 'lang="uk"'),
        ("langue", "ar", 'dir="rtl"'),
        ("theme", "nuit", 'data-theme="nuit"'),
    ):
        client.cookies[cookie] = value
        for _ in range(2):
            assert sign in client.get("/").content.decode()
        del client.cookies[cookie]
    client.cookies["langue"] = "xx"
    assert client.get("/").content.decode() == french


@pytest.mark.parametrize(
    "request_options",
    [
        {"path": "/sources/", "data": {"q": "Insee"}},
        {"path": "/ateliers/", "headers": {"cookie": "territoire=38"}},
        {"path": "/ateliers/", "headers": {"cookie": "sessionid=x"}},
        {"path": "/ateliers/", "headers": {"authorization": "Bearer x"}},
        {"path": "/ateliers/", "headers": {"host": "127.0.0.1"}},
    ],
)
def test_who_asks_otherwise_gets_a_page_made_for_them(client, request_options):
    client.get(request_options["path"])
    with CaptureQueriesContext(connection) as context:
        assert client.get(**request_options).status_code == 200
    assert any("cache" not in each["sql"] for each in context)


POISON = "piege.exemple.fr"
CLAIMED = (
    "x-forwarded-host",
    "x-host",
    "x-forwarded-server",
    "forwarded",
    "x-original-url",
    "x-rewrite-url",
    "origin",
)
CLAIMED += ("x-forwarded-prefix", "x-forwarded-scheme", "x-http-method-override", "referer", "user-agent")


@pytest.mark.parametrize("path", list(SUBJECTS_BY_PATH))
def test_what_a_request_claims_of_its_host_is_stored_for_nobody(client, path):
    clean = Client().get(path).content
    client.get(path, headers=dict.fromkeys(CLAIMED, POISON))
    victim = client.get(path)
    assert victim.content == clean and POISON not in str(victim.headers)


def test_an_unknown_host_is_refused(client):
    assert client.get("/").status_code == 200
    assert client.get("/", headers={"host": "ailleurs.exemple.fr"}).status_code == 400


def test_a_page_with_a_form_is_never_stored(client):
    secrets = {Client().get("/bilan/").cookies["csrftoken"].value for _ in range(2)}
    assert len(secrets) == 2 and "/bilan/" not in SUBJECTS_BY_PATH


def test_a_write_is_visible_at_once_in_each_process(client, karim, committed):
    other = Client()  # with pages of its own, as another process
    row = planned(karim)
    for each in (client, other, client, other):
        assert "Écrire à Zoé" not in each.get("/ateliers/").content.decode()
    with committed():
        planning.publish(row, by=karim[0], at=NOW)
        planning.publish(row, by=karim[0], at=NOW)
    for each in (client, other):
        assert "Écrire à Zoé" in each.get("/ateliers/").content.decode()


def test_a_reading_or_a_write_of_something_else_makes_no_page_again(client, karim, committed):
    client.get("/ateliers/")
    with committed() as callbacks:
        journal.record(by=karim[0], verb="lieu.seen", row=karim[1], at=NOW)
        journal.record(by=karim[0], verb="account.changed", row=karim[0], at=NOW)
    assert not callbacks
    statements, _ = queries(client, "/ateliers/")
    assert len(statements) == 1


def test_a_place_and_a_correction_are_visible_at_once(client, karim, committed):
    by, library = karim
    for path in ("/carte/", "/ateliers/", "/sources/"):
        client.get(path)
    with committed() as callbacks:
        index.refresh([library])
        index.refresh([library])
    assert len(callbacks) == 1, "a mark is left once by a transaction"
    for path, again in (("/carte/", True), ("/ateliers/", True), ("/sources/", False)):
        assert (len(queries(client, path)[0]) > 1) == again
    with committed():
        correct(by=by, **CELL, value=21_000.0, reason="L’arrêté de mars")
    assert "L’arrêté de mars" in client.get("/sources/").content.decode()


def test_an_unrecorded_write_is_visible_once_the_minute_ends(client, karim, monkeypatch):
    row = planned(karim)
    client.get("/ateliers/")
    type(row).objects.filter(pk=row.pk).update(published_at=NOW)
    monkeypatch.setattr("maillage.manage.requests.stored_pages.time.time", lambda: 6059.9)
    assert "Écrire à Zoé" not in client.get("/ateliers/").content.decode()
    monkeypatch.setattr("maillage.manage.requests.stored_pages.time.time", lambda: 6060.0)
    assert "Écrire à Zoé" in client.get("/ateliers/").content.decode()


def test_a_browser_that_has_the_page_is_sent_nothing(client):
    first = client.get("/glossaire/")
    again = client.get("/glossaire/", headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_page_is_packed_for_those_alone_who_can_open_it(rf):
    requests = []

    def answer(request):
        requests.append(request)
        return HttpResponse(request.headers.get("Accept-Encoding", ""))

    stored_pages = StoredPages(answer)
    for words in ("gzip, br", "", "gzip", "identity"):
        headers = {"accept-encoding": words}
        assert (b"gzip" in stored_pages(rf.get("/glossaire/", headers=headers)).content) == ("gzip" in words)
    assert len(requests) == 2


def test_pages_that_ask_the_database_nothing_answer_without_it(client, monkeypatch):
    def away(*_: object, **__: object) -> None:
        raise AssertionError("the database was asked")

    client.get("/glossaire/")
    monkeypatch.setattr("maillage.web.marks.caches", away)
    assert client.get("/glossaire/").status_code == 200


def test_only_so_many_pages_are_stored(client, monkeypatch):
    monkeypatch.setattr(stored_pages, "MOST", 2)
    for path in SUBJECTS_BY_PATH:
        assert client.get(path).status_code == 200
    assert client.get("/").status_code == 200
