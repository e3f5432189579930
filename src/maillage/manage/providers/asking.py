"""Questions asked of the API of another system: JSON there and back, for a limited time, over https alone."""

import http.client
import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from maillage.kernel.errors import Refused
from maillage.manage.providers import outgoing

PATIENCE, LONGEST = 30, 120  # seconds for each piece, and for an answer
MAX_BYTES = 20_000_000


class Unread(Refused):
    """An answer that was not had. status: of the answer, None without one."""

    def __init__(self, system: str, why: str, do: str = "", status: int | None = None) -> None:
        self.status = status
        super().__init__(
            f"{system} n’a pas répondu jusqu’au bout.",
            why=why,
            do=do or "La question sera reposée d’elle-même, là où la lecture s’est arrêtée.",
        )


def ask(
    system: str,
    address: str,
    *,
    headers: Mapping[str, str],
    verb: str = "GET",
    content: bytes | None = None,
    max_bytes: int = MAX_BYTES,
) -> tuple[int, Any]:
    """Return the status of an answer, and its JSON: None for an empty one, or for one that says no.

    Unread when there is no whole answer. system: its name, in sentences.
    """
    if urlsplit(address).scheme != "https" and not settings.SOURCES_INSIDE:
        raise Unread(system, "Son adresse ne commence pas par https:// : la clé y passerait en clair.")
    try:
        with outgoing.answer(
            address,
            inside=settings.SOURCES_INSIDE,
            patience=PATIENCE,
            longest=LONGEST,
            verb=verb,
            content=content,
            headers={"Accept": "application/json", **headers},
        ) as answer:
            if not 200 <= answer.status < 300:
                return answer.status, None
            read = answer.read(max_bytes + 1)
            if answer.length or len(read) > max_bytes:
                raise Unread(system, "Une page est arrivée coupée, ou trop longue.")
        return answer.status, json.loads(read) if read.strip() else None
    except outgoing.Inside:
        raise Unread(system, "Son adresse est celle d’un ordinateur du réseau.") from None
    except (OSError, http.client.HTTPException) as error:
        raise Unread(system, "Le serveur ne répond pas, ou sa réponse s’est coupée.") from error
    except (ValueError, KeyError) as error:
        raise Unread(system, "Le serveur a répondu autre chose que ce qui était demandé.") from error
