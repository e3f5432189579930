"""Files read again at the address where their producer publishes them: https, public hosts, within limits.

What may be called is said by `outgoing`, and checked again at each redirection.
"""

import http.client
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urljoin, urlsplit

from maillage.kernel.errors import Refused
from maillage.manage.providers import outgoing
from maillage.sources.offer.forms.sheet import MAX_BYTES

PATIENCE = 30  # seconds to connect, and for each piece
LONGEST = 600  # seconds for a file: whatever else is due waits for it, messages too
PIECE = 1 << 16
MOST_REDIRECTIONS = 5
MOVED = (301, 302, 303, 307, 308)


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
    if parts.scheme not in outgoing.PORTS or not parts.hostname or (parts.scheme == "http" and not inside):
        raise _refused("l’adresse ne commence pas par https://", do="Donnez l’adresse https:// du fichier.")
    if parts.username or parts.password:
        raise _refused(
            "l’adresse contient un mot de passe", do="Donnez une adresse publique, sans nom ni secret."
        )
    try:
        with outgoing.answer(
            address, inside=inside, patience=PATIENCE, longest=LONGEST + PATIENCE, headers={"Accept": "*/*"}
        ) as answer:
            yield answer
    except outgoing.Inside:
        raise _refused("cette adresse est celle d’un ordinateur du réseau, pas d’un site public") from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise _refused("le serveur n’a pas répondu") from error


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
