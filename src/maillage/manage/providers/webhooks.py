"""Deliveries posted to other systems. The body of an answer is not read: its code says it."""

import http.client
from collections.abc import Mapping

from django.conf import settings

from maillage.apps.platform.exchanges import rules
from maillage.manage.providers import outgoing

PATIENCE = 10  # seconds to connect, and for each piece
LONGEST = 20  # seconds for the whole


def post(address: str, content: bytes, headers: Mapping[str, str]) -> int:
    """Post a delivery, and return the code of the answer; `rules.Unanswered` when there is none."""
    try:
        with outgoing.answer(
            address,
            inside=settings.SOURCES_INSIDE,
            patience=PATIENCE,
            longest=LONGEST,
            verb="POST",
            content=content,
            headers=headers,
        ) as answer:
            return answer.status
    except outgoing.Inside:
        raise rules.Unanswered("forbidden") from None
    except (ConnectionRefusedError, OSError) as error:
        is_late = isinstance(error, TimeoutError | ConnectionResetError)
        raise rules.Unanswered("no-answer" if is_late else "unreachable") from error
    except (http.client.HTTPException, ValueError, KeyError) as error:
        raise rules.Unanswered("no-answer") from error
