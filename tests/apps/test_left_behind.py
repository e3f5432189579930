"""Traces that one person could leave to the next: on a shared computer, in the file of the database, in an
account lost and recovered.
"""

import re
from datetime import UTC, datetime

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from maillage.apps.directory.memberships.actions import recoveries
from maillage.apps.directory.memberships.models import Membership, Recovery
from maillage.apps.directory.places.models import Structure
from maillage.apps.learning import access as learning
from maillage.apps.learning.actions import groups, progress
from maillage.apps.learning.models import Plan, Route
from maillage.apps.people.persons.actions import register as people
from maillage.apps.people.persons.models import Person
from maillage.apps.platform.accounts.models import User
from maillage.apps.platform.messages.models import Message
from maillage.apps.referrals.autonomy.forms import carried
from maillage.kernel.errors import Refused
from maillage.manage.sign_in import sessions
from tests.conftest import with_role
from tests.support.bilans import walk
from tests.support.cards import decide, open_page, try_card
from tests.support.personas import SANDRINE

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
PASSWORD, OTHER = "un-mot-de-passe-long", "girafe trottoir vent citron"


@pytest.fixture
def structure(db):
    return Structure.objects.create(key="a", name="Le Lien", code_insee="38185")


def account(name: str, role: str = "", **over) -> User:
    user = User.objects.create_user(f"{name}@exemple.fr", PASSWORD, name=name)
    return with_role(user, role, **over) if role else user


# --------------------------------------------------------------------------------------- a second means first


@pytest.mark.parametrize("role", ["gestionnaire", "coordination", "administration"])
def test_whoever_says_who_sees_people_first_adds_a_second_factor(client, structure, role):
    over = {"gestionnaire": {"structure": structure}, "coordination": {"territory": "38"}}.get(role, {})
    user = account(role, role, **over)
    client.force_login(user)
    addresses = ("/espace/equipe/", "/espace/messages/")
    assert all(client.get(each)["Location"].startswith("/compte/protection/") for each in addresses)
    Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    assert {client.get(each).status_code for each in addresses} == {200}


# --------------------------------------------------------------------------------------- on a shared computer


def keep_alone(client: Client) -> str:
    walk(client, SANDRINE)
    assert client.post("/bilan/resultat/garder/", {"choix": "garder"}).url == "/bilan/carte/"
    return Person.objects.latest("pk").card


def text_of(client: Client, address: str) -> str:
    return client.get(address, follow=True).content.decode()


@pytest.mark.django_db
def test_card_code_is_displayed_once(client):
    code = keep_alone(client)
    assert code in text_of(client, "/bilan/carte/")
    for address in ("/bilan/carte/", "/bilan/resultat/", "/bilan/resultat/imprimer/"):
        assert code not in text_of(client, address)


@pytest.mark.django_db
def test_whoever_ends_before_seeing_the_card_leaves_it_to_nobody(client):
    code = keep_alone(client)
    client.post("/bilan/arreter/")
    assert code not in text_of(client, "/bilan/carte/")


@pytest.mark.django_db
def test_the_browser_forgets_a_diagnosis_when_it_closes(client):
    walk(client, SANDRINE)
    assert client.cookies[carried.COOKIE]["max-age"] == ""
    assert client.cookies[carried.COOKIE]["expires"] == ""


def test_signing_out_leaves_no_diagnosis_in_the_browser(client, structure):
    client.force_login(account("aide", "aidant", structure=structure))
    walk(client, SANDRINE)
    client.post("/deconnexion/")
    assert not client.cookies[carried.COOKIE].value
    assert client.get("/bilan/resultat/").url == "/bilan/"


def test_a_public_page_keeps_a_diagnosis_for_whoever_signs_in_to_go_on(client, structure):
    account("aide", "aidant", structure=structure)
    walk(client, SANDRINE)
    client.post("/connexion/", {"login": "aide@exemple.fr", "password": PASSWORD})
    assert client.cookies[carried.COOKIE].value


@pytest.mark.parametrize(("account_name", "is_carried"), [("aide", True), ("autre", False)])
def test_what_a_visit_cut_short_was_sending_is_there_for_the_same_account_alone(
    client, structure, account_name, is_carried
):
    user = account("aide", "aidant", structure=structure)
    account("autre", "aidant", structure=structure)
    walk(client, SANDRINE)
    client.force_login(user)
    client.get("/espace/")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC).isoformat()
    session = client.session
    session[sessions.STAY_KEY] = session[sessions.STAY_KEY] | {"seen": long_ago, "opened": long_ago}
    session.save()
    assert client.post("/bilan/resultat/", {"suite": []}).url.startswith("/connexion/")
    assert client.cookies[carried.COOKIE].value
    client.post("/connexion/", {"login": f"{account_name}@exemple.fr", "password": PASSWORD})
    assert bool(client.cookies[carried.COOKIE].value) is is_carried


# --------------------------------------------------------------------------------------------- codes of cards


def test_codes_tried_by_an_account_are_counted_with_those_of_the_other_pages(client, structure, monkeypatch):
    monkeypatch.setattr("maillage.apps.referrals.autonomy.views.again.WRONG_CARDS_AN_HOUR", 2)
    monkeypatch.setattr("maillage.apps.referrals.orientations.views.card.opening.CODES_AN_HOUR", 2)
    client.force_login(account("aide", "aidant", structure=structure))
    for _ in range(2):
        assert (
            "Nous ne trouvons pas" in client.post("/bilan/refaire/", {"code": "2222-2222"}).content.decode()
        )
    assert "Trop de codes" in client.post("/bilan/refaire/", {"code": "2222-2222"}).content.decode()
    code = people.welcome(by=None, structure=None, at=AT).code
    assert try_card(client, code).status_code == 429


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "²"])
def test_taking_back_an_agreement_that_has_no_number_finds_no_page(client, typed):
    person = people.welcome(by=None, structure=None, at=AT)
    open_page(client, person)
    assert decide(client, "/ma-carte/accord/", {"accord": typed}).status_code == 404


# --------------------------------------------------------------------------------------- an access given back


def test_account_is_notified_when_its_link_is_created_and_used(structure):
    manager, helper = (
        account("Responsable", "gestionnaire", structure=structure),
        account("aide", "aidant", structure=structure),
    )
    token = recoveries.give_back(by=manager, membership=Membership.objects.get(user=helper), at=AT)
    creation_message = Message.objects.get()
    assert creation_message.to == helper.email
    assert "Responsable" in creation_message.text
    assert token not in creation_message.text
    recoveries.recover(token=token, password=OTHER, at=AT)
    used = Message.objects.latest("pk")
    assert used.pk != creation_message.pk
    assert "vient d’être changé" in used.text
    for message in (creation_message, used):
        assert "Si ce n’est pas vous, prévenez tout de suite votre responsable" in message.text


def test_public_demonstration_password_is_never_restored(structure):
    manager, helper = (
        account("r", "gestionnaire", structure=structure),
        account("aide", "aidant", structure=structure),
    )
    row = Membership.objects.get(user=helper)
    token = recoveries.give_back(by=manager, membership=row, at=AT)
    User.objects.update(is_demonstration=True)
    row = Membership.objects.get(user=helper)
    with pytest.raises(Refused, match="exemple"):
        recoveries.give_back(by=manager, membership=row, at=AT)
    with pytest.raises(Refused, match="exemple"):
        recoveries.recover(token=token, password=OTHER, at=AT)
    assert Recovery.objects.get().used_at is None
    helper.refresh_from_db()
    assert helper.check_password(PASSWORD)


# --------------------------------------------------------------------------------- learning, kept by a device


def test_a_page_that_a_device_keeps_is_the_one_of_nobody(client, structure):
    """A page as a professional reads it, or a confirmation displayed once, stays in no
    cache.
    """
    address = "/apprendre/tenir-la-souris/"
    assert "no-store" not in client.get(address).get("Cache-Control", "")
    client.post("/ma-carte/nouvelle/", {"surnom": "Hélène"})
    client.post("/ma-carte/apprendre/effacer/")
    response = client.get(address)
    assert "C’est effacé" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert "no-store" not in client.get(address).get("Cache-Control", "")
    client.force_login(account("aide", "aidant", structure=structure))
    assert "no-store" in client.get(address)["Cache-Control"]


def test_a_page_of_the_card_before_does_nothing_to_the_next(client, structure):
    """Left in a tab, or found by « page précédente »: it neither erases, enters a group nor plans."""
    helper = account("aide", "aidant", structure=structure)
    group = groups.open_group(by=helper, structure=structure, title="Mardi", modules=[], at=AT)
    real, join = "/apprendre/ft-actualisation/pour-de-vrai/", "/apprendre/groupe/"
    plan = {"le": timezone.localdate(), "avec": "alone"}

    def listed_cards() -> list[str]:
        pages = (
            client.get("/ma-carte/apprendre/"),
            client.get(real),
            client.post(join, {"code": group.code}),
        )
        return [re.findall(r'name="ouverte" value="([^"]*)"', each.content.decode())[0] for each in pages]

    client.post("/ma-carte/nouvelle/", {"surnom": "Hélène"})
    before = listed_cards()
    client.post("/ma-carte/apprendre/fermer/")
    client.post("/ma-carte/nouvelle/", {"surnom": "Paul"})
    paul = Person.objects.get(nickname="Paul")
    progress.follow(paul, "tranquille", at=AT)
    for cards, n in ((before, 0), (listed_cards(), 1)):
        erase, to_plan, to_join = cards
        client.post(real, {**plan, "ouverte": to_plan})
        client.post(join, {"code": group.code, "moi": "1", "rejoindre": "1", "ouverte": to_join})
        client.post("/ma-carte/apprendre/effacer/", {"ouverte": erase})
        assert (Plan.objects.count(), group.members.count(), Route.objects.count()) == (n, n, 1 - n)


def test_a_card_is_always_the_same_for_a_device(structure):
    """Pending data is matched by it, then erased with the rest."""
    person = people.welcome(by=None, structure=structure, at=AT, nickname="Ana")
    assert learning.token(person) == learning.token(person)


@pytest.mark.parametrize(
    "request_fields", [{"content_type": "text/plain", "data": "a=1"}, {"data": {"carte": "x"}}, {}]
)
def test_what_is_no_sending_of_facts_is_refused(client, db, request_fields):
    assert client.post("/apprendre/synchroniser/", **request_fields).status_code == 400
