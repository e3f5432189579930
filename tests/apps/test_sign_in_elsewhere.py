"""Signing in through another service: a real server on this computer, which answers as it should, then as
a forger would.
"""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from maillage.apps.directory.memberships import worklist
from maillage.apps.directory.memberships.models import Claim, Membership
from maillage.apps.directory.places.models import Structure
from maillage.apps.platform.accounts.models import User
from tests.conftest import account, with_role
from tests.support.issuer import CLIENT, SECRET, Issuer

pytestmark = pytest.mark.django_db
PASSWORD = "un-mot-de-passe-long"


@pytest.fixture(autouse=True)
def _no_memory_of_former_attempts():
    cache.clear()


@pytest.fixture
def issuer(settings):
    local_issuer = Issuer()
    settings.FEDERATION = {
        "issuer": local_issuer.address,
        "client_id": CLIENT,
        "secret": SECRET,
        "name": "ProConnect",
        "acr": "",
        "sure_email": False,
        "siret": False,
    }
    yield local_issuer
    local_issuer.close()


@pytest.fixture
def helper(db):
    return User.objects.create_user("aide@exemple.fr", PASSWORD, name="Camille")


def come(client, next_address=""):
    """Go to the service and come back, as a browser does; return the answer to the way back."""
    there = client.get("/connexion/ailleurs/" + (f"?next={next_address}" if next_address else ""))
    assert there.status_code == 302
    back = requests.get(there["Location"], allow_redirects=False, timeout=60).headers["Location"]
    return client.get(back.removeprefix("http://testserver"))


def is_in(client) -> bool:
    return "_auth_user_id" in client.session


def read(response) -> str:
    from html import unescape

    return unescape(response.content.decode()).replace("\u00a0", " ")


def test_off_by_default(client, helper):
    for address in ("/connexion/ailleurs/", "/connexion/ailleurs/retour/?code=x&state=y"):
        assert client.get(address).status_code == 404
    assert "ProConnect" not in read(client.get("/connexion/"))


def test_it_opens_the_account_that_carries_the_verified_address(client, issuer, helper):
    assert "Se connecter avec ProConnect" in read(client.get("/connexion/"))
    assert come(client, "/compte/")["Location"] == "/compte/"
    assert client.session["_auth_user_id"] == str(helper.pk)
    assert "relié" in read(client.get("/compte/"))


def test_only_what_is_needed_is_requested_and_nothing_is_stored(client, issuer, helper):
    issuer.person |= {"given_name": "Camille", "usual_name": "Roche", "siret": "13002526500013"}
    come(client)
    request_parameters = issuer.asked[0]
    assert sorted(request_parameters) == [
        "client_id",
        "nonce",
        "redirect_uri",
        "response_type",
        "scope",
        "state",
    ]
    assert set(request_parameters["scope"].split()) == {"openid", "email"}
    assert min(len(request_parameters["state"]), len(request_parameters["nonce"])) >= 32
    account = SocialAccount.objects.get()
    assert (account.uid, account.extra_data) == ("42", {})
    assert not SocialToken.objects.exists()


def test_the_number_opens_it_again_even_under_another_address(client, issuer, helper):
    come(client)
    issuer.person |= {"email": "camille.roche@ailleurs.fr"}
    other = Client()
    come(other)
    assert other.session["_auth_user_id"] == str(helper.pk)


def test_it_never_opens_an_account(client, issuer):
    response = come(client)
    assert response.status_code == 403
    assert "personne ne vous a encore invité" in read(response)
    assert not User.objects.exists()
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("claims", [{"email_verified": False}, {"email_verified": "false"}, {"email": ""}])
def test_an_address_that_is_not_verified_opens_nothing(client, issuer, helper, claims):
    issuer.person |= claims
    assert come(client).status_code == 403
    assert not is_in(client)


def test_a_service_known_to_verify_need_not_say_it(client, issuer, helper, settings):
    del issuer.person["email_verified"]
    assert come(client).status_code == 403
    settings.FEDERATION |= {"sure_email": True}
    come(client)
    assert is_in(client)


def test_a_closed_account_stays_closed(client, issuer, helper):
    User.objects.update(is_active=False)
    assert come(client).status_code == 403
    User.objects.update(is_active=True)
    come(client)
    User.objects.update(is_active=False)
    other = Client()
    assert come(other)["Location"] == "/connexion/fermee/"
    assert not is_in(other)


def test_whoever_typed_the_address_of_another_loses_the_account(client, issuer, helper):
    thief = Client()
    thief.force_login(helper)
    come(client)
    helper.refresh_from_db()
    assert not helper.has_usable_password()
    assert thief.get("/compte/").status_code == 302
    assert client.get("/compte/").status_code == 200


BENT = {
    "the person is signed by another key": lambda i: i.signed_by.update(userinfo="thief"),
    "the identity is signed by another key": lambda i: i.signed_by.update(id_token="thief"),
    "the person is not signed": lambda i: i.algorithm.update(userinfo="none"),
    "the identity is not signed": lambda i: i.algorithm.update(id_token="none"),
    "the person is signed with the public key": lambda i: i.algorithm.update(userinfo="HS256"),
    "the identity is signed with the public key": lambda i: i.algorithm.update(id_token="HS256"),
    "the identity was made for another": lambda i: i.identity.update(aud="ailleurs"),
    "the identity was made by another": lambda i: i.identity.update(iss="https://ailleurs.example"),
    "the identity is too old": lambda i: i.identity.update(exp=1),
    "the identity answers another question": lambda i: i.identity.update(nonce="x" * 43),
    "the identity answers no question": lambda i: i.identity.update(nonce=None),
    "the person is not the one of the identity": lambda i: setattr(i, "userinfo", i.person | {"sub": "43"}),
    "the person was told to another": lambda i: setattr(i, "userinfo", i.person | {"aud": "ailleurs"}),
    "the person was told by another": lambda i: setattr(
        i, "userinfo", i.person | {"iss": "https://ailleurs.example"}
    ),
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
def test_an_answer_that_is_not_what_it_should_be_opens_nothing(client, issuer, helper, bend):
    bend(issuer)
    response = come(client)
    assert response.status_code == 401
    assert "La connexion n’a pas abouti" in read(response)
    assert not is_in(client)
    assert not SocialAccount.objects.exists()


def test_unsigned_claims_from_the_service_itself_are_accepted(client, issuer, helper):
    issuer.plain = True
    come(client)
    assert is_in(client)


def test_a_service_that_answers_under_another_name_receives_no_request(client, issuer, helper):
    issuer.name = "https://ailleurs.example"
    response = client.get("/connexion/ailleurs/")
    assert response.status_code == 401
    assert issuer.asked == []


def test_a_service_that_does_not_answer_is_an_error_and_the_rest_works(client, issuer, helper):
    issuer.close()
    assert "La connexion n’a pas abouti" in read(client.get("/connexion/ailleurs/"))
    client.post("/connexion/", {"login": helper.email, "password": PASSWORD})
    assert is_in(client)


def test_an_answer_serves_once_and_for_the_browser_that_requested_it(client, issuer, helper):
    there = client.get("/connexion/ailleurs/")["Location"]
    back = (
        requests.get(there, allow_redirects=False, timeout=60)
        .headers["Location"]
        .removeprefix("http://testserver")
    )
    assert Client().get(back).status_code == 401
    client.get(back)
    assert is_in(client)
    client.post("/deconnexion/")
    assert client.get(back).status_code == 401
    assert not is_in(client)


def test_whoever_gives_up_there_comes_back_to_the_other_ways(client, issuer, helper):
    there = client.get("/connexion/ailleurs/")["Location"]
    state = parse_qs(urlsplit(there).query)["state"][0]
    response = client.get(f"/connexion/ailleurs/retour/?error=access_denied&state={state}", follow=True)
    assert response.redirect_chain[-1][0] == "/connexion/"
    assert "Vous avez quitté ProConnect avant la fin" in read(response)


def test_another_site_sends_nobody_there(client, issuer, helper):
    response = client.get("/connexion/ailleurs/", headers={"sec-fetch-site": "cross-site"})
    assert response["Location"] == "/connexion/"


def test_a_required_level_must_be_proved(client, issuer, helper, settings):
    settings.FEDERATION |= {"acr": "eidas2 eidas3"}
    assert come(client).status_code == 401
    assert issuer.asked[0]["acr_values"] == "eidas2 eidas3"
    issuer.identity = {"acr": "eidas1"}
    assert come(client).status_code == 401
    issuer.identity = {"acr": "eidas2"}
    come(client)
    assert is_in(client)


def test_the_second_factor_is_required_all_the_same(client, issuer, helper):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=helper, type="totp", data={"secret": "A" * 32})
    assert come(client)["Location"] == "/connexion/verifier/"
    assert not is_in(client)


def test_signing_out_says_how_to_leave_the_service_too(client, issuer, helper):
    come(client)
    response = client.post("/deconnexion/")
    assert response["Location"] == "/deconnexion/ailleurs/"
    assert not is_in(client)
    page = read(client.get("/deconnexion/ailleurs/"))
    assert f'href="{issuer.address}/fin?id_token_hint=' in page
    assert "post_logout_redirect_uri=http%3A%2F%2Ftestserver%2F" in page
    assert client.get("/deconnexion/ailleurs/")["Location"] == "/"


def test_a_service_without_a_way_out_is_left_as_usual(client, issuer, helper):
    issuer.has_end = False
    come(client)
    assert client.post("/deconnexion/")["Location"] == "/"


def test_it_counts_as_a_shared_computer_until_one_says_otherwise(client, issuer, helper):
    come(client)
    assert client.session.get_expire_at_browser_close()


def test_a_demonstration_account_opens_nothing_this_way_in_production(client, issuer, helper, settings):
    User.objects.update(is_demonstration=True)
    settings.PRODUCTION = True
    come(client)
    assert client.get("/compte/").status_code == 302


# --------------------------------------------------------------------------------- the SIRET of an employer

SIRET = "13002526500013"


@pytest.fixture
def siret_issuer(issuer, settings):
    settings.FEDERATION |= {"siret": True}
    issuer.person |= {"siret": SIRET}
    return issuer


def claim_of(helper) -> Claim:
    return Claim.objects.get(user=helper)


def ask(client, helper) -> Claim:
    come(client)
    client.post(f"/compte/structure/{claim_of(helper).pk}/", {"geste": "demander"})
    return claim_of(helper)


def test_the_siret_is_requested_only_when_set(client, issuer, helper, settings):
    issuer.person |= {"siret": SIRET}
    come(client)
    assert not Claim.objects.exists()
    settings.FEDERATION |= {"siret": True}
    come(Client())
    assert set(issuer.asked[-1]["scope"].split()) == {"openid", "email", "siret"}
    assert claim_of(helper).siret == SIRET


def test_a_known_structure_is_proposed_and_its_team_answers(client, siret_issuer, helper):
    structure = Structure.objects.create(name="Maison de Brest", key=f"siren:{SIRET[:9]}", code_insee="29019")
    come(client)
    assert "<strong>Maison de Brest</strong>" in read(client.get("/compte/"))
    assert not Membership.objects.exists()  # it gives nothing by itself
    manager = account("gerante", "gestionnaire", structure=structure)
    stranger = account("autre", "gestionnaire", structure=Structure.objects.create(name="x", key="x"))
    claim = claim_of(helper)
    desk = Client()
    desk.force_login(manager)
    address = f"/espace/equipe/rattachements/{claim.pk}/"
    assert desk.post(address, {"geste": "accueillir"}).status_code == 404  # nobody asked yet
    client.post(f"/compte/structure/{claim.pk}/", {"geste": "demander"})
    desk.force_login(stranger)
    assert desk.post(address, {"geste": "accueillir"}).status_code == 404
    desk.force_login(manager)
    assert "Accueillir comme aidant" in read(desk.get("/espace/equipe/"))
    assert [line.kind for line in worklist.lines(manager, timezone.now())] == ["claims"]
    desk.post(address, {"geste": "accueillir"})
    assert Membership.objects.get(user=helper).structure == structure
    come(Client())
    assert Claim.objects.count() == 1
    assert "vous travaillez pour" not in read(client.get("/compte/"))


def test_an_unknown_structure_is_proposed_to_the_coordination(client, siret_issuer, helper, home):
    claim = ask(client, helper)
    assert "l’annuaire ne connaît" in read(client.get("/compte/"))
    desk = Client()
    address = f"/espace/equipe/rattachements/{claim.pk}/"
    desk.force_login(account("manon", "coordination", territory="38151"))
    assert desk.post(address, {"geste": "accueillir", "nom": "x"}).status_code == 404  # of another territory
    desk.force_login(account("reine", "administration"))
    assert "n’a pas été acceptée" in read(desk.post(address, {"geste": "accueillir"}, follow=True))
    desk.post(address, {"geste": "accueillir", "nom": "Maison de Brest"})
    structure = Structure.objects.get(key=f"siren:{SIRET[:9]}")
    assert (structure.name, Membership.objects.get(user=helper).structure) == ("Maison de Brest", structure)


def test_the_coordination_of_who_asks_answers_for_an_unknown_structure(client, siret_issuer, helper, home):
    seat = Structure.objects.create(name="CCAS", key="ccas", code_insee="38151")
    with_role(helper, "aidant", structure=seat)
    claim = ask(client, helper)
    desk = Client()
    desk.force_login(account("manon", "coordination", territory="38151"))
    desk.post(f"/espace/equipe/rattachements/{claim.pk}/", {"geste": "accueillir", "nom": "Maison"})
    assert Membership.objects.filter(user=helper, structure__name="Maison").exists()


def test_a_dismissed_structure_is_not_proposed_again(client, siret_issuer, helper):
    come(client)
    client.post(f"/compte/structure/{claim_of(helper).pk}/", {"geste": "ecarter"})
    come(Client())
    assert claim_of(helper).is_accepted is False
    assert "vous travaillez pour" not in read(client.get("/compte/"))


def test_nobody_asks_by_the_siret_of_another(client, siret_issuer, helper):
    come(client)
    other = Client()
    other.force_login(User.objects.create_user("autre@exemple.fr", PASSWORD, name="Autre"))
    address = f"/compte/structure/{claim_of(helper).pk}/"
    assert other.post(address, {"geste": "demander"}).status_code == 404
    assert claim_of(helper).asked_at is None


@pytest.mark.parametrize("siret", ["13002526500014", "1" * 14, "", None, ["x"], "13002526500013 "])
def test_an_invalid_siret_is_ignored(client, siret_issuer, helper, siret):
    siret_issuer.person |= {"siret": siret}
    come(client)
    assert is_in(client)
    assert not Claim.objects.exists()


def test_the_siret_waits_for_the_second_factor(client, siret_issuer, helper):
    from allauth.mfa.models import Authenticator

    Authenticator.objects.create(user=helper, type="totp", data={"secret": "A" * 32})
    come(client)
    assert not Claim.objects.exists()
