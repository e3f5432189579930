from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.layout import flat


@pytest.fixture(scope="session", autouse=True)
def _pages_without_their_layout() -> Iterator[None]:
    """Give pages to tests as they read: a sentence is found, or missed, wherever its template breaks the
    line.
    """
    with pytest.MonkeyPatch.context() as patch:
        request = Client.request

        def read(self: Client, **request_fields: Any) -> HttpResponse:
            response = request(self, **request_fields)
            if response.get("Content-Type", "").startswith("text/html") and not response.streaming:
                response.content = flat(response.content.decode()).encode()
            return response

        patch.setattr(Client, "request", read)
        yield


@pytest.fixture
def leaves(settings: Any) -> None:
    """Have mail and SMS leave this computer, for servers that nobody calls here."""
    closed_addresses = {
        "SMS": "http://127.0.0.1:9",
        "SMTP": "smtp://127.0.0.1:9",
        "SENDER": "Maillage <a@reseau.example>",
    }
    settings.SENDING = settings.SENDING | closed_addresses
