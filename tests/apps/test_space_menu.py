"""The menu of whoever works here: the space, and the territories that they steer."""

import pytest

from tests.conftest import account
from tests.support.places import place

pytestmark = pytest.mark.django_db


def menu(client, address: str) -> str:
    page = client.get(address).content.decode()
    return page[page.index('<nav class="nav"') :].split("</nav>")[0]


def test_whoever_steers_a_territory_keeps_the_menu_on_its_pages(client):
    for role, territory in (("coordination", "38"), ("analyste", "38")):
        client.force_login(account(role, role, territory=territory))
        for address in ("/espace/", "/territoires/"):
            assert "/espace/chercher/" in menu(client, address)
            assert '"/territoires/"' in menu(client, address)


def test_other_roles_read_territories_with_the_public_menu(client):
    assert "/espace/chercher/" not in menu(client, "/territoires/")
    helper = account(
        "leila", "aidant", structure=place("lieu", {"nom": "Lieu", "code_insee": "38185"}).structure
    )
    client.force_login(helper)
    assert "/espace/chercher/" not in menu(client, "/territoires/")
    assert '"/territoires/"' not in menu(client, "/espace/")
