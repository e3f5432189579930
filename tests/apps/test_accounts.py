"""Signing in: one account, an e-mail, a password; nobody opens one by himself."""

import pytest
from django.core.cache import cache

from maillage.apps.platform.accounts.actions import open_demonstration
from maillage.apps.platform.accounts.models import User
from maillage.kernel.errors import Refused

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
PASSWORD = "un-mot-de-passe-long"


@pytest.fixture(autouse=True)
def _no_memory_of_former_attempts():
    cache.clear()


def sign_in(client, email="coordination@exemple.fr", password=PASSWORD):
    return client.post("/connexion/", {"login": email, "password": password})


def test_an_email_and_its_password_open_the_space(client, coordinator):
    response = sign_in(client)
    assert response.status_code == 302
    assert response["Location"] == "/espace/"
    assert client.get("/espace/").status_code == 200


def test_case_does_not_matter_in_an_email(client, coordinator):
    assert sign_in(client, "Coordination@Exemple.FR").status_code == 302


def test_a_wrong_password_does_not_say_whether_the_account_exists(client, coordinator):
    wrong = sign_in(client, password="autre-chose-de-long").content.decode()
    nobody = sign_in(client, email="personne@exemple.fr").content.decode()
    assert "incorrects" in wrong
    assert "incorrects" in nobody


def test_signing_out_is_a_gesture_not_a_link(client, coordinator):
    client.force_login(coordinator)
    assert client.get("/deconnexion/").status_code == 200
    assert client.get("/espace/").status_code == 200
    client.post("/deconnexion/")
    assert client.get("/espace/").status_code == 302


def test_nobody_opens_an_account_alone(client):
    for address in ("/inscription/", "/accounts/signup/", "/connexion/inscription/"):
        assert client.get(address).status_code == 404


def test_a_stranger_cannot_be_sent_elsewhere_after_signing_in(client, coordinator):
    response = client.post(
        "/connexion/?next=https://ailleurs.example/", {"login": coordinator.email, "password": PASSWORD}
    )
    assert response["Location"].startswith("/")


def test_demonstration_accounts_are_refused_in_production():
    with pytest.raises(Refused, match="Aucun compte de démonstration"):
        open_demonstration(email="x@exemple.fr", name="X", password=PASSWORD, production=True)
    assert not User.objects.exists()


def test_opening_the_demonstration_twice_keeps_one_account_and_its_password():
    first, is_created = open_demonstration(
        email="x@exemple.fr", name="X", password=PASSWORD, production=False
    )
    second, made_again = open_demonstration(
        email="x@exemple.fr", name="X", password="autre-chose", production=False
    )
    assert (is_created, made_again) == (True, False)
    assert first == second
    assert User.objects.get().check_password(PASSWORD)


def test_two_accounts_never_share_an_email(coordinator):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        User.objects.create(email="COORDINATION@exemple.fr")


def test_the_demonstration_account_opens_nothing_in_production(client, settings, db):
    from maillage.apps.platform.accounts.actions import open_demonstration

    open_demonstration(
        email="coordination@demo.maillage.example", name="Exemple", password="maillage-demo", production=False
    )
    credentials = {"login": "coordination@demo.maillage.example", "password": "maillage-demo"}
    settings.PRODUCTION = True
    client.post("/connexion/", credentials)
    assert "_auth_user_id" not in client.session
    settings.PRODUCTION = False
    client.post("/connexion/", credentials)
    assert "_auth_user_id" in client.session
