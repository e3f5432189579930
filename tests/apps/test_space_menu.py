"""The menu of whoever works here: the space, and the territories that they steer."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from maillage.apps.directory.memberships.actions import invitations
from maillage.apps.directory.memberships.rules import BY_STRUCTURE
from tests.conftest import account
from tests.support.places import place
from tests.support.volunteers import supervised

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


@pytest.mark.parametrize(
    "role",
    [
        *("aidant", "prescripteur", "formation", "benevole", "gestionnaire"),
        *("coordination", "pedagogie", "analyste", "administration"),
    ],
)
def test_a_role_has_six_entries_and_eight_tools_at_most(client, role):
    structure = place("lieu", {"nom": "Lieu", "code_insee": "38185"}).structure
    over = {"structure": structure} if role in BY_STRUCTURE else {"territory": "38"}
    client.force_login(account(role, role, **({} if role == "administration" else over)))
    page = client.get("/espace/").content.decode()
    assert len(re.findall("<a ", menu(client, "/espace/"))) <= 6
    tools = page[page.index("Tous les outils") :].split("</ul>")[0]
    assert len(re.findall("<a ", tools)) <= 8
    for address in re.findall(r'href="([^"]+)"', tools):
        assert client.get(address).status_code == 200, address


def test_a_manager_opens_on_the_most_pressing_line(client):
    structure = place("lieu", {"nom": "Lieu", "code_insee": "38185"}).structure
    nadia = account("nadia", "gestionnaire", structure=structure)
    at = timezone.now()
    invitations.invite(
        by=nadia, role="aidant", for_whom="Sofia", structure=structure, at=at - timedelta(days=12)
    )
    client.force_login(nadia)
    page = client.get("/espace/").content.decode().split("<main")[1]
    places = [page.index(words) for words in ("Le plus pressé", "Votre journée", "Noter un acte")]
    assert places == sorted(places)
    assert page.count("Invitation de Sofia</bdi>") == 1


def test_a_volunteer_reads_their_hours_first(client):
    structure = place("lieu", {"nom": "Lieu", "code_insee": "38185"}).structure
    manager = account("nadia", "gestionnaire", structure=structure)
    volunteer = account("benevole", "benevole", structure=structure)
    supervised(volunteer, structure, by=manager, at=timezone.now())
    client.force_login(volunteer)
    page = client.get("/espace/").content.decode().split("<main")[1]
    assert page.index("Noter mes heures") < page.index("Noter un acte")
