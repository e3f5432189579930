"""Files read again at the address where their producer publishes them: https, public hosts, within limits.

Whoever types an address makes this computer call it: an address inside the network of whoever serves the
platform is refused, once its name is resolved, and again at each redirection.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import unquote, urljoin, urlsplit

from maillage.kernel.errors import Refused
from maillage.pipeline.offer.forms.sheet import MAX_BYTES

PATIENCE = 30  # seconds to connect, and for each piece
LONGEST = 600  # seconds for a file: whatever else is due waits for it, messages too
PIECE = 1 << 16
MOST_REDIRECTIONS = 5
MOVED = (301, 302, 303, 307, 308)
PORTS = {"https": 443, "http": 80}


def fetch(address: str, *, inside: bool = False) -> tuple[str, bytes]:
    """Return the name and the bytes of the file at an address; Refused when it cannot be had.

    inside: addresses of this network may be called, and without encryption (the platform’s own tests, or a
    file server beside it: MAILLAGE_SOURCES_INSIDE).
    """
    for _ in range(MOST_REDIRECTIONS + 1):
        with _answer(address, inside=inside) as answer:
            if answer.status in MOVED and (there := answer.getheader("Location")):
                address = urljoin(address, there)
                continue
            if answer.status != 200:
                raise _refused(f"le serveur a répondu {answer.status}")
            return _name(address, answer), _content(answer)
    raise _refused("l’adresse renvoie sans fin vers une autre")


@contextmanager
def _answer(address: str, *, inside: bool) -> Iterator[http.client.HTTPResponse]:
    parts = urlsplit(address)
    if parts.scheme not in PORTS or not parts.hostname or (parts.scheme == "http" and not inside):
        raise _refused("l’adresse ne commence pas par https://", do="Donnez l’adresse https:// du fichier.")
    if parts.username or parts.password:
        raise _refused(
            "l’adresse contient un mot de passe", do="Donnez une adresse publique, sans nom ni secret."
        )
    try:
        port = parts.port or PORTS[parts.scheme]
        connection = http.client.HTTPConnection(parts.hostname, port, timeout=PATIENCE)
        connection.sock = _socket(parts.hostname, port, inside=inside)
        if parts.scheme == "https":
            context = ssl.create_default_context()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=parts.hostname)
        with closing(connection):
            path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            connection.request("GET", path, headers={"User-Agent": "Maillage", "Accept": "*/*"})
            yield connection.getresponse()
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _refused("le serveur n’a pas répondu") from error


def _socket(host: str, port: int, *, inside: bool) -> socket.socket:
    """Return a connection to the address that was checked: a name resolved twice could change in between."""
    *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    if not inside and not ipaddress.ip_address(where[0]).is_global:
        raise _refused("cette adresse est celle d’un ordinateur du réseau, pas d’un site public")
    return socket.create_connection((where[0], port), timeout=PATIENCE)


def _content(answer: http.client.HTTPResponse) -> bytes:
    pieces, size, until = [], 0, time.monotonic() + LONGEST
    while piece := answer.read1(PIECE):
        size += len(piece)
        if time.monotonic() > until:
            raise _refused(f"il n’a pas fini d’arriver en {round(LONGEST / 60)} minutes")
        if size > MAX_BYTES:
            raise _refused(f"le fichier dépasse {MAX_BYTES // 2**20} Mio")
        pieces.append(piece)
    if answer.length:
        raise _refused("le fichier est arrivé coupé")
    return b"".join(pieces)


def _name(address: str, answer: http.client.HTTPResponse) -> str:
    """Return the name that the server gives the file, else the end of its address."""
    file_name = answer.headers.get_filename()
    name = file_name or unquote(urlsplit(address).path.rstrip("/").rsplit("/", 1)[-1])
    return name.replace("/", "-")[:120] or "fichier"


def _refused(what: str, *, do: str = "") -> Refused:
    return Refused(
        f"Le fichier n’a pas été relu : {what}.",
        why="Les lieux de cette source restent comme ils étaient.",
        do=do
        or "Il sera redemandé demain. Si cela dure, ouvrez l’adresse dans un navigateur et corrigez-la.",
    )
