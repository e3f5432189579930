"""Files copied to a server, checked by the programs that read them: systemd, nginx."""

import configparser
import contextlib
import http.client
import inspect
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from django.urls import resolve
from gunicorn.config import Config
from gunicorn.http.errors import ParseException
from gunicorn.http.parser import RequestParser

from maillage.manage.main import COMMANDS
from maillage.manage.requests.request_log import KNOWN
from maillage.sources.offer.forms import sheet
from tests.support.certificates import self_signed
from tests.support.routes import address_of, routes
from tests.support.shared import furnish
from tests.support.speed import until
from tools import container
from tools.ports import free_port

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(DEPLOY.glob("*.service")) + sorted(DEPLOY.glob("*.timer"))
MEGABYTE, MARK = 2**20, b"un papier que personne d'autre ne lit\n"
SIGNED_IN = {"Cookie": "sessionid=une-session-ouverte"}
# Sent by a device without an account, with a link that says where it comes from.
DEVICES = {"survey_send", "survey_odk_send", "learning_sync"}
MAX_EXPOSURE = 25  # tenths of a point, of ten, as systemd scores what a service could do to its computer
VARIABLES = re.compile(r"^#? ?([A-Z_]+)=", re.MULTILINE)


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_names_programs_and_options_that_exist(path, tmp_path):
    unit = configparser.ConfigParser(strict=False, interpolation=None)
    unit.optionxform = str
    unit.read(path)
    if path.suffix == ".timer":
        assert (DEPLOY / path.with_suffix(".service").name).exists()
        return
    words = unit["Service"]["ExecStart"].split()
    assert words[0] == "/opt/maillage/.venv/bin/maillage"
    assert words[1] in COMMANDS
    assert unit["Service"]["User"] == "maillage"
    assert unit["Service"]["ProtectSystem"] == "strict"
    if analyze := shutil.which("systemd-analyze"):
        for other in DEPLOY.glob("*.socket"):
            shutil.copy(other, tmp_path)
        unit_copy = tmp_path / path.name
        unit_copy.write_text(path.read_text("utf-8").replace(words[0], "/bin/true"), "utf-8")
        done = subprocess.run(
            [analyze, "verify", "--man=no", unit_copy], capture_output=True, text=True, check=False
        )
        faults = [line for line in done.stderr.splitlines() if path.name in line]
        assert faults == []
        scored = [analyze, "security", "--offline=yes", "--no-pager", f"--threshold={MAX_EXPOSURE}", path]
        done = subprocess.run(scored, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout.splitlines()[-1]


def test_a_unit_that_the_manual_enables_starts_again_with_the_computer(tmp_path):
    """Without [Install], systemd starts it at once and forgets it at the next boot."""
    manual = (DEPLOY.parent / "docs/installer.md").read_text("utf-8")
    names = [
        name if "." in name else f"{name}.service"
        for line in re.findall(r"systemctl enable (?:--now )?(.+)", manual)
        for name in line.split()
    ]
    assert len(names) >= 5
    for name in names:
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.read(DEPLOY / re.sub(r"@\w+", "@", name))
        assert unit.has_option("Install", "WantedBy"), name
    if systemctl := shutil.which("systemctl"):
        shutil.copytree(DEPLOY, tmp_path / "etc/systemd/system")
        subprocess.run([systemctl, f"--root={tmp_path}", "enable", *names], check=True, capture_output=True)
        linked = {path.name for path in (tmp_path / "etc/systemd/system").glob("*.wants/*")}
        assert linked == set(names)


def test_service_that_migrates_first_has_no_start_timeout():
    """systemd tue au bout de 90 secondes ce qui précède un service, et le relance : une longue mise à jour n’y finirait
    jamais.
    """
    for path in DEPLOY.glob("*.service"):
        unit = configparser.ConfigParser(strict=False, interpolation=None)
        unit.read(path)
        if "ExecStartPre" in unit["Service"]:
            assert unit["Service"]["TimeoutStartSec"] == "infinity", path.name


def test_the_options_of_the_units_are_understood():
    from maillage.manage.main import parser

    for path in DEPLOY.glob("*.service"):
        for line in re.findall(r"^Exec\w+=\S+/maillage (.+)$", path.read_text("utf-8"), re.MULTILINE):
            words = line.replace("%i", "lente").split()
            assert parser(words).parse_args(words).commande == words[0]


def test_the_image_runs_a_command_that_exists_under_an_account_without_rights():
    containerfile = (DEPLOY / "Containerfile").read_text("utf-8")
    assert f"ARG SYSTEME={container.SYSTEM}\n" in containerfile
    last = containerfile[containerfile.rindex("\nFROM ") :]
    entry, words = (
        json.loads(re.search(rf"^{word} (\[.+\])$", last, re.MULTILINE)[1]) for word in ("ENTRYPOINT", "CMD")
    )
    assert entry == ["maillage"]
    from maillage.manage.main import parser

    options = parser(words).parse_args(words)
    assert (options.commande, options.adresse, options.port) == ("servir", "0.0.0.0", 8000)
    assert re.search(r"^USER (\d+):(\d+)$", last, re.MULTILINE)[1] != "0"
    sign = json.loads(re.search(r"^HEALTHCHECK [^\[]+(\[.+\])$", last, re.MULTILINE)[1])
    assert f"127.0.0.1:{options.port}/sante/" in sign[-1]
    compile(sign[-1], "the sign of health", "exec")
    home = re.search(r"MAILLAGE_HOME=(\S+)", last)[1]
    assert f"VOLUME {home}" in last and f"-o maillage -g maillage {home}" in last


def test_the_image_takes_nothing_that_is_somebody_s():
    ignored = (DEPLOY.parent / ".containerignore").read_text("utf-8").splitlines()
    assert {".git", "var", "var-*", ".venv", "node_modules", "assets"} <= set(ignored)


def test_image_build_without_a_builder_is_refused(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert container.main() == 0
    assert capsys.readouterr().out.strip() == container.ABSENT


def test_each_variable_of_the_settings_is_explained():
    guide = (DEPLOY.parent / "docs/installer.md").read_text("utf-8")
    named = VARIABLES.findall((DEPLOY / "maillage.env").read_text("utf-8"))
    assert len(named) >= 6
    assert [name for name in named if f"`{name}" not in guide] == []


class Echo(BaseHTTPRequestHandler):
    """Answer with the headers that it was sent, as JSON; at /grand/, with eight megabytes; say who is signed in."""

    protocol_version = "HTTP/1.1"
    lines: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        n_bytes = len(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(str(n_bytes).encode())

    def parse_request(self) -> bool:
        self.lines.append(self.raw_requestline.decode("latin-1").strip())
        return super().parse_request()

    def do_GET(self) -> None:
        if self.path == "/compte/presence/":
            self.send_response(204 if self.headers.get("Cookie") == SIGNED_IN["Cookie"] else 403)
            self.end_headers()
            return
        names = {name.lower(): value for name, value in self.headers.items()}
        self.answer(
            MARK * (8 * MEGABYTE // len(MARK)) if self.path == "/grand/" else json.dumps(names).encode()
        )

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        pass


@dataclass(frozen=True, slots=True)
class Proxy:
    """An nginx that runs. folder: all that it may write in, its logs among them."""

    plain: int
    secure: int
    certificate: Path
    folder: Path
    process: subprocess.Popen[bytes]
    platform: ThreadingHTTPServer

    def call(self) -> http.client.HTTPSConnection:
        context = ssl.create_default_context(cafile=self.certificate)
        return http.client.HTTPSConnection("localhost", self.secure, context=context)

    def stop_platform(self) -> None:
        self.platform.shutdown()
        self.platform.server_close()

    def pids(self) -> list[str]:
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [str(self.process.pid), *children]

    def open_files(self) -> list[str]:
        """Return the files on disk that it and its workers hold open, those without a name too."""
        links = (link for pid in self.pids() for link in Path(f"/proc/{pid}/fd").iterdir())
        return [str(link.readlink()) for link in links if link.is_file()]

    def megabytes(self) -> float:
        """Return the memory that it and its workers hold."""
        rows = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.pids()]
        return sum(int(re.search(r"^Pss: +(\d+)", text, re.MULTILINE)[1]) for text in rows) / 1024

    def begin(self, path: str, length: int, n_sent: int, address: str, **headers: str) -> ssl.SSLSocket:
        """Announce a body from an address of this computer, and send its beginning."""
        context = ssl.create_default_context(cafile=self.certificate)
        plain = socket.create_connection(("127.0.0.1", self.secure), source_address=(address, 0), timeout=60)
        call = context.wrap_socket(plain, server_hostname="localhost")
        lines = {"Host": "localhost", "Content-Length": str(length), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        call.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode())
        with contextlib.suppress(OSError):  # refused before it is read
            call.sendall(b"x" * n_sent)
        return call


@pytest.fixture
def proxied(tmp_path):
    """A real nginx with our site file, before a server that says what it was sent."""
    program = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if program is None:
        pytest.skip("nginx n’est pas installé : sudo apt install nginx-light")
    behind = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=behind.serve_forever, daemon=True).start()
    plain, secure, pem = free_port(), free_port(), self_signed(tmp_path, days=60)
    site = (DEPLOY / "nginx.conf").read_text("utf-8")
    for before, after in (
        (r"listen \[::\].*\n", "\n"),
        (r"listen 80;", f"listen 127.0.0.1:{plain};"),
        (r"listen 443", f"listen 127.0.0.1:{secure}"),
        (r"ssl_certificate(_key)? .*;", rf"ssl_certificate\1 {pem};"),
        (r"/var/log/nginx/", f"{tmp_path}/"),
        (r"127\.0\.0\.1:8000", f"127.0.0.1:{behind.server_port}"),
        (r"maillage\.exemple\.fr", "localhost"),
    ):
        site, n = re.subn(before, after, site)
        assert n, before
    own = f"access_log {tmp_path}/acces;\n" + "".join(
        f"{kind}_temp_path {tmp_path}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    nginx_conf = tmp_path / "nginx.conf"
    nginx_conf.write_text(
        f"user root;\ndaemon off;\npid {tmp_path}/pid;\nerror_log {tmp_path}/erreurs;\nevents {{ worker_connections 4096; }}\n"
        f"http {{\n{own}{site}\n}}\n",
        "utf-8",
    )
    checked = subprocess.run(
        [program, "-t", "-q", "-c", nginx_conf, "-e", tmp_path / "e"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    running = subprocess.Popen([program, "-c", nginx_conf, "-e", tmp_path / "e"], stderr=subprocess.DEVNULL)

    def answers() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", secure)) == 0

    try:
        until(answers)
        yield Proxy(plain, secure, pem, tmp_path, running, behind)
    finally:
        running.terminate()
        running.wait()
        behind.shutdown()


def test_nginx_hands_over_who_calls_and_keeps_to_https(proxied):
    call = http.client.HTTPConnection("127.0.0.1", proxied.plain)
    call.request("GET", "/carte/?ou=Vif", headers={"Host": "localhost"})
    answer = call.getresponse()
    assert (answer.status, answer.getheader("Location")) == (301, "https://localhost/carte/?ou=Vif")

    def ask(method: str = "GET", path: str = "/", **headers: str) -> http.client.HTTPResponse:
        call = proxied.call()
        call.request(method, path, headers=headers)
        return call.getresponse()

    received = json.loads(
        ask(
            **{
                "X-Forwarded-For": "9.9.9.9",
                "X-Forwarded-Proto": "http",
                "X-Forwarded-Host": "autre.example",
            },
            **{"X-Request-ID": "celui-d-une-autre"},
        ).read()
    )
    assert KNOWN.fullmatch(received["x-request-id"]) and received["x-request-id"] != "celui-d-une-autre"
    assert (received["x-forwarded-for"], received["x-forwarded-proto"]) == ("127.0.0.1", "https")
    assert "x-forwarded-host" not in received
    assert received["host"].split(":")[0] == "localhost"
    refused = ask("POST", **{"Content-Length": "9000001"})
    assert (refused.status, "Cet envoi est trop lourd." in refused.read().decode()) == (413, True)
    assert ask("POST", "/espace/annuaire/importer/", **{"Content-Length": str(71 * MEGABYTE)}).status == 413
    refused = ask("POST", "/espace/papiers/", **{"Content-Length": "200000"})
    assert (refused.status, "Vous n’êtes pas connecté." in refused.read().decode()) == (403, True)
    ask(path="/espace/a%2Fb/?q=c%2Fd").read()
    assert Echo.lines[-1] == "GET /espace/a%2Fb/?q=c%2Fd HTTP/1.1"


def test_nginx_writes_no_address_whether_the_platform_answers_or_not(proxied):
    """A personal link opens by its address: on both ports, answered, refused or failed, no file holds it."""
    link = "/rdv/un-lien-que-personne-d-autre-ne-lit/"

    def ask(call: http.client.HTTPConnection, method: str = "GET", **headers: str) -> int:
        named = {"Host": "localhost", "Referer": f"https://localhost{link}"}
        call.request(method, link, headers=named | headers)
        answer = call.getresponse()
        assert (answer.status != 502) == (answer.getheader("Retry-After") != "60")
        assert (answer.status != 502) == ("Maillage ne répond pas" not in answer.read().decode())
        return answer.status

    def holding() -> list[str]:
        return [
            each.name for each in proxied.folder.rglob("*") if each.is_file() and link in each.read_text()
        ]

    plain = http.client.HTTPConnection("127.0.0.1", proxied.plain)
    assert (ask(plain), ask(proxied.call()), holding()) == (301, 200, [])
    proxied.stop_platform()
    assert (ask(plain), ask(proxied.call()), holding()) == (301, 502, [])
    assert ask(proxied.call(), "POST", **{"Content-Length": "9000001"}) == 413
    failures = proxied.folder / "maillage.log"
    until(lambda: failures.stat().st_size)
    assert re.fullmatch(r"\S+ 502 502 GET \d\.\d+ [0-9a-f]{32}\n", failures.read_text())
    assert holding() == []


@pytest.mark.parametrize(("method", "burst"), [("GET", 300), ("POST", 40)])
def test_nginx_stops_whoever_hammers_and_no_room_that_shares_an_address(proxied, method, burst):
    call, n_answered = proxied.call(), 0
    while n_answered < 10 * burst:
        call.request(method, "/", body=b"x" if method == "POST" else None)
        answer = call.getresponse()
        text = answer.read().decode()
        if answer.status == 429:
            break
        assert answer.status == 200
        n_answered += 1
    assert burst <= n_answered < 10 * burst
    assert "Trop de demandes à la fois." in text and answer.getheader("Retry-After") == "10"


SECOND = b"GET /cachee/ HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
LENGTH = f"Content-Length: {len(SECOND) + 5}\r\n".encode()
# Headers that two programs may cut at two places: a second request, hidden in the body of the first.
SMUGGLED = {
    "both lengths": LENGTH + CHUNKED,
    "both, the other way": CHUNKED + LENGTH,
    "two lengths": b"Content-Length: 5\r\n" + LENGTH,
    "two lengths in one": b"Content-Length: 5, 60\r\n",
    "signed length": b"Content-Length: +5\r\n",
    "length in hexadecimal": b"Content-Length: 0x5\r\n",
    "negative length": b"Content-Length: -1\r\n",
    "encoding misspelt": LENGTH + b"Transfer-Encoding: xchunked\r\n",
    "encoding after a tab": LENGTH + b"Transfer-Encoding:\tchunked\r\n",
    "encoding twice": CHUNKED + b"Transfer-Encoding: identity\r\n",
    "space before the colon": LENGTH + b"Transfer-Encoding : chunked\r\n",
    "folded": LENGTH + b"X: a\r\n Transfer-Encoding: chunked\r\n",
    "end of line alone": LENGTH + b"X: a\rTransfer-Encoding: chunked\r\n",
}


def test_no_request_hides_in_the_body_of_another():
    """Read by gunicorn itself: whatever a proxy let through, the second request is refused, or is the body."""
    for kind, headers in SMUGGLED.items():
        raw = b"POST / HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n0\r\n\r\n" + SECOND
        paths = []
        with contextlib.suppress(ParseException):
            for request in RequestParser(Config(), iter([raw]), ("127.0.0.1", 1)):
                paths.append(request.path)
                request.body.read()
        assert paths in ([], ["/"]), kind
    raw = b"POST / HTTP/1.1\r\nHost: localhost\r\n" + CHUNKED + b"\r\n0\r\n\r\n" + SECOND
    paths = [(each.body.read() and "") or each.path for each in RequestParser(Config(), iter([raw]), ("", 1))]
    assert paths == ["/", "/cachee/"], "told apart, both are read"


def test_nginx_passes_on_no_request_that_hides_in_the_body_of_another(proxied):
    context = ssl.create_default_context(cafile=proxied.certificate)
    for kind, headers in SMUGGLED.items():
        Echo.lines.clear()
        plain = socket.create_connection(("localhost", proxied.secure), timeout=5)
        with context.wrap_socket(plain, server_hostname="localhost") as call:
            call.sendall(b"POST / HTTP/1.1\r\nHost: localhost\r\n" + headers + b"\r\n0\r\n\r\n" + SECOND)
            call.settimeout(1)
            answers = b""
            with contextlib.suppress(OSError):
                while part := call.recv(65_536):
                    answers += part
        n_answers = len(re.findall(rb"HTTP/1\.1 [2-5]\d\d", answers))
        assert n_answers >= len(Echo.lines), (kind, Echo.lines)
        assert not any("cachee" in line for line in Echo.lines[:1]), kind
        assert all(line in ("POST / HTTP/1.1", "GET /cachee/ HTTP/1.1") for line in Echo.lines), Echo.lines


def test_nginx_passes_on_no_header_that_another_name_would_hide(proxied):
    """`X_Forwarded_For` et `X-Forwarded-For` sont le même nom pour Django."""
    call = proxied.call()
    call.request("GET", "/", headers={"X_Forwarded_For": "9.9.9.9", "X_Forwarded_Proto": "http"})
    received = json.loads(call.getresponse().read())
    assert received["x-forwarded-for"] == "127.0.0.1"
    assert not any("_" in name for name in received)


def test_nginx_writes_no_body_on_the_disk(proxied):
    """A file sent is held half way, and a large answer read slowly: nginx has no file of them open."""
    before = proxied.open_files()
    for path, n_bytes in (
        ("/", 90_000),
        ("/enquetes/envoi/", 900_000),
        ("/espace/personnes/1/papiers/ajouter/", 8_900_000),
        ("/espace/annuaire/importer/", 20_000_000),
    ):
        body, call = MARK * (n_bytes // len(MARK)), proxied.call()
        call.putrequest("POST", path)
        call.putheader("Cookie", SIGNED_IN["Cookie"])
        call.putheader("Content-Length", str(len(body)))
        call.endheaders(body[: len(body) // 2])
        time.sleep(0.3)
        assert proxied.open_files() == before
        call.send(body[len(body) // 2 :])
        assert int(call.getresponse().read()) == len(body)
    call = proxied.call()
    call.request("GET", "/grand/")
    answer = call.getresponse()
    time.sleep(0.3)
    assert proxied.open_files() == before
    assert len(answer.read()) == 8 * MEGABYTE // len(MARK) * len(MARK)
    call = proxied.call()
    call.request(
        "POST", "/", body=iter([MARK]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"}
    )
    assert call.getresponse().status == 411


def test_strangers_without_number_fill_no_memory_and_take_nobody_s_place(proxied):
    """Five hundred connections of fifty addresses send as much as they may, and never end."""
    before = proxied.megabytes()
    forged = {"Cookie": "sessionid=inventee"}
    kinds = (
        ("/connexion/", 99_999, 99_000, {}),
        ("/connexion/", 8_900_000, 1_000_000, {}),
        ("/espace/annuaire/importer/", 8_900_000, 1_000_000, forged),
        ("/espace/personnes/1/papiers/ajouter/", 8_900_000, 1_000_000, forged),
        ("/enquetes/envoi/", 1_000_000, 990_000, {}),
    )
    hostile = [
        proxied.begin(path, length, n_sent, f"127.0.1.{n % 50 + 1}", **headers)
        for n in range(100)
        for path, length, n_sent, headers in kinds
    ]
    assert proxied.megabytes() - before < 100
    for path, n_bytes in (
        ("/", 90_000),
        ("/espace/papiers/", 8_900_000),
        ("/espace/annuaire/importer/", 20_000_000),
    ):
        call = proxied.call()
        call.request("POST", path, body=b"x" * n_bytes, headers=SIGNED_IN)
        answer = call.getresponse()
        assert (answer.status, answer.read()) == (200, str(n_bytes).encode()), path
    for call in hostile:
        call.close()


@pytest.mark.parametrize(
    ("path", "length", "n_places"),
    [
        ("/espace/annuaire/importer/", 60_000_000, 2),
        ("/espace/papiers/", 8_900_000, 8),
    ],
)
def test_who_sends_too_much_at_once_waits_and_another_address_does_not(proxied, path, length, n_places):
    unfinished = [proxied.begin(path, length, 3, "127.0.1.1", **SIGNED_IN) for _ in range(n_places)]
    time.sleep(0.3)
    refused = http.client.HTTPResponse(proxied.begin(path, length, 0, "127.0.1.1", **SIGNED_IN))
    refused.begin()
    assert (refused.status, "Trop d’envois arrivent à la fois." in refused.read().decode()) == (503, True)
    assert continued(proxied, path, length, SIGNED_IN) == 100
    for call in unfinished:
        call.close()


def continued(
    proxied: Proxy, path: str, length: int, headers: dict[str, str], address: str = "127.0.0.1"
) -> int:
    """Return 100 when a body of so many bytes would be read, else the status of the refusal."""
    with proxied.begin(path, length, 0, address, Expect="100-continue", **headers) as call:
        return int(call.recv(65_536).split()[1])


def test_each_page_that_reads_a_file_receives_it_from_whoever_is_signed_in(proxied):
    """A new form outside the space, or heavier than nginx lets pass, would be refused on a server alone."""
    n_read = 0
    addresses = (f"127.0.1.{n}" for n in range(1, 250))  # no limit by the second meets them
    views = {name: (route, inspect.unwrap(resolve(address_of(route)).func)) for route, name in routes()}
    for name, (route, view) in views.items():
        if name in DEVICES:
            assert continued(proxied, address_of(route), 990_000, {}, next(addresses)) == 100, route
        elif inspect.isfunction(view) and "request.FILES" in inspect.getsource(view):
            n_read, path = n_read + 1, address_of(route)
            assert route.startswith("espace/"), route
            assert continued(proxied, path, 8_900_000, SIGNED_IN, next(addresses)) == 100, route
            assert continued(proxied, path, 8_900_000, {}, next(addresses)) == 403, route
    assert n_read > 15
    heaviest = {"import_new": sheet.MAX_BYTES, "new_marking": sheet.MAX_BYTES, "ways": 600 * MEGABYTE}
    for name, n_bytes in heaviest.items():
        assert continued(proxied, address_of(views[name][0]), n_bytes, SIGNED_IN, next(addresses)) == 100, (
            name
        )
    proxied.stop_platform()
    assert continued(proxied, "/espace/papiers/", 200_000, SIGNED_IN, next(addresses)) == 502


def test_backups_of_a_folder_go_the_oldest_first_and_nothing_else_does(process, tmp_path):
    home, folder = furnish(tmp_path / "maison"), tmp_path / "copies"
    folder.mkdir()
    for name in (
        "maillage-20200101-000000.zip",
        "maillage-20210101-000000.zip",
        "autre.zip",
        "maillage-avant.zip",
    ):
        (folder / name).touch()
    done = process("sauvegarder", "--dossier", folder, "--garder", 2, MAILLAGE_HOME=str(home))
    assert (done.code, done.err) == (0, "")
    remaining = sorted(path.name for path in folder.iterdir())
    assert len(remaining) == 4
    assert {"autre.zip", "maillage-avant.zip", "maillage-20210101-000000.zip"} < set(remaining)
    assert (home / "sauvegarde.vue").exists()
    refused = process("sauvegarder", "--dossier", folder, "--garder", 0, MAILLAGE_HOME=str(home))
    assert (refused.code, len(refused.err.splitlines())) == (2, 3)
    assert sorted(path.name for path in folder.iterdir()) == remaining
