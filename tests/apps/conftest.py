from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.conftest import account
from tests.layout import flat
from tests.support.places import place


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


@pytest.fixture
def clock_at(request: Any, monkeypatch: Any) -> None:
    """Give pages the moment that the module of the test names NOW, or AT: a run may cross midnight."""
    moment = getattr(request.module, "NOW", None) or request.module.AT
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


# ----------------------------------------- places, structures, and who works there; a module may have its own


@pytest.fixture
def library(home: Any) -> Any:
    return place("bibliotheque", {"nom": "Bibliothèque"})


@pytest.fixture
def hall(home: Any) -> Any:
    return place("maison", {"nom": "Maison des habitants", "code_insee": "38151", "commune": "Échirolles"})


@pytest.fixture
def karim(library: Any) -> Any:
    return account("karim", "formation", structure=library.structure)


@pytest.fixture
def leila(hall: Any) -> Any:
    return account("leila", "gestionnaire", structure=hall.structure)


@pytest.fixture
def lea(home: Any) -> Any:
    return account("lea", "analyste", territory="38")


@pytest.fixture
def lead(home: Any) -> Any:
    return account("nora", "coordination", territory="38")


@pytest.fixture
def lieu() -> Any:
    return place("bibliotheque")


@pytest.fixture
def structure() -> Any:
    return place("pimms", {"nom": "Pimms Mediation Grenoble"}).structure


@pytest.fixture
def other() -> Any:
    return place("autre", {"nom": "Autre lieu", "pivot": "21380185500015"}).structure


@pytest.fixture
def aidant(library: Any) -> Any:
    """Return a helper of the structure that the module calls `library`."""
    return account("aidant", "aidant", shown="Leïla", structure=library)


@pytest.fixture
def worker(ccas: Any) -> Any:
    """Return a social worker of the place that the module calls `ccas`."""
    return account("sofia", "prescripteur", structure=ccas.structure)
