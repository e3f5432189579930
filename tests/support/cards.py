"""The page of a person, opened in a test client with the code of their card and a secret."""

from typing import Any

from django.test import Client
from django.utils import timezone

from maillage.apps.people.persons import access, queries
from maillage.apps.people.persons.actions import card_secrets
from maillage.apps.people.persons.models import Person
from maillage.apps.people.persons.rules import read_secret

SECRET = "framboise"


def give_secret(person: Person, typed: str = SECRET) -> None:
    card_secrets.choose_secret(person, read_secret(typed), by=None, at=timezone.now(), recognised=True)


def try_card(client: Client, code: str, secret: str = "", *, follow: bool = False, **more: Any) -> Any:
    """Send the form that opens a page, as a browser that has just been shown it."""
    client.get("/ma-carte/")
    sending = client.session.get(access.FORM, "")
    typed = {"code": code, "secret": secret, "envoi": sending, **more}
    return client.post("/ma-carte/", typed, follow=follow)


def learn(client: Client, person: Person) -> Any:
    """Open a card that has no secret, by its code alone, and what it learns."""
    card_response = try_card(client, person.code, suite="apprendre")
    return client.get(card_response.url) if card_response.status_code == 302 else card_response


def open_page(client: Client, person: Person) -> None:
    """Open the whole page of a person; their secret is chosen first when they have none."""
    if queries.secret_of(person) is None:
        give_secret(person)
    client.post("/ma-carte/fermer/")
    assert try_card(client, person.code, SECRET).status_code == 302
    assert client.session[access.PAGE]["whole"]


def decide(client: Client, address: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
    """Send a form of the page that is open."""
    token = client.session[access.PAGE]["token"]
    return client.post(address, {"ouverture": token, **(data or {})}, **more)
