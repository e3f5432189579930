"""Calls to addresses that somebody typed: public hosts alone, for a limited time, no redirection followed.

Whoever types an address makes this computer call it: one inside the network of whoever serves the platform
is refused, once its name is resolved.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from urllib.parse import urlsplit

from maillage.web.hosts import is_public

PORTS = {"https": 443, "http": 80}


class Inside(Exception):
    """The address is that of a computer of this network, not of a public host."""


@contextmanager
def answer(
    address: str,
    *,
    inside: bool,
    patience: float,
    longest: float,
    verb: str = "GET",
    content: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Iterator[http.client.HTTPResponse]:
    """Call an address, and cut the call after `longest` seconds, wherever it is; Inside, or an OSError, an
    HTTPException or a ValueError when there is no answer.

    inside: addresses of this network may be called. patience: seconds to connect, and for each piece.
    """
    parts = urlsplit(address)
    host, port = parts.hostname or "", parts.port or PORTS[parts.scheme]
    connection = http.client.HTTPConnection(host, port, timeout=patience)
    connection.sock = _socket(host, port, inside=inside, patience=patience)
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(
            connection.sock, server_hostname=host, do_handshake_on_connect=False
        )
    cut = threading.Timer(longest, _cut, [connection.sock])
    cut.daemon = True
    with closing(connection):
        cut.start()
        try:
            if isinstance(connection.sock, ssl.SSLSocket):
                connection.sock.do_handshake()
            path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
            connection.request(verb, path, content, {"User-Agent": "Maillage", **(headers or {})})
            yield connection.getresponse()
        finally:
            cut.cancel()


def _cut(called: socket.socket) -> None:
    """End a call from outside, encryption or not: whoever reads it is woken."""
    with suppress(OSError):  # it ended just then
        socket.socket.shutdown(called, socket.SHUT_RDWR)


def _socket(host: str, port: int, *, inside: bool, patience: float) -> socket.socket:
    """Return a connection to the address that was checked: a name resolved twice could change in between."""
    *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    if not inside and not is_public(str(where[0])):
        raise Inside
    return socket.create_connection((str(where[0]), port), timeout=patience)
