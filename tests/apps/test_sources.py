"""Sources read again at their address: what changed waits for somebody, a failure is said, nothing is lost."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from django.utils import timezone

from maillage.apps.directory.intake.actions import importing, sources
from maillage.apps.directory.intake.actions import pending as files
from maillage.apps.directory.intake.queries import pending as queries
from maillage.apps.directory.intake.worklist import lines
from maillage.apps.directory.places.models import Import, Lieu, Source
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused
from maillage.manage.providers import files as providers
from maillage.manage.providers.files import fetch
from tests.conftest import with_role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]

AT = datetime(2026, 11, 20, 6, tzinfo=UTC)
HEAD = "Nom;Adresse;Code postal;Ville\n"
FIRST = HEAD + "Médiathèque;3 rue des Lilas;38000;Grenoble\nCCAS;1 place du Marché;38130;Échirolles\n"
SECOND = FIRST + "Maison de quartier;110 rue Léon Jouhaux;38100;Grenoble\n"


class Publisher:
    """A producer on this computer: what it answers at each path, and how often it was asked."""

    def __init__(self) -> None:
        self.pages: dict[str, tuple[int, bytes, dict[str, str]]] = {}
        self.asked = 0

    def publish(
        self, content: str | bytes, path: str = "/lieux.csv", status: int = 200, **headers: str
    ) -> None:
        body = content.encode() if isinstance(content, str) else content
        self.pages[path] = (status, body, {name.replace("_", "-"): value for name, value in headers.items()})


@pytest.fixture
def publisher(settings) -> Iterator[Publisher]:
    settings.SOURCES_INSIDE = True
    local_publisher = Publisher()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            local_publisher.asked += 1
            status, body, headers = local_publisher.pages.get(self.path, (404, b"", {}))
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    local_publisher.address = f"http://127.0.0.1:{server.server_port}/lieux.csv"  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield local_publisher
    server.shutdown()
    server.server_close()


@pytest.fixture
def source(publisher, coordinator) -> Source:
    followed = Source.objects.create(name="Ville", licence="ODbL-1.0")
    publisher.publish(FIRST)
    sources.follow(followed, address=publisher.address, every_days=1, by=coordinator)
    return followed


def pending_file() -> queries.PendingFile:
    (pending,) = queries.read_at_source()
    return pending


def imported(coordinator, text: str) -> None:
    """Accept the file that waits, as the page does."""
    pending = pending_file()
    files.ask_import(pending, is_complete=True, at=AT)
    assert Import.objects.latest("pk").counts["lus"] == text.count("\n") - 1


def test_what_changed_at_the_address_waits_to_be_accepted(publisher, source, coordinator):
    assert sources.run_deadlines(at=AT)["relues"] == 1
    assert not Lieu.objects.exists()  # nothing is written before somebody says so
    (line,) = lines(coordinator, AT)
    assert (line.title, line.gesture) == ("Ville", "Voir ce qui change")
    assert "2 lieux nouveaux" in line.words.replace("\xa0", " ")
    imported(coordinator, FIRST)
    assert Lieu.objects.count() == 2
    publisher.publish(SECOND)
    sources.run_deadlines(at=AT + timedelta(days=1))
    (line,) = lines(coordinator, AT)
    assert "1 lieu nouveau" in line.words.replace("\xa0", " ")


def test_the_same_file_asks_nothing_and_each_rhythm_has_its_day(publisher, source, coordinator):
    sources.run_deadlines(at=AT)
    imported(coordinator, FIRST)
    assert sources.run_deadlines(at=AT + timedelta(hours=5)) == {}
    assert publisher.asked == 1
    assert sources.run_deadlines(at=AT + timedelta(days=1))["sans_changement"] == 1
    assert publisher.asked == 2
    assert not queries.read_at_source()


def test_other_bytes_that_say_the_same_are_forgotten(publisher, source, coordinator):
    sources.run_deadlines(at=AT)
    imported(coordinator, FIRST)
    publisher.publish(FIRST.replace("\n", "\r\n"))
    counts = sources.run_deadlines(at=AT + timedelta(days=1))
    assert (counts["relues"], counts["sans_effet"]) == (1, 1)
    assert not list(lines(coordinator, AT))


def test_a_failure_is_reported_loses_nothing_and_is_tried_again_the_next_day(publisher, source, coordinator):
    sources.run_deadlines(at=AT)
    imported(coordinator, FIRST)
    source.refresh_from_db()
    source.every_days = 30
    source.save()
    publisher.pages.clear()
    later = AT + timedelta(days=30)
    assert sources.run_deadlines(at=later)["echecs"] == 1
    (line,) = lines(coordinator, later)
    assert "le serveur a répondu 404" in line.words
    assert Lieu.objects.count() == 2
    publisher.publish(SECOND)
    assert sources.run_deadlines(at=later + timedelta(days=1))["relues"] == 1
    source.refresh_from_db()
    assert source.error == []


def test_a_page_instead_of_a_table_is_a_failure_in_words(publisher, source):
    publisher.publish("<html><body>Bientôt</body></html>", Content_Type="text/html")
    assert sources.run_deadlines(at=AT)["echecs"] == 1
    source.refresh_from_db()
    assert len(source.error) == 3


@pytest.mark.parametrize("departure", ["closed", "erased"])
def test_a_source_whose_reader_left_says_so(publisher, source, coordinator, departure):
    account = User.objects.filter(pk=coordinator.pk)
    _ = account.update(is_active=False) if departure == "closed" else account.delete()
    assert sources.run_deadlines(at=AT)["echecs"] == 1
    source.refresh_from_db()
    assert "plus personne ne suit" in source.error[0]
    assert publisher.asked == 0


def test_redirections_are_followed_but_not_for_ever(publisher):
    publisher.publish("", "/ici", 302, Location="/lieux.csv")
    publisher.publish(FIRST, Content_Disposition='attachment; filename="ville.csv"')
    base_url = publisher.address.removesuffix("/lieux.csv")
    assert fetch(f"{base_url}/ici", inside=True) == ("ville.csv", FIRST.encode())
    publisher.publish("", "/tourne", 301, Location="/tourne")
    with pytest.raises(Refused, match="sans fin"):
        fetch(f"{base_url}/tourne", inside=True)


def test_a_file_cut_on_the_way_or_too_large_is_refused(publisher, monkeypatch):
    publisher.publish("Nom;Ville\n", Content_Length="5000")
    with pytest.raises(Refused):
        fetch(publisher.address, inside=True)
    monkeypatch.setattr("maillage.manage.providers.files.MAX_BYTES", 10)
    publisher.publish("x" * 11)
    with pytest.raises(Refused, match="dépasse"):
        fetch(publisher.address, inside=True)


@pytest.fixture
def dripping(settings) -> Iterator[str]:
    """The address of a server that gives its file a byte at a time, for seconds; nothing is ever late."""
    settings.SOURCES_INSIDE = True
    sent, stopped = [], threading.Event()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            with suppress(OSError):
                while len(sent) < 200 and not stopped.wait(0.05):
                    self.wfile.write(b"x")
                    sent.append(1)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/lieux.csv"
    assert len(sent) < 150, "what is due waited for the whole of it"
    stopped.set()
    server.shutdown()
    server.server_close()


def test_a_file_whose_erasing_was_lost_with_its_base_is_erased_all_the_same(publisher, source):
    """Une base transférée à PostgreSQL laisse derrière elle les tâches : les fichiers déposés restaient toujours."""
    dropped, now = files.hold(b"Nom;Ville\n", "lieux.csv", at=AT), timezone.now()
    sources.run_deadlines(at=AT)
    assert sources.forget_old(now + files.RETENTION) == 0, "their tasks may still do it"
    assert (queries.dropped_file(dropped) is not None, pending_file().read_at_source) == (True, True)
    assert sources.forget_old(now + 2.1 * files.RETENTION) == 1
    assert queries.dropped_file(dropped) is None
    assert sources.forget_old(AT + 2.1 * sources.AWAITS) == 1
    assert not list(queries.home().iterdir())


def test_a_file_that_never_ends_to_arrive_does_not_delay_other_deadlines(dripping, monkeypatch):
    monkeypatch.setattr(providers, "LONGEST", 0.3)
    with pytest.raises(Refused, match="fini d’arriver"):
        fetch(dripping, inside=True)


@pytest.mark.parametrize(
    "address",
    ["https://127.0.0.1/x.csv", "https://[::1]/x", "https://10.0.0.7/x", "https://169.254.169.254/latest"],
)
def test_an_address_of_the_network_is_never_called(address):
    with pytest.raises(Refused, match="ordinateur du réseau"):
        fetch(address)


@pytest.mark.parametrize(
    "address", ["http://exemple.fr/x", "ftp://exemple.fr/x", "file:///etc/passwd", "x", ""]
)
def test_only_https_is_called(address):
    with pytest.raises(Refused, match="https"):
        fetch(address)


def test_a_secret_in_an_address_is_refused():
    with pytest.raises(Refused, match="mot de passe"):
        fetch("https://nom:secret@exemple.fr/x")


# ---------------------------------------------------------------------------------------------------- the page


def test_a_source_is_followed_from_its_page(client, publisher, coordinator):
    client.force_login(coordinator)
    hub = Source.objects.create(name="Hub")
    publisher.publish(FIRST)
    page = f"/espace/annuaire/sources/{hub.pk}/"
    assert page in client.get("/espace/annuaire/sources/").content.decode()
    client.post(page, {"adresse": publisher.address, "rythme": "7", "geste": "garder"})
    hub.refresh_from_db()
    assert (hub.address, hub.every_days, hub.reader) == (publisher.address, 7, coordinator)
    response = client.post(page, {"geste": "relire"})
    assert response["Location"] == f"/espace/annuaire/importer/{pending_file().key}/verifier/"
    assert "voir ce qui" in " ".join(client.get(page).content.decode().split())


def test_what_cannot_be_followed_is_refused_and_stays_typed(client, coordinator):
    client.force_login(coordinator)
    hub = Source.objects.create(name="Hub")
    page = f"/espace/annuaire/sources/{hub.pk}/"
    response = client.post(page, {"adresse": "http://exemple.fr/lieux.csv", "rythme": "7"})
    assert response.status_code == 400
    assert 'value="http://exemple.fr/lieux.csv"' in response.content.decode()
    assert client.post(page, {"adresse": "", "rythme": "7"}).status_code == 400
    for odd in ("https://[exemple.fr/x", f"https://exemple.fr/{'x' * 500}"):  # PostgreSQL refuses the second
        assert client.post(page, {"adresse": odd, "rythme": "7"}).status_code == 400
    hub.refresh_from_db()
    assert (hub.address, hub.every_days) == ("", 0)


def test_the_coordination_of_a_territory_follows_no_source_of_all(client):
    user = User.objects.create_user("isere@exemple.fr", "x", name="Isère", is_demonstration=True)
    client.force_login(with_role(user, "coordination", territory="38"))
    hub = Source.objects.create(name="Hub")
    assert "Hub" in client.get("/espace/annuaire/sources/").content.decode()
    assert client.get(f"/espace/annuaire/sources/{hub.pk}/").status_code == 404


def test_a_source_tells_what_it_gave_each_time(client, source, coordinator):
    client.force_login(coordinator)
    sources.run_deadlines(at=AT)
    imported(coordinator, FIRST)
    row = Import.objects.get()
    page = client.get(f"/espace/annuaire/sources/{source.pk}/").content.decode()
    assert f"/espace/annuaire/imports/{row.pk}/" in page
    importing.take_back(row, by="x", at=AT)
    page = client.get(f"/espace/annuaire/sources/{source.pk}/").content.decode()
    assert row.get_state_display() not in ("", "terminé") or "défait" in page
